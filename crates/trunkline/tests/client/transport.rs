//! Other streams than TCP, writers that take little, sockets that fail half way.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use trunkline::{Client, CloseReason, Config, Error};

use crate::support::{Peer, connected_with, millis, within};

async fn over<S>(stream: S, mut switch: Peer<DuplexStream>, config: Config) -> (Client, Peer<DuplexStream>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (client, ()) = tokio::join!(Client::from_stream(stream, config), switch.let_in());
    (client.unwrap(), switch)
}

fn config() -> Config {
    Config::new("nowhere", "ClueCon")
}

async fn echo(mut switch: Peer<DuplexStream>) {
    while let Some(command) = switch.hear_or_end().await {
        if command == "exit" {
            // The client does not wait for the notice, which may take as long as its jobs.
            return switch.reply("+OK bye").await;
        }
        switch.answer(&command).await;
    }
}

/// Eight bytes at a time, both ways.
#[tokio::test]
async fn a_narrow_pipe() {
    within(async {
        let (near, far) = duplex(8);
        let (client, switch) = over(near, Peer::new(far), config()).await;
        let echoing = tokio::spawn(echo(switch));
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..50 {
            let client = client.clone();
            asking.spawn(async move {
                let text = format!("echo {number}{}", "x".repeat(number * 10));
                assert_eq!(client.api(&text).await.unwrap().text(), format!("api {text}"));
            });
        }
        while let Some(done) = asking.join_next().await {
            done.unwrap();
        }
        assert_eq!(client.close().await, CloseReason::Requested);
        echoing.await.unwrap();
    })
    .await;
}

/// Takes one byte, then has no room, then takes one byte.
struct Reluctant {
    stream: DuplexStream,
    willing: bool,
    /// Whether it was told that nothing more comes, which is the moment for a word of its own, as TLS has one.
    told: Arc<AtomicBool>,
}

impl AsyncRead for Reluctant {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Reluctant {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.willing = !self.willing;
        if self.willing {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_write(cx, &bytes[..1])
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.told.store(true, Ordering::SeqCst);
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn a_writer_that_takes_a_byte_at_a_time() {
    within(async {
        let (near, far) = duplex(4096);
        let told = Arc::new(AtomicBool::new(false));
        let stream = Reluctant { stream: near, willing: false, told: Arc::clone(&told) };
        let (client, switch) = over(stream, Peer::new(far), config()).await;
        let echoing = tokio::spawn(echo(switch));
        for number in 0..20 {
            let (one, two) = (format!("echo {number}"), format!("echo and {number}"));
            let (one_said, two_said) = tokio::join!(client.api(&one), client.api(&two));
            assert_eq!(one_said.unwrap().text(), format!("api {one}"));
            assert_eq!(two_said.unwrap().text(), format!("api {two}"));
        }
        client.close().await;
        echoing.await.unwrap();
        while !told.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Nobody reads what we write: commands time out, and the connection is not stuck for it.
#[tokio::test]
async fn a_writer_without_room() {
    within(async {
        let (near, far) = duplex(64);
        let mut config = config();
        config.connection.command_timeout = millis(50);
        let (client, switch) = over(near, Peer::new(far), config).await;
        let long = "x".repeat(1000);
        let (first, second) = tokio::join!(client.api(&long), client.api("behind"));
        assert!(first.unwrap_err().is_timeout());
        assert!(second.unwrap_err().is_timeout());
        // It reads on, and finds everything that was on its way.
        let patient = client.with_timeout(Duration::from_secs(10));
        let (third, ()) = tokio::join!(patient.api("third"), async {
            let mut switch = switch;
            let mut heard = switch.hear().await;
            while heard != "api third" {
                switch.answer("late").await;
                heard = switch.hear().await;
            }
            switch.answer("third").await;
        });
        assert_eq!(third.unwrap().text(), "third");
    })
    .await;
}

/// The deadlines follow the runtime's clock, so that a program can be tested with time at a standstill.
#[tokio::test(start_paused = true)]
async fn time_at_a_standstill() {
    let started = std::time::Instant::now();
    let (near, far) = duplex(4096);
    let (client, switch) = over(near, Peer::new(far), config()).await;
    let silent = tokio::spawn(switch.silence());
    match client.api("status").await {
        Err(Error::TimedOut { after, .. }) => assert_eq!(after, Duration::from_secs(30)),
        other => panic!("{other:?}"),
    }
    assert!(started.elapsed() < Duration::from_secs(20), "30 s passed in earnest");
    silent.abort();
}

/// The switch says why it leaves and closes; we were writing. Its last word counts, not our broken pipe.
#[tokio::test]
async fn the_last_word_is_read() {
    within(async {
        let (near, far) = duplex(16 * 1024);
        let stream = Broken::after_one_write(near);
        let (client, mut switch) = over(stream, Peer::new(far), config()).await;
        let talk = client.api("writing fails from now on");
        let play = async {
            tokio::time::sleep(millis(50)).await;
            switch
                .send(trunkline::proto::listener::disconnect_notice("The system is being shut down.\n"))
                .await;
            switch.silence().await;
        };
        let (result, ()) = tokio::join!(talk, play);
        match result {
            Err(Error::Disconnected { reason: CloseReason::Notice { text }, .. }) => {
                assert_eq!(text, "The system is being shut down.");
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

/// Nothing more to be read after writing failed: an end, within a second or so, that says what failed.
#[tokio::test]
async fn writing_fails_and_nothing_is_said() {
    within(async {
        let (near, far) = duplex(16 * 1024);
        let stream = Broken::after_one_write(near);
        let (client, switch) = over(stream, Peer::new(far), config()).await;
        match client.api("status").await {
            Err(Error::Disconnected { reason: CloseReason::Io(text), .. }) => {
                assert!(text.contains("out of order"), "{text}");
            }
            other => panic!("{other:?}"),
        }
        drop(switch);
    })
    .await;
}

/// Takes the password, and nothing after.
pub(crate) struct Broken {
    stream: DuplexStream,
    failing: bool,
}

impl Broken {
    pub(crate) fn after_one_write(stream: DuplexStream) -> Self {
        Self { stream, failing: false }
    }
}

impl AsyncRead for Broken {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Broken {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if std::mem::replace(&mut self.failing, true) {
            return Poll::Ready(Err(io::Error::other("out of order")));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The same over TCP: the switch closes while commands are being written to it.
#[tokio::test]
async fn closed_while_we_write() {
    within(async {
        for _ in 0..20 {
            let (client, mut switch) = connected_with(|_| {}).await;
            let mut asking = tokio::task::JoinSet::new();
            for _ in 0..200 {
                let client = client.clone();
                asking.spawn(async move { client.api(&"x".repeat(1000)).await });
            }
            switch.hear().await;
            switch
                .send(trunkline::proto::listener::disconnect_notice("The system is being shut down.\n"))
                .await;
            drop(switch);
            while let Some(result) = asking.join_next().await {
                assert!(result.unwrap().unwrap_err().is_closed());
            }
            let reason = client.closed().await;
            // Elsewhere a reset may take what was not read yet with it.
            assert!(
                matches!(reason, CloseReason::Notice { .. }) || cfg!(not(target_os = "linux")),
                "{reason:?}"
            );
        }
    })
    .await;
}
