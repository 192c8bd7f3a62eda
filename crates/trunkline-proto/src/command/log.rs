//! `log`, `nolog`

use super::{Command, CommandKind};
use crate::message::LogLevel;

impl Command {
    /// `log LEVEL`: send log lines of this level and the graver ones.
    ///
    /// Reply: `+OK log level debug [7]`, or `-ERR permission denied` for a restricted user.
    #[must_use]
    pub fn log(level: LogLevel) -> Self {
        let wire = format!("log {}\n\n", level.as_str().to_ascii_lowercase()).into_bytes();
        Self { wire, kind: CommandKind::Log }
    }

    /// `nolog`: send none, and throw away those queued.
    ///
    /// Reply: `+OK no longer logging`, or `-ERR not loging` (sic) if it was not.
    #[must_use]
    pub fn nolog() -> Self {
        Self { wire: b"nolog\n\n".to_vec(), kind: CommandKind::Log }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        assert_eq!(Command::log(LogLevel::Debug).wire(), b"log debug\n\n");
        assert_eq!(Command::log(LogLevel::Err).wire(), b"log err\n\n");
        assert_eq!(Command::nolog().wire(), b"nolog\n\n");
    }
}
