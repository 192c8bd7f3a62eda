//! What a connection listens to (`event` and `nixevent` in `mod_event_socket.c`).

use std::collections::BTreeSet;

use trunkline_proto::{EventName, EventSet};

use super::{DENIED, Rights};
use crate::config::Release;
use crate::event::Fired;

/// Names, and subclasses of CUSTOM.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    /// Whether any were ever asked for and not given up by `noevents`.
    listening: bool,
    names: EventSet,
    subclasses: BTreeSet<Vec<u8>>,
}

const NO_KEYWORDS: &str = "-ERR no keywords supplied";

/// Subclasses that modules have reserved, which `event ALL` takes note of.
const RESERVED: &[&str] = &[
    "callcenter::info",
    "conference::cdr",
    "conference::maintenance",
    "fifo::info",
    "loopback::bowout",
    "loopback::direct",
    "sofia::expire",
    "sofia::gateway_state",
    "sofia::pre_register",
    "sofia::register",
    "sofia::register_attempt",
    "sofia::register_failure",
    "sofia::unregister",
    "valet_parking::info",
];

/// The words after the command: what follows the first space, cut at every single one.
pub(super) fn words(arguments: &[u8]) -> Vec<&[u8]> {
    match arguments.iter().position(|byte| *byte == b' ') {
        Some(space) => arguments.get(space + 1..).unwrap_or_default().split(|byte| *byte == b' ').collect(),
        None => Vec::new(),
    }
}

/// A name in any case, or one after any 13 characters, as `SWITCH_EVENT_` has.
fn event_name(word: &[u8]) -> Option<EventName> {
    let known = |word: &[u8]| match EventName::from_bytes(word) {
        EventName::Other(_) => None,
        name => Some(name),
    };
    known(word).or_else(|| word.get(13..).filter(|rest| !rest.is_empty()).and_then(known))
}

/// An event's name by the rules of `switch_name_event`, for `sendevent` too.
pub(super) fn name_event(word: &[u8]) -> Option<EventName> {
    event_name(word)
}

impl Subscriptions {
    pub(super) fn wants(&self, event: &Fired) -> bool {
        if !self.listening {
            return false;
        }
        if self.names.is_all() {
            return true;
        }
        self.names.has(&event.name)
            && event.subclass.as_ref().is_none_or(|subclass| self.subclasses.contains(subclass))
    }

    /// Whether anything was ever asked for and not given up.
    pub(super) fn are_on(&self) -> bool {
        self.listening
    }

    pub(crate) fn names(&self) -> &EventSet {
        &self.names
    }

    pub(super) fn add_names(&mut self, names: &[EventName]) {
        for name in names {
            self.add_name(name.clone());
        }
        self.listening = true;
    }

    pub(super) fn add(
        &mut self,
        words: &[&[u8]],
        rights: &Rights,
        release: Release,
    ) -> Result<(), &'static str> {
        let mut words = words.iter();
        let mut known = false;
        while let Some(word) = words.next() {
            let Some(name) = event_name(word).filter(|name| release.knows(name)) else { continue };
            if !rights.allows_event(&name) {
                return Err(DENIED);
            }
            known = true;
            self.add_name(name.clone());
            if name == EventName::Custom {
                for subclass in words.by_ref().filter(|word| !word.is_empty()) {
                    if !rights.allows_subclass(subclass) {
                        return Err(DENIED);
                    }
                    self.subclasses.insert(subclass.to_vec());
                }
            }
        }
        if known {
            self.listening = true;
        }
        if known { Ok(()) } else { Err(NO_KEYWORDS) }
    }

    fn add_name(&mut self, name: EventName) {
        if name == EventName::All {
            self.subclasses.extend(RESERVED.iter().map(|subclass| Vec::from(*subclass)));
        }
        self.names = std::mem::take(&mut self.names).with(name);
    }

    pub(super) fn remove(&mut self, words: &[&[u8]], release: Release) -> Result<(), &'static str> {
        let mut words = words.iter();
        let mut known = false;
        while let Some(word) = words.next() {
            let Some(name) = event_name(word).filter(|name| release.knows(name)) else { continue };
            known = true;
            match name {
                EventName::Custom => {
                    for subclass in words.by_ref() {
                        self.subclasses.remove(*subclass);
                    }
                }
                EventName::All => self.names = EventSet::new(),
                name => self.remove_name(&name),
            }
        }
        if known {
            // It also starts to listen, if to nothing yet.
            self.listening = true;
        }
        if known { Ok(()) } else { Err(NO_KEYWORDS) }
    }

    /// One name taken out of all leaves every other, and of CUSTOM the subclasses known by then.
    fn remove_name(&mut self, name: &EventName) {
        if self.names.is_all() {
            let others = EventName::KNOWN.iter().filter(|known| **known != EventName::All);
            self.names = others.cloned().collect();
        }
        self.names = self.names.minus(&EventSet::from(name.clone()));
    }

    /// Gives everything up; false if nothing was listened to.
    pub(super) fn clear(&mut self) -> bool {
        let listening = self.listening;
        *self = Self::default();
        listening
    }
}

#[cfg(test)]
mod tests {
    use trunkline_proto::EventBuilder;

    use super::*;

    fn fired(name: EventName, subclass: Option<&str>) -> Fired {
        Fired::new(name, subclass.map(Vec::from), EventBuilder::new())
    }

    fn subscribed(line: &str) -> Subscriptions {
        let mut subscriptions = Subscriptions::default();
        let line = format!(" {line}");
        let _ = subscriptions.add(&words(line.as_bytes()), &Rights::default(), Release::V1_11);
        subscriptions
    }

    #[test]
    fn what_is_wanted() {
        let dtmf = fired(EventName::Dtmf, None);
        let plain_custom = fired(EventName::Custom, None);
        let custom = fired(EventName::Custom, Some("a::b"));
        for (line, wanted) in [
            ("ALL", [true, true, true]),
            ("DTMF", [true, false, false]),
            ("SWITCH_EVENT_DTMF", [true, false, false]),
            ("CUSTOM", [false, true, false]),
            ("CUSTOM a::b DTMF", [false, true, true]),
            ("DTMF CUSTOM a::b", [true, true, true]),
            ("NOSUCH", [false, false, false]),
        ] {
            let subscriptions = subscribed(line);
            let got = [&dtmf, &plain_custom, &custom].map(|event| subscriptions.wants(event));
            assert_eq!(got, wanted, "{line}");
        }
    }

    #[test]
    fn an_older_release_does_not_know_every_name() {
        for (release, known) in [(Release::V1_10, false), (Release::V1_11, true)] {
            let words = words(b" CERT_RELOAD");
            let added = Subscriptions::default().add(&words, &Rights::default(), release);
            assert_eq!(added.is_ok(), known);
        }
    }

    #[test]
    fn taking_one_out_of_all_loses_unknown_subclasses() {
        let mut subscriptions = subscribed("ALL");
        subscriptions.remove(&words(b" CUSTOM a::b"), Release::V1_11).unwrap();
        assert!(subscriptions.wants(&fired(EventName::Custom, Some("a::b"))));
        subscriptions.remove(&words(b" NOTIFY"), Release::V1_11).unwrap();
        assert!(!subscriptions.wants(&fired(EventName::Custom, Some("a::b"))));
        assert!(subscriptions.wants(&fired(EventName::Custom, Some("conference::maintenance"))));
        assert!(!subscriptions.wants(&fired(EventName::Notify, None)));
        assert!(subscriptions.wants(&fired(EventName::Dtmf, None)));
    }
}
