//! A conversation with the simulated switch, lost at one byte after the other, and what must be true of it then: every
//! call ends, each reply is its own command's, nothing is said twice, each gap is told once and in its place, and what was
//! asked for before is asked for again before anything else is said.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use trunkline::blocking::{Client, Received};
use trunkline::{
    Command, Error, EventBuilder, EventName, Executed, GapCause, JobLost, JobUuid, Liveness, LogLevel, State,
};
use trunkline_sim::Sim;

use crate::proxy::{Direction, Fault, Plan, Proxy};
use crate::support::{millis, soon, within};

/// Set, the walk goes to every byte, both with an end and with a reset.
const EVERY: &str = "TRUNKLINE_FAULTS_EVERY_BYTE";
/// Otherwise to about so many in each direction.
const SOME: usize = 1500;
/// Conversations at once.
const AT_ONCE: usize = 8;
/// More than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// The number of the tick that ends a conversation.
const LAST: u32 = 1000;

/// What came of a conversation.
#[derive(Debug, Default, Clone, Copy)]
struct Told {
    to_switch: usize,
    to_client: usize,
    answered: usize,
    lost: usize,
    gaps: usize,
    /// The first connection was never made.
    refused: usize,
}

struct Talk {
    proxy: Proxy,
    client: Client,
    /// Whether losing the connection is what the plan does.
    breaks: bool,
    told: Told,
    /// How often it was made again.
    mended: usize,
    /// Ticks fired, and whether the switch has surely taken them.
    ticks: Vec<(u32, bool)>,
    /// Those it has surely sent: fired after the break, or without one.
    certain: Vec<u32>,
}

/// A switch of its own, and what stands before it.
fn world(handle: &Handle, plan: Option<Plan>) -> (Sim, Proxy) {
    handle.block_on(async {
        let sim = Sim::builder().heartbeat(Duration::from_secs(3600)).start().await.unwrap();
        let proxy = Proxy::before(sim.addr(), plan).await;
        (sim, proxy)
    })
}

/// Runs the conversation with this disturbance.
fn talk(handle: &Handle, plan: Option<Plan>) -> Told {
    let (_sim, proxy) = world(handle, plan);
    let mut config = proxy.config();
    soon(&mut config);
    let client = match Client::connect(config) {
        Ok(client) => client,
        Err(error) => {
            assert!(proxy.has_struck(), "{error}");
            return Told { refused: 1, ..Told::default() };
        }
    };
    let breaks = plan.is_some_and(|plan| matches!(plan.fault, Fault::Cut | Fault::Reset));
    let (told, ticks, certain) = (Told::default(), Vec::new(), Vec::new());
    Talk { proxy, client, breaks, told, mended: 0, ticks, certain }.run()
}

impl Talk {
    fn run(mut self) -> Told {
        self.declare(|client| client.events("BACKGROUND_JOB CUSTOM walk::tick"));
        let mut begun = vec![!self.proxy.has_struck()];
        self.declare(|client| client.logs(LogLevel::Info));
        begun.push(!self.proxy.has_struck());
        self.declare(|client| client.filter("Event-Subclass", "walk::tick"));
        let filtered = !self.proxy.has_struck();
        self.tick(1);
        self.six_at_once();
        self.tick(2);
        self.job();
        self.tick(3);
        self.read_to_the_last();
        self.check_restored(&begun, filtered);
        // Whoever ends it now, it ends.
        let reason = self.client.close().unwrap();
        assert!(self.breaks || reason == trunkline::CloseReason::Requested, "{reason}");
        let records = self.proxy.records();
        assert!(records.len() == 1 + self.mended, "{} connections, mended {}", records.len(), self.mended);
        if let Some(first) = records.first() {
            (self.told.to_switch, self.told.to_client) = (first.said_count, first.heard_count);
        }
        self.told
    }

