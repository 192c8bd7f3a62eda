//! Bursts at full speed, and consumers that do not read.

use trunkline::{
    Client, Config, EventBuilder, EventFormat, EventName, EventSet, Events, Item, Overflow, StreamOptions,
};

use crate::{own_uuid, talked};

const BURST: usize = 30_000;
const TASKS: usize = 64;

/// Fires them from several connections at once, as fast as the switch takes them.
async fn fire(sender: &Client, subclass: &str) {
    let mut sending = tokio::task::JoinSet::new();
    for task in 0..TASKS {
        let (sender, subclass) = (sender.clone(), subclass.to_owned());
        sending.spawn(async move {
            for number in (task..BURST).step_by(TASKS) {
                let event = EventBuilder::custom(&subclass).header("Number", number.to_string());
                sender.sendevent(&EventName::Custom, &event).await.unwrap();
            }
        });
    }
    sending.join_all().await;
}

async fn read_all(events: &mut Events) {
    let mut seen = vec![false; BURST];
    for _ in 0..BURST {
        let Some(Item::Event(event)) = events.next().await else { panic!("not all") };
        let number: usize = event.get("Number").unwrap().parse().unwrap();
        assert!(!std::mem::replace(&mut seen[number], true), "{number} twice");
    }
}

/// With the queue that is the default. Beside the consumer that reads is one that never does, and one that would rather
/// end: commands are answered all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_30000() {
    let test = "overflow::a_burst_of_30000";
    for format in [EventFormat::Plain, EventFormat::Json] {
        let Some(config) = crate::config(test) else { return };
        let receiver = Client::connect(Config::clone(&config).format(format)).await.unwrap();
        let sender = Client::connect(config.lanes(4)).await.unwrap();
        let subclass = format!("trunkline::{}", own_uuid());
        let set = || EventSet::new().with_subclass(&subclass);
        let few = StreamOptions::default().queue_items(1000);
        let mut events = receiver.events(set()).await.unwrap();
        let never = receiver.events_with(set(), few.clone()).await.unwrap();
        let mut ends = receiver.events_with(set(), few.on_overflow(Overflow::Close)).await.unwrap();
        let ask = async {
            for _ in 0..200 {
                assert!(receiver.api("uptime").await.unwrap().error().is_none());
                assert!(never.backlog().items <= 1000);
            }
        };
        let all = async { tokio::join!(fire(&sender, &subclass), read_all(&mut events), ask) };
        tokio::time::timeout(std::time::Duration::from_secs(120), all)
            .await
            .expect("the events do not come back");
        let health = receiver.health();
        assert_eq!((events.missed().count(), never.missed().count()), (0, BURST as u64 - 1000));
        assert_eq!((health.missed.count(), health.overflowed), (BURST as u64 - 1000, 1));
        for _ in 0..1000 {
            assert!(matches!(ends.next().await, Some(Item::Event(_))));
        }
        assert!(matches!(ends.next().await, Some(Item::Overflowed)));
        crate::say(&format!(
            "{test}, {}: the last event was read {:?} after it was fired",
            format.as_str(),
            health.lag
        ));
    }
    talked(test);
}
