//! Programs and scripts of the host (`mod_dptools.c`, `mod_lua.cpp`). None is run: [`Programs`](crate::Programs) says what
//! one prints, which here goes nowhere.

use super::{Application, Progress};
use crate::api::Script;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::{Origin, origin};
use crate::log;

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("system", |core, id, data| starts(core, id, data, &origin::APP_SYSTEM)),
    ("bgsystem", |core, id, data| starts(core, id, data, &origin::APP_BGSYSTEM)),
    ("lua", lua),
];

/// Only tells of the program. (Without one, it is the end of a real switch.)
fn starts(core: &mut Core, id: ChannelId, data: &[u8], origin: &Origin) -> Progress {
    let line = String::from_utf8_lossy(data);
    core.log_session(log::NOTICE, origin, id, |_| format!("Executing command: {line}"));
    if !line.is_empty() {
        core.program(&line, true);
    }
    Progress::Done
}

/// `<file> [<argument> …]`, `~<code>` or `#!/lua<code>`. A script has the session here, and no `stream`.
fn lua(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let text = String::from_utf8_lossy(data);
    let text = text.trim_start_matches([' ', '\n', '\r']);
    if text.is_empty() {
        core.log(log::ERR, &origin::LUA_NO_ARGUMENTS, "no args specified!");
        return Progress::Done;
    }
    let error = match core.lua_script(text) {
        Script::Writes(_) => None,
        Script::WritesInline(written) if written.is_empty() => None,
        Script::WritesInline(_) => {
            Some("[string \"line\"]:1: attempt to index global 'stream' (a nil value)".to_owned())
        }
        Script::Sets(variables) => {
            set(core, id, variables);
            None
        }
        Script::Missing => {
            let file = text.split(' ').next().unwrap_or_default();
            let directory = core.global(b"script_dir").unwrap_or_default();
            let directory = String::from_utf8_lossy(directory);
            let path = if file.starts_with('/') { file.to_owned() } else { format!("{directory}/{file}") };
            Some(format!("cannot open {path}: No such file or directory"))
        }
    };
    if let Some(error) = error {
        core.log_session(log::ERR, &origin::LUA_FAILED, id, |_| error.clone());
    }
    Progress::Done
}

fn set(core: &mut Core, id: ChannelId, variables: Vec<(String, String)>) {
    let Some(channel) = core.channels.get_mut(id) else { return };
    for (name, value) in variables {
        if value.is_empty() {
            channel.variables.remove(name.as_bytes());
        } else {
            channel.variables.set(&name, value);
        }
    }
}
