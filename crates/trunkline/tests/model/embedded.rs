//! A model with its connection, in somebody else's event loop: here the simulator's, in virtual time.

mod jobs;

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use trunkline::model::{Coverage, Embedded, NoJob, Observed, Options, StaleCause};
use trunkline::proto::{ConnectionConfig, Credentials, Message, MessageDecoder};
use trunkline::{CloseReason, Command, Event, EventName, EventSet, LogLevel, Reply};
use trunkline_sim::{ConnectionId, Effect, Switch, SwitchConfig, Time};

/// A simulated switch and an embedded model, with nothing between them but this loop.
struct Loop {
    sim: Switch,
    now: Time,
    begun: Instant,
    id: ConnectionId,
    model: Embedded,
    /// How many bytes are handed over at once.
    cut: usize,
    observed: Vec<Observed>,
    /// All the model has said.
    said: Vec<u8>,
}

const START: Time = Time::from_micros(1_795_216_000_000_000);

impl Loop {
    fn new(cut: usize) -> Self {
        Self::with(cut, SwitchConfig::default(), Credentials::Password("ClueCon".into()))
    }

    fn with(cut: usize, config: SwitchConfig, credentials: Credentials) -> Self {
        let mut connection = ConnectionConfig::new(credentials);
        connection.lasting = true;
        Self::connected(cut, config, connection)
    }

    fn connected(cut: usize, config: SwitchConfig, connection: ConnectionConfig) -> Self {
        let mut sim = Switch::new(config, START);
        // A call that is older than the model.
        sim.api("originate {origination_uuid=old}null/1 &park", START);
        let id = sim.connect(([127, 0, 0, 1], 40000).into(), START);
        let begun = Instant::now();
        let model = Embedded::with(connection, Options::new(), begun);
        let mut this =
            Self { sim, now: START, begun, id, model, cut, observed: Vec::new(), said: Vec::new() };
        this.exchange();
        this
    }

    fn instant(&self) -> Instant {
        self.begun + self.now.since(START)
    }

    /// Carries so many of the bytes that are to be written, at most, to the switch; how many it was.
    fn say(&mut self, most: usize) -> usize {
        let out = self.model.transmit();
        let out = out[..out.len().min(most)].to_vec();
        self.model.transmitted(out.len(), self.instant());
        self.said.extend_from_slice(&out);
        if !out.is_empty() {
            self.sim.handle_input(self.id, &mut BytesMut::from(&out[..]), self.now);
        }
        out.len()
    }

    /// Carries bytes to and fro until both are silent.
    fn exchange(&mut self) {
        loop {
            let now = self.instant();
            let said = self.say(usize::MAX);
            let mut received = Vec::new();
            while let Some(effect) = self.sim.poll_effect() {
                match effect {
                    Effect::Send { to, bytes, .. } if to == self.id => received.extend_from_slice(&bytes),
                    _ => {}
                }
            }
            received.chunks(self.cut).for_each(|piece| self.model.handle_bytes(piece, now));
            self.observed.extend(std::iter::from_fn(|| self.model.observe()));
            if said == 0 && received.is_empty() {
                return;
            }
        }
    }

    fn pass_millis(&mut self, millis: u64) {
        let end = self.now.after(Duration::from_millis(millis));
        self.exchange();
        loop {
            let due = self.sim.deadline().filter(|due| *due <= end);
            let model_due = self.model.deadline().map(|due| START.after(due - self.begun));
            let next = due.into_iter().chain(model_due.filter(|due| *due <= end)).min();
            let Some(next) = next else { break };
            self.now = self.now.max(next);
            self.sim.handle_timeout(self.now);
            self.model.handle_timeout(self.instant());
            self.exchange();
        }
        self.now = self.now.max(end);
    }

    /// The bytes end.
    fn end(&mut self) {
        self.sim.disconnect(self.id, self.now);
        self.model.handle_eof(self.instant());
    }

    /// There is another connection.
    fn connect(&mut self) {
        self.id = self.sim.connect(([127, 0, 0, 1], 40001).into(), self.now);
        self.model.restart(self.instant());
        self.exchange();
    }

    fn channels(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.model.view().channels().iter().map(|it| it.id.to_string()).collect();
        ids.sort();
        ids
    }

    /// Sends a command; where its reply will be.
    fn send(&mut self, command: Command) -> Receiver<Reply> {
        let (done, reply) = mpsc::channel();
        let now = self.instant();
        self.model.send(command, move |reply| done.send(reply.expect("a reply")).expect("waited for"), now);
        reply
    }

