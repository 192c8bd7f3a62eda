//! A caller and a consumer who talk.

use trunkline_proto::{CallDirection, ChannelState};

use super::Visit;
use super::consumer::{Consumer, Step};
use super::queue::Talk;
use crate::app::{Activity, Running};
use crate::bridge::Joint;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::time::Time;

impl Core {
    /// Joins a consumer with a caller; false if that cannot be, which is then over at once.
    pub(super) fn talk(
        &mut self,
        id: ChannelId,
        consumer: &mut Consumer,
        queue: String,
        caller: ChannelId,
    ) -> bool {
        let comes = |channel: &Channel| channel.hung_up() || channel.target == ChannelState::Hibernate;
        if !self.channels.get(caller).is_some_and(comes) {
            return false;
        }
        self.answer_leg(id);
        self.show_caller_and_consumer(id, caller);
        let (uuid, caller_uuid) = (self.uuid_of(id), self.uuid_of(caller));
        self.note_talk(id, &caller_uuid, "consumer");
        self.note_talk(caller, &uuid, "caller");
        if let Some(member) = self.member_of(id) {
            self.member_is_used(&member);
        }
        self.tell_of_talk(id, caller, &consumer.name);
        let since = self.now;
        if let Some(fifo) = self.fifos.get_mut(&queue) {
            fifo.talks.push(Talk { caller, consumer: id, since });
        }
        for (leg, other, role) in [(id, &caller_uuid, "consumer"), (caller, &uuid, "caller")] {
            let Some(channel) = self.channels.get_mut(leg) else { continue };
            channel.variables.set("signal_bond", other);
            channel.variables.set("fifo_initiated_bridge", "true");
            channel.variables.set("fifo_bridge_role", role);
        }
        // It may be in a bridge already, and have been told by a message to take a caller out.
        let free = self.channels.get(id).filter(|channel| channel.bridge.is_none());
        let depth = free.map(|channel| {
            let visits = |running: &Running| matches!(running.activity, Activity::Fifo(_));
            channel.running_apps.iter().position(visits).unwrap_or(channel.running_apps.len()) + 1
        });
        let joint = depth.map(|depth| Joint { depth, inner: false });
        if joint.is_some_and(|joint| self.join(id, caller, joint)) {
            consumer.step = Step::Talks(queue, caller);
            return true;
        }
        self.talk_over(id, &consumer.name, &queue, caller);
        consumer.step = Step::Talked;
        false
    }

    /// Each is told whom it is to talk with.
    fn show_caller_and_consumer(&mut self, consumer: ChannelId, caller: ChannelId) {
        for leg in [consumer, caller] {
            self.step_profile(leg);
        }
        self.introduce(consumer, caller);
        let profile = |core: &Self, id| core.channels.get(id).and_then(|c| c.profile.as_deref().cloned());
        let (Some(own), Some(other)) = (profile(self, consumer), profile(self, caller)) else { return };
        if let Some(profile) = self.channels.get_mut(consumer).and_then(|channel| channel.profile.as_mut()) {
            (profile.callee_name, profile.callee_number) = (other.callee_name, other.callee_number);
        }
        if let Some(profile) = self.channels.get_mut(caller).and_then(|channel| channel.profile.as_mut()) {
            (profile.callee_name, profile.callee_number) = (other.caller_name, other.caller_number);
            (profile.caller_name, profile.caller_number) = (own.caller_name, own.caller_number);
        }
    }

    fn note_talk(&mut self, id: ChannelId, with: &str, role: &str) {
        let (date, seconds) = (self.now.date(), self.now.as_secs());
        let Some(channel) = self.channels.get_mut(id) else { return };
        let variables = &mut channel.variables;
        variables.set("fifo_status", "TALKING");
        if role == "consumer" {
            variables.set("fifo_target", with);
        }
        variables.set("fifo_timestamp", date);
        variables.set_number("fifo_epoch_start_bridge", seconds);
        if role == "caller" {
            variables.set("fifo_target", with);
        }
        variables.set("fifo_role", role);
    }

    fn tell_of_talk(&mut self, id: ChannelId, caller: ChannelId, name: &str) {
        let (cid_name, cid_number) = self.consumer_id(id);
        let member = self.member_headers(id);
        let mut who = vec![
            ("FIFO-Type", "onhook".to_owned()),
            ("FIFO-Caller-CID-Name", cid_name),
            ("FIFO-Caller-CID-Number", cid_number),
        ];
        who.extend(member.iter().cloned());
        self.tell_of_fifo(id, name, "channel-consumer-start", 3378, &who);
        self.tell_of_fifo(id, name, "bridge-consumer-start", 3392, &member);
        self.tell_of_fifo(caller, name, "bridge-caller-start", 3403, &[]);
    }

