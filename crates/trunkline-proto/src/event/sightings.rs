//! Which events were seen before, where several connections bring those of one switch.

use std::collections::VecDeque;
use std::fmt;

use super::{Event, EventName};

/// How many numbers back an event is remembered: more than the 100,000 events a listener's queue in the switch holds
/// (`MAX_QUEUE_LEN` in `mod_event_socket.c`), which is as far as one connection can be behind another.
const WINDOW: u64 = 1 << 17;
/// How many events are remembered that had the number of another one.
const REPEATS: usize = 1024;

/// Tells events seen for the first time from those another connection has brought already.
///
/// An event is known by its Core-UUID, its Event-Sequence and its name. The switch takes the number when it *makes* an
/// event (`switch_event_prep_for_delivery_detailed` in `switch_event.c`), not when it fires it: holes and disorder are
/// normal, and a number is not one event's alone. `switch_event_dup` copies it with the other headers, and there are
/// many who fire such copies: a script's `event:fire()` fires one each time it is called, with whatever was changed
/// since (`switch_cpp.cpp`); a MESSAGE that comes by SIP is a RECV_MESSAGE of the same number as well
/// (`sofia_presence.c`), and one MESSAGE for each receiver it is delivered to (`switch_loadable_module.c`); a
/// DETECTED_SPEECH, DETECTED_TONE or TEXT is fired and queued to its session, from where `divert_events` brings it to the
/// same connection a second time (`switch_ivr_async.c`). None of these may be taken for another.
///
/// So what comes twice from *one* source is two events: a connection is given each event that is fired once
/// (`event_handler` in `mod_event_socket.c`). The second of a number from one source is the second of that number from
/// any other. Only where a source has missed the first of two, and another the second, is one taken for the other.
///
/// An event without Core-UUID or Event-Sequence is always new: one queued to a session by `sendevent` never got them. Of
/// several (an event that is sent with those of another switch, a PRIVATE_COMMAND) the last one is the switch's own.
///
/// Remembered are the last 131,072 numbers of the present Core-UUID and of the one before, in 1 MiB each. An older
/// one is new: it may come twice, but is not lost. Being told of an event allocates nothing, but for the first one of a
/// Core-UUID.
///
/// ```
/// # use trunkline_proto::{Event, EventFormat, Sightings};
/// # let payload = "Event-Name: RELOADXML\nCore-UUID: f4ee8e5d\nEvent-Sequence: 512\n\n";
/// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
/// let mut sightings = Sightings::new();
/// assert!(sightings.is_new(0, &event));
/// assert!(!sightings.is_new(1, &event));
/// ```
#[derive(Default)]
pub struct Sightings {
    present: Option<Run>,
    before: Option<Run>,
}

/// What was seen of one run of the switch.
struct Run {
    core: Box<[u8]>,
    /// By the number's remainder.
    slots: Box<[Slot]>,
    /// Events whose number and name another one had.
    repeats: VecDeque<Repeat>,
}

/// The first event of a number.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// How many windows its number is past.
    lap: u32,
    name: u16,
    /// Who has brought it, a bit each; none, and the slot is free.
    by: u16,
}

struct Repeat {
    number: u64,
    name: u16,
    by: u16,
}

/// What an event is known by.
struct Key {
    number: u64,
    name: u16,
}

impl Sightings {
    /// How many sources can be told apart.
    pub const MOST_SOURCES: usize = 16;

    /// Nothing was seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no other source has brought this event. Sources are counted from 0; what one beyond the
    /// [sixteenth](Self::MOST_SOURCES) brings is always new.
    pub fn is_new(&mut self, source: usize, event: &Event) -> bool {
        let headers = event.headers();
        let (Some(core), Some(number)) = (headers.last("Core-UUID"), headers.last("Event-Sequence")) else {
            return true;
        };
        let (Ok(number), true) = (number.to_str().parse(), source < Self::MOST_SOURCES) else { return true };
        let name = event.name().map_or(0, short);
        self.run(&core.to_bytes()).is_none_or(|run| run.is_new(&Key { number, name }, 1 << source))
    }

