//! The simulator against recorded conversations with a real FreeSWITCH.
//!
//! A claimed recording has every reply, event and log line of its own given by the simulator, with every header in
//! its place, but for ids, times and numbers that count. Replies, log lines and the events of each channel are
//! compared each in their own order: how they mingle is a matter of milliseconds.

use std::collections::BTreeMap;
use std::time::Duration;

use trunkline_sim::SwitchConfig;

use crate::administration::Folder;
use crate::support::{Direction, Other, Recording, Said, When, pbx1, play, read_messages};

/// Recordings of calls by SIP.
mod by_sip;
/// The list in the documentation.
mod list;
/// Recordings in which others took part.
mod with_others;

/// Recordings that are claimed whole.
const WHOLE: &[&str] = &[
    "in-auth-ok",
    "in-auth-wrong",
    "in-auth-odd",
    "in-auth-timeout",
    "in-auth-slow-after-bad-command",
    "in-exit",
    "in-exit-pipelined",
    "in-command-before-auth",
    "in-unknown-command",
    "in-pipeline-50",
    "in-pipeline-auth",
    "in-blank-lines",
    "in-crlf",
    "in-byte-by-byte",
    "in-body",
    "in-body-huge",
    "in-body-negative",
    "in-body-short-eof",
    "in-garbage",
    "in-half-close",
    "in-client-closes",
    "in-many-connections",
    "in-userauth-bad",
    "in-userauth-full",
    "in-userauth-noparams",
    "in-api-blocks",
    "in-partial-command-holds-events",
    "filter-replies",
    "ev-subscribe",
    "ev-custom-needs-subclass",
    "ev-noevents-flushes",
    "ev-subclass-swallows",
    "ev-format-switch",
    "ev-heartbeat",
    "ev-invalid-utf8-plain",
    "ev-invalid-utf8-json",
    "ev-invalid-utf8-xml",
    "api-bgapi-other-connection",
    "send-event-plain",
    "send-event-json",
    "send-event-xml",
    "peer-fs_cli-x",
    "api-bgapi",
    "filter-effect",
    "ev-call-plain",
    "ev-call-json",
    "ev-call-xml",
    "msg-event-lock",
    "msg-hangup",
    "ev-channel-uuid",
    "peer-fs_cli-interactive",
    "srv-reload-event-socket",
    "ev-big-variable",
    "ev-dialplan-bridge",
    "ev-playback-record-plain",
    "ev-playback-record-json",
    "ev-arrays-plain",
    "ev-arrays-json",
    "ev-arrays-xml",
    "ev-odd-values-plain",
    "ev-odd-values-json",
    "ev-odd-values-xml",
    "ev-dialplan-custom",
    "msg-errors",
    "msg-execute",
    "msg-lead-frames",
    "ev-conference-plain",
    "ev-conference-json",
    "api-modules",
    "api-db-hash",
    "ev-modules",
    "api-local-stream",
    "ev-sip-call-plain",
    "ev-sip-call-json",
];

/// The music there is on the recorded host.
const STREAMS: &str = "<document><section name=\"configuration\"><configuration name=\"local_stream.conf\">\
    <directory name=\"moh\" path=\"/usr/local/freeswitch/sounds/moh\"><param name=\"rate\" value=\"8000\"/>\
    </directory></configuration></section></document>";

const PARKED: &str = "originate {origination_uuid=ca110001-0000-4000-8000-000000000001}null/1001 &park";

const ALICE: &str = "originate {origination_uuid=ca110001-0000-4000-8000-000000000001,\
    origination_caller_id_name='Alice Lab',origination_caller_id_number=15551230001}null/1001 &park";

const BOB: &str = "originate {origination_uuid=ca110002-0000-4000-8000-000000000002,\
    origination_caller_id_name='Bob Lab',origination_caller_id_number=15551230002}null/1002 &park";

const CAROL: &str = "originate {origination_uuid=ca110003-0000-4000-8000-000000000003,\
    origination_caller_id_name='Carol Lab',origination_caller_id_number=15551230003}loopback/9196/default &park";

const ODD: &str = "originate {origination_uuid=ca110001-0000-4000-8000-000000000001,\
    origination_caller_id_name='Jürgen Étienne 汉字 📞',origination_caller_id_number=+420555000111}null/1001 &park";

