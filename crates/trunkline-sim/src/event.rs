//! Events the switch fires: the headers every one begins with, and one serialisation per format however many
//! connections take it.

mod draft;
mod headers;
pub(crate) mod origin;

use std::borrow::Cow;
use std::sync::OnceLock;

use bytes::Bytes;
use trunkline_proto::{EventFormat, EventName};

use crate::config::SwitchConfig;
use crate::core::Core;
use crate::time::Time;
pub(crate) use draft::Draft;
pub(crate) use headers::{Headers, Size, array_elements};
pub(crate) use origin::{ChannelEvent, Origin};

/// An event that has been fired.
#[derive(Debug)]
pub(crate) struct Fired {
    /// What it is selected by, which its Event-Name header need not say.
    pub(crate) name: EventName,
    pub(crate) subclass: Option<Vec<u8>>,
    pub(crate) content: Draft,
    /// In the order of [`EventFormat::ALL`].
    messages: [OnceLock<Bytes>; EventFormat::ALL.len()],
}

impl Fired {
    pub(crate) fn new(name: EventName, subclass: Option<Vec<u8>>, content: impl Into<Draft>) -> Self {
        Self { name, subclass, content: content.into(), messages: Default::default() }
    }

    /// The whole message; made once for all who ask.
    pub(crate) fn message(&self, format: EventFormat) -> Bytes {
        let known = EventFormat::ALL.iter().position(|known| *known == format);
        let make = || self.content.message(format);
        known
            .and_then(|place| self.messages.get(place))
            .map_or_else(make, |made| made.get_or_init(make).clone())
    }

    /// The first of its headers of this name, in any case; an array as its text.
    pub(crate) fn first(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        self.content.first(name)
    }
}

/// The headers that are the same in every event of a second.
#[derive(Debug)]
pub(crate) struct Standard {
    /// Those that are the same in every one.
    switch: Headers,
    second: u64,
    headers: Headers,
}

impl Standard {
    pub(crate) fn new(config: &SwitchConfig, core_uuid: &str) -> Self {
        let mut switch = Headers::default();
        switch.push("Core-UUID", core_uuid);
        switch.push("FreeSWITCH-Hostname", &config.hostname);
        switch.push("FreeSWITCH-Switchname", &config.switchname);
        switch.push("FreeSWITCH-IPv4", &config.ipv4);
        switch.push("FreeSWITCH-IPv6", &config.ipv6);
        Self { switch, second: u64::MAX, headers: Headers::default() }
    }

    /// Those of a second: the switch, and the date.
    fn at(&mut self, now: Time) -> &Headers {
        if self.second != now.as_secs() {
            self.headers = self.switch.clone();
            self.headers.push("Event-Date-Local", now.date());
            self.headers.push("Event-Date-GMT", now.rfc822());
            self.second = now.as_secs();
        }
        &self.headers
    }
}

impl Core {
    /// An event with the headers every one begins with (`switch_event_prep_for_delivery_detailed` in
    /// `src/switch_event.c`). Its number is taken now, however much later it is fired.
    pub(crate) fn new_event(&mut self, name: &EventName, origin: &Origin) -> Draft {
        self.add_standard_headers(Draft::new(), name.as_str(), origin)
    }

    pub(crate) fn add_standard_headers(
        &mut self,
        event: impl Into<Draft>,
        name: &str,
        origin: &Origin,
    ) -> Draft {
        self.sequence += 1;
        let mut event = event.into();
        event.push("Event-Name", name);
        event.append(self.standard.at(self.now));
        event.push_number("Event-Date-Timestamp", self.now.as_micros());
        event.push("Event-Calling-File", origin.file);
        event.push("Event-Calling-Function", origin.function);
        event.push_number("Event-Calling-Line-Number", origin.line.into());
        event.push_number("Event-Sequence", self.sequence);
        event
    }
}
