//! FreeSWITCH's applications as values: what a call is to do, and what came of it, read.
//!
//! A value is run by [`Call::run`](crate::Call::run), or by the method of the same name, which is shorter:
//!
//! ```
//! # async fn run(call: trunkline::Call) -> Result<(), trunkline::Error> {
//! use trunkline::application::{Digits, Playback};
//!
//! let pin = call.play_and_get_digits(Digits::prompt("enter-pin.wav").count(4..=4).tries(3)).await?;
//! println!("{pin:?}");
//! call.run(Playback::new("thanks.wav")).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing in an argument is expanded: what goes in is what the application gets, byte for byte, or is refused. So a
//! caller's name, a digit string, a value from a database can stand anywhere in one.
//!
//! For an application that is not here there is [`Raw`], or a value of your own:
//!
//! ```
//! use trunkline::application::{Application, ApplicationError, argument};
//! use trunkline::{ApiMisuse, Event, Execute};
//!
//! /// Waits until nobody has spoken for a while.
//! struct WaitForSilence {
//!     hits: u32,
//!     timeout_ms: u32,
//! }
//!
//! impl Application for WaitForSilence {
//!     type Output = ();
//!
//!     fn execute(&self) -> Result<Execute, ApiMisuse> {
//!         argument("wait_for_silence", &format!("200 {} 0 {}", self.hits, self.timeout_ms))
//!     }
//!
//!     fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
//!         Ok(())
//!     }
//! }
//! ```

mod answer;
mod argument;
mod bridge;
mod cancel;
mod conference;
mod digits;
mod dtmf;
mod error;
mod plain;
mod playback;
mod queue;
mod raw;
mod record;
mod say;
mod spy;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;
mod variables;
mod wait;
mod words;

pub use answer::{Answer, PreAnswer, RingReady};
pub use argument::{argument, argument_with};
pub use bridge::{AttXfer, BridgeEnd, Dial};
pub use cancel::Cancel;
pub use conference::{Conference, Conferenced};
pub use digits::{Digits, Entered, NoDigits, Read};
pub use dtmf::{QueueDtmf, SendDtmf};
pub use error::ApplicationError;
pub use playback::{Playback, Played, Tone};
pub use queue::{Fifo, FifoEnd, ValetPark};
pub use raw::Raw;
pub use record::{Record, RecordEnd, RecordSession, Recorded};
pub use say::{Say, SayGender, SayMethod, SayType, Speak};
pub use spy::{Eavesdrop, Intercept, ThreeWay};
pub use tell::{FireEvent, Info, Log};
pub use transfer::{
    Deflect, ExecuteExtension, Extension, Hangup, Redirect, SchedHangup, SchedTransfer, Transfer,
};
pub use variables::{Export, Multiset, Set, Unset};
pub use wait::{Break, Echo, Park, Sleep};

pub(crate) use plain::plain;
pub(crate) use words::words;

use trunkline_proto::{ApiMisuse, ChannelUuid, Event, Execute};

/// An application that a call can run.
pub trait Application {
    /// What came of it.
    type Output;

    /// What the switch is told. Its argument is expanded there: make it by [`argument`].
    ///
    /// # Errors
    ///
    /// Something in it cannot be said.
    fn execute(&self) -> Result<Execute, ApiMisuse>;

    /// Reads what came of it from its CHANNEL_EXECUTE_COMPLETE, which has every variable of the call.
    ///
    /// # Errors
    ///
    /// The application failed.
    fn read(&self, complete: &Event) -> Result<Self::Output, ApplicationError>;

    /// How it is ended when nobody waits for it any more: by a break, unless said otherwise.
    fn cancel(&self) -> Cancel {
        Cancel::Break
    }
}

impl<A: Application + ?Sized> Application for &A {
    type Output = A::Output;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        (**self).execute()
    }

    fn read(&self, complete: &Event) -> Result<Self::Output, ApplicationError> {
        (**self).read(complete)
    }

    fn cancel(&self) -> Cancel {
        (**self).cancel()
    }
}

/// What the application answered; `None` if nothing.
pub(crate) fn response(complete: &Event) -> Option<std::borrow::Cow<'_, str>> {
    let response =
        complete.headers().last_backwards("Application-Response").map(|response| response.to_str());
    response.filter(|response| response != "_none_" && !response.is_empty())
}

/// A variable of the call as it was when the application ended; `None` if it is not set, or empty.
pub(crate) fn variable<'a>(complete: &'a Event, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    complete.get(&["variable_", name].concat()).filter(|value| !value.is_empty())
}

/// Those that a call has called, by its variable `originated_legs`: `uuid;name;number` (`switch_ivr_originate.c`).
pub(crate) fn called_legs(value: &str) -> Vec<ChannelUuid> {
    let list = value.strip_prefix("ARRAY::").unwrap_or(value);
    list.split("|:").filter_map(|leg| Some(leg.split_once(';')?.0.into())).collect()
}
