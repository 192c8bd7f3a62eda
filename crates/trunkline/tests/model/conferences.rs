//! Conferences of the model against the switch's own list of them, after any commands in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use trunkline::api::Show;
use trunkline::api::conference::{self, JsonList};
use trunkline::api::sofia::Gateways;
use trunkline::model::{Conference, Member, Options, StaleCause, Switch, View};

use crate::simulated::World;

const ROOMS: [&str; 3] = ["3000", "3001", "quiet"];
const UUIDS: [&str; 5] = ["u0", "u1", "u2", "u3", "u4"];

/// `%u` stands for a call, `%r` for a conference, `%m` for one who may be a member of it.
const COMMANDS: &[&str] = &[
    "bgapi originate {origination_uuid=%u}null/1 &conference(%r@default)",
    "bgapi originate {origination_uuid=%u}null/1 &conference(%r@default)",
    "bgapi originate {origination_uuid=%u,origination_caller_id_name=Bob}null/1 &conference(%r@default+flags{moderator})",
    "bgapi originate {origination_uuid=%u}null/1 &conference(%r@default+flags{mute})",
    "bgapi originate {origination_uuid=%u}null/1 &conference(%r@default+flags{ghost|deaf})",
    "api conference %r mute %m",
    "api conference %r unmute %m",
    "api conference %r tmute %m",
    "api conference %r deaf %m",
    "api conference %r undeaf %m",
    "api conference %r mute all",
    "api conference %r unmute non_moderator",
    "api conference %r hold %m",
    "api conference %r unhold %m",
    "api conference %r floor %m",
    "api conference %r floor %m force",
    "api conference %r energy %m 250",
    "api conference %r energy all 90",
    "api conference %r volume_in %m 2",
    "api conference %r volume_out %m -3",
    "api conference %r volume_in all up",
    "api conference %r lock",
    "api conference %r unlock",
    "api conference %r kick %m",
    "api conference %r kick all",
    "api conference %r hup %m",
    "api conference %r transfer 3001 %m",
    "api conference %r record /tmp/a.wav",
    "api conference %r record /tmp/b.wav",
    "api conference %r pause /tmp/a.wav",
    "api conference %r resume /tmp/a.wav",
    "api conference %r norecord /tmp/a.wav",
    "api conference %r norecord all",
    "api conference %r play tone_stream://%(300,100,440)",
    "api conference %r play tone_stream://%(300,100,440) %m",
    "api conference %r stop all",
    "api conference %r dial null/9",
    "api sim talk %m 400",
    "api uuid_kill %u",
    "api uuid_transfer %u 9002",
    "sendmsg %u\ncall-command: hangup\nhangup-cause: CALL_REJECTED",
];

/// Some command, about somebody who is there if anybody is.
pub(crate) fn command(random: &mut fastrand::Rng, view: &View) -> String {
    let mut members: Vec<u32> = view.members().iter().map(|member| member.id).collect();
    members.sort_unstable();
    let member = random.choice(&members).map_or(9, |id| *id);
    let room = view.members().get(&member).map(|member| member.conference.to_string());
    let room = room.filter(|_| random.bool());
    let room = room.unwrap_or_else(|| (*random.choice(ROOMS.iter()).expect("rooms")).to_owned());
    let uuid = random.choice(UUIDS.iter()).expect("uuids");
    let command = random.choice(COMMANDS).expect("commands");
    command.replace("%u", uuid).replace("%r", &room).replace("%m", &member.to_string())
}

/// Every conference is there that should be, and as it should be.
pub(crate) fn compare(view: &View, world: &mut World, about: &str) {
    let listed = world.run(&JsonList::all()).expect("conferences");
    let up: BTreeSet<&str> = listed.iter().map(|conference| &*conference.name).collect();
    let known: BTreeSet<&str> = view.conferences().iter().map(|conference| &*conference.id).collect();
    assert_eq!(known, up, "{about}");
    let mut members = 0;
    for listed in &listed {
        let about = format!("{about}: {}", listed.name);
        compare_conference(view.conference(&listed.name).expect("one"), listed, &about);
        members += compare_members(view, listed, &about);
    }
    assert_eq!(view.members().len(), members, "{about}: in none of them");
}

