//! One call, and what can be done with it.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use trunkline_proto::{
    ApiMisuse, ChannelData, ChannelUuid, Command, Control, Event, EventFormat, EventName, EventSet, Execute,
    Executed, HangupCause, SendMsg, SocketMode, Unanswered,
};

use crate::application::{Answer, Application, Cancel, Digits, Entered, Playback, Played};
use crate::blocking::{Client, Received};
use crate::config::Config;
use crate::ended::Ended;
use crate::error::Error;

/// Longer than any call: the answer to an application on a socket without `async` comes when it has ended.
const AS_LONG_AS_IT_TAKES: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long a call may take to show that it is parked.
const PATIENCE: Duration = Duration::from_secs(5);

/// The call of an outbound socket, in the hands of one thread. An application waits for its end, and the next one begins
/// behind it, whether the dialplan has said `async` or not.
///
/// When the call ends, whatever was to be done with it ends with [`Error::CallEnded`], which `?` carries out of a handler.
///
/// Dropping it closes the connection, and the call goes on in its dialplan behind `socket`, if it is still up. (An
/// application that still runs goes on to its end before.)
///
/// A signal whose handler returns ends a wait with [`Error::Interrupted`]; the application that was waited for runs on.
#[derive(Debug)]
pub struct Call {
    client: Client,
    data: ChannelData,
    /// How long a command may take.
    patience: Duration,
}

impl Call {
    /// Asks for the call of a connection that the switch has made: a `TcpStream`, or on Unix any stream socket as an
    /// `OwnedFd`.
    ///
    /// # Errors
    ///
    /// Whoever connected is no switch, or said nothing in time; the call was gone before it could be asked for.
    pub fn from_stream(stream: impl Into<TcpStream>) -> Result<Self, Error> {
        Self::from_stream_with(stream, &Config::new("", ""))
    }

    /// The same, with this configuration: the form of events, limits, how long an answer may take (`greeting_timeout` is
    /// for the answer to `connect`). Where to connect, the credentials and how to reconnect are not used.
    ///
    /// # Errors
    ///
    /// As [`from_stream`](Self::from_stream).
    pub fn from_stream_with(stream: impl Into<TcpStream>, config: &Config) -> Result<Self, Error> {
        let (client, data) = Client::meet(stream.into(), config)?;
        let mut call = Self { client, data, patience: config.connection.command_timeout };
        call.begin()?;
        Ok(call)
    }

    /// The same, of the socket that is this process's standard input, as `inetd` and the like hand it over. What the
    /// process writes to its standard output goes to the switch, too, if that is the same socket: nothing should.
    ///
    /// # Errors
    ///
    /// Standard input is no socket; as [`from_stream`](Self::from_stream).
    #[cfg(unix)]
    pub fn from_stdin() -> Result<Self, Error> {
        Self::from_stream(crate::socket::stdin()?)
    }

    fn begin(&mut self) -> Result<(), Error> {
        let format = self.client.format;
        let own_format = (format != EventFormat::Plain).then_some(format);
        let is_async = self.data.mode() == SocketMode::Async;
        self.client.link.inbox.heard.settled = !is_async;
        // Whatever is answered: without it the connection's end tells what is to be known.
        drop(self.client.send(Command::myevents(own_format))?);
        if is_async && self.data.control() == Control::Full {
            drop(self.client.send(Command::linger(None))?);
        }
        Ok(())
    }

    // ---- what it is

    /// The call as it was when the switch connected to us: its caller, and every variable.
    #[must_use]
    pub fn data(&self) -> &ChannelData {
        &self.data
    }

    /// Its id.
    #[must_use]
    pub fn uuid(&self) -> ChannelUuid {
        self.data.uuid().unwrap_or_else(|| "".into())
    }

    /// The connection it is controlled by. It has `api` and the like only with `full`.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Its end, if that is known: it is found out in the methods that wait.
    #[must_use]
    pub fn ended_already(&self) -> Option<Ended> {
        let heard = &self.client.link.inbox.heard;
        heard.ended.clone()
    }

    // ---- what it does

    /// Runs an application that is a value, waits for its end, and reads what came of it.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute); [`Error::Application`] with what the application says of its failure.
    pub fn run<A: Application>(&mut self, application: A) -> Result<A::Output, Error> {
        self.run_until(&application, None)
    }

    /// The same, but ended when it takes longer than this ([`Error::ApplicationTimedOut`]).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run). Refused where the dialplan has not said `async`: nothing can interrupt an
    /// application there. One that cannot be [cancelled](Application::cancel) is waited for all the same.
    pub fn run_within<A: Application>(
        &mut self,
        application: A,
        limit: Duration,
    ) -> Result<A::Output, Error> {
        if self.data.mode() != SocketMode::Async {
            let (what, value) = ("a limit", format!("{limit:?}"));
            let why = "cannot be kept without `async`: write `socket HOST:PORT async full`";
            return Err(ApiMisuse::Invalid { what, value, why }.into());
        }
        self.run_until(&application, Some(limit))
    }

