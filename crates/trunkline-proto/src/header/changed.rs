//! Which headers have other values than those that were read before.

use memchr::{memchr, memchr2, memmem, memrchr};

use super::in_order::feed;
use super::pass::start_of;
use super::{ESCAPED_NAME, Encoding, Headers, Mark, Place, Reached, Value};
use crate::json;

impl Headers {
    /// What comes behind headers that are those that these bytes were ([`raw_between`](Self::raw_between)), but that some have
    /// other values, and some may be new among them. Each of these is given to `expects`, which says whether it knows the
    /// name. `None` if it does not, if one is gone, or they are in another order, and for XML: some may have been given
    /// nevertheless.
    ///
    /// ```
    /// # use trunkline_proto::{EventBuilder, EventFormat, EventName, Value};
    /// # let event = |state| EventBuilder::named(&EventName::ChannelState).header("Unique-ID", "a").header("Answer-State", state)
    /// #     .header("Caller-ANI", "1000").to_event(EventFormat::Plain).unwrap();
    /// let (ringing, answered) = (event("ringing"), event("answered"));
    /// let (headers, from) = (ringing.headers(), ringing.headers().first());
    /// let mut to = from;
    /// let _ = headers.pass(&mut to, &[("Event-Name", false), ("Unique-ID", true), ("Answer-State", true), ("Caller-ANI", true)]);
    /// let read = headers.raw_between(from, to);
    ///
    /// let mut changed = Vec::new();
    /// let behind = answered.headers().changed(from, read, |name, value| {
    ///     changed.push((name, value.to_str()));
    ///     true
    /// });
    /// assert!(behind.is_some());
    /// assert_eq!(changed, [(&b"Answer-State"[..], "answered".into())]);
    /// ```
    #[must_use]
    pub fn changed<'h>(
        &'h self,
        from: Reached,
        read: &[u8],
        expects: impl FnMut(&'h [u8], Value<'h>) -> bool,
    ) -> Option<Reached> {
        let at = match &self.place {
            Place::Lines(lines) => self.changed_lines(self.lines(lines), from.at, read, expects)?,
            Place::Marks(marks) if self.encoding == Encoding::Json => {
                self.changed_marked(marks, from.at, read, expects)?
            }
            Place::Marks(_) => return None,
        };
        Some(Reached { at, ..from })
    }

    fn changed_lines<'h>(
        &'h self,
        lines: &'h [u8],
        from: usize,
        read: &[u8],
        mut expects: impl FnMut(&'h [u8], Value<'h>) -> bool,
    ) -> Option<usize> {
        let (mut here, mut known) = (lines.get(from..)?, read);
        loop {
            let same = alike(here, known);
            if same == known.len() {
                return Some(lines.len() - here.len() + same);
            }
            let line = memrchr(b'\n', known.get(..same)?).map_or(0, |feed| feed + 1);
            (here, known) = (here.get(line..)?, known.get(line..)?);
            let name = here.get(..memchr2(b':', b'\n', here).filter(|end| here.get(*end) == Some(&b':'))?)?;
            let value = here.get(name.len() + 1..)?;
            let end = feed(value);
            let is_known = known.strip_prefix(name).and_then(|rest| rest.strip_prefix(b":"));
            if is_known.is_none() && stands_in(read, name)
                || !expects(name, self.line_value(value.get(..end)?))
            {
                return None;
            }
            here = value.get(end + 1..)?;
            if let Some(value) = is_known {
                known = value.get(feed(value) + 1..)?;
            }
        }
    }

    fn changed_marked<'h>(
        &'h self,
        marks: &'h [Mark],
        from: usize,
        read: &[u8],
        mut expects: impl FnMut(&'h [u8], Value<'h>) -> bool,
    ) -> Option<usize> {
        let (mut here, mut known) = (start_of(marks.get(from)?), read);
        loop {
            let same = alike(self.raw.get(here..)?, known);
            if same == known.len() {
                return Some(marks.partition_point(|mark| start_of(mark) < here + same));
            }
            let next = marks.partition_point(|mark| start_of(mark) <= here + same);
            let mark =
                next.checked_sub(1).and_then(|at| marks.get(at)).filter(|mark| *mark & ESCAPED_NAME == 0)?;
            let start = start_of(mark);
            known = known.get(start.checked_sub(here)?..)?;
            let header = self.raw.get(start..)?;
            let name = header.get(..memchr(b'"', header)?)?;
            let value = self.value_after(start + name.len()).filter(|value| !value.is_list)?;
            let is_known = known.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"\":\""));
            if is_known.is_none() && stands_in(read, name) || !expects(name, value) {
                return None;
            }
            if let Some(value) = is_known {
                known = value.get(json::string_end(value, 0)?.0 + 1..)?;
                if known.is_empty() {
                    return Some(next);
                }
                known = known.strip_prefix(b",\"")?;
            }
            here = start_of(marks.get(next)?);
        }
    }
}

