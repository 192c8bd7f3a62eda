//! How connections end.

use trunkline_proto::listener::{
    GOODBYE, SHUTTING_DOWN, command_reply, disconnect_notice, session_disconnect_notice,
};

use super::{ConnectionId, Switch};
use crate::listener::Kind;

impl Switch {
    /// Says goodbye, and forgets the connection; its channel is let go.
    pub(super) fn say_goodbye(&mut self, id: ConnectionId) {
        if self.end(id, GOODBYE) {
            self.close(id);
        }
        self.forget(id);
    }

    /// Cuts a connection that has lost too much because it does not read. What it is told it will hardly read, either.
    pub(super) fn kill(&mut self, id: ConnectionId, notice: &str) {
        if self.end(id, notice) {
            self.cut(id);
        }
        self.forget(id);
        let stall = self.core.config.faults.stall_on_kill;
        if !stall.is_zero() {
            self.stall(self.core.now.after(stall));
        }
    }

    /// Closes every connection, as when the module is unloaded.
    pub(super) fn shut_listeners_down(&mut self) {
        for id in self.connections().collect::<Vec<_>>() {
            if self.end(id, SHUTTING_DOWN) {
                self.close(id);
            }
            self.forget(id);
        }
    }

    /// A last reply; the goodbye follows it, once the connection's jobs are done.
    pub(super) fn leave(&mut self, id: ConnectionId, reply: &[u8]) {
        self.reply(id, command_reply(reply));
        self.finish(id);
    }

    /// The goodbye, once the connection's jobs are done.
    pub(super) fn finish(&mut self, id: ConnectionId) {
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        if listener.jobs == 0 {
            return self.say_goodbye(id);
        }
        listener.leaving = true;
        listener.input.clear();
    }

    /// Sends the notice of the end; false if there is no such connection.
    fn end(&mut self, id: ConnectionId, notice: &str) -> bool {
        let Some(listener) = self.listeners.get(&id) else { return false };
        let channel = listener.bond.as_ref().and_then(|bond| self.core.channels.get(bond.channel));
        let notice = match channel {
            Some(channel) => session_disconnect_notice(&channel.uuid, notice),
            None => disconnect_notice(notice),
        };
        self.send(id, Kind::Notice, notice);
        true
    }

    /// Forgets a connection; its channel is let go.
    pub(super) fn forget(&mut self, id: ConnectionId) {
        let Some(listener) = self.listeners.remove(&id) else { return };
        if listener.log_level.is_some() || !listener.subscriptions.names().is_empty() {
            self.note_interest();
        }
        if let Some(bond) = listener.bond {
            let resumes = bond.resumes || self.core.wants_resume(bond.channel);
            self.core.unbind(bond.channel, id, resumes);
        }
    }
}
