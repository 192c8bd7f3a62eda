//! Running an application: sending it, and knowing its end again by the id it was given.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use trunkline_proto::{
    ChannelUuid, Command, CommandReply, Event, Execute, Executed, Refusal, Reply, SendMsg, Unanswered,
};

use super::cancel::Ender;
use super::mode::Mode;
use super::state::Told;
use super::{Call, Ended};
use crate::application::{Application, Cancel};
use crate::core::{Asker, Shared, Submission};
use crate::error::Error;
use crate::outcome::accepted;

/// Longer than any call: the answer to an application on a socket without `async` comes when it has ended.
const AS_LONG_AS_IT_TAKES: Duration = Duration::from_secs(365 * 24 * 3600);

impl<M: Mode> Call<M> {
    /// Runs an application that is a value, waits for its end, and reads what came of it.
    ///
    /// ```
    /// # async fn run(call: trunkline::Call) -> Result<(), trunkline::Error> {
    /// use trunkline::application::Playback;
    ///
    /// let played = call.run(Playback::new("welcome.wav")).await?;
    /// println!("ended by {:?}", played.terminator());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute); [`Error::Application`] with what the application says of its failure.
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn run<A: Application>(&self, application: A) -> Result<A::Output, Error> {
        let execute = Box::new(application.execute()?);
        let complete = self.bounded(execute, application.cancel()).await?;
        application.read(&complete).map_err(|source| {
            // Asked for its name again: most do not fail, and need not keep it.
            let name = application.execute().map(|execute| execute.application().to_owned());
            Error::application(name.unwrap_or_default(), source)
        })
    }

    /// Runs any application, and waits for its end: its CHANNEL_EXECUTE_COMPLETE, with every variable of the call.
    ///
    /// The argument is expanded by the switch, as in a dialplan: no text of a caller may reach it but by
    /// [`dialstring::Application`](crate::dialstring::Application), whose [`Execute`] is safe. The switch **hangs up**
    /// a call that is to run an application it does not know.
    ///
    /// # Errors
    ///
    /// The call [has ended](Error::CallEnded), or ends meanwhile; it [took too long](Error::ApplicationTimedOut), where
    /// that is [bounded](Call::within); a message that cannot be sent; the connection was lost, and made again, meanwhile
    /// ([`Error::Disconnected`]).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the application, but not the call, and the next one is sent once it has ended; unless the
    /// call is [`Locked`](super::Locked) or [`Sync`](super::Sync), where it runs on.
    pub async fn execute(&self, execute: impl Into<Execute>) -> Result<Event, Error> {
        self.bounded(Box::new(execute.into()), Cancel::Break).await
    }

    /// (Boxed: of what an `async fn` is given by value, each future around it has room for one more.)
    async fn bounded(&self, execute: Box<Execute>, cancel: Cancel) -> Result<Event, Error> {
        // Of what has no limit nothing is said.
        let application = self.limit.map(|_| execute.application().to_owned()).unwrap_or_default();
        self.in_time(&application, pin!(self.perform(execute, cancel))).await
    }

    /// Within the time that applications are given. (Pinned: what an `async fn` is given by value takes its memory twice.)
    pub(super) async fn in_time<T>(
        &self,
        application: &str,
        mut running: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        let Some(after) = self.limit else { return running.as_mut().await };
        match Box::pin(tokio::time::timeout(after, running)).await {
            Ok(result) => result,
            Err(_) => Err(Error::ApplicationTimedOut { application: application.to_owned(), after }),
        }
    }

    async fn perform(&self, execute: Box<Execute>, cancel: Cancel) -> Result<Event, Error> {
        let Composed { id, what, command } = self.compose(*execute)?;
        let complete = self.handle.state.begin(&id).await.map_err(Error::CallEnded)?;
        let mut running = self.running(id, what, cancel, complete);
        if M::WAITS {
            // Boxed: only few calls are handled so.
            Box::pin(self.take(&mut running, command)).await?;
        } else {
            let asker = Asker::Call(Arc::clone(&self.handle.state), Arc::clone(&running.id));
            running.submit(command, asker);
        }
        running.end().await
    }

