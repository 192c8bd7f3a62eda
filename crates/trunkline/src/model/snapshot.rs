//! What was missed is asked for: snapshots of a switch, taken in while its events go on.
//!
//! The [module](super) says how it goes.

mod conferences;
mod gateways;
pub(in crate::model) mod others;
mod recordings;
mod registrations;
pub(in crate::model) mod resync;
pub(in crate::model) mod settle;

use std::sync::Arc;
use std::time::Instant;

use trunkline_proto::api::{ApiCommand, ApiError, CallRow, ChannelRow, Show, UuidBuglist, UuidDump};
use trunkline_proto::{ChannelUuid, Event};

use others::{List, Listed};

/// The view may be wrong: events were lost, and what they told has not been asked for yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stale {
    /// Since when.
    pub since: Instant,
    /// Why.
    pub cause: StaleCause,
}

/// Why a view may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StaleCause {
    /// The switch was running before its events were heard.
    NotYetRead,
    /// There was no connection for a while.
    Gap,
    /// Events were dropped, by the switch or by a queue on this side.
    Overflow,
    /// The switch was started anew.
    Restarted,
    /// The switch has not answered for longer than it should (`State::Stale` of a client, `Observed::Stalled`): what
    /// happens there is not known.
    Silent,
    /// Something happened that cannot be if all events had come: a [`Sign`](super::Sign).
    Suspected,
}

/// What snapshots can tell of this switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Coverage {
    /// None was taken: there may be channels that have not been heard of.
    #[default]
    EventsOnly,
    /// The switch has no tables (`-ERR SQL disabled`): a channel that was made while nobody listened is found when it does
    /// something, not before.
    NoTables,
    /// Every channel is there.
    Complete,
}

/// Something to ask the switch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it is to be answered"]
pub struct Ask {
    /// Which attempt it is of: answers to an earlier one mean nothing.
    round: u64,
    question: Question,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    /// Which channels there may be.
    Channels,
    /// Which are bridged.
    Bridged,
    /// How a channel is, if it is.
    Channel(ChannelUuid),
    /// What else there is.
    List(List),
    /// What a channel is recorded to.
    Recordings(ChannelUuid),
}

impl Ask {
    /// The api command that asks: for `api`, or for `bgapi`, which does not hold up what is asked beside it.
    #[must_use]
    pub fn line(&self) -> String {
        let line = match &self.question {
            Question::Channels => Show::channels().line(),
            Question::Bridged => Show::bridged_calls().line(),
            Question::Channel(id) => UuidDump::new(id).line(),
            Question::List(list) => Ok(list.line()),
            Question::Recordings(id) => UuidBuglist::new(id).line(),
        };
        // An id that cannot be said is no channel's: the switch finds none.
        line.unwrap_or_else(|_| "uuid_dump none".to_owned())
    }

    /// Reads what the switch printed. Of a long list this takes a while: it may be done on another thread than that of the
    /// [`Switch`](super::Switch).
    #[must_use]
    pub fn read(&self, output: &[u8]) -> Reading {
        let answer = match &self.question {
            Question::Channels => Show::<ChannelRow>::channels().read(output).map(Answer::channels),
            Question::Bridged => Show::<CallRow>::bridged_calls().read(output).map(Answer::bridged),
            Question::Channel(id) => UuidDump::new(id).read(output).map(Answer::Channel),
            Question::List(list) => Ok(Answer::List(list.read(output))),
            Question::Recordings(id) => UuidBuglist::new(id).read(output).map(Answer::bugs),
        };
        Reading { answer: answer.unwrap_or_else(|why| Answer::of_error(&why)) }
    }
}

/// What an [`Ask`] was answered.
#[derive(Debug, Clone)]
pub struct Reading {
    answer: Answer,
}

impl Reading {
    /// No answer came: the command was refused, took too long, or the connection broke. Nothing is concluded from that.
    #[must_use]
    pub fn none() -> Self {
        Self { answer: Answer::None }
    }
}

#[derive(Debug, Clone)]
enum Answer {
    Channels(Vec<ChannelUuid>),
    Bridged(Vec<(ChannelUuid, ChannelUuid)>),
    Channel(Event),
    List(Listed),
    /// The files a channel is recorded to.
    Recordings(Vec<Arc<str>>),
    NoSuchChannel,
    NoTables,
    None,
}

impl Answer {
    fn channels(rows: Vec<ChannelRow>) -> Self {
        Self::Channels(rows.into_iter().map(|row| row.uuid).collect())
    }

    fn bridged(rows: Vec<CallRow>) -> Self {
        Self::Bridged(rows.into_iter().filter_map(|row| Some((row.a.uuid, row.b?.uuid))).collect())
    }

    fn bugs(listed: Option<String>) -> Self {
        listed.map_or(Self::NoSuchChannel, |bugs| Self::Recordings(recordings::read(&bugs)))
    }

    /// `mod_commands.c` says `-ERR SQL disabled, no data available!` and `-ERR No such channel!`.
    fn of_error(error: &ApiError) -> Self {
        match error.reason() {
            Some(reason) if reason.starts_with("SQL disabled") => Self::NoTables,
            Some(reason) if reason.starts_with("No such channel") => Self::NoSuchChannel,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_what_cannot_be_is_none() {
        let ask = |question| Ask { round: 1, question };
        let channels = ask(Question::Channels);
        assert_eq!(channels.line(), "show channels as json");
        let read = |ask: &Ask, output: &str| format!("{:?}", ask.read(output.as_bytes()).answer);
        assert_eq!(read(&channels, r#"{"row_count":1,"rows":[{"uuid":"a"}]}"#), r#"Channels(["a"])"#);
        assert_eq!(read(&channels, r#"{"row_count":2,"rows":[{"uuid":"a"}]}"#), "None");
        assert_eq!(read(&channels, "-ERR SQL disabled, no data available!\n"), "NoTables");
        let bridged = ask(Question::Bridged);
        assert_eq!(bridged.line(), "show bridged_calls as json");
        let rows = r#"{"row_count":1,"rows":[{"uuid":"a","b_uuid":"b"}]}"#;
        assert_eq!(read(&bridged, rows), r#"Bridged([("a", "b")])"#);
        let channel = ask(Question::Channel("a b".into()));
        assert_eq!(channel.line(), "uuid_dump none");
        assert_eq!(read(&channel, "-ERR No such channel!\n"), "NoSuchChannel");
        assert_eq!(read(&channel, "-ERR permission denied\n"), "None");
    }
}
