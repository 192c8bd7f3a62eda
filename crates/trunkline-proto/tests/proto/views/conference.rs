//! mod_conference's events.

use std::collections::BTreeMap;
use std::time::Duration;

use trunkline_proto::view::conference::{Action, ConferenceEvent, MemberType};

use super::{custom, every_event};

const SUBCLASS: &str = "conference::maintenance";

/// The first event of the recording that has this action, and the test of it.
fn first(recording: &str, action: &str, test: impl FnOnce(ConferenceEvent<'_>)) {
    let events = custom(recording, SUBCLASS);
    let mut all = events.iter().map(|event| ConferenceEvent::of(event).unwrap());
    test(all.find(|event| event.action_name().as_deref() == Some(action)).unwrap());
}

#[test]
fn every_recorded_action_is_known() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (from, event) in every_event() {
        let Some(happened) = ConferenceEvent::of(&event) else { continue };
        let action = happened.action();
        assert!(!matches!(action, Action::Other(_)), "{from}: {action:?}");
        *seen.entry(happened.action_name().unwrap().into_owned()).or_default() += 1;
    }
    assert_eq!(seen.len(), 28, "{seen:?}");
}

/// Each recorded action that holds something holds all of it.
#[test]
fn what_actions_hold_is_there() {
    let mut held = 0;
    for (from, event) in every_event() {
        let Some(happened) = ConferenceEvent::of(&event) else { continue };
        let action = happened.action();
        let whole = match &action {
            Action::DtmfMember { digits } => digits.as_deref() == Some("7"),
            Action::Dtmf { key, data } => key.as_deref() == Some("77") && data.as_deref() == Some("lab"),
            Action::EnergyLevelMember { level } => *level == Some(300),
            Action::VolumeInMember { level } => *level == Some(2),
            Action::VolumeOutMember { level } => *level == Some(-1),
            Action::FloorChange { new, .. } => {
                *new == happened.member().and_then(|member| member.id())
                    && happened.member().is_none_or(|member| member.floor() == Some(true))
            }
            Action::PlayFile { file, is_async, error } => {
                file.is_some() && is_async.is_some() && error.is_none()
            }
            Action::PlayFileMember { file } => file.is_some(),
            Action::PlayFileDone(played) | Action::PlayFileMemberDone(played) => {
                played.file().is_some()
                    && played.samples().is_some()
                    && played.milliseconds().unwrap().as_secs() == played.seconds().unwrap().as_secs()
            }
            Action::StartRecording { path, error } => path.is_some() && error.is_none(),
            Action::StopRecording(recording) => recording.path().is_some(),
            _ => continue,
        };
        assert!(whole, "{from}: {action:?}");
        held += 1;
    }
    assert!(held > 40, "only {held}");
}

#[test]
fn the_conference() {
    first("ev-conference-plain", "conference-create", |created| {
        assert!(matches!(created.action(), Action::ConferenceCreate));
        assert_eq!(created.name().as_deref(), Some("3000"));
        assert_eq!(created.domain().as_deref(), Some("pbx1.example.net"));
        assert_eq!((created.size(), created.ghosts()), (Some(0), Some(0)));
        assert_eq!(created.profile_name().as_deref(), Some("default"));
        assert_eq!(created.unique_id().unwrap().len(), 36);
        assert!(created.member().is_none());
    });
    first("ev-conference-plain", "conference-destroy", |over| {
        assert!(matches!(over.action(), Action::ConferenceDestroy));
    });
}

#[test]
fn a_member() {
    first("ev-conference-json", "add-member", |added| {
        assert!(matches!(added.action(), Action::AddMember));
        assert_eq!(added.size(), Some(1));
        let member = added.member().unwrap();
        assert_eq!(member.id(), Some(1));
        assert_eq!(member.member_type(), Some(MemberType::Moderator));
        assert_eq!((member.ghost(), member.floor(), member.video()), (Some(false), Some(false), Some(false)));
        assert_eq!((member.hear(), member.see(), member.speak()), (Some(true), Some(true), Some(true)));
        assert_eq!(
            (member.talking(), member.mute_detect(), member.hold()),
            (Some(false), Some(false), Some(false))
        );
        assert_eq!((member.energy_level(), member.current_energy()), (Some(100), Some(0)));
        let channel = added.event().channel().unwrap();
        assert_eq!(channel.unique_id(), added.event().unique_id());
    });
    for (action, hear, speak, hold) in [
        ("mute-member", true, false, false),
        ("unmute-member", true, true, false),
        ("deaf-member", false, true, false),
        ("undeaf-member", true, true, false),
        ("hold-member", true, true, true),
        ("unhold-member", true, true, false),
    ] {
        first("ev-conference-json", action, |changed| {
            let member = changed.member().unwrap();
            let found = (member.hear(), member.speak(), member.hold());
            assert_eq!(found, (Some(hear), Some(speak), Some(hold)), "{action}");
        });
    }
}

#[test]
fn talking() {
    first("ev-conference-talk", "start-talking", |started| {
        assert!(matches!(started.action(), Action::StartTalking));
        assert_eq!(started.member().unwrap().talking(), Some(true));
        assert_eq!(started.member().unwrap().current_energy(), Some(6437));
    });
    first("ev-conference-talk", "stop-talking", |stopped| {
        let Action::StopTalking(talk) = stopped.action() else { panic!("{stopped:?}") };
        assert_eq!((talk.gate_hits(), talk.total_packets()), (Some(43), Some(83)));
        assert_eq!(talk.duration(), Some(Duration::from_millis(1660)));
        let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-6;
        assert!(near(talk.average_energy(), 6_484.813_953));
        assert!(near(talk.delta_average(), 102.441_860));
        assert!(near(talk.hit_on_percent(), 51.807_229));
        assert!(near(talk.non_hit_ratio(), 2.325_581));
        assert!(near(talk.hit_off_percent(), 1.204_819));
        assert!(near(talk.hit_off_differential(), 50.602_410));
    });
}

#[test]
fn the_floor() {
    first("ev-conference-plain", "floor-change", |changed| {
        let Action::FloorChange { old, new } = changed.action() else { panic!("{changed:?}") };
        assert_eq!((old, new), (None, Some(1)));
        assert_eq!(changed.member().unwrap().id(), Some(1));
    });
    // Handed on, and taken by nobody when all have gone: who had it is then not said.
    let changes = custom("ev-conference-talk", SUBCLASS);
    let changes = changes.iter().map(|event| ConferenceEvent::of(event).unwrap().action());
    let changes: Vec<_> = changes
        .filter_map(|action| match action {
            Action::FloorChange { old, new } => Some((old, new)),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [(None, Some(18)), (Some(18), Some(19)), (None, None)]);
}

#[test]
fn recording() {
    first("ev-conference-json", "stop-recording", |stopped| {
        let Action::StopRecording(recording) = stopped.action() else { panic!("{stopped:?}") };
        assert_eq!(recording.path().as_deref(), Some("/usr/local/freeswitch/recordings/conf-json.wav"));
        assert_eq!(recording.other_recordings(), Some(false));
        assert_eq!((recording.samples(), recording.sample_rate()), (Some(9280), Some(8000)));
        assert_eq!(recording.elapsed(), Some(Duration::from_millis(1160)));
        assert_eq!(recording.file_size(), Some(18702));
        assert_eq!((recording.trimmed(), recording.file_trimmed()), (None, None));
    });
}
