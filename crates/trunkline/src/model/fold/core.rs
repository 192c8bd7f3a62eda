//! Which run of the switch events are of.

use trunkline_proto::CoreUuid;

use super::told::Told;
use crate::model::draft::Draft;
use crate::model::sign::Sign;

/// Sees whether the switch was restarted.
pub(super) fn check(draft: &mut Draft, told: &Told<'_>) {
    if draft.begun.is_none() {
        draft.begun = told.date;
    }
    let Some(core) = told.core else { return };
    draft.run_read.clear();
    draft.run_read.extend_from_slice(told.run);
    let known = draft.view().core_uuid();
    if known.is_some_and(|known| core.is(known.as_str().as_bytes())) {
        return;
    }
    let core = CoreUuid::from(core.to_str());
    if let Some(from) = draft.view().core_uuid().cloned() {
        draft.note(Sign::Restarted { from, to: core.clone() });
        draft.clear(&core);
        draft.begun = told.date;
    }
    draft.set_core(core);
}
