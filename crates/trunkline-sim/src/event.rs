//! Events the switch fires: the headers every one begins with, and one serialisation per format however many
//! connections take it.

pub(crate) mod origin;
mod xml;

use std::sync::OnceLock;

use bytes::Bytes;
use trunkline_proto::{EventBuilder, EventFormat, EventName};

use crate::core::Core;
pub(crate) use origin::{ChannelEvent, Origin};

/// The form a connection takes events in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    #[default]
    Plain,
    Json,
    Xml,
}

impl Format {
    pub(crate) fn parse(word: &[u8]) -> Option<Self> {
        [Self::Plain, Self::Json, Self::Xml]
            .into_iter()
            .find(|format| word.eq_ignore_ascii_case(format.name().as_bytes()))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }
}

/// An event that has been fired.
#[derive(Debug)]
pub(crate) struct Fired {
    /// What it is selected by, which its Event-Name header need not say.
    pub(crate) name: EventName,
    pub(crate) subclass: Option<Vec<u8>>,
    pub(crate) content: EventBuilder,
    plain: OnceLock<Bytes>,
    json: OnceLock<Bytes>,
    xml: OnceLock<Bytes>,
}

impl Fired {
    pub(crate) fn new(name: EventName, subclass: Option<Vec<u8>>, content: EventBuilder) -> Self {
        let (plain, json, xml) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { name, subclass, content, plain, json, xml }
    }

    /// The whole message; made once for all who ask.
    pub(crate) fn message(&self, format: Format) -> Bytes {
        match format {
            Format::Plain => self.plain.get_or_init(|| self.content.message(EventFormat::Plain).into()),
            Format::Json => self.json.get_or_init(|| self.content.message(EventFormat::Json).into()),
            Format::Xml => self.xml.get_or_init(|| xml::message(&self.content).into()),
        }
        .clone()
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
