//! Texts and signals to the far end of a call.

use crate::api::command::command;
use crate::api::line::Line;
use crate::api::output::{Printed, done, done_or_silent};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

command! {
    /// `uuid_chat`: sends a text to the far end.
    UuidChat = "uuid_chat" => (), done;
    uuid: ChannelUuid = uuid,
    text: String = rest
}

command! {
    /// `uuid_send_text`: sends real-time text.
    UuidSendText = "uuid_send_text" => (), done;
    uuid: ChannelUuid = uuid,
    text: String = rest
}

command! {
    /// `uuid_send_message`: sends a SIP MESSAGE within the call. It says `+OK Success` when it was handed over.
    UuidSendMessage = "uuid_send_message" => (), done;
    uuid: ChannelUuid = uuid,
    message: String = word
}

command! {
    /// `uuid_phone_event`: sends the phone a NOTIFY with this event, `talk` or `hold`.
    UuidPhoneEvent = "uuid_phone_event" => (), done;
    uuid: ChannelUuid = uuid,
    event: String = word
}

command! {
    /// `uuid_display`: what the phone shows of the other side: a name, or `NAME|NUMBER`.
    UuidDisplay = "uuid_display" => (), done;
    uuid: ChannelUuid = uuid,
    display: String = word
}

/// `uuid_send_info`: sends a SIP INFO within the call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidSendInfo {
    uuid: ChannelUuid,
    mime: Option<(String, String)>,
    message: String,
}

impl UuidSendInfo {
    /// With this message.
    pub fn new(uuid: impl Into<ChannelUuid>, message: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), mime: None, message: message.into() }
    }

    /// Which is of this type: `text`, `plain`.
    pub fn mime(mut self, mime_type: impl Into<String>, subtype: impl Into<String>) -> Self {
        self.mime = Some((mime_type.into(), subtype.into()));
        self
    }
}

impl ApiCommand for UuidSendInfo {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let mut line = Line::new("uuid_send_info").uuid("uuid", &self.uuid);
        if let Some((mime_type, subtype)) = &self.mime {
            line = line.word("mime_type", mime_type).word("mime_subtype", subtype);
        }
        line.word("message", &self.message).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_send_info", output)?)
    }
}

/// `uuid_capture_text`: collects a call's real-time text, or no longer. Prints nothing when it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidCaptureText {
    uuid: ChannelUuid,
    on: bool,
}

impl UuidCaptureText {
    /// Collects it, or no longer.
    pub fn new(uuid: impl Into<ChannelUuid>, on: bool) -> Self {
        Self { uuid: uuid.into(), on }
    }
}

impl ApiCommand for UuidCaptureText {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_capture_text").uuid("uuid", &self.uuid).keyword(super::on_off(self.on)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done_or_silent(Printed::by("uuid_capture_text", output)?)
    }
}
