//! `text/event-xml` (`switch_event_xmlize` in `src/switch_event.c`): an element for each header, in lines, and one for
//! the body.

use std::ops::Range;

use super::builder::EventBuilder;
use super::{Body, EventError, EventName, Parts};
use crate::header::{ESCAPED_NAME, Mark};
use crate::percent;
use crate::xml::{self, HEADERS_END, INDENT};

const START: &[u8] = b"<event>\n  <headers>";
const NO_HEADERS: &[u8] = b"</headers>\n";
const LENGTH: &[u8] = b"  <Content-Length>";
const BODY: &[u8] = b"</Content-Length>\n  <body>";
const BODY_END: &[u8] = b"</body>\n</event>\n";
const END: &[u8] = b"</event>\n";

/// What stands between a body that ends with a line break and its closing element.
const BODY_INDENT: &[u8] = b"  ";

/// Notes where each header of the payload at `at` stands. An element whose name forges the beginning of another is
/// passed over, as a line without a colon is in plain.
// Apart from the other forms, which are read more often.
#[inline(never)]
pub(super) fn index(raw: &[u8], at: usize, marks: &mut Vec<Mark>) -> Result<Parts, EventError> {
    let mut cursor = at;
    read(raw, &mut cursor, marks).ok_or(EventError::Xml { at: cursor.min(raw.len()) - at.min(raw.len()) })
}

/// `None` where it is not as the switch writes it; `cursor` then says where.
fn read(raw: &[u8], cursor: &mut usize, marks: &mut Vec<Mark>) -> Option<Parts> {
    let mut name = None;
    skip(raw, cursor, START)?;
    if skip(raw, cursor, NO_HEADERS).is_none() {
        skip(raw, cursor, b"\n")?;
        while skip(raw, cursor, HEADERS_END).is_none() {
            read_header(raw, cursor, marks, &mut name)?;
        }
    }
    let body = if raw.get(*cursor..)? == END { None } else { Some(read_body(raw, cursor)?) };
    Some(Parts { name: name.map(|value| name_at(raw, value)), body, headers_end: raw.len() })
}

/// Steps over `text`, if that is what comes next.
fn skip(raw: &[u8], cursor: &mut usize, text: &[u8]) -> Option<()> {
    let is_next = raw.get(*cursor..)?.starts_with(text);
    is_next.then(|| *cursor += text.len())
}

fn read_header(
    raw: &[u8],
    cursor: &mut usize,
    marks: &mut Vec<Mark>,
    name: &mut Option<Range<usize>>,
) -> Option<()> {
    let start = *cursor;
    skip(raw, cursor, INDENT)?;
    let end = match xml::element(raw, *cursor) {
        Some(element) => {
            if raw.get(element.name.clone())?.eq_ignore_ascii_case(b"Event-Name") {
                // Of several the last is the real one.
                *name = Some(element.value);
            }
            marks.push(Mark::try_from(*cursor).ok()? | if element.is_odd { ESCAPED_NAME } else { 0 });
            Some(element.end)
        }
        None => xml::element_end(raw, *cursor),
    };
    *cursor = end.map_or(start, |end| end + 1);
    end.map(|_| ())
}

fn name_at(raw: &[u8], value: Range<usize>) -> EventName {
    EventName::from_bytes(&percent::decode(raw.get(value).unwrap_or_default()))
}