    /// The run of this id; a new one drives out the one before the present.
    fn run(&mut self, core: &[u8]) -> Option<&mut Run> {
        let is_it = |run: &Option<Run>| run.as_ref().is_some_and(|run| *run.core == *core);
        if is_it(&self.before) {
            return self.before.as_mut();
        }
        if !is_it(&self.present) {
            self.before = self.present.replace(Run::new(core));
        }
        self.present.as_mut()
    }
}

impl Run {
    fn new(core: &[u8]) -> Self {
        let slots = vec![Slot::default(); WINDOW as usize].into_boxed_slice();
        Self { core: core.into(), slots, repeats: VecDeque::with_capacity(REPEATS) }
    }

    fn is_new(&mut self, key: &Key, by: u16) -> bool {
        let (lap, place) = (key.number / WINDOW, key.number % WINDOW);
        let (Ok(lap), Some(slot)) = (u32::try_from(lap), self.slots.get_mut(place as usize)) else {
            return true;
        };
        if slot.by == 0 || slot.lap < lap {
            *slot = Slot { lap, name: key.name, by };
            return true;
        }
        if slot.lap > lap {
            // What was seen of its time is forgotten.
            return true;
        }
        if slot.name == key.name && slot.by & by == 0 {
            slot.by |= by;
            return false;
        }
        self.is_new_repeat(key, by)
    }

    /// The same of one that is not the first of its number.
    fn is_new_repeat(&mut self, key: &Key, by: u16) -> bool {
        let is_it = |repeat: &&mut Repeat| {
            repeat.number == key.number && repeat.name == key.name && repeat.by & by == 0
        };
        if let Some(known) = self.repeats.iter_mut().find(is_it) {
            known.by |= by;
            return false;
        }
        if self.repeats.len() == REPEATS {
            self.repeats.pop_front();
        }
        self.repeats.push_back(Repeat { number: key.number, name: key.name, by });
        true
    }
}

