//! Members in calls: how many each has, and those it has when a queue's call is over and it is still there
//! (`fifo_track_call_function` and `dec_use_count` in `mod_fifo.c`).

use super::{Fifos, SUBCLASS, fifo_event, talk};
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::Origin;
use crate::event::origin::origin;

use trunkline_proto::CallDirection;

const TRACKED: Origin = origin("mod_fifo.c", "fifo_track_call_function", 2505);
const UNTRACKED: Origin = origin("mod_fifo.c", "dec_use_count", 2411);

impl Core {
    /// Which member a call is one of.
    pub(super) fn member_of(&self, id: ChannelId) -> Option<String> {
        let uuid = self.channel_variable(id, b"fifo_outbound_uuid")?;
        Some(String::from_utf8_lossy(uuid).into_owned())
    }

    /// What an event says of a member, if a call is one's.
    pub(super) fn member_headers(&self, id: ChannelId) -> Vec<(&'static str, String)> {
        self.member_of(id).map_or_else(Vec::new, |member| self.fifos.use_headers(&member))
    }

    /// A member is in a call.
    pub(super) fn member_is_used(&mut self, member: &str) {
        *self.fifos.uses.entry(member.to_owned()).or_default() += 1;
        let now = self.now.as_secs();
        self.fifos.change_members(member, |member| member.begins(now));
    }

    /// A member's call is over, which a queue made if `of_queue`.
    pub(super) fn member_is_free(&mut self, member: &str, of_queue: bool) {
        if let Some(uses) = self.fifos.uses.get_mut(member) {
            *uses = uses.saturating_sub(1);
        }
        let now = self.now.as_secs();
        self.fifos.change_members(member, |member| member.ends(now, of_queue));
    }

    /// A member who is still there after a queue's call has one of its own.
    pub(super) fn track_member(&mut self, id: ChannelId) {
        let Some(member) = self.member_of(id) else { return };
        let there = |channel: &&Channel| !channel.hung_up();
        let Some(channel) = self.channels.get(id).filter(there) else { return };
        if self.fifos.tracked.contains(&id) {
            return;
        }
        let comes_in = channel.direction == CallDirection::Inbound;
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.set("fifo_track_call", "true");
        }
        self.fifos.tracked.push(id);
        self.member_is_used(&member);
        self.fifos.change_members(&member, |member| member.is_tracked(comes_in));
        let own = |name: &[u8]| {
            String::from_utf8_lossy(self.channel_variable(id, name).unwrap_or_default()).into_owned()
        };
        let (name, number) = if comes_in {
            (own(b"destination_number"), own(b"destination_number"))
        } else {
            (own(b"caller_id_name"), own(b"caller_id_number"))
        };
        let mut headers = self.fifos.use_headers(&member);
        headers.push(("FIFO-Type", "manual".to_owned()));
        headers.push(("FIFO-Caller-CID-Name", name));
        headers.push(("FIFO-Caller-CID-Number", number));
        self.tell_of_member(id, "channel-consumer-start", &TRACKED, &headers);
    }

    /// A call that was tracked is over.
    pub(crate) fn untrack_member(&mut self, id: ChannelId) {
        let Some(place) = self.fifos.tracked.iter().position(|tracked| *tracked == id) else { return };
        self.fifos.tracked.remove(place);
        let member = self.member_of(id);
        if let Some(member) = &member {
            self.member_is_free(member, false);
        }
        let mut headers = vec![("FIFO-Type", "manual".to_owned())];
        headers.extend(member.map_or_else(Vec::new, |member| self.fifos.use_headers(&member)));
        headers.extend(talk::consumer_times(self, id));
        self.tell_of_member(id, "channel-consumer-stop", &UNTRACKED, &headers);
    }

    fn tell_of_member(
        &mut self,
        id: ChannelId,
        action: &str,
        origin: &Origin,
        headers: &[(&'static str, String)],
    ) {
        let event = fifo_event(self, id, origin, (Fifos::MANUAL, action), headers);
        self.fire_custom(SUBCLASS, event);
    }
}

impl Fifos {
    fn use_headers(&self, member: &str) -> Vec<(&'static str, String)> {
        let uses = self.uses.get(member).copied().unwrap_or_default();
        vec![("FIFO-Consumer-Outbound-ID", member.to_owned()), ("FIFO-Consumer-Use-Count", uses.to_string())]
    }
}
