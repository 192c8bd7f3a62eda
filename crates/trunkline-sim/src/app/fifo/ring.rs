//! Queues that call their members (`node_thread_run` and `outbound_ringall_thread_run` in `mod_fifo.c`): all who can be
//! called at once, for one caller at a time.

use trunkline_proto::{EventName, HangupCause};

use super::super::Action;
use super::queue::SLOTS;
use super::{Fifo, Fifos, Member, SUBCLASS};
use crate::cause::Cause;
use crate::channel::{Channel, ChannelId};
use crate::core::{Core, Task};
use crate::event::{Draft, Origin, origin};
use crate::originate::{Asker, OriginateId, Variables, Wanted, blocks};

/// Calls to members under way, of one queue for one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RingId(u64);

#[derive(Debug)]
pub(crate) struct Ring {
    queue: String,
    caller: ChannelId,
    caller_uuid: String,
    /// Whom it calls.
    members: Vec<String>,
    /// How the calls were asked for.
    dial: String,
    originate: Option<OriginateId>,
}

/// What a queue knows of the calls it has made.
#[derive(Debug, Default)]
pub(crate) struct Rings {
    made: u64,
    under_way: std::collections::BTreeMap<RingId, Ring>,
    /// Whether the next round is set.
    round: bool,
}

const fn at(line: u32) -> Origin {
    origin::origin("mod_fifo.c", "outbound_ringall_thread_run", line)
}

/// How long members are called, where none says so, in seconds.
const TIMEOUT: u32 = 60;

impl Rings {
    fn of_queue(&self, queue: &str) -> usize {
        self.under_way.values().filter(|ring| ring.queue == queue).count()
    }

    /// Whether a caller waits for somebody who is called.
    pub(super) fn are_for(&self, caller: ChannelId) -> bool {
        self.under_way.values().any(|ring| ring.caller == caller)
    }

    fn call(&self, member: &str) -> bool {
        self.under_way.values().any(|ring| ring.members.iter().any(|known| known == member))
    }
}

impl Fifos {
    /// Whom a queue calls now: those who have not been called for the longest first.
    fn callable(&self, fifo: &Fifo, now: u64) -> Vec<Member> {
        let mut members: Vec<&Member> = fifo.members.iter().filter(|member| member.is_free(now)).collect();
        members.sort_by_key(|member| member.order());
        members.into_iter().filter(|member| !self.rings.call(&member.uuid)).cloned().collect()
    }
}

impl Core {
    /// Sees to it that queues with callers and members are looked at.
    pub(crate) fn watch_fifos(&mut self) {
        let has_both = |fifo: &Fifo| fifo.count() > 0 && !fifo.members.is_empty();
        if !self.fifos.rings.round && self.fifos.iter().any(|(_, fifo)| has_both(fifo)) {
            self.fifos.rings.round = true;
            self.schedule.at(self.now.whole_seconds_later(1), Task::FifoRound);
        }
    }

    /// Queues call members for those who wait in them and have nobody else.
    pub(crate) fn fifo_round(&mut self) {
        self.fifos.rings.round = false;
        let lacks = |(name, fifo): (&str, &Fifo)| {
            let more = fifo.count() > self.fifos.rings.of_queue(name);
            let nobody = fifo.consumers.is_empty() || self.idle(fifo) == 0;
            (more && nobody && !fifo.members.is_empty()).then(|| name.to_owned())
        };
        let names: Vec<String> = self.fifos.iter().filter_map(lacks).collect();
        for name in names {
            self.ring_members(&name);
        }
        self.watch_fifos();
    }

