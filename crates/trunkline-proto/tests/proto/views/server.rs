//! What the switch as a whole tells, and what is sent through it.

use std::time::Duration;

use trunkline_proto::view::{
    ApiRun, BackgroundJob, Chat, Heartbeat, Info, Lifecycle, MessageWaiting, Module, ModuleType, Presence,
    Task,
};
use trunkline_proto::{AnswerState, CallDirection, ChannelState, EventName};

use super::{every_event, named};

#[test]
fn the_pulse() {
    let events = named("ev-heartbeat", EventName::Heartbeat);
    let heartbeat = Heartbeat::of(&events[0]).unwrap();
    assert_eq!(heartbeat.info().as_deref(), Some("System Ready"));
    assert!(heartbeat.up_time().unwrap().starts_with("0 years, 0 days"));
    assert!(heartbeat.uptime().unwrap() > Duration::from_secs(4));
    assert!(heartbeat.version().unwrap().starts_with("1.11.3-dev"));
    assert_eq!(heartbeat.max_sessions(), Some(1000));
    assert_eq!(heartbeat.sessions_per_second(), Some(200));
    for number in [
        heartbeat.session_count(),
        heartbeat.sessions_per_second_last(),
        heartbeat.sessions_per_second_max(),
        heartbeat.sessions_per_second_five_min(),
        heartbeat.session_peak_max(),
        heartbeat.session_peak_five_min(),
    ] {
        assert!(number.is_some_and(|number| number < 1000), "{number:?}");
    }
    assert!(heartbeat.sessions_since_startup().is_some());
    assert!((0.0..=100.0).contains(&heartbeat.idle_cpu().unwrap()));
}

#[test]
fn the_end() {
    let event = &named("srv-shutdown-elegant", EventName::ShutdownRequested)[0];
    let lifecycle = Lifecycle::of(event).unwrap();
    assert_eq!(lifecycle.what(), Some(&EventName::ShutdownRequested));
    assert_eq!(lifecycle.info().as_deref(), Some("elegant"));
    let ends = every_event().filter_map(|(_, event)| {
        let lifecycle = Lifecycle::of(&event)?;
        (lifecycle.what() == Some(&EventName::Shutdown)).then(|| lifecycle.info().unwrap().into_owned())
    });
    let ends: Vec<_> = ends.collect();
    assert_eq!(ends.len(), 6);
    assert!(ends.iter().all(|info| info == "System Shutting Down"));
}

#[test]
fn modules() {
    for (name, loaded) in [(EventName::ModuleLoad, true), (EventName::ModuleUnload, false)] {
        for event in named("ev-modules", name) {
            let module = Module::of(&event).unwrap();
            assert_eq!(module.is_loaded(), loaded);
            assert_eq!(module.module_type(), Some(ModuleType::Api));
            assert_eq!(module.name().as_deref(), Some("cdr_csv"));
            assert_eq!(module.description().as_deref(), Some("cdr_csv controls"));
            assert_eq!(module.syntax().as_deref(), Some("parameters"));
            assert_eq!(module.key().as_deref(), Some("mod_cdr_csv"));
            assert_eq!(module.filename().as_deref(), Some("/usr/local/freeswitch/mod/mod_cdr_csv.so"));
            assert_eq!(module.module(), None);
        }
    }
}

#[test]
fn tasks() {
    for name in [EventName::AddSchedule, EventName::DelSchedule, EventName::ReSchedule] {
        for event in named("ev-sched", name.clone()) {
            let task = Task::of(&event).unwrap();
            assert_eq!(task.what(), Some(&name));
            assert!(task.id().is_some_and(|id| id > 0));
            // A command is grouped as was asked for, a hangup under its channel.
            let group = task.group().unwrap();
            match &*task.desc().unwrap() {
                "sched_api_function" => assert!(group.starts_with("lab"), "{task:?}"),
                "switch_ivr_schedule_hangup" => assert!(group.starts_with("ca110001-"), "{task:?}"),
                other => panic!("{other}"),
            }
            let wait = task.runtime().unwrap().as_secs().abs_diff(event.standard().date().unwrap().as_secs());
            assert!(wait < 3600, "{wait}");
        }
    }
}

#[test]
fn jobs() {
    let mut failures = 0;
    for event in named("ev-bgjob-plain", EventName::BackgroundJob) {
        let job = BackgroundJob::of(&event).unwrap();
        assert_eq!(job.uuid(), event.job_uuid());
        assert!(job.command().is_some());
        assert_eq!(job.error().is_some(), job.output().starts_with("-ERR"), "{job:?}");
        assert_eq!(job.output().as_bytes(), &*job.output_bytes());
        failures += usize::from(job.error().is_some());
    }
    assert!(failures > 0);
    let (_, owned) = every_event()
        .find(|(_, event)| BackgroundJob::of(event).is_some_and(|job| job.owner().is_some()))
        .unwrap();
    let job = BackgroundJob::of(&owned).unwrap();
    assert_eq!(job.owner().as_deref(), Some("ca110001-0000-4000-8000-000000000001"));
    let sleeps = |event: &_| BackgroundJob::of(event).and_then(|job| job.arg()).as_deref() == Some("400");
    let (_, slept) = every_event().find(|(_, event)| sleeps(event)).unwrap();
    assert_eq!(BackgroundJob::of(&slept).unwrap().command().as_deref(), Some("msleep"));
    // One that prints nothing has no body in plain, and an empty one in JSON.
    let silent = every_event().filter(|(_, event)| {
        BackgroundJob::of(event).is_some_and(|job| job.output().is_empty() && job.error().is_none())
    });
    assert!(silent.count() > 0);
}

