//! Each application that does one thing: its success, and its failure.

use std::time::Duration;

use trunkline::application::{
    Application, ApplicationError, Conference, Export, Fifo, FifoEnd, FireEvent, Multiset, Playback, Raw,
    Record, RecordEnd, RecordSession, Say, SayType, SchedHangup, SchedTransfer, Set, Speak, Tone, Unset,
    argument_with,
};
use trunkline::call::EndedBy;
use trunkline::dialstring::{Endpoint, Variables};
use trunkline::{ApiMisuse, Call, Error, Event, EventName, Execute, HangupCause, Item, LogLevel};

use crate::support::{Listening, Switch, asynchronous, everywhere, press};

async fn variable(switch: &Switch, call: &Call, name: &str) -> String {
    let line = format!("uuid_getvar {} {name}", call.uuid());
    switch.client().api(&line).await.unwrap().text().into_owned()
}

#[tokio::test]
async fn playback_ends_by_itself_or_by_a_digit() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let played = call.playback("silence_stream://100").await.unwrap();
        assert_eq!(played.terminator(), None);
        let long = || Playback::new("silence_stream://-1");
        let (played, ()) = tokio::join!(call.playback(long()), press(&switch, &call, "*"));
        assert_eq!(played.unwrap().terminator(), Some('*'));
        let (played, ()) = tokio::join!(call.playback(long().terminators("12")), press(&switch, &call, "*2"));
        assert_eq!(played.unwrap().terminator(), Some('2'));
        assert_eq!(variable(&switch, &call, "playback_terminators").await, "_undef_");
    })
    .await;
}

#[tokio::test]
async fn playback_of_what_is_not_there() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let failed = call.playback("/nowhere/o'clock, $5 \\ 7.wav").await.unwrap_err();
        let path = "/nowhere/o'clock, $5 \\ 7.wav".to_owned();
        assert_eq!(failed.application_error(), Some(&ApplicationError::FileNotFound { path }), "{failed}");
        assert!(matches!(call.playback("").await, Err(Error::Misuse(_))));
        assert!(matches!(call.playback("${uuid}").await, Err(Error::Misuse(_))));
        call.playback("silence_stream://20").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn tones_and_speech() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        assert_eq!(call.tone(Tone::new("%(100,50,440,480)").loops(2)).await.unwrap().terminator(), None);
        let tone = call.tone(Tone::new("%(100,50,440)").endless().terminators("any"));
        let (tone, ()) = tokio::join!(tone, press(&switch, &call, "7"));
        assert_eq!(tone.unwrap().terminator(), Some('7'));
        // There are no recordings and no speech engine, which the switch does not tell.
        call.say(Say::new("en", SayType::Number, "12 345")).await.unwrap();
        call.speak(Speak::new("flite", "kal", "It's five o'clock | now")).await.unwrap();
        assert!(matches!(call.speak(Speak::new("", "kal", "x")).await, Err(Error::Misuse(_))));
    })
    .await;
}

#[tokio::test]
async fn recorded_until_a_digit_or_the_limit() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let path = format!("/tmp/trunkline test {}.wav", call.uuid());
        let record = call.record(Record::new(&path).terminators("#"));
        let (recorded, ()) = tokio::join!(record, press(&switch, &call, "#"));
        let recorded = recorded.unwrap();
        assert_eq!(recorded.end, RecordEnd::Terminator('#'));
        assert!(recorded.length > Duration::ZERO && recorded.length < Duration::from_secs(5), "{recorded:?}");
        let recorded = call.record(Record::new(&path).limit(Duration::from_secs(1))).await.unwrap();
        assert_eq!(recorded.end, RecordEnd::Limit);
        assert!(recorded.length >= Duration::from_secs(1), "{recorded:?}");
        call.record_session(RecordSession::start(&path)).await.unwrap();
        for order in [RecordSession::mask, RecordSession::unmask, RecordSession::stop] {
            call.record_session(order(path.clone())).await.unwrap();
        }
        let _ = std::fs::remove_file(&path);
    })
    .await;
}

#[tokio::test]
async fn variables_are_set_as_they_are() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let odd = r"it's \n 5 $ ; a=b, [c] ^^x|y";
        call.set("odd", odd).await.unwrap();
        assert_eq!(variable(&switch, &call, "odd").await, odd);
        let many = Variables::new().with("first", odd).unwrap().with("second", "x y").unwrap();
        call.run(Multiset::new(many)).await.unwrap();
        assert_eq!(variable(&switch, &call, "first").await, odd);
        assert_eq!(variable(&switch, &call, "second").await, "x y");
        call.run(Export::new("third", "z")).await.unwrap();
        assert_eq!(variable(&switch, &call, "export_vars").await, "third");
        call.unset("odd").await.unwrap();
        call.run(Unset::new("first").and("second")).await.unwrap();
        for name in ["odd", "first", "second"] {
            assert_eq!(variable(&switch, &call, name).await, "_undef_");
        }
        assert!(matches!(call.set("evil", "${system(true)}").await, Err(Error::Misuse(_))));
        assert!(matches!(call.run(Set::new("a b", "c")).await, Err(Error::Misuse(_))));
    })
    .await;
}