    fn run_until<A: Application>(
        &mut self,
        application: &A,
        limit: Option<Duration>,
    ) -> Result<A::Output, Error> {
        let execute = application.execute()?;
        let name = execute.application().to_owned();
        let limit = limit.map(|limit| (limit, application.cancel()));
        let complete = self.perform(execute, limit)?;
        application.read(&complete).map_err(|source| Error::application(name, source))
    }

    /// Runs any application, and waits for its end: its CHANNEL_EXECUTE_COMPLETE, with every variable of the call.
    ///
    /// The argument is expanded by the switch, as in a dialplan: no text of a caller may reach it but by
    /// [`dialstring::Application`](crate::dialstring::Application), whose [`Execute`] is safe. The switch **hangs up**
    /// a call that is to run an application it does not know.
    ///
    /// # Errors
    ///
    /// The call [has ended](Error::CallEnded), or ends meanwhile; a message that cannot be sent; interrupted.
    pub fn execute(&mut self, execute: impl Into<Execute>) -> Result<Event, Error> {
        self.perform(execute.into(), None)
    }

    fn perform(&mut self, execute: Execute, limit: Option<(Duration, Cancel)>) -> Result<Event, Error> {
        if let Some(ended) = self.ended_already() {
            return Err(Error::CallEnded(ended));
        }
        let application = execute.application().to_owned();
        let id = uuid::Uuid::new_v4().to_string();
        let command = Command::sendmsg(&execute.event_uuid(&id).into())?;
        self.client.link.inbox.heard.await_end(&id);
        self.tell(command, Some(AS_LONG_AS_IT_TAKES))?;
        let end = limit.as_ref().and_then(|(limit, _)| Instant::now().checked_add(*limit));
        let complete = match self.data.mode() {
            // Its answer has come when it was over: the event is right behind it, if it was not lost.
            SocketMode::Static => self.complete(Instant::now().checked_add(self.patience))?,
            _ => self.complete(end)?,
        };
        match (complete, limit) {
            (Some(complete), _) => Ok(complete),
            (None, Some((after, cancel))) => {
                self.end_application(&cancel)?;
                Err(Error::ApplicationTimedOut { application, after })
            }
            (None, None) => {
                let (after, executed) = (self.patience, Executed::Unknown);
                let what = format!("execute {application}");
                Err(Error::unanswered(&what, Unanswered::TimedOut { after, executed }))
            }
        }
    }

    /// Ends the application that runs, however often that must be said: a break can come in the moment before it begins, and
    /// be forgotten.
    fn end_application(&mut self, cancel: &Cancel) -> Result<(), Error> {
        let mut pause = Duration::from_millis(100);
        loop {
            for command in self.enders(cancel)? {
                self.tell(command, None)?;
            }
            if self.complete(Instant::now().checked_add(pause))?.is_some() {
                return Ok(());
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// The end of the application that runs, unless time is up before.
    fn complete(&mut self, end: Option<Instant>) -> Result<Option<Event>, Error> {
        let waited = match end {
            Some(_) => self.client.link.wait_until(end, |inbox| inbox.heard.take_complete()),
            None => self.client.link.wait(|inbox| inbox.heard.take_complete()).map(Some),
        };
        match self.or_ended(waited)? {
            Some(complete) => complete.map(Some).map_err(Error::CallEnded),
            None => Ok(None),
        }
    }

    /// What ends the application that runs.
    fn enders(&mut self, cancel: &Cancel) -> Result<Vec<Command>, Error> {
        let uuid = self.uuid();
        let is_full = self.data.control() == Control::Full;
        let command = match cancel {
            Cancel::Never => return Ok(Vec::new()),
            Cancel::Legs if is_full => {
                let legs = self.client.api(&format!("uuid_getvar {uuid} originated_legs"));
                let legs = crate::application::called_legs(&self.or_ended(legs)?.text());
                let kill = |leg| Command::api(&format!("uuid_kill {leg} ORIGINATOR_CANCEL"));
                return Ok(legs.into_iter().map(kill).collect::<Result<_, _>>()?);
            }
            Cancel::Api(line) if is_full => Command::api(&line.replace("{uuid}", uuid.as_str())),
            _ if is_full => Command::api(&format!("uuid_break {uuid}")),
            _ => Command::sendmsg(&SendMsg::from(Execute::new("break", ""))),
        };
        Ok(vec![command?])
    }

    /// Answers it. Nothing is wrong if it was answered already.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn answer(&mut self) -> Result<(), Error> {
        self.run(Answer).map(drop)
    }

    /// Plays a file, a tone (`tone_stream://…`), silence, or a stream, as the switch's formats go.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn playback(&mut self, what: impl Into<Playback>) -> Result<Played, Error> {
        self.run(what.into())
    }

    /// Plays a prompt, and takes digits.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn play_and_get_digits(&mut self, digits: impl Into<Digits>) -> Result<Entered, Error> {
        self.run(digits.into())
    }

