//! Much at once: a long answer, many events.

use trunkline::{Client, EventBuilder, EventFormat, EventName, Item};

use crate::{own_uuid, talked, with_switch};

/// An answer of 10 MiB, every byte of it: a global variable of 8 KiB, 1,280 times in one `eval`.
#[tokio::test]
async fn ten_mebibytes_in_one_answer() {
    with_switch("volume::ten_mebibytes_in_one_answer", async |client| {
        let name = format!("trunkline_{}", own_uuid().replace('-', "_"));
        let piece = "0123456789abcdef".repeat(512);
        client.api(&format!("global_setvar {name}={piece}")).await.unwrap();
        let times = 1280;
        let answer = client.api(&format!("eval {}", format!("${{{name}}}").repeat(times))).await.unwrap();
        client.api(&format!("global_setvar {name}=")).await.unwrap();
        assert_eq!(answer.bytes().len(), times * piece.len());
        assert!(answer.bytes().chunks(piece.len()).all(|chunk| chunk == piece.as_bytes()));
        // In step behind it.
        assert_eq!(client.api("echo next").await.unwrap().text(), "next");
    })
    .await;
}

/// 20,000 CUSTOM events, half of them in each form, sent by ten tasks at once and got back, each once: values and bodies
/// that hold every byte the switch can take, and line breaks in the bodies.
#[tokio::test]
async fn twenty_thousand_events_there_and_back() {
    let test = "volume::twenty_thousand_events_there_and_back";
    for format in [EventFormat::Plain, EventFormat::Json] {
        let Some(config) = crate::config(test) else { return };
        let mut config = config.format(format);
        config.queue_items = 50_000;
        let receiver = Client::connect(config).await.unwrap();
        let sender = Client::connect(crate::config(test).unwrap()).await.unwrap();
        let subclass = format!("trunkline::{}", own_uuid());
        let mut events = receiver.events(trunkline::EventSet::new().with_subclass(&subclass)).await.unwrap();
        let count = 10_000;
        let send = async {
            let mut sending = tokio::task::JoinSet::new();
            for batch in 0..10 {
                let (sender, subclass) = (sender.clone(), subclass.clone());
                sending.spawn(async move {
                    for number in (batch * count / 10)..((batch + 1) * count / 10) {
                        sender.sendevent(&EventName::Custom, &event(number, &subclass)).await.unwrap();
                    }
                });
            }
            sending.join_all().await;
        };
        let receive = async {
            let mut seen = vec![false; count];
            for _ in 0..count {
                let Some(Item::Event(event)) = events.next().await else { panic!("lost") };
                let number: usize = event.get("Number").unwrap().parse().unwrap();
                assert!(!std::mem::replace(&mut seen[number], true), "{number} twice");
                assert_eq!(event.get_bytes("Value").as_deref(), Some(&*value(number)), "{number}");
                assert_eq!(event.body_bytes().as_deref(), Some(&*body(number)), "{number}");
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(120), async { tokio::join!(send, receive) })
            .await
            .expect("the events do not come back");
    }
    talked(test);
}

fn event(number: usize, subclass: &str) -> EventBuilder {
    EventBuilder::new()
        .header("Event-Subclass", subclass)
        .header("Number", number.to_string())
        .header("Value", value(number))
        .body(body(number))
}

/// Every byte but those that end a line, each time from another one on. (Not `%` before two digits: plain events do not
/// tell it from an encoded byte.)
fn value(number: usize) -> Vec<u8> {
    let bytes = (0..=255u8).filter(|byte| ![0, b'\n', b'\r'].contains(byte)).collect::<Vec<_>>();
    let mut value = vec![b'x'];
    value.extend(bytes.iter().cycle().skip(number % bytes.len()).take(bytes.len()));
    value
}

/// Every byte but NUL.
fn body(number: usize) -> Vec<u8> {
    let bytes = (1..=255u8).collect::<Vec<_>>();
    bytes.iter().cycle().skip(number % bytes.len()).take(bytes.len() + number % 7).copied().collect()
}
