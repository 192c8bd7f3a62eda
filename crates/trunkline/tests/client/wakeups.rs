//! That the driver is woken when it must be. The clock stands still unless everyone waits, so that a wake-up that was
//! forgotten, and made good by some later one, is seen in the time that passed.

use std::time::Duration;

use tokio::io::{DuplexStream, duplex};
use tokio::time::{Instant, sleep};
use trunkline::{Client, Config, Error};

use crate::support::{Peer, millis};
use crate::transport::Broken;

/// Fails a test rather than hang: in the time of its clock, which passes at once where nobody does anything.
async fn within_days(test: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(1_000_000), test).await.expect("the test hangs");
}

const NO_TIME: Duration = Duration::from_millis(5);

/// A connection whose first deadlines are long past, over a pipe of this width.
async fn idle(width: usize) -> (Client, Peer<DuplexStream>, Instant) {
    let (near, far) = duplex(width);
    let mut switch = Peer::new(far);
    let config = Config::new("nowhere", "ClueCon");
    let (client, ()) = tokio::join!(Client::from_stream(near, config), switch.let_in());
    sleep(Duration::from_secs(3600)).await;
    (client.unwrap(), switch, Instant::now())
}

#[tokio::test(start_paused = true)]
async fn a_command_behind_another() {
    within_days(async {
        let (client, mut switch, start) = idle(4096).await;
        let (one, two, ()) = tokio::join!(client.api("one"), client.api("two"), async {
            switch.expect("api one").await;
            switch.expect("api two").await;
            assert!(start.elapsed() < NO_TIME);
            switch.answer("one").await;
            switch.answer("two").await;
        });
        assert_eq!((&*one.unwrap().text(), &*two.unwrap().text()), ("one", "two"));
        assert!(start.elapsed() < NO_TIME);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_deadline_out_of_the_blue() {
    within_days(async {
        let (client, _switch, start) = idle(4096).await;
        assert!(client.with_timeout(millis(700)).api("one").await.unwrap_err().is_timeout());
        assert!(start.elapsed() < millis(700) + NO_TIME);
        // One that comes before the one the driver sleeps for.
        let (patient, hasty) = (client.with_timeout(millis(900)), client.with_timeout(millis(100)));
        let start = Instant::now();
        let (patient, hasty) = tokio::join!(patient.api("two"), async {
            let result = hasty.api("three").await;
            (result, start.elapsed())
        });
        assert!(patient.unwrap_err().is_timeout() && hasty.0.unwrap_err().is_timeout());
        assert!(hasty.1 < millis(100) + NO_TIME, "{:?}", hasty.1);
        assert!(start.elapsed() < millis(900) + NO_TIME);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_job_and_its_deadline() {
    within_days(async {
        let (near, far) = duplex(4096);
        let mut switch = Peer::new(far);
        let mut config = Config::new("nowhere", "ClueCon");
        config.job_timeout = Duration::from_secs(7200);
        let (client, ()) = tokio::join!(Client::from_stream(near, config), switch.let_in());
        let client = client.unwrap();
        let start = Instant::now();
        let (job, ()) = tokio::join!(client.bgapi("sleep"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("sleep").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
        });
        assert!(matches!(job.unwrap().await, Err(error) if error.is_timeout()));
        assert!(start.elapsed() < Duration::from_secs(7200) + NO_TIME);
    })
    .await;
}

/// More than the pipe takes: the rest is written as it is read, whoever began it.
#[tokio::test(start_paused = true)]
async fn a_pipe_that_is_full() {
    within_days(async {
        let (client, mut switch, start) = idle(10).await;
        let (job, ()) = tokio::join!(client.bgapi("one that is longer than the pipe"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("one that is longer than the pipe").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
        });
        let _job = job.unwrap();
        let (text, ()) = tokio::join!(client.api("another that is longer than the pipe"), async {
            switch.expect("api another that is longer than the pipe").await;
            switch.answer("read").await;
        });
        assert_eq!(text.unwrap().text(), "read");
        let (leaving, ()) = tokio::join!(client.close(), async {
            switch.expect("exit").await;
            switch.reply("+OK bye").await;
        });
        assert_eq!(leaving, trunkline::CloseReason::Requested);
        assert!(start.elapsed() < NO_TIME);
    })
    .await;
}

/// Writing fails, and nothing more is read: the end comes after the time for last words.
#[tokio::test(start_paused = true)]
async fn a_write_that_fails() {
    within_days(async {
        let (near, far) = duplex(4096);
        let mut switch = Peer::new(far);
        let config = Config::new("nowhere", "ClueCon");
        let stream = Broken::after_one_write(near);
        let (client, ()) = tokio::join!(Client::from_stream(stream, config), switch.let_in());
        let client = client.unwrap();
        sleep(Duration::from_secs(3600)).await;
        let start = Instant::now();
        assert!(matches!(client.api("one").await, Err(Error::Disconnected { .. })));
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    })
    .await;
}
