//! Sets of events, as subscriptions name them.

use std::collections::BTreeSet;

use super::{Event, EventName};

/// Which events are wanted: ordinary names, subclasses of CUSTOM, or all.
///
/// `EventName::Custom` in a set means every CUSTOM event, whatever its subclass; to get that from a switch one
/// has to subscribe to `ALL`, since `event CUSTOM` alone delivers only those that have no subclass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventSet {
    /// A bit for each of [`EventName::KNOWN`].
    known: u128,
    other: BTreeSet<EventName>,
    subclasses: BTreeSet<Box<str>>,
}

impl EventSet {
    /// No events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every event.
    #[must_use]
    pub fn all() -> Self {
        Self::new().with(EventName::All)
    }

    /// Reads the words of an `event` command: names in any case, and after `CUSTOM` subclasses. `CUSTOM` that no
    /// subclass follows means every CUSTOM event. A word with a colon is a subclass wherever it stands.
    #[must_use]
    pub fn parse(words: &str) -> Self {
        let mut set = Self::new();
        let mut words = words.split_whitespace();
        while let Some(word) = words.next() {
            if word.eq_ignore_ascii_case("CUSTOM") {
                let subclasses: BTreeSet<Box<str>> = words.map(Into::into).collect();
                if subclasses.is_empty() {
                    return set.with(EventName::Custom);
                }
                set.subclasses.extend(subclasses);
                return set;
            }
            set = if word.contains(':') { set.with_subclass(word) } else { set.with(EventName::from(word)) };
        }
        set
    }

    /// With this event, too.
    #[must_use]
    pub fn with(mut self, name: EventName) -> Self {
        // Someone may have spelled a known one as `Other`.
        let name = if bit(&name).is_some() { name } else { EventName::from(name.as_str()) };
        match bit(&name) {
            Some(bit) => self.known |= bit,
            None => {
                self.other.insert(name);
            }
        }
        self
    }

    /// With the CUSTOM events of this subclass, too.
    #[must_use]
    pub fn with_subclass(mut self, subclass: &str) -> Self {
        self.subclasses.insert(subclass.into());
        self
    }

    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known == 0 && self.other.is_empty() && self.subclasses.is_empty()
    }

    /// Whether it means every event.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.has(&EventName::All)
    }

    /// Whether it names this event.
    #[must_use]
    pub fn has(&self, name: &EventName) -> bool {
        match bit(name) {
            Some(bit) => self.known & bit != 0,
            None => self.other.contains(name),
        }
    }

    /// Whether an event is one of these.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        if self.is_all() {
            return true;
        }
        let Some(name) = event.name() else {
            // One that was queued to a session and lost its name: whoever asked for anything should see it.
            return true;
        };
        self.has(name)
            || (*name == EventName::Custom
                && !self.subclasses.is_empty()
                && event.subclass().is_some_and(|subclass| self.subclasses.contains(&*subclass)))
    }

    /// The ordinary names, `ALL` included, in FreeSWITCH's order.
    pub fn names(&self) -> impl Iterator<Item = &EventName> {
        EventName::KNOWN.iter().filter(|name| self.has(name)).chain(&self.other)
    }

    /// The subclasses of CUSTOM.
    pub fn subclasses(&self) -> impl Iterator<Item = &str> {
        self.subclasses.iter().map(|subclass| &**subclass)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            known: self.known | other.known,
            other: &self.other | &other.other,
            subclasses: &self.subclasses | &other.subclasses,
        }
    }

    /// What is in this one and not in the other, name by name.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            known: self.known & !other.known,
            other: &self.other - &other.other,
            subclasses: &self.subclasses - &other.subclasses,
        }
    }

    /// What is named by both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            known: self.known & other.known,
            other: &self.other & &other.other,
            subclasses: &self.subclasses & &other.subclasses,
        }
    }

    /// Sets of one name or one subclass each.
    pub fn singles(&self) -> impl Iterator<Item = EventSet> {
        let names = self.names().map(|name| Self::new().with(name.clone()));
        names.chain(self.subclasses().map(|subclass| Self::new().with_subclass(subclass)))
    }
}

fn bit(name: &EventName) -> Option<u128> {
    name.index().map(|index| 1 << index)
}

/// The words an `event` command would say, ordinary names before `CUSTOM`.
impl std::fmt::Display for EventSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut space = "";
        for name in self.names().filter(|name| **name != EventName::Custom) {
            write!(f, "{space}{name}")?;
            space = " ";
        }
        if self.has(&EventName::Custom) || !self.subclasses.is_empty() {
            write!(f, "{space}CUSTOM")?;
        }
        self.subclasses().try_for_each(|subclass| write!(f, " {subclass}"))
    }
}

