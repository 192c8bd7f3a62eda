//! What happens to a call.

use std::time::Duration;

use trunkline_proto::view::{
    Bridge, CallUpdate, CallstateChange, CodecChange, CodecPath, Execute, HangupComplete, PrivateCommand,
    UpdateDirection, UuidChange,
};
use trunkline_proto::{CallState, EventName, HangupCause};

use super::{every_event, named};

#[test]
fn call_states_follow_each_other() {
    let changes = named("ev-callstate-park", EventName::ChannelCallstate);
    for event in &changes {
        let change = CallstateChange::of(event).unwrap();
        assert_ne!(change.from(), change.to());
        assert_eq!(change.number(), change.to().unwrap().number());
        assert_eq!(event.channel().unwrap().call_state(), change.to());
        assert_ne!(change.from(), Some(CallState::Hangup));
    }
}

#[test]
fn executed() {
    let plain = named("msg-execute", EventName::ChannelExecuteComplete);
    let played = plain.iter().map(|event| Execute::of(event).unwrap());
    let played: Vec<_> =
        played.filter(|execute| execute.application().as_deref() == Some("playback")).collect();
    assert!(!played.is_empty());
    for execute in played {
        assert!(execute.is_complete());
        assert!(execute.uuid().is_some_and(|uuid| !uuid.is_empty()));
    }
    // Each begun one that ends does so under the same id.
    let begun = named("ev-call-plain", EventName::ChannelExecute);
    let ended = named("ev-call-plain", EventName::ChannelExecuteComplete);
    for complete in ended.iter().map(|event| Execute::of(event).unwrap()) {
        let same = |event| Execute::of(event).unwrap().uuid() == complete.uuid();
        let start = Execute::of(begun.iter().find(|event| same(event)).unwrap()).unwrap();
        assert!(!start.is_complete());
        assert_eq!(start.application(), complete.application());
        assert_eq!(start.data(), complete.data());
        assert_eq!(start.response(), None);
        assert!(complete.response().is_some());
    }
}

#[test]
fn an_execute_may_be_named_by_who_asked() {
    let all = named("ev-call-plain", EventName::ChannelExecute);
    let ours = all.iter().map(|event| Execute::of(event).unwrap());
    let ours = ours.filter(|execute| execute.uuid().as_deref() == Some("play-1")).count();
    assert_eq!(ours, 1);
}

#[test]
fn bridged_and_parted() {
    for (name, joined) in [(EventName::ChannelBridge, true), (EventName::ChannelUnbridge, false)] {
        for event in named("ev-bridge-plain", name) {
            let bridge = Bridge::of(&event).unwrap();
            assert_eq!(bridge.is_joined(), joined);
            assert_eq!(bridge.a(), event.unique_id());
            assert_ne!(bridge.a(), bridge.b());
            assert!(bridge.b().is_some());
        }
    }
}

#[test]
fn another_id() {
    for event in named("ev-channel-uuid", EventName::ChannelUuid) {
        let change = UuidChange::of(&event).unwrap();
        assert_eq!(change.new_id(), event.unique_id());
        assert!(change.old().is_some());
        assert_ne!(change.old(), change.new_id());
    }
}

#[test]
fn updated() {
    let events = named("msg-sip-nomedia", EventName::CallUpdate);
    let updates: Vec<_> = events.iter().map(|event| CallUpdate::of(event).unwrap()).collect();
    let sent = updates.iter().find(|update| update.direction() == Some(UpdateDirection::Send)).unwrap();
    assert_eq!(sent.sent_callee_id_name().as_deref(), Some("9196"));
    assert_eq!(sent.sent_callee_id_number().as_deref(), Some("9196"));
    assert_eq!(sent.bridged_to().as_deref(), Some("ca110001-0000-4000-8000-000000000001"));
    let plain = named("ev-bridge-plain", EventName::CallUpdate);
    assert_eq!(CallUpdate::of(&plain[0]).unwrap().direction(), Some(UpdateDirection::Recv));
}

