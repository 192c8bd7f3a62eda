//! What is dropped when the program does not fetch it, and that it is told.

use std::thread;

use trunkline::blocking::{Client, Received};
use trunkline::proto::EventName;
use trunkline::{Config, Error, EventFormat};

use crate::support::{Peer, Play, connected_with, digits, event, millis, next, within};

/// A client with a small queue, subscribed to all.
fn subscribed(change: impl FnOnce(&mut Config), part: impl FnOnce(Peer) + Send + 'static) -> (Client, Play) {
    let (mut client, play) = connected_with(change, |mut switch| {
        switch.subscribe("ALL");
        part(switch);
    });
    client.events("ALL").unwrap();
    (client, play)
}

/// By count and by bytes, the least precious first; what is left comes in its order, after what was dropped.
#[test]
fn while_waiting_for_a_reply() {
    let one = event("DTMF", &[]).message(EventFormat::Plain).len();
    for (items, bytes) in [(10, usize::MAX), (usize::MAX, 10 * one + one / 2)] {
        within(move || {
            let change = |config: &mut Config| {
                config.queue_items = items;
                config.queue_bytes = bytes;
            };
            let (mut client, play) = subscribed(change, |mut switch| {
                switch.expect("api status");
                switch.event("CHANNEL_CREATE", &[]);
                for _ in 0..100 {
                    switch.event("DTMF", &[]);
                    switch.event("HEARTBEAT", &[]);
                }
                switch.event("CHANNEL_DESTROY", &[]);
                switch.answer("UP");
            });
            client.api("status").unwrap();
            let (missed, heartbeats) = match client.recv().unwrap() {
                Received::Missed(missed) => {
                    let heartbeats = missed.by_name().find(|(name, _)| **name == EventName::Heartbeat);
                    (missed.count(), heartbeats.map_or(0, |(_, count)| count))
                }
                other => panic!("{other:?}"),
            };
            assert_eq!(heartbeats, 100);
            assert_eq!(next(&mut client), "CHANNEL_CREATE");
            let mut digits = 0;
            let last = loop {
                match next(&mut client).as_str() {
                    "DTMF" => digits += 1,
                    other => break other.to_owned(),
                }
            };
            assert_eq!(last, "CHANNEL_DESTROY");
            assert_eq!(client.pending(), 0);
            assert_eq!(missed + digits + 2, 202);
            assert!((5..=8).contains(&digits), "{digits}");
            play.end();
        });
    }
}

/// Jobs go last of all.
#[test]
fn jobs_among_events() {
    within(|| {
        let change = |config: &mut Config| config.queue_items = 10;
        let (mut client, play) = subscribed(change, |mut switch| {
            let ids: Vec<_> = (0..8)
                .map(|_| {
                    let id = switch.expect_job("x");
                    switch.take_job(&id);
                    id
                })
                .collect();
            switch.expect("api status");
            for id in &ids {
                switch.end_job(id, "done");
                switch.send(digits(0..100));
                switch.event("CHANNEL_DESTROY", &[]);
            }
            switch.answer("UP");
        });
        // Known by `ALL` already.
        let jobs: Vec<_> = (0..8).map(|_| client.bgapi("x").unwrap()).collect();
        client.api("status").unwrap();
        assert!(next(&mut client).starts_with("missed "));
        for job in &jobs {
            assert_eq!(client.wait_job(job).unwrap().text(), "done");
        }
        assert_eq!(client.pending(), 2);
        play.end();
    });
}

/// A program that fetches is not limited by a small queue.
#[test]
fn nothing_is_dropped_without_need() {
    within(|| {
        let change = |config: &mut Config| {
            config.queue_items = 1;
            config.queue_bytes = 1;
            config.pause = millis(60_000);
        };
        let (mut client, play) = subscribed(change, |mut switch| switch.send(digits(0..20_000)));
        for number in 0..20_000 {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
        }
        play.end();
    });
}

