//! All recorded events at once: no header out of reach, no value that cannot be read, no word unknown.

use std::collections::BTreeSet;

use trunkline_proto::view::conference::{Action, Member, Played, Recording, Talk, TalkReport};
use trunkline_proto::view::{CallerProfile, Channel, Codec, Standard, View};
use trunkline_proto::{
    AnswerState, CallDirection, CallState, ChannelState, Event, EventBuilder, EventFormat, EventName,
    HangupCause,
};

use super::every_event;

/// Headers no getter reads, and why.
const REMAINDER: [(&str, &[&str]); 3] = [
    // mod_fifo tells its lengths three times; the getters read the microseconds.
    (
        "fifo::info",
        &[
            "FIFO-Consumer-Bridge-Time-ms",
            "FIFO-Consumer-Bridge-Time-s",
            "FIFO-Consumer-Talk-Time-ms",
            "FIFO-Consumer-Talk-Time-s",
            "FIFO-Consumer-Hold-Time-ms",
            "FIFO-Consumer-Hold-Time-s",
            "FIFO-Caller-Talk-Time-ms",
            "FIFO-Caller-Talk-Time-s",
            "FIFO-Caller-Hold-Time-ms",
            "FIFO-Caller-Hold-Time-s",
        ],
    ),
    // What the dialplan of the recorded switch makes up.
    ("lab::dialplan", &["foo", "uni"]),
    ("testbed::evt", &["foo", "uni"]),
];

/// What a client made up by `sendevent`: the headers are its own.
fn is_made_up(event: &Event) -> bool {
    event.get("Command").is_some_and(|command| command.starts_with("sendevent"))
}

fn known(event: &Event) -> BTreeSet<String> {
    let blocks: [&[&str]; 5] = [
        Standard::HEADERS,
        Channel::HEADERS,
        Codec::HEADERS,
        CallerProfile::CALLER_HEADERS,
        CallerProfile::OTHER_LEG_HEADERS,
    ];
    let view = event.view();
    let conference: &[&[&str]] = match view {
        View::Conference(_) => &[
            Member::HEADERS,
            Action::HEADERS,
            Talk::HEADERS,
            TalkReport::HEADERS,
            Played::HEADERS,
            Recording::HEADERS,
        ],
        _ => &[],
    };
    let subclass = event.subclass();
    let remainder = REMAINDER.iter().filter(|(of, _)| subclass.as_deref() == Some(of)).map(|(_, rest)| *rest);
    let all = blocks.into_iter().chain([view.headers()]).chain(conference.iter().copied()).chain(remainder);
    all.flatten().map(|name| name.to_lowercase()).collect()
}

#[test]
fn no_recorded_header_is_out_of_reach() {
    let (mut swept, mut made_up) = (0, 0);
    for (from, event) in every_event() {
        if is_made_up(&event) {
            made_up += 1;
            continue;
        }
        let known = known(&event);
        for (name, _) in event.headers().iter() {
            let reached = name.starts_with("variable_") || known.contains(&*name.to_lowercase());
            assert!(reached, "{from}: nothing reads {name} of {:?} {:?}", event.name(), event.subclass());
        }
        swept += 1;
    }
    assert!(swept > 1_700 && made_up * 10 < swept, "{swept} swept, {made_up} made up");
}

/// Getters that are `None` of a header that is there: times that have not come.
const MAY_BE_NONE: [&str; 15] = [
    "answered",
    "progress",
    "progress_media",
    "hung_up",
    "transferred",
    "resurrected",
    "bridged",
    "last_hold",
    "created",
    "profile_created",
    // Of HangupComplete.
    "answer",
    "bridge",
    "resurrect",
    // `none`.
    "old_id",
    "new_id",
];

/// The names of what is `None` in a view shown by `Debug`, which shows what is there.
fn unread(shown: &str) -> Vec<&str> {
    let nones = shown.split(": None").collect::<Vec<_>>();
    let names =
        nones.iter().take(nones.len() - 1).map(|before| before.rsplit([' ', '{']).next().unwrap_or_default());
    names.filter(|name| !MAY_BE_NONE.contains(name)).collect()
}

#[test]
fn no_recorded_value_is_unreadable() {
    let mut views = 0;
    for (from, event) in every_event() {
        if is_made_up(&event) {
            continue;
        }
        let mut shown = vec![format!("{:?}", event.standard())];
        shown.extend(event.channel().map(|channel| format!("{channel:?}")));
        shown.extend(event.caller().map(|caller| format!("{caller:?}")));
        shown.extend(event.other_leg().map(|other| format!("{other:?}")));
        match event.view() {
            View::Other(_) => {}
            View::Conference(happened) => {
                shown.push(format!("{happened:?}"));
                shown.extend(happened.member().map(|member| format!("{member:?}")));
                match happened.action() {
                    Action::StopTalking(talk) => shown.push(format!("{talk:?}")),
                    Action::PlayFileDone(played) => shown.push(format!("{played:?}")),
                    Action::StopRecording(recording) => shown.push(format!("{recording:?}")),
                    _ => {}
                }
            }
            view => shown.push(format!("{view:?}")),
        }
        for shown in &shown {
            assert!(unread(shown).is_empty(), "{from}: {:?} of {shown}", unread(shown));
        }
        views += shown.len();
    }
    assert!(views > 5_000, "only {views}");
}

