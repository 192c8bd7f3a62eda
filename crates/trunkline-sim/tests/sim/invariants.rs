//! What holds whatever happens.

use std::collections::BTreeMap;
use std::time::Duration;

use trunkline_sim::{Switch, SwitchConfig};

use crate::support::{Said, World};

/// Calls of every kind, some ended early, until all are over.
const CALLS: &[&str] = &[
    "bgapi originate null/1 &park",
    "bgapi originate {origination_uuid=k1}null/2 &echo",
    "bgapi originate null/3 &playback(tone_stream://%(300,100,440))",
    "bgapi originate null/4 9002",
    "bgapi originate null/5 nosuch",
    "bgapi originate null/6 &nosuch",
    "bgapi originate null/7 'set:a=b,sleep:200' inline",
    "bgapi originate loopback/9001/default &park",
    "bgapi originate {origination_uuid=k2}loopback/9002/default &park",
    "bgapi originate loopback/9003 &echo",
    "bgapi originate loopback/9013/default|null/8 &park",
    "bgapi originate loopback/9013/default,null/9,null/10 &park",
    "bgapi originate {originate_timeout=1}loopback/9014/default &park",
    "bgapi originate loopback/9020/default &park",
    "bgapi originate loopback/nosuch/default &park",
    "bgapi originate {origination_uuid=k3}loopback/9014/default &park",
    "bgapi originate error/user_busy &park",
    "bgapi originate {origination_uuid=m1}null/11 &conference(one@default+flags{moderator})",
    "bgapi originate {origination_uuid=m2}null/12 'conference:one@default,set:a=b,sleep:300' inline",
    "bgapi originate {origination_uuid=m3}loopback/9003/default &conference(one@default+flags{mute})",
    "bgapi originate {origination_uuid=m4}null/13 &conference(two@default+flags{endconf})",
    "bgapi originate null/14 &conference(two@default+flags{ghost})",
    "api conference one unmute all",
    "api conference one play tone_stream://%(300,0,400)",
    "api conference one record /tmp/one.wav",
    "api conference one bgdial null/15 123 Name",
    "bgapi conference two dial loopback/9014/default",
    "bgapi conference three dial null/16",
    "api conference one transfer two last",
    "api uuid_recv_dtmf m1 0",
    "api conference one relate 1 2 nospeak",
    "api conference one floor 1",
    "api sim talk one 1 5000",
    "api uuid_transfer m2 park inline",
    "api conference one kick 1",
    "api uuid_kill m4",
    "sendmsg k1\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://-1",
    "sendmsg k1\ncall-command: execute\nexecute-app-name: sleep\nexecute-app-arg: 100\nevent-lock: true",
    "sendmsg k2\ncall-command: execute\nexecute-app-name: nosuch",
    "sendmsg k1\ncall-command: nonsense",
    "bgapi originate {origination_uuid=f1}null/17 'fifo:q in undef silence_stream://-1' inline",
    "bgapi originate {origination_uuid=f2,fifo_consumer_wrapup_time=100}null/18 'fifo:q out wait' inline",
    "bgapi originate {origination_uuid=f3,fifo_orbit_exten=9020:1}null/19 'fifo:r in' inline",
    "api uuid_recv_dtmf f2 *",
    "bgapi originate null/20 &loop_playback(+2 silence_stream://50)",
    "bgapi originate {hangup_complete_with_xml=true}null/21 'enable_heartbeat:1,limit:hash a b 1,sleep:2000' inline",
    "bgapi originate null/22 'limit:hash a b 1 9020,park' inline",
    "bgapi originate {origination_uuid=d1}null/23 &echo",
    "api uuid_displace d1 start silence_stream://300",
    "api uuid_record d1 start /tmp/d1.wav 1",
    "api uuid_kill k1 USER_BUSY",
    "sendmsg k2\ncall-command: hangup\nhangup-cause: CALL_REJECTED",
    "api uuid_kill k3",
];

