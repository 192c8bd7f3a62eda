//! Many tasks, random drops and timeouts, a switch that is late: no reply is ever another command's. The switch
//! echoes each command in its answer, so that a shift by one is seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use tokio::net::TcpStream;
use trunkline::{Client, Command, EventName, Job, LogLevel, Reply};

use crate::support::{Peer, connected_with, event, job_end, log_line, queued, within};

/// Answers every command with its own text, some late, with other messages between.
async fn echo(mut switch: Peer<TcpStream>, mut random: Rng) {
    while let Some(command) = switch.hear_or_end().await {
        match random.u8(..40) {
            0 => tokio::time::sleep(Duration::from_millis(random.u64(1..8))).await,
            1..10 => {
                switch.event("DTMF", &[]).await;
            }
            10..14 => switch.send(log_line(LogLevel::Info, "a line\n\n")).await,
            14 => switch.send("Content-Type: text/unheard-of\nContent-Length: 3\n\nhuh").await,
            15..20 => tokio::task::yield_now().await,
            _ => {}
        }
        let mut bytes = Vec::new();
        if let Some((line, id)) = command.split_once(", Job-UUID: ") {
            let end = job_end(id, line).message(switch.format);
            let early = random.bool();
            if early {
                bytes.extend(&end);
            }
            let accepted = format!("~Reply-Text: +OK Job-UUID: {id}\nJob-UUID: {id}\n\n");
            bytes.extend(trunkline::proto::listener::command_reply(accepted.as_bytes()));
            if !early {
                bytes.extend(&end);
            }
        } else if command.starts_with("api ") {
            bytes.extend(trunkline::proto::listener::api_response(command.as_bytes()));
        } else {
            bytes.extend(trunkline::proto::listener::command_reply(format!("+OK {command}").as_bytes()));
        }
        if random.u8(..20) == 0 {
            switch.send_in_pieces(bytes, 5).await;
        } else {
            switch.send(bytes).await;
        }
        if command == "exit" {
            return;
        }
    }
}

#[derive(Default)]
struct Counts {
    answered: AtomicUsize,
    given_up: AtomicUsize,
}

/// One of many: asks, and now and then loses patience.
async fn ask(client: Client, task: usize, times: usize, mut random: Rng, counts: Arc<Counts>) {
    let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed);
    for time in 0..times {
        let client = match random.u8(..10) {
            0 => client.with_timeout(Duration::from_millis(random.u64(1..6))),
            _ => client.clone(),
        };
        let text = format!("echo {task}.{time}");
        let patience = match random.u8(..8) {
            0 => Duration::ZERO,
            1 => Duration::from_micros(random.u64(..3000)),
            _ => Duration::from_secs(3600),
        };
        let asked = tokio::time::timeout(patience, ask_once(&client, &text, random.u8(..10))).await;
        match asked {
            Ok(Ok(answer)) => {
                assert!(answer.ends_with(&text), "{text} was answered {answer}");
                count(&counts.answered);
            }
            Ok(Err(error)) => {
                assert!(error.is_timeout(), "{error:?}");
                count(&counts.given_up);
            }
            Err(_) => {
                count(&counts.given_up);
            }
        }
        if random.u8(..4) == 0 {
            tokio::task::yield_now().await;
        }
    }
}

async fn ask_once(client: &Client, text: &str, kind: u8) -> Result<String, trunkline::Error> {
    match kind {
        0..6 => Ok(client.api(text).await?.text().into_owned()),
        6 => {
            let reply = client.send(Command::raw(text).unwrap()).await?;
            assert!(matches!(reply, Reply::Command(_)));
            Ok(reply.text().into_owned())
        }
        7 => {
            // A stream that comes and goes.
            drop(client.events(EventName::Dtmf).await);
            Ok(client.api(text).await?.text().into_owned())
        }
        _ => {
            let job: Job = client.bgapi(text).await?;
            let id = job.uuid().clone();
            let end = job.await?;
            assert_eq!(end.event().job_uuid().as_deref(), Some(id.as_str()));
            Ok(end.text().into_owned())
        }
    }
}

async fn shuffle(seed: u64, tasks: usize, times: usize) {
    let mut random = Rng::with_seed(seed);
    let (client, switch) = connected_with(|config| {
        config.connection.window = random.usize(1..20);
        config.connection.command_timeout = Duration::from_secs(20);
    })
    .await;
    let echoing = tokio::spawn(echo(switch, random.fork()));
    let counts = Arc::new(Counts::default());
    let mut asking = tokio::task::JoinSet::new();
    for task in 0..tasks {
        asking.spawn(ask(client.clone(), task, times, random.fork(), Arc::clone(&counts)));
    }
    while let Some(done) = asking.join_next().await {
        done.unwrap_or_else(|panic| panic!("seed {seed}: {panic}"));
    }
    // In step to the end.
    assert_eq!(client.api("echo last").await.unwrap().text(), "api echo last", "seed {seed}");
    client.close().await;
    echoing.await.unwrap();
    let (answered, given_up) =
        (counts.answered.load(Ordering::Relaxed), counts.given_up.load(Ordering::Relaxed));
    assert!(answered > 0 && given_up > 0, "seed {seed}: {answered} answered, {given_up} given up");
}

#[tokio::test]
async fn on_one_thread() {
    for seed in 0..6 {
        within(shuffle(seed, 40, 25)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_four_threads() {
    for seed in 100..106 {
        within(shuffle(seed, 40, 25)).await;
    }
}

/// Threads outside the runtime that block on their commands.
#[test]
fn from_threads_of_their_own() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (client, echoing) = runtime.block_on(within(async {
        let (client, switch) = connected_with(|_| {}).await;
        (client, tokio::spawn(echo(switch, Rng::with_seed(1))))
    }));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (client, handle) = (client.clone(), runtime.handle().clone());
            scope.spawn(move || {
                for time in 0..50 {
                    let text = format!("echo {thread}.{time}");
                    let answer = handle.block_on(within(client.api(&text))).unwrap();
                    assert_eq!(answer.text(), format!("api {text}"));
                }
            });
        }
    });
    // Dropped outside of any runtime.
    drop(client);
    runtime.block_on(within(echoing)).unwrap();
}

#[tokio::test]
async fn events_go_on_meanwhile() {
    within(async {
        let (client, switch) = connected_with(|_| {}).await;
        let echoing = tokio::spawn(async move {
            let mut switch = switch;
            while let Some(command) = switch.hear_or_end().await {
                if let Some(number) = command.strip_prefix("api ") {
                    // The event comes before the reply, and so it must be in the queue by then.
                    let before = event("DTMF", &[("Number", number)]).message(switch.format);
                    switch.send(before).await;
                    switch.answer(number).await;
                } else {
                    switch.reply("+OK").await;
                }
            }
        });
        let mut events = client.events(EventName::Dtmf).await.unwrap();
        for number in 0..300 {
            assert_eq!(client.api(&number.to_string()).await.unwrap().text(), number.to_string());
            assert_eq!(queued(&mut events).await, format!("DTMF {number}"));
        }
        drop((client, events));
        echoing.await.unwrap();
    })
    .await;
}
