//! `relate`: what members do not hear of each other.

use super::{Line, RoomCommand, Said};
use crate::conference::{ConferenceId, MemberId, Relation};
use crate::core::Core;
use crate::text::atoi;

pub(super) const COMMANDS: &[(&str, RoomCommand)] = &[("relate", relate)];

fn members(text: &str) -> Vec<MemberId> {
    text.split(',').map(|word| MemberId(u32::try_from(atoi(word.as_bytes())).unwrap_or_default())).collect()
}

/// `relate <member>[,…] <other>[,…] nospeak|nohear|sendvideo|clear`, or of a member what there is.
fn relate(core: &mut Core, id: ConferenceId, line: &Line<'_>) -> Said {
    let (Some(who), Some(whom), Some(action)) = (line.word(2), line.word(3), line.word(4)) else {
        return if line.words.len() <= 3 { show(core, id, line.word(2)) } else { Said::Usage(String::new()) };
    };
    let clears = action.eq_ignore_ascii_case("clear");
    let [nospeak, nohear, send_video] = ["nospeak", "nohear", "sendvideo"].map(|word| action.contains(word));
    if !(clears || nospeak || nohear || send_video) {
        return Said::Usage(String::new());
    }
    let mut said = String::new();
    for who in members(who) {
        for to in members(whom) {
            let relation = Relation { who, to, speak: !nospeak, hear: !nohear, send_video };
            said += &if clears { clear(core, id, who, to) } else { set(core, id, relation, action) };
        }
    }
    said.into()
}

fn show(core: &mut Core, id: ConferenceId, who: Option<&str>) -> Said {
    let Some(room) = core.conferences.get(id) else { return "".into() };
    if room.relations.is_empty() {
        return "+OK No relationships\n".into();
    }
    let mut said = String::new();
    for who in who.map(members).unwrap_or_default() {
        for relation in room.relations.iter().rev().filter(|relation| who.0 == 0 || relation.who == who) {
            let word = |is: bool, word: &str| if is { format!("{word} ") } else { format!("NO{word} ") };
            let words = [
                word(relation.speak, "SPEAK"),
                word(relation.hear, "HEAR"),
                word(relation.send_video, "SENDVIDEO"),
            ];
            said += &format!("{} -> {} {}\n", relation.who, relation.to, words.concat());
        }
    }
    said.into()
}

fn clear(core: &mut Core, id: ConferenceId, who: MemberId, to: MemberId) -> String {
    if !core.member_is_here(id, who) {
        return format!("-ERR relationship {who}->{to} not found.\n");
    }
    if let Some(room) = core.conferences.get_mut(id) {
        room.relations.retain(|relation| relation.who != who || (relation.to != to && to.0 != 0));
    }
    format!("+OK relationship {who}->{to} cleared.\n")
}

fn set(core: &mut Core, id: ConferenceId, relation: Relation, action: &str) -> String {
    let Relation { who, to, .. } = relation;
    if !core.member_is_here(id, who) || !core.member_is_here(id, to) {
        return format!("-ERR relationship {who}->{to} not found.\n");
    }
    let Some(room) = core.conferences.get_mut(id) else { return String::new() };
    room.relations.retain(|known| known.who != who || known.to != to);
    room.relations.push(relation);
    if let Some(member) = room.member_mut(who).filter(|_| !relation.speak) {
        member.flags.talking = false;
    }
    core.judge_voice(id, who);
    format!("+OK {who}->{to} {action} set\n")
}
