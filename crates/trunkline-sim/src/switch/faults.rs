//! Unkindness: what is done to what is sent, and what happens to the whole switch. See [`crate::fault`].

use std::collections::BTreeSet;

use bytes::Bytes;
use trunkline_proto::{EventBuilder, EventName, HangupCause};

use super::{ConnectionId, Effect, Switch, Timer};
use crate::core::{Announced, Core};
use crate::event::{Fired, origin};
use crate::fault::{Fate, Fault, Faults, Greeting, Pipe, delay, happens};
use crate::listener::Kind;
use crate::schedule::Schedule;
use crate::time::Time;

/// Restarts so far are told apart in the seed by this.
pub(super) const ANOTHER_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

impl Switch {
    /// Changes the rules of unkindness; what they are is in [`config`](Self::config).
    pub fn change_faults(&mut self, now: Time, change: impl FnOnce(&mut Faults)) {
        self.catch_up(now);
        change(&mut self.core.config.faults);
        self.obey_rules();
        self.deliver();
    }

    /// Has something happen, now.
    pub fn fail(&mut self, fault: Fault, now: Time) {
        self.catch_up(now);
        self.commit(fault, None);
        self.deliver();
    }

    /// Has something happen to all connections but that which orders it.
    pub(super) fn commit(&mut self, fault: Fault, spared: Option<ConnectionId>) {
        let others: Vec<ConnectionId> = self.connections().filter(|id| Some(*id) != spared).collect();
        match fault {
            Fault::Stall(time) => self.stall(self.core.now.after(time)),
            Fault::HalfOpen => others.into_iter().for_each(|id| self.pipe(id).dead = true),
            Fault::Disconnect => others.into_iter().for_each(|id| self.drop_connection(id)),
            Fault::Flood(count) => self.flood(count),
            Fault::Restart(time) => self.restart(self.core.now.after(time)),
        }
    }

    /// Does what follows from a change of the rules.
    pub(super) fn obey_rules(&mut self) {
        let rules = &self.core.config.faults;
        if !rules.accept_full {
            for (id, peer) in std::mem::take(&mut self.unaccepted) {
                self.accept(id, peer);
                self.handle_packets(id);
            }
        }
        if self.core.config.faults.killed_calls > 0 && !self.kills_calls {
            self.kills_calls = true;
            self.timers.at(self.core.now.whole_seconds_later(1), Timer::KillCalls);
        }
    }

    /// Sends bytes, or makes of them what the rules want.
    pub(super) fn send(&mut self, to: ConnectionId, kind: Kind, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        let rules = &self.core.config.faults;
        let is_open = rules.spare_bytes() && self.pipes.is_empty() && self.core.now >= self.stalled_until;
        if is_open && self.losing.is_empty() {
            self.effects.push_back(Effect::Send { to, bytes });
        } else if kind == Kind::Reply && self.losing.remove(&to) {
            self.drop_connection(to);
        } else {
            self.send_through(to, kind, bytes);
        }
    }

    fn send_through(&mut self, to: ConnectionId, kind: Kind, mut bytes: Bytes) {
        let (rules, rng, now) = (&self.core.config.faults, &mut self.chance, self.core.now);
        let pipe = self.pipes.entry(to).or_default();
        if kind == Kind::Greeting && rules.greeting == Greeting::Withheld {
            pipe.dead = true;
        }
        if pipe.dead {
            return;
        }
        if kind == Kind::Reply && rules.reply_room > 0 {
            bytes.truncate(rules.reply_room);
        }
        let at = self.stalled_until.max(now.after(delay(kind, rules, rng)));
        let fate = if kind == Kind::Event { Fate::of_event(rules, rng) } else { Fate::Goes };
        match fate {
            Fate::Lost => {}
            Fate::Goes => pipe.push(bytes, at, rules, rng),
            Fate::Twice => {
                pipe.push(bytes.clone(), at, rules, rng);
                pipe.push(bytes, at, rules, rng);
            }
            Fate::After(delay) => pipe.push_late(bytes, at.after(delay)),
        }
        self.pump(to);
    }

    /// Lets go what is due, and comes again for the rest.
    pub(super) fn pump(&mut self, to: ConnectionId) {
        let Some(pipe) = self.pipes.get_mut(&to) else { return };
        while let Some(bytes) = pipe.pop(self.core.now, &self.core.config.faults, &mut self.chance) {
            self.effects.push_back(Effect::Send { to, bytes });
        }
        match pipe.next() {
            Some(next) if pipe.wakes_at.is_none_or(|at| next < at) => {
                pipe.wakes_at = Some(next);
                self.timers.at(next, Timer::Pipe(to));
            }
            Some(_) => {}
            None if pipe.dead => {}
            None => {
                if self.pipes.remove(&to).is_some_and(|pipe| pipe.closes) {
                    self.effects.push_back(Effect::Close { connection: to });
                }
            }
        }
    }