    /// Makes the connection again, if it is lost.
    fn mend(&mut self) {
        if self.client.connected() {
            return;
        }
        assert!(self.breaks && self.proxy.has_struck(), "{:?}", self.client.state());
        assert!(matches!(self.client.state(), State::Lost(_)));
        let gap = self.client.reconnect_patiently().unwrap();
        // If the switch had not said who it is, there is nothing to compare with.
        assert!(gap.why != GapCause::Restarted, "{gap:?}");
        assert_eq!(self.client.state(), State::Ready);
        self.mended += 1;
    }

    /// Has something hold from now on, in whichever session.
    fn declare(&mut self, declare: impl Fn(&mut Client) -> Result<(), Error>) {
        while let Err(error) = declare(&mut self.client) {
            assert!(error.is_closed(), "{error}");
            self.told.lost += 1;
            self.mend();
        }
    }

    /// What a command came to; `None` if it was lost in an allowed way.
    fn judge<T>(&mut self, text: &str, outcome: Result<T, Error>) -> Option<T> {
        let executed = match outcome {
            Ok(done) => {
                self.told.answered += 1;
                return Some(done);
            }
            Err(Error::Disconnected { executed, .. }) => executed,
            Err(error) => panic!("{text}: {error}"),
        };
        assert!(
            executed != Executed::No || self.seen(text) == 0,
            "{text} is not said to be executed, and was sent"
        );
        self.told.lost += 1;
        self.mend();
        None
    }

    /// How often the client said something.
    fn seen(&self, text: &str) -> usize {
        let said =
            |record: &crate::proxy::Record| String::from_utf8_lossy(&record.said).matches(text).count();
        self.proxy.records().iter().map(said).sum()
    }

    fn six_at_once(&mut self) {
        let commands = [1, 2, 3, 4, 5, 6].map(|number| format!("eval q{number}-"));
        let send = |command: &String| self.client.send(Command::api(command).unwrap()).unwrap();
        let tickets: Vec<_> = commands.iter().map(send).collect();
        for (command, ticket) in commands.iter().zip(&tickets).rev() {
            let answer = self.client.wait(ticket);
            if let Some(answer) = self.judge(command, answer) {
                assert_eq!(format!("eval {}", answer.text().trim()), *command);
            }
            assert!(self.seen(command) <= 1, "{command} was said twice");
        }
    }

    fn tick(&mut self, number: u32) -> bool {
        let struck = self.proxy.has_struck();
        let event = EventBuilder::named(&EventName::Custom)
            .header("Event-Subclass", "walk::tick")
            .header("Number", number.to_string());
        let text = format!("Number: {number}\n");
        let fired = self.client.sendevent(&EventName::Custom, &event);
        let fired = self.judge(&text, fired).is_some();
        assert!(self.seen(&text) <= 1, "tick {number} was fired twice");
        self.ticks.push((number, fired));
        if fired && struck {
            self.certain.push(number);
        }
        fired
    }

    fn job(&mut self) {
        let job = self.client.bgapi("eval the-job");
        let Some(job) = self.judge("eval the-job", job) else { return };
        if let Some(text) = self.end_of(&job) {
            assert_eq!(text, "the-job");
            return;
        }
        // Its end was lost, or is still to come: one begun now ends after it.
        let probe = self.client.bgapi("eval probe").unwrap();
        assert_eq!(self.end_of(&probe).as_deref(), Some("probe"));
        match self.client.wait_job_timeout(&job, Duration::ZERO).unwrap() {
            Some(end) => assert!(end.crossed_gap() && end.text().trim() == "the-job"),
            None => assert!(self.client.crossed_gap(&job), "the end was lost without a gap"),
        }
    }

    /// What came of a job, if the connection was not lost first.
    fn end_of(&mut self, job: &JobUuid) -> Option<String> {
        match self.client.wait_job_timeout(job, PATIENCE).map(|end| end.expect("it hangs")) {
            Ok(end) => Some(end.text().trim().to_owned()),
            Err(Error::Job(JobLost::Disconnected(_))) => {
                self.mend();
                None
            }
            other => panic!("{other:?}"),
        }
    }

