//! Random plays with sessions that are lost anywhere and begun again: as in `model`, and besides nothing is said twice,
//! what is called not executed was never begun to be written, a job ends once, and each new session is told of once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::BytesMut;
use proptest::prelude::*;
use trunkline_proto::listener::{PacketDecoder, api_response, command_reply};
use trunkline_proto::{
    Command, EventBuilder, EventFormat, EventName, EventSet, Executed, JobLost, JobUuid, Output, Ticket,
    Unanswered,
};

use super::world::{World, config};

#[derive(Debug, Clone)]
enum Step {
    /// A caller sends a command, with this many seconds of time.
    Send(u8),
    Job,
    Forget(prop::sample::Index),
    Subscribe(u8),
    /// The socket takes this many bytes.
    Write(u16),
    /// The switch answers the oldest command it has read.
    Answer,
    /// The oldest job of the switch ends.
    EndJob,
    /// The session is lost.
    Break,
    /// Another connection is made, and the switch greets; it was restarted meanwhile or not.
    Restart(bool),
    /// Tenths of a second.
    Pass(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1u8..10).prop_map(Step::Send),
        2 => Just(Step::Job),
        1 => any::<prop::sample::Index>().prop_map(Step::Forget),
        1 => (0u8..3).prop_map(Step::Subscribe),
        8 => (1u16..120).prop_map(Step::Write),
        10 => Just(Step::Answer),
        2 => Just(Step::EndJob),
        1 => Just(Step::Break),
        4 => prop::bool::weighted(0.3).prop_map(Step::Restart),
        1 => (1u8..60).prop_map(Step::Pass),
    ]
}

struct Play {
    world: World,
    core: u32,
    unanswered: VecDeque<String>,
    wire: BytesMut,
    packets: PacketDecoder,
    /// Every byte written, in all sessions.
    written: Vec<u8>,
    sent: Vec<Ticket>,
    waiting: BTreeMap<Ticket, String>,
    never: Vec<String>,
    /// Jobs the switch runs.
    running: VecDeque<String>,
    /// Jobs that have been given and have not ended.
    jobs: BTreeSet<String>,
    breaks: usize,
    let_in: usize,
    resumed: usize,
}

impl Play {
    fn new(window: usize) -> Self {
        let mut config = config();
        config.window = window;
        config.lasting = true;
        let mut play = Self {
            world: World::ready_with(config),
            core: 1,
            unanswered: VecDeque::new(),
            wire: BytesMut::new(),
            packets: PacketDecoder::new(),
            written: Vec::new(),
            sent: Vec::new(),
            waiting: BTreeMap::new(),
            never: Vec::new(),
            running: VecDeque::new(),
            jobs: BTreeSet::new(),
            breaks: 0,
            let_in: 1,
            resumed: 0,
        };
        play.write(usize::MAX);
        play.answer();
        play
    }

    fn run(&mut self, step: &Step) {
        let now = self.world.now;
        match step {
            Step::Send(seconds) => {
                let text = format!("echo {};", self.sent.len());
                let timeout = Duration::from_secs(u64::from(*seconds));
                let ticket = self.world.connection.send(Command::api(&text).unwrap(), Some(timeout), now);
                self.sent.push(ticket);
                self.waiting.insert(ticket, text);
            }
            Step::Job => {
                let text = format!("job {};", self.sent.len());
                let id = format!("j{}", self.sent.len());
                let ticket =
                    self.world.connection.start_job(&text, JobUuid::from(id.as_str()), None, now).unwrap();
                self.sent.push(ticket);
                self.waiting.insert(ticket, text);
                self.jobs.insert(id);
            }
            Step::Forget(index) if !self.sent.is_empty() => {
                let ticket = *index.get(&self.sent);
                self.world.connection.forget(ticket);
                if let Some(job) = self.waiting.remove(&ticket).as_deref().and_then(job_of) {
                    self.jobs.remove(&job);
                }
            }
            Step::Subscribe(which) => {
                let events = ["DTMF HEARTBEAT", "HEARTBEAT", "CUSTOM a::b"][usize::from(*which)];
                self.world.connection.subscribe(EventSet::parse(events), now).unwrap();
            }
            Step::Write(count) => self.write(usize::from(*count)),
            Step::Answer => self.answer(),
            Step::EndJob => self.end_job(),
            Step::Break => self.break_off(),
            Step::Restart(another) => self.restart(*another),
            Step::Pass(tenths) => self.world.pass(Duration::from_millis(100 * u64::from(*tenths))),
            Step::Forget(_) => {}
        }
        self.check();
    }

    fn break_off(&mut self) {
        if !self.world.connection.is_broken() {
            self.world.eof();
        }
    }

    fn restart(&mut self, another: bool) {
        if !self.world.connection.is_broken() {
            return;
        }
        if another {
            self.core += 1;
            self.running.clear();
        }
        self.unanswered.clear();
        self.wire.clear();
        self.packets = PacketDecoder::new();
        self.world.restart();
    }

