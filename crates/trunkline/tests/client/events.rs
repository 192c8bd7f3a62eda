//! Streams: their sets, their order, and what the switch is asked for.

use trunkline::{Client, Error, EventFormat, EventName, EventSet, Events, Item, SubscriptionRefused};

use crate::support::{Peer, connected, connected_with, event, millis, next, queued, within};

type Switch = Peer<tokio::net::TcpStream>;

const ENABLED: &str = "+OK event listener enabled plain";

/// Subscribes, and holds the switch to this command.
async fn stream(client: &Client, switch: &mut Switch, events: &str, command: &str) -> Events {
    let (events, ()) = tokio::join!(client.events(events), async {
        switch.expect(command).await;
        switch.reply(ENABLED).await;
    });
    events.unwrap()
}

#[tokio::test]
async fn in_order_and_each_its_own() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut digits = stream(&client, &mut switch, "DTMF", "event plain DTMF").await;
        let mut calls =
            stream(&client, &mut switch, "CHANNEL_CREATE DTMF", "event plain CHANNEL_CREATE").await;
        let mut custom =
            stream(&client, &mut switch, "CUSTOM sofia::register", "event plain CUSTOM sofia::register")
                .await;
        // All of it is subscribed already.
        let mut again = client.events("CUSTOM sofia::register").await.unwrap();
        let mut bytes = Vec::new();
        for number in 0..100 {
            let number = number.to_string();
            let number = ("Number", number.as_str());
            bytes.extend(event("CHANNEL_CREATE", &[number]).message(switch.format));
            bytes.extend(event("DTMF", &[number]).message(switch.format));
            for subclass in ["sofia::register", "sofia::expire"] {
                let custom = event("CUSTOM", &[("Event-Subclass", subclass), number]);
                bytes.extend(custom.message(switch.format));
            }
        }
        switch.send_in_pieces(bytes, 100).await;
        for number in 0..100 {
            assert_eq!(next(&mut digits).await, format!("DTMF {number}"));
            assert_eq!(next(&mut calls).await, format!("CHANNEL_CREATE {number}"));
            assert_eq!(next(&mut calls).await, format!("DTMF {number}"));
            for stream in [&mut custom, &mut again] {
                match stream.next().await {
                    Some(Item::Event(event)) => {
                        assert_eq!(event.subclass().as_deref(), Some("sofia::register"));
                        assert_eq!(event.get("Number").as_deref(), Some(&*number.to_string()));
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        drop(switch);
        for mut stream in [digits, calls, custom, again] {
            assert!(next(&mut stream).await.starts_with("closed: "));
            assert_eq!(next(&mut stream).await, "end");
        }
    })
    .await;
}

/// Dropping a stream takes back what no other one wants, by name, and nothing else.
#[tokio::test]
async fn dropping_withdraws() {
    within(async {
        let (client, mut switch) = connected().await;
        let one = stream(
            &client,
            &mut switch,
            "DTMF CHANNEL_CREATE CUSTOM a::b c::d",
            "event plain CHANNEL_CREATE DTMF CUSTOM a::b c::d",
        )
        .await;
        let mut two = stream(&client, &mut switch, "DTMF TALK CUSTOM c::d", "event plain TALK").await;
        drop(one);
        switch.expect("nixevent CHANNEL_CREATE CUSTOM a::b").await;
        // It was on its way already, and its stream is gone.
        switch.event("CHANNEL_CREATE", &[]).await;
        switch.reply("+OK events nixed").await;
        switch.event("DTMF", &[]).await;
        assert_eq!(next(&mut two).await, "DTMF");
        // What was taken back can be asked for again.
        let three = stream(&client, &mut switch, "CHANNEL_CREATE", "event plain CHANNEL_CREATE").await;
        drop((two, three));
        let mut nixed = [switch.hear().await, switch.hear().await];
        nixed.sort();
        assert_eq!(nixed, ["nixevent CHANNEL_CREATE", "nixevent TALK DTMF CUSTOM c::d"]);
    })
    .await;
}

/// A stream given up before the switch has confirmed it.
#[tokio::test]
async fn dropped_while_subscribing() {
    within(async {
        let (client, mut switch) = connected().await;
        tokio::select! {
            biased;
            _ = client.events("DTMF") => panic!("confirmed"),
            () = switch.expect("event plain DTMF") => {}
        }
        switch.expect("nixevent DTMF").await;
        switch.reply(ENABLED).await;
        switch.reply("+OK events nixed").await;
        let mut events = stream(&client, &mut switch, "DTMF", "event plain DTMF").await;
        switch.event("DTMF", &[]).await;
        assert_eq!(next(&mut events).await, "DTMF");
    })
    .await;
}

/// `ALL` stays: to take it back would lose CUSTOM events. Each stream still gets only its own.
#[tokio::test]
async fn all_stays() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut digits = stream(&client, &mut switch, "DTMF", "event plain DTMF").await;
        let mut all = stream(&client, &mut switch, "ALL", "event plain ALL").await;
        switch.event("TALK", &[]).await;
        switch.event("DTMF", &[]).await;
        assert_eq!(next(&mut all).await, "TALK");
        assert_eq!(next(&mut all).await, "DTMF");
        assert_eq!(next(&mut digits).await, "DTMF");
        drop(all);
        // Nothing is missing, and nothing is said.
        let mut custom = client.events([EventName::Custom]).await.unwrap();
        switch.event("CUSTOM", &[("Event-Subclass", "any::thing"), ("Number", "1")]).await;
        switch.event("DTMF", &[]).await;
        assert_eq!(next(&mut custom).await, "CUSTOM 1");
        assert_eq!(next(&mut digits).await, "DTMF");
        drop((custom, digits, client));
        switch.leave().await;
    })
    .await;
}

