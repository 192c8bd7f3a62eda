//! RECORD_START and RECORD_STOP (`switch_ivr_async.c`, `switch_ivr_play_say.c`).

use trunkline_proto::Event;
use trunkline_proto::view::Record;

use super::told::Told;
use super::{sequence, standing};
use crate::model::change::Removal;
use crate::model::channel::Channel;
use crate::model::draft::Draft;
use crate::model::recording::{Recording, RecordingId};
use crate::model::snapshot::others::Heard;

/// RECORD_START
pub(super) fn start(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = id_of(told.event) else { return };
    draft.resync.hear_other(Heard::Recording(id.clone()));
    let is_known = draft.view().recordings().get(&id).is_some();
    let is_over = draft.recorded.had_ended(&id, sequence(draft));
    if !is_known && !is_over && draft.get::<Channel>(id.channel.as_str()).is_some() {
        let started = told.date;
        draft.create(Recording { id, started, since: standing(told.event), completion: None });
    }
}

/// RECORD_STOP
pub(super) fn stop(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = id_of(told.event) else { return };
    draft.resync.hear_other(Heard::Recording(id.clone()));
    let completion = Record::of(told.event).and_then(Record::completion);
    draft.alter_by::<Recording, _>(&id, |recording| recording.completion = completion);
    draft.remove::<Recording>(&id, Removal::Ended);
    draft.recorded.end(id, told.sequence.unwrap_or_default());
}

fn id_of(event: &Event) -> Option<RecordingId> {
    let path = Record::of(event)?.path()?;
    Some(RecordingId::new(event.unique_id()?, path))
}
