//! Consumers that are slow or gone, and bursts.

use std::time::Duration;

use trunkline::{
    Client, CloseReason, Config, EventFormat, EventName, Events, Item, LogItem, LogLevel, Overflow,
    StreamOptions,
};

use crate::reconnect::{CORE, accept, lasting_with};
use crate::support::{Peer, connected_with, event, millis, next, within};

type Switch = Peer<tokio::net::TcpStream>;

const FORMATS: [EventFormat; 2] = [EventFormat::Plain, EventFormat::Json];

/// Every stream is on the same two events.
async fn streams<const N: usize>(change: impl FnOnce(&mut Config)) -> (Client, Switch, [Events; N]) {
    let mut format = EventFormat::Plain;
    let (client, mut switch) = connected_with(|config| {
        change(config);
        format = config.connection.format;
    })
    .await;
    switch.format = format;
    let mut streams = Vec::new();
    for _ in 0..N {
        let subscribing = client.events("DTMF CHANNEL_CREATE");
        if streams.is_empty() {
            let (events, ()) = tokio::join!(subscribing, async {
                let asked = format!("event {} CHANNEL_CREATE DTMF", format.as_str());
                switch.expect(&asked).await;
                switch.reply("+OK event listener enabled").await;
            });
            streams.push(events.unwrap());
        } else {
            streams.push(subscribing.await.unwrap());
        }
    }
    (client, switch, streams.try_into().unwrap())
}

