//! Several switches that are followed: one view, one stream of changes, and calls that go to whichever will take them.

mod changes;
mod place;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;

use super::{Condition, Fleet, FleetReader, FleetView, Nodes, OnNode, Policy, Settings};
use crate::model::live::{Changes, Live, Watched};
use crate::model::{Change, View};
use crate::reconnect::State as Connection;
pub use changes::{FleetChanges, FleetWatched};
pub use place::{Placed, PlacingError};

/// So many batches of changes wait for a watcher that is slow.
const BATCHES: usize = 1024;

/// Several switches, each followed by a [`Live`] of its own, as one: a [view](Self::view) of all, the
/// [changes](Self::changes) of any, and [calls](Self::originate) for whichever takes them. Cloning it is cheap.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let sims = [trunkline_sim::Sim::builder().start().await?, trunkline_sim::Sim::builder().start().await?];
/// # let urls = [sims[0].url(), sims[1].url()];
/// use trunkline::dialstring::{Endpoint, Originate};
/// use trunkline::model::fleet::{LeastSessions, LiveFleet, Wanted};
/// use trunkline::model::{Channel, Live};
/// use trunkline::{Config, Reconnect};
///
/// let fleet = LiveFleet::new(LeastSessions::new());
/// for (name, url) in ["one", "two"].into_iter().zip(&urls) {
///     let config: Config = url.parse()?;
///     let client = trunkline::connect(config.reconnect(Reconnect::default())).await?;
///     fleet.join(name, Live::follow(&client).await?);
/// }
///
/// let call = Originate::new(Endpoint::null("1000")?);
/// let placed = fleet.originate(Wanted::any(), call).await?;
/// println!("{} has the call {}", placed.node(), placed.call().uuid());
/// println!("{} channels in all", fleet.view().count::<Channel>());
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
///
/// A switch is followed until it [leaves](Self::leave), its client has ended, or the last clone of this is dropped. One
/// whose connection is lost stays, if its client connects again ([`Config::reconnect`](crate::Config::reconnect), which is
/// off unless asked for): its view is [stale](FleetView::stale) until it is back, and it is given no calls.
#[derive(Debug, Clone)]
pub struct LiveFleet {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    reader: FleetReader,
    changes: broadcast::Sender<Arc<[OnNode<Change>]>>,
    /// Says when there is a new view.
    views: watch::Sender<()>,
}

struct State {
    fleet: Fleet,
    nodes: Nodes,
    lives: BTreeMap<Arc<str>, Followed>,
    policy: Box<dyn Policy + Send>,
    /// Calls begun, by their nodes, of which these may not tell yet.
    untold: Vec<(Arc<str>, Weak<place::Attempt>)>,
}

/// A switch that is followed, until this is dropped.
struct Followed {
    live: Live,
    task: AbortHandle,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LiveFleet {
    /// Of no switch yet. This chooses among those that join.
    #[must_use]
    pub fn new(policy: impl Policy + Send + 'static) -> Self {
        let fleet = Fleet::new();
        let reader = fleet.reader();
        let (nodes, lives, policy) = (Nodes::new(), BTreeMap::new(), Box::new(policy));
        let state = State { fleet, nodes, lives, policy, untold: Vec::new() };
        let changes = broadcast::Sender::new(BATCHES);
        let views = watch::Sender::new(());
        Self { inner: Arc::new(Inner { state: Mutex::new(state), reader, changes, views }) }
    }

    /// A switch joins, by this name, with all that is known of it: that is told as found. One that has joined by this name
    /// leaves before. Must be called within a tokio runtime.
    pub fn join(&self, name: &str, live: Live) {
        let mut state = self.inner.lock();
        // From here on; what is in the view already comes again, and is known by its version.
        let changes = live.changes();
        self.inner.tell(state.fleet.join(name, live.view()));
        let node: Arc<str> = name.into();
        let (inner, of_node, reader) = (Arc::downgrade(&self.inner), node.clone(), live.reader());
        let views = live.versions();
        let follow = async move {
            let mut follower = Follower { inner, node: of_node, reader, changes, views };
            follower.run().await;
        };
        let task = tokio::spawn(follow).abort_handle();
        state.nodes.add(name);
        state.lives.insert(node, Followed { live, task });
    }

    /// A switch leaves: everything of it is told as gone, however it may be there. It is given back.
    pub fn leave(&self, name: &str) -> Option<Live> {
        self.inner.leave(&mut self.inner.lock(), name)
    }

    /// A switch that has joined.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<Live> {
        self.inner.lock().lives.get(name).map(|followed| followed.live.clone())
    }

