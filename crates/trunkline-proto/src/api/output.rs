//! What an api command printed, and the few ways commands say yes and no.

use std::borrow::Cow;
use std::str::FromStr;

use bytes::Bytes;

use super::error::ApiError;
use crate::header::lossy;

/// How `mod_event_socket.c` says that a command printed nothing. In a background job nothing is nothing.
const NOTHING: &[u8] = b"-ERR no reply\n";

/// What a command printed; never the switch's word that there is no such command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printed<'a> {
    output: &'a [u8],
}

impl<'a> Printed<'a> {
    /// What the command of this name printed.
    pub(crate) fn by(verb: &str, output: &'a [u8]) -> Result<Self, ApiError> {
        let printed = Self { output };
        let is_missing = output
            .strip_prefix(b"-ERR ")
            .and_then(|rest| rest.strip_prefix(verb.as_bytes()))
            .is_some_and(|rest| rest.trim_ascii_end() == b" Command not found!");
        if is_missing {
            return Err(ApiError::NotFound { command: verb.to_owned(), output: printed.keep() });
        }
        Ok(printed)
    }

    /// Exactly what it printed; nothing if nothing.
    pub(crate) fn bytes(self) -> &'a [u8] {
        if self.output == NOTHING { b"" } else { self.output }
    }

    /// The same as text; bytes that are not UTF-8 are replaced.
    pub(crate) fn text(self) -> Cow<'a, str> {
        lossy(Cow::Borrowed(self.bytes()))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.bytes().is_empty()
    }

    pub(crate) fn keep(self) -> Bytes {
        Bytes::copy_from_slice(self.output)
    }

    pub(crate) fn failed(self, reason: &str) -> ApiError {
        ApiError::Failed { reason: reason.to_owned(), output: self.keep() }
    }

    pub(crate) fn unreadable(self, what: &'static str) -> ApiError {
        ApiError::Unreadable { what, output: self.keep() }
    }

    /// Refuses what begins with `-ERR`, `-ERROR`, `-USAGE` or `USAGE:`: how most commands say no.
    pub(crate) fn or_failed(self) -> Result<Self, ApiError> {
        let text = self.text();
        let first = text.lines().next().unwrap_or_default();
        if let Some(usage) = first.strip_prefix("-USAGE").or_else(|| first.strip_prefix("USAGE:")) {
            let usage = usage.trim_start_matches(':').trim().to_owned();
            return Err(ApiError::Usage { usage, output: self.keep() });
        }
        match first.strip_prefix("-ERROR").or_else(|| first.strip_prefix("-ERR")) {
            Some(reason) => Err(self.failed(reason.trim())),
            None => Ok(self),
        }
    }

    /// What follows the `+OK` it must begin with.
    pub(crate) fn after_ok(self) -> Result<Cow<'a, str>, ApiError> {
        match self.or_failed()?.text() {
            Cow::Borrowed(text) => text.strip_prefix("+OK").map(Cow::Borrowed),
            Cow::Owned(text) => text.strip_prefix("+OK").map(|rest| Cow::Owned(rest.to_owned())),
        }
        .ok_or_else(|| self.unreadable("`+OK`"))
    }

    /// What stands between two texts, after `+OK`.
    pub(crate) fn between(self, before: &str, after: &str, what: &'static str) -> Result<String, ApiError> {
        let text = self.after_ok()?;
        let text = text.trim();
        text.strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .map(|text| text.trim().to_owned())
            .ok_or_else(|| self.unreadable(what))
    }
}

/// `+OK`, with or without more.
pub(crate) fn done(printed: Printed<'_>) -> Result<(), ApiError> {
    printed.after_ok().map(drop)
}

/// Nothing, for a command that says only no; `+OK` is as good.
pub(crate) fn done_or_silent(printed: Printed<'_>) -> Result<(), ApiError> {
    if printed.is_empty() { Ok(()) } else { done(printed) }
}

/// What follows `+OK`, without the blanks around.
pub(crate) fn remark(printed: Printed<'_>) -> Result<String, ApiError> {
    printed.after_ok().map(|text| text.trim_start_matches(':').trim().to_owned())
}

