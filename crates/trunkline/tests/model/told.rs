//! What events tell that are in no recording: written by hand, with the headers that FreeSWITCH's source gives them.

use std::time::Instant;

use trunkline::model::{Altered, Batch, Change, Switch};
use trunkline::{Event, EventBuilder, EventFormat, EventName};

use crate::describe;

/// An event, a header behind each `;`, and what changes with it. A number before its name is that of the event, where it comes
/// late; a HEARTBEAT is 20 seconds after what came before it, all else one second.
type Step = (&'static str, &'static [&'static str]);

/// What stands for what events of a kind have in common.
const COMMON: &[(&str, &str)] = &[
    ("%member", "%room; %seat"),
    (
        "%room",
        "conference::maintenance; Conference-Name: 3000; Conference-Size: 1; Conference-Ghosts: 0; \
         Conference-Profile-Name: default; Conference-Unique-ID: m1",
    ),
    (
        "%seat",
        "Floor: false; Video: false; Hear: true; See: true; Speak: true; Talking: false; Mute-Detect: false; Hold: false; \
         Member-ID: 7; Member-Type: member; Member-Ghost: false; Energy-Level: 100; Current-Energy: 0",
    ),
    (
        "%a",
        "%up; Unique-ID: a; Caller-Direction: inbound; Caller-Channel-Created-Time: 99000000; Caller-Privacy-Hide-Number: false",
    ),
    (
        "%b",
        "%up; Unique-ID: b; Caller-Direction: outbound; Caller-Channel-Created-Time: 99500000; Caller-Privacy-Hide-Number: false",
    ),
    (
        "%up",
        "Channel-State: CS_EXECUTE; Channel-Call-State: ACTIVE; Channel-State-Number: 4; Channel-Name: null/1",
    ),
];

const STORIES: &[(&str, &[Step])] = &[
    (
        "a telephone that registers anew under another Call-ID, and is gone under a third",
        &[
            (
                "sofia::register; from-user: 1000; from-host: pbx; contact: <sip:1000@192.0.2.7>; call-id: one; expires: 60",
                &["+ registration 1000@pbx one"],
            ),
            (
                "sofia::register; from-user: 1000; from-host: pbx; contact: <sip:1000@192.0.2.8>; call-id: other; expires: 60",
                &["+ registration 1000@pbx other"],
            ),
            (
                "sofia::register; from-user: 1000; from-host: pbx; contact: <sip:1000@192.0.2.7>; call-id: two; expires: 60",
                &["- registration 1000@pbx one: Ended", "+ registration 1000@pbx two"],
            ),
            (
                "sofia::unregister; from-user: 1000; from-host: pbx; contact: <sip:1000@192.0.2.7>; call-id: three",
                &["- registration 1000@pbx two: Ended"],
            ),
            (
                "sofia::expire; user: 1000; host: pbx; contact: <sip:1000@192.0.2.8>; call-id: other; expires: 161",
                &["- registration 1000@pbx other: Ended"],
            ),
        ],
    ),
    (
        "a telephone whose registration is over, of which a word comes late",
        &[
            (
                "sofia::register; from-user: 1000; from-host: pbx; call-id: one",
                &["+ registration 1000@pbx one"],
            ),
            (
                "sofia::unregister; from-user: 1000; from-host: pbx; call-id: one",
                &["- registration 1000@pbx one: Ended"],
            ),
            ("15 sofia::register; from-user: 1000; from-host: pbx; call-id: one", &[]),
            (
                "sofia::register; from-user: 1000; from-host: pbx; call-id: one",
                &["+ registration 1000@pbx one"],
            ),
        ],
    ),
    (
        "what a user's entry in the directory adds to the event is nobody's name",
        &[(
            "sofia::register; from-user: 1000; from-host: pbx; call-id: one; user: bob; host: elsewhere",
            &["+ registration 1000@pbx one"],
        )],
    ),
    (
        "a channel whose endpoint does not hold, and one that is hung up for no cause yet",
        &[
            ("CHANNEL_CREATE; %a; Hangup-Cause: NONE", &["+ call \"a\"", "+ channel \"a\""]),
            ("CHANNEL_HOLD; %a", &["~ channel \"a\" Held: false -> true"]),
            ("CHANNEL_UNHOLD; %a", &["~ channel \"a\" Held: true -> false"]),
            (
                "CHANNEL_HANGUP; %a; Hangup-Cause: USER_BUSY",
                &["~ channel \"a\" HangupCause: None -> UserBusy", "~ call \"a\" Stage: Setup -> Ended"],
            ),
        ],
    ),
    (
        "through which gateway a call goes",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "CHANNEL_ANSWER; %a; variable_direction: outbound; variable_sofia_profile_name: external; \
                 variable_sip_gateway_name: far",
                &[
                    "~ channel \"a\" Profile: None -> \"external\"",
                    "~ channel \"a\" Gateway: None -> \"far\"",
                ],
            ),
        ],
    ),
    (
        "a channel that is bridged, parked, recorded and in a conference, and then has another id",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            ("CHANNEL_CREATE; %b", &["+ call \"b\"", "+ channel \"b\""]),
            (
                "CHANNEL_BRIDGE; %a; Bridge-A-Unique-ID: a; Bridge-B-Unique-ID: b",
                &[
                    "~ channel \"a\" BridgedTo: None -> \"b\"",
                    "~ channel \"b\" Call: \"b\" -> \"a\"",
                    "~ channel \"b\" BridgedTo: None -> \"a\"",
                    "~ call \"a\" Legs: [\"a\"] -> [\"a\", \"b\"]",
                    "~ call \"a\" Stage: Setup -> Bridged",
                    "> call b is in a",
                    "- call \"b\": Merged",
                ],
            ),
            ("CHANNEL_PARK; %a", &["+ parked \"a\""]),
            (
                "RECORD_START; %a; Record-File-Path: /tmp/a.wav",
                &["+ recording \"a\" /tmp/a.wav", "~ channel \"a\" Recordings: [] -> [\"/tmp/a.wav\"]"],
            ),
            ("%member; Unique-ID: a; Action: add-member", &["+ conference \"3000\"", "+ member 7"]),
            (
                "CHANNEL_UUID; %up; Unique-ID: c; Caller-Channel-Created-Time: 99000000; Old-Unique-ID: a",
                &[
                    "~ member 7 Channel: \"a\" -> \"c\"",
                    "= channel a is c",
                    "~ channel \"b\" BridgedTo: \"a\" -> \"c\"",
                    "~ call \"a\" Legs: [\"a\", \"b\"] -> [\"c\", \"b\"]",
                ],
            ),
            ("CHANNEL_UNPARK; %up; Unique-ID: c", &["- parked \"c\": Ended"]),
            (
                "RECORD_STOP; %up; Unique-ID: c; Record-File-Path: /tmp/a.wav",
                &[
                    "- recording \"c\" /tmp/a.wav: Ended",
                    "~ channel \"c\" Recordings: [\"/tmp/a.wav\"] -> []",
                ],
            ),
            (
                "CHANNEL_UNBRIDGE; %up; Unique-ID: c; Bridge-A-Unique-ID: c; Bridge-B-Unique-ID: b",
                &[
                    "~ channel \"c\" BridgedTo: \"b\" -> None",
                    "~ channel \"b\" BridgedTo: \"c\" -> None",
                    "~ call \"a\" Stage: Bridged -> Setup",
                ],
            ),
        ],
    ),
    (
        "a leg that has the id of one that is gone, whose call goes on",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "CHANNEL_CREATE; %b; Other-Type: originator; Other-Leg-Direction: inbound; Other-Leg-Unique-ID: a",
                &["+ channel \"b\"", "~ call \"a\" Legs: [\"a\"] -> [\"a\", \"b\"]"],
            ),
            (
                "CHANNEL_DESTROY; %a; Hangup-Cause: NORMAL_CLEARING",
                &["- channel \"a\": Hangup(NormalClearing)", "~ call \"a\" Legs: [\"a\", \"b\"] -> [\"b\"]"],
            ),
            (
                "CHANNEL_CREATE; %up; Unique-ID: a; Caller-Direction: inbound; Caller-Channel-Created-Time: 103000000; \
                 Caller-Privacy-Hide-Number: false",
                &["+ call \"a#2\"", "+ channel \"a\""],
            ),
        ],
    ),
    (
        "a bridge that is heard of before one of its legs is",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "CHANNEL_BRIDGE; %a; Bridge-A-Unique-ID: a; Bridge-B-Unique-ID: b",
                &["~ channel \"a\" BridgedTo: None -> \"b\"", "~ call \"a\" Stage: Setup -> Bridged"],
            ),
            ("CHANNEL_CREATE; %b", &["+ channel \"b\"", "~ call \"a\" Legs: [\"a\"] -> [\"a\", \"b\"]"]),
            (
                "CHANNEL_UNBRIDGE; %b; Bridge-A-Unique-ID: a; Bridge-B-Unique-ID: b",
                &[
                    "~ channel \"a\" BridgedTo: \"b\" -> None",
                    "~ channel \"b\" BridgedTo: \"a\" -> None",
                    "~ call \"a\" Stage: Bridged -> Setup",
                ],
            ),
            // Either leg's thread may tell, the one before the other.
            ("25 CHANNEL_BRIDGE; %a; Bridge-A-Unique-ID: a; Bridge-B-Unique-ID: b", &[]),
        ],
    ),
    (
        "what cannot be if all has come",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            ("CHANNEL_CALLSTATE; Original-Channel-Call-State: DOWN; %a", &[]),
            (
                "CHANNEL_CALLSTATE; Original-Channel-Call-State: RINGING; %a",
                &["! CallStateSkipped { id: \"a\", known: Active, was: Ringing }"],
            ),
        ],
    ),
    (
        "a channel that is gone does something",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            ("CHANNEL_DESTROY; %a", &["- channel \"a\": Ended", "- call \"a\": Ended"]),
            ("15 CHANNEL_STATE; %a", &[]),
            ("CHANNEL_STATE; %a", &["! Undead { id: \"a\", event: ChannelState }"]),
        ],
    ),
    (
        "a channel has the id of one whose end was not heard",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "CHANNEL_CREATE; %up; Unique-ID: a; Caller-Direction: inbound; Caller-Channel-Created-Time: 102000000; \
                 Caller-Privacy-Hide-Number: false",
                &[
                    "- channel \"a\": Unknown",
                    "- call \"a\": Unknown",
                    "+ call \"a\"",
                    "+ channel \"a\"",
                    "! Replaced { id: \"a\" }",
                ],
            ),
        ],
    ),
    (
        "channels that are older than the first event, and one that is not",
        &[
            ("CHANNEL_STATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "CHANNEL_STATE; %up; Unique-ID: c; Caller-Direction: inbound; Caller-Channel-Created-Time: 102000000; \
                 Caller-Privacy-Hide-Number: false",
                &[
                    "+ call \"c\"",
                    "+ channel \"c\"",
                    "! UnknownChannel { id: \"c\", event: ChannelState, created: Some(Moment(102000000)) }",
                ],
            ),
        ],
    ),
    (
        "channels that the switch counts, and what came just then explains one",
        &[
            ("HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 0", &["+ node \"fs\""]),
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            ("1 HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 2", &["~ node \"fs\" Sessions: 0 -> 2"]),
            ("HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 2", &[]),
            ("HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 2", &["! Drift { told: 2, known: 1 }"]),
            ("HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 2", &[]),
        ],
    ),
    (
        "one in a valet lot, whom the switch says to be parked no more when he is fetched",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            ("CHANNEL_PARK; %a", &["+ parked \"a\""]),
            (
                "valet_parking::info; %a; Valet-Lot-Name: lot; Valet-Extension: 8001; Action: hold",
                &["~ parked \"a\" Lot: None -> \"lot\"", "~ parked \"a\" Extension: None -> \"8001\""],
            ),
            ("CHANNEL_UNPARK; %a", &[]),
            (
                "valet_parking::info; %a; Valet-Lot-Name: lot; Valet-Extension: 8001; Action: bridge; Bridge-To-UUID: b",
                &["~ parked \"a\" FetchedBy: None -> \"b\""],
            ),
            (
                "valet_parking::info; %a; Valet-Lot-Name: lot; Valet-Extension: 8001; Action: exit",
                &["- parked \"a\": Ended"],
            ),
            ("35 valet_parking::info; %a; Valet-Lot-Name: lot; Valet-Extension: 8001; Action: hold", &[]),
        ],
    ),
    (
        "a recording that says why it has ended, and its beginning that comes after",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "RECORD_START; %a; Record-File-Path: /tmp/a.wav",
                &["+ recording \"a\" /tmp/a.wav", "~ channel \"a\" Recordings: [] -> [\"/tmp/a.wav\"]"],
            ),
            (
                "RECORD_STOP; %a; Record-File-Path: /tmp/a.wav; Record-Completion-Cause: success-silence",
                &[
                    "- recording \"a\" /tmp/a.wav: Ended, SuccessSilence",
                    "~ channel \"a\" Recordings: [\"/tmp/a.wav\"] -> []",
                ],
            ),
        ],
    ),
    (
        "a conference: what is set, and what fails",
        &[
            ("%room; Action: conference-create", &["+ conference \"3000\""]),
            ("%room; Action: enter-sounds-on", &["~ conference \"3000\" EnterSound: None -> true"]),
            ("%room; Action: enter-sounds-off", &["~ conference \"3000\" EnterSound: true -> false"]),
            ("%room; Action: exit-sounds-on", &["~ conference \"3000\" ExitSound: None -> true"]),
            ("%room; Action: exit-sounds-off", &["~ conference \"3000\" ExitSound: true -> false"]),
            (
                "%room; Action: video-floor-change; Old-ID: none; New-ID: 7",
                &["~ conference \"3000\" VideoFloor: None -> 7"],
            ),
            (
                "%room; Action: video-floor-change; Old-ID: 7; New-ID: none",
                &["~ conference \"3000\" VideoFloor: 7 -> None"],
            ),
            ("%room; Action: start-recording; Path: /no/a.wav; Error: not writable", &[]),
            ("%room; Action: play-file; File: /no/a.wav; Async: true; Error: not there", &[]),
            (
                "%room; Action: start-recording; Path: /tmp/a.wav",
                &[
                    "~ conference \"3000\" Recordings: [] -> [ConferenceRecording { path: \"/tmp/a.wav\", paused: false }]",
                ],
            ),
            (
                "%room; Action: pause-recording; Path: /tmp/a.wav; Other-Recordings: false",
                &[
                    "~ conference \"3000\" Recordings: [ConferenceRecording { path: \"/tmp/a.wav\", paused: false }] -> [ConferenceRecording { path: \"/tmp/a.wav\", paused: true }]",
                ],
            ),
            (
                "%room; Action: resume-recording; Path: /tmp/a.wav; Other-Recordings: false",
                &[
                    "~ conference \"3000\" Recordings: [ConferenceRecording { path: \"/tmp/a.wav\", paused: true }] -> [ConferenceRecording { path: \"/tmp/a.wav\", paused: false }]",
                ],
            ),
            ("conference::maintenance; Conference-Name: 3001; Action: rejected-join-only", &[]),
        ],
    ),
    (
        "a member: what he may, and how he is made to go",
        &[
            ("CHANNEL_CREATE; %a", &["+ call \"a\"", "+ channel \"a\""]),
            ("%member; Unique-ID: a; Action: add-member", &["+ conference \"3000\"", "+ member 7"]),
            ("%member; Unique-ID: a; Action: vblind-member", &["~ member 7 Watch: true -> false"]),
            ("%member; Unique-ID: a; Action: unvblind-member", &["~ member 7 Watch: false -> true"]),
            (
                "%member; Unique-ID: a; Action: set-position-member; Position: 1:0:0",
                &["~ member 7 Position: None -> \"1:0:0\""],
            ),
            (
                "%member; Unique-ID: a; Action: energy-level; New-Level: 300",
                &["~ member 7 EnergyLevel: 100 -> 300"],
            ),
            (
                "%member; Unique-ID: a; Action: gain-level; New-Level: 2",
                &["~ member 7 EnergyLevel: 300 -> 100", "~ member 7 VolumeIn: 0 -> 2"],
            ),
            (
                "%member; Unique-ID: a; Action: volume-level; New-Level: -1",
                &["~ member 7 VolumeOut: 0 -> -1"],
            ),
            (
                "%member; Unique-ID: a; Action: transfer; Old-Conference-Name: 3000; New-Conference-Name: 3001",
                &["~ member 7 Leaving: None -> Transferred { to: \"3001\" }"],
            ),
            (
                "%member; Unique-ID: a; Action: hup-member",
                &["~ member 7 Leaving: Transferred { to: \"3001\" } -> HungUp"],
            ),
            ("%member; Unique-ID: a; Action: kick-member", &["~ member 7 Leaving: HungUp -> Kicked"]),
            // In another conference without a word.
            (
                "conference::maintenance; Conference-Name: 3001; Conference-Unique-ID: m2; Member-ID: 7; Unique-ID: a; \
                 Hear: true; Action: mute-member",
                &["+ conference \"3001\"", "- member 7: Ended", "+ member 7"],
            ),
            ("%room; Action: conference-destroy", &["- conference \"3000\": Ended"]),
        ],
    ),
    (
        "another run of the switch, in which nothing is there of the one before",
        &[
            ("CHANNEL_CREATE; Core-UUID: one; %a", &["+ call \"a\"", "+ channel \"a\""]),
            (
                "sofia::register; Core-UUID: one; from-user: 1000; from-host: pbx; call-id: one",
                &["+ registration 1000@pbx one"],
            ),
            (
                "CHANNEL_CREATE; Core-UUID: two; %b",
                &[
                    "- channel \"a\": Restarted",
                    "- call \"a\": Restarted",
                    "- registration 1000@pbx one: Restarted",
                    "+ call \"b\"",
                    "+ channel \"b\"",
                    "! Restarted { from: \"one\", to: \"two\" }",
                ],
            ),
        ],
    ),
    (
        "what the switch says of itself",
        &[
            (
                "HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 0; Session-Per-Sec: 30; Session-Per-Sec-Last: 0; \
                 Session-Per-Sec-Max: 500",
                &["+ node \"fs\""],
            ),
            (
                "HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 7; Session-Per-Sec: 25; Session-Per-Sec-Last: 5; \
                 Session-Per-Sec-Max: 501",
                &[
                    "~ node \"fs\" Sessions: 0 -> 7",
                    "~ node \"fs\" Rate: 0 -> 5",
                    "~ node \"fs\" RateLeft: 30 -> 25",
                    "~ node \"fs\" PeakRate: 500 -> 501",
                ],
            ),
            ("HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 7", &["! Drift { told: 7, known: 0 }"]),
        ],
    ),
    (
        "a gateway from its making to its end",
        &[
            ("sofia::gateway_add; Gateway: far; profile-name: internal", &["+ gateway \"far\""]),
            (
                "sofia::gateway_state; Gateway: far; State: REGED; Ping-Status: UP; Register-Network-IP: 2001:db8::1; \
                 Register-Network-Port: 5060",
                &[
                    "~ gateway \"far\" State: None -> Reged",
                    "~ gateway \"far\" Ping: None -> Up",
                    "~ gateway \"far\" Address: None -> \"[2001:db8::1]:5060\"",
                ],
            ),
            ("sofia::gateway_delete; profile-name: internal; Gateway: far", &["- gateway \"far\": Ended"]),
        ],
    ),
];

