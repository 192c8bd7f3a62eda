//! A background job, as it is.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use trunkline_proto::{Command, CoreUuid, Event, JobUuid};

use super::object::object;
use super::standing::Standing;

object! {
    /// A background job that was begun here and whose end was not heard. What others have begun is told of only when it
    /// ends, and is not here.
    ///
    /// A job cannot be asked for: it is there until its BACKGROUND_JOB comes, the switch is started anew, the connection has
    /// ended for good, or it has been waited for as long as the client waits for jobs (`Config::job_timeout`).
    Job(Job), JobField {
        /// Its Job-UUID.
        id: JobUuid,
        /// What is run.
        Command command: JobCommand,
        /// Whether the connection was lost since it was begun, or events were dropped: its end may have been among what was
        /// not heard.
        CrossedGap crossed_gap: bool,
    }
    untold {
        /// Why it is known. When the switch took it, by its own clock, is not told.
        since: Standing,
        /// When it was asked for, by this machine's clock.
        begun: Instant,
        /// Its BACKGROUND_JOB, with what it printed as the body. Only in what is told of its end.
        result: Option<Event>,
    }
    own {
        /// The run of the switch that has taken it.
        core: Option<CoreUuid>,
    }
}

/// The command of a [`Job`], with its arguments. There may be passwords among these (as `sip_auth_password` of an
/// `originate`): `Debug`, which finds its way into logs, shows none of them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JobCommand(Arc<str>);

impl JobCommand {
    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first word: which command it is.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_whitespace().next().unwrap_or_default()
    }
}

impl From<Arc<str>> for JobCommand {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl fmt::Debug for JobCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Command::shown_api(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_of_a_command_is_its_name() {
        let shown = |text: &str| format!("{:?}", JobCommand::from(Arc::<str>::from(text)));
        assert_eq!(shown("originate {sip_auth_password=secret}null/1 &park"), "originate …");
        assert_eq!([shown("status"), shown(" status "), shown("")], ["status", "status", ""]);
    }
}
