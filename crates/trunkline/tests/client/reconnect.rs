//! Connections that are lost and made again.

use std::time::Duration;

use tokio::net::TcpStream;
use trunkline::{
    Client, CloseReason, Config, Error, EventName, Executed, GapCause, Item, JobLost, LogItem, LogLevel,
    Reconnect, State,
};

use crate::support::{Peer, Port, millis, next, within};

pub(crate) const CORE: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const OTHER: &str = "99999999-2222-3333-4444-555555555555";

pub(crate) type Switch = Peer<TcpStream>;

/// Tries again soon, and without chance.
pub(crate) fn soon() -> Reconnect {
    let mut reconnect = Reconnect::default();
    reconnect.first = millis(5);
    reconnect.jitter = 0.0;
    reconnect
}

pub(crate) async fn accept(port: &Port, core: &str) -> Switch {
    let mut switch = port.accept().await;
    switch.let_in().await;
    switch.expect("api global_getvar core_uuid").await;
    switch.answer(core).await;
    switch
}

/// The names of a denied list are asked for one by one, all of them: these are granted.
pub(crate) async fn grant_only(switch: &mut Switch, granted: &str, names: usize) {
    for _ in 0..names {
        let asked = switch.hear().await;
        let is_granted = asked == format!("event plain {granted}");
        switch
            .reply(if is_granted { "+OK event listener enabled plain" } else { "-ERR permission denied" })
            .await;
    }
}

pub(crate) async fn lasting() -> (Port, Client, Switch) {
    lasting_with(|_| {}).await
}

pub(crate) async fn lasting_with(change: impl FnOnce(&mut Config)) -> (Port, Client, Switch) {
    let port = Port::open().await;
    let mut config = port.config().reconnect(soon());
    change(&mut config);
    let (client, switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
    (port, client.unwrap(), switch)
}

#[tokio::test]
async fn streams_go_on_and_say_what_they_did_not_see() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let (events, ()) = tokio::join!(client.events([EventName::Dtmf]), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let (logs, ()) = tokio::join!(client.logs(LogLevel::Info), async {
            switch.expect("log info").await;
            switch.reply("+OK log level info [6]").await;
        });
        let (mut events, mut logs) = (events.unwrap(), logs.unwrap());
        for core in [CORE, CORE, OTHER] {
            switch.event("DTMF", &[("Number", "1")]).await;
            assert_eq!(next(&mut events).await, "DTMF 1");
            switch.event("DTMF", &[("Number", "2")]).await;
            drop(switch);
            switch = accept(&port, core).await;
            switch.expect("event plain DTMF").await;
            switch.expect("log info").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.reply("+OK log level info [6]").await;
            switch.event("DTMF", &[("Number", "3")]).await;
            // What came before the break is there before it.
            assert_eq!(next(&mut events).await, "DTMF 2");
            let Some(Item::Gap(gap)) = events.next().await else { panic!("no gap") };
            let why = if core == CORE { GapCause::Disconnected } else { GapCause::Restarted };
            assert_eq!((gap.why, gap.core.as_ref().map(|core| core.as_str())), (why, Some(core)));
            assert!(gap.from <= gap.to);
            assert_eq!(next(&mut events).await, "DTMF 3");
            assert!(matches!(logs.next().await, Some(LogItem::Gap(gap)) if gap.why == why));
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_is_unknown_and_what_was_not_is_done_later() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let sent = tokio::spawn({
            let client = client.clone();
            async move { client.api("one").await }
        });
        switch.expect("api one").await;
        drop(switch);
        match sent.await.unwrap() {
            Err(Error::Disconnected { executed, .. }) => assert_eq!(executed, Executed::Unknown),
            other => panic!("{other:?}"),
        }
        // There is no connection now.
        let (answer, _switch) = tokio::join!(client.api("two"), async {
            let mut switch = accept(&port, CORE).await;
            switch.expect("api two").await;
            switch.answer("2").await;
            switch
        });
        assert_eq!(answer.unwrap().text(), "2");
    })
    .await;
}