/// Names that are refused fail the streams that asked for them, and no others.
#[tokio::test]
async fn refused_names() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut digits = stream(&client, &mut switch, "DTMF", "event plain DTMF").await;
        let both = client.events("TALK HEARTBEAT");
        let beats = client.events("HEARTBEAT");
        let (both, mut beats, ()) = tokio::join!(both, async { beats.await.unwrap() }, async {
            // One by one where the list is denied, and each name once.
            switch.expect("event plain TALK HEARTBEAT").await;
            switch.reply("-ERR permission denied").await;
            let mut asked = [switch.hear().await, String::new()];
            switch.reply(if asked[0].contains("TALK") { "-ERR permission denied" } else { ENABLED }).await;
            asked[1] = switch.hear().await;
            switch.reply(if asked[1].contains("TALK") { "-ERR permission denied" } else { ENABLED }).await;
            asked.sort();
            assert_eq!(asked, ["event plain HEARTBEAT", "event plain TALK"]);
        });
        match both {
            Err(error @ Error::Subscription(SubscriptionRefused::Events { .. })) => {
                assert!(error.is_refused());
                assert!(error.to_string().contains("TALK") && !error.to_string().contains("HEARTBEAT"));
                assert!(error.to_string().contains("permission denied"), "{error}");
            }
            other => panic!("{other:?}"),
        }
        switch.event("HEARTBEAT", &[]).await;
        switch.event("DTMF", &[]).await;
        assert_eq!(next(&mut beats).await, "HEARTBEAT");
        assert_eq!(next(&mut digits).await, "DTMF");
    })
    .await;
}

/// A switch that does not say whether it holds.
#[tokio::test]
async fn not_confirmed() {
    within(async {
        let (client, mut switch) =
            connected_with(|config| config.connection.command_timeout = millis(50)).await;
        let error = client.events("DTMF").await.unwrap_err();
        assert!(matches!(error, Error::Subscription(SubscriptionRefused::Unanswered(_))), "{error:?}");
        assert!(error.is_timeout(), "{error:?}");
        switch.expect("event plain DTMF").await;
        drop(switch);
        let error = client.events("TALK").await.unwrap_err();
        assert!(error.is_closed(), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn as_json() {
    in_a_form_of_its_own(EventFormat::Json, "a%41 \"é\" \t").await;
}

#[tokio::test]
async fn as_xml() {
    in_a_form_of_its_own(EventFormat::Xml, "a% \"é\" \t").await;
}

async fn in_a_form_of_its_own(format: EventFormat, odd: &str) {
    within(async {
        let (client, mut switch) = connected_with(|config| config.connection.format = format).await;
        switch.format = format;
        let (events, ()) = tokio::join!(client.events("CUSTOM a::b"), async {
            switch.expect(&format!("event {format} CUSTOM a::b")).await;
            switch.reply(&format!("+OK event listener enabled {format}")).await;
        });
        let mut events = events.unwrap();
        let sent = event("CUSTOM", &[("Event-Subclass", "a::b"), ("Odd", odd)]).body("two\n<lines>\n");
        switch.send(sent.message(format)).await;
        match events.next().await {
            Some(Item::Event(event)) => {
                assert_eq!(event.format(), format);
                assert_eq!(event.get("Odd").as_deref(), Some(odd));
                assert_eq!(event.body().as_deref(), Some("two\n<lines>\n"));
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

/// One whose name was lost on its way through a session goes to whoever asked for anything.
#[tokio::test]
async fn without_a_name() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut digits = stream(&client, &mut switch, "DTMF", "event plain DTMF").await;
        switch.send(trunkline::EventBuilder::new().header("Unique-ID", "x").message(switch.format)).await;
        assert_eq!(next(&mut digits).await, "(none)");
    })
    .await;
}

/// An event on either side of a reply: the one before it is in the queue when the reply is there.
#[tokio::test]
async fn before_and_after_a_reply() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut digits = stream(&client, &mut switch, "DTMF", "event plain DTMF").await;
        let (text, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            let bytes = [
                event("DTMF", &[("Number", "1")]).message(switch.format),
                trunkline::proto::listener::api_response(b"up"),
                event("DTMF", &[("Number", "2")]).message(switch.format),
            ];
            switch.send(bytes.concat()).await;
        });
        assert_eq!(text.unwrap().text(), "up");
        assert_eq!(queued(&mut digits).await, "DTMF 1");
        assert_eq!(next(&mut digits).await, "DTMF 2");
    })
    .await;
}

#[tokio::test]
async fn nothing_to_subscribe() {
    within(async {
        let (client, mut switch) = connected().await;
        assert!(matches!(client.events(EventSet::new()).await, Err(Error::Misuse(_))));
        assert!(matches!(client.events("").await, Err(Error::Misuse(_))));
        drop(client);
        switch.leave().await;
    })
    .await;
}
