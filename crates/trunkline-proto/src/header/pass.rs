//! Several headers found in one pass, where looking up one after the other takes too long.

use memchr::memchr;

use super::{ESCAPED_NAME, Encoding, Headers, Mark, Place, Value};

/// How far a pass over headers has come: the next one it comes to. It means nothing to other headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached(usize);

impl Headers {
    /// Where all headers are yet to come.
    #[must_use]
    pub fn first(&self) -> Reached {
        Reached(self.start())
    }

    /// The first value from there on of each of these names, as they are spelled, in one pass; it ends behind the first
    /// header of the last name, or with the last header, and that is reached then. Whatever order the headers are in, they
    /// are found; it is done soonest when the names are in the same order, and those are among them that are not wanted.
    ///
    /// ```
    /// # use trunkline_proto::{EventBuilder, EventFormat, EventName, Value};
    /// # let event = EventBuilder::named(&EventName::ChannelAnswer).header("Unique-ID", "a").header("Answer-State", "early");
    /// # let event = event.to_event(EventFormat::Plain).unwrap();
    /// let headers = event.headers();
    /// let [id, direction, state] =
    ///     headers.pass(&mut headers.first(), &["Unique-ID", "Call-Direction", "Answer-State"]);
    /// assert_eq!(id.map(Value::to_str).as_deref(), Some("a"));
    /// assert!(direction.is_none());
    /// assert_eq!(state.map(Value::to_str).as_deref(), Some("early"));
    /// ```
    #[must_use]
    pub fn pass<const N: usize>(&self, reached: &mut Reached, names: &[&str; N]) -> [Option<Value<'_>>; N] {
        let mut found = Found { names, values: [None; N], expected: 0 };
        match &self.place {
            Place::Lines(lines) => {
                let block = self.lines(lines);
                while found.expected < N
                    && let Some(line) =
                        block.get(reached.0..).filter(|line| !matches!(line.first(), None | Some(b'\n')))
                {
                    reached.0 += self.pass_line(line, &mut found);
                }
            }
            Place::Marks(marks) => {
                while found.expected < N
                    && let Some(mark) = marks.get(reached.0)
                {
                    self.pass_marked(*mark, &mut found);
                    reached.0 += 1;
                }
            }
        }
        found.values
    }

    /// Passes over the line these bytes begin with; how long it is.
    #[inline]
    fn pass_line<'h, const N: usize>(&'h self, line: &'h [u8], found: &mut Found<'_, 'h, N>) -> usize {
        let place =
            found.place(|name| line.get(name.len()) == Some(&b':') && line.starts_with(name.as_bytes()));
        let value_at = place.map_or(0, |place| found.len_of(place) + 1);
        let value = line.get(value_at..).unwrap_or_default();
        let len = memchr(b'\n', value).unwrap_or(value.len());
        if let Some(place) = place {
            found.put(place, || Some(self.line_value(value.get(..len)?)));
        }
        value_at + len + 1
    }

    fn pass_marked<'h, const N: usize>(&'h self, mark: Mark, found: &mut Found<'_, 'h, N>) {
        if self.encoding == Encoding::Json && mark & ESCAPED_NAME == 0 {
            let here = self.raw.get(mark as usize..).unwrap_or_default();
            let is_it = |name: &str| here.get(name.len()) == Some(&b'"') && here.starts_with(name.as_bytes());
            if let Some(place) = found.place(is_it) {
                let end = mark as usize + found.len_of(place);
                found.put(place, || self.value_after(end));
            }
        } else if let Some((name, value)) = self.read(mark)
            && let Some(place) = found.place(|it| it.as_bytes() == &*name)
        {
            found.put(place, || Some(value));
        }
    }

    /// The first value of `name` from there on, if there is one; then that is reached which is behind it.
    pub fn next(&self, reached: &mut Reached, name: &str) -> Option<Value<'_>> {
        self.next_named(&mut reached.0, name)
    }

    /// The bytes as received of the headers from one on up to another. Those of two blocks that are the same are the same
    /// headers.
    #[must_use]
    pub fn raw_between(&self, Reached(from): Reached, Reached(to): Reached) -> &[u8] {
        let range = match &self.place {
            Place::Lines(_) => from..to,
            Place::Marks(marks) => {
                let last = to.checked_sub(1).and_then(|last| self.read(*marks.get(last)?));
                let end = last.and_then(|(_, value)| self.offset_of(value.raw().as_ptr_range().end));
                // With the quote or tag that ends the value, so that no longer one is taken for it.
                marks.get(from).map_or(0, start_of)..end.map_or(0, |end| end + 1)
            }
        };
        self.raw.get(range).unwrap_or_default()
    }

    /// What comes behind headers that are these bytes, if they are.
    #[must_use]
    pub fn skip(&self, Reached(from): Reached, raw: &[u8]) -> Option<Reached> {
        let start = match &self.place {
            Place::Lines(_) => from,
            Place::Marks(marks) => start_of(marks.get(from)?),
        };
        if !self.raw.get(start..)?.starts_with(raw) {
            return None;
        }
        let end = start + raw.len();
        Some(match &self.place {
            Place::Lines(_) => Reached(end),
            Place::Marks(marks) => Reached(marks.partition_point(|mark| start_of(mark) < end)),
        })
    }

    fn offset_of(&self, at: *const u8) -> Option<usize> {
        (at as usize).checked_sub(self.raw.as_ptr() as usize)
    }
}

fn start_of(mark: &Mark) -> usize {
    (mark & !ESCAPED_NAME) as usize
}

