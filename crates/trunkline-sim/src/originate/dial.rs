//! Calls that something else than a command asks for.

use trunkline_proto::HangupCause;

use super::parse::{self, LegSpec, Parsed, Refused, Variables};
use super::{Asker, OriginateId, Then};
use crate::app::Action;
use crate::cause::Cause;
use crate::core::Core;

/// Calls that several dial strings ask for.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) dials: &'a [String],
    /// Of every leg.
    pub(crate) variables: Variables,
    pub(crate) then: Action,
    /// Seconds.
    pub(crate) timeout: u64,
}

impl Core {
    /// Calls somebody for a channel that is to be bridged to who answers.
    pub(crate) fn dial_for(&mut self, asker: Asker, dial: &[u8]) -> Result<OriginateId, Cause> {
        match parse::parse_dial(dial) {
            Ok(parsed) => Ok(self.start_originate(asker, parsed)),
            Err(Refused::Cause(cause)) => Err(cause),
            Err(Refused::Usage) => Err(HangupCause::DestinationOutOfOrder.into()),
        }
    }

    /// Calls somebody who may ring for so many seconds.
    pub(crate) fn dial_within(
        &mut self,
        asker: Asker,
        dial: &[u8],
        seconds: u64,
    ) -> Result<OriginateId, Cause> {
        let broken = |_| Cause::from(HangupCause::DestinationOutOfOrder);
        let parsed = parse::parse_dial(dial).map_err(broken)?;
        Ok(self.start_originate(asker, Parsed { timeout: seconds, ..parsed }))
    }

    /// Calls somebody who is then to run an application.
    pub(crate) fn dial_to(
        &mut self,
        asker: Asker,
        dial: &[u8],
        then: Action,
        (caller_name, caller_number): (Vec<u8>, Vec<u8>),
    ) -> Result<(), Cause> {
        let broken = |_| Cause::from(HangupCause::DestinationOutOfOrder);
        let parsed = parse::parse_dial(dial).map_err(broken)?;
        let then = Then::Application(then);
        self.start_originate(asker, Parsed { then, caller_name, caller_number, ..parsed });
        Ok(())
    }

    /// Calls several at once, each by a dial string with variables for itself.
    pub(crate) fn dial_several(&mut self, asker: Asker, wanted: Wanted<'_>) -> Result<OriginateId, Cause> {
        let Wanted { dials, variables, then, timeout } = wanted;
        let broken = |_| Cause::from(HangupCause::DestinationOutOfOrder);
        let mut legs: Vec<LegSpec> = Vec::new();
        for dial in dials {
            let parsed = parse::parse_dial(dial.as_bytes()).map_err(broken)?;
            legs.extend(parsed.groups.into_iter().next().unwrap_or_default());
        }
        for leg in &mut legs {
            leg.variables.retain(|(name, _)| !variables.iter().any(|(known, _)| known == name));
            leg.variables.extend(variables.iter().cloned());
        }
        let parsed = Parsed {
            groups: vec![legs],
            then: Then::Application(then),
            caller_name: Vec::new(),
            caller_number: b"0000000000".to_vec(),
            timeout,
            fatal: None,
        };
        Ok(self.start_originate(asker, parsed))
    }
}
