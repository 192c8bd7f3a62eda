//! `sendevent`: an event of the client's own (`parse_command` in `mod_event_socket.c`).

use trunkline_proto::EventName;
use trunkline_proto::listener::Packet;

use super::subscriptions::name_event;
use crate::core::{Announced, Core};
use crate::event::{Draft, Fired, origin};

impl Core {
    /// Fires it; its Event-UUID.
    pub(crate) fn send_event(&mut self, packet: &Packet, argument: &[u8]) -> String {
        let word = argument.trim_ascii_start();
        let named = name_event(word);
        // One that has no name of its own is a CUSTOM event without a subclass.
        let name = named.clone().unwrap_or(EventName::Custom);
        let subclass = packet.header("Event-Subclass").filter(|_| named == Some(EventName::Custom));
        let mut event = Draft::new();
        if let Some(subclass) = subclass {
            event.push("Event-Subclass", subclass);
        }
        event.push("Command", packet.line());
        for (header, value) in packet.headers() {
            if subclass.is_none() || !header.eq_ignore_ascii_case(b"Event-Subclass") {
                event.push(header, value);
            }
        }
        let uuid = self.new_uuid();
        event.push("Event-UUID", uuid.as_str());
        let mut event = self.add_standard_headers(event, name.as_str(), &origin::SENDEVENT);
        if let Some(body) = packet.body() {
            event = event.body(body);
        }
        let fired = Fired::new(name, subclass.map(Vec::from), event);
        self.announce(Announced::Event(fired.into()));
        uuid
    }
}
