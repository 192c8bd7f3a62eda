//! JSON as FreeSWITCH's cJSON writes it: values that are not UTF-8 are copied as they are, so that a general parser
//! cannot read it. Nothing but what is escaped is copied.

use std::borrow::Cow;

use crate::header::lossy;
use crate::json::{skip_blanks, string_end, unescape};

/// How deep lists and objects may be in each other. FreeSWITCH's go to six.
const DEEPEST: usize = 64;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'a str),
    String(Cow<'a, str>),
    List(Vec<Self>),
    /// In order; keys may repeat.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// The whole text is one value, with blanks around it.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(0)?;
        parser.is_at_end().then_some(value)
    }

    pub(crate) fn entries(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn elements(&self) -> &[Self] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }

    /// A string, number or truth, as text.
    pub(crate) fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Borrowed(number)),
            Self::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
            _ => None,
        }
    }
}

/// Goes through a text once.
pub(crate) struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Whether nothing but blanks is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.at = skip_blanks(self.text, self.at);
        self.at == self.text.len()
    }

    /// Takes this byte, after blanks, if it is the next.
    pub(crate) fn take(&mut self, byte: u8) -> Option<()> {
        self.at = skip_blanks(self.text, self.at);
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    pub(crate) fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let (end, _) = string_end(self.text, self.at)?;
        let raw = self.text.get(self.at..end)?;
        self.at = end + 1;
        Some(lossy(unescape(raw)))
    }

    /// What is between `open` and `close`, parted by commas.
    pub(crate) fn sequence(
        &mut self,
        open: u8,
        close: u8,
        mut each: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            each(self)?;
            if self.take(b',').is_none() {
                return self.take(close);
            }
        }
    }

    pub(crate) fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        if depth > DEEPEST {
            return None;
        }
        self.at = skip_blanks(self.text, self.at);
        match self.text.get(self.at)? {
            b'"' => self.string().map(Json::String),
            b'[' => self.list(depth),
            b'{' => self.object(depth),
            _ => self.literal(),
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json<'a>> {
        let mut elements = Vec::new();
        self.sequence(b'[', b']', |parser| {
            elements.push(parser.value(depth + 1)?);
            Some(())
        })?;
        Some(Json::List(elements))
    }

    fn object(&mut self, depth: usize) -> Option<Json<'a>> {
        let mut entries = Vec::new();
        self.sequence(b'{', b'}', |parser| {
            let key = parser.string()?;
            parser.take(b':')?;
            entries.push((key, parser.value(depth + 1)?));
            Some(())
        })?;
        Some(Json::Object(entries))
    }

    fn literal(&mut self) -> Option<Json<'a>> {
        let rest = self.text.get(self.at..)?;
        let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
        let word = rest.get(..rest.iter().position(is_end).unwrap_or(rest.len()))?;
        self.at += word.len();
        Some(match word {
            b"null" => Json::Null,
            b"true" => Json::Bool(true),
            b"false" => Json::Bool(false),
            _ => {
                let number = std::str::from_utf8(word).ok()?;
                number.parse::<f64>().ok()?;
                Json::Number(number)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let text = br#" {"a": [1, -2.5e3, true, false, null], "b":"x\n\u00e9", "a":{}, "c":[]} "#;
        let json = Json::parse(text).unwrap();
        let list = json.entries()[0].1.elements();
        assert_eq!(list.len(), 5);
        assert_eq!(list[1], Json::Number("-2.5e3"));
        assert_eq!(list[4], Json::Null);
        assert_eq!(json.entries()[1].1.as_text().as_deref(), Some("x\né"));
        assert_eq!(json.entries().len(), 4);
        assert_eq!(Json::parse(b"\"\xe9\"").unwrap().as_text().as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn what_is_no_json_is_not_read() {
        for bad in
            ["", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "\"a", "nul", "1 2", "{\"a\":1,}", "[1 2]", "-"]
        {
            assert_eq!(Json::parse(bad.as_bytes()), None, "{bad}");
        }
        // It ends, however deep it is.
        assert_eq!(Json::parse(&vec![b'['; 1_000_000]), None);
    }

    proptest::proptest! {
        #[test]
        fn strings_come_back(text in ".*") {
            let mut quoted = Vec::new();
            crate::json::quote_into(text.as_bytes(), &mut quoted);
            let json = Json::parse(&quoted).unwrap();
            proptest::prop_assert_eq!(json.as_text().unwrap().into_owned(), text);
        }
    }
}
