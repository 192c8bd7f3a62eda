//! `shutdown`, and `fsctl shutdown`: the end at once, once there are no calls, or without a word (`fsctl_function` in
//! `mod_commands.c`, `switch_core_session_ctl` in `src/switch_core.c`).

use std::time::Duration;

use trunkline_proto::EventName;

use super::{CallId, Command, Invocation, Outcome};
use crate::core::{Core, Request, Task};
use crate::event::origin;

pub(super) const COMMANDS: &[(&str, Command)] = &[("shutdown", shutdown)];

/// How often it looks whether there are calls.
const LOOKS: Duration = Duration::from_millis(500);

fn shutdown(core: &mut Core, _: Invocation<'_>) -> Outcome {
    core.requests.push_back(Request::ShutDown);
    "+OK\n".into()
}

/// How it is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    AtOnce,
    /// Without a word.
    Now,
    /// Once there are no calls; until then they are taken and made as before.
    Elegant,
    /// Once there are no calls, and no more are taken or made.
    Asap,
    Cancel,
}

/// The last word counts, but for `cancel`, after which none is looked at. `restart`, after which a real one begins
/// anew, changes nothing.
fn how(words: &[&str]) -> How {
    let mut how = How::AtOnce;
    for word in words.iter().take(4) {
        how = match word.to_ascii_lowercase().as_str() {
            "cancel" => return How::Cancel,
            "elegant" => How::Elegant,
            "now" => How::Now,
            "asap" => How::Asap,
            _ => how,
        };
    }
    how
}

pub(super) fn fsctl(core: &mut Core, call: CallId, words: &[&str]) -> Outcome {
    match how(words) {
        How::AtOnce => core.requests.push_back(Request::ShutDown),
        How::Now => {
            core.requests.push_back(Request::Halt);
            // It is gone before it could say so.
            return Outcome::Waits;
        }
        How::Elegant => return core.end_without_calls(call, "elegant"),
        How::Asap => {
            core.stores.settings.pause_all(true);
            return core.end_without_calls(call, "ASAP");
        }
        // Who waits sees it.
        How::Cancel => core.stores.settings.ends = false,
    }
    "+OK\n".into()
}

impl Core {
    /// Ends once there are no calls, which whoever asked waits for.
    fn end_without_calls(&mut self, call: CallId, info: &str) -> Outcome {
        let name = EventName::ShutdownRequested;
        let event = self.new_event(&name, &origin::SHUTDOWN_REQUESTED);
        self.fire(&name, event.header("Event-Info", info));
        self.stores.settings.ends = true;
        if self.channels.len() == 0 {
            self.requests.push_back(Request::ShutDown);
            return "+OK\n".into();
        }
        self.after(LOOKS, Task::LookForEnd(call));
        Outcome::Waits
    }

    /// Looks whether it may end, or is not to end any more.
    pub(crate) fn look_for_end(&mut self, call: CallId) {
        let settings = &mut self.stores.settings;
        if settings.ends && self.channels.len() > 0 {
            return self.after(LOOKS, Task::LookForEnd(call));
        }
        settings.pause_all(settings.ends);
        if settings.ends {
            self.requests.push_back(Request::ShutDown);
        }
        self.finish_call(call, b"+OK\n".to_vec());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        for (words, expected) in [
            (&[][..], How::AtOnce),
            (&["restart"], How::AtOnce),
            (&["NOW"], How::Now),
            (&["asap", "restart"], How::Asap),
            (&["now", "elegant"], How::Elegant),
            (&["elegant", "cancel", "now"], How::Cancel),
            (&["a", "b", "c", "d", "now"], How::AtOnce),
        ] {
            assert_eq!(how(words), expected, "{words:?}");
        }
    }
}
