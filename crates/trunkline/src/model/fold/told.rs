//! An event, and what is read of every one there is.

use std::borrow::Cow;

use trunkline_proto::view::Moment;
use trunkline_proto::{Event, Reached, Value};

use super::pass::pass;
use super::value::{moment, number};

pass! {
    /// What it is.
    Named {
        subclass: "Event-Subclass",
        .. "Event-Name",
    }
}

pass! {
    /// The switch it is of, which says the same in every event.
    Run {
        core: "Core-UUID",
        _: "FreeSWITCH-Hostname",
        _: "FreeSWITCH-Switchname",
        _: "FreeSWITCH-IPv4",
        last: "FreeSWITCH-IPv6",
    }
}

pass! {
    /// When and where it was made.
    Made {
        _: "Event-Date-Local",
        _: "Event-Date-GMT",
        date: "Event-Date-Timestamp",
        _: "Event-Calling-File",
        _: "Event-Calling-Function",
        _: "Event-Calling-Line-Number",
        sequence: "Event-Sequence",
    }
}

/// An event, and what is read of every one (`switch_event_prep_for_delivery_detailed` in `switch_event.c`).
pub(super) struct Told<'e> {
    pub(super) event: &'e Event,
    /// Its subclass.
    pub(super) subclass: Option<Value<'e>>,
    /// The run of the switch it is of. `None` if that is the one it was known to be.
    pub(super) core: Option<Value<'e>>,
    /// The bytes that tell of the switch.
    pub(super) run: &'e [u8],
    /// When it was made.
    pub(super) date: Option<Moment>,
    /// Its number.
    pub(super) sequence: Option<u64>,
    /// What comes behind these.
    pub(super) reached: Reached,
}

impl<'e> Told<'e> {
    /// `run`: the bytes that told of the switch the last time.
    pub(super) fn by(event: &'e Event, run: &[u8]) -> Self {
        let headers = event.headers();
        let mut reached = headers.first();
        let subclass = Named::read(headers, &mut reached).subclass;
        let (mut core, mut told) = (None, &[][..]);
        match headers.skip(reached, run).filter(|_| !run.is_empty() && !reached.has_strays()) {
            Some(behind) => reached = behind,
            None => {
                let from = reached;
                let run = Run::read(headers, &mut reached);
                core = run.core.or_else(|| headers.value("Core-UUID"));
                if run.last.is_some() && !reached.has_strays() {
                    told = headers.raw_between(from, reached);
                }
            }
        }
        let made = Made::read(headers, &mut reached);
        let date = made.date.or_else(|| headers.value("Event-Date-Timestamp"));
        let sequence = made.sequence.or_else(|| headers.value("Event-Sequence"));
        Self {
            event,
            subclass,
            core,
            run: told,
            date: date.and_then(moment),
            sequence: number(sequence),
            reached,
        }
    }

    /// Where what else there is begins.
    pub(super) fn behind(&self) -> Reached {
        if self.reached.has_strays() { self.event.headers().first() } else { self.reached }
    }

    /// The channel it is about.
    pub(super) fn unique_id(&self) -> Option<Cow<'e, str>> {
        self.event.headers().next(&mut self.behind(), "Unique-ID").map(Value::to_str)
    }
}