    fn ring_members(&mut self, queue: &str) {
        let Some(fifo) = self.fifos.get(queue) else { return };
        let members = self.fifos.callable(fifo, self.now.as_secs());
        let Some(caller) = self.next_to_ring_for(fifo).filter(|_| !members.is_empty()) else { return };
        let dials: Vec<String> = members.iter().map(|member| member.dial_for(queue)).collect();
        let ring = Ring {
            queue: queue.to_owned(),
            caller,
            caller_uuid: self.uuid_of(caller),
            members: members.iter().map(|member| member.uuid.clone()).collect(),
            dial: joined(&dials, &members),
            originate: None,
        };
        let variables = self.ring_variables(caller, &members);
        self.tell_before_dialling(&ring);
        let id = self.begin_ring(ring);
        let longest = members.iter().map(|member| member.timeout).max().filter(|longest| *longest > 0);
        let then = Action::new("fifo", format!("{queue} out nowait").as_bytes());
        let timeout = longest.unwrap_or(TIMEOUT).into();
        let wanted = Wanted { dials: &dials, variables, then, timeout };
        match self.dial_several(Asker::Fifo(id), wanted) {
            Ok(originate) => {
                if let Some(ring) = self.fifos.rings.under_way.get_mut(&id) {
                    ring.originate = Some(originate);
                }
            }
            Err(cause) => self.members_unreached(id, cause),
        }
    }

    /// The first caller nobody is called for yet, of those who are to be served first if there is one.
    fn next_to_ring_for(&self, fifo: &Fifo) -> Option<ChannelId> {
        let order: Vec<usize> = (0..SLOTS).collect();
        let is_left = |caller: ChannelId| !self.fifos.rings.are_for(caller);
        let first = fifo.first(&order, |one| one.vip && is_left(one.channel));
        first.or_else(|| fifo.first(&order, |one| is_left(one.channel)))
    }

    fn begin_ring(&mut self, ring: Ring) -> RingId {
        for uuid in &ring.members {
            self.fifos.change_members(uuid, |member| member.ringing += 1);
        }
        self.fifos.rings.made += 1;
        let id = RingId(self.fifos.rings.made);
        self.fifos.rings.under_way.insert(id, ring);
        id
    }

    /// The variables of every leg: those of the dial strings, and what tells it about the caller.
    fn ring_variables(&mut self, caller: ChannelId, members: &[Member]) -> Variables {
        let of_member = |member: &Member| {
            let blocks = blocks(member.dial.as_bytes(), b'{', b'}', b',');
            let own = blocks.map(|(variables, _)| variables).unwrap_or_default();
            own.into_iter().filter(|(name, _)| name != b"fifo_outbound_uuid").collect::<Vec<_>>()
        };
        let shared = members.iter().filter(|member| !member.is_user());
        let mut variables: Variables = shared.flat_map(of_member).collect();
        let uuid = self.new_uuid();
        if let Some(channel) = self.channels.get_mut(caller) {
            channel.variables.set("fifo_originate_uuid", &uuid);
        }
        let Some(channel) = self.channels.get(caller) else { return variables };
        let (name, number) = match channel.profile.as_deref() {
            Some(profile) => (profile.caller_name.clone(), profile.caller_number.clone()),
            None => Default::default(),
        };
        let mut add = |name: &[u8], value: &[u8]| {
            let given = variables.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
            if !value.is_empty() && !given {
                variables.push((name.to_vec(), value.to_vec()));
            }
        };
        add(b"origination_caller_id_name", &name);
        add(b"origination_caller_id_number", &number);
        add(b"fifo_bridge_uuid", channel.uuid.as_bytes());
        add(b"fifo_originate_uuid", uuid.as_bytes());
        for name in channel.variables.get("fifo_export").unwrap_or_default().split(|byte| *byte == b',') {
            add(name, channel.variables.get(name).unwrap_or_default());
        }
        if let Some(codec) = codec_of(channel) {
            add(b"absolute_codec_string", codec.as_bytes());
        }
        variables
    }

    fn tell_before_dialling(&mut self, ring: &Ring) {
        let mut event = self.ring_event(Some(ring.caller), ring, "pre-dial", &at(1599));
        event.push("originate_string", &ring.dial);
        event.push("FIFO-Outbound-UUID-List", ring.members.join(","));
        self.fire_custom(SUBCLASS, event);
    }

    /// A `fifo::info` about calls to members, with what is known of a channel.
    fn ring_event(&mut self, of: Option<ChannelId>, ring: &Ring, action: &str, origin: &Origin) -> Draft {
        let draft = Draft::new().header("Event-Subclass", SUBCLASS);
        let mut event = self.add_standard_headers(draft, EventName::Custom.as_str(), origin);
        if let Some(channel) = of.and_then(|id| self.channels.get(id)) {
            channel.write_basic(&mut event);
            channel.write_variables(&mut event);
        }
        event.push("FIFO-Name", &ring.queue);
        event.push("FIFO-Action", action);
        event.push("outbound-strategy", "ringall");
        event.push("caller-uuid", &ring.caller_uuid);
        event
    }

