//! Whose reply is whose: late, dropped, timed out, with everything else in between.

use std::time::Duration;

use trunkline::{Command, Error, Executed, LogLevel};

use crate::support::{connected, connected_with, event, log_line, millis, next, within};

/// A command out of patience, and the next: the late answer is not taken for the next one's.
#[tokio::test]
async fn a_late_answer_is_nobodys() {
    within(async {
        let (client, mut switch) = connected().await;
        let hasty = client.with_timeout(millis(30));
        let talk = async {
            match hasty.api("slow").await {
                Err(error @ Error::TimedOut { executed: Executed::Unknown, .. }) => {
                    assert!(error.is_timeout());
                    assert!(error.to_string().contains("`api slow`"), "{error}");
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(client.outstanding(), 1);
            client.api("next").await.unwrap().text().into_owned()
        };
        let play = async {
            switch.expect("api slow").await;
            // Both are on their way before either is answered.
            switch.expect("api next").await;
            switch.answer("slow").await;
            switch.answer("next").await;
        };
        let (text, ()) = tokio::join!(talk, play);
        assert_eq!(text, "next");
        assert_eq!(client.outstanding(), 0);
    })
    .await;
}

/// The same, with events, log lines and a message of another kind between, cut into single bytes.
#[tokio::test]
async fn a_late_answer_among_other_things() {
    within(async {
        let (client, mut switch) = connected().await;
        let (mut events, ()) = tokio::join!(async { client.events("DTMF").await.unwrap() }, async {
            switch.hear().await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let hasty = client.with_timeout(millis(30));
        let talk = async {
            assert!(hasty.api("slow").await.unwrap_err().is_timeout());
            let (one, two) = tokio::join!(client.api("one"), client.api("two"));
            [one.unwrap().text().into_owned(), two.unwrap().text().into_owned()]
        };
        let play = async {
            for command in ["slow", "one", "two"] {
                switch.expect(&format!("api {command}")).await;
            }
            let mut bytes = Vec::new();
            for (number, answer) in ["slow", "one", "two"].into_iter().enumerate() {
                let number = number.to_string();
                bytes.extend(event("DTMF", &[("Number", &number)]).message(switch.format));
                bytes.extend(log_line(LogLevel::Notice, "a line\n\nContent-Type: api/response\n"));
                bytes.extend(b"Content-Type: text/unheard-of\nContent-Length: 3\n\nhuh");
                bytes.extend(trunkline::proto::listener::api_response(answer.as_bytes()));
            }
            switch.send_in_pieces(bytes, 1).await;
        };
        let (texts, ()) = tokio::join!(talk, play);
        assert_eq!(texts, ["one", "two"]);
        for number in 0..3 {
            assert_eq!(next(&mut events).await, format!("DTMF {number}"));
        }
    })
    .await;
}

/// Dropped when it was written already: executed, and its reply thrown away.
#[tokio::test]
async fn dropped_after_it_was_written() {
    within(async {
        let (client, mut switch) = connected().await;
        tokio::select! {
            biased;
            _ = client.api("dropped") => panic!("answered"),
            () = switch.expect("api dropped") => {}
        }
        let (text, ()) = tokio::join!(client.api("next"), async {
            switch.expect("api next").await;
            switch.answer("dropped").await;
            switch.answer("next").await;
        });
        assert_eq!(text.unwrap().text(), "next");
    })
    .await;
}

/// Dropped while it waits behind another, before the driver has seen it: never said.
#[tokio::test]
async fn dropped_before_it_was_written() {
    within(async {
        let (client, mut switch) = connected_with(|config| config.connection.window = 1).await;
        // With events subscribed the window holds.
        let (events, ()) = tokio::join!(client.events("DTMF"), async {
            switch.hear().await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let _events = events.unwrap();
        let dropped = tokio::sync::Notify::new();
        let talk = async {
            let first = client.api("first");
            tokio::pin!(first);
            assert!(tokio::time::timeout(millis(10), &mut first).await.is_err());
            // At once, and when the driver has had its time.
            assert!(tokio::time::timeout(Duration::ZERO, client.api("never")).await.is_err());
            assert!(tokio::time::timeout(millis(10), client.api("never either")).await.is_err());
            assert_eq!(client.outstanding(), 1);
            dropped.notify_one();
            let (first, last) = tokio::join!(first, client.api("last"));
            (first.unwrap().text().into_owned(), last.unwrap().text().into_owned())
        };
        let play = async {
            switch.expect("api first").await;
            dropped.notified().await;
            switch.answer("first").await;
            switch.expect("api last").await;
            switch.answer("last").await;
        };
        let (texts, ()) = tokio::join!(talk, play);
        assert_eq!(texts, ("first".to_owned(), "last".to_owned()));
    })
    .await;
}

/// A future that was never polled has said nothing.
#[tokio::test]
async fn never_polled() {
    within(async {
        let (client, mut switch) = connected().await;
        drop(client.api("never"));
        drop(client.bgapi("never"));
        drop(client.events("DTMF"));
        drop(client.filter("never", "never"));
        assert_eq!(client.outstanding(), 0);
        let (text, ()) = tokio::join!(client.api("first"), async {
            switch.expect("api first").await;
            switch.answer("first").await;
        });
        assert_eq!(text.unwrap().text(), "first");
    })
    .await;
}

/// One that times out behind a late head was not executed where the window never let it through.
#[tokio::test]
async fn timed_out_in_line() {
    within(async {
        let (client, mut switch) = connected_with(|config| config.connection.window = 1).await;
        let (events, ()) = tokio::join!(client.events("DTMF"), async {
            switch.hear().await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let _events = events.unwrap();
        let hasty = client.with_timeout(millis(30));
        let (first, second) = tokio::join!(hasty.api("first"), hasty.api("second"));
        switch.expect("api first").await;
        switch.answer("first").await;
        let (third, ()) = tokio::join!(client.api("third"), async {
            switch.expect("api third").await;
            switch.answer("third").await;
        });
        assert!(matches!(first, Err(Error::TimedOut { executed: Executed::Unknown, .. })), "{first:?}");
        assert!(matches!(second, Err(Error::TimedOut { executed: Executed::No, .. })), "{second:?}");
        assert_eq!(third.unwrap().text(), "third");
    })
    .await;
}

/// `with_timeout` holds for every command that waits for a reply of its own.
#[tokio::test]
async fn every_command_has_the_handles_timeout() {
    within(async {
        let (client, switch) = connected().await;
        let hasty = client.with_timeout(millis(20));
        let silent = tokio::spawn(switch.silence());
        let event = trunkline::EventBuilder::new();
        let errors = [
            hasty.api("a").await.unwrap_err(),
            hasty.console("a").await.unwrap_err(),
            hasty.bgapi("a").await.unwrap_err(),
            hasty.send(Command::raw("a").unwrap()).await.unwrap_err(),
            hasty.sendevent(&trunkline::EventName::Notify, &event).await.unwrap_err(),
            hasty.filter("a", "b").await.unwrap_err(),
            hasty.filter_delete("a", None).await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::TimedOut { after, .. } if after == millis(20)), "{error:?}");
        }
        silent.abort();
    })
    .await;
}

/// A reply to nothing is told to nobody, and the connection goes on.
#[tokio::test]
async fn a_reply_to_nothing() {
    within(async {
        let (client, mut switch) = connected().await;
        let (events, ()) = tokio::join!(client.events("DTMF"), async {
            switch.hear().await;
            switch.reply("+OK event listener enabled plain").await;
        });
        switch.reply("+OK who asked").await;
        switch.answer("who asked").await;
        switch.event("DTMF", &[]).await;
        assert_eq!(next(&mut events.unwrap()).await, "DTMF");
        // That stream has gone, and so has its event.
        switch.expect("nixevent DTMF").await;
        switch.reply("+OK events nixed").await;
        let (text, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("up").await;
        });
        assert_eq!(text.unwrap().text(), "up");
    })
    .await;
}

/// A lost connection says of each command whether it can have been executed.
#[tokio::test]
async fn cut_off_with_commands_in_line() {
    within(async {
        let (client, mut switch) = connected_with(|config| config.connection.window = 2).await;
        let (events, ()) = tokio::join!(client.events("DTMF"), async {
            switch.hear().await;
            switch.reply("+OK event listener enabled plain").await;
        });
        let _events = events.unwrap();
        let (one, two, three, ()) = tokio::join!(client.api("1"), client.api("2"), client.api("3"), async {
            switch.expect("api 1").await;
            switch.expect("api 2").await;
            switch.answer("1").await;
            switch.send("Content-Type: api/response\nContent-Length: 5\n\nha").await;
            // The third is said once both are answered.
            drop(switch);
        });
        assert_eq!(one.unwrap().text(), "1");
        for (result, expected) in [(two, Executed::Unknown), (three, Executed::No)] {
            assert!(
                matches!(&result, Err(Error::Disconnected { executed, .. }) if *executed == expected),
                "{result:?}"
            );
        }
        let late = client.api("4").await;
        assert!(matches!(late, Err(Error::Disconnected { executed: Executed::No, .. })), "{late:?}");
    })
    .await;
}

/// A long answer comes whole, however long.
#[tokio::test]
async fn a_long_answer() {
    within(async {
        let (client, mut switch) = connected().await;
        let long = "0123456789abcdef".repeat(512 * 1024);
        let (response, ()) = tokio::join!(client.api("show channels"), async {
            switch.expect("api show channels").await;
            switch.answer(&long).await;
        });
        assert!(response.unwrap().text() == long);
    })
    .await;
}
