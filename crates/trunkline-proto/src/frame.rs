//! Bytes to frames: a header block, an empty line, and as many bytes of body as Content-Length says.
//!
//! The same framing serves every message of the switch. A frame is found wherever the bytes are cut, and
//! nothing is searched twice. (`listener_run`, `read_packet` and `parse_command` in `mod_event_socket.c` write
//! them.)

use std::ops::ControlFlow;

use bytes::{Buf, Bytes, BytesMut};
use memchr::{memchr, memmem};

use crate::error::SwitchMisbehaved;
use crate::header::{Encoding, Headers};
use crate::scan;

/// How much one message may take. Whatever is larger ends the connection with an error that names the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a header block; 1 MiB by default. The reply to `connect` holds every channel variable.
    pub header: usize,
    /// Bytes of a body; 64 MiB by default. `show channels as json` of 20,000 channels takes over 20 MB.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { header: 1024 * 1024, body: 64 * 1024 * 1024 }
    }
}

impl Limits {
    /// Offsets in a message are kept in 31 bits.
    const MOST: usize = 512 * 1024 * 1024;

    /// Limits of one's own, at most 512 MiB each.
    #[must_use]
    pub fn new(header: usize, body: usize) -> Self {
        Self { header: header.min(Self::MOST), body: body.min(Self::MOST) }
    }
}

/// Heads longer than this are looked at as a whole, and not line by line.
const LONG_HEAD: usize = 512;

/// What a frame says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentType {
    /// `auth/request`: the greeting.
    AuthRequest,
    /// `command/reply`
    CommandReply,
    /// `api/response`
    ApiResponse,
    /// `text/event-plain`
    EventPlain,
    /// `text/event-json`
    EventJson,
    /// `text/event-xml`
    EventXml,
    /// `log/data`
    LogData,
    /// `text/disconnect-notice`
    DisconnectNotice,
    /// `text/rude-rejection`: refused by an access list.
    RudeRejection,
    /// Something else, or no Content-Type at all.
    Other,
}

impl ContentType {
    fn from_bytes(value: &[u8]) -> Self {
        const KNOWN: [(&[u8], ContentType); 9] = [
            (b"text/event-plain", ContentType::EventPlain),
            (b"command/reply", ContentType::CommandReply),
            (b"api/response", ContentType::ApiResponse),
            (b"text/event-json", ContentType::EventJson),
            (b"log/data", ContentType::LogData),
            (b"text/event-xml", ContentType::EventXml),
            (b"auth/request", ContentType::AuthRequest),
            (b"text/disconnect-notice", ContentType::DisconnectNotice),
            (b"text/rude-rejection", ContentType::RudeRejection),
        ];
        // As FreeSWITCH spells it, first: that is nearly always.
        KNOWN
            .iter()
            .find(|(name, _)| value == *name)
            .or_else(|| KNOWN.iter().find(|(name, _)| value.eq_ignore_ascii_case(name)))
            .map_or(Self::Other, |(_, content_type)| *content_type)
    }
}

/// One whole message: its header block and its body, in one piece of memory.
#[derive(Debug, Clone)]
pub struct Frame {
    bytes: Bytes,
    head: Head,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    content_type: ContentType,
    /// Whether the first header is Content-Type: not so in events, nor in the reply to `connect`.
    content_type_first: bool,
    /// Bytes up to and including the empty line.
    len: usize,
    body: usize,
    has_body: bool,
}

impl Frame {
    /// What it says it is.
    #[must_use]
    pub fn content_type(&self) -> ContentType {
        self.head.content_type
    }

    /// All its bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// A copy that shares no memory with the network buffer, for one that is kept.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { bytes: Bytes::copy_from_slice(&self.bytes), head: self.head }
    }

    /// The outer headers. Only the reply to `connect` encodes their values.
    #[must_use]
    pub fn headers(&self) -> Headers {
        let encoding = if self.is_connect_reply() { Encoding::Percent } else { Encoding::Raw };
        Headers::from_lines(self.bytes.slice(..self.head.len), encoding)
    }

    /// The body, where there was a Content-Length.
    #[must_use]
    pub fn body(&self) -> Option<Bytes> {
        self.head.has_body.then(|| self.bytes.slice(self.head.len..))
    }

    /// `connect` is answered by a whole channel in which `Content-Type: command/reply` stands near the end.
    pub(crate) fn is_connect_reply(&self) -> bool {
        self.head.content_type == ContentType::CommandReply && !self.head.content_type_first
    }

    /// Where the body begins.
    pub(crate) fn head_len(&self) -> usize {
        self.head.len
    }

    pub(crate) fn into_bytes(self) -> (Bytes, usize) {
        (self.bytes, self.head.len)
    }
}

