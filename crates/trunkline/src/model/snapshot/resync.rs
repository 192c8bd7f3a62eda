//! What is still to be asked.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use trunkline_proto::ChannelUuid;

use super::others::{Heard, List};
use super::{Ask, Question};

/// How far a snapshot has come.
#[derive(Debug, Default)]
pub(in crate::model) struct Resync {
    round: u64,
    phase: Phase,
    /// Channels that an event of this session told of: they are as events say.
    pub(super) heard: HashSet<ChannelUuid>,
    /// Of these, those whose making was told: all there is of them is as events say.
    made: HashSet<ChannelUuid>,
    /// Channels whose bridging an event of this session told of.
    pub(super) heard_bridged: HashSet<ChannelUuid>,
    /// What else an event of this session told of.
    heard_others: HashSet<Heard>,
    /// Whether what is heard is noted at all.
    listening: bool,
    doubtful: VecDeque<ChannelUuid>,
    /// The lists that are to be asked for.
    lists: VecDeque<List>,
    /// Channels that events tell of and the switch has not: to be asked for once more.
    again: VecDeque<ChannelUuid>,
    /// Those of them that were.
    twice: HashSet<ChannelUuid>,
    /// The channels whose recordings are to be asked for.
    recorded: VecDeque<ChannelUuid>,
    /// What was given out and is not answered.
    asked: HashSet<Question>,
    /// Whether something was not answered, so that this attempt cannot be the last.
    pub(super) failed: bool,
    pace: Pace,
}

/// How soon one attempt may follow another: suspected losses, and attempts that fail, must not lead to a storm.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    begun: Option<Instant>,
    failures: u32,
}

impl Pace {
    const LEAST: Duration = Duration::from_secs(2);
    const MOST: Duration = Duration::from_secs(60);

    /// When the next attempt may begin. `None`: at any time.
    fn next(self) -> Option<Instant> {
        let wait = Self::LEAST.saturating_mul(1 << self.failures.min(5)).min(Self::MOST);
        self.begun?.checked_add(wait)
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing is under way.
    #[default]
    Idle,
    /// The list of channels is to be asked for, at this time.
    List(Instant),
    /// The doubtful ones are asked for, one by one.
    Settle,
    /// The list of bridges is asked for.
    Bridges,
    /// All else is asked for.
    Lists,
}

impl Resync {
    /// What was heard until now counts no more.
    pub(in crate::model) fn lose(&mut self) {
        *self = Self { round: self.round, listening: true, pace: self.pace, ..Self::default() };
    }

    /// Begins, with the list of channels once the tables have caught up with what was before the first event.
    pub(in crate::model) fn begin(&mut self, now: Instant, lag: Duration) {
        self.round += 1;
        self.pace.begun = Some(now);
        self.doubtful.clear();
        self.lists = List::all();
        self.recorded.clear();
        self.again.clear();
        self.twice.clear();
        self.asked.clear();
        self.failed = false;
        self.phase = Phase::List(now.checked_add(lag).unwrap_or(now));
    }

    pub(in crate::model) fn hear(&mut self, id: &str) {
        if self.listening && !self.heard.contains(id) {
            self.heard.insert(ChannelUuid::from(id));
        }
    }

    pub(in crate::model) fn hear_made(&mut self, id: &ChannelUuid) {
        if self.listening {
            self.made.insert(id.clone());
        }
    }

    /// Whether a channel was made in this session.
    pub(super) fn is_made(&self, id: &ChannelUuid) -> bool {
        self.made.contains(id)
    }

    pub(in crate::model) fn hear_bridged(&mut self, id: &ChannelUuid) {
        if self.listening {
            self.heard_bridged.insert(id.clone());
        }
    }

    pub(in crate::model) fn hear_other(&mut self, heard: Heard) {
        if self.listening {
            self.heard_others.insert(heard);
        }
    }

    /// Whether what is heard is to be noted.
    pub(in crate::model) fn is_listening(&self) -> bool {
        self.listening
    }

