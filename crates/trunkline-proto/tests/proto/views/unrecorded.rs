//! What FreeSWITCH's source says and no recording shows.

use std::time::Duration;

use trunkline_proto::view::conference::ConferenceEvent;
use trunkline_proto::view::sofia::{AuthResult, Registration, RegistrationType};
use trunkline_proto::view::{Channel, CodecChange, CodecPath, HangupComplete, Record, Variables};
use trunkline_proto::{Event, EventBuilder, EventFormat, EventName};

fn event(builder: &EventBuilder) -> Event {
    builder.to_event(EventFormat::Plain).unwrap()
}

fn custom(subclass: &str, headers: &[(&str, &str)]) -> Event {
    let builder = EventBuilder::named(&EventName::Custom).header("Event-Subclass", subclass);
    event(&headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)))
}

/// An action, the headers that stand with it, and what is read from them.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Every other row of `"Action"` in mod_conference's files.
const ACTIONS: [Row; 38] = [
    ("conference-heartbeat", &[], "ConferenceHeartbeat"),
    ("enter-sounds-on", &[], "EnterSoundsOn"),
    ("enter-sounds-off", &[], "EnterSoundsOff"),
    ("exit-sounds-on", &[], "ExitSoundsOn"),
    ("exit-sounds-off", &[], "ExitSoundsOff"),
    ("enter-sound-file-changed", &[], "EnterSoundFileChanged"),
    ("exit-sound-file-changed", &[], "ExitSoundFileChanged"),
    ("rejected-join-only", &[], "RejectedJoinOnly"),
    ("vmute-member", &[], "VmuteMember"),
    ("unvmute-member", &[], "UnvmuteMember"),
    ("vblind-member", &[], "VblindMember"),
    ("unvblind-member", &[], "UnvblindMember"),
    ("mute-detect", &[], "MuteDetect"),
    ("vfi-triggered-member", &[], "VfiTriggeredMember"),
    (
        "auto-energy-level-member",
        &[("Auto-Energy-Level", "400"), ("Energy-Level", "300")],
        "AutoEnergyLevelMember { auto_level: Some(400), level: Some(300) }",
    ),
    (
        "max-energy-level-member",
        &[("Max-Energy-Level", "900"), ("Max-Energy-Mute", "200"), ("Max-Energy-Hit-Trigger", "5")],
        "MaxEnergyLevelMember { level: Some(900), mute: Some(200ms), hit_trigger: Some(5) }",
    ),
    // The member's block has its own level before this one.
    ("energy-level-member", &[("Energy-Level", "250")], "EnergyLevelMember { level: Some(250) }"),
    ("agc-level-member", &[("Agc-Level", "1100")], "AgcLevelMember { level: Some(1100) }"),
    (
        "set-position-member",
        &[("Position", "0.00:1.50:-2.00")],
        "SetPositionMember { position: Some(\"0.00:1.50:-2.00\") }",
    ),
    ("energy-level", &[("New-Level", "200")], "EnergyLevel { new_level: Some(200) }"),
    ("volume-level", &[("New-Level", "-2")], "VolumeLevel { new_level: Some(-2) }"),
    ("gain-level", &[("New-Level", "3")], "GainLevel { new_level: Some(3) }"),
    (
        "video-floor-change",
        &[("Old-ID", "none"), ("New-ID", "4")],
        "VideoFloorChange { old: None, new: Some(4) }",
    ),
    (
        "play-file",
        &[("File", "a.wav"), ("Async", "true"), ("Error", "File could not be played")],
        "PlayFile { file: Some(\"a.wav\"), is_async: Some(true), error: Some(\"File could not be played\") }",
    ),
    ("speak-text", &[("Text", "hi")], "SpeakText { text: Some(\"hi\") }"),
    ("speak-text-member", &[("Text", "hi")], "SpeakTextMember { text: Some(\"hi\") }"),
    (
        "start-recording",
        &[("Path", "/no"), ("Error", "File could not be opened for recording")],
        "StartRecording { path: Some(\"/no\"), error: Some(\"File could not be opened for recording\") }",
    ),
    (
        "pause-recording",
        &[("Path", "/a"), ("Other-Recordings", "true")],
        "PauseRecording { path: Some(\"/a\"), other_recordings: Some(true) }",
    ),
    (
        "resume-recording",
        &[("Path", "/a"), ("Other-Recordings", "false")],
        "ResumeRecording { path: Some(\"/a\"), other_recordings: Some(false) }",
    ),
    (
        "transfer",
        &[("Old-Conference-Name", "a"), ("New-Conference-Name", "b")],
        "Transfer { old: Some(\"a\"), new: Some(\"b\"), dialplan: None }",
    ),
    (
        "transfer",
        &[("Dialplan", "9196 XML default")],
        "Transfer { old: None, new: None, dialplan: Some(\"9196 XML default\") }",
    ),
    ("execute_app", &[("Application", "info")], "ExecuteApp { application: Some(\"info\") }"),
    (
        "bgdial-result",
        &[("Result", "USER_BUSY"), ("Job-UUID", "j"), ("Peer-UUID", "p")],
        "BgdialResult { result: Some(UserBusy), job_uuid: Some(\"j\"), peer_uuid: Some(\"p\") }",
    ),
    (
        "talk-report",
        &[("talk-detects", "2"), ("talk-detect-duration", "500"), ("talk-detect-avg", "250.000000")],
        "TalkReport(TalkReport { detects: Some(2), duration: Some(500ms), average_ms: Some(250.0) })",
    ),
    ("stop-talking", &[], "StopTalking(Talk)"),
    (
        "play-file-member-done",
        &[("File", "a.wav"), ("Async", "true")],
        "PlayFileMemberDone(Played { file: Some(\"a.wav\"), is_async: Some(true) })",
    ),
    (
        "stop-recording",
        &[("Milliseconds-File-Trimmed", "2500"), ("Record-File-Duration", "2"), ("File-Trimmed", "true")],
        "StopRecording(Recording { trimmed: Some(2.5s), file_duration: Some(2s), file_trimmed: Some(\"true\") })",
    ),
    ("brand-new", &[], "Other(\"brand-new\")"),
];

