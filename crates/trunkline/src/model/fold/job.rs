//! BACKGROUND_JOB (`mod_event_socket.c`).

use std::sync::Arc;

use trunkline_proto::JobUuid;

use super::told::Told;

use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::job::Job;
use crate::model::standing::{Standing, Why};

/// One is begun.
pub(in crate::model) fn begin(draft: &mut Draft, id: JobUuid, command: Arc<str>) {
    draft.create(Job { id, command, since: Standing::new(None, Why::Here), result: None });
}

/// BACKGROUND_JOB
pub(super) fn end(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = told.event.job_uuid().map(JobUuid::from) else { return };
    if draft.alter::<Job>(id.as_str(), |job| job.result = Some(told.event.detach())).is_some() {
        draft.remove::<Job>(&id, Removal::Ended);
    }
}
