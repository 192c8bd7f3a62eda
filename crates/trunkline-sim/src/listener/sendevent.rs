//! `sendevent`: an event of the client's own (`parse_command` in `mod_event_socket.c`).

use trunkline_proto::listener::Packet;
use trunkline_proto::{EventBuilder, EventName, Values};

use super::subscriptions::name_event;
use crate::app::Running;
use crate::channel::{ChannelId, QUEUE_LENGTH};
use crate::core::{Announced, Core};
use crate::event::{Draft, Fired, origin};

/// An event that nobody has copied still has its subclass where it was put, behind all else.
fn as_made(Fired { name, subclass, content, .. }: Fired) -> Fired {
    let mut content = content.to_builder();
    if let Some(subclass) = &subclass {
        content.delete("Event-Subclass");
        content.push("Event-Subclass", subclass);
    }
    Fired::new(name, subclass, content)
}

/// Adds a header as a copy of an event has it: without the empty elements an array begins with (`switch_event_dup` in
/// `src/switch_event.c`).
fn push_copied(event: &mut Draft, name: &[u8], values: Values<'_>) {
    if values.iter().next().is_none_or(|first| !first.is_empty()) {
        return event.push_values(name, values);
    }
    let mut copy = EventBuilder::new();
    copy.push_list(name, values.iter().skip_while(|element| element.is_empty()));
    for (name, values) in copy.headers().filter(|(_, values)| !values.is_empty()) {
        event.push_values(name, values);
    }
}

impl Core {
    /// Fires it, or queues it to the channel it names; its Event-UUID.
    pub(crate) fn send_event(&mut self, packet: &Packet, argument: &[u8]) -> String {
        let word = argument.trim_ascii_start();
        let named = name_event(word);
        // One that has no name of its own is a CUSTOM event without a subclass.
        let name = named.clone().unwrap_or(EventName::Custom);
        let subclass = packet.header("Event-Subclass").filter(|_| named == Some(EventName::Custom));
        let mut event = Draft::new();
        if let Some(subclass) = &subclass {
            event.push("Event-Subclass", subclass);
        }
        event.push("Command", packet.line());
        for (header, values) in packet.headers() {
            if subclass.is_none() || !header.eq_ignore_ascii_case(b"Event-Subclass") {
                push_copied(&mut event, header, values);
            }
        }
        let uuid = self.new_uuid();
        event.push("Event-UUID", uuid.as_str());
        if let Some(body) = packet.body() {
            event = event.body(body);
        }
        let fired = Fired::new(name.clone(), subclass.map(|subclass| subclass.into_owned()), event);
        let channel = packet.header("Unique-ID").and_then(|uuid| self.channels.find(&uuid));
        if name == EventName::ChannelCreate && packet.header("Unique-ID").is_none() {
            self.add_ghost(packet);
        }
        let fired = match channel {
            Some(channel) => self.queue_to_session(channel, fired),
            None => Some(fired),
        };
        if let Some(Fired { subclass, content, .. }) = fired {
            let event = self.add_standard_headers(content, name.as_str(), &origin::SENDEVENT);
            self.announce(Announced::Event(Fired::new(name, subclass, event).into()));
        }
        uuid
    }

    /// Queues an event to a session, whose thread makes something of it; given back if there is no room
    /// (`switch_core_session_queue_event` in `src/switch_core_session.c`).
    pub(crate) fn queue_to_session(&mut self, id: ChannelId, event: Fired) -> Option<Fired> {
        let Some(channel) = self.channels.get_mut(id) else { return Some(event) };
        if channel.control.diverts && !channel.hung_up() {
            self.announce(Announced::Diverted(id, as_made(event).into()));
            return None;
        }
        if channel.control.events.len() >= QUEUE_LENGTH {
            return Some(event);
        }
        channel.control.events.push_back(event);
        if channel.running_apps.last().is_some_and(Running::is_parked) {
            self.fire_session_events(id);
        }
        None
    }

    /// A parked channel fires what is queued to its session, with its own data, and nothing else added
    /// (`switch_ivr_park` in `src/switch_ivr.c`).
    pub(crate) fn fire_session_events(&mut self, id: ChannelId) {
        while let Some(channel) = self.channels.get_mut(id) {
            let Some(Fired { name, subclass, mut content, .. }) = channel.control.events.pop_front() else {
                return;
            };
            channel.write_basic(&mut content);
            if name == EventName::Custom {
                channel.write_variables(&mut content);
            }
            self.announce(Announced::Event(Fired::new(name, subclass, content).into()));
        }
    }
}