    fn write(&mut self, count: usize) {
        let bytes = self.world.connection.transmit();
        let bytes = bytes[..count.min(bytes.len())].to_vec();
        self.wire.extend_from_slice(&bytes);
        self.written.extend_from_slice(&bytes);
        self.world.connection.transmitted(bytes.len(), self.world.now);
        while let Some(packet) = self.packets.decode(&mut self.wire).unwrap() {
            self.unanswered.push_back(String::from_utf8_lossy(packet.text()).trim().to_owned());
        }
    }

    fn answer(&mut self) {
        if self.world.connection.is_broken() {
            return;
        }
        let Some(line) = self.unanswered.pop_front() else { return };
        if line == "api global_getvar core_uuid" {
            let core = format!("00000000-0000-0000-0000-{:012}", self.core);
            return self.world.respond(&core);
        }
        if let Some(text) = line.strip_prefix("api ") {
            return self.world.switch(&api_response(text.as_bytes()));
        }
        if let Some((_, id)) = line.split_once("\nJob-UUID: ") {
            self.running.push_back(id.to_owned());
            let reply = format!("~Reply-Text: +OK Job-UUID: {id}\nJob-UUID: {id}\n\n");
            return self.world.switch(&command_reply(reply.as_bytes()));
        }
        self.let_in += usize::from(line.starts_with("auth "));
        self.world.switch(&command_reply(b"+OK accepted"));
    }

    fn end_job(&mut self) {
        let Some(id) = self.running.pop_front() else { return };
        if self.world.connection.is_ready() {
            let event =
                EventBuilder::named(&EventName::BackgroundJob).header("Job-UUID", id.as_str()).body("+OK");
            self.world.switch(&event.message(EventFormat::Plain));
        }
    }

    fn check(&mut self) {
        for output in self.world.outputs() {
            match output {
                Output::Reply { ticket, reply } => self.heard(ticket, reply),
                Output::Job { job, result } => {
                    let is_it = |text: &String| job_of(text).as_deref() == Some(job.as_str());
                    assert!(
                        !self.waiting.values().any(is_it),
                        "{job} has ended, and was not taken yet: {result:?}"
                    );
                    assert!(self.jobs.remove(job.as_str()), "{job} ended twice, or never began");
                    assert!(
                        !matches!(result, Err(JobLost::Restarted))
                            || !self.running.iter().any(|id| id == job.as_str()),
                        "{job} runs, and is said to have ended with another switch"
                    );
                }
                Output::Broken(_) => self.breaks += 1,
                Output::Resumed { restarted, .. } => {
                    self.resumed += 1;
                    assert!(restarted.is_some());
                }
                Output::Subscribed { .. } | Output::Event(_) | Output::Ready(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(self.resumed <= self.breaks && self.resumed < self.let_in);
        let written = String::from_utf8_lossy(&self.written);
        for text in &self.never {
            assert!(!written.contains(text), "{text} was told not to be executed, and was written");
        }
    }

    fn heard(&mut self, ticket: Ticket, reply: Result<trunkline_proto::Reply, Unanswered>) {
        let text = self.waiting.remove(&ticket).expect("a ticket heard twice, or after it was forgotten");
        let job = job_of(&text);
        match reply {
            Ok(reply) => match job {
                Some(job) => assert_eq!(reply.text(), format!("+OK Job-UUID: {job}"), "another job's reply"),
                None => assert_eq!(reply.text(), text, "another command's reply"),
            },
            Err(Unanswered::Disconnected { executed: Executed::No, .. }) => {
                panic!("{text} was not written, and does not wait for the next session")
            }
            Err(Unanswered::TimedOut { executed, .. } | Unanswered::Disconnected { executed, .. }) => {
                if executed == Executed::No {
                    self.never.push(text);
                }
                if let Some(job) = job {
                    self.jobs.remove(&job);
                }
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// The switch comes back and catches up: nobody is left waiting, nothing was said twice, and no job runs unheard.
    fn finish(&mut self) {
        self.restart(false);
        loop {
            self.write(usize::MAX);
            self.check();
            if self.unanswered.is_empty() {
                break;
            }
            self.answer();
            self.check();
        }
        assert!(self.waiting.is_empty(), "never heard: {:?}", self.waiting);
        assert_eq!(self.world.connection.outstanding(), 0);
        let written = String::from_utf8_lossy(&self.written).into_owned();
        for number in 0..self.sent.len() {
            for text in [format!("api echo {number};"), format!("bgapi job {number};")] {
                assert!(written.matches(&text).count() <= 1, "{text} was said twice");
            }
        }
        while !self.running.is_empty() {
            self.end_job();
            self.check();
        }
        assert_eq!(self.world.deadline(), None);
    }
}

/// The id of the job a `bgapi` starts.
fn job_of(text: &str) -> Option<String> {
    Some(format!("j{}", text.strip_prefix("job ")?.trim_end_matches(';')))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sessions_come_and_go_and_every_promise_stands(
        window in 1usize..5,
        steps in prop::collection::vec(step(), 1..150),
    ) {
        let mut play = Play::new(window);
        steps.iter().for_each(|step| play.run(step));
        play.finish();
    }
}
