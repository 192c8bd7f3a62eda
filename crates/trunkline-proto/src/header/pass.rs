//! Several headers found in one pass, where looking up one after the other takes too long.

use super::in_order::feed;
use super::{ESCAPED_NAME, Encoding, Headers, Mark, Place, Value};

/// How far passes over headers have come, one going on from where the one before ended: the next header they come to. It
/// means nothing to other headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub(super) at: usize,
    pub(super) strays: Strays,
}

impl Reached {
    /// Whether among the headers before this there are such as the passes did not expect where they came, or went over by
    /// [`Headers::next`].
    #[must_use]
    pub fn has_strays(self) -> bool {
        self.strays.count > 0
    }

    /// Whether no more of such were passed by than up to there, which is earlier.
    #[must_use]
    pub fn strays_as(self, earlier: Self) -> bool {
        self.strays == earlier.strays && self.strays.count <= Strays::MOST
    }
}

/// Headers that passes did not expect: where they are, for later passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Strays {
    places: [u32; Self::MOST],
    /// More than are noted if all headers before are to be looked at.
    count: usize,
}

impl Strays {
    const MOST: usize = 4;

    fn add(&mut self, at: usize) {
        if let Some(place) = self.places.get_mut(self.count) {
            *place = u32::try_from(at).unwrap_or(u32::MAX);
        }
        self.count = (self.count + 1).min(Self::MOST + 1);
    }

    const ALL: Self = Self { places: [0; Self::MOST], count: Self::MOST + 1 };
}

impl Headers {
    /// Where all headers are yet to come.
    #[must_use]
    pub fn first(&self) -> Reached {
        Reached { at: self.start(), strays: Strays::default() }
    }

    /// The first value of each of these names up to where the pass ends: behind the first header of the last name, or
    /// behind the last header. That is reached then. `true` stands beside a name whose value is wanted.
    ///
    /// Whatever order the headers are in, and in whatever case they are spelled, the values are those that looking the names
    /// up one by one finds, of the headers up to there: also if one stands where an earlier pass went by without expecting
    /// it. (So do not expect a name in two passes.) It is done soonest when the names are spelled and in the order as the
    /// headers are, and those are among them that are not wanted.
    ///
    /// ```
    /// # use trunkline_proto::{EventBuilder, EventFormat, EventName, Value};
    /// # let event = EventBuilder::named(&EventName::ChannelAnswer).header("Unique-ID", "a").header("Answer-State", "early");
    /// # let event = event.to_event(EventFormat::Plain).unwrap();
    /// let (headers, mut reached) = (event.headers(), event.headers().first());
    /// let names = [("Event-Name", false), ("Unique-ID", true), ("Call-Direction", true), ("Answer-State", true)];
    /// let [_, id, direction, state] = headers.pass(&mut reached, &names);
    /// assert_eq!(id.map(Value::to_str).as_deref(), Some("a"));
    /// assert!(direction.is_none());
    /// assert_eq!(state.map(Value::to_str).as_deref(), Some("early"));
    /// ```
    #[must_use]
    pub fn pass<const N: usize>(
        &self,
        reached: &mut Reached,
        names: &[(&str, bool); N],
    ) -> [Option<Value<'_>>; N] {
        let mut found = Found { names, values: [None; N], expected: 0 };
        if reached.has_strays() {
            self.look_behind(*reached, |name, value| found.take(name, value));
        }
        match &self.place {
            Place::Lines(lines) => {
                let block = self.lines(lines);
                while found.expected < N
                    && let Some(line) =
                        block.get(reached.at..).filter(|line| !matches!(line.first(), None | Some(b'\n')))
                {
                    reached.at += self.pass_line(line, &mut found, reached);
                }
            }
            Place::Marks(marks) => {
                while found.expected < N
                    && let Some(mark) = marks.get(reached.at)
                {
                    self.pass_marked(*mark, &mut found, reached);
                    reached.at += 1;
                }
            }
        }
        found.values
    }

