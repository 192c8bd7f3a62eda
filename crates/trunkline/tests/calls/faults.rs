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
    let mut ours: Config = sim.url().parse().unwrap();
    ours.connection.greeting_timeout = Duration::from_millis(500);
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
                let Ok(client) = trunkline::connect(ours.clone()).await else { continue };
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

/// Each order there is, and how many of the calls end as calls do, at least.
const ORDERS: [(&str, u64); 17] = [
    ("sim fault chunks 3", 9),
    ("sim fault chunks 40 1", 9),
    // What is done to those who connect to the switch, and nothing to those it connects to.
    ("sim fault greeting 100", 9),
    ("sim fault greeting withheld", 2),
    ("sim fault accept full", 2),
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

/// What there is, the switch says itself.
#[tokio::test]
async fn every_fault_there_is_is_tried() {
    let sim = Sim::builder().start().await.unwrap();
    let client = trunkline::connect(sim.url().as_str()).await.unwrap();
    let usage = client.api("sim fault ?").await.unwrap().text().into_owned();
    for line in usage.lines() {
        let order = line.strip_prefix("-USAGE: ").unwrap_or_else(|| panic!("{line}"));
        let words: Vec<_> = order.split(' ').take_while(|word| !word.starts_with(['<', '['])).collect();
        let (last, first) = words.split_last().unwrap();
        // `drop|duplicate|reorder` are three.
        for choice in last.split('|').map(|choice| choice.split('<').next().unwrap()) {
            let order = [first, &[choice]].concat().join(" ");
            let tried = ORDERS.iter().any(|(tried, _)| tried.starts_with(&order));
            assert!(
                tried
                    || ["sim fault clear", "sim fault greeting prompt", "sim fault accept open"]
                        .contains(&&*order),
                "{order}"
            );
        }
    }
    assert!(usage.lines().count() >= 14, "{usage}");
}

#[tokio::test]
async fn none_hangs_and_each_is_accounted_for() {
    let orders = ORDERS;
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
