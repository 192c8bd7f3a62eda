//! Commands about one channel: `sendmsg`, and those of a connection that `myevents` has bound to one.

use std::time::Duration;

use trunkline::{
    ChannelUuid, Client, CloseReason, Error, Event, EventName, Events, Execute, Item, Refusal, SendMsg,
    SwitchMisbehaved,
};

use crate::{own_uuid, with_switch};

/// A parked call of our own.
async fn parked(client: &Client) -> ChannelUuid {
    let uuid = own_uuid();
    let originate = format!("originate {{origination_uuid={uuid}}}null/test &park");
    let outcome = client.bgapi(&originate).await.unwrap().await.unwrap();
    assert_eq!(outcome.text().trim(), format!("+OK {uuid}"));
    uuid.as_str().into()
}

/// The next event of this name with this value in it.
async fn next_of(events: &mut Events, name: EventName, header: &str, value: &str) -> Event {
    loop {
        let event = crate::calls::next_of(events, header, value).await;
        if event.is(name.clone()) {
            return event;
        }
    }
}

async fn variable(client: &Client, channel: &ChannelUuid, name: &str) -> String {
    client.api(&format!("uuid_getvar {channel} {name}")).await.unwrap().text().into_owned()
}

async fn another(test: &str) -> Option<Client> {
    Some(Client::connect(crate::config(test)?).await.unwrap())
}

fn reason<T: std::fmt::Debug>(refused: Result<T, Error>) -> Refusal {
    refused.unwrap_err().reason().unwrap()
}

/// Each says why it cannot be, where there is no channel.
#[tokio::test]
async fn without_a_channel() {
    with_switch("session::without_a_channel", async |client| {
        let nobody = ChannelUuid::from(own_uuid());
        assert_eq!(reason(client.linger(Some(3)).await), Refusal::NotControllingASession);
        assert_eq!(reason(client.nolinger().await), Refusal::NotControllingASession);
        assert_eq!(reason(client.divert_events(true).await), Refusal::NotControllingASessionToDivert);
        assert_eq!(reason(client.resume().await), Refusal::CommandNotFound);
        assert_eq!(reason(client.connect_info().await), Refusal::CommandNotFound);
        assert_eq!(client.getvar("uuid").await.unwrap(), None);
        let unknown = client.sendmsg(SendMsg::hangup_normally().to(&nobody)).await;
        assert_eq!(reason(unknown), Refusal::InvalidSessionId(nobody.as_str().into()));
        assert_eq!(
            reason(client.sendmsg(SendMsg::hangup_normally()).await),
            Refusal::InvalidSessionId("".into())
        );
    })
    .await;
}

/// A channel that does not exist is refused, and does not open every channel's events to us.
#[tokio::test]
async fn myevents_of_nobody() {
    with_switch("session::myevents_of_nobody", async |client| {
        for nobody in [own_uuid(), "nobody".to_owned()] {
            assert_eq!(reason(client.myevents(&nobody.as_str().into()).await), Refusal::InvalidUuid);
        }
        // Nor is anything subscribed.
        let other = another("session::myevents_of_nobody").await.unwrap();
        let call = parked(&other).await;
        other.sendmsg(SendMsg::hangup_normally().to(&call)).await.unwrap();
        assert_eq!(
            reason(client.sendmsg(SendMsg::hangup_normally()).await),
            Refusal::InvalidSessionId("".into())
        );
        assert_eq!(reason(client.linger(None).await), Refusal::NotControllingASession);
    })
    .await;
}

