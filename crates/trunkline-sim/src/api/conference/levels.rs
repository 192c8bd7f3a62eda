//! Commands about how loud members are.

use super::MemberCommand;
use crate::conference::{ConferenceId, Level, MemberId, To};
use crate::core::Core;
use crate::text::atoi;

pub(super) const COMMANDS: &[(&str, MemberCommand)] = &[
    ("energy", energy),
    ("auto-energy", auto_energy),
    ("max-energy", max_energy),
    ("agc", agc),
    ("volume_in", volume_in),
    ("volume_out", volume_out),
    ("position", |_, _, _, _| "-ERR not supported\n".into()),
];

fn to(data: Option<&str>) -> Option<To> {
    let data = data?;
    Some(match data.to_ascii_lowercase().as_str() {
        "up" => To::Up,
        "down" => To::Down,
        _ => To::Be(atoi(data.as_bytes())),
    })
}

fn energy(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let level = core.set_level(id, member, Level::Energy, to(data));
    let mut said = format!("Energy {member} = {level}\n");
    if core.auto_energy_exceeded(id, member) {
        said += "Auto-Energy level exceeded, Auto-Energy mode disabled\n";
    }
    if data.is_some() {
        core.tell_level(id, member, Level::Energy);
    }
    said
}

fn auto_energy(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let level = core.set_level(id, member, Level::AutoEnergy, to(data));
    let energy = core.set_level(id, member, Level::Energy, None);
    if energy == 0 {
        core.set_level(id, member, Level::Energy, Some(To::Be(level / 2)));
    }
    if data.is_some() {
        core.tell_level(id, member, Level::AutoEnergy);
    }
    format!("{member} = Auto-Energy: {level} Energy: {energy}\n")
}

/// `max-energy <member> <level>[:<milliseconds>[:<hits>]]`
fn max_energy(core: &mut Core, id: ConferenceId, number: MemberId, data: Option<&str>) -> String {
    let before = core.set_level(id, number, Level::MaxEnergy, to(data));
    let energy = core.set_level(id, number, Level::Energy, None);
    let mut said = String::new();
    if before != 0 && before < energy {
        core.set_level(id, number, Level::MaxEnergy, Some(To::Be(0)));
        said = format!("-ERR {number} Max-Energy cannot exceed energy level.\n");
    } else if let Some(data) = data {
        let mut more = data.split(':').skip(1).map(|part| atoi(part.as_bytes()));
        core.limit_bursts(id, number, more.next(), more.next());
    }
    let level = core.set_level(id, number, Level::MaxEnergy, None);
    let limits =
        core.conference_member(id, number).map(|member| (member.max_energy_mute, member.max_energy_hits));
    let (mute, hits) = limits.unwrap_or_default();
    // The two levels stand at each other's place.
    said += &format!(
        "{number} = Max-Energy: {energy} Energy: {level} Max-Energy-Mute: {mute}ms Max-Energy-Hit-Trigger {hits}\n"
    );
    if data.is_some() {
        core.tell_level(id, number, Level::MaxEnergy);
    }
    said
}

fn agc(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let level = core.set_level(id, member, Level::Agc, to(data));
    if data.is_some() {
        core.tell_level(id, member, Level::Agc);
    }
    format!("Agc {member} = {level}\n")
}

fn volume_in(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let level = core.set_level(id, member, Level::VolumeIn, to(data));
    if data.is_some() {
        core.tell_level(id, member, Level::VolumeIn);
    }
    format!("+OK Volume IN {member} = {level}\n")
}

fn volume_out(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let level = core.set_level(id, member, Level::VolumeOut, to(data));
    if data.is_some() {
        core.tell_level(id, member, Level::VolumeOut);
    }
    format!("+OK Volume OUT {member} = {level}\n")
}
