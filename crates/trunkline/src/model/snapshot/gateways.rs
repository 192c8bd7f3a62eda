//! `sofia status gateway` (`mod_sofia.c`).

use std::collections::HashSet;
use std::sync::Arc;

use trunkline_proto::api::sofia::GatewayEntry;
use trunkline_proto::view::sofia::GatewayState;

use super::others::{Heard, standing};
use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::gateway::Gateway;

/// Takes the list in: what no event of this session told of is as it says.
pub(super) fn take(draft: &mut Draft, list: &[GatewayEntry]) {
    let listed: HashSet<&str> = list.iter().map(|entry| &*entry.name).collect();
    let known: Vec<Arc<str>> = draft.view().gateways().iter().map(|known| known.id.clone()).collect();
    for name in known {
        if !listed.contains(&*name) && !draft.resync.has_heard(&Heard::Gateway(name.clone())) {
            draft.begin_event(standing(), None);
            draft.remove::<Gateway>(&name, Removal::Unknown);
        }
    }
    for entry in list {
        let name: Arc<str> = Arc::from(&*entry.name);
        if draft.resync.has_heard(&Heard::Gateway(name.clone())) {
            continue;
        }
        draft.begin_event(standing(), None);
        if draft.alter::<Gateway>(&name, |gateway| gateway.read_entry(entry)).is_none() {
            let mut gateway = Gateway::new(name, standing());
            gateway.read_entry(entry);
            draft.create(gateway);
        }
    }
}

impl Gateway {
    fn read_entry(&mut self, entry: &GatewayEntry) {
        self.profile = Some(Arc::from(&*entry.profile));
        let state = Some(GatewayState::from(&*entry.state));
        if self.state != state {
            self.state = state;
            self.since = standing();
        }
    }
}
