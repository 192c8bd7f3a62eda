//! Log streams, and filters.

use trunkline::{Error, LogItem, LogLevel, Logs, SubscriptionRefused};

use crate::support::{connected, within};

async fn next(logs: &mut Logs) -> String {
    match logs.next().await {
        Some(LogItem::Line(line)) => format!("{} {}", line.level().as_str(), line.text()),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn by_level() {
    within(async {
        let (client, mut switch) = connected().await;
        let (grave, ()) = tokio::join!(client.logs(LogLevel::Warning), async {
            switch.expect("log warning").await;
            switch.reply("+OK log level 4 [4]").await;
        });
        let (chatty, ()) = tokio::join!(client.logs(LogLevel::Debug), async {
            switch.expect("log debug").await;
            switch.reply("+OK log level 7 [7]").await;
        });
        let (mut grave, mut chatty) = (grave.unwrap(), chatty.unwrap());
        switch.log(LogLevel::Debug, "one").await;
        switch.log(LogLevel::Err, "two").await;
        switch.log(LogLevel::Notice, "three").await;
        switch.log(LogLevel::Warning, "four").await;
        for line in ["one", "two", "three", "four"] {
            assert!(next(&mut chatty).await.ends_with(line));
        }
        for line in ["two", "four"] {
            assert!(next(&mut grave).await.ends_with(line));
        }
        // The switch is asked for no more than someone wants.
        drop(chatty);
        switch.expect("log warning").await;
        switch.reply("+OK log level 4 [4]").await;
        drop(grave);
        switch.expect("nolog").await;
        switch.reply("+OK no longer logging").await;
        let (mut last, ()) = tokio::join!(async { client.logs(LogLevel::Info).await.unwrap() }, async {
            switch.expect("log info").await;
            switch.reply("+OK log level 6 [6]").await;
        });
        drop(switch);
        assert!(matches!(last.next().await, Some(LogItem::Closed(_))));
        assert!(last.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn refused() {
    within(async {
        let (client, mut switch) = connected().await;
        let (logs, ()) = tokio::join!(client.logs(LogLevel::Debug), async {
            switch.expect("log debug").await;
            switch.reply("-ERR permission denied").await;
        });
        match logs {
            Err(error @ Error::Subscription(SubscriptionRefused::Log { .. })) => {
                assert!(error.is_refused());
                assert!(error.to_string().contains("permission denied"), "{error}");
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

/// The first filter brings those along that keep jobs and liveness.
#[tokio::test]
async fn filters_and_their_companions() {
    within(async {
        let (client, mut switch) = connected().await;
        let set = async {
            client.filter("Unique-ID", "abc def").await.unwrap();
            client.filter("Unique-ID", "ghi").await.unwrap();
            client.filter_delete("Unique-ID", Some("ghi")).await.unwrap();
            client.filter_delete("Unique-ID", None).await.unwrap();
            client.filter_delete_all().await.unwrap();
        };
        let play = async {
            for command in [
                "filter Event-Name BACKGROUND_JOB",
                "filter Event-Name HEARTBEAT",
                "filter Unique-ID abc def",
                "filter Unique-ID ghi",
                "filter delete Unique-ID ghi",
                // With the last one they would keep everything out.
                "filter delete Unique-ID",
                "filter delete Event-Name BACKGROUND_JOB",
                "filter delete Event-Name HEARTBEAT",
                "filter delete all",
            ] {
                switch.expect(command).await;
                switch.reply("+OK filter").await;
            }
        };
        tokio::join!(set, play);
        let (set, ()) = tokio::join!(client.filter("a", "b"), async {
            for command in ["Event-Name BACKGROUND_JOB", "Event-Name HEARTBEAT", "a b"] {
                switch.expect(&format!("filter {command}")).await;
                switch.reply("+OK filter added.").await;
            }
        });
        set.unwrap();
        let (refused, ()) = tokio::join!(client.filter("c", "d"), async {
            switch.expect("filter c d").await;
            switch.reply("-ERR invalid syntax").await;
        });
        assert!(refused.unwrap_err().is_refused());
    })
    .await;
}
