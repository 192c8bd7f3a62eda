//! What came of the calls.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use trunkline::{ChannelUuid, Event, EventName, Item, OriginateError};

use crate::failure::Failure;

pub(super) type SharedRecord = Arc<Mutex<Record>>;

pub(super) fn lock(record: &SharedRecord) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls and counts.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Calls that were dialled, until the last of their events was seen.
    calls: HashMap<String, Call>,
    /// How many of them have, so far as is known, not ended.
    open: u64,
    pub(super) dialled: u64,
    pub(super) answered: u64,
    /// Calls that were not made, by their causes.
    pub(super) failed: BTreeMap<String, u64>,
    /// Answered calls that ended before they were hung up.
    pub(super) ended_themselves: u64,
    pub(super) up: u64,
    pub(super) most_up: u64,
    /// From asking for a call to the switch's answer.
    pub(super) set_up: Vec<Duration>,
    pub(super) events: u64,
    pub(super) missed: u64,
    pub(super) gaps: u64,
    first: Option<Instant>,
    last: Option<Instant>,
    all_dialled: bool,
    all_ended: bool,
}

/// How a call stands.
#[derive(Debug, Default)]
struct Call {
    up: bool,
    hung_up: bool,
    over: bool,
}

impl Record {
    pub(super) fn dial(&mut self, uuid: &ChannelUuid) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.last = Some(now);
        self.dialled += 1;
        self.open += 1;
        self.calls.insert(uuid.as_str().to_owned(), Call::default());
    }

    /// The switch says that the call is up, after so long.
    pub(super) fn answered(&mut self, uuid: &ChannelUuid, after: Duration) {
        self.answered += 1;
        self.set_up.push(after);
        self.rises(uuid.as_str());
    }

    /// There is no call, or none is known of.
    pub(super) fn failed(&mut self, uuid: &ChannelUuid, error: &OriginateError) {
        *self.failed.entry(reason(error)).or_default() += 1;
        self.falls(uuid.as_str());
        // It may have had no event at all.
        self.calls.remove(uuid.as_str());
    }

    /// It is about to be hung up; whether it is there yet.
    pub(super) fn hangs_up(&mut self, uuid: &ChannelUuid) -> bool {
        let call = self.calls.get_mut(uuid.as_str()).filter(|call| !call.over);
        call.is_some_and(|call| !std::mem::replace(&mut call.hung_up, true))
    }

    /// The switch has no such call any more.
    pub(super) fn gone(&mut self, uuid: &ChannelUuid) {
        self.falls(uuid.as_str());
    }

    pub(super) fn note(&mut self, item: &Item) {
        match item {
            Item::Event(event) => self.apply(event),
            Item::Missed(missed) => self.missed += missed.count(),
            Item::Gap(_) => self.gaps += 1,
            _ => {}
        }
    }

    fn apply(&mut self, event: &Event) {
        self.events += 1;
        let Some(uuid) = event.unique_id() else { return };
        match event.name() {
            Some(EventName::ChannelAnswer) => self.rises(&uuid),
            Some(EventName::ChannelHangupComplete) => {
                if self.calls.get(&*uuid).is_some_and(|call| call.up && !call.hung_up) {
                    self.ended_themselves += 1;
                }
                self.falls(&uuid);
            }
            Some(EventName::ChannelDestroy) => {
                self.falls(&uuid);
                self.calls.remove(&*uuid);
            }
            _ => {}
        }
    }

    fn rises(&mut self, uuid: &str) {
        let call = self.calls.get_mut(uuid).filter(|call| !call.over);
        if call.is_some_and(|call| !std::mem::replace(&mut call.up, true)) {
            self.up += 1;
            self.most_up = self.most_up.max(self.up);
        }
    }

    fn falls(&mut self, uuid: &str) {
        let Some(call) = self.calls.get_mut(uuid).filter(|call| !call.over) else { return };
        call.over = true;
        self.open -= 1;
        self.up -= u64::from(std::mem::take(&mut call.up));
    }

    pub(super) fn all_dialled(&mut self) {
        self.all_dialled = true;
    }

    pub(super) fn all_ended(&mut self) {
        self.all_ended = true;
    }

    /// Whether no more calls are made.
    pub(super) fn is_dialled(&self) -> bool {
        self.all_dialled
    }

    /// Whether all calls have ended.
    pub(super) fn is_over(&self) -> bool {
        self.all_ended && self.open == 0
    }

    /// Whether nothing more is to come from them.
    pub(super) fn is_quiet(&self) -> bool {
        self.is_over() && self.calls.is_empty()
    }

    /// Calls that may still be there.
    pub(super) fn left(&self) -> u64 {
        self.open
    }

    pub(super) fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Calls a second, from the first that was dialled to the last.
    pub(super) fn rate(&self) -> f64 {
        let span = self.first.zip(self.last).map_or(0.0, |(first, last)| (last - first).as_secs_f64());
        if span > 0.0 { (self.dialled - 1) as f64 / span } else { 0.0 }
    }

    /// The set-up time that this share of the calls did not exceed; `None` if none was made.
    pub(super) fn set_up_within(&self, share: f64) -> Option<Duration> {
        let mut times = self.set_up.clone();
        times.sort_unstable();
        let at = (share * times.len() as f64).ceil() as usize;
        times.get(at.saturating_sub(1)).copied()
    }

    /// Whether all went as it should.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        match (self.failures(), self.left()) {
            (0, 0) => Ok(()),
            (0, left) => Err(Failure::Timeout(format!("{left} of {} calls have not ended", self.dialled))),
            (failed, _) => Err(Failure::Refused(format!("{failed} of {} calls failed", self.dialled))),
        }
    }
}

/// A failure in few words, the same for all calls it meets.
fn reason(error: &OriginateError) -> String {
    match error {
        OriginateError::Failed { cause } => cause.to_string(),
        OriginateError::Refused { source } => format!("refused: {source}"),
        OriginateError::NotDialled { source } => format!("not dialled: {source}"),
        OriginateError::OtherUuid { .. } => "made under another id".to_owned(),
        OriginateError::Ringing { .. } => "the answer was lost: still being dialled".to_owned(),
        OriginateError::Ended { cause, .. } => format!("the answer was lost: ended by {cause}"),
        _ => "the answer was lost: unknown".to_owned(),
    }
}
