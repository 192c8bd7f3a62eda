//! Consumers that are slow or gone, and bursts.

use std::time::Duration;

use trunkline::{Client, Config, EventName, Events, Item};

use crate::support::{Peer, connected_with, event, millis, next, within};

type Switch = Peer<tokio::net::TcpStream>;

/// Every stream is on the same two events.
async fn streams<const N: usize>(change: impl FnOnce(&mut Config)) -> (Client, Switch, [Events; N]) {
    let (client, mut switch) = connected_with(change).await;
    let mut streams = Vec::new();
    for _ in 0..N {
        let subscribing = client.events("DTMF CHANNEL_CREATE");
        if streams.is_empty() {
            let (events, ()) = tokio::join!(subscribing, async {
                switch.expect("event plain CHANNEL_CREATE DTMF").await;
                switch.reply("+OK event listener enabled plain").await;
            });
            streams.push(events.unwrap());
        } else {
            streams.push(subscribing.await.unwrap());
        }
    }
    (client, switch, streams.try_into().unwrap())
}

fn digits(numbers: std::ops::Range<u32>, format: trunkline::EventFormat) -> Vec<u8> {
    numbers.flat_map(|number| event("DTMF", &[("Number", &number.to_string())]).message(format)).collect()
}

/// The consumer sleeps: replies and jobs go on, and it is told exactly what it missed.
#[tokio::test]
async fn missed_and_told() {
    within(async {
        let (client, mut switch, [mut events]) = streams(|config| {
            config.queue_items = 10;
            config.pause = millis(20);
        })
        .await;
        switch.event("CHANNEL_CREATE", &[("Number", "first")]).await;
        switch.send(digits(0..100, switch.format)).await;
        let ask = async {
            assert_eq!(client.api("status").await.unwrap().text(), "up");
            client.bgapi("echo").await.unwrap().await.unwrap().text().into_owned()
        };
        let play = async {
            switch.expect("api status").await;
            switch.answer("up").await;
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("echo").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
            switch.send(digits(100..200, switch.format)).await;
            switch.end_job(&id, "done").await;
        };
        let (output, ()) = tokio::join!(ask, play);
        assert_eq!(output, "done");
        let Some(Item::Missed(missed)) = events.next().await else { panic!("not told") };
        // The channel's creation is dearer than the digits.
        assert_eq!(missed.by_name().collect::<Vec<_>>(), [(&EventName::Dtmf, 191)]);
        assert_eq!(next(&mut events).await, "CHANNEL_CREATE first");
        for number in 191..200 {
            assert_eq!(next(&mut events).await, format!("DTMF {number}"));
        }
        // Having caught up, it misses nothing more.
        switch.send(digits(200..205, switch.format)).await;
        for number in 200..205 {
            assert_eq!(next(&mut events).await, format!("DTMF {number}"));
        }
    })
    .await;
}

/// Slow, but reading: the reader waits for it, all comes, and in order.
#[tokio::test]
async fn slow_but_reading() {
    within(async {
        let (_client, mut switch, [mut one, mut two, mut three]) = streams(|config| {
            config.queue_items = 4;
            config.pause = Duration::from_secs(20);
        })
        .await;
        let sent = digits(0..3000, switch.format);
        let read = async |events: &mut Events, yields: u32| {
            for number in 0..3000 {
                for _ in 0..yields {
                    tokio::task::yield_now().await;
                }
                assert_eq!(next(events).await, format!("DTMF {number}"));
            }
        };
        tokio::join!(
            switch.send_in_pieces(sent, 1000),
            read(&mut one, 0),
            read(&mut two, 3),
            read(&mut three, 7)
        );
    })
    .await;
}

/// Of several slow ones each misses its own, keeps its order, and the quick one misses nothing.
#[tokio::test]
async fn several_slow_ones() {
    within(async {
        let (_client, mut switch, [one, two, mut quick]) = streams(|config| {
            config.queue_items = 5;
            config.pause = millis(300);
        })
        .await;
        let sent = digits(0..2000, switch.format);
        let read = async {
            for number in 0..2000 {
                assert_eq!(next(&mut quick).await, format!("DTMF {number}"));
            }
        };
        tokio::join!(switch.send(sent), read);
        drop(switch);
        for mut slow in [one, two] {
            let (mut last, mut seen, mut missed) = (None, 0, 0);
            loop {
                match slow.next().await.unwrap() {
                    Item::Event(event) => {
                        let number: u64 = event.get("Number").unwrap().parse().unwrap();
                        assert!(last < Some(number), "{last:?} before {number}");
                        last = Some(number);
                        seen += 1;
                    }
                    Item::Missed(more) => missed += more.count(),
                    Item::Closed(_) => break,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!((seen + missed, last), (2000, Some(1999)));
            assert!(missed > 0);
        }
    })
    .await;
}

/// A consumer that is waited for goes away: nobody waits for the rest of the time.
#[tokio::test]
async fn gone_while_waited_for() {
    within(async {
        let (client, mut switch, [events, mut other]) = streams(|config| {
            config.queue_items = 1;
            config.pause = Duration::from_secs(3600);
        })
        .await;
        switch.send(digits(0..10, switch.format)).await;
        let read = async {
            for number in 0..10 {
                assert_eq!(next(&mut other).await, format!("DTMF {number}"));
            }
        };
        let ask = async {
            let (text, ()) = tokio::join!(client.api("status"), async {
                tokio::time::sleep(millis(50)).await;
                drop(events);
            });
            text.unwrap().text().into_owned()
        };
        let play = async {
            switch.expect("api status").await;
            switch.answer("up").await;
        };
        let (text, (), ()) = tokio::join!(ask, read, play);
        assert_eq!(text, "up");
    })
    .await;
}

/// 30,000 at once, with the default queue: a consumer that reads misses none, and bytes bound the queue as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst() {
    const BURST: u32 = 30_000;
    for (items, bytes) in [(50_000, 128 * 1024 * 1024), (100, usize::MAX), (usize::MAX, 10_000)] {
        within(async {
            let (_client, mut switch, [mut events]) = streams(|config| {
                config.queue_items = items;
                config.queue_bytes = bytes;
                config.pause = Duration::from_secs(20);
            })
            .await;
            let sent = digits(0..BURST, switch.format);
            let sending = tokio::spawn(async move {
                switch.send(sent).await;
                switch
            });
            for number in 0..BURST {
                assert_eq!(next(&mut events).await, format!("DTMF {number}"));
            }
            drop(sending.await.unwrap());
            assert!(next(&mut events).await.starts_with("closed: "));
        })
        .await;
    }
}
