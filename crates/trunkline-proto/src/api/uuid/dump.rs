//! All there is to know of a call.

use bytes::Bytes;

use crate::api::line::Line;
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::event::{Event, EventFormat};
use crate::ids::ChannelUuid;

/// `uuid_dump`: a call's headers and variables, as the event CHANNEL_DATA, read from the live session.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, UuidDump};
/// let dump = UuidDump::new("call-1");
/// assert_eq!(dump.line()?, "uuid_dump call-1 json");
/// let call = dump.read(br#"{"Event-Name":"CHANNEL_DATA","variable_note":"100 %"}"#).unwrap();
/// assert_eq!(call.variable("note").as_deref(), Some("100 %"));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidDump {
    uuid: ChannelUuid,
    format: EventFormat,
}

impl UuidDump {
    /// Of this call, in JSON, which is exact.
    pub fn new(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), format: EventFormat::Json }
    }

    /// In another form. The one meant by [`EventFormat::Plain`] is the command's own, as in events; what `uuid_dump`
    /// itself calls `plain` has its values in brackets, unencoded, and cannot be read back.
    pub fn format(mut self, format: EventFormat) -> Self {
        self.format = format;
        self
    }
}

impl ApiCommand for UuidDump {
    type Output = Event;

    fn line(&self) -> Result<String, ApiMisuse> {
        let is_plain = self.format == EventFormat::Plain;
        Line::new("uuid_dump").uuid("uuid", &self.uuid).flag(!is_plain, self.format.as_str()).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Event, ApiError> {
        let printed = Printed::by("uuid_dump", output)?.or_failed()?;
        let event = Event::decode(self.format, Bytes::copy_from_slice(printed.bytes()));
        event
            .ok()
            .filter(|event| !event.headers().is_empty())
            .ok_or_else(|| printed.unreadable("the data of a channel"))
    }
}
