//! What a reply means, for the command it answers.

use super::{ApiResponse, CommandReply, Refusal, Reply};
use crate::command::CommandKind;
use crate::connection::Permissions;
use crate::ids::JobUuid;
use crate::message::LogLevel;

/// What a command achieved, by its reply.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// `auth`, `userauth`: we are let in.
    Accepted(Permissions),
    /// `exit`: the switch closes, when the background jobs of this connection have ended.
    Bye,
    /// `api`: what the command printed, failures of its own included.
    Printed(ApiResponse),
    /// `bgapi`: the job runs, under this id.
    Job(JobUuid),
    /// `event`: the events are subscribed, those of the names that the switch knows.
    EventsEnabled {
        /// The form events come in from now on: `plain`, `json`, `xml`.
        format: Box<str>,
    },
    /// `nixevent`
    EventsNixed,
    /// `noevents`
    NoLongerListening,
    /// `myevents`
    MyEvents,
    /// `divert_events`
    EventsDiverted(bool),
    /// `filter`: it stands.
    FilterAdded {
        /// The header it is on.
        header: Box<str>,
        /// Its value, leading blanks and signs included. `None` where none was given, and nothing was added. A long one
        /// is cut: the reply has room for 511 bytes.
        value: Option<Box<str>>,
    },
    /// `filter delete`: none is left.
    FilterDeleted {
        /// The header; `all` for every one.
        header: Box<str>,
        /// The value, if one was given. A long one is cut.
        value: Option<Box<str>>,
    },
    /// `sendevent`: the event is fired, with this `Event-UUID`.
    EventSent {
        /// The `Event-UUID`.
        event_uuid: Box<str>,
    },
    /// `sendmsg`: the message was queued. Executed, on an outbound connection without `async`.
    MessageTaken,
    /// `log`
    LogLevel {
        /// FreeSWITCH's number: 0 to 7 as [`LogLevel`], or one of more detail.
        number: u8,
    },
    /// `nolog`
    NoLongerLogging,
    /// `linger`
    WillLinger {
        /// How long; `None` for as long as we stay. What is below 0 ends it at once.
        seconds: Option<i32>,
    },
    /// `nolinger`
    WillNotLinger,
    /// `resume`
    Resumes,
    /// `connect`: the channel, in the reply's headers.
    Channel(CommandReply),
    /// `getvar`: the value. Its first line, if it has several.
    Value(Box<str>),
    /// A success in words that no known reply to this command has.
    Other(Box<str>),
}

impl Answer {
    /// The level of [`Answer::LogLevel`]; what is beyond DEBUG counts as that.
    #[must_use]
    pub fn log_level(&self) -> Option<LogLevel> {
        match self {
            Self::LogLevel { number } => Some(LogLevel::from_number(*number)),
            _ => None,
        }
    }
}

impl Reply {
    /// What it means as the answer to a command of this kind.
    ///
    /// # Errors
    ///
    /// The switch's reason, if it refused.
    pub fn answer(&self, to: CommandKind) -> Result<Answer, Refusal> {
        match self {
            Self::Api(response) if to == CommandKind::Api => Ok(Answer::Printed(response.clone())),
            Self::Api(response) => Ok(Answer::Other(response.text().into())),
            Self::Command(reply) => reply.answer(to),
        }
    }
}

impl CommandReply {
    /// What it means as the answer to a command of this kind.
    ///
    /// # Errors
    ///
    /// The switch's reason, if it refused. Of the replies to `getvar` only `-ERR command not found` is one: no such
    /// variable. Any other text is a value.
    pub fn answer(&self, to: CommandKind) -> Result<Answer, Refusal> {
        let text = self.text();
        match self.reason() {
            Some(refusal) if to != CommandKind::GetVar || refusal == Refusal::CommandNotFound => {
                return Err(refusal);
            }
            _ => {}
        }
        let answer = match to {
            CommandKind::GetVar => Some(Answer::Value((&*text).into())),
            CommandKind::Connect => self.is_ok().then(|| Answer::Channel(self.clone())),
            CommandKind::BgApi => self.job_uuid().map(Answer::Job),
            CommandKind::Auth => {
                (text == "+OK accepted").then(|| Answer::Accepted(Permissions::from_reply(self, false)))
            }
            _ => text.strip_prefix("+OK").and_then(|words| in_words(to, words.trim_start())),
        };
        Ok(answer.unwrap_or_else(|| Answer::Other((&*text).into())))
    }
}

/// What follows `+OK`, for the commands that say it in words alone.
fn in_words(to: CommandKind, words: &str) -> Option<Answer> {
    match to {
        CommandKind::Events => events(words),
        CommandKind::Filter => filter(words),
        CommandKind::Log => log(words),
        CommandKind::Linger => linger(words),
        CommandKind::SendEvent if !words.is_empty() => Some(Answer::EventSent { event_uuid: words.into() }),
        CommandKind::SendMsg => words.is_empty().then_some(Answer::MessageTaken),
        CommandKind::Resume => words.is_empty().then_some(Answer::Resumes),
        CommandKind::MyEvents => (words == "Events Enabled").then_some(Answer::MyEvents),
        CommandKind::DivertEvents => match words {
            "events diverted" => Some(Answer::EventsDiverted(true)),
            "events not diverted" => Some(Answer::EventsDiverted(false)),
            _ => None,
        },
        CommandKind::Exit => (words == "bye").then_some(Answer::Bye),
        _ => None,
    }
}

