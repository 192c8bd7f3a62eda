//! Reading XML, as forgiving as FreeSWITCH is about what stands in it.

use quick_xml::Reader;
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::Node;

/// How deep elements may stand within each other.
const DEEPEST: usize = 256;

/// Reads a document; what is wrong with it, if it cannot be read.
pub(crate) fn parse(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Node> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|error| at(text, reader.error_position(), &told(&error)))?;
        let place = reader.buffer_position();
        match event {
            Event::Start(start) if open.len() < DEEPEST => open.push(element(&start)),
            Event::Start(_) => return Err(at(text, place, "elements stand too deep within each other")),
            Event::Empty(start) => {
                if let Some(root) = close(&mut open, element(&start)) {
                    return Ok(root);
                }
            }
            Event::End(_) => {
                let node = open.pop();
                if let Some(root) = node.and_then(|node| close(&mut open, node)) {
                    return Ok(root);
                }
            }
            Event::Text(more) => add(&mut open, &more),
            Event::CData(more) => add(&mut open, &more),
            Event::GeneralRef(name) => {
                let text = reference(&name).unwrap_or_else(|| format!("&{};", &*name));
                add(&mut open, &text);
            }
            Event::Eof => {
                let what = open.last().map(|node| format!("unclosed tag <{}>", node.name));
                let whole = text.trim_end();
                return Err(at(whole, place, &what.unwrap_or_else(|| "root tag missing".into())));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// What FreeSWITCH says of what is wrong.
fn told(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::IllFormed(
            IllFormedError::MismatchedEndTag { found, .. } | IllFormedError::UnmatchedEndTag(found),
        ) => format!("unexpected closing tag </{found}>"),
        quick_xml::Error::Syntax(error) => match error {
            SyntaxError::UnclosedComment => "unclosed <!--".into(),
            SyntaxError::UnclosedCData => "unclosed <![CDATA[".into(),
            SyntaxError::UnclosedDoctype => "unclosed <!DOCTYPE".into(),
            SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl => "unclosed <?".into(),
            SyntaxError::UnclosedDoubleQuotedAttributeValue => "missing \"".into(),
            SyntaxError::UnclosedSingleQuotedAttributeValue => "missing '".into(),
            SyntaxError::UnclosedTag => "missing >".into(),
            other => other.to_string(),
        },
        other => other.to_string(),
    }
}

fn at(text: &str, place: u64, what: &str) -> String {
    let place = usize::try_from(place).unwrap_or(usize::MAX).min(text.len());
    let before = text.as_bytes().get(..place).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("[error near line {line}]: {what}")
}

/// Hands a whole element to its parent, or gives it back if it has none.
fn close(open: &mut [Node], node: Node) -> Option<Node> {
    let Some(parent) = open.last_mut() else { return Some(node) };
    let offset = parent.text.len();
    parent.insert(node, offset);
    None
}

fn add(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
    }
}

fn element(start: &BytesStart<'_>) -> Node {
    let mut node = Node::new(start.name().as_ref());
    for attribute in start.html_attributes().with_checks(false).flatten() {
        node.attributes.push((attribute.key.as_ref().to_owned(), decoded(&attribute.value)));
    }
    node
}

/// A value with its references decoded, those that mean something, and every blank a space.
fn decoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(&spaced(before));
        let known = after.split_once(';').and_then(|(name, more)| Some((reference(name)?, more)));
        match known {
            Some((text, more)) => {
                out.push_str(&text);
                rest = more;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + &spaced(rest)
}

fn spaced(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ")
}

/// What `&name;` stands for.
fn reference(name: &str) -> Option<String> {
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "amp" => '&',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?).filter(|character| *character != '\0')?
        }
    };
    Some(character.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_attributes_and_text() {
        let node = parse("<?xml version=\"1.0\"?>\n<a x='1' y=\"&lt;&#65;&nosuch;&\" x='2'>t<b/>&amp;u<!-- c --><![CDATA[<v>]]></a>")
            .unwrap();
        assert_eq!((node.name.as_str(), node.text.as_str()), ("a", "t&u<v>"));
        assert_eq!((node.attribute("x"), node.attribute("y")), (Some("1"), Some("<A&nosuch;&")));
        let b = node.child("b").unwrap();
        assert_eq!((b.offset, b.attribute("x")), (1, None));
        assert_eq!(node.all("b").count(), 1);
    }

    #[test]
    fn what_cannot_be_read_has_its_line() {
        for (text, what) in [
            ("", "[error near line 1]: root tag missing"),
            ("<a>\n<b>", "[error near line 2]: unclosed tag <b>"),
            ("<a>\n</b>", "[error near line 2]"),
            ("<a", "[error near line 1]"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(what), "{text}: {error}");
        }
        assert!(parse(&"<a>".repeat(100_000)).unwrap_err().contains("too deep"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|[<>/a-c =\"'&;#x!?\n\\[\\]-]){0,80}") {
            if let Ok(node) = parse(&text) {
                let _ = node.to_xml();
            }
        }
    }
}
