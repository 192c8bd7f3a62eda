//! `event`, `nixevent`, `noevents`

use super::{Command, CommandKind, check_line, check_reload};
use crate::error::ApiMisuse;
use crate::event::{EventFormat, EventSet};

impl Command {
    /// `event FORMAT NAMES`: subscribe to these events, beside those subscribed before. The format holds for all
    /// of them. Ordinary names are said before `CUSTOM`, since every word after it is a subclass.
    ///
    /// Reply: `+OK event listener enabled plain`; `-ERR no keywords supplied` if the switch knows none of the
    /// names (those it does not know among others are passed over); `-ERR permission denied` for a restricted
    /// user, the names before the denied one being subscribed all the same.
    ///
    /// # Errors
    ///
    /// An empty set, or a name or subclass that holds a blank or a line break.
    pub fn event(format: EventFormat, events: &EventSet) -> Result<Self, ApiMisuse> {
        Self::line(CommandKind::Events, &format!("event {format} {}", words(events)?))
    }

    /// `nixevent NAMES`: take back these subscriptions.
    ///
    /// While `ALL` is subscribed this loses CUSTOM events: an ordinary name replaces `ALL` by everything else,
    /// with only those subclasses that were registered when `ALL` was asked for.
    ///
    /// # Errors
    ///
    /// As [`event`](Self::event).
    pub fn nixevent(events: &EventSet) -> Result<Self, ApiMisuse> {
        Self::line(CommandKind::Events, &format!("nixevent {}", words(events)?))
    }

    /// `noevents`: take back every subscription, and throw away the events the switch has queued for us.
    #[must_use]
    pub fn noevents() -> Self {
        Self { wire: b"noevents\n\n".to_vec(), kind: CommandKind::Events }
    }
}

fn words(events: &EventSet) -> Result<String, ApiMisuse> {
    if events.is_empty() {
        return Err(ApiMisuse::Empty { what: "the list of events" });
    }
    for word in events.names().map(|name| name.as_str()).chain(events.subclasses()) {
        check_line("an event's name", word.as_bytes())?;
        if word.contains(' ') || word.is_empty() {
            let what = "an event's name";
            return Err(ApiMisuse::Invalid { what, value: word.to_owned(), why: "is not one word" });
        }
    }
    let words = events.to_string();
    check_reload("the list of events", words.as_bytes())?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        let set = EventSet::parse("channel_answer CUSTOM sofia::register a::b");
        assert_eq!(
            Command::event(EventFormat::Plain, &set).unwrap().wire(),
            b"event plain CHANNEL_ANSWER CUSTOM a::b sofia::register\n\n"
        );
        assert_eq!(
            Command::event(EventFormat::Json, &EventSet::all()).unwrap().wire(),
            b"event json ALL\n\n"
        );
        assert_eq!(Command::nixevent(&EventSet::parse("DTMF")).unwrap().wire(), b"nixevent DTMF\n\n");
        assert_eq!(Command::noevents().wire(), b"noevents\n\n");
    }

    #[test]
    fn refuses_what_is_no_word() {
        assert!(matches!(Command::event(EventFormat::Plain, &EventSet::new()), Err(ApiMisuse::Empty { .. })));
        let spaced = EventSet::new().with_subclass("a b");
        assert!(matches!(Command::event(EventFormat::Plain, &spaced), Err(ApiMisuse::Invalid { .. })));
        let reload = EventSet::new().with_subclass("reload").with_subclass("mod_event_socket");
        assert!(matches!(Command::event(EventFormat::Plain, &reload), Err(ApiMisuse::WouldReload { .. })));
    }
}
