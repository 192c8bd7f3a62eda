//! The nodes there are, and which of them may be chosen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Candidate, Load, Policy, Wanted};
use crate::model::{Coverage, NodeStage, View};

/// How much a node can be relied on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// It answers, and what is known of it is true.
    Ready,
    /// What is known of it may be old: events were lost, and it has not been looked at since.
    Stale,
    /// It cannot be reached.
    #[default]
    Down,
    /// It takes no calls: it starts, is paused, or shuts down.
    Paused,
}

/// What there is to know of a node.
#[derive(Debug, Default)]
pub struct Settings {
    weight: u32,
    labels: BTreeSet<Box<str>>,
    drained: bool,
    condition: Condition,
    load: Load,
    in_flight: Arc<AtomicU32>,
}

impl Settings {
    /// How much of the load it is to have, beside the others: 1, if not said. One of weight 0 is never chosen.
    pub fn set_weight(&mut self, weight: u32) -> &mut Self {
        self.weight = weight;
        self
    }

    /// Gives it a label, for calls that ask for one.
    pub fn label(&mut self, label: impl Into<Box<str>>) -> &mut Self {
        self.labels.insert(label.into());
        self
    }

    /// Whether it is drained: it keeps the calls it has, and is given no more.
    pub fn set_drained(&mut self, drained: bool) -> &mut Self {
        self.drained = drained;
        self
    }

    /// How much it can be relied on. One that was just added is [`Condition::Down`].
    pub fn set_condition(&mut self, condition: Condition) -> &mut Self {
        self.condition = condition;
        self
    }

    /// How busy it is.
    pub fn set_load(&mut self, load: Load) -> &mut Self {
        self.load = load;
        self
    }

    /// Takes over what the model of the node has: how busy it is, and whether it can be relied on. That it cannot be reached
    /// the model does not know.
    pub fn observe(&mut self, view: &View) -> &mut Self {
        let node = view.nodes().iter().next();
        self.condition = match node.map(|node| node.stage) {
            _ if view.stale().is_some() => Condition::Stale,
            Some(NodeStage::Ready) | None => Condition::Ready,
            Some(_) => Condition::Paused,
        };
        let known = Load { max_rate: self.load.max_rate, ..node.map_or(self.load, |node| node.load()) };
        let max_rate = node.and_then(|node| node.max_rate).max(known.max_rate);
        let count = u32::try_from(view.channels().len()).unwrap_or(u32::MAX);
        // Its own count may be as old as its last HEARTBEAT.
        let sessions = if view.coverage() == Coverage::Complete { count } else { known.sessions.max(count) };
        self.load = Load { sessions, max_rate, ..known };
        self
    }

    /// How busy it is.
    #[must_use]
    pub fn load(&self) -> Load {
        self.load
    }

    /// How much it can be relied on.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.condition
    }

    /// Whether it is drained.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.drained
    }

    /// Calls begun here of which it does not tell yet.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    fn candidate<'a>(&self, name: &'a str) -> Candidate<'a> {
        Candidate { name, weight: self.weight, load: self.load, in_flight: self.in_flight() }
    }
}

/// The nodes there are.
#[derive(Debug, Default)]
pub struct Nodes {
    nodes: BTreeMap<Box<str>, Settings>,
}

impl Nodes {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node, of weight 1 and down until something else is said of it. One there is already stays as it is.
    pub fn add(&mut self, name: impl Into<Box<str>>) -> &mut Settings {
        self.nodes.entry(name.into()).or_insert_with(|| Settings { weight: 1, ..Settings::default() })
    }

    /// Forgets a node.
    pub fn remove(&mut self, name: &str) -> Option<Settings> {
        self.nodes.remove(name)
    }

