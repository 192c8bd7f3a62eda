//! Frames to messages: what the switch said.

mod log;
mod notice;

use bytes::BytesMut;

pub use log::{LogData, LogLevel};
pub use notice::{DisconnectNotice, Disposition};

use crate::error::SwitchMisbehaved;
use crate::event::{Event, EventError, EventFormat};
use crate::frame::{ContentType, Frame, FrameDecoder, Limits};
use crate::header::Mark;
use crate::reply::{ApiResponse, CommandReply};

/// One message of the switch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Message {
    /// The greeting: the switch wants to know who we are.
    AuthRequest,
    /// The answer to a command.
    CommandReply(CommandReply),
    /// The answer to `api`.
    ApiResponse(ApiResponse),
    /// An event.
    Event(Event),
    /// A log line.
    LogData(LogData),
    /// The switch is about to close, or the call has ended and it lingers.
    DisconnectNotice(DisconnectNotice),
    /// An access list of the switch refuses this client; its text.
    RudeRejection(String),
    /// An event whose payload cannot be read. Nothing else is affected.
    Undecodable {
        /// As it came.
        frame: Frame,
        /// What is wrong with it.
        why: EventError,
    },
    /// A Content-Type this version does not know, or none.
    Other(Frame),
}

impl Message {
    /// A copy that shares no memory with the network buffer, for one that is kept.
    #[must_use]
    pub fn detach(&self) -> Self {
        match self {
            Self::CommandReply(reply) => Self::CommandReply(reply.detach()),
            Self::ApiResponse(response) => Self::ApiResponse(response.detach()),
            Self::Event(event) => Self::Event(event.detach()),
            Self::LogData(line) => Self::LogData(line.detach()),
            Self::DisconnectNotice(notice) => Self::DisconnectNotice(notice.detach()),
            Self::Undecodable { frame, why } => Self::Undecodable { frame: frame.detach(), why: why.clone() },
            Self::Other(frame) => Self::Other(frame.detach()),
            Self::AuthRequest | Self::RudeRejection(_) => self.clone(),
        }
    }
}

/// Takes messages off the front of a growing buffer.
#[derive(Debug, Default)]
pub struct MessageDecoder {
    frames: FrameDecoder,
    /// A scratch for JSON and XML.
    marks: Vec<Mark>,
}

impl MessageDecoder {
    /// With limits of one's own.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { frames: FrameDecoder::new(limits), marks: Vec::new() }
    }

    /// The next whole message, taken off `buffer`; `None` until there is one.
    ///
    /// # Errors
    ///
    /// [`SwitchMisbehaved`] where the stream cannot be read further.
    pub fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Message>, SwitchMisbehaved> {
        Ok(self.frames.decode(buffer)?.map(|frame| self.read(frame)))
    }

    /// How many more bytes the message under way is known to need. 0 when unknown.
    #[must_use]
    pub fn missing(&self, buffered: usize) -> usize {
        self.frames.missing(buffered)
    }

    pub(crate) fn reset(&mut self) {
        self.frames.reset();
    }

    fn read(&mut self, frame: Frame) -> Message {
        match frame.content_type() {
            ContentType::EventPlain => self.read_event(EventFormat::Plain, frame),
            ContentType::EventJson => self.read_event(EventFormat::Json, frame),
            ContentType::EventXml => self.read_event(EventFormat::Xml, frame),
            ContentType::CommandReply => Message::CommandReply(CommandReply::from_frame(&frame)),
            ContentType::ApiResponse => Message::ApiResponse(ApiResponse::from_frame(&frame)),
            ContentType::LogData => Message::LogData(LogData::from_frame(&frame)),
            ContentType::AuthRequest => Message::AuthRequest,
            ContentType::DisconnectNotice => Message::DisconnectNotice(DisconnectNotice::from_frame(&frame)),
            ContentType::RudeRejection => {
                let text = frame.body().unwrap_or_default();
                Message::RudeRejection(String::from_utf8_lossy(text.trim_ascii()).into_owned())
            }
            ContentType::Other => Message::Other(frame),
        }
    }

    fn read_event(&mut self, format: EventFormat, frame: Frame) -> Message {
        match Event::index(format, frame.bytes(), frame.head_len(), &mut self.marks) {
            Ok(parts) => {
                let (bytes, at) = frame.into_bytes();
                Message::Event(Event::assemble(format, bytes, at, &self.marks, parts))
            }
            Err(why) => Message::Undecodable { frame, why },
        }
    }
}
