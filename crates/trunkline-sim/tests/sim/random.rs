//! Any commands in any order: what must hold all the same.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use trunkline_proto::{Event, EventFormat};
use trunkline_sim::{ConnectionId, SipPeer, SwitchConfig};

use crate::support::World;

const UUIDS: [&str; 6] = ["u0", "u1", "u2", "u3", "u4", "u5"];

/// `%u` and `%v` stand for uuids.
const COMMANDS: &[&str] = &[
    "bgapi originate {origination_uuid=%u}null/1 &park",
    "bgapi originate {origination_uuid=%u}null/1 &echo",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(null/2)",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(loopback/9002/default)",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(error/user_busy)",
    "bgapi originate {origination_uuid=%u}null/1 6013",
    "bgapi originate {origination_uuid=%u}loopback/9002/default &park",
    "bgapi originate {origination_uuid=%u}loopback/9014/default &park",
    "bgapi originate {origination_uuid=%u,leg_timeout=1}loopback/9014/default|null/3 &park",
    "bgapi originate {origination_uuid=%u}null/1 'set:park_after_bridge=true,bridge:null/2' inline",
    "bgapi originate {origination_uuid=%u}null/1 'set:continue_on_fail=true,bridge:error/user_busy,park' inline",
    "bgapi originate {origination_uuid=%u}sofia/internal/100@far &park",
    "bgapi originate {origination_uuid=%u}sofia/internal/200@far &bridge(sofia/internal/100@far)",
    "bgapi originate {origination_uuid=%u}sofia/internal/9002@127.0.0.1 &park",
    "bgapi originate {origination_uuid=%u}null/1 &bridge(sofia/internal/300@far)",
    "bgapi originate {origination_uuid=%u}null/1 'fifo:q in undef silence_stream://-1,park' inline",
    "bgapi originate {origination_uuid=%u,fifo_caller_exit_key=5}loopback/9002/default 'fifo:q in silence_stream://200,echo' inline",
    "bgapi originate {origination_uuid=%u,fifo_orbit_exten=9020:1}null/1 'fifo:q in undef silence_stream://-1' inline",
    "bgapi originate {origination_uuid=%u,fifo_consumer_wrapup_time=200}null/1 'fifo:q out wait silence_stream://100' inline",
    "bgapi originate {origination_uuid=%u,fifo_consumer_wrapup_time=0}null/1 'fifo:r,q out wait undef silence_stream://-1' inline",
    "bgapi originate {origination_uuid=%u}null/1 'fifo:q out nowait,sleep:100' inline",
    "bgapi originate {origination_uuid=%u}null/1 'enable_heartbeat:1,loop_playback:+3 silence_stream://150,say:en number pronounced 12,park' inline",
    "bgapi originate {origination_uuid=%u,hangup_complete_with_xml=true}null/1 &endless_playback(silence_stream://300)",
    "bgapi originate {origination_uuid=%u}null/1 'limit:hash a b 1 9020,park' inline",
    "bgapi originate {origination_uuid=%u}null/1 '^^;log:%[a=1,b=2]NOTICE x;valet_park:lot 8501;park' inline",
    "api uuid_kill %u",
    "api uuid_kill %u USER_BUSY",
    "api uuid_displace %u start silence_stream://300",
    "api uuid_displace %u stop silence_stream://300",
    "api uuid_record %u start /tmp/a.wav 1",
    "api uuid_record %u pause /tmp/a.wav",
    "api fifo list",
    "api uuid_bridge %u %v",
    "api uuid_bridge %u %v",
    "api uuid_transfer %u 9002",
    "api uuid_transfer %u -bleg 9020",
    "api uuid_transfer %u -both 9001",
    "api uuid_transfer %u nosuch",
    "api uuid_park %u",
    "api uuid_hold %u",
    "api uuid_hold off %u",
    "api uuid_hold toggle %u",
    "api uuid_broadcast %u tone_stream://%(300,100,440) both",
    "api uuid_break %u all",
    "api uuid_record %u start /tmp/a.wav",
    "api uuid_record %u stop all",
    "api uuid_send_dtmf %u 12w3",
    "api uuid_recv_dtmf %u 45#",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://400",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: null/5",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: intercept\nexecute-app-arg: %v",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: transfer\nexecute-app-arg: 9020 XML default",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: read\nexecute-app-arg: 1 3 silence_stream://100 d 1000 #",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: hangup_after_bridge=true",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: sleep\nexecute-app-arg: 300\nevent-lock: true",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: fifo\nexecute-app-arg: q in",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: fifo\nexecute-app-arg: q out nowait",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: check_acl\nexecute-app-arg: 192.0.2.1 lan",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: speak\nexecute-app-arg: x",
    "sendmsg %u\ncall-command: hangup\nhangup-cause: CALL_REJECTED",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: att_xfer\nexecute-app-arg: {origination_uuid=%v}null/6",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: att_xfer\nexecute-app-arg: loopback/9014/default/XML",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: att_xfer\nexecute-app-arg: sofia/internal/100@far",
    "api uuid_recv_dtmf %u #",
    "api uuid_recv_dtmf %u *",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: {origination_uuid=%v}null/7",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: loopback/9014/default/XML",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: execute_extension\nexecute-app-arg: 9002 XML default",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: execute_extension\nexecute-app-arg: sleep:200,bridge:null/8 inline",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: sched_transfer\nexecute-app-arg: +1 9002 XML default",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: sched_hangup\nexecute-app-arg: +1 USER_BUSY bleg",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: transfer\nexecute-app-arg: -both 9002",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: deflect\nexecute-app-arg: sip:x@y",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: eavesdrop\nexecute-app-arg: %v",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: eavesdrop\nexecute-app-arg: all",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: three_way\nexecute-app-arg: %v",
    "bgapi originate {origination_uuid=%u}null/1 &eavesdrop(%v)",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: bind_meta_app\nexecute-app-arg: 4 ab o bridge::null/9",
    "sendmsg %u\ncall-command: execute\nexecute-app-name: bind_meta_app\nexecute-app-arg: 5 ab si hangup::USER_BUSY",
    "api uuid_recv_dtmf %u ~*4",
    "api uuid_recv_dtmf %u ~*5",
    "api uuid_recv_dtmf %u 0",
    "api uuid_setvar %u park_after_bridge true",
    "api uuid_setvar %u transfer_after_bridge 9020",
    "api uuid_setvar %u exec_after_bridge_app park",
    "api uuid_setvar %u execute_on_post_bridge set x=1",
    "api uuid_setvar %u park_timeout 1",
    "api uuid_setvar %u transfer_on_fail USER_BUSY,NO_ANSWER 9002",
    "api uuid_setvar %u origination_cancel_key 4",
    "bgapi originate {origination_uuid=%u,execute_on_answer='playback silence_stream://700'}null/1 &park",
    "bgapi originate {origination_uuid=%u,execute_on_answer='hangup USER_BUSY'}null/1 &park",
    "bgapi originate {origination_uuid=%u,execute_on_answer='bridge null/9'}null/1 9002",
    "bgapi originate {origination_uuid=%u,execute_on_ring='transfer 9002',api_hangup_hook='uuid_kill %v'}loopback/9014 &park",
    "bgapi originate {fail_on_single_reject=true}[origination_uuid=%u]loopback/9014,[origination_uuid=%v]loopback/9013 &park",
];

