//! Commands that only work on text (`mod_commands.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, Command)] = &[("echo", echo), ("eval", eval)];

fn echo(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    Outcome::Done(invocation.arguments.to_vec())
}

/// Puts global variables in; nothing else that `${…}` can be.
fn eval(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let mut out = Vec::new();
    let mut rest = invocation.arguments;
    while let Some(start) = rest.windows(2).position(|pair| pair == b"${") {
        let (before, reference) = rest.split_at(start);
        let Some(end) = reference.iter().position(|byte| *byte == b'}') else { break };
        out.extend_from_slice(before.strip_suffix(b"$").unwrap_or(before));
        let name = reference.get(2..end).unwrap_or_default();
        out.extend_from_slice(core.global(name).unwrap_or_default());
        rest = reference.get(end + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Outcome::Done(out)
}
