//! How the switch cuts a client's bytes into packets (`read_packet` in `mod_event_socket.c`).

use std::borrow::Cow;

use bytes::{Buf, Bytes, BytesMut};

use crate::atoi::atoi;
use crate::event::{EventBuilder, Stack, Values};

/// Bytes collected without an empty line before the switch takes what it has for a whole packet.
const MOST_PACKET: usize = 10_485_760;
/// The longest body.
const MOST_BODY: i64 = 16_777_216;

/// What a client said: a command line, headers, a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    text: Bytes,
    content: EventBuilder,
}

/// Something the switch drops the connection for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// A Content-Length below 0 or above 16 MiB.
    #[error("Rejecting Content-Length '{0}' (out of range)")]
    ContentLength(i64),
}

impl Packet {
    /// The whole packet as sent, up to a NUL if there is one, without its body.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The command line as most commands see it: up to the first CR if there is one anywhere in the packet, up
    /// to the first LF otherwise. (With mixed line ends the headers become part of it.)
    #[must_use]
    pub fn line(&self) -> &[u8] {
        let end = if self.text.contains(&b'\r') { b'\r' } else { b'\n' };
        self.text.split(|b| *b == end).next().unwrap_or_default()
    }

    /// The headers in order, after the rules by which the core stores them: see [`PacketDecoder`].
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], Values<'_>)> {
        self.content.headers()
    }

    /// The first header of that name, in any case; an array as its text, `ARRAY::a|:b`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.content.get(name)
    }

    /// The body, up to a NUL if there is one.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.content.given_body()
    }
}

/// Takes packets off the front of a growing buffer.
///
/// A packet ends at the second LF in a row, CRs not counting; line breaks before it are skipped; 10 MiB without
/// an end are a packet as they are. A Content-Length in its headers makes that many bytes after it the body; two
/// of them are two bodies, of which the last counts.
///
/// Headers are stored by the rules of `switch_event_base_add_header` in `switch_event.c`, which
/// [`EventBuilder::add_header`] lists: an empty value removes earlier ones of its name, `_body` is also the body.
#[derive(Debug, Clone, Default)]
pub struct PacketDecoder {
    search: Search,
    any_length: bool,
}

/// How far the packet at the front has been looked at.
#[derive(Debug, Clone, Default)]
struct Search {
    searched: usize,
    line_feeds: u8,
    /// The end of the packet's text, once found, and the bytes of body after it.
    found: Option<(usize, usize)>,
}

impl PacketDecoder {
    /// At the beginning of a connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that takes any Content-Length, as releases before 1.11 do: one below 0 is none, and none is too large.
    #[must_use]
    pub fn of_any_length() -> Self {
        Self { any_length: true, ..Self::default() }
    }

    /// The next whole packet, taken off `buffer`; `None` until there is one.
    ///
    /// # Errors
    ///
    /// [`PacketError`] where the switch would drop the connection.
    pub fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Packet>, PacketError> {
        let (end, bodies) = match self.search.found {
            Some(found) => found,
            None => match self.search.find_end(buffer) {
                Some(end) => {
                    let bodies = self.body_lengths(buffer.get(..end).unwrap_or_default())?;
                    self.search.found = Some((end, bodies));
                    (end, bodies)
                }
                None => return Ok(None),
            },
        };
        if buffer.len() < end.saturating_add(bodies) {
            return Ok(None);
        }
        self.search = Search::default();
        let text = until_nul(buffer.split_to(end).freeze());
        let mut content = EventBuilder::new();
        for (name, value) in lines(&text).filter_map(name_and_value) {
            content.add_header(Stack::Bottom, name, value);
            if let Some(length @ 1..) = self.body_length(name, value)? {
                // Each replaces the one before.
                content.set_body(until_nul(buffer.split_to(length.min(buffer.len())).freeze()));
            }
        }
        Ok(Some(Packet { text, content }))
    }

    /// Whether a packet's header block has come and its body has not. The switch then waits for the body and does
    /// nothing else for the connection, for however long.
    #[must_use]
    pub fn awaits_body(&self) -> bool {
        self.search.found.is_some()
    }

    /// Whether part of a packet has come. The switch sends no events and no log meanwhile.
    #[must_use]
    pub fn is_partial(&self, buffer: &[u8]) -> bool {
        buffer.iter().any(|b| !matches!(b, b'\r' | b'\n'))
    }

    /// The bytes of all bodies a packet announces.
    fn body_lengths(&self, text: &[u8]) -> Result<usize, PacketError> {
        let text = text.split(|b| *b == 0).next().unwrap_or_default();
        let lengths =
            lines(text).filter_map(name_and_value).map(|(name, value)| self.body_length(name, value));
        lengths.map(|length| Ok(length?.unwrap_or_default())).sum()
    }

    /// The bytes of body a header announces, if it is one that does.
    fn body_length(&self, name: &[u8], value: &[u8]) -> Result<Option<usize>, PacketError> {
        if !name.eq_ignore_ascii_case(b"Content-Length") {
            return Ok(None);
        }
        match atoi(value) {
            length @ 0..=MOST_BODY => Ok(usize::try_from(length).ok()),
            length if self.any_length => Ok(usize::try_from(length).ok()),
            length => Err(PacketError::ContentLength(length)),
        }
    }
}

