//! Messages to a channel (`sendmsg`; `switch_ivr_parse_event` in `src/switch_ivr.c`): its thread takes them up one by
//! one, an application within the one that runs, unless that one holds the lock.

use trunkline_proto::listener::Packet;
use trunkline_proto::{EventName, HangupCause};

use super::{Action, Running};
use crate::cause::Cause;
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::{Draft, origin};
use crate::text::is_true;

impl Channel {
    /// Whether its thread may take a message up.
    pub(crate) fn takes_messages(&self) -> bool {
        !self.messages.is_empty() && !self.running_apps.iter().any(Running::holds_lock)
    }
}

impl Running {
    fn holds_lock(&self) -> bool {
        let lock = self.started.message.as_ref().and_then(|message| message.header("event-lock"));
        lock.is_some_and(is_true)
    }
}

impl Core {
    /// Queues a message for a channel's thread.
    pub(crate) fn message_channel(&mut self, id: ChannelId, message: &Packet) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.messages.push_back(message.clone());
        }
        self.wake(id);
        self.settle();
    }

    pub(crate) fn take_message(&mut self, id: ChannelId) {
        let message = self.channels.get_mut(id).and_then(|channel| channel.messages.pop_front());
        let Some(message) = message else { return };
        // Only so much of the word counts.
        match message.header("call-command").and_then(|command| command.get(..6)) {
            Some(b"execut") => self.execute_message(id, message),
            Some(b"hangup") => {
                let cause = message
                    .header("hangup-cause")
                    .map_or_else(|| HangupCause::NormalClearing.into(), Cause::parse);
                self.hangup(id, cause, &origin::MESSAGE_HANGUP);
                self.message_done(id, Some(&message));
            }
            _ => self.message_done(id, Some(&message)),
        }
    }

    fn execute_message(&mut self, id: ChannelId, message: Packet) {
        let app =
            String::from_utf8_lossy(message.header("execute-app-name").unwrap_or_default()).into_owned();
        let argument = message.header("execute-app-arg").or_else(|| {
            let is_text = message.header("content-type") == Some(b"text/plain");
            message.body().filter(|_| is_text)
        });
        let action = Action::new(&app, argument.unwrap_or_default());
        let uuid = match message.header("event-uuid") {
            Some(uuid) => String::from_utf8_lossy(uuid).into_owned(),
            None => self.new_uuid(),
        };
        self.execute(id, action, uuid, Some(message));
    }

    /// A message was carried out: it is shown as it came, with the channel's data.
    pub(super) fn message_done(&mut self, id: ChannelId, message: Option<&Packet>) {
        let Some(message) = message else { return };
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.variables.remove(b"current_loop");
        channel.variables.remove(b"total_loops");
        let name = EventName::PrivateCommand;
        let mut event = Draft::new().header("Command", message.line());
        for (header, value) in message.headers() {
            event.push(header.as_slice(), value.as_slice());
        }
        let mut event = self.add_standard_headers(event, name.as_str(), &origin::PRIVATE_COMMAND);
        if let Some(channel) = self.channels.get(id) {
            channel.write_basic(&mut event);
        }
        self.fire(&name, event);
    }
}
