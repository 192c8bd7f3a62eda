//! `socket`: the switch dials a program that then controls the call (`socket_function` in `mod_event_socket.c`).
//!
//! In sync mode the connection is the channel's own thread: it ends the application. In async mode that thread waits
//! for the first `connect`, and then parks until the connection lets it go.

use std::collections::VecDeque;

use trunkline_proto::ChannelState;

use super::{Activity, Application, Progress};
use crate::channel::ChannelId;
use crate::core::{Core, Request, Task};
use crate::event::origin;
use crate::log;
use crate::switch::ConnectionId;
use crate::text::{is_true, split, split_spaces};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[("socket", socket)];

/// The words after the addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SocketMode {
    /// `async`
    pub(crate) asynchronous: bool,
    /// `full`
    pub(crate) full: bool,
}

/// A connection to be made.
#[derive(Debug)]
pub(crate) struct Dial {
    pub(crate) channel: ChannelId,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) mode: SocketMode,
}

/// A socket application that runs.
#[derive(Debug)]
pub(crate) struct Socket {
    /// What is still to be tried.
    hosts: VecDeque<Vec<u8>>,
    /// The port of the last address that had one.
    port: u16,
    mode: SocketMode,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Dialing,
    /// The connection is up; in async mode, nobody has said `connect`.
    Bound,
    Parked,
    /// Nothing was reached, or the connection ended before it came to parking.
    Over,
}

/// The port of an address without one.
const PORT: u16 = 8084;
const MOST_WORDS: usize = 80;
const MOST_HOSTS: usize = 50;

impl Socket {
    /// Whether nobody takes up digits: the connection has the call's own thread.
    pub(super) fn is_deaf(&self) -> bool {
        !self.mode.asynchronous
    }

    /// Whether the channel's thread stays in the application although the call is over.
    pub(crate) fn outlasts_call(&self) -> bool {
        match self.stage {
            Stage::Dialing => true,
            Stage::Bound => !self.mode.asynchronous,
            Stage::Parked | Stage::Over => false,
        }
    }

    /// Whether the channel's thread takes up messages.
    pub(crate) fn is_parked(&self) -> bool {
        self.stage == Stage::Parked
    }
}

fn socket(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, MOST_WORDS);
    let Some((addresses, words)) = words.split_first() else {
        core.log_session(log::ERR, &origin::SOCKET_PARSE, id, |_| "Parse Error!".into());
        return Progress::Done;
    };
    let has = |name: &str| words.iter().any(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let mut socket = Socket {
        hosts: split(addresses, b'|', MOST_HOSTS).into(),
        port: PORT,
        mode: SocketMode { asynchronous: has("async"), full: has("full") },
        stage: Stage::Dialing,
    };
    if core.dial(id, &mut socket) { Progress::Waits(Activity::Socket(socket)) } else { Progress::Done }
}

