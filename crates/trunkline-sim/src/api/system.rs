//! Programs of the host (`mod_commands.c`). None is run: what one prints is [written down](crate::Programs), or so plain that
//! it needs no host.

mod shell;

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::{Origin, origin};
use crate::log;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("system", |core, invocation| prints(core, &invocation, true)),
    ("spawn_stream", |core, invocation| prints(core, &invocation, false)),
    ("bg_system", |core, invocation| starts(core, &invocation, true, &origin::BG_SYSTEM)),
    ("spawn", |core, invocation| starts(core, &invocation, false, &origin::SPAWN)),
    ("bg_spawn", |core, invocation| starts(core, &invocation, false, &origin::BG_SPAWN)),
];

const USAGE: &str = "-USAGE: <command>\n";

/// Prints what a program does; with a shell in between or without.
fn prints(core: &mut Core, invocation: &Invocation<'_>, by_shell: bool) -> Outcome {
    if invocation.arguments.is_empty() {
        USAGE.into()
    } else {
        core.program(&invocation.text(), by_shell).into()
    }
}

/// Only tells of the program.
fn starts(core: &mut Core, invocation: &Invocation<'_>, by_shell: bool, origin: &Origin) -> Outcome {
    if invocation.arguments.is_empty() {
        return USAGE.into();
    }
    core.log(log::NOTICE, origin, &format!("Executing command: {}", invocation.text()));
    core.program(&invocation.text(), by_shell);
    "+OK\n".into()
}

impl Core {
    /// What a program prints: nothing, with a line in the log, where that is not known.
    pub(crate) fn program(&mut self, line: &str, by_shell: bool) -> String {
        let known = self.config.system.output(line).or_else(|| shell::output(line, by_shell));
        known.unwrap_or_else(|| {
            self.log(log::WARNING, &origin::NOT_SIMULATED, &format!("{line} is not simulated"));
            String::new()
        })
    }
}
