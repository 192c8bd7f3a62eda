//! An event, and what is read of every one there is.

use std::borrow::Cow;

use trunkline_proto::view::Moment;
use trunkline_proto::{Event, Reached, Value};

use super::value::{moment, number};

/// An event, and what is read of every one (`switch_event_prep_for_delivery_detailed` in `switch_event.c`).
pub(super) struct Told<'e> {
    pub(super) event: &'e Event,
    /// The run of the switch it is of.
    pub(super) core: Option<Value<'e>>,
    /// When it was made.
    pub(super) date: Option<Moment>,
    /// Its number.
    pub(super) sequence: Option<u64>,
    /// What comes behind these.
    pub(super) reached: Reached,
}

impl<'e> Told<'e> {
    pub(super) fn by(event: &'e Event) -> Self {
        let headers = event.headers();
        let mut reached = headers.first();
        // They are mostly in this order; each is sought behind the one before.
        let mut next = |name| headers.next(&mut reached, name).or_else(|| headers.value(name));
        let (core, date, sequence) =
            (next("Core-UUID"), next("Event-Date-Timestamp"), next("Event-Sequence"));
        Self { event, core, date: date.and_then(moment), sequence: number(sequence), reached }
    }

    /// The channel it is about.
    pub(super) fn unique_id(&self) -> Option<Cow<'e, str>> {
        let headers = self.event.headers();
        let id = headers.next(&mut self.reached.clone(), "Unique-ID").or_else(|| headers.value("Unique-ID"));
        id.map(Value::to_str)
    }
}