fn all_calls(world: &mut World) -> Vec<Said> {
    let client = world.client(&["event plain ALL", "log 7"]);
    for call in CALLS {
        world.say(client, call);
        world.pass_millis(40);
    }
    world.pass_millis(5000);
    world.say(client, "api hupall");
    world.pass_millis(1000);
    world.heard(client)
}

fn by_channel(said: &[Said]) -> BTreeMap<String, Vec<&Said>> {
    let mut channels: BTreeMap<String, Vec<&Said>> = BTreeMap::new();
    for said in said.iter().filter(|said| said.get("Event-Name").starts_with("CHANNEL_")) {
        // Masked uuids are all alike; sessions have numbers, which only events with variables tell.
        channels.entry(said.get("Channel-Name").to_owned()).or_default().push(said);
    }
    channels
}

#[test]
fn every_channel_that_is_made_ends() {
    let mut world = World::new(SwitchConfig::default());
    let said = all_calls(&mut world);
    assert_eq!(world.switch.channels().count(), 0);
    for (channel, events) in by_channel(&said) {
        let count = |name: &str| events.iter().filter(|event| event.get("Event-Name") == name).count();
        let made = count("CHANNEL_CREATE");
        assert!(made >= 1, "{channel}");
        for name in ["CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"] {
            assert_eq!(count(name), made, "{channel} {name}");
        }
        assert_eq!(count("CHANNEL_EXECUTE"), count("CHANNEL_EXECUTE_COMPLETE"), "{channel}");
        assert_eq!(count("CHANNEL_PARK"), count("CHANNEL_UNPARK"), "{channel}");
        let last = events.last().expect("events");
        assert_eq!((last.get("Event-Name"), last.get("Channel-State")), ("CHANNEL_STATE", "CS_DESTROY"));
        for (event, next) in events.iter().zip(&events[1..]) {
            if event.get("Event-Name") == "CHANNEL_DESTROY" {
                assert_eq!(next.get("Channel-State"), "CS_DESTROY", "{channel}");
            }
        }
    }
}

#[test]
fn every_job_ends_once() {
    let mut world = World::new(SwitchConfig::default());
    let said = all_calls(&mut world);
    let jobs = said.iter().filter(|said| said.get("Event-Name") == "BACKGROUND_JOB").count();
    assert_eq!(jobs, CALLS.iter().filter(|call| call.starts_with("bgapi")).count());
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = |seed: u64| {
        let mut config = SwitchConfig::default();
        config.seed = seed;
        let mut world = World::new(config);
        let client = world.client(&["event json ALL", "log 7"]);
        for call in CALLS {
            world.say(client, call);
            world.pass_millis(7);
        }
        world.pass_millis(30_000);
        world.sent.remove(&client)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn bytes_may_come_cut_anywhere() {
    let commands = CALLS.iter().map(|call| format!("{call}\n\n")).collect::<String>();
    let run = |size: usize| {
        let mut world = World::new(SwitchConfig::default());
        let client = world.client(&[]);
        for piece in commands.as_bytes().chunks(size) {
            world.input(client, piece);
        }
        world.sent.remove(&client)
    };
    let whole = run(commands.len());
    for size in [1, 2, 3, 7, 50] {
        assert_eq!(run(size), whole, "{size}");
    }
}

#[test]
fn a_reply_comes_before_the_events_of_its_command() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event plain ALL"]);
    for command in ["api originate {origination_uuid=x}null/1 &park", "api uuid_kill x", "bgapi status"] {
        world.say(client, command);
        let heard = world.heard(client);
        assert!(!heard[0].is_event(), "{command}");
        assert!(heard.len() > 1 && heard[1..].iter().all(Said::is_event), "{command}");
    }
}

#[test]
fn a_running_api_command_holds_its_own_connection_only() {
    let mut world = World::new(SwitchConfig::default());
    let (waiting, other) =
        (world.client(&["event plain ALL"]), world.client(&["event plain CHANNEL_CREATE"]));
    world.say(waiting, "api originate loopback/9014/default &park");
    world.say(waiting, "api hostname");
    assert!(world.heard(waiting).is_empty());
    assert_eq!(world.heard(other).len(), 2);
    world.pass_millis(2900);
    assert!(world.heard(waiting).is_empty());
    world.pass_millis(200);
    let heard = world.heard(waiting);
    assert!(heard[0].body.starts_with("+OK"), "{:?}", heard[0]);
    assert_eq!(heard[1].body, "sim");
    assert!(heard[2..].iter().all(Said::is_event));
}

#[test]
fn exit_waits_for_jobs() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    world.say(client, "bgapi msleep 500");
    world.say(client, "exit");
    world.pass_millis(400);
    assert!(world.closed.is_empty());
    world.pass_millis(200);
    assert_eq!(world.closed, [client]);
}

