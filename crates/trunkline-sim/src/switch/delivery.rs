//! Who is told what, and when.

use trunkline_proto::listener::{LOST_EVENTS, LOST_LOG_LINES, api_response, command_reply, linger_notice};
use trunkline_proto::{EventName, EventSet};

use super::{ConnectionId, Switch, Timer, Waiter};
use crate::api::CallId;
use crate::core::{Announced, Core};
use crate::event::{Fired, Origin, origin};
use crate::listener::{Bond, Kind, Listener, Offer};
use crate::log;

/// What may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Events,
    Logs,
}

impl Switch {
    /// Hands over what the core has come up with: answers to commands, which let their connections go on, then
    /// events and log lines to every connection that may be told.
    pub(super) fn deliver(&mut self) {
        loop {
            self.take_answers();
            self.serve_requests(None);
            self.distribute(None);
            if let Some(id) = self.resuming.pop_front() {
                self.handle_packets(id);
                continue;
            }
            if !self.settle_stirred() {
                return;
            }
        }
    }

    pub(super) fn take_answers(&mut self) {
        while let Some((call, output)) = self.core.take_finished() {
            self.answer(call, &output);
        }
    }

    /// Tells the core what anybody listens for.
    pub(super) fn note_interest(&mut self) {
        let listeners = self.listeners.values();
        self.core.interest.events =
            listeners.fold(EventSet::new(), |all, listener| all.union(listener.subscriptions.names()));
        let levels = self.listeners.values().filter_map(|listener| listener.log_level);
        self.core.interest.log = levels.max().and_then(|level| u8::try_from(level).ok());
    }

    pub(super) fn answer(&mut self, call: CallId, output: &[u8]) {
        match self.waiters.remove(&call) {
            Some(Waiter::Api(id)) => {
                let output = if output.is_empty() { b"-ERR no reply\n" } else { output };
                if let Some(listener) = self.unblock(id) {
                    // It writes for itself what other commands leave to be written.
                    listener.swallows = false;
                    self.send(id, Kind::Reply, api_response(output));
                }
            }
            Some(Waiter::Message(id)) => {
                self.unblock(id);
                self.reply(id, command_reply(b"+OK"));
            }
            Some(Waiter::Job(id)) => {
                let Some(listener) = self.listeners.get_mut(&id) else { return };
                listener.jobs = listener.jobs.saturating_sub(1);
                if listener.leaving && listener.jobs == 0 {
                    self.say_goodbye(id);
                }
            }
            None => {}
        }
    }

    fn unblock(&mut self, id: ConnectionId) -> Option<&mut Listener> {
        let listener = self.listeners.get_mut(&id)?;
        listener.blocked_on = None;
        self.stirred.insert(id);
        self.resuming.push_back(id);
        Some(listener)
    }

    /// Sends a reply, unless it is to the first command of a connection the switch has made.
    pub(super) fn reply(&mut self, id: ConnectionId, reply: Vec<u8>) {
        let swallowed = self.listeners.get_mut(&id).is_none_or(|it| std::mem::take(&mut it.swallows));
        if !swallowed {
            self.send(id, Kind::Reply, reply);
        }
    }

    /// Puts what is on the bus into the queues of those who listen. `busy` is a connection whose own command it came
    /// of, if that runs in its own thread: it will see at once that its channel is hung up, before anything else
    /// happens to that.
    pub(super) fn distribute(&mut self, busy: Option<ConnectionId>) {
        let limit = self.core.config.queue_limit;
        while let Some(announced) = self.core.take_announced() {
            let mut losses = Vec::new();
            for (id, listener) in &mut self.listeners {
                let (queue, offer) = match &announced {
                    Announced::Event(event) => {
                        let own = own_uuid(&self.core, listener);
                        let offer = listener.offer_event(event, own, limit);
                        if is_hangup_of(event, own) {
                            // In sync mode it is the thread that sees to the rest.
                            let is_quick = |bond: &&Bond| busy == Some(*id) || !bond.asynchronous;
                            let quick = listener.bond.as_ref().filter(is_quick);
                            listener.deaf = quick.is_some_and(|bond| !bond.lingers);
                        }
                        (Queue::Events, offer)
                    }
                    Announced::Log(line) => (Queue::Logs, listener.offer_log(line, limit)),
                    Announced::Diverted(channel, event) => {
                        if listener.bond.as_ref().is_none_or(|bond| bond.channel != *channel) {
                            continue;
                        }
                        let offer = listener.push_event(event, limit);
                        self.stirred.insert(*id);
                        losses.push((*id, Queue::Events, offer, listener.queued().0));
                        break;
                    }
                };
                if matches!(offer, Offer::Queued | Offer::Recovered(_)) {
                    self.stirred.insert(*id);
                }
                if matches!(offer, Offer::Lost(_) | Offer::Recovered(_)) {
                    let (events, logs) = listener.queued();
                    losses.push((*id, queue, offer, if queue == Queue::Events { events } else { logs }));
                }
            }
            for (id, queue, offer, size) in losses {
                self.note_loss(id, queue, offer, size);
            }
        }
    }