fn compare_conference(known: &Conference, listed: &conference::Conference, about: &str) {
    assert_eq!(known.uuid.as_deref(), Some(&*listed.uuid), "{about}");
    assert_eq!(Some(known.size), listed.member_count, "{about}");
    assert_eq!(Some(known.ghosts), listed.ghost_count, "{about}");
    assert_eq!(known.locked, listed.is("locked"), "{about}");
    assert_eq!(!known.recordings.is_empty(), listed.is("recording"), "{about}");
    let path = |member: &conference::Member| {
        let other = |name: &str| {
            member.others.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        Some((other("record_path")?, other("status").as_deref() == Some("paused")))
    };
    let recordings: BTreeMap<String, bool> = listed.members.iter().filter_map(path).collect();
    let known = known.recordings.iter().map(|recording| (recording.path.to_string(), recording.paused));
    assert_eq!(known.collect::<BTreeMap<_, _>>(), recordings, "{about}");
}

fn compare_members(view: &View, listed: &conference::Conference, about: &str) -> usize {
    let mut callers = 0;
    for listed in listed.members.iter().filter(|member| member.kind == "caller") {
        let id = listed.id.expect("a number");
        let about = format!("{about}: {id}");
        let known = view.members().get(&id).unwrap_or_else(|| panic!("{about} is not known"));
        compare_member(known, listed, &about);
        callers += 1;
    }
    assert_eq!(view.members_of(&listed.name).count(), callers, "{about}");
    callers
}

fn compare_member(known: &Member, listed: &conference::Member, about: &str) {
    assert_eq!(known.channel, listed.uuid, "{about}");
    assert_eq!(known.caller_id_name.as_deref(), Some(&*listed.caller_id_name), "{about}");
    assert_eq!(known.caller_id_number.as_deref().unwrap_or_default(), listed.caller_id_number, "{about}");
    assert_eq!(known.energy_level, listed.energy, "{about}");
    assert_eq!(Some(known.volume_in), listed.volume_in, "{about}");
    assert_eq!(Some(known.volume_out), listed.volume_out, "{about}");
    for (is, flag) in [
        (known.is_heard(), "can_speak"),
        (known.hears(), "can_hear"),
        (known.hold, "hold"),
        (known.talking, "talking"),
        (known.mute_detect, "mute_detect"),
        (known.floor, "has_floor"),
        (known.moderator, "is_moderator"),
        (known.video, "has_video"),
    ] {
        assert_eq!(is, listed.is(flag), "{about}: {flag}");
    }
}

/// What must hold of every view.
fn invariants(view: &View, about: &str) {
    for conference in view.conferences().iter() {
        let holders: Vec<u32> =
            view.members_of(&conference.id).filter(|member| member.floor).map(|member| member.id).collect();
        assert_eq!(holders, conference.floor.into_iter().collect::<Vec<_>>(), "{about}");
    }
    for member in view.members().iter() {
        assert!(view.conference(&member.conference).is_some(), "{about}: {member:?}");
        let channel = member.channel.as_ref().expect("a channel");
        assert!(view.channel(channel.as_str()).is_some(), "{about}: {member:?}");
    }
}

fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut world, mut switch, now) = (World::new(seed), Switch::new(), Instant::now());
    for step in 0..80 {
        let command = command(&mut random, &switch.view());
        world.say(&command);
        world.pass_millis(random.u64(0..500));
        let about = format!("seed {seed}, step {step}, after {command}");
        for event in world.events() {
            let batch = switch.apply(&event, now);
            assert!(batch.signs().is_empty(), "{about}: {:?}", batch.signs());
            invariants(&switch.view(), &format!("{about}, {:?} {:?}", event.name(), event.get("Action")));
        }
        compare(&switch.view(), &mut world, &about);
    }
    world.say("api hupall");
    world.pass_millis(30_000);
    switch.apply_all(&world.events(), now);
    assert!(switch.view().conferences().is_empty() && switch.view().members().is_empty(), "seed {seed}");
}

/// Whatever was missed is found, while commands go on.
fn miss_and_resync(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let options = Options::new().with_show_lag(Duration::ZERO);
    let (mut world, mut switch, begun) = (World::new(seed), Switch::with(options), Instant::now());
    let mut next = begun;
    let mut now = || {
        next += Duration::from_secs(600);
        next
    };
    for round in 0..6 {
        for step in 0..30 {
            let command = command(&mut random, &switch.view());
            world.say(&command);
            world.pass_millis(random.u64(0..300));
            let events = world.events();
            // Some are heard, and then all is missed for a while.
            if step < 15 {
                switch.apply_all(&events, now());
            }
        }
        switch.lose(StaleCause::Gap, now());
        switch.resync(now());
        while switch.is_resyncing() {
            let asks = switch.asks(random.usize(1..4), now());
            let answers: Vec<_> = asks.iter().map(|ask| ask.read(&world.print(&ask.line()))).collect();
            let late = random.bool();
            if late {
                world.say(&command(&mut random, &switch.view()));
                switch.apply_all(&world.events(), now());
            }
            for (ask, answer) in asks.iter().zip(answers) {
                switch.answer(ask, answer, now());
            }
        }
        let about = format!("seed {seed}, round {round}");
        switch.apply_all(&world.events(), now());
        assert_eq!(switch.view().stale(), None, "{about}");
        compare(&switch.view(), &mut world, &about);
        invariants(&switch.view(), &about);
        compare_lists(&switch.view(), &mut world, &about);
    }
}

/// Registrations and gateways.
fn compare_lists(view: &View, world: &mut World, about: &str) {
    let rows = world.run(&Show::registrations()).expect("registrations");
    let listed: BTreeSet<String> = rows
        .iter()
        .map(|row| format!("{} {} {} {}", row.reg_user, row.realm, row.token, row.network_ip))
        .collect();
    let known = view.registrations().iter().map(|known| {
        let ip = known.network_ip.as_deref().unwrap_or_default();
        format!("{} {} {} {ip}", known.id.user, known.id.host, known.id.call_id)
    });
    assert_eq!(known.collect::<BTreeSet<_>>(), listed, "{about}");
    let entries = world.run(&Gateways::new()).expect("gateways");
    let listed: BTreeSet<String> =
        entries.iter().map(|entry| format!("{} {} {}", entry.name, entry.profile, entry.state)).collect();
    let known = view.gateways().iter().map(|known| {
        let (profile, state) =
            (known.profile.as_deref().unwrap_or_default(), known.state.as_ref().expect("a state"));
        format!("{} {profile} {state}", known.id)
    });
    assert_eq!(known.collect::<BTreeSet<_>>(), listed, "{about}");
}

#[test]
fn what_was_missed_of_conferences_is_asked_for() {
    for seed in 0..6 {
        miss_and_resync(seed);
    }
}

#[test]
fn conferences_are_as_the_switch_lists_them_whatever_is_said() {
    for seed in 0..5 {
        run(seed);
    }
}
