//! `sendevent`

use super::{Command, CommandKind, check_header_name, check_header_value, check_reload, check_word};
use crate::error::ApiMisuse;
use crate::event::{EventBuilder, EventName};

impl Command {
    /// `sendevent NAME`: fire an event in the switch. Core subscribers act on it as on any other: a
    /// CHANNEL_CREATE sent so leaves a ghost in `show channels`. With the Unique-ID of a live channel it is
    /// queued to that channel instead. For a CUSTOM event give the header `Event-Subclass`.
    ///
    /// Reply: `+OK UUID`, the `Event-UUID` the event goes out with.
    ///
    /// # Errors
    ///
    /// A name that is not one word. A header the switch would read as something else: an empty value, one that
    /// begins with a blank, or with `ARRAY::` and is none, a colon or `[` in a name, a line break or NUL,
    /// Content-Length, an array with `|:` in an element; a body with NUL or over 16 MiB; the words that would make
    /// the switch reload its event socket, anywhere but in the body.
    pub fn sendevent(name: &EventName, event: &EventBuilder) -> Result<Self, ApiMisuse> {
        check_word("the event's name", name.as_str())?;
        let mut head = format!("sendevent {name}\n").into_bytes();
        for (header, value) in event.raw_headers() {
            check_header_name(header)?;
            check_header_value(&value)?;
            if header.eq_ignore_ascii_case(b"Content-Length") {
                let (what, value) = ("the header", String::from_utf8_lossy(header).into_owned());
                return Err(ApiMisuse::Invalid { what, value, why: "is added from the body" });
            }
            head.extend_from_slice(header);
            head.extend_from_slice(b": ");
            head.extend_from_slice(&value);
            head.push(b'\n');
        }
        if let Some(header) = event.ambiguous_list() {
            let (what, value) = ("the array", String::from_utf8_lossy(header).into_owned());
            return Err(ApiMisuse::Invalid {
                what,
                value,
                why: "has an element with `|:`, which would be two",
            });
        }
        check_reload("the event", &head)?;
        Self::new(CommandKind::SendEvent, head, event.given_body())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        let event = EventBuilder::new()
            .header("Event-Subclass", "test::sub")
            .header("Foo", b"\xe9 % ~")
            .list("Arr", ["one", "two"])
            .body("hello\n\nworld");
        assert_eq!(
            Command::sendevent(&EventName::Custom, &event).unwrap().wire(),
            b"sendevent CUSTOM\nEvent-Subclass: test::sub\nFoo: \xe9 % ~\nArr: ARRAY::one|:two\n\
              Content-Length: 12\n\nhello\n\nworld"
        );
        assert_eq!(
            Command::sendevent(&EventName::Notify, &EventBuilder::new()).unwrap().wire(),
            b"sendevent NOTIFY\n\n"
        );
    }

    #[test]
    fn refuses_headers_that_are_something_else() {
        for (name, value) in [
            ("a:b", "x"),
            ("a[1]", "x"),
            ("_body", "x"),
            ("", "x"),
            ("a", ""),
            ("a", " x"),
            ("a", "ARRAY::"),
            ("a", "ARRAY::b"),
            ("Content-length", "3"),
        ] {
            let event = EventBuilder::new().header(name, value);
            assert!(Command::sendevent(&EventName::Notify, &event).is_err(), "{name}: {value}");
        }
        for event in [
            EventBuilder::new().header("x", "please reload the Mod_Event_Socket thing"),
            // As a received event may well say, sent again.
            EventBuilder::new()
                .header("Event-Calling-File", "mod_event_socket.c")
                .header("API-Command", "reload"),
        ] {
            assert!(matches!(
                Command::sendevent(&EventName::Notify, &event),
                Err(ApiMisuse::WouldReload { .. })
            ));
        }
        // The switch would fire a CUSTOM event instead.
        let two_words = EventName::Other("NOTIFY x".into());
        assert!(matches!(
            Command::sendevent(&two_words, &EventBuilder::new()),
            Err(ApiMisuse::Invalid { .. })
        ));
        let list = EventBuilder::new().list("a", ["b|:c", "d"]);
        assert!(matches!(Command::sendevent(&EventName::Notify, &list), Err(ApiMisuse::Invalid { .. })));
        let body = EventBuilder::new().body("reload mod_event_socket");
        assert!(Command::sendevent(&EventName::Notify, &body).is_ok());
    }
}