#[tokio::test]
async fn commands_may_be_configured_not_to_wait() {
    within(async {
        let (_port, client, switch) = lasting_with(|config| {
            let mut reconnect = soon();
            reconnect.commands_wait = false;
            reconnect.first = Duration::from_secs(3600);
            config.reconnect = Some(reconnect);
        })
        .await;
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { attempt: 1, .. })));
        match client.api("status").await {
            Err(Error::Disconnected { executed, .. }) => assert_eq!(executed, Executed::No),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_command_waits_no_longer_than_its_timeout() {
    within(async {
        let (_port, client, switch) = lasting_with(|config| {
            let mut reconnect = soon();
            reconnect.first = Duration::from_secs(3600);
            config.reconnect = Some(reconnect);
        })
        .await;
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        match client.with_timeout(millis(100)).api("status").await {
            Err(Error::TimedOut { executed, .. }) => assert_eq!(executed, Executed::No),
            other => panic!("{other:?}"),
        }
        // Closing does not wait for the next attempt either.
        assert_eq!(client.close().await, CloseReason::Requested);
        assert!(matches!(client.state(), State::Closed(_)));
    })
    .await;
}

#[tokio::test]
async fn a_job_says_that_it_crossed_a_gap_or_ended_with_the_switch() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let (job, id) = tokio::join!(client.bgapi("originate null/x &park"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("originate null/x &park").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
            id
        });
        let job = job.unwrap();
        assert!(!job.crossed_gap());
        drop(switch);
        let mut switch = accept(&port, CORE).await;
        switch.expect("event plain BACKGROUND_JOB").await;
        switch.reply("+OK event listener enabled plain").await;
        switch.end_job(&id, "+OK 1").await;
        let result = job.await.unwrap();
        assert_eq!((&*result.text(), result.crossed_gap()), ("+OK 1", true));

        let (job, _) = tokio::join!(client.bgapi("again"), async {
            let id = switch.expect_job("again").await;
            switch.take_job(&id).await;
        });
        let job = job.unwrap();
        drop(switch);
        let _switch = accept(&port, OTHER).await;
        assert!(matches!(job.await, Err(Error::Job(JobLost::Restarted))));
    })
    .await;
}

#[tokio::test]
async fn a_subscription_that_is_not_granted_any_more_ends_its_stream_and_no_other() {
    within(async {
        let (port, client, mut switch) = lasting().await;
        let mut streams = Vec::new();
        for name in [EventName::Dtmf, EventName::Heartbeat] {
            let command = format!("event plain {name}");
            let (events, ()) = tokio::join!(client.events([name]), async {
                switch.expect(&command).await;
                switch.reply("+OK event listener enabled plain").await;
            });
            streams.push(events.unwrap());
        }
        drop(switch);
        let mut switch = accept(&port, CORE).await;
        switch.expect("event plain DTMF HEARTBEAT").await;
        switch.reply("-ERR permission denied").await;
        grant_only(&mut switch, "HEARTBEAT", 2).await;
        switch.event("HEARTBEAT", &[]).await;
        let [dtmf, heartbeat] = &mut streams[..] else { panic!() };
        assert!(matches!(dtmf.next().await, Some(Item::Gap(_))));
        assert!(matches!(dtmf.next().await, Some(Item::Refused(_))));
        assert!(dtmf.next().await.is_none());
        assert!(matches!(heartbeat.next().await, Some(Item::Gap(_))));
        assert_eq!(next(heartbeat).await, "HEARTBEAT");
    })
    .await;
}

#[tokio::test]
async fn one_made_in_a_break_begins_after_it_and_has_no_gap() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        let (events, _switch) = tokio::join!(client.events([EventName::Dtmf]), async {
            let mut switch = accept(&port, CORE).await;
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.event("DTMF", &[]).await;
            switch
        });
        assert_eq!(next(&mut events.unwrap()).await, "DTMF");
    })
    .await;
}

