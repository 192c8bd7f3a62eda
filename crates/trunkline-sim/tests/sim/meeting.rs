//! Three who are to hear each other: what cannot be asked of a real switch whose calls end nowhere, for mixing their
//! sound is what it fails at. As `mod_dptools.c` and `switch_ivr_async.c` have it.

use trunkline_sim::{ConnectionId, SwitchConfig};

use crate::support::{Said, World};

/// Two bridged calls, `a` and `b`, and a client that hears of applications, bridges and who listens.
fn bridged() -> (World, ConnectionId) {
    let mut world = World::new(SwitchConfig::default());
    let client = world
        .client(&["event plain CHANNEL_EXECUTE CHANNEL_BRIDGE CHANNEL_HANGUP MEDIA_BUG_START \
                                 MEDIA_BUG_STOP"]);
    for uuid in ["a", "b"] {
        world.say(client, &format!("api originate {{origination_uuid={uuid}}}null/{uuid} &park"));
        world.pass_millis(200);
    }
    world.say(client, "api uuid_bridge a b");
    world.pass_millis(500);
    world.heard(client);
    (world, client)
}

fn execute(world: &mut World, client: ConnectionId, uuid: &str, app: &str, argument: &str) {
    let message = "call-command: execute\nexecute-app-name";
    world.say(client, &format!("sendmsg {uuid}\n{message}: {app}\nexecute-app-arg: {argument}"));
    world.pass_millis(500);
}

/// What was heard of, a line an event: its name, whose it is, and what it is about.
fn told(world: &mut World, client: ConnectionId) -> Vec<String> {
    let said: Vec<Said> = world.heard(client);
    let line = |said: &Said| {
        let about = ["Application", "Application-Data", "Bridge-B-Unique-ID", "Media-Bug-Function"];
        let about = about.map(|name| said.get(name)).into_iter().filter(|value| !value.is_empty());
        let words = [said.get("Event-Name"), said.get("Caller-Channel-Name")].into_iter().chain(about);
        words.collect::<Vec<_>>().join(" ")
    };
    said.iter().filter(|said| said.is_event()).map(line).collect()
}

fn has(told: &[String], line: &str) -> bool {
    told.iter().any(|told| told == line)
}

#[test]
fn the_conference_key_joins_the_three() {
    let (mut world, client) = bridged();
    execute(&mut world, client, "a", "att_xfer", "{origination_uuid=c}null/c");
    world.say(client, "api uuid_recv_dtmf a 0");
    world.pass_millis(500);
    let events = told(&mut world, client);
    for line in ["CHANNEL_EXECUTE null/c three_way a", "MEDIA_BUG_START null/a eavesdrop"] {
        assert!(has(&events, line), "{line} in {events:#?}");
    }
    let bridges = events.iter().filter(|line| line.starts_with("CHANNEL_BRIDGE null/a"));
    assert_eq!(bridges.collect::<Vec<_>>(), ["CHANNEL_BRIDGE null/a c", "CHANNEL_BRIDGE null/a b"]);

    // Whoever of the first two goes leaves the other to the third.
    world.say(client, "api uuid_kill a");
    world.pass_millis(500);
    let events = told(&mut world, client);
    for line in ["MEDIA_BUG_STOP null/a eavesdrop", "CHANNEL_BRIDGE null/c b"] {
        assert!(has(&events, line), "{line} in {events:#?}");
    }
    assert_eq!(world.switch.channels().collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn one_who_is_left_with_the_asker_alone_takes_him_over() {
    let (mut world, client) = bridged();
    execute(&mut world, client, "a", "att_xfer", "{origination_uuid=c}null/c");
    world.say(client, "api uuid_kill b");
    world.pass_millis(300);
    world.say(client, "api uuid_recv_dtmf a 0");
    world.pass_millis(500);
    let events = told(&mut world, client);
    assert!(has(&events, "CHANNEL_EXECUTE null/c intercept a"), "{events:#?}");
}

#[test]
fn a_third_one_listens_until_the_call_is_over() {
    let (mut world, client) = bridged();
    world.say(client, "api originate {origination_uuid=c}null/c 'three_way:a,park' inline");
    world.pass_millis(500);
    // Its digits are heard by nobody here: only `eavesdrop` takes orders by them.
    world.say(client, "api uuid_recv_dtmf c *");
    world.pass_millis(300);
    let events = told(&mut world, client);
    assert!(has(&events, "MEDIA_BUG_START null/a eavesdrop"), "{events:#?}");
    assert!(!has(&events, "MEDIA_BUG_STOP null/a eavesdrop"), "{events:#?}");
    world.say(client, "api uuid_kill a");
    world.pass_millis(500);
    let events = told(&mut world, client);
    for line in ["MEDIA_BUG_STOP null/a eavesdrop", "CHANNEL_EXECUTE null/c park"] {
        assert!(has(&events, line), "{line} in {events:#?}");
    }
}

#[test]
fn one_who_listens_to_all_goes_from_call_to_call() {
    let (mut world, client) = bridged();
    world.say(client, "api originate {origination_uuid=c}null/c &eavesdrop(all)");
    world.pass_millis(500);
    assert!(has(&told(&mut world, client), "MEDIA_BUG_START null/a eavesdrop"));
    world.say(client, "api originate {origination_uuid=d}null/d &park");
    world.say(client, "api uuid_kill a");
    world.pass_millis(1000);
    let events = told(&mut world, client);
    assert!(has(&events, "MEDIA_BUG_START null/d eavesdrop"), "{events:#?}");
    assert_eq!(world.switch.channels().collect::<Vec<_>>(), ["c", "d"]);
}
