//! Whoever connects to a server: each ends its own call, and no other, and a line says which and why.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trunkline::call::EndedBy;
use trunkline::outbound::{Counts, FromSession, IntoOutcome, Server, ServerHandle, Session, Shutdown};
use trunkline::proto::listener::{command_reply, disconnect_notice};
use trunkline::{Call, Config, Error};

use crate::notes;
use crate::support::{Switch, within};

const GOODBYE: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";

/// The answer to `connect`, in as far as it matters.
pub(crate) fn call_data(uuid: &str, mode: &str, control: &str) -> String {
    format!(
        "Event-Name: CHANNEL_DATA\nUnique-ID: {uuid}\nContent-Type: command/reply\nReply-Text: %2BOK%0A\n\
         Socket-Mode: {mode}\nControl: {control}\n\n"
    )
}

/// A server whose peers have all the time they need.
async fn server() -> Server {
    server_that_waits(Duration::from_secs(60)).await
}

/// One that waits so long for the answer to `connect`.
async fn server_that_waits(greeting_timeout: Duration) -> Server {
    let mut config = Config::new("", "");
    config.connection.greeting_timeout = greeting_timeout;
    Server::bind("127.0.0.1:0").await.unwrap().config(config).after_end(Duration::from_millis(100))
}

/// Serves those who connect, with this handler, until so many are over: what came of them.
async fn served<C, H, F>(count: u64, handler: H, connecting: impl AsyncFnOnce(&ServerHandle)) -> Counts
where
    C: FromSession,
    H: FnOnce(C) -> F + Clone + Send + 'static,
    F: Future<Output: IntoOutcome> + Send + 'static,
{
    let server = server().await;
    let handle = server.handle();
    let (served, counts) = within(async {
        tokio::join!(server.serve(handler), async {
            connecting(&handle).await;
            let counts = over(&handle, count).await;
            handle.shutdown(Shutdown::give_back(Duration::ZERO));
            counts
        })
    })
    .await;
    served.unwrap();
    counts
}

async fn connect(handle: &ServerHandle) -> TcpStream {
    TcpStream::connect(handle.local_addresses()[0]).await.unwrap()
}

/// A call comes, in this mode, and the server says all up to this.
async fn call(handle: &ServerHandle, uuid: &str, mode: &str, until: &str) -> TcpStream {
    let mut stream = connect(handle).await;
    hear(&mut stream, "connect\n\n").await;
    stream.write_all(call_data(uuid, mode, "full").as_bytes()).await.unwrap();
    hear(&mut stream, until).await;
    stream
}

/// Waits until so many are over.
async fn over(handle: &ServerHandle, count: u64) -> Counts {
    while handle.counts().over() < count || handle.counts().open > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    handle.counts()
}

pub(crate) async fn hear(stream: &mut TcpStream, text: &str) {
    let mut heard = Vec::new();
    while !heard.ends_with(text.as_bytes()) {
        heard.push(stream.read_u8().await.expect("more to be said"));
    }
}