/// With all that what stands in it stands for.
pub(crate) fn whole(text: &str) -> String {
    COMMON.iter().fold(text.to_owned(), |text, (short, long)| text.replace(short, long))
}

pub(crate) fn event(text: &str, number: usize, seconds: u64) -> Event {
    let text = whole(text);
    let (number, text) = match text.split_once(' ') {
        Some((own, rest)) if own.parse::<usize>().is_ok() => (own.to_owned(), rest),
        _ => (number.to_string(), &*text),
    };
    let mut parts = text.split("; ");
    let name = parts.next().expect("a name");
    let builder = match name.contains("::") {
        true => EventBuilder::custom(name),
        false => EventBuilder::named(&EventName::from(name)),
    };
    let builder = builder
        .header("Event-Date-Timestamp", (seconds * 1_000_000).to_string())
        .header("Event-Sequence", number);
    let headers = parts.map(|header| header.split_once(": ").expect("a header"));
    let builder = headers.fold(builder, |builder, (name, value)| builder.header(name, value));
    builder.to_event(EventFormat::Plain).expect("an event")
}

/// A line each; of what is new not what it holds, but for a place in a lot.
pub(crate) fn told(batch: &Batch) -> Vec<String> {
    let text = describe::changes(batch);
    let is_shown = |line: &&str| match line.strip_prefix("      ") {
        Some(field) => field.starts_with("Lot") || field.starts_with("Extension"),
        None => true,
    };
    let lines = text.lines().filter(is_shown);
    let completion = batch.changes().iter().find_map(|change| match change {
        Change::Recording(Altered::Removed { last, .. }) => Some(last.completion.as_ref()),
        _ => None,
    });
    let is_end = |line: &str| line.starts_with("- recording");
    let with_why = |line: String| match completion {
        Some(Some(why)) if is_end(&line) => format!("{line}, {why:?}"),
        _ => line,
    };
    lines.map(|line| with_why(in_short(line.trim()))).collect()
}

