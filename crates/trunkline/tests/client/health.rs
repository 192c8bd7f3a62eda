//! How the client says it is.

use std::time::{Duration, SystemTime};

use trunkline::{Client, CloseReason, EventName, Events, Health, LogLevel, Missed, State};

use crate::lanes::{hear_either, settle, with_lanes};
use crate::reconnect::{CORE, OTHER, Switch, accept, lasting, lasting_with, soon};
use crate::support::{connected_with, millis, next, within};

async fn dtmf(client: &Client, switch: &mut Switch) -> Events {
    let (events, ()) = tokio::join!(client.events([EventName::Dtmf]), async {
        switch.expect("event plain DTMF").await;
        switch.reply("+OK event listener enabled plain").await;
    });
    events.unwrap()
}

fn by_name(missed: &Missed) -> Vec<(EventName, u64)> {
    missed.by_name().map(|(name, count)| (name.clone(), count)).collect()
}

#[tokio::test]
async fn what_was_seen_is_counted() {
    within(async {
        let (_port, client, mut switch) = lasting().await;
        let new = client.health();
        assert!(new.is_ready());
        assert_eq!((new.lag, new.last_event, new.events, new.commands), (None, None, 0, 0));
        let mut events = dtmf(&client, &mut switch).await;
        let (logs, ()) = tokio::join!(client.logs(LogLevel::Info), async {
            switch.expect("log info").await;
            switch.reply("+OK log level info [6]").await;
        });
        let _logs = logs.unwrap();
        let fired = SystemTime::now() - Duration::from_secs(7);
        let fired = fired.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros().to_string();
        // Nobody asked for it, and it was received all the same.
        switch.event("TEXT", &[("Number", "of no stream")]).await;
        switch.event("DTMF", &[("Event-Date-Timestamp", "1")]).await;
        switch.event("DTMF", &[("Event-Date-Timestamp", &fired)]).await;
        switch.log(LogLevel::Err, "one").await;
        switch.log(LogLevel::Debug, "two").await;
        settle(&client, &mut switch).await;
        let full = client.health();
        assert_eq!((full.events, full.log_lines, full.commands, full.streams), (3, 2, 1, 2));
        assert_eq!(full.core.as_ref().map(|core| core.as_str()), Some(CORE));
        assert!(full.bytes > new.bytes + 100, "{full:?}");
        assert!(full.last_event.is_some_and(|at| at >= new.since), "{full:?}");
        assert!(full.lag.is_some_and(|lag| (7..60).contains(&lag.as_secs())), "{full:?}");
        assert_eq!((full.deepest.items, events.backlog().items), (2, 2));
        assert_eq!(full.deepest.bytes, events.backlog().bytes);
        for _ in 0..2 {
            assert_eq!(next(&mut events).await, "DTMF");
        }
        assert_eq!(events.backlog().items, 0);
        // The log's one line still waits.
        assert_eq!(client.health().deepest.items, 1);
        drop(events);
        assert_eq!(client.health().streams, 1);
    })
    .await;
}

#[tokio::test]
async fn commands_and_jobs_under_way() {
    within(async {
        let (_port, client, mut switch) = lasting().await;
        let asking = tokio::spawn({
            let client = client.clone();
            async move { client.api("slow").await }
        });
        switch.expect("api slow").await;
        assert_eq!((client.health().outstanding, client.health().commands), (1, 1));
        switch.answer("at last").await;
        asking.await.unwrap().unwrap();
        let (job, id) = tokio::join!(client.bgapi("long"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("long").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
            id
        });
        let health = client.health();
        assert_eq!((health.outstanding, health.jobs, health.commands), (0, 1, 2));
        switch.end_job(&id, "done").await;
        job.unwrap().await.unwrap();
        assert_eq!(client.health().jobs, 0);
    })
    .await;
}

#[tokio::test]
async fn losses_and_attempts_are_counted() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let events = dtmf(&client, &mut switch).await;
        let new = client.health();
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        let down = client.health();
        assert!(!down.is_ready() && down.since >= new.since, "{down:?}");
        assert_eq!((down.reconnects, down.gaps), (0, 0));
        // One that lets nobody in.
        drop(port.accept().await);
        let mut switch = accept(&port, OTHER).await;
        switch.expect("event plain DTMF").await;
        switch.reply("+OK event listener enabled plain").await;
        settle(&client, &mut switch).await;
        let up = client.health();
        assert_eq!((up.attempts, up.reconnects, up.gaps), (2, 1, 1));
        assert_eq!(up.core.as_ref().map(|core| core.as_str()), Some(OTHER));
        assert!(up.is_ready() && up.since >= down.since, "{up:?}");
        assert_eq!((up.events, up.commands), (0, 1));
        tokio::join!(client.close(), switch.leave());
        let over = client.health();
        assert_eq!(over.state, State::Closed(CloseReason::Requested));
        assert!(over.since >= up.since, "{over:?}");
        drop(events);
    })
    .await;
}

