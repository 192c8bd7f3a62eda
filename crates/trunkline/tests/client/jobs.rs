//! `bgapi` as a future.

use trunkline::{Client, Error, Job, JobLost};

use crate::support::{Peer, connected, connected_with, millis, within};

type Switch = Peer<tokio::net::TcpStream>;

/// Starts the first job of a connection.
async fn first_job(client: &Client, switch: &mut Switch, command: &str) -> (Job, String) {
    let (job, id) = tokio::join!(client.bgapi(command), async {
        switch.expect("event plain BACKGROUND_JOB").await;
        let id = switch.expect_job(command).await;
        switch.reply("+OK event listener enabled plain").await;
        switch.take_job(&id).await;
        id
    });
    (job.unwrap(), id)
}

async fn another_job(client: &Client, switch: &mut Switch, command: &str) -> (Job, String) {
    let (job, id) = tokio::join!(client.bgapi(command), async {
        let id = switch.expect_job(command).await;
        switch.take_job(&id).await;
        id
    });
    (job.unwrap(), id)
}

#[tokio::test]
async fn results() {
    within(async {
        let (client, mut switch) = connected().await;
        let (good, good_id) = first_job(&client, &mut switch, "originate null/a &park").await;
        assert_eq!((good.uuid().as_str(), good.command()), (&*good_id, "originate null/a &park"));
        let (bad, bad_id) = another_job(&client, &mut switch, "nosuch").await;
        let (empty, empty_id) = another_job(&client, &mut switch, "quiet").await;
        // In another order than they were started in.
        switch.end_job(&empty_id, "").await;
        switch.end_job(&bad_id, "-ERR nosuch Command not found!\n").await;
        switch.end_job(&good_id, "+OK 1234\n").await;
        let good = good.await.unwrap();
        assert_eq!((&*good.text(), good.error()), ("+OK 1234\n", None));
        assert_eq!(&*good.bytes(), b"+OK 1234\n");
        assert!(good.event().is(trunkline::EventName::BackgroundJob));
        let bad = bad.await.unwrap();
        assert_eq!(bad.error().as_deref(), Some("nosuch Command not found!"));
        assert_eq!(empty.await.unwrap().text(), "");
    })
    .await;
}

/// A job that ends before the `bgapi` is even answered.
#[tokio::test]
async fn an_end_before_its_beginning() {
    within(async {
        let (client, mut switch) = connected().await;
        let (job, ()) = tokio::join!(client.bgapi("quick"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("quick").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.end_job(&id, "done").await;
            switch.take_job(&id).await;
        });
        assert_eq!(job.unwrap().await.unwrap().text(), "done");
    })
    .await;
}

#[tokio::test]
async fn many_at_once() {
    within(async {
        let (client, mut switch) = connected().await;
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..300 {
            let client = client.clone();
            asking.spawn(async move {
                let command = format!("echo {number}");
                let job = client.bgapi(&command).await.unwrap();
                assert_eq!(job.await.unwrap().text(), command);
            });
        }
        let play = async {
            switch.expect("event plain BACKGROUND_JOB").await;
            switch.reply("+OK event listener enabled plain").await;
            let mut open = Vec::new();
            for _ in 0..300 {
                let heard = switch.hear().await;
                let (command, id) = heard.split_once(", Job-UUID: ").unwrap();
                switch.take_job(id).await;
                open.push((id.to_owned(), command.strip_prefix("bgapi ").unwrap().to_owned()));
                if open.len() > 20 {
                    let (id, command) = open.swap_remove(open.len() / 2);
                    switch.end_job(&id, &command).await;
                }
            }
            for (id, command) in open {
                switch.end_job(&id, &command).await;
            }
        };
        let finish = async {
            while let Some(done) = asking.join_next().await {
                done.unwrap();
            }
        };
        tokio::join!(play, finish);
    })
    .await;
}

#[tokio::test]
async fn lost_with_the_connection() {
    within(async {
        let (client, mut switch) = connected().await;
        let (job, _) = first_job(&client, &mut switch, "sleep").await;
        switch.reset();
        match job.await {
            Err(error @ Error::Job(JobLost::Disconnected(_))) => {
                assert!(error.is_closed());
                assert!(error.to_string().contains("may still run"), "{error}");
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn out_of_time() {
    within(async {
        let (client, mut switch) = connected_with(|config| config.job_timeout = millis(50)).await;
        let (job, id) = first_job(&client, &mut switch, "sleep").await;
        let error = job.await.unwrap_err();
        assert!(matches!(error, Error::Job(JobLost::TimedOut)), "{error:?}");
        assert!(error.is_timeout());
        // Its end, late, is nobody's; the connection goes on.
        switch.end_job(&id, "late").await;
        let (next, id) = another_job(&client, &mut switch, "next").await;
        switch.end_job(&id, "next").await;
        assert_eq!(next.await.unwrap().text(), "next");
    })
    .await;
}

#[tokio::test]
async fn dropped() {
    within(async {
        let (client, mut switch) = connected().await;
        let (job, id) = first_job(&client, &mut switch, "sleep").await;
        drop(job);
        switch.end_job(&id, "unheard").await;
        // Before it was answered, too.
        tokio::select! {
            biased;
            _ = client.bgapi("dropped") => panic!("answered"),
            id = switch.expect_job("dropped") => {
                switch.take_job(&id).await;
                switch.end_job(&id, "unheard").await;
            }
        }
        let (job, id) = another_job(&client, &mut switch, "next").await;
        switch.end_job(&id, "heard").await;
        assert_eq!(job.await.unwrap().text(), "heard");
    })
    .await;
}

#[tokio::test]
async fn refused() {
    within(async {
        let (client, mut switch) = connected().await;
        let (job, ()) = tokio::join!(client.bgapi("shutdown"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            switch.expect_job("shutdown").await;
            switch.reply("+OK event listener enabled plain").await;
            switch.reply("-ERR permission denied").await;
        });
        match job {
            Err(error @ Error::Refused { .. }) => {
                assert_eq!(
                    error.to_string(),
                    "the switch refused `bgapi shutdown`: permission denied; this user lacks api shutdown \
                     (esl-allowed-api) in the directory"
                );
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

/// A user that may run commands and not see BACKGROUND_JOB: the job is said to be unknowable, not waited for.
#[tokio::test]
async fn not_to_be_seen() {
    within(async {
        let (client, mut switch) = connected().await;
        let (job, ()) = tokio::join!(client.bgapi("status"), async {
            switch.expect("event plain BACKGROUND_JOB").await;
            let id = switch.expect_job("status").await;
            switch.reply("-ERR permission denied").await;
            switch.take_job(&id).await;
        });
        let error = job.unwrap().await.unwrap_err();
        assert!(matches!(error, Error::Job(JobLost::NotPermitted)), "{error:?}");
        assert!(error.to_string().contains("esl-allowed-events"), "{error}");
        // The next one is known to be so from the start, and is run all the same.
        let (job, id) = another_job(&client, &mut switch, "status").await;
        assert!(matches!(job.await, Err(Error::Job(JobLost::NotPermitted))), "{id}");
    })
    .await;
}