/// A program that fetches slowly has the socket read all the same, and is told what that costs.
#[test]
fn a_slow_program() {
    within(|| {
        let change = |config: &mut Config| {
            config.queue_items = 50;
            config.pause = millis(20);
        };
        let (mut client, play) = subscribed(change, |mut switch| {
            for block in 0..100 {
                switch.send(digits(block * 100..(block + 1) * 100));
                thread::sleep(millis(1));
            }
            switch.event("CHANNEL_DESTROY", &[]);
        });
        let (mut seen, mut missed) = (0, 0);
        loop {
            match client.recv().unwrap() {
                Received::Event(event) if event.is(EventName::ChannelDestroy) => break,
                Received::Event(_) => seen += 1,
                Received::Missed(more) => missed += more.count(),
                other => panic!("{other:?}"),
            }
            thread::sleep(millis(5));
        }
        assert_eq!(seen + missed, 10_000);
        assert!(missed > 1000, "{missed}");
        play.end();
    });
}

/// The ends of jobs that nobody fetches are bounded, too; which are dropped is told, and not waited for.
#[test]
fn jobs_beyond_the_bound() {
    within(|| {
        let (mut client, play) = connected_with(
            |config| config.queue_items = 5,
            |mut switch| {
                switch.subscribe("BACKGROUND_JOB");
                let ids: Vec<_> = (0..8)
                    .map(|_| {
                        let id = switch.expect_job("x");
                        switch.take_job(&id);
                        id
                    })
                    .collect();
                ids.iter().for_each(|id| switch.end_job(id, "done"));
                switch.answer_api("status", "UP");
            },
        );
        let jobs: Vec<_> = (0..8).map(|_| client.bgapi("x").unwrap()).collect();
        client.api("status").unwrap();
        match client.recv().unwrap() {
            Received::Missed(missed) => {
                assert_eq!(missed.by_name().collect::<Vec<_>>(), [(&EventName::BackgroundJob, 3)]);
            }
            other => panic!("{other:?}"),
        }
        for (number, job) in jobs.iter().enumerate() {
            match client.wait_job(job) {
                Ok(end) => assert!(number >= 3 && end.text() == "done", "{number}"),
                Err(error @ Error::NoSuchJob { .. }) => {
                    assert!(number < 3 && error.to_string().contains("dropped"), "{error}");
                }
                other => panic!("{other:?}"),
            }
        }
        play.end();
    });
}

/// A burst is kept whole for a program that comes by after it.
#[test]
fn a_burst_of_thirty_thousand() {
    within(|| {
        let (mut client, play) = subscribed(
            |_| {},
            |mut switch| {
                switch.expect("api status");
                switch.send(digits(0..30_000));
                switch.answer("UP");
            },
        );
        client.api("status").unwrap();
        for number in 0..30_000 {
            assert_eq!(next(&mut client), format!("DTMF {number}"));
        }
        play.end();
    });
}

/// A program that never fetches has its replies and the ends of its jobs all the same, and what is kept for it stays
/// within the bounds.
#[test]
fn one_that_never_fetches() {
    within(|| {
        const ROUNDS: u32 = 300;
        let change = |config: &mut Config| config.queue_items = 100;
        let (mut client, play) = subscribed(change, |mut switch| {
            for round in 0..ROUNDS {
                let id = switch.expect_job("x");
                switch.send(digits(round * 100..round * 100 + 50));
                switch.take_job(&id);
                switch.send(digits(round * 100 + 50..round * 100 + 100));
                switch.end_job(&id, &round.to_string());
                switch.answer_api("status", "UP");
            }
        });
        for round in 0..ROUNDS {
            let job = client.bgapi("x").unwrap();
            assert_eq!(client.wait_job(&job).unwrap().text(), round.to_string());
            assert_eq!(client.api("status").unwrap().text(), "UP");
            assert!(client.pending() <= 100);
        }
        play.end();
        // Every event is there or told of, the jobs' own among them.
        let (mut seen, mut missed) = (0, 0);
        while let Ok(received) = client.recv() {
            match received {
                Received::Missed(more) => missed += more.count(),
                Received::Event(_) => seen += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!((1..=100).contains(&seen), "{seen}");
        assert_eq!(seen + missed, u64::from(ROUNDS) * 101);
    });
}
