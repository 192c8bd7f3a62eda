//! Whose event it is: the calls that are controlled over a connection, by their ids. One look-up an event, however many
//! calls there are.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::oneshot;
use trunkline_proto::api::{ApiCommand, UuidExists};
use trunkline_proto::{
    ChannelUuid, CloseReason, Command, Event, EventName, EventSet, Reply, SubscriptionId, Unanswered,
};

use crate::call::CallState;
use crate::client::Client;
use crate::core::{Shared, Submission, lock};
use crate::error::Error;
use crate::reconnect::{Gap, GapCause};

/// Whose the last event was, as the next one most likely is, too.
#[derive(Debug, Default)]
pub(crate) struct LastCall(Option<(Id, Weak<CallState>)>);

/// How far the switch has told of a hangup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hangup {
    /// There is more to come.
    Begun,
    /// To the end: its CHANNEL_HANGUP_COMPLETE has come, and the notice that the connection lingers.
    Told,
}

/// An id as the switch makes them, as it stands on the wire.
type Id = [u8; 36];

/// How long the events of a call that is down may take.
const LAST_EVENTS: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Calls {
    by_uuid: Mutex<HashMap<ChannelUuid, Weak<CallState>>>,
    /// The one that the switch has connected to us for, as long as anybody has it. Not among the others: nearly always there
    /// are none.
    own: Mutex<Weak<CallState>>,
    /// The same, until somebody has it.
    expected: Mutex<Option<Arc<CallState>>>,
    /// The switch has said that this one is down, and that the connection lingers.
    lingers: AtomicBool,
    /// What the connection is subscribed to for them.
    heard: Mutex<EventSet>,
}

impl Client {
    /// Has these events come, for the calls that are controlled over this connection, as long as it lasts.
    pub(crate) async fn hear_calls(&self, events: EventSet) -> Result<(), Error> {
        let shared = self.shared();
        let missing = events.minus(&lock(&shared.calls.heard));
        if missing.is_empty() {
            return Ok(());
        }
        let (sender, confirmed) = oneshot::channel();
        let id = shared.with(|core, now| {
            let id = core.connection.subscribe(missing.clone(), now)?;
            core.subscribing.insert(id, sender);
            Ok::<_, Error>(id)
        })?;
        let mut asked = Asked { shared, id: Some(id) };
        let held = match confirmed.await {
            Ok(held) => held.map_err(Error::from),
            Err(_) => Err(self.close_reason().unwrap_or(CloseReason::Requested).into()),
        };
        held?;
        asked.id = None;
        let mut heard = lock(&shared.calls.heard);
        *heard = heard.union(&missing);
        Ok(())
    }
}

/// A subscription that is asked for, and withdrawn where it is not granted, or not waited for.
struct Asked<'a> {
    shared: &'a Shared,
    id: Option<SubscriptionId>,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.shared.with(|core, now| {
                core.subscribing.remove(&id);
                core.connection.unsubscribe(id, now);
            });
        }
    }
}

impl Calls {
    /// What is known of this call; begun, if nothing was.
    pub(crate) fn of(&self, uuid: &ChannelUuid) -> Arc<CallState> {
        if let Some(own) = self.own(uuid.as_str()) {
            return own;
        }
        let mut calls = lock(&self.by_uuid);
        if let Some(call) = calls.get(uuid).and_then(Weak::upgrade) {
            return call;
        }
        // Here, and not as each one goes: it happens in the midst of anything.
        if calls.len() == calls.capacity() {
            calls.retain(|_, call| call.strong_count() > 0);
        }
        let call = Arc::new(CallState::new(uuid.clone()));
        calls.insert(uuid.clone(), Arc::downgrade(&call));
        call
    }

    /// The call that the switch has connected to us for is known from now on: whatever comes behind its data is told it.
    pub(crate) fn expect(&self, uuid: &ChannelUuid) {
        let own = Arc::new(CallState::new(uuid.clone()));
        *lock(&self.own) = Arc::downgrade(&own);
        *lock(&self.expected) = Some(own);
    }

    /// The same, for who handles it.
    pub(crate) fn take_expected(&self) -> Option<Arc<CallState>> {
        lock(&self.expected).take()
    }