#[test]
fn a_client_that_does_not_read_loses_events_and_no_replies() {
    let mut config = SwitchConfig::default();
    config.queue_limit = 10;
    config.heartbeat = Duration::from_secs(1);
    let mut world = World::new(config);
    let client = world.client(&["event plain HEARTBEAT"]);
    let writable = |world: &mut World, writable| {
        let now = world.now;
        world.switch.set_writable(client, writable, now);
        world.collect();
    };
    writable(&mut world, false);
    world.pass_millis(25_000);
    world.say(client, "api hostname");
    assert_eq!(world.heard(client).len(), 1);
    assert!(world.switch.lost(client) >= 14);
    writable(&mut world, true);
    assert_eq!(world.heard(client).len(), 10);
}

#[test]
fn the_console_may_be_used() {
    let mut world = World::new(SwitchConfig::default());
    let now = world.now;
    assert_eq!(world.switch.api("hostname", now).as_deref(), Some(b"sim".as_slice()));
    assert_eq!(world.switch.api("msleep 100", now), None);
    assert!(world.switch.api("originate {origination_uuid=x}null/1 &park", now).is_some());
    assert_eq!(world.switch.channels().collect::<Vec<_>>(), ["x"]);
}

/// Each answer as a real switch gives it.
#[test]
fn several_commands_go_on_one_console_line() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    for (line, answer) in [
        ("echo one;;echo two", "onetwo"),
        ("  echo one", "one"),
        (" ;;echo x", "INVALID COMMAND!\nx"),
        ("nosuch;;echo two", "INVALID COMMAND!\ntwo"),
        ("echo one;;nosuch", "-ERR echo one;;nosuch Command not found!\n"),
        ("msleep 50;;echo two", "+OKtwo"),
    ] {
        world.say(client, &format!("api {line}\nconsole_execute: true"));
        world.pass_millis(100);
        let bodies: Vec<String> = world.heard(client).into_iter().map(|said| said.body).collect();
        assert_eq!(bodies, [answer], "{line}");
    }
    world.say(client, "api echo one;;echo two");
    assert_eq!(world.heard(client)[0].body, "one;;echo two");
}

/// `show` learns of a channel, and of its end, a while later; the channel itself is there and gone at once.
#[test]
fn the_list_of_channels_lags() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    let listed = |world: &mut World, millis: u64| {
        world.pass_millis(millis);
        world.say(client, "api show channels count");
        world.say(client, "api uuid_exists x");
        let said = world.heard(client);
        let count = said.iter().rev().nth(1).expect("two answers").body.trim().to_owned();
        (count, said.last().expect("an answer").body.clone())
    };
    let is = |count: &str, exists: &str| (format!("{count} total."), exists.to_owned());
    let now = world.now;
    world.switch.api("originate {origination_uuid=x}null/1 &park", now);
    assert_eq!(listed(&mut world, 199), is("0", "true"));
    assert_eq!(listed(&mut world, 1), is("1", "true"));
    let now = world.now;
    world.switch.api("uuid_kill x", now);
    assert_eq!(listed(&mut world, 199), is("1", "false"));
    assert_eq!(listed(&mut world, 1), is("0", "false"));
}

