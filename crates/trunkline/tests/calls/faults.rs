//! Every fault of the simulated switch, while a server handles its calls: each call is accounted for, none hangs, and the
//! server goes on.

use std::time::Duration;

use tokio::net::TcpStream;
use trunkline::outbound::{Counts, Server, Session, Shutdown};
use trunkline::{Config, Error, HangupCause};
use trunkline_sim::Sim;

use crate::support::within;

/// Answers, plays, and hangs up, with little patience.
async fn handle(session: Session) -> Result<(), Error> {
    let limit = Duration::from_secs(2);
    match session {
        Session::Async(call) => {
            let call = call.within(limit);
            call.answer().await?;
            let _ = call.playback("silence_stream://100").await;
            call.hangup(HangupCause::NormalClearing).await.map(drop)
        }
        Session::Sync(call) => {
            call.answer().await?;
            call.playback("silence_stream://100").await?;
            call.hangup(HangupCause::NormalClearing).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// What becomes of calls that are under way when the switch is given this order, and of those that come afterwards.
async fn calls_under(order: &str) -> Counts {
    let sim = Sim::builder().seed(7).start().await.unwrap();
    let address = sim.addr().to_string();
    let mut config = Config::new("", "");
    config.connection.greeting_timeout = Duration::from_millis(500);
    config.connection.command_timeout = Duration::from_secs(3);
    let server = Server::bind("127.0.0.1:0").await.unwrap().config(config);
    let handle_of = server.handle();
    let port = handle_of.local_addresses()[0].port();
    let serving = server.after_end(Duration::from_secs(5)).serve(handle);
    let driving = async {
        // Over and over: an order to the switch may take the connection it was given by.
        // Without `async` a switch that is silent may be busy with an application, for as long as the network says that
        // it is there.
        let silent = order.ends_with("half-open");
        let modes = if silent { &["async full", "async"][..] } else { &["async full", "async", "full", ""] };
        for words in modes {
            for then in ["", order, "sim fault clear"] {
                let Ok(client) = trunkline::connect(format!("esl://:ClueCon@{address}").as_str()).await
                else {
                    continue;
                };
                let patient = client.with_timeout(Duration::from_millis(500));
                let line = format!("originate null/test 'socket:127.0.0.1:{port} {words},hangup' inline");
                let _ = patient.bgapi(&line).await;
                tokio::time::sleep(Duration::from_millis(30)).await;
                if !then.is_empty() {
                    let _ = patient.api(then).await;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        while handle_of.counts().open > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // It still listens.
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        drop(stream);
        handle_of.shutdown(Shutdown::give_back(Duration::ZERO));
    };
    let (served, ()) = tokio::join!(serving, driving);
    served.unwrap();
    sim.stop().await;
    handle_of.counts()
}

#[tokio::test]
async fn none_hangs_and_each_is_accounted_for() {
    let orders = [
        ("sim fault chunks 3", 9),
        ("sim fault chunks 40 1", 9),
        ("sim fault replies delay 50 50", 9),
        ("sim fault replies cut 400", 3),
        ("sim fault replies lose playback", 6),
        ("sim fault events drop 30", 4),
        ("sim fault events duplicate 50", 9),
        ("sim fault events reorder 50", 9),
        ("sim fault calls kill 90", 6),
        ("sim fault stall 200", 9),
        ("sim fault disconnect", 6),
        ("sim fault half-open", 0),
        ("sim fault flood 2000", 9),
        ("sim fault restart 50", 1),
    ];
    let mut runs = tokio::task::JoinSet::new();
    for (order, least) in orders {
        runs.spawn(async move { (order, least, within(calls_under(order)).await) });
    }
    while let Some(run) = runs.join_next().await {
        let (order, least, counts) = run.unwrap();
        assert_eq!(counts.panicked + counts.aborted + counts.wrong_mode, 0, "{order}: {counts:?}");
        assert!(counts.ended >= least, "{order}: {counts:?}");
    }
}
