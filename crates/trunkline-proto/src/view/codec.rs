//! CODEC (`switch_core_codec.c`).

use super::channel::CodecHeaders;
use super::{Codec, view};
use crate::event::Event;

view! {
    /// CODEC: a channel was given another codec to read or write with.
    ///
    /// The event says it after the channel block, in headers of the same names but for the case of their letters. In
    /// FreeSWITCH of today the block shows the new codec already (`switch_core_session_set_read_codec` sets it before it
    /// makes the event); that is how all recorded ones are.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CODEC\nChannel-Call-State: ACTIVE\nChannel-Read-Codec-Name: L16\n\
    /// #                Channel-Read-Codec-Rate: 8000\nChannel-Read-Codec-Bit-Rate: 128000\n\
    /// #                channel-read-codec-name: PCMU\nchannel-read-codec-rate: 8000\nchannel-read-codec-bit-rate: 64000\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{CodecChange, CodecPath};
    ///
    /// let change = CodecChange::of(&event).unwrap();
    /// assert_eq!(change.path(), Some(CodecPath::Read));
    /// assert_eq!(change.codec().unwrap().name().as_deref(), Some("PCMU"));
    /// // What the block says stays readable:
    /// assert_eq!(event.channel().unwrap().read_codec().unwrap().name().as_deref(), Some("L16"));
    /// ```
    pub CodecChange(event: Event) {
        /// The rate a reader is told, where it is not that of the codec, as with G.722.
        reported_read_rate: u32 = number "Channel-Reported-Read-Codec-Rate",
        /// As that, of a writer.
        reported_write_rate: u32 = number "Channel-Reported-Write-Codec-Rate",
    }
}

/// Which of a channel's codecs was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodecPath {
    /// What is read from it.
    Read,
    /// What is written to it.
    Write,
    /// The video read from it.
    VideoRead,
    /// The video written to it.
    VideoWrite,
}

/// How each is told apart: by a header that is spelled so by nobody else.
const MARKS: [(&[u8], CodecPath); 4] = [
    (b"channel-read-codec-name", CodecPath::Read),
    (b"Channel-Write-codec-bit-rate", CodecPath::Write),
    (b"channel-video-read-codec-name", CodecPath::VideoRead),
    (b"channel-video-write-codec-name", CodecPath::VideoWrite),
];

impl CodecPath {
    fn headers(self) -> &'static CodecHeaders {
        const fn headers(name: &'static str, rate: &'static str, bit_rate: &'static str) -> CodecHeaders {
            CodecHeaders { name, rate, bit_rate, last: true }
        }
        const READ: CodecHeaders =
            headers("channel-read-codec-name", "channel-read-codec-rate", "channel-read-codec-bit-rate");
        const WRITE: CodecHeaders =
            headers("Channel-Write-Codec-Name", "Channel-Write-Codec-Rate", "Channel-Write-codec-bit-rate");
        const VIDEO_READ: CodecHeaders = headers(
            "channel-video-read-codec-name",
            "channel-video-read-codec-rate",
            "channel-video-read-codec-bit-rate",
        );
        const VIDEO_WRITE: CodecHeaders = headers(
            "channel-video-write-codec-name",
            "channel-video-write-codec-rate",
            "channel-video-write-codec-bit-rate",
        );
        match self {
            Self::Read => &READ,
            Self::Write => &WRITE,
            Self::VideoRead => &VIDEO_READ,
            Self::VideoWrite => &VIDEO_WRITE,
        }
    }
}

impl<'a> CodecChange<'a> {
    /// Which codec was set.
    #[must_use]
    pub fn path(self) -> Option<CodecPath> {
        let path_of = |name: &[u8]| MARKS.iter().find(|(mark, _)| *mark == name).map(|(_, path)| *path);
        self.event.headers().iter_bytes().find_map(|(name, _)| path_of(&name))
    }

    /// What it was set to. Of video FreeSWITCH says no bit rate.
    #[must_use]
    pub fn codec(self) -> Option<Codec<'a>> {
        Codec::of(self.event.headers(), self.path()?.headers())
    }
}
