//! The ways to a channel's variables, layer by layer, written anew with the tokenizer alone: a witness that knows
//! nothing of the parser.

use trunkline_proto::dialstring::tokenizer::{find_close, separate};

pub(crate) type Pairs = Vec<(String, String)>;

/// What a dial string says.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Said {
    pub(crate) ultra: Pairs,
    pub(crate) groups: Vec<SaidGroup>,
}

#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct SaidGroup {
    pub(crate) variables: Pairs,
    /// Alternatives of legs of variables and an address.
    pub(crate) attempts: Vec<Vec<(Pairs, String)>>,
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

pub(crate) fn cut(words: &str, delimiter: u8, most: usize) -> Vec<String> {
    separate(words.as_bytes(), delimiter, most).unwrap().into_iter().map(text).collect()
}

/// The words of an API command's argument: trimmed, then cut at spaces.
pub(crate) fn api_words(argument: &str, most: usize) -> Vec<String> {
    cut(argument.trim_matches(['\r', '\n', '\t', ' ', '\u{b}']), b' ', most)
}

/// `switch_event_create_brackets`, as often as there are blocks.
fn blocks(mut rest: &str, open: u8, close: u8, separator: u8) -> (Pairs, &str) {
    let mut pairs = Pairs::new();
    while rest.as_bytes().first() == Some(&open) {
        let end = find_close(rest.as_bytes(), open, close).unwrap();
        let (mut content, mut separator) = (&rest[1..end], separator);
        if let Some(other) = content.strip_prefix("^^") {
            (content, separator) = (&other[1..], other.as_bytes()[0]);
        }
        for token in cut(content, separator, 1024) {
            let pair = cut(&token, b'=', 2);
            assert_eq!(pair.len(), 2, "{token} is dropped");
            pairs.push((pair[0].clone(), pair[1].clone()));
        }
        rest = &rest[end + 1..];
    }
    (pairs, rest)
}

/// `switch_ivr_originate`, and the enterprise one.
pub(crate) fn dial(dial_string: &str) -> Said {
    let (ultra, rest) = blocks(dial_string.trim_start_matches(' '), b'<', b'>', b',');
    Said { ultra, groups: rest.split(":_:").map(group).collect() }
}

fn group(text: &str) -> SaidGroup {
    let (variables, rest) = blocks(text, b'{', b'}', b',');
    let attempts = cut(rest, b'|', 128).iter().map(|text| legs(text)).collect();
    SaidGroup { variables, attempts }
}

/// The scan for commas in `[…]`, then the cut at those that are left.
fn legs(attempt: &str) -> Vec<(Pairs, String)> {
    let mut bytes = attempt.as_bytes().to_vec();
    let (mut end, mut has_separator, mut quoted) = (None, false, false);
    for at in 0..bytes.len() {
        if end.is_none() && bytes[at] == b'[' {
            end = find_close(&bytes[at..], b'[', b']').map(|close| at + close);
            has_separator = bytes[at..].starts_with(b"[^^");
            quoted = false;
        }
        quoted ^= bytes[at] == b'\'';
        if end.is_some_and(|end| at < end) && bytes[at] == b',' && bytes[at - 1] != b'\\' {
            bytes[at] = if quoted || has_separator { 1 } else { 2 };
        }
        if end == Some(at) {
            end = None;
        }
    }
    cut(&text(bytes), b',', 128).iter().map(|peer| leg(peer)).collect()
}

fn leg(peer: &str) -> (Pairs, String) {
    let peer = peer.trim_start_matches(' ');
    let end = find_close(peer.as_bytes(), b'[', b']').unwrap_or(0);
    let peer = peer[..end].replace('\u{1}', ",") + &peer[end..];
    let (pairs, address) = blocks(&peer, b'[', b']', 2);
    (pairs, address.trim_start_matches(' ').to_owned())
}

/// `switch_channel_expand_variables_check` of what has nothing to expand, byte by byte as in C.
pub(crate) fn expand(argument: &str) -> String {
    let c = argument.as_bytes();
    let at = |i: usize| c.get(i).copied().unwrap_or(0);
    let escaped =
        (0..c.len()).any(|i| at(i) == b'\\' && matches!(at(i + 1), b'\\' | b'n' | b's' | b't' | b'\''));
    let mut dollar = false;
    let variable = c.iter().any(|byte| {
        let found = dollar && *byte == b'{';
        dollar = *byte == b'$' || (dollar && *byte == b'\\');
        found
    });
    if !escaped && !variable {
        return argument.to_owned();
    }
    let (mut out, mut p) = (Vec::new(), 0);
    while p < c.len() {
        let mut literal = false;
        if at(p) == b'\\' {
            match at(p + 1) {
                b'$' => {
                    literal = true;
                    p += 1;
                    if at(p + 1) == b'$' {
                        p += 1;
                    }
                }
                b'\'' => {
                    p += 2;
                    continue;
                }
                b'\\' => {
                    out.push(b'\\');
                    p += 2;
                    continue;
                }
                _ => {}
            }
        }
        if at(p) == b'$' && !literal {
            if at(p + 1) == b'$' {
                p += 1;
            }
            assert!(at(p + 1) != b'{', "{argument} expands something");
        }
        out.push(at(p));
        p += 1;
    }
    text(out)
}
