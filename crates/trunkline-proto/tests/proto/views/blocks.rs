//! The blocks many events share.

use std::time::Duration;

use trunkline_proto::view::{CallerProfile, Channel, OtherType, Standard, Variables};
use trunkline_proto::{
    AnswerState, CallDirection, CallState, ChannelState, Event, EventName, HangupCause, Message,
};

use super::named;
use crate::recordings;

const A: &str = "ca110001-0000-4000-8000-000000000001";

fn answered() -> Event {
    named("ev-call-plain", EventName::ChannelAnswer).remove(0)
}

#[test]
fn the_standard_headers() {
    let event = answered();
    let standard = event.standard();
    assert_eq!(standard.event_name(), Some(EventName::ChannelAnswer));
    assert_eq!(standard.event_subclass(), None);
    assert_eq!(standard.core_uuid().unwrap().len(), 36);
    assert_eq!(standard.hostname().as_deref(), Some("pbx1"));
    assert_eq!(standard.switchname().as_deref(), Some("pbx1"));
    assert!(standard.ipv4().is_some() && standard.ipv6().is_some());
    assert!(standard.date_local().unwrap().starts_with("2026-11-2"));
    assert!(standard.date_gmt().unwrap().ends_with("GMT"));
    assert_eq!(standard.calling_file().as_deref(), Some("switch_channel.c"));
    assert!(standard.calling_function().unwrap().contains("answered"));
    assert!(standard.calling_line().unwrap() > 1000);
    assert!(standard.sequence().unwrap() > 0);
    // The timestamp is the date, to the microsecond.
    let seconds = standard.date().unwrap().as_secs();
    assert_eq!(seconds / 86_400, 20_777, "{seconds}");
}

#[test]
fn a_channel() {
    let event = answered();
    let channel = event.channel().unwrap();
    assert_eq!(channel.unique_id().as_deref(), Some(A));
    assert_eq!(channel.call_uuid().as_deref(), Some(A));
    assert_eq!(channel.name().as_deref(), Some("loopback/9002-a"));
    assert_eq!(channel.state(), Some(ChannelState::ConsumeMedia));
    assert_eq!(channel.target_state(), Some(ChannelState::ConsumeMedia));
    assert_eq!(channel.call_state(), Some(CallState::Down));
    assert_eq!(channel.answer_state(), Some(AnswerState::Answered));
    assert_eq!(channel.direction(), Some(CallDirection::Outbound));
    assert_eq!(channel.presence_direction(), Some(CallDirection::Outbound));
    assert_eq!(channel.hit_dialplan(), Some(false));
    assert_eq!(channel.hangup_cause(), None);
    for codec in [channel.read_codec().unwrap(), channel.write_codec().unwrap()] {
        assert_eq!(codec.name().as_deref(), Some("L16"));
        assert_eq!((codec.rate(), codec.bit_rate()), (Some(8000), Some(128_000)));
    }
}

/// The state's name is what the thread does; its number is where it is to go.
#[test]
fn a_channel_hung_up_still_executes() {
    let hangups = named("ev-call-plain", EventName::ChannelHangup);
    let channel = hangups[0].channel().unwrap();
    assert_eq!(channel.state(), Some(ChannelState::Execute));
    assert_eq!(channel.state_number(), Some(10));
    assert_eq!(channel.target_state(), Some(ChannelState::Hangup));
    assert_eq!(channel.answer_state(), Some(AnswerState::Hangup));
    assert_eq!(channel.hangup_cause(), Some(HangupCause::NormalClearing));
}

