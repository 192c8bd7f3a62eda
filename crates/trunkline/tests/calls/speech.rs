//! What the switch tells nothing of but that it has done it: `say`, `speak`, and a recording that silence ends.

use std::time::Duration;

use trunkline::application::{Record, RecordEnd, Say, SayType, Speak};
use trunkline::{Call, Error, Event, EventName, HangupCause, Item};

use crate::support::{Switch, everywhere};

/// Makes a folder of words on the switch: the digits, each some silence.
async fn words(call: &Call) -> String {
    let folder = format!("/tmp/trunkline-{}", call.uuid());
    for digit in ["1", "2"] {
        // Unlike `record` it makes the folders.
        let word = call.start_recording(&format!("{folder}/digits/{digit}.wav")).await.unwrap();
        call.sleep(Duration::from_millis(300)).await.unwrap();
        word.stop().await.unwrap();
    }
    call.set("sound_prefix", &folder).await.unwrap();
    // Otherwise the language's own counts.
    call.set("sound_prefix_enforced", "true").await.unwrap();
    folder
}

/// The next event of this name.
async fn next(events: &mut trunkline::call::CallEvents, name: EventName) -> Event {
    loop {
        match events.next().await {
            Some(Item::Event(event)) if event.is(name.clone()) => return event,
            Some(_) => {}
            None => panic!("no more events"),
        }
    }
}

async fn said(switch: &Switch) {
    let call = switch.answered().await;
    let folder = words(&call).await;
    let mut events = call.events([EventName::ChannelExecute, EventName::PlaybackStart]).await.unwrap();
    call.say(Say::new("en", SayType::NameSpelled, "12")).await.unwrap();
    let begun = next(&mut events, EventName::ChannelExecute).await;
    assert_eq!(begun.get("Application").as_deref(), Some("say"));
    assert_eq!(begun.get("Application-Data").as_deref(), Some("en name_spelled pronounced neuter 12"));
    // All words at once, or one after the other.
    let mut played = String::new();
    while !played.contains("digits/2.wav") {
        let start = next(&mut events, EventName::PlaybackStart).await;
        played.push_str(&start.get("Playback-File-Path").unwrap());
    }
    assert!(played.split_once("digits/2.wav").is_some_and(|(before, _)| before.contains("digits/1.wav")));
    // A long one is given up.
    let text = "12".repeat(20);
    let long = call.within(Duration::from_millis(500)).say(Say::new("en", SayType::NameSpelled, text)).await;
    assert!(matches!(long, Err(Error::ApplicationTimedOut { .. })), "{long:?}");
    tokio::time::timeout(Duration::from_secs(10), call.playback("silence_stream://20"))
        .await
        .unwrap()
        .unwrap();
    call.hangup(HangupCause::NormalClearing).await.unwrap();
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn words_are_said() {
    everywhere(|switch| async move { said(&switch).await }).await;
}

#[tokio::test]
async fn spoken_without_an_engine() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let mut events = call.events([EventName::ChannelExecute]).await.unwrap();
        call.speak(Speak::new("flite", "kal", "It's five o'clock | now")).await.unwrap();
        let begun = next(&mut events, EventName::ChannelExecute).await;
        assert_eq!(begun.get("Application-Data").as_deref(), Some("flite|kal|It's five o'clock | now"));
        assert!(call.ended_already().is_none());
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn recorded_until_silence() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let path = format!("/tmp/trunkline-{}.wav", call.uuid());
        let record =
            Record::new(&path).until_silence(200, Duration::from_secs(1)).limit(Duration::from_secs(30));
        let recorded = call.record(record).await.unwrap();
        assert_eq!(recorded.end, RecordEnd::Silence, "{recorded:?}");
        assert!(recorded.length < Duration::from_secs(30), "{recorded:?}");
        call.hangup(HangupCause::NormalClearing).await.unwrap();
        let _ = std::fs::remove_file(path);
    })
    .await;
}