#[test]
fn every_recorded_state_and_cause_is_known() {
    let mut states = BTreeSet::new();
    let mut call_states = BTreeSet::new();
    let mut causes = BTreeSet::new();
    for (from, event) in every_event() {
        let Some(channel) = event.channel() else { continue };
        let (state, call_state) = (channel.state().unwrap(), channel.call_state().unwrap());
        assert!(!matches!(state, ChannelState::Other(_)), "{from}: {state}");
        assert!(!matches!(call_state, CallState::Other(_)), "{from}: {call_state}");
        let target = channel.target_state();
        assert!(target.is_some(), "{from}: {:?}", channel.state_number());
        assert!(!matches!(channel.answer_state().unwrap(), AnswerState::Other(_)), "{from}");
        assert!(!matches!(channel.direction().unwrap(), CallDirection::Other(_)), "{from}");
        if let Some(cause) = channel.hangup_cause() {
            assert!(!matches!(cause, HangupCause::Other(_)), "{from}: {cause}");
            // Causes come once the call is over, and stay.
            assert!(target >= Some(ChannelState::Hangup), "{from}: {target:?}");
            causes.insert(cause);
        }
        states.insert(state);
        call_states.insert(call_state);
    }
    assert_eq!(states.len(), 13, "{states:?}");
    assert_eq!(call_states.len(), 8, "{call_states:?}");
    assert!(causes.len() >= 10, "{causes:?}");
}

/// The same 161 events as two connections received them. Plain cannot tell the `a%41b` that is in one of them from `aAb`.
#[test]
fn plain_and_json_read_the_same() {
    let of = |capture: &str| {
        let events = every_event().filter(|(from, _)| from == capture).map(|(_, event)| event);
        let shown = events.map(|event| match event.view() {
            View::Other(event) => format!("{:?} {:?}", event.standard(), event.name()),
            view => format!("{:?} {view:?} {:?} {:?}", event.standard(), event.channel(), event.caller()),
        });
        shown.collect::<Vec<_>>()
    };
    let (plain, json) = (of("events-all.plain.bin"), of("events-all.json.bin"));
    assert_eq!((plain.len(), json.len()), (161, 161));
    for (plain, json) in plain.iter().zip(&json) {
        assert_eq!(*plain, json.replace("a%41b", "aAb"));
    }
}

/// Which views the recordings hold; the others are from FreeSWITCH's source alone.
#[test]
fn views_that_are_recorded() {
    let mut recorded = BTreeSet::new();
    for (_, event) in every_event() {
        let shown = format!("{:?}", event.view());
        recorded.insert(shown.split('(').next().unwrap_or_default().to_owned());
    }
    let wanted = [
        "Api",
        "BackgroundJob",
        "Bridge",
        "CallUpdate",
        "Callcenter",
        "Callstate",
        "Channel",
        "Chat",
        "Codec",
        "Conference",
        "DetectedTone",
        "Dtmf",
        "Execute",
        "Fifo",
        "Gateway",
        "HangupComplete",
        "Heartbeat",
        "Info",
        "Lifecycle",
        "MediaBug",
        "MessageWaiting",
        "Module",
        "Other",
        "Playback",
        "Presence",
        "PrivateCommand",
        "Record",
        "Registration",
        "Task",
        "Uuid",
        "ValetParking",
    ];
    assert_eq!(recorded.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
}

const SUBCLASSES: [&str; 23] = [
    "conference::maintenance",
    "conference::cdr",
    "sofia::register",
    "sofia::pre_register",
    "sofia::register_attempt",
    "sofia::register_failure",
    "sofia::unregister",
    "sofia::expire",
    "sofia::gateway_state",
    "sofia::gateway_add",
    "sofia::gateway_delete",
    "sofia::gateway_invalid_digest_req",
    "sofia::sip_user_state",
    "sofia::profile_start",
    "sofia::transferor",
    "sofia::notify_refer",
    "sofia::notify_watched_header",
    "sofia::wrong_call_state",
    "sofia::error",
    "fifo::info",
    "callcenter::info",
    "valet_parking::info",
    "vm::maintenance",
];

/// Recorded or not: every header a view lists is read by a getter, as a word, number, flag or address.
#[test]
fn every_getter_reads_its_header() {
    let plain = EventName::KNOWN.iter().map(EventBuilder::named);
    let custom = SUBCLASSES
        .iter()
        .map(|subclass| EventBuilder::named(&EventName::Custom).header("Event-Subclass", *subclass));
    let mut getters = BTreeSet::new();
    for builder in plain.chain(custom) {
        let bare = builder.to_event(EventFormat::Json).unwrap();
        for header in bare.view().headers() {
            let reads = |value: &&str| {
                let event = builder.clone().header(*header, *value).to_event(EventFormat::Json).unwrap();
                format!("{:?}", event.view()).contains(": Some(")
            };
            assert!(["1", "true", "192.0.2.1"].iter().any(reads), "{bare:?}: {header}");
            getters.insert((bare.name().cloned(), *header));
        }
    }
    assert!(getters.len() > 330, "only {}", getters.len());
}