    /// Has an application run, once it may, and waits until the switch has taken it.
    pub(super) async fn begin(&self, execute: Execute, cancel: Cancel) -> Result<Running<M>, Error> {
        let Composed { id, what, command } = self.compose(execute)?;
        let complete = self.handle.state.begin(&id).await.map_err(Error::CallEnded)?;
        let mut running = self.running(id, what, cancel, complete);
        self.take(&mut running, command).await?;
        Ok(running)
    }

    /// What is said. (No part of the futures above: what they hold while they wait, each call holds.)
    fn compose(&self, execute: Execute) -> Result<Composed, Error> {
        let what = format!("execute {}", execute.application());
        // Of this call alone: no need to ask the system for it.
        let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid();
        let id: Arc<str> = Arc::from(&*id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
        let message = self.addressed(execute.event_uuid(&id).into());
        let command = Command::sendmsg(&if M::LOCKS { message.event_lock() } else { message })?;
        Ok(Composed { id, what, command })
    }

    fn running(
        &self,
        id: Arc<str>,
        what: String,
        cancel: Cancel,
        complete: oneshot::Receiver<Told>,
    ) -> Running<M> {
        let (call, line) = (self.clone(), self.line());
        Running { call, id, what, line, cancel, complete, unanswered: None, over: false }
    }

    /// Sends it, and waits until the switch has taken it.
    async fn take(&self, running: &mut Running<M>, command: Command) -> Result<(), Error> {
        let (sender, receiver) = oneshot::channel();
        running.submit(command, sender.into());
        let reply = receiver.await.unwrap_or_else(|_| Err(gone()));
        running.unanswered = None;
        if let Err(error) = self.taken(&running.what, reply).await {
            self.handle.state.remove(&running.id);
            running.over = true;
            return Err(error);
        }
        Ok(())
    }

    /// Says something to the call that is no application, and waits until the switch has taken it.
    pub(super) async fn tell(&self, message: SendMsg) -> Result<(), Error> {
        self.send(&self.addressed(message)).await
    }

    /// Says something to another call, which may be gone.
    pub(super) async fn tell_other(&self, other: &ChannelUuid, message: SendMsg) -> Result<(), Error> {
        match self.send(&message.to(other)).await {
            Err(Error::CallEnded(_)) if self.ended_already().is_none() => Ok(()),
            said => said,
        }
    }

    async fn send(&self, message: &SendMsg) -> Result<(), Error> {
        self.ask_for(Command::sendmsg(message)?).await.map(drop)
    }

    /// Says something, and waits for the answer. It is said, whether or not anybody waits.
    pub(super) async fn ask_for(&self, command: Command) -> Result<CommandReply, Error> {
        let what = command.describe().into_owned();
        let line = self.line();
        let (sender, receiver) = oneshot::channel();
        let serial = self.handle.client.serial();
        line.insist(Submission { serial, command, timeout: None, asker: sender.into() });
        self.taken(&what, receiver.await.unwrap_or_else(|_| Err(gone()))).await
    }

    /// Says what ends the call, and waits for that; or for the answer, where it is not taken. It is said, whether or not anybody
    /// waits.
    pub(super) async fn end_by(&self, command: Command) -> Option<Result<Reply, Error>> {
        let what = command.describe().into_owned();
        let (id, state) = (Arc::from(&*what), Arc::clone(&self.handle.state));
        let end = state.begin_now(&id);
        let (serial, asker) = (self.handle.client.serial(), Asker::Call(state, id));
        self.line().insist(Submission { serial, command, timeout: None, asker });
        match end.await {
            Ok(Told::NotTaken(reply)) => Some(reply.map_err(|why| Error::unanswered(&what, why))),
            Ok(Told::Complete(_)) | Err(_) => None,
        }
    }

    /// What an answer means. The end of the call, or of its connection, is no failure of what was said.
    async fn taken(&self, what: &str, reply: Result<Reply, Unanswered>) -> Result<CommandReply, Error> {
        let error = match reply {
            Ok(reply) => match accepted(what, reply) {
                Ok(reply) => return Ok(reply),
                Err(error) if matches!(error.reason(), Some(Refusal::InvalidSessionId(_))) => {
                    return Err(Error::CallEnded(self.gone()));
                }
                Err(error) => error,
            },
            Err(why) => Error::unanswered(what, why),
        };
        if error.is_closed() && self.handle.data.is_some() {
            return Err(Error::CallEnded(self.handle.state.wait_ended().await));
        }
        match self.ended_already() {
            Some(ended) => Err(Error::CallEnded(ended)),
            None => Err(error),
        }
    }

    /// Why no end of an application will come.
    pub(super) fn lost(&self, what: &str) -> Error {
        match self.ended_already() {
            Some(ended) => Error::CallEnded(ended),
            None => Error::unanswered(what, gone()),
        }
    }

    /// There is no such channel any more, though nobody has told us.
    fn gone(&self) -> Ended {
        self.ended_already().unwrap_or_else(|| Ended::now(None, super::EndedBy::Switch))
    }
}

/// An application that is to be sent: the id it gets, what it is in an error, and the command.
struct Composed {
    id: Arc<str>,
    what: String,
    command: Command,
}

/// The connection was lost in the midst of it.
fn gone() -> Unanswered {
    Unanswered::Disconnected { executed: Executed::Unknown, reason: trunkline_proto::CloseReason::Eof }
}

/// An application on its way. Dropped before its end, it is ended.
#[derive(Debug)]
pub(super) struct Running<M: Mode> {
    call: Call<M>,
    id: Arc<str>,
    what: String,
    line: Arc<Shared>,
    cancel: Cancel,
    complete: oneshot::Receiver<Told>,
    /// Of the message, while it may not be answered.
    unanswered: Option<u64>,
    over: bool,
}

impl<M: Mode> Running<M> {
    fn submit(&mut self, command: Command, asker: Asker) {
        let serial = self.call.handle.client.serial();
        self.unanswered = Some(serial);
        let timeout = M::WAITS.then_some(AS_LONG_AS_IT_TAKES);
        self.line.submit(Submission { serial, command, timeout, asker });
    }

