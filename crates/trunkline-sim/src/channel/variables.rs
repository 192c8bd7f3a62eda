//! Channel variables.

use crate::event::{Draft, Headers, Size, array_elements};
use crate::text::atoi;

/// The highest index of an array.
const MOST_INDEX: usize = 4000;

/// What begins an array.
const ARRAY: &[u8] = b"ARRAY::";

/// What stands before a variable's name in events.
const PREFIX: &[u8] = b"variable_";

/// Channel variables in the order they were last set, as events list them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables(Headers);

/// What those of a call take that is parked.
const ROOM: Size = Size { lines: 16, plain: 576, raw: 0 };

impl Variables {
    /// None, with room for some.
    pub(super) fn with_room() -> Self {
        Self(Headers::with_capacity(ROOM))
    }

    /// Sets a variable, which puts it last; an empty value removes it.
    pub(crate) fn set(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_ref(), value.as_ref());
        if name.contains(&b'[') {
            return self.set_element(name, value);
        }
        self.remove(name);
        if !value.is_empty() {
            self.0.push_joined(&[PREFIX, name], value);
        }
    }

    /// Sets an element of an array, `name[index]`; what is no array loses its value. It stays where it is.
    fn set_element(&mut self, name: &[u8], value: &[u8]) {
        let bracket = name.iter().position(|byte| *byte == b'[').unwrap_or_default();
        let (name, index) = name.split_at(bracket);
        let index = usize::try_from(atoi(index.get(1..).unwrap_or_default())).ok();
        let Some(index) = index.filter(|index| *index <= MOST_INDEX) else { return };
        let mut elements = self.get(name).and_then(array_elements).unwrap_or_default();
        elements.resize(elements.len().max(index + 1), Vec::new());
        if let Some(element) = elements.get_mut(index) {
            *element = value.to_vec();
        }
        let array = [ARRAY, &elements.join(&b"|:"[..])].concat();
        if self.get(name).is_none() {
            return self.set(name, array);
        }
        self.0.replace(PREFIX.len(), name, &array);
    }

    /// Makes a variable an array, of one element if it is none yet.
    pub(crate) fn make_array(&mut self, name: &[u8]) {
        let Some(known) = self.get(name).filter(|known| !known.starts_with(ARRAY)) else { return };
        let array = [ARRAY, known].concat();
        self.0.replace(PREFIX.len(), name, &array);
    }

    /// Adds to a variable in front, as [`append`](Self::append) does behind.
    pub(crate) fn prepend(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_bytes(), value.as_ref());
        let Some(known) = self.get(name) else { return self.set(name, value) };
        let array = [ARRAY, value, b"|:", known.strip_prefix(ARRAY).unwrap_or(known)].concat();
        self.0.replace(PREFIX.len(), name, &array);
    }

    /// [`set`](Self::set) to a number.
    pub(crate) fn set_number(&mut self, name: impl AsRef<[u8]>, value: u64) {
        self.set(name, itoa::Buffer::new().format(value));
    }

    /// Adds to a variable, which becomes an array where it had a value, and stays where it is.
    pub(crate) fn append(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_bytes(), value.as_ref());
        let Some(known) = self.get(name) else { return self.set(name, value) };
        let array = [ARRAY, known.strip_prefix(ARRAY).unwrap_or(known), b"|:", value].concat();
        self.0.replace(PREFIX.len(), name, &array);
    }

    pub(crate) fn remove(&mut self, name: &[u8]) {
        self.0.remove(PREFIX.len(), name);
    }

    /// Removes all whose names begin so.
    pub(crate) fn remove_beginning(&mut self, beginning: &[u8]) {
        let begins =
            |name: &[u8]| name.get(..beginning.len()).is_some_and(|b| b.eq_ignore_ascii_case(beginning));
        let found: Vec<Vec<u8>> =
            self.iter().filter(|(name, _)| begins(name)).map(|(name, _)| name.to_vec()).collect();
        for name in found {
            self.remove(&name);
        }
    }

    pub(crate) fn get(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.0.find(PREFIX.len(), name.as_ref())
    }

    /// Whether a variable says yes.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(crate::text::is_true)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (name.get(PREFIX.len()..).unwrap_or_default(), value))
    }

    /// What they take in an event.
    pub(super) fn size(&self) -> Size {
        self.0.size()
    }

    /// Puts all of them into an event.
    pub(crate) fn write(&self, event: &mut Draft) {
        event.append(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_goes_last() {
        let mut variables = Variables::default();
        for (name, value) in [("a", "1"), ("b", "2"), ("A", "3"), ("c", "4"), ("c", "")] {
            variables.set(name, value);
        }
        variables.set_number("n", 7);
        let shown: Vec<_> = variables.iter().collect();
        assert_eq!(shown, [(&b"b"[..], &b"2"[..]), (b"A", b"3"), (b"n", b"7")]);
        assert_eq!(variables.get("a"), Some(b"3".as_slice()));
        variables.append("a", "4");
        variables.append("a", "5");
        assert_eq!(variables.iter().nth(1), Some((&b"A"[..], &b"ARRAY::3|:4|:5"[..])));
        variables.prepend("a", "0");
        variables.set("a[1]", "x");
        variables.set("a[5]", "y");
        assert_eq!(variables.get("a"), Some(b"ARRAY::0|:x|:4|:5|:|:y".as_slice()));
        variables.append("new", "6");
        assert_eq!(variables.get("new"), Some(b"6".as_slice()));
        variables.remove(b"B");
        assert_eq!(variables.get("b"), None);
        variables.set("new_2", "7");
        variables.remove_beginning(b"NEW");
        assert_eq!(
            (variables.get("new"), variables.get("new_2"), variables.get("n")),
            (None, None, Some(&b"7"[..]))
        );
    }

    #[test]
    fn an_event_keeps_what_was_set_when_it_was_made() {
        let mut variables = Variables::default();
        variables.set("a", "1");
        let mut event = Draft::new();
        variables.write(&mut event);
        variables.set("a", "2");
        assert_eq!(event.first(b"variable_a").as_deref(), Some(b"1".as_slice()));
    }
}
