//! A conversation that may be disturbed anywhere, and what must be true of it then: everything ends, each reply is its
//! own command's, nothing is said twice, each stream tells of each gap once, and what was asked for before is asked for
//! again before anything else is said.

use std::fmt::Write;
use std::time::Duration;

use trunkline::{
    Client, CloseReason, Error, EventBuilder, EventName, Events, Executed, Item, Job, LogItem, LogLevel, Logs,
};
use trunkline_sim::Sim;

use super::proxy::{Fault, Plan, Proxy};
use crate::reconnect::soon;
use crate::support::millis;

/// The number of the tick that ends the conversation.
const LAST: u32 = 1000;

/// What came of a conversation: bytes in both directions, for the next one to be cut at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    pub(crate) to_switch: usize,
    pub(crate) to_client: usize,
    pub(crate) answered: usize,
    pub(crate) lost: usize,
    pub(crate) gaps: usize,
    /// The first connection was never made.
    pub(crate) refused: bool,
}

struct Talk {
    proxy: Proxy,
    client: Client,
    /// Whether losing the connection is what the plan does.
    breaks: bool,
    told: Told,
    /// Ticks the switch has surely sent: since they were fired after the break, or since there was none.
    certain: Vec<u32>,
    ticks: Vec<(u32, bool)>,
}

/// Runs the conversation with this disturbance.
pub(crate) async fn talk(plan: Option<Plan>, patience: Duration) -> Told {
    let sim = Sim::builder().heartbeat(Duration::from_secs(3600)).start().await.unwrap();
    let proxy = Proxy::before(sim.addr(), plan).await;
    let mut config = proxy.config().reconnect(soon());
    config.connection.command_timeout = patience;
    config.connection.greeting_timeout = patience;
    config.connection.auth_timeout = patience;
    let client = match Client::connect(config).await {
        Ok(client) => client,
        Err(error) => {
            assert!(proxy.has_struck(), "{error}");
            return Told { refused: true, ..Told::default() };
        }
    };
    let breaks = plan.is_some_and(|plan| matches!(plan.fault, Fault::Cut | Fault::Reset));
    let (told, certain, ticks) = (Told::default(), Vec::new(), Vec::new());
    Talk { proxy, client, breaks, told, certain, ticks }.run().await
}

impl Talk {
    async fn run(mut self) -> Told {
        let mut events = self.client.events("BACKGROUND_JOB CUSTOM walk::tick").await.unwrap();
        let mut begun = vec![!self.proxy.has_struck()];
        let mut logs = self.client.logs(LogLevel::Info).await.unwrap();
        begun.push(!self.proxy.has_struck());
        let filtered = self.client.filter("Event-Subclass", "walk::tick").await;
        let filtered = self.judge("filter Event-Subclass", filtered).is_some() && !self.proxy.has_struck();
        self.tick(1).await;
        self.six_at_once().await;
        self.tick(2).await;
        let job = self.client.bgapi("eval the-job").await;
        if let Some(job) = self.judge("eval the-job", job) {
            self.end_of(job, "the-job").await;
        }
        self.tick(3).await;

        let struck = self.proxy.has_struck();
        let gaps = self.last_tick(&mut events).await;
        self.check_gaps(gaps, begun[0], struck);
        let struck = self.proxy.has_struck();
        let gaps = self.last_line(&mut logs).await;
        self.check_gaps(gaps, begun[1], struck);
        self.check_restored(begun, filtered);

        match self.client.close().await {
            CloseReason::Requested => {}
            CloseReason::Io(_) if self.breaks => {}
            other => panic!("{other}"),
        }
        while !matches!(events.next().await, Some(Item::Closed(_))) {}
        assert!(events.next().await.is_none());
        let records = self.proxy.records();
        if let Some(first) = records.first() {
            (self.told.to_switch, self.told.to_client) = (first.said_count, first.heard_count);
        }
        self.told
    }

    /// What a command came to; `None` if it was lost in an allowed way.
    fn judge<T>(&mut self, text: &str, outcome: Result<T, Error>) -> Option<T> {
        let executed = match outcome {
            Ok(done) => {
                self.told.answered += 1;
                return Some(done);
            }
            Err(Error::Disconnected { executed, .. }) if self.breaks => executed,
            Err(error) => panic!("{text}: {error}"),
        };
        assert!(self.proxy.has_struck(), "{text} was lost, and nothing had happened");
        let seen = self.seen(text);
        assert!(executed != Executed::No || seen == 0, "{text} is said not to be executed, and was sent");
        self.told.lost += 1;
        None
    }

    /// How often the client said something.
    fn seen(&self, text: &str) -> usize {
        let said =
            |record: &super::proxy::Record| String::from_utf8_lossy(&record.said).matches(text).count();
        self.proxy.records().iter().map(said).sum()
    }

    async fn ask(&self, number: u32) -> (String, Result<(), Error>) {
        let text = format!("eval q{number}-");
        let answer = self.client.api(&text).await;
        let answer = answer.map(|answer| assert_eq!(format!("eval {}", answer.text().trim()), text));
        (text, answer)
    }