    /// The call of the connection, if this is its id.
    fn own(&self, uuid: &str) -> Option<Arc<CallState>> {
        lock(&self.own).upgrade().filter(|own| own.is(uuid))
    }

    /// Tells each call what is its own.
    pub(crate) fn on_events(&self, events: &VecDeque<Event>, last_call: &mut LastCall) {
        let before = last_call.0.take();
        // Nearly always they are all of one call.
        let mut last = before.as_ref().and_then(|(id, call)| Some((&id[..], call.upgrade()?)));
        if last.is_none() && lock(&self.own).strong_count() == 0 && lock(&self.by_uuid).is_empty() {
            return;
        }
        for event in events {
            let Some(uuid) = event.headers().value("Unique-ID") else { continue };
            if last.as_ref().is_none_or(|(known, _)| *known != uuid.raw() || event.is(EventName::ChannelUuid))
            {
                last = self.whose(event, &uuid.to_str()).map(|call| (uuid.raw(), call));
            }
            if let Some((_, call)) = &last {
                call.on_event(event);
            }
        }
        last_call.0 = last.and_then(|(id, call)| Some((id.try_into().ok()?, Arc::downgrade(&call))));
    }

    /// The connection was lost, and is back: those whose end nobody heard have ended all the same.
    pub(crate) fn on_gap(shared: &Arc<Shared>, gap: &Gap) {
        let calls = shared.calls.all();
        if gap.why == GapCause::Restarted {
            return calls.iter().for_each(|call| call.on_closed(&gap.reason));
        }
        calls.iter().for_each(|call| call.on_gap(gap));
        if !calls.is_empty() {
            tokio::spawn(bury(Arc::clone(shared), calls));
        }
    }

    /// The connection has ended.
    pub(crate) fn on_closed(&self, reason: &CloseReason) {
        self.all().iter().for_each(|call| call.on_closed(reason));
    }

    /// The call of the connection is down. Its events are on their way, and tell of it, unless they are lost or filtered out.
    pub(crate) fn on_linger(&self) {
        self.lingers.store(true, Ordering::Relaxed);
        // At the end of a runtime there is none.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if let Some(call) = lock(&self.own).upgrade().filter(|call| call.ended().is_none()) {
            runtime.spawn(async move {
                tokio::time::sleep(LAST_EVENTS).await;
                call.on_down();
            });
        }
    }

    /// How far the switch has told of the hangup of the connection's call, if it has begun to and nobody listens.
    pub(crate) fn hangup(&self) -> Option<Hangup> {
        match lock(&self.own).upgrade()?.hangup()? {
            Hangup::Told if !self.lingers() => Some(Hangup::Begun),
            hangup => Some(hangup),
        }
    }

    /// Whether the switch has said that the connection lingers.
    pub(crate) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }

    fn all(&self) -> Vec<Arc<CallState>> {
        let own = lock(&self.own).upgrade();
        own.into_iter().chain(lock(&self.by_uuid).values().filter_map(Weak::upgrade)).collect()
    }

    fn whose(&self, event: &Event, uuid: &str) -> Option<Arc<CallState>> {
        if let Some(own) = self.own(uuid) {
            return Some(own);
        }
        let mut calls = lock(&self.by_uuid);
        match calls.get(uuid).map(Weak::upgrade) {
            Some(Some(call)) => return Some(call),
            // Nobody has it any more.
            Some(None) => drop(calls.remove(uuid)),
            None => {}
        }
        if !event.is(EventName::ChannelUuid) {
            return None;
        }
        // It goes on under another id (`switch_core_session_set_uuid` in `switch_core_session.c`).
        let (old, new) = (event.get("Old-Unique-ID")?, ChannelUuid::from(uuid));
        if let Some(own) = self.own(&old) {
            own.rename(new);
            return Some(own);
        }
        let call = calls.remove(&*old)?;
        let state = call.upgrade()?;
        state.rename(new.clone());
        calls.insert(new, call);
        Some(state)
    }
}

