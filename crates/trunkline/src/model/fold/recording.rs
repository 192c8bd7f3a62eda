//! RECORD_START and RECORD_STOP (`switch_ivr_async.c`, `switch_ivr_play_say.c`).

use trunkline_proto::Event;
use trunkline_proto::view::Record;

use super::standing;
use crate::model::change::Removal;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::recording::{Recording, RecordingId};
use crate::model::snapshot::others::Heard;

/// RECORD_START
pub(super) fn start(draft: &mut Draft, event: &Event) {
    let Some(id) = id_of(event) else { return };
    draft.resync.hear_other(Heard::Recording(id.clone()));
    let is_known = draft.view().recordings().get(&id).is_some();
    if !is_known && draft.get::<Channel>(id.channel.as_str()).is_some() {
        let started = event.standard().date();
        draft.create(Recording { id, started, since: standing(event), completion: None });
    }
}

/// RECORD_STOP
pub(super) fn stop(draft: &mut Draft, event: &Event) {
    let Some(id) = id_of(event) else { return };
    draft.resync.hear_other(Heard::Recording(id.clone()));
    let completion = Record::of(event).and_then(Record::completion);
    draft.alter_by::<Recording, _>(&id, |recording| recording.completion = completion);
    draft.remove::<Recording>(&id, Removal::Ended);
}

fn id_of(event: &Event) -> Option<RecordingId> {
    let path = Record::of(event)?.path()?;
    Some(RecordingId::new(event.unique_id()?, path))
}
