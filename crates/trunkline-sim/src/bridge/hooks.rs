//! What a channel's variables have it run when a bridge begins and when it leaves it (`audio_bridge_thread` in
//! `switch_ivr_bridge.c`).

use std::collections::VecDeque;

use trunkline_proto::ChannelState;

use crate::app::{Action, Broadcast};
use crate::channel::ChannelId;
use crate::core::{Core, Task};

/// Frames of sound that go by before a bridge has begun (`DEFAULT_LEAD_FRAMES`).
pub(super) const LEAD_FRAMES: u32 = 10;

/// What is run then begins so.
const AT_FIRST: [&str; 3] = ["execute_on_pre_bridge", "api_before_bridge", "bridge_pre_execute_app"];

impl Core {
    /// Hands on what the leading channel has both run, and has them look at it once they hear each other.
    pub(super) fn prepare_bridge_hooks(&mut self, a: ChannelId, b: ChannelId) {
        for (leg, whose) in [(a, "aleg"), (b, "bleg")] {
            for what in ["app", "data"] {
                let given = self.channels.get(a).and_then(|channel| {
                    channel.variables.get(format!("bridge_pre_execute_{whose}_{what}")).map(<[u8]>::to_vec)
                });
                if let (Some(given), Some(channel)) = (given, self.channels.get_mut(leg)) {
                    channel.variables.set(format!("bridge_pre_execute_{what}"), given);
                }
            }
            if AT_FIRST.iter().any(|name| self.has_hook(leg, name)) {
                self.after(self.config.frame * LEAD_FRAMES, Task::BridgeBegun(leg));
            }
        }
    }

    fn has_hook(&self, id: ChannelId, beginning: &str) -> bool {
        let begins = |name: &[u8]| {
            name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning.as_bytes()))
        };
        let own =
            self.channels.get(id).is_some_and(|channel| channel.variables.iter().any(|(n, _)| begins(n)));
        own || self.globals.iter().any(|(name, _)| begins(name))
    }

    /// A channel hears the one it is bridged to.
    pub(crate) fn bridge_begun(&mut self, id: ChannelId) {
        let Some(bridge) = self.channels.get(id).and_then(|channel| channel.bridge) else { return };
        if bridge.is_over() {
            return;
        }
        self.execute_on(id, "execute_on_pre_bridge");
        if !bridge.inner {
            self.api_on(id, "api_before_bridge");
        }
        let variable = |core: &Self, name: &str| {
            core.channels.get(id).and_then(|channel| channel.variables.get(name)).map(<[u8]>::to_vec)
        };
        if let Some(app) = variable(self, "bridge_pre_execute_app") {
            let app = String::from_utf8_lossy(&app).into_owned();
            let data = variable(self, "bridge_pre_execute_data").unwrap_or_default();
            self.execute_later(id, &Broadcast { app, data, ..Broadcast::default() });
        }
    }

    /// A channel's thread leaves its bridge.
    pub(crate) fn run_leaving_hooks(&mut self, id: ChannelId) {
        let bridge = self.channels.get_mut(id).and_then(|channel| channel.bridge.as_mut());
        let Some(bridge) = bridge.filter(|bridge| !bridge.left) else { return };
        bridge.left = true;
        let inner = bridge.inner;
        self.execute_on(id, "execute_on_post_bridge");
        if !inner {
            self.api_on(id, "api_after_bridge");
            self.execute_after_bridge(id);
        }
    }

    /// `exec_after_bridge_app` takes the place of all that the channel was to execute.
    fn execute_after_bridge(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id).filter(|channel| !channel.is_leaving()) else { return };
        let Some(app) = channel.variables.get("exec_after_bridge_app") else { return };
        let app = String::from_utf8_lossy(app).into_owned();
        let data = channel.variables.get("exec_after_bridge_arg").unwrap_or_default().to_vec();
        channel.extension = VecDeque::from([Action { app, data }]);
        if channel.running != ChannelState::Execute {
            self.set_target(id, ChannelState::Execute);
        }
    }
}
