//! How a header's value is read. What is not what it should be is `None`.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use super::Moment;
use crate::event::Event;
use crate::header::{Headers, Value};

/// What views look their headers up in.
pub(super) trait Source {
    fn first(&self, name: &str) -> Option<Value<'_>>;
    fn last(&self, name: &str) -> Option<Value<'_>>;
}

impl Source for Headers {
    fn first(&self, name: &str) -> Option<Value<'_>> {
        self.value(name)
    }

    fn last(&self, name: &str) -> Option<Value<'_>> {
        Self::last(self, name)
    }
}

impl Source for Event {
    fn first(&self, name: &str) -> Option<Value<'_>> {
        self.headers().value(name)
    }

    fn last(&self, name: &str) -> Option<Value<'_>> {
        self.headers().last(name)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the others")]
pub(super) fn text(value: Value<'_>) -> Option<Cow<'_, str>> {
    Some(value.to_str())
}

pub(super) fn number<T: FromStr>(value: Value<'_>) -> Option<T> {
    value.to_str().parse().ok()
}

/// A word of a vocabulary; these take any.
#[expect(clippy::unnecessary_wraps, reason = "as the others")]
pub(super) fn word<T: for<'w> From<&'w str>>(value: Value<'_>) -> Option<T> {
    Some(T::from(&*value.to_str()))
}

/// `true` or `false`.
pub(super) fn flag(value: Value<'_>) -> Option<bool> {
    number(value)
}

/// Microseconds since the epoch; 0 is never.
pub(super) fn moment_us(value: Value<'_>) -> Option<Moment> {
    number(value).filter(|micros| *micros != 0).map(Moment::from_micros)
}

/// Seconds since the epoch; 0 is never.
pub(super) fn moment_s(value: Value<'_>) -> Option<Moment> {
    let seconds: u64 = number(value).filter(|seconds| *seconds != 0)?;
    seconds.checked_mul(1_000_000).map(Moment::from_micros)
}

pub(super) fn micros(value: Value<'_>) -> Option<Duration> {
    number(value).map(Duration::from_micros)
}

pub(super) fn millis(value: Value<'_>) -> Option<Duration> {
    number(value).map(Duration::from_millis)
}

pub(super) fn seconds(value: Value<'_>) -> Option<Duration> {
    number(value).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::header::Encoding;

    #[test]
    fn values_are_read_as_what_they_are_or_not_at_all() {
        let lines = "N: 7\nNeg: -7\nWord: ten\nYes: true\nYES: no\nLoud: TRUE\nZero: 0\nLate: 18446744073709551615\n\
                     When: 1795216198458401\nSec: 1795216198\nEmpty:\n";
        let headers = Headers::from_lines(Bytes::from_static(lines.as_bytes()), Encoding::Raw);
        let of = |name| Source::first(&headers, name).unwrap();
        assert_eq!(number::<u32>(of("N")), Some(7));
        assert_eq!(number::<u32>(of("Neg")), None);
        assert_eq!(number::<i32>(of("Neg")), Some(-7));
        assert_eq!(number::<u32>(of("Word")), None);
        assert_eq!(number::<u32>(of("Empty")), None);
        assert_eq!(flag(of("Yes")), Some(true));
        assert_eq!(Source::last(&headers, "Yes").map(flag), Some(None));
        assert_eq!(flag(of("Loud")), None);
        assert_eq!(moment_us(of("Zero")), None);
        assert_eq!(moment_us(of("When")).map(Moment::as_micros), Some(1_795_216_198_458_401));
        assert_eq!(moment_s(of("Sec")).map(Moment::as_micros), Some(1_795_216_198_000_000));
        assert_eq!(moment_s(of("Late")), None);
        assert_eq!(moment_s(of("Zero")), None);
        assert_eq!(millis(of("N")), Some(Duration::from_millis(7)));
        assert_eq!(micros(of("Zero")), Some(Duration::ZERO));
        assert_eq!(seconds(of("Neg")), None);
        assert_eq!(text(of("Empty")).as_deref(), Some(""));
    }
}
