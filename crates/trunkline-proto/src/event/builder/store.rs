//! Headers in order, with names and values in one piece of memory: a simulated switch makes very many events, and
//! most of them are made once and never changed.

use std::borrow::Cow;

use crate::header::array_text;

/// Headers in order.
#[derive(Clone, Default)]
pub(super) struct Store {
    /// Names and values, as they were put in; what was taken out stays until it is too much.
    text: Vec<u8>,
    headers: Vec<Header>,
    /// How much of `text` nobody points at.
    dead: usize,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    len: usize,
}

#[derive(Clone)]
struct Header {
    name: Span,
    spans: Spans,
}

#[derive(Clone)]
enum Spans {
    One(Span),
    List(Vec<Span>),
}

/// The values of one header of an [`EventBuilder`](super::EventBuilder): one, or an array of any number.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    text: &'a [u8],
    spans: &'a [Span],
    is_list: bool,
}

impl<'a> Values<'a> {
    /// The values in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        self.spans.iter().map(move |span| span.of(self.text))
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.spans.len()
    }

    /// Whether there is none: an array without elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.spans.is_empty()
    }

    /// Whether it is an array, if only of one.
    #[must_use]
    pub fn is_list(self) -> bool {
        self.is_list
    }

    /// As FreeSWITCH holds it: the value, or `ARRAY::a|:b` of more than one.
    #[must_use]
    pub fn text(self) -> Cow<'a, [u8]> {
        match self.spans {
            [] => Cow::Borrowed(b""),
            [span] => Cow::Borrowed(span.of(self.text)),
            _ => Cow::Owned(array_text(self.iter())),
        }
    }
}

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_list == other.is_list && self.iter().eq(other.iter())
    }
}

impl Eq for Values<'_> {}

impl std::fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts = self.iter().map(String::from_utf8_lossy);
        match self.iter().next() {
            Some(value) if !self.is_list => std::fmt::Debug::fmt(&String::from_utf8_lossy(value), f),
            _ => f.debug_list().entries(texts).finish(),
        }
    }
}

impl Span {
    fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.start + self.len).unwrap_or_default()
    }
}

impl Header {
    fn values<'a>(&'a self, text: &'a [u8]) -> Values<'a> {
        match &self.spans {
            Spans::One(span) => Values { text, spans: std::slice::from_ref(span), is_list: false },
            Spans::List(spans) => Values { text, spans, is_list: true },
        }
    }

    fn text_len(&self) -> usize {
        self.name.len + self.spans.text_len()
    }
}

impl Spans {
    fn text_len(&self) -> usize {
        match self {
            Self::One(span) => span.len,
            Self::List(spans) => spans.iter().map(|span| span.len).sum(),
        }
    }

    /// An array of what there is.
    /// Changes it as an array, which it becomes if it is none.
    fn change(&mut self, change: impl FnOnce(&mut Vec<Span>)) {
        let mut elements = match std::mem::replace(self, Self::List(Vec::new())) {
            Self::One(span) => vec![span],
            Self::List(spans) => spans,
        };
        change(&mut elements);
        *self = Self::List(elements);
    }
}

impl Store {
    pub(super) fn len(&self) -> usize {
        self.headers.len()
    }

