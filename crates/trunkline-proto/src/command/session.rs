//! `exit`

use super::{Command, CommandKind};

impl Command {
    /// `exit`: leave.
    ///
    /// Reply: `+OK bye`; then, when the background jobs of this connection have ended, a disconnect notice and
    /// the end.
    #[must_use]
    pub fn exit() -> Self {
        Self { wire: b"exit\n\n".to_vec(), kind: CommandKind::Exit }
    }
}
