//! What every client must do, as far as it takes sockets, streams and a clock that runs. The rest is in
//! `trunkline-proto`'s tests, in a file of the same name.

use trunkline::{EventFormat, Reconnect, State};

use crate::reconnect::lasting_with;
use crate::support::{connected, connected_with, event, millis, within};

/// Nobody reads the stream, and 20 MB of events come: all are taken off the socket, and commands are answered behind
/// them. (A switch whose client stops reading stalls for all.)
#[tokio::test]
async fn drain_the_socket_continuously() {
    within(async {
        let (client, mut switch) = connected_with(|config| {
            config.queue_items = 100;
            config.pause = millis(20);
        })
        .await;
        let (stream, ()) = tokio::join!(client.events("DTMF"), async {
            switch.expect("event plain DTMF").await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let _nobody_reads = stream.unwrap();
        let events = event("DTMF", &[("Filler", &"x".repeat(1000))]).message(EventFormat::Plain).repeat(1000);
        for _ in 0..20 {
            switch.send(&events).await;
        }
        let (status, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("up").await;
        });
        assert_eq!(status.unwrap().text(), "up");
    })
    .await;
}

/// Each job has a UUID of its own, made here, and short enough.
#[tokio::test]
async fn correlate_bgapi_by_a_uuid() {
    within(async {
        let (client, mut switch) = connected().await;
        let ask = async { (client.bgapi("a").await.unwrap(), client.bgapi("b").await.unwrap()) };
        let play = async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let first = switch.expect_job("a").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&first).await;
            let second = switch.expect_job("b").await;
            switch.take_job(&second).await;
            (first, second)
        };
        let ((a, b), (first, second)) = tokio::join!(ask, play);
        assert_eq!((a.uuid().as_str(), b.uuid().as_str()), (&*first, &*second));
        assert_ne!(first, second);
        for id in [first, second] {
            assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 4);
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn reconnect_with_back_off() {
    // The port is gone: each attempt fails at once, and the time between is the backoff's.
    let (port, client, switch) = lasting_with(|config| {
        let mut reconnect = Reconnect::default();
        reconnect.jitter = 0.0;
        config.reconnect = Some(reconnect);
    })
    .await;
    drop(port);
    let mut states = client.state_changes();
    let lost = tokio::time::Instant::now();
    drop(switch);
    let mut at = Vec::new();
    while at.len() < 10 {
        if let Some(State::Connecting { attempt, .. }) = states.next().await {
            assert_eq!(attempt, at.len() as u32 + 1);
            at.push(lost.elapsed().as_millis() / 250 * 250);
        }
    }
    assert_eq!(at, [0, 250, 750, 1750, 3750, 7750, 15750, 31750, 61750, 91750]);
}