/// Takes frames off the front of a growing buffer. It keeps its place between calls, so a message that
/// arrives byte by byte is searched once.
#[derive(Debug, Clone, Default)]
pub struct FrameDecoder {
    limits: Limits,
    /// Bytes already searched for the end of the header block.
    searched: usize,
    head: Option<Head>,
}

impl FrameDecoder {
    /// With limits of one's own.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, searched: 0, head: None }
    }

    /// The next whole frame, taken off `buffer`; `None` until there is one.
    ///
    /// # Errors
    ///
    /// [`SwitchMisbehaved`] where a limit is exceeded or Content-Length is no number. The stream cannot be read
    /// further then.
    pub fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame>, SwitchMisbehaved> {
        let head = match self.head {
            Some(head) => head,
            None => match self.find_head(buffer)? {
                Some(head) => head,
                None => return Ok(None),
            },
        };
        let total = head.len + head.body;
        if buffer.len() < total {
            self.head = Some(head);
            return Ok(None);
        }
        self.head = None;
        self.searched = 0;
        Ok(Some(Frame { bytes: buffer.split_to(total).freeze(), head }))
    }

    /// How many more bytes the frame under way is known to need: what to make room for. 0 when unknown.
    #[must_use]
    pub fn missing(&self, buffered: usize) -> usize {
        self.head.map_or(0, |head| (head.len + head.body).saturating_sub(buffered))
    }

    /// Forgets the frame under way, whose bytes the caller has taken.
    pub(crate) fn reset(&mut self) {
        self.searched = 0;
        self.head = None;
    }

    fn find_head(&mut self, buffer: &mut BytesMut) -> Result<Option<Head>, SwitchMisbehaved> {
        if self.searched == 0 {
            // FreeSWITCH never sends them, but a relay may leave one after a body.
            let blank = buffer.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            buffer.advance(blank);
            if let Some(head) = self.event_head(buffer) {
                return Ok(Some(head));
            }
        }
        match end_of_head(buffer, self.searched) {
            Some(len) if len <= self.limits.header => {
                self.read_head(buffer.get(..len).unwrap_or_default()).map(Some)
            }
            None if buffer.len() <= self.limits.header => {
                // The empty line may begin with the last bytes there are.
                self.searched = buffer.len().saturating_sub(2);
                Ok(None)
            }
            _ => Err(SwitchMisbehaved::HeaderTooLong { limit: self.limits.header }),
        }
    }

    /// That of an event as the switch writes it: most frames are events. `None` if it is anything else.
    fn event_head(&self, buffer: &[u8]) -> Option<Head> {
        /// A length of so many digits is a number, whatever they are.
        const DIGITS: std::ops::RangeInclusive<usize> = 1..=9;
        let rest = buffer.strip_prefix(b"Content-Length: ")?;
        let digits =
            rest.iter().position(|byte| !byte.is_ascii_digit()).filter(|len| DIGITS.contains(len))?;
        let (length, rest) = rest.split_at_checked(digits)?;
        let rest = rest.strip_prefix(b"\nContent-Type: text/event-")?;
        let (content_type, rest) = None
            .or_else(|| Some((ContentType::EventPlain, rest.strip_prefix(b"plain\n\n")?)))
            .or_else(|| Some((ContentType::EventJson, rest.strip_prefix(b"json\n\n")?)))
            .or_else(|| Some((ContentType::EventXml, rest.strip_prefix(b"xml\n\n")?)))?;
        let len = buffer.len() - rest.len();
        let body = length.iter().fold(0, |length, byte| length * 10 + usize::from(byte - b'0'));
        let is_within = len <= self.limits.header && body <= self.limits.body;
        is_within.then_some(Head { content_type, content_type_first: false, len, body, has_body: true })
    }

    fn read_head(&self, block: &[u8]) -> Result<Head, SwitchMisbehaved> {
        if block.len() > LONG_HEAD {
            return self.read_long_head(block);
        }
        let mut head = Head {
            content_type: ContentType::Other,
            content_type_first: false,
            len: block.len(),
            body: 0,
            has_body: false,
        };
        let mut saw_type = false;
        let mut rest = block;
        let mut first = true;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if let Some(value) = value_of(line, b"Content-Type").filter(|_| !saw_type) {
                saw_type = true;
                head.content_type = ContentType::from_bytes(value);
                head.content_type_first = first;
            } else if let Some(value) = value_of(line, b"Content-Length").filter(|_| !head.has_body) {
                head.body = self.content_length(value)?;
                head.has_body = true;
            }
            first = false;
        }
        Ok(head)
    }

    /// The same, without a look at every line: of a whole channel two are of interest.
    fn read_long_head(&self, block: &[u8]) -> Result<Head, SwitchMisbehaved> {
        let content_type = first_of(block, b"Content-Type");
        let length = first_of(block, b"Content-Length").map(|(_, value)| self.content_length(value));
        Ok(Head {
            content_type: content_type
                .map_or(ContentType::Other, |(_, value)| ContentType::from_bytes(value)),
            content_type_first: content_type.is_some_and(|(at, _)| at == 0),
            len: block.len(),
            has_body: length.is_some(),
            body: length.transpose()?.unwrap_or_default(),
        })
    }

    fn content_length(&self, value: &[u8]) -> Result<usize, SwitchMisbehaved> {
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return Err(SwitchMisbehaved::ContentLength { value: excerpt(value) });
        }
        let digit =
            |length: usize, byte: &u8| length.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
        let length = value.iter().fold(0, digit);
        if length > self.limits.body {
            return Err(SwitchMisbehaved::BodyTooLong { length: excerpt(value), limit: self.limits.body });
        }
        Ok(length)
    }
}

