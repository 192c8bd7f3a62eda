//! One call, and what can be done with it: over the socket by which the switch asked us to handle it, or by its id over a
//! connection to the switch.

mod by_id;
mod cancel;
mod events;
mod mode;
mod run;
mod session;
mod state;
mod variables;

mod applications;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use trunkline_proto::api::{ApiCommand, UuidKill};
use trunkline_proto::{
    ChannelData, ChannelUuid, Command, Control, EventFormat, EventName, EventSet, HangupCause, SendMsg,
    SocketMode,
};

pub use crate::ended::{Ended, EndedBy};
pub use applications::Bridged;
pub use by_id::Recording;
pub use events::{CallEvents, Dtmf};
pub use mode::{Async, Locked, Mode, Sync};
pub(crate) use state::CallState;

use crate::client::Client;
use crate::core::Shared;
use crate::error::Error;
use crate::outcome::printed;
use crate::typed_api::ApiAnswer;

/// A call. Cloning it is cheap; every clone is the same call.
///
/// Applications are methods that wait for their end. Those of several clones at once are run inside one another, as the
/// switch does it: of three playbacks the last ends first. To have them one after the other use
/// [`locked`](Call::locked).
///
/// # Hanging up
///
/// When the call ends, whatever was to be done with it ends with [`Error::CallEnded`], which `?` carries out of a handler.
/// Why it ended is in there, and in [`ended`](Self::ended). On an outbound socket with `async full` the connection lingers
/// until the handler has ended, and the cause is always known. Without `full` it cannot linger, and the switch closes as
/// soon as it sees that the call is down: the cause is known if the event was quicker.
pub struct Call<M: Mode = Async> {
    handle: Arc<Handle>,
    limit: Option<Duration>,
    mode: PhantomData<fn() -> M>,
}

/// A call whose applications cannot be cancelled, made by [`Call::locked`].
pub type LockedCall = Call<Locked>;

/// The call of an outbound socket without `async`: an application ends before anything else is read or told, so nothing
/// can interrupt it, and events come behind it.
pub type SyncCall = Call<Sync>;

struct Handle {
    client: Client,
    state: Arc<CallState>,
    /// Of an outbound socket.
    data: Option<ChannelData>,
}

/// Which call it is, and no more: its variables may hold what is nobody's business.
impl<M: Mode> fmt::Debug for Call<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_id = self.handle.data.is_none();
        let mut call = f.debug_struct("Call");
        call.field("uuid", &self.uuid()).field("by_id", &by_id).field("ended", &self.ended_already()).finish()
    }
}

impl<M: Mode> Clone for Call<M> {
    fn clone(&self) -> Self {
        self.as_mode()
    }
}

impl Client {
    /// A call of this switch, to be controlled by its id. Any number of calls, and of handles to one, may be controlled over
    /// one connection.
    ///
    /// The first one subscribes the connection to the events of calls, for as long as it lasts.
    ///
    /// # Errors
    ///
    /// There is no such call ([`Error::CallEnded`]); as [`api`](Self::api) and [`events`](Self::events).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn call(&self, uuid: impl Into<ChannelUuid>) -> Result<Call, Error> {
        let uuid = uuid.into();
        self.hear_calls(EventSet::from_iter(EventName::MYEVENTS)).await?;
        let call = Call::known(self, &uuid);
        match *self.run(crate::api::UuidExists::new(uuid)).await?.value() {
            true => Ok(call),
            false => Err(Error::CallEnded(
                call.ended_already().unwrap_or_else(|| Ended::now(None, EndedBy::Switch)),
            )),
        }
    }
}

impl Call {
    /// One that is known to be, or to have been, and whose events come.
    pub(crate) fn known(client: &Client, uuid: &ChannelUuid) -> Self {
        let state = client.shared().calls.of(uuid);
        Self::new(Handle { client: client.clone(), state, data: None })
    }
}

impl<M: Mode> Call<M> {
    fn new(handle: Handle) -> Self {
        Self { handle: Arc::new(handle), limit: None, mode: PhantomData }
    }

    /// The call of a connection that the switch has made to us. What is to be said of it first is
    /// [prepared](Shared::prepare), not said.
    pub(crate) fn of_connection(client: Client, data: ChannelData) -> Self {
        let shared = client.shared();
        let expected = shared.calls.take_expected();
        let state = expected.unwrap_or_else(|| shared.calls.of(&data.uuid().unwrap_or_else(|| "".into())));
        if let Some(reason) = client.close_reason() {
            // Before anybody could tell it.
            state.on_closed(&reason);
        }
        let format = client.config().connection.format;
        if data.mode() == SocketMode::Async {
            shared.parks();
        }
        let lingers = data.mode() == SocketMode::Async && data.control() == Control::Full;
        let my_events = Command::myevents((format != EventFormat::Plain).then_some(format));
        let linger = lingers.then(|| Command::linger(None));
        shared.prepare([my_events].into_iter().chain(linger));
        Self::new(Handle { client, state, data: Some(data) })
    }