fn digits(numbers: std::ops::Range<u32>, format: EventFormat) -> Vec<u8> {
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
    let queues = [(50_000, 128 * 1024 * 1024), (100, usize::MAX), (usize::MAX, 10_000)];
    let both = queues.iter().flat_map(|queue| FORMATS.map(|format| (*queue, format)));
    for ((items, bytes), format) in both {
        within(async {
            let (client, mut switch, [mut events]) = streams(|config| {
                config.connection.format = format;
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
            assert_eq!((client.health().events, client.health().missed.count()), (BURST.into(), 0));
            drop(sending.await.unwrap());
            assert!(next(&mut events).await.starts_with("closed: "));
        })
        .await;
    }
}

/// One consumer never reads, among a thousand commands and a hundred jobs: each of them is answered, nobody else misses
/// anything, and what waits for the one stays within its bounds.
#[tokio::test]
async fn one_that_never_reads() {
    const COMMANDS: u32 = 1000;
    const EVENTS: u32 = 20;
    within(async {
        let (client, mut switch, [never, mut other]) = streams(|config| {
            config.queue_items = 500;
            config.queue_bytes = 20_000;
            config.pause = millis(20);
        })
        .await;
        let ask = async {
            for number in 0..COMMANDS {
                assert_eq!(client.api("status").await.unwrap().text(), number.to_string());
                let backlog = never.backlog();
                assert!(backlog.items <= 500 && backlog.bytes <= 20_000, "{backlog:?}");
                if number % 10 == 0 {
                    assert_eq!(client.bgapi("echo").await.unwrap().await.unwrap().text(), "done");
                }
            }
        };
        let play = async {
            for number in 0..COMMANDS {
                switch.expect("api status").await;
                switch.send(digits(number * EVENTS..(number + 1) * EVENTS, switch.format)).await;
                switch.answer(&number.to_string()).await;
                if number % 10 == 0 {
                    if number == 0 {
                        switch.expect("event plain BACKGROUND_JOB").await;
                        switch.reply("+OK event listener enabled plain").await;
                    }
                    let id = switch.expect_job("echo").await;
                    switch.take_job(&id).await;
                    switch.end_job(&id, "done").await;
                }
            }
        };
        let read = async {
            for number in 0..COMMANDS * EVENTS {
                assert_eq!(next(&mut other).await, format!("DTMF {number}"));
            }
        };
        tokio::join!(ask, play, read);
        let backlog = never.backlog();
        let all = u64::from(COMMANDS * EVENTS);
        assert_eq!(never.missed().count() + u64::try_from(backlog.items).unwrap(), all);
        assert!(never.missed().count() > all / 2, "{:?}", never.missed());
        assert_eq!(other.missed().count(), 0);
        assert_eq!(client.health().missed, never.missed());
    })
    .await;
}

fn closing(items: usize) -> StreamOptions {
    StreamOptions::default().queue_items(items).on_overflow(Overflow::Close)
}

/// It has all that came before, says why it ends, and the switch is asked for nothing on its behalf any more.
#[tokio::test]
async fn one_that_would_rather_end() {
    within(async {
        let (client, mut switch, [mut other]) = streams(|config| config.pause = millis(1)).await;
        let (text, ()) = tokio::join!(client.events_with("DTMF TEXT", closing(10)), async {
            switch.expect("event plain TEXT").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let mut text = text.unwrap();
        // Just enough is not too much.
        switch.send(digits(0..10, switch.format)).await;
        for number in 0..10 {
            assert_eq!(next(&mut text).await, format!("DTMF {number}"));
        }
        switch.send(digits(10..200, switch.format)).await;
        switch.expect("nixevent TEXT").await;
        switch.reply("+OK").await;
        assert_eq!(client.health().streams, 1);
        switch.send(digits(200..210, switch.format)).await;
        for number in 0..210 {
            assert_eq!(next(&mut other).await, format!("DTMF {number}"));
        }
        for number in 10..20 {
            assert_eq!(next(&mut text).await, format!("DTMF {number}"));
        }
        assert!(matches!(text.next().await, Some(Item::Overflowed)));
        assert!(text.next().await.is_none());
        assert_eq!((text.missed().count(), client.health().overflowed), (0, 1));
        drop(text);
        // What was waited for with it is there again for another one.
        let (again, ()) = tokio::join!(client.events_with("TEXT", closing(10)), async {
            switch.expect("event plain TEXT").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        again.unwrap();
    })
    .await;
}

/// With its own bounds in bytes; and one that waits for the next item hears of the end that comes after it.
#[tokio::test]
async fn a_log_that_would_rather_end() {
    within(async {
        let (client, mut switch, []) = streams(|config| config.pause = millis(1)).await;
        let options = StreamOptions::default().queue_bytes(10_000).on_overflow(Overflow::Close);
        let (logs, ()) = tokio::join!(client.logs_with(LogLevel::Debug, options), async {
            switch.expect("log debug").await;
            switch.reply("+OK log level 7 [7]").await;
        });
        let mut logs = logs.unwrap();
        for _ in 0..50 {
            switch.log(LogLevel::Err, &"x".repeat(1000)).await;
        }
        switch.expect("nolog").await;
        switch.reply("+OK no longer logging").await;
        let mut lines = 0;
        loop {
            match logs.next().await {
                Some(LogItem::Line(_)) => lines += 1,
                Some(LogItem::Overflowed) => break,
                other => panic!("{other:?}"),
            }
        }
        assert!((5..10).contains(&lines), "{lines}");
        assert!(logs.next().await.is_none());
        drop(switch);
        assert_eq!(client.closed().await, CloseReason::Eof);
    })
    .await;
}

/// One that has overflowed does not come back to life with the next connection.
#[tokio::test]
async fn one_that_has_ended_stays_so_across_a_reconnect() {
    within(async {
        let (port, client, mut switch) = lasting_with(|config| config.pause = millis(1)).await;
        let (ending, ()) = tokio::join!(client.events_with("DTMF", closing(1)), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let mut ending = ending.unwrap();
        switch.send(digits(0..5, switch.format)).await;
        switch.expect("nixevent DTMF").await;
        switch.reply("+OK").await;
        drop(switch);
        let mut switch = accept(&port, CORE).await;
        let (answer, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("up").await;
        });
        answer.unwrap();
        assert_eq!(next(&mut ending).await, "DTMF 0");
        assert!(matches!(ending.next().await, Some(Item::Overflowed)));
        assert!(ending.next().await.is_none());
    })
    .await;
}
