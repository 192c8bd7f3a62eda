//! Connections the switch makes to us, each for one call: the dialplan's application `socket`.
//!
//! The switch says nothing first. We ask it for the call by `connect`, and only then does it do as it is told; any other
//! first command is executed too, but its reply never comes (`socket_function` and `listener_run` in
//! `mod_event_socket.c`).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use super::{CloseReason, Connection, ConnectionConfig, Output, State};
use crate::channel::{AnswerState, CallDirection};
use crate::command::{Command, CommandKind};
use crate::error::ApiMisuse;
use crate::header::Headers;
use crate::ids::ChannelUuid;
use crate::reply::CommandReply;

/// How the switch runs what it is told, by what `socket` was given in the dialplan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketMode {
    /// Without `async`: an application is run to its end before anything else is read, answered or sent.
    /// (`Socket-Mode: static`)
    Static,
    /// With `async`: an application is queued, answered at once, and its events tell how it goes.
    Async,
}

/// What the switch lets us do, by what `socket` was given in the dialplan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Control {
    /// Without `full`: the call alone. `api`, `bgapi`, `event`, `sendevent`, `log` and `linger` are not there.
    SingleChannel,
    /// With `full`: everything.
    Full,
}

/// The call a connection was made for, as the switch tells it in reply to `connect`: a snapshot, with every variable.
#[derive(Debug, Clone)]
pub struct ChannelData {
    reply: CommandReply,
    mode: SocketMode,
    control: Control,
}

impl ChannelData {
    /// If that is what a reply is.
    fn from_reply(reply: CommandReply) -> Option<Self> {
        // They are the last, behind the whole call (`parse_command` in `mod_event_socket.c`).
        let mode = match &*reply.headers().last_backwards("Socket-Mode")?.to_bytes() {
            b"async" => SocketMode::Async,
            _ => SocketMode::Static,
        };
        let control = match &*reply.headers().last_backwards("Control")?.to_bytes() {
            b"full" => Control::Full,
            _ => Control::SingleChannel,
        };
        Some(Self { reply, mode, control })
    }

    /// How the switch runs what it is told.
    #[must_use]
    pub fn mode(&self) -> SocketMode {
        self.mode
    }

    /// What the switch lets us do.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control
    }

    /// The channel's id.
    #[must_use]
    pub fn uuid(&self) -> Option<ChannelUuid> {
        self.headers().get("Unique-ID").map(|uuid| ChannelUuid::from(&*uuid))
    }

    /// A variable of the channel.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
        let header = format!("variable_{name}");
        self.headers().value(&header).map(|value| value.to_str())
    }

    /// Every variable of the channel, in the switch's order.
    pub fn variables(&self) -> impl Iterator<Item = (String, Cow<'_, str>)> + '_ {
        self.headers()
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("variable_")?.to_owned(), value.to_str())))
    }

    /// Who calls, by name; `None` if that is not known.
    #[must_use]
    pub fn caller_name(&self) -> Option<Cow<'_, str>> {
        self.header("Caller-Caller-ID-Name")
    }

    /// Who calls, by number; `None` if that is not known.
    #[must_use]
    pub fn caller_number(&self) -> Option<Cow<'_, str>> {
        self.header("Caller-Caller-ID-Number")
    }

    /// Whom they have called.
    #[must_use]
    pub fn destination(&self) -> Option<Cow<'_, str>> {
        self.header("Caller-Destination-Number")
    }

    /// The context of the dialplan.
    #[must_use]
    pub fn context(&self) -> Option<Cow<'_, str>> {
        self.header("Caller-Context")
    }

    /// The channel's name, `sofia/internal/1000@example.org`.
    #[must_use]
    pub fn channel_name(&self) -> Option<Cow<'_, str>> {
        self.header("Channel-Name")
    }

    /// Whether it calls the switch, or is called by it.
    #[must_use]
    pub fn direction(&self) -> Option<CallDirection> {
        self.header("Call-Direction").map(|direction| CallDirection::from(&*direction))
    }

    /// Whether it is answered.
    #[must_use]
    pub fn answer_state(&self) -> Option<AnswerState> {
        self.header("Answer-State").map(|state| AnswerState::from(&*state))
    }

    /// A header that says something.
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers().get(name).filter(|value| !value.is_empty())
    }

    /// All of it: the channel's headers, those of the caller twice (as `Channel-…` and `Caller-…`), and every variable.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        self.reply.headers()
    }

    /// The same, in memory of its own: otherwise it holds the network buffer it came in.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { reply: self.reply.detach(), ..*self }
    }
}

impl Connection {
    /// A connection the switch has just made to us: we are to speak first, and `connect` is what we say. Its answer is
    /// [`Output::Call`]; commands given before wait for it. It ends with its call, and is never
    /// [lasting](ConnectionConfig::lasting). Of the configuration, the credentials and `auth_timeout` are not used, and
    /// `greeting_timeout` is for the answer.
    #[must_use]
    pub fn outbound(config: impl Into<Arc<ConnectionConfig>>, now: Instant) -> Self {
        let mut config = config.into();
        if config.lasting {
            Arc::make_mut(&mut config).lasting = false;
        }
        let mut connection = Self::inbound(config, now);
        let connect = Command::connect().into_wire();
        connection.offered = u64::try_from(connect.len()).unwrap_or(u64::MAX);
        connection.out.extend_from_slice(&connect);
        connection.state = State::Meeting { deadline: now.checked_add(connection.config.greeting_timeout) };
        connection
    }

    /// Takes the answer to `connect`; false if it is none.
    pub(super) fn meet(&mut self, reply: CommandReply, now: Instant) -> bool {
        let Some(call) = ChannelData::from_reply(reply) else { return false };
        (self.control, self.mode) = (call.control, call.mode);
        self.state = State::Ready;
        self.outputs.push_back(Output::Call(Box::new(call)));
        self.reconcile(now);
        self.pump(now);
        true
    }

    /// Why nothing came of it.
    pub(super) fn on_no_call(&mut self, now: Instant) {
        self.end(CloseReason::NoCall { after: self.config.greeting_timeout }, now);
    }

    /// Whether a command needs `full` and the dialplan has not given it (`parse_command` in `mod_event_socket.c`), or `async`:
    /// without it `resume` has the call left in `CS_RESET`, and it never goes on.
    pub(super) fn check_control(&self, kind: CommandKind) -> Result<(), ApiMisuse> {
        let is_gated = matches!(
            kind,
            CommandKind::Api
                | CommandKind::BgApi
                | CommandKind::Events
                | CommandKind::SendEvent
                | CommandKind::Log
                | CommandKind::Linger
        );
        match (self.control, self.mode) {
            (Control::SingleChannel, _) if is_gated => Err(ApiMisuse::NotFull { what: kind.as_str() }),
            (_, SocketMode::Static) if kind == CommandKind::Resume => {
                Err(ApiMisuse::NotAsync { what: kind.as_str() })
            }
            _ => Ok(()),
        }
    }
}
