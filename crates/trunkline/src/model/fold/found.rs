//! What the live session tells of a channel beside its channel block (`uuid_dump`): what it runs, and whether it is parked.
//!
//! `switch_core_session_exec` in `switch_core_session.c` sets `current_application` when an application begins, and leaves
//! it when it ends. So it is what runs only where something does: in CS_EXECUTE; and one that ran within another
//! stands there after its end, too.

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_proto::{ChannelState, ChannelUuid, Event};

use super::sequence;
use crate::model::change::Removal;
use crate::model::channel::{Application, Channel};
use crate::model::draft::Draft;
use crate::model::parked::Parked;
use crate::model::snapshot::others::Heard;

/// What a channel runs, unless an event told.
pub(super) fn running(draft: &mut Draft, event: &Event, id: &str) {
    let sequence = sequence(draft);
    if draft.resync.has_heard(&Heard::Running(id.into())) {
        return;
    }
    let runs = application(event);
    draft.alter::<Channel>(id, |channel| channel.found(runs.map(Arc::new), sequence));
}

/// Whether a channel is parked, unless an event told. Of one that executes something else than `park` it may be that this
/// was sent to it while it is parked: it stays what it was known to be, if it has gone nowhere since.
pub(super) fn parked(draft: &mut Draft, event: &Event, before: Option<&Channel>) {
    let Some(id) = event.unique_id().map(ChannelUuid::from) else { return };
    let Some(channel) = draft.get::<Channel>(id.as_str()).cloned() else { return };
    if draft.resync.has_heard(&Heard::Parked(id.clone())) {
        return;
    }
    let (runs, state) = (application(event), state(event));
    let app = runs.as_ref().map(|runs| &*runs.name);
    let is_there = draft.get::<Parked>(id.as_str()).is_some();
    let stays = before.is_some_and(|before| before.profile_read() == channel.profile_read());
    let is_parked = match state {
        Some(ChannelState::Park) => true,
        Some(ChannelState::Execute) => matches!(app, Some("park" | "valet_park")) || (is_there && stays),
        _ => false,
    };
    match (is_there, is_parked) {
        (true, false) => drop(draft.remove::<Parked>(&id, Removal::Unknown)),
        (false, true) => {
            let mut parked = Parked::new(id, draft.standing());
            if app == Some("valet_park") {
                let data = runs.and_then(|runs| runs.data);
                parked.lot = data.and_then(|data| data.split(' ').next().map(Arc::from));
                parked.extension = event.variable("valet_lot_extension").map(Arc::from);
            }
            draft.create(parked);
        }
        _ => {}
    }
}

fn state(event: &Event) -> Option<ChannelState> {
    event.channel()?.state()
}

/// What was begun last, if something runs.
fn application(event: &Event) -> Option<Application> {
    let text = |name: &str| event.variable(name).map(|text: Cow<'_, str>| Arc::from(text));
    let name = text("current_application").filter(|_| state(event) == Some(ChannelState::Execute))?;
    Some(Application { name, data: text("current_application_data"), uuid: None })
}