fn events(words: &str) -> Option<Answer> {
    match words {
        "events nixed" => Some(Answer::EventsNixed),
        "no longer listening for events" => Some(Answer::NoLongerListening),
        _ => {
            let format = words.strip_prefix("event listener enabled ")?.into();
            Some(Answer::EventsEnabled { format })
        }
    }
}

/// `filter added. [H]=[V]`, `filter deleted. [H][V]`; the last bracket is missing where the switch ran out of room.
fn filter(words: &str) -> Option<Answer> {
    let value = |value: &str| -> Box<str> { value.strip_suffix(']').unwrap_or(value).into() };
    if let Some(echo) = words.strip_prefix("filter added. [") {
        let (header, rest) = echo.split_once("]=[")?;
        // What C prints for no text at all.
        let value = Some(value(rest)).filter(|value| &**value != "(null)");
        return Some(Answer::FilterAdded { header: header.into(), value });
    }
    let (header, rest) = words.strip_prefix("filter deleted. [")?.split_once("][")?;
    let value = Some(value(rest)).filter(|value| !value.is_empty());
    Some(Answer::FilterDeleted { header: header.into(), value })
}

/// `log level debug [7]`
fn log(words: &str) -> Option<Answer> {
    if words == "no longer logging" {
        return Some(Answer::NoLongerLogging);
    }
    let (_, number) = words.strip_prefix("log level ")?.strip_suffix(']')?.rsplit_once('[')?;
    Some(Answer::LogLevel { number: number.parse().ok()? })
}

/// `will linger 30 seconds`
fn linger(words: &str) -> Option<Answer> {
    match words {
        "will linger" => Some(Answer::WillLinger { seconds: None }),
        "will not linger" => Some(Answer::WillNotLinger),
        _ => {
            let seconds = words.strip_prefix("will linger ")?.strip_suffix(" seconds")?;
            Some(Answer::WillLinger { seconds: Some(seconds.parse().ok()?) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Encoding, Headers};

    fn reply(text: &str) -> CommandReply {
        let lines = format!("Content-Type: command/reply\nReply-Text: {text}\n");
        CommandReply::from_headers(Headers::from_lines(lines.into(), Encoding::Raw))
    }

    #[test]
    fn what_is_not_the_commands_own_words_is_other() {
        for (kind, text) in [
            (CommandKind::Exit, "+OK"),
            (CommandKind::Linger, "+OK will linger soon"),
            (CommandKind::Log, "+OK log level x [seven]"),
            (CommandKind::Filter, "+OK filter added."),
            (CommandKind::SendEvent, "+OK"),
            (CommandKind::SendMsg, "+OK done"),
            (CommandKind::BgApi, "+OK Job-UUID: 1"),
            (CommandKind::Api, "+OK"),
            (CommandKind::Other, "+OK"),
            (CommandKind::Resume, "yes"),
            (CommandKind::Auth, ""),
        ] {
            assert_eq!(reply(text).answer(kind), Ok(Answer::Other(text.into())), "{kind:?}");
        }
    }

    /// A value may say anything; only the one text means that there is none.
    #[test]
    fn a_value_is_no_refusal() {
        for value in ["-ERR looks like an error", "-ERR permission denied", "+OK", "", "-ERR"] {
            assert_eq!(reply(value).answer(CommandKind::GetVar), Ok(Answer::Value(value.into())));
        }
        let unset = reply("-ERR command not found").answer(CommandKind::GetVar);
        assert_eq!(unset, Err(Refusal::CommandNotFound));
    }

    /// Brackets in a header or value are split at the first place they can be.
    #[test]
    fn filters_with_brackets() {
        let added = reply("+OK filter added. [a]=[b]=[c]]").answer(CommandKind::Filter);
        assert_eq!(added, Ok(Answer::FilterAdded { header: "a".into(), value: Some("b]=[c]".into()) }));
        let cut = reply(&format!("+OK filter added. [X]=[{}", "y".repeat(488))).answer(CommandKind::Filter);
        assert_eq!(cut, Ok(Answer::FilterAdded { header: "X".into(), value: Some("y".repeat(488).into()) }));
    }

    #[test]
    fn levels() {
        let level = |text: &str| reply(text).answer(CommandKind::Log).unwrap().log_level();
        assert_eq!(level("+OK log level  [7]"), Some(LogLevel::Debug));
        assert_eq!(level("+OK log level 11 [11]"), Some(LogLevel::Debug));
        assert_eq!(level("+OK no longer logging"), None);
    }
}
