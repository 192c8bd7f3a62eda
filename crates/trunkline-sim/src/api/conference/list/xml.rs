//! Members in XML, as `switch_xml_toxml` prints it.

use super::{Shown, seconds, shown};
use crate::conference::{Conference, Member};
use crate::core::Core;
use trunkline_proto::percent;

pub(super) fn rooms(core: &Core, rooms: &[&Conference]) -> String {
    let rooms: String = rooms.iter().map(|room| conference(core, room)).collect();
    let end = if rooms.is_empty() { "" } else { "\n" };
    format!("<?xml version=\"1.0\"?>\n<conferences>{end}{rooms}</conferences>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn conference(core: &Core, room: &Conference) -> String {
    let mut attributes = vec![
        ("name", room.name.clone()),
        ("member-count", room.count().to_string()),
        ("ghost-count", room.ghosts().to_string()),
        ("rate", room.profile.rate.to_string()),
        ("uuid", room.uuid.clone()),
    ];
    let flags = |list: &[(&'static str, bool)]| -> Vec<(&'static str, String)> {
        list.iter().filter(|(_, is)| *is).map(|(name, _)| (*name, "true".to_owned())).collect()
    };
    attributes.extend(flags(&[
        ("locked", room.locked),
        ("destruct", room.ends),
        ("wait_mod", room.wait_for_moderator),
        ("running", true),
        ("answered", room.answered),
        ("enforce_min", room.had_least),
        ("dynamic", true),
        ("exit_sound", room.exit_sounds),
        ("enter_sound", room.enter_sounds),
    ]));
    if room.max_members > 0 {
        attributes.push(("max_members", room.max_members.to_string()));
    }
    attributes.extend(flags(&[("recording", room.recordings > 0)]));
    if room.end_grace > 0 {
        attributes.push(("endconference_grace_time", room.end_grace.to_string()));
    }
    attributes.push(("run_time", seconds(core, room.since).to_string()));
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
    let members: String = room.members.iter().rev().filter_map(|seat| member(core, room, seat)).collect();
    let members = if members.is_empty() {
        "<members></members>".into()
    } else {
        format!("<members>\n{members}    </members>")
    };
    format!("  <conference{attributes}>\n    {}\n    {members}\n  </conference>\n", variables(room))
}

fn variables(room: &Conference) -> String {
    let variable = |(name, value): &(String, Vec<u8>)| {
        let value = String::from_utf8_lossy(value);
        format!("      <variable name=\"{}\" value=\"{}\"></variable>\n", escaped(name), escaped(&value))
    };
    let all: String = room.variables.iter().map(variable).collect();
    if all.is_empty() {
        "<variables></variables>".into()
    } else {
        format!("<variables>\n{all}    </variables>")
    }
}

fn member(core: &Core, room: &Conference, member: &Member) -> Option<String> {
    if let Some(tape) = member.tape() {
        let paused = if tape.is_paused() { " status=\"paused\"" } else { "" };
        return Some(format!(
            "      <member type=\"recording_node\">\n        <record_path{paused}>{}</record_path>\n        \
             <join_time type=\"UNIX-epoch\">{}</join_time>\n      </member>\n",
            escaped(&tape.path),
            tape.since.as_secs()
        ));
    }
    let Shown { uuid, name, number, .. } = shown(core, member)?;
    let talked =
        member.last_heard(core.now).map_or_else(|| "N/A".into(), |talked| seconds(core, talked).to_string());
    let tags = [
        ("uuid", uuid),
        ("caller_id_name", name),
        ("caller_id_number", number),
        ("join_time", seconds(core, member.joined).to_string()),
        ("last_talking", talked),
        ("energy", member.energy_level.to_string()),
        ("volume_in", member.volume_in.to_string()),
        ("volume_out", member.volume_out.to_string()),
        ("output-volume", member.volume_out.to_string()),
    ];
    let tag = |(name, value): &(&str, String)| format!("        <{name}>{}</{name}>\n", encoded(value));
    let tags: String = tags.iter().map(tag).collect();
    let id = member.id;
    Some(format!(
        "      <member type=\"caller\">\n        <id>{id}</id>\n{}{tags}      </member>\n",
        flags(room, member)
    ))
}

fn flags(room: &Conference, member: &Member) -> String {
    let flags = &member.flags;
    let flags = [
        ("can_hear", !flags.hold && flags.can_hear),
        ("can_see", !flags.hold && flags.can_see),
        ("can_speak", !flags.hold && flags.can_speak),
        ("mute_detect", flags.mute_detect),
        ("talking", !flags.hold && flags.talking),
        ("hold", flags.hold),
        ("has_video", false),
        ("video_bridge", false),
        ("has_floor", room.floor == Some(member.id)),
        ("is_moderator", flags.moderator),
        ("end_conference", flags.endconf),
        ("mandatory_member_end_conference", flags.mandatory),
        ("is_ghost", flags.ghost),
    ];
    let lines: String = flags.iter().map(|(name, is)| format!("          <{name}>{is}</{name}>\n")).collect();
    format!("        <flags>\n{lines}        </flags>\n")
}

fn encoded(value: &str) -> String {
    let mut out = Vec::new();
    percent::encode_into(value.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
