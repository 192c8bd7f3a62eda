//! What a handler gives back.

use std::convert::Infallible;
use std::error::Error as StdError;

use trunkline_proto::CloseReason;

use crate::ended::Ended;
use crate::error::Error;

/// How a handler ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It has done what it had to do.
    Done,
    /// The call ended meanwhile: `?` has carried [`Error::CallEnded`](crate::Error::CallEnded) out of it.
    CallEnded,
    /// It failed.
    Failed(Box<dyn StdError + Send + Sync>),
}

/// What a handler may return: nothing, or a result whose error can be shown.
pub trait IntoOutcome {
    /// How it ended.
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome {
        Outcome::Done
    }
}

impl IntoOutcome for Infallible {
    fn into_outcome(self) -> Outcome {
        match self {}
    }
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Outcome {
        match self.map_err(Into::into) {
            Ok(_) => Outcome::Done,
            Err(error) if is_end(&*error) => Outcome::CallEnded,
            Err(error) => Outcome::Failed(error),
        }
    }
}

impl Outcome {
    /// The outcome of a handler whose call is over, and whose connection the switch has closed: what could not be said any
    /// more over that one, such as by [`Call::client`](crate::Call::client), is no failure.
    pub(crate) fn without_connection(self) -> Self {
        match self {
            Self::Failed(error) if causes(&*error).any(is_closed) => Self::CallEnded,
            other => other,
        }
    }
}

/// Whether the end of the call is what it is about. That is the source of our own error, so it is found in whatever that was
/// wrapped.
fn is_end(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<Ended>())
}

fn is_closed(cause: &(dyn StdError + 'static)) -> bool {
    cause.is::<CloseReason>() || cause.downcast_ref().is_some_and(Error::is_closed)
}

/// It, and what has caused it.
fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use trunkline_proto::Executed;

    use super::*;
    use crate::ended::EndedBy;

    #[derive(Debug, thiserror::Error)]
    enum Own {
        #[error(transparent)]
        Transparent(Error),
        #[error("the menu")]
        Wrapped(#[source] Error),
        #[error("no such account")]
        Another,
    }

    fn failed(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Outcome {
        Err::<(), _>(error).into_outcome()
    }

    #[test]
    fn the_end_is_found_in_whatever_it_was_wrapped() {
        let ended = || Error::CallEnded(Ended::now(None, EndedBy::Switch));
        let outcomes = [
            failed(ended()),
            failed(Own::Transparent(ended())),
            failed(Own::Wrapped(ended())),
            failed(Box::<dyn StdError + Send + Sync>::from(Own::Transparent(ended()))),
        ];
        for outcome in outcomes {
            assert!(matches!(outcome, Outcome::CallEnded), "{outcome:?}");
        }
        for outcome in [failed(Own::Another), failed("a text")] {
            assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        }
        let lost = || Error::Disconnected {
            command: "filter".into(),
            executed: Executed::Unknown,
            reason: CloseReason::Eof,
        };
        for error in [Box::new(lost()) as Box<dyn StdError + Send + Sync>, Own::Transparent(lost()).into()] {
            let outcome = failed(error);
            assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
            assert!(matches!(outcome.without_connection(), Outcome::CallEnded));
        }
        assert!(matches!(failed(Own::Another).without_connection(), Outcome::Failed(_)));
        assert!(matches!(Ok::<_, Own>(7).into_outcome(), Outcome::Done));
        assert!(matches!(().into_outcome(), Outcome::Done));
    }
}
