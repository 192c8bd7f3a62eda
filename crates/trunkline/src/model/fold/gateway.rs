//! `sofia::gateway_state`, `sofia::gateway_add`, `sofia::gateway_delete` (`sofia_reg.c`).

use std::borrow::Cow;
use std::sync::Arc;

use trunkline_proto::Event;
use trunkline_proto::view::sofia::{Gateway as Block, GatewayEvent};

use super::told::Told;
use super::{set, standing};
use crate::model::change::Removal;
use crate::model::draft::Draft;
use crate::model::gateway::Gateway;
use crate::model::snapshot::others::Heard;

/// What becomes of a gateway.
pub(super) fn gateway(draft: &mut Draft, told: &Told<'_>) {
    let event = told.event;
    let Some(block) = Block::of(event) else { return };
    let Some(name) = block.name() else { return };
    let name: Arc<str> = Arc::from(name);
    draft.resync.hear_other(Heard::Gateway(name.clone()));
    if block.what() == GatewayEvent::Delete {
        draft.remove::<Gateway>(&name, Removal::Ended);
        return;
    }
    if draft.get::<Gateway>(&name).is_none() {
        let mut gateway = Gateway::new(name.clone(), standing(event));
        gateway.read(block, event);
        draft.create(gateway);
    }
    draft.alter::<Gateway>(&name, |gateway| {
        gateway.read(block, event);
    });
}

impl Gateway {
    fn read(&mut self, block: Block<'_>, event: &Event) {
        if block.profile_name().is_some() {
            set(&mut self.profile, block.profile_name());
        }
        if block.what() != GatewayEvent::State {
            return;
        }
        let state = block.state();
        if self.state != state {
            self.state = state;
            self.since = standing(event);
        }
        self.ping = block.ping_status();
        set(&mut self.address, address(block));
        self.status = block.status();
        set(&mut self.phrase, block.phrase());
    }
}

fn address(block: Block<'_>) -> Option<Cow<'_, str>> {
    let ip = block.register_network_ip()?;
    Some(match block.register_network_port() {
        // An address of IPv6 has brackets, so that the port is told from it.
        Some(port) if ip.contains(':') => format!("[{ip}]:{port}").into(),
        Some(port) => format!("{ip}:{port}").into(),
        None => ip,
    })
}
