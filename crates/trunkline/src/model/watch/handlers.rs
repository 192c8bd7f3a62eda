//! Functions that are called for events.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trunkline_proto::{Event, EventSet};

use super::When;

type Handler = Arc<dyn Fn(&Event) + Send + Sync>;

/// Functions that are called for events. Cloning it gives another handle of the same.
///
/// A handler lasts as long as the [`Attached`] that attaching it gives back, or the [`Scope`] it was attached within. It may
/// attach and detach others; what it attaches is called from the next event on.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use trunkline::EventName;
/// use trunkline::model::watch::{Handlers, When};
///
/// # let event = trunkline::EventBuilder::named(&EventName::Dtmf)
/// #     .header("DTMF-Digit", "5").to_event(Default::default()).unwrap();
/// let handlers = Handlers::new();
/// let digits = Arc::new(AtomicUsize::new(0));
///
/// let scope = handlers.scope();
/// let counted = digits.clone();
/// scope.on(When::event(EventName::Dtmf).has("DTMF-Digit"), move |event| {
///     println!("{} was pressed", event.get("DTMF-Digit").unwrap_or_default());
///     counted.fetch_add(1, Ordering::Relaxed);
/// });
/// scope.otherwise(|event| println!("nobody cares for {:?}", event.name()));
///
/// assert_eq!(handlers.handle(&event), 1);
/// drop(scope);
/// assert_eq!(handlers.handle(&event), 0);
/// assert_eq!(digits.load(Ordering::Relaxed), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Handlers {
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    next: u64,
    entries: Vec<Entry>,
}

struct Entry {
    id: u64,
    /// `None`: for what no other is for.
    when: Option<When>,
    handler: Handler,
}

impl Handlers {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Has this called for such events, in the order of attaching.
    pub fn on(&self, when: When, handler: impl Fn(&Event) + Send + Sync + 'static) -> Attached {
        self.attach(Some(when), Arc::new(handler))
    }

    /// Has this called for every event that no other handler is for.
    pub fn otherwise(&self, handler: impl Fn(&Event) + Send + Sync + 'static) -> Attached {
        self.attach(None, Arc::new(handler))
    }

    /// Something to attach handlers within, which detaches them all when it is dropped.
    pub fn scope(&self) -> Scope {
        Scope { handlers: self.clone(), attached: Mutex::default() }
    }

    /// Calls the handlers of an event, one after the other; how many there were.
    pub fn handle(&self, event: &Event) -> usize {
        let handlers = self.of(event);
        for handler in &handlers {
            handler(event);
        }
        handlers.len()
    }

    /// The events to subscribe to. Those of [`otherwise`](Self::otherwise) are not among them: it takes what comes.
    #[must_use]
    pub fn events(&self) -> EventSet {
        let table = self.lock();
        let whens = table.entries.iter().filter_map(|entry| entry.when.as_ref());
        whens.fold(EventSet::new(), |events, when| events.union(when.events()))
    }

    fn of(&self, event: &Event) -> Vec<Handler> {
        let table = self.lock();
        let of = |wanted: &dyn Fn(&Option<When>) -> bool| -> Vec<Handler> {
            let entries = table.entries.iter().filter(|entry| wanted(&entry.when));
            entries.map(|entry| entry.handler.clone()).collect()
        };
        let own = of(&|when| when.as_ref().is_some_and(|when| when.matches(event)));
        if own.is_empty() { of(&Option::is_none) } else { own }
    }

    fn attach(&self, when: Option<When>, handler: Handler) -> Attached {
        let mut table = self.lock();
        let id = table.next;
        table.next += 1;
        table.entries.push(Entry { id, when, handler });
        Attached { table: self.table.clone(), id }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }
}

/// Handlers run outside the lock, so that nothing half done is left by one that panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|entry| &entry.when)).finish()
    }
}

/// A handler that is attached. Dropping this detaches it.
#[derive(Debug)]
#[must_use = "it is detached when this is dropped"]
pub struct Attached {
    table: Arc<Mutex<Table>>,
    id: u64,
}

impl Drop for Attached {
    fn drop(&mut self) {
        let mut table = lock(&self.table);
        let detached = table.entries.iter().position(|entry| entry.id == self.id);
        let detached = detached.map(|place| table.entries.remove(place));
        // What the handler holds may itself detach handlers.
        drop(table);
        drop(detached);
    }
}

/// What was attached within it is detached when it is dropped.
#[derive(Debug)]
#[must_use = "what is attached within it is detached when it is dropped"]
pub struct Scope {
    handlers: Handlers,
    attached: Mutex<Vec<Attached>>,
}

impl Scope {
    /// As [`Handlers::on`].
    pub fn on(&self, when: When, handler: impl Fn(&Event) + Send + Sync + 'static) {
        self.keep(self.handlers.on(when, handler));
    }

    /// As [`Handlers::otherwise`].
    pub fn otherwise(&self, handler: impl Fn(&Event) + Send + Sync + 'static) {
        self.keep(self.handlers.otherwise(handler));
    }

    fn keep(&self, attached: Attached) {
        lock(&self.attached).push(attached);
    }
}
