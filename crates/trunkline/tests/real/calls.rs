//! The events of calls of our own, filters, events sent and got back, the log.

use trunkline::{Client, Event, EventBuilder, EventFormat, EventName, Events, Item, LogItem, LogLevel};

use crate::{own_uuid, talked, with_switch};

const LIFE: &str = "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY";

pub(crate) async fn next_of(events: &mut Events, header: &str, value: &str) -> Event {
    loop {
        match events.next().await {
            Some(Item::Event(event)) if event.get(header).as_deref() == Some(value) => return event,
            Some(Item::Event(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Originates a call with this id, and hangs it up again.
async fn call(client: &Client, uuid: &str) {
    let originate = format!("originate {{origination_uuid={uuid},odd='100% é'}}null/test &park");
    let outcome = client.bgapi(&originate).await.unwrap().await.unwrap();
    assert_eq!(outcome.text().trim(), format!("+OK {uuid}"));
    assert_eq!(client.api(&format!("uuid_kill {uuid}")).await.unwrap().text().trim(), "+OK");
}

async fn life(client: Client) {
    let mut events = client.events(LIFE).await.unwrap();
    let uuid = own_uuid();
    call(&client, &uuid).await;
    let mut names = Vec::new();
    while names.last() != Some(&EventName::ChannelDestroy) {
        let event = next_of(&mut events, "Unique-ID", &uuid).await;
        if event.is(EventName::ChannelAnswer) {
            assert_eq!(event.variable("odd").as_deref(), Some("100% é"));
        }
        names.push(event.name().unwrap().clone());
    }
    let names: Vec<_> = names.iter().map(EventName::as_str).collect();
    assert_eq!(names.join(" "), LIFE);
}

#[tokio::test]
async fn as_plain() {
    with_switch("calls::as_plain", life).await;
}

#[tokio::test]
async fn as_json() {
    let Some(config) = crate::config("calls::as_json") else { return };
    life(Client::connect(config.format(EventFormat::Json)).await.unwrap()).await;
    talked("calls::as_json");
}

#[tokio::test]
async fn as_xml() {
    let Some(config) = crate::config("calls::as_xml") else { return };
    life(Client::connect(config.format(EventFormat::Xml)).await.unwrap()).await;
    talked("calls::as_xml");
}

/// One call is let through, another is not; jobs still end.
#[tokio::test]
async fn filtered() {
    with_switch("calls::filtered", async |client| {
        let (ours, other) = (own_uuid(), own_uuid());
        client.filter("Unique-ID", &ours).await.unwrap();
        let mut events = client.events(LIFE).await.unwrap();
        call(&client, &other).await;
        call(&client, &ours).await;
        for _ in 0..LIFE.split(' ').count() {
            match events.next().await {
                Some(Item::Event(event)) => assert_eq!(event.unique_id().as_deref(), Some(&*ours)),
                item => panic!("{item:?}"),
            }
        }
        // With the last filter everything passes again.
        client.filter_delete("Unique-ID", None).await.unwrap();
        call(&client, &other).await;
        next_of(&mut events, "Unique-ID", &other).await;
    })
    .await;
}

/// What is sent comes back as it was, odd bytes and all: exactly as JSON, by the switch's encoding as plain and XML.
/// In XML a body loses what is not UTF-8.
#[tokio::test]
async fn sent_and_got_back() {
    for format in EventFormat::ALL {
        let Some(config) = crate::config("calls::sent_and_got_back") else { return };
        let client = Client::connect(config.format(format)).await.unwrap();
        let mut events = client.events("NOTIFY CUSTOM trunkline::test").await.unwrap();
        for name in [EventName::Notify, EventName::Custom] {
            let mark = own_uuid();
            let odd: &[(&str, &[u8])] = &[
                ("Percent", b"100% 5%4 %zz"),
                ("Text", "naïve \u{1f980} \u{7f}\ttab".as_bytes()),
                ("Not-Text", b"\xff\xfe \xe9t\xe9 \x01\x1f"),
                ("Marks", b"\"{}[]<>&=+;:,/\\'` ~!"),
                ("Trailing", b"blank "),
            ];
            let mut event = EventBuilder::new().header("Mark", mark.as_str());
            if name == EventName::Custom {
                event = event.header("Event-Subclass", "trunkline::test");
            }
            for (header, value) in odd {
                event = event.header(*header, *value);
            }
            let body = b"two\nlines\n\n\xe9 100%".to_vec();
            let event = event.body(body.clone());
            let event_uuid = client.sendevent(&name, &event).await.unwrap();
            let back = next_of(&mut events, "Mark", &mark).await;
            assert!(back.is(name));
            assert_eq!(back.get("Event-UUID").as_deref(), Some(&*event_uuid));
            for (header, value) in odd {
                let got = back.get_bytes(header).unwrap();
                assert_eq!(got.escape_ascii().to_string(), value.escape_ascii().to_string(), "{header}");
            }
            let body = if format == EventFormat::Xml { event.normalised().take_body() } else { Some(body) };
            assert_eq!(back.body_bytes().as_deref(), body.as_deref());
        }
    }
    talked("calls::sent_and_got_back");
}

#[tokio::test]
async fn the_log() {
    with_switch("calls::the_log", async |client| {
        let mut logs = client.logs(LogLevel::Notice).await.unwrap();
        let mark = own_uuid();
        client.api(&format!("log debug not {mark}")).await.unwrap();
        client.api(&format!("log notice yes {mark}")).await.unwrap();
        loop {
            match logs.next().await {
                Some(LogItem::Line(line)) => {
                    assert!(line.level() <= LogLevel::Notice, "{line:?}");
                    if line.text().contains(&mark) {
                        assert!(line.text().contains("yes"), "{}", line.text());
                        return;
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

/// Every event a call makes before its reply is in the queue when the reply is there.
#[tokio::test]
async fn everything() {
    with_switch("calls::everything", async |client| {
        let mut all = client.events("ALL").await.unwrap();
        let digits = client.events("DTMF").await.unwrap();
        let uuid = own_uuid();
        call(&client, &uuid).await;
        drop(digits);
        let mut names = Vec::new();
        while !names.contains(&EventName::ChannelDestroy) {
            names.push(next_of(&mut all, "Unique-ID", &uuid).await.name().unwrap().clone());
        }
        assert!(names.contains(&EventName::ChannelState), "{names:?}");
        assert!(names.contains(&EventName::ChannelCallstate), "{names:?}");
    })
    .await;
}
