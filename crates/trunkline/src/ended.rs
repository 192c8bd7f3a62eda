//! How a call ends.

use std::fmt;
use std::time::{Duration, SystemTime};

use trunkline_proto::{CloseReason, Event, HangupCause};

/// The end of a call, as far as a program that controls it is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// Why it was hung up. `None` where that is not known: the call was not hung up, but given back or moved elsewhere; the
    /// connection was lost; or the switch closed it before it could say so, as it does on an outbound socket that cannot
    /// linger.
    pub cause: Option<HangupCause>,
    /// Who ended it.
    pub by: EndedBy,
    /// When, by the switch's clock if it told us, otherwise by ours.
    pub at: SystemTime,
}

/// Who ended a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedBy {
    /// This program hung it up.
    Program,
    /// The other end hung up, gave up or refused: by SIP, as `sip_hangup_disposition` tells.
    FarEnd,
    /// The switch, another program, the dialplan, or an endpoint that does not tell who it was.
    Switch,
    /// Nobody: the call may go on, in its dialplan or elsewhere, but is not this program's any more.
    Released,
    /// The connection by which the call was controlled ended. What became of the call is not known.
    Lost(CloseReason),
}

impl Ended {
    pub(crate) fn now(cause: Option<HangupCause>, by: EndedBy) -> Self {
        Self { cause, by, at: SystemTime::now() }
    }

    /// What an event says that tells of a hangup; `asked`, if this program has asked for it.
    pub(crate) fn told(event: &Event, asked: bool) -> Self {
        let cause = event.get("Hangup-Cause").map(|cause| HangupCause::from(&*cause));
        let at = fired(event).unwrap_or_else(SystemTime::now);
        let by_far_end =
            || event.get("variable_sip_hangup_disposition").is_some_and(|how| how.starts_with("recv_"));
        let by = match asked {
            true => EndedBy::Program,
            false if by_far_end() => EndedBy::FarEnd,
            false => EndedBy::Switch,
        };
        Self { cause, by, at }
    }

    /// Whether the call was hung up, as far as is known.
    #[must_use]
    pub fn is_hangup(&self) -> bool {
        matches!(self.by, EndedBy::Program | EndedBy::FarEnd | EndedBy::Switch)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            EndedBy::Program => f.write_str("this program hung up")?,
            EndedBy::FarEnd => f.write_str("the other end hung up")?,
            EndedBy::Switch => f.write_str("it was hung up")?,
            EndedBy::Released => f.write_str("it is no longer this program's")?,
            EndedBy::Lost(reason) => write!(f, "{reason}")?,
        }
        match &self.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

/// So that it is found among an error's sources, whatever the error was wrapped in.
impl std::error::Error for Ended {}

/// When an event was fired, by the switch's clock.
fn fired(event: &Event) -> Option<SystemTime> {
    let micros = event.get("Event-Date-Timestamp")?.parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_micros(micros))
}