/// Ends those that are no more. What is lost with the connection is asked again after the next gap; what the switch does not
/// answer in time, as one that is stalled, once more.
async fn bury(shared: Arc<Shared>, calls: Vec<Arc<CallState>>) {
    for call in calls {
        while call.ended().is_none() {
            match exists(&shared, &call.uuid()).await {
                Ok(true) => break,
                Ok(false) => call.on_gone(),
                Err(Unanswered::TimedOut { .. }) => {}
                Err(_) => return,
            }
        }
    }
}

/// Whether the switch has this call, where it says so.
async fn exists(shared: &Shared, uuid: &ChannelUuid) -> Result<bool, Unanswered> {
    let command = UuidExists::new(uuid).line().and_then(|line| Command::api(&line));
    // One that cannot be asked for is left alone.
    let Ok(command) = command else { return Ok(true) };
    let (sender, answer) = oneshot::channel();
    shared.submit(Submission { serial: u64::MAX, command, timeout: None, asker: sender.into() });
    match answer.await {
        Ok(Ok(Reply::Api(answer))) => Ok(answer.text() != "false"),
        Ok(Ok(_)) | Err(_) => Ok(true),
        Ok(Err(why)) => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::task::Poll;

    use trunkline_proto::{EventBuilder, EventFormat};

    use super::*;
    use crate::call::EndedBy;

    /// What is controlled beside the call of the connection goes on without it.
    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_connections_call_is_not_that_of_others() {
        let calls = Calls::default();
        calls.expect(&"own".into());
        let own = calls.take_expected().unwrap();
        let other = calls.of(&"other".into());
        calls.on_linger();
        assert_eq!(own.wait_ended().await.by, EndedBy::Switch);
        tokio::time::sleep(LAST_EVENTS).await;
        assert_eq!(other.ended(), None);
    }

    /// Somebody has asked for the new id before the call had it.
    #[test]
    fn a_rename_finds_the_call_whatever_was_asked_before() {
        let calls = Calls::default();
        let call = calls.of(&"old".into());
        calls.expect(&"own".into());
        let own = calls.take_expected().unwrap();
        for (call, old, new) in [(call, "old", "new"), (own, "own", "other")] {
            drop(calls.of(&new.into()));
            let renamed = EventBuilder::named(&EventName::ChannelUuid)
                .header("Unique-ID", new)
                .header("Old-Unique-ID", old);
            calls.on_events(
                &VecDeque::from([renamed.to_event(EventFormat::Plain).unwrap()]),
                &mut LastCall::default(),
            );
            assert_eq!(call.uuid(), new.into());
            assert!(Arc::ptr_eq(&calls.of(&new.into()), &call));
        }
    }

    #[tokio::test]
    async fn events_that_are_not_waited_for_are_not_asked_for() {
        let sim = trunkline_sim::Sim::builder().start().await.unwrap();
        let client = crate::connect(sim.url().as_str()).await.unwrap();
        let mut calling = Box::pin(client.call("x"));
        assert!(poll_fn(|cx| Poll::Ready(calling.as_mut().poll(cx).is_pending())).await);
        drop(calling);
        assert!(client.shared().with(|core, _| core.subscribing.is_empty()));
        // And are when they are waited for.
        assert!(matches!(client.call("x").await, Err(Error::CallEnded(_))));
        assert!(!lock(&client.shared().calls.heard).is_empty());
    }

    /// A switch that does not answer in time is asked again.
    #[tokio::test]
    async fn one_that_is_no_more_ends_however_late_the_switch_says_so() {
        let sim = trunkline_sim::Sim::builder().start().await.unwrap();
        let orders = crate::connect(sim.url().as_str()).await.unwrap();
        let mut config: crate::Config = sim.url().parse().unwrap();
        config.connection.command_timeout = Duration::from_millis(200);
        let client = crate::connect(config).await.unwrap();
        let call = client.shared().calls.of(&"gone".into());
        orders.api("sim fault replies delay 600 100").await.unwrap();
        let burying = tokio::spawn(bury(Arc::clone(client.shared()), vec![Arc::clone(&call)]));
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(call.ended(), None);
        orders.api("sim fault clear").await.unwrap();
        burying.await.unwrap();
        assert_eq!(call.ended().map(|ended| ended.by), Some(EndedBy::Switch));
    }
}