/// `true` or `false`.
pub(crate) fn truth(printed: Printed<'_>) -> Result<bool, ApiError> {
    match printed.or_failed()?.bytes().trim_ascii_end() {
        b"true" => Ok(true),
        b"false" => Ok(false),
        _ => Err(printed.unreadable("`true` or `false`")),
    }
}

/// All of it, whatever it says; nothing for nothing.
pub(crate) fn anything(printed: Printed<'_>) -> Result<String, ApiError> {
    Ok(printed.text().into_owned())
}

/// All of it, unless it is a failure; without the line break at its end.
pub(crate) fn text(printed: Printed<'_>) -> Result<String, ApiError> {
    let text = printed.or_failed()?.text();
    Ok(text.trim_end_matches('\n').to_owned())
}

/// A value that may be missing, in which case nothing is printed.
pub(crate) fn value(printed: Printed<'_>) -> Result<Option<String>, ApiError> {
    Ok((!printed.is_empty()).then(|| printed.text().into_owned()))
}

/// A number and nothing else.
pub(crate) fn number<T: FromStr>(printed: Printed<'_>) -> Result<T, ApiError> {
    printed.or_failed()?.text().trim().parse().map_err(|_| printed.unreadable("a number"))
}

/// `!err!`, the word of the commands made to be used in a dialplan.
pub(crate) fn or_dialplan_failure(printed: Printed<'_>) -> Result<Printed<'_>, ApiError> {
    if printed.bytes() == b"!err!" { Err(printed.failed("!err!")) } else { printed.or_failed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(output: &str) -> Printed<'_> {
        Printed::by("x", output.as_bytes()).unwrap()
    }

    #[test]
    fn missing_commands_are_told_from_failures() {
        let missing = Printed::by("nosuch", b"-ERR nosuch Command not found!\n").unwrap_err();
        assert!(matches!(&missing, ApiError::NotFound { command, .. } if command == "nosuch"));
        assert_eq!(missing.output().as_ref(), b"-ERR nosuch Command not found!\n");
        assert!(Printed::by("other", b"-ERR nosuch Command not found!\n").is_ok());
    }

    #[test]
    fn failures() {
        let failed = |output: &str| by(output).or_failed().map(|_| ()).unwrap_err();
        assert_eq!(failed("-ERR No such channel!\n").reason(), Some("No such channel!"));
        assert_eq!(failed("-ERROR\n").reason(), Some(""));
        assert_eq!(failed("-ERR").reason(), Some(""));
        assert!(
            matches!(failed("-USAGE: <uuid>\n-ERR Operation failed\n"), ApiError::Usage { usage, .. } if usage == "<uuid>")
        );
        assert!(matches!(failed("USAGE: limit_usage\n"), ApiError::Usage { .. }));
        assert!(by("-er").or_failed().is_ok());
        assert!(by("").or_failed().is_ok());
    }

    #[test]
    fn nothing_is_not_a_failure() {
        for nothing in ["", "-ERR no reply\n"] {
            assert_eq!(by(nothing).bytes(), b"");
            assert!(done_or_silent(by(nothing)).is_ok());
            assert_eq!(value(by(nothing)), Ok(None));
            assert!(matches!(done(by(nothing)), Err(ApiError::Unreadable { .. })));
        }
        assert!(done_or_silent(by("-ERR no such\n")).is_err());
        assert_eq!(value(by("-ERR is a value, too")), Ok(Some("-ERR is a value, too".to_owned())));
    }

    #[test]
    fn simple_answers() {
        assert_eq!(remark(by("+OK Message sent\n")), Ok("Message sent".to_owned()));
        assert_eq!(remark(by("+OK:\n")), Ok(String::new()));
        assert_eq!(truth(by("true")), Ok(true));
        assert!(matches!(truth(by("yes")), Err(ApiError::Unreadable { .. })));
        assert_eq!(number(by("64\n")), Ok(64));
        assert!(matches!(number::<u8>(by("640\n")), Err(ApiError::Unreadable { .. })));
        assert_eq!(by("+OK Added: 4\n").between("Added:", "", "a task"), Ok("4".to_owned()));
        assert!(or_dialplan_failure(by("!err!")).is_err());
    }
}
