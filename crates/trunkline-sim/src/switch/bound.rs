//! What a connection asks of the channel it is bound to.

use trunkline_proto::listener::{Packet, command_reply};
use trunkline_proto::{EventBuilder, EventFormat, EventName};

use super::{ConnectionId, Switch, Timer, Waiter};
use crate::channel::ChannelId;
use crate::event::origin;
use crate::listener::bond::Linger;
use crate::listener::{Bond, Kind, NOT_FOUND, Reply};
use crate::text::{atoi, is_true};

impl Switch {
    /// The channel a connection is bound to.
    fn channel_of(&self, id: ConnectionId) -> Option<ChannelId> {
        Some(self.listeners.get(&id)?.bond.as_ref()?.channel)
    }

    /// `connect`: the channel as it is now, as an event without a frame around it.
    pub(super) fn connect_request(&mut self, id: ConnectionId) {
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        listener.swallows = false;
        let Some(bond) = &listener.bond else { return };
        let (channel, asynchronous) = (bond.channel, bond.asynchronous);
        // One that has bound itself has not got the word, either.
        let full = listener.dialled.is_none_or(|mode| mode.full);
        let name = EventName::ChannelData;
        let mut event = self.core.new_event(&name, &origin::CONNECT);
        if let Some(channel) = self.core.channels.get(channel) {
            if let Some(profile) = &channel.profile {
                profile.write("Channel", &mut event);
            }
            channel.write_basic(&mut event);
            channel.write_variables(&mut event);
        }
        let mut event = unique(&event.to_builder());
        event.push("Content-Type", "command/reply");
        event.push("Reply-Text", "+OK\n");
        event.push("Socket-Mode", if asynchronous { "async" } else { "static" });
        event.push("Control", if full { "full" } else { "single-channel" });
        self.send(id, Kind::Reply, event.payload(EventFormat::Plain));
        if listener_was_dialled(self, id) {
            let later = self.core.now.after(self.core.config.park_delay);
            self.timers.at(later, Timer::Park(channel));
        }
    }

    /// `getvar <name>`: the value as it is; none, or an empty one, is a command not found.
    pub(super) fn getvar_request(&mut self, id: ConnectionId, argument: &[u8]) -> Reply {
        let Some(space) = argument.iter().position(|byte| *byte == b' ') else { return NOT_FOUND.into() };
        let name = argument.get(space + 1..).unwrap_or_default();
        let value = self.channel_of(id).and_then(|channel| self.core.channel_variable(channel, name));
        value.unwrap_or_default().to_vec()
    }

    /// `resume`
    pub(super) fn resume_request(&mut self, id: ConnectionId) -> Reply {
        let Some(bond) = self.listeners.get_mut(&id).and_then(|listener| listener.bond.as_mut()) else {
            return NOT_FOUND.into();
        };
        bond.resumes = true;
        let channel = bond.channel;
        if let Some(channel) = self.core.channels.get_mut(channel) {
            channel.variables.set("socket_resume", "true");
        }
        "+OK".into()
    }

    /// `myevents`, of the own channel, or of another that the connection is bound to from now on. Of one that nobody
    /// knows, it is every channel's.
    pub(super) fn my_events_request(&mut self, id: ConnectionId, packet: &Packet, argument: &[u8]) -> Reply {
        let Some(listener) = self.listeners.get_mut(&id) else { return Reply::new() };
        if listener.my_events {
            return "-ERR aready enabled.".into();
        }
        if listener.bond.is_none() {
            let mut words = argument.splitn(2, |byte| *byte == b' ');
            let uuid = words.next().unwrap_or_default();
            match self.core.channels.find(uuid) {
                Some(channel) => {
                    listener.bond = Some(Bond::new(channel, true));
                    self.core.bind(channel, id);
                }
                None if words.next().is_some() => return "-ERR invalid uuid".into(),
                None => {}
            }
            listener.listen_to_own(uuid);
        } else {
            listener.listen_to_own(packet.text());
        }
        "+OK Events Enabled".into()
    }

    /// `divert_events on|off`
    pub(super) fn divert_request(&mut self, id: ConnectionId, argument: &[u8]) -> Reply {
        let Some(channel) = self.channel_of(id).and_then(|channel| self.core.channels.get_mut(channel))
        else {
            return "-ERR not controlling a session.".into();
        };
        let spaces = argument.iter().take_while(|byte| **byte == b' ').count();
        let word = argument.get(spaces..).unwrap_or_default();
        if word.is_empty() {
            return "-ERR missing value.".into();
        }
        channel.control.diverts = word.eq_ignore_ascii_case(b"on");
        if channel.control.diverts { "+OK events diverted" } else { "+OK events not diverted" }.into()
    }

