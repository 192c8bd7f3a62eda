//! Messages to a channel (`sendmsg`; `switch_ivr_parse_event` in `src/switch_ivr.c`): its thread takes them up one by
//! one, an application within the one that runs, unless that one holds the lock.

use trunkline_proto::listener::Packet;
use trunkline_proto::{ChannelState, EventName, HangupCause};

use super::broadcast::HOLDS;
use super::{Action, Activity, Running, Started};
use crate::api::CallId;
use crate::cause::Cause;
use crate::channel::{Channel, ChannelId, QUEUE_LENGTH};
use crate::core::{Core, Task};
use crate::event::{Draft, origin};
use crate::log;
use crate::text::{atoi, is_true};

/// A message as it waits.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) packet: Packet,
    /// The event it was to begin with, where it is the switch's own.
    pub(crate) made: Option<Draft>,
}

/// A message being carried out.
#[derive(Debug)]
pub(crate) struct Message {
    packet: Packet,
    made: Option<Draft>,
    /// Who waits for its end; such a message is carried out at once, and no event tells of it.
    answer: Option<CallId>,
    /// How many times its application has run, counted from 1.
    turn: i32,
}

/// What an application has to take to be repeated, in milliseconds.
const LONG_ENOUGH: u128 = 500;

impl Channel {
    /// Whether its thread may take a message up.
    pub(crate) fn takes_messages(&self) -> bool {
        let keeps_thread = match self.running_apps.last().map(|running| &running.activity) {
            Some(Activity::Socket(socket)) => !socket.is_parked(),
            // Without media it only waits (`switch_ivr_sleep` in `src/switch_ivr.c`).
            Some(Activity::Sleep) => !self.answered && !self.early,
            // From one application to the next it does not look.
            Some(Activity::Extension(_) | Activity::Eavesdrop(_)) => true,
            Some(_) => false,
            None => self.running == ChannelState::Execute,
        };
        self.seen_messages > 0 && !keeps_thread && !self.running_apps.iter().any(Running::holds_lock)
    }
}

impl Running {
    fn holds_lock(&self) -> bool {
        let lock = self.started.message.as_ref().and_then(|message| message.packet.header("event-lock"));
        lock.is_some_and(|value| is_true(&value))
    }
}

impl Message {
    /// How many times its application is to run; below 0 for ever.
    pub(super) fn loops(&self) -> i32 {
        self.packet.header("loops").map_or(1, |loops| atoi(&loops))
    }

    /// The uuid it gives its application.
    pub(super) fn uuid(&self) -> Option<Vec<u8>> {
        self.packet.header("event-uuid").map(|uuid| uuid.into_owned())
    }

    /// What its application is to be called besides its uuid.
    pub(super) fn uuid_name(&self) -> Option<Vec<u8>> {
        self.packet.header("event-uuid-name").map(|name| name.into_owned())
    }

    pub(super) fn turn(&self) -> i32 {
        self.turn
    }

    /// The `Command` header it is shown with: the line where that names a channel, and all there is where not.
    fn command(&self) -> &[u8] {
        let line = self.packet.line();
        let named = line.get("sendmsg".len()..).is_some_and(|rest| !rest.trim_ascii().is_empty());
        if named { line } else { self.packet.text() }
    }
}

impl Core {
    /// Queues a message for a channel's thread; false if there is no room.
    pub(crate) fn message_channel(&mut self, id: ChannelId, message: &Packet) -> bool {
        let Some(channel) = self.channels.get_mut(id) else { return false };
        if channel.messages.len() >= QUEUE_LENGTH {
            return false;
        }
        channel.messages.push_back(Queued { packet: message.clone(), made: None });
        self.after(self.config.frame, Task::Frame(id));
        true
    }

    /// A channel's thread looks about it, as it does with every frame of sound.
    pub(crate) fn next_frame(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let begun = channel.at_bridge().map(|bridge| bridge.begun(self.config.frame));
        if let Some(begun) = begun.filter(|begun| *begun > self.now) {
            self.schedule.at(begun, Task::Frame(id));
            return;
        }
        channel.seen_messages = channel.messages.len();
        self.wake(id);
    }

    /// Carries a message out now, in the thread that has it; the call ends with it.
    pub(crate) fn run_message(&mut self, id: ChannelId, message: &Packet, answer: CallId) {
        self.carry_out(id, Message { packet: message.clone(), made: None, answer: Some(answer), turn: 1 });
        self.wake(id);
        self.settle();
    }