/// An hour of calls, one after the other, goes by as fast as it can be worked out.
#[test]
fn time_is_what_one_says_it_is() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event plain HEARTBEAT CHANNEL_DESTROY"]);
    let start = world.now;
    for _ in 0..360 {
        world.say(client, "bgapi originate null/1 &playback(silence_stream://9000)");
        world.pass_millis(10_000);
    }
    assert_eq!(world.now.since(start), Duration::from_secs(3600));
    let said = world.heard(client);
    let count = |name: &str| said.iter().filter(|said| said.get("Event-Name") == name).count();
    assert_eq!((count("CHANNEL_DESTROY"), count("HEARTBEAT")), (360, 180));
}

/// The switch may be handed from thread to thread.
#[test]
fn it_is_send() {
    fn is_send<T: Send>() {}
    is_send::<Switch>();
}

/// What a listener to `conference::maintenance` knows of who is where: each conference, and its members in the order they
/// came.
#[derive(Default)]
struct Seats(BTreeMap<String, Vec<String>>);

impl Seats {
    fn fold(&mut self, said: &Said) {
        let member = said.get("Member-ID").to_owned();
        let seats = self.0.entry(said.get("Conference-Name").to_owned()).or_default();
        match said.get("Action") {
            "conference-create" => assert!(seats.is_empty()),
            "add-member" => {
                assert!(!seats.contains(&member), "{member} came twice");
                seats.push(member);
                assert_eq!(said.get("Conference-Size"), counted(said, seats.len()));
            }
            "del-member" => {
                let at = seats.iter().position(|seat| *seat == member);
                seats.remove(at.expect("only who came can go"));
            }
            "conference-destroy" => {
                assert!(seats.is_empty(), "{seats:?} stay behind");
                self.0.remove(said.get("Conference-Name"));
            }
            _ => {}
        }
    }
}

/// How many callers there are, less the ghosts.
fn counted(said: &Said, seats: usize) -> String {
    let ghosts: usize = said.get("Conference-Ghosts").parse().expect("a number");
    (seats - ghosts).to_string()
}

#[test]
fn every_member_that_comes_goes() {
    let mut world = World::new(SwitchConfig::default());
    let said = all_calls(&mut world);
    let count = |action: &str| said.iter().filter(|said| said.get("Action") == action).count();
    assert!(count("add-member") >= 8, "{}", count("add-member"));
    assert_eq!(count("add-member"), count("del-member"));
    assert_eq!(count("conference-create"), count("conference-destroy"));
    assert_eq!(count("start-recording"), count("stop-recording"));
    assert!(count("start-talking") > 0 && count("bgdial-result") == 1);
}

#[test]
fn the_members_that_are_told_of_are_those_that_are_listed() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event plain CUSTOM conference::maintenance"]);
    let mut seats = Seats::default();
    let mut most = 0;
    for call in CALLS {
        world.say(client, call);
        world.pass_millis(40);
        world.say(client, "api conference json_list compact");
        let said = world.heard(client);
        let (events, replies): (Vec<&Said>, Vec<&Said>) = said.iter().partition(|said| said.is_event());
        events.iter().for_each(|event| seats.fold(event));
        let list: serde_json::Value =
            serde_json::from_str(&replies.last().expect("a list").body).expect("JSON");
        let listed: usize =
            list.as_array().expect("conferences").iter().map(|room| compare(room, &seats)).sum();
        let known: usize = seats.0.values().map(Vec::len).sum();
        assert_eq!(listed, known, "after {call}");
        most = most.max(listed);
    }
    assert!(most >= 5, "{most}");
}

/// Compares a conference with what was told of it; how many callers it has.
fn compare(room: &serde_json::Value, seats: &Seats) -> usize {
    let members = room["members"].as_array().expect("members");
    let callers = members.iter().filter(|member| member["type"] == "caller");
    let mut listed: Vec<String> = callers.map(|member| member["id"].to_string()).collect();
    listed.reverse();
    let name = room["conference_name"].as_str().expect("a name");
    assert_eq!(seats.0.get(name), Some(&listed), "{name}");
    listed.len()
}
