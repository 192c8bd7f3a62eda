//! What can be wrong with what an api command printed, sorted by whose fault it was.

use bytes::Bytes;

use crate::cause::HangupCause;

/// An api command did not give what it gives. What it printed is kept: [`output`](Self::output).
///
/// The event socket itself never fails an api command; whether it failed is in what it printed, and every command
/// has a way of its own to say so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// It ran, and says that it failed: there is no such call, nobody answered.
    #[error("the switch says: {reason}")]
    Failed {
        /// The switch's words, without the `-ERR` before them. Empty if it gave no reason.
        reason: String,
        /// All it printed.
        output: Bytes,
    },
    /// It did not understand its arguments. As those are written here, this is a switch of another version, or a bug
    /// of this library.
    #[error("the switch does not take these arguments; it says: {usage}")]
    Usage {
        /// How the switch wants it.
        usage: String,
        /// All it printed.
        output: Bytes,
    },
    /// The switch has no such command: the module that has it is not loaded. A few modules say the same when a command
    /// of theirs fails without a word (`mod_event_socket.c` throws its output away then).
    #[error("the switch has no command `{command}`; is the module that has it loaded?")]
    NotFound {
        /// The command's name.
        command: String,
        /// All it printed.
        output: Bytes,
    },
    /// What it printed is not what this command prints.
    #[error("cannot read what the switch printed as {what} (\"{}\")", beginning(output))]
    Unreadable {
        /// What it was to be.
        what: &'static str,
        /// All it printed.
        output: Bytes,
    },
}

impl ApiError {
    /// What the command printed, exactly.
    #[must_use]
    pub fn output(&self) -> &Bytes {
        match self {
            Self::Failed { output, .. }
            | Self::Usage { output, .. }
            | Self::NotFound { output, .. }
            | Self::Unreadable { output, .. } => output,
        }
    }

    /// The hangup cause, if that is the reason: of an `originate`, a `conference … dial`.
    #[must_use]
    pub fn hangup_cause(&self) -> Option<HangupCause> {
        let cause = HangupCause::from(self.reason()?);
        (!matches!(cause, HangupCause::Other(_))).then_some(cause)
    }

    /// The switch's own reason, if the command says that it failed.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Failed { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

/// Enough of an output to recognise it by.
fn beginning(output: &Bytes) -> String {
    const ENOUGH: usize = 120;
    let cut = output.get(..ENOUGH).unwrap_or(output);
    let mut text = cut.escape_ascii().to_string();
    if cut.len() < output.len() {
        text.push('…');
    }
    text
}
