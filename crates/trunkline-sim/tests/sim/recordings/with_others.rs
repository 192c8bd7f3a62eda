//! Recordings in which others took part: they made calls, or the switch made the connection for one.

use std::time::Duration;

use trunkline_sim::{AccessList, SwitchConfig, Time};

use super::{Skipped, differences_with};
use crate::support::When::{At, Before, Earlier, Opening};
use crate::support::{Other, Recording, pbx1};

/// A claimed recording: its name, what others did while it was taken, and texts of commands that are not claimed.
pub(super) struct Claim(
    pub(super) &'static str,
    pub(super) fn() -> Vec<Other>,
    pub(super) &'static [&'static str],
);

pub(super) fn uuid(number: u32) -> String {
    format!("ca11{number:04x}-0000-4000-8000-0000000000{:02x}", number & 0xff)
}

/// A channel without media whose application is the socket.
pub(super) fn socket_call(number: u32, mode: &str) -> String {
    let (uuid, space) = (uuid(number), if mode.is_empty() { "" } else { " " });
    format!(
        "originate {{origination_uuid={uuid},origination_caller_id_name='Alice Lab',\
         origination_caller_id_number=15551230001}}null/1{number:04} '&socket(127.0.0.1:8084{space}{mode})'"
    )
}

/// A call to an extension that has the socket.
fn extension_call(number: u32, extension: &str) -> String {
    format!("originate {{origination_uuid={}}}loopback/{extension}/default &park", uuid(number))
}

/// A call whose further way somebody watches.
fn watched_call(number: u32, extension: &str) -> String {
    format!("originate {{origination_uuid={},lab_watch=yes}}null/1001 {extension} XML default", uuid(number))
}

pub(super) fn parked(number: u32) -> String {
    format!("originate {{origination_uuid={}}}null/1001 &park", uuid(number))
}

pub(super) fn domain() -> String {
    "global_setvar domain=pbx1.example.net".into()
}

pub(super) fn kill(number: u32) -> String {
    format!("uuid_kill {}", uuid(number))
}

