//! Global variables (`mod_commands.c`, `switch_core.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, Command)] =
    &[("global_getvar", global_getvar), ("global_setvar", global_setvar)];

impl Core {
    pub(crate) fn global(&self, name: &[u8]) -> Option<&[u8]> {
        self.globals.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    pub(crate) fn set_global(&mut self, name: &[u8], value: &[u8]) {
        self.globals.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.globals.push((name.to_vec(), value.to_vec()));
        }
    }
}

fn global_getvar(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if !invocation.arguments.is_empty() {
        return Outcome::Done(core.global(invocation.arguments).unwrap_or_default().to_vec());
    }
    let lines = core.globals.iter().map(|(name, value)| [name.as_slice(), b"=", value, b"\n"].concat());
    Outcome::Done(lines.collect::<Vec<_>>().concat())
}

/// `<name>=<value>[=<value it must have now>]`
fn global_setvar(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "-USAGE: <var>=<value> [=<value2>]\n".into();
    }
    let mut parts = invocation.arguments.splitn(3, |byte| *byte == b'=');
    let name = parts.next().unwrap_or_default();
    let value = parts.next().unwrap_or_default();
    let expected = parts.next();
    if expected.is_none() || expected == Some(core.global(name).unwrap_or_default()) {
        core.set_global(name, value);
    }
    "+OK".into()
}
