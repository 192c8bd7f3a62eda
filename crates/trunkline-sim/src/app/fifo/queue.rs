//! The queues themselves, and how a consumer picks one and a caller of it.

use std::collections::BTreeMap;

use super::super::Action;
use super::Member;
use super::ring::Rings;
use trunkline_proto::HangupCause;

use crate::channel::ChannelId;
use crate::core::Core;
use crate::text::atoi;
use crate::time::Time;

/// Slots of a queue (`MAX_PRI`), the first of which is served first.
pub(super) const SLOTS: usize = 10;

/// All queues.
#[derive(Debug)]
pub(crate) struct Fifos {
    by_name: BTreeMap<String, Fifo>,
    pub(super) rings: Rings,
    /// In how many calls each member is.
    pub(super) uses: BTreeMap<String, u32>,
    /// Calls of members that no queue has made.
    pub(super) tracked: Vec<ChannelId>,
}

impl Default for Fifos {
    fn default() -> Self {
        Self {
            by_name: [(Self::MANUAL.to_owned(), Fifo::default())].into(),
            rings: Rings::default(),
            uses: BTreeMap::new(),
            tracked: Vec::new(),
        }
    }
}

/// A queue.
#[derive(Debug, Default)]
pub(crate) struct Fifo {
    pub(crate) importance: u32,
    pub(super) slots: [Vec<Waiting>; SLOTS],
    /// Those who wait for callers.
    pub(crate) consumers: Vec<ChannelId>,
    /// Since when somebody waits.
    since: Time,
    pub(crate) talks: Vec<Talk>,
    /// Whom it is to call.
    pub(crate) members: Vec<Member>,
}

/// A caller that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) channel: ChannelId,
    pub(super) vip: bool,
    skill: Vec<u8>,
}

/// A caller and a consumer who talk.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) caller: ChannelId,
    pub(crate) consumer: ChannelId,
    pub(crate) since: Time,
}

impl Fifo {
    /// The callers that wait, with their slots.
    pub(crate) fn callers(&self) -> impl Iterator<Item = (usize, ChannelId)> {
        let slots = self.slots.iter().enumerate();
        slots.flat_map(|(slot, callers)| callers.iter().map(move |caller| (slot, caller.channel)))
    }

    pub(crate) fn count(&self) -> usize {
        self.slots.iter().map(Vec::len).sum()
    }

    fn remove(&mut self, channel: ChannelId) -> Option<usize> {
        let slot = self.slots.iter().position(|callers| callers.iter().any(|one| one.channel == channel))?;
        self.slots.get_mut(slot)?.retain(|one| one.channel != channel);
        Some(slot)
    }

    /// The first caller, slot by slot, who is such.
    pub(super) fn first(&self, order: &[usize], is_it: impl Fn(&Waiting) -> bool) -> Option<ChannelId> {
        let mut callers = order.iter().filter_map(|slot| self.slots.get(*slot)).flatten();
        callers.find(|caller| is_it(caller)).map(|caller| caller.channel)
    }
}

impl Fifos {
    /// The queue that is always there, for calls that are tracked by hand.
    pub(crate) const MANUAL: &str = "manual_calls";

