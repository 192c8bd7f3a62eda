//! `bgapi`.

use crate::with_switch;

#[tokio::test]
async fn results() {
    with_switch("jobs::results", async |client| {
        let status = client.bgapi("status").await.unwrap().await.unwrap();
        assert!(status.text().starts_with("UP "), "{}", status.text());
        let unknown = client.bgapi("nosuch a b").await.unwrap().await.unwrap();
        assert_eq!(unknown.error().as_deref(), Some("nosuch Command not found!"));
        assert_eq!(unknown.event().get("Job-Command-Arg").as_deref(), Some("a b"));
    })
    .await;
}

#[tokio::test]
async fn a_hundred_at_once() {
    with_switch("jobs::a_hundred_at_once", async |client| {
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..100 {
            let client = client.clone();
            asking.spawn(async move {
                let job = client.bgapi(&format!("echo {number}")).await.unwrap();
                let id = job.uuid().clone();
                let end = job.await.unwrap();
                assert_eq!(end.text(), number.to_string());
                assert_eq!(end.event().job_uuid().as_deref(), Some(id.as_str()));
            });
        }
        while let Some(done) = asking.join_next().await {
            done.unwrap();
        }
    })
    .await;
}

/// A slow one does not hold up the commands.
#[tokio::test]
async fn beside_a_slow_one() {
    with_switch("jobs::beside_a_slow_one", async |client| {
        let job = client.bgapi("msleep 1000").await.unwrap();
        let started = std::time::Instant::now();
        assert_eq!(client.api("echo quick").await.unwrap().text(), "quick");
        assert!(started.elapsed() < std::time::Duration::from_millis(900));
        job.await.unwrap();
    })
    .await;
}