/// What the events so far make of the switch.
#[derive(Default)]
struct Picture {
    /// Of each channel that was made: its state and call state.
    up: BTreeMap<String, (String, String)>,
    gone: BTreeSet<String>,
    /// Those that have been hung up and are not gone yet: api commands find them no more (`switch_core_session_read_lock`
    /// in `switch_core_rwlock.c`), whatever still holds them in their end.
    ending: BTreeSet<String>,
    /// How many events of each name a channel has had.
    counts: BTreeMap<(String, String), usize>,
    /// Applications that have begun and not ended.
    running: BTreeSet<String>,
    /// Who leads a bridge with whom: one within the other, it may be several.
    bridges: BTreeSet<(String, String)>,
    jobs: usize,
    sequences: BTreeSet<u64>,
}

impl Picture {
    fn fold(&mut self, event: &Event, seed: u64) {
        let get = |name: &str| event.get(name).map(|value| value.into_owned()).unwrap_or_default();
        let (name, uuid) = (get("Event-Name"), get("Unique-ID"));
        assert!(self.sequences.insert(get("Event-Sequence").parse().expect("a number")), "{seed}: {name}");
        if name == "BACKGROUND_JOB" {
            self.jobs += 1;
        }
        if !name.starts_with("CHANNEL_") {
            return;
        }
        // The same uuid may be given again.
        if ["CHANNEL_UUID", "CHANNEL_OUTGOING"].contains(&name.as_str()) {
            self.gone.remove(&uuid);
        }
        assert!(
            !self.gone.contains(&uuid) || get("Channel-State") == "CS_DESTROY",
            "{seed}: {name} of {uuid}"
        );
        *self.counts.entry((uuid.clone(), name.clone())).or_default() += 1;
        match name.as_str() {
            "CHANNEL_EXECUTE" if !get("Application-UUID").is_empty() => {
                assert!(self.running.insert(get("Application-UUID")), "{seed}");
            }
            "CHANNEL_EXECUTE_COMPLETE" => {
                assert!(
                    self.running.remove(&get("Application-UUID")),
                    "{seed}: {uuid} {}",
                    get("Application")
                );
            }
            "CHANNEL_BRIDGE" | "CHANNEL_UNBRIDGE" => {
                self.fold_bridge(&name, get("Bridge-A-Unique-ID"), get("Bridge-B-Unique-ID"), seed);
            }
            "CHANNEL_HANGUP" => {
                self.ending.insert(uuid.clone());
            }
            "CHANNEL_DESTROY" => {
                let bridged = self.bridges.iter().find(|(a, b)| *a == uuid || *b == uuid);
                assert_eq!(bridged, None, "{seed}: {uuid} is gone");
                self.up.remove(&uuid);
                self.ending.remove(&uuid);
                self.gone.insert(uuid);
                return;
            }
            _ => {}
        }
        if !self.gone.contains(&uuid) {
            self.up.insert(uuid, (get("Channel-State"), get("Channel-Call-State")));
        }
    }