impl Search {
    fn find_end(&mut self, buffer: &mut BytesMut) -> Option<usize> {
        if self.searched == 0 {
            let blank = buffer.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            buffer.advance(blank);
        }
        for byte in buffer.get(self.searched..)? {
            self.searched += 1;
            match byte {
                b'\n' => self.line_feeds += 1,
                b'\r' => {}
                _ => self.line_feeds = 0,
            }
            if self.line_feeds == 2 || self.searched == MOST_PACKET {
                return Some(self.searched);
            }
        }
        None
    }
}

fn until_nul(bytes: Bytes) -> Bytes {
    match memchr::memchr(0, &bytes) {
        Some(end) => bytes.slice(..end),
        None => bytes,
    }
}

/// The lines after the first, cut at the first CR anywhere after the cursor, or else at the first LF.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    let mut first = true;
    std::iter::from_fn(move || {
        loop {
            let breaks = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            rest = rest.get(breaks..)?;
            if rest.is_empty() {
                return None;
            }
            let end =
                memchr::memchr(b'\r', rest).or_else(|| memchr::memchr(b'\n', rest)).unwrap_or(rest.len());
            let (line, after) = rest.split_at(end);
            rest = after;
            if !std::mem::take(&mut first) {
                return Some(line);
            }
        }
    })
}

fn name_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at(colon);
    let value = value.get(1..)?;
    let spaces = value.iter().take_while(|b| **b == b' ').count();
    Some((name, value.get(spaces..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(bytes: &[u8]) -> Vec<Packet> {
        let mut decoder = PacketDecoder::new();
        let mut buffer = BytesMut::from(bytes);
        std::iter::from_fn(|| decoder.decode(&mut buffer).unwrap()).collect()
    }

    #[test]
    fn every_ending_ends() {
        for ending in ["\n\n", "\r\n\r\n", "\n\r\n", "\r\n\n"] {
            let bytes = format!("\r\n\napi status{ending}api version{ending}");
            let packets = packets(bytes.as_bytes());
            assert_eq!(packets.len(), 2, "{ending:?}");
            // The LF before a CR stays; the core trims it off arguments.
            assert_eq!(packets[0].line().trim_ascii_end(), b"api status");
            assert_eq!(packets[1].line().trim_ascii_end(), b"api version");
        }
        assert!(packets(b"api status\r\r").is_empty());
    }

    #[test]
    fn mixed_line_ends_join_the_headers_to_the_command() {
        let packets = packets(b"api echo one\nX-Foo: bar\r\n\r\n");
        assert_eq!(packets[0].line(), b"api echo one\nX-Foo: bar");
    }

    #[test]
    fn bodies() {
        let packets = packets(b"sendevent A\nContent-Length: 2\nB: c\nContent-Length: 3x\n\nxxyyyexit\n\n");
        assert_eq!(packets[0].body(), Some(&b"yyy"[..]));
        assert_eq!(packets[0].header("b").as_deref(), Some(&b"c"[..]));
        assert_eq!(packets[1].line(), b"exit");
    }

    #[test]
    fn content_length_has_a_range() {
        for bad in ["-1", "16777217"] {
            let mut buffer = BytesMut::from(format!("a\nContent-Length: {bad}\n\n").as_bytes());
            assert!(PacketDecoder::new().decode(&mut buffer).is_err(), "{bad}");
        }
    }

    #[test]
    fn older_releases_take_any_content_length() {
        for (length, body) in [("-1", None), ("2", Some(&b"ab"[..]))] {
            let mut buffer = BytesMut::from(format!("a\nContent-Length: {length}\n\nab").as_bytes());
            let packet = PacketDecoder::of_any_length().decode(&mut buffer).unwrap().unwrap();
            assert_eq!(packet.body(), body, "{length}");
        }
        let mut decoder = PacketDecoder::of_any_length();
        assert_eq!(decoder.decode(&mut BytesMut::from("a\nContent-Length: 16777217\n\n")), Ok(None));
        assert!(decoder.awaits_body());
    }

    #[test]
    fn an_array_of_one_is_still_an_array() {
        let packets = packets(b"x\nA: ARRAY::one\n\n");
        assert!(packets[0].headers().all(|(_, values)| values.is_list()));
    }

    #[test]
    fn headers_are_stored_as_the_core_does() {
        let packets =
            packets(b"x\nA: 1\nB: 2\na:\nC: ARRAY::p|:q\nD: ARRAY::\nE: ARRAY::one\n F: 5\nno colon\n\n");
        let headers: Vec<_> = packets[0]
            .headers()
            .map(|(name, values)| format!("{}={}", name.escape_ascii(), values.text().escape_ascii()))
            .collect();
        assert_eq!(headers, ["B=2", "C=ARRAY::p|:q", "E=one", " F=5"]);
    }

    #[test]
    fn the_last_body_counts() {
        // One of no length is none, and leaves the one before.
        let packets = packets(b"x\nContent-Length: 2\nContent-Length: 0\n\nabx\n_body: header\n\n");
        assert_eq!(packets[0].body(), Some(&b"ab"[..]));
        assert_eq!(packets[1].body(), Some(&b"header"[..]));
        assert_eq!(packets[1].header("_body").as_deref(), Some(&b"header"[..]));
    }

    #[test]
    fn nul_ends_the_meaning() {
        let packets = packets(b"api status\0 and more\n\n");
        assert_eq!(packets[0].line(), b"api status");
    }
}
