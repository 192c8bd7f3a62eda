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
    match value?.raw() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => value?.to_str().parse().ok(),
    }
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
    if !(1..=19).contains(&raw.len()) {
        return None;
    }
    let (eights, rest) = raw.as_chunks();
    let number =
        eights.iter().try_fold(0, |number, eight| Some(number * 100_000_000 + eight_digits(*eight)?))?;
    let add = |number: u64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'));
    rest.iter().try_fold(number, add)
}

/// Eight digits at once: neighbours are added up, first ones, then tens, then thousands.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let digits = u64::from_le_bytes(digits) ^ (ONES * u64::from(b'0'));
    // A byte above 9 has its high bit set, or has it set by this.
    if (digits | ((digits & (ONES * 0x7f)) + ONES * 0x76)) & (ONES * 0x80) != 0 {
        return None;
    }
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number() {
        for text in [
            "0",
            "7",
            "12345678",
            "00000000",
            "123456789",
            "1795216045078457",
            "9999999999999999999",
            "99999999",
        ] {
            assert_eq!(digits(text.as_bytes()), text.parse().ok(), "{text}");
        }
        for text in
            ["", "+1", "1234567x", "x2345678", "1234/678", "1234:678", "12345678901234567890", "-1", "1 "]
        {
            assert_eq!(digits(text.as_bytes()), None, "{text}");
        }
        for (byte, place) in (0..=u8::MAX).flat_map(|byte| (0..8).map(move |place| (byte, place))) {
            let mut digits = *b"12345678";
            digits[place] = byte;
            let number =
                std::str::from_utf8(&digits).ok().filter(|_| byte != b'+').and_then(|text| text.parse().ok());
            assert_eq!(eight_digits(digits), number, "{byte}");
        }
    }
}
