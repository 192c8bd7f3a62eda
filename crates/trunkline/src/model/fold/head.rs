//! The headers every event begins with, read once.

use trunkline_proto::view::Moment;
use trunkline_proto::{Event, Value};

/// Those that are read of every event (`switch_event_prep_for_delivery_detailed` in `switch_event.c`).
pub(super) struct Head<'e> {
    pub(super) core: Option<Value<'e>>,
    pub(super) date: Option<Moment>,
    pub(super) sequence: Option<u64>,
}

impl<'e> Head<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        let (headers, standard) = (event.headers(), event.standard());
        Self { core: headers.value("Core-UUID"), date: standard.date(), sequence: standard.sequence() }
    }
}