/// What a pass has found.
struct Found<'n, 'h, const N: usize> {
    names: &'n [&'n str; N],
    values: [Option<Value<'h>>; N],
    /// Which name is next, if they are in order.
    expected: usize,
}

impl<'h, const N: usize> Found<'_, 'h, N> {
    /// The place of a header's name among the names.
    #[inline]
    fn place(&self, is_it: impl Fn(&str) -> bool) -> Option<usize> {
        let (passed, ahead) = self.names.split_at_checked(self.expected)?;
        let place = ahead.iter().position(|name| is_it(name)).map(|place| self.expected + place);
        place.or_else(|| passed.iter().position(|name| is_it(name)))
    }

    fn len_of(&self, place: usize) -> usize {
        self.names.get(place).map_or(0, |name| name.len())
    }

    #[inline]
    fn put(&mut self, place: usize, value: impl FnOnce() -> Option<Value<'h>>) {
        if let Some(known @ None) = self.values.get_mut(place) {
            *known = value();
        }
        self.expected = place + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventBuilder, EventFormat, EventName};

    fn event(format: EventFormat, headers: &[(&str, &str)]) -> Event {
        let builder = EventBuilder::named(&EventName::ChannelState);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.to_event(format).unwrap()
    }

    fn text(values: &[Option<Value<'_>>]) -> Vec<Option<String>> {
        values.iter().map(|value| value.map(|value| value.to_str().into_owned())).collect()
    }

    #[test]
    fn a_pass_ends_behind_the_last_name() {
        for format in EventFormat::ALL {
            let event = event(format, &[("A", "1"), ("B", "a b"), ("C", "3"), ("B", "4"), ("D", "5")]);
            let (headers, mut reached) = (event.headers(), event.headers().first());
            let values = headers.pass(&mut reached, &["A", "X", "B", "C"]);
            assert_eq!(
                text(&values),
                [Some("1"), None, Some("a b"), Some("3")].map(|it| it.map(str::to_owned))
            );
            let values = headers.pass(&mut reached, &["A", "B", "C", "D"]);
            assert_eq!(text(&values), [None, Some("4"), None, Some("5")].map(|it| it.map(str::to_owned)));
            assert_eq!(text(&headers.pass(&mut reached, &["A"])), [None]);
        }
    }

    #[test]
    fn one_after_the_other() {
        for format in EventFormat::ALL {
            let event = event(format, &[("A", "1"), ("B", "2"), ("a", "3")]);
            let (headers, mut reached) = (event.headers(), event.headers().first());
            let mut next = |name| headers.next(&mut reached, name).map(|value| value.to_str().into_owned());
            assert_eq!(
                [next("a"), next("X"), next("A"), next("B")].map(|it| it.unwrap_or_default()),
                ["1", "", "3", ""]
            );
        }
    }

    #[test]
    fn what_is_the_same_is_skipped() {
        for format in EventFormat::ALL {
            let read = |headers: &Headers| {
                let mut from = headers.first();
                let _ = headers.next(&mut from, "A");
                let mut to = from;
                let _ = headers.pass(&mut to, &["B", "C"]);
                (from, to)
            };
            let first = event(format, &[("A", "1"), ("B", "x"), ("C", "3"), ("D", "4")]);
            let (from, to) = read(first.headers());
            let raw = first.headers().raw_between(from, to);
            let behind = |headers: &[(&str, &str)]| {
                let other = event(format, headers);
                let (from, _) = read(other.headers());
                let mut behind = other.headers().skip(from, raw)?;
                Some(text(&other.headers().pass(&mut behind, &["E"])).remove(0))
            };
            // What stands before is longer, what stands behind is other.
            let same = [("A", "one"), ("B", "x"), ("C", "3"), ("E", "5")];
            assert_eq!(behind(&same), Some(Some("5".to_owned())), "{format}");
            assert_eq!(behind(&same[..3]), Some(None), "{format}");
            assert_eq!(behind(&[("A", "1"), ("B", "x"), ("C", "33")]), None, "{format}");
            assert_eq!(behind(&[("A", "1"), ("B", "y"), ("C", "3")]), None, "{format}");
            assert_eq!(behind(&[("A", "1")]), None, "{format}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_last_is_found_from_either_end(
            names in proptest::collection::vec(proptest::sample::select(vec!["A", "b", "B", "Bb", "C"]), 0..12),
            format in proptest::sample::select(EventFormat::ALL.to_vec()),
        ) {
            let values: Vec<String> = (0..names.len()).map(|place| format!("{place} ")).collect();
            let pairs: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
            let event = event(format, &pairs);
            for name in ["A", "B", "Bb", "c", "None", "", "A: 0", "0%20\nB"] {
                let (one, other) = (event.headers().last(name), event.headers().last_backwards(name));
                proptest::prop_assert_eq!(one.map(Value::to_str), other.map(Value::to_str), "{}", name);
            }
        }

        #[test]
        fn a_pass_finds_what_is_looked_up(
            names in proptest::collection::vec(proptest::sample::select(vec!["A", "B", "Bb", "C", "D"]), 0..12),
            format in proptest::sample::select(EventFormat::ALL.to_vec()),
        ) {
            let values: Vec<String> = (0..names.len()).map(|place| place.to_string()).collect();
            let pairs: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
            let event = event(format, &pairs);
            let wanted = ["D", "B", "A", "Bb", "Last"];
            let found = event.headers().pass(&mut event.headers().first(), &wanted);
            let looked_up = wanted.map(|name| event.headers().value(name));
            proptest::prop_assert_eq!(text(&found), text(&looked_up));
        }
    }
}
