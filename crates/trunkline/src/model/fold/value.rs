//! Fields set by what headers say. Mostly they are as they were: that is seen without decoding anything.

use std::sync::Arc;

use trunkline_proto::Value;
use trunkline_proto::view::Moment;

/// Sets a text.
pub(super) fn text(field: &mut Option<Arc<str>>, value: Option<Value<'_>>) {
    if !is_as_it_was(field.as_deref(), value) {
        *field = value.map(|value| Arc::from(value.to_str()));
    }
}

/// Sets a word of a vocabulary; whether it is another one.
pub(super) fn word<T: for<'w> From<&'w str>>(
    field: &mut Option<T>,
    value: Option<Value<'_>>,
    as_str: impl Fn(&T) -> &str,
) -> bool {
    if is_as_it_was(field.as_ref().map(as_str), value) {
        return false;
    }
    *field = value.map(|value| T::from(&*value.to_str()));
    true
}

pub(super) fn is_as_it_was(known: Option<&str>, value: Option<Value<'_>>) -> bool {
    match (known, value) {
        (Some(known), Some(value)) => value.is(known.as_bytes()),
        (known, value) => known.is_none() && value.is_none(),
    }
}

/// Microseconds since the epoch; 0 is never.
pub(super) fn moment(value: Value<'_>) -> Option<Moment> {
    number(Some(value)).filter(|micros| *micros != 0).map(Moment::from_micros)
}

/// `true` or `false`.
pub(super) fn flag(value: Option<Value<'_>>) -> Option<bool> {
    value?.to_str().parse().ok()
}

pub(super) fn number<T: TryFrom<u64> + std::str::FromStr>(value: Option<Value<'_>>) -> Option<T> {
    let value = value?;
    match digits(value.raw()) {
        Some(number) => T::try_from(number).ok(),
        None => value.to_str().parse().ok(),
    }
}

/// A number written with digits alone, and not so many that it may be too large.
fn digits(raw: &[u8]) -> Option<u64> {
    let is_short = (1..=19).contains(&raw.len());
    let add = |number: u64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'));
    is_short.then(|| raw.iter().try_fold(0, add)).flatten()
}
