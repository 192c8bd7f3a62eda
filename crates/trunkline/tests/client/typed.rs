//! Api commands as values.

use trunkline::api::{ApiError, Show, UuidGetvar, UuidKill};
use trunkline::{ApiMisuse, Error};

use crate::support::{connected, within};

#[tokio::test]
async fn an_answer_is_read_and_its_text_stays() {
    within(async {
        let (client, mut switch) = connected().await;
        let (answer, ()) = tokio::join!(client.run(UuidGetvar::new("a", "note")), async {
            switch.expect("api uuid_getvar a note").await;
            switch.answer("-ERR is what he said").await;
        });
        let answer = answer.unwrap();
        assert_eq!(answer.value().as_deref(), Some("-ERR is what he said"));
        assert_eq!(answer.text(), "-ERR is what he said");
        assert_eq!(answer.into_value().as_deref(), Some("-ERR is what he said"));
    })
    .await;
}

#[tokio::test]
async fn a_failure_keeps_what_was_printed() {
    within(async {
        let (client, mut switch) = connected().await;
        let kill = UuidKill::new("a").cause("USER_BUSY");
        let (answer, ()) = tokio::join!(client.run(&kill), async {
            switch.expect("api uuid_kill a USER_BUSY").await;
            switch.answer("-ERR No such channel!\n").await;
        });
        let error = answer.unwrap_err();
        assert_eq!(error.to_string(), "`uuid_kill a …` failed: the switch says: No such channel!");
        let failure = error.api_error().unwrap();
        assert_eq!(failure.reason(), Some("No such channel!"));
        assert_eq!(failure.output().as_ref(), b"-ERR No such channel!\n");
        assert!(!error.is_closed() && !error.is_timeout() && !error.is_refused());

        // And so does what cannot be read.
        let (answer, ()) = tokio::join!(client.run(Show::channels()), async {
            switch.expect("api show channels as json").await;
            switch.answer("{\"row_count\":2,\"rows\":[{\"uu").await;
        });
        let error = answer.unwrap_err();
        assert!(matches!(error.api_error(), Some(ApiError::Unreadable { .. })), "{error}");
        assert_eq!(error.api_error().unwrap().output().as_ref(), b"{\"row_count\":2,\"rows\":[{\"uu");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_said_is_not_sent() {
    within(async {
        let (client, mut switch) = connected().await;
        let error = client.run(UuidKill::new("a b")).await.unwrap_err();
        assert!(matches!(error, Error::Misuse(ApiMisuse::DialString(_))), "{error}");
        let error = client.run_in_background(UuidKill::new("a").cause("x\n\nexit")).await.unwrap_err();
        assert!(matches!(error, Error::Misuse(ApiMisuse::Unsendable { .. })), "{error}");
        let (answer, ()) = tokio::join!(client.run(UuidKill::new("a")), async {
            switch.expect("api uuid_kill a").await;
            switch.answer("+OK\n").await;
        });
        answer.unwrap();
    })
    .await;
}

#[tokio::test]
async fn in_the_background() {
    within(async {
        let (client, mut switch) = connected().await;
        let (job, id) = tokio::join!(client.run_in_background(UuidKill::new("a")), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("uuid_kill a").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.take_job(&id).await;
            id
        });
        let job = job.unwrap();
        assert_eq!(job.uuid().as_str(), id);
        switch.end_job(&id, "-ERR No such channel!\n").await;
        let error = job.await.unwrap_err();
        assert_eq!(error.api_error().and_then(ApiError::reason), Some("No such channel!"));

        let (job, id) = tokio::join!(client.run_in_background(UuidGetvar::new("a", "b")), async {
            let id = switch.expect_job("uuid_getvar a b").await;
            switch.take_job(&id).await;
            id
        });
        switch.end_job(&id, "é 1").await;
        let answer = job.unwrap().await.unwrap();
        assert_eq!((answer.value().as_deref(), &*answer.text()), (Some("é 1"), "é 1"));
    })
    .await;
}
