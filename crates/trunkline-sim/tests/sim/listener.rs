//! One connection and what it may expect.

use bytes::BytesMut;
use trunkline_sim::{Release, SwitchConfig, User};

use crate::support::{Said, World};

fn notices(said: &[Said]) -> Vec<&Said> {
    said.iter().filter(|said| said.content_type == "text/disconnect-notice").collect()
}

fn set_writable(world: &mut World, id: trunkline_sim::ConnectionId, writable: bool) {
    let now = world.now;
    world.switch.set_writable(id, writable, now);
    world.collect();
}

#[test]
fn who_loses_too_much_is_cut_off_and_the_log_tells() {
    let mut config = SwitchConfig::default();
    config.queue_limit = 20;
    let mut world = World::new(config);
    let deaf = world.client(&["event plain NOTIFY"]);
    let watching = world.client(&["log 2"]);
    set_writable(&mut world, deaf, false);
    for _ in 0..520 {
        world.say(watching, "sendevent NOTIFY");
    }
    assert!(world.closed.is_empty());
    world.heard(watching);
    world.say(watching, "sendevent NOTIFY");
    assert_eq!(world.closed, [deaf]);
    let heard = world.heard(deaf);
    assert_eq!(notices(&heard)[0].body, "killed listener because of lost events\n");
    let log: Vec<String> = world.heard(watching).iter().map(|said| said.get("Log-Line").to_owned()).collect();
    assert_eq!(log, ["", "398", "401"]);
}

#[test]
fn a_loss_that_ends_is_told_in_the_log() {
    let mut config = SwitchConfig::default();
    config.queue_limit = 20;
    let mut world = World::new(config);
    let deaf = world.client(&["event plain NOTIFY"]);
    let watching = world.client(&["log 2"]);
    set_writable(&mut world, deaf, false);
    for _ in 0..23 {
        world.say(watching, "sendevent NOTIFY");
    }
    set_writable(&mut world, deaf, true);
    assert_eq!(world.heard(deaf).len(), 20);
    world.heard(watching);
    world.say(watching, "sendevent NOTIFY");
    let lost = &world.heard(watching)[1];
    assert_eq!((lost.get("Log-Level"), lost.get("Log-Line")), ("2", "392"));
}

#[test]
fn log_lines_go_one_by_one_between_events() {
    let mut world = World::new(SwitchConfig::default());
    let slow = world.client(&["event plain NOTIFY", "log 7"]);
    let other = world.client(&[]);
    set_writable(&mut world, slow, false);
    for _ in 0..2 {
        world.say(other, "sendevent NOTIFY");
        world.say(other, "api log NOTICE line");
    }
    set_writable(&mut world, slow, true);
    let kinds: Vec<_> = world.heard(slow).iter().map(Said::is_event).collect();
    assert_eq!(kinds, [false, true, true, false]);
}

#[test]
fn a_session_takes_256_messages_and_then_drops_the_connection() {
    let mut world = World::new(SwitchConfig::default());
    let client =
        world.client(&["event plain CHANNEL_EXECUTE", "api originate {origination_uuid=x}null/1 &park"]);
    let message = "sendmsg x\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b\n\n";
    world.heard(client);
    world.input(client, message.repeat(300).as_bytes());
    let heard = world.heard(client);
    assert_eq!(heard.iter().filter(|said| said.content_type == "command/reply").count(), 256);
    assert_eq!((notices(&heard).len(), world.closed.clone()), (1, vec![client]));
    // They run all the same.
    let other = world.client(&["event plain CHANNEL_EXECUTE"]);
    world.pass_millis(30);
    assert_eq!(world.heard(other).len(), 256);
}

#[test]
fn half_a_body_stops_the_first_timer_and_everything_else() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.connect();
    world.input(client, b"auth ClueCon\nContent-Length: 5\n\n12");
    world.pass_millis(60_000);
    assert!(world.closed.is_empty());
    world.input(client, b"345");
    assert_eq!(world.heard(client).len(), 2);
}

#[test]
fn what_was_said_before_the_end_is_done_and_answered() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    world.input(client, b"api msleep 300\n\napi echo after\n\napi half");
    world.disconnect(client);
    world.pass_millis(299);
    assert!(world.closed.is_empty());
    world.pass_millis(2);
    let heard = world.heard(client);
    assert_eq!(heard.iter().map(|said| said.body.as_str()).collect::<Vec<_>>()[..2], ["+OK", "after"]);
    assert_eq!((heard.len(), world.closed.clone()), (3, vec![client]));
}

