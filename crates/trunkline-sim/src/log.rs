//! Log lines, as `log/data` carries them.

use trunkline_proto::listener::log_data;

use crate::channel::{Channel, ChannelId};
use crate::core::{Announced, Core};
use crate::event::Origin;
use crate::text::{atoi, is_number};

pub(crate) const CONSOLE: u8 = 0;
pub(crate) const CRIT: u8 = 2;
pub(crate) const ERR: u8 = 3;
pub(crate) const WARNING: u8 = 4;
pub(crate) const NOTICE: u8 = 5;
pub(crate) const INFO: u8 = 6;
pub(crate) const DEBUG: u8 = 7;

const NAMES: [&str; 8] = ["CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"];

/// The name of a level as it stands in a line.
pub(crate) fn level_name(level: u8) -> &'static str {
    NAMES.get(usize::from(level)).copied().unwrap_or("DEBUG")
}

/// The number of a level named as `log` takes it, in any case (`switch_log_str2level` in `src/switch_log.c`).
pub(crate) fn parse_level(word: &str) -> Option<i32> {
    if is_number(word.as_bytes()) {
        // 64 is what stands for no level at all.
        return Some(atoi(word.as_bytes())).filter(|number| *number != 64).map(|number| number.clamp(0, 63));
    }
    if word.eq_ignore_ascii_case("DISABLE") {
        return Some(-1);
    }
    let place = NAMES.iter().position(|name| name.eq_ignore_ascii_case(word))?;
    i32::try_from(place).ok()
}

/// A line that has been logged.
#[derive(Debug)]
pub(crate) struct LogLine {
    pub(crate) level: u8,
    pub(crate) message: bytes::Bytes,
}

/// Which of the core's text channels a line goes to (`switch_text_channel_t`).
#[derive(Debug, Clone, Copy)]
enum TextChannel {
    Log = 0,
    Clean = 1,
    Session = 3,
}

/// What a line about a channel says; made only if anybody reads it.
pub(crate) trait Text: Fn(&Channel) -> String {}

impl<T: Fn(&Channel) -> String> Text for T {}

impl Core {
    /// Logs a line about a channel.
    pub(crate) fn log_session(&mut self, level: u8, origin: &Origin, id: ChannelId, text: impl Text) {
        self.log_about(level, TextChannel::Session, origin, id, text);
    }

    /// Logs a line about a channel from code that names the line it was called from.
    pub(crate) fn log_channel(&mut self, level: u8, origin: &Origin, id: ChannelId, text: impl Text) {
        self.log_about(level, TextChannel::Log, origin, id, text);
    }

    /// Logs a line without time and place in front.
    pub(crate) fn log_clean(&mut self, level: u8, origin: &Origin, id: ChannelId, text: impl Text) {
        self.log_about(level, TextChannel::Clean, origin, id, text);
    }

    /// Logs a line about nothing in particular.
    pub(crate) fn log(&mut self, level: u8, origin: &Origin, text: &str) {
        if self.logs(level) {
            self.log_line(level, TextChannel::Session, origin, "", text);
        }
    }

    /// Whether anybody reads lines of this level.
    fn logs(&self, level: u8) -> bool {
        self.interest.log.is_some_and(|most| level <= most)
    }

    fn log_about(
        &mut self,
        level: u8,
        channel: TextChannel,
        origin: &Origin,
        id: ChannelId,
        text: impl Text,
    ) {
        if !self.logs(level) {
            return;
        }
        let Some(about) = self.channels.get(id) else { return };
        let (uuid, text) = (about.uuid.clone(), text(about));
        self.log_line(level, channel, origin, &uuid, &text);
    }

    fn log_line(&mut self, level: u8, channel: TextChannel, origin: &Origin, uuid: &str, text: &str) {
        let Origin { file, function, line } = *origin;
        let body = match channel {
            TextChannel::Clean => format!("{text}\n"),
            _ => {
                let (date, level) = (self.now.date_micros(), level_name(level));
                format!("{date} 99.00% [{level}] {file}:{line} {text}\n")
            }
        };
        let message = log_data(level, channel as u8, file, function, line, uuid, &body).into();
        self.announce(Announced::Log(LogLine { level, message }.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_recorded() {
        for (word, level) in [
            ("7", Some(7)),
            ("debug", Some(7)),
            ("ERR", Some(3)),
            ("error", None),
            ("DISABLE", Some(-1)),
            ("-3", Some(0)),
            ("64", None),
            ("65", Some(63)),
            ("12", Some(12)),
            ("5x", None),
            ("\t3", None),
        ] {
            assert_eq!(parse_level(word), level, "{word}");
        }
    }
}
