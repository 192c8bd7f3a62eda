//! How the core stores the headers of a packet (`switch_event_base_add_header` in `switch_event.c`).

use crate::header::{array_text, split_array};

/// Headers as they are added one by one.
#[derive(Debug, Default)]
pub(super) struct Stored(Vec<(Vec<u8>, Value)>);

#[derive(Debug)]
enum Value {
    One(Vec<u8>),
    Array(Vec<Vec<u8>>),
}

const ARRAY: &[u8] = b"ARRAY::";
/// The highest index of an array.
const MOST_INDEX: i64 = 4000;

impl Stored {
    pub(super) fn add(&mut self, name: &[u8], value: &[u8]) {
        if let Some(bracket) = memchr::memchr(b'[', name) {
            let (name, index) = name.split_at(bracket);
            self.assign(name, atoi(index.get(1..).unwrap_or_default()), value);
        } else if value.is_empty() {
            self.0.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
        } else if let Some(list) = value.strip_prefix(ARRAY) {
            if !list.is_empty() {
                self.push(name, split_array(list));
            }
        } else {
            self.0.push((name.to_vec(), Value::One(value.to_vec())));
        }
    }

    /// With arrays as `ARRAY::a|:b`, as lookups give them.
    pub(super) fn into_texts(self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let text = |value| match value {
            Value::One(value) => value,
            Value::Array(elements) => array_text(elements.into_iter()),
        };
        self.0.into_iter().map(|(name, value)| (name, text(value))).collect()
    }

    fn find(&mut self, name: &[u8]) -> Option<&mut Value> {
        self.0.iter_mut().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The elements join a header of that name, if there is one; empty ones before the first are dropped.
    fn push(&mut self, name: &[u8], elements: Vec<Vec<u8>>) {
        if let Some(value) = self.find(name) {
            let mut all = value.take();
            all.extend(elements);
            *value = Value::Array(all);
            return;
        }
        let elements: Vec<_> = elements.into_iter().skip_while(Vec::is_empty).collect();
        if !elements.is_empty() {
            self.0.push((name.to_vec(), Value::Array(elements)));
        }
    }

    /// `name[index]: value`. A single value there is overwritten, not kept as an element.
    fn assign(&mut self, name: &[u8], index: i64, value: &[u8]) {
        let Some(index) = usize::try_from(index).ok().filter(|_| index <= MOST_INDEX) else { return };
        let found = self.find(name);
        let mut elements = match &found {
            Some(Value::Array(elements)) => elements.clone(),
            _ => Vec::new(),
        };
        if elements.len() <= index {
            elements.resize(index + 1, Vec::new());
        }
        if let Some(element) = elements.get_mut(index) {
            *element = value.to_vec();
        }
        match found {
            Some(there) => *there = Value::Array(elements),
            None => self.0.push((name.to_vec(), Value::Array(elements))),
        }
    }
}

impl Value {
    fn take(&mut self) -> Vec<Vec<u8>> {
        match self {
            Self::One(value) => vec![std::mem::take(value)],
            Self::Array(elements) => std::mem::take(elements),
        }
    }
}

/// As C's `atoi` on a 32-bit int: leading blanks and a sign, digits up to the first other byte, wrapping.
pub(super) fn atoi(value: &[u8]) -> i64 {
    let value = value.trim_ascii_start();
    let (negative, digits) = match value.split_first() {
        Some((b'-', digits)) => (true, digits),
        Some((b'+', digits)) => (false, digits),
        _ => (false, value),
    };
    let number = digits
        .iter()
        .map_while(|byte| char::from(*byte).to_digit(10))
        .fold(0i64, |number, digit| number.saturating_mul(10).saturating_add(i64::from(digit)));
    let number = if negative { -number } else { number };
    // The low 32 bits, as the cast in glibc's `atoi` keeps them.
    i64::from(i32::from_le_bytes(number.to_le_bytes().first_chunk().copied().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_assigned_and_joined() {
        let cases: [(&[&str], &str); 10] = [
            (&["A[2]: x"], "A=ARRAY::|:|:x"),
            (&["A[0]: x"], "A=x"),
            (&["A[0]: x", "a[1]: y"], "A=ARRAY::x|:y"),
            (&["A: ARRAY::p|:q", "A[1]: y"], "A=ARRAY::p|:y"),
            (&["A: one", "A[1]: y"], "A=ARRAY::|:y"),
            (&["A[4001]: x", "A[-1]: x"], ""),
            (&["A: one", "B: 2", "a: ARRAY::x|:y"], "A=ARRAY::one|:x|:y B=2"),
            (&["A: ARRAY::|:x|:"], "A=ARRAY::x|:"),
            (&["A: ARRAY::|:"], ""),
            (&["A: ARRAY::one", "B: 1", "b: "], "A=one"),
        ];
        for (lines, expected) in cases {
            let mut stored = Stored::default();
            for (name, value) in lines.iter().filter_map(|line| line.split_once(": ")) {
                stored.add(name.as_bytes(), value.as_bytes());
            }
            let headers = stored.into_texts().into_iter();
            let headers =
                headers.map(|(name, value)| format!("{}={}", name.escape_ascii(), value.escape_ascii()));
            assert_eq!(headers.collect::<Vec<_>>().join(" "), expected, "{lines:?}");
        }
    }
}