#[test]
fn conference_actions() {
    for (action, headers, meaning) in ACTIONS {
        let block = [("Energy-Level", "100"), ("Action", action)];
        let happened = custom("conference::maintenance", &[&block, headers].concat());
        let shown = format!("{:?}", ConferenceEvent::of(&happened).unwrap().action());
        assert_eq!(shown, meaning, "{action}");
    }
}

#[test]
fn an_event_without_an_action() {
    let happened = custom("conference::maintenance", &[("Conference-Name", "a")]);
    let shown = format!("{:?}", ConferenceEvent::of(&happened).unwrap().action());
    assert_eq!(shown, "Other(\"\")");
}

/// `sofia_reg.c`: what expires says when, not for how long.
#[test]
fn registrations() {
    let expired = custom("sofia::expire", &[("user", "1000"), ("host", "x"), ("expires", "1795216200")]);
    let expired = Registration::of(&expired).unwrap();
    assert_eq!(expired.expires(), None);
    assert_eq!(expired.expired_at().unwrap().as_secs(), 1_795_216_200);
    assert_eq!((expired.user().as_deref(), expired.host().as_deref()), (Some("1000"), Some("x")));

    let attempt = custom("sofia::register_attempt", &[("expires", "60"), ("auth-result", "STALE")]);
    let attempt = Registration::of(&attempt).unwrap();
    assert_eq!(attempt.auth_result(), Some(AuthResult::Stale));
    assert_eq!((attempt.expires(), attempt.expired_at()), (Some(Duration::from_secs(60)), None));

    let failure = custom("sofia::register_failure", &[("registration-type", "INVITE")]);
    assert_eq!(Registration::of(&failure).unwrap().registration_type(), Some(RegistrationType::Invite));
    let broken = custom("sofia::unregister", &[("reason", "socket-disconnection"), ("update-reg", "true")]);
    let broken = Registration::of(&broken).unwrap();
    assert_eq!(broken.reason().as_deref(), Some("socket-disconnection"));
    assert_eq!(broken.update_reg(), Some(true));
}