    /// A time for which a pipe was to be looked at has come.
    pub(super) fn pump_again(&mut self, to: ConnectionId) {
        if let Some(pipe) = self.pipes.get_mut(&to) {
            pipe.wakes_at = None;
        }
        self.pump(to);
    }

    /// Ends a connection without a word.
    pub(super) fn drop_connection(&mut self, id: ConnectionId) {
        self.unaccepted.retain(|(waiting, _)| *waiting != id);
        self.cut(id);
        self.forget(id);
    }

    /// Closes a connection, after what is on its way to it.
    pub(super) fn close(&mut self, id: ConnectionId) {
        match self.pipes.get_mut(&id) {
            // Nobody hears of it: it stays until the client has had enough.
            Some(pipe) if pipe.dead => {}
            Some(pipe) => pipe.closes = true,
            None => self.effects.push_back(Effect::Close { connection: id }),
        }
    }

    /// Cuts a connection, and what is on its way to it.
    pub(super) fn cut(&mut self, id: ConnectionId) {
        self.pipes.remove(&id);
        self.effects.push_back(Effect::Cut { connection: id });
    }

    /// Notes that a connection is to be cut instead of being answered, if the rules say so of what it has said.
    pub(super) fn note_lost_reply(&mut self, id: ConnectionId, command: &[u8]) {
        let Some(text) = &self.core.config.faults.lose_reply else { return };
        let is_it = command.windows(text.len().max(1)).any(|part| part == text.as_bytes());
        // The order itself holds the text, too.
        if is_it && !command.starts_with(b"api sim") {
            self.core.config.faults.lose_reply = None;
            self.losing.insert(id);
        }
    }

    fn pipe(&mut self, id: ConnectionId) -> &mut Pipe {
        self.pipes.entry(id).or_default()
    }

    /// Nobody is sent anything until a time.
    pub(super) fn stall(&mut self, until: Time) {
        self.stalled_until = self.stalled_until.max(until);
        for pipe in self.pipes.values_mut() {
            pipe.stall(until);
        }
    }

    fn flood(&mut self, count: u32) {
        for number in 1..=count {
            let (name, subclass) = (EventName::Custom, "sim::flood");
            let event = EventBuilder::new().header("Event-Subclass", subclass);
            let event = self.core.add_standard_headers(event, name.as_str(), &origin::FLOOD);
            let event = event.header("Sim-Flood", number.to_string());
            let fired = Fired::new(name, Some(subclass.into()), event);
            self.core.announce(Announced::Event(fired.into()));
        }
    }

    /// Everything is gone; another switch begins at the same address.
    fn restart(&mut self, up: Time) {
        self.drop_everything();
        self.timers = Schedule::default();
        self.kills_calls = false;
        self.restarts += 1;
        let config = self.core.config.clone();
        let mut next = config.clone();
        next.seed ^= self.restarts.wrapping_mul(ANOTHER_SEED);
        let now = self.core.now;
        self.core = Core::new(next, up);
        self.core.config = config;
        if up > now {
            self.is_down = true;
            self.effects.push_back(Effect::Listen { open: false });
            self.timers.at(up, Timer::Up);
        }
        self.obey_rules();
    }

    /// Cuts all connections, and forgets them and those being made.
    pub(super) fn drop_everything(&mut self) {
        // Those that have ended, too, and have not had everything yet.
        let all: BTreeSet<ConnectionId> = self.connections().chain(self.pipes.keys().copied()).collect();
        for id in all {
            self.cut(id);
        }
        self.listeners.clear();
        self.stirred.clear();
        self.resuming.clear();
        self.waiters.clear();
        self.dials.clear();
        self.unaccepted.clear();
        self.losing.clear();
    }

    pub(super) fn come_up(&mut self) {
        self.is_down = false;
        self.effects.push_back(Effect::Listen { open: true });
    }

    /// Hangs some calls up.
    pub(super) fn kill_calls(&mut self) {
        let percent = self.core.config.faults.killed_calls;
        if percent == 0 {
            self.kills_calls = false;
            return;
        }
        let calls: Vec<_> = self.core.channels.iter().map(|channel| channel.id).collect();
        for id in calls {
            if happens(percent, &mut self.chance) {
                self.core.hangup(id, HangupCause::NormalTemporaryFailure, &origin::KILL);
            }
        }
        self.core.settle();
        self.timers.at(self.core.now.whole_seconds_later(1), Timer::KillCalls);
    }
}
