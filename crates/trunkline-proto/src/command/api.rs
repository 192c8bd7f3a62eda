//! `api`, `bgapi`

use super::{Command, CommandKind, check_line, check_not_empty, check_reload};
use crate::error::ApiMisuse;
use crate::ids::JobUuid;

/// The longest Job-UUID, in bytes: with a longer one the switch cuts its reply short and the stream cannot be
/// read further (`parse_command` in `mod_event_socket.c` has 512 bytes for the reply, which holds the id twice).
pub const MOST_JOB_UUID: usize = 235;

impl Command {
    /// `api COMMAND ARGUMENTS`: run it and wait for what it prints. The connection does nothing else meanwhile,
    /// so anything slow belongs in [`bgapi`](Self::bgapi).
    ///
    /// Reply: an `api/response`; a `command/reply` that says `-ERR permission denied` for a restricted user.
    ///
    /// # Errors
    ///
    /// No command, or a line break or NUL in it; the words that would make the switch reload its event socket,
    /// unless the command is `reload` or `unload` itself.
    pub fn api(command: &str) -> Result<Self, ApiMisuse> {
        Self::concat(CommandKind::Api, &["api ", checked(command)?])
    }

    /// `api` as `fs_cli` sends it, with the header `console_execute: true`: aliases are expanded, and `;;`
    /// separates several commands, whose output comes in one.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api).
    pub fn console(command: &str) -> Result<Self, ApiMisuse> {
        Self::concat(CommandKind::Api, &["api ", checked(command)?, "\nconsole_execute: true"])
    }

    /// `bgapi COMMAND ARGUMENTS`: run it in the background. What it prints arrives in a BACKGROUND_JOB event.
    ///
    /// Reply: `+OK Job-UUID: …` at once, even for a command that does not exist.
    ///
    /// # Errors
    ///
    /// As [`api`](Self::api); a Job-UUID over [`MOST_JOB_UUID`] bytes or with a line break.
    pub fn bgapi(command: &str, job: Option<&JobUuid>) -> Result<Self, ApiMisuse> {
        let command = checked(command)?;
        let Some(job) = job else {
            return Self::concat(CommandKind::BgApi, &["bgapi ", command]);
        };
        let what = "the Job-UUID";
        let id = job.as_str();
        check_line(what, id.as_bytes())?;
        check_not_empty(what, id.trim_start_matches(' ').as_bytes())?;
        if !means_reload(command) {
            check_reload("the command with its Job-UUID", format!("{command} {id}").as_bytes())?;
        }
        if id.len() > MOST_JOB_UUID {
            return Err(ApiMisuse::TooLong { what, len: id.len(), limit: MOST_JOB_UUID });
        }
        Self::concat(CommandKind::BgApi, &["bgapi ", command, "\nJob-UUID: ", id])
    }
}

/// Without the blanks around it, which the switch would take for a command of no name.
fn checked(command: &str) -> Result<&str, ApiMisuse> {
    let what = "the api command";
    let command = command.trim_matches(' ');
    check_line(what, command.as_bytes())?;
    check_not_empty(what, command.as_bytes())?;
    if !means_reload(command) {
        check_reload(what, command.as_bytes())?;
    }
    Ok(command)
}

/// Who says it in so many words means it.
fn means_reload(command: &str) -> bool {
    let verb = command.split(' ').next().unwrap_or_default();
    ["reload", "unload", "bgapi"].iter().any(|word| verb.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        assert_eq!(Command::api(" status ").unwrap().wire(), b"api status\n\n");
        assert_eq!(Command::console("a;;b").unwrap().wire(), b"api a;;b\nconsole_execute: true\n\n");
        assert_eq!(Command::bgapi("echo hi", None).unwrap().wire(), b"bgapi echo hi\n\n");
        assert_eq!(
            Command::bgapi("echo hi", Some(&"my-id".into())).unwrap().wire(),
            b"bgapi echo hi\nJob-UUID: my-id\n\n"
        );
    }

    #[test]
    fn refuses_what_would_hurt() {
        assert!(matches!(Command::api("  "), Err(ApiMisuse::Empty { .. })));
        assert!(matches!(
            Command::api("echo please RELOAD the mod_Event_Socket thing"),
            Err(ApiMisuse::WouldReload { .. })
        ));
        assert!(Command::api("reload mod_event_socket").is_ok());
        assert!(matches!(
            Command::bgapi("module_exists mod_event_socket", Some(&"reload-1".into())),
            Err(ApiMisuse::WouldReload { .. })
        ));
        assert!(Command::bgapi("x", Some(&"i".repeat(235).into())).is_ok());
        assert!(matches!(
            Command::bgapi("x", Some(&"i".repeat(236).into())),
            Err(ApiMisuse::TooLong { limit: 235, .. })
        ));
        assert!(matches!(Command::api(&"x".repeat(10_485_760)), Err(ApiMisuse::TooLong { .. })));
    }
}