#[tokio::test]
async fn the_first_connection_is_not_tried_again() {
    within(async {
        let port = Port::open().await;
        let config = port.config().reconnect(soon());
        let (client, ()) = tokio::join!(Client::connect(config), async {
            let mut switch = port.accept().await;
            switch.send(trunkline::proto::listener::auth_request()).await;
            switch.expect("auth ClueCon").await;
            switch.reply("-ERR invalid").await;
        });
        assert!(matches!(client, Err(Error::Closed(CloseReason::AuthRejected { .. }))), "{client:?}");
    })
    .await;
}

#[tokio::test]
async fn attempts_are_counted_and_may_be_limited() {
    within(async {
        let (port, client, switch) = lasting_with(|config| {
            let mut reconnect = soon();
            reconnect.attempts = Some(3);
            config.reconnect = Some(reconnect);
        })
        .await;
        let mut states = client.state_changes();
        drop(switch);
        // Two that let nobody in, then nobody is there.
        for _ in 0..2 {
            drop(port.accept().await);
        }
        drop(port);
        let mut seen = Vec::new();
        while let Some(state) = states.next().await {
            match state {
                State::Connecting { attempt, .. } => seen.push(attempt),
                State::Closed(_) => break,
                other => panic!("{other:?}"),
            }
        }
        assert!(seen.is_sorted() && seen.last() == Some(&3), "{seen:?}");
        assert!(client.api("status").await.unwrap_err().is_closed());
    })
    .await;
}

#[tokio::test]
async fn a_stand_in_is_tried_where_the_first_is_not_there() {
    within(async {
        let (first, second) = (Port::open().await, Port::open().await);
        let stand_in = second.config().port;
        let config = first.config().fallback("127.0.0.1", stand_in).reconnect(soon());
        let (client, switch) = tokio::join!(Client::connect(config), accept(&first, CORE));
        let client = client.unwrap();
        drop(first);
        drop(switch);
        let mut switch = accept(&second, OTHER).await;
        let (answer, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("UP").await;
        });
        assert_eq!(answer.unwrap().text(), "UP");
    })
    .await;
}

/// As one does that is stalled: the kernel accepts for it. Waiting for its greeting takes as long as a good session.
#[tokio::test(start_paused = true)]
async fn a_switch_that_accepts_and_says_nothing_is_no_success() {
    let (port, client, switch) = lasting_with(|config| {
        let mut reconnect = soon();
        reconnect.attempts = Some(3);
        config.reconnect = Some(reconnect);
        config.connection.greeting_timeout = Duration::from_secs(6);
    })
    .await;
    let silent = tokio::spawn(async move {
        let mut silent = Vec::new();
        loop {
            silent.push(port.accept().await);
        }
    });
    drop(switch);
    let closed = tokio::time::timeout(Duration::from_secs(60), client.closed()).await;
    silent.abort();
    assert!(matches!(closed, Ok(CloseReason::NoGreeting { .. })), "{closed:?}");
}

#[tokio::test]
async fn in_a_break_the_end_is_the_end_to_every_stream() {
    within(async {
        let (port, client, mut switch) = lasting_with(|config| {
            let mut reconnect = soon();
            reconnect.first = Duration::from_secs(3600);
            config.reconnect = Some(reconnect);
        })
        .await;
        let (events, ()) = tokio::join!(client.events([EventName::Dtmf]), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let mut events = events.unwrap();
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        assert_eq!(client.close().await, CloseReason::Requested);
        match events.next().await {
            Some(Item::Closed(CloseReason::Requested)) => {}
            other => panic!("{other:?}"),
        }
        assert!(events.next().await.is_none());
        drop(port);
    })
    .await;
}

#[tokio::test]
async fn after_the_end_there_are_no_changes() {
    within(async {
        let (_port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        let leave = tokio::spawn(async move {
            let mut switch = switch;
            switch.leave().await;
        });
        assert_eq!(client.close().await, CloseReason::Requested);
        assert_eq!(states.next().await, Some(State::Closed(CloseReason::Requested)));
        // The client is still there.
        assert_eq!(states.next().await, None);
        assert_eq!(client.state_changes().next().await, None);
        leave.await.unwrap();
    })
    .await;
}
