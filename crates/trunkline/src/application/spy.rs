//! Other calls: `eavesdrop`, `three_way`, `intercept`.

use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ApiMisuse, ChannelUuid, Event, Execute};

use super::argument::check_without;
use super::{Application, ApplicationError, Cancel, argument, argument_with};

/// `eavesdrop`: has the call hear another one, until either ends. The caller's digits `1`, `2`, `3`, `0` have them speak to
/// the one, the other, both, or nobody, and `*` ends it.
///
/// The switch says nothing of a call that is not there: then it is over at once. While it runs, nothing else that the call
/// is to run is begun, so that on a socket without `full` it cannot be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eavesdrop {
    uuid: ChannelUuid,
    variables: Variables,
}

impl Eavesdrop {
    /// On this one.
    #[must_use]
    pub fn on(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), variables: Variables::new() }
    }

    /// With these variables meanwhile, as `eavesdrop_enable_dtmf`, `eavesdrop_whisper_aleg`, `eavesdrop_bridge_bleg`.
    #[must_use]
    pub fn variables(mut self, variables: Variables) -> Self {
        self.variables = variables;
        self
    }
}

impl Application for Eavesdrop {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_uuid(&self.uuid)?;
        argument_with("eavesdrop", self.uuid.as_str(), &self.variables)
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }

    /// It does not heed a break.
    fn cancel(&self) -> Cancel {
        Cancel::Digit('*')
    }
}

/// `three_way`: has the call hear another one and be heard by both its ends, until either call ends. Nothing else ends it,
/// and it cannot be cancelled: [`Call::locked`](crate::Call::locked) says so by its type.
///
/// The switch says nothing of a call that is not there: then it is over at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreeWay {
    uuid: ChannelUuid,
}

impl ThreeWay {
    /// With this one.
    #[must_use]
    pub fn with(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into() }
    }
}

impl Application for ThreeWay {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_uuid(&self.uuid)?;
        argument("three_way", self.uuid.as_str())
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }

    fn cancel(&self) -> Cancel {
        Cancel::Never
    }
}

/// `intercept`: takes another call away from the one it is bridged to, which is hung up (PICKED_OFF), and has this call talk
/// to it instead. Both leave what they were doing, as by a [`Transfer`](super::Transfer).
///
/// The switch says nothing of a call that is not there: then it is over at once. One that is being bridged at that very
/// moment it hangs up, and this one with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intercept {
    uuid: ChannelUuid,
    bleg: bool,
}

impl Intercept {
    /// Takes this one.
    #[must_use]
    pub fn new(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), bleg: false }
    }

    /// Takes the one that it is bridged to instead, so that it is this one that is hung up.
    #[must_use]
    pub fn bleg(mut self) -> Self {
        self.bleg = true;
        self
    }
}

impl Application for Intercept {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_uuid(&self.uuid)?;
        let option = if self.bleg { "-bleg " } else { "" };
        argument("intercept", &[option, self.uuid.as_str()].concat())
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

fn check_uuid(uuid: &ChannelUuid) -> Result<(), ApiMisuse> {
    check_without("the call's id", uuid.as_str(), &[' ', '\'', '"', '\\'], "is none")
}