    pub(in crate::model) fn has_heard(&self, heard: &Heard) -> bool {
        self.heard_others.contains(heard)
    }

    pub(in crate::model) fn is_under_way(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// When an attempt may begin, by what was attempted before. `None`: at any time.
    pub(in crate::model) fn may_begin(&self) -> Option<Instant> {
        self.pace.next()
    }

    /// When there will be something to ask that is not yet.
    pub(in crate::model) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::List(at) if self.asked.is_empty() => Some(at),
            _ => None,
        }
    }

    pub(in crate::model) fn left(&self) -> usize {
        self.doubtful.len() + self.again.len() + self.recorded.len() + self.asked.len()
    }

    /// The next things to ask, so that no more than `most` are asked at once.
    pub(in crate::model) fn asks(&mut self, most: usize, now: Instant) -> Vec<Ask> {
        let mut asks = Vec::new();
        while self.asked.len() < most
            && let Some(question) = self.next(now)
        {
            self.asked.insert(question.clone());
            asks.push(Ask { round: self.round, question });
        }
        asks
    }

    fn next(&mut self, now: Instant) -> Option<Question> {
        match self.phase {
            Phase::List(at) if now >= at && self.asked.is_empty() => Some(Question::Channels),
            Phase::Settle => self.doubtful.pop_front().map(Question::Channel),
            Phase::Bridges if self.asked.is_empty() => Some(Question::Bridged),
            Phase::Lists => {
                let list = self.lists.pop_front().map(Question::List);
                let recorded = list.or_else(|| self.recorded.pop_front().map(Question::Recordings));
                recorded.or_else(|| self.again.pop_front().map(Question::Channel))
            }
            _ => None,
        }
    }

    /// Whether this is asked at present. It is not any more then.
    pub(super) fn take(&mut self, ask: &Ask) -> bool {
        ask.round == self.round && self.asked.remove(&ask.question)
    }

    /// The list is there, or is known not to come: these are to be asked for.
    pub(super) fn settle(&mut self, doubtful: impl IntoIterator<Item = ChannelUuid>) {
        self.doubtful.extend(doubtful);
        self.phase = Phase::Settle;
    }

    /// Whether every doubtful channel has been answered for.
    pub(super) fn is_settled(&self) -> bool {
        self.phase == Phase::Settle && self.doubtful.is_empty() && self.asked.is_empty()
    }

    pub(super) fn ask_for_bridges(&mut self) {
        self.phase = Phase::Bridges;
    }

    /// The lists, and the recordings of these channels.
    pub(super) fn ask_for_lists(&mut self, recorded: VecDeque<ChannelUuid>) {
        self.phase = Phase::Lists;
        self.recorded = recorded;
    }

    /// Has a channel be asked for once more, after all else, unless it was.
    pub(super) fn ask_again(&mut self, id: &ChannelUuid) -> bool {
        let is_new = self.twice.insert(id.clone());
        if is_new {
            self.again.push_back(id.clone());
        }
        is_new
    }

    /// The recordings of channels cannot be asked for.
    pub(super) fn forget_recordings(&mut self) {
        self.recorded.clear();
    }

    /// Whether every list has been answered for.
    pub(super) fn is_listed(&self) -> bool {
        self.phase == Phase::Lists
            && self.lists.is_empty()
            && self.recorded.is_empty()
            && self.again.is_empty()
            && self.asked.is_empty()
    }

    /// It has come to its end; whether with everything answered.
    pub(super) fn end(&mut self) -> bool {
        self.phase = Phase::Idle;
        self.doubtful.clear();
        self.asked.clear();
        if self.failed {
            self.pace.failures += 1;
            return false;
        }
        self.pace.failures = 0;
        self.listening = false;
        self.heard = HashSet::new();
        self.made = HashSet::new();
        self.heard_bridged = HashSet::new();
        self.heard_others = HashSet::new();
        true
    }
}