    /// Changes what is known of a switch for choosing it: its weight, its labels, whether it is drained. How busy it is, and
    /// whether it can be reached, is seen before each choice. `None` if it has not joined.
    pub fn set<T>(&self, name: &str, change: impl FnOnce(&mut Settings) -> T) -> Option<T> {
        self.inner.lock().nodes.get_mut(name).map(change)
    }

    /// All of the switches, as they are. This costs next to nothing, and never waits. It is a moment behind the
    /// [nodes'](Self::node) own views, from which it is put together.
    #[must_use]
    pub fn view(&self) -> Arc<FleetView> {
        self.inner.reader.view()
    }

    /// Waits until this is so of the [view](Self::view), which is looked at each time it changes: that a switch which is
    /// drained has no calls any more, say.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn until(&self, mut is_so: impl FnMut(&FleetView) -> bool) -> Arc<FleetView> {
        let mut views = self.inner.views.subscribe();
        loop {
            let view = self.view();
            // It says when for as long as this is there.
            if is_so(&view) || views.changed().await.is_err() {
                return view;
            }
        }
    }

    /// A reader for another thread.
    #[must_use]
    pub fn reader(&self) -> FleetReader {
        self.inner.reader.clone()
    }

    /// The changes of all switches from now on; of each in order.
    #[must_use]
    pub fn changes(&self) -> FleetChanges {
        FleetChanges::new(self.inner.changes.subscribe())
    }
}

impl Inner {
    /// Whatever panics while it is held, nothing is left half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Told under the lock, so that the order is that of the view, which is a new one.
    fn tell(&self, changes: Vec<OnNode<Change>>) {
        if !changes.is_empty() {
            // Nobody may be watching.
            let _ = self.changes.send(changes.into());
        }
        self.views.send_replace(());
    }

    fn leave(&self, state: &mut State, name: &str) -> Option<Live> {
        let left = state.lives.remove(name)?;
        state.nodes.remove(name);
        self.tell(state.fleet.leave(name));
        Some(left.live.clone())
    }
}

impl State {
    /// Sees how busy the switches are, and whether they can be reached.
    fn observe(&mut self) {
        for (name, followed) in &self.lives {
            let Some(settings) = self.nodes.get_mut(name) else { continue };
            let view = followed.live.view();
            settings.observe(&view);
            // One that is among these channels does not count a second time.
            self.untold.retain(|(node, attempt)| {
                let Some(attempt) = attempt.upgrade() else { return false };
                let is_told = node == name && attempt.is_in(&view);
                if is_told {
                    attempt.lands();
                }
                !is_told
            });
            if followed.live.client().state() != Connection::Ready {
                settings.set_condition(Condition::Down);
            }
        }
    }
}

/// Takes in what one of the switches does.
struct Follower {
    inner: Weak<Inner>,
    node: Arc<str>,
    reader: crate::model::Reader,
    changes: Changes,
    views: crate::model::live::Versions,
}

impl Follower {
    async fn run(&mut self) {
        loop {
            let watched = tokio::select! {
                biased;
                watched = self.changes.next() => Some(watched),
                () = self.views.next() => None,
            };
            let Some(inner) = self.inner.upgrade() else { return };
            let mut state = inner.lock();
            let view: Arc<View> = self.reader.view();
            match watched {
                Some(Some(Watched::Batch(batch))) => inner.tell(state.fleet.take(&self.node, view, &batch)),
                // It is not known what has changed: it comes anew.
                Some(Some(Watched::Missed(_))) => inner.tell(state.fleet.join(&self.node, view)),
                Some(None) => {
                    inner.leave(&mut state, &self.node);
                    return;
                }
                None => {
                    state.fleet.see(&self.node, view);
                    inner.tell(Vec::new());
                }
            }
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveFleet").field("nodes", &self.lock().nodes).finish_non_exhaustive()
    }
}