    pub(crate) fn take_message(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.seen_messages = channel.seen_messages.saturating_sub(1);
        if let Some(Queued { packet, made }) = channel.messages.pop_front() {
            self.carry_out(id, Message { packet, made, answer: None, turn: 1 });
        }
    }

    fn carry_out(&mut self, id: ChannelId, message: Message) {
        let command = message.packet.header("call-command").map(|command| command.into_owned());
        // Seven bytes count, the last of `hangup` being its end.
        match command.as_deref().map(|command| command.get(..7).unwrap_or(command)) {
            Some(b"execute") => return self.execute_message(id, message),
            Some(b"hangup") => {
                let cause = message.packet.header("hangup-cause");
                let cause =
                    cause.map_or_else(|| HangupCause::NormalClearing.into(), |cause| Cause::parse(&cause));
                self.hangup(id, cause, &origin::MESSAGE_HANGUP);
            }
            Some(b"xferext") => self.transfer_to_extension(id, &message.packet),
            // No media is simulated that could be taken away, or sent elsewhere.
            Some(_) => {}
            None => self.log_session(log::ERR, &origin::MESSAGE_INVALID, id, |_| "Invalid Command!".into()),
        }
        self.message_done(id, Some(&message));
    }

    fn execute_message(&mut self, id: ChannelId, message: Message) {
        let packet = &message.packet;
        let Some(app) = packet.header("execute-app-name") else {
            return self.message_done(id, Some(&message));
        };
        let app = String::from_utf8_lossy(&app).into_owned();
        let is_text = packet.header("content-type").as_deref() == Some(b"text/plain");
        let argument = match packet.header("execute-app-arg") {
            Some(argument) => argument.into_owned(),
            None => packet.body().filter(|_| is_text).unwrap_or_default().to_vec(),
        };
        let uuid = match packet.header("event-uuid") {
            Some(uuid) => String::from_utf8_lossy(&uuid).into_owned(),
            None => self.new_uuid(),
        };
        self.execute(id, Action::new(&app, &argument), uuid, Some(message));
    }

    /// `xferext`: its `application` headers become an extension the channel goes on with.
    fn transfer_to_extension(&mut self, id: ChannelId, packet: &Packet) {
        let applications = packet.headers().filter(|(name, _)| name.eq_ignore_ascii_case(b"application"));
        let actions = applications.map(|(_, values)| {
            let text = values.text();
            let mut parts = text.splitn(2, |byte| *byte == b' ');
            let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
            Action::new(&name, parts.next().unwrap_or_default())
        });
        let extension = actions.collect();
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.hung_up()) else { return };
        channel.queued_extension = Some(extension);
        channel.transferred = true;
        self.set_target(id, ChannelState::Routing);
    }

    /// Whether an application that a message began is to run once more.
    pub(super) fn next_turn(&mut self, id: ChannelId, started: &mut Started) -> bool {
        let took = self.now.since(started.since).as_millis();
        let is_up = self.channels.get(id).is_some_and(|channel| !channel.ends_applications());
        let Some(message) = started.message.as_mut() else { return false };
        let loops = message.loops();
        if (loops >= 0 && message.turn >= loops) || took < LONG_ENOUGH || !is_up || started.broken {
            return false;
        }
        message.turn = message.turn.saturating_add(1);
        true
    }

    /// A message was carried out: it is shown as it came, with the channel's data.
    pub(super) fn message_done(&mut self, id: ChannelId, message: Option<&Message>) {
        let Some(message) = message else { return };
        if let Some(channel) = self.channels.get_mut(id) {
            channel.variables.remove(b"current_loop");
            channel.variables.remove(b"total_loops");
        }
        let holds =
            message.packet.header(HOLDS).is_some_and(|holds| is_true(&holds)) && message.made.is_some();
        if let Some(peer) = self.partner(id).filter(|_| holds) {
            self.stop_broadcast(peer);
        }
        if let Some(call) = message.answer {
            return self.end_call(call, Vec::new());
        }
        let name = EventName::PrivateCommand;
        let event = message.made.clone().unwrap_or_else(|| {
            let mut event = Draft::new().header("Command", message.command());
            for (header, values) in message.packet.headers() {
                event.push_values(header, values);
            }
            event
        });
        let mut event = self.add_standard_headers(event, name.as_str(), &origin::PRIVATE_COMMAND);
        if let Some(channel) = self.channels.get(id) {
            channel.write_basic(&mut event);
        }
        self.fire(&name, event);
    }
}