/// Through all attempts it is in one state.
#[tokio::test]
async fn since_when_it_has_been_connecting() {
    within(async {
        let (port, client, switch) = lasting_with(|config| config.reconnect = Some(soon())).await;
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        let since = client.health().since;
        for _ in 0..3 {
            drop(port.accept().await);
        }
        let health: Health = client.health();
        assert!(health.attempts >= 3, "{health:?}");
        assert_eq!(health.since, since);
    })
    .await;
}

/// By name, over all streams, and when they have gone.
#[tokio::test]
async fn what_was_missed_is_not_forgotten() {
    within(async {
        let (client, mut switch) = connected_with(|config| {
            config.queue_items = 2;
            config.pause = millis(1);
        })
        .await;
        let one = dtmf(&client, &mut switch).await;
        let two = client.events([EventName::Dtmf]).await.unwrap();
        for _ in 0..5 {
            switch.event("DTMF", &[]).await;
        }
        settle(&client, &mut switch).await;
        assert_eq!(by_name(&one.missed()), [(EventName::Dtmf, 3)]);
        assert_eq!(by_name(&client.health().missed), [(EventName::Dtmf, 6)]);
        drop(one);
        assert_eq!(by_name(&client.health().missed), [(EventName::Dtmf, 6)]);
        switch.event("DTMF", &[]).await;
        settle(&client, &mut switch).await;
        assert_eq!(by_name(&client.health().missed), [(EventName::Dtmf, 7)]);
        assert_eq!(by_name(&two.missed()), [(EventName::Dtmf, 4)]);
        assert_eq!(client.health().events, 6);
    })
    .await;
}

/// A lane that is lost is the client's loss, but no gap: no stream hears of it.
#[tokio::test]
async fn lanes_are_told_one_by_one_and_added_up() {
    within(async {
        let (port, client, mut main, mut lanes) = with_lanes(2, Some(soon())).await;
        let before = client.health();
        assert_eq!(before.lanes.len(), 2);
        let asking = tokio::spawn({
            let client = client.clone();
            async move { client.api("slow").await }
        });
        let (at, heard) = hear_either(&mut lanes).await;
        assert_eq!(heard, "api slow");
        let busy = client.health();
        assert_eq!((busy.outstanding, busy.commands), (1, before.commands + 1));
        assert_eq!(busy.lanes.iter().map(|lane| lane.outstanding).sum::<usize>(), 1);
        let before = client.health();
        drop(lanes.remove(at));
        asking.await.unwrap().unwrap_err();
        let _again = accept(&port, CORE).await;
        settle(&client, &mut main).await;
        while client.health().reconnects == 0 {
            tokio::task::yield_now().await;
        }
        let after = client.health();
        assert_eq!((after.reconnects, after.gaps, after.attempts), (1, 0, 1));
        assert!(after.lanes.iter().all(|lane| lane.state == State::Ready));
        assert_eq!(after.since, before.since);
    })
    .await;
}

#[tokio::test]
async fn as_data() {
    within(async {
        let (client, mut switch) = connected_with(|config| {
            config.queue_items = 1;
            config.pause = millis(1);
        })
        .await;
        let events = dtmf(&client, &mut switch).await;
        for _ in 0..3 {
            switch.event("DTMF", &[]).await;
        }
        settle(&client, &mut switch).await;
        let (refused, ()) = tokio::join!(client.api("hostname"), async {
            switch.expect("api hostname").await;
            switch.reply("-ERR permission denied").await;
        });
        refused.unwrap_err();
        drop(switch);
        client.closed().await;
        let health = serde_json::to_value(client.health()).unwrap();
        assert_eq!(health["state"], "closed");
        assert!(health["why"].as_str().is_some_and(|why| why.contains("without notice")), "{health}");
        assert!(health["since"].as_f64() > Some(1.7e9), "{health}");
        assert_eq!(health["missed"], serde_json::json!({ "DTMF": 2 }));
        assert_eq!(health["refused"], serde_json::json!(["api hostname (esl-allowed-api)"]));
        assert_eq!(health["commands"], 2);
        assert!(health["lag"].is_null() && health["core"].is_null(), "{health}");
        // Every field is there, under its name.
        let shown = format!("{:?}", client.health());
        let fields = health.as_object().unwrap().keys().filter(|name| *name != "why");
        for name in fields {
            assert!(shown.contains(&format!("{name}: ")), "{name}");
        }
        drop(events);
    })
    .await;
}
