//! What is heard on a call.

use trunkline_proto::EventName;
use trunkline_proto::view::{
    DetectedTone, Dtmf, DtmfSource, MediaBug, Playback, PlaybackFileType, PlaybackStatus, Record,
    RecordCompletion,
};

use super::{every_event, named};

#[test]
fn keys() {
    let events = named("ev-dtmf", EventName::Dtmf);
    let keys: Vec<_> = events.iter().map(|event| Dtmf::of(event).unwrap()).collect();
    for key in &keys {
        assert!(key.digit().is_some_and(|digit| "0123456789*#ABCD".contains(digit)), "{key:?}");
        assert!(key.samples().unwrap() > 0);
        assert!(key.source().is_some());
        assert_eq!(key.conversion(), None);
    }
    let digits: String = keys.iter().filter_map(|key| key.digit()).collect();
    assert!(digits.contains('#') && digits.contains('*'), "{digits}");
    let source = |wanted: &DtmfSource| {
        every_event()
            .any(|(_, event)| Dtmf::of(&event).is_some_and(|key| key.source().as_ref() == Some(wanted)))
    };
    assert!(source(&DtmfSource::App) && source(&DtmfSource::Rtp));
}

#[test]
fn played() {
    let started = named("ev-playback-record-plain", EventName::PlaybackStart);
    let stopped = named("ev-playback-record-plain", EventName::PlaybackStop);
    for event in &started {
        let playback = Playback::of(event).unwrap();
        assert!(!playback.is_stopped());
        assert_eq!(playback.status(), None);
        assert!(playback.path().is_some());
    }
    let last = stopped.iter().map(|event| Playback::of(event).unwrap());
    for playback in last {
        assert!(playback.is_stopped());
        assert!(matches!(playback.status(), Some(PlaybackStatus::Done | PlaybackStatus::Break)));
        // At 8 kHz.
        let milliseconds = playback.length().unwrap().as_millis();
        assert_eq!(playback.samples().map(u128::from), Some(milliseconds * 8));
    }
    for event in &started {
        assert_eq!(Playback::of(event).unwrap().length(), None);
    }
    let kinds: Vec<_> = every_event().filter_map(|(_, event)| Playback::of(&event)?.file_type()).collect();
    assert!(kinds.contains(&PlaybackFileType::LocalStream) && kinds.contains(&PlaybackFileType::ToneStream));
}

#[test]
fn recorded() {
    let started = named("ev-playback-record-json", EventName::RecordStart);
    let stopped = named("ev-playback-record-json", EventName::RecordStop);
    assert!(!Record::of(&started[0]).unwrap().is_stopped());
    let paths: Vec<_> = stopped.iter().map(|event| Record::of(event).unwrap().path().unwrap()).collect();
    assert!(paths.iter().any(|path| path == "/usr/local/freeswitch/recordings/session.wav"), "{paths:?}");
    let lengths: Vec<_> = stopped.iter().map(|event| Record::of(event).unwrap()).collect();
    let measured =
        |record: &Record<'_>| (record.length().unwrap().as_millis(), record.samples(), record.file_size());
    let lengths: Vec<_> = lengths.iter().map(measured).collect();
    assert_eq!(lengths, [(820, Some(6560), Some(13164)), (2000, Some(16000), Some(32044))]);
    assert!(started.iter().all(|event| Record::of(event).unwrap().length().is_none()));
    let limited = every_event().filter_map(|(_, event)| {
        let record = Record::of(&event)?;
        record.is_stopped().then(|| record.completion())?
    });
    let causes: Vec<_> = limited.collect();
    assert!(!causes.is_empty());
    assert!(causes.iter().all(|cause| *cause == RecordCompletion::SuccessMaxtime), "{causes:?}");
}

#[test]
fn listened_to() {
    let started = named("ev-playback-record-json", EventName::MediaBugStart);
    let bug = MediaBug::of(&started[0]).unwrap();
    assert!(!bug.is_stopped());
    assert_eq!(bug.function().as_deref(), Some("session_record"));
    assert_eq!(bug.target().as_deref(), Some("/usr/local/freeswitch/recordings/session.wav"));
    assert!(
        MediaBug::of(&named("ev-playback-record-json", EventName::MediaBugStop)[0]).unwrap().is_stopped()
    );
}

#[test]
fn tones() {
    for event in named("ev-tone-detect", EventName::DetectedTone) {
        let tone = DetectedTone::of(&event).unwrap();
        assert_eq!(tone.tone().as_deref(), Some("lab"));
        assert_eq!(tone.delivery_failure(), None);
    }
}
