//! CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE (`switch_core_session_exec` in `switch_core_session.c`).

use std::sync::Arc;

use trunkline_proto::Event;
use trunkline_proto::view::Execute;

use super::channel::sequence;
use crate::model::channel::{Application, Channel};
use crate::model::draft::Draft;

/// CHANNEL_EXECUTE
pub(super) fn execute(draft: &mut Draft, event: &Event) {
    let (Some(id), Some(execute)) = (event.unique_id(), Execute::of(event)) else { return };
    let (Some(name), Some(uuid)) = (execute.application(), execute.uuid()) else { return };
    let application = Application {
        name: Arc::from(name),
        data: execute.data().map(Arc::from),
        uuid: Some(Arc::from(uuid)),
    };
    let sequence = sequence(draft);
    draft.alter::<Channel>(&id, |channel| {
        // Told late: it has ended by now.
        if sequence < channel.complete_sequence {
            return;
        }
        channel.running.push(application.clone());
        channel.application = Some(application);
    });
}

/// CHANNEL_EXECUTE_COMPLETE
pub(super) fn complete(draft: &mut Draft, event: &Event) {
    let Some(id) = event.unique_id() else { return };
    let (uuid, sequence) = (Execute::of(event).and_then(Execute::uuid), draft.sequence());
    draft.alter::<Channel>(&id, |channel| {
        let place = channel.running.iter().rposition(|running| running.uuid.as_deref() == uuid.as_deref());
        // What ran within it has ended with it, whether that was heard or not.
        channel.running.truncate(place.unwrap_or(channel.running.len()));
        channel.application = channel.running.last().cloned();
        channel.complete_sequence = sequence.unwrap_or(channel.complete_sequence);
    });
}