    /// Fires a tick from this number on, until the switch has surely taken one.
    fn surely_tick(&mut self, mut number: u32) -> u32 {
        while !self.tick(number) {
            number += 1;
        }
        number
    }

    /// Fires ticks, and a line of the log, until they come, and reads all up to them.
    fn read_to_the_last(&mut self) {
        let mut last = self.surely_tick(LAST);
        let line = self.client.api(&format!("log info the last line {last}"));
        self.judge("the last line", line);
        let (mut seen, mut lines) = (Vec::new(), 0);
        while !(seen.contains(&last) && lines > 0) {
            match self.client.recv_timeout(PATIENCE).map(|received| received.expect("it hangs")) {
                Ok(Received::Event(event)) if event.is(EventName::Custom) => {
                    seen.push(event.get("Number").unwrap().parse().unwrap());
                }
                Ok(Received::Event(event)) => assert!(event.is(EventName::BackgroundJob), "{event:?}"),
                Ok(Received::Log(line)) => lines += usize::from(line.text().contains("the last line")),
                Ok(Received::Gap(_)) => {
                    self.told.gaps += 1;
                    // What was taken before it may be lost in it.
                    last = self.again(last + 1);
                }
                Ok(Received::Job { .. } | Received::Notice(_)) => {}
                Ok(other) => panic!("{other:?}"),
                Err(error) => {
                    assert!(error.is_closed(), "{error}");
                    self.mend();
                    last = self.again(last + 1);
                }
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
        assert_eq!(self.told.gaps, self.mended);
        for (number, fired) in &self.ticks {
            let must = *fired && (self.mended == 0 || self.certain.contains(number));
            assert!(!must || seen.contains(number), "{number} of {:?} is not in {seen:?}", self.ticks);
        }
    }

    fn again(&mut self, number: u32) -> u32 {
        let last = self.surely_tick(number);
        let line = self.client.api(&format!("log info the last line {last}"));
        self.judge("the last line", line);
        last
    }

    /// Filters, then events, then the log, and only then anything else.
    fn check_restored(&self, begun: &[bool], filtered: bool) {
        let records = self.proxy.records();
        let [_, .., last] = &records[..] else { return };
        let said = String::from_utf8_lossy(&last.said);
        let mut expected = String::from("auth ClueCon api global_getvar core_uuid");
        if filtered {
            for filter in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "Event-Subclass walk::tick"] {
                write!(expected, " filter {filter}").unwrap();
            }
        }
        // One that was lost before it was answered may hold, and is set again: it may stand there, too.
        let counts = |command: &&str| filtered || !command.starts_with("filter");
        let commands: Vec<&str> = said.split_terminator("\n\n").filter(counts).collect();
        expected.extend(begun[0].then_some(" event plain BACKGROUND_JOB CUSTOM walk::tick"));
        expected.extend(begun[1].then_some(" log info"));
        assert!(commands.join(" ").starts_with(&expected), "{commands:?} should begin with {expected}");
    }
}

/// Runs a conversation for each plan, several at once.
fn all(runtime: &Runtime, plans: &[Plan]) -> Vec<Told> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut told = Vec::new();
        while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
            let talk = std::panic::AssertUnwindSafe(|| talk(runtime.handle(), Some(*plan)));
            match std::panic::catch_unwind(talk) {
                Ok(one) => told.push(one),
                Err(panic) => {
                    eprintln!("{plan:?}");
                    std::panic::resume_unwind(panic);
                }
            }
        }
        told
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(run)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// By an end and by a reset in turn.
fn walk(direction: Direction) {
    let runtime = Runtime::new().unwrap();
    let whole = talk(runtime.handle(), None);
    assert_eq!((whole.lost, whole.gaps), (0, 0));
    let bytes = match direction {
        Direction::ToSwitch => whole.to_switch,
        Direction::ToClient => whole.to_client,
    };
    let everywhere = std::env::var_os(EVERY).is_some();
    let stride = if everywhere { 1 } else { (bytes / SOME).max(1) };
    let faults = [Fault::Cut, Fault::Reset];
    let plans = (0..bytes).step_by(stride).enumerate().flat_map(|(number, at)| {
        let chosen = if everywhere { &faults[..] } else { &faults[number % 2..][..1] };
        chosen.iter().map(move |fault| Plan { direction, at, fault: *fault })
    });
    let plans: Vec<_> = plans.collect();
    let told = all(&runtime, &plans);
    let sum = |what: fn(&Told) -> usize| told.iter().map(what).sum::<usize>();
    let (lost, gaps, refused) = (sum(|told| told.lost), sum(|told| told.gaps), sum(|told| told.refused));
    println!(
        "{direction:?}: {} conversations of {bytes} bytes, cut at every {stride}th byte ({EVERY}=1 for all): {} commands \
         answered, {lost} lost, {gaps} gaps, {refused} never connected",
        told.len(),
        sum(|told| told.answered)
    );
    assert!(lost > 0 && gaps > 0 && refused > 0);
    // Each of them made one connection, and lost it.
    assert!(
        gaps + refused <= told.len() && gaps + refused > told.len() / 2,
        "{gaps} gaps, {refused} refused"
    );
}

