//! Filters, conditions, counts, handlers and the journal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use trunkline::model::watch::{Filter, Handlers, Journal, Outcome, Tally, Until, When};
use trunkline::model::{Altered, Batch, Call, Channel, ChannelField, Removal, Switch, View};
use trunkline::{CallState, EventName, HangupCause};

use crate::recorded::events;
use crate::simulated::{self, World};

/// A recording, folded event by event: each batch, and the view after it.
fn folded(name: &str) -> Vec<(Batch, Arc<View>)> {
    let (mut switch, now) = (Switch::new(), Instant::now());
    let fold = |event| {
        let batch = switch.apply(&event, now);
        (batch, switch.view())
    };
    events(name, 1).into_iter().map(fold).collect()
}

const ALICE: &str = "ca110001-0000-4000-8000-000000000001";
const BOB: &str = "ca110002-0000-4000-8000-000000000002";

#[test]
fn changes_are_picked() {
    let batches = folded("ev-bridge-plain");
    let count =
        |filter: &Filter<Channel>| batches.iter().map(|(batch, _)| filter.of(batch).count()).sum::<usize>();
    let all = Filter::<Channel>::all();
    let bridged = all.clone().with_field(ChannelField::BridgedTo);
    let alice = bridged.clone().with_ids([ALICE.into()]);
    let up = alice.clone().with(|altered| matches!(altered, Altered::Updated { .. }));
    let joined = up.clone().with(|altered| altered.object().is_bridged());
    assert!(count(&all) > 80, "{}", count(&all));
    // Made, bridged, parted, gone.
    assert_eq!((count(&alice), count(&up), count(&joined)), (4, 2, 1));
    // Four channels were made and are gone, and there were two bridges.
    assert_eq!(count(&bridged), 4 + 4 + 8);
    assert_eq!(format!("{alice:?}").matches("BridgedTo").count(), 1);
    // Each of the four once, however long it is so.
    assert_eq!(count(&all.clone().becoming(Channel::is_answered)), 4);
    assert_eq!(count(&all.clone().becoming(|_| true)), 4, "those that are new");
}

/// Follows a recording until the condition is settled: after which event, and how.
fn until(name: &str, mut until: Until<Channel>) -> Option<(usize, Outcome<Channel>)> {
    let batches = folded(name);
    let outcomes = batches.iter().enumerate().map(|(place, (batch, _))| (place, until.follow(batch)));
    outcomes.into_iter().find(|(_, outcome)| outcome.is_settled())
}

#[test]
fn a_condition_is_met_or_will_not_be() {
    let name = "ev-bridge-plain";
    let (_, met) = until(name, Until::new(ALICE.into(), Channel::is_answered)).expect("settled");
    assert!(matches!(met, Outcome::Met(channel) if channel.is_answered() && channel.id.as_str() == ALICE));
    let never = Until::new(ALICE.into(), |channel: &Channel| channel.call_state == Some(CallState::Held));
    let (at, gone) = until(name, never).expect("settled");
    let Outcome::Gone { last, cause } = gone else { panic!("{gone:?}") };
    assert_eq!((last.id.as_str(), cause), (ALICE, Removal::Hangup(HangupCause::NormalClearing)));
    assert!(folded(name)[at].1.channel(ALICE).is_none());
    assert!(until(name, Until::new("nobody".into(), |_: &Channel| true)).is_none());
}

#[test]
fn a_condition_looks_where_it_begins_and_goes_on_from_there() {
    let batches = folded("ev-bridge-plain");
    let answered =
        batches.iter().position(|(_, view)| view.channel(ALICE).is_some_and(|it| it.is_answered()));
    let answered = answered.expect("answered");
    let mut late = Until::<Channel>::new(ALICE.into(), Channel::is_answered);
    assert!(matches!(late.look(&batches[answered].1), Outcome::Met(_)));
    let mut early = Until::<Channel>::new(ALICE.into(), Channel::is_answered);
    assert!(matches!(early.look(&batches[answered - 1].1), Outcome::Pending));
    // What the view has already is not taken for news.
    assert!(!early.follow(&batches[answered - 1].0).is_settled());
    assert!(matches!(early.follow(&batches[answered].0), Outcome::Met(_)));
}

#[test]
fn a_channel_that_is_renamed_is_still_waited_for() {
    let mut world = World::new(3);
    let (mut switch, now) = (Switch::new(), Instant::now());
    world.say("bgapi originate {origination_uuid=wanted}null/1 &park");
    world.pass_millis(1000);
    let mut waiting: Option<Until<Channel>> = None;
    let mut met = 0;
    for event in world.events() {
        if event.is(EventName::ChannelUuid) {
            // As if it had been heard of under the id it had.
            let old = event.get("Old-Unique-ID").expect("an id").into_owned();
            let made = simulated::create(&old);
            switch.apply(&made, now);
            waiting = Some(Until::new(old.into(), Channel::is_answered));
        }
        let batch = switch.apply(&event, now);
        let Some(waiting) = &mut waiting else { continue };
        if let Outcome::Met(channel) = waiting.follow(&batch) {
            met += usize::from(channel.id.as_str() == "wanted" && waiting.id().as_str() == "wanted");
        }
    }
    assert!(met > 0);
}