#[tokio::test]
async fn waited_and_told() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        call.sleep(Duration::from_millis(50)).await.unwrap();
        call.park().await.unwrap();
        call.break_application().await.unwrap();
        call.log(LogLevel::Debug, "from a test: 100 % \\ ok").await.unwrap();
        call.info().await.unwrap();
        let mut events = call.events([EventName::ChannelApplication]).await.unwrap();
        let told = FireEvent::application().header("Note", "it's 1, 2 = 3 \\");
        call.event(told).await.unwrap();
        let Some(Item::Event(event)) = events.next().await else { panic!("no event") };
        assert_eq!(event.get("Note").as_deref(), Some("it's 1, 2 = 3 \\"));
        call.send_dtmf("1w2").await.unwrap();
        assert!(matches!(call.send_dtmf("x").await, Err(Error::Misuse(_))));
    })
    .await;
}

#[tokio::test]
async fn digits_are_heard_at_the_other_end() {
    everywhere(|switch| async move {
        let socket = Listening::open().await;
        let calling = switch.made(Endpoint::loopback(&format!("af_{}", socket.port()), "default").unwrap());
        let (calling, session) = tokio::join!(calling, socket.accept());
        let call = asynchronous(session);
        let mut heard = calling.dtmf();
        let (sent, digits) = tokio::join!(call.send_dtmf("12#"), async {
            let mut digits = String::new();
            while digits.len() < 3 {
                digits.push(heard.next().await.expect("more digits"));
            }
            digits
        });
        sent.unwrap();
        assert_eq!(digits, "12#");
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn digits_are_queued_for_the_next_application() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let mut dtmf = call.dtmf();
        let (queued, heard) = tokio::join!(call.queue_dtmf("5"), dtmf.next());
        queued.unwrap();
        assert_eq!(heard, Some('5'));
    })
    .await;
}

#[tokio::test]
async fn ended_later() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let hangup = SchedHangup::after(Duration::from_secs(1)).cause(HangupCause::NoAnswer);
        call.sched_hangup(hangup).await.unwrap();
        assert_eq!(call.ended().await.cause, Some(HangupCause::NoAnswer));

        let call = switch.answered().await;
        let transfer = SchedTransfer::after(Duration::from_secs(60), "park");
        assert!(call.sched_transfer(transfer).await.unwrap().is_some());
        let gone = call.run(trunkline::application::Hangup::new(HangupCause::UserBusy)).await;
        assert!(matches!(gone, Ok(()) | Err(Error::CallEnded(_))), "{gone:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::UserBusy));
    })
    .await;
}

#[tokio::test]
async fn sent_elsewhere() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let there = trunkline::application::Extension::new("park").of("inline", "default");
        call.transfer(there).await.unwrap();
        // The connection stays, and the call can be told things where it is.
        call.set("note", "elsewhere").await.unwrap();
        assert_eq!(variable(&switch, &call, "current_application").await, "set");
        let ended = call.hangup(HangupCause::UserBusy).await.unwrap();
        assert_eq!((ended.cause, ended.by), (Some(HangupCause::UserBusy), EndedBy::Program));
    })
    .await;
}

#[tokio::test]
async fn a_conference_that_is_left() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let name = format!("test-{}", call.uuid());
        let stay = call.conference(Conference::new(&name).profile("default").flag("mute"));
        let kick = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            switch.client().api(&format!("conference {name} kick all")).await.unwrap();
        };
        let (left, ()) = tokio::join!(stay, kick);
        let left = left.unwrap();
        assert!(left.member().is_some(), "{left:?}");
        call.playback("silence_stream://20").await.unwrap();
        assert!(matches!(call.conference(Conference::new("a b")).await, Err(Error::Misuse(_))));
    })
    .await;
}

#[tokio::test]
async fn a_conference_that_is_locked() {
    everywhere(|switch| async move {
        let (inside, call) = (switch.answered().await, switch.answered().await);
        let name = format!("test-{}", call.uuid());
        let conference = Conference::new(&name).profile("default");
        let stay = tokio::spawn({
            let (inside, conference) = (inside.clone(), conference.clone());
            async move { inside.conference(conference).await.map(drop) }
        });
        let line = format!("conference {name} lock");
        while !switch.client().api(&line).await.unwrap().text().contains("locked") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Those that the switch has called may come in all the same.
        call.set("conference_enforce_security", "true").await.unwrap();
        let refused = call.conference(conference).await.unwrap();
        assert_eq!(refused.conference(), None, "{refused:?}");
        call.playback("silence_stream://20").await.unwrap();
        inside.hangup(HangupCause::NormalClearing).await.unwrap();
        assert!(matches!(stay.await.unwrap(), Err(Error::CallEnded(_))));
    })
    .await;
}

