//! What goes over the wire, for who asks: `tracing` events of target `trunkline::wire`, level TRACE. Passwords are
//! not among it.

use tracing::Level;

const TARGET: &str = "trunkline::wire";
/// More of one chunk than this says nothing new.
const MOST: usize = 16 * 1024;
/// The commands whose arguments are left out.
const SECRET: [&[u8]; 2] = [b"auth ", b"userauth "];

/// What we send. A socket may take a command in pieces, so it keeps in mind where in a line it is.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The beginning of a line that may yet turn out to be secret.
    held: Vec<u8>,
    line: Line,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Line {
    /// At its beginning, or not far enough to know.
    #[default]
    Unknown,
    Shown,
    Hidden,
}

impl Sent {
    pub(crate) fn trace(&mut self, bytes: &[u8]) {
        let enabled = tracing::enabled!(target: TARGET, Level::TRACE);
        if !enabled && bytes.ends_with(b"\n") {
            // Wherever it stood, it stands at the beginning of a line now. Nearly always nobody listens, and it does.
            self.held.clear();
            self.line = Line::Unknown;
            return;
        }
        // Where it stands in a line must be known when someone begins to listen, too.
        let shown = self.redact(bytes);
        if enabled && !shown.is_empty() {
            tracing::trace!(target: TARGET, "> {shown}");
        }
    }

    fn redact(&mut self, bytes: &[u8]) -> String {
        let mut shown = String::new();
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            let ends = piece.ends_with(b"\n");
            if self.line == Line::Unknown {
                self.held.extend_from_slice(piece);
                self.line = kind(&self.held);
                match self.line {
                    Line::Unknown if !ends => continue,
                    Line::Hidden => {
                        let verb = self.held.split(|b| *b == b' ').next().unwrap_or_default();
                        shown.push_str(&verb.escape_ascii().to_string());
                        shown.push_str(" [redacted]");
                    }
                    _ => shown.push_str(&self.held.escape_ascii().to_string()),
                }
                self.held.clear();
            } else if self.line == Line::Shown {
                shown.push_str(&piece.escape_ascii().to_string());
            }
            if ends {
                if self.line == Line::Hidden {
                    shown.push_str("\\n");
                }
                self.line = Line::Unknown;
            }
        }
        shown
    }
}

/// Whether a line that begins so is to be shown.
fn kind(start: &[u8]) -> Line {
    let begins = |verb: &&[u8]| start.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb));
    let may_begin =
        |verb: &&[u8]| verb.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if SECRET.iter().any(begins) {
        Line::Hidden
    } else if SECRET.iter().any(may_begin) {
        Line::Unknown
    } else {
        Line::Shown
    }
}

pub(crate) fn received(bytes: &[u8]) {
    if tracing::enabled!(target: TARGET, Level::TRACE) {
        let shown = bytes.get(..bytes.len().min(MOST)).unwrap_or_default();
        let more = if shown.len() < bytes.len() { "…" } else { "" };
        tracing::trace!(target: TARGET, "< {}{more}", shown.escape_ascii());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_line_begins_is_known_without_a_listener_too() {
        let mut trace = Sent::default();
        for piece in [&b"auth hun"[..], b"ter2\n", b"\n", b"aut", b"hor\n"] {
            trace.trace(piece);
        }
        assert_eq!(trace.redact(b"auth hunter2\n"), "auth [redacted]\\n");
        trace.trace(b"auth hun");
        assert_eq!(trace.redact(b"ter2\napi status\n"), "\\napi status\\n");
    }

    #[test]
    fn passwords_are_left_out() {
        let sent = b"AUTH hunter2\n\napi status\n\nuserauth a@b:hunter2\n\nauthor\n\naut";
        for size in 1..sent.len() {
            let mut trace = Sent::default();
            let shown: String = sent.chunks(size).map(|piece| trace.redact(piece)).collect();
            assert_eq!(
                shown, "AUTH [redacted]\\n\\napi status\\n\\nuserauth [redacted]\\n\\nauthor\\n\\n",
                "{size} bytes at a time"
            );
        }
    }
}
