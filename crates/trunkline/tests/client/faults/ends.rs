//! Switches that do not come back, or not for long; and commands and jobs given while there is none.

use std::time::Duration;

use trunkline::{
    Client, CloseReason, Command, Error, EventName, Executed, Item, Liveness, LogItem, LogLevel, Reconnect,
    State,
};
use trunkline_sim::Sim;

use super::proxy::{Direction, Fault, Plan, Proxy};
use crate::reconnect::{CORE, OTHER, accept, lasting, lasting_with, soon};
use crate::support::{Port, millis, within};

/// As one whose accept queue has overflowed does, for each attempt.
#[tokio::test(start_paused = true)]
async fn silence_is_no_good_session() {
    let (port, client, switch) = lasting_with(|config| {
        let mut reconnect = soon();
        reconnect.attempts = Some(4);
        config.reconnect = Some(reconnect);
    })
    .await;
    let mut states = client.state_changes();
    drop(switch);
    let silent = tokio::spawn(async move {
        let mut peers = Vec::new();
        loop {
            peers.push(port.accept().await);
        }
    });
    let mut attempts = Vec::new();
    while let Some(state) = states.next().await {
        match state {
            State::Connecting { attempt, .. } => attempts.push(attempt),
            State::Closed(reason) => {
                assert!(matches!(reason, CloseReason::NoGreeting { .. }), "{reason}");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(attempts, [1, 2, 3, 4]);
    silent.abort();
}

#[tokio::test]
async fn giving_up_closes_the_streams_and_refuses_none() {
    within(async {
        let (port, client, mut switch) = lasting_with(|config| {
            let mut reconnect = soon();
            reconnect.attempts = Some(2);
            config.reconnect = Some(reconnect);
        })
        .await;
        let (events, logs) = tokio::join!(client.events(EventName::Dtmf), async {
            let (logs, ()) = tokio::join!(client.logs(LogLevel::Info), async {
                switch.expect("event plain DTMF").await;
                switch.reply("+OK event listener enabled plain").await;
                switch.expect("log info").await;
                switch.reply("+OK log level info [6]").await;
            });
            logs
        });
        let (mut events, mut logs) = (events.unwrap(), logs.unwrap());
        drop(port);
        drop(switch);
        // One that has not begun is told why it will not.
        assert!(client.events(EventName::Heartbeat).await.unwrap_err().is_closed());
        assert!(matches!(events.next().await, Some(Item::Closed(CloseReason::Eof))));
        assert!(events.next().await.is_none());
        assert!(matches!(logs.next().await, Some(LogItem::Closed(CloseReason::Eof))));
        assert!(matches!(client.state(), State::Closed(_)));
    })
    .await;
}

/// Let in and lost at once, again and again: a command does not wait for longer than it may.
#[tokio::test]
async fn a_connection_that_comes_and_goes_keeps_nobody_waiting() {
    within(async {
        let (port, client, switch) = lasting_with(|config| {
            let mut reconnect = soon();
            reconnect.most = millis(10);
            config.reconnect = Some(reconnect);
        })
        .await;
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        let flapping = tokio::spawn(async move {
            loop {
                let mut switch = port.accept().await;
                switch.let_in().await;
                switch.expect("api global_getvar core_uuid").await;
            }
        });
        match client.with_timeout(millis(300)).api("status").await {
            Err(Error::TimedOut { executed, .. }) => assert_eq!(executed, Executed::No),
            other => panic!("{other:?}"),
        }
        flapping.abort();
    })
    .await;
}

#[tokio::test]
async fn exit_said_in_a_break_ends_it() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        drop((port, switch));
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        match client.send(Command::exit()).await {
            Err(Error::Disconnected { executed: Executed::No, reason: CloseReason::Requested, .. }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(client.closed().await, CloseReason::Requested);
    })
    .await;
}

/// A job given in a break begins after it: it has not crossed it, nor does another Core-UUID end it.
#[tokio::test]
async fn a_job_given_in_a_break_has_crossed_none() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        let (job, (mut switch, id)) = tokio::join!(client.bgapi("later"), async {
            let mut switch = accept(&port, OTHER).await;
            switch.expect("event plain BACKGROUND_JOB").await;
            switch.reply("+OK event listener enabled plain").await;
            let id = switch.expect_job("later").await;
            switch.take_job(&id).await;
            (switch, id)
        });
        let job = job.unwrap();
        assert!(!job.crossed_gap());
        switch.end_job(&id, "+OK").await;
        // It ends before the next break, and is asked for after it.
        drop(switch);
        let _switch = accept(&port, CORE).await;
        while client.state() != State::Ready {
            states.next().await;
        }
        assert!(!job.await.unwrap().crossed_gap());
    })
    .await;
}

