//! Commands about one channel: the connection's own, once `myevents` has bound it to one, or another by `sendmsg`.

use std::hash::{DefaultHasher, Hash, Hasher};

use trunkline_proto::{
    Answer, ApiMisuse, ChannelUuid, Command, CommandReply, Executed, Refusal, SendMsg, Unanswered,
};

use super::Client;
use crate::error::Error;
use crate::lanes::Place;
use crate::outcome::accepted;

impl Client {
    /// Has a channel do something: run an application, hang up. See [`SendMsg`].
    ///
    /// The switch says that it has queued the message, not that it was done, nor that there is such an application:
    /// that is in the channel's CHANNEL_EXECUTE_COMPLETE, with the `Application-UUID` that
    /// [`Execute::event_uuid`](crate::Execute::event_uuid) gave it. Have fewer than 256 wait for one channel:
    /// beyond that the switch drops the connection.
    ///
    /// # Errors
    ///
    /// No such channel ([`Refusal::InvalidSessionId`]), not answered in time, connection lost, or a message that cannot
    /// be sent.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn sendmsg(&self, message: impl Into<SendMsg>) -> Result<(), Error> {
        let message = message.into();
        let command = Command::sendmsg(&message)?;
        let Some(lane) = message.target().and_then(|channel| self.lane_of(channel)) else {
            return self.command(command).await.map(drop);
        };
        let text = command.describe().into_owned();
        let reply = match self.reply_over(lane.shared(), command.clone()).await {
            Err(Unanswered::Disconnected { executed: Executed::No, .. }) => self.reply(command).await,
            outcome => outcome,
        };
        accepted(&text, reply.map_err(|why| Error::unanswered(&text, why))?).map(drop)
    }

    /// Binds the connection to a channel, for good: of all events only this channel's come from now on, in every
    /// stream, and **the connection ends when the channel hangs up** unless it is to [`linger`](Self::linger); a parked
    /// call is let go when the connection ends. Make a connection of its own for it. What streams ask for beyond its 23 events is subscribed as usual. See
    /// [`Command::myevents_of`].
    ///
    /// # Errors
    ///
    /// No such channel ([`Refusal::InvalidUuid`]: the switch is asked in a way that makes it say so), bound already
    /// ([`Refusal::AlreadyEnabled`]), not answered in time, connection lost, or an id that cannot be sent.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn myevents(&self, channel: &ChannelUuid) -> Result<(), Error> {
        let format = self.config().connection.format;
        self.command(Command::myevents_of(channel, format)?).await.map(drop)
    }

    /// Has what the core queues to the channel, such as DTMF, come to this connection and to nobody else. The connection
    /// must be bound to a channel.
    ///
    /// # Errors
    ///
    /// Not bound ([`Refusal::NotControllingASessionToDivert`]), not answered in time, or connection lost.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn divert_events(&self, on: bool) -> Result<(), Error> {
        self.command(Command::divert_events(on)).await.map(drop)
    }

    /// Keeps the connection when its channel hangs up: for so many seconds, or until we leave.
    ///
    /// # Errors
    ///
    /// Not bound to a channel ([`Refusal::NotControllingASession`]), not answered in time, or connection lost.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn linger(&self, seconds: Option<u32>) -> Result<(), Error> {
        self.command(Command::linger(seconds)).await.map(drop)
    }

    /// Takes [`linger`](Self::linger) back.
    ///
    /// # Errors
    ///
    /// As [`linger`](Self::linger).
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn nolinger(&self) -> Result<(), Error> {
        self.command(Command::nolinger()).await.map(drop)
    }

    /// Has the channel go on in its dialplan when the connection ends. See [`Command::resume`].
    ///
    /// # Errors
    ///
    /// Not bound to a channel ([`Refusal::CommandNotFound`]), or to that of an outbound socket without `async`
    /// ([`ApiMisuse::NotAsync`](trunkline_proto::ApiMisuse::NotAsync)); not answered in time, or connection lost.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn resume(&self) -> Result<(), Error> {
        self.command(Command::resume()).await.map(drop)
    }

    /// The channel the connection is bound to, as it is now: in the reply's headers, `variable_…` for its variables. It
    /// may be asked for any number of times. (The command is `connect`.)
    ///
    /// # Errors
    ///
    /// Not bound to a channel ([`Refusal::CommandNotFound`]), not answered in time, or connection lost.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn connect_info(&self) -> Result<CommandReply, Error> {
        self.command(Command::connect()).await
    }

    /// A variable of the channel the connection is bound to; `None` if it is not set, and where the connection is bound
    /// to none. At most 511 bytes of it, and its first line.
    ///
    /// **Not for a value that others can influence**, such as a caller's name: it can end the connection, and forge the
    /// replies to other commands (see [`Command::getvar`]). `client.api("uuid_getvar UUID NAME")` is safe, and exact.
    ///
    /// # Errors
    ///
    /// Not answered in time, connection lost, or a name that cannot be sent.
    ///
    /// # Cancel safety
    ///
    /// As [`api`](Self::api).
    pub async fn getvar(&self, name: &str) -> Result<Option<String>, Error> {
        let command = Command::getvar(name)?;
        let kind = command.kind();
        match self.send(command).await?.answer(kind) {
            Ok(Answer::Value(value)) => Ok(Some(value.into())),
            Err(Refusal::CommandNotFound) => Ok(None),
            Ok(other) => Err(Error::refused(&format!("getvar {name}"), format!("{other:?}"))),
            Err(refusal) => Err(Error::refused(&format!("getvar {name}"), refusal.to_string())),
        }
    }

    /// The lane of a channel's messages, so that they keep their order.
    pub(super) fn lane_of(&self, channel: &ChannelUuid) -> Option<Place<'_>> {
        let mut hasher = DefaultHasher::new();
        channel.hash(&mut hasher);
        self.handle.lanes.of(self.shared(), hasher.finish())
    }

    /// Refuses what would take events from the streams there are.
    pub(super) fn check(&self, command: &Command) -> Result<(), ApiMisuse> {
        self.shared().with(|core, _| core.connection.check(command))
    }
}
