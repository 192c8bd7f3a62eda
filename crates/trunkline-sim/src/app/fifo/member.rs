//! Members of queues: whom a queue is to call when somebody waits in it (`fifo_member_add` and `xml_callback` in
//! `mod_fifo.c`).

use super::Fifos;
use crate::originate::blocks;
use crate::text::md5_hex;
use crate::time::Time;
use crate::xml::Node;

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// What tells it from others: its `fifo_outbound_uuid`, or the digest of its dial string.
    uuid: String,
    pub(crate) dial: String,
    /// How many calls it takes at once.
    pub(crate) at_once: u32,
    /// How long it may ring, in seconds.
    pub(crate) timeout: u32,
    /// How long it is left alone after a call, in seconds.
    pub(crate) lag: u32,
    pub(crate) takes_calls: u32,
    since: Time,
}

impl Member {
    pub(crate) fn new(dial: &str, since: Time) -> Self {
        let (uuid, dial) = (identity(dial), dial.to_owned());
        Self { uuid, dial, at_once: 1, timeout: 60, lag: 5, takes_calls: 1, since }
    }

    fn to_node(&self, of_its_own_queue: bool) -> Node {
        let mut node = Node::new("member");
        self.dial.clone_into(&mut node.text);
        let number = |number: u32| number.to_string();
        let mut set = |name: &str, value: &str| node.set_attribute(name, value);
        set("simo", &number(self.at_once));
        set("use_count", "0");
        set("timeout", &number(self.timeout));
        set("lag", &number(self.lag));
        set("outbound-call-count", "0");
        set("outbound-fail-count", "0");
        set("taking-calls", &number(self.takes_calls));
        set("status", "");
        set("outbound-call-total-count", "0");
        set("outbound-fail-total-count", "0");
        set("logged-on-since", &self.since.date());
        set("manual-calls-out-count", "0");
        set("manual-calls-in-count", "0");
        set("manual-calls-out-total-count", "0");
        set("manual-calls-in-total-count", "0");
        if of_its_own_queue {
            set("ring-count", "0");
            set("start-time", "never");
            set("stop-time", "never");
        }
        set("next-available", "now");
        node
    }
}

fn identity(dial: &str) -> String {
    const NAMED: &[u8] = b"fifo_outbound_uuid";
    let variables = blocks(dial.as_bytes(), b'{', b'}', b',').map(|(variables, _)| variables);
    let named = variables.into_iter().flatten().find(|(name, _)| name.eq_ignore_ascii_case(NAMED));
    match named {
        Some((_, uuid)) => String::from_utf8_lossy(&uuid).into_owned(),
        None => md5_hex(dial.as_bytes()),
    }
}

impl Fifos {
    /// Makes somebody a member of a queue, in the place of one who was that before; the queue is made if need be.
    pub(crate) fn add_member(&mut self, queue: &str, member: Member) {
        let members = self.members_mut(queue);
        members.retain(|known| known.uuid != member.uuid);
        members.push(member);
    }

    /// Takes whom a dial string calls out of a queue, which is made if need be.
    pub(crate) fn remove_member(&mut self, queue: &str, dial: &str) {
        let uuid = identity(dial);
        self.members_mut(queue).retain(|known| known.uuid != uuid);
    }

    /// What `fifo list` says of a queue's members. The queue of tracked calls has those of all.
    pub(crate) fn members_node(&self, queue: &str) -> Node {
        let mut node = Node::new("outbound");
        if queue == Self::MANUAL {
            let mut all: Vec<&Member> = self.iter().flat_map(|(_, fifo)| &fifo.members).collect();
            all.sort_by_key(|member| (&member.uuid, &member.dial));
            all.dedup();
            all.into_iter().for_each(|member| node.add(member.to_node(false)));
        } else {
            let members = self.get(queue).into_iter().flat_map(|fifo| &fifo.members);
            members.for_each(|member| node.add(member.to_node(true)));
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_known_by_its_uuid_or_its_dial_string() {
        let mut fifos = Fifos::default();
        let add = |fifos: &mut Fifos, dial: &str| fifos.add_member("q", Member::new(dial, Time::default()));
        add(&mut fifos, "null/1");
        add(&mut fifos, "{fifo_outbound_uuid=a}null/1");
        add(&mut fifos, "{fifo_outbound_uuid=a}null/2");
        add(&mut fifos, "null/1");
        let dials = |fifos: &Fifos| -> Vec<String> {
            fifos.get("q").unwrap().members.iter().map(|member| member.dial.clone()).collect()
        };
        assert_eq!(dials(&fifos), ["{fifo_outbound_uuid=a}null/2", "null/1"]);
        fifos.remove_member("q", "{fifo_outbound_uuid=a}null/3");
        assert_eq!(dials(&fifos), ["null/1"]);
    }
}