/// Applications by `sendmsg` to a channel of ours, known again by our ids.
#[tokio::test]
async fn executed() {
    with_switch("session::executed", async |client| {
        let mut events = client.events("CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP").await.unwrap();
        let call = parked(&client).await;
        // What headers carry, and what only a body can.
        for (at, value) in
            ["plain", "two\nlines\n\nand more", "ARRAY::x", " blank", "é\tü \"q\" 'a'"].iter().enumerate()
        {
            let argument = format!("trunkline_{at}={value}");
            let argument = if at == 3 { format!(" trunkline_{at}={value}") } else { argument };
            let id = format!("set-{at}-{}", own_uuid());
            let execute = Execute::new("set", &argument).event_uuid(&id).event_uuid_name("ours");
            client.sendmsg(SendMsg::from(execute).to(&call).event_lock()).await.unwrap();
            let done = next_of(&mut events, EventName::ChannelExecuteComplete, "Application-UUID", &id).await;
            assert_eq!(done.get("Application-Data").as_deref(), Some(&*argument), "{done:?}");
            assert_eq!(done.get("Application-UUID-Name").as_deref(), Some("ours"));
        }
        assert_eq!(variable(&client, &call, "trunkline_1").await, "two\nlines\n\nand more");
        // One that looks like an array from its first letter on.
        let id = own_uuid();
        let execute = Execute::new("log", "ARRAY::NOTICE|:x").event_uuid(&id);
        client.sendmsg(SendMsg::from(execute).to(&call)).await.unwrap();
        let done = next_of(&mut events, EventName::ChannelExecuteComplete, "Application-UUID", &id).await;
        assert_eq!(done.get("Application-Data").as_deref(), Some("ARRAY::NOTICE|:x"));
        // What would reload the module, were it in a header.
        let id = own_uuid();
        let execute = Execute::new("log", "DEBUG not to re load mod_event_socket: reload").event_uuid(&id);
        client.sendmsg(SendMsg::from(execute).to(&call)).await.unwrap();
        next_of(&mut events, EventName::ChannelExecuteComplete, "Application-UUID", &id).await;
        // Repeated, as long as each time takes half a second.
        let id = own_uuid();
        let execute = Execute::new("sleep", "600").event_uuid(&id).loops(2);
        client.sendmsg(SendMsg::from(execute).to(&call).event_lock()).await.unwrap();
        for _ in 0..2 {
            next_of(&mut events, EventName::ChannelExecuteComplete, "Application-UUID", &id).await;
        }
        client.sendmsg(SendMsg::hangup("USER_BUSY").to(&call)).await.unwrap();
        let end = next_of(&mut events, EventName::ChannelHangup, "Unique-ID", call.as_str()).await;
        assert_eq!(end.get("Hangup-Cause").as_deref(), Some("USER_BUSY"));
    })
    .await;
}

#[tokio::test]
async fn sent_elsewhere() {
    with_switch("session::sent_elsewhere", async |client| {
        let mut events = client.events("CHANNEL_EXECUTE CHANNEL_HANGUP").await.unwrap();
        let call = parked(&client).await;
        let applications = [("set", "trunkline_x=1"), ("sleep", "1"), ("hangup", "CALL_REJECTED")];
        client.sendmsg(SendMsg::xferext(applications).to(&call)).await.unwrap();
        for (application, argument) in applications {
            loop {
                let event = next_of(&mut events, EventName::ChannelExecute, "Unique-ID", call.as_str()).await;
                if event.get("Application").as_deref() == Some(application) {
                    assert_eq!(event.get("Application-Data").as_deref(), Some(argument));
                    break;
                }
            }
        }
        let end = next_of(&mut events, EventName::ChannelHangup, "Unique-ID", call.as_str()).await;
        assert_eq!(end.get("Hangup-Cause").as_deref(), Some("CALL_REJECTED"));
    })
    .await;
}

/// Media past the switch, and raw to a program: taken, and what comes of it on a channel without media is nothing.
#[tokio::test]
async fn media() {
    with_switch("session::media", async |client| {
        let call = parked(&client).await;
        let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let unicast = trunkline::proto::Unicast::default()
            .local("127.0.0.1:0".parse().unwrap())
            .remote(port.local_addr().unwrap());
        client.sendmsg(SendMsg::unicast(unicast).to(&call)).await.unwrap();
        client.sendmsg(SendMsg::nomedia(&call).to(&call)).await.unwrap();
        client.sendmsg(SendMsg::hangup_normally().to(&call)).await.unwrap();
    })
    .await;
}

