//! The model against the switch itself, after any commands in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use trunkline::ChannelUuid;
use trunkline::model::{Altered, Batch, Change, Channel, Object, Switch, View};

use crate::simulated::{self, World};

/// Every channel is there that should be, and as it should be.
fn compare(view: &View, world: &mut World, about: &str) {
    compare_channels(view, world, about);
    let bridged: BTreeSet<(ChannelUuid, ChannelUuid)> =
        world.bridged().into_iter().flat_map(|(a, b)| [(a.clone(), b.clone()), (b, a)]).collect();
    let known = view.channels().iter().filter_map(|one| Some((one.id.clone(), one.bridged_to.clone()?)));
    assert_eq!(known.collect::<BTreeSet<_>>(), bridged, "{about}");
}

pub(crate) fn compare_channels(view: &View, world: &mut World, about: &str) {
    let up: BTreeSet<String> = world.switch.channels().map(str::to_owned).collect();
    let known: BTreeSet<String> = view.channels().iter().map(|channel| channel.id.to_string()).collect();
    assert_eq!(known, up, "{about}");
    for channel in view.channels().iter() {
        compare_channel(channel, world, about);
    }
}

fn compare_channel(channel: &Channel, world: &mut World, about: &str) {
    let dump = world.dump(&channel.id).expect("a dump");
    let block = dump.channel().expect("a channel");
    let caller = block.caller().expect("a caller");
    let about = format!("{about}: {}", channel.id);
    assert_eq!(channel.state, block.state(), "{about}");
    assert_eq!(channel.target_state, block.target_state(), "{about}");
    assert_eq!(channel.call_state, block.call_state(), "{about}");
    assert_eq!(channel.answer_state, block.answer_state(), "{about}");
    assert_eq!(channel.direction, block.direction(), "{about}");
    assert_eq!(channel.name.as_deref(), block.name().as_deref(), "{about}");
    assert_eq!(channel.hangup_cause, block.hangup_cause(), "{about}");
    assert_eq!(channel.destination_number.as_deref(), caller.destination_number().as_deref(), "{about}");
    assert_eq!(channel.times.created, caller.created(), "{about}");
    assert_eq!(channel.times.answered, caller.answered(), "{about}");
    let codec = block.read_codec().and_then(|codec| codec.name());
    assert_eq!(channel.read_codec.as_ref().map(|codec| &*codec.name), codec.as_deref(), "{about}");
}

/// What must hold of every view.
pub(crate) fn invariants(view: &View, about: &str) {
    let mut legs = BTreeSet::new();
    for call in view.calls().iter() {
        assert!(!call.legs.is_empty(), "{about}: {call:?}");
        for leg in &call.legs {
            let channel =
                view.channel(leg.as_str()).unwrap_or_else(|| panic!("{about}: {leg} of {}", call.id));
            assert_eq!(channel.call, call.id, "{about}");
            assert!(legs.insert(leg.clone()), "{about}: {leg} is in two calls");
        }
    }
    for channel in view.channels().iter() {
        assert!(legs.contains(&channel.id), "{about}: {channel:?} is in no call");
    }
    for channel in view.channels().iter() {
        let Some(peer) = channel.bridged_to.as_ref().and_then(|peer| view.channel(peer.as_str())) else {
            continue;
        };
        assert_eq!(peer.bridged_to.as_ref(), Some(&channel.id), "{about}");
        assert_eq!(peer.call, channel.call, "{about}: {} and {} are bridged", channel.id, peer.id);
    }
}

/// A view put together from changes alone.
#[derive(Default)]
pub(crate) struct Followed {
    channels: BTreeMap<String, String>,
    calls: BTreeMap<String, String>,
}

impl Followed {
    pub(crate) fn follow(&mut self, batch: &Batch, about: &str) {
        for change in batch.changes() {
            match change {
                Change::Channel(altered) => follow(&mut self.channels, altered, about),
                Change::Call(altered) => follow(&mut self.calls, altered, about),
                Change::Renamed { from, to } => {
                    assert!(self.channels.remove(from.as_str()).is_some(), "{about}: {from}");
                    assert!(self.channels.insert(to.id.to_string(), told(&**to)).is_none(), "{about}");
                }
                _ => {}
            }
        }
    }

    pub(crate) fn compare(&self, view: &View, about: &str) {
        let channels: BTreeMap<String, String> =
            view.channels().iter().map(|channel| (channel.id.to_string(), told(&**channel))).collect();
        let calls: BTreeMap<String, String> =
            view.calls().iter().map(|call| (call.id.to_string(), told(&**call))).collect();
        assert_eq!(self.channels, channels, "{about}");
        assert_eq!(self.calls, calls, "{about}");
    }
}

fn follow<T: Object>(known: &mut BTreeMap<String, String>, altered: &Altered<T>, about: &str) {
    let id = format!("{:?}", altered.object().id()).trim_matches('"').to_owned();
    match altered {
        Altered::Created { after, .. } => {
            assert_eq!(known.insert(id, told(&**after)), None, "{about}: created twice");
        }
        Altered::Updated { before, after, fields, .. } => {
            assert!(!fields.is_empty(), "{about}");
            assert_eq!(known.insert(id, told(&**after)), Some(told(&**before)), "{about}: not as it was");
        }
        Altered::Removed { last, .. } => {
            assert_eq!(known.remove(&id), Some(told(&**last)), "{about}: removed")
        }
        other => panic!("{other:?}"),
    }
}

/// All fields whose changes are told.
fn told<T: Object>(object: &T) -> String {
    use trunkline::model::Field;
    T::Field::ALL.iter().map(|field| format!("{field:?}: {:?}\n", object.value(*field))).collect()
}

fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut world, mut switch, now) = (World::new(seed), Switch::new(), Instant::now());
    let mut followed = Followed::default();
    for step in 0..60 {
        let command = simulated::command(&mut random);
        world.say(&command);
        world.pass_millis(random.u64(0..600));
        let about = format!("seed {seed}, step {step}, after {command}");
        for event in world.events() {
            let batch = switch.apply(&event, now);
            assert!(batch.signs().is_empty(), "{about}: {:?}", batch.signs());
            followed.follow(&batch, &about);
            invariants(&switch.view(), &format!("{about}, {:?}", event.name()));
        }
        compare(&switch.view(), &mut world, &about);
        followed.compare(&switch.view(), &about);
    }
    for _ in 0..2 {
        world.say("api hupall");
        world.pass_millis(120_000);
    }
    followed.follow(&switch.apply_all(&world.events(), now), "the end");
    assert_eq!((switch.view().channels().len(), switch.view().calls().len()), (0, 0), "seed {seed}");
}

#[test]
fn the_model_is_the_switch_whatever_is_said() {
    for seed in 0..6 {
        run(seed);
    }
}