    /// What there is to know of a node.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Settings> {
        self.nodes.get(name)
    }

    /// What there is to know of a node, to be changed.
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Settings> {
        self.nodes.get_mut(name)
    }

    /// Every node, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Settings)> {
        self.nodes.iter().map(|(name, settings)| (&**name, settings))
    }

    /// Chooses a node for a call, among those that are ready, not drained, and have the labels wanted. The call counts as
    /// one in flight there from now on.
    ///
    /// # Errors
    ///
    /// [`NoNode`] says why no node will do.
    pub fn choose(&self, policy: &mut impl Policy, wanted: &Wanted) -> Result<Chosen, NoNode> {
        self.choose_but(policy, wanted, &[])
    }

    pub(super) fn choose_but(
        &self,
        policy: &mut impl Policy,
        wanted: &Wanted,
        tried: &[Box<str>],
    ) -> Result<Chosen, NoNode> {
        let mut why = NoNode { nodes: self.nodes.len(), ..NoNode::default() };
        let mut candidates = Vec::new();
        for (name, settings) in &self.nodes {
            if why.allows(settings, wanted, tried.contains(name)) {
                candidates.push(settings.candidate(name));
            }
        }
        let chosen = policy.choose(wanted, &candidates).and_then(|at| candidates.get(at)).ok_or(why)?;
        let count = self.nodes.get(chosen.name).map(|settings| Arc::clone(&settings.in_flight));
        Ok(Chosen { node: chosen.name.into(), in_flight: InFlight::begin(count.unwrap_or_default()) })
    }
}

/// The node for a call.
#[derive(Debug)]
#[must_use = "the call counts as one in flight as long as this is kept"]
pub struct Chosen {
    node: Box<str>,
    in_flight: InFlight,
}

impl Chosen {
    /// Its name.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The call's place among those in flight: to be dropped when the node itself tells of its channel, or it has failed.
    #[must_use]
    pub fn into_in_flight(self) -> InFlight {
        self.in_flight
    }
}

/// A call that was begun, and of which its node does not tell yet. Dropping it ends that: do so when the channel is in the
/// model, or the call has failed.
#[derive(Debug)]
pub struct InFlight {
    count: Arc<AtomicU32>,
}

impl InFlight {
    fn begin(count: Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self { count }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why no node will do: how many there are, and for what each that was not asked was passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("no node takes the call: {}", self.why())]
pub struct NoNode {
    /// Nodes there are.
    pub nodes: usize,
    /// Those that cannot be reached.
    pub down: usize,
    /// Those whose picture is old.
    pub stale: usize,
    /// Those that take no calls.
    pub paused: usize,
    /// Those that are drained.
    pub drained: usize,
    /// Those without a label that is wanted, or with one that is not, or of weight 0.
    pub unlabelled: usize,
    /// Those that were tried for this call before.
    pub tried: usize,
    /// The call was tried, and must not be tried again: see [`Attempts`](super::Attempts).
    pub over: bool,
}

impl NoNode {
    pub(super) fn over(tried: usize) -> Self {
        Self { tried, over: true, ..Self::default() }
    }

    /// Whether a node may be chosen. Counts why not.
    fn allows(&mut self, settings: &Settings, wanted: &Wanted, tried: bool) -> bool {
        let count = match settings.condition {
            _ if tried => &mut self.tried,
            _ if settings.drained => &mut self.drained,
            _ if settings.weight == 0 || !wanted.takes(&settings.labels) => &mut self.unlabelled,
            Condition::Ready => return true,
            Condition::Down => &mut self.down,
            Condition::Stale => &mut self.stale,
            Condition::Paused => &mut self.paused,
        };
        *count += 1;
        false
    }

    fn why(&self) -> String {
        if self.over {
            return format!("{} tried, and after the last there is to be no other", self.tried);
        }
        let reasons = [
            (self.down, "out of reach"),
            (self.stale, "stale"),
            (self.paused, "paused"),
            (self.drained, "drained"),
            (self.unlabelled, "without the labels wanted or any weight"),
            (self.tried, "tried"),
        ];
        let reasons: Vec<String> = reasons
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, reason)| format!("{count} {reason}"))
            .collect();
        if reasons.is_empty() { "there is none".into() } else { reasons.join(", ") }
    }
}
