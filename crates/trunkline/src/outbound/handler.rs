//! What a handler gives back.

use std::convert::Infallible;
use std::error::Error as StdError;

use crate::ended::Ended;

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

/// Whether the end of the call is what it is about. That is the source of our own error, so it is found in whatever that was
/// wrapped.
fn is_end(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Ended>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
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
        assert!(matches!(Ok::<_, Own>(7).into_outcome(), Outcome::Done));
        assert!(matches!(().into_outcome(), Outcome::Done));
    }
}