    fn fold_bridge(&mut self, name: &str, a: String, b: String, seed: u64) {
        if name == "CHANNEL_BRIDGE" {
            let other = self.bridges.iter().find(|(_, follower)| *follower == b);
            assert_eq!(other, None, "{seed}: {b} follows {a}, and not alone");
            assert!(self.bridges.insert((a, b)), "{seed}");
        } else {
            assert!(self.bridges.remove(&(a.clone(), b.clone())), "{seed}: {a} is not bridged to {b}");
        }
    }

    fn count(&self, uuid: &str, name: &str) -> usize {
        self.counts.get(&(uuid.to_owned(), name.to_owned())).copied().unwrap_or_default()
    }
}

/// Takes what was sent: the events of it.
fn events(world: &mut World, id: ConnectionId) -> Vec<Event> {
    let bytes = std::mem::take(world.sent.entry(id).or_default());
    let mut rest = bytes.as_slice();
    let mut events = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok());
        let body = &rest[end + 2..][..length.unwrap_or(0)];
        if head.contains("text/event-plain") {
            events.push(Event::decode(EventFormat::Plain, Bytes::copy_from_slice(body)).expect("an event"));
        }
        rest = &rest[end + 2 + body.len()..];
    }
    events
}

fn config(seed: u64) -> SwitchConfig {
    let mut config = SwitchConfig::default();
    config.seed = seed;
    let millis = std::time::Duration::from_millis;
    config.sip.peers = vec![
        SipPeer::new("100").answers(millis(200)),
        SipPeer::new("200").answers(millis(50)).hangs_up(millis(700), trunkline_sim::HangupCause::UserBusy),
        SipPeer::new("300").refuses(millis(300), trunkline_sim::HangupCause::CallRejected),
    ];
    config
}

/// What the switch itself says of a channel.
fn dumped(world: &mut World, uuid: &str) -> Option<(String, String)> {
    let dump = world.switch.api(&format!("uuid_dump {uuid}"), world.now)?;
    let text = String::from_utf8_lossy(&dump).into_owned();
    let get = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
    };
    Some((get("Channel-State")?, get("Channel-Call-State")?))
}

fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::new(config(seed));
    let (listener, speaker) = (world.client(&["event plain ALL"]), world.client(&[]));
    let (mut picture, mut jobs) = (Picture::default(), 0);
    for _ in 0..50 {
        let command = random.choice(COMMANDS).expect("commands");
        let mut uuid = || random.choice(UUIDS.iter()).expect("uuids");
        let command = command.replace("%u", uuid()).replace("%v", uuid());
        jobs += usize::from(command.starts_with("bgapi"));
        world.say(speaker, &command);
        world.pass_millis(random.u64(0..600));
        for event in events(&mut world, listener) {
            picture.fold(&event, seed);
        }
        let up: BTreeSet<String> = world.switch.channels().map(str::to_owned).collect();
        assert_eq!(up, picture.up.keys().cloned().collect(), "{seed}: after {command}");
        for uuid in up {
            let told = picture.up.get(&uuid).filter(|_| !picture.ending.contains(&uuid)).cloned();
            assert_eq!(dumped(&mut world, &uuid), told, "{seed}: {uuid} after {command}");
        }
        events(&mut world, listener).iter().for_each(|event| picture.fold(event, seed));
    }
    // Twice: an originate that has lost a leg tries the next one.
    for _ in 0..2 {
        world.say(speaker, "api hupall");
        world.pass_millis(120_000);
    }
    events(&mut world, listener).iter().for_each(|event| picture.fold(event, seed));
    assert_eq!((world.switch.channels().count(), picture.up.len()), (0, 0), "{seed}");
    assert_eq!((picture.bridges.len(), picture.running.len()), (0, 0), "{seed}: {:?}", picture.running);
    assert_eq!(picture.jobs, jobs, "{seed}");
    for uuid in &picture.gone {
        let made = picture.count(uuid, "CHANNEL_CREATE");
        for name in ["CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"] {
            assert_eq!(picture.count(uuid, name), made, "{seed}: {name} of {uuid}");
        }
        let parks = ["CHANNEL_PARK", "CHANNEL_UNPARK"].map(|name| picture.count(uuid, name));
        assert_eq!(parks[0], parks[1], "{seed}: {uuid}");
    }
}

/// Those that have failed before.
const FOUND: [u64; 1] = [168];

#[test]
fn whatever_is_said_each_channel_is_made_once_and_ends_once() {
    for seed in (0..60).chain(FOUND) {
        run(seed);
    }
}
