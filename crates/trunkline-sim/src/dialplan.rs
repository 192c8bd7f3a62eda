//! The dialplan: a table of extensions, those of a small test configuration.

use crate::app::Action;
use crate::cause;
use crate::channel::{ChannelId, State};
use crate::core::Core;
use crate::event::origin;
use crate::log;

/// Extensions of the context `default`, and the applications they run with their arguments.
const EXTENSIONS: &[(&str, &[(&str, &str)])] = &[
    ("9001", &[("answer", ""), ("echo", "")]),
    ("9002", &[("answer", ""), ("park", "")]),
    ("9003", &[("answer", ""), ("playback", "tone_stream://%(2000,4000,440,480);loops=-1")]),
    ("9013", &[("hangup", "USER_BUSY")]),
    ("9014", &[("ring_ready", ""), ("sleep", "3000"), ("answer", ""), ("park", "")]),
    ("9020", &[("answer", ""), ("sleep", "500"), ("hangup", "")]),
    ("9026", &[("answer", ""), ("playback", "silence_stream://-1")]),
    // The numbers of the recorded conversations.
    ("9196", &[("answer", ""), ("echo", "")]),
    ("9197", &[("answer", ""), ("playback", "tone_stream://%(10000,0,1004);loops=-1")]),
    ("6001", &[("hangup", "USER_BUSY")]),
    ("6002", &[("ring_ready", ""), ("sleep", "1500"), ("answer", ""), ("park", "")]),
    ("6003", &[("ring_ready", ""), ("sleep", "600000")]),
];

fn find(context: &[u8], destination: &[u8]) -> Option<&'static [(&'static str, &'static str)]> {
    if context != b"default" {
        return None;
    }
    let found = EXTENSIONS.iter().find(|(number, _)| number.as_bytes() == destination);
    found.map(|(_, actions)| *actions)
}

impl Core {
    /// Looks a channel's extension up, and sends it to execute it.
    pub(crate) fn hunt(&mut self, id: ChannelId) {
        self.renew_call_uuid(id);
        let Some(channel) = self.channels.get(id) else { return };
        let Some(profile) = &channel.profile else { return };
        let transferred = channel.transferred;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let line = format!(
            "Processing {} <{}>->{} in context {}",
            text(&profile.caller_name),
            text(&profile.caller_number),
            text(&profile.destination),
            text(&profile.context)
        );
        let extension = find(&profile.context, &profile.destination);
        self.log_session(log::INFO, &origin::DIALPLAN, id, &line);
        let Some(extension) = extension else {
            self.log_session(log::INFO, &origin::NO_ROUTE, id, "No Route, Aborting");
            self.hangup(id, cause::NO_ROUTE_DESTINATION, &origin::NO_ROUTE_HANGUP);
            return;
        };
        if let Some(channel) = self.channels.get_mut(id) {
            channel.extension =
                extension.iter().map(|(app, data)| Action::new(app, data.as_bytes())).collect();
        }
        if transferred {
            self.flip_caller_id(id);
        }
        self.set_target(id, State::Execute);
    }
}