#[test]
fn cut_on_the_way_to_the_switch() {
    walk(Direction::ToSwitch);
}

#[test]
fn cut_on_the_way_to_the_client() {
    walk(Direction::ToClient);
}

/// What is only slow is no break, and loses nothing.
#[test]
fn slow_is_not_lost() {
    within(|| {
        let runtime = Runtime::new().unwrap();
        let whole = talk(runtime.handle(), None);
        let mut plans = Vec::new();
        for (direction, bytes) in
            [(Direction::ToSwitch, whole.to_switch), (Direction::ToClient, whole.to_client)]
        {
            for fault in [Fault::Stall(millis(30)), Fault::Trickle] {
                plans.extend((0..bytes).step_by(bytes / 12).map(|at| Plan { direction, at, fault }));
            }
        }
        for told in all(&runtime, &plans) {
            assert_eq!((told.lost, told.gaps, told.refused), (0, 0, 0));
            assert_eq!(told.answered, whole.answered);
        }
    });
}

/// Nothing comes back, or nothing arrives, and nobody says so: whoever waits is told, and it can be made again.
#[test]
fn half_a_connection() {
    within(|| {
        let runtime = Runtime::new().unwrap();
        for direction in [Direction::ToClient, Direction::ToSwitch] {
            // The greeting has 38 bytes; the answers to the password and to who it is come to less than 200.
            let at = if direction == Direction::ToClient { 400 } else { 120 };
            let plan = Plan { direction, at, fault: Fault::Swallow };
            let (_sim, proxy) = world(runtime.handle(), Some(plan));
            let mut liveness = Liveness::default();
            (liveness.ask_after, liveness.answer_within) = (millis(100), millis(100));
            let mut config = proxy.config();
            config.connection.command_timeout = millis(60);
            config.connection.liveness = Some(liveness);
            let mut client = Client::connect(config).unwrap();
            for number in 0..20 {
                match client.api(&format!("eval {number}")) {
                    Ok(answer) => assert_eq!(answer.text().trim(), number.to_string()),
                    Err(error) => assert!(error.is_timeout(), "{error}"),
                }
            }
            assert!(proxy.has_struck());
            while client.state() != State::Stale {
                assert!(matches!(client.recv().unwrap(), Received::Stalled(_)));
            }
            client.reconnect().unwrap();
            client.set_command_timeout(Duration::from_secs(10));
            assert_eq!(client.api("eval again").unwrap().text().trim(), "again");
            assert_eq!(client.state(), State::Ready);
            // Nor does it cut what is whole.
            proxy.strike();
            let mut gaps = 0;
            let error = loop {
                match client.recv() {
                    Ok(Received::Gap(_)) => gaps += 1,
                    Ok(other) => assert!(matches!(other, Received::Stalled(_)), "{other:?}"),
                    Err(error) => break error,
                }
            };
            assert!(gaps == 1 && error.is_closed(), "{gaps} gaps, {error}");
        }
    });
}