pub(super) const CLAIMS: &[Claim] = &[
    Claim("msg-divert-events", || vec![(Before("myevents"), parked(1))], &[]),
    Claim("msg-errors", || vec![(Before("event plain"), parked(1))], &[]),
    Claim("msg-lead-frames", || vec![(Before("event plain"), parked(1))], &[]),
    Claim("msg-execute", || vec![(Before("event plain"), parked(1))], &[]),
    Claim("out-loops", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim("msg-linger-inbound", || vec![(Before("linger"), parked(1)), (At(10), kill(1))], &[]),
    Claim("msg-myevents-inbound-plain", two_parked, &[]),
    Claim("msg-myevents-inbound-json", two_parked, &[]),
    Claim("msg-myevents-unknown", || vec![(At(2), parked(1)), (At(3), kill(1))], &[]),
    Claim("send-event-unique-id", || vec![(Before("0001\nFoo"), parked(1))], &[]),
    Claim("send-event-command", || vec![(At(2), parked(1))], &[]),
    Claim("out-connect-loopback", || vec![(Opening(1), extension_call(1, "5001"))], &[]),
    Claim(
        "out-connect-modes",
        || {
            let extensions = [5002_u32, 5003, 5004, 5001, 5006, 5007];
            let calls = extensions.into_iter().zip(1..).flat_map(|(extension, connection)| {
                let call = extension_call(extension, &extension.to_string());
                [(Opening(connection), "hupall".to_owned()), (Opening(connection), call)]
            });
            calls.collect()
        },
        &[],
    ),
    Claim("out-connect-twice", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim("out-sync", || vec![(Opening(1), extension_call(1, "5002"))], &[]),
    Claim("out-sync-full", || vec![(Opening(1), extension_call(1, "5004"))], &[]),
    Claim("out-async", || vec![(Opening(1), extension_call(1, "5003"))], &[]),
    Claim("out-async-full", || vec![(Opening(1), extension_call(1, "5001"))], &[]),
    Claim("out-myevents-plain", || vec![(Opening(1), extension_call(1, "5005"))], &[]),
    Claim("out-myevents-json", || vec![(Opening(1), extension_call(1, "5005"))], &[]),
    Claim("out-myevents-xml", || vec![(Opening(1), extension_call(1, "5005"))], &[]),
    Claim(
        "out-linger-zero",
        || {
            vec![
                (Opening(1), socket_call(1, "async full")),
                (At(100), kill(1)),
                (Opening(2), socket_call(2, "async full")),
                (At(790), kill(2)),
                (Opening(3), socket_call(3, "async full")),
                (At(1750), kill(3)),
            ]
        },
        &[],
    ),
    Claim(
        "out-hangup-by-us",
        || (1..=3).map(|n| (Opening(n.into()), socket_call(n, "async full"))).collect(),
        &[],
    ),
    Claim(
        "out-hangup-sync",
        || vec![(Opening(1), socket_call(1, "")), (Opening(2), socket_call(2, "full"))],
        &[],
    ),
    Claim(
        "out-no-connect",
        || (1..=5).map(|n| (Opening(n.into()), socket_call(n, "async full"))).collect(),
        &[],
    ),
    Claim("out-no-command", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim(
        "out-accept-and-close",
        || vec![(Opening(2), watched_call(1, "5011")), (Opening(3), watched_call(2, "5009"))],
        &[],
    ),
    Claim(
        "out-event-lock",
        || {
            vec![
                (Opening(1), socket_call(1, "async full")),
                (At(1640), kill(1) + " MANAGER_REQUEST"),
                (Opening(2), socket_call(2, "async full")),
            ]
        },
        &[],
    ),
    Claim("out-getvar", || vec![(Opening(1), domain()), (Opening(1), socket_call(1, "async full"))], &[]),
    Claim("out-getvar-breaks-framing", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim("out-resume", || vec![(Opening(2), watched_call(1, "5011"))], &[]),
    Claim("out-no-resume", || vec![(Opening(2), watched_call(1, "5011"))], &[]),
    Claim("out-no-resume-last", || vec![(Opening(2), watched_call(1, "5001"))], &[]),
    Claim("out-resume-last", || vec![(Opening(2), watched_call(1, "5001"))], &[]),
    Claim("out-exit-at-once", || vec![(Opening(2), watched_call(1, "5011"))], &[]),
    Claim("out-socket-resume", || vec![(Opening(2), watched_call(1, "5008"))], &[]),
    Claim("out-socket-resume-sync", || vec![(Opening(2), watched_call(1, "5013"))], &[]),
    Claim("out-sync-continues", || vec![(Opening(2), watched_call(1, "5009"))], &[]),
    Claim("out-tcp-fin", || vec![(Opening(2), watched_call(1, "5011"))], &[]),
    Claim("out-tcp-rst", || vec![(Opening(2), watched_call(1, "5011"))], &[]),
    Claim("out-tcp-fin-sync", || vec![(Opening(2), watched_call(1, "5009"))], &[]),
    Claim("out-half-close", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim("out-divert-events", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim("out-two-commands-at-once", || vec![(Opening(1), extension_call(1, "5005"))], &[]),
    Claim("out-api-bgapi", || vec![(Opening(1), socket_call(1, "async full"))], &["show channels"]),
    Claim("out-two-controllers", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim(
        "out-concurrent",
        || {
            let call = |n: u32| {
                let (uuid, index) = (uuid(n), n - 1);
                format!(
                    "originate {{origination_uuid={uuid},lab_index={index}}}null/100{index} \
                 '&socket(127.0.0.1:8084 async full)'"
                )
            };
            let digit = |n: u32| format!("uuid_recv_dtmf {} 5", uuid(n));
            let calls = (1..=5).map(|n| (Opening(1), call(n)));
            calls.chain((1..=5).map(|n| (At(75 + 60 * u64::from(n)), digit(n)))).collect()
        },
        &[],
    ),
    Claim("in-acl-reject", Vec::new, &[]),
    Claim(
        "in-userauth-restricted",
        || {
            let call = format!("originate {{origination_uuid={}}}null/1000 &park", uuid(1));
            vec![(At(15), call), (At(35), kill(1))]
        },
        &[],
    ),
    Claim("filter-uuid", Vec::new, &[]),
    Claim("out-break", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim("out-dtmf-during-playback", || vec![(Opening(1), socket_call(1, "async full"))], &[]),
    Claim(
        "out-digits-async",
        || {
            let call = (Opening(1), socket_call(1, "async full"));
            vec![call, (At(410), pressed(1, "4321#")), (At(2324), pressed(1, "77"))]
        },
        &[],
    ),
    Claim(
        "out-digits-sync",
        || {
            let call = (Opening(1), socket_call(1, ""));
            vec![call, (At(410), pressed(1, "4321#")), (At(1194), pressed(1, "77"))]
        },
        &[],
    ),
    Claim("out-bridge-sync", || vec![(Opening(1), extension_call(1, "5002")), (At(712), kill(7))], &[]),
    Claim("ev-call-verbose", || vec![(Opening(1), "fsctl verbose_events on".into())], &[]),
    Claim(
        "out-odd-values-connect",
        || {
            let told = |what: &str| (Opening(1), format!("uuid_{what}").replace('@', &uuid(1)));
            vec![
                (Opening(1), domain()),
                (Opening(1), super::ODD.into()),
                told("setvar @ lab_percent 100% %41 %zz"),
                told("setvar @ lab_list ARRAY::a|:b|:\u{e9}"),
                told("setvar @ lab_quotes say \"hi\" 'there' <b>"),
                told("transfer @ 'set:lab_newline=one\\ntwo,socket:127.0.0.1:8084 async full' inline"),
            ]
        },
        &[],
    ),
    Claim("ev-session-heartbeat", || vec![(At(2), extension_call(1, "6010"))], &[]),
    Claim(
        "ev-sched",
        || {
            // There had been ten tasks by then.
            let earlier = (0..10).map(|_| (Before("auth"), "sched_api +9000 earlier status".to_owned()));
            earlier.chain([(Before("sched_api +1"), parked(1))]).collect()
        },
        &[],
    ),
    Claim("api-show-bridged", two_joined, &[]),
    Claim("out-bridge", || vec![(Opening(1), extension_call(1, "5001"))], &[]),
    Claim("api-show-3", three_calls, &["registrations"]),
    Claim("api-show-3-json", three_calls, &["registrations"]),
    Claim("api-show-3-xml", three_calls, &["registrations"]),
    Claim(
        "api-show-odd-values",
        || {
            let first = "{^^;origination_uuid=@;origination_caller_id_name='Commas, \"quotes\" <&> \u{e9}\u{6c49}';\
                         origination_caller_id_number=1,2}null/1001";
            let second = "{^^:origination_uuid=@:origination_caller_id_name='a,b|c':\
                          origination_caller_id_number=12}null/1002";
            let calls = [first, second].into_iter().zip(1..);
            let call = |(leg, n): (&str, u32)| {
                (Earlier(850), format!("originate {} &park", leg.replace('@', &uuid(n))))
            };
            calls.map(call).collect()
        },
        &[],
    ),
    Claim("ev-many-variables", many_variables, &[]),
    Claim("out-execute", || vec![(Opening(1), extension_call(1, "5005"))], &[]),
    Claim(
        "api-callcenter-fifo-valet",
        Vec::new,
        &["fifo", "valet_info", "members support@default\n", "arguments"],
    ),
    Claim(
        "srv-sigterm",
        || vec![(Opening(5), socket_call(1, "async full")), (At(52), "SIGTERM".into())],
        &[],
    ),
    Claim("out-transfer-away", || vec![(Opening(1), extension_call(1, "5001"))], &[]),
    Claim("send-event-ghost-channel", Vec::new, &[]),
    Claim("srv-killed", || vec![(Opening(5), socket_call(1, "async full"))], &[]),
    Claim("srv-shutdown-elegant", || vec![(Before("bgapi"), parked(1))], &[]),
    Claim("srv-shutdown", || vec![(Opening(5), socket_call(1, "async full"))], &[]),
    Claim("srv-fsctl-shutdown", || vec![(Opening(5), socket_call(1, "async full"))], &[]),
    Claim("srv-shutdown-now", || vec![(Opening(5), socket_call(1, "async full"))], &[]),
];

/// Digits that are pressed on the first channel.
fn pressed(number: u32, digits: &str) -> String {
    format!("uuid_recv_dtmf {} {digits}", uuid(number))
}

fn two_parked() -> Vec<Other> {
    let second = format!("originate {{origination_uuid={}}}null/1002 &park", uuid(2));
    vec![(Before("myevents"), parked(1)), (Before("myevents"), second)]
}

fn three_calls() -> Vec<Other> {
    let echo = super::BOB.replace("&park", "&echo");
    [super::ALICE.into(), echo, super::CAROL.into()].map(|call| (Earlier(800), call)).into()
}

fn two_joined() -> Vec<Other> {
    let bridge = format!("uuid_bridge {} {}", uuid(1), uuid(2));
    [(Earlier(800), super::ALICE.into()), (Earlier(790), super::BOB.into()), (Earlier(700), bridge)].into()
}

fn many_variables() -> Vec<Other> {
    let of = |from: u32, to: u32| {
        let all: Vec<_> = (from..to).map(|index| format!("lab_{index:03}=value {index}")).collect();
        (Before("event plain"), format!("uuid_setvar_multi {} {}", uuid(1), all.join(";")))
    };
    let hundreds = (0..3).flat_map(|hundred| {
        let first = hundred * 100;
        [of(first, first + 60), of(first + 60, first + 100)]
    });
    std::iter::once((Before("event plain"), parked(1))).chain(hundreds).collect()
}

fn config(name: &str) -> SwitchConfig {
    let mut config = pbx1();
    // The parking, and what followed it on the other connection, won these races.
    if ["out-myevents-xml", "out-linger-zero", "out-api-bgapi"].contains(&name) {
        config.park_delay = Duration::ZERO;
    }
    if name == "out-hangup-by-us" {
        config.park_delay = Duration::from_millis(2);
    }
    if name == "out-transfer-away" {
        config.park_delay = Duration::from_micros(550);
    }
    if ["out-resume", "out-execute"].contains(&name) {
        config.park_delay = Duration::from_millis(10);
    }
    if name == "in-acl-reject" {
        config.access = vec![AccessList::new("lab_deny", false)];
    }
    config
}

/// Plays each claimed recording, and says where the simulator does not keep to it.
pub(super) fn check(claims: &[Claim], config: impl Fn(&str) -> SwitchConfig) {
    let mut all = Vec::new();
    for Claim(name, others, texts) in claims {
        let mut recording = Recording::load(name);
        if *name == "ev-sched" {
            // Seconds are what the scheduler goes by.
            recording.start = Time::from_micros(1_795_216_136_475_000);
        }
        let skipped = Skipped::commands(&mut recording, texts);
        all.extend(differences_with(
            name,
            &recording,
            config(name),
            &others(),
            // In its end the switch shows more of a channel than ever, and when is chance.
            |lane| !name.starts_with("srv-") || !lane.contains("null/"),
            &skipped,
        ));
    }
    assert!(all.is_empty(), "{} differ\n{}", all.len(), all.join("\n"));
}

#[test]
fn recordings_with_others() {
    check(CLAIMS, config);
}
