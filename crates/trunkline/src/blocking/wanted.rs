//! Which events the one stream of a blocking client is to show.

use trunkline_proto::{Event, EventName, EventSet};

/// What was subscribed, and what was taken back of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// What to ask the switch for.
    asked: EventSet,
    /// What is not shown although it is among that: named by `nixevents` while `ALL`, or any CUSTOM event, stands.
    except: EventSet,
}

impl Wanted {
    pub(super) fn asked(&self) -> &EventSet {
        &self.asked
    }

    /// With these, too.
    pub(super) fn with(&self, events: &EventSet) -> Self {
        let mut except = if events.is_all() { EventSet::new() } else { self.except.minus(events) };
        if events.has(&EventName::Custom) {
            // Every subclass is among these.
            except = except.names().cloned().collect();
        }
        Self { asked: self.asked.union(events), except }
    }

    /// Without these.
    pub(super) fn without(&self, events: &EventSet) -> Self {
        if events.is_all() {
            return Self::default();
        }
        let asked = self.asked.minus(events);
        let more_than_named = asked.is_all() || asked.has(&EventName::Custom);
        let except = if more_than_named { self.except.union(events) } else { EventSet::new() };
        Self { asked, except }
    }

    pub(super) fn matches(&self, event: &Event) -> bool {
        let is_except = || event.name().is_some() && self.except.matches(event);
        !self.asked.is_empty() && self.asked.matches(event) && !is_except()
    }
}

#[cfg(test)]
mod tests {
    use trunkline_proto::{EventBuilder, EventFormat};

    use super::*;

    fn event(words: &str) -> Event {
        let (name, subclass) = words.split_once(' ').unwrap_or((words, ""));
        let builder = match name {
            "" => EventBuilder::new().header("Unique-ID", "x"),
            name => EventBuilder::named(&name.into()),
        };
        let builder = if subclass.is_empty() { builder } else { builder.header("Event-Subclass", subclass) };
        builder.to_event(EventFormat::Plain).unwrap()
    }

    /// `+` subscribes, `-` takes back.
    fn wanted(steps: &[&str]) -> Wanted {
        steps.iter().fold(Wanted::default(), |wanted, step| {
            let (sign, words) = step.split_at(1);
            let events = EventSet::parse(words);
            if sign == "+" { wanted.with(&events) } else { wanted.without(&events) }
        })
    }

    #[test]
    fn what_is_shown() {
        for (steps, shown, hidden) in [
            (&[][..], &[][..], &["DTMF", "CUSTOM a::b", ""][..]),
            (&["+DTMF", "+TEXT"], &["DTMF", "TEXT", ""], &["HEARTBEAT"]),
            (&["+DTMF TEXT", "-TEXT"], &["DTMF"], &["TEXT"]),
            (&["+DTMF", "-DTMF"], &[], &["DTMF", ""]),
            (&["+ALL", "-DTMF"], &["TEXT", "CUSTOM a::b", ""], &["DTMF"]),
            (&["+ALL", "-DTMF", "+DTMF"], &["DTMF", "TEXT"], &[]),
            (&["+ALL", "-DTMF", "+ALL"], &["DTMF", "TEXT"], &[]),
            (&["+ALL", "-DTMF", "-ALL"], &[], &["DTMF", "TEXT"]),
            (&["+ALL", "-CUSTOM a::b"], &["CUSTOM c::d", "DTMF"], &["CUSTOM a::b"]),
            (&["+CUSTOM", "-CUSTOM a::b"], &["CUSTOM c::d"], &["CUSTOM a::b", "DTMF"]),
            (&["+CUSTOM", "-CUSTOM a::b", "+CUSTOM"], &["CUSTOM a::b", "CUSTOM c::d"], &[]),
            (&["+CUSTOM a::b c::d", "-CUSTOM a::b"], &["CUSTOM c::d"], &["CUSTOM a::b"]),
            // An exception does not outlive what it was one of.
            (&["+CUSTOM", "-CUSTOM a::b", "-CUSTOM", "+CUSTOM a::b"], &["CUSTOM a::b"], &["CUSTOM c::d"]),
        ] {
            let wanted = wanted(steps);
            for words in shown {
                assert!(wanted.matches(&event(words)), "{steps:?}: {words:?}");
            }
            for words in hidden {
                assert!(!wanted.matches(&event(words)), "{steps:?}: {words:?}");
            }
        }
    }
}
