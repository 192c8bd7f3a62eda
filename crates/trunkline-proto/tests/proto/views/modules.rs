//! The events of other modules: sofia, fifo, callcenter, valet_parking.

use std::time::Duration;

use trunkline_proto::HangupCause;
use trunkline_proto::view::sofia::{
    Gateway, GatewayEvent, GatewayState, PingStatus, Registration, RegistrationEvent,
};
use trunkline_proto::view::{callcenter, fifo, valet_parking};

use super::custom;

const QUEUES: &str = "ev-fifo-valet-callcenter";

#[test]
fn a_registration() {
    let events = custom("ev-sofia-register", "sofia::register");
    let registration = Registration::of(&events[0]).unwrap();
    assert_eq!(registration.what(), RegistrationEvent::Register);
    assert_eq!(registration.profile_name().as_deref(), Some("internal"));
    assert_eq!(registration.from_user().as_deref(), Some("1000"));
    assert_eq!(registration.from_host().as_deref(), Some("pbx1.example.net"));
    assert_eq!(registration.to_user().as_deref(), Some("1000"));
    assert_eq!(registration.to_host().as_deref(), Some("pbx1.example.net"));
    assert_eq!(registration.presence_hosts().as_deref(), Some("n/a"));
    assert!(registration.contact().unwrap().contains("<sip:gw+office@127.0.0.1:5080;"));
    assert_eq!(registration.call_id().unwrap().len(), 36);
    assert_eq!(registration.rpid().as_deref(), Some("unknown"));
    assert_eq!(registration.status().as_deref(), Some("Registered(UDP)"));
    assert_eq!(registration.expires(), Some(Duration::from_secs(3600)));
    assert_eq!(registration.expired_at(), None);
    assert_eq!(registration.network_ip().unwrap().to_string(), "127.0.0.1");
    assert_eq!(registration.network_port(), Some(5080));
    assert_eq!(registration.username().as_deref(), Some("unknown"));
    assert_eq!(registration.realm().as_deref(), Some("pbx1.example.net"));
    assert!(registration.user_agent().unwrap().starts_with("FreeSWITCH-mod_sofia/1.11"));
}

#[test]
fn its_end() {
    let events = custom("ev-sofia-register", "sofia::unregister");
    let registration = Registration::of(&events[0]).unwrap();
    assert_eq!(registration.what(), RegistrationEvent::Unregister);
    assert_eq!(registration.expires(), Some(Duration::ZERO));
    assert_eq!(registration.from_user().as_deref(), Some("1000"));
}

#[test]
fn a_gateway() {
    let events = custom("ev-sofia-register", "sofia::gateway_state");
    let states: Vec<_> = events
        .iter()
        .map(|event| {
            let gateway = Gateway::of(event).unwrap();
            assert_eq!(gateway.what(), GatewayEvent::State);
            assert_eq!(gateway.name().as_deref(), Some("office"));
            gateway.state().unwrap()
        })
        .collect();
    let wanted = [GatewayState::Down, GatewayState::Trying, GatewayState::Register, GatewayState::Reged];
    assert!(wanted.iter().all(|state| states.contains(state)), "{states:?}");
    let up = events.iter().map(|event| Gateway::of(event).unwrap());
    let up: Vec<_> = up.filter(|gateway| gateway.ping_status() == Some(PingStatus::Up)).collect();
    assert_eq!(up.len(), 3);
    let asked = up.iter().find(|gateway| gateway.state() == Some(GatewayState::Register)).unwrap();
    assert_eq!(asked.register_network_ip().as_deref(), Some("127.0.0.1"));
    assert_eq!(asked.register_network_port(), Some(5060));
    assert_eq!((asked.status(), asked.phrase().as_deref()), (Some(200), Some("OK")));
}