#[test]
fn counts_stay_what_they_would_be_if_counted_anew() {
    let by_state = || Tally::new(|channel: &Channel| channel.call_state.clone());
    let by_call = || Tally::new(|call: &Call| Some((call.stage, call.legs.len())));
    let (mut states, mut calls) = (by_state(), by_call());
    let (mut world, mut switch, now) = (World::new(11), Switch::new(), Instant::now());
    let mut random = fastrand::Rng::with_seed(11);
    let mut most = 0;
    for _ in 0..40 {
        world.say(&simulated::command(&mut random));
        world.pass_millis(random.u64(0..600));
        for event in world.events() {
            let batch = switch.apply(&event, now);
            states.follow(&batch);
            calls.follow(&batch);
        }
        let (mut states_anew, mut calls_anew) = (by_state(), by_call());
        states_anew.reset(&switch.view());
        calls_anew.reset(&switch.view());
        let told = |tally: &Tally<Channel, CallState>| -> BTreeMap<CallState, usize> {
            tally.iter().map(|(state, count)| (state.clone(), count)).collect()
        };
        assert_eq!(told(&states), told(&states_anew));
        assert_eq!(states.total(), switch.view().channels().len());
        let calls_told = |tally: &Tally<Call, _>| tally.iter().map(|(sort, count)| (*sort, count)).collect();
        let (one, other): (BTreeMap<_, _>, BTreeMap<_, _>) = (calls_told(&calls), calls_told(&calls_anew));
        assert_eq!(one, other);
        most = most.max(states.count(&CallState::Active));
    }
    assert!(most > 5, "{most}");
}

#[test]
fn handlers_are_called_for_their_events_and_the_rest_is_caught() {
    let handlers = Handlers::new();
    let counter = || Arc::new(AtomicUsize::new(0));
    let (answers, of_bob, rest, inner) = (counter(), counter(), counter(), counter());
    let count = |counter: &Arc<AtomicUsize>| {
        let counter = counter.clone();
        move |_: &trunkline::Event| {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    };
    let value = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let outer = handlers.scope();
    outer.on(When::event(EventName::ChannelAnswer), count(&answers));
    let bob = handlers.on(When::event(EventName::ChannelAnswer).is("Unique-ID", BOB), count(&of_bob));
    outer.otherwise(count(&rest));
    {
        let scope = handlers.scope();
        scope.on(When::event(EventName::ChannelHangup).has("Hangup-Cause"), count(&inner));
        assert!(handlers.events().has(&EventName::ChannelHangup));
        for event in events("ev-bridge-plain", 1) {
            handlers.handle(&event);
        }
    }
    assert!(!handlers.events().has(&EventName::ChannelHangup));
    let counted = [value(&answers), value(&of_bob), value(&inner)];
    assert_eq!(counted, [4, 1, 4]);
    let all = events("ev-bridge-plain", 1).len();
    assert_eq!(value(&rest), all - 8);
    drop(bob);
    let answer = events("ev-bridge-plain", 1).into_iter().rfind(|event| event.is(EventName::ChannelAnswer));
    assert_eq!(handlers.handle(&answer.expect("an answer")), 1);
    drop(outer);
    assert_eq!(handlers.handle(&events("ev-bridge-plain", 1)[0]), 0);
}

#[test]
fn a_handler_may_attach_and_detach() {
    let handlers = Handlers::new();
    let slot = Arc::new(std::sync::Mutex::new(None));
    let (within, own) = (handlers.clone(), slot.clone());
    let event = simulated::create("a");
    let attached = handlers.on(When::event(EventName::ChannelCreate), move |_| {
        let more = within.on(When::event(EventName::ChannelCreate), |_| {});
        // The second time the first of them is detached.
        drop(own.lock().expect("a lock").replace(more));
    });
    assert_eq!(handlers.handle(&event), 1);
    assert_eq!(handlers.handle(&event), 2);
    assert_eq!(handlers.handle(&event), 2);
    drop(attached);
    assert_eq!(handlers.handle(&event), 1);
}

#[test]
fn the_journal_tells_what_comes_after_or_that_it_is_gone() {
    let batches = folded("ev-bridge-plain");
    let mut journal = Journal::new(50);
    for (batch, _) in &batches {
        journal.push(batch.clone());
    }
    let newest = batches.last().expect("batches").0.version();
    assert!(journal.len() <= 50 && !journal.is_empty());
    assert_eq!(journal.after(newest).expect("there").count(), 0);
    let behind = journal.after(0).map(Iterator::count).expect_err("gone");
    let rest: Vec<u64> = journal.after(behind.dropped).expect("there").map(|batch| batch.version()).collect();
    let all = batches.iter().filter(|(batch, _)| !batch.changes().is_empty());
    let expected: Vec<u64> =
        all.map(|(batch, _)| batch.version()).filter(|version| *version > behind.dropped).collect();
    assert_eq!(rest, expected);
    assert!(journal.after(behind.dropped - 1).is_err());
}
