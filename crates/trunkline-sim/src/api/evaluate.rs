//! Commands that put values in for `${…}` (`mod_commands.c`).

use trunkline_proto::EventName;

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::{Draft, origin};
use crate::text::first_word;

pub(super) const COMMANDS: &[(&str, Command)] = &[("eval", eval), ("expand", expand)];

/// The call of `uuid:<uuid> <rest>`, if it is there, as the headers of an event, and the rest.
///
/// So it is that `${caller_id_name}` is nothing, and `${Caller-Caller-ID-Name}` or `${variable_x}` what is meant.
fn with_call<'a>(core: &Core, text: &'a [u8], mut event: Draft) -> (Draft, &'a [u8]) {
    let named =
        text.get(..5).filter(|start| start.eq_ignore_ascii_case(b"uuid:")).and_then(|_| text.get(5..));
    let Some(named) = named else { return (event, text) };
    let (uuid, rest) = first_word(named);
    if let Some(channel) = core.channels.locate(uuid).and_then(|id| core.channels.get(id)) {
        channel.write_basic(&mut event);
        channel.write_variables(&mut event);
    }
    (event, rest)
}

/// `[uuid:<uuid> ]<text>`
fn eval(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let event = core.new_event(&EventName::ChannelData, &origin::EVAL);
    let (event, text) = with_call(core, invocation.arguments, event);
    Outcome::Done(core.expand_headers(&event, text))
}

/// `[uuid:<uuid> ]<command> <arguments>`
fn expand(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let (event, line) = with_call(core, invocation.arguments, Draft::new());
    if line.is_empty() {
        return "-ERR No input\n".into();
    }
    let (name, arguments) = first_word(line);
    let arguments = core.expand_headers(&event, arguments);
    match core.run_inner(name, &arguments) {
        Some(output) => Outcome::Done(output),
        None => "INVALID COMMAND!\n-ERR Cannot execute command\n".into(),
    }
}