    async fn six_at_once(&mut self) {
        let (a, b, c, d, e, f) =
            tokio::join!(self.ask(1), self.ask(2), self.ask(3), self.ask(4), self.ask(5), self.ask(6));
        for (text, outcome) in [a, b, c, d, e, f] {
            self.judge(&text, outcome);
            assert!(self.seen(&text) <= 1, "{text} was said twice");
        }
    }

    async fn tick(&mut self, number: u32) -> bool {
        let struck = self.proxy.has_struck();
        let event = EventBuilder::named(&EventName::Custom)
            .header("Event-Subclass", "walk::tick")
            .header("Number", number.to_string());
        let text = format!("Number: {number}\n");
        let fired = self.client.sendevent(&EventName::Custom, &event).await;
        let fired = self.judge(&text, fired).is_some();
        assert!(self.seen(&text) <= 1, "tick {number} was fired twice");
        self.ticks.push((number, fired));
        if fired && struck {
            self.certain.push(number);
        }
        fired
    }

    /// Waits for a job, or for its end to be surely lost: where one begun later has ended, in another session.
    async fn end_of(&mut self, mut job: Job, text: &str) {
        for probe in 0.. {
            let probe = match self.client.bgapi(&format!("eval probe-{probe}")).await {
                Ok(probe) => probe,
                Err(error) => {
                    assert!(self.breaks, "{error}");
                    continue;
                }
            };
            let probed = tokio::select! {
                biased;
                end = &mut job => {
                    assert_eq!(end.unwrap().text().trim(), text);
                    return;
                }
                end = probe => end.is_ok(),
                () = tokio::time::sleep(millis(200)) => false,
            };
            if probed {
                assert!(job.crossed_gap(), "the end of {text} was lost without a gap");
                return;
            }
        }
    }

    /// Fires a tick from this number on, until the switch has surely taken one.
    async fn surely_tick(&mut self, mut number: u32) -> u32 {
        while !self.tick(number).await {
            number += 1;
        }
        number
    }

    /// Fires ticks until one comes, and reads up to it; how many gaps were on the way.
    async fn last_tick(&mut self, events: &mut Events) -> usize {
        let mut last = self.surely_tick(LAST).await;
        let (mut seen, mut gaps) = (Vec::new(), 0);
        while !seen.contains(&last) {
            match events.next().await.unwrap() {
                Item::Event(event) if event.is(EventName::Custom) => {
                    seen.push(event.get("Number").unwrap().parse().unwrap());
                }
                Item::Event(event) => assert!(event.is(EventName::BackgroundJob), "{event:?}"),
                Item::Gap(_) => {
                    gaps += 1;
                    // It may have been taken, and be lost in the gap.
                    last = self.surely_tick(last + 1).await;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
        for (number, fired) in &self.ticks {
            let must = *fired && (gaps == 0 || self.certain.contains(number));
            assert!(
                !must || seen.contains(number),
                "{number} of {:?} is not in {seen:?}, {gaps} gaps",
                self.ticks
            );
        }
        gaps
    }

    async fn surely_log(&mut self, mut number: u32) -> u32 {
        loop {
            let text = format!("log info the last line {number}");
            let outcome = self.client.api(&text).await;
            if self.judge(&text, outcome).is_some() {
                return number;
            }
            number += 1;
        }
    }

    async fn last_line(&mut self, logs: &mut Logs) -> usize {
        let mut last = self.surely_log(0).await;
        let mut gaps = 0;
        loop {
            match logs.next().await.unwrap() {
                LogItem::Line(line) if line.text().contains(&format!("the last line {last}")) => return gaps,
                LogItem::Line(_) => {}
                LogItem::Gap(_) => {
                    gaps += 1;
                    last = self.surely_log(last + 1).await;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// One for each break, for one that had begun before it.
    fn check_gaps(&mut self, gaps: usize, begun: bool, struck: bool) {
        self.told.gaps += gaps;
        assert!(gaps <= usize::from(self.breaks), "{gaps} gaps");
        assert!(gaps == 1 || !(begun && struck && self.breaks), "no gap");
        assert!(gaps == 0 || self.proxy.has_struck(), "a gap without a break");
    }

    /// Filters, then events, then the log, and only then anything else.
    fn check_restored(&self, begun: Vec<bool>, filtered: bool) {
        let records = self.proxy.records();
        let [_, .., last] = &records[..] else { return };
        let said = String::from_utf8_lossy(&last.said);
        // A filter that was given in the break is set again with the others, or after them.
        let counts = |command: &&str| filtered || !command.starts_with("filter");
        let commands: Vec<&str> = said.split_terminator("\n\n").filter(counts).collect();
        let mut expected = String::from("auth ClueCon api global_getvar core_uuid");
        if filtered {
            for filter in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "Event-Subclass walk::tick"] {
                write!(expected, " filter {filter}").unwrap();
            }
        }
        expected.extend(begun[0].then_some(" event plain BACKGROUND_JOB CUSTOM walk::tick"));
        expected.extend(begun[1].then_some(" log info"));
        assert!(commands.join(" ").starts_with(&expected), "{commands:?} should begin with {expected}");
    }
}
