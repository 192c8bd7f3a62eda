//! Commands on connections of their own.

use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use trunkline::{
    Client, CloseReason, Config, Error, EventName, Executed, JobLost, Reconnect, SendMsg, State,
};
use trunkline_sim::Sim;

use crate::reconnect::{CORE, OTHER, accept, soon};
use crate::support::{Peer, Port, millis, next, within};

type Switch = Peer<TcpStream>;

const GRANTED: &str = "+OK event listener enabled plain";

/// A client with so many lanes, and the switch's end of them all: the one with the events first.
pub(crate) async fn with_lanes(
    lanes: usize,
    reconnect: Option<Reconnect>,
) -> (Port, Client, Switch, Vec<Switch>) {
    let port = Port::open().await;
    let mut config = port.config().lanes(lanes);
    config.reconnect = reconnect.clone();
    let (client, (main, others)) = tokio::join!(Client::connect(config), async {
        let mut main = arrive(&port, reconnect.is_some()).await;
        let mut others = Vec::new();
        for _ in 0..lanes {
            others.push(arrive(&port, reconnect.is_some()).await);
        }
        main.expect("event plain BACKGROUND_JOB").await;
        main.reply(GRANTED).await;
        (main, others)
    });
    let client = client.unwrap();
    let mut main = main;
    settle(&client, &mut main).await;
    (port, client, main, others)
}

async fn arrive(port: &Port, lasting: bool) -> Switch {
    if lasting {
        return accept(port, CORE).await;
    }
    let mut switch = port.accept().await;
    switch.let_in().await;
    switch
}

/// Once the first connection has had an answer, it has read all that came before.
pub(crate) async fn settle(client: &Client, main: &mut Switch) {
    let (reply, ()) = tokio::join!(client.nolinger(), async {
        main.expect("nolinger").await;
        main.reply("+OK").await;
    });
    reply.unwrap();
}

/// The next command on any of two connections, and on which.
pub(crate) async fn hear_either(lanes: &mut [Switch]) -> (usize, String) {
    let [first, second] = lanes else { panic!("two lanes") };
    tokio::select! {
        heard = first.hear() => (0, heard),
        heard = second.hear() => (1, heard),
    }
}

#[tokio::test]
async fn events_flow_while_a_long_command_runs() {
    within(async {
        let (_port, client, mut main, mut lanes) = with_lanes(1, None).await;
        let (events, ()) = tokio::join!(client.events([EventName::Dtmf]), async {
            main.expect("event plain DTMF").await;
            main.reply(GRANTED).await;
        });
        let mut events = events.unwrap();
        let lane = &mut lanes[0];
        let long = tokio::spawn({
            let client = client.clone();
            async move { client.api("msleep 60000").await.map(|slept| slept.text().into_owned()) }
        });
        lane.expect("api msleep 60000").await;
        main.event("DTMF", &[("Number", "1")]).await;
        assert_eq!(next(&mut events).await, "DTMF 1");
        assert_eq!(client.outstanding(), 1);
        lane.answer("+OK").await;
        assert_eq!(long.await.unwrap().unwrap(), "+OK");
    })
    .await;
}

#[tokio::test]
async fn a_busy_lane_is_passed_by() {
    within(async {
        let (_port, client, _main, mut lanes) = with_lanes(2, None).await;
        let long = tokio::spawn({
            let client = client.clone();
            async move { client.api("msleep 60000").await }
        });
        let (busy, command) = hear_either(&mut lanes).await;
        assert_eq!(command, "api msleep 60000");
        let free = &mut lanes[1 - busy];
        for _ in 0..5 {
            let (answer, ()) = tokio::join!(client.api("uptime"), async {
                free.expect("api uptime").await;
                free.answer("1").await;
            });
            assert_eq!(answer.unwrap().text(), "1");
        }
        long.abort();
    })
    .await;
}

