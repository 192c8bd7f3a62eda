//! `myevents`

use super::{Command, CommandKind, check_reload, check_word};
use crate::error::ApiMisuse;
use crate::event::EventFormat;
use crate::ids::ChannelUuid;

impl Command {
    /// `myevents [FORMAT]` on an outbound connection: subscribe to the events of its own channel, and have no other
    /// channel's from now on. They are 23 names, among them no CHANNEL_CALLSTATE, CHANNEL_HOLD, PLAYBACK_START or
    /// RECORD_START, nor any CUSTOM event: those are for [`event`](Self::event), and are then the channel's own as well.
    /// Events without a Unique-ID do not pass, unless they have this channel for their Job-Owner-UUID.
    ///
    /// Without a format, and with `plain`, it stays as it is, which is plain unless something else was asked for before.
    ///
    /// Reply: `+OK Events Enabled`; the second time `-ERR aready enabled.` (sic).
    #[must_use]
    pub fn myevents(format: Option<EventFormat>) -> Self {
        match format {
            Some(format) => Self::word(CommandKind::MyEvents, &format!("myevents {format}")),
            None => Self::word(CommandKind::MyEvents, "myevents"),
        }
    }

    /// `myevents UUID FORMAT` on an inbound connection: bind it to this channel, with what
    /// [`myevents`](Self::myevents) says of events. From then on `getvar`, `connect`, `linger`, `resume`,
    /// `divert_events` and `sendmsg` without a target are about this channel, and **the connection ends when it
    /// hangs up** unless it is to [`linger`](Self::linger). A call that is parked is let go when the connection ends,
    /// and hangs up if it has no dialplan to go on in. There is no way back.
    ///
    /// The format is not heeded: ask for it by an [`event`](Self::event) before. It is said because of what the
    /// switch does without a second word: for a channel it does not know it then says `+OK` and sends the events of
    /// **every** channel there is (`parse_command` in `mod_event_socket.c`). With one it refuses.
    ///
    /// Reply: `+OK Events Enabled`; `-ERR invalid uuid` if there is no such channel; `-ERR aready enabled.` (sic)
    /// the second time.
    ///
    /// # Errors
    ///
    /// An id that is not one word; one with `xml` or `json` in it, which would change the format of every event
    /// behind our back; the words that would make the switch reload its event socket.
    pub fn myevents_of(channel: &ChannelUuid, format: EventFormat) -> Result<Self, ApiMisuse> {
        let what = "the channel's uuid";
        let uuid = channel.as_str();
        check_word(what, uuid)?;
        check_reload(what, uuid.as_bytes())?;
        if ["xml", "XML", "json", "JSON"].iter().any(|word| uuid.contains(word)) {
            let why = "names a format, which the switch would then use";
            return Err(ApiMisuse::Invalid { what, value: uuid.to_owned(), why });
        }
        Self::line(CommandKind::MyEvents, &format!("myevents {uuid} {format}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        assert_eq!(Command::myevents(None).wire(), b"myevents\n\n");
        assert_eq!(Command::myevents(Some(EventFormat::Plain)).wire(), b"myevents plain\n\n");
        assert_eq!(Command::myevents(Some(EventFormat::Json)).wire(), b"myevents json\n\n");
        let of = Command::myevents_of(&"my-call".into(), EventFormat::Plain).unwrap();
        assert_eq!(of.wire(), b"myevents my-call plain\n\n");
    }

    /// What would have the switch send every channel's events, or none we could read.
    #[test]
    fn refuses_what_is_no_uuid() {
        let refusal = |uuid: &str| Command::myevents_of(&uuid.into(), EventFormat::Plain).unwrap_err();
        assert!(matches!(refusal(""), ApiMisuse::Empty { .. }));
        for bad in [" ", "a b", " a", "a ", "call-xml-1", "JSON"] {
            assert!(matches!(refusal(bad), ApiMisuse::Invalid { .. }), "{bad:?}");
        }
        assert!(matches!(refusal("reload-mod_event_socket"), ApiMisuse::WouldReload { .. }));
    }
}
