//! Events that come late, or again, of what is over by then.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use trunkline::model::{Options, Switch, View};
use trunkline::{ChannelUuid, Event};

use crate::simulated::{self, World};
use crate::{conferences, truth};

/// What comes and goes: conferences twice over by the same name, a recording, one who is parked, a bridge.
const COMMANDS: &[&str] = &[
    "bgapi originate {origination_uuid=u0}null/1 &conference(3000@default)",
    "bgapi originate {origination_uuid=u1}null/1 &conference(3000@default+flags{moderator})",
    "api conference 3000 record /tmp/a.wav",
    "api conference 3000 play tone_stream://%(300,100,440)",
    "api conference 3000 lock",
    "api conference 3000 kick all",
    "api conference 3000 unlock",
    "bgapi originate {origination_uuid=u2}null/1 &conference(3000@default)",
    "api conference 3000 mute all",
    "api uuid_kill u2",
    "bgapi originate {origination_uuid=u3}null/1 &park",
    "api uuid_record u3 start /tmp/b.wav",
    "api uuid_record u3 stop /tmp/b.wav",
    "api uuid_transfer u3 'valet_park:lot 8001' inline",
    "bgapi originate {origination_uuid=u4}null/1 &bridge({origination_uuid=u5}null/2)",
    "api uuid_hold u4",
    "api uuid_kill u3",
    "api hupall",
];

fn events() -> Vec<Event> {
    let mut world = World::new(1);
    for command in COMMANDS {
        world.say(command);
        world.pass_millis(1_000);
    }
    world.pass_millis(30_000);
    world.events()
}

fn is_empty(view: &View) -> bool {
    view.channels().is_empty()
        && view.calls().is_empty()
        && view.conferences().is_empty()
        && view.members().is_empty()
        && view.recordings().is_empty()
        && view.parked().is_empty()
}

#[test]
fn what_is_over_is_not_brought_back() {
    let (events, now) = (events(), Instant::now());
    let mut switch = Switch::new();
    switch.apply_all(&events, now);
    assert!(is_empty(&switch.view()), "{:?}", switch.view().conferences());
    for order in [events.iter().collect::<Vec<_>>(), events.iter().rev().collect()] {
        for event in order {
            switch.apply(event, now);
            let about = format!("{:?} {:?} {:?}", event.name(), event.subclass(), event.get("Action"));
            assert!(is_empty(&switch.view()), "{about}");
        }
    }
}

/// One conference is in the place of another of the same name.
#[test]
fn a_late_word_of_a_conference_is_not_of_the_next() {
    let (mut world, mut switch, now) = (World::new(2), Switch::new(), Instant::now());
    let mut heard = Vec::new();
    for (call, uuid) in ["a", "b"].into_iter().enumerate() {
        world.say(&format!("bgapi originate {{origination_uuid={uuid}}}null/1 &conference(3000@default)"));
        world.pass_millis(1_000);
        heard.push(world.events());
        switch.apply_all(&heard[call], now);
        let name = switch.view().members_of("3000").map(|member| member.channel.clone()).collect::<Vec<_>>();
        assert_eq!(name, [Some(uuid.into())]);
        if call == 0 {
            world.say("api uuid_kill a");
            world.pass_millis(10_000);
            let end = world.events();
            // Whether its end is heard or not.
            switch.apply_all(end.iter().filter(|event| event.subclass().is_none()), now);
            heard[0].extend(end);
        }
    }
    let is_of_it = |event: &&Event| event.subclass().as_deref() == Some("conference::maintenance");
    let before = format!("{:?}", switch.view().conference("3000"));
    for event in heard[0].iter().filter(is_of_it) {
        switch.apply(event, now);
        let about = format!("{:?}", event.get("Action"));
        assert_eq!(format!("{:?}", switch.view().conference("3000")), before, "{about}");
        assert_eq!(switch.view().members().len(), 1, "{about}");
    }
}

/// Each event may come up to three places too late.
fn scramble(events: &mut [Event], random: &mut fastrand::Rng) {
    for place in 1..events.len() {
        if random.u8(..4) == 0 {
            events.swap(place, place - random.usize(0..=place.min(3)));
        }
    }
}

/// Asks the switch until all is known.
fn resync(switch: &mut Switch, world: &mut World, now: Instant) {
    switch.resync(now);
    while switch.is_resyncing() {
        for ask in switch.asks(usize::MAX, now) {
            let answer = ask.read(&world.print(&ask.line()));
            switch.answer(&ask, answer, now);
        }
    }
    assert_eq!(switch.view().stale(), None);
}

/// Whatever order events come in, the model is the switch, or says that it may not be.
fn out_of_order(
    seed: u64,
    command: fn(&mut fastrand::Rng, &View) -> String,
    compare: fn(&View, &mut World, &str),
) {
    let mut random = fastrand::Rng::with_seed(seed);
    let options = Options::new().with_show_lag(Duration::ZERO);
    let (mut world, mut switch, mut now) = (World::new(seed), Switch::with(options), Instant::now());
    for step in 0..60 {
        let command = command(&mut random, &switch.view());
        world.say(&command);
        world.pass_millis(random.u64(0..600));
        now += Duration::from_secs(700);
        let about = format!("seed {seed}, step {step}, after {command}");
        let mut events = world.events();
        scramble(&mut events, &mut random);
        switch.apply_all(&events, now);
        if switch.view().stale().is_some() {
            resync(&mut switch, &mut world, now);
        }
        compare(&switch.view(), &mut world, &about);
    }
}

/// A channel that is bridged within a bridge is in two of them; the model tells of the inner one.
fn channels(view: &View, world: &mut World, about: &str) {
    truth::compare_channels(view, world, about);
    let bridged: BTreeSet<(ChannelUuid, ChannelUuid)> =
        world.bridged().into_iter().flat_map(|(a, b)| [(b.clone(), a.clone()), (a, b)]).collect();
    let known = |id: &ChannelUuid| view.channel(id.as_str()).and_then(|channel| channel.bridged_to.clone());
    for channel in view.channels().iter() {
        let pair = known(&channel.id).map(|other| (channel.id.clone(), other));
        assert!(pair.is_none_or(|pair| bridged.contains(&pair)), "{about}: {} is not bridged so", channel.id);
    }
    for (one, other) in &bridged {
        let inner = [one, other].into_iter().any(|id| known(id).is_some());
        assert!(inner, "{about}: {one} is bridged to {other}");
    }
}

#[test]
fn channels_of_which_events_come_out_of_order() {
    for seed in 0..12 {
        out_of_order(seed, |random, _| simulated::command(random), channels);
    }
}

#[test]
fn conferences_of_which_events_come_out_of_order() {
    for seed in 0..12 {
        out_of_order(seed, conferences::command, conferences::compare);
    }
}
