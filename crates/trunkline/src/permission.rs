//! What a user of the directory may not do.

use std::fmt;

use trunkline_proto::{EventName, JobLost, Refusal, SubscriptionRefused};

use crate::error::Error;

/// What the switch does not let this user do, by the parameter of the directory that would let him (`mod_event_socket.c`,
/// where `userauth` is answered). Given by [`Error::permission`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Permission {
    /// `esl-allowed-events`: to receive these, as `event` names them.
    Events(String),
    /// `esl-allowed-api`: to run this command. Of one that runs another (`bgapi`, `sched_api`, `eval`, `expand`,
    /// `xml_wrap`) the switch does not say which of them it is.
    Api(String),
    /// `esl-allowed-log`: to read the log.
    Log,
}

impl Permission {
    /// The parameter that would give it.
    #[must_use]
    pub const fn parameter(&self) -> &'static str {
        match self {
            Self::Events(_) => "esl-allowed-events",
            Self::Api(_) => "esl-allowed-api",
            Self::Log => "esl-allowed-log",
        }
    }

    /// The one that a refused command lacked, if that is why.
    fn of_command(command: &str, reason: &str) -> Option<Self> {
        if Refusal::from(reason) != Refusal::PermissionDenied {
            return None;
        }
        let mut words = command.split(' ');
        match words.next()? {
            "api" | "bgapi" => Some(Self::Api(words.next()?.to_owned())),
            "log" => Some(Self::Log),
            "event" => Some(Self::Events(words.skip(1).collect::<Vec<_>>().join(" "))),
            _ => None,
        }
    }

    /// The one that a subscription lacked, if that is why.
    pub(crate) fn of_subscription(refused: &SubscriptionRefused) -> Option<Self> {
        let denied = |why: &str| Refusal::from(why) == Refusal::PermissionDenied;
        match refused {
            SubscriptionRefused::Events { events, why } if denied(why) => Some(Self::Events(events.clone())),
            SubscriptionRefused::Log { why } if denied(why) => Some(Self::Log),
            _ => None,
        }
    }
}

/// `api hostname (esl-allowed-api)`
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(names) => write!(f, "event {names}")?,
            Self::Api(command) => write!(f, "api {command}")?,
            Self::Log => f.write_str("log")?,
        }
        write!(f, " ({})", self.parameter())
    }
}

impl Error {
    /// What this user was not permitted to do, if that is why. See
    /// [`permissions`](crate::proto::Permissions) for what he may.
    #[must_use]
    pub fn permission(&self) -> Option<Permission> {
        match self {
            Self::Refused { command, reason } => Permission::of_command(command, reason),
            Self::Subscription(refused) => Permission::of_subscription(refused),
            Self::Job(JobLost::NotPermitted) => {
                Some(Permission::Events(EventName::BackgroundJob.to_string()))
            }
            _ => None,
        }
    }
}

/// What is added to the words of a refusal.
pub(crate) fn lacking(command: &str, reason: &str) -> String {
    let permission = Permission::of_command(command, reason);
    permission.map_or_else(String::new, |lacks| format!("; this user lacks {lacks} in the directory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_is_lacking() {
        for (command, lacks) in [
            ("api hostname", Some(("esl-allowed-api", "api hostname (esl-allowed-api)"))),
            ("bgapi originate null/x &park", Some(("esl-allowed-api", "api originate (esl-allowed-api)"))),
            ("log debug", Some(("esl-allowed-log", "log (esl-allowed-log)"))),
            ("event json DTMF TEXT", Some(("esl-allowed-events", "event DTMF TEXT (esl-allowed-events)"))),
            ("sendevent NOTIFY", None),
        ] {
            let error = Error::refused(command, "permission denied".into());
            let permission = error.permission();
            let said = permission.as_ref().map(|lacks| (lacks.parameter(), lacks.to_string()));
            assert_eq!(said.as_ref().map(|(name, text)| (*name, &**text)), lacks, "{command}");
            if let Some((_, text)) = lacks {
                assert!(error.to_string().contains(text), "{error}");
            }
            assert_eq!(Error::refused(command, "command not found".into()).permission(), None);
        }
    }

    #[test]
    fn so_do_subscriptions_and_jobs() {
        let events = |why: &str| SubscriptionRefused::Events { events: "DTMF".into(), why: why.into() };
        let denied = Error::from(events("permission denied"));
        assert_eq!(denied.permission(), Some(Permission::Events("DTMF".into())));
        assert_eq!(Error::from(events("memory error")).permission(), None);
        let log = SubscriptionRefused::Log { why: "permission denied".into() };
        assert_eq!(Error::from(log).permission(), Some(Permission::Log));
        let job = Error::from(JobLost::NotPermitted);
        assert_eq!(job.permission(), Some(Permission::Events("BACKGROUND_JOB".into())));
        assert_eq!(Error::from(JobLost::TimedOut).permission(), None);
    }
}
