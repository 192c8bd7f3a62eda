//! Random plays against a model of the line: no reply ever belongs to another command.
//!
//! The model knows only what the switch read: which commands, in which order. The switch answers each with its own
//! text, early, late or never; callers give up and go; time passes; bytes are written and cut anyhow. Whatever
//! happens, a ticket hears at most one thing, and if that is a reply it is the reply to its own command.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::BytesMut;
use proptest::prelude::*;
use trunkline_proto::listener::{PacketDecoder, api_response, command_reply};
use trunkline_proto::{
    Command, EventBuilder, EventFormat, EventName, EventSet, Executed, Output, Ticket, Unanswered,
};

use super::world::{World, config};

#[derive(Debug, Clone)]
enum Step {
    /// A caller sends a command, with this many seconds of time.
    Send(u8),
    /// The caller of one of the commands goes.
    Forget(prop::sample::Index),
    Subscribe(u8),
    Unsubscribe(prop::sample::Index),
    /// The socket takes this many bytes.
    Write(u16),
    /// The switch answers the oldest command it has read, its bytes cut here.
    Answer(u8),
    /// The switch sends an event.
    Event,
    /// Tenths of a second.
    Pass(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1u8..10).prop_map(Step::Send),
        2 => any::<prop::sample::Index>().prop_map(Step::Forget),
        1 => (0u8..4).prop_map(Step::Subscribe),
        1 => any::<prop::sample::Index>().prop_map(Step::Unsubscribe),
        6 => (1u16..60).prop_map(Step::Write),
        6 => any::<u8>().prop_map(Step::Answer),
        1 => Just(Step::Event),
        2 => (1u8..60).prop_map(Step::Pass),
    ]
}

struct Play {
    world: World,
    /// What the switch has read and not answered.
    unanswered: VecDeque<String>,
    read: BTreeSet<String>,
    wire: BytesMut,
    packets: PacketDecoder,
    sent: Vec<Ticket>,
    /// What each ticket is to hear, until it has.
    waiting: BTreeMap<Ticket, String>,
    subscriptions: Vec<trunkline_proto::SubscriptionId>,
    /// Commands that were told they were certainly not executed.
    never: BTreeSet<String>,
}

impl Play {
    fn new(window: usize) -> Self {
        let mut config = config();
        config.window = window;
        Self {
            world: World::ready_with(config),
            unanswered: VecDeque::new(),
            read: BTreeSet::new(),
            wire: BytesMut::new(),
            packets: PacketDecoder::new(),
            sent: Vec::new(),
            waiting: BTreeMap::new(),
            subscriptions: Vec::new(),
            never: BTreeSet::new(),
        }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Send(seconds) => {
                let text = format!("echo {}", self.sent.len());
                let timeout = Duration::from_secs(u64::from(*seconds));
                let ticket =
                    self.world.connection.send(Command::api(&text).unwrap(), Some(timeout), self.world.now);
                self.sent.push(ticket);
                self.waiting.insert(ticket, text);
            }
            Step::Forget(index) if !self.sent.is_empty() => {
                let ticket = *index.get(&self.sent);
                self.world.connection.forget(ticket);
                self.waiting.remove(&ticket);
            }
            Step::Subscribe(which) => {
                let events = ["DTMF HEARTBEAT", "HEARTBEAT", "CUSTOM a::b", "API"][usize::from(*which)];
                let events = EventSet::parse(events);
                self.subscriptions.push(self.world.connection.subscribe(events, self.world.now).unwrap());
            }
            Step::Unsubscribe(index) if !self.subscriptions.is_empty() => {
                self.world.connection.unsubscribe(*index.get(&self.subscriptions), self.world.now);
            }
            Step::Write(count) => self.write(usize::from(*count)),
            Step::Answer(cut) => self.answer(usize::from(*cut)),
            Step::Event => {
                let event = EventBuilder::named(&EventName::Heartbeat).message(EventFormat::Plain);
                self.world.switch(&event);
            }
            Step::Pass(tenths) => self.world.pass(Duration::from_millis(100 * u64::from(*tenths))),
            Step::Forget(_) | Step::Unsubscribe(_) => {}
        }
        self.check();
    }

    fn write(&mut self, count: usize) {
        let bytes = self.world.connection.transmit();
        let bytes = bytes[..count.min(bytes.len())].to_vec();
        self.wire.extend_from_slice(&bytes);
        self.world.connection.transmitted(bytes.len(), self.world.now);
        while let Some(packet) = self.packets.decode(&mut self.wire).unwrap() {
            let line = String::from_utf8_lossy(packet.line()).into_owned();
            assert!(self.read.insert(line.clone()) || !line.starts_with("api"), "said twice: {line}");
            self.unanswered.push_back(line);
        }
    }

    /// The reply comes in two pieces, cut at this many of its bytes.
    fn answer(&mut self, cut: usize) {
        let Some(line) = self.unanswered.pop_front() else { return };
        let reply = match line.strip_prefix("api ") {
            Some(text) => api_response(text.as_bytes()),
            None => command_reply(b"+OK"),
        };
        let (first, second) = reply.split_at(cut.min(reply.len()));
        self.world.switch(first);
        self.world.switch(second);
    }

    fn check(&mut self) {
        for output in self.world.outputs() {
            match output {
                Output::Reply { ticket, reply } => {
                    let text = self
                        .waiting
                        .remove(&ticket)
                        .expect("a ticket heard twice, or after it was forgotten");
                    match reply {
                        Ok(reply) => assert_eq!(reply.text(), text, "another command's reply"),
                        Err(Unanswered::TimedOut { executed: Executed::No, .. }) => {
                            self.never.insert(format!("api {text}"));
                        }
                        Err(Unanswered::TimedOut { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                Output::Subscribed { .. } | Output::Event(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(self.never.is_disjoint(&self.read), "told it was not executed, and it was");
    }

    /// The switch catches up: everything is written and answered, and nobody is left waiting.
    fn finish(&mut self) {
        loop {
            self.write(usize::MAX);
            self.check();
            if self.unanswered.is_empty() {
                break;
            }
            self.answer(30);
            self.check();
        }
        assert!(self.waiting.is_empty(), "never heard: {:?}", self.waiting);
        assert_eq!(self.world.connection.outstanding(), 0);
        assert_eq!(self.world.deadline(), None);
        // And the line is in step.
        self.run(&Step::Send(9));
        self.write(usize::MAX);
        assert_eq!(self.unanswered.len(), 1);
        self.answer(30);
        self.check();
        assert!(self.waiting.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reply_belongs_to_another_command(
        window in 1usize..5,
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut play = Play::new(window);
        steps.iter().for_each(|step| play.run(step));
        play.finish();
    }
}