    /// What the log says of events and log lines that found no room, or again some; who has lost too many is cut off.
    fn note_loss(&mut self, id: ConnectionId, queue: Queue, offer: Offer, size: usize) {
        let limit = self.core.config.queue_limit;
        let (things, capital, bar) = match queue {
            Queue::Events => ("events", "Event", " |"),
            Queue::Logs => ("log lines", "Log", ""),
        };
        let choose = |events: Origin, logs: Origin| if queue == Queue::Events { events } else { logs };
        match offer {
            Offer::NotWanted | Offer::Queued => {}
            Offer::Recovered(lost) => {
                let text = format!("Lost [{lost}] {things}! {capital} Queue size: [{size}/{limit}]");
                let origin = choose(origin::LOST_SOME_EVENTS, origin::LOST_SOME_LOGS);
                self.core.log(log::CRIT, &origin, &text);
            }
            Offer::Lost(lost) => {
                let text = format!(
                    "{capital} enqueue ERROR [11] | [Resource temporarily unavailable]{bar} \
                     Queue size: [{size}/{limit}] Max queue size reached"
                );
                self.core.log(log::CRIT, &choose(origin::LOST_EVENT, origin::LOST_LOG), &text);
                if lost > self.core.config.most_missed {
                    let (text, notice) = match queue {
                        Queue::Events => (format!("Lost [{lost}] Queue size[{size}/{limit}]"), LOST_EVENTS),
                        Queue::Logs => {
                            (format!("Lost [{lost}] Queue size [{size}/{limit}]!"), LOST_LOG_LINES)
                        }
                    };
                    let text = format!("Killing listener because of too many lost {things}. {text}");
                    self.core.log(log::CRIT, &choose(origin::LOST_EVENTS, origin::LOST_LOGS), &text);
                    self.kill(id, notice);
                }
            }
        }
    }

    /// Has every connection that may have something to do send what is queued, and then see whether its channel is hung
    /// up; true if that has changed anything.
    fn settle_stirred(&mut self) -> bool {
        let stirred = std::mem::take(&mut self.stirred);
        for id in &stirred {
            self.flush(*id);
        }
        let mut changed = false;
        for id in stirred {
            let idle = self.listeners.get(&id).is_some_and(Listener::is_idle);
            if idle && self.is_hung_up(id) {
                self.see_hangup(id);
                changed = true;
            }
        }
        changed
    }

    /// Sends what is queued to a connection, if it may be told.
    fn flush(&mut self, id: ConnectionId) {
        if !self.listeners.get(&id).is_some_and(Listener::may_send) {
            return;
        }
        while let Some((kind, bytes)) = self.listeners.get_mut(&id).and_then(Listener::next_message) {
            self.send(id, kind, bytes);
        }
    }

    /// A connection sees that its channel is hung up: it ends, or begins to linger.
    pub(super) fn see_hangup(&mut self, id: ConnectionId) {
        let now = self.core.now;
        let Some(bond) = self.listeners.get_mut(&id).and_then(|listener| listener.bond.as_mut()) else {
            return;
        };
        let channel = bond.channel;
        let Some(seconds) = bond.see_hangup(now) else { return self.finish(id) };
        let Some((uuid, name)) =
            self.core.channels.get(channel).map(|channel| (channel.uuid.clone(), channel.shown_name()))
        else {
            return self.finish(id);
        };
        let text = format!("{name} Socket Linger {seconds}");
        self.core.log_session(log::DEBUG, &origin::LINGER, channel, |_| text.clone());
        self.send(id, Kind::Notice, linger_notice(&uuid, &name, seconds));
        self.linger_timeout(id);
    }

    /// Ends a connection that has lingered long enough.
    pub(super) fn linger_timeout(&mut self, id: ConnectionId) {
        let now = self.core.now;
        let Some(listener) = self.listeners.get(&id) else { return };
        let Some(bond) = listener.bond.as_ref().filter(|bond| bond.hangup_seen) else { return };
        match bond.is_over(now) {
            Ok(false) => {}
            Err(later) => self.timers.at(later, Timer::Linger(id)),
            // What runs ends first.
            Ok(true) if !listener.is_idle() => {
                self.timers.at(now.after(self.core.config.frame), Timer::Linger(id));
            }
            Ok(true) => {
                let channel = bond.channel;
                let text = "linger timeout, closing socket";
                self.core.log_session(log::DEBUG, &origin::LINGER_OVER, channel, |_| text.into());
                self.finish(id);
            }
        }
    }
}

/// The uuid of the channel a connection is bound to.
fn own_uuid<'a>(core: &'a Core, listener: &Listener) -> Option<&'a str> {
    let bond = listener.bond.as_ref()?;
    core.channels.get(bond.channel).map(|channel| channel.uuid.as_str())
}

fn is_hangup_of(event: &Fired, own: Option<&str>) -> bool {
    event.name == EventName::ChannelHangup
        && own.is_some()
        && event.first(b"Unique-ID").as_deref() == own.map(str::as_bytes)
}
