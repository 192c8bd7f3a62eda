//! Waiting: `sleep`, `park`, `echo`; and `break`, which ends it.

use std::time::Duration;

use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::milliseconds;
use super::{Application, ApplicationError, argument, plain};

/// `sleep`: waits. What is pressed meanwhile waits for the next application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sleep {
    time: Duration,
}

impl Sleep {
    /// So long, in whole milliseconds.
    #[must_use]
    pub fn new(time: Duration) -> Self {
        Self { time }
    }
}

impl Application for Sleep {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument("sleep", &milliseconds(self.time))
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }
}

plain! {
    /// `break`: ends what runs, be it an application or a sound played by `uuid_broadcast`; of an application that does
    /// not heed it, nothing.
    Break = "break";
    /// `park`: has the call wait for commands. A call that waits for them already, as that of an outbound socket with
    /// `async` does, cannot be parked once more: then this is over at once.
    Park = "park";
    /// `echo`: has the caller hear themselves, until it is ended.
    Echo = "echo";
}
