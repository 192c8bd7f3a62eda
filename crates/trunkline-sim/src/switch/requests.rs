//! What a connection asks for, and what it is answered (`parse_command` in `mod_event_socket.c`).

use trunkline_proto::listener::{Packet, Request, command_reply};

use super::{ConnectionId, Effect, Switch, Waiter};
use crate::event::origin;
use crate::listener::{DENIED, NOT_FOUND, Reply};
use crate::log;
use crate::text::is_true;

/// Bytes of a Job-UUID the switch keeps.
const JOB_UUID_ROOM: usize = 256;

impl Switch {
    /// Takes up the commands a connection has sent, until one blocks or none is whole.
    pub(super) fn handle_packets(&mut self, id: ConnectionId) {
        if self.unaccepted.iter().any(|(waiting, _)| *waiting == id) {
            return;
        }
        loop {
            let Some(listener) = self.listeners.get_mut(&id) else { return };
            if listener.blocked_on.is_some() {
                return;
            }
            if listener.leaving {
                return listener.input.clear();
            }
            if self.is_hung_up(id) {
                if self.listeners.get(&id).is_none_or(|listener| listener.input.is_empty()) {
                    // What is queued goes first.
                    return;
                }
                // It looks at its channel after every byte: what comes then is not heard, unless it lingers.
                self.see_hangup(id);
                continue;
            }
            let Some(listener) = self.listeners.get_mut(&id) else { return };
            match listener.decoder.decode(&mut listener.input) {
                Ok(Some(packet)) => {
                    listener.spoken = true;
                    self.handle_packet(id, &packet);
                }
                Ok(None) if listener.half_closed => return self.finish(id),
                Ok(None) => return,
                Err(error) => {
                    self.core.log(log::WARNING, &origin::BAD_LENGTH, &error.to_string());
                    return self.finish(id);
                }
            }
        }
    }

    /// Whether the channel of a connection is hung up, and the connection has yet to see it.
    pub(super) fn is_hung_up(&self, id: ConnectionId) -> bool {
        let bond = self.listeners.get(&id).and_then(|listener| listener.bond.as_ref());
        bond.filter(|bond| !bond.hangup_seen)
            .is_some_and(|bond| self.core.channels.get(bond.channel).is_none_or(|channel| channel.hung_up()))
    }

    fn handle_packet(&mut self, id: ConnectionId, packet: &Packet) {
        self.note_lost_reply(id, packet.text());
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        let request = Request::parse(packet, listener.standing());
        let changes_interest = matches!(
            request,
            Request::Event(_)
                | Request::NixEvent(_)
                | Request::NoEvents
                | Request::MyEvents(_)
                | Request::Log(_)
                | Request::NoLog
        );
        let reply: Reply = match request {
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
            Request::Api(line) => {
                let console = packet.header("console_execute").is_some_and(|value| is_true(&value));
                return self.api_request(id, line, console);
            }
            Request::BgApi(line) => self.bgapi_request(id, packet, line),
            Request::Reload => return self.reload(id, "reload"),
            Request::Unload => return self.reload(id, "unload"),
            Request::SendEvent(argument) => {
                format!("+OK {}", self.core.send_event(packet, argument)).into_bytes()
            }
            Request::SendMsg(argument) => return self.send_message(id, packet, argument),
            Request::Connect => return self.connect_request(id),
            Request::GetVar(argument) => self.getvar_request(id, argument),
            Request::Resume => self.resume_request(id),
            Request::MyEvents(argument) => self.my_events_request(id, packet, argument),
            Request::DivertEvents(argument) => self.divert_request(id, argument),
            Request::Linger(_) => {
                self.linger_request(id, packet.text().get("linger".len()..).unwrap_or_default())
            }
            Request::NoLinger => self.no_linger_request(id),
            request => self.listener_request(id, request),
        };
        if changes_interest {
            self.note_interest();
        }
        self.reply(id, command_reply(&reply));
    }

    /// What concerns the connection alone.
    fn listener_request(&mut self, id: ConnectionId, request: Request<'_>) -> Reply {
        let Some(listener) = self.listeners.get_mut(&id) else { return Reply::new() };
        match request {
            Request::Filter(argument) => listener.filters.command(argument),
            Request::Event(argument) => listener.event(argument, self.core.config.release),
            Request::NixEvent(argument) => listener.nixevent(argument, self.core.config.release),
            Request::NoEvents => listener.noevents(),
            Request::Log(argument) => listener.log(argument),
            Request::NoLog => listener.nolog(),
            _ => NOT_FOUND.into(),
        }
    }

    /// False where the command was refused.
    fn api_request(&mut self, id: ConnectionId, line: &[u8], console: bool) {
        let Some(listener) = self.listeners.get_mut(&id) else { return };
        if !listener.rights.allows_api(line) {
            return self.reply(id, command_reply(DENIED.as_bytes()));
        }
        let call = self.core.new_call();
        listener.blocked_on = Some(call);
        self.waiters.insert(call, Waiter::Api(id));
        if console {
            self.core.run_console(call, line);
        } else {
            self.core.run_call(call, line);
        }
        self.take_answers();
        self.serve_requests(Some(id));
        self.distribute(Some(id));
    }

    fn bgapi_request(&mut self, id: ConnectionId, packet: &Packet, line: &[u8]) -> Reply {
        let Some(listener) = self.listeners.get_mut(&id) else { return Reply::new() };
        if !listener.rights.allows_api(line) {
            return DENIED.into();
        }
        listener.jobs += 1;
        let owner = listener.bond.as_ref().and_then(|bond| self.core.channels.get(bond.channel));
        let owner = owner.map(|channel| channel.uuid.clone());
        let uuid = match packet.header("Job-UUID") {
            Some(uuid) => uuid.get(..JOB_UUID_ROOM).unwrap_or(&uuid).to_vec(),
            None => self.core.new_uuid().into_bytes(),
        };
        let call = self.core.run_job(uuid.clone(), owner, line, origin::BACKGROUND_JOB);
        // It may have ended already; whoever waits is told when answers are given out.
        self.waiters.insert(call, Waiter::Job(id));
        [b"~Reply-Text: +OK Job-UUID: ".as_slice(), &uuid, b"\nJob-UUID: ", &uuid, b"\n\n"].concat()
    }

    /// What names this module and a reload, in whatever words, has it reloaded.
    fn reload(&mut self, id: ConnectionId, verb: &str) {
        let line = format!("bgapi {verb} mod_event_socket");
        let allowed = self.listeners.get(&id).is_some_and(|it| it.rights.allows_api(line.as_bytes()));
        self.api_request(id, line.as_bytes(), false);
        if allowed {
            self.shut_listeners_down();
        }
        if allowed && verb == "unload" {
            self.effects.push_back(Effect::Listen { open: false });
        }
    }
}