/// Calls that somebody else made while a recording was taken: before which command, and which.
const OTHERS: &[(&str, &[(&str, &str)])] = &[
    ("ev-big-variable", &[("api uuid_setvar", PARKED)]),
    ("ev-playback-record-plain", &[("beep.wav", PARKED)]),
    ("ev-playback-record-json", &[("beep.wav", PARKED)]),
    ("ev-arrays-plain", &[("push", PARKED)]),
    ("ev-arrays-json", &[("push", PARKED)]),
    ("ev-arrays-xml", &[("push", PARKED)]),
    ("ev-odd-values-plain", &[("0001", ODD)]),
    ("ev-odd-values-json", &[("0001", ODD)]),
    ("ev-odd-values-xml", &[("0001", ODD)]),
    (
        "ev-dialplan-custom",
        &[(
            "exit",
            "originate {origination_uuid=ca110001-0000-4000-8000-000000000001}loopback/6005/default &park",
        )],
    ),
    ("api-sched", &[("auth", ALICE)]),
    ("api-uuid-query", &[("auth", ALICE)]),
    ("api-uuid-control", &[("auth", ALICE), ("auth", BOB), ("auth", CAROL)]),
    ("msg-errors", &[("auth", PARKED)]),
    ("msg-execute", &[("auth", PARKED)]),
    ("msg-lead-frames", &[("auth", PARKED)]),
    (
        "ev-dtmf",
        &[(
            "auth",
            "originate {origination_uuid=ca110001-0000-4000-8000-000000000001}loopback/9196/default &park",
        )],
    ),
    (
        "msg-event-lock",
        &[
            (
                "lock-None-0",
                "originate {origination_uuid=ca110001-0000-4000-8000-000000000001}null/1000 &park",
            ),
            (
                "lock-true-0",
                "originate {origination_uuid=ca110002-0000-4000-8000-000000000002}null/1001 &park",
            ),
            (
                "lock-false-0",
                "originate {origination_uuid=ca110003-0000-4000-8000-000000000003}null/1002 &park",
            ),
        ],
    ),
    (
        "msg-hangup",
        &[
            ("USER_BUSY", "originate {origination_uuid=ca110001-0000-4000-8000-000000000001}null/1000 &park"),
            ("0002\n", "originate {origination_uuid=ca110002-0000-4000-8000-000000000002}null/1001 &park"),
            ("0003\n", "originate {origination_uuid=ca110003-0000-4000-8000-000000000003}null/1002 &park"),
            ("0004\n", "originate {origination_uuid=ca110004-0000-4000-8000-000000000004}null/1003 &park"),
            ("0005\n", "originate {origination_uuid=ca110005-0000-4000-8000-000000000005}null/1004 &park"),
        ],
    ),
];

/// Recordings that are claimed but for the commands that hold one of these texts, and what comes of them.
const PARTLY: &[(&str, &[&str])] = &[
    ("in-long-line", &["md5"]),
    ("ev-bgjob-plain", &["xml_wrap"]),
    ("ev-bgjob-json", &["xml_wrap"]),
    ("ev-bgjob-xml", &["xml_wrap"]),
    ("api-globalvars", &["global_getvar\n"]),
    ("api-hupall", &["show"]),
    ("api-strings", &["reg_url 1"]),
    ("api-core", &["domain_exists", "strftime\n", "Prague", "getcputime", "db_cache", "time_test"]),
    ("api-console-execute", &["uptime", "bgapi"]),
    ("api-fsctl", &["fsctl sps\n"]),
    ("api-sched", &["show tasks"]),
    ("api-uuid-query", &[" xml"]),
    ("api-uuid-control", &["-both", "USER_BUSY\n"]),
    ("api-json", &["status", "uptime", "0001\"}}", "execute"]),
    ("api-show-0", &["registrations", "tasks"]),
    ("api-show-0-json", &["registrations", "tasks"]),
    ("api-show-0-xml", &["registrations", "tasks"]),
    ("api-empty-and-newlines", &["strftime\n"]),
    ("api-originate-ok", &[":_:", "show calls"]),
    ("api-originate-fail", &["6016", "group/", "fsctl", "uuid_kill", "e null/1000 &park\n", "null/1001"]),
    ("ev-originate-fail", &["sofia/", "6003"]),
    ("ev-dtmf", &["6014"]),
    ("api-conference-none", &["help conference"]),
];

/// Recordings whose replies are claimed; the rest came of calls that others made.
const REPLIES: &[&str] = &["log-levels"];

/// What messages are compared in the order of: replies together, log lines together, events by channel or job.
fn lane(said: &Said) -> String {
    match said.content_type.as_str() {
        "log/data" => "log".into(),
        // It is made before its command is run, and fired after; others come in between or not.
        _ if said.get("Event-Name") == "API" => "events of commands".into(),
        _ if said.is_event() => format!("events of {}{}", said.get("Channel-Name"), said.get("Job-UUID")),
        _ => "replies".into(),
    }
}

fn lanes(messages: &[Said]) -> BTreeMap<String, Vec<&Said>> {
    let mut lanes: BTreeMap<String, Vec<&Said>> = BTreeMap::new();
    for said in messages {
        lanes.entry(lane(said)).or_default().push(said);
    }
    lanes
}