    /// Hangs it up, and waits for its end. Nothing is wrong if it has ended already.
    ///
    /// # Errors
    ///
    /// A cause that is not one word; not answered in time; interrupted.
    pub fn hangup(&mut self, cause: impl Into<HangupCause>) -> Result<Ended, Error> {
        if let Some(ended) = self.ended_already() {
            return Ok(ended);
        }
        let command = Command::sendmsg(&SendMsg::hangup(cause))?;
        self.client.link.inbox.heard.asked = true;
        match self.tell(command, None).and_then(|()| self.wait_ended()) {
            Err(Error::CallEnded(ended)) => Ok(ended),
            other => other,
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// Interrupted.
    pub fn wait_ended(&mut self) -> Result<Ended, Error> {
        let ended = self.client.link.wait(|inbox| inbox.heard.ended.clone());
        match self.or_ended(ended) {
            Err(Error::CallEnded(ended)) => Ok(ended),
            other => other,
        }
    }

    // ---- what happens in it

    /// Has these events given by [`recv`](Self::recv), from now on. On a socket without `full` those are the 23 of
    /// `myevents` (see [`Client::myevents`]).
    ///
    /// # Errors
    ///
    /// Others, without `full` ([`ApiMisuse::NotFull`]); as [`Client::events`].
    pub fn events(&mut self, events: impl Into<EventSet>) -> Result<(), Error> {
        let events = events.into();
        if events.minus(&EventSet::from_iter(EventName::MYEVENTS)).is_empty() {
            let inbox = &mut self.client.link.inbox;
            inbox.wanted = inbox.wanted.with(&events);
            return Ok(());
        }
        let result = self.client.events(events);
        self.or_ended(result)
    }

    /// Waits for the next item, however long.
    ///
    /// # Errors
    ///
    /// The connection has ended ([`Error::CallEnded`]), once all that had come was given. Interrupted.
    pub fn recv(&mut self) -> Result<Received, Error> {
        let received = self.client.recv();
        self.or_ended(received)
    }

    /// Waits for the next item, at most this long; `None` if none has come.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<Option<Received>, Error> {
        let received = self.client.recv_timeout(timeout);
        self.or_ended(received)
    }

    // ---- its end

    /// Gives it back: it goes on in its dialplan behind `socket`.
    ///
    /// # Errors
    ///
    /// Interrupted, whereupon it was given back all the same.
    pub fn give_back(mut self) -> Result<(), Error> {
        self.leave()
    }

    /// With `async` the switch parks the call for us some time after it has answered `connect`, and only the end of a
    /// connection lets it go: one that has ended before never does (`socket_function` in `mod_event_socket.c`). So a call
    /// of which we have not seen that it is parked is first made to show it: only then does it do as it is told.
    pub(super) fn leave(&mut self) -> Result<(), Error> {
        let heard = &self.client.link.inbox.heard;
        if !heard.settled && self.client.connected() && self.client.link.socket().is_ours() {
            drop(self.client.send(Command::sendmsg(&Execute::new("sleep", "0").into())?)?);
            let end = Instant::now().checked_add(PATIENCE);
            // If it ends meanwhile, that is as good.
            let _ = self.client.link.wait_until(end, |inbox| inbox.heard.settled.then_some(()));
            self.client.link.inbox.heard.settled = true;
        }
        self.client.close().map(drop)
    }

    // ---- inside

    fn tell(&mut self, command: Command, timeout: Option<Duration>) -> Result<(), Error> {
        let text = command.describe().into_owned();
        let answer = self.client.send_within(command, timeout).and_then(|ticket| self.client.wait(&ticket));
        match self.or_ended(answer)? {
            trunkline_proto::Reply::Api(_) => Ok(()),
            reply => crate::outcome::accepted(&text, reply).map(drop),
        }
    }

    /// The end of the connection is that of the call.
    fn or_ended<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        let error = match result {
            Ok(done) => return Ok(done),
            Err(error) if error.is_closed() => error,
            Err(error) => return Err(error),
        };
        let inbox = &mut self.client.link.inbox;
        match inbox.closed.clone() {
            Some(reason) => Err(Error::CallEnded(inbox.heard.close(&reason))),
            None => Err(error),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.client.connected() && self.client.link.socket().is_ours() {
            let _ = self.leave();
        }
    }
}
