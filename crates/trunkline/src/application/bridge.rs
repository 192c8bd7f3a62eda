//! Talking to somebody: `bridge`, `att_xfer`.

use std::time::Duration;

use trunkline_proto::dialstring::{self, DialString, DialStringError, Endpoint, Variables};
use trunkline_proto::{ApiMisuse, ChannelUuid, Event, Execute, HangupCause};

use super::argument::seconds;
use super::{Application, ApplicationError, Cancel, variable};

/// Whom [`Call::bridge`](crate::Call::bridge) is to call.
///
/// ```
/// # async fn run(call: trunkline::Call) -> Result<(), trunkline::Error> {
/// use std::time::Duration;
/// use trunkline::application::Dial;
///
/// let dial = Dial::user("1000").and(Dial::user("1001")).or(Dial::gateway("carrier", "18005551234"));
/// let bridge = call.bridge(dial.timeout(Duration::from_secs(20)).caller_id("Alice", "1234")).await?;
/// println!("{} has answered", bridge.uuid());
/// let end = bridge.ended().await?;
/// println!("{:?}", end.cause);
/// # Ok(())
/// # }
/// ```
///
/// What cannot be said, such as a user's name with a comma, is an error when it is run.
///
/// While it runs the call has `continue_on_fail` set, so that it goes on if nobody is reached, and `hangup_after_bridge` not,
/// so that it goes on afterwards; what it had of them itself is there again when it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    dial: Result<DialString, DialStringError>,
    policy: Policy,
    variables: Result<Variables, DialStringError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    GoesOn,
    EndsWithBridge,
    AsIs,
}

impl Dial {
    /// Whatever a dial string says.
    #[must_use]
    pub fn to(dial: impl Into<DialString>) -> Self {
        Self::from_result(Ok(dial.into()))
    }

    /// A user of the directory, `1000` or `1000@domain`: all their telephones.
    #[must_use]
    pub fn user(user: &str) -> Self {
        Self::from_result(Endpoint::user(user).map(DialString::from))
    }

    /// A number, by a SIP gateway.
    #[must_use]
    pub fn gateway(gateway: &str, number: &str) -> Self {
        Self::from_result(Endpoint::gateway(gateway, number).map(DialString::from))
    }

    fn from_result(dial: Result<DialString, DialStringError>) -> Self {
        Self { dial, policy: Policy::GoesOn, variables: Ok(Variables::new()) }
    }

    /// And these at the same time; the first to answer wins. Of theirs only whom they call counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.join(other, DialString::fork)
    }

    /// And these one after the other, if those before do not answer. Of theirs only whom they call counts.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.join(other, DialString::failover)
    }

    fn join(
        mut self,
        other: Self,
        first: fn(DialString, dialstring::Leg) -> Result<DialString, DialStringError>,
    ) -> Self {
        self.dial = self.dial.and_then(|dial| {
            let mut dial = dial;
            for (turn, legs) in other.dial?.groups().iter().flat_map(dialstring::Group::attempts).enumerate()
            {
                for (at, leg) in legs.iter().enumerate() {
                    dial = match (turn, at) {
                        (0, 0) => first(dial, leg.clone())?,
                        (_, 0) => dial.failover(leg.clone())?,
                        _ => dial.fork(leg.clone())?,
                    };
                }
            }
            Ok(dial)
        });
        self
    }

    /// How long it may ring, all in all, in whole seconds.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        let seconds = seconds(timeout).max(1).to_string();
        self.variable("originate_timeout", &seconds)
    }

    /// Who they see is calling.
    #[must_use]
    pub fn caller_id(self, name: &str, number: &str) -> Self {
        self.variable("origination_caller_id_name", name).variable("origination_caller_id_number", number)
    }

    /// With this variable, for all who are called.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.dial = self.dial.and_then(|dial| dial.variable(name, value));
        self
    }

    /// With this variable for the call itself, as long as it rings and talks: `ringback`, `call_timeout` …
    #[must_use]
    pub fn call_variable(mut self, name: &str, value: &str) -> Self {
        self.variables = self.variables.and_then(|variables| variables.with(name, value));
        self
    }

    /// What the caller hears while it rings.
    #[must_use]
    pub fn ringback(self, path: &str) -> Self {
        self.call_variable("ringback", path)
    }

    /// Has the call end with the bridge (`hangup_after_bridge`).
    #[must_use]
    pub fn hangup_after(mut self) -> Self {
        self.policy = Policy::EndsWithBridge;
        self
    }

    /// Leaves `continue_on_fail` and `hangup_after_bridge` as the call has them. Where the former does not say otherwise
    /// the switch then hangs up a call for which nobody was reached.
    #[must_use]
    pub fn as_the_call_has_it(mut self) -> Self {
        self.policy = Policy::AsIs;
        self
    }

    /// The argument of the application, and the variables of the call meanwhile.
    fn application(&self, policy: Policy) -> Result<dialstring::Application, DialStringError> {
        let mut variables = self.variables.clone()?;
        if let Some(after) = policy.hangs_up() {
            variables.set("continue_on_fail", "true")?;
            variables.set("hangup_after_bridge", after)?;
        }
        // Else those whom the call has called before stay among them, and would be hung up with them.
        variables.set("preserve_originated_vars", "false")?;
        let mut dial = self.dial.clone()?;
        if dial.to_string().starts_with('[') {
            // Else they would be taken for more of those of the call.
            dial = dial.variable("trunkline_bridge", "true")?;
        }
        dialstring::Application::from(dialstring::Bridge::new(dial)).with_variables(&variables)
    }
}

