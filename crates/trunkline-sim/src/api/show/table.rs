//! Tables, and how they are written: in lines, as JSON, as XML, or only counted (`show_callback` and its like in
//! `mod_commands.c`).

/// Names of columns, and rows with as many fields.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Vec<u8>>>,
}

/// How a table is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// With this between the fields.
    Text(Vec<u8>),
    Json,
    Xml,
}

impl Form {
    /// `as <form>`; for `delim`, what stands in the place of its delimiter.
    pub(super) fn parse(name: &[u8], delimiter: Option<&[u8]>) -> Option<Self> {
        match name.to_ascii_lowercase().as_slice() {
            b"delim" | b"csv" => Some(Self::Text(delimiter.unwrap_or(b",").to_vec())),
            b"json" => Some(Self::Json),
            b"xml" => Some(Self::Xml),
            _ => None,
        }
    }
}

impl Table {
    pub(super) fn new(columns: &'static str) -> Self {
        Self { columns: columns.split(',').collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, fields: impl IntoIterator<Item = impl Into<Vec<u8>>>) {
        self.rows.push(fields.into_iter().map(Into::into).collect());
    }

    pub(super) fn write(&self, form: &Form) -> Vec<u8> {
        match form {
            Form::Text(delimiter) => {
                let mut out = Vec::new();
                if !self.rows.is_empty() {
                    let columns: Vec<&[u8]> = self.columns.iter().map(|column| column.as_bytes()).collect();
                    out.extend(columns.join(delimiter.as_slice()));
                    out.push(b'\n');
                }
                self.write_lines(delimiter, &mut out);
                out.extend(format!("\n{} total.\n", self.rows.len()).into_bytes());
                out
            }
            Form::Json if self.rows.is_empty() => b"{\"row_count\": 0}\n".to_vec(),
            Form::Json => self.json(),
            Form::Xml if self.rows.is_empty() => b"<result row_count=\"0\"/>\n".to_vec(),
            Form::Xml => self.xml(),
        }
    }

    /// How many rows there are, and no more.
    pub(super) fn count(&self, form: &Form) -> String {
        let count = self.rows.len();
        match form {
            Form::Text(_) => format!("\n{count} total.\n"),
            Form::Json => format!("{{\"row_count\":{count},\"rows\":[]}}"),
            Form::Xml => format!("<result row_count=\"{count}\"></result>\n"),
        }
    }

    /// The rows alone; nothing is quoted.
    pub(super) fn write_lines(&self, delimiter: &[u8], out: &mut Vec<u8>) {
        for row in &self.rows {
            out.extend(row.join(delimiter));
            out.push(b'\n');
        }
    }

    fn json(&self) -> Vec<u8> {
        let mut out = format!("{{\"row_count\":{},\"rows\":[", self.rows.len()).into_bytes();
        for (at, row) in self.rows.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b",{" } else { b"{" });
            for (place, (column, field)) in self.columns.iter().zip(row).enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                out.extend(format!("\"{column}\":\"").into_bytes());
                quote(field, &mut out);
                out.push(b'"');
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        out
    }

    fn xml(&self) -> Vec<u8> {
        let mut out = format!("<result row_count=\"{}\">\n", self.rows.len());
        for (at, row) in self.rows.iter().enumerate() {
            out.push_str(&format!("  <row row_id=\"{}\">\n", at + 1));
            for (column, field) in self.columns.iter().zip(row) {
                let text = escape(&String::from_utf8_lossy(field));
                out.push_str(&format!("    <{column}>{text}</{column}>\n"));
            }
            out.push_str("  </row>\n");
        }
        out.push_str("</result>\n");
        out.into_bytes()
    }
}

/// A text as it stands in JSON.
pub(in crate::api) fn quote(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
}

/// A text as it stands in XML.
pub(in crate::api) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            ascii if ascii.is_ascii() => out.push(ascii),
            other => out.push_str(&format!("&#x{:X};", u32::from(other))),
        }
    }
    out
}
