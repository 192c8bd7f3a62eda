//! Messages left and sent (`mod_dptools.c`, `mod_voicemail.c`): there is nobody who would take them, and no box has any.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{split, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("chat", chat),
    ("presence", presence),
    ("vm_boxcount", |_, _| "0".into()),
    ("vm_list", vm_list),
    ("vm_prefs", |_, invocation| if invocation.arguments.is_empty() { "0" } else { "" }.into()),
    ("voicemail", voicemail),
    ("voicemail_inject", |_, _| {
        "Error: [group=<group>[@domain]|domain=<domain>|<box>[@<domain>]] <sound_file> [<cid_num>] [<cid_name>]\n".into()
    }),
];

/// `<protocol>|<from>|<to>|<message>[|<type>]`
fn chat(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if split(invocation.arguments, b'|', 5).len() < 4 { "Invalid" } else { "Error! Message Not Sent" }.into()
}

/// `in|out <user> <rpid> <message>`
fn presence(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    match words.first().map(Vec::as_slice) {
        Some(b"in" | b"out") if words.len() == 4 => "Event Sent".into(),
        _ => "Invalid: presence [in|out] <user> <rpid> <message>".into(),
    }
}

/// `<user>@<domain> [xml]`
fn vm_list(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "Usage: <id>@<domain>[/profile] [xml]\n".into();
    }
    if invocation.arguments.ends_with(b" xml") { "<voicemail>\n</voicemail>\n" } else { "" }.into()
}

fn voicemail(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    const LINE: &str = "============================\n";
    match invocation.arguments {
        b"status" => format!("{LINE}Profile: default\n{LINE}").into(),
        _ => {
            "Error: rss [<host> <port> <uri> <user> <domain>] | [load|unload|reload] <profile> [reloadxml]\n"
                .into()
        }
    }
}