    fn count(&self, is_it: impl Fn(&Observed) -> bool) -> usize {
        self.observed.iter().filter(|observed| is_it(observed)).count()
    }
}

#[test]
fn what_was_there_is_found_and_what_comes_is_followed() {
    for cut in [1, 7, 65_536] {
        let mut all = Loop::new(cut);
        assert!(all.model.is_ready());
        assert_eq!(all.model.view().stale().expect("stale").cause, StaleCause::NotYetRead);
        all.pass_millis(2000);
        assert_eq!((all.channels(), all.model.view().coverage()), (vec!["old".into()], Coverage::Complete));
        assert_eq!(all.model.view().stale(), None);
        assert_eq!(all.count(|it| matches!(it, Observed::Current)), 1);
        all.sim.api("originate {origination_uuid=new}null/1 &park", all.now);
        all.sim.api("uuid_kill old", all.now);
        all.pass_millis(2000);
        assert_eq!(all.channels(), ["new"]);
    }
}

#[test]
fn commands_and_jobs_call_back_once() {
    let mut all = Loop::new(65_536);
    all.pass_millis(2000);
    let reply = all.send(Command::api("uuid_exists old").expect("sayable"));
    assert_eq!(all.model.pending_commands().count(), 1);
    assert!(reply.try_recv().is_err());
    let (done, result) = mpsc::channel();
    let (now, done_again) = (all.instant(), done.clone());
    all.model
        .start_job("status", "job-1".into(), move |it| done.send(it).expect("waited for"), now)
        .expect("sayable");
    all.exchange();
    assert!(matches!(reply.try_recv(), Ok(Reply::Api(response)) if response.text() == "true"));
    all.pass_millis(1000);
    let event: Event = result.try_recv().expect("called").expect("a result");
    assert!(event.body().expect("output").contains("UP"));
    assert_eq!((all.model.pending_commands().count(), all.model.pending_jobs().count()), (0, 0));
    // One for which nobody waits any more.
    let forgotten = all.send(Command::api("status").expect("sayable"));
    let ticket = all.model.pending_commands().next().expect("one");
    all.model.forget(ticket);
    assert_eq!(all.model.pending_commands().count(), 0);
    assert!(matches!(forgotten.try_recv(), Err(mpsc::TryRecvError::Disconnected)));
    // One that is on its way when the connection ends.
    let now = all.instant();
    all.model
        .start_job("status", "job-2".into(), move |it| done_again.send(it).expect("waited for"), now)
        .expect("sayable");
    assert_eq!(all.model.pending_jobs().count(), 1);
    all.model.handle_eof(now);
    all.model.close(now);
    assert!(matches!(result.try_recv(), Ok(Err(NoJob::Unanswered(_)))));
    assert_eq!(all.model.pending_jobs().count(), 0);
}

#[test]
fn what_is_watched_is_plain_state() {
    let mut all = Loop::new(65_536);
    all.pass_millis(2000);
    let now = all.instant();
    let wanted = EventSet::new().with(EventName::Dtmf);
    all.model.watch(wanted.clone(), now).expect("sayable");
    all.model.set_log_level(Some(LogLevel::Debug), now);
    assert_eq!((all.model.watched(), all.model.log_level()), (&wanted, Some(LogLevel::Debug)));
    all.exchange();
    let dtmf = |it: &Observed| matches!(it, Observed::Event(event) if event.is(EventName::Dtmf));
    all.sim.api("uuid_recv_dtmf old 12", all.now);
    all.sim.api("originate {origination_uuid=new}null/1 &park", all.now);
    all.pass_millis(2000);
    assert_eq!(all.count(dtmf), 2);
    // What cannot be said changes nothing.
    let now = all.instant();
    assert!(all.model.watch(EventSet::new().with_subclass("a\nb"), now).is_err());
    assert_eq!(all.model.watched(), &wanted);
    assert!(all.count(|it| matches!(it, Observed::Log(_))) > 0);
    let now = all.instant();
    all.model.watch(EventSet::new(), now).expect("sayable");
    all.model.set_log_level(None, now);
    all.exchange();
    all.observed.clear();
    all.sim.api("uuid_recv_dtmf old 12", all.now);
    all.sim.api("uuid_kill new", all.now);
    all.pass_millis(2000);
    assert_eq!(all.count(|it| matches!(it, Observed::Event(_) | Observed::Log(_))), 0);
    assert_eq!(all.model.log_level(), None);
    assert!(String::from_utf8_lossy(&all.said).contains("nixevent DTMF\n"));
    // The model's own events come all the while.
    all.sim.api("uuid_kill old", all.now);
    all.pass_millis(2000);
    assert!(all.channels().is_empty());
}

