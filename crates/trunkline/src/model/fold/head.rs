//! The headers every event begins with, gone through once.

use trunkline_proto::view::Moment;
use trunkline_proto::{Event, Value};

/// Those that are read of every event (`switch_event_prep_for_delivery_detailed` in `switch_event.c`).
#[derive(Default)]
pub(super) struct Head<'e> {
    pub(super) core: Option<Value<'e>>,
    pub(super) date: Option<Moment>,
    pub(super) sequence: Option<u64>,
}

/// There are 13 of them, and the subclass before them.
const MOST: usize = 14;

fn number(value: Value<'_>) -> Option<u64> {
    value.to_str().parse().ok()
}

impl<'e> Head<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        let mut head = Self::default();
        for (name, value) in event.headers().iter_bytes().take(MOST) {
            match &*name {
                b"Core-UUID" => head.core = head.core.or(Some(value)),
                b"Event-Date-Timestamp" => head.date = number(value).map(Moment::from_micros),
                b"Event-Sequence" => {
                    head.sequence = number(value);
                    return head;
                }
                _ => {}
            }
        }
        // In another order, as something else than the switch may write them.
        let standard = event.standard();
        let core = event.headers().value("Core-UUID");
        Self { core, date: standard.date(), sequence: standard.sequence() }
    }
}
