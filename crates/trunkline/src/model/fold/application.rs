//! CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE (`switch_core_session_exec` in `switch_core_session.c`).

use std::sync::Arc;

use trunkline_proto::Event;
use trunkline_proto::view::Execute;

use super::channel::{block_and, sequence};
use crate::model::channel::Application;
use crate::model::draft::Draft;

/// CHANNEL_EXECUTE
pub(super) fn execute(draft: &mut Draft, event: &Event) {
    let (application, sequence) = (begun(event), sequence(draft));
    block_and(draft, event, |channel| {
        let Some(application) = application else { return };
        // Told late: it has ended by now.
        if sequence < channel.complete_sequence {
            return;
        }
        channel.running.push(application.clone());
        channel.application = Some(application);
    });
}

fn begun(event: &Event) -> Option<Application> {
    let execute = Execute::of(event)?;
    Some(Application {
        name: Arc::from(execute.application()?),
        data: execute.data().map(Arc::from),
        uuid: Some(Arc::from(execute.uuid()?)),
    })
}

/// CHANNEL_EXECUTE_COMPLETE
pub(super) fn complete(draft: &mut Draft, event: &Event) {
    let (uuid, sequence) = (Execute::of(event).and_then(Execute::uuid), draft.sequence());
    block_and(draft, event, |channel| {
        let place = channel.running.iter().rposition(|running| running.uuid.as_deref() == uuid.as_deref());
        // What ran within it has ended with it, whether that was heard or not.
        channel.running.truncate(place.unwrap_or(channel.running.len()));
        channel.application = channel.running.last().cloned();
        channel.complete_sequence = sequence.unwrap_or(channel.complete_sequence);
    });
}