    /// How many bytes the names and values take.
    pub(super) fn text_len(&self) -> usize {
        self.text.len() - self.dead
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], Values<'_>)> {
        self.headers.iter().map(|header| (header.name.of(&self.text), header.values(&self.text)))
    }

    pub(super) fn get(&self, place: usize) -> Option<Values<'_>> {
        self.headers.get(place).map(|header| header.values(&self.text))
    }

    /// The place of the first header of this name, in any case.
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        self.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Puts a header at a place, at most the end.
    pub(super) fn insert(&mut self, place: usize, name: &[u8], value: &[u8]) {
        let (name, value) = (self.store(name), self.store(value));
        self.insert_spans(place, name, Spans::One(value));
    }

    pub(super) fn insert_list<T: AsRef<[u8]>>(
        &mut self,
        place: usize,
        name: &[u8],
        values: impl IntoIterator<Item = T>,
    ) {
        let name = self.store(name);
        let spans = values.into_iter().map(|value| self.store(value.as_ref())).collect();
        self.insert_spans(place, name, Spans::List(spans));
    }

    fn insert_spans(&mut self, place: usize, name: Span, spans: Spans) {
        self.headers.insert(place.min(self.headers.len()), Header { name, spans });
    }

    fn store(&mut self, text: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        Span { start, len: text.len() }
    }

    /// Gives the header at a place another value.
    pub(super) fn replace(&mut self, place: usize, value: &[u8]) {
        let value = self.store(value);
        if let Some(header) = self.headers.get_mut(place) {
            self.dead += header.spans.text_len();
            header.spans = Spans::One(value);
        }
        self.tidy();
    }

    /// Makes the header at a place an array, if it is none, and puts a value before or behind what it holds.
    pub(super) fn add_element(&mut self, place: usize, value: &[u8], in_front: bool) {
        let value = self.store(value);
        if let Some(header) = self.headers.get_mut(place) {
            header.spans.change(|elements| elements.insert(if in_front { 0 } else { elements.len() }, value));
        }
    }

    /// Sets an element of an array, which grows if need be. What is no array loses its value.
    pub(super) fn set_element(&mut self, place: usize, index: usize, value: &[u8]) {
        let (value, none) = (self.store(value), self.store(b""));
        if let Some(header) = self.headers.get_mut(place) {
            let before = header.spans.text_len() + value.len;
            if matches!(header.spans, Spans::One(_)) {
                header.spans = Spans::List(Vec::new());
            }
            header.spans.change(|elements| {
                elements.resize(elements.len().max(index + 1), none);
                elements.get_mut(index).into_iter().for_each(|element| *element = value);
            });
            self.dead += before - header.spans.text_len();
        }
        self.tidy();
    }

    /// Gives every header of this name, in any case, another one; how many there were.
    pub(super) fn rename(&mut self, name: &[u8], new: &[u8]) -> usize {
        let is_named = |(_, (known, _)): &(usize, (&[u8], Values<'_>))| known.eq_ignore_ascii_case(name);
        let places: Vec<usize> = self.iter().enumerate().filter(is_named).map(|(place, _)| place).collect();
        for place in &places {
            let new = self.store(new);
            if let Some(header) = self.headers.get_mut(*place) {
                self.dead += header.name.len;
                header.name = new;
            }
        }
        self.tidy();
        places.len()
    }

    /// Takes out the headers that are not to be kept; how many.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&[u8], Values<'_>) -> bool) -> usize {
        let (text, dead, before) = (&self.text, &mut self.dead, self.headers.len());
        self.headers.retain(|header| {
            let keep = keep(header.name.of(text), header.values(text));
            *dead += if keep { 0 } else { header.text_len() };
            keep
        });
        let taken = before - self.headers.len();
        self.tidy();
        taken
    }

    /// Gives memory back when more than half of it is of no use.
    fn tidy(&mut self) {
        const NOT_WORTH_IT: usize = 1024;
        if self.dead > NOT_WORTH_IT.max(self.text.len() / 2) {
            let mut tidied = Self::default();
            tidied.text.reserve(self.text_len());
            for (name, values) in self.iter() {
                match values.spans {
                    [_] if !values.is_list => tidied.insert(tidied.len(), name, &values.text()),
                    _ => tidied.insert_list(tidied.len(), name, values.iter()),
                }
            }
            *self = tidied;
        }
    }
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_for_ever_takes_no_memory_for_ever() {
        let mut store = Store::default();
        store.insert(0, b"kept", b"value");
        store.insert_list(1, b"list", [b"a"]);
        for turn in 0..10_000 {
            store.replace(0, format!("value {turn}").as_bytes());
            store.set_element(1, 0, format!("element {turn}").as_bytes());
            store.insert(2, b"short-lived", b"value");
            assert_eq!(store.retain(|name, _| name != b"short-lived"), 1);
        }
        assert!(store.text.len() < 4096, "{}", store.text.len());
        assert_eq!(store.text_len(), b"keptvalue 9999listelement 9999".len());
        let all: Vec<_> = store.iter().map(|(name, values)| (name, values.text().into_owned())).collect();
        assert_eq!(all, [(&b"kept"[..], b"value 9999".to_vec()), (b"list", b"element 9999".to_vec())]);
    }
}
