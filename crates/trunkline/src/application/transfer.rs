//! Sending a call elsewhere: `transfer`, `deflect`, `redirect`, `execute_extension`; and later: `sched_transfer`,
//! `sched_hangup`; and its end: `hangup`.

use std::time::Duration;

use trunkline_proto::{ApiMisuse, Event, Execute, HangupCause};

use super::argument::{check_without, seconds, words as join};
use super::{Application, ApplicationError, argument, variable};

/// An extension of a dialplan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    number: String,
    dialplan: Option<String>,
    context: Option<String>,
}

impl Extension {
    /// This one, in the call's dialplan and context.
    #[must_use]
    pub fn new(number: impl Into<String>) -> Self {
        Self { number: number.into(), dialplan: None, context: None }
    }

    /// Of this context of a dialplan: `XML`, or `inline`, of which the number is the applications.
    #[must_use]
    pub fn of(mut self, dialplan: impl Into<String>, context: impl Into<String>) -> Self {
        self.dialplan = Some(dialplan.into());
        self.context = Some(context.into());
        self
    }

    /// Its words.
    fn words(&self) -> Result<Vec<&str>, ApiMisuse> {
        if self.number.is_empty() {
            return Err(ApiMisuse::Empty { what: "the extension" });
        }
        if self.number.starts_with('-') {
            let why = "begins with a dash, with which the switch begins options";
            return Err(ApiMisuse::Invalid { what: "the extension", value: self.number.clone(), why });
        }
        let place = self.dialplan.iter().chain(&self.context).map(String::as_str);
        Ok(std::iter::once(self.number.as_str()).chain(place).collect())
    }
}

impl From<&str> for Extension {
    fn from(number: &str) -> Self {
        Self::new(number)
    }
}

/// `transfer`: has the call go on at another extension. The connection of an outbound socket with `async` stays, and what
/// the call is told is done within what it does there; that of one without ends, with
/// `EndedBy::Released`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    to: Extension,
    leg: Option<&'static str>,
}

impl Transfer {
    /// There.
    #[must_use]
    pub fn to(extension: impl Into<Extension>) -> Self {
        Self { to: extension.into(), leg: None }
    }

    /// The one it is bridged to, and not this one.
    #[must_use]
    pub fn bleg(mut self) -> Self {
        self.leg = Some("-bleg");
        self
    }

    /// The one it is bridged to, and this one.
    #[must_use]
    pub fn both(mut self) -> Self {
        self.leg = Some("-both");
        self
    }
}

impl Application for Transfer {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("transfer", &join(self.leg.into_iter().chain(self.to.words()?)))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `execute_extension`: runs the applications of another extension, as if they stood here, and comes back. Of one that
/// is not there the switch says nothing: then it is over at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecuteExtension {
    extension: Extension,
}

impl ExecuteExtension {
    /// This one.
    #[must_use]
    pub fn new(extension: impl Into<Extension>) -> Self {
        Self { extension: extension.into() }
    }
}

impl Application for ExecuteExtension {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("execute_extension", &join(self.extension.words()?))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `deflect`: has the other end called elsewhere, by a SIP REFER, or by a redirection if the call is not answered. The call
/// is over with that (BLIND_TRANSFER). Of a call that is none of SIP's, nothing is done, and the switch does not say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deflect {
    to: String,
}

impl Deflect {
    /// There: `sip:user@host`.
    #[must_use]
    pub fn to(uri: impl Into<String>) -> Self {
        Self { to: uri.into() }
    }
}

impl Application for Deflect {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the URI", &self.to, &[' '], "holds a space")?;
        argument("deflect", &self.to)
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `redirect`: answers a SIP call that is not answered yet by having it go elsewhere (302), so that it ends here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    to: String,
}

impl Redirect {
    /// There: `sip:user@host`, or several with commas between them.
    #[must_use]
    pub fn to(uri: impl Into<String>) -> Self {
        Self { to: uri.into() }
    }
}

impl Application for Redirect {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the URI", &self.to, &[' '], "holds a space")?;
        argument("redirect", &self.to)
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `hangup`: ends the call. [`Call::hangup`](crate::Call::hangup) does so without waiting for what runs, and waits for the
/// end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hangup {
    cause: HangupCause,
}

impl Hangup {
    /// With this cause.
    #[must_use]
    pub fn new(cause: impl Into<HangupCause>) -> Self {
        Self { cause: cause.into() }
    }
}

impl Application for Hangup {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the hangup cause", self.cause.as_str(), &[' '], "is not one word")?;
        argument("hangup", self.cause.as_str())
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `sched_hangup`: ends the call later, whatever it does then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedHangup {
    after: Duration,
    cause: HangupCause,
}

impl SchedHangup {
    /// After so many whole seconds, with ALLOTTED_TIMEOUT; at once if there are none.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self { after: time, cause: HangupCause::AllottedTimeout }
    }

    /// With this cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<HangupCause>) -> Self {
        self.cause = cause.into();
        self
    }
}

impl Application for SchedHangup {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        let after = format!("+{}", seconds(self.after));
        argument("sched_hangup", &join([after.as_str(), self.cause.as_str()]))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

/// `sched_transfer`: has the call go on at another extension later, whatever it does then. What comes of it is the number of
/// the task, for `sched_del`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedTransfer {
    after: Duration,
    to: Extension,
}

impl SchedTransfer {
    /// After so many whole seconds.
    #[must_use]
    pub fn after(time: Duration, to: impl Into<Extension>) -> Self {
        Self { after: time, to: to.into() }
    }
}

impl Application for SchedTransfer {
    type Output = Option<u32>;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        let after = format!("+{}", seconds(self.after));
        argument("sched_transfer", &join(std::iter::once(after.as_str()).chain(self.to.words()?)))
    }

    fn read(&self, complete: &Event) -> Result<Option<u32>, ApplicationError> {
        Ok(variable(complete, "last_sched_id").and_then(|id| id.parse().ok()))
    }
}