#[test]
fn an_array_of_one_element_stays_an_array() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event json NOTIFY"]);
    world.say(client, "sendevent NOTIFY\nOne: ARRAY::a\nTwo: ARRAY::a|:b\nNone: a");
    let event = world.heard(client).remove(1);
    assert_eq!((event.get("One"), event.get("Two"), event.get("None")), (r#"["a"]"#, r#"["a","b"]"#, "a"));
}

#[test]
fn a_name_in_any_header_reloads_the_module() {
    let mut world = World::new(SwitchConfig::default());
    let (client, other) = (world.client(&[]), world.client(&[]));
    world.say(client, "sendevent NOTIFY\nText: please RELOAD the mod_event_socket thing");
    for id in [client, other] {
        let heard = world.heard(id);
        assert_eq!(notices(&heard)[0].body, "The system is being shut down.\n");
    }
    assert!(world.listening.is_empty());
    let client = world.client(&[]);
    world.say(client, "api unload mod_event_socket");
    assert_eq!(world.listening, [false]);
}

#[test]
fn who_may_not_reload_does_not() {
    let mut config = SwitchConfig::default();
    config.users = vec![User::new("u", "d", "p").api("status")];
    let mut world = World::new(config);
    let client = world.connect();
    world.say(client, "userauth u@d:p");
    world.say(client, "bgapi reload mod_event_socket");
    let heard = world.heard(client);
    assert_eq!(heard.last().map(|said| said.get("Reply-Text")), Some("-ERR permission denied"));
    assert!(world.closed.is_empty());
}

/// A Job-UUID the switch has no room for takes the reply's end with it.
#[test]
fn a_long_job_uuid_breaks_the_framing() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    let (fits, long) = ("x".repeat(235), "x".repeat(400));
    for (uuid, whole) in [(&fits, true), (&long, false)] {
        world.say(client, &format!("bgapi hostname\nJob-UUID: {uuid}"));
        let sent = std::mem::take(world.sent.get_mut(&client).unwrap());
        assert_eq!(sent.ends_with(b"\n\n"), whole);
    }
}

#[test]
fn an_older_release_takes_any_content_length() {
    for (release, closed) in [(Release::V1_10, false), (Release::V1_11, true)] {
        let mut config = SwitchConfig::default();
        config.release = release;
        let mut world = World::new(config);
        let client = world.client(&[]);
        world.say(client, "api hostname\nContent-Length: -1");
        assert_eq!(!world.closed.is_empty(), closed, "{release:?}");
        if !closed {
            assert_eq!(world.heard(client)[0].body, "sim");
        }
    }
}

/// What FreeSWITCH has and is not simulated ends the call as what there is not at all, and the log tells them apart.
#[test]
fn what_is_not_simulated_is_said_in_the_log() {
    for (app, told) in [("delay_echo", true), ("nosuch", false)] {
        let mut world = World::new(SwitchConfig::default());
        let client = world.client(&["log 7", "event plain CHANNEL_HANGUP"]);
        world.say(client, &format!("api originate null/1 &{app}"));
        world.pass_millis(100);
        let said = String::from_utf8_lossy(&world.sent[&client]).into_owned();
        assert!(said.contains("Hangup-Cause: DESTINATION_OUT_OF_ORDER"), "{app}");
        assert_eq!(said.contains(&format!(" {app} is not simulated\n")), told, "{app}");
    }
}

/// Asked for an event that it does not know, a release says that there was none.
#[test]
fn an_older_release_knows_less() {
    for (release, reply, body) in [
        (Release::V1_10, "-ERR no keywords supplied", "-ERR reloadcert Command not found!\n"),
        (Release::V1_11, "+OK event listener enabled plain", "+OK cert reload event sent\n"),
    ] {
        let mut config = SwitchConfig::default();
        config.release = release;
        let mut world = World::new(config);
        let client = world.client(&[]);
        world.say(client, "event plain CERT_RELOAD");
        world.say(client, "api reloadcert");
        let said = world.heard(client);
        assert_eq!((said[0].get("Reply-Text"), said[1].body.as_str()), (reply, body), "{release:?}");
    }
}

