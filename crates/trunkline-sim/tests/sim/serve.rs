//! The simulator behind a TCP port.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use trunkline_sim::{Fault, Sim, User};

const SOON: Duration = Duration::from_secs(5);

/// Reads until what was read ends so.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    let reading = async {
        while !text.ends_with(end.as_bytes()) {
            let mut byte = [0];
            if stream.read(&mut byte).await.unwrap() == 0 {
                break;
            }
            text.extend_from_slice(&byte);
        }
    };
    timeout(SOON, reading).await.unwrap_or_else(|_| panic!("{end:?} never came"));
    String::from_utf8(text).unwrap()
}

async fn client(sim: &Sim) -> TcpStream {
    let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
    read_until(&mut stream, "auth/request\n\n").await;
    stream.write_all(b"auth ClueCon\n\n").await.unwrap();
    read_until(&mut stream, "+OK accepted\n\n").await;
    stream
}

#[tokio::test]
async fn commands_are_answered_and_events_come() {
    let sim = Sim::builder().start().await.unwrap();
    assert_eq!(sim.url(), format!("esl://:ClueCon@{}", sim.addr()));
    let mut stream = client(&sim).await;
    stream
        .write_all(b"event plain CHANNEL_PARK\n\napi originate {origination_uuid=x}null/1 &park\n\n")
        .await
        .unwrap();
    read_until(&mut stream, "+OK x\n").await;
    read_until(&mut stream, "variable_current_application: park\n\n").await;
    assert_eq!(sim.with(|switch, _| switch.channels().count()), 1);
    stream.write_all(b"exit\n\n").await.unwrap();
    let rest = read_until(&mut stream, "never").await;
    assert!(rest.ends_with("http://www.cluecon.com/\n"), "{rest}");
    sim.stop().await;
}

#[tokio::test]
async fn time_passes() {
    let sim = Sim::builder().heartbeat(Duration::from_millis(50)).start().await.unwrap();
    let mut stream = client(&sim).await;
    stream.write_all(b"event json HEARTBEAT\n\napi msleep 20\n\n").await.unwrap();
    read_until(&mut stream, "\n\n+OK").await;
    let events = read_until(&mut stream, "}").await;
    assert!(events.contains("System Ready"), "{events}");
}

#[tokio::test]
async fn users_may_be_told() {
    let sim = Sim::builder().user(User::new("a", "b", "c").api("status")).seed(7).start().await.unwrap();
    let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
    stream.write_all(b"userauth a@b:c\n\n").await.unwrap();
    read_until(&mut stream, "Allowed-API: status\nAllowed-LOG: true\n\n").await;
}

#[tokio::test]
async fn connections_may_be_cut_and_made_again() {
    let sim = Sim::builder().start().await.unwrap();
    let mut stream = client(&sim).await;
    sim.kill_connections();
    assert_eq!(read_until(&mut stream, "never").await, "");
    assert_eq!(sim.with(|switch, _| switch.connections().count()), 0);
    client(&sim).await;
}

#[tokio::test]
async fn a_stopped_one_is_gone() {
    let sim = Sim::builder().start().await.unwrap();
    let mut stream = client(&sim).await;
    let address = sim.addr();
    sim.stop().await;
    assert_eq!(read_until(&mut stream, "never").await, "");
    assert!(TcpStream::connect(address).await.is_err());
}

/// Events for one who does not read are kept, then dropped: memory does not grow without bound.
#[tokio::test]
async fn who_does_not_read_loses_events() {
    let sim = Sim::builder().configure(|config| config.queue_limit = 1000).start().await.unwrap();
    let mut deaf = client(&sim).await;
    deaf.write_all(b"event plain ALL\n\n").await.unwrap();
    read_until(&mut deaf, "plain\n\n").await;
    let mut lost = 0;
    for _ in 0..200 {
        for _ in 0..500 {
            sim.with(|switch, now| switch.api("echo x", now));
        }
        // The writer has to run between.
        tokio::time::sleep(Duration::from_millis(1)).await;
        lost = sim.with(|switch, _| {
            let ids: Vec<_> = switch.connections().collect();
            ids.into_iter().map(|id| switch.lost(id)).sum()
        });
        if lost > 0 {
            break;
        }
    }
    assert!(lost > 0);
}