    /// `linger [<seconds>]`; `text` is the whole packet from behind the word, since it is not cut at its line's end.
    pub(super) fn linger_request(&mut self, id: ConnectionId, text: &[u8]) -> Reply {
        let Some(bond) = self.listeners.get_mut(&id).and_then(|listener| listener.bond.as_mut()) else {
            return "-ERR not controlling a session".into();
        };
        bond.lingers = true;
        bond.linger = match text.split_first() {
            Some((b' ', seconds)) => match atoi(seconds) {
                -1 => Linger::ForEver,
                seconds => Linger::Seconds(seconds),
            },
            _ => Linger::ForEver,
        };
        let reply = match bond.linger {
            Linger::Seconds(seconds) => format!("+OK will linger {seconds} seconds").into_bytes(),
            _ => "+OK will linger".into(),
        };
        // One that lingers already may have lingered long enough.
        self.timers.at(self.core.now, Timer::Linger(id));
        reply
    }

    /// `nolinger`
    pub(super) fn no_linger_request(&mut self, id: ConnectionId) -> Reply {
        let Some(bond) = self.listeners.get_mut(&id).and_then(|listener| listener.bond.as_mut()) else {
            return "-ERR not controlling a session".into();
        };
        bond.lingers = false;
        "+OK will not linger".into()
    }

    /// `sendmsg [<uuid>]`: whatever the channel makes of it, it is taken.
    pub(super) fn send_message(&mut self, id: ConnectionId, packet: &Packet, argument: &[u8]) {
        let spaces = argument.iter().take_while(|byte| **byte == b' ').count();
        let named = argument.get(spaces..).filter(|uuid| !uuid.is_empty()).map(<[u8]>::to_vec);
        let named = named.or_else(|| packet.header("session-id").map(|uuid| uuid.into_owned()));
        let bond = self.listeners.get(&id).and_then(|listener| listener.bond.as_ref());
        let own = bond.and_then(|bond| self.core.channels.get(bond.channel));
        let is_own = own.is_some_and(|own| named.as_ref().is_none_or(|uuid| *uuid == own.uuid.as_bytes()));
        let waits = |bond: &&Bond| !bond.asynchronous && !packet.header("async").is_some_and(|v| is_true(&v));
        if let Some(bond) = bond.filter(|_| is_own).filter(waits) {
            return self.run_own_message(id, bond.channel, packet);
        }
        let uuid = named.unwrap_or_default();
        let channel = if is_own { bond.map(|bond| bond.channel) } else { self.core.channels.find(&uuid) };
        let Some(channel) = channel else {
            let refusal = [b"-ERR invalid session id [".as_slice(), &uuid, b"]"].concat();
            return self.reply(id, command_reply(&refusal));
        };
        if self.core.message_channel(channel, packet) {
            self.reply(id, command_reply(b"+OK"));
        } else {
            // No room: the command fails, and with it the connection, without a reply.
            self.finish(id);
        }
    }

    /// The connection is the channel's thread: the message is carried out in it, and answered then.
    fn run_own_message(&mut self, id: ConnectionId, channel: ChannelId, packet: &Packet) {
        let call = self.core.new_call();
        if let Some(listener) = self.listeners.get_mut(&id) {
            listener.blocked_on = Some(call);
        }
        self.waiters.insert(call, Waiter::Message(id));
        self.core.run_message(channel, packet, call);
        self.take_answers();
    }
}

fn listener_was_dialled(switch: &Switch, id: ConnectionId) -> bool {
    switch.listeners.get(&id).is_some_and(|listener| listener.dialled.is_some())
}

/// The event with each header once: a later one replaces those before and goes last (`EF_UNIQ_HEADERS` in
/// `src/switch_event.c`).
fn unique(event: &EventBuilder) -> EventBuilder {
    let headers: Vec<_> = event.headers().collect();
    let mut unique = EventBuilder::new();
    for (place, (name, values)) in headers.iter().enumerate() {
        let again = headers.iter().skip(place + 1).any(|(later, _)| later.eq_ignore_ascii_case(name));
        if !again {
            unique.push_values(name, *values);
        }
    }
    unique
}
