//! How it ends: `close`, the last clone, a runtime that is shut down.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use trunkline::{Client, CloseReason, Command, Error, Item, JobLost};

use crate::support::{Peer, Port, connected, next, within};

#[tokio::test]
async fn close() {
    within(async {
        let (client, mut switch) = connected().await;
        let (events, ()) = tokio::join!(client.events("DTMF"), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let mut events = events.unwrap();
        let closed = tokio::spawn(client.closed());
        // What is in line is still answered.
        let (reason, status, ()) = tokio::join!(
            async {
                tokio::task::yield_now().await;
                client.close().await
            },
            client.api("status"),
            async {
                switch.expect("api status").await;
                switch.expect("exit").await;
                switch.event("DTMF", &[]).await;
                switch.answer("up").await;
                switch.reply("+OK bye").await;
                switch.goodbye().await;
                switch.expect_end().await;
            }
        );
        assert_eq!(reason, CloseReason::Requested);
        assert_eq!(status.unwrap().text(), "up");
        assert_eq!(closed.await.unwrap(), CloseReason::Requested);
        assert_eq!(next(&mut events).await, "DTMF");
        assert!(matches!(events.next().await, Some(Item::Closed(CloseReason::Requested))));
        assert!(events.next().await.is_none());
        // Again, to no harm.
        assert_eq!(client.close().await, CloseReason::Requested);
    })
    .await;
}

/// A switch that does not answer `exit`.
#[tokio::test(start_paused = true)]
async fn close_without_an_answer() {
    let (near, far) = tokio::io::duplex(4096);
    let mut switch = Peer::new(far);
    let config = trunkline::Config::new("nowhere", "ClueCon");
    let (client, ()) = tokio::join!(Client::from_stream(near, config), switch.let_in());
    let client = client.unwrap();
    let silent = tokio::spawn(switch.silence());
    let started = tokio::time::Instant::now();
    assert_eq!(client.close().await, CloseReason::Requested);
    assert!(started.elapsed() < Duration::from_secs(6));
    silent.await.unwrap();
}

#[tokio::test]
async fn exit_as_a_command() {
    within(async {
        let (client, mut switch) = connected().await;
        let (reply, ()) = tokio::join!(client.send(Command::exit()), switch.leave());
        assert_eq!(reply.unwrap().text(), "+OK bye");
        assert_eq!(client.closed().await, CloseReason::Requested);
    })
    .await;
}

#[tokio::test]
async fn the_last_clone() {
    within(async {
        let (client, mut switch) = connected().await;
        let clone = client.clone();
        drop(client);
        let (job, ()) = tokio::join!(clone.bgapi("sleep"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("sleep").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
        });
        // A job holds the connection, as does a stream.
        let job = job.unwrap();
        let (events, ()) = tokio::join!(clone.events("DTMF"), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let closed = clone.closed();
        drop((clone, job));
        drop(events);
        switch.expect("nixevent DTMF").await;
        switch.reply("+OK events nixed").await;
        switch.leave().await;
        switch.expect_end().await;
        assert_eq!(closed.await, CloseReason::Requested);
    })
    .await;
}

/// The switch leaves by itself, and says why.
#[tokio::test]
async fn the_switch_leaves() {
    within(async {
        let (client, mut switch) = connected().await;
        switch.send(trunkline::proto::listener::disconnect_notice("The system is being shut down.\n")).await;
        drop(switch);
        let reason = client.closed().await;
        assert_eq!(reason, CloseReason::Notice { text: "The system is being shut down.".to_owned() });
        assert!(reason.to_string().contains("being shut down"));
        match client.api("status").await {
            Err(Error::Disconnected { executed: trunkline::Executed::No, reason: why, .. }) => {
                assert_eq!(why, reason);
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The runtime that drives the connection goes; who waits elsewhere is told.
#[test]
fn the_runtime_is_shut_down() {
    let switch_side = two_threads();
    let port = switch_side.block_on(Port::open());
    let config = port.config();
    let (said, heard) = oneshot::channel();
    let play = switch_side.spawn(async move {
        let mut switch = port.accept().await;
        switch.let_in().await;
        switch.expect("event plain BACKGROUND_JOB").await;
        let id = switch.expect_job("sleep").await;
        switch.reply("+OK event listener enabled plain").await;
        switch.take_job(&id).await;
        switch.expect("event plain DTMF").await;
        switch.reply("+OK event listener enabled plain").await;
        switch.expect("api status").await;
        said.send(()).unwrap();
        switch.silence().await;
    });
    let driving = two_threads();
    let (client, job, mut events) = driving.block_on(within(async {
        let client = Client::connect(config).await.unwrap();
        let job = client.bgapi("sleep").await.unwrap();
        let events = client.events("DTMF").await.unwrap();
        (client, job, events)
    }));
    let elsewhere = two_threads();
    let waiting = elsewhere.spawn({
        let client = client.clone();
        async move {
            let reply = within(client.api("status")).await;
            (reply, within(job).await, within(events.next()).await)
        }
    });
    switch_side.block_on(within(heard)).unwrap();
    drop(driving);
    let (reply, job, item) = elsewhere.block_on(within(waiting)).unwrap();
    assert!(matches!(reply, Err(Error::Disconnected { .. })), "{reply:?}");
    assert!(matches!(job, Err(Error::Job(JobLost::Disconnected(_)))), "{job:?}");
    let Some(Item::Closed(reason)) = item else { panic!("{item:?}") };
    assert!(reason.to_string().contains("runtime"), "{reason}");
    assert!(elsewhere.block_on(within(client.api("status"))).is_err());
    switch_side.block_on(within(play)).unwrap();
}

/// A runtime that goes with everything still pending in it neither hangs nor panics.
#[test]
fn the_runtime_is_shut_down_with_all_in_it() {
    let switch_side = two_threads();
    for workers in [0, 2] {
        let port = switch_side.block_on(Port::open());
        let config = port.config();
        let play = switch_side.spawn(async move {
            let mut switch = port.accept().await;
            switch.let_in().await;
            switch.silence().await;
        });
        let mut builder = match workers {
            0 => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        let driving = builder.enable_all().build().unwrap();
        let client = driving.block_on(within(async {
            let client = Client::connect(config).await.unwrap();
            for number in 0..100 {
                let client = client.clone();
                tokio::spawn(async move {
                    match number % 4 {
                        0 => drop(client.api("status").await),
                        1 => drop(client.bgapi("status").await),
                        2 => drop(client.events("ALL").await),
                        _ => drop(client.filter("a", "b").await),
                    }
                });
            }
            tokio::task::yield_now().await;
            client
        }));
        drop(driving);
        // Outside of any runtime.
        assert!(client.close_reason().is_some());
        drop(client);
        switch_side.block_on(within(play)).unwrap();
    }
}

/// Commands given in the very moment of the end: each is answered, from whichever thread it comes.
#[test]
fn commands_in_the_moment_of_the_end() {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(within(async {
        for _ in 0..400 {
            let (near, far) = tokio::io::duplex(4096);
            let mut switch = Peer::new(far);
            let config = trunkline::Config::new("nowhere", "ClueCon");
            let (client, ()) = tokio::join!(Client::from_stream(near, config), switch.let_in());
            let client = client.unwrap();
            let mut asking = tokio::task::JoinSet::new();
            for _ in 0..6 {
                let client = client.clone();
                asking.spawn(async move {
                    let mut after = 0;
                    while after < 20 {
                        after += usize::from(client.api("status").await.is_err());
                    }
                });
            }
            drop(switch);
            while let Some(asked) = asking.join_next().await {
                asked.unwrap();
            }
        }
    }));
}
