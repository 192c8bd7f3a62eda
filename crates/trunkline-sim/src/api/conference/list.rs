//! Who is in a conference: as lines, in JSON, and in XML (`conference_list`, `conference_jlist` and `conference_xlist` in
//! `mod_conference.c`).

mod json;
mod xml;

use super::{Line, RoomCommand, Said};
use crate::conference::{Conference, ConferenceId, Member};
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, RoomCommand)] = &[
    ("list", list),
    ("count", |core, id, _| core.conferences.get(id).map_or(0, Conference::count).to_string().into()),
    ("json_list", |core, id, line| {
        let rooms: Vec<&Conference> = core.conferences.get(id).into_iter().collect();
        json::rooms(core, &rooms, line.word(2) == Some("compact")).into()
    }),
    ("xml_list", |core, id, _| {
        let rooms: Vec<&Conference> = core.conferences.get(id).into_iter().collect();
        xml::rooms(core, &rooms).into()
    }),
];

/// How a list is written.
enum Form {
    Lines(String),
    Pretty,
    Summary,
    Count,
}

/// `[delim <text>] | pretty | summary | count`
fn form(kind: Option<&str>, value: Option<&str>) -> Form {
    let usual = || Form::Lines(";".into());
    match (kind.map(str::to_ascii_lowercase).as_deref(), value) {
        (Some("delim"), Some(text)) => match text.strip_prefix('"') {
            Some("") => usual(),
            Some(quoted) => Form::Lines(quoted.split('"').next().unwrap_or_default().to_owned()),
            None => Form::Lines(text.to_owned()),
        },
        (Some("pretty"), _) => Form::Pretty,
        (Some("summary"), _) => Form::Summary,
        (Some("count"), _) => Form::Count,
        _ => usual(),
    }
}

fn list(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let Some(room) = core.conferences.get(id) else { return "".into() };
    match form(line.word(2), line.word(3)) {
        Form::Lines(delimiter) => lines(core, room, &delimiter),
        Form::Pretty => pretty(core, room),
        Form::Count => room.count().to_string(),
        Form::Summary => lines(core, room, ";"),
    }
    .into()
}

/// Every conference with its members.
pub(super) fn list_all(core: &Core, line: &Line<'_>) -> String {
    let form = form(line.word(1), line.word(2));
    let mut text = String::new();
    for (_, room) in core.conferences.iter() {
        text += &heading(room);
        text += &match &form {
            Form::Lines(delimiter) => lines(core, room, delimiter),
            Form::Pretty => pretty(core, room),
            Form::Count => lines(core, room, ";"),
            Form::Summary => String::new(),
        };
    }
    if text.is_empty() { "+OK No active conferences.\n".into() } else { text }
}

pub(super) fn json_list_all(core: &Core, compact: bool) -> String {
    let rooms: Vec<&Conference> = core.conferences.iter().map(|(_, room)| room).collect();
    json::rooms(core, &rooms, compact)
}

pub(super) fn xml_list_all(core: &Core) -> String {
    let rooms: Vec<&Conference> = core.conferences.iter().map(|(_, room)| room).collect();
    xml::rooms(core, &rooms)
}

fn heading(room: &Conference) -> String {
    let flags = [
        ("locked", room.locked),
        ("destruct", room.ends),
        ("wait_mod", room.wait_for_moderator),
        ("running", true),
        ("answered", room.answered),
        ("enforce_min", room.had_least),
        ("dynamic", true),
        ("exit_sound", room.exit_sounds),
        ("enter_sound", room.enter_sounds),
        ("recording", room.recordings > 0),
        ("json_status", true),
    ];
    let flags: Vec<&str> = flags.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    let (count, rate) = (room.count(), room.profile.rate);
    let plural = if count == 1 { "" } else { "s" };
    let locked = if room.locked { " locked" } else { "" };
    format!(
        "+OK Conference {} ({count} member{plural} rate: {rate}{locked} flags: {})\n",
        room.name,
        flags.join("|")
    )
}

/// Its channel's name, its uuid, and the caller's name and number.
struct Shown {
    channel: String,
    uuid: String,
    name: String,
    number: String,
}

fn shown(core: &Core, member: &Member) -> Option<Shown> {
    let channel = core.channels.get(member.channel()?)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let caller =
        channel.profile.as_deref().map(|profile| (text(&profile.caller_name), text(&profile.caller_number)));
    let (name, number) = caller.unwrap_or_default();
    Some(Shown { channel: channel.shown_name(), uuid: channel.uuid.clone(), name, number })
}

fn lines(core: &Core, room: &Conference, delimiter: &str) -> String {
    let line = |member: &Member| {
        let Shown { channel, uuid, name, number } = shown(core, member)?;
        let id = member.id.to_string();
        let levels =
            [member.volume_in, member.volume_out, member.energy_level].map(|level| level.to_string());
        let [volume_in, volume_out, energy] = levels;
        let words = words(room, member);
        Some([id, channel, uuid, name, number, words, volume_in, volume_out, energy].join(delimiter) + "\n")
    };
    room.callers().filter_map(line).collect()
}

/// What a member does and may.
fn words(room: &Conference, member: &Member) -> String {
    let flags = &member.flags;
    let words = [
        ("hear", !flags.hold && flags.can_hear),
        ("speak", !flags.hold && flags.can_speak),
        ("talking", !flags.hold && flags.talking),
        ("hold", flags.hold),
        ("floor", room.floor == Some(member.id)),
        ("moderator", flags.moderator),
        ("ghost", flags.ghost),
    ];
    words.iter().filter(|(_, is)| *is).map(|(word, _)| *word).collect::<Vec<_>>().join("|")
}

fn pretty(core: &Core, room: &Conference) -> String {
    let line = |member: &Member| {
        let Shown { name, number, .. } = shown(core, member)?;
        Some(format!("{}) {name} ({number})\n", member.id))
    };
    room.callers().filter_map(line).collect()
}

/// Seconds since then.
fn seconds(core: &Core, since: crate::Time) -> u64 {
    core.now.as_secs().saturating_sub(since.as_secs())
}