    /// Whether one of these is among the headers that earlier passes went by.
    #[must_use]
    pub fn has_passed(&self, reached: Reached, names: &[(&str, bool)]) -> bool {
        let mut has = false;
        if reached.has_strays() {
            self.look_behind(reached, |name, _| {
                has |= names.iter().any(|(it, wanted)| *wanted && it.as_bytes().eq_ignore_ascii_case(name));
            });
        }
        has
    }

    /// Tells `see` of what earlier passes went by, in order.
    #[cold]
    fn look_behind<'h>(&'h self, reached: Reached, mut see: impl FnMut(&[u8], Value<'h>)) {
        let mut header_at = |mut at: usize| {
            match self.next_at(&mut at) {
                Some((name, value)) if at <= reached.at => see(&name, value),
                _ => at = reached.at,
            }
            at
        };
        match reached.strays.places.get(..reached.strays.count) {
            Some(places) => {
                for place in places {
                    header_at(*place as usize);
                }
            }
            None => {
                let mut at = self.start();
                while at < reached.at {
                    at = header_at(at);
                }
            }
        }
    }

    /// Passes over the line these bytes begin with; how long it is.
    #[inline]
    fn pass_line<'h, const N: usize>(
        &'h self,
        line: &'h [u8],
        found: &mut Found<'_, 'h, N>,
        reached: &mut Reached,
    ) -> usize {
        let is_it = |name: &str| line.get(name.len()) == Some(&b':') && line.starts_with(name.as_bytes());
        let Some((place, name)) = found.ahead(is_it) else {
            return self.pass_stray_line(line, found, reached);
        };
        let value = line.get(name.len() + 1..).unwrap_or_default();
        let len = feed(value);
        found.put(place, || Some(self.line_value(value.get(..len)?)));
        name.len() + 1 + len + 1
    }

    #[cold]
    fn pass_stray_line<'h, const N: usize>(
        &'h self,
        line: &'h [u8],
        found: &mut Found<'_, 'h, N>,
        reached: &mut Reached,
    ) -> usize {
        let len = feed(line);
        if let Some((name, value)) = line.get(..len).and_then(|line| self.encoded_header(line)) {
            reached.strays.add(reached.at);
            found.take(&name, value);
        }
        len + 1
    }

    fn pass_marked<'h, const N: usize>(
        &'h self,
        mark: Mark,
        found: &mut Found<'_, 'h, N>,
        reached: &mut Reached,
    ) {
        if self.encoding == Encoding::Json && mark & ESCAPED_NAME == 0 {
            let here = self.raw.get(mark as usize..).unwrap_or_default();
            let is_it = |name: &str| here.get(name.len()) == Some(&b'"') && here.starts_with(name.as_bytes());
            if let Some((place, name)) = found.ahead(is_it) {
                found.put(place, || self.value_after(mark as usize + name.len()));
                return;
            }
        } else if self.encoding == Encoding::Xml
            && let Some((name, value)) = self.read(mark)
            && let Some((place, _)) = found.ahead(|it| it.as_bytes() == &*name)
        {
            found.put(place, || Some(value));
            return;
        }
        if let Some((name, value)) = self.read(mark) {
            reached.strays.add(reached.at);
            found.take(&name, value);
        }
    }

    /// Whether the next header has this name, spelled so.
    #[must_use]
    pub fn is_next(&self, reached: Reached, name: &str) -> bool {
        let (start, end) = match &self.place {
            Place::Lines(_) => (Some(reached.at), b':'),
            Place::Marks(marks) => (
                marks.get(reached.at).map(start_of),
                if self.encoding == Encoding::Xml { b'>' } else { b'"' },
            ),
        };
        let Some(here) = start.and_then(|start| self.raw.get(start..)) else { return false };
        here.get(name.len()) == Some(&end) && here.starts_with(name.as_bytes())
    }

    /// The first value of `name` from there on, if there is one; then that is reached which is behind it.
    pub fn next(&self, reached: &mut Reached, name: &str) -> Option<Value<'_>> {
        let value = self.next_named(&mut reached.at, name);
        if value.is_some() {
            reached.strays = Strays::ALL;
        }
        value
    }

    /// The bytes as received of the headers from one on up to another. Those of two blocks that are the same are the same
    /// headers.
    #[must_use]
    pub fn raw_between(&self, Reached { at: from, .. }: Reached, Reached { at: to, .. }: Reached) -> &[u8] {
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
    pub fn skip(&self, from: Reached, raw: &[u8]) -> Option<Reached> {
        let start = match &self.place {
            Place::Lines(_) => from.at,
            Place::Marks(marks) => start_of(marks.get(from.at)?),
        };
        if !self.raw.get(start..)?.starts_with(raw) {
            return None;
        }
        let end = start + raw.len();
        let at = match &self.place {
            Place::Lines(_) => end,
            Place::Marks(marks) => marks.partition_point(|mark| start_of(mark) < end),
        };
        Some(Reached { at, ..from })
    }

    fn offset_of(&self, at: *const u8) -> Option<usize> {
        (at as usize).checked_sub(self.raw.as_ptr() as usize)
    }
}

