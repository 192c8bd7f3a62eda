//! `event`, `nixevent`, `noevents`

use super::{Command, CommandKind, check_reload, check_word};
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
    /// with only those subclasses that were registered when `ALL` was asked for. `nixevent ALL` takes back the names
    /// and keeps the subclasses, which a later `event CUSTOM` brings back. A
    /// [`Connection`](crate::Connection) says neither.
    ///
    /// Reply: `+OK events nixed`, subscribed or not; `-ERR no keywords supplied` as for `event`.
    ///
    /// # Errors
    ///
    /// As [`event`](Self::event).
    pub fn nixevent(events: &EventSet) -> Result<Self, ApiMisuse> {
        Self::line(CommandKind::Events, &format!("nixevent {}", words(events)?))
    }

    /// `noevents`: take back every subscription, and throw away the events the switch has queued for us. The format,
    /// filters and the limits of `myevents` stay.
    ///
    /// Reply: `+OK no longer listening for events`, or `-ERR not listening for events`.
    #[must_use]
    pub fn noevents() -> Self {
        Self { wire: b"noevents\n\n".to_vec(), kind: CommandKind::Events }
    }
}

impl Command {
    /// Its verb, if it takes events back.
    pub(crate) fn takes_back_events(&self) -> Option<&'static str> {
        let verbs = ["nixevent", "noevents"].into_iter();
        verbs.filter(|_| self.kind == CommandKind::Events).find(|verb| {
            self.wire.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb.as_bytes()))
        })
    }
}

fn words(events: &EventSet) -> Result<String, ApiMisuse> {
    if events.is_empty() {
        return Err(ApiMisuse::Empty { what: "the list of events" });
    }
    for word in events.names().map(|name| name.as_str()).chain(events.subclasses()) {
        check_word("an event's name", word)?;
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
