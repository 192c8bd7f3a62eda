//! `conference`: conferences and who is in them (`conference_api.c`).
//!
//! What is done to members is [`OnMembers`]; what they are set to, [`Level`]; who is there, [`JsonList`]. An action this
//! library has no type for is [`Other`].
//!
//! Some actions answer with a line for each member they were done to, and some of those may have failed where others
//! have not: [`Report`].

mod calls;
mod files;
mod json_list;
mod list;
mod members;
mod settings;

use std::fmt;

pub use calls::*;
pub use files::*;
pub use json_list::*;
pub use list::*;
pub use members::*;
pub use settings::*;

use super::command::command;
use super::line::{Line, check_bare, check_without};
use super::output::{Printed, number, text};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

/// Which members are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Members {
    /// The one of this number. There is no 0.
    Id(u32),
    /// All.
    All,
    /// The one that came last.
    Last,
    /// All but moderators.
    NonModerator,
    /// One whose channel has this variable with this value.
    Variable(String, String),
}

impl From<u32> for Members {
    fn from(id: u32) -> Self {
        Self::Id(id)
    }
}

impl Members {
    fn check(&self) -> Result<(), ApiMisuse> {
        match self {
            // For the switch it is no number.
            Self::Id(0) => Err(ApiMisuse::Invalid {
                what: "the member",
                value: "0".to_owned(),
                why: "is the number of none",
            }),
            Self::Variable(name, value) => {
                check_bare("the variable's name", name)?;
                check_without("the variable's name", name, &['=', '\'', '\\'])?;
                let is_number = name.starts_with(|c: char| c.is_ascii_digit());
                let why = "begins with a digit, and would be taken for the number of a member";
                let refusal = ApiMisuse::Invalid { what: "the variable's name", value: name.clone(), why };
                if is_number {
                    return Err(refusal);
                }
                check_without("the variable's value", value, &['\0'])
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::All => f.write_str("all"),
            Self::Last => f.write_str("last"),
            Self::NonModerator => f.write_str("non_moderator"),
            Self::Variable(name, value) => write!(f, "{name}={value}"),
        }
    }
}

/// `conference NAME ACTION`
fn action_line(conference: &str, action: &str) -> Line {
    conference_line(conference).keyword(action)
}

/// `conference NAME`. A conference may be called as a command of all of them, but the switch reads that one if it is not
/// there.
fn conference_line(conference: &str) -> Line {
    const COMMANDS: [&str; 6] = ["list", "count", "xml_list", "json_list", "help", "commands"];
    let what = "the conference's name";
    Line::new("conference").reserve(what, conference, &COMMANDS).word(what, conference)
}

/// Refuses what is no answer but how the action is used. It prints that without `-USAGE` before it.
fn or_usage<'a>(printed: Printed<'a>, action: &str) -> Result<Printed<'a>, ApiError> {
    let text = printed.or_failed()?.text();
    let usage = text.strip_prefix(action).filter(|rest| rest.starts_with([' ', '\n']) || rest.is_empty());
    match usage {
        Some(usage) if !text.is_empty() => {
            Err(ApiError::Usage { usage: usage.trim().to_owned(), output: printed.keep() })
        }
        _ => Ok(printed),
    }
}

/// Any action, with words as they are told. Gives what it prints, without `+OK`; one that says `-ERR` fails.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, conference::Other};
/// let layout = Other::new("3100", "vid-layout").word("1up");
/// assert_eq!(layout.line()?, "conference 3100 vid-layout 1up");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Other {
    conference: String,
    action: String,
    words: Vec<String>,
}

impl Other {
    /// This action of that conference.
    pub fn new(conference: impl Into<String>, action: impl Into<String>) -> Self {
        Self { conference: conference.into(), action: action.into(), words: Vec::new() }
    }

    /// With this word, after those there are.
    pub fn word(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }
}

impl ApiCommand for Other {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = conference_line(&self.conference).plain("the action", &self.action);
        self.words.iter().fold(line, |line, word| line.word("a word", word)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, &self.action)?;
        text(printed).map(|text| text.trim_start_matches("+OK").trim().to_owned())
    }
}

command! {
    /// `conference count`: how many conferences there are.
    CountConferences = "conference count" => u32, number::<u32>;
}
