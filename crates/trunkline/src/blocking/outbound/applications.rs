//! FreeSWITCH's applications as methods: each runs the value it is named after.

use std::time::Duration;

use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ChannelUuid, LogLevel};

use super::Call;
use crate::application::{
    AttXfer, BridgeEnd, Conference, Conferenced, Deflect, Dial, Eavesdrop, Echo, Entered, ExecuteExtension,
    Export, Extension, Fifo, FifoEnd, FireEvent, Info, Intercept, Log, Multiset, Park, Played, PreAnswer,
    QueueDtmf, Read, Record, RecordSession, Recorded, Redirect, RingReady, Say, SchedHangup, SchedTransfer,
    SendDtmf, Set, Sleep, Speak, ThreeWay, Tone, Transfer, Unset, ValetPark,
};
use crate::error::Error;

impl Call {
    /// Calls somebody, and has the two talk. It comes back when they do so no more.
    ///
    /// # Errors
    ///
    /// Nobody was reached ([`Error::NotBridged`]); a user or number that cannot be dialled ([`Error::Misuse`]); as
    /// [`run`](Self::run).
    pub fn bridge(&mut self, dial: impl Into<Dial>) -> Result<BridgeEnd, Error> {
        self.run(dial.into())
    }

    /// Has media flow before the call is answered: what is played then is heard, and costs the caller nothing.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn pre_answer(&mut self) -> Result<(), Error> {
        self.run(PreAnswer::new())
    }

    /// Has the caller's phone say that it rings.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn ring_ready(&mut self) -> Result<(), Error> {
        self.run(RingReady::new())
    }

    /// Plays tones.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn tone(&mut self, tone: Tone) -> Result<Played, Error> {
        self.run(tone)
    }

    /// Speaks a number, a date, an amount, by the recordings of a language.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn say(&mut self, say: Say) -> Result<Played, Error> {
        self.run(say)
    }

    /// Speaks a text by a speech engine.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn speak(&mut self, speak: Speak) -> Result<Played, Error> {
        self.run(speak)
    }

    /// Plays a prompt and takes digits, once.
    ///
    /// # Errors
    ///
    /// As [`play_and_get_digits`](Self::play_and_get_digits).
    pub fn read(&mut self, read: Read) -> Result<Entered, Error> {
        self.run(read)
    }

    /// Records the caller into a file, until a digit, silence, or time ends it.
    ///
    /// # Errors
    ///
    /// A file that cannot be written: the switch hangs up then ([`Error::CallEnded`]); as [`run`](Self::run).
    pub fn record(&mut self, record: Record) -> Result<Recorded, Error> {
        self.run(record)
    }

    /// Begins, ends or masks a recording of both sides in the background.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn record_session(&mut self, recording: RecordSession) -> Result<(), Error> {
        self.run(recording)
    }

    /// Sends digits to the other end.
    ///
    /// # Errors
    ///
    /// Something else than digits ([`Error::Misuse`]); as [`run`](Self::run).
    pub fn send_dtmf(&mut self, digits: &str) -> Result<(), Error> {
        self.run(SendDtmf::new(digits))
    }

    /// Has digits heard as if they came from the other end.
    ///
    /// # Errors
    ///
    /// Something else than digits ([`Error::Misuse`]); as [`run`](Self::run).
    pub fn queue_dtmf(&mut self, digits: &str) -> Result<(), Error> {
        self.run(QueueDtmf::new(digits))
    }

    /// Has the call be a member of a conference, until it leaves or is removed.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn conference(&mut self, conference: Conference) -> Result<Conferenced, Error> {
        self.run(conference)
    }

    /// Has the call hear another one, until either ends.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn eavesdrop(&mut self, eavesdrop: Eavesdrop) -> Result<(), Error> {
        self.run(eavesdrop)
    }

    /// Has the call hear another one and be heard by both its ends, until either ends.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn three_way(&mut self, uuid: impl Into<ChannelUuid>) -> Result<(), Error> {
        self.run(ThreeWay::with(uuid))
    }

    /// Has the call talk to the other end of another one.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn intercept(&mut self, intercept: Intercept) -> Result<(), Error> {
        self.run(intercept)
    }

    /// Has the call wait in a queue, or take the next one of it.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn fifo(&mut self, fifo: Fifo) -> Result<FifoEnd, Error> {
        self.run(fifo)
    }

    /// Parks the call in a space of a lot, or fetches the one there.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn valet_park(&mut self, park: ValetPark) -> Result<(), Error> {
        self.run(park)
    }

    /// Calls somebody for the call it is bridged to to be handed over to them.
    ///
    /// # Errors
    ///
    /// Nobody was reached ([`Error::NotBridged`]); as [`run`](Self::run).
    pub fn att_xfer(&mut self, to: impl Into<Dial>) -> Result<(), Error> {
        self.run(AttXfer::to(to))
    }

    /// Writes a line into the switch's log.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn log(&mut self, level: LogLevel, text: &str) -> Result<(), Error> {
        self.run(Log::new(level, text))
    }

    /// Writes all that is known of the call into the switch's log.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn info(&mut self) -> Result<(), Error> {
        self.run(Info::default())
    }

    /// Fires an event with headers of your own, and all that is known of the call.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn event(&mut self, event: FireEvent) -> Result<(), Error> {
        self.run(event)
    }

    /// Has the call go on at another extension. On a socket with `async` it can be told things there, too.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn transfer(&mut self, to: impl Into<Extension>) -> Result<(), Error> {
        self.run(Transfer::to(to))
    }

    /// Has the other end called elsewhere, by a SIP REFER.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn deflect(&mut self, uri: &str) -> Result<(), Error> {
        self.run(Deflect::to(uri))
    }

    /// Has a SIP call that is not answered go elsewhere (302).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn redirect(&mut self, uri: &str) -> Result<(), Error> {
        self.run(Redirect::to(uri))
    }

    /// Runs the applications of another extension, and comes back.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn execute_extension(&mut self, extension: impl Into<Extension>) -> Result<(), Error> {
        self.run(ExecuteExtension::new(extension))
    }

    /// Ends the call later, whatever it does then.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn sched_hangup(&mut self, hangup: SchedHangup) -> Result<(), Error> {
        self.run(hangup)
    }

    /// Has the call go on at another extension later, whatever it does then. Gives the number of the task.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn sched_transfer(&mut self, transfer: SchedTransfer) -> Result<Option<u32>, Error> {
        self.run(transfer)
    }

    /// Sets a variable of the call; to nothing unsets it. No value may hold `${`, which the switch would run.
    ///
    /// # Errors
    ///
    /// A name or value that cannot be ([`Error::Misuse`]); as [`run`](Self::run).
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.run(Set::new(name, value))
    }

    /// Sets variables of the call, all at once.
    ///
    /// # Errors
    ///
    /// None, or more than 255 ([`Error::Misuse`]); as [`run`](Self::run).
    pub fn multiset(&mut self, variables: Variables) -> Result<(), Error> {
        self.run(Multiset::new(variables))
    }

    /// Sets a variable of the call, and of those that it is bridged to from now on.
    ///
    /// # Errors
    ///
    /// A name or value that cannot be ([`Error::Misuse`]); as [`run`](Self::run).
    pub fn export(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.run(Export::new(name, value))
    }

    /// Takes a variable of the call away.
    ///
    /// # Errors
    ///
    /// A name that cannot be ([`Error::Misuse`]); as [`run`](Self::run).
    pub fn unset(&mut self, name: &str) -> Result<(), Error> {
        self.run(Unset::new(name))
    }

    /// Waits.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn sleep(&mut self, time: Duration) -> Result<(), Error> {
        self.run(Sleep::new(time))
    }

    /// Has the caller hear themselves, until it is cancelled.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn echo(&mut self) -> Result<(), Error> {
        self.run(Echo::new())
    }

    /// Has the call wait for commands; of one that does already, as that of an outbound socket with `async`, it is over at
    /// once.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn park(&mut self) -> Result<(), Error> {
        self.run(Park::new())
    }
}
