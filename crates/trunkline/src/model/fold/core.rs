//! Which run of the switch events are of.

use trunkline_proto::{CoreUuid, Event};

use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::sign::Sign;

/// Sees whether the switch was restarted.
pub(super) fn check(draft: &mut Draft, event: &Event) {
    let standard = event.standard();
    if draft.begun.is_none() {
        draft.begun = standard.date();
    }
    let Some(core) = standard.core_uuid() else { return };
    if draft.view().core_uuid().is_some_and(|known| known.as_str() == core) {
        return;
    }
    let core = CoreUuid::from(core);
    if let Some(from) = draft.view().core_uuid().cloned() {
        draft.note(Sign::Restarted { from, to: core.clone() });
        draft.clear(&Removal::Restarted);
        draft.begun = standard.date();
    }
    draft.set_core(core);
}