/// The value if the line is this header.
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    let value = value.strip_prefix(b":")?;
    (found == name || found.eq_ignore_ascii_case(name)).then(|| value.trim_ascii())
}

/// Where the first line with this header is, and its value.
fn first_of<'a>(block: &'a [u8], name: &[u8]) -> Option<(usize, &'a [u8])> {
    let letter = *name.first()?;
    let mut found = None;
    scan::beginning_with(block, 0, letter, name.len(), |line| {
        let rest = block.get(line..).unwrap_or_default();
        let ends = memchr(b'\n', rest).and_then(|end| rest.get(..end));
        found = ends.and_then(|text| value_of(text, name)).map(|value| (line, value));
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

/// The offset after the first empty line, searched from `from`.
fn end_of_head(buffer: &[u8], from: usize) -> Option<usize> {
    /// Lines of a head that is not long.
    const FEW: usize = 8;
    let mut at = from;
    for _ in 0..FEW {
        at += memchr(b'\n', buffer.get(at..)?)? + 1;
        match buffer.get(at)? {
            b'\n' => return Some(at + 1),
            b'\r' if buffer.get(at + 1)? == &b'\n' => return Some(at + 2),
            _ => {}
        }
    }
    // A long one: line by line would be slow. The line feed before may be that of the empty one.
    let rest = buffer.get(at.checked_sub(1)?..)?;
    let bare = memmem::find(rest, b"\n\n").map(|found| found + 2);
    let before = bare.and_then(|end| rest.get(..end)).unwrap_or(rest);
    // FreeSWITCH itself writes no carriage returns.
    let returned = memchr(b'\r', before).and_then(|_| memmem::find(before, b"\n\r\n")).map(|found| found + 3);
    returned.or(bare).map(|end| at - 1 + end)
}

/// So much of what the peer sent is shown.
pub(crate) const EXCERPT: usize = 60;

/// The beginning of something the peer sent, safe to print.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let shown = bytes.get(..bytes.len().min(EXCERPT)).unwrap_or_default().escape_ascii().to_string();
    if bytes.len() > EXCERPT { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(decoder: &mut FrameDecoder, bytes: &[u8]) -> Vec<Frame> {
        let mut buffer = BytesMut::from(bytes);
        std::iter::from_fn(|| decoder.decode(&mut buffer).unwrap()).collect()
    }

    fn error(limits: Limits, bytes: &[u8]) -> SwitchMisbehaved {
        FrameDecoder::new(limits).decode(&mut BytesMut::from(bytes)).unwrap_err()
    }

    #[test]
    fn frames_follow_each_other_without_a_separator() {
        let bytes = b"Content-Type: auth/request\n\nContent-Length: 2\nContent-Type: text/event-plain\n\nhi\
                      Content-Type: command/reply\nReply-Text: +OK\n\n";
        let frames = all(&mut FrameDecoder::default(), bytes);
        let types: Vec<_> = frames.iter().map(Frame::content_type).collect();
        assert_eq!(types, [ContentType::AuthRequest, ContentType::EventPlain, ContentType::CommandReply]);
        assert_eq!(frames[1].body().as_deref(), Some(&b"hi"[..]));
        assert_eq!(frames[2].headers().get("reply-text").as_deref(), Some("+OK"));
        assert_eq!(frames[2].body(), None);
    }

    #[test]
    fn crlf_and_stray_newlines_are_read() {
        let bytes =
            b"Content-Type: api/response\r\nContent-Length: 3\r\n\r\na\nb\r\n\nContent-Type: log/data\n\n";
        let frames = all(&mut FrameDecoder::default(), bytes);
        assert_eq!(frames[0].body().as_deref(), Some(&b"a\nb"[..]));
        assert_eq!(frames[1].content_type(), ContentType::LogData);
    }

    #[test]
    fn byte_by_byte_is_the_same() {
        let bytes =
            b"Content-Type: api/response\r\nContent-Length: 4\r\n\r\nab\n\nA: b\n\nContent-Type: x\n\n";
        let whole = all(&mut FrameDecoder::default(), bytes);
        let mut decoder = FrameDecoder::default();
        let mut buffer = BytesMut::new();
        let mut frames = Vec::new();
        for &byte in bytes {
            buffer.extend_from_slice(&[byte]);
            frames.extend(decoder.decode(&mut buffer).unwrap());
        }
        assert_eq!(frames.len(), 3);
        assert!(frames.iter().zip(&whole).all(|(a, b)| a.bytes() == b.bytes()));
    }

    #[test]
    fn a_long_head_is_read_as_a_short_one() {
        for feed in ["\n", "\r\n"] {
            let variables: String =
                (0..100).map(|n| format!("variable_{n}: Content-Length: 7{feed}")).collect();
            let head = format!(
                "Event-Name: CHANNEL_DATA{feed}{variables}content-length: 3{feed}Content-Length: 9{feed}\
                 Content-Type: command/reply{feed}Content-Type: log/data{feed}{feed}"
            );
            let bytes = format!("{head}abcContent-Type: auth/request\n\n");
            for size in [1, 7, 1000, bytes.len()] {
                let (mut decoder, mut buffer) = (FrameDecoder::default(), BytesMut::new());
                let mut frames = Vec::new();
                for chunk in bytes.as_bytes().chunks(size) {
                    buffer.extend_from_slice(chunk);
                    frames.extend(std::iter::from_fn(|| decoder.decode(&mut buffer).unwrap()));
                }
                assert_eq!(frames.len(), 2, "{feed:?}, {size}");
                assert!(frames[0].is_connect_reply());
                assert_eq!(
                    (frames[0].head_len(), frames[0].body().as_deref()),
                    (head.len(), Some(&b"abc"[..]))
                );
                assert_eq!(frames[1].content_type(), ContentType::AuthRequest);
            }
            let first = format!("Content-Type: command/reply{feed}{variables}{feed}");
            let frames = all(&mut FrameDecoder::default(), first.as_bytes());
            assert!(frames[0].content_type() == ContentType::CommandReply && !frames[0].is_connect_reply());
        }
    }

    #[test]
    fn limits_are_errors_that_name_them() {
        let small = Limits::new(32, 10);
        assert_eq!(
            error(small, b"Content-Type: auth/request-and-then-some-more\n\n"),
            SwitchMisbehaved::HeaderTooLong { limit: 32 }
        );
        assert_eq!(error(small, &[b'x'; 33]), SwitchMisbehaved::HeaderTooLong { limit: 32 });
        for (value, too_long) in [
            ("11", true),
            ("99999999999999999999999", true),
            ("-1", false),
            ("4x", false),
            ("", false),
            ("+4", false),
        ] {
            let error = error(Limits::new(64, 10), format!("Content-Length: {value}\n\n").as_bytes());
            assert_eq!(
                matches!(error, SwitchMisbehaved::BodyTooLong { limit: 10, .. }),
                too_long,
                "{value}: {error}"
            );
            assert_eq!(
                matches!(error, SwitchMisbehaved::ContentLength { .. }),
                !too_long,
                "{value}: {error}"
            );
        }
    }

    #[test]
    fn the_first_of_two_content_lengths_counts() {
        let frames = all(&mut FrameDecoder::default(), b"Content-Length: 1\nContent-Length: 3\n\nxA: b\n\n");
        assert_eq!(frames[0].body().as_deref(), Some(&b"x"[..]));
        assert_eq!(frames.len(), 2);
    }
}
