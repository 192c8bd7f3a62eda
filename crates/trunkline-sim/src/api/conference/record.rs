//! Commands about recording.

use super::{Line, RoomCommand, Said};
use crate::conference::ConferenceId;
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, RoomCommand)] = &[
    ("record", |core, id, line| record(core, id, line.word(2))),
    ("norecord", |core, id, line| norecord(core, id, line.word(2))),
    ("chkrecord", |core, id, _| chkrecord(core, id)),
    ("pause", |core, id, line| pause(core, id, line.word(2), true)),
    ("resume", |core, id, line| pause(core, id, line.word(2), false)),
    ("recording", recording),
];

fn record(core: &mut Core, id: ConferenceId, path: Option<&str>) -> Said {
    let Some(path) = path else { return Said::Usage(String::new()) };
    // Parameters in front of a path make no other file of it.
    let file = |path: &str| path.rsplit_once('}').map_or(path, |(_, file)| file).trim_start().to_owned();
    let used = core.tapes(id).into_iter().find(|(_, known)| file(known) == file(path));
    if let Some((_, known)) = used {
        return format!("-ERR file [{known}] is already being used for recording.\n").into();
    }
    core.record_conference(id, path);
    format!("+OK Record file {path}\n").into()
}

/// The recordings end later, so that none is counted.
fn norecord(core: &mut Core, id: ConferenceId, path: Option<&str>) -> Said {
    let Some(path) = path else { return Said::Usage(String::new()) };
    let all = path.eq_ignore_ascii_case("all");
    let mut said = String::new();
    for (member, known) in core.tapes(id) {
        if (all || known == path) && core.stop_tape(id, member) {
            said += &format!("Stopped recording file {known}\n");
        }
    }
    if said.is_empty() && !all {
        said = format!("-ERR non-existant recording '{path}'\n");
    }
    (said + "+OK Stopped recording 0 files\n").into()
}

fn chkrecord(core: &mut Core, id: ConferenceId) -> Said {
    let files: String =
        core.tapes(id).into_iter().map(|(_, path)| format!("+OK Record file {path}\n")).collect();
    if files.is_empty() { "-ERR Conference is not being recorded.\n".into() } else { files.into() }
}

fn pause(core: &mut Core, id: ConferenceId, path: Option<&str>, pauses: bool) -> Said {
    let Some(path) = path else { return Said::Usage(String::new()) };
    let what = if pauses { "Pause" } else { "Resume" };
    let said = format!("+OK {what} recording file {path}\n");
    if core.pause_tapes(id, path, pauses) {
        said
    } else {
        said + &format!("-ERR non-existant recording '{path}'\n")
    }
    .into()
}

/// `recording start|stop|check|pause|resume <path>|all`; without the second, as `record`.
fn recording(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let action = line.word(2).map(str::to_ascii_lowercase);
    match (action.as_deref(), line.word(3)) {
        (Some("stop"), path) => norecord(core, id, path.or(Some("all"))),
        (Some("check"), _) => chkrecord(core, id),
        (Some(_) | None, None) => record(core, id, line.word(2)),
        (Some("start"), path) => record(core, id, path),
        // The word they go by is what they look for in another place.
        (Some("pause"), path) => pause(core, id, path, true),
        (Some("resume"), path) => pause(core, id, path, false),
        _ => Said::Usage(String::new()),
    }
}
