//! Replies to `getvar` that cannot be told from what follows them.

/// Whether the reply at the front of `input` holds a value that broke it:
///
/// - one that begins with `~` is written without `Reply-Text: ` before it and without an empty line behind it
///   (`listener_run` in `mod_event_socket.c`), so that the next message is glued to it;
/// - one with a line `Content-Length: 142` in it, as a SIP message has, would make the next message its body.
///
/// A value can be made to look like a whole message, which nobody can tell: `getvar` is not for such values.
pub(super) fn is_unframed(input: &[u8]) -> bool {
    const TYPE: &[u8] = b"Content-Type: command/reply\n";
    const TEXT: &[u8] = b"Reply-Text: ";
    const LENGTH: &[u8] = b"Content-Length:";
    let Some(rest) = input.strip_prefix(TYPE) else { return false };
    let common = rest.len().min(TEXT.len());
    if rest.get(..common) != TEXT.get(..common) {
        return true;
    }
    let mut lines = rest.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    lines.any(|line| line.get(..LENGTH.len()).is_some_and(|start| start.eq_ignore_ascii_case(LENGTH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_that_break_their_reply() {
        let reply = |rest: &str| format!("Content-Type: command/reply\n{rest}");
        for fine in [
            "",
            "R",
            "Reply-Text: ",
            "Reply-Text: value\n\n",
            "Reply-Text: -ERR command not found\n\nContent-Type: command/reply\n~",
            "Reply-Text: see Content-Length: 3\n\n",
            // The next message is not its business.
            "Reply-Text: value\n\nContent-Length: 3\nContent-Type: text/event-plain\n\nabc",
            // A line break only adds a header.
            "Reply-Text: one\nInjected: two\n\n",
        ] {
            assert!(!is_unframed(reply(fine).as_bytes()), "{fine:?}");
        }
        for broken in [
            "x",
            "Reply-Textile",
            "valueContent-Length: 3\nContent-Type: text/event-plain\n\nabc",
            "Reply-Text: SIP/2.0 200 OK\r\ncontent-length: 142\r\n",
        ] {
            assert!(is_unframed(reply(broken).as_bytes()), "{broken:?}");
        }
        for other in ["", "Content-Type: api/response\nContent-Length: 0\n\n", "Content-Length: 3\nx"] {
            assert!(!is_unframed(other.as_bytes()), "{other:?}");
        }
    }
}
