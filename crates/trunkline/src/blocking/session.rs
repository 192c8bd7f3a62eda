//! Commands about one channel: the connection's own, once `myevents` has bound it to one, or another by `sendmsg`.

use trunkline_proto::{Answer, ChannelUuid, Command, CommandReply, Refusal, SendMsg};

use super::Client;
use crate::error::Error;

impl Client {
    /// Has a channel do something: run an application, hang up. See [`SendMsg`].
    ///
    /// The switch says that it has queued the message, not that it was done, nor that there is such an application:
    /// that is in the channel's CHANNEL_EXECUTE_COMPLETE, with the `Application-UUID` that
    /// [`Execute::event_uuid`](crate::Execute::event_uuid) gave it. Have fewer than 256 wait for one channel: beyond that
    /// the switch drops the connection.
    ///
    /// # Errors
    ///
    /// No such channel ([`Refusal::InvalidSessionId`]), a message that cannot be sent, and as
    /// [`send_recv`](Self::send_recv).
    pub fn sendmsg(&mut self, message: impl Into<SendMsg>) -> Result<(), Error> {
        self.command(Command::sendmsg(&message.into())?).map(drop)
    }

    /// Binds the connection to a channel, for good: of all events only this channel's come from now on, and **the
    /// connection ends when the channel hangs up** unless it is to [`linger`](Self::linger); a parked call is let go when
    /// the connection ends. Make a connection of its own for it. Of the 23 events it subscribes,
    /// [`recv`](Self::recv) gives those that [`events`](Self::events) asked for. See [`Command::myevents_of`].
    ///
    /// # Errors
    ///
    /// No such channel ([`Refusal::InvalidUuid`]: the switch is asked in a way that makes it say so), bound already
    /// ([`Refusal::AlreadyEnabled`]), an id that cannot be sent, and as [`send_recv`](Self::send_recv).
    pub fn myevents(&mut self, channel: &ChannelUuid) -> Result<(), Error> {
        self.command(Command::myevents_of(channel, self.format)?).map(drop)
    }

    /// Has what the core queues to the channel, such as DTMF, come to this connection and to nobody else. The connection
    /// must be bound to a channel.
    ///
    /// # Errors
    ///
    /// Not bound ([`Refusal::NotControllingASessionToDivert`]), and as [`send_recv`](Self::send_recv).
    pub fn divert_events(&mut self, on: bool) -> Result<(), Error> {
        self.command(Command::divert_events(on)).map(drop)
    }

    /// Keeps the connection when its channel hangs up: for so many seconds, or until we leave.
    ///
    /// # Errors
    ///
    /// Not bound to a channel ([`Refusal::NotControllingASession`]), and as [`send_recv`](Self::send_recv).
    pub fn linger(&mut self, seconds: Option<u32>) -> Result<(), Error> {
        self.command(Command::linger(seconds)).map(drop)
    }

    /// Takes [`linger`](Self::linger) back.
    ///
    /// # Errors
    ///
    /// As [`linger`](Self::linger).
    pub fn nolinger(&mut self) -> Result<(), Error> {
        self.command(Command::nolinger()).map(drop)
    }

    /// Has the channel go on in its dialplan when the connection ends. See [`Command::resume`].
    ///
    /// # Errors
    ///
    /// Not bound to a channel ([`Refusal::CommandNotFound`]), and as [`send_recv`](Self::send_recv).
    pub fn resume(&mut self) -> Result<(), Error> {
        self.command(Command::resume()).map(drop)
    }

    /// The channel the connection is bound to, as it is now: in the reply's headers, `variable_…` for its variables. It
    /// may be asked for any number of times. (The command is `connect`.)
    ///
    /// # Errors
    ///
    /// Not bound to a channel ([`Refusal::CommandNotFound`]), and as [`send_recv`](Self::send_recv).
    pub fn connect_info(&mut self) -> Result<CommandReply, Error> {
        self.command(Command::connect())
    }

    /// A variable of the channel the connection is bound to; `None` if it is not set, and where the connection is bound
    /// to none. At most 511 bytes of it, and its first line.
    ///
    /// **Not for a value that others can influence**, such as a caller's name: it can end the connection, and forge the
    /// replies to other commands (see [`Command::getvar`]). `client.api("uuid_getvar UUID NAME")` is safe, and exact.
    ///
    /// # Errors
    ///
    /// A name that cannot be sent, and as [`send_recv`](Self::send_recv).
    pub fn getvar(&mut self, name: &str) -> Result<Option<String>, Error> {
        let command = Command::getvar(name)?;
        let kind = command.kind();
        match self.send_recv(command)?.answer(kind) {
            Ok(Answer::Value(value)) => Ok(Some(value.into())),
            Err(Refusal::CommandNotFound) => Ok(None),
            Ok(other) => Err(Error::refused(&format!("getvar {name}"), format!("{other:?}"))),
            Err(refusal) => Err(Error::refused(&format!("getvar {name}"), refusal.to_string())),
        }
    }
}
