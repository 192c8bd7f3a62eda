//! Ending the switch (`shutdown` and `fsctl shutdown` in `mod_commands.c`). Of `fsctl` nothing else is simulated, and
//! of its `shutdown` neither `elegant` nor `asap`, which wait for calls to end.

use super::{Command, Invocation, Outcome};
use crate::core::{Core, Request};

pub(super) const COMMANDS: &[(&str, Command)] = &[("shutdown", shutdown), ("fsctl", fsctl)];

fn shutdown(core: &mut Core, _: Invocation<'_>) -> Outcome {
    core.requests.push_back(Request::ShutDown);
    "+OK\n".into()
}

fn fsctl(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["shutdown"] => shutdown(core, invocation),
        ["shutdown", "now"] => {
            core.requests.push_back(Request::Halt);
            // It is gone before it could say so.
            Outcome::Waits
        }
        _ => Outcome::Done(core.calls.unknown(invocation.call, b"fsctl")),
    }
}