#[test]
fn over_and_accounted_for() {
    let events = named("ev-sip-call-json", EventName::ChannelHangupComplete);
    let event = events.iter().find(|event| event.variable("last_app").as_deref() == Some("park")).unwrap();
    let over = HangupComplete::of(event).unwrap();
    assert_eq!(over.cause(), Some(HangupCause::UserBusy));
    assert_eq!(over.cause_q850(), Some(17));
    assert_eq!(over.digits_dialed().as_deref(), Some("none"));
    assert_eq!(over.caller_id().as_deref(), Some("\"9196\" <9196>"));
    assert_eq!(over.last_app().as_deref(), Some("park"));
    assert_eq!(over.start(), over.answer());
    assert_eq!(over.end().unwrap().as_micros(), 1_795_216_047_978_420);
    assert_eq!(over.end().unwrap().since(over.start().unwrap()), over.uduration());
    assert_eq!(over.profile_start(), over.start());
    for never in [over.bridge(), over.last_hold(), over.resurrect(), over.progress(), over.progress_media()] {
        assert_eq!(never, None);
    }
    let zero = Some(Duration::ZERO);
    let one = Some(Duration::from_secs(1));
    assert_eq!((over.duration(), over.billsec(), over.flow_billsec()), (one, one, one));
    assert_eq!((over.progresssec(), over.answersec(), over.waitsec()), (zero, zero, zero));
    assert_eq!(over.progress_mediasec(), zero);
    let exact = Some(Duration::from_micros(1_159_999));
    assert_eq!((over.uduration(), over.billusec(), over.flow_billusec()), (exact, exact, exact));
    assert_eq!((over.progressusec(), over.answerusec(), over.waitusec()), (zero, zero, zero));
    assert_eq!(over.progress_mediausec(), zero);
    assert_eq!(over.hold_accum(), zero);
    assert_eq!(over.cdr_xml(), None);
}

/// The cause is told twice, the same.
#[test]
fn causes_of_all_that_are_over() {
    let mut causes = Vec::new();
    for (from, event) in every_event() {
        let Some(over) = HangupComplete::of(&event) else { continue };
        let cause = over.cause().unwrap();
        assert!(!matches!(cause, HangupCause::Other(_)), "{from}: {cause}");
        assert_eq!(event.channel().unwrap().hangup_cause().as_ref(), Some(&cause), "{from}");
        if let Some(code) = over.cause_q850() {
            assert_eq!(code, cause.q850().unwrap_or(16), "{from}: {cause}");
        }
        causes.push(cause);
    }
    causes.sort();
    causes.dedup();
    assert!(causes.len() >= 9, "{causes:?}");
    assert!(causes.contains(&HangupCause::SystemShutdown), "{causes:?}");
}

/// Which codec was set, and that the block shows it already.
#[test]
fn another_codec() {
    let mut paths = Vec::new();
    for (from, event) in every_event() {
        let Some(change) = CodecChange::of(&event) else { continue };
        let (path, codec, channel) =
            (change.path().unwrap(), change.codec().unwrap(), event.channel().unwrap());
        let by = event.standard().calling_function().unwrap().into_owned();
        let (in_block, set_by) = match path {
            CodecPath::Read => (channel.read_codec(), "_read_codec"),
            CodecPath::Write => (channel.write_codec(), "_write_codec"),
            other => panic!("{from}: {other:?}"),
        };
        assert!(by.ends_with(set_by), "{from}: {by} set {path:?}");
        let in_block = in_block.unwrap();
        assert_eq!(codec.name(), in_block.name(), "{from}");
        assert_eq!((codec.rate(), codec.bit_rate()), (in_block.rate(), in_block.bit_rate()), "{from}");
        assert!(codec.rate().is_some() && codec.bit_rate().is_some(), "{from}");
        paths.push(path);
    }
    assert!(paths.contains(&CodecPath::Read) && paths.contains(&CodecPath::Write));
    assert!(paths.len() > 50);
}

#[test]
fn messages_taken_up() {
    let events = named("ev-call-plain", EventName::PrivateCommand);
    let command = PrivateCommand::of(&events[0]).unwrap();
    assert_eq!(command.command().as_deref(), Some("sendmsg ca110001-0000-4000-8000-000000000001"));
    assert_eq!(command.call_command().as_deref(), Some("execute"));
    assert_eq!(command.app_name().as_deref(), Some("playback"));
    assert_eq!(command.app_arg().as_deref(), Some("tone_stream://%(300,100,440)"));
    assert_eq!(command.event_uuid().as_deref(), Some("play-1"));
    // One by `uuid_broadcast`.
    let (_, broadcast) = every_event()
        .find(|(_, event)| PrivateCommand::of(event).is_some_and(|command| command.lead_frames().is_some()))
        .unwrap();
    let command = PrivateCommand::of(&broadcast).unwrap();
    assert_eq!(command.lead_frames(), Some(5));
    assert_eq!(command.event_lock().as_deref(), Some("true"));
    assert_eq!(broadcast.standard().event_name(), Some(EventName::Command));
}