impl fmt::Debug for Sightings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = [&self.present, &self.before].into_iter().flatten();
        let cores = runs.map(|run| String::from_utf8_lossy(&run.core));
        f.debug_struct("Sightings").field("cores", &cores.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// A name in 16 bits (FNV-1a, folded). That two names of one number share them is as good as impossible.
fn short(name: &EventName) -> u16 {
    let hash = name
        .as_str()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    ((hash >> 16) ^ (hash & 0xffff)) as u16
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::super::EventFormat;
    use super::*;

    fn decode(payload: String) -> Event {
        Event::decode(EventFormat::Plain, payload.into()).unwrap()
    }

    fn event(core: &str, number: u64, name: &str) -> Event {
        decode(format!("Event-Name: {name}\nCore-UUID: {core}\nEvent-Sequence: {number}\n\n"))
    }

    /// Each with who brings it, and whether it is new then.
    fn assert_seen(sightings: &mut Sightings, table: &[(usize, &str, u64, &str, bool)]) {
        for (at, (source, core, number, name, new)) in table.iter().enumerate() {
            assert_eq!(sightings.is_new(*source, &event(core, *number, name)), *new, "line {at}");
        }
    }

    #[test]
    fn each_is_new_once() {
        assert_seen(
            &mut Sightings::new(),
            &[
                (0, "a", 7, "DTMF", true),
                (1, "a", 7, "DTMF", false),
                (2, "a", 7, "DTMF", false),
                // Out of order, with holes.
                (1, "a", 3, "DTMF", true),
                (1, "a", 9, "DTMF", true),
                (0, "a", 3, "DTMF", false),
                (0, "a", 0, "DTMF", true),
                (1, "a", 0, "DTMF", false),
            ],
        );
    }

    #[test]
    fn what_one_source_brings_twice_is_two_events() {
        assert_seen(
            &mut Sightings::new(),
            &[
                (0, "a", 7, "CUSTOM", true),
                (0, "a", 7, "CUSTOM", true),
                (1, "a", 7, "CUSTOM", false),
                (1, "a", 7, "CUSTOM", false),
                (1, "a", 7, "CUSTOM", true),
                (0, "a", 7, "CUSTOM", false),
                (2, "a", 7, "CUSTOM", false),
            ],
        );
    }

    #[test]
    fn a_number_may_have_several_names() {
        assert_seen(
            &mut Sightings::new(),
            &[
                (0, "a", 7, "MESSAGE", true),
                (1, "a", 7, "RECV_MESSAGE", true),
                (0, "a", 7, "RECV_MESSAGE", false),
                (1, "a", 7, "MESSAGE", false),
            ],
        );
    }

    #[test]
    fn another_run_begins_anew_and_the_last_one_is_remembered() {
        assert_seen(
            &mut Sightings::new(),
            &[
                (0, "a", 7, "DTMF", true),
                (0, "a", 8, "DTMF", true),
                (0, "b", 7, "DTMF", true),
                (1, "a", 7, "DTMF", false),
                (1, "b", 7, "DTMF", false),
                (1, "c", 7, "DTMF", true),
                (0, "b", 7, "DTMF", true),
                // Forgotten.
                (1, "a", 8, "DTMF", true),
            ],
        );
    }

    #[test]
    fn one_older_than_the_window_is_new() {
        let far = 1000 * WINDOW;
        assert_seen(
            &mut Sightings::new(),
            &[
                (0, "a", 5, "DTMF", true),
                (0, "a", far + 5, "DTMF", true),
                (1, "a", 5, "DTMF", true),
                (2, "a", 5, "DTMF", true),
                (1, "a", far + 5, "DTMF", false),
                // Their places were not taken.
                (0, "a", 6, "DTMF", true),
                (1, "a", 6, "DTMF", false),
                (0, "a", u64::MAX, "DTMF", true),
                (1, "a", u64::MAX, "DTMF", true),
                (16, "a", 6, "DTMF", true),
                (15, "a", 6, "DTMF", false),
            ],
        );
    }

    #[test]
    fn without_both_keys_each_is_new() {
        let mut sightings = Sightings::new();
        for payload in [
            "Event-Name: DTMF\nCore-UUID: a\n\n",
            "Event-Name: DTMF\nEvent-Sequence: 1\n\n",
            "Event-Name: DTMF\nCore-UUID: a\nEvent-Sequence: one\n\n",
            "Event-Name: DTMF\nCore-UUID: a\nEvent-Sequence: -1\n\n",
            "\n",
        ] {
            for source in [0, 1, 0, 1] {
                assert!(sightings.is_new(source, &decode(payload.to_owned())), "{payload}");
            }
        }
    }

    /// As `sendevent` makes of an event received elsewhere.
    #[test]
    fn of_several_numbers_the_last_is_its_own() {
        let mut sightings = Sightings::new();
        let sent = |number: u64| {
            decode(format!(
                "Core-UUID: x\nEvent-Sequence: 5\nEvent-Name: CUSTOM\nCore-UUID: a\nEvent-Sequence: {number}\n\n"
            ))
        };
        assert!(sightings.is_new(0, &sent(10)));
        assert!(sightings.is_new(1, &sent(11)));
        assert!(!sightings.is_new(1, &event("a", 10, "CUSTOM")));
    }

    #[test]
    fn what_is_remembered_of_repeats_is_bounded() {
        let mut sightings = Sightings::new();
        let repeated = event("a", 1, "CUSTOM");
        (0..3 * REPEATS).for_each(|_| assert!(sightings.is_new(0, &repeated)));
        assert_eq!(sightings.present.as_ref().map(|run| run.repeats.len()), Some(REPEATS));
        assert_eq!(format!("{sightings:?}"), "Sightings { cores: [\"a\"], .. }");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A source's n-th event of a key is new unless another one has brought as many.
        #[test]
        fn as_a_map_of_counts(
            seen in proptest::collection::vec((0..4_usize, 0..2_usize, 0..40_u64, 0..3_usize), 0..400)
        ) {
            let mut sightings = Sightings::new();
            let mut model: HashMap<(usize, u64, usize), [u32; 4]> = HashMap::new();
            for (source, core, number, name) in seen {
                let counts = model.entry((core, number, name)).or_default();
                let most = counts.iter().copied().max().unwrap_or_default();
                counts[source] += 1;
                // Spread over the window.
                let number = number * 3271;
                let event = event(["a", "b"][core], number, ["MESSAGE", "RECV_MESSAGE", "CUSTOM"][name]);
                prop_assert_eq!(sightings.is_new(source, &event), counts[source] > most);
            }
        }
    }
}
