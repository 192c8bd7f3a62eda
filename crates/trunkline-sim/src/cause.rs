//! Hangup causes as a channel holds them: by number, which need not be one that has a name.

use trunkline_proto::HangupCause;

/// A cause by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cause(u16);

impl From<HangupCause> for Cause {
    fn from(cause: HangupCause) -> Self {
        Self(cause.number().unwrap_or(NORMAL_CLEARING))
    }
}

const NORMAL_CLEARING: u16 = 16;

impl Cause {
    /// As `switch_channel_str2cause`: what begins with a digit is a number, anything else a name in any case, and
    /// one it does not know NORMAL_CLEARING.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            return Self(digits.parse().unwrap_or(u16::MAX));
        }
        HangupCause::from(&*text).into()
    }

    /// Its name, or that of no cause (`switch_channel_cause2str` in `src/switch_channel.c`).
    pub(crate) fn name(self) -> String {
        HangupCause::from_number(self.0).map_or_else(|| "UNKNOWN".to_owned(), |cause| cause.to_string())
    }

    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// The Q.850 code: FreeSWITCH's own causes are reported as normal clearing.
    pub(crate) fn q850(self) -> u16 {
        if self.0 < 128 { self.0 } else { NORMAL_CLEARING }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_read_as_the_switch_does() {
        for (text, name) in [
            ("USER_BUSY", "USER_BUSY"),
            ("user_busy", "USER_BUSY"),
            ("17", "USER_BUSY"),
            ("NO_SUCH_CAUSE", "NORMAL_CLEARING"),
            ("", "NORMAL_CLEARING"),
            ("0", "NONE"),
            ("999", "UNKNOWN"),
        ] {
            assert_eq!(Cause::parse(text.as_bytes()).name(), name, "{text}");
        }
        assert_eq!(Cause::from(HangupCause::LoseRace).q850(), 16);
        assert_eq!(Cause::from(HangupCause::NoAnswer).q850(), 19);
        assert_eq!(Cause::parse(b"40").q850(), 40);
    }
}