#[test]
fn api_runs() {
    let events = named("ev-call-json", EventName::Api);
    let run = ApiRun::of(&events[0]).unwrap();
    assert_eq!(run.command().as_deref(), Some("originate"));
    assert!(run.argument().unwrap().starts_with("{origination_uuid=ca110001-"));
}

#[test]
fn chat() {
    let events = named("ev-sip-info-message", EventName::Message);
    let chat = Chat::of(&events[0]).unwrap();
    assert_eq!(chat.proto().as_deref(), Some("global"));
    assert_eq!(chat.dest_proto().as_deref(), Some("sip"));
    assert_eq!(chat.sender().as_deref(), Some("1001@pbx1.example.net"));
    assert_eq!(chat.recipient().as_deref(), Some("internal/1000@127.0.0.1:5080"));
    assert_eq!(chat.content_type().as_deref(), Some("text/plain"));
    assert_eq!((chat.skip_global_process(), chat.blocking()), (Some(true), Some(true)));
    assert_eq!((chat.delivery_result_code(), chat.delivery_failure()), (Some(0), Some(true)));
    assert_eq!(chat.event().body().as_deref(), Some("héllo 汉字"));
    // One a client had sent.
    let events = named("send-event-plain", EventName::SendMessage);
    let page = Chat::of(&events[0]).unwrap();
    assert_eq!(page.profile().as_deref(), Some("internal"));
    assert_eq!((page.user().as_deref(), page.host().as_deref()), (Some("1000"), Some("pbx1.example.net")));
    assert_eq!(page.sent_content_type().as_deref(), Some("text/plain"));
    assert_eq!(page.event().body().as_deref(), Some("a page"));
}

#[test]
fn sip_info() {
    let events = named("ev-sip-info-message", EventName::RecvInfo);
    let info = Info::of(&events[0]).unwrap();
    assert_eq!(info.content_type().as_deref(), Some("hello/over"));
    assert_eq!(info.sender_user().as_deref(), Some("0000000000"));
    assert_eq!(info.sender_host().as_deref(), Some("127.0.0.1"));
    assert_eq!(info.recipient_user().as_deref(), Some("9196"));
    assert_eq!(info.recipient_host().as_deref(), Some("127.0.0.1"));
    assert_eq!(info.contact_user().as_deref(), Some("mod_sofia"));
    assert_eq!(info.contact_host().as_deref(), Some("127.0.0.1"));
    assert_eq!(info.event().body().as_deref(), Some("info"));
    assert!(info.event().channel().is_some());
}

#[test]
fn waiting_messages() {
    let events = named("send-event-plain", EventName::MessageWaiting);
    let waiting = MessageWaiting::of(&events[0]).unwrap();
    assert_eq!(waiting.is_waiting(), Some(true));
    assert_eq!(waiting.messages_waiting().as_deref(), Some("yes"));
    assert_eq!(waiting.account().as_deref(), Some("sip:1000@pbx1.example.net"));
    assert_eq!(waiting.voice_message().as_deref(), Some("2/1 (1/0)"));
}

#[test]
fn presence_of_a_conference() {
    let all: Vec<_> = every_event().map(|(_, event)| event).collect();
    let conference: Vec<_> = all
        .iter()
        .filter_map(Presence::of)
        .filter(|presence| presence.proto().as_deref() == Some("conf"))
        .collect();
    let (begun, ended) = (conference[0], conference[1]);
    assert_eq!(begun.login().as_deref(), Some("test"));
    assert_eq!(begun.who().as_deref(), Some("test@localhost"));
    assert_eq!(begun.unique_id().as_deref(), Some("test"));
    assert_eq!(begun.force_status().as_deref(), Some("Active (1 caller)"));
    assert_eq!(begun.event_type().as_deref(), Some("presence"));
    assert_eq!(begun.alt_event_type().as_deref(), Some("dialog"));
    assert_eq!(begun.event_count(), Some(0));
    assert_eq!(begun.channel_state(), Some(ChannelState::Routing));
    assert_eq!(begun.answer_state(), Some(AnswerState::Early));
    assert_eq!(begun.call_direction(), Some(CallDirection::Outbound));
    assert_eq!(ended.answer_state(), Some(AnswerState::Terminated));
    assert_eq!(ended.channel_state(), Some(ChannelState::Hangup));
    assert_eq!((ended.call_direction(), ended.ended_call_direction()), (None, Some(CallDirection::Inbound)));
    // What names a few of a channel's headers is no channel.
    assert!(begun.event().channel().is_none());
    let sent = named("send-event-plain", EventName::PresenceIn);
    let sent = Presence::of(&sent[0]).unwrap();
    assert_eq!((sent.status().as_deref(), sent.rpid().as_deref()), (Some("Active"), Some("busy")));
}
