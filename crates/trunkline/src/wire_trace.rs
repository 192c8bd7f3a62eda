//! What goes over the wire, for who asks: `tracing` events of target `trunkline::wire`, level TRACE. Passwords are
//! not among it.

use tracing::Level;

const TARGET: &str = "trunkline::wire";
/// More of one chunk than this says nothing new.
const MOST: usize = 16 * 1024;

pub(crate) fn sent(bytes: &[u8]) {
    if tracing::enabled!(target: TARGET, Level::TRACE) {
        tracing::trace!(target: TARGET, "> {}", redacted(bytes));
    }
}

pub(crate) fn received(bytes: &[u8]) {
    if tracing::enabled!(target: TARGET, Level::TRACE) {
        let shown = bytes.get(..bytes.len().min(MOST)).unwrap_or_default();
        let more = if shown.len() < bytes.len() { "…" } else { "" };
        tracing::trace!(target: TARGET, "< {}{more}", shown.escape_ascii());
    }
}

/// With the arguments of `auth` and `userauth` left out.
fn redacted(bytes: &[u8]) -> String {
    let lines = bytes.split_inclusive(|b| *b == b'\n').map(|line| {
        let verb = ["auth ", "userauth "].into_iter().find(|verb| {
            line.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb.as_bytes()))
        });
        match verb {
            Some(verb) => format!("{verb}[redacted]\\n"),
            None => line.escape_ascii().to_string(),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_left_out() {
        let shown = redacted(b"AUTH hunter2\n\napi status\n\nuserauth a@b:hunter2\n\n");
        assert_eq!(shown, "auth [redacted]\\n\\napi status\\n\\nuserauth [redacted]\\n\\n");
    }
}
