//! Members in JSON, as cJSON prints it: with tabs, or compact.

use super::{Shown, seconds, shown};
use crate::conference::{Conference, Member};
use crate::core::Core;

/// A JSON value, its members in order.
enum Json {
    Bool(bool),
    Number(i64),
    Text(String),
    Object(Vec<(&'static str, Json)>),
    /// With names of its own.
    Named(Vec<(String, Json)>),
    Array(Vec<Json>),
}

pub(super) fn rooms(core: &Core, rooms: &[&Conference], compact: bool) -> String {
    let rooms = Json::Array(rooms.iter().map(|room| conference(core, room)).collect());
    let mut text = String::new();
    rooms.write(if compact { None } else { Some(0) }, &mut text);
    text
}

fn number(value: impl TryInto<i64>) -> Json {
    Json::Number(value.try_into().unwrap_or(i64::MAX))
}

fn conference(core: &Core, room: &Conference) -> Json {
    let mut members = vec![
        ("conference_name", Json::Text(room.name.clone())),
        ("member_count", number(room.count())),
        ("ghost_count", number(room.ghosts())),
        ("rate", number(room.profile.rate)),
        ("run_time", number(seconds(core, room.since))),
        ("conference_uuid", Json::Text(room.uuid.clone())),
        ("canvas_count", number(0)),
        ("max_bw_in", number(0)),
        ("force_bw_in", number(0)),
        ("video_floor_packets", number(0)),
    ];
    let flags = [
        ("locked", room.locked),
        ("destruct", room.ends),
        ("wait_mod", room.wait_for_moderator),
        ("audio_always", false),
        ("running", true),
        ("answered", room.answered),
        ("enforce_min", room.had_least),
        ("bridge_to", false),
        ("dynamic", true),
        ("exit_sound", room.exit_sounds),
        ("enter_sound", room.enter_sounds),
        ("recording", room.recordings > 0),
        ("video_bridge", false),
        ("video_floor_only", false),
        ("video_rfc4579", false),
    ];
    members.extend(flags.map(|(name, is)| (name, Json::Bool(is))));
    if room.max_members > 0 {
        members.push(("max_members", number(room.max_members)));
    }
    let text = |value: &Vec<u8>| Json::Text(String::from_utf8_lossy(value).into_owned());
    let variables = room.variables.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    members.push(("variables", Json::Named(variables)));
    let seats = room.members.iter().rev().filter_map(|seat| member(core, room, seat));
    members.push(("members", Json::Array(seats.collect())));
    Json::Object(members)
}

fn member(core: &Core, room: &Conference, member: &Member) -> Option<Json> {
    if let Some(tape) = member.tape() {
        let mut members = vec![
            ("type", Json::Text("recording_node".into())),
            ("record_path", Json::Text(tape.path.clone())),
        ];
        if tape.is_paused() {
            members.push(("status", Json::Text("paused".into())));
        }
        members.push(("join_time", number(tape.since.as_secs())));
        return Some(Json::Object(members));
    }
    let Shown { uuid, name, number: caller, .. } = shown(core, member)?;
    let talked = member.last_heard(core.now).map_or(0, |talked| seconds(core, talked));
    Some(Json::Object(vec![
        ("type", Json::Text("caller".into())),
        ("id", number(member.id.0)),
        ("flags", flags(room, member)),
        ("uuid", Json::Text(uuid)),
        ("caller_id_name", Json::Text(name)),
        ("caller_id_number", Json::Text(caller)),
        ("join_time", number(seconds(core, member.joined))),
        ("last_talking", number(talked)),
        ("energy", number(member.energy_level)),
        ("volume_in", number(member.volume_in)),
        ("volume_out", number(member.volume_out)),
        ("output-volume", number(member.volume_out)),
        ("input-volume", number(member.volume_in)),
    ]))
}

fn flags(room: &Conference, member: &Member) -> Json {
    let flags = &member.flags;
    let flags = [
        ("can_hear", !flags.hold && flags.can_hear),
        ("can_see", !flags.hold && flags.can_see),
        ("can_speak", !flags.hold && flags.can_speak),
        ("hold", flags.hold),
        ("mute_detect", flags.mute_detect),
        ("talking", flags.talking),
        ("has_video", false),
        ("video_bridge", false),
        ("has_floor", room.floor == Some(member.id)),
        ("is_moderator", flags.moderator),
        ("end_conference", flags.endconf),
        ("mandatory_member_end_conference", flags.mandatory),
        ("pass_digits", flags.dist_dtmf),
    ];
    Json::Object(flags.map(|(name, is)| (name, Json::Bool(is))).into())
}

impl Json {
    /// Writes it; `depth` is how deep it is, or nothing where it is to be compact.
    fn write(&self, depth: Option<usize>, out: &mut String) {
        match self {
            Self::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => write_text(text, out),
            Self::Object(members) => {
                write_object(members.iter().map(|(name, value)| (*name, value)), depth, out);
            }
            Self::Named(members) => {
                write_object(members.iter().map(|(name, value)| (name.as_str(), value)), depth, out);
            }
            Self::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push_str(if depth.is_some() { ", " } else { "," });
                    }
                    item.write(depth.map(|depth| depth + 1), out);
                }
                out.push(']');
            }
        }
    }
}

fn write_object<'a>(
    members: impl Iterator<Item = (&'a str, &'a Json)>,
    depth: Option<usize>,
    out: &mut String,
) {
    let inner = depth.map(|depth| depth + 1);
    out.push('{');
    for (place, (name, value)) in members.enumerate() {
        if place > 0 {
            out.push(',');
        }
        if let Some(inner) = inner {
            out.push('\n');
            out.push_str(&"\t".repeat(inner));
        }
        write_text(name, out);
        out.push_str(if inner.is_some() { ":\t" } else { ":" });
        value.write(inner, out);
    }
    if let Some(depth) = depth {
        out.push('\n');
        out.push_str(&"\t".repeat(depth));
    }
    out.push('}');
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