#[test]
fn a_gap_is_filled() {
    let mut all = Loop::new(65_536);
    all.pass_millis(2000);
    all.end();
    all.exchange();
    assert_eq!(all.count(|it| matches!(it, Observed::Broken(_))), 1);
    assert_eq!(all.model.view().stale().expect("stale").cause, StaleCause::Gap);
    all.sim.api("uuid_kill old", all.now);
    all.sim.api("originate {origination_uuid=new}null/1 &park", all.now);
    all.pass_millis(2000);
    assert_eq!(all.channels(), ["old"], "nothing is known of it");
    all.connect();
    all.pass_millis(2000);
    assert_eq!((all.channels(), all.model.view().stale()), (vec!["new".into()], None));
    let resumed = |it: &Observed| matches!(it, Observed::Resumed { core: Some(_), restarted: Some(false) });
    assert_eq!(all.count(resumed), 1);
    let away = |it: &Observed| matches!(it, Observed::Changes(batch) if batch.changes().iter().any(is_away));
    assert!(all.count(away) > 0);
}

/// As any end, and told with its reason.
#[test]
fn a_socket_may_fail() {
    let mut all = Loop::new(65_536);
    all.pass_millis(2000);
    all.sim.disconnect(all.id, all.now);
    let now = all.instant();
    // In the midst of a message, of which the next connection says nothing.
    all.model.handle_bytes(b"Content-Type: text/ev", now);
    all.model.handle_error(&std::io::ErrorKind::ConnectionReset.into(), now);
    let why = all.model.observe();
    assert!(
        matches!(&why, Some(Observed::Broken(CloseReason::Io(why))) if why == "connection reset"),
        "{why:?}"
    );
    all.connect();
    all.pass_millis(2000);
    assert_eq!((all.channels(), all.model.view().stale()), (vec!["old".into()], None));
}

fn is_away(change: &trunkline::model::Change) -> bool {
    matches!(change, trunkline::model::Change::Channel(altered) if altered.while_away())
}

#[test]
fn what_is_never_answered_is_not_asked_in_a_storm() {
    let mut config = SwitchConfig::default();
    config.users = vec![trunkline_sim::User::new("ops", "pbx", "secret").events("ALL").api("status")];
    let credentials = Credentials::User { user: "ops@pbx".into(), password: "secret".into() };
    let mut all = Loop::with(65_536, config, credentials);
    all.pass_millis(60_000);
    let said = String::from_utf8_lossy(&all.said).matches("api show").count();
    // At once, and after 4, 8, 16 and 32 seconds more.
    assert!((2..=6).contains(&said), "{said} times");
    assert_eq!(all.model.view().coverage(), Coverage::EventsOnly);
    assert!(all.model.view().stale().is_some());
}

/// One who may have few events, and no job's end.
#[test]
fn what_a_user_may_not_have_is_observed() {
    let mut config = SwitchConfig::default();
    let user = trunkline_sim::User::new("ops", "pbx", "secret");
    config.users = vec![user.events("CHANNEL_ANSWER HEARTBEAT").api("show uuid_dump uuid_buglist status")];
    let credentials = Credentials::User { user: "ops@pbx".into(), password: "secret".into() };
    let mut all = Loop::with(65_536, config, credentials);
    all.pass_millis(5000);
    assert_eq!(all.count(|it| matches!(it, Observed::Refused(_))), 1);
    assert_eq!(all.model.view().stale(), None);
    // Of the making of it nothing is told, nor of others that the switch counts.
    for id in ["new", "other"] {
        all.sim.api(&format!("originate {{origination_uuid={id}}}null/1 &park"), all.now);
    }
    all.sim.api("uuid_kill other", all.now);
    all.pass_millis(60_000);
    assert!(all.channels().contains(&"new".to_owned()));
    let suspects = |it: &Observed| matches!(it, Observed::Changes(batch) if !batch.signs().is_empty());
    assert_eq!((all.count(suspects), all.model.view().stale()), (0, None));
    let ((done, result), now) = (mpsc::channel(), all.instant());
    let done = move |it| done.send(it).expect("waited for");
    all.model.start_job("status", "job".into(), done, now).expect("sayable");
    all.pass_millis(1000);
    let lost = result.try_recv().expect("told");
    assert!(matches!(lost, Err(NoJob::Lost(trunkline::proto::JobLost::NotPermitted))), "{lost:?}");
    assert!(all.model.view().jobs().is_empty());
}

