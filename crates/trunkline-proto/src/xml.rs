//! The elements and the text of FreeSWITCH's XML events.
//!
//! They look like XML and are not: an element is called whatever its header is called, and no XML parser reads
//! `<variable_we ird>`. What makes them readable is that the values in them are percent-encoded, and so hold no `<`
//! and no `>`, and that the switch always breaks and indents its lines alike (`switch_xml_toxml_r` in
//! `src/switch_xml.c`).

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memmem};

/// What begins the line of each header.
pub(crate) const INDENT: &[u8] = b"    <";

/// The line after the last header.
pub(crate) const HEADERS_END: &[u8] = b"  </headers>\n";

/// Where the element of a header stands.
pub(crate) struct Element {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    /// The offset after its last `>`.
    pub(crate) end: usize,
    /// Whether its name holds a `>`, so that the first one does not end it.
    pub(crate) is_odd: bool,
}

/// The element whose name begins at `start`; `None` for one whose name forges the beginning of another.
pub(crate) fn element(raw: &[u8], start: usize) -> Option<Element> {
    simple_element(raw, start).or_else(|| odd_element(raw, start))
}

fn simple_element(raw: &[u8], start: usize) -> Option<Element> {
    let name = start..start + memchr(b'>', raw.get(start..)?)?;
    let value = name.end + 1..name.end + 1 + memchr(b'<', raw.get(name.end + 1..)?)?;
    let close = value.end + 2;
    let end = close + name.len() + 1;
    let is_closed = raw.get(value.end..close)? == b"</"
        && raw.get(close..end - 1)? == raw.get(name.clone())?
        && raw.get(end - 1)? == &b'>';
    (is_closed && is_boundary(raw, end)).then_some(Element { name, value, end, is_odd: false })
}

/// One whose name holds a `>`. Name and closing name are equally long, so the value is around the middle of the whole,
/// and as long as no bracket is met on either side.
fn odd_element(raw: &[u8], start: usize) -> Option<Element> {
    let end = element_end(raw, start)?;
    let whole = raw.get(start.checked_sub(1)?..end)?;
    let is_text = |at: usize| whole.get(at).is_some_and(|byte| !matches!(byte, b'<' | b'>'));
    // It ends as far from the end as it begins from the beginning, one byte less.
    let (mut from, mut to) = ((whole.len() - 1) / 2, whole.len() / 2);
    if from != to && !is_text(from) {
        return None;
    }
    while from > 0 && is_text(from - 1) && is_text(to) {
        (from, to) = (from - 1, to + 1);
    }
    let name = 1..from.checked_sub(1)?;
    let close = to + 2..whole.len() - 1;
    let is_one = whole.get(name.end) == Some(&b'>')
        && whole.get(to..close.start)? == b"</"
        && whole.get(name.clone())? == whole.get(close)?;
    let absolute = |range: Range<usize>| range.start + start - 1..range.end + start - 1;
    is_one.then(|| Element { name: absolute(name), value: absolute(from..to), end, is_odd: true })
}

/// The name and the text of an element that was found before to begin at `start`, and to be odd or not.
pub(crate) fn read_element(raw: &[u8], start: usize, is_odd: bool) -> Option<(&[u8], &[u8])> {
    if is_odd {
        let element = odd_element(raw, start)?;
        return Some((raw.get(element.name)?, raw.get(element.value)?));
    }
    let rest = raw.get(start..)?;
    let (name, rest) = rest.split_at(memchr(b'>', rest)?);
    let text = rest.get(1..)?;
    Some((name, text.get(..memchr(b'<', text)?)?))
}

/// The offset after the `>` that ends the element at `start`: the first one that a line break and another header, or
/// the end of them, follow.
pub(crate) fn element_end(raw: &[u8], start: usize) -> Option<usize> {
    let mut ends = memmem::find_iter(raw.get(start..)?, b">\n  ").map(|at| start + at + 1);
    ends.find(|end| is_boundary(raw, *end))
}

fn is_boundary(raw: &[u8], end: usize) -> bool {
    let rest = raw.get(end..).unwrap_or_default().strip_prefix(b"\n").unwrap_or_default();
    rest.starts_with(INDENT) || rest.starts_with(HEADERS_END)
}

/// The bytes `text` stands for. Borrows where nothing is escaped. After a `<`, which only a `<!` can have put there,
/// nothing is.
pub(crate) fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if !is_escaped(text) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    unescape_with(text, |part| out.extend_from_slice(part));
    Cow::Owned(out)
}

/// How many bytes `text` stands for.
pub(crate) fn unescaped_len(text: &[u8]) -> usize {
    let mut len = 0;
    unescape_with(text, |part| len += part.len());
    len
}

/// Whether anything in `text` may be escaped.
pub(crate) fn is_escaped(text: &[u8]) -> bool {
    let escaped = text.get(..memchr(b'<', text).unwrap_or(text.len())).unwrap_or_default();
    memchr(b'&', escaped).is_some()
}