pub(super) fn start_of(mark: &Mark) -> usize {
    (mark & !ESCAPED_NAME) as usize
}

/// What a pass has found.
struct Found<'n, 'h, const N: usize> {
    names: &'n [(&'n str, bool); N],
    values: [Option<Value<'h>>; N],
    /// Which name is next, if they are in order.
    expected: usize,
}

impl<'n, 'h, const N: usize> Found<'n, 'h, N> {
    /// The name that is the next header's, and its place, if it is one of those still expected.
    #[inline]
    fn ahead(&self, is_it: impl Fn(&str) -> bool) -> Option<(usize, &'n str)> {
        let ahead = self.names.get(self.expected..)?;
        let (place, (name, _)) = ahead.iter().enumerate().find(|(_, (name, _))| is_it(name))?;
        Some((self.expected + place, name))
    }

    #[inline]
    fn put(&mut self, place: usize, value: impl FnOnce() -> Option<Value<'h>>) {
        self.expected = place + 1;
        if self.names.get(place).is_some_and(|(_, wanted)| *wanted)
            && let Some(known @ None) = self.values.get_mut(place)
        {
            *known = value();
        }
    }

    /// A header that was not expected where it is.
    fn take(&mut self, name: &[u8], value: Value<'h>) {
        for ((it, wanted), known) in self.names.iter().zip(&mut self.values) {
            if *wanted && known.is_none() && it.as_bytes().eq_ignore_ascii_case(name) {
                *known = Some(value);
            }
        }
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

    fn wanted<const N: usize>(names: [&str; N]) -> [(&str, bool); N] {
        names.map(|name| (name, true))
    }

    #[test]
    fn a_pass_ends_behind_the_last_name() {
        for format in EventFormat::ALL {
            let event = event(format, &[("A", "1"), ("B", "a b"), ("C", "3"), ("B", "4"), ("D", "5")]);
            let (headers, mut reached) = (event.headers(), event.headers().first());
            let values = headers.pass(&mut reached, &wanted(["Event-Name", "A", "X", "B", "C"]));
            let found = [Some("1"), None, Some("a b"), Some("3")].map(|it| it.map(str::to_owned));
            assert_eq!(text(&values[1..]), found);
            assert!(!reached.has_strays());
            let values = headers.pass(&mut reached, &wanted(["D", "E"]));
            assert_eq!(text(&values), [Some("5".to_owned()), None]);
            assert_eq!(text(&headers.pass(&mut reached, &wanted(["F"]))), [None]);
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
                let _ = headers.pass(&mut to, &wanted(["B", "C"]));
                (from, to)
            };
            let first = event(format, &[("A", "1"), ("B", "x"), ("C", "3"), ("D", "4")]);
            let (from, to) = read(first.headers());
            let raw = first.headers().raw_between(from, to);
            let behind = |headers: &[(&str, &str)]| {
                let other = event(format, headers);
                let (from, _) = read(other.headers());
                let mut behind = other.headers().skip(from, raw)?;
                Some(text(&other.headers().pass(&mut behind, &wanted(["E"]))).remove(0))
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

    #[test]
    fn what_is_expected_but_not_wanted_is_passed_by() {
        for format in EventFormat::ALL {
            let event = event(format, &[("A", "1"), ("B", "2"), ("C", "3")]);
            let (headers, mut reached) = (event.headers(), event.headers().first());
            let names = [("Event-Name", false), ("A", false), ("B", true)];
            assert_eq!(text(&headers.pass(&mut reached, &names)), [None, None, Some("2".to_owned())]);
            assert!(!reached.has_strays() && headers.is_next(reached, "C"));
            assert!(!headers.is_next(reached, "c") && !headers.is_next(headers.first(), "C"));
            let _ = headers.pass(&mut reached, &wanted(["X"]));
            assert!(reached.has_strays() && !headers.is_next(reached, "C"));
        }
    }

    #[test]
    fn one_that_stands_before_the_others_is_the_first() {
        for format in EventFormat::ALL {
            let event = event(format, &[("unique-id", "forged"), ("Core", "1"), ("Unique-ID", "2")]);
            let (headers, mut reached) = (event.headers(), event.headers().first());
            let _ = headers.pass(&mut reached, &[("Event-Name", false), ("Core", true)]);
            let [id] = headers.pass(&mut reached, &wanted(["Unique-ID"]));
            assert_eq!(id.map(Value::to_str), headers.get("Unique-ID"));
        }
    }

    #[test]
    fn in_order() {
        for format in EventFormat::ALL {
            let event = event(format, &[("A", "1"), ("B", "b b"), ("C", "3"), ("D", "4")]);
            let headers = event.headers();
            let mut order = headers.in_order(headers.first());
            order.pass("Event-Name");
            let values =
                [order.value("A"), order.value("X"), order.value("B"), order.value("c"), order.value("C")];
            let mut reached = headers.first();
            let passed = headers.pass(&mut reached, &wanted(["Event-Name", "A", "X", "B", "x", "C"]));
            if format == EventFormat::Xml {
                assert!(!order.is_there() && order.reached() == headers.first());
            } else {
                assert_eq!(text(&values), text(&passed[1..]), "{format}");
                assert_eq!((order.is_there(), order.reached()), (true, reached));
                assert!(order.value("Z").is_none() && !order.is_there() && order.reached() == reached);
                assert!(order.value("D").is_some() && order.value("D").is_none());
            }
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
            let text = |(name, value): (std::borrow::Cow<'_, [u8]>, Value<'_>)| {
                (name.into_owned(), value.to_bytes().into_owned())
            };
            let forwards: Vec<_> = event.headers().iter_bytes().map(text).collect();
            let mut backwards: Vec<_> = event.headers().backwards().map(text).collect();
            backwards.reverse();
            proptest::prop_assert_eq!(forwards, backwards);
        }

        /// Whatever stands where.
        #[test]
        fn passes_find_what_is_looked_up(
            names in proptest::collection::vec(
                proptest::sample::select(vec!["A", "B", "b", "Bb", "C", "c", "D", "dD", "DD", "E", "event-name"]), 0..14,
            ),
            format in proptest::sample::select(EventFormat::ALL.to_vec()),
            order in proptest::sample::select(vec![["A", "B", "C", "D", "E"], ["E", "D", "C", "B", "A"]]),
        ) {
            let values: Vec<String> = (0..names.len()).map(|place| place.to_string()).collect();
            let pairs: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
            let event = event(format, &pairs);
            let headers = event.headers();
            let looked_up = |name: &str, upto: Reached| {
                let mut reached = headers.first();
                headers.next(&mut reached, name).filter(|_| reached.at <= upto.at)
            };
            let [a, b, c, d, e] = order;
            let mut reached = headers.first();
            for names in [["Event-Name", a, "Bb"], [b, c, "dD"], [d, "x", e]] {
                let found = headers.pass(&mut reached, &wanted(names));
                let looked_up = names.map(|name| looked_up(name, reached));
                proptest::prop_assert_eq!(text(&found), text(&looked_up));
            }
            // To the end.
            let all = [a, b, c, d, e, "Last"];
            let found = headers.pass(&mut headers.first(), &wanted(all));
            proptest::prop_assert_eq!(text(&found), text(&all.map(|name| headers.value(name))));
        }
    }
}
