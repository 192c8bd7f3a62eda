//! Which events a handler is for.

use trunkline_proto::{Event, EventName, EventSet};

/// Which events a handler is for: those of a name or subclass whose headers are so.
///
/// ```
/// use trunkline::EventName;
/// use trunkline::model::watch::When;
///
/// # let event = trunkline::EventBuilder::named(&EventName::Dtmf)
/// #     .header("DTMF-Digit", "5").header("Unique-ID", "ca11").to_event(Default::default()).unwrap();
/// let five = When::event(EventName::Dtmf).is("DTMF-Digit", "5").has("Unique-ID");
/// assert!(five.matches(&event));
/// assert!(!five.is("Unique-ID", "other").matches(&event));
/// ```
#[derive(Debug, Clone)]
pub struct When {
    events: EventSet,
    headers: Vec<(Box<str>, Option<Box<str>>)>,
}

impl When {
    /// Events of this name.
    #[must_use]
    pub fn event(name: EventName) -> Self {
        Self::any_of(EventSet::new().with(name))
    }

    /// CUSTOM events of this subclass.
    #[must_use]
    pub fn subclass(subclass: &str) -> Self {
        Self::any_of(EventSet::new().with_subclass(subclass))
    }

    /// Events of this set.
    #[must_use]
    pub fn any_of(events: EventSet) -> Self {
        Self { events, headers: Vec::new() }
    }

    /// Only those with this header, whatever its value.
    #[must_use]
    pub fn has(mut self, header: &str) -> Self {
        self.headers.push((header.into(), None));
        self
    }

    /// Only those whose header has this value.
    #[must_use]
    pub fn is(mut self, header: &str, value: &str) -> Self {
        self.headers.push((header.into(), Some(value.into())));
        self
    }

    /// The events to subscribe to for it.
    #[must_use]
    pub fn events(&self) -> &EventSet {
        &self.events
    }

    /// Whether it is for this event.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        self.events.matches(event)
            && self.headers.iter().all(|(name, wanted)| match (event.get(name), wanted) {
                (Some(value), Some(wanted)) => *value == **wanted,
                (Some(_), None) => true,
                (None, _) => false,
            })
    }
}
