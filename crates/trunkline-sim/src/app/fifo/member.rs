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
    pub(super) uuid: String,
    pub(crate) dial: String,
    /// How many calls it takes at once.
    pub(crate) at_once: u32,
    /// How long it may ring, in seconds.
    pub(crate) timeout: u32,
    /// How long it is left alone after a call, in seconds.
    pub(crate) lag: u32,
    pub(crate) takes_calls: u32,
    since: Time,
    /// In how many calls it is.
    used: u32,
    /// How many calls to it are on their way.
    pub(super) ringing: u32,
    /// Calls of queues that it took, and those it did not since then.
    calls: u32,
    fails: u32,
    all_fails: u32,
    /// Calls that were tracked, made by it and to it.
    tracked_out: u32,
    tracked_in: u32,
    /// When it was in a call, and may be called again, in seconds; 0 for never, and for now.
    started: u64,
    stopped: u64,
    next: u64,
}

impl Member {
    pub(crate) fn new(dial: &str, since: Time) -> Self {
        let (uuid, dial) = (identity(dial), dial.to_owned());
        Self {
            uuid,
            dial,
            at_once: 1,
            timeout: 60,
            lag: 5,
            takes_calls: 1,
            since,
            used: 0,
            ringing: 0,
            calls: 0,
            fails: 0,
            all_fails: 0,
            tracked_out: 0,
            tracked_in: 0,
            started: 0,
            stopped: 0,
            next: 0,
        }
    }

    /// Whether it may be called. One in a call is left alone, whatever it takes at once.
    pub(super) fn is_free(&self, now: u64) -> bool {
        let room = self.used + self.ringing < self.at_once;
        self.takes_calls == 1 && room && self.used == 0 && self.next <= now
    }

    /// Who is called before others.
    pub(super) fn order(&self) -> (u64, u32, u32) {
        (self.next, self.fails, self.calls)
    }

    /// Whether the directory says how it is reached.
    pub(super) fn is_user(&self) -> bool {
        self.dial.contains("user/")
    }

    /// How it is called for a queue.
    pub(super) fn dial_for(&self, queue: &str) -> String {
        let Self { uuid, timeout, .. } = self;
        let whole = blocks(self.dial.as_bytes(), b'{', b'}', b',');
        let rest = whole.map_or(self.dial.as_str().into(), |(_, rest)| String::from_utf8_lossy(rest));
        let own = format!("leg_timeout={timeout},fifo_outbound_uuid={uuid},fifo_name={queue}");
        if self.is_user() {
            format!("{{ignore_early_media=true,outbound_redirect_fatal=true,{own}}}{}", self.dial)
        } else {
            format!("[{own}]{rest}")
        }
    }

    /// A call begins.
    pub(super) fn begins(&mut self, now: u64) {
        (self.started, self.stopped, self.fails) = (now, 0, 0);
        self.used += 1;
    }

    /// A call is over, which a queue made, or none.
    pub(super) fn ends(&mut self, now: u64, of_queue: bool) {
        if self.used == 0 {
            return;
        }
        self.used -= 1;
        self.stopped = now;
        self.next = now + u64::from(self.lag) + 1;
        self.calls += u32::from(of_queue);
    }

    /// It did not take a call.
    pub(super) fn fails(&mut self, now: u64) {
        self.fails += 1;
        self.all_fails += 1;
        self.next = now + u64::from(self.lag) + 1;
    }

    /// It has a call of its own.
    pub(super) fn is_tracked(&mut self, made_by_it: bool) {
        if made_by_it {
            self.tracked_out += 1;
        } else {
            self.tracked_in += 1;
        }
    }

    fn to_node(&self, of_its_own_queue: bool) -> Node {
        let mut node = Node::new("member");
        self.dial.clone_into(&mut node.text);
        let number = |number: u32| number.to_string();
        let mut set = |name: &str, value: &str| node.set_attribute(name, value);
        set("simo", &number(self.at_once));
        set("use_count", &number(self.used));
        set("timeout", &number(self.timeout));
        set("lag", &number(self.lag));
        set("outbound-call-count", &number(self.calls));
        set("outbound-fail-count", &number(self.fails));
        set("taking-calls", &number(self.takes_calls));
        set("status", "");
        set("outbound-call-total-count", &number(self.calls));
        set("outbound-fail-total-count", &number(self.all_fails));
        set("logged-on-since", &self.since.date());
        set("manual-calls-out-count", &number(self.tracked_out));
        set("manual-calls-in-count", &number(self.tracked_in));
        set("manual-calls-out-total-count", &number(self.tracked_out));
        set("manual-calls-in-total-count", &number(self.tracked_in));
        let date = |seconds: u64, never: &str| match seconds {
            0 => never.to_owned(),
            seconds => Time::from_micros(seconds * 1_000_000).date(),
        };
        if of_its_own_queue {
            set("ring-count", &number(self.ringing));
            set("start-time", &date(self.started, "never"));
            set("stop-time", &date(self.stopped, "never"));
        }
        set("next-available", &date(self.next, "now"));
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
    fn a_member_is_called_and_left_alone() {
        let mut member = Member::new("{a=1}null/1", Time::default());
        member.uuid = "m".into();
        let own = "leg_timeout=60,fifo_outbound_uuid=m,fifo_name=q";
        assert_eq!(member.dial_for("q"), format!("[{own}]null/1"));
        assert!(member.is_free(100));
        member.begins(100);
        assert!(!member.is_free(100));
        member.ends(110, true);
        assert_eq!((member.calls, member.next), (1, 116));
        assert!(!member.is_free(115) && member.is_free(116));
        member.ends(120, true);
        assert_eq!((member.calls, member.next), (1, 116), "there was no call to end");
        member.fails(200);
        assert_eq!((member.fails, member.all_fails, member.next), (1, 1, 206));
        member.begins(206);
        assert_eq!((member.fails, member.all_fails), (0, 1));
        let user = Member { uuid: "m".into(), ..Member::new("user/1", Time::default()) };
        let asked = "ignore_early_media=true,outbound_redirect_fatal=true";
        assert_eq!(user.dial_for("q"), format!("{{{asked},{own}}}user/1"));
    }

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