/// Nothing comes back, or nothing arrives, and nobody says so: each command ends in its time, and so does the client.
#[tokio::test]
async fn half_a_connection() {
    within(async {
        for direction in [Direction::ToClient, Direction::ToSwitch] {
            let sim = Sim::builder().start().await.unwrap();
            // The greeting has 38 bytes; the answers to the password and to who it is come to less than 200.
            let at = if direction == Direction::ToClient { 400 } else { 120 };
            let proxy = Proxy::before(sim.addr(), Some(Plan { direction, at, fault: Fault::Swallow })).await;
            let mut liveness = Liveness::default();
            liveness.answer_within = millis(500);
            let mut reconnect = soon();
            reconnect.liveness = Some(liveness);
            let mut config = proxy.config().reconnect(reconnect);
            config.connection.command_timeout = millis(60);
            let client = Client::connect(config).await.unwrap();
            let mut late = 0;
            for number in 0..40 {
                let text = number.to_string();
                let command = format!("eval {text}");
                let (one, two) = tokio::join!(client.api(&command), client.bgapi("eval x"));
                match one {
                    Ok(answer) => assert_eq!(answer.text().trim(), text),
                    Err(error) => {
                        assert!(error.is_timeout(), "{error}");
                        late += 1;
                    }
                }
                assert!(two.is_ok() || two.is_err_and(|error| error.is_timeout()));
            }
            assert!(late > 30, "{late}");
            assert!(proxy.has_struck());
            // The kernel would notice a dead host. A stopped process is only known not to answer.
            assert_eq!(client.state(), State::Stale);
            proxy.strike();
            // That is noticed.
            let patient = client.with_timeout(Duration::from_secs(10));
            let mut answer = patient.api("eval again").await;
            if answer.is_err() {
                answer = patient.api("eval again").await;
            }
            assert_eq!(answer.unwrap().text().trim(), "again");
            assert_eq!(client.close().await, CloseReason::Requested);
        }
    })
    .await;
}

/// A password that was changed is no reason to give up: it may be changed back.
#[tokio::test]
async fn refused_on_the_way_back() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut states = client.state_changes();
        drop(switch);
        for _ in 0..2 {
            let mut switch = port.accept().await;
            switch.send(trunkline::proto::listener::auth_request()).await;
            switch.expect("auth ClueCon").await;
            switch.reply("-ERR invalid").await;
        }
        loop {
            match states.next().await {
                Some(State::Connecting { attempt, why }) if attempt > 1 => {
                    assert!(why.contains("invalid") || why.contains("password"), "{why}");
                    break;
                }
                Some(State::Connecting { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        let (answer, _switch) = tokio::join!(client.api("status"), async {
            let mut switch = accept(&port, CORE).await;
            switch.expect("api status").await;
            switch.answer("UP").await;
            switch
        });
        assert_eq!(answer.unwrap().text(), "UP");
    })
    .await;
}

/// The last handle goes in a break: nobody dials any more.
#[tokio::test]
async fn the_last_handle_goes_in_a_break() {
    within(async {
        let port = Port::open().await;
        let mut reconnect = Reconnect::default();
        reconnect.first = millis(200);
        let config = port.config().reconnect(reconnect);
        let (client, switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        let (mut states, closed) = (client.state_changes(), client.closed());
        drop(switch);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        drop(client);
        assert_eq!(closed.await, CloseReason::Requested);
        assert!(tokio::time::timeout(millis(400), port.accept()).await.is_err(), "it dialled again");
    })
    .await;
}

/// The switch has stopped reading, and the socket takes no more: what it never took waits for the next one.
#[tokio::test]
async fn what_the_socket_never_took_is_said_later() {
    within(async {
        let (port, client, switch) = lasting().await;
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..200 {
            let client = client.clone();
            asking.spawn(async move {
                let answer = client.api(&format!("eval {number} {}", "x".repeat(60_000))).await;
                (number, answer)
            });
        }
        while client.outstanding() < 200 {
            tokio::time::sleep(millis(10)).await;
        }
        tokio::time::sleep(millis(100)).await;
        switch.reset();
        let answering = tokio::spawn(async move {
            let mut switch = accept(&port, CORE).await;
            while let Some(heard) = switch.hear_or_end().await {
                switch.answer(heard.split(' ').nth(2).unwrap()).await;
            }
        });
        let (mut answered, mut lost) = (0, 0);
        while let Some(asked) = asking.join_next().await {
            match asked.unwrap() {
                (number, Ok(answer)) => {
                    assert_eq!(answer.text(), number.to_string());
                    answered += 1;
                }
                (_, Err(Error::Disconnected { executed: Executed::Unknown, .. })) => lost += 1,
                (number, other) => panic!("{number}: {other:?}"),
            }
        }
        assert!(answered > 0 && lost > 0, "{answered} answered, {lost} lost");
        assert_eq!(client.outstanding(), 0);
        answering.abort();
    })
    .await;
}
