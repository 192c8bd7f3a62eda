//! Whose fault a failed call of the client's was.

use super::Fault;
use crate::{Error, OriginateError};

/// Whose fault it was. Where a call was or may have been made it is nobody's, but [`Fault::Unknown`]: it is not to be
/// made again.
impl From<&OriginateError> for Fault {
    fn from(error: &OriginateError) -> Self {
        match error {
            OriginateError::Failed { cause } => Self::of(cause),
            OriginateError::Refused { source } => of_refusal(source),
            OriginateError::NotDialled { source } if matches!(**source, Error::Misuse(_)) => Self::Request,
            OriginateError::NotDialled { .. } => Self::Node,
            _ => Self::Unknown,
        }
    }
}

fn of_refusal(error: &Error) -> Fault {
    match error {
        Error::Api { source, .. } => Fault::of_answer(source),
        // The event socket says no before it so much as looks at the command: this user may not.
        Error::Refused { .. } => Fault::Node,
        _ => Fault::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use trunkline_proto::{ApiMisuse, HangupCause};

    use super::*;

    #[test]
    fn only_a_call_that_was_certainly_not_made_is_tried_again() {
        let not_dialled = |source| OriginateError::NotDialled { source: Box::new(source) };
        let refused = |reason: &str| {
            let (command, reason) = ("originate".to_owned(), reason.to_owned());
            OriginateError::Refused { source: Box::new(Error::Refused { command, reason }) }
        };
        for (error, fault) in [
            (OriginateError::Failed { cause: HangupCause::InvalidGateway }, Fault::Node),
            (OriginateError::Failed { cause: HangupCause::NoAnswer }, Fault::Callee),
            (refused("permission denied"), Fault::Node),
            (not_dialled(Error::NotDialled), Fault::Node),
            (not_dialled(Error::Misuse(ApiMisuse::Empty { what: "a number" })), Fault::Request),
            (OriginateError::Unknown { uuids: vec![], source: None }, Fault::Unknown),
            (OriginateError::Ended { uuid: "a".into(), cause: HangupCause::GatewayDown }, Fault::Unknown),
            (OriginateError::OtherUuid { asked: vec![], uuid: "a".into() }, Fault::Unknown),
            (OriginateError::Ringing { uuid: "a".into(), answer_state: None, source: None }, Fault::Unknown),
        ] {
            assert_eq!(Fault::from(&error), fault, "{error}");
            assert!(fault != Fault::Node || error.is_safe_to_repeat(), "{error}");
        }
    }
}