#[tokio::test]
async fn a_job_is_started_by_a_lane_and_ends_on_the_first_connection() {
    within(async {
        let (_port, client, mut main, mut lanes) = with_lanes(1, None).await;
        // Its end may overtake the reply to its `bgapi`.
        for overtaken in [false, true] {
            let (job, ()) = tokio::join!(client.bgapi("status"), async {
                let id = lanes[0].expect_job("status").await;
                if overtaken {
                    main.end_job(&id, "up").await;
                    settle(&client, &mut main).await;
                }
                lanes[0].take_job(&id).await;
                if !overtaken {
                    main.end_job(&id, "up").await;
                }
            });
            let end = job.unwrap().await.unwrap();
            assert_eq!((&*end.text(), end.crossed_gap()), ("up", false));
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_that_a_lane_is_refused_is_over() {
    within(async {
        let (_port, client, _main, mut lanes) = with_lanes(1, None).await;
        let (job, ()) = tokio::join!(client.bgapi("status"), async {
            lanes[0].expect_job("status").await;
            lanes[0].reply("-ERR permission denied").await;
        });
        assert!(matches!(job, Err(Error::Refused { .. })), "{job:?}");
    })
    .await;
}

#[tokio::test]
async fn a_command_a_lost_lane_had_sent_fails_and_the_next_goes_elsewhere() {
    within(async {
        let (_port, client, mut main, mut lanes) = with_lanes(2, None).await;
        for _ in 0..2 {
            let command = tokio::spawn({
                let client = client.clone();
                async move { client.api("uptime").await }
            });
            let (at, _) = match lanes.len() {
                2 => hear_either(&mut lanes).await,
                _ => (0, lanes[0].hear().await),
            };
            drop(lanes.remove(at));
            let lost = command.await.unwrap();
            assert!(matches!(lost, Err(Error::Disconnected { executed: Executed::Unknown, .. })), "{lost:?}");
        }
        // No lane is left: the first connection takes it.
        let (answer, ()) = tokio::join!(client.api("uptime"), async {
            main.expect("api uptime").await;
            main.answer("1").await;
        });
        assert_eq!(answer.unwrap().text(), "1");
        let (job, ()) = tokio::join!(client.bgapi("status"), async {
            let id = main.expect_job("status").await;
            main.take_job(&id).await;
            main.end_job(&id, "up").await;
        });
        assert_eq!(job.unwrap().await.unwrap().text(), "up");
        assert_eq!(client.state(), State::Ready);
    })
    .await;
}

#[tokio::test]
async fn what_a_lost_lane_had_not_sent_goes_elsewhere() {
    within(async {
        // One command at a time, so that the second one waits in the client.
        let (_port, client, mut main, mut lanes) = with_lanes(1, None).await;
        let lane = &mut lanes[0];
        let line = "x".repeat(70_000);
        let mut waiting = tokio::task::JoinSet::new();
        for number in 0..3 {
            let (client, line) = (client.clone(), format!("echo {number} {line}"));
            waiting.spawn(async move { client.api(&line).await });
            tokio::task::yield_now().await;
        }
        // As many as go ahead of a reply are as good as sent; the rest is not.
        lane.hear().await;
        drop(lanes);
        let switch = tokio::spawn(async move {
            while let Some(heard) = main.hear_or_end().await {
                assert!(heard.starts_with("api echo "), "{heard:.40}");
                main.answer("+OK").await;
            }
        });
        let mut lost = 0;
        while let Some(outcome) = waiting.join_next().await {
            match outcome.unwrap() {
                Ok(answer) => assert_eq!(answer.text(), "+OK"),
                Err(Error::Disconnected { executed: Executed::Unknown, .. }) => lost += 1,
                Err(other) => panic!("{other}"),
            }
        }
        switch.abort();
        assert!((1..3).contains(&lost), "{lost} of 3 were lost");
    })
    .await;
}

#[tokio::test]
async fn a_lane_comes_back() {
    within(async {
        let (port, client, mut main, mut lanes) = with_lanes(1, Some(soon())).await;
        drop(lanes.remove(0));
        let mut lane = accept(&port, CORE).await;
        // Until it is known to be back the first connection takes its commands.
        let mut back = false;
        while !back {
            let (answer, ()) = tokio::join!(client.api("uptime"), async {
                tokio::select! {
                    _ = lane.hear() => {
                        back = true;
                        lane.answer("1").await;
                    }
                    _ = main.hear() => main.answer("1").await,
                }
            });
            assert_eq!(answer.unwrap().text(), "1");
        }
    })
    .await;
}

#[tokio::test]
async fn jobs_of_lanes_cross_a_break_of_the_first_connection() {
    within(async {
        let (port, client, main, mut lanes) = with_lanes(1, Some(soon())).await;
        let lane = &mut lanes[0];
        let (job, id) = tokio::join!(client.bgapi("status"), async {
            let id = lane.expect_job("status").await;
            lane.take_job(&id).await;
            id
        });
        let job = job.unwrap();
        drop(main);
        let mut main = accept(&port, CORE).await;
        main.expect("event plain BACKGROUND_JOB").await;
        main.reply(GRANTED).await;
        main.end_job(&id, "up").await;
        let end = job.await.unwrap();
        assert_eq!((&*end.text(), end.crossed_gap()), ("up", true));
    })
    .await;
}

#[tokio::test]
async fn a_restart_ends_the_jobs_that_had_begun_and_no_others() {
    within(async {
        let (port, client, main, mut lanes) = with_lanes(1, Some(soon())).await;
        let lane = &mut lanes[0];
        let (begun, ()) = tokio::join!(client.bgapi("status"), async {
            let id = lane.expect_job("status").await;
            lane.take_job(&id).await;
        });
        let (not_yet, (mut main, id)) = tokio::join!(client.bgapi("uptime"), async {
            let id = lane.expect_job("uptime").await;
            drop(main);
            let mut main = accept(&port, OTHER).await;
            main.expect("event plain BACKGROUND_JOB").await;
            main.reply(GRANTED).await;
            // The lane's own connection is to the new switch already.
            lane.take_job(&id).await;
            (main, id)
        });
        let lost = begun.unwrap().await;
        assert!(matches!(lost, Err(Error::Job(JobLost::Restarted))), "{lost:?}");
        main.end_job(&id, "up").await;
        assert_eq!(not_yet.unwrap().await.unwrap().text(), "up");
    })
    .await;
}

#[tokio::test]
async fn while_the_first_connection_is_broken_a_job_waits_for_it() {
    within(async {
        let (port, client, main, mut lanes) = with_lanes(1, Some(soon())).await;
        let mut states = client.state_changes();
        drop(main);
        assert!(matches!(states.next().await, Some(State::Connecting { .. })));
        let lane = &mut lanes[0];
        let (job, ()) = tokio::join!(client.bgapi("status"), async {
            let mut main = accept(&port, CORE).await;
            main.expect("event plain BACKGROUND_JOB").await;
            main.reply(GRANTED).await;
            let id = main.expect_job("status").await;
            main.take_job(&id).await;
            main.end_job(&id, "up").await;
        });
        assert_eq!(job.unwrap().await.unwrap().text(), "up");
        // Other commands need no events.
        let (answer, ()) = tokio::join!(client.api("uptime"), async {
            lane.expect("api uptime").await;
            lane.answer("1").await;
        });
        assert_eq!(answer.unwrap().text(), "1");
    })
    .await;
}

#[tokio::test]
async fn a_lane_to_another_switch_is_none() {
    within(async {
        let (port, client, mut main, mut lanes) = with_lanes(1, Some(soon())).await;
        drop(lanes.remove(0));
        // Where the switch was is its stand-in, which the first connection does not know of.
        let mut lane = accept(&port, OTHER).await;
        for _ in 0..20 {
            let (answer, ()) = tokio::join!(client.api("uptime"), async {
                tokio::select! {
                    heard = lane.hear() => panic!("{heard}"),
                    () = main.expect("api uptime") => main.answer("1").await,
                }
            });
            assert_eq!(answer.unwrap().text(), "1");
            tokio::time::sleep(millis(2)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn lanes_go_where_the_first_connection_is() {
    within(async {
        // Bound, but nobody listens yet.
        let first = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        first.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let stand_in = Port::open().await;
        let mut config = stand_in.config().lanes(1).fallback("127.0.0.1", stand_in.config().port);
        config.port = first.local_addr().unwrap().as_socket().unwrap().port();
        let (client, _main) = tokio::join!(Client::connect(config), async {
            let mut main = stand_in.accept().await;
            // The first one is back.
            first.listen(8).unwrap();
            main.let_in().await;
            let mut lane = stand_in.accept().await;
            lane.let_in().await;
            (main, lane)
        });
        client.unwrap();
    })
    .await;
}

#[tokio::test]
async fn messages_to_one_channel_take_one_lane() {
    within(async {
        let (_port, client, _main, mut lanes) = with_lanes(2, None).await;
        let send = |channel: &'static str| {
            let client = client.clone();
            tokio::spawn(async move { client.sendmsg(SendMsg::hangup_normally().to(&channel.into())).await })
        };
        let mut used = [false; 2];
        for channel in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let (first, second) = (send(channel), send(channel));
            let (at, heard) = hear_either(&mut lanes).await;
            assert!(heard.starts_with(&format!("sendmsg {channel}, ")), "{heard}");
            lanes[at].expect(&heard).await;
            lanes[at].reply("+OK").await;
            lanes[at].reply("+OK").await;
            first.await.unwrap().unwrap();
            second.await.unwrap().unwrap();
            used[at] = true;
        }
        assert_eq!(used, [true, true], "the lanes share the channels");
    })
    .await;
}

#[tokio::test]
async fn lanes_end_with_the_first_connection() {
    within(async {
        let (_port, client, mut main, mut lanes) = with_lanes(2, None).await;
        let (reason, ()) = tokio::join!(client.close(), main.leave());
        assert_eq!(reason, CloseReason::Requested);
        for lane in &mut lanes {
            lane.leave().await;
        }

        let (_port, client, main, mut lanes) = with_lanes(1, None).await;
        drop(main);
        client.closed().await;
        lanes[0].leave().await;
        let late = client.api("uptime").await;
        assert!(matches!(late, Err(Error::Disconnected { executed: Executed::No, .. })), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_lane_that_is_not_let_in_is_an_error_at_once() {
    within(async {
        let port = Port::open().await;
        let (client, ()) = tokio::join!(Client::connect(port.config().lanes(2)), async {
            let mut main = port.accept().await;
            main.let_in().await;
            drop(port.accept().await);
            // What was connected is left.
            main.expect("exit").await;
        });
        assert!(client.is_err());
    })
    .await;
}

#[tokio::test]
async fn at_the_simulator() {
    within(async {
        let sim = Sim::builder().start().await.unwrap();
        let config: Config = format!("{}?lanes=4&reconnect=on", sim.url()).parse().unwrap();
        assert_eq!(config.lanes, 4);
        let client = Client::connect(config).await.unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        for number in 0..200 {
            let client = client.clone();
            waiting.spawn(async move {
                let echo = format!("echo {number}");
                let job = client.bgapi(&echo).await.unwrap();
                assert_eq!(client.api(&echo).await.unwrap().text(), number.to_string());
                assert_eq!(job.await.unwrap().text(), number.to_string());
            });
        }
        while let Some(done) = waiting.join_next().await {
            done.unwrap();
        }
        client.close().await;
    })
    .await;
}
