//! CHANNEL_PARK and CHANNEL_UNPARK (`switch_ivr.c`), `valet_parking::info` (`mod_valet_parking.c`).

use trunkline_proto::ChannelUuid;
use trunkline_proto::view::valet_parking::{Action, ValetEvent};

use super::told::Told;
use super::{set, standing};
use crate::model::change::Removal;
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
    if draft.get::<Parked>(&id).is_none() && draft.get::<crate::model::Channel>(&id).is_some() {
        draft.create(Parked::new(id.into(), standing(told.event)));
    }
}

/// CHANNEL_UNPARK. One at a place of a lot stays there.
pub(super) fn unpark(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = told.unique_id() else { return };
    hear(draft, &id);
    if draft.get::<Parked>(&id).is_some_and(|parked| parked.lot.is_none()) {
        draft.remove::<Parked>(&ChannelUuid::from(id), Removal::Ended);
    }
}

/// `valet_parking::info`
pub(super) fn valet(draft: &mut Draft, told: &Told<'_>) {
    let (Some(valet), Some(id)) = (ValetEvent::of(told.event), told.unique_id()) else { return };
    hear(draft, &id);
    match valet.action() {
        Some(Action::Hold) => {
            if draft.get::<Parked>(&id).is_none() {
                draft.create(Parked::new(ChannelUuid::from(&*id), standing(told.event)));
            }
            draft.alter::<Parked>(&id, |parked| {
                set(&mut parked.lot, valet.lot());
                set(&mut parked.extension, valet.extension());
            });
        }
        Some(Action::Bridge) => {
            let by = valet.bridge_to_uuid().map(ChannelUuid::from);
            draft.alter::<Parked>(&id, |parked| parked.fetched_by = by);
        }
        Some(Action::Exit) => {
            draft.remove::<Parked>(&ChannelUuid::from(id), Removal::Ended);
        }
        _ => {}
    }
}
