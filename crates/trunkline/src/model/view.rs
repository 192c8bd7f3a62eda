//! The switch as it is, to read.

use std::sync::Arc;

use arc_swap::ArcSwap;
use trunkline_proto::CoreUuid;

use super::call::Call;
use super::channel::Channel;
use super::kinds::Tables;
use super::snapshot::{Coverage, Stale};

/// The switch as it was after one batch of events. It never changes; [`Reader::view`] gives the latest.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub(in crate::model) version: u64,
    pub(in crate::model) core: Option<CoreUuid>,
    pub(in crate::model) stale: Option<Stale>,
    pub(in crate::model) coverage: Coverage,
    pub(in crate::model) tables: Tables,
}

impl View {
    /// How manieth view it is: each batch that changes anything makes the next. 0 is the empty one at the beginning.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The run of the switch it is of. `None` before the first event.
    #[must_use]
    pub fn core_uuid(&self) -> Option<&CoreUuid> {
        self.core.as_ref()
    }

    /// Whether it may be wrong, since when and why. `None` if it is what the switch is, as far as its events have come.
    #[must_use]
    pub fn stale(&self) -> Option<&Stale> {
        self.stale.as_ref()
    }

    /// Whether every channel is there, or only those that have been heard of.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The channel of this id.
    #[must_use]
    pub fn channel(&self, id: &str) -> Option<&Arc<Channel>> {
        self.channels().get(id)
    }

    /// The call of this id.
    #[must_use]
    pub fn call(&self, id: &str) -> Option<&Arc<Call>> {
        self.calls().get(id)
    }

    /// The call a channel is a leg of.
    #[must_use]
    pub fn call_of(&self, channel: &str) -> Option<&Arc<Call>> {
        self.call(self.channel(channel)?.call.as_str())
    }
}

/// Reads what a [`Switch`](super::Switch) writes, on whatever thread. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Reader {
    published: Arc<ArcSwap<View>>,
}

impl Reader {
    pub(in crate::model) fn new() -> Self {
        Self { published: Arc::new(ArcSwap::from_pointee(View::default())) }
    }

    /// The latest view. It neither waits for the writer nor keeps it waiting. One that is held on to keeps alive what has
    /// changed since.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.published.load_full()
    }

    pub(in crate::model) fn publish(&self, view: Arc<View>) {
        self.published.store(view);
    }
}
