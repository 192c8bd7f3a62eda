//! Commands about the conference itself: who gets in, what it is called by, its sounds and variables.

use super::{Line, RoomCommand, Said};
use crate::conference::{Conference, ConferenceId};
use crate::core::Core;
use crate::text::atoi;

pub(super) const COMMANDS: &[(&str, RoomCommand)] = &[
    ("lock", |core, id, line| lock(core, id, line, true)),
    ("unlock", |core, id, line| lock(core, id, line, false)),
    ("pin", pin),
    ("nopin", pin),
    ("get", get),
    ("set", set),
    ("getvar", getvar),
    ("setvar", setvar),
    ("enter_sound", |core, id, line| sound(core, id, line, true)),
    ("exit_sound", |core, id, line| sound(core, id, line, false)),
    ("transfer", transfer),
    ("clear-vid-floor", |_, _, _| "+OK floor Cleared\n".into()),
    ("auto-3d-position", |_, _, _| "-ERR not supported\n".into()),
    ("vid-bandwidth", |_, _, _| "-ERR Bandwidth not set\n".into()),
    ("vid-res-id", |_, _, _| "".into()),
];

fn lock(core: &mut Core, id: ConferenceId, line: &Line<'_>, locks: bool) -> Said {
    core.lock_conference(id, locks);
    format!("+OK {} {}\n", line.name(), if locks { "locked" } else { "unlocked" }).into()
}

/// `pin <pin>`, `pin mod <pin>`, `nopin`
fn pin(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(room) = core.conferences.get_mut(id) else { return "".into() };
    let name = line.name();
    let words: Vec<&str> = line.words.iter().skip(1).map(String::as_str).collect();
    match words.as_slice() {
        [_, "mod", pin] => {
            room.moderator_pin = (*pin).to_owned();
            format!("+OK Moderator Pin for conference {name} set: {pin}\n").into()
        }
        ["pin", pin] => {
            room.pin = (*pin).to_owned();
            format!("+OK Pin for conference {name} set: {pin}\n").into()
        }
        ["nopin"] => {
            room.pin.clear();
            format!("+OK Pin for conference {name} deleted\n").into()
        }
        _ => Said::Usage("-ERR Invalid parameters:\n".into()),
    }
}

fn get(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(room) = core.conferences.get(id) else { return "".into() };
    if line.words.len() != 3 {
        return Said::Usage(String::new());
    }
    match line.word(2).unwrap_or_default().to_ascii_lowercase().as_str() {
        "run_time" => core.now.as_secs().saturating_sub(room.since.as_secs()).to_string(),
        "count" => room.count().to_string(),
        "count_ghosts" => room.ghosts().to_string(),
        "max_members" => room.max_members.to_string(),
        "rate" => room.profile.rate.to_string(),
        "profile_name" => room.profile.name.clone(),
        "sound_prefix" => room.sound_prefix.clone(),
        "caller_id_name" => room.profile.caller_id_name.clone(),
        "caller_id_number" => room.profile.caller_id_number.clone(),
        "is_locked" => if room.locked { "locked" } else { "" }.into(),
        "endconference_grace_time" => room.end_grace.to_string(),
        "uuid" => room.uuid.clone(),
        "wait_mod" => if room.wait_for_moderator { "true" } else { "" }.into(),
        _ => return Said::Usage(String::new()),
    }
    .into()
}

/// Sets something; what it was before.
fn set(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(room) = core.conferences.get_mut(id) else { return "".into() };
    match (line.word(2).map(str::to_ascii_lowercase), line.word(3)) {
        (Some(name), Some(value)) if line.words.len() == 4 && !value.is_empty() => set_to(room, &name, value),
        _ => Said::Usage(String::new()),
    }
}

fn set_to(room: &mut Conference, name: &str, value: &str) -> Said {
    let number = atoi(value.as_bytes());
    match name {
        "max_members" if number >= 0 => std::mem::replace(&mut room.max_members, number).to_string().into(),
        "endconference_grace_time" if number >= 0 => {
            std::mem::replace(&mut room.end_grace, number).to_string().into()
        }
        "sound_prefix" => std::mem::replace(&mut room.sound_prefix, value.into()).into(),
        "caller_id_name" => std::mem::replace(&mut room.profile.caller_id_name, value.into()).into(),
        "caller_id_number" => std::mem::replace(&mut room.profile.caller_id_number, value.into()).into(),
        _ => Said::Usage(String::new()),
    }
}

fn getvar(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let room = core.conferences.get(id);
    let value = room.and_then(|room| room.variable(line.word(2)?)).unwrap_or_default();
    String::from_utf8_lossy(value).into_owned().into()
}

fn setvar(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    if let (Some(room), Some(name)) = (core.conferences.get_mut(id), line.word(2)) {
        room.set_variable(name, line.word(3).unwrap_or_default().as_bytes());
    }
    "+OK\n".into()
}

/// `enter_sound|exit_sound on|off|none|file <path>`
fn sound(core: &mut Core, id: ConferenceId, line: &Line<'_>, enters: bool) -> Said {
    let Some(room) = core.conferences.get_mut(id) else { return "".into() };
    let (word, name) = (if enters { "enter" } else { "exit" }, line.name());
    let (plays, file) = match enters {
        true => (&mut room.enter_sounds, &mut room.profile.enter_sound),
        false => (&mut room.exit_sounds, &mut room.profile.exit_sound),
    };
    let Some(what) = line.word(2) else { return Said::Usage("-ERR Not enough args\n".into()) };
    let (said, action) = match (what.to_ascii_lowercase().as_str(), line.word(3)) {
        ("on", _) => {
            *plays = true;
            (format!("+OK {name} {word} sounds on ({file})\n"), "s-on")
        }
        ("off" | "none", _) => {
            *plays = false;
            (format!("+OK {name} {word} sounds off ({file})\n"), "s-off")
        }
        ("file", None) => return "-ERR No filename specified\n".into(),
        ("file", Some(path)) => {
            let before = std::mem::replace(file, path.to_owned());
            let old = if enters { String::new() } else { format!("+OK Old exit sound: [{before}]\n") };
            (format!("{old}+OK {name} {word} sound file set to {path}\n"), "-file-changed")
        }
        _ => return Said::Usage("-ERR Bad args\n".into()),
    };
    core.tell_of_sounds(id, enters, action);
    said.into()
}

/// `transfer <conference>[@<profile>] <member>…`
fn transfer(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let (Some(to), Some(_)) = (line.word(2), line.word(3)) else { return Said::Usage(String::new()) };
    let mut said = String::new();
    for who in line.words.iter().skip(3) {
        said += &match core.member_by_text(id, who) {
            Some(member) => {
                core.transfer_member(id, member, to);
                format!("+OK Member '{member}' sent to conference {to}.\n")
            }
            None => format!("-ERR No Member {who} in conference {}.\n", line.name()),
        };
    }
    said.into()
}