fn unescape_with(text: &[u8], mut out: impl FnMut(&[u8])) {
    let (mut rest, raw) = text.split_at(memchr(b'<', text).unwrap_or(text.len()));
    while let Some(at) = memchr(b'&', rest) {
        let (clean, reference) = rest.split_at(at);
        out(clean);
        let used = match reference_in(reference) {
            Some((character, used)) => {
                with_encoded(character, &mut out);
                used
            }
            // Nothing the switch writes.
            None => {
                out(b"&");
                1
            }
        };
        rest = reference.get(used..).unwrap_or_default();
    }
    out(rest);
    out(raw);
}

/// The character of the `&…;` that `text` begins with, and how long that is.
fn reference_in(text: &[u8]) -> Option<(u32, usize)> {
    const NAMED: [(&[u8], u8); 3] = [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>')];
    if let Some((name, byte)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((u32::from(*byte), name.len()));
    }
    const MOST_DIGITS: usize = 6;
    let digits = text.strip_prefix(b"&#x")?;
    let count = digits.iter().take(MOST_DIGITS).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let digits = std::str::from_utf8(digits.get(..count)?).ok()?;
    let character = u32::from_str_radix(digits, 16).ok()?;
    let used = "&#x".len() + count;
    (text.get(used) == Some(&b';') && character <= MOST_CHARACTER).then_some((character, used + 1))
}

/// The largest number four bytes of UTF-8 can hold: the switch does not ask whether it is a character.
const MOST_CHARACTER: u32 = 0x1f_ffff;

/// UTF-8, also of what is no character: a surrogate, or one beyond the last.
fn with_encoded(character: u32, out: &mut impl FnMut(&[u8])) {
    let byte = |bits: u32| u8::try_from(bits & 0xff).unwrap_or_default();
    let lead = |mark: u8, shift: u32| mark | byte(character >> shift);
    let next = |shift: u32| 0x80 | byte(character >> shift & 0x3f);
    match character {
        0..0x80 => out(&[byte(character)]),
        0x80..0x800 => out(&[lead(0xc0, 6), next(0)]),
        0x800..0x1_0000 => out(&[lead(0xe0, 12), next(6), next(0)]),
        _ => out(&[lead(0xf0, 18), next(12), next(6), next(0)]),
    }
}

/// Appends `text` as the switch writes it (`switch_xml_ampencode` in `src/switch_xml.c`): `&`, `<`, `>` and CR
/// escaped, characters beyond ASCII by their number, and from the first `<!` on everything as it is.
///
/// What is not UTF-8 is lost, and takes with it what it was to be followed by: after a byte that begins a character
/// of three, nothing of the next that cannot continue it is written, unless it has an escape or is a quote, LF or TAB.
pub(crate) fn escape_into(text: &[u8], out: &mut Vec<u8>) {
    let mut character = Unfinished::default();
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'<' if text.get(at + 1) == Some(&b'!') => {
                out.extend_from_slice(text.get(at..).unwrap_or_default());
                return;
            }
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'\r' => out.extend_from_slice(b"&#xD;"),
            b'"' | b'\n' | b'\t' => out.push(byte),
            _ if character.missing == 0 && byte.is_ascii() => out.push(byte),
            _ => {
                if let Some(whole) = character.take(byte) {
                    out.extend_from_slice(format!("&#x{whole:X};").as_bytes());
                }
            }
        }
    }
}

/// A character of several bytes, as far as it has come.
#[derive(Default)]
struct Unfinished {
    bits: u32,
    /// Bytes that are still to come.
    missing: u8,
}

