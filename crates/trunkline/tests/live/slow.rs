//! Who is too slow: this side, whose queue overflows, and a switch that stands still because another of its clients was.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use trunkline::model::{Live, StaleCause};
use trunkline::{Config, Item, StreamOptions};
use trunkline_sim::{Fault, Sim};

use crate::faults::{Shows, follow, settled};
use crate::truth::within;

/// Events are dropped on this side: that is counted, and what they told is asked for, once.
#[tokio::test]
async fn a_queue_that_overflows() {
    // The model has a thread of its own, so that it alone can be held up.
    let own = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let mut config: Config = sim.url().parse().unwrap();
        // Nobody is waited for.
        (config.queue_items, config.pause) = (200, Duration::ZERO);
        let client = trunkline::connect(config).await.unwrap();
        let follow = client.clone();
        let live = own.spawn(async move { Live::follow(&follow).await.unwrap() }).await.unwrap();
        let many = StreamOptions::default().queue_items(1_000_000);
        let job = client.bgapi("msleep 600000").await.unwrap();
        live.until(|view| view.jobs().len() == 1).await.unwrap();
        let mut bridges = client.events_with("CHANNEL_BRIDGE", many).await.unwrap();

        let (release, released) = std::sync::mpsc::channel::<()>();
        let held_up = own.spawn(async move { released.recv() });
        sim.with(|switch, now| {
            for _ in 0..60 {
                switch.api("originate null/a &bridge(null/b)", now);
            }
        });
        for _ in 0..60 {
            assert!(matches!(bridges.next().await, Some(Item::Event(_))));
        }
        assert!(live.view().channels().is_empty() && client.health().missed.count() > 0);
        release.send(()).unwrap();
        let stale = live.until(|view| view.stale().is_some()).await.unwrap();
        assert_eq!(stale.stale().map(|stale| stale.cause), Some(StaleCause::Overflow));
        settled(&live, &sim, Shows::Maybe).await.unwrap();
        let health = live.health();
        assert_eq!((live.view().channels().len(), health.overflows), (120, 1));
        assert_eq!((health.resyncs, health.failed, health.signs), (2, 0, 0));
        // Its end may have been among what was dropped.
        assert!(live.view().jobs().get(job.uuid().as_str()).unwrap().crossed_gap);
        assert!(held_up.await.unwrap().is_ok());
    })
    .await;
    own.shutdown_background();
}

/// A client that asks for events, and does not read them.
async fn deaf(sim: &Sim) -> TcpStream {
    let mut socket = BufReader::new(TcpStream::connect(sim.addr()).await.unwrap());
    for (said, answer) in [
        ("", "auth/request"),
        ("auth ClueCon\n\n", "+OK accepted"),
        ("event plain CUSTOM sim::flood\n\n", "+OK"),
    ] {
        socket.write_all(said.as_bytes()).await.unwrap();
        let mut heard = String::new();
        while !heard.contains(answer) {
            assert!(socket.read_line(&mut heard).await.unwrap() > 0, "{heard}");
        }
    }
    socket.into_inner()
}

/// Another client has not read what it asked for, and is thrown out: meanwhile nobody is told anything (`kill_listener` in
/// `mod_event_socket.c`).
#[tokio::test]
async fn a_switch_that_stands_still() {
    within(async {
        let sim = Sim::builder().heartbeat(Duration::from_secs(1)).configure(|config| {
            (config.queue_limit, config.most_missed) = (1000, 500);
            config.faults.stall_on_kill = Duration::from_secs(5);
        });
        let sim = sim.start().await.unwrap();
        let deaf = deaf(&sim).await;
        let its = sim.with(|switch, _| switch.connections().next()).unwrap();
        let (client, live) = follow(&sim).await;
        let mut others = client.events("HEARTBEAT").await.unwrap();
        sim.with(|switch, now| {
            switch.set_writable(its, false, now);
            switch.fail(Fault::Flood(2000), now);
            switch.api("originate {origination_uuid=unheard}null/1 &park", now);
        });
        let still = live.until(|view| view.stale().is_some()).await.unwrap();
        assert_eq!(still.stale().map(|stale| stale.cause), Some(StaleCause::Silent));
        assert!(still.channel("unheard").is_none());
        live.until(|view| view.channel("unheard").is_some()).await.unwrap();
        settled(&live, &sim, Shows::Maybe).await.unwrap();
        let health = live.health();
        assert!(health.silences > 0 && health.resyncs > 1, "{health:?}");
        // It goes on for everybody.
        while !matches!(others.next().await, Some(Item::Event(_))) {}
        drop(deaf);
    })
    .await;
}
