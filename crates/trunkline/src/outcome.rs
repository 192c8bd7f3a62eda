//! What a reply means to whoever gave the command.

use trunkline_proto::{ApiResponse, Command, CommandReply, Reply};

use crate::error::Error;

/// How an error calls `api` with these words.
pub(crate) fn of_api(words: &str) -> String {
    format!("api {}", Command::shown_api(words))
}

/// How an error calls `bgapi` with these words.
pub(crate) fn of_bgapi(words: &str) -> String {
    format!("bgapi {}", Command::shown_api(words))
}

/// Of a command that is to be answered by `+OK`.
pub(crate) fn accepted(command: &str, reply: Reply) -> Result<CommandReply, Error> {
    match reply {
        Reply::Command(reply) => match reply.error() {
            None => Ok(reply),
            Some(reason) => Err(Error::refused(command, reason)),
        },
        other => Err(Error::refused(command, other.text().into_owned())),
    }
}

/// Of `api` with these words.
pub(crate) fn printed(words: &str, reply: Reply) -> Result<ApiResponse, Error> {
    match reply {
        Reply::Api(response) => Ok(response),
        reply => {
            let reason = reply.refusal().unwrap_or_else(|| reply.text().into_owned());
            Err(Error::refused(&of_api(words), reason))
        }
    }
}

/// Of `bgapi` with these words.
#[cfg(feature = "blocking")]
pub(crate) fn taken(words: &str, reply: &Reply) -> Result<(), Error> {
    match reply {
        Reply::Command(reply) if reply.is_ok() => Ok(()),
        reply => {
            let reason = reply.refusal().unwrap_or_else(|| reply.text().into_owned());
            Err(Error::refused(&of_bgapi(words), reason))
        }
    }
}
