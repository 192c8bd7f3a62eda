//! BACKGROUND_JOB (`mod_event_socket.c`), and what becomes of jobs whose BACKGROUND_JOB does not come.

use trunkline_proto::{CoreUuid, JobUuid};

use super::told::Told;
use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::job::Job;

/// BACKGROUND_JOB
pub(super) fn end(draft: &mut Draft, told: &Told<'_>) {
    let Some(id) = told.event.job_uuid().map(JobUuid::from) else { return };
    if draft.alter::<Job>(id.as_str(), |job| job.result = Some(told.event.detach())).is_some() {
        draft.remove::<Job>(&id, Removal::Ended);
    }
}

/// The end of each may have been among what was lost.
pub(in crate::model) fn doubt(draft: &mut Draft) {
    let ids: Vec<JobUuid> = draft.view().jobs().iter().map(|job| job.id.clone()).collect();
    for id in ids {
        draft.alter::<Job>(id.as_str(), |job| job.crossed_gap = true);
    }
}

/// Of none the end will be heard.
pub(in crate::model) fn lose_all(draft: &mut Draft) {
    let lost: Vec<JobUuid> = draft.view().jobs().iter().map(|job| job.id.clone()).collect();
    for id in lost {
        draft.remove::<Job>(&id, Removal::Unknown);
    }
}

/// Those that another run of the switch had taken have ended with it.
pub(in crate::model) fn lose_all_but(draft: &mut Draft, core: &CoreUuid) {
    let lost = draft.view().jobs().iter().filter(|job| job.core.as_ref() != Some(core));
    let lost: Vec<JobUuid> = lost.map(|job| job.id.clone()).collect();
    for id in lost {
        draft.remove::<Job>(&id, Removal::Restarted);
    }
}
