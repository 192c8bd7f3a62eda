//! Numbers as the switch reads them.

/// As C's `atoi` on a 32-bit int: leading blanks and a sign, digits up to the first other byte, wrapping.
pub(crate) fn atoi(value: &[u8]) -> i64 {
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
    fn as_c_reads_them() {
        for (text, number) in [
            ("5x", 5),
            ("abc", 0),
            ("  7", 7),
            ("-3", -3),
            ("+4", 4),
            ("4294967297", 1),
            ("2147483648", -2_147_483_648),
            ("", 0),
        ] {
            assert_eq!(atoi(text.as_bytes()), number, "{text}");
        }
    }
}
