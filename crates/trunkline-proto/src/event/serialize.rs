//! Events for serde: the object that FreeSWITCH's own JSON is, with each key once.
//!
//! FreeSWITCH repeats keys; what reads JSON mostly keeps one of them. Here a header that comes several times in one
//! spelling is one list of all its values at the first one's place, as an array is. So is the Content-Length that
//! FreeSWITCH writes before `_body` if the event has a header of that name, too. Bytes that are not UTF-8 are replaced
//! by U+FFFD. Nothing else is lost but where the later ones of several stood.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Event, EventBuilder};
use crate::header::lossy;

/// The key of the body.
const BODY: &str = "_body";
const LENGTH: &str = "Content-Length";

/// The object FreeSWITCH's JSON of this event is, whichever form it came in: values are strings, arrays lists of them,
/// the body `_body` behind its length. What comes several times is one list.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_builder().serialize(serializer)
    }
}

/// As [`Event`] is.
impl Serialize for EventBuilder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::default();
        for (name, values) in self.headers() {
            members.add(name, values.iter().map(|value| lossy(Cow::Borrowed(value))), values.is_list());
        }
        if let Some(body) = self.given_body() {
            let body = lossy(Cow::Borrowed(body));
            members.add(LENGTH.as_bytes(), [Cow::Owned(body.len().to_string())].into_iter(), false);
            members.add(BODY.as_bytes(), [body].into_iter(), false);
        }
        let mut map = serializer.serialize_map(Some(members.list.len()))?;
        for member in &members.list {
            match &member.values[..] {
                [value] if !member.is_list => map.serialize_entry(&member.key, value)?,
                values => map.serialize_entry(&member.key, values)?,
            }
        }
        map.end()
    }
}

/// Keys in order, each once.
#[derive(Default)]
struct Members<'a> {
    list: Vec<Member<'a>>,
    places: HashMap<Cow<'a, str>, usize>,
}

struct Member<'a> {
    key: Cow<'a, str>,
    values: Vec<Cow<'a, str>>,
    is_list: bool,
}

impl<'a> Members<'a> {
    fn add(&mut self, key: &'a [u8], values: impl Iterator<Item = Cow<'a, str>>, is_list: bool) {
        let key = lossy(Cow::Borrowed(key));
        let place = *self.places.entry(key.clone()).or_insert(self.list.len());
        if place == self.list.len() {
            self.list.push(Member { key, values: Vec::new(), is_list });
        }
        if let Some(member) = self.list.get_mut(place) {
            member.is_list |= is_list;
            member.values.extend(values);
        }
    }
}

/// From such an object, or from FreeSWITCH's own: a string is a header, a list of strings an array, the last `_body`
/// the body, and the last Content-Length no header if it says the body's length. Keys may come more than once.
impl<'de> Deserialize<'de> for EventBuilder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object)
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = EventBuilder;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: a map of strings and lists of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EventBuilder, A::Error> {
        let mut members: Vec<(String, Texts)> = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        let body = take_last(&mut members, BODY, |_| true);
        if let Some(body) = &body {
            take_last(&mut members, LENGTH, |length| length.parse() == Ok(body.len()));
        }
        let mut event = EventBuilder::new();
        for (name, texts) in members {
            match texts {
                Texts::One(value) => event.push(name, value),
                Texts::List(values) => event.push_list(name, values),
            }
        }
        Ok(match body {
            Some(body) => event.body(body),
            None => event,
        })
    }
}

/// Takes out the last value of a key, if it is one that is meant.
fn take_last(
    members: &mut Vec<(String, Texts)>,
    key: &str,
    is_meant: impl Fn(&str) -> bool,
) -> Option<String> {
    let place = members.iter().rposition(|(name, _)| name == key)?;
    let (_, texts) = members.get_mut(place)?;
    match texts {
        Texts::One(text) => {
            if !is_meant(text) {
                return None;
            }
            let text = std::mem::take(text);
            members.remove(place);
            Some(text)
        }
        Texts::List(list) => {
            let last = list.pop_if(|text| is_meant(text))?;
            if let [alone] = &mut list[..] {
                // It was a header of one value until this one joined it.
                *texts = Texts::One(std::mem::take(alone));
            } else if list.is_empty() {
                members.remove(place);
            }
            Some(last)
        }
    }
}

/// The value of a key.
enum Texts {
    One(String),
    List(Vec<String>),
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StringOrList;

        impl<'de> Visitor<'de> for StringOrList {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts::One(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Texts, E> {
                Ok(Texts::One(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts::List(texts))
            }
        }

        deserializer.deserialize_any(StringOrList)
    }
}