impl Unfinished {
    /// The character, if this byte ends it.
    fn take(&mut self, byte: u8) -> Option<u32> {
        let bits = |mask: u8| u32::from(byte & mask);
        if self.missing == 0 {
            (self.missing, self.bits) = match byte.leading_ones() {
                // A continuation of nothing: passed over.
                1 => (0, self.bits),
                2 => (1, bits(0x1f)),
                3 => (2, bits(0x0f)),
                _ => (3, bits(0x07)),
            };
            return None;
        }
        if byte & 0xc0 != 0x80 {
            self.missing = 0;
            return None;
        }
        self.bits = self.bits << 6 | bits(0x3f);
        self.missing -= 1;
        (self.missing == 0).then_some(self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escape(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        escape_into(text, &mut out);
        out
    }

    #[test]
    fn escapes_as_the_switch() {
        let cases: [(&[u8], &[u8]); 14] = [
            (b"a\"b'c\td\n", b"a\"b'c\td\n"),
            (b"&<>\r", b"&amp;&lt;&gt;&#xD;"),
            (b"a<!b>&\r\xe9", b"a<!b>&\r\xe9"),
            (b"<", b"&lt;"),
            ("é汉😀".as_bytes(), b"&#xE9;&#x6C49;&#x1F600;"),
            // As recorded, but for the 0xff.
            (b"caf\xe9 \xff\n", b"caf\n"),
            (b"a\x80b", b"ab"),
            // The byte that should have continued it goes with it, whatever is escaped does not.
            (b"\xc3ab", b"b"),
            (b"\xc3\n\"&\xa9", b"\n\"&amp;&#xE9;"),
            (b"\xe9\xe9", b""),
            // Overlong, a surrogate, and beyond the last: written as numbers all the same.
            (b"\xc0\xaf", b"&#x2F;"),
            (b"\xed\xa0\x80", b"&#xD800;"),
            (b"\xff\xbf\xbf\xbf", b"&#x1FFFFF;"),
            (b"\xe2\x82", b""),
        ];
        for (text, escaped) in cases {
            assert_eq!(*escape(text), *escaped, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn unescapes() {
        let cases: [(&[u8], &[u8]); 9] = [
            (b"plain", b"plain"),
            (b"&amp;&lt;&gt;&#xD;", b"&<>\r"),
            (b"&#xE9;&#x6C49;&#x1F600;", "é汉😀".as_bytes()),
            (b"&#xD800;&#x1FFFFF;", b"\xed\xa0\x80\xf7\xbf\xbf\xbf"),
            (b"&amp;<![CDATA[&amp;]]>", b"&<![CDATA[&amp;]]>"),
            (b"&", b"&"),
            (b"&#x;&#xG;&#x200000;&#x0000041;", b"&#x;&#xG;&#x200000;&#x0000041;"),
            (b"&#x+1;&#65;&quot;&AMP;", b"&#x+1;&#65;&quot;&AMP;"),
            (b"&#x41", b"&#x41"),
        ];
        for (text, plain) in cases {
            assert_eq!(*unescape(text), *plain, "{}", text.escape_ascii());
            assert_eq!(unescaped_len(text), plain.len(), "{}", text.escape_ascii());
        }
        assert!(matches!(unescape(b"a<!&amp;"), Cow::Borrowed(_)));
    }

    /// Pieces that matter, and any byte.
    fn anything() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        use proptest::prelude::{Just, Strategy, any, prop_oneof};
        let piece = |piece: &'static [u8]| Just(piece.to_vec());
        prop_oneof![
            piece(b"<"),
            piece(b"!"),
            piece(b"&"),
            piece(b"&#xE9;"),
            piece("é".as_bytes()),
            piece("😀".as_bytes()),
            piece(b"\xc0\xbc"),
            piece(b"\n"),
            any::<u8>().prop_map(|byte| vec![byte]),
        ]
    }

    fn found(line: &str) -> Option<(&str, &str, bool)> {
        let raw = [line.as_bytes(), b"\n  </headers>\n"].concat();
        let element = element(&raw, 1)?;
        assert_eq!(element.end, line.len());
        Some((&line[element.name], &line[element.value], element.is_odd))
    }

    #[test]
    fn elements() {
        for (line, wanted) in [
            ("<a>b</a>", Some(("a", "b", false))),
            ("<a></a>", Some(("a", "", false))),
            ("<></>", Some(("", "", false))),
            ("<variable_we ird>v</variable_we ird>", Some(("variable_we ird", "v", false))),
            ("<two\nlines>v</two\nlines>", Some(("two\nlines", "v", false))),
            ("<a<b>v</a<b>", Some(("a<b", "v", false))),
            ("<a>b>v</a>b>", Some(("a>b", "v", true))),
            ("<a>b></a>b>", Some(("a>b", "", true))),
            ("<a>>vw</a>>", Some(("a>", "vw", true))),
            ("<>>v</>>", Some((">", "v", true))),
            ("<a></a>>v</a></a>>", Some(("a></a>", "v", true))),
            ("<a>x\ny>v</a>x\ny>", Some(("a>x\ny", "v", true))),
            ("<a>b</c>", None),
            ("<a>b<c>", None),
            ("<a", None),
            ("<a>", None),
        ] {
            assert_eq!(found(line), wanted, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_and_value_are_found(
            name in proptest::collection::vec(proptest::sample::select(b"ab<>/\n ".to_vec()), 0..12),
            value in proptest::collection::vec(proptest::sample::select(b"ab%/".to_vec()), 0..6),
        ) {
            // One that forges the beginning of another.
            proptest::prop_assume!(memmem::find(&name, b">\n    <").is_none());
            let raw = [b"<", &name[..], b">", &value, b"</", &name, b">\n    <"].concat();
            let found = element(&raw, 1).unwrap();
            proptest::prop_assert_eq!(&raw[found.name], &name[..]);
            proptest::prop_assert_eq!(&raw[found.value], &value[..]);
            proptest::prop_assert_eq!(found.end, raw.len() - 6);
        }

        #[test]
        fn text_round_trips(text: String) {
            let escaped = escape(text.as_bytes());
            proptest::prop_assert_eq!(&*unescape(&escaped), text.as_bytes());
            proptest::prop_assert_eq!(unescaped_len(&escaped), text.len());
        }

        #[test]
        fn what_is_lost_is_lost_at_once(text in proptest::collection::vec(anything(), 0..24)) {
            let text = text.concat();
            let read = unescape(&escape(&text)).into_owned();
            proptest::prop_assert_eq!(unescape(&escape(&read)).into_owned(), read);
        }
    }
}