/// A connection bound to a channel: everything that needs one, and its end with it.
#[tokio::test]
async fn bound() {
    let test = "session::bound";
    with_switch(test, async |client| {
        let bound = another(test).await.unwrap();
        let call = parked(&client).await;
        bound.myevents(&call).await.unwrap();
        assert_eq!(reason(bound.myevents(&call).await), Refusal::AlreadyEnabled);
        let mut events = bound.events("CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP").await.unwrap();
        // The channel.
        let channel = bound.connect_info().await.unwrap();
        assert_eq!(channel.headers().get("Unique-ID").as_deref(), Some(call.as_str()));
        assert_eq!(channel.headers().get("Socket-Mode").as_deref(), Some("async"));
        // Its own, without a target.
        let id = own_uuid();
        let execute = Execute::new("set", "trunkline_own=-ERR looks like one").event_uuid(&id);
        bound.sendmsg(execute).await.unwrap();
        next_of(&mut events, EventName::ChannelExecuteComplete, "Application-UUID", &id).await;
        assert_eq!(bound.getvar("trunkline_own").await.unwrap().as_deref(), Some("-ERR looks like one"));
        assert_eq!(bound.getvar("trunkline_unset").await.unwrap(), None);
        bound.divert_events(true).await.unwrap();
        bound.divert_events(false).await.unwrap();
        bound.resume().await.unwrap();
        bound.nolinger().await.unwrap();
        bound.linger(Some(600)).await.unwrap();
        // A job of this connection still ends here.
        assert_eq!(bound.bgapi("echo done").await.unwrap().await.unwrap().text(), "done");
        // No other channel's events come.
        let other = parked(&client).await;
        client.sendmsg(SendMsg::hangup_normally().to(&other)).await.unwrap();
        client.sendmsg(SendMsg::hangup("CALL_REJECTED").to(&call)).await.unwrap();
        let end = loop {
            match events.next().await {
                Some(Item::Event(event)) => {
                    assert_eq!(event.unique_id().as_deref(), Some(call.as_str()), "{event:?}");
                    if event.is(EventName::ChannelHangup) {
                        break event;
                    }
                }
                item => panic!("{item:?}"),
            }
        };
        assert_eq!(end.get("Hangup-Cause").as_deref(), Some("CALL_REJECTED"));
        // It lingers, and says so.
        assert!(bound.api("status").await.is_ok());
        assert_eq!(bound.close().await, CloseReason::Requested);
    })
    .await;
}

/// Without `linger` the connection ends with its channel.
#[tokio::test]
async fn ends_with_its_channel() {
    let test = "session::ends_with_its_channel";
    with_switch(test, async |client| {
        let bound = another(test).await.unwrap();
        let call = parked(&client).await;
        bound.myevents(&call).await.unwrap();
        client.sendmsg(SendMsg::hangup_normally().to(&call)).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(5), bound.closed()).await.unwrap();
        assert!(matches!(ended, CloseReason::Notice { .. }), "{ended:?}");
    })
    .await;
}

/// A parked call is let go when the connection that is bound to it ends, and has nowhere to go.
#[tokio::test]
async fn a_parked_call_ends_with_its_connection() {
    let test = "session::a_parked_call_ends_with_its_connection";
    with_switch(test, async |client| {
        let bound = another(test).await.unwrap();
        let mut events = client.events("CHANNEL_UNPARK CHANNEL_HANGUP").await.unwrap();
        let call = parked(&client).await;
        bound.myevents(&call).await.unwrap();
        bound.close().await;
        next_of(&mut events, EventName::ChannelUnpark, "Unique-ID", call.as_str()).await;
        next_of(&mut events, EventName::ChannelHangup, "Unique-ID", call.as_str()).await;
    })
    .await;
}

/// What `getvar` does with a value that breaks its reply: the connection ends, and `uuid_getvar` has it whole.
#[tokio::test]
async fn a_value_that_breaks_its_reply() {
    let test = "session::a_value_that_breaks_its_reply";
    with_switch(test, async |client| {
        for value in ["~tilde", "one\nContent-Length: 500\ntwo"] {
            let call = parked(&client).await;
            let bound = another(test).await.unwrap();
            bound.myevents(&call).await.unwrap();
            let mut events = client.events("CHANNEL_EXECUTE_COMPLETE").await.unwrap();
            let id = own_uuid();
            let execute = Execute::new("set", &format!("trunkline_odd={value}")).event_uuid(&id);
            client.sendmsg(SendMsg::from(execute).to(&call)).await.unwrap();
            next_of(&mut events, EventName::ChannelExecuteComplete, "Application-UUID", &id).await;
            assert_eq!(variable(&client, &call, "trunkline_odd").await, value);
            let error = bound.getvar("trunkline_odd").await.unwrap_err();
            let unframed = CloseReason::Misbehaved(SwitchMisbehaved::Unframed);
            assert!(matches!(&error, Error::Disconnected { reason, .. } if *reason == unframed), "{error:?}");
        }
    })
    .await;
}