    /// The same call, its applications run in another way.
    fn as_mode<N: Mode>(&self) -> Call<N> {
        Call { handle: Arc::clone(&self.handle), limit: self.limit, mode: PhantomData }
    }

    /// The same call, whose applications are waited for no longer than this, and ended then, as if their futures were dropped:
    /// one that cannot be cancelled runs on. Without it they are bounded by the call's life.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self.clone() }
    }

    /// Its id.
    #[must_use]
    pub fn uuid(&self) -> ChannelUuid {
        self.handle.state.uuid()
    }

    /// The call as it was when the switch connected to us: its caller, and every variable. `None` of a call that is
    /// controlled by its id.
    #[must_use]
    pub fn data(&self) -> Option<&ChannelData> {
        self.handle.data.as_ref()
    }

    /// The connection it is controlled by. That of an outbound socket has `api` and the like only with `full`.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.handle.client
    }

    /// Waits for its end.
    pub fn ended(&self) -> impl Future<Output = Ended> + Send + 'static {
        let state = Arc::clone(&self.handle.state);
        async move { state.wait_ended().await }
    }

    /// Its end, if it has ended.
    #[must_use]
    pub fn ended_already(&self) -> Option<Ended> {
        self.handle.state.ended()
    }

    /// Hangs it up, and waits for its end. Nothing is wrong if it has ended already.
    ///
    /// # Errors
    ///
    /// A cause that is not one word; not answered in time, or the connection of a call controlled by its id was lost.
    ///
    /// # Cancel safety
    ///
    /// Once polled the call is hung up, whether or not the future is polled again.
    pub async fn hangup(&self, cause: impl Into<HangupCause>) -> Result<Ended, Error> {
        if let Some(ended) = self.ended_already() {
            return Ok(ended);
        }
        self.handle.state.ask(EndedBy::Program);
        let told = if self.is_full() && !M::WAITS {
            // A message waits for a locked application, and in the called leg of a bridge for its end.
            self.kill(&cause.into()).await
        } else {
            self.tell(SendMsg::hangup(cause)).await
        };
        match told {
            Ok(()) => Ok(self.ended().await),
            Err(Error::CallEnded(ended)) => Ok(ended),
            Err(error) => self.ended_already().ok_or_else(|| {
                if matches!(error, Error::Misuse(_) | Error::Refused { .. } | Error::Api { .. }) {
                    // Whoever hangs it up, it was not this.
                    self.handle.state.unask();
                }
                error
            }),
        }
    }

    async fn kill(&self, cause: &HangupCause) -> Result<(), Error> {
        let kill = UuidKill::new(self.uuid()).cause(cause.as_str());
        let line = kill.line()?;
        if self.handle.data.is_some() {
            let refused = self.end_by(Command::api(&line)?).await;
            return match refused.map(|reply| printed(&line, reply?)) {
                Some(answer) => ApiAnswer::read(&kill, &line, answer?).map(drop),
                None => Ok(()),
            };
        }
        let mut said = Said { line: self.line(), command: Some(Command::api(&line)?) };
        let answer = self.handle.client.api(&line).await;
        said.command = None;
        ApiAnswer::read(&kill, &line, answer?).map(drop)
    }

    /// A message, to this call.
    fn addressed(&self, message: SendMsg) -> SendMsg {
        match self.handle.data {
            Some(_) => message,
            None => message.to(&self.uuid()),
        }
    }

    /// The connection its messages go over.
    fn line(&self) -> Arc<Shared> {
        match self.handle.data {
            Some(_) => Arc::clone(self.handle.client.shared()),
            None => self.handle.client.line_of(&self.uuid()),
        }
    }

    /// Whether the switch takes more from us than messages to the call.
    fn is_full(&self) -> bool {
        self.handle.data.as_ref().is_none_or(|data| data.control() == Control::Full)
    }
}

/// A command that is said, whatever becomes of the one who waits for its answer: once more, where he has gone before it came.
struct Said {
    line: Arc<Shared>,
    command: Option<Command>,
}

impl Drop for Said {
    fn drop(&mut self) {
        if let Some(command) = self.command.take() {
            self.line.say(command);
        }
    }
}

impl Call {
    /// The same call, whose applications cannot be cancelled, and hold those behind them.
    #[must_use]
    pub fn locked(&self) -> LockedCall {
        self.as_mode()
    }
}