impl From<EventName> for EventSet {
    fn from(name: EventName) -> Self {
        Self::new().with(name)
    }
}

impl FromIterator<EventName> for EventSet {
    fn from_iter<I: IntoIterator<Item = EventName>>(names: I) -> Self {
        names.into_iter().fold(Self::new(), Self::with)
    }
}

impl<const N: usize> From<[EventName; N]> for EventSet {
    fn from(names: [EventName; N]) -> Self {
        names.into_iter().collect()
    }
}

impl From<Vec<EventName>> for EventSet {
    fn from(names: Vec<EventName>) -> Self {
        names.into_iter().collect()
    }
}

impl From<&[EventName]> for EventSet {
    fn from(names: &[EventName]) -> Self {
        names.iter().cloned().collect()
    }
}

/// As [`EventSet::parse`].
impl From<String> for EventSet {
    fn from(words: String) -> Self {
        Self::parse(&words)
    }
}

/// As [`EventSet::parse`].
impl From<&str> for EventSet {
    fn from(words: &str) -> Self {
        Self::parse(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventBuilder, EventFormat};

    #[test]
    fn made_from_names_or_words() {
        let set = EventSet::parse("DTMF TEXT");
        assert_eq!(EventSet::from(vec![EventName::Dtmf, EventName::Text]), set);
        assert_eq!(EventSet::from(&[EventName::Dtmf, EventName::Text][..]), set);
        assert_eq!(EventSet::from("DTMF TEXT".to_owned()), set);
    }

    fn custom(subclass: Option<&str>) -> Event {
        let builder = EventBuilder::named(&EventName::Custom);
        let builder = match subclass {
            Some(subclass) => builder.header("Event-Subclass", subclass),
            None => builder,
        };
        builder.to_event(EventFormat::Plain).unwrap()
    }

    #[test]
    fn words_are_read_as_the_switch_reads_them() {
        for (words, display) in [
            ("channel_answer CHANNEL_CREATE", "CHANNEL_CREATE CHANNEL_ANSWER"),
            ("CUSTOM a::b c::d", "CUSTOM a::b c::d"),
            ("DTMF CUSTOM a::b DTMF", "DTMF CUSTOM DTMF a::b"),
            ("CUSTOM", "CUSTOM"),
            ("sofia::register DTMF", "DTMF CUSTOM sofia::register"),
            ("NEW_THING ALL", "ALL NEW_THING"),
            ("DTMF a::b CUSTOM", "DTMF CUSTOM a::b"),
            ("", ""),
        ] {
            assert_eq!(EventSet::parse(words).to_string(), display, "{words}");
        }
    }

    #[test]
    fn matching() {
        assert!(EventSet::all().matches(&custom(Some("a::b"))));
        assert!(EventSet::from(EventName::Custom).matches(&custom(Some("a::b"))));
        assert!(EventSet::parse("CUSTOM a::b").matches(&custom(Some("a::b"))));
        assert!(!EventSet::parse("CUSTOM a::b").matches(&custom(Some("a::c"))));
        assert!(!EventSet::parse("CUSTOM a::b").matches(&custom(None)));
        let nameless = EventBuilder::new().header("Unique-ID", "x").to_event(EventFormat::Plain).unwrap();
        assert!(EventSet::parse("DTMF").matches(&nameless));
    }

    #[test]
    fn custom_is_said_last() {
        // Every word behind it is a subclass to the switch.
        let set = EventSet::from([EventName::Custom, EventName::Dtmf, EventName::All]);
        assert_eq!(set.to_string(), "DTMF ALL CUSTOM");
        let set = EventSet::new().with(EventName::Other("custom".into())).with(EventName::Other("X".into()));
        assert_eq!(set.to_string(), "X CUSTOM");
    }

    #[test]
    fn sets() {
        let a = EventSet::parse("DTMF HEARTBEAT X CUSTOM a::b c::d");
        let b = EventSet::parse("DTMF CUSTOM a::b");
        assert_eq!(a.minus(&b).to_string(), "HEARTBEAT X CUSTOM c::d");
        assert_eq!(a.intersection(&b), b);
        assert_eq!(a.union(&b), a);
        assert_eq!(a.singles().count(), 5);
        assert!(EventSet::new().is_empty());
    }
}
