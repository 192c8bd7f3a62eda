//! Commands about members: what they may do, who has the floor, who is sent away.

use super::MemberCommand;
use crate::conference::{ConferenceId, MemberId, Order};
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, MemberCommand)] = &[
    ("mute", |core, id, member, data| order(core, id, member, Order::Mute, data)),
    ("unmute", |core, id, member, data| order(core, id, member, Order::Unmute, data)),
    ("tmute", tmute),
    ("deaf", |core, id, member, data| order(core, id, member, Order::Deaf, data)),
    ("undeaf", |core, id, member, data| order(core, id, member, Order::Undeaf, data)),
    ("hold", hold),
    ("unhold", |core, id, member, data| order(core, id, member, Order::Unhold, data)),
    ("vmute", |core, id, member, data| order(core, id, member, Order::Vmute, data)),
    ("unvmute", |core, id, member, data| order(core, id, member, Order::Unvmute, data)),
    ("tvmute", tvmute),
    ("vblind", |core, id, member, data| order(core, id, member, Order::Vblind, data)),
    ("unvblind", |core, id, member, data| order(core, id, member, Order::Unvblind, data)),
    ("tvblind", tvblind),
    ("kick", kick),
    ("hup", hup),
    ("dtmf", dtmf),
    ("floor", floor),
    ("get-uuid", get_uuid),
    ("vid-floor", without_video),
    ("vid-banner", |_, _, _, _| "+OK\n".into()),
    ("vid-flip", |_, _, member, _| format!("+OK flipped {member}\n")),
    ("vid-border", |_, _, member, _| format!("+OK border {member}\n")),
    ("vid-mute-img", without_video),
    ("vid-logo-img", without_video),
    ("vid-res-id", without_video),
    ("vid-role-id", without_video),
    ("vid-canvas", |_, _, _, _| "-ERR Invalid DATA\n".into()),
    ("vid-watching-canvas", |_, _, _, _| "-ERR Invalid DATA\n".into()),
    ("vid-layer", |_, _, _, _| "-ERR Invalid DATA\n".into()),
];

fn order(core: &mut Core, id: ConferenceId, member: MemberId, order: Order, data: Option<&str>) -> String {
    core.order_member(id, member, order, data.is_some_and(|data| data.contains("quiet")));
    format!("+OK {} {member}\n", order.word())
}

/// One of two orders, by whether a member may what they are about.
fn either(
    core: &mut Core,
    id: ConferenceId,
    member: MemberId,
    may: impl Fn(&crate::conference::Flags) -> bool,
    orders: (Order, Order),
    data: Option<&str>,
) -> String {
    let may = core.conference_member(id, member).is_some_and(|member| may(&member.flags));
    order(core, id, member, if may { orders.0 } else { orders.1 }, data)
}

fn tmute(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    either(core, id, member, |flags| flags.can_speak, (Order::Mute, Order::Unmute), data)
}

fn tvmute(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    either(core, id, member, |flags| flags.can_be_seen, (Order::Vmute, Order::Unvmute), data)
}

fn tvblind(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    either(core, id, member, |flags| flags.can_see, (Order::Vblind, Order::Unvblind), data)
}

/// `hold <member> [<file>]`
fn hold(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let said = order(core, id, member, Order::Hold, None);
    if let Some(file) = data {
        core.play_to(id, member, file.as_bytes());
    }
    said
}

fn kick(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    core.send_away(id, member, Some(data.unwrap_or_default().as_bytes()));
    format!("+OK kicked {member}\n")
}

fn hup(core: &mut Core, id: ConferenceId, member: MemberId, _: Option<&str>) -> String {
    core.send_away(id, member, None);
    format!("+OK hup {member}\n")
}

/// Digits to a member's far end.
fn dtmf(core: &mut Core, id: ConferenceId, member: MemberId, data: Option<&str>) -> String {
    let Some(digits) = data else { return "-ERR Invalid input!\n".into() };
    core.send_to_member(id, member, digits);
    format!("+OK sent {digits} to {member}\n")
}

fn floor(core: &mut Core, id: ConferenceId, member: MemberId, _: Option<&str>) -> String {
    match core.toggle_floor(id, member) {
        Ok(Some(holder)) => format!("+OK floor {holder}\n"),
        Ok(None) => "+OK floor none\n".into(),
        Err(holder) => format!("-ERR floor is held by {holder}\n"),
    }
}

fn get_uuid(core: &mut Core, id: ConferenceId, member: MemberId, _: Option<&str>) -> String {
    let channel = core.conference_member(id, member).and_then(|member| member.channel());
    channel.map_or_else(|| "_undef_".into(), |channel| core.uuid_of(channel))
}

/// No member has video, so that nothing is said.
fn without_video(_: &mut Core, _: ConferenceId, _: MemberId, _: Option<&str>) -> String {
    String::new()
}
