//! FreeSWITCH's percent-encoding of header values (`switch_url_encode` in `src/switch_utils.c`).
//!
//! Plain and XML events and the reply to `connect` carry their values encoded; JSON events and the outer
//! headers of every other message do not. The encoder is not injective: a `%` that two upper-case hex digits
//! follow is taken for an encoding already made and is left alone, so the values `aA` and `a%41` look the same
//! on the wire. Where that matters, ask for JSON.

use std::borrow::Cow;

use memchr::memchr;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Whether `byte` is written as `%XX` (leaving aside the pass-through of a `%XX` already there).
#[must_use]
#[inline]
pub const fn is_encoded(byte: u8) -> bool {
    // Controls, DEL, everything from 0x80 up, and some that can be printed.
    byte < 0x20
        || byte > 0x7e
        || matches!(
            byte,
            b' ' | b'"'
                | b'#'
                | b'%'
                | b'&'
                | b'+'
                | b':'
                | b';'
                | b'<'
                | b'='
                | b'>'
                | b'?'
                | b'@'
                | b'['
                | b'\\'
                | b']'
                | b'^'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
        )
}

/// [`is_encoded`] of every byte.
static ENCODED: [bool; 256] = table();

#[expect(clippy::indexing_slicing, reason = "it runs when this is compiled")]
const fn table() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = u8::MIN;
    loop {
        table[byte as usize] = is_encoded(byte);
        match byte.checked_add(1) {
            Some(next) => byte = next,
            None => return table,
        }
    }
}

/// Whether there is nothing to encode in `value`: [`encode_into`] copies it as it is.
#[must_use]
pub fn is_clean(value: &[u8]) -> bool {
    // Most are: to look at every byte is quicker than to ask after each whether to go on.
    !value.iter().fold(false, |found, byte| found | is_in_table(*byte))
}

fn is_in_table(byte: u8) -> bool {
    ENCODED.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Appends `value` to `out` as FreeSWITCH would encode it, the pass-through of an existing `%XX` included.
pub fn encode_into(value: &[u8], out: &mut Vec<u8>) {
    if is_clean(value) {
        return out.extend_from_slice(value);
    }
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| is_in_table(*byte)) {
        let (clean, coded) = rest.split_at(at);
        let Some((&byte, after)) = coded.split_first() else { break };
        out.extend_from_slice(clean);
        out.push(b'%');
        if byte != b'%' || !is_upper_hex_pair(after.get(..2)) {
            out.extend(HEX.get(usize::from(byte >> 4)));
            out.extend(HEX.get(usize::from(byte & 0x0f)));
        }
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Decodes every well-formed `%XX` (either case) and leaves anything else untouched. Borrows when there is
/// nothing to decode. Decode first, read as UTF-8 after: values can be any bytes.
#[must_use]
pub fn decode(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'%', raw) else {
        return Cow::Borrowed(raw);
    };
    let (clean, mut rest) = raw.split_at(first);
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(clean);
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%'
            && let Some(value) = tail.get(..2).and_then(hex_pair)
        {
            out.push(value);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            out.push(byte);
            rest = tail;
        }
    }
    Cow::Owned(out)
}

/// Whether [`decode`] makes this of it, without making it.
pub(crate) fn decodes_to(raw: &[u8], decoded: &[u8]) -> bool {
    let (mut rest, mut decoded) = (raw, decoded);
    while let Some(at) = memchr(b'%', rest) {
        let (clean, escape) = rest.split_at(at);
        let pair = escape.get(1..3).and_then(hex_pair);
        let (byte, len) = pair.map_or((b'%', 1), |byte| (byte, 3));
        match decoded.strip_prefix(clean).and_then(<[u8]>::split_first) {
            Some((here, after)) if *here == byte => decoded = after,
            _ => return false,
        }
        rest = escape.get(len..).unwrap_or_default();
    }
    rest == decoded
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    match pair {
        &[high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    }
}

fn is_upper_hex_pair(pair: Option<&[u8]>) -> bool {
    pair.is_some_and(|pair| pair.len() == 2 && pair.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(value: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        encode_into(value, &mut out);
        out
    }

    #[test]
    fn encodes_as_recorded() {
        // Sent to a real switch by `sendevent`, and read back from its plain event.
        assert_eq!(encode(b"a b%41%4a\xe9 \"q\" ~!$'()*,-./_"), b"a%20b%41%254a%E9%20%22q%22%20~!$'()*,-./_");
        assert_eq!(encode(b"ARRAY::one|:two"), b"ARRAY%3A%3Aone%7C%3Atwo");
        assert_eq!(encode(b"100%"), b"100%25");
        assert_eq!(encode(b"%zz"), b"%25zz");
    }

    #[test]
    fn what_is_clean_has_no_byte_that_is_encoded() {
        for (byte, length) in (0..=255u8).flat_map(|byte| [1, 3, 8, 30].map(|length| (byte, length))) {
            let mut value = vec![b'Z'; length];
            assert!(is_clean(&value));
            *value.last_mut().unwrap() = byte;
            assert_eq!(is_clean(&value), !is_encoded(byte), "{byte} {length}");
            value.rotate_left(length / 2);
            assert_eq!(is_clean(&value), !is_encoded(byte), "{byte} {length}");
        }
        assert!(is_clean(b""));
    }

    #[test]
    fn decodes_leniently() {
        assert_eq!(*decode(b"a%20b%41%254a%E9"), *b"a bA%4a\xe9");
        assert_eq!(*decode(b"%"), *b"%");
        assert_eq!(*decode(b"%4"), *b"%4");
        assert_eq!(*decode(b"%zz%41"), *b"%zzA");
        assert_eq!(*decode(b"%%41"), *b"%A");
        assert!(matches!(decode(b"plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn compares_as_it_decodes() {
        let encoded: [&[u8]; 8] =
            [b"", b"plain", b"a%20b%41%254a%E9", b"%", b"%4", b"%zz%41", b"%%41", b"x%40"];
        for (raw, other) in encoded.iter().flat_map(|raw| encoded.map(|other| (*raw, other))) {
            let decoded = decode(other);
            assert_eq!(decodes_to(raw, &decoded), decode(raw) == decoded, "{raw:?} {decoded:?}");
        }
    }

    #[test]
    fn every_byte_survives_but_for_the_pass_through() {
        for byte in 0..=255u8 {
            assert_eq!(*decode(&encode(&[byte])), [byte]);
        }
    }

    proptest::proptest! {
        #[test]
        fn round_trips_without_percent(value in proptest::collection::vec(0u8.., 0..64)) {
            let value: Vec<u8> = value.into_iter().filter(|b| *b != b'%').collect();
            proptest::prop_assert_eq!(decode(&encode(&value)).into_owned(), value);
        }

        #[test]
        fn encoding_is_decoded_once(value in proptest::collection::vec(0u8.., 0..64)) {
            // Encoding what was decoded gives the same wire bytes again.
            let wire = encode(&value);
            let again = encode(&decode(&wire));
            proptest::prop_assert_eq!(decode(&again).into_owned(), decode(&encode(&decode(&wire))).into_owned());
        }
    }
}
