//! A call that goes to the next node where the fault was a node's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use trunkline_proto::ChannelUuid;
use trunkline_proto::dialstring::Originate;

use super::{Inner, LiveFleet, State};
use crate::model::View;
use crate::model::fleet::{Attempts, Chosen, Fault, InFlight, NoNode, OnNode, Wanted};
use crate::model::live::Live;
use crate::originate::{OriginateError, Originated};

/// By then a node has told of a channel that is up.
const SOON: Duration = Duration::from_secs(10);

impl LiveFleet {
    /// Makes a call by whichever node the policy chooses among those that are ready; where that one could not, and the fault
    /// was its own ([`Fault::Node`]), by the next. **It is dialled by one node after the other, and by none after one of which
    /// it is not known what became of the call.**
    ///
    /// Each attempt is a [`Client::originate`](crate::Client::originate). An attempt counts as a channel of its node until
    /// the node tells of it itself.
    ///
    /// # Errors
    ///
    /// See [`PlacingError`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the attempt that is under way, as [`Originating`](crate::Originating) says; no other one
    /// is made.
    pub async fn originate(&self, wanted: Wanted, originate: Originate) -> Result<Placed, PlacingError> {
        let mut attempts = Attempts::new(wanted);
        let mut failed: Vec<OnNode<OriginateError>> = Vec::new();
        loop {
            let chosen = self.inner.lock().choose(&mut attempts);
            let (node, live, in_flight) = match chosen {
                Ok(chosen) => chosen,
                Err(source) => return Err(PlacingError::NoNode { source, failed }),
            };
            let call = live.client().originate(originate.clone());
            let attempt = Arc::new(Attempt::new(call.uuids().to_vec(), in_flight));
            self.inner.lock().untold.push((node.clone(), Arc::downgrade(&attempt)));
            let untold = Untold::wait(&self.inner, &live, attempt);
            match call.await {
                Ok(call) => {
                    untold.keep();
                    return Ok(Placed { node, call, failed });
                }
                Err(source) => {
                    let fault = Fault::from(&source);
                    if !attempts.failed(fault) {
                        return Err(PlacingError::Failed { node, fault, source, failed });
                    }
                    failed.push(OnNode { node, what: source });
                }
            }
        }
    }
}

impl State {
    fn choose(&mut self, attempts: &mut Attempts) -> Result<(Arc<str>, Live, InFlight), NoNode> {
        loop {
            self.observe();
            let chosen: Chosen = attempts.next(&self.nodes, &mut self.policy)?;
            let followed = self.lives.get_key_value(chosen.node());
            match followed.map(|(node, followed)| (node.clone(), followed.live.clone())) {
                Some((node, live)) => return Ok((node, live, chosen.into_in_flight())),
                // Nodes and lives come and go together.
                None => drop(attempts.failed(Fault::Node)),
            }
        }
    }
}

/// A call that is in flight until its node tells of it, or this is dropped.
pub(super) struct Attempt {
    uuids: Vec<ChannelUuid>,
    in_flight: Mutex<Option<InFlight>>,
}

impl Attempt {
    fn new(uuids: Vec<ChannelUuid>, in_flight: InFlight) -> Self {
        Self { uuids, in_flight: Mutex::new(Some(in_flight)) }
    }

    /// Whether its node tells of it.
    pub(super) fn is_in(&self, view: &View) -> bool {
        self.uuids.iter().any(|id| view.channel(id.as_str()).is_some())
    }

    /// It is in flight no more: it counts among the channels of its node.
    pub(super) fn lands(&self) {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Keeps a call in flight until its node tells of it, or this is dropped.
struct Untold {
    /// `None` once it is to be kept.
    waits: Option<JoinHandle<()>>,
}

impl Untold {
    fn wait(fleet: &Arc<Inner>, live: &Live, attempt: Arc<Attempt>) -> Self {
        let (fleet, live) = (Arc::downgrade(fleet), live.clone());
        let waits = tokio::spawn(async move {
            let seen = attempt.clone();
            // Or there is no connection any more.
            let _ = live.until(move |view| seen.is_in(view)).await;
            // Not between a look at the channels of the nodes and a choice by it.
            let fleet = fleet.upgrade();
            let _choice = fleet.as_ref().map(|fleet| fleet.lock());
            attempt.lands();
        });
        Self { waits: Some(waits) }
    }

    /// The call is up: it will be told of soon, or has come and gone.
    fn keep(mut self) {
        let Some(mut waits) = self.waits.take() else { return };
        tokio::spawn(async move {
            if tokio::time::timeout(SOON, &mut waits).await.is_err() {
                waits.abort();
            }
        });
    }
}

impl Drop for Untold {
    fn drop(&mut self) {
        if let Some(waits) = &self.waits {
            waits.abort();
        }
    }
}

/// A call that is up, and where.
#[derive(Debug)]
pub struct Placed {
    node: Arc<str>,
    call: Originated,
    failed: Vec<OnNode<OriginateError>>,
}

impl Placed {
    /// The node that has it.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The call.
    #[must_use]
    pub fn call(&self) -> &Originated {
        &self.call
    }

    /// The call.
    #[must_use]
    pub fn into_call(self) -> Originated {
        self.call
    }

    /// The nodes that were tried before, in order, and why each could not.
    #[must_use]
    pub fn failed(&self) -> &[OnNode<OriginateError>] {
        &self.failed
    }
}

/// Why there is no call, or why that is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlacingError {
    /// No node was left that would do. There is no call, and another one may be made.
    #[error("no call: {source}{}", list(failed))]
    NoNode {
        /// Why each was passed over.
        source: NoNode,
        /// Those that were tried, in order, and why each could not.
        failed: Vec<OnNode<OriginateError>>,
    },
    /// A node tried, and what came of it is no reason to try another: it is not the node's fault, or it is
    /// [not known](Fault::Unknown) whether there is a call.
    #[error("{node}: {source}")]
    Failed {
        /// The node.
        node: Arc<str>,
        /// Whose fault it was.
        fault: Fault,
        /// What came of it.
        source: OriginateError,
        /// Those that were tried before, in order, and why each could not.
        failed: Vec<OnNode<OriginateError>>,
    },
}

impl PlacingError {
    /// Whether there certainly is no call, and never was one that was answered: another one may be made.
    #[must_use]
    pub fn is_safe_to_repeat(&self) -> bool {
        match self {
            Self::NoNode { .. } => true,
            Self::Failed { source, .. } => source.is_safe_to_repeat(),
        }
    }
}

fn list(failed: &[OnNode<OriginateError>]) -> String {
    failed.iter().map(|failed| format!("; {}: {}", failed.node, failed.what)).collect()
}