/// Of ids with several parts these alone.
fn in_short(line: &str) -> String {
    if !line.contains("RegistrationId {") && !line.contains("RecordingId {") {
        return line.to_owned();
    }
    let line = line.replace("RecordingId { channel: ", "").replace(", path: \"", " ");
    let text = line.replace("RegistrationId { user: \"", "").replace("\", host: \"", "@");
    text.replace("\", call_id: \"", " ").replace("\" }", "")
}

#[test]
fn what_is_told() {
    let mut others = Vec::new();
    for (about, steps) in STORIES {
        let (mut switch, mut seconds) = (Switch::new(), 100);
        for (place, (text, expected)) in steps.iter().enumerate() {
            seconds += if text.starts_with("HEARTBEAT") { 20 } else { 1 };
            let event = event(text, (place + 1) * 10, seconds);
            let told = told(&switch.apply(&event, Instant::now()));
            if told != *expected {
                others.push(format!("{about}: {text}: {told:#?}, not {expected:#?}"));
            }
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn a_telephone_that_is_forgotten_without_a_word() {
    let one = "sofia::register; from-user: 1000; from-host: pbx; contact: <sip:1000@192.0.2.7>; call-id: one; expires: 60";
    let other = "sofia::register; from-user: 1000; from-host: pbx; contact: <sip:1000@192.0.2.8>; call-id: two; expires: 60";
    let heartbeat = "HEARTBEAT; FreeSWITCH-Switchname: fs; Session-Count: 0";
    let mut switch = Switch::new();
    for (number, (seconds, text, expected)) in [
        (100, heartbeat, Some("+ node \"fs\"")),
        (100, one, Some("+ registration 1000@pbx one")),
        (110, other, Some("+ registration 1000@pbx two")),
        // It is renewed, and the other is not.
        (400, other, None),
        (460, heartbeat, None),
        (461, heartbeat, Some("- registration 1000@pbx one: Unknown")),
        (760, heartbeat, None),
        (761, heartbeat, Some("- registration 1000@pbx two: Unknown")),
    ]
    .into_iter()
    .enumerate()
    {
        let batch = switch.apply(&event(text, number + 1, seconds), Instant::now());
        let told: Vec<String> = told(&batch).into_iter().filter(|line| !line.starts_with('~')).collect();
        assert_eq!(told, expected.into_iter().map(str::to_owned).collect::<Vec<_>>(), "{seconds}: {text}");
    }
}
