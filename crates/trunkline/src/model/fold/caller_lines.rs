//! The part of an event that hardly ever changes.

use memchr::memmem;
use trunkline_proto::{Encoding, Headers};

/// The lines of a plain event that say who calls whom and when, as they came: from the first of its caller profile to the
/// last (`switch_caller_profile_event_set_data` in `switch_caller.c`). Where they are as before, so is all in them.
pub(super) fn of(headers: &Headers) -> Option<&[u8]> {
    if headers.encoding() != Encoding::Percent {
        return None;
    }
    let lines: &[u8] = headers.raw();
    let lines = lines.get(memmem::find(lines, b"\nCaller-Direction: ")?..)?;
    lines.get(..memmem::find(lines, b"\nCaller-Privacy-Hide-Number: ")? + LAST_LEN)
}

/// The last line and enough of its value: `true` or `false`.
const LAST_LEN: usize = b"\nCaller-Privacy-Hide-Number: true".len();

#[cfg(test)]
mod tests {
    use trunkline_proto::{EventBuilder, EventFormat, EventName};

    use super::*;

    #[test]
    fn from_the_first_line_to_the_last() {
        let event = |number: &str, format| {
            let event = EventBuilder::named(&EventName::ChannelState)
                .header("Unique-ID", "a")
                .header("Caller-Direction", "inbound")
                .header("Caller-ANI", number)
                .header("Caller-Privacy-Hide-Number", "false")
                .header("variable_x", number);
            event.to_event(format).unwrap()
        };
        let plain = |number| event(number, EventFormat::Plain);
        assert_eq!(
            of(plain("1").headers()).unwrap(),
            b"\nCaller-Direction: inbound\nCaller-ANI: 1\nCaller-Privacy-Hide-Number: fals"
        );
        assert_ne!(of(plain("1").headers()), of(plain("2").headers()));
        assert_eq!(of(event("1", EventFormat::Json).headers()), None);
    }
}
