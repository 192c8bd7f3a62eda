//! Headers read one after the other where they stand as expected: the fastest way there is.

use memchr::memchr;

use super::{Encoding, Headers, Mark, Place, Reached, Value};
use crate::scan;

/// Reads headers whose names and order are known, from one on: each step reads the next header if it has the name asked for,
/// and else stays where it is. As long as the last one that was asked for [is there](Self::is_there), nothing was passed by
/// that was not asked for. Where it is not, [`Headers::pass`] finds what there is.
#[derive(Debug, Clone)]
pub struct InOrder<'h> {
    headers: &'h Headers,
    place: InPlace<'h>,
    reached: Reached,
    is_there: bool,
}

#[derive(Debug, Clone, Copy)]
enum InPlace<'h> {
    Lines(&'h [u8]),
    Json(&'h [Mark]),
    /// Nothing is found.
    Other,
}

impl Headers {
    /// Headers in a known order, from one on.
    #[must_use]
    #[inline]
    pub fn in_order(&self, reached: Reached) -> InOrder<'_> {
        let place = match &self.place {
            // Among headers that came before there may be those asked for.
            _ if reached.has_strays() => InPlace::Other,
            Place::Lines(lines) => InPlace::Lines(self.lines(lines)),
            Place::Marks(marks) if self.encoding == Encoding::Json => InPlace::Json(marks),
            Place::Marks(_) => InPlace::Other,
        };
        InOrder { headers: self, place, reached, is_there: false }
    }
}

impl<'h> InOrder<'h> {
    /// The value of the next header, if it has this name, spelled so.
    #[inline(always)]
    pub fn value(&mut self, name: &'static str) -> Option<Value<'h>> {
        self.is_there = self.is_next(name);
        if self.is_there { self.read(name.len()) } else { None }
    }

    /// Passes by the next header, if it has this name, spelled so.
    #[inline(always)]
    pub fn pass(&mut self, name: &'static str) {
        self.is_there = self.is_next(name);
        if self.is_there {
            self.pass_by(name.len());
        }
    }

    /// Whether the last header asked for was there.
    #[must_use]
    #[inline]
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// How far it has come.
    #[must_use]
    #[inline]
    pub fn reached(&self) -> Reached {
        self.reached
    }

    // Inlined, so that the name is compared as the constant it is.
    #[inline(always)]
    fn is_next(&self, name: &'static str) -> bool {
        let (start, bytes, end) = match self.place {
            InPlace::Lines(lines) => (self.reached.at, lines, b':'),
            InPlace::Json(marks) => match marks.get(self.reached.at) {
                // That of a name with escapes is beyond the end.
                Some(mark) => (*mark as usize, &*self.headers.raw, b'"'),
                None => return false,
            },
            InPlace::Other => return false,
        };
        match bytes.get(start..).and_then(|here| here.get(..=name.len())) {
            Some(here) => here.last() == Some(&end) && here.starts_with(name.as_bytes()),
            None => false,
        }
    }

    fn read(&mut self, len: usize) -> Option<Value<'h>> {
        match self.place {
            InPlace::Lines(lines) => {
                let value = lines.get(self.reached.at + len + 1..)?;
                let value_len = feed(value);
                self.reached.at += len + 1 + value_len + 1;
                Some(self.headers.line_value(value.get(..value_len)?))
            }
            InPlace::Json(marks) => {
                let mark = *marks.get(self.reached.at)?;
                self.reached.at += 1;
                self.headers.value_after(mark as usize + len)
            }
            InPlace::Other => None,
        }
    }

    #[inline]
    fn pass_by(&mut self, len: usize) {
        match self.place {
            InPlace::Lines(lines) => {
                let value_at = self.reached.at + len + 1;
                self.reached.at = value_at + feed(lines.get(value_at..).unwrap_or_default()) + 1;
            }
            InPlace::Json(_) => self.reached.at += 1,
            InPlace::Other => {}
        }
    }
}

/// Where the next line feed is, or the end.
#[inline]
pub(super) fn feed(bytes: &[u8]) -> usize {
    let far = || memchr(b'\n', bytes).unwrap_or(bytes.len());
    scan::near(bytes, [b'\n']).unwrap_or_else(far)
}
