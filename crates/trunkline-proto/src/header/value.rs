//! A header's value.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;

use super::Encoding;
use crate::{json, percent};

/// A header's value, decoded when it is read.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(super) raw: &'a [u8],
    /// Its own, which may be a simpler one than that of all its headers.
    pub(super) encoding: Encoding,
    pub(super) is_list: bool,
}

impl<'a> Value<'a> {
    /// As it stands on the wire, encoded.
    #[must_use]
    pub fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// The decoded bytes. A JSON list becomes FreeSWITCH's own `ARRAY::a|:b` (or its one element), as plain
    /// events write it.
    #[must_use]
    pub fn to_bytes(self) -> Cow<'a, [u8]> {
        match self.encoding {
            Encoding::Raw => Cow::Borrowed(self.raw),
            Encoding::Percent | Encoding::Xml => percent::decode(self.raw),
            Encoding::Json if self.is_list => Cow::Owned(array_text(json::elements(self.raw))),
            Encoding::Json => json::unescape(self.raw),
        }
    }

    /// The decoded value as text; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn to_str(self) -> Cow<'a, str> {
        lossy(self.to_bytes())
    }

    /// Whether these are its decoded bytes. It costs less than to decode it.
    #[must_use]
    pub fn is(self, decoded: &[u8]) -> bool {
        let escape = if self.encoding == Encoding::Json { b'\\' } else { b'%' };
        // What is encoded is longer than what it stands for.
        if self.raw.len() <= decoded.len() && !self.is_list {
            if self.raw != decoded {
                return false;
            }
            if !self.raw.iter().fold(false, |any, byte| any | (*byte == escape)) {
                return true;
            }
        }
        match self.encoding {
            Encoding::Percent | Encoding::Xml => percent::decodes_to(self.raw, decoded),
            Encoding::Raw | Encoding::Json => *self.to_bytes() == *decoded,
        }
    }

    /// Whether it is an array of several values (`ARRAY::…`, or a JSON list).
    #[must_use]
    pub fn is_array(self) -> bool {
        self.is_list || self.to_bytes().starts_with(ARRAY)
    }

    /// Whether it came as a JSON list, of however many elements.
    pub(crate) fn is_list(self) -> bool {
        self.is_list
    }

    /// The elements, for an array; the one value otherwise. An element that itself holds `|:` cannot be told
    /// from two in a plain event; JSON keeps them apart.
    #[must_use]
    pub fn elements(self) -> Vec<Vec<u8>> {
        if self.is_list {
            return json::elements(self.raw).map(Cow::into_owned).collect();
        }
        let whole = self.to_bytes();
        match whole.strip_prefix(ARRAY) {
            Some(list) => split_array(list).map(<[u8]>::to_vec).collect(),
            None => vec![whole.into_owned()],
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str(), f)
    }
}

pub(crate) const ARRAY: &[u8] = b"ARRAY::";
const ARRAY_SEPARATOR: &[u8] = b"|:";

/// What stands between the separators, at least one element.
pub(crate) fn split_array(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memmem::find_iter(list, ARRAY_SEPARATOR).chain(std::iter::once(list.len()));
    let mut start = 0;
    ends.map(move |end| {
        let element = list.get(start..end).unwrap_or_default();
        start = end + ARRAY_SEPARATOR.len();
        element
    })
}

/// `ARRAY::a|:b`; one element alone prints as itself (`switch_event_add_header_string` in `switch_event.c`).
pub(crate) fn array_text<T: AsRef<[u8]>>(elements: impl Iterator<Item = T>) -> Vec<u8> {
    let elements: Vec<T> = elements.collect();
    let joined = elements.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(ARRAY_SEPARATOR);
    if elements.len() < 2 { joined } else { [ARRAY, &joined].concat() }
}

/// Text from any bytes, without a copy where they are UTF-8.
pub(crate) fn lossy(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        // Checking is faster than mending, and nearly always enough.
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        },
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::sample::select;

    use super::*;
    use crate::event::{Event, EventFormat};

    #[test]
    fn it_is_what_it_decodes_to() {
        let texts: [&[u8]; 9] =
            [b"", b"a b", b"a%20b", b"a%2", b"%zz", b"a\\u0020b", b"a\\x", b"a\\\\x", b"a%2520b"];
        for encoding in [Encoding::Raw, Encoding::Percent, Encoding::Json, Encoding::Xml] {
            for (raw, other) in texts.iter().flat_map(|raw| texts.map(|other| (*raw, other))) {
                let value = Value { raw, encoding, is_list: false };
                for decoded in [other, &*(Value { raw: other, encoding, is_list: false }).to_bytes()] {
                    assert_eq!(value.is(decoded), *value.to_bytes() == *decoded, "{value:?} {decoded:?}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn in_json_they_are_what_was_written(
            members in vec((
                vec(select(vec![&b"A"[..], b"a", b"b", b"\"", b"\\", b"\n", b"a-longer-name"]), 0..3),
                vec(select(vec![&b"a"[..], b" ", b"\"", b"\\", b"\n", b"\xe9", "\u{e9}".as_bytes(), b"a longer value"]), 0..9),
            ), 0..9),
        ) {
            let members: Vec<_> = members.into_iter().map(|(name, value)| (name.concat(), value.concat())).collect();
            let mut payload = b"{".to_vec();
            for (name, value) in &members {
                json::quote_into(name, &mut payload);
                payload.push(b':');
                json::quote_into(value, &mut payload);
                payload.push(b',');
            }
            const LAST: &str = "Last\":\"a value behind which the others are looked for in place";
            payload.extend_from_slice(format!("\"{LAST}\",\"More\":\"\"}}").as_bytes());
            let event = Event::decode(EventFormat::Json, payload.into()).unwrap();
            let headers = event.headers();
            proptest::prop_assert!(headers.get("last").is_some() && headers.get(LAST).is_none());
            for (name, _) in &members {
                let name = std::str::from_utf8(name).unwrap();
                let same = members.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()));
                let same: Vec<_> = same.map(|(_, value)| &value[..]).collect();
                let found: Vec<_> = headers.get_all(name).collect();
                proptest::prop_assert_eq!(found.iter().map(|value| value.to_bytes()).collect::<Vec<_>>(), same.clone());
                proptest::prop_assert_eq!(headers.get(name).unwrap(), String::from_utf8_lossy(same[0]));
                proptest::prop_assert_eq!(headers.last_backwards(name).unwrap().to_bytes(), *same.last().unwrap());
                let all_are = found.iter().zip(&same).all(|(value, same)| value.is(same) && !value.is_list());
                proptest::prop_assert!(all_are);
            }
        }
    }
}
