//! How the switch writes what it says, byte for byte.

/// The text of the usual disconnect notice.
pub const GOODBYE: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";
/// The text of the notice when the switch stops.
pub const SHUTTING_DOWN: &str = "The system is being shut down.\n";

/// The text of the notice for a client that lost too many events because it did not read.
pub const LOST_EVENTS: &str = "killed listener because of lost events\n";
/// The text of the notice for a client that lost too many log lines.
pub const LOST_LOG_LINES: &str = "killed listener because of lost log lines\n";

/// Bytes of reply the switch has room for (`char reply[512]` in `listener_run`).
const REPLY_ROOM: usize = 511;

/// The greeting.
#[must_use]
pub fn auth_request() -> Vec<u8> {
    b"Content-Type: auth/request\n\n".to_vec()
}

/// A `command/reply`. A text over 511 bytes is cut; one that begins with `~` replaces the Reply-Text line and
/// brings its own empty line, unless that is cut off; an empty one is a command not found.
#[must_use]
pub fn command_reply(text: &[u8]) -> Vec<u8> {
    let text = text.get(..text.len().min(REPLY_ROOM)).unwrap_or_default();
    let mut out = b"Content-Type: command/reply\n".to_vec();
    match text.strip_prefix(b"~") {
        Some(lines) => out.extend_from_slice(lines),
        None => {
            let text = if text.is_empty() { b"-ERR command not found" } else { text };
            out.extend_from_slice(b"Reply-Text: ");
            out.extend_from_slice(text);
            out.extend_from_slice(b"\n\n");
        }
    }
    out
}

/// An `api/response`.
#[must_use]
pub fn api_response(body: &[u8]) -> Vec<u8> {
    let mut out = format!("Content-Type: api/response\nContent-Length: {}\n\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

/// A disconnect notice of a connection that is bound to no channel.
#[must_use]
pub fn disconnect_notice(text: &str) -> Vec<u8> {
    format!("Content-Type: text/disconnect-notice\nContent-Length: {}\n\n{text}", text.len()).into_bytes()
}

/// A disconnect notice of a connection that is bound to the channel of this uuid.
#[must_use]
pub fn session_disconnect_notice(uuid: &str, text: &str) -> Vec<u8> {
    format!(
        "Content-Type: text/disconnect-notice\nControlled-Session-UUID: {uuid}\nContent-Disposition: disconnect\n\
         Content-Length: {}\n\n{text}",
        text.len()
    )
    .into_bytes()
}

/// What a connection that lingers is told when its channel is hung up: it stays open for so many seconds, -1 for as
/// long as the client likes.
#[must_use]
pub fn linger_notice(uuid: &str, channel_name: &str, seconds: i32) -> Vec<u8> {
    format!(
        "Content-Type: text/disconnect-notice\nControlled-Session-UUID: {uuid}\nContent-Disposition: linger\n\
         Channel-Name: {channel_name}\nLinger-Time: {seconds}\nContent-Length: 0\n\n"
    )
    .into_bytes()
}

/// What a client gets instead of the greeting when an access list refuses it; a notice follows.
#[must_use]
pub fn rude_rejection() -> Vec<u8> {
    b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n".to_vec()
}

/// A log line. `text_channel` is 0 for plain ones, 1 for those without a time in front, 3 for those about a
/// session (`switch_text_channel_t` in `switch_types.h`); `user_data` is the channel it is about, or empty.
#[must_use]
pub fn log_data(
    level: u8,
    text_channel: u8,
    file: &str,
    function: &str,
    line: u32,
    user_data: &str,
    text: &str,
) -> Vec<u8> {
    format!(
        "Content-Type: log/data\nContent-Length: {}\nLog-Level: {level}\nText-Channel: {text_channel}\n\
         Log-File: {file}\nLog-Func: {function}\nLog-Line: {line}\nUser-Data: {user_data}\n\n{text}",
        text.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies() {
        assert_eq!(command_reply(b"+OK bye"), b"Content-Type: command/reply\nReply-Text: +OK bye\n\n");
        assert_eq!(
            command_reply(b""),
            b"Content-Type: command/reply\nReply-Text: -ERR command not found\n\n"
        );
        assert_eq!(command_reply(b"~A: b\n\n"), b"Content-Type: command/reply\nA: b\n\n");
        assert_eq!(command_reply(&[b'x'; 600]).len(), 28 + 12 + 511 + 2);
        assert!(disconnect_notice(GOODBYE).starts_with(
            b"Content-Type: text/disconnect-notice\nContent-Length: 67\n\nDisconnected, goodbye.\n"
        ));
    }

    #[test]
    fn notices_of_sessions() {
        let notice = session_disconnect_notice("x", GOODBYE);
        assert!(notice.starts_with(
            b"Content-Type: text/disconnect-notice\nControlled-Session-UUID: x\nContent-Disposition: disconnect\n\
              Content-Length: 67\n\nDisconnected"
        ));
        assert_eq!(
            linger_notice("x", "null/1", -1),
            b"Content-Type: text/disconnect-notice\nControlled-Session-UUID: x\nContent-Disposition: linger\n\
              Channel-Name: null/1\nLinger-Time: -1\nContent-Length: 0\n\n"
        );
        assert_eq!((LOST_EVENTS.len(), LOST_LOG_LINES.len(), SHUTTING_DOWN.len()), (39, 42, 31));
    }
}