impl Policy {
    /// What `hangup_after_bridge` is to be.
    fn hangs_up(self) -> Option<&'static str> {
        match self {
            Self::GoesOn => Some("false"),
            Self::EndsWithBridge => Some("true"),
            Self::AsIs => None,
        }
    }
}

impl From<DialString> for Dial {
    fn from(dial: DialString) -> Self {
        Self::to(dial)
    }
}

impl From<Endpoint> for Dial {
    fn from(endpoint: Endpoint) -> Self {
        Self::to(endpoint)
    }
}

impl From<dialstring::Leg> for Dial {
    fn from(leg: dialstring::Leg) -> Self {
        Self::to(leg)
    }
}

/// Run by itself it is over when the bridge has ended.
impl Application for Dial {
    type Output = BridgeEnd;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        Ok(Execute::from(self.application(self.policy)?))
    }

    fn read(&self, complete: &Event) -> Result<BridgeEnd, ApplicationError> {
        match variable(complete, "originate_disposition").as_deref() {
            Some("SUCCESS") => Ok(BridgeEnd::read(complete)),
            Some(cause) => {
                Err(ApplicationError::NotBridged { cause: cause.into(), legs: leg_causes(complete) })
            }
            None => Err(ApplicationError::NotBridged {
                cause: HangupCause::DestinationOutOfOrder,
                legs: Vec::new(),
            }),
        }
    }

    fn cancel(&self) -> Cancel {
        Cancel::Legs
    }
}

/// How a bridge ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BridgeEnd {
    /// Why the other one hung up; `None` if it has not, or that is not known.
    pub cause: Option<HangupCause>,
}

impl BridgeEnd {
    /// Of one that was there: other calls may have been made meanwhile.
    pub(crate) fn read(complete: &Event) -> Self {
        let cause = variable(complete, "last_bridge_hangup_cause");
        Self { cause: cause.map(|cause| HangupCause::from(&*cause)) }
    }
}

/// What became of each that was called: `uuid;CAUSE` (`switch_ivr_originate.c`). Those with the cause NONE are not among
/// them: they answered.
fn leg_causes(complete: &Event) -> Vec<(ChannelUuid, HangupCause)> {
    let value = variable(complete, "originate_causes").unwrap_or_default();
    let list = value.strip_prefix("ARRAY::").unwrap_or(&value);
    let legs = list.split("|:").filter_map(|leg| leg.split_once(';'));
    legs.filter(|(_, cause)| *cause != "NONE")
        .map(|(uuid, cause)| (ChannelUuid::from(uuid), HangupCause::from(cause)))
        .collect()
}

/// `att_xfer`: calls somebody whom the caller is to talk to, for the call it is bridged to to be handed over to them: to be run
/// while the call is bridged. It is over when that is done, or has come to nothing. Given up, it hangs up whom it has called,
/// and the two who talked before talk again.
///
/// Of the [`Dial`] whom it calls counts, and the call's variables meanwhile
/// ([`call_variable`](Dial::call_variable): `attxfer_cancel_key` and the like); what becomes of the call afterwards does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttXfer {
    dial: Dial,
}

impl AttXfer {
    /// To whom.
    #[must_use]
    pub fn to(dial: impl Into<Dial>) -> Self {
        Self { dial: dial.into() }
    }
}

impl Application for AttXfer {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        Ok(Execute::new("att_xfer", self.dial.application(Policy::AsIs)?.argument()))
    }

    fn read(&self, complete: &Event) -> Result<(), ApplicationError> {
        match variable(complete, "originate_disposition").as_deref() {
            None | Some("SUCCESS" | "success") => Ok(()),
            Some(cause) => {
                Err(ApplicationError::NotBridged { cause: cause.into(), legs: leg_causes(complete) })
            }
        }
    }

    fn cancel(&self) -> Cancel {
        Cancel::Legs
    }
}
