//! The api commands, each as a value: arguments that cannot break its line, and an answer that can be read.
//!
//! What an api command printed is text, made for people, and every command has its own way of saying that it failed:
//! `-ERR`, `-ERROR`, `-USAGE`, `!err!`, `USAGE:`, `Invalid Profile`, or nothing at all. Each command here knows its
//! own ([`ApiCommand::read`]); what it printed stays at hand, also when it cannot be read
//! ([`ApiError::output`]).
//!
//! ```
//! use trunkline_proto::api::{ApiCommand, ApiError, UuidGetvar, UuidKill};
//!
//! let kill = UuidKill::new("call-1").cause("USER_BUSY");
//! assert_eq!(kill.line()?, "uuid_kill call-1 USER_BUSY");
//! assert_eq!(kill.read(b"+OK\n"), Ok(()));
//! assert!(matches!(kill.read(b"-ERR No such channel!\n"), Err(ApiError::Failed { .. })));
//!
//! // A value that looks like a failure is a value.
//! let getvar = UuidGetvar::new("call-1", "note");
//! assert_eq!(getvar.read(b"-ERR is what he said"), Ok(Some("-ERR is what he said".to_owned())));
//! assert_eq!(getvar.read(b"_undef_"), Ok(None));
//!
//! // What would break the line is refused.
//! assert!(UuidKill::new("call-1").cause("USER_BUSY\n\nexit").line().is_err());
//! # Ok::<(), trunkline_proto::ApiMisuse>(())
//! ```
//!
//! Names are the commands' own. They are in the files of their families:
//!
//! | family | commands |
//! |---|---|
//! | one call | `uuid_…`, [`ToneDetect`] |
//! | new calls | [`Originate`](crate::dialstring::Originate), [`Hupall`] |
//! | tables | [`Show`], [`ShowCount`], [`ShowDelimited`] |
//! | the switch | [`GetStatus`], [`Version`], [`Uptime`], modules, [`fsctl`] |
//! | variables, texts | [`GlobalGetvar`], [`Eval`], [`Regex`] … |
//! | the directory | [`UserExists`], [`ListUsers`], [`GroupCall`] … |
//! | conferences | [`conference`] |
//! | SIP | [`sofia`] |
//! | stores, limits | [`hash`], [`db`], [`LimitUsage`] … |
//! | later | [`SchedApi`], [`SchedHangup`] … |
//! | anything | [`RawApi`] |

mod command;
pub mod conference;
pub mod db;
mod directory;
mod error;
pub mod fsctl;
pub mod hash;
mod json;
mod limit;
mod line;
mod messaging;
mod modules;
mod originate;
mod output;
mod sched;
mod show;
pub mod sofia;
mod status;
mod strings;
mod switch;
mod uuid;
mod variables;

pub use self::uuid::*;
pub use directory::*;
pub use error::ApiError;
pub use limit::*;
pub use messaging::*;
pub use modules::*;
pub use originate::*;
pub use sched::*;
pub use show::*;
pub use status::{GetStatus, Status};
pub use strings::*;
pub use switch::*;
pub use variables::*;

use output::Printed;

use crate::error::ApiMisuse;

/// An api command: what is said, and how what it prints is read.
///
/// [`line`](Self::line) is for [`Command::api`](crate::Command::api) or [`Command::bgapi`](crate::Command::bgapi), and
/// [`read`](Self::read) for the body of the `api/response` or BACKGROUND_JOB that answers.
pub trait ApiCommand {
    /// What it gives.
    type Output;

    /// The command and its arguments, in one line.
    ///
    /// # Errors
    ///
    /// An argument that would break the line, or that the switch would take for another: nothing is cut, dropped or
    /// altered to make it fit.
    fn line(&self) -> Result<String, ApiMisuse>;

    /// Reads what it printed. It never panics, whatever that is.
    ///
    /// # Errors
    ///
    /// It failed, did not take its arguments, does not exist; or printed something else than it does.
    fn read(&self, output: &[u8]) -> Result<Self::Output, ApiError>;
}

impl<C: ApiCommand + ?Sized> ApiCommand for &C {
    type Output = C::Output;

    fn line(&self) -> Result<String, ApiMisuse> {
        (**self).line()
    }

    fn read(&self, output: &[u8]) -> Result<Self::Output, ApiError> {
        (**self).read(output)
    }
}

/// Any command, as text. What it prints is given as it is, failures included; only a command the switch does not have
/// is an error.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, RawApi};
/// assert_eq!(RawApi::new("md5 abc").line()?, "md5 abc");
/// assert_eq!(RawApi::new("hash select/a/b").read(b"-ERR no reply\n"), Ok(String::new()));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct RawApi {
    text: String,
}

impl RawApi {
    /// This command with these arguments.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl ApiCommand for RawApi {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        line::check_rest("the api command", &self.text)?;
        Ok(self.text.clone())
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        let verb = self.text.split(' ').next().unwrap_or_default();
        output::anything(Printed::by(verb, output)?)
    }
}