/// Where there is a recording to ask by, one who does not know the PIN is asked for it, and not let in; else he is hung up.
#[tokio::test]
async fn a_conference_whose_pin_is_not_known() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let folder = format!("/tmp/trunkline-{}", call.uuid());
        for sound in ["conf-pin", "conf-bad-pin"] {
            let sound = call.start_recording(&format!("{folder}/conference/{sound}.wav")).await.unwrap();
            call.sleep(Duration::from_millis(200)).await.unwrap();
            sound.stop().await.unwrap();
        }
        call.set("sound_prefix", &folder).await.unwrap();
        let name = format!("test-{}", call.uuid());
        let guarded = || Conference::new(&name).profile("default").pin("1234");
        // Those that the switch has called are not asked.
        call.set("conference_enforce_security", "true").await.unwrap();
        call.set("supplied_pin", "77").await.unwrap();
        let pressing = tokio::spawn({
            let (client, uuid) = (switch.client().clone(), call.uuid());
            async move {
                while client.api(&format!("uuid_recv_dtmf {uuid} 5")).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        });
        let refused = call.conference(guarded()).await.unwrap();
        pressing.abort();
        assert_eq!((refused.conference(), refused.member()), (None, None), "{refused:?}");
        call.set("supplied_pin", "1234").await.unwrap();
        let (let_in, ()) = tokio::join!(call.conference(guarded()), async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            switch.client().api(&format!("conference {name} kick all")).await.unwrap();
        });
        assert!(let_in.unwrap().member().is_some());

        if switch.is_real() {
            // (The simulated one looks for its sounds elsewhere.)
            call.set("sound_prefix", "/nowhere").await.unwrap();
            call.set("supplied_pin", "77").await.unwrap();
            let other = Conference::new(format!("{name}-2")).profile("default").pin("1234");
            let refused = call.conference(other).await;
            assert!(matches!(refused, Err(Error::CallEnded(_))), "{refused:?}");
            assert_eq!(call.ended().await.cause, Some(HangupCause::DestinationOutOfOrder));
        }
        let _ = std::fs::remove_dir_all(folder);
    })
    .await;
}

#[tokio::test]
async fn a_recording_that_cannot_be_written() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let path = if switch.is_real() { "/proc/there.wav" } else { "/nowhere/there.wav" };
        // The switch tells nothing of one in the background.
        call.record_session(RecordSession::start(path)).await.unwrap();
        call.playback("silence_stream://20").await.unwrap();
        let failed = call.record(Record::new(path)).await;
        assert!(matches!(failed, Err(Error::CallEnded(_))), "{failed:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::DestinationOutOfOrder));
    })
    .await;
}

#[tokio::test]
async fn what_runs_is_broken_off_by_another() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let playing = tokio::spawn({
            let call = call.clone();
            async move { call.playback("silence_stream://-1").await }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        call.break_application().await.unwrap();
        assert_eq!(playing.await.unwrap().unwrap().terminator(), None);
        assert!(call.ended_already().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_waits_too_long() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        call.set("fifo_orbit_exten", "park:1").await.unwrap();
        call.set("fifo_orbit_dialplan", "inline").await.unwrap();
        let waited = call.fifo(Fifo::caller(format!("test-{}", call.uuid()))).await.unwrap();
        assert_eq!(waited, FifoEnd::TimedOut);
        call.hangup(HangupCause::NormalClearing).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn any_other_by_name() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let event: Event = call.run(Raw::new("eval", "x").unwrap()).await.unwrap();
        assert_eq!(event.get("Application").as_deref(), Some("eval"));
        let event = call.run(Raw::expanding("eval", "${uuid}").unwrap()).await.unwrap();
        assert_eq!(event.get("Application-Data").as_deref(), Some(call.uuid().as_str()));
        // The switch hangs up for one it does not know.
        let unknown = call.run(Raw::new("no_such_application", "").unwrap()).await;
        assert!(matches!(unknown, Err(Error::CallEnded(_))), "{unknown:?}");
        assert_eq!(call.ended().await.cause, Some(HangupCause::DestinationOutOfOrder));
    })
    .await;
}

/// An application of a program's own, with variables while it runs.
struct Scoped(Variables);

impl Application for Scoped {
    type Output = Option<String>;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        argument_with("eval", "it's [here]", &self.0)
    }

    fn read(&self, complete: &Event) -> Result<Option<String>, ApplicationError> {
        assert_eq!(complete.get("Application-Data").as_deref(), Some("it's [here]"));
        Ok(complete.get("scope_variable_odd").map(|value| value.into_owned()))
    }
}

#[tokio::test]
async fn one_of_a_programs_own_with_variables_while_it_runs() {
    everywhere(|switch| async move {
        let call = switch.answered().await;
        let odd = r"it's \n 5 $ ; a=b, [c] ^^x|y";
        call.set("odd", "before").await.unwrap();
        let scope = Variables::new().with("other", "x").unwrap().with("odd", odd).unwrap();
        assert_eq!(call.run(Scoped(scope)).await.unwrap().as_deref(), Some(odd));
        assert_eq!(call.variable("odd").await.unwrap().as_deref(), Some("before"));
    })
    .await;
}
