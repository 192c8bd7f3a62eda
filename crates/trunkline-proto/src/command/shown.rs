//! What of a command may be shown: in a log, in what `Debug` prints, in an error.

use std::borrow::Cow;

use super::raw::kind_of;
use super::{Command, CommandKind};

impl Command {
    /// What may be shown of a command line: which command it is, and for what events, headers or calls; not the arguments of
    /// api commands, among which there may be passwords.
    ///
    /// ```
    /// # use trunkline_proto::Command;
    /// assert_eq!(Command::shown("api originate {sip_auth_password=x}null/1 &park"), "api originate …");
    /// assert_eq!(Command::shown("filter Unique-ID ca11"), "filter Unique-ID ca11");
    /// ```
    #[must_use]
    pub fn shown(line: &str) -> Cow<'_, str> {
        Self::shown_as(kind_of(line), line)
    }

    pub(super) fn shown_as(kind: CommandKind, line: &str) -> Cow<'_, str> {
        match kind {
            CommandKind::Auth => Cow::Borrowed("auth [redacted]"),
            CommandKind::Api | CommandKind::BgApi => match line.split_once(' ') {
                Some((verb, command)) => match Self::shown_api(command) {
                    Cow::Borrowed(whole) if whole == command => Cow::Borrowed(line),
                    shown => Cow::Owned(format!("{verb} {shown}")),
                },
                None => Cow::Borrowed(line),
            },
            // Whatever it may say.
            CommandKind::Other => Self::shown_api(line),
            _ => Cow::Borrowed(line),
        }
    }

    /// The same of an api command alone: its name, and of a `uuid_…` the channel it is about.
    ///
    /// ```
    /// # use trunkline_proto::Command;
    /// assert_eq!(Command::shown_api("uuid_setvar ca11 sip_auth_password x"), "uuid_setvar ca11 …");
    /// assert_eq!(Command::shown_api("status"), "status");
    /// ```
    #[must_use]
    pub fn shown_api(command: &str) -> Cow<'_, str> {
        let command = command.trim();
        let words = if command.starts_with("uuid_") { 2 } else { 1 };
        match command.match_indices(char::is_whitespace).nth(words - 1) {
            Some((end, _)) => Cow::Owned(format!("{} …", command.get(..end).unwrap_or_default())),
            None => Cow::Borrowed(command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_not_shown() {
        for (line, shown) in [
            ("auth secret", "auth [redacted]"),
            ("UserAuth a@b:secret", "auth [redacted]"),
            ("api originate {sip_auth_password=secret}sofia/gateway/x/1 &park", "api originate …"),
            ("bgapi originate {sip_auth_password=secret}null/1 &park", "bgapi originate …"),
            ("API uuid_setvar ca11 pin secret", "API uuid_setvar ca11 …"),
            ("api uuid_dump ca11", "api uuid_dump ca11"),
            ("api status", "api status"),
            ("api", "api"),
            ("api\tsecret x", "api …"),
            ("apo originate secret", "apo …"),
            ("filter Unique-ID ca11", "filter Unique-ID ca11"),
            ("event plain CHANNEL_CREATE", "event plain CHANNEL_CREATE"),
            ("sendmsg ca11", "sendmsg ca11"),
            ("getvar pin", "getvar pin"),
            ("exit", "exit"),
        ] {
            assert_eq!(Command::shown(line), shown);
        }
    }
}
