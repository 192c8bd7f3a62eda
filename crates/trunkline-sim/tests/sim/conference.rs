//! Conferences: the recorded commands, and who talks.

use std::time::Duration;

use trunkline_sim::{SwitchConfig, Talker};

use crate::support::{Direction, Recording, Said, World, pbx1, read_messages};

fn call(number: u32, conference: &str) -> String {
    format!(
        "api originate {{origination_uuid=ca11000{number}-0000-4000-8000-00000000000{number}}}\
         null/100{number} &conference({conference})"
    )
}

/// Commands whose replies are not the simulator's: 6001 is an extension the recorded switch had.
const OTHERS: &[&str] = &["6001"];

/// Every command a recorded conference of three was given, and what it said.
#[test]
fn commands_answer_as_recorded() {
    let recording = Recording::load("api-conference");
    let mut config = pbx1();
    config.missing_files.push("/nosuch/".into());
    let mut world = World::new(config);
    let client = world.client(&[]);
    // Into a new second: it is told how many have gone by.
    world.pass_millis(300);
    for number in 1..=3 {
        world.say(client, &call(number, "3100@quiet"));
        world.pass_millis(100);
    }
    world.pass_millis(1000);
    world.heard(client);
    let expected: Vec<Said> =
        recording.received().into_values().flat_map(|bytes| read_messages(&bytes)).collect();
    let mut expected = expected.into_iter().skip(2);
    let began = world.now;
    let mut compared = 0;
    for step in &recording.steps {
        let Direction::Sent(bytes) = &step.direction else { continue };
        let command = String::from_utf8_lossy(bytes).trim().to_owned();
        if !command.starts_with("api ") {
            continue;
        }
        world.pass_until(began.after(step.at));
        let expected = expected.next().expect("a reply").body;
        if OTHERS.iter().any(|other| command.contains(other)) {
            continue;
        }
        world.say(client, &command);
        let said: Vec<String> = world.heard(client).into_iter().map(|said| said.body).collect();
        assert_eq!(said, [expected], "{command}");
        compared += 1;
    }
    assert!(compared > 140, "{compared}");
}

fn actions(world: &mut World, client: trunkline_sim::ConnectionId) -> Vec<(String, String)> {
    let heard = world.heard(client).into_iter().filter(Said::is_event);
    heard.map(|said| (said.get("Action").to_owned(), said.get("Unique-ID").to_owned())).collect()
}

#[test]
fn who_talks_takes_the_floor() {
    let mut config = SwitchConfig::default();
    let talker = Talker::new("1002", Duration::from_millis(500), Duration::from_millis(880));
    config.conferences.talkers = vec![talker.again(Duration::from_secs(2))];
    let mut world = World::new(config);
    let client = world.client(&["event plain CUSTOM conference::maintenance"]);
    for number in 1..=2 {
        world.say(client, &call(number, "talk@default"));
        world.pass_millis(100);
    }
    actions(&mut world, client);
    world.pass_millis(6500);
    let heard: Vec<Said> = world.heard(client);
    let told: Vec<&str> = heard.iter().map(|said| said.get("Action")).collect();
    let turns = ["start-talking", "stop-talking"];
    assert_eq!(told, [&["start-talking", "floor-change", "stop-talking"][..], &turns, &turns[..1]].concat());
    assert_eq!((heard[1].get("Old-ID"), heard[1].get("New-ID")), ("1", "2"));
    assert_eq!(heard[2].get("talking-average-energy"), "6400.000000");
    assert_eq!(heard[0].get("Talking"), "true");
    assert_eq!(heard[2].get("Talking"), "false");
}

#[test]
fn talk_may_be_ordered() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event plain CUSTOM conference::maintenance"]);
    world.say(client, &call(1, "talk@default"));
    world.pass_millis(100);
    world.heard(client);
    for (order, answer) in [("talk 1 900", "+OK\n"), ("talk 9 900", USAGE), ("talk 1 loud", USAGE)] {
        world.say(client, &format!("api sim talk {order}"));
        assert_eq!(world.heard(client)[0].body, answer, "{order}");
    }
    world.pass_millis(100);
    world.say(client, "api conference talk list");
    let heard = world.heard(client);
    assert_eq!(heard[0].get("Action"), "start-talking");
    assert!(heard[1].body.ends_with(";hear|speak|talking|floor;0;0;100\n"), "{}", heard[1].body);
    world.say(client, "api conference talk mute 1");
    world.say(client, "api sim talk talk 1 off");
    world.pass_millis(2000);
    let told: Vec<(String, String)> = actions(&mut world, client);
    assert_eq!(told.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(), ["mute-member"]);
}

const USAGE: &str = "-USAGE: sim talk <conference> <member> <energy>|off\n";

/// Digits for a pin: the wrong ones, and the right ones before the second prompt is over.
#[test]
fn a_pin_is_asked_for() {
    let mut config = SwitchConfig::default();
    config.conferences.profiles[0].pin = "123".into();
    let mut world = World::new(config);
    let client = world.client(&["event plain PLAYBACK_START PLAYBACK_STOP CUSTOM conference::maintenance"]);
    let call =
        "api originate {origination_uuid=x,conference_enforce_security=true}null/1 &conference(r@default)";
    world.say(client, call);
    world.pass_millis(2000);
    let mut told = Vec::new();
    for digits in ["99#", "12", "3"] {
        world.say(client, &format!("api uuid_recv_dtmf x {digits}"));
        world.pass_millis(100);
        told.extend(world.heard(client).into_iter().filter(Said::is_event));
        world.pass_millis(2500);
        told.extend(world.heard(client).into_iter().filter(Said::is_event));
    }
    let told: Vec<String> = told
        .iter()
        .map(|said| match said.get("Playback-File-Path").rsplit_once('/') {
            Some((_, file)) => format!("{} {file}", said.get("Event-Name")),
            None => said.get("Action").to_owned(),
        })
        .collect();
    let expected = [
        "conference-create",
        "PLAYBACK_START conf-pin.wav",
        "PLAYBACK_STOP conf-pin.wav",
        "PLAYBACK_START conf-bad-pin.wav",
        "PLAYBACK_STOP conf-bad-pin.wav",
        "PLAYBACK_START conf-pin.wav",
        "PLAYBACK_STOP conf-pin.wav",
        "add-member",
        "floor-change",
    ];
    assert_eq!(told, expected);
}
