//! Connections the switch makes for its channels (`socket_function` in `mod_event_socket.c`).

use super::{ConnectionId, Effect, Switch};
use crate::app::Dial;
use crate::core::Request;
use crate::listener::{Bond, Listener};
use crate::time::Time;

impl Switch {
    /// A connection that was to be made is up. Nothing is sent on it: the other side speaks first.
    pub fn connected(&mut self, id: ConnectionId, now: Time) {
        self.catch_up(now);
        if let Some(dial) = self.dials.remove(&id)
            && self.core.socket_connected(dial.channel, id)
        {
            let bond = Bond::new(dial.channel, dial.mode.asynchronous);
            self.listeners.insert(id, Listener::outbound(&self.core.config, dial.mode, bond));
            self.stirred.insert(id);
            self.await_first_packet(id);
        } else {
            self.cut(id);
        }
        self.deliver();
    }

    /// A connection that was to be made cannot be: the next address is tried, or the dialplan goes on. `why` is what
    /// the operating system says, for the log: `Connection refused`.
    pub fn connect_failed(&mut self, id: ConnectionId, why: &str, now: Time) {
        self.catch_up(now);
        if let Some(dial) = self.dials.remove(&id) {
            self.core.socket_refused(dial.channel, why);
        }
        self.deliver();
    }

    /// Does what the core asks for.
    ///
    /// `asking` is the connection whose command it came of, if there is one.
    pub(super) fn serve_requests(&mut self, asking: Option<ConnectionId>) {
        while let Some(request) = self.core.requests.pop_front() {
            match request {
                Request::Dial(dial) => self.dial(dial),
                Request::Look(channel) => {
                    if let Some(channel) = self.core.channels.get(channel) {
                        self.stirred.extend(&channel.control.bound);
                    }
                }
                Request::ShutDown => self.shut_down_soon(),
                Request::Halt => self.go_down(),
                Request::RulesChanged => self.obey_rules(),
                Request::Fail(fault) => self.commit(fault, asking),
                Request::Record { path, length, channels } => {
                    // It is there before anybody hears of it.
                    self.effects.push_front(Effect::Record { path, length, channels });
                }
            }
        }
    }

    fn dial(&mut self, dial: Dial) {
        let connection = self.new_connection();
        let (host, port) = (dial.host.clone(), dial.port);
        self.dials.insert(connection, dial);
        self.effects.push_back(Effect::Dial { connection, host, port });
    }
}