impl Core {
    /// Asks for a connection to the next address; false if there is none left.
    fn dial(&mut self, id: ChannelId, socket: &mut Socket) -> bool {
        while let Some(address) = socket.hosts.pop_front() {
            let address = String::from_utf8_lossy(&address).into_owned();
            if address.is_empty() {
                self.log_session(log::ERR, &origin::SOCKET_NO_HOST, id, |_| "Missing Host!".into());
                continue;
            }
            let text = format!("Trying host: {address}");
            self.log_session(log::NOTICE, &origin::SOCKET_TRYING, id, |_| text.clone());
            let (mut host, port) = match address.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (address.as_str(), None),
            };
            if let Some(port) = port {
                let digits = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
                socket.port = port.get(..digits).unwrap_or_default().parse().unwrap_or(0);
            }
            let path = port.unwrap_or(host).split_once('/').map(|(_, path)| path.to_owned());
            if port.is_none() {
                host = host.split('/').next().unwrap_or_default();
            }
            let Some(channel) = self.channels.get_mut(id) else { return false };
            if let Some(path) = path {
                channel.variables.set("socket_path", path);
            }
            channel.variables.set("socket_host", host);
            let dial = Dial { channel: id, host: host.to_owned(), port: socket.port, mode: socket.mode };
            self.requests.push_back(Request::Dial(dial));
            return true;
        }
        self.log_session(log::ERR, &origin::SOCKET_NONE, id, |_| "Socket Error!".into());
        false
    }

    /// The socket application a channel runs, and all it runs within it.
    fn running_socket(&mut self, id: ChannelId) -> Option<(&mut Socket, &mut bool)> {
        let channel = self.channels.get_mut(id)?;
        channel.running_apps.iter_mut().rev().find_map(|running| match &mut running.activity {
            Activity::Socket(socket) => Some((socket, &mut running.over)),
            _ => None,
        })
    }

    /// The connection a channel asked for is up; it is bound to the channel. False if there is no such channel.
    pub(crate) fn socket_connected(&mut self, id: ChannelId, connection: ConnectionId) -> bool {
        let Some((socket, _)) = self.running_socket(id) else { return false };
        socket.stage = Stage::Bound;
        self.bind(id, connection);
        self.wake(id);
        self.settle();
        true
    }

    /// The connection a channel asked for cannot be made: the next address is tried.
    pub(crate) fn socket_refused(&mut self, id: ChannelId, why: &str) {
        self.log_session(log::ERR, &origin::SOCKET_ERROR, id, |_| format!("Socket Error: {why}"));
        let Some((socket, _)) = self.running_socket(id) else { return };
        let (hosts, port, mode) = (std::mem::take(&mut socket.hosts), socket.port, socket.mode);
        let mut next = Socket { hosts, port, mode, stage: Stage::Dialing };
        let dials = self.dial(id, &mut next);
        if let Some((socket, over)) = self.running_socket(id) {
            next.stage = if dials { Stage::Dialing } else { Stage::Over };
            *socket = next;
            *over = !dials;
        }
        self.wake(id);
        self.settle();
    }

    /// Somebody has said `connect`, a moment ago: in async mode the channel parks.
    pub(crate) fn park_socket(&mut self, id: ChannelId) {
        let Some((socket, _)) = self.running_socket(id) else { return };
        if socket.mode.asynchronous && socket.stage == Stage::Bound {
            socket.stage = Stage::Parked;
            self.fire_channel(id, &origin::PARK);
            self.fire_session_events(id);
            self.wake(id);
        }
        self.settle();
    }

    /// Whether the channel says that it is to go on when its connection is gone.
    pub(crate) fn wants_resume(&self, id: ChannelId) -> bool {
        let variable = self.channels.get(id).and_then(|channel| channel.variables.get(b"socket_resume"));
        variable.is_some_and(is_true)
    }

    /// A connection is bound to a channel.
    pub(crate) fn bind(&mut self, id: ChannelId, connection: ConnectionId) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.control.bound.push(connection);
        }
    }

    /// A connection that was bound to a channel has ended, and lets it go: what has it parked, whoever parked it,
    /// ends. With `resume` the dialplan goes on whatever the channel does.
    pub(crate) fn unbind(&mut self, id: ChannelId, connection: ConnectionId, resume: bool) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.control.bound.retain(|bound| *bound != connection);
        // In sync mode it was the channel's thread itself; another thread has yet to notice.
        let mut at_once = channel.hung_up();
        let mut parks = false;
        for running in &mut channel.running_apps {
            match &mut running.activity {
                Activity::Park => running.over = true,
                Activity::Socket(socket) if !socket.mode.asynchronous => {
                    at_once = true;
                    running.over = true;
                }
                Activity::Socket(socket) if socket.stage == Stage::Parked => running.over = true,
                Activity::Socket(socket) if resume => socket.stage = Stage::Over,
                // It was let go before it parked, and so for ever.
                Activity::Socket(_) => parks = true,
                _ => {}
            }
        }
        if resume {
            self.set_target(id, ChannelState::Reset);
        }
        if parks {
            self.park_socket(id);
        }
        if at_once {
            self.wake(id);
            self.settle();
        } else {
            self.after(self.config.frame, Task::Frame(id));
        }
    }

    pub(super) fn socket_over(&mut self, id: ChannelId, socket: &Socket) {
        if !socket.mode.asynchronous {
            return;
        }
        if socket.stage == Stage::Over {
            return self.leave_reset(id);
        }
        if socket.stage != Stage::Parked {
            self.fire_channel(id, &origin::PARK);
        }
        self.fire_channel(id, &origin::UNPARK);
        self.leave_reset(id);
    }

    /// With `resume` an async socket gives the channel back to its dialplan.
    fn leave_reset(&mut self, id: ChannelId) {
        if self.channels.get(id).is_some_and(|channel| channel.target == ChannelState::Reset) {
            self.set_target(id, ChannelState::Execute);
        }
    }
}
