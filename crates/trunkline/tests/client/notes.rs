//! What is traced on a thread, written down: a line for each event and span, `TARGET LEVEL SPAN:SPAN field=value …`.

use std::cell::RefCell;
use std::fmt::Write;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, set_global_default};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    /// Where anyone wants to know.
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

/// From now on, on this thread. One subscriber for all threads, since `tracing` remembers who listens to what.
pub(crate) fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_global_default(Listener).unwrap());
    NOTES.set(Some(Notes::default()));
}

/// What was traced since.
pub(crate) fn end() -> String {
    NOTES.take().unwrap().text
}

#[derive(Default)]
struct Notes {
    text: String,
    /// The names of all spans; an id is a place in it, from 1.
    spans: Vec<&'static str>,
    entered: Vec<u64>,
}

impl Notes {
    fn line(&mut self, metadata: &Metadata<'_>, parent: Option<&Id>) {
        let name = |id: &u64| self.spans.get(*id as usize - 1).copied().unwrap_or_default();
        let path = match parent {
            Some(id) => name(&id.into_u64()).to_owned(),
            None => self.entered.iter().map(name).collect::<Vec<_>>().join(":"),
        };
        write!(self.text, "\n{} {} {path}", metadata.target(), metadata.level()).unwrap();
    }
}

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.text, " {field}={value:?}").unwrap();
    }
}

fn note(what: impl FnOnce(&mut Notes)) {
    NOTES.with_borrow_mut(|notes| notes.as_mut().map(what));
}

struct Listener;

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        NOTES.with_borrow(Option::is_some)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut id = 1;
        note(|notes| {
            notes.line(attributes.metadata(), None);
            write!(notes.text, " new {}", attributes.metadata().name()).unwrap();
            attributes.record(notes);
            notes.spans.push(attributes.metadata().name());
            id = notes.spans.len() as u64;
        });
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        note(|notes| {
            notes.line(event.metadata(), event.parent());
            event.record(notes);
        });
    }

    fn enter(&self, id: &Id) {
        note(|notes| notes.entered.push(id.into_u64()));
    }

    fn exit(&self, id: &Id) {
        note(|notes| notes.entered.retain(|entered| *entered != id.into_u64()));
    }
}
