//! Bytes that are no protocol, and conversations cut at every byte: everything that waits is told, nothing hangs.

use trunkline::proto::listener::{api_response, auth_request, command_reply};
use trunkline::{Client, CloseReason, Config, Error, Item, JobLost, Limits, SwitchMisbehaved};

use crate::support::{Port, connected_with, event, job_end, millis, within};

/// The switch says this with a command, a job and a stream open; how each of them ended.
async fn broken_by(bytes: &[u8], change: impl FnOnce(&mut Config)) -> CloseReason {
    within(async {
        let (client, mut switch) = connected_with(change).await;
        let (job, mut events) = {
            let open = async {
                let job = client.bgapi("sleep").await.unwrap();
                (job, client.events("DTMF").await.unwrap())
            };
            let play = async {
                switch.expect("event plain BACKGROUND_JOB").await;
                let id = switch.expect_job("sleep").await;
                switch.reply("+OK event listener enabled plain").await;
                switch.take_job(&id).await;
                switch.expect("event plain DTMF").await;
                switch.reply("+OK event listener enabled plain").await;
            };
            tokio::join!(open, play).0
        };
        let (reply, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.send(bytes).await;
            switch.silence().await;
        });
        let reason = client.closed().await;
        match reply {
            Err(Error::Disconnected { reason: why, .. }) => assert_eq!(why, reason),
            other => panic!("{other:?}"),
        }
        match job.await {
            Err(Error::Job(JobLost::Disconnected(why))) => assert_eq!(why, reason),
            other => panic!("{other:?}"),
        }
        match events.next().await {
            Some(Item::Closed(why)) => assert_eq!(why, reason),
            other => panic!("{other:?}"),
        }
        assert!(events.next().await.is_none());
        assert_eq!(client.close_reason(), Some(reason.clone()));
        assert!(client.api("status").await.unwrap_err().is_closed());
        assert!(client.bgapi("status").await.unwrap_err().is_closed());
        assert!(client.events("DTMF").await.is_err());
        reason
    })
    .await
}

#[tokio::test]
async fn a_header_block_without_end() {
    let endless = "X-Header: something\n".repeat(500);
    let reason = broken_by(endless.as_bytes(), |config| {
        config.connection.limits = Limits::new(4096, 4096);
    })
    .await;
    assert_eq!(reason, SwitchMisbehaved::HeaderTooLong { limit: 4096 }.into());
    assert!(reason.to_string().contains("Limits::header"), "{reason}");
}

#[tokio::test]
async fn absurd_lengths() {
    for value in ["-1", "ten", "", "1e3", "0x10"] {
        let bytes = format!("Content-Type: api/response\nContent-Length: {value}\n\n");
        let reason = broken_by(bytes.as_bytes(), |_| {}).await;
        assert!(
            matches!(&reason, CloseReason::Misbehaved(SwitchMisbehaved::ContentLength { .. })),
            "{value:?}: {reason:?}"
        );
    }
}

#[tokio::test]
async fn bodies_over_the_limit() {
    for length in ["4097", "18446744073709551616", "99999999999999999999999999"] {
        let bytes = format!("Content-Type: api/response\nContent-Length: {length}\n\n");
        let reason = broken_by(bytes.as_bytes(), |config| {
            config.connection.limits = Limits::new(4096, 4096);
        })
        .await;
        assert!(
            matches!(&reason, CloseReason::Misbehaved(SwitchMisbehaved::BodyTooLong { limit: 4096, .. })),
            "{length}: {reason:?}"
        );
        assert!(reason.to_string().contains("Limits::body"), "{reason}");
    }
}

/// A conversation cut after each of its bytes, by a close and by a reset.
#[tokio::test]
async fn cut_at_every_byte() {
    let greeting = auth_request();
    let accepted = command_reply(b"+OK accepted");
    let subscribed = command_reply(b"+OK event listener enabled plain");
    let status = [
        event("DTMF", &[("DTMF-Digit", "1")]).message(trunkline::EventFormat::Plain),
        job_end("nobody's", "body").message(trunkline::EventFormat::Plain),
        api_response(b"UP 0 years"),
    ]
    .concat();
    let whole = [greeting, accepted, subscribed, status].concat();
    let mut ends = std::collections::BTreeSet::new();
    for cut in 0..whole.len() {
        for reset in [false, true] {
            ends.insert(within(cut_at(&whole, cut, reset)).await);
        }
    }
    // Each kind of end is met on the way.
    assert!(ends.len() >= 4, "{ends:?}");
}

async fn cut_at(whole: &[u8], cut: usize, reset: bool) -> String {
    let port = Port::open().await;
    let talk = async {
        let client = Client::connect(port.config()).await?;
        let mut events = client.events("DTMF").await?;
        let text = client.api("status").await?.text().into_owned();
        let first = events.next().await;
        Ok::<_, Error>((text, first))
    };
    let play = async {
        let mut switch = port.accept().await;
        switch.send(&whole[..cut]).await;
        // What is cut in an answer is cut after the question.
        let _ = tokio::time::timeout(millis(1), switch.hear_or_end()).await;
        if reset {
            switch.reset();
        }
    };
    let (talked, ()) = tokio::join!(talk, play);
    let error = talked.expect_err("the conversation was cut");
    match error {
        Error::Connect { .. } => "connect".to_owned(),
        Error::Closed(reason) => format!("opening: {}", kind(&reason)),
        Error::Disconnected { reason, .. } => format!("command: {}", kind(&reason)),
        Error::Subscription(_) => "subscription".to_owned(),
        other => panic!("{cut}: {other:?}"),
    }
}

fn kind(reason: &CloseReason) -> &'static str {
    match reason {
        CloseReason::Eof => "eof",
        CloseReason::Misbehaved(SwitchMisbehaved::CutOff { .. }) => "cut off",
        CloseReason::Io(_) => "io",
        other => panic!("{other:?}"),
    }
}