#[test]
fn releases_say_what_they_are() {
    for (release, short) in [(Release::V1_10, "1.10.11-release\n"), (Release::V1_11, "1.11.3-dev\n")] {
        let mut config = SwitchConfig::default();
        config.release = release;
        let mut world = World::new(config);
        let client = world.client(&[]);
        for command in ["api version short", "api version", "api status"] {
            world.say(client, command);
        }
        let said = world.heard(client);
        assert_eq!(said[0].body, short);
        let number = short.trim_end();
        assert!(said[1].body.starts_with(&format!("FreeSWITCH Version {number}+git~")), "{:?}", said[1]);
    }
}

#[test]
fn bytes_of_bound_connections_may_come_cut_anywhere() {
    let commands = "connect\n\nmyevents\n\ngetvar uuid\n\nlinger 5\n\nfilter Event-Name CHANNEL_PARK\n\n\
                    sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b\n\nexit\n\n";
    let run = |size: usize| {
        let mut world = World::new(SwitchConfig::default());
        let now = world.now;
        world.switch.api("originate {origination_uuid=x}null/1 &socket(127.0.0.1:8084 full)", now);
        world.collect();
        let id = world.accept().expect("a connection");
        for piece in commands.as_bytes().chunks(size) {
            let now = world.now;
            world.switch.handle_input(id, &mut BytesMut::from(piece), now);
            world.collect();
        }
        assert_eq!(world.closed, [id]);
        world.sent.remove(&id)
    };
    let whole = run(commands.len());
    for size in [1, 2, 7, 40] {
        assert_eq!(run(size), whole, "{size}");
    }
}

#[test]
fn a_connection_nobody_takes_leaves_the_call_in_the_dialplan() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event plain CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE", "log 3"]);
    world.say(client, "bgapi originate null/1 'socket:127.0.0.1:1|127.0.0.1:2 async,set:a=b,park' inline");
    assert!(world.accept().is_none());
    let heard = world.heard(client);
    let applications: Vec<_> =
        heard.iter().map(|said| said.get("Application")).filter(|a| !a.is_empty()).collect();
    assert_eq!(applications, ["socket", "socket", "set", "set", "park"]);
    assert_eq!(heard.iter().filter(|said| said.content_type == "log/data").count(), 3);
}

#[test]
fn a_call_that_ends_while_its_connection_is_made() {
    for answer in [true, false] {
        let mut world = World::new(SwitchConfig::default());
        let client = world.client(&["event plain CHANNEL_DESTROY"]);
        world.say(client, "bgapi originate {origination_uuid=x}null/1 &socket(127.0.0.1:8084)");
        world.say(client, "api uuid_kill x");
        world.heard(client);
        assert_eq!(world.switch.channels().count(), 1, "its thread is busy");
        if answer {
            let id = world.accept().expect("a connection");
            assert_eq!(notices(&world.heard(id)).len(), 1);
            assert_eq!(world.closed, [id]);
        } else {
            let (id, ..) = world.dials.pop_front().expect("a connection");
            let now = world.now;
            world.switch.connect_failed(id, "Connection refused", now);
            world.collect();
        }
        assert_eq!(world.switch.channels().count(), 0);
        assert_eq!(world.heard(client).len(), 1);
    }
}

#[test]
fn the_switch_ends_in_order_or_at_once() {
    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&["event plain SHUTDOWN CHANNEL_HANGUP", "api originate null/1 &park"]);
    let now = world.now;
    world.switch.shut_down(now);
    world.collect();
    let events: Vec<_> = world.heard(client).iter().map(|said| said.get("Event-Name").to_owned()).collect();
    assert_eq!(events, ["SHUTDOWN", "CHANNEL_HANGUP"]);
    world.pass_millis(1000);
    let heard = world.heard(client);
    assert_eq!(notices(&heard)[0].body, "The system is being shut down.\n");
    assert_eq!((world.closed.clone(), world.listening.clone()), (vec![client], vec![false]));

    let mut world = World::new(SwitchConfig::default());
    let client = world.client(&[]);
    let now = world.now;
    world.switch.halt(now);
    world.collect();
    assert!(world.heard(client).is_empty());
    assert_eq!((world.closed.clone(), world.listening.clone()), (vec![client], vec![false]));
    // Its heart has stopped, too.
    assert_eq!(world.switch.deadline(), None);
}
