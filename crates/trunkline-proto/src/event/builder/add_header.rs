//! Headers as the switch itself takes them (`switch_event_base_add_header` in `src/switch_event.c`), from whoever
//! sends it some and from its own modules.

use super::EventBuilder;
use crate::atoi::atoi;
use crate::header::{ARRAY, split_array};

/// Where a header goes (`switch_stack_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Stack {
    /// Behind all others, even of its name.
    #[default]
    Bottom,
    /// Before all others.
    Top,
    /// Into the first header of its name, which becomes an array, as its last element; a new one is an array of one.
    Push,
    /// As `Push`, as its first element.
    Unshift,
}

/// The largest index in `name[index]`.
const MOST_INDEX: i64 = 4000;

impl EventBuilder {
    /// Adds a header as the switch would, which reads more into names and values than they say:
    ///
    /// | what | becomes |
    /// |---|---|
    /// | an empty value | nothing: every header of the name is taken out |
    /// | a value `ARRAY::a\|:b` | an array, at the end or in the header of that name that there is |
    /// | a value `ARRAY::` | nothing |
    /// | a name `name[2]` | the third element of `name` ([`set_element`](Self::set_element)); nothing beyond `[4000]` |
    /// | a name `_body` | the body, and a header of that name |
    ///
    /// None of this holds of what is pushed into a header that is there: that takes any value as it is.
    ///
    /// The switch copies an event for each of its listeners by the same rules, element by element: what comes on the
    /// wire has lost the empty elements before the first other one.
    pub fn add_header(&mut self, stack: Stack, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let (name, value) = (name.as_ref(), value.as_ref());
        if name == b"_body" {
            self.set_body(value);
        }
        if let Some(bracket) = name.iter().position(|byte| *byte == b'[') {
            let (name, index) = name.split_at(bracket);
            return self.assign(stack, name, index.get(1..).unwrap_or_default(), value);
        }
        let is_array = matches!(stack, Stack::Push | Stack::Unshift);
        if let Some(place) = self.store.find(name).filter(|_| is_array) {
            self.store.add_element(place, value, stack == Stack::Unshift);
        } else if value.is_empty() {
            self.delete(name);
        } else if let Some(list) = value.strip_prefix(ARRAY) {
            self.push_elements(name, list);
        } else if is_array {
            self.push_list(name, [value]);
        } else {
            let place = if stack == Stack::Top { 0 } else { self.store.len() };
            self.store.insert(place, name, value);
        }
    }

    /// `name[index]`
    fn assign(&mut self, stack: Stack, name: &[u8], index: &[u8], value: &[u8]) {
        let index = atoi(index);
        let Some(index) = usize::try_from(index).ok().filter(|_| index <= MOST_INDEX) else { return };
        if stack == Stack::Top && self.store.find(name).is_none() {
            self.store.insert_list(0, name, [b""; 0]);
        }
        self.set_element(name, index, value);
    }

    /// Pushes each element of a list without its `ARRAY::`. What would begin an array may neither be empty nor look
    /// like one.
    fn push_elements(&mut self, name: &[u8], list: &[u8]) {
        let mut place = self.store.find(name);
        for mut element in split_array(list).filter(|_| !list.is_empty()) {
            if name == b"_body" {
                self.set_body(element);
            }
            if let Some(place) = place {
                self.store.add_element(place, element, false);
                continue;
            }
            while let Some(rest) = element.strip_prefix(ARRAY) {
                element = rest;
            }
            if !element.is_empty() {
                self.push_list(name, [element]);
                place = Some(self.store.len() - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::EventFormat;
    use super::*;

    /// The headers as JSON, after these additions.
    fn added(additions: &[(Stack, &str, &str)]) -> String {
        let mut event = EventBuilder::new();
        for (stack, name, value) in additions {
            event.add_header(*stack, name, value);
        }
        String::from_utf8(event.payload(EventFormat::Json)).unwrap()
    }

    #[test]
    fn as_the_switch_adds_them() {
        use Stack::{Bottom, Push, Top, Unshift};
        for (additions, headers) in [
            (&[(Bottom, "A", "1"), (Bottom, "a", "2")][..], r#"{"A":"1","a":"2"}"#),
            (&[(Bottom, "A", "1"), (Top, "B", "2")], r#"{"B":"2","A":"1"}"#),
            (&[(Bottom, "A", "1"), (Bottom, "B", "2"), (Bottom, "a", "")], r#"{"B":"2"}"#),
            (&[(Top, "A", "")], "{}"),
            // Arrays.
            (&[(Push, "A", "1")], r#"{"A":["1"]}"#),
            (&[(Unshift, "A", "1")], r#"{"A":["1"]}"#),
            (&[(Bottom, "A", "1"), (Push, "a", "2"), (Unshift, "A", "0")], r#"{"A":["0","1","2"]}"#),
            (&[(Bottom, "A", "1"), (Bottom, "A", "2"), (Push, "A", "3")], r#"{"A":["1","3"],"A":"2"}"#),
            (&[(Push, "A", ""), (Push, "A", "1"), (Push, "A", "")], r#"{"A":["1",""]}"#),
            (&[(Bottom, "A", "ARRAY::1|:2|:")], r#"{"A":["1","2",""]}"#),
            (&[(Top, "A", "ARRAY::|:|:x"), (Top, "B", "ARRAY::y")], r#"{"A":["x"],"B":["y"]}"#),
            (&[(Bottom, "A", "1"), (Bottom, "A", "ARRAY::2|:3")], r#"{"A":["1","2","3"]}"#),
            (&[(Push, "A", "1"), (Push, "A", "ARRAY::2|:3")], r#"{"A":["1","ARRAY::2|:3"]}"#),
            (&[(Bottom, "A", "ARRAY::ARRAY::x|:ARRAY::y")], r#"{"A":["x","ARRAY::y"]}"#),
            (&[(Bottom, "A", "1"), (Bottom, "A", "ARRAY::")], r#"{"A":"1"}"#),
            (&[(Bottom, "A", "x ARRAY::y|:z")], r#"{"A":"x ARRAY::y|:z"}"#),
            // Elements by their index.
            (&[(Bottom, "A[2]", "x")], r#"{"A":["","","x"]}"#),
            (&[(Bottom, "B", "1"), (Top, "A[0]", "x")], r#"{"A":["x"],"B":"1"}"#),
            (&[(Bottom, "A", "lost"), (Bottom, "a[1]", "x"), (Bottom, "A[0]", "y")], r#"{"A":["y","x"]}"#),
            (&[(Bottom, "A[1", "x"), (Bottom, "A[0]]", "")], r#"{"A":["","x"]}"#),
            (&[(Bottom, "A[]", "x"), (Bottom, "A[ +1x]", "y")], r#"{"A":["x","y"]}"#),
            (&[(Bottom, "A[-1]", "x"), (Bottom, "A[4001]", "x")], "{}"),
            // The body.
            (&[(Bottom, "_body", "text")], r#"{"_body":"text","Content-Length":"4","_body":"text"}"#),
            (
                &[(Bottom, "_body", "ARRAY::a|:bc")],
                r#"{"_body":["a","bc"],"Content-Length":"2","_body":"bc"}"#,
            ),
            (&[(Bottom, "_Body", "text")], r#"{"_Body":"text"}"#),
        ] {
            assert_eq!(added(additions), headers, "{additions:?}");
        }
    }

    #[test]
    fn the_largest_index() {
        let mut event = EventBuilder::new();
        event.add_header(Stack::Bottom, "A[4000]", "x");
        assert_eq!(event.values("A").map(|values| values.len()), Some(4001));
    }
}