#[test]
fn who_calls_whom_and_when() {
    let hangups = named("ev-sip-call-plain", EventName::ChannelHangupComplete);
    let profile = |way: CallDirection| {
        let mut profiles = hangups.iter().filter_map(Event::caller);
        profiles.find(|profile| profile.direction() == Some(way.clone())).unwrap()
    };
    let (outbound, inbound) = (profile(CallDirection::Outbound), profile(CallDirection::Inbound));
    assert_eq!(outbound.destination_number().as_deref(), Some("9196"));
    assert_eq!(outbound.source().as_deref(), Some("src/switch_ivr_originate.c"));
    assert_eq!(outbound.callee_id_name().as_deref(), Some("Alice Lab"));
    assert_eq!(outbound.callee_id_number().as_deref(), Some("15551230001"));
    assert_eq!(outbound.profile_index(), Some(1));
    assert_eq!(inbound.destination_number().as_deref(), Some("9196"));
    assert_eq!(inbound.caller_id_name().as_deref(), Some("Alice Lab"));
    assert_eq!(inbound.caller_id_number().as_deref(), Some("15551230001"));
    assert_eq!(inbound.orig_caller_id_name().as_deref(), Some("Alice Lab"));
    assert_eq!(inbound.orig_caller_id_number().as_deref(), Some("15551230001"));
    assert_eq!(inbound.ani().as_deref(), Some("15551230001"));
    assert_eq!(inbound.dialplan().as_deref(), Some("XML"));
    assert_eq!(inbound.context().as_deref(), Some("default"));
    assert_eq!(inbound.source().as_deref(), Some("mod_sofia"));
    assert_eq!(inbound.network_addr().as_deref(), Some("127.0.0.1"));
    assert_eq!(inbound.username().as_deref(), Some("15551230001"));
    assert_eq!(inbound.logical_direction(), Some(CallDirection::Inbound));
    assert_eq!(inbound.channel_name().as_deref(), Some("sofia/internal/15551230001@127.0.0.1"));
    assert_eq!(inbound.screen_bit(), Some(true));
    assert_eq!((inbound.hide_name(), inbound.hide_number()), (Some(false), Some(false)));
    assert_eq!(
        inbound.unique_id(),
        hangups.iter().find_map(|event| {
            let caller = event.caller().unwrap();
            (caller.direction() == Some(CallDirection::Inbound)).then(|| event.unique_id().unwrap())
        })
    );
    assert_eq!(inbound.other_type(), None);
    // In the order they happened.
    let times = [inbound.created(), inbound.answered(), inbound.hung_up()].map(Option::unwrap);
    assert!(times.is_sorted(), "{times:?}");
    assert!(inbound.profile_created().is_some());
    for never in [inbound.transferred(), inbound.resurrected(), inbound.bridged(), inbound.last_hold()] {
        assert_eq!(never, None);
    }
    assert_eq!(inbound.hold_accum(), Some(Duration::ZERO));
}

#[test]
fn what_is_in_few_profiles() {
    let all: Vec<Event> = super::every_event().map(|(_, event)| event).collect();
    let some = |read: fn(CallerProfile<'_>) -> bool| all.iter().filter_map(Event::caller).any(read);
    assert!(some(|caller| caller.rdnis().is_some()));
    assert!(some(|caller| caller.transfer_source().is_some_and(|source| source.contains(":bl_xfer:"))));
    assert!(some(|caller| caller.callee_id_name().is_some() && caller.callee_id_number().is_some()));
    assert!(some(|caller| caller.progress().is_some()));
    assert!(some(|caller| caller.progress_media().is_some()));
    assert!(some(|caller| caller.bridged().is_some()));
    assert!(some(|caller| caller.last_hold().is_some()));
    assert!(some(|caller| caller.hold_accum().is_some_and(|held| held > Duration::from_millis(800))));
}

#[test]
fn the_other_leg() {
    let bridges = named("ev-bridge-plain", EventName::ChannelBridge);
    let event = &bridges[0];
    let other = event.other_leg().unwrap();
    assert!(matches!(other.other_type(), Some(OtherType::Originatee | OtherType::Originator)));
    assert_ne!(other.unique_id(), event.caller().unwrap().unique_id());
    assert_eq!(other.unique_id(), event.get("Bridge-B-Unique-ID"));
    assert!(other.created().is_some());
    let channel = event.channel().unwrap();
    assert_eq!(channel.other_leg().unwrap().unique_id(), other.unique_id());
    assert_eq!(channel.caller().unwrap().unique_id(), channel.unique_id());
    assert!(answered().other_leg().is_none());
}

#[test]
fn variables() {
    let event = answered();
    let variables = event.variables();
    let names: Vec<_> = variables.iter().map(|(name, _)| name.into_owned()).collect();
    let as_headers = event.headers().iter().filter(|(name, _)| name.starts_with("variable_")).count();
    assert!(names.len() > 10);
    assert_eq!(names.len(), as_headers);
    for name in &names {
        assert_eq!(variables.get(name).unwrap().to_str(), event.variable(name).unwrap(), "{name}");
    }
    assert_eq!(variables.get("no such variable").map(|value| value.to_str()), None);
    // Arrays keep their elements.
    let with_array = named("ev-arrays-json", EventName::ChannelHangupComplete).remove(0);
    let list = with_array.variables().get("lab_list").unwrap();
    assert!(list.is_array() && list.elements().len() > 1);
}

/// The reply to `connect` is made of the same blocks, and has one profile more.
#[test]
fn the_reply_to_connect() {
    let messages = recordings::messages(&recordings::connection("out-async-full", 1).received);
    let reply = messages.iter().find_map(|message| match message {
        Message::CommandReply(reply) if reply.headers().get("Event-Name").is_some() => Some(reply),
        _ => None,
    });
    let headers = reply.unwrap().headers();
    assert_eq!(Standard::of(headers).event_name(), Some(EventName::ChannelData));
    let channel = Channel::of(headers).unwrap();
    let (caller, own) = (CallerProfile::caller(headers).unwrap(), CallerProfile::channel(headers).unwrap());
    assert_eq!(caller.unique_id(), channel.unique_id());
    assert_eq!(own.unique_id(), channel.unique_id());
    assert_eq!(own.created(), caller.created());
    assert!(own.created().is_some());
    assert!(Variables::of(headers).iter().count() > 10);
}