fn differences(
    name: &str,
    recording: &Recording,
    of: impl Fn(&str) -> bool,
    skipped: &Skipped,
) -> Vec<String> {
    let mut config = pbx1();
    match name {
        "ev-heartbeat" => config.heartbeat = Duration::from_secs(2),
        "api-local-stream" => {
            let folder = Folder::new("streams");
            folder.write(STREAMS);
            config.load(&folder).expect("a configuration");
        }
        _ => {}
    }
    let others = OTHERS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, others)| *others);
    let others = others.iter().map(|(command, call)| (When::Before(command), (*call).to_owned()));
    differences_with(name, recording, config, &others.collect::<Vec<_>>(), of, skipped)
}

fn differences_with(
    name: &str,
    recording: &Recording,
    config: SwitchConfig,
    others: &[Other],
    of: impl Fn(&str) -> bool,
    skipped: &Skipped,
) -> Vec<String> {
    let said = play(recording, config, others);
    let mut differences = Vec::new();
    for (connection, expected) in recording.received() {
        let (mut expected, mut got) =
            (skipped.out_of(read_messages(&expected)), read_messages(&said[&connection]));
        if by_sip::ACKNOWLEDGED_LATE.contains(&name) {
            expected = expected.into_iter().map(Said::without_acknowledgement).collect();
            got = got.into_iter().map(Said::without_acknowledgement).collect();
        }
        if name.starts_with("out-") {
            expected = expected.into_iter().map(Said::without_transfers).collect();
            got = got.into_iter().map(Said::without_transfers).collect();
        }
        let (expected, mut got) = (lanes(&expected), lanes(&got));
        for (lane, expected) in expected.into_iter().filter(|(lane, _)| of(lane)) {
            let got = got.remove(&lane).unwrap_or_default();
            if let Some(difference) = first_difference(&expected, &got) {
                differences.push(format!("{name}, connection {connection}, {lane}, {difference}"));
            }
        }
        for lane in got.into_keys().filter(|lane| of(lane)) {
            differences.push(format!("{name}, connection {connection}: {lane} were never recorded"));
        }
    }
    differences
}

/// Where two conversations part.
fn first_difference(expected: &[&Said], got: &[&Said]) -> Option<String> {
    let at = (0..expected.len().max(got.len())).find(|at| expected.get(*at) != got.get(*at))?;
    let lines = |said: Option<&&Said>| -> Vec<String> {
        let Some(said) = said else { return vec!["nothing".into()] };
        let headers = said.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        headers.chain([format!("{:?}", said.body)]).collect()
    };
    let (recorded, said) = (lines(expected.get(at)), lines(got.get(at)));
    let line = recorded.iter().zip(&said).take_while(|(recorded, said)| recorded == said).count();
    Some(format!(
        "message {at} of {}, {:?}:\n  recorded {:?}\n  got      {:?}",
        expected.len(),
        recorded.first(),
        recorded.get(line),
        said.get(line)
    ))
}

/// Commands that are not played, and what came of them.
#[derive(Default)]
struct Skipped {
    texts: &'static [&'static str],
    /// Which replies are theirs; the greeting, where there is one, is number 0.
    replies: Vec<usize>,
}

impl Skipped {
    /// Takes the commands that hold one of these texts out of a recording.
    fn commands(recording: &mut Recording, texts: &'static [&'static str]) -> Self {
        let mut skipped = Self { texts, replies: Vec::new() };
        // Who is dialled by the switch is not greeted.
        let greeted = recording.steps.iter().all(|step| !matches!(step.direction, Direction::Accepted));
        let mut commands = 0;
        recording.steps.retain(|step| {
            let Direction::Sent(bytes) = &step.direction else { return true };
            commands += 1;
            let holds = skipped.holds(&String::from_utf8_lossy(bytes));
            if holds {
                skipped.replies.push(if greeted { commands } else { commands - 1 });
            }
            !holds
        });
        skipped
    }

    fn holds(&self, text: &str) -> bool {
        self.texts.iter().any(|skipped| text.contains(skipped))
    }

    /// Takes out their replies, and events that tell of them.
    fn out_of(&self, messages: Vec<Said>) -> Vec<Said> {
        let mut replies = 0;
        let mut keep = |said: &Said| match lane(said).as_str() {
            "replies" => {
                replies += 1;
                !self.replies.contains(&(replies - 1))
            }
            _ => !said.headers.iter().any(|(_, value)| self.holds(value)) && !self.holds(&said.body),
        };
        messages.into_iter().filter(|said| keep(said)).collect()
    }
}

#[test]
fn whole_recordings() {
    let differences = WHOLE
        .iter()
        .flat_map(|name| differences(name, &Recording::load(name), |_| true, &Skipped::default()));
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn recordings_in_part() {
    let mut all = Vec::new();
    for (name, texts) in PARTLY {
        let mut recording = Recording::load(name);
        let skipped = Skipped::commands(&mut recording, texts);
        all.extend(differences(name, &recording, |_| true, &skipped));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn replies_of_recordings() {
    let of = |lane: &str| lane == "replies";
    let differences =
        REPLIES.iter().flat_map(|name| differences(name, &Recording::load(name), of, &Skipped::default()));
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