    fn end_ring(&mut self, id: RingId) -> Option<Ring> {
        let ring = self.fifos.rings.under_way.remove(&id)?;
        for uuid in &ring.members {
            self.fifos.change_members(uuid, |member| member.ringing = member.ringing.saturating_sub(1));
        }
        Some(ring)
    }

    /// A member was reached, and is to take the caller out.
    pub(crate) fn member_reached(&mut self, id: RingId, channel: ChannelId) {
        let Some(ring) = self.end_ring(id) else { return };
        let own = self.channel_variable(channel, b"fifo_outbound_uuid").unwrap_or_default().to_vec();
        let mut event = self.ring_event(Some(channel), &ring, "post-dial", &at(1698));
        event.push("FIFO-Outbound-UUID", own);
        event.push("FIFO-Outbound-UUID-List", ring.members.join(","));
        event.push("result", "success");
        event.push("originate_string", &ring.dial);
        self.fire_custom(SUBCLASS, event);
        if let Some(channel) = self.channels.get_mut(channel) {
            channel.variables.remove(b"fifo_pop_order");
        }
    }

    /// No member was reached: each is left alone for a while, unless the caller is gone.
    pub(crate) fn members_unreached(&mut self, id: RingId, cause: Cause) {
        let Some(ring) = self.end_ring(id) else { return };
        let gone = [HangupCause::OriginatorCancel, HangupCause::PickedOff].map(Cause::from).contains(&cause);
        let now = self.now.as_secs();
        for uuid in ring.members.iter().filter(|_| !gone) {
            self.fifos.change_members(uuid, |member| member.fails(now));
        }
        let mut event = self.ring_event(None, &ring, "post-dial", &at(1680));
        event.push("result", "failure");
        event.push("acceptable", if gone { "true" } else { "false" });
        event.push("cause", cause.name());
        event.push("originate_string", &ring.dial);
        event.push("FIFO-Outbound-UUID-List", ring.members.join(","));
        self.fire_custom(SUBCLASS, event);
        self.rouse_consumer(&ring.queue);
    }

    /// Nobody need be called for a caller any more.
    pub(super) fn stop_ringing_for(&mut self, caller: ChannelId, cause: HangupCause) {
        let cause = Cause::from(cause);
        let rings = self.fifos.rings.under_way.iter().filter(|(_, ring)| ring.caller == caller);
        let rings: Vec<_> = rings.map(|(id, ring)| (*id, ring.originate)).collect();
        for (id, originate) in rings {
            if let Some(originate) = originate {
                self.cancel_originate(originate, cause);
            }
            self.members_unreached(id, cause);
        }
    }
}

/// The calls to all members as one dial string; to users of the directory they are apart.
fn joined(dials: &[String], members: &[Member]) -> String {
    let apart = |(dial, member): (&String, &Member)| match member.is_user() {
        true => format!("{dial}:_:"),
        false => format!("{dial},"),
    };
    let text: String = dials.iter().zip(members).map(apart).collect();
    text.strip_suffix(":_:").unwrap_or(&text).to_owned()
}

/// The codecs a member's call may have: its caller's, unless another than G.711 has to give way to that.
fn codec_of(channel: &Channel) -> Option<String> {
    if channel.variables.is_true("fifo_allow_transcoding") {
        return None;
    }
    let variable =
        |name: &str| channel.variables.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
    let (codec, rate) = (variable("rtp_use_codec_name")?, variable("rtp_use_codec_rate").unwrap_or_default());
    let time = variable("rtp_use_codec_ptime").unwrap_or_default();
    let own = format!("{codec}@{time}i@{rate}h");
    let is_g711 = ["PCMU", "PCMA"].iter().any(|known| known.eq_ignore_ascii_case(&codec));
    Some(if is_g711 { own } else { format!("{own},PCMU@{time}i,PCMA@{time}i") })
}