/// Who hears nothing knows nothing, and has nothing to wait for.
#[test]
fn a_user_who_may_have_no_events() {
    let mut config = SwitchConfig::default();
    config.users =
        vec![trunkline_sim::User::new("ops", "pbx", "secret").events("DTMF").api("show uuid_dump")];
    let credentials = Credentials::User { user: "ops@pbx".into(), password: "secret".into() };
    let mut all = Loop::with(65_536, config, credentials);
    let now = all.instant();
    assert!(all.model.deadline().is_none_or(|deadline| deadline > now));
    all.pass_millis(60_000);
    assert_eq!(all.model.view().stale().expect("stale").cause, StaleCause::NotYetRead);
    assert_eq!(all.model.view().coverage(), Coverage::EventsOnly);
}

#[test]
fn a_switch_that_does_not_answer_is_not_known() {
    let mut connection = ConnectionConfig::new(Credentials::Password("ClueCon".into()));
    connection.liveness = Some(trunkline::Liveness::default());
    let mut config = SwitchConfig::default();
    config.heartbeat = Duration::from_secs(3600);
    let mut all = Loop::connected(65_536, config, connection);
    all.pass_millis(2000);
    assert_eq!(all.model.view().stale(), None);
    // It is asked for a sign of life, and that is not carried to it.
    for _ in 0..2 {
        all.now = all.now.after(Duration::from_secs(45));
        all.model.handle_timeout(all.instant());
    }
    let stalled: Vec<bool> = std::iter::from_fn(|| all.model.observe())
        .filter_map(|it| if let Observed::Stalled(stalled) = it { Some(stalled) } else { None })
        .collect();
    assert_eq!(stalled, [true]);
    assert_eq!(all.model.view().stale().expect("stale").cause, StaleCause::Silent);
    all.sim.api("uuid_kill old", all.now);
    all.pass_millis(5000);
    assert_eq!(all.count(|it| matches!(it, Observed::Stalled(false))), 1);
    assert_eq!((all.channels().len(), all.model.view().stale()), (0, None));
    // The end makes what is known old, too.
    all.model.close(all.instant());
    all.exchange();
    all.end();
    all.exchange();
    assert_eq!(all.count(|it| matches!(it, Observed::Closed(_))), 1);
    assert_eq!(all.model.view().stale().expect("stale").cause, StaleCause::Gap);
}

#[test]
fn what_is_asked_and_not_answered_is_observed() {
    let mut all = Loop::new(65_536);
    all.now = all.now.after(Duration::from_secs(2));
    all.model.handle_timeout(all.instant());
    assert!(all.say(usize::MAX) > 0, "the model asks");
    while all.sim.poll_effect().is_some() {}
    all.end();
    all.exchange();
    assert_eq!(all.count(|it| matches!(it, Observed::AskFailed(_))), 1);
}

#[test]
fn messages_and_events_may_be_decoded_elsewhere() {
    let now = Instant::now();
    let mut model = Embedded::new(ConnectionConfig::new(Credentials::Password("ClueCon".into())), now);
    let wire = "Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n\
                Content-Type: text/unheard-of\nContent-Length: 2\n\nhi";
    let (mut decoder, mut bytes) = (MessageDecoder::default(), BytesMut::from(wire));
    while let Some(message) = decoder.decode(&mut bytes).expect("messages") {
        model.handle_message(message, now);
    }
    assert!(model.is_ready());
    let payload =
        "Event-Name: CHANNEL_CREATE\nChannel-State: CS_INIT\nChannel-Call-State: DOWN\nUnique-ID: a\n\n";
    let event = Event::decode(trunkline::EventFormat::Plain, payload.into()).expect("an event");
    model.handle_event(event, now);
    assert!(model.view().channel("a").is_some());
    let observed: Vec<Observed> = std::iter::from_fn(|| model.observe()).collect();
    assert!(matches!(observed[0], Observed::Ready(_)));
    assert!(matches!(&observed[1], Observed::Unknown(Message::Other(_))));
    assert!(matches!(&observed[2], Observed::Changes(batch) if batch.changes().len() == 2));
    model.handle_bytes(b"Content-Type: text/disconnect-notice\nContent-Length: 4\n\nbye\n", now);
    assert!(matches!(model.observe(), Some(Observed::Notice(_))));
    model.handle_eof(now);
    let last = std::iter::from_fn(|| model.observe()).last();
    assert!(matches!(last, Some(Observed::Closed(_))), "{last:?}");
    assert!(model.closed().is_some());
}