#[tokio::test]
async fn calls_are_brought_to_a_program() {
    let program = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = program.local_addr().unwrap().port();
    let sim = Sim::builder().start().await.unwrap();
    let call = format!("originate {{origination_uuid=x}}null/1 '&socket(127.0.0.1:{port} async full)'");
    sim.with(|switch, now| switch.api(&call, now));
    let (mut stream, _) = timeout(SOON, program.accept()).await.unwrap().unwrap();
    stream.write_all(b"connect\n\nlinger\n\nmyevents\n\n").await.unwrap();
    let channel = read_until(&mut stream, "Control: full\n\n").await;
    assert!(channel.contains("\nUnique-ID: x\n"), "{channel}");
    read_until(&mut stream, "+OK Events Enabled\n\n").await;
    stream.write_all(b"sendmsg\ncall-command: hangup\nhangup-cause: USER_BUSY\n\n").await.unwrap();
    let rest = read_until(&mut stream, "Linger-Time: -1\nContent-Length: 0\n\n").await;
    assert!(rest.contains("Event-Name: CHANNEL_HANGUP_COMPLETE\n"), "{rest}");
    stream.write_all(b"exit\n\n").await.unwrap();
    let rest = read_until(&mut stream, "never").await;
    assert!(rest.ends_with("http://www.cluecon.com/\n"), "{rest}");
    assert_eq!(sim.with(|switch, _| switch.channels().count()), 0);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_passed_over() {
    // A port nobody listens on any more.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let program = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = program.local_addr().unwrap().port();
    let sim = Sim::builder().start().await.unwrap();
    let call = format!("originate null/1 '&socket(127.0.0.1:{nobody}|127.0.0.1:{port})'");
    sim.with(|switch, now| switch.api(&call, now));
    let (mut stream, _) = timeout(SOON, program.accept()).await.unwrap().unwrap();
    stream.write_all(b"connect\n\n").await.unwrap();
    read_until(&mut stream, "Control: single-channel\n\n").await;
}

#[tokio::test]
async fn a_switch_that_restarts_is_found_where_it_was() {
    let sim = Sim::builder().start().await.unwrap();
    let mut stream = client(&sim).await;
    let before = sim.with(|switch, _| switch.core_uuid().to_owned());
    sim.with(|switch, now| switch.fail(Fault::Restart(Duration::from_millis(100)), now));
    assert_eq!(read_until(&mut stream, "never").await, "");
    let found = async {
        loop {
            if let Ok(mut stream) = TcpStream::connect(sim.addr()).await
                && stream.read(&mut [0; 8]).await.is_ok_and(|read| read > 0)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, found).await.unwrap();
    assert_ne!(sim.with(|switch, _| switch.core_uuid().to_owned()), before);
}

#[tokio::test]
async fn pieces_come_one_by_one() {
    let sim = Sim::builder().configure(|config| config.faults.chunk = 1).start().await.unwrap();
    let mut stream = client(&sim).await;
    stream.write_all(b"api hostname\n\n").await.unwrap();
    read_until(&mut stream, "\n\nsim").await;
}

/// What a recording is said to be as large as, it is on disk.
#[tokio::test]
async fn recordings_are_written() {
    let path = std::env::temp_dir().join(format!("trunkline-recording-{}.wav", std::process::id()));
    let sim = Sim::builder().start().await.unwrap();
    let api = |line: &str| {
        let said = sim.with(|switch, now| switch.api(line, now)).unwrap();
        String::from_utf8(said).unwrap()
    };
    api("originate {origination_uuid=x,RECORD_STEREO=true}null/1 &echo");
    api(&format!("uuid_record x start {}", path.display()));
    tokio::time::sleep(Duration::from_millis(120)).await;
    api("uuid_record x stop all");
    let size: u64 = api("uuid_getvar x record_file_size").parse().unwrap();
    assert!(size > 44 + 100 * 8 * 4, "{size}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
    let sound = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((&sound[..4], &sound[36..40]), (b"RIFF".as_slice(), b"data".as_slice()));
    sim.stop().await;
}