/// Whether one of this name, or that ends so, may be among these: the first of several counts.
fn stands_in(read: &[u8], name: &[u8]) -> bool {
    let ends = |at: usize| matches!(read.get(at + name.len()), Some(b':' | b'"'));
    memmem::find_iter(read, name).any(ends)
}

/// How many bytes these two begin with alike.
fn alike(one: &[u8], other: &[u8]) -> usize {
    let (chunks, rest) = one.as_chunks::<32>();
    let (others, other_rest) = other.as_chunks::<32>();
    let whole = chunks.iter().zip(others).take_while(|(one, other)| one == other).count();
    let (one, other) = match (chunks.get(whole), others.get(whole)) {
        (Some(one), Some(other)) => (&one[..], &other[..]),
        (one, other) => (one.map_or(rest, |one| &one[..]), other.map_or(other_rest, |other| &other[..])),
    };
    whole * 32 + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prop_assert_eq, proptest, sample};

    use super::*;
    use crate::event::{Event, EventBuilder, EventFormat, EventName};

    fn event(format: EventFormat, before: &str, headers: &[(&str, &str)]) -> Event {
        let builder = EventBuilder::named(&EventName::ChannelState).header("Before", before);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.to_event(format).unwrap()
    }

    /// Where the headers behind `Before` begin, and those behind the last of `headers`.
    fn ends(event: &Event, headers: usize) -> (Reached, Reached) {
        let (mut from, all) = (event.headers().first(), event.headers());
        let _ = all.pass(&mut from, &[("Event-Name", false), ("Before", true)]);
        let mut to = from;
        for _ in 0..headers {
            let name = all.iter_at(to.at).next().unwrap().0.into_owned();
            let name: &str = std::str::from_utf8(&name).unwrap();
            let _ = all.pass(&mut to, &[(name, true)]);
        }
        (from, to)
    }

    #[test]
    fn how_much_is_alike() {
        let text: Vec<u8> = (0..100).collect();
        for len in 0..text.len() {
            let mut other = text.clone();
            other[len] ^= 1;
            assert_eq!((alike(&text, &other), alike(&other, &text)), (len, len));
            assert_eq!((alike(&text[..len], &text), alike(&text, &text[..len])), (len, len));
        }
    }

    proptest! {
        /// Names in any order, some more than once; values that are others, longer, shorter, with what is escaped.
        #[test]
        fn what_changed_is_told(
            headers in collection::vec((
                sample::select(vec!["A", "B", "Bb", "C"]),
                sample::select(vec!["0", "1", "a b", "a\"b", "long, and longer than what is compared at once", "\\"]),
                sample::select(vec!["0", "1", "a b", "a\"b", "1,", "2:", "%"]),
                proptest::bool::ANY,
            ), 1..8),
            others in proptest::option::weighted(0.2, (0..8_usize, sample::select(vec!["A", "B", "D"]))),
            added in collection::vec((0..8_usize, sample::select(vec!["E", "F", "X"])), 0..3),
            format in sample::select(vec![EventFormat::Plain, EventFormat::Json]),
        ) {
            // What stands more than once is a list in JSON.
            let mut seen = Vec::new();
            let headers: Vec<_> = headers.into_iter().filter(|(name, ..)| {
                let is_new = !seen.contains(name);
                seen.push(*name);
                is_new
            }).collect();
            let old: Vec<(&str, &str)> = headers.iter().map(|(name, old, ..)| (*name, *old)).collect();
            let mut new: Vec<(&str, &str)> = headers.iter()
                .map(|(name, old, other, is_other)| (*name, if *is_other { *other } else { *old })).collect();
            let is_renamed = others.filter(|(at, name)| new.get(*at).is_some_and(|(it, _)| it != name));
            if let Some((at, name)) = is_renamed {
                new[at].0 = name;
            }
            for (at, name) in added {
                if at < new.len() && new.iter().all(|(it, _)| *it != name) {
                    new.insert(at, (name, "new"));
                }
            }
            let before = event(format, "1", &[&old[..], &[("Z", "1")]].concat());
            let (from, to) = ends(&before, old.len());
            let read = before.headers().raw_between(from, to);
            let after = event(format, "longer", &[&new[..], &[("Y", "2")]].concat());
            let (from, to) = ends(&after, new.len());
            let mut told = Vec::new();
            let behind = after.headers().changed(from, read, |name, value| {
                told.push((name, value.to_bytes()));
                name != b"X"
            });
            if is_renamed.is_some() || new.iter().any(|(name, _)| *name == "X") {
                prop_assert_eq!(behind, None);
                return Ok(());
            }
            prop_assert_eq!(behind.map(|behind| behind.at), Some(to.at));
            let expected: Vec<_> = new.iter().filter(|new| !old.contains(new)).collect();
            prop_assert_eq!(told.len(), expected.len());
            for ((name, value), new) in told.iter().zip(expected) {
                prop_assert_eq!((*name, &**value), (new.0.as_bytes(), new.1.as_bytes()));
            }
        }
    }
}