#[test]
fn a_queue() {
    let events = custom(QUEUES, "fifo::info");
    let all: Vec<_> = events.iter().map(|event| fifo::FifoEvent::of(event).unwrap()).collect();
    for happened in &all {
        assert_eq!(happened.name().as_deref(), Some("lab"));
        assert!(!matches!(happened.action().unwrap(), fifo::Action::Other(_)), "{happened:?}");
    }
    let of = |action: fifo::Action| *all.iter().find(|event| event.action() == Some(action.clone())).unwrap();
    assert_eq!(of(fifo::Action::Push).slot(), Some(0));
    assert!(of(fifo::Action::ConsumerPop).caller_uuid().is_some());
    let start = of(fifo::Action::ChannelConsumerStart);
    assert_eq!(start.consumer_type().as_deref(), Some("onhook"));
    assert_eq!(start.caller_cid_name().as_deref(), Some("Outbound Call"));
    assert_eq!(start.caller_cid_number().as_deref(), Some("1"));
    assert_eq!(start.consumer_use_count(), Some(1));
    assert!(start.consumer_outbound_id().is_some());
    let stop = of(fifo::Action::ChannelConsumerStop);
    assert_eq!(stop.consumer_bridged().unwrap().as_micros(), 1_795_216_141_218_405);
    assert_eq!(stop.consumer_talk(), Some(Duration::from_micros(2_399_999)));
    assert_eq!(stop.consumer_hold(), Some(Duration::ZERO));
    let caller = of(fifo::Action::BridgeCallerStop);
    assert_eq!(caller.caller_talk(), Some(Duration::from_micros(2_399_999)));
    assert_eq!(caller.caller_hold(), Some(Duration::ZERO));
    let dialled = of(fifo::Action::PostDial);
    assert_eq!(dialled.result().as_deref(), Some("success"));
    assert_eq!(dialled.outbound_strategy().as_deref(), Some("ringall"));
    assert!(dialled.originate_string().unwrap().starts_with("[leg_timeout=10,"));
    assert!(dialled.for_caller_uuid().is_some());
    assert!(dialled.outbound_uuid().is_some());
    assert_eq!(dialled.outbound_uuid_list(), dialled.outbound_uuid());
    assert_eq!(dialled.cause(), None);
}

#[test]
fn a_call_centre() {
    let events = custom(QUEUES, "callcenter::info");
    let all: Vec<_> = events.iter().map(|event| callcenter::CallcenterEvent::of(event).unwrap()).collect();
    for happened in &all {
        assert!(!matches!(happened.action().unwrap(), callcenter::Action::Other(_)), "{happened:?}");
    }
    let of = |action: callcenter::Action| {
        *all.iter().find(|event| event.action() == Some(action.clone())).unwrap()
    };
    let added = of(callcenter::Action::AgentAdd);
    assert_eq!(added.agent().as_deref(), Some("1000@default"));
    assert_eq!(added.agent_type().as_deref(), Some("Callback"));
    let status = of(callcenter::Action::AgentStatusChange).agent_status();
    assert_eq!(status, Some(callcenter::AgentStatus::Available));
    let states: Vec<_> = all.iter().filter_map(|event| event.agent_state()).collect();
    for state in [callcenter::AgentState::Receiving, callcenter::AgentState::InAQueueCall] {
        assert!(states.contains(&state), "{states:?}");
    }
    assert_eq!(of(callcenter::Action::AgentContactChange).agent_contact().as_deref(), Some("null/1000"));
    let offering = of(callcenter::Action::AgentOffering);
    assert_eq!(offering.queue().as_deref(), Some("support@default"));
    assert_eq!(offering.agent_system().as_deref(), Some("single_box"));
    assert_eq!(offering.member_cid_number().as_deref(), Some("0000000000"));
    let ended = of(callcenter::Action::BridgeAgentEnd);
    assert_eq!(ended.hangup_cause(), Some(HangupCause::Success));
    assert_eq!(ended.agent_bridged(), Some(true));
    assert_eq!(ended.agent_called().unwrap().as_secs(), 1_795_216_141);
    assert_eq!(ended.agent_answered(), ended.agent_called());
    assert_eq!(ended.member_joined(), ended.agent_called());
    assert_eq!(ended.bridge_terminated().unwrap().as_secs(), 1_795_216_143);
    assert!(ended.agent_uuid().is_some() && ended.member_uuid().is_some());
    let left = of(callcenter::Action::MemberQueueEnd);
    assert_eq!(left.cause().as_deref(), Some("Terminated"));
    assert_eq!(left.cancel_reason(), None);
    assert_eq!(left.member_left().unwrap().as_secs(), 1_795_216_143);
    assert_eq!(left.member_session_uuid(), offering.member_session_uuid());
    let count = of(callcenter::Action::MembersCount);
    assert_eq!((count.count(), count.selection().as_deref()), (Some(1), Some("Single-Queue")));
}

#[test]
fn a_parking_lot() {
    let events = custom(QUEUES, "valet_parking::info");
    let actions: Vec<_> = events
        .iter()
        .map(|event| {
            let happened = valet_parking::ValetEvent::of(event).unwrap();
            assert_eq!(happened.lot().as_deref(), Some("lot1"));
            assert_eq!(happened.extension().as_deref(), Some("8501"));
            assert_eq!(happened.bridge_to_uuid(), None);
            happened.action().unwrap()
        })
        .collect();
    assert_eq!(actions, [valet_parking::Action::Hold, valet_parking::Action::Exit]);
}