fn read_body(raw: &[u8], cursor: &mut usize) -> Option<Body> {
    skip(raw, cursor, LENGTH)?;
    let digits = raw.get(*cursor..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length = std::str::from_utf8(raw.get(*cursor..*cursor + digits)?).ok()?.parse().ok()?;
    *cursor += digits;
    skip(raw, cursor, BODY)?;
    let text = raw.get(*cursor..)?.strip_suffix(BODY_END)?;
    let text = without_indent(text, length);
    Some(Body { start: *cursor, len: text.len(), escaped: xml::is_escaped(text) })
}

/// Without the indentation of `</body>`. That a text ends with it is not enough: only its length tells. It does not
/// tell of a body that was no UTF-8 and lost some of it, which then is believed not to have ended with two blanks.
fn without_indent(text: &[u8], length: usize) -> &[u8] {
    match text.strip_suffix(BODY_INDENT) {
        Some(shorter) if shorter.ends_with(b"\n") && xml::unescaped_len(text) != length => shorter,
        _ => text,
    }
}

/// Appends the payload of `event` as FreeSWITCH writes it.
pub(super) fn write(event: &EventBuilder, out: &mut Vec<u8>) {
    out.extend_from_slice(START);
    let headers = out.len();
    for (name, values) in event.headers() {
        for value in values.iter() {
            out.push(b'\n');
            out.extend_from_slice(INDENT);
            out.extend_from_slice(name);
            out.push(b'>');
            percent::encode_into(value, out);
            out.extend_from_slice(b"</");
            out.extend_from_slice(name);
            out.push(b'>');
        }
    }
    if out.len() > headers {
        out.push(b'\n');
        out.extend_from_slice(HEADERS_END);
    } else {
        out.extend_from_slice(NO_HEADERS);
    }
    if let Some(body) = event.given_body().filter(|body| !body.is_empty()) {
        out.extend_from_slice(LENGTH);
        out.extend_from_slice(body.len().to_string().as_bytes());
        out.extend_from_slice(BODY);
        write_body(body, out);
        out.extend_from_slice(BODY_END);
    } else {
        out.extend_from_slice(END);
    }
}

fn write_body(body: &[u8], out: &mut Vec<u8>) {
    xml::escape_into(body, out);
    if out.last() == Some(&b'\n') {
        out.extend_from_slice(BODY_INDENT);
    }
}

/// What is read of a body that was written.
pub(super) fn body_as_read(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len() + BODY_INDENT.len());
    write_body(body, &mut text);
    xml::unescape(without_indent(&text, body.len())).into_owned()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::{Event, EventFormat};
    use super::*;

    fn decode(payload: &[u8]) -> Result<Event, EventError> {
        Event::decode(EventFormat::Xml, Bytes::copy_from_slice(payload))
    }

    fn written(event: &EventBuilder) -> String {
        String::from_utf8(event.payload(EventFormat::Xml)).unwrap()
    }

    #[test]
    fn written_as_the_switch_does() {
        let event = EventBuilder::new().header("A", "b c").list("L", ["1", "", "2"]).body("é<\n");
        assert_eq!(
            written(&event),
            "<event>\n  <headers>\n    <A>b%20c</A>\n    <L>1</L>\n    <L></L>\n    <L>2</L>\n  </headers>\n  \
             <Content-Length>4</Content-Length>\n  <body>&#xE9;&lt;\n  </body>\n</event>\n"
        );
        let bare = "<event>\n  <headers></headers>\n</event>\n";
        assert_eq!(written(&EventBuilder::new()), bare);
        assert_eq!(written(&EventBuilder::new().body("")), bare);
        assert_eq!(written(&EventBuilder::new().list("A", [""; 0])), bare);
    }

    #[test]
    fn headers_are_read() {
        let event = decode(
            b"<event>\n  <headers>\n    <Event-Name>CUSTOM</Event-Name>\n    <A>b%20c</A>\n    <x>y>1</x>y>\n    \
              <L>1</L>\n    <L>2</L>\n    <e></e>\n    <event-name>D%54MF</event-name>\n  </headers>\n</event>\n",
        )
        .unwrap();
        assert_eq!(event.name(), Some(&EventName::Dtmf));
        assert_eq!(event.get("a").as_deref(), Some("b c"));
        assert_eq!(event.get("X>Y").as_deref(), Some("1"));
        assert_eq!(event.get("x"), None);
        assert_eq!(event.get("e").as_deref(), Some(""));
        assert_eq!(event.get("A>b%20c</A"), None);
        assert_eq!(event.headers().get_all("L").count(), 2);
        assert_eq!(event.headers().len(), 7);
        assert_eq!(event.body(), None);
        let names: Vec<_> = event.headers().iter().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["Event-Name", "A", "x>y", "L", "L", "e", "event-name"]);
    }

    #[test]
    fn a_name_that_forges_another_is_passed_over() {
        let event = EventBuilder::new().header("Before", "1").header("a>\n    <b", "2").header("After", "3");
        let event = event.to_event(EventFormat::Xml).unwrap();
        assert_eq!(event.get("Before").as_deref(), Some("1"));
        assert_eq!(event.get("After").as_deref(), Some("3"));
    }

    fn with_body(length: &str, text: &str) -> Vec<u8> {
        let head = "<event>\n  <headers></headers>\n  <Content-Length>";
        format!("{head}{length}</Content-Length>\n  <body>{text}</body>\n</event>\n").into_bytes()
    }

    #[test]
    fn bodies_are_read() {
        for (length, text, body) in [
            ("2", "hi", "hi"),
            ("0", "", ""),
            ("3", "hi\n  ", "hi\n"),
            ("5", "hi\n  ", "hi\n  "),
            ("9", "hi\n  ", "hi\n"),
            ("4", "hi  ", "hi  "),
            ("2", "hi  ", "hi  "),
            ("4", "&lt;b&gt;&amp;", "<b>&"),
            ("2", "&#xE9;", "é"),
            ("11", "a&#xD;\n<!&amp;\n  ", "a\r\n<!&amp;\n"),
            ("31", "<!</body>\n</event>\n&amp;</body>", "<!</body>\n</event>\n&amp;</body>"),
        ] {
            let event = decode(&with_body(length, text)).unwrap();
            assert_eq!(event.body().as_deref(), Some(body), "{length} {text}");
        }
    }

    #[test]
    fn what_is_no_event_says_where() {
        let headers = "<event>\n  <headers>\n    <A>b</A>\n  </headers>\n";
        for (payload, at) in [
            (String::new(), 0),
            ("<event>\n".to_owned(), 0),
            ("<event>\n  <headers>".to_owned(), 19),
            ("<event>\n  <headers>\n".to_owned(), 20),
            ("<event>\n  <headers>\n    <A>b</A>\n".to_owned(), 20),
            ("<event>\n  <headers>\n   <A>b</A>\n  </headers>\n</event>\n".to_owned(), 20),
            (headers.to_owned(), headers.len()),
            (format!("{headers}</event>"), headers.len()),
            (format!("{headers}  <Content-Length>x"), headers.len() + 18),
            (format!("{headers}  <Content-Length>4</Content-Length>\n  <body>a</body>"), headers.len() + 45),
            (format!("{headers}  <Content-Length>99999999999999999999</Content-Length>"), headers.len() + 18),
        ] {
            assert_eq!(decode(payload.as_bytes()).unwrap_err(), EventError::Xml { at }, "{payload}");
        }
    }
}