    /// Waits for its end, by its CHANNEL_EXECUTE_COMPLETE. Nothing is lost when the future is dropped.
    pub(super) async fn end(&mut self) -> Result<Event, Error> {
        let end = if M::WAITS {
            // Its answer has come when it was over: the event is right behind it, if it was not lost.
            let after = self.call.handle.client.config().connection.command_timeout;
            let Ok(end) = Box::pin(tokio::time::timeout(after, &mut self.complete)).await else {
                self.over = true;
                self.call.handle.state.remove(&self.id);
                return Err(Error::unanswered(
                    &self.what,
                    Unanswered::TimedOut { after, executed: Executed::Unknown },
                ));
            };
            end
        } else {
            (&mut self.complete).await
        };
        self.over = true;
        match end {
            Ok(Told::Complete(event)) => Ok(event),
            // Boxed: it happens to few.
            Ok(Told::NotTaken(reply)) => match Box::pin(self.call.taken(&self.what, *reply)).await {
                Ok(_) => Err(self.call.lost(&self.what)),
                Err(error) => Err(error),
            },
            Err(_) => Err(self.call.lost(&self.what)),
        }
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Lets it run on, whoever waits for it.
    pub(super) fn let_go(&mut self) {
        self.over = true;
    }
}

impl<M: Mode> Drop for Running<M> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let handle = &self.call.handle;
        if self.unanswered.is_some_and(|serial| self.line.forget(serial)) {
            return handle.state.remove(&self.id);
        }
        if handle.state.give_up(&self.id, M::CANCELS) && M::CANCELS && self.cancel != Cancel::Never {
            let ender = Ender {
                state: Arc::clone(&handle.state),
                line: Arc::clone(&self.line),
                full: self.call.is_full(),
                own: handle.data.is_some(),
                cancel: self.cancel.clone(),
                id: Arc::clone(&self.id),
            };
            ender.start();
        }
    }
}