/// What is said to the server, how it goes on, and what it makes of it.
struct Stranger {
    says: Vec<u8>,
    leaves: Leaves,
    why: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Leaves {
    Never,
    Closing,
    Reset,
}

fn strangers() -> Vec<Stranger> {
    use Leaves::{Closing, Never, Reset};
    let half = call_data("half", "async", "full");
    let half = &half.as_bytes()[..half.len() - 1];
    let stranger = |says: &[u8], leaves, why| Stranger { says: says.to_owned(), leaves, why };
    vec![
        stranger(b"", Never, "did not answer `connect` within 3s"),
        stranger(b"", Closing, "ended without notice"),
        stranger(b"", Reset, "failed"),
        stranger(half, Never, "did not answer `connect` within 3s"),
        stranger(half, Closing, "in the middle of a message"),
        stranger(b"GET / HTTP/1.1\r\nHost: pbx\r\n\r\n", Never, "not a FreeSWITCH event socket"),
        stranger(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", Never, "not a FreeSWITCH event socket"),
        stranger(&[b'x'; 2 * 1024 * 1024], Never, "over the limit"),
        stranger(&command_reply(b"-ERR command not found"), Never, "not a FreeSWITCH event socket"),
        stranger(disconnect_notice(GOODBYE).as_ref(), Closing, "See you at ClueCon"),
        stranger(b"Content-Type: auth/request\n\n", Never, "not a FreeSWITCH event socket"),
        stranger(
            b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n",
            Never,
            "refuses",
        ),
    ]
}

impl Stranger {
    async fn connect(&self, handle: &ServerHandle) {
        let mut stream = connect(handle).await;
        hear(&mut stream, "connect\n\n").await;
        leave(stream, &self.says, self.leaves).await;
    }
}

async fn leave(mut stream: TcpStream, says: &[u8], leaves: Leaves) {
    // The server may have heard enough before the end.
    let _ = stream.write_all(says).await;
    match leaves {
        Leaves::Never => {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
        Leaves::Closing => drop(stream),
        Leaves::Reset => socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap(),
    }
}

#[tokio::test]
async fn no_call_comes_of_what_is_no_switch() {
    let strangers = strangers();
    for stranger in &strangers {
        let is_late = stranger.why.contains("within");
        // The call that is good must answer in time, too, however busy the machine.
        let server = if is_late { server_that_waits(Duration::from_secs(3)).await } else { server().await };
        let handle = server.handle();
        notes::begin();
        let serving = server.serve(|call: Call| async move {
            call.ended().await;
        });
        let (served, counts) = within(async {
            tokio::join!(serving, async {
                // A call that is up meanwhile, and goes on.
                let mut good = call(&handle, "good", "async", "linger\n\n").await;
                stranger.connect(&handle).await;
                while handle.counts().over() < 1 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                assert_eq!(handle.counts().open, 1, "{}", stranger.why);
                good.write_all(disconnect_notice(GOODBYE).as_ref()).await.unwrap();
                let counts = over(&handle, 2).await;
                handle.shutdown(Shutdown::give_back(Duration::ZERO));
                counts
            })
        })
        .await;
        served.unwrap();
        assert_eq!((counts.no_call, counts.ended), (1, 1), "{}: {counts:?}", stranger.why);
        let told = notes::end();
        let line = told.lines().find(|line| line.contains("message=no call")).unwrap_or_default();
        assert!(line.starts_with("trunkline::outbound WARN"), "{told}");
        assert!(line.contains(stranger.why) && line.contains("peer=127.0.0.1:"), "{}: {line}", stranger.why);
    }
}

/// A call that is up, and what then becomes of its connection.
struct Loss {
    says: &'static [u8],
    leaves: Leaves,
    why: &'static str,
}

const LOSSES: [Loss; 6] = [
    Loss { says: b"", leaves: Leaves::Closing, why: "ended without notice" },
    Loss { says: b"", leaves: Leaves::Reset, why: "connection failed" },
    Loss {
        says: b"Content-Length: 100\nContent-Type: text/event-plain\n\nEvent-",
        leaves: Leaves::Closing,
        why: "in the middle of a message",
    },
    Loss {
        says: b"Content-Length: many\nContent-Type: text/event-plain\n\n",
        leaves: Leaves::Never,
        why: "Content-Length that is no number",
    },
    Loss { says: b"Content-Type: nonsense", leaves: Leaves::Closing, why: "in the middle of a message" },
    Loss { says: &[b'x'; 2 * 1024 * 1024], leaves: Leaves::Never, why: "over the limit" },
];

impl Loss {
    async fn happens(&self, handle: &ServerHandle, mode: &str) {
        let mut stream = call(handle, "lost", mode, "execute-app-name: playback\n").await;
        // Whoever closes with something unread resets.
        hear(&mut stream, "\n\n").await;
        leave(stream, self.says, self.leaves).await;
    }
}

async fn plays(session: Session) -> Result<(), Error> {
    match session {
        Session::Async(call) => call.playback("silence_stream://-1").await.map(drop),
        Session::Sync(call) => call.playback("silence_stream://-1").await.map(drop),
        other => panic!("{other:?}"),
    }
}

async fn lost(session: Session) -> Result<(), Error> {
    let played = plays(session).await;
    let Err(Error::CallEnded(ended)) = &played else { panic!("{played:?}") };
    assert!(matches!(ended.by, EndedBy::Lost(_)), "{ended:?}");
    assert_eq!(ended.cause, None);
    played
}

/// The switch goes away, or says what makes no sense, in the midst of a call.
#[tokio::test]
async fn a_connection_that_is_lost_ends_its_call() {
    for (mode, loss) in
        ["async", "static"].into_iter().flat_map(|mode| LOSSES.iter().map(move |loss| (mode, loss)))
    {
        notes::begin();
        let counts = served(1, lost, async |handle| loss.happens(handle, mode).await).await;
        assert_eq!(counts.ended, 1, "{mode}, {}: {counts:?}", loss.why);
        let told = notes::end();
        assert!(told.contains("new call uuid=lost peer=127.0.0.1:"), "{told}");
        let line = told.lines().find(|line| line.contains("message=handler ended")).unwrap_or_default();
        assert!(
            line.starts_with("trunkline::outbound INFO call") && line.contains(loss.why),
            "{}: {told}",
            loss.why
        );
    }
}

/// What a handler says over the connection itself fails with that, and is no failure of the handler.
#[tokio::test]
async fn what_cannot_be_said_any_more_is_no_failure() {
    let says = |call: Call| async move {
        loop {
            call.client().filter("Unique-ID", call.uuid().as_str()).await?;
        }
        #[expect(unreachable_code, reason = "what the block is of")]
        Ok::<(), Error>(())
    };
    let counts = served(1, says, async |handle| {
        let mut stream = call(handle, "gone", "async", "linger\n\n").await;
        stream.write_all(disconnect_notice(GOODBYE).as_ref()).await.unwrap();
    })
    .await;
    assert_eq!((counts.ended, counts.failed), (1, 0), "{counts:?}");
}

/// A switch that dies with its calls, and is there again: the calls are over, each with its line, and the next ones come.
#[tokio::test]
async fn a_switch_that_restarts_ends_its_calls() {
    within(async {
        let switch = Switch::simulated().await;
        let server = server().await;
        let handle = server.handle();
        let port = handle.local_addresses()[0].port();
        notes::begin();
        let serving = server.serve(plays);
        let restarting = async {
            let mut calls = Vec::new();
            for words in ["async full", "async", "full", ""] {
                calls.push(switch.dial(port, words, "", "hangup").await);
            }
            while handle.counts().open < 4 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            drop(switch.client().api("sim fault restart 50").await);
            let counts = over(&handle, 4).await;
            assert_eq!(counts.ended, 4, "{counts:?}");
            let told = notes::end();
            for uuid in calls {
                assert!(told.contains(&format!("new call uuid={uuid} ")), "{told}");
            }
            let ends = told.lines().filter(|line| line.contains("message=handler ended"));
            assert!(ends.clone().all(|line| line.contains("ended without notice")), "{told}");
            assert_eq!(ends.count(), 4, "{told}");
            let again = switch.again().await;
            again.dial(port, "async full", "", "hangup").await;
            while handle.counts().open < 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            handle.shutdown(Shutdown::give_back(Duration::ZERO));
        };
        let (served, ()) = tokio::join!(serving, restarting);
        served.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_handler_that_never_returns_is_dropped() {
    notes::begin();
    let counts = served(
        1,
        |_: Call| std::future::pending::<()>(),
        async |handle| {
            drop(call(handle, "stuck", "async", "linger\n\n").await);
        },
    )
    .await;
    assert_eq!(counts.aborted, 1, "{counts:?}");
    let told = notes::end();
    assert!(told.contains("new call uuid=stuck peer=127.0.0.1:"), "{told}");
    let line = "trunkline::outbound WARN call message=handler did not return after its call had ended";
    assert!(told.contains(line), "{told}");
}

#[tokio::test]
async fn a_panic_is_told_with_its_call() {
    notes::begin();
    let panics = |call: Call| {
        assert_ne!(call.uuid().as_str(), "one", "on purpose, before there is a future");
        async { panic!("on {}", "purpose") as () }
    };
    let counts = served(2, panics, async |handle| {
        for uuid in ["one", "two"] {
            // It is given back, as one whose handler was done.
            drop(call(handle, uuid, "async", "execute-app-name: sleep\n").await);
        }
    })
    .await;
    assert_eq!(counts.panicked, 2, "{counts:?}");
    let told = notes::end();
    for (uuid, panic) in [("one", "before there is a future"), ("two", "on purpose")] {
        assert!(told.contains(&format!("new call uuid={uuid} ")), "{told}");
        let line = told.lines().filter(|line| line.contains("message=handler panicked"));
        assert!(line.clone().any(|line| line.contains(panic) && line.contains("ERROR call ")), "{told}");
    }
}