/// `switch_core_state_machine.c`: the record is there only if it is said to be.
#[test]
fn a_record_with_the_hangup() {
    let over = EventBuilder::named(&EventName::ChannelHangupComplete).body("<cdr/>");
    assert_eq!(HangupComplete::of(&event(&over)).unwrap().cdr_xml(), None);
    let attached = event(&over.header("CDR-Attached", "xml"));
    assert_eq!(HangupComplete::of(&attached).unwrap().cdr_xml().as_deref(), Some("<cdr/>"));
}

/// `switch_core_codec.c`: what is set comes last, and of video without a bit rate.
#[test]
fn codecs() {
    let of = |headers: &[(&str, &str)]| {
        let builder = EventBuilder::named(&EventName::Codec);
        event(&headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)))
    };
    let video = of(&[("channel-video-write-codec-name", "VP8"), ("channel-video-write-codec-rate", "90000")]);
    let change = CodecChange::of(&video).unwrap();
    assert_eq!(change.path(), Some(CodecPath::VideoWrite));
    let codec = change.codec().unwrap();
    assert_eq!(codec.name().as_deref(), Some("VP8"));
    assert_eq!((codec.rate(), codec.bit_rate()), (Some(90_000), None));

    let written = of(&[
        ("Channel-Write-Codec-Name", "L16"),
        ("Channel-Write-Codec-Rate", "8000"),
        ("Channel-Write-Codec-Bit-Rate", "128000"),
        ("Channel-Write-Codec-Name", "G722"),
        ("Channel-Write-Codec-Rate", "16000"),
        ("Channel-Write-codec-bit-rate", "64000"),
        ("Channel-Reported-Write-Codec-Rate", "8000"),
    ]);
    let change = CodecChange::of(&written).unwrap();
    let codec = change.codec().unwrap();
    assert_eq!(change.path(), Some(CodecPath::Write));
    assert_eq!(codec.name().as_deref(), Some("G722"));
    assert_eq!((codec.rate(), codec.bit_rate()), (Some(16_000), Some(64_000)));
    assert_eq!(change.reported_write_rate(), Some(8000));
    assert!(CodecChange::of(&of(&[])).unwrap().codec().is_none());
}

/// `switch_channel.c`: what the variables of presence add to the block, and those that last for an application.
#[test]
fn rare_headers_of_a_channel() {
    let rare = EventBuilder::named(&EventName::ChannelExecute)
        .header("Channel-Call-State", "ACTIVE")
        .header("Session-External-ID", "out")
        .header("Channel-Presence-ID", "1000@x")
        .header("Channel-Presence-Data", "busy")
        .header("Presence-Data-Cols", "sip_user:tenant")
        .header("PD-tenant", "t1")
        .header("scope_variable_local", "1")
        .header("variable_global", "2");
    let event = event(&rare);
    let channel = Channel::of(event.headers()).unwrap();
    assert_eq!(channel.external_id().as_deref(), Some("out"));
    assert_eq!(channel.presence_id().as_deref(), Some("1000@x"));
    assert_eq!(channel.presence_data().as_deref(), Some("busy"));
    assert_eq!(channel.presence_data_cols().as_deref(), Some("sip_user:tenant"));
    assert_eq!(channel.presence_column("tenant").as_deref(), Some("t1"));
    assert_eq!(channel.presence_column("sip_user"), None);
    assert_eq!(Variables::of_scope(event.headers()).get("local").unwrap().to_str(), "1");
    assert_eq!(channel.variables().iter().count(), 1);
}

/// `merge_recording_variables` in `switch_ivr_async.c`.
#[test]
fn variables_of_a_recording() {
    let stopped = EventBuilder::named(&EventName::RecordStop).header("Recording-Variable-tenant", "t1");
    let stopped = event(&stopped);
    assert_eq!(Record::of(&stopped).unwrap().variable("tenant").as_deref(), Some("t1"));
    assert_eq!(Record::of(&stopped).unwrap().variable("other"), None);
}
