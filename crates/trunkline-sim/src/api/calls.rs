//! Making calls and ending them all (`mod_commands.c`).

use trunkline_proto::HangupCause;

use super::{Command, Invocation, Outcome};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin;

pub(super) const COMMANDS: &[(&str, Command)] =
    &[("originate", originate), ("hupall", hupall), ("valet_info", valet_info)];

fn originate(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match core.originate(invocation.call, invocation.arguments) {
        Ok(()) => Outcome::Waits,
        Err(text) => Outcome::Done(text),
    }
}

/// `valet_info [<lot>]`
fn valet_info(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    core.lots_as_xml(&invocation.text()).into()
}

/// `hupall [<cause> [<variable> <value>]]`
fn hupall(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let cause = words
        .first()
        .map_or_else(|| HangupCause::ManagerRequest.into(), |word| Cause::parse(word.as_bytes()));
    let only = match words.as_slice() {
        [_, name, value, ..] => Some((*name, *value)),
        _ => None,
    };
    let chosen: Vec<ChannelId> = core
        .channels
        .iter()
        .filter(|channel| {
            let has = |(name, value): (&str, &str)| {
                channel.variables.get(name.as_bytes()) == Some(value.as_bytes())
            };
            only.is_none_or(has)
        })
        .map(|channel| channel.id)
        .collect();
    for id in chosen {
        core.hangup(id, cause, &origin::HUPALL);
    }
    let cause = cause.name();
    match only {
        Some((name, value)) => {
            format!("+OK hangup all channels matching [{name}]=[{value}] with cause: {cause}\n").into()
        }
        None => format!("+OK hangup all channels with cause {cause}\n").into(),
    }
}
