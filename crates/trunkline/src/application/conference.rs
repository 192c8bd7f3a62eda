//! `conference`

use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::check_without;
use super::{Application, ApplicationError, Cancel, argument_with, variable};

/// `conference`: has the call be a member of a conference, which is made if there is none of the name, until it leaves or is
/// removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    name: String,
    profile: Option<String>,
    pin: Option<String>,
    flags: Vec<String>,
    variables: Variables,
}

impl Conference {
    /// Of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), profile: None, pin: None, flags: Vec::new(), variables: Variables::new() }
    }

    /// By this profile of `conference.conf.xml`, if it is to be made.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Lets the call in only if it knows this PIN, in the place of the profile's own: it is asked for it, unless the call's
    /// variable `supplied_pin` has it. It is asked of this call alone: another one comes in without, where its own
    /// application names none (`conference_function` in `mod_conference.c`). Where the switch has no recording to ask by
    /// (`conference/conf-pin.wav`) it **hangs up**, with DESTINATION_OUT_OF_ORDER.
    #[must_use]
    pub fn pin(mut self, pin: impl Into<String>) -> Self {
        self.pin = Some(pin.into());
        self
    }

    /// As a member of this kind: `mute`, `deaf`, `moderator`, `endconf`, `nomoh` …
    #[must_use]
    pub fn flag(mut self, flag: impl Into<String>) -> Self {
        self.flags.push(flag.into());
        self
    }

    /// With these variables while it is there, as `conference_controls`.
    #[must_use]
    pub fn variables(mut self, variables: Variables) -> Self {
        self.variables = variables;
        self
    }
}

impl Application for Conference {
    type Output = Conferenced;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        const BAD: &[char] = &[' ', '+', '@', '{', '}', '|', '\'', '"', '\\', '$', '(', ')'];
        let why = "holds what the switch takes for something else";
        check_without("the conference", &self.name, &[BAD, &[':']].concat(), why)?;
        let mut argument = self.name.clone();
        for (sign, part) in [("@", &self.profile), ("+", &self.pin)] {
            if let Some(part) = part {
                check_without("the profile or PIN", part, BAD, why)?;
                argument.extend([sign, part]);
            }
        }
        if !self.flags.is_empty() {
            for flag in &self.flags {
                check_without("the flag", flag, BAD, why)?;
            }
            argument.extend(["+flags{", &self.flags.join("|"), "}"]);
        }
        argument_with("conference", &argument, &self.variables)
    }

    fn read(&self, complete: &Event) -> Result<Conferenced, ApplicationError> {
        Ok(Conferenced { complete: complete.clone() })
    }

    /// It heeds a break only in a conference that is made so.
    fn cancel(&self) -> Cancel {
        Cancel::Api(format!("conference {} hup ${{conference_member_id}}", self.name))
    }
}

/// A conference that the call has left.
#[derive(Debug, Clone)]
pub struct Conferenced {
    complete: Event,
}

impl Conferenced {
    /// The conference's own id. `None` if the call was not let in: for a wrong PIN, or because it was locked or full. (Of a
    /// call that the switch has made itself it asks no PIN, and heeds no lock, unless the call's variable
    /// `conference_enforce_security` is true.)
    #[must_use]
    pub fn conference(&self) -> Option<String> {
        variable(&self.complete, "conference_uuid").map(|id| id.into_owned())
    }

    /// The number of the call as its member.
    #[must_use]
    pub fn member(&self) -> Option<u32> {
        variable(&self.complete, "conference_member_id")?.parse().ok()
    }

    /// Its CHANNEL_EXECUTE_COMPLETE.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.complete
    }
}
