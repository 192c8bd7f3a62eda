//! CHANNEL_PARK and CHANNEL_UNPARK (`switch_ivr.c`), `valet_parking::info` (`mod_valet_parking.c`).

use trunkline_proto::ChannelUuid;
use trunkline_proto::view::valet_parking::{Action, ValetEvent};

use super::told::Told;
use super::{sequence, set, standing};
use crate::model::change::Removal;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::parked::Parked;
use crate::model::snapshot::others::Heard;

/// Remembers that an event told whether a channel is parked.
fn hear(draft: &mut Draft, id: &str) {
    draft.resync.hear_other(Heard::Parked(id.into()));
}

/// CHANNEL_PARK
pub(super) fn park(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = told.unique_id() else { return };
    hear(draft, &id);
    if draft.get::<Channel>(&id).is_some() {
        begin(draft, told, &id);
    }
}

/// One is parked, unless that, or his call, is over by now.
fn begin(draft: &mut Draft, told: &Told<'_>, id: &str) {
    let sequence = sequence(draft);
    let is_dead = draft.graves.get(id).is_some_and(|grave| sequence < grave.sequence);
    let is_over = is_dead || draft.unparked.had_ended(id, sequence);
    if !is_over && draft.get::<Parked>(id).is_none() {
        draft.create(Parked::new(id.into(), standing(told.event)));
    }
}

/// One is parked no longer.
fn end(draft: &mut Draft, told: &Told<'_>, id: &str) {
    let id = ChannelUuid::from(id);
    draft.remove::<Parked>(&id, Removal::Ended);
    draft.unparked.end(id, told.sequence.unwrap_or_default());
}

/// CHANNEL_UNPARK. One at a place of a lot stays there.
pub(super) fn unpark(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = told.unique_id() else { return };
    hear(draft, &id);
    if draft.get::<Parked>(&id).is_none_or(|parked| parked.lot.is_none()) {
        end(draft, told, &id);
    }
}

/// `valet_parking::info`
pub(super) fn valet(draft: &mut Draft, told: &Told<'_>) {
    let (Some(valet), Some(id)) = (ValetEvent::of(told.event), told.unique_id()) else { return };
    hear(draft, &id);
    match valet.action() {
        Some(Action::Hold) => {
            begin(draft, told, &id);
            draft.alter::<Parked>(&id, |parked| {
                set(&mut parked.lot, valet.lot());
                set(&mut parked.extension, valet.extension());
            });
        }
        Some(Action::Bridge) => {
            let by = valet.bridge_to_uuid().map(ChannelUuid::from);
            draft.alter::<Parked>(&id, |parked| parked.fetched_by = by);
        }
        Some(Action::Exit) => end(draft, told, &id),
        _ => {}
    }
}
