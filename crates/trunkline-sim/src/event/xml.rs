//! `text/event-xml` (`switch_event_xmlize` in `src/switch_event.c`): percent-encoded values in elements named
//! after the headers, whether or not those are names XML allows.

use trunkline_proto::{EventBuilder, percent};

pub(super) fn message(event: &EventBuilder) -> Vec<u8> {
    let payload = payload(event);
    let mut out = format!("Content-Length: {}\nContent-Type: text/event-xml\n\n", payload.len()).into_bytes();
    out.extend_from_slice(&payload);
    out
}

fn payload(event: &EventBuilder) -> Vec<u8> {
    let mut out = b"<event>\n  <headers>\n".to_vec();
    for (name, values) in event.headers() {
        for value in values.iter() {
            out.extend_from_slice(b"    ");
            element(name, &mut out, |out| percent::encode_into(value, out));
        }
    }
    out.extend_from_slice(b"  </headers>\n");
    if let Some(body) = event.given_body().filter(|body| !body.is_empty()) {
        out.extend_from_slice(format!("  <Content-Length>{}</Content-Length>\n  ", body.len()).as_bytes());
        element(b"body", &mut out, |out| write_body(body, out));
    }
    out.extend_from_slice(b"</event>\n");
    out
}

fn element(name: &[u8], out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'<');
    out.extend_from_slice(name);
    out.push(b'>');
    content(out);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name);
    out.extend_from_slice(b">\n");
}

/// Text beyond ASCII becomes character references; what is not UTF-8 ends the body.
fn write_body(body: &[u8], out: &mut Vec<u8>) {
    let valid = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => body
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    };
    for character in valid.chars() {
        match character {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '\r' => out.extend_from_slice(b"&#xD;"),
            ascii if ascii.is_ascii() => out.push(u8::try_from(ascii).unwrap_or(b'?')),
            other => out.extend_from_slice(format!("&#x{:X};", u32::from(other)).as_bytes()),
        }
    }
    if body.ends_with(b"\n") {
        // The closing element stands on a line of its own.
        out.extend_from_slice(if valid.len() < body.len() { b"\n  " } else { b"  " });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let event = EventBuilder::new().header("A", "b c").list("L", ["1", "2"]).body("é<\n");
        let text = String::from_utf8(payload(&event)).unwrap();
        assert_eq!(
            text,
            "<event>\n  <headers>\n    <A>b%20c</A>\n    <L>1</L>\n    <L>2</L>\n  </headers>\n  \
             <Content-Length>4</Content-Length>\n  <body>&#xE9;&lt;\n  </body>\n</event>\n"
        );
    }
}
