//! Several switches as one: a view of all, and what changes in any.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::model::{Batch, Change, Object, Removal, View};

/// Something of one of several switches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnNode<T> {
    /// The switch, by the name it was given here.
    pub node: Arc<str>,
    /// What it is.
    pub what: T,
}

/// Several switches as one: the one writer of a [`FleetView`]. It is told what each of them does and says what that
/// changes in the whole; of one node in the order it came, of several in the order it was told.
///
/// ```
/// # use std::time::Instant;
/// # use trunkline_proto::{EventBuilder, EventFormat, EventName};
/// # let event = |id: &str| {
/// #     let create = EventBuilder::named(&EventName::ChannelCreate).header("Channel-State", "CS_INIT");
/// #     create.header("Channel-Call-State", "DOWN").header("Unique-ID", id).to_event(EventFormat::Plain).unwrap()
/// # };
/// use trunkline::model::fleet::Fleet;
/// use trunkline::model::{Channel, Switch};
///
/// let (mut one, mut two) = (Switch::new(), Switch::new());
/// let mut fleet = Fleet::new();
/// fleet.join("one", one.view());
/// fleet.join("two", two.view());
///
/// let batch = one.apply(&event("ca11"), Instant::now());
/// let changes = fleet.take("one", one.view(), &batch);
/// assert!(changes.iter().all(|change| &*change.node == "one"));
///
/// two.apply(&event("ca11"), Instant::now());
/// let view = fleet.view();
/// assert_eq!(view.count::<Channel>(), 1, "what was not told is not there");
/// ```
#[derive(Debug)]
pub struct Fleet {
    view: FleetView,
    published: Arc<ArcSwap<FleetView>>,
}

/// All of several switches, each as it was after some batch of its events. It never changes.
#[derive(Debug, Clone, Default)]
pub struct FleetView {
    nodes: BTreeMap<Arc<str>, Joined>,
}

#[derive(Debug, Clone)]
struct Joined {
    view: Arc<View>,
    /// What was in it when it joined has been told.
    told: u64,
}

/// Reads what a [`Fleet`] writes, on whatever thread. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct FleetReader {
    published: Arc<ArcSwap<FleetView>>,
}

impl Fleet {
    /// Of no switch yet.
    #[must_use]
    pub fn new() -> Self {
        Self { view: FleetView::default(), published: Arc::default() }
    }

    /// A switch joins, with all that is known of it: each object is told as one that was made while nobody listened. One
    /// that has joined already leaves before.
    pub fn join(&mut self, node: &str, view: Arc<View>) -> Vec<OnNode<Change>> {
        let mut changes = self.leave(node);
        let node: Arc<str> = node.into();
        changes.extend(tag(&node, view.as_found()));
        let told = view.version();
        self.view.nodes.insert(node, Joined { view, told });
        self.publish();
        changes
    }

    /// A switch leaves: nothing of it is there any more, however it may be there.
    pub fn leave(&mut self, node: &str) -> Vec<OnNode<Change>> {
        let Some((node, joined)) = self.view.nodes.remove_entry(node) else { return Vec::new() };
        self.publish();
        tag(&node, joined.view.as_gone(&Removal::Unknown)).collect()
    }

    /// Something has changed in a switch: `view` is it with that, or later. Give every batch, in order. One that does not
    /// belong joins.
    pub fn take(&mut self, node: &str, view: Arc<View>, batch: &Batch) -> Vec<OnNode<Change>> {
        let Some((name, _)) = self.view.nodes.get_key_value(node) else { return self.join(node, view) };
        let name = name.clone();
        let Some(joined) = self.view.nodes.get_mut(node) else { return Vec::new() };
        if view.version() > joined.view.version() {
            joined.view = view;
        }
        if batch.version() <= joined.told {
            return Vec::new();
        }
        self.publish();
        tag(&name, batch.changes().iter().cloned()).collect()
    }

    /// A switch is like this now, though nothing was told to have changed: its view may have become stale, or fresh.
    pub fn see(&mut self, node: &str, view: Arc<View>) {
        if let Some(joined) = self.view.nodes.get_mut(node)
            && view.version() > joined.view.version()
        {
            joined.view = view;
            self.publish();
        }
    }

    /// The latest view.
    #[must_use]
    pub fn view(&self) -> Arc<FleetView> {
        self.published.load_full()
    }

    /// A reader of what this writes. Any number, each for whatever thread.
    #[must_use]
    pub fn reader(&self) -> FleetReader {
        FleetReader { published: self.published.clone() }
    }

    fn publish(&self) {
        self.published.store(Arc::new(self.view.clone()));
    }
}

impl Default for Fleet {
    fn default() -> Self {
        Self::new()
    }
}

fn tag(node: &Arc<str>, changes: impl IntoIterator<Item = Change>) -> impl Iterator<Item = OnNode<Change>> {
    changes.into_iter().map(|what| OnNode { node: node.clone(), what })
}

impl FleetReader {
    /// The latest view. It neither waits for the writer nor keeps it waiting.
    #[must_use]
    pub fn view(&self) -> Arc<FleetView> {
        self.published.load_full()
    }
}

impl FleetView {
    /// A switch, as it is.
    #[must_use]
    pub fn node(&self, node: &str) -> Option<&Arc<View>> {
        self.nodes.get(node).map(|joined| &joined.view)
    }

    /// Every switch, in the order of their names.
    pub fn nodes(&self) -> impl Iterator<Item = OnNode<&Arc<View>>> {
        self.nodes.iter().map(|(node, joined)| OnNode { node: node.clone(), what: &joined.view })
    }

    /// Every object of a kind, on whatever switch: `view.all::<Channel>()`. Those of one switch together.
    pub fn all<T: Object>(&self) -> impl Iterator<Item = OnNode<&Arc<T>>> {
        self.nodes.iter().flat_map(|(node, joined)| {
            T::of(&joined.view).iter().map(|what| OnNode { node: node.clone(), what })
        })
    }

    /// The objects of a kind with this id: one, unless several switches have one of it (a conference's name, a gateway's).
    pub fn find<T: Object>(&self, id: &T::Id) -> impl Iterator<Item = OnNode<&Arc<T>>> {
        self.nodes.iter().filter_map(move |(node, joined)| {
            let what = T::of(&joined.view).get(id)?;
            Some(OnNode { node: node.clone(), what })
        })
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn count<T: Object>(&self) -> usize {
        self.nodes.values().map(|joined| T::of(&joined.view).len()).sum()
    }

    /// The switches whose view may be wrong.
    pub fn stale(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(|(_, joined)| joined.view.stale().is_some()).map(|(node, _)| &**node)
    }
}