    /// How a consumer is called: as who it has called, or was called.
    fn consumer_id(&self, id: ChannelId) -> (String, String) {
        let inbound = |channel: &Channel| channel.direction == CallDirection::Inbound;
        let variable = |name: &str| {
            let value = self.channel_variable(id, name.as_bytes())?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        if !self.channels.get(id).is_some_and(inbound) {
            let own = |name: &str| variable(name).unwrap_or_default();
            return (own("caller_id_name"), own("caller_id_number"));
        }
        let name = variable("callee_id_name").or_else(|| variable("destination_number")).unwrap_or_default();
        let number = variable("callee_id_number").unwrap_or_else(|| name.clone());
        (name, number)
    }

    /// The bridge of a consumer, if it is one, has ended.
    pub(crate) fn consumer_bridge_ends(&mut self, id: ChannelId) {
        let Some(Visit::Consumer(consumer)) = self.visit_mut(id) else { return };
        let Step::Talks(..) = consumer.step else { return };
        let step = std::mem::replace(&mut consumer.step, Step::Talked);
        let name = consumer.name.clone();
        if let Step::Talks(queue, caller) = step {
            self.talk_over(id, &name, &queue, caller);
            self.rouse(id);
        }
    }

    /// A talk is over.
    pub(super) fn talk_over(&mut self, id: ChannelId, name: &str, queue: &str, caller: ChannelId) {
        let mut since = self.now;
        if let Some(fifo) = self.fifos.get_mut(queue) {
            since = fifo.talks.iter().find(|talk| talk.consumer == id).map_or(since, |talk| talk.since);
            fifo.talks.retain(|talk| talk.consumer != id);
        }
        if let Some(member) = self.member_of(id) {
            self.member_is_free(&member, true);
        }
        let member = self.member_headers(id);
        let mut of_consumer = vec![("FIFO-Type", "onhook".to_owned())];
        of_consumer.extend(member.iter().cloned());
        of_consumer.extend(consumer_times(self, id));
        self.tell_of_fifo(id, name, "channel-consumer-stop", 3461, &of_consumer);
        self.tell_of_fifo(id, name, "bridge-consumer-stop", 3489, &member);
        let (_, of_caller) = self.talk_times(caller, "Caller");
        self.tell_of_fifo(caller, name, "bridge-caller-stop", 3499, &of_caller);
        let seconds = self.now.as_secs();
        for leg in [id, caller] {
            let Some(channel) = self.channels.get_mut(leg) else { continue };
            channel.variables.set_number("fifo_epoch_stop_bridge", seconds);
            channel.variables.set_number("fifo_bridge_seconds", seconds.saturating_sub(since.as_secs()));
        }
        self.note_fifo_status(id, "WAITING");
        self.note_fifo_status(caller, "DONE");
    }

    /// When somebody was bridged, in microseconds, and headers that tell how long it has talked, and was on hold.
    fn talk_times(&self, id: ChannelId, who: &str) -> (u64, Vec<(&'static str, String)>) {
        let times = self.channels.get(id).and_then(|channel| channel.profile.as_deref());
        let times = times.map(|profile| profile.times).unwrap_or_default();
        let bridged = if times.bridged == Time::default() { self.now } else { times.bridged };
        let talked = u64::try_from(self.now.since(bridged).as_micros()).unwrap_or_default();
        let (talk, hold) =
            if who == "Consumer" { (CONSUMER_TALK, CONSUMER_HOLD) } else { (CALLER_TALK, CALLER_HOLD) };
        let mut headers = in_units(talk, talked.saturating_sub(times.held));
        headers.extend(in_units(hold, times.held));
        (times.bridged.as_micros(), headers)
    }
}

/// Headers that tell when a consumer was bridged, how long it has talked, and was on hold.
pub(super) fn consumer_times(core: &Core, id: ChannelId) -> Vec<(&'static str, String)> {
    let (bridged, times) = core.talk_times(id, "Consumer");
    in_units(CONSUMER_BRIDGE, bridged).into_iter().chain(times).collect()
}

const CONSUMER_BRIDGE: [&str; 3] =
    ["FIFO-Consumer-Bridge-Time-us", "FIFO-Consumer-Bridge-Time-ms", "FIFO-Consumer-Bridge-Time-s"];
const CONSUMER_TALK: [&str; 3] =
    ["FIFO-Consumer-Talk-Time-us", "FIFO-Consumer-Talk-Time-ms", "FIFO-Consumer-Talk-Time-s"];
const CONSUMER_HOLD: [&str; 3] =
    ["FIFO-Consumer-Hold-Time-us", "FIFO-Consumer-Hold-Time-ms", "FIFO-Consumer-Hold-Time-s"];
const CALLER_TALK: [&str; 3] =
    ["FIFO-Caller-Talk-Time-us", "FIFO-Caller-Talk-Time-ms", "FIFO-Caller-Talk-Time-s"];
const CALLER_HOLD: [&str; 3] =
    ["FIFO-Caller-Hold-Time-us", "FIFO-Caller-Hold-Time-ms", "FIFO-Caller-Hold-Time-s"];

/// A time in micro-, in milliseconds and in seconds.
fn in_units(names: [&'static str; 3], micros: u64) -> Vec<(&'static str, String)> {
    let values = [micros, micros / 1000, micros / 1_000_000];
    names.into_iter().zip(values.map(|value| value.to_string())).collect()
}
