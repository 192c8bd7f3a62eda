//! What a connection asks for, and what it is answered (`parse_command` in `mod_event_socket.c`).

use trunkline_proto::listener::{Packet, Request, command_reply};

use super::{ConnectionId, Switch, Waiter};
use crate::event::origin;
use crate::listener::{DENIED, NOT_FOUND, Reply};

/// Bytes of a Job-UUID the switch keeps.
const JOB_UUID_ROOM: usize = 256;

impl Switch {
    /// Takes up the commands a connection has sent, until one blocks or none is whole.
    pub(super) fn handle_packets(&mut self, id: ConnectionId) {
        loop {
            let Some(listener) = self.listeners.get_mut(&id) else { return };
            listener.resumes = false;
            if listener.blocked_on.is_some() {
                return;
            }
            if listener.leaving {
                return listener.input.clear();
            }
            match listener.decoder.decode(&mut listener.input) {
                Ok(Some(packet)) => {
                    listener.spoken = true;
                    self.handle_packet(id, &packet);
                }
                Ok(None) => return,
                Err(_) => return self.say_goodbye(id),
            }
        }
    }

    fn handle_packet(&mut self, id: ConnectionId, packet: &Packet) {
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        let reply: Reply = match Request::parse(packet, listener.standing()) {
            Request::Exit => return self.leave(id, b"+OK bye"),
            Request::Auth(password) => {
                if !listener.auth(password, &self.core.config) {
                    return self.leave(id, b"-ERR invalid");
                }
                "+OK accepted".into()
            }
            Request::UserAuth(argument) => match listener.userauth(argument, &self.core.config) {
                Some(accepted) => accepted.into_bytes(),
                None => return self.leave(id, b"-ERR invalid"),
            },
            Request::Api(line) => return self.api_request(id, line, is_console(packet)),
            Request::BgApi(line) => self.bgapi_request(id, packet, line),
            Request::Reload => return self.reload(id, packet),
            Request::SendEvent(argument) => self.send_event_request(packet, argument),
            Request::SendMsg(argument) => self.send_message(packet, argument),
            request => self.listener_request(id, request),
        };
        self.send(id, command_reply(&reply));
    }

    /// What concerns the connection alone.
    fn listener_request(&mut self, id: ConnectionId, request: Request<'_>) -> Reply {
        let Some(listener) = self.listeners.get_mut(&id) else { return Reply::new() };
        let reply = match request {
            Request::Filter(argument) => listener.filters.command(argument),
            Request::Event(argument) => listener.event(argument),
            Request::NixEvent(argument) => listener.nixevent(argument),
            Request::NoEvents => listener.noevents(),
            Request::Log(argument) => listener.log(argument),
            Request::NoLog => listener.nolog(),
            Request::DivertEvents(_) => "-ERR not controlling a session.".into(),
            Request::Linger(_) | Request::NoLinger => "-ERR not controlling a session".into(),
            // Connections that are bound to a channel are yet to come.
            _ => NOT_FOUND.into(),
        };
        self.note_interest();
        reply
    }

    /// A last reply; the goodbye follows it, once the connection's jobs are done.
    fn leave(&mut self, id: ConnectionId, reply: &[u8]) {
        self.send(id, command_reply(reply));
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        if listener.jobs == 0 {
            return self.say_goodbye(id);
        }
        listener.leaving = true;
        listener.input.clear();
    }

    fn api_request(&mut self, id: ConnectionId, line: &[u8], console: bool) {
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        if !listener.rights.allows_api(line) {
            return self.send(id, command_reply(DENIED.as_bytes()));
        }
        let call = self.core.new_call();
        listener.blocked_on = Some(call);
        self.waiters.insert(call, Waiter::Api(id));
        if console {
            self.core.run_console(call, line);
        } else {
            self.core.run_call(call, line);
        }
        while let Some((finished, output)) = self.core.take_finished() {
            self.answer(finished, &output);
        }
    }

    fn bgapi_request(&mut self, id: ConnectionId, packet: &Packet, line: &[u8]) -> Reply {
        let Some(listener) = self.listeners.get_mut(&id) else { return Reply::new() };
        if !listener.rights.allows_api(line) {
            return DENIED.into();
        }
        listener.jobs += 1;
        let uuid = match packet.header("Job-UUID") {
            Some(uuid) => uuid.get(..JOB_UUID_ROOM).unwrap_or(uuid).to_vec(),
            None => self.core.new_uuid().into_bytes(),
        };
        let call = self.core.run_job(uuid.clone(), line, origin::BACKGROUND_JOB);
        // It may have ended already; whoever waits is told when answers are given out.
        self.waiters.insert(call, Waiter::Job(id));
        [b"~Reply-Text: +OK Job-UUID: ".as_slice(), &uuid, b"\nJob-UUID: ", &uuid, b"\n\n"].concat()
    }

    fn send_event_request(&mut self, packet: &Packet, argument: &[u8]) -> Reply {
        format!("+OK {}", self.core.send_event(packet, argument)).into_bytes()
    }

    /// `sendmsg [<uuid>]`: whatever the channel makes of it, it is taken.
    fn send_message(&mut self, packet: &Packet, argument: &[u8]) -> Reply {
        let uuid = match argument.trim_ascii() {
            [] => packet.header("session-id").unwrap_or_default(),
            uuid => uuid,
        };
        let Some(channel) = self.core.channels.find(uuid) else {
            return [b"-ERR invalid session id [".as_slice(), uuid, b"]"].concat();
        };
        self.core.message_channel(channel, packet);
        "+OK".into()
    }

    /// What names this module and a reload, in whatever words, reloads it.
    fn reload(&mut self, id: ConnectionId, packet: &Packet) {
        let is_reload = packet.text().to_ascii_lowercase().windows(6).any(|word| word == b"reload");
        let verb = if is_reload { "reload" } else { "unload" };
        self.api_request(id, format!("bgapi {verb} mod_event_socket").as_bytes(), false);
        self.shut_listeners_down();
    }
}

/// Whether the line is for the console, as `fs_cli` asks for (`switch_true` in `src/include/switch_utils.h`).
fn is_console(packet: &Packet) -> bool {
    const TRUE: [&[u8]; 7] = [b"yes", b"on", b"true", b"t", b"enabled", b"active", b"allow"];
    packet.header("console_execute").is_some_and(|value| {
        TRUE.iter().any(|word| value.eq_ignore_ascii_case(word))
            || value.first().is_some_and(|b| matches!(b, b'1'..=b'9'))
    })
}
