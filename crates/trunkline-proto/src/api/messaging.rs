//! Messages and presence.

use super::command::command;
use super::line::{Line, check_without};
use super::output::{Printed, text};
use super::{ApiCommand, ApiError};
use crate::dialstring::tokenizer;
use crate::error::ApiMisuse;

/// `chat`: sends a text message.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, Chat};
/// let chat = Chat::new("sip", "1001@example.net", "internal/1000@10.0.0.1:5060", "hello | there");
/// assert_eq!(chat.line()?, r"chat sip|1001@example.net|internal/1000@10.0.0.1:5060|hello\s\|\sthere");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Chat {
    parts: [String; 4],
    content_type: Option<String>,
}

impl Chat {
    /// By this protocol (`sip`, `conf`, `event`), from whom, to whom, what.
    pub fn new(
        protocol: impl Into<String>,
        from: impl Into<String>,
        to: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { parts: [protocol.into(), from.into(), to.into(), message.into()], content_type: None }
    }

    /// Of this type: `text/html`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

impl ApiCommand for Chat {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let mut words = Vec::new();
        for part in self.parts.iter().chain(&self.content_type) {
            let what = "a part of the message";
            if part.is_empty() {
                return Err(ApiMisuse::Empty { what });
            }
            check_without(what, part, &['\0'])?;
            words.push(tokenizer::escape_word(part, '|'));
        }
        let mut arguments = words.join("|");
        if arguments.starts_with("^^") || arguments.starts_with('\u{b}') {
            arguments.insert_str(0, "''");
        }
        Line::new("chat").put(Ok(()), &arguments).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        let printed = Printed::by("chat", output)?;
        match text(printed)?.as_str() {
            "Sent" => Ok(()),
            other if other == "Invalid" || other.starts_with("Error!") => Err(printed.failed(other)),
            _ => Err(printed.unreadable("whether a message was sent")),
        }
    }
}

command! {
    /// `presence in`: says that a user is there, and how: `available`, `On the phone`.
    PresenceIn = "presence in" => (), sent;
    user: String = word,
    rpid: String = word,
    message: String = word
}

command! {
    /// `presence out`: says that a user has gone.
    PresenceOut = "presence out" => (), sent;
    user: String = word;
    /// In what way.
    rpid: String = word,
    /// In words.
    message: String = word
}

fn sent(printed: Printed<'_>) -> Result<(), ApiError> {
    let text = text(printed)?;
    if text == "Event Sent" {
        return Ok(());
    }
    match text.strip_prefix("Invalid: ") {
        Some(usage) => Err(ApiError::Usage { usage: usage.to_owned(), output: printed.keep() }),
        None => Err(printed.unreadable("whether an event was sent")),
    }
}
