//! The headers every event begins with (`switch_event_prep_for_delivery_detailed` in `switch_event.c`).

use std::borrow::Cow;

use super::{Moment, view};
use crate::event::EventName;
use crate::header::Headers;

view! {
    /// The headers every event begins with: what it is, where and when it was made.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: RELOADXML\nCore-UUID: f4ee8e5d\nEvent-Date-Timestamp: 1795216198458401\n\
    /// #                Event-Sequence: 512\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// let standard = event.standard();
    /// assert_eq!(standard.core_uuid().as_deref(), Some("f4ee8e5d"));
    /// assert_eq!(standard.sequence(), Some(512));
    /// assert_eq!(standard.date().map(|made| made.as_micros()), Some(1_795_216_198_458_401));
    /// ```
    pub Standard(headers: Headers) {
        /// What it is. Of several the first, as the switch reads it; [`Event::name`](crate::Event::name) gives the last.
        event_name: EventName = word "Event-Name",
        /// The subclass of a CUSTOM event.
        event_subclass: Cow<'a, str> = text "Event-Subclass",
        /// The run of the switch that made it: another one means it was restarted.
        core_uuid: Cow<'a, str> = text "Core-UUID",
        /// The host's name.
        hostname: Cow<'a, str> = text "FreeSWITCH-Hostname",
        /// The switch's name: the host's, unless `switchname` is configured.
        switchname: Cow<'a, str> = text "FreeSWITCH-Switchname",
        /// The switch's IPv4 address, as it guesses it.
        ipv4: Cow<'a, str> = text "FreeSWITCH-IPv4",
        /// The switch's IPv6 address, as it guesses it.
        ipv6: Cow<'a, str> = text "FreeSWITCH-IPv6",
        /// When it was made, in the switch's time zone: `2026-11-20 21:39:17`.
        date_local: Cow<'a, str> = text "Event-Date-Local",
        /// When it was made: `Fri, 20 Nov 2026 21:39:17 GMT`.
        date_gmt: Cow<'a, str> = text "Event-Date-GMT",
        /// When it was made, to the microsecond. It may be sent later.
        date: Moment = moment_us "Event-Date-Timestamp",
        /// The source file that made it.
        calling_file: Cow<'a, str> = text "Event-Calling-File",
        /// The C function that made it.
        calling_function: Cow<'a, str> = text "Event-Calling-Function",
        /// The line in [`calling_file`](Self::calling_file).
        calling_line: u32 = number "Event-Calling-Line-Number",
        /// Its number in this run of the switch, taken when it was made: numbers may come out of order, and holes are
        /// normal.
        sequence: u64 = number "Event-Sequence",
        /// How soon the switch deals with it: NORMAL, LOW or HIGH. Only where it was set.
        priority: Cow<'a, str> = text "priority",
    }
}

impl<'a> Standard<'a> {
    /// The standard headers of a block.
    #[must_use]
    pub fn of(headers: &'a Headers) -> Self {
        Self { headers }
    }
}
