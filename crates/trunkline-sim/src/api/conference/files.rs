//! Commands about what is played.

use std::time::Duration;

use super::{Line, RoomCommand, Said};
use crate::conference::{Conference, ConferenceId, MemberId, Node, Stop};
use crate::core::Core;
use crate::text::atoi;

pub(super) const COMMANDS: &[(&str, RoomCommand)] = &[
    ("play", play),
    ("stop", stop),
    ("play_status", play_status),
    ("pause_play", pause_play),
    ("file_seek", file_seek),
    ("file-vol", file_vol),
    ("say", say),
    ("saymember", saymember),
    ("moh", moh),
];

/// `play <path> [async | <member> [nomux]]`
fn play(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(path) = line.word(2) else { return Said::Usage(String::new()) };
    let not_found = || format!("-ERR (play) File: {path} not found.\n");
    let is_async = [(4, 3), (5, 4)].iter().any(|(count, place)| {
        line.words.len() == *count && line.word(*place).is_some_and(|word| word.eq_ignore_ascii_case("async"))
    });
    if line.words.len() - usize::from(is_async) == 3 {
        if !core.play_to_all(id, path.as_bytes(), is_async) {
            return not_found().into();
        }
        core.tell_of_file(id, None, path, is_async);
        return format!("+OK (play) Playing file {path}\n").into();
    }
    let who = line.word(3).unwrap_or_default();
    let Some(member) = core.member_by_text(id, who) else {
        return Said::Usage(format!("-ERR Member: {who} not found.\n"));
    };
    if !core.play_to(id, member, path.as_bytes()) {
        return not_found().into();
    }
    core.tell_of_file(id, Some(member), path, false);
    format!("+OK (play) Playing file {path} to member {member}\n").into()
}

/// `stop [current | all | async] [<member>]`
fn stop(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let what = match line.word(2).map(str::to_ascii_lowercase).as_deref() {
        None | Some("all") => Stop::All,
        Some("current") => Stop::Current,
        Some("async") => Stop::Async,
        Some(_) => return Said::Usage(String::new()),
    };
    let stopped = match line.word(3) {
        Some(who) => match core.member_by_text(id, who) {
            Some(member) => core.stop_files(id, Some(member), what),
            None => return format!("-ERR Member: {who} not found.\n").into(),
        },
        None => core.stop_files(id, None, what),
    };
    format!("+OK Stopped {stopped} files.\n").into()
}

/// The file that plays, to all or to the member a word names.
fn playing<'a>(
    core: &'a mut Core,
    id: ConferenceId,
    who: Option<&str>,
) -> Result<Option<&'a mut Node>, Said> {
    let member = match who {
        None => None,
        Some(who) => match core.member_by_text(id, who) {
            Some(member) => Some(member),
            None => return Err(Said::Usage(format!("-ERR Member: {who} not found.\n"))),
        },
    };
    Ok(core.conferences.get_mut(id).and_then(|room| front(room, member)))
}

fn front(room: &mut Conference, member: Option<MemberId>) -> Option<&mut Node> {
    match member {
        Some(member) => room.member_mut(member)?.files.front_mut(),
        None => room.files.front_mut(),
    }
}

/// Samples of so much sound.
fn samples(time: Duration) -> u128 {
    time.as_millis() * 8
}

fn play_status(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let now = core.now;
    match playing(core, id, line.word(2)) {
        Err(said) => said,
        Ok(None) => "-ERR Nothing is playing\n".into(),
        Ok(Some(file)) => {
            let path = String::from_utf8_lossy(&file.path).into_owned();
            match path.split_once("://") {
                // A stream has no places.
                Some((_, path)) => format!("+OK 0/0 {path}\n").into(),
                None => format!("+OK {}/0 {path}\n", samples(file.heard(now))).into(),
            }
        }
    }
}

fn pause_play(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let now = core.now;
    let said = match playing(core, id, line.word(2)) {
        Err(said) => return said,
        Ok(None) => "",
        Ok(Some(file)) => match file.toggle_pause(now) {
            true => "+OK Pause\n",
            false => "+OK Resume\n",
        },
    };
    core.look_soon(id);
    said.into()
}

/// `file_seek [+-]<milliseconds> [<member>]`
fn file_seek(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(to) = line.word(2) else { return Said::Usage(String::new()) };
    let now = core.now;
    let file = match playing(core, id, line.word(3)) {
        Err(said) => return said,
        Ok(None) => return "".into(),
        Ok(Some(file)) => file,
    };
    let relative = to.starts_with(['+', '-']);
    let step = i128::from(atoi(to.as_bytes()));
    let step = if relative && step == 0 { 1000 } else { step };
    let from = if relative { i128::try_from(file.heard(now).as_millis()).unwrap_or_default() } else { 0 };
    let target = u64::try_from((from + step).max(0)).unwrap_or_default();
    file.seek(Duration::from_millis(target), now);
    core.look_soon(id);
    format!("+OK seek to position {}\n", target * 8).into()
}

fn file_vol(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    if line.words.len() < 3 {
        return Said::Usage("-ERR missing args\n".into());
    }
    let Some(room) = core.conferences.get(id) else { return "".into() };
    // It is any other word than this that means the file beside the others.
    let beside = line.word(3).is_some_and(|word| !word.eq_ignore_ascii_case("async"));
    let plays = if beside { room.async_file.is_some() } else { !room.files.is_empty() };
    if plays { "+OK volume changed\n".into() } else { Said::Usage("-ERR File not playing\n".into()) }
}

/// What comes after a command's name, in the words of its line.
fn rest<'a>(line: &Line<'a>, command: &str) -> &'a str {
    line.text.split_once(command).map_or("", |(_, rest)| rest.trim_start_matches([' ', '\t']))
}

/// Nothing speaks a text.
fn say(_: &mut Core, _: ConferenceId, line: &Line<'_>) -> Said {
    let error =
        if rest(line, "say").is_empty() { "-ERR (say) Error! No text.\n" } else { "-ERR (say) Error!\n" };
    Said::Usage(error.into())
}

/// To one member, it is said to have been spoken.
fn saymember(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some((who, text)) = rest(line, "saymember").split_once(' ').filter(|(_, text)| !text.is_empty())
    else {
        return Said::Usage("-ERR (saymember) No Text!\n".into());
    };
    let Some(member) = core.member_by_text(id, who) else {
        return Said::Usage(format!("-ERR (saymember) Unknown Member {who}!\n"));
    };
    core.tell_of_speech(id, member, text);
    "+OK (saymember) OK\n".into()
}

fn moh(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(what) = line.word(2) else { return "-ERR invalid moh param\n".into() };
    let Some(room) = core.conferences.get_mut(id) else { return "".into() };
    match what.to_ascii_lowercase().as_str() {
        "toggle" => room.music = !room.music,
        "on" => room.music = true,
        "off" => room.music = false,
        _ => {}
    }
    if !room.music {
        core.stop_files(id, None, Stop::Async);
    }
    "+OK moh\n".into()
}