    /// Finds a queue by `<name>[!<importance>]`, or makes it; its name.
    pub(super) fn open(&mut self, text: &[u8]) -> String {
        let bang = text.iter().rposition(|byte| *byte == b'!');
        let (name, importance) = match bang {
            Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).map_or(0, atoi)),
            None => (text, 0),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let importance = u32::try_from(importance).unwrap_or(0);
        self.by_name.entry(name.clone()).or_insert_with(|| Fifo { importance, ..Fifo::default() });
        name
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Fifo> {
        self.by_name.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Fifo> {
        self.by_name.get_mut(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Fifo)> {
        self.by_name.iter().map(|(name, fifo)| (name.as_str(), fifo))
    }

    /// Changes what is known of a member, in all queues.
    pub(super) fn change_members(&mut self, uuid: &str, change: impl Fn(&mut Member)) {
        let members = self.by_name.values_mut().flat_map(|fifo| &mut fifo.members);
        members.filter(|member| member.uuid == uuid).for_each(change);
    }

    /// The members of a queue, which is made if need be.
    pub(super) fn members_mut(&mut self, name: &str) -> &mut Vec<Member> {
        &mut self.by_name.entry(name.to_owned()).or_default().members
    }

    /// Forgets a queue that was to go once nobody uses it.
    pub(super) fn close(&mut self, name: &str) {
        let unused = |fifo: &Fifo| fifo.count() == 0 && fifo.consumers.is_empty();
        if name != Self::MANUAL && self.by_name.get(name).is_some_and(unused) {
            self.by_name.remove(name);
        }
    }

    /// Which of some queues is served: the one that has had somebody waiting for the longest, or the one with the most
    /// waiting; one that is more important than those before it hides those after it that are not more so.
    fn choose(&self, names: &[String], by_number: bool) -> Option<String> {
        let (mut winner, mut importance, mut most, mut longest) = (None, 0, 0, None);
        for name in names {
            let Some(fifo) = self.by_name.get(name).filter(|fifo| fifo.count() > 0) else { continue };
            if importance == 0 || fifo.importance > importance {
                let wins = if by_number {
                    fifo.count() > most
                } else {
                    longest.is_none_or(|longest| fifo.since < longest)
                };
                if wins {
                    (most, longest, winner) = (fifo.count(), Some(fifo.since), Some(name.clone()));
                }
            }
            importance = importance.max(fifo.importance);
        }
        winner
    }
}

impl Core {
    /// Puts a caller at the end of a slot; its place there.
    pub(super) fn push_caller(&mut self, id: ChannelId, queue: &str, slot: usize) -> usize {
        let now = self.now;
        let vip = self.channel_variable(id, b"fifo_vip") == Some(b"true");
        let skill = self.channel_variable(id, b"fifo_skill").unwrap_or_default().to_vec();
        let Some(fifo) = self.fifos.get_mut(queue) else { return 0 };
        if fifo.count() == 0 {
            fifo.since = now;
        }
        let Some(callers) = fifo.slots.get_mut(slot) else { return 0 };
        callers.push(Waiting { channel: id, vip, skill });
        callers.len()
    }

    /// Takes a caller out; those behind it move up.
    pub(super) fn remove_caller(&mut self, id: ChannelId, queue: &str) {
        let Some(fifo) = self.fifos.get_mut(queue) else { return };
        let Some(slot) = fifo.remove(id) else { return };
        let left: Vec<ChannelId> =
            fifo.callers().filter(|(of, _)| *of == slot).map(|(_, caller)| caller).collect();
        for (place, caller) in left.into_iter().enumerate() {
            let place = (place + 1).to_string();
            let channel = self.channels.get_mut(caller);
            if let Some(channel) =
                channel.filter(|channel| channel.variables.get("fifo_position") != Some(place.as_bytes()))
            {
                channel.variables.set("fifo_position", place);
            }
        }
    }

    /// Takes out whom a consumer is to serve next, and from which queue.
    pub(super) fn pop_caller(
        &mut self,
        consumer: ChannelId,
        queues: &[String],
    ) -> Option<(String, ChannelId)> {
        let variable = |name: &str| self.channel_variable(consumer, name.as_bytes()).map(<[u8]>::to_vec);
        let by_number = variable("fifo_strategy").is_some_and(|way| way.eq_ignore_ascii_case(b"more_ppl"));
        let order = variable("fifo_pop_order").map_or_else(|| (0..SLOTS).collect(), |order| slots(&order));
        let (wanted, skill) = (variable("fifo_bridge_uuid"), variable("fifo_target_skill"));
        let queue = self.fifos.choose(queues, by_number)?;
        let fifo = self.fifos.get(&queue)?;
        let up = |id: ChannelId| self.channels.get(id).is_some_and(|channel| !channel.hung_up());
        // Who waits for a member that is called is taken out by that one only.
        let free = |id: ChannelId| up(id) && !self.fifos.rings.are_for(id);
        let named = |caller: &Waiting| {
            let uuid = self.channels.get(caller.channel).map(|channel| channel.uuid.as_bytes());
            up(caller.channel) && wanted.is_some() && uuid == wanted.as_deref()
        };
        let skilled = |caller: &Waiting| {
            free(caller.channel) && skill.as_deref().is_some_and(|skill| caller.skill == skill)
        };
        let found = fifo
            .first(&order, named)
            .or_else(|| fifo.first(&order, skilled))
            .or_else(|| fifo.first(&order, |caller| caller.vip && free(caller.channel)))
            .or_else(|| fifo.first(&order, |caller| free(caller.channel)))?;
        self.stop_ringing_for(found, HangupCause::PickedOff);
        self.remove_caller(found, &queue);
        Some((queue, found))
    }

    /// Whether anybody waits in some queues, and not for a member that is called.
    pub(super) fn callers_wait(&self, queues: &[String]) -> bool {
        let mut fifos = queues.iter().filter_map(|name| self.fifos.get(name));
        fifos.any(|fifo| fifo.callers().any(|(_, caller)| !self.fifos.rings.are_for(caller)))
    }

    /// Puts a caller whose consumer has gone away back to where it was, before the others.
    pub(super) fn call_in_again(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        let variables = &mut channel.variables;
        let app = variables.get("current_application").map(|app| String::from_utf8_lossy(app).into_owned());
        let data = variables.get("current_application_data").unwrap_or_default().to_vec();
        variables.set("fifo_vip", "true");
        if let Some(app) = app {
            channel.extension = [Action { app, data }].into();
            self.set_target(id, trunkline_proto::ChannelState::Execute);
            self.wake(id);
        }
    }
}

/// A list of slots: as many places as there are, the first slot where none is given.
fn slots(order: &[u8]) -> Vec<usize> {
    let mut slots = vec![0; SLOTS];
    for (place, word) in slots.iter_mut().zip(crate::text::split(order, b',', SLOTS - 1)) {
        *place = usize::try_from(atoi(&word)).ok().filter(|slot| *slot < SLOTS).unwrap_or(0);
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Channels;

    #[test]
    fn queues_are_chosen_by_time_number_and_importance() {
        let mut channels = Channels::default();
        let mut fifos = Fifos::default();
        let mut fill = |fifos: &mut Fifos, name: &str, count: usize, since: u64| {
            let name = fifos.open(name.as_bytes());
            let fifo = fifos.get_mut(&name).unwrap();
            fifo.since = Time::from_micros(since);
            let waiting = |channel| Waiting { channel, vip: false, skill: Vec::new() };
            fifo.slots[0].extend((0..count).map(|_| waiting(channels.next_id())));
        };
        fill(&mut fifos, "a", 1, 5);
        fill(&mut fifos, "b", 3, 7);
        fill(&mut fifos, "c!2", 1, 9);
        fill(&mut fifos, "d", 0, 1);
        let names = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (list, by_number, chosen) in [
            ("a b d", false, Some("a")),
            ("b a", false, Some("a")),
            ("a b", true, Some("b")),
            ("c a", false, Some("c")),
            ("a c", false, Some("a")),
            ("d", false, None),
            ("nosuch", true, None),
        ] {
            assert_eq!(fifos.choose(&names(list), by_number).as_deref(), chosen, "{list}");
        }
        assert_eq!(fifos.get("c").map(|fifo| fifo.importance), Some(2));
        fifos.close("a");
        fifos.close("d");
        fifos.close(Fifos::MANUAL);
        assert_eq!(fifos.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b", "c", Fifos::MANUAL]);
    }

    #[test]
    fn a_list_of_slots() {
        assert_eq!(slots(b"2,0,11,x")[..5], [2, 0, 0, 0, 0]);
    }
}
