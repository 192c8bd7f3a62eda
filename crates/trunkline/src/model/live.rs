//! A model that follows a connection: right after it was connected, after every reconnect, for as long as it lasts.

mod changes;
mod health;
mod jobs;
mod on_channel;
mod on_conference;
mod order;
mod task;
mod until;
mod watch;

use std::sync::Arc;

use tokio::sync::watch::{self as latest, Receiver};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::AbortHandle;
use trunkline_proto::{CloseReason, EventSet};

use super::fold;
use super::options::Options;
use super::switch::Switch;
use super::view::{Reader, View};
use crate::client::Client;
use crate::error::Error;
use crate::stream_options::StreamOptions;
pub use changes::{Changes, Watched};
use health::Counts;
pub use health::LiveHealth;
use jobs::Jobs;
pub use on_channel::OnChannel;
pub use on_conference::{OnConference, OnMember};
pub use order::Order;
use task::Follower;
pub use watch::{Seen, Watch};

/// So many batches of changes wait for a watcher that is slow; after that it [misses](Watched::Missed) some.
const BATCHES: usize = 1024;

/// A model of the switch that a client is connected to.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = trunkline_sim::Sim::builder().start().await?;
/// # let url = sim.url();
/// use trunkline::model::Live;
///
/// let client = trunkline::connect(url.as_str()).await?;
/// let live = Live::follow(&client).await?;
/// # let job = client.bgapi("originate {origination_uuid=ca11}null/x &park").await?;
///
/// let view = live.until(|view| view.channel("ca11").is_some_and(|channel| channel.is_answered())).await?;
/// println!("{} channels", view.channels().len());
/// # job.await?;
/// # client.close().await;
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
///
/// Cloning it is cheap; the connection is followed until the last clone is dropped. What was missed while the connection was
/// lost, or what this side was too slow for, is asked for at once when events come again: the view is
/// [stale](View::stale) until that is answered.
///
/// A user who may not have all events, or a filter, makes a model that knows less, and never more than what is so.
#[derive(Debug, Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    reader: Reader,
    /// The task has the one that counts: with it the changes end.
    changes: broadcast::WeakSender<Arc<super::Batch>>,
    /// The version of the latest view, and the end.
    progress: Receiver<Progress>,
    counts: Arc<Counts>,
    /// Has the task take the view for stale.
    doubts: mpsc::UnboundedSender<oneshot::Sender<()>>,
    task: AbortHandle,
}

/// Says when there is a new view, whether or not something is told to have changed.
pub(in crate::model) struct Versions {
    progress: Receiver<Progress>,
}

impl Versions {
    /// Waits for the next; for ever after the end.
    pub(in crate::model) async fn next(&mut self) {
        if self.progress.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

/// How far the task has come.
#[derive(Debug, Clone, Default)]
struct Progress {
    version: u64,
    closed: Option<CloseReason>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Live {
    /// Follows this connection, and returns once the model knows what was going on before.
    ///
    /// # Errors
    ///
    /// As [`Client::events`] and [`fresh`](Self::fresh): a user who may not ask what there is has a model by
    /// [`begin`](Self::begin) alone. The connection ends before the model is complete.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends it.
    pub async fn follow(client: &Client) -> Result<Self, Error> {
        let live = Self::begin(client, Options::new()).await?;
        live.fresh().await?;
        Ok(live)
    }

    /// The same, kept in another way, and without waiting: the view is [stale](View::stale) until what was going on before
    /// is known.
    ///
    /// # Errors
    ///
    /// As [`Client::events`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends it.
    pub async fn begin(client: &Client, options: Options) -> Result<Self, Error> {
        let all = fold::events();
        let wanted = permitted(client, &all);
        let events = client.events_with(wanted.clone(), StreamOptions::default()).await?;
        let mut switch = Switch::with(options);
        switch.set_partial(wanted != all);
        let reader = switch.reader();
        let changes = broadcast::Sender::new(BATCHES);
        let (progress, watched) = latest::channel(Progress::default());
        let counts = Arc::new(Counts::default());
        let to_come = changes.downgrade();
        let jobs = Jobs::follow(client, &wanted);
        let follower = Follower::new(client, switch, changes, progress, Arc::clone(&counts), jobs);
        let (doubts, doubted) = mpsc::unbounded_channel();
        let task = tokio::spawn(follower.run(events, doubted)).abort_handle();
        // The task holds the client as one that does not keep the connection open; this does.
        let client = client.clone();
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                reader,
                changes: to_come,
                progress: watched,
                counts,
                doubts,
                task,
            }),
        })
    }

    /// The switch as it is, as far as its events have come. This costs next to nothing, and never waits.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.inner.reader.view()
    }

    /// A reader for another thread, which does not keep the connection open.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.inner.reader.clone()
    }

    /// The connection that is followed.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// The changes from now on, in order.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let changes = self.inner.changes.upgrade();
        // Without a sender there is nothing to come.
        Changes::new(changes.map_or_else(|| broadcast::channel(1).1, |changes| changes.subscribe()))
    }

    /// Says when there is a new view.
    pub(in crate::model) fn versions(&self) -> Versions {
        Versions { progress: self.inner.progress.clone() }
    }

    /// How the model is, and what it has been through.
    #[must_use]
    pub fn health(&self) -> LiveHealth {
        self.inner.counts.read(self.view().stale().cloned())
    }
}

/// Of these events those that the user may have.
fn permitted(client: &Client, all: &EventSet) -> EventSet {
    let permissions = client.permissions();
    let names = all.names().filter(|name| permissions.allows_event(name) != Some(false));
    let subclasses = all.subclasses().filter(|subclass| permissions.allows_subclass(subclass) != Some(false));
    let names = names.cloned().fold(EventSet::new(), EventSet::with);
    subclasses.fold(names, EventSet::with_subclass)
}
