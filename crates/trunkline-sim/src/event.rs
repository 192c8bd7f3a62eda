//! Events the switch fires: the headers every one begins with, and one serialisation per format however many
//! connections take it.

pub(crate) mod origin;

use std::sync::OnceLock;

use bytes::Bytes;
use trunkline_proto::{EventBuilder, EventFormat, EventName};

use crate::core::Core;
pub(crate) use origin::{ChannelEvent, Origin};

/// An event that has been fired.
#[derive(Debug)]
pub(crate) struct Fired {
    /// What it is selected by, which its Event-Name header need not say.
    pub(crate) name: EventName,
    pub(crate) subclass: Option<Vec<u8>>,
    pub(crate) content: EventBuilder,
    /// In the order of [`EventFormat::ALL`].
    messages: [OnceLock<Bytes>; EventFormat::ALL.len()],
}

impl Fired {
    pub(crate) fn new(name: EventName, subclass: Option<Vec<u8>>, content: EventBuilder) -> Self {
        Self { name, subclass, content, messages: Default::default() }
    }

    /// The whole message; made once for all who ask.
    pub(crate) fn message(&self, format: EventFormat) -> Bytes {
        let known = EventFormat::ALL.iter().position(|known| *known == format);
        let make = || Bytes::from(self.content.message(format));
        known
            .and_then(|place| self.messages.get(place))
            .map_or_else(make, |made| made.get_or_init(make).clone())
    }
}

impl Core {
    /// An event with the headers every one begins with (`switch_event_prep_for_delivery_detailed` in
    /// `src/switch_event.c`). Its number is taken now, however much later it is fired.
    pub(crate) fn new_event(&mut self, name: &EventName, origin: &Origin) -> EventBuilder {
        self.add_standard_headers(EventBuilder::new(), name.as_str(), origin)
    }

    pub(crate) fn add_standard_headers(
        &mut self,
        event: EventBuilder,
        name: &str,
        origin: &Origin,
    ) -> EventBuilder {
        self.sequence += 1;
        let now = self.now;
        event
            .header("Event-Name", name)
            .header("Core-UUID", self.core_uuid.as_str())
            .header("FreeSWITCH-Hostname", self.config.hostname.as_str())
            .header("FreeSWITCH-Switchname", self.config.switchname.as_str())
            .header("FreeSWITCH-IPv4", self.config.ipv4.as_str())
            .header("FreeSWITCH-IPv6", self.config.ipv6.as_str())
            .header("Event-Date-Local", now.date())
            .header("Event-Date-GMT", now.rfc822())
            .header("Event-Date-Timestamp", now.as_micros().to_string())
            .header("Event-Calling-File", origin.file)
            .header("Event-Calling-Function", origin.function)
            .header("Event-Calling-Line-Number", origin.line.to_string())
            .header("Event-Sequence", self.sequence.to_string())
    }
}
