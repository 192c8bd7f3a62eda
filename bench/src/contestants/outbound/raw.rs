//! The least a server can do: bytes are looked at as far as the next blank line, and for what is waited for.

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{DIGITS, TONE, listening};

/// Bytes there is room for at first.
const ROOM: usize = 8 * 1024;

#[tokio::main]
pub(crate) async fn serve() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("loopback");
    let listener = socket.listen(4096).expect("listens");
    listening(listener.local_addr().expect("an address"));
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // A call that fails is the switch's to count.
                let _ = Call { stream, buffer: Vec::with_capacity(ROOM), searched: 0 }.handle().await;
            });
        }
    }
}

struct Call {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Up to where there is no blank line.
    searched: usize,
}

impl Call {
    async fn handle(mut self) -> std::io::Result<()> {
        self.stream.set_nodelay(true)?;
        self.stream.write_all(b"connect\n\n").await?;
        self.until(b"Event-Name: CHANNEL_DATA\n").await?;
        self.stream.write_all(b"linger\n\nmyevents\n\n").await?;
        self.execute("answer", "").await?;
        self.execute("playback", TONE).await?;
        let end = self.execute("play_and_get_digits", DIGITS).await?;
        assert!(memmem::find(&end, b"\nvariable_choice: 2\n").is_some(), "the digit");
        self.stream.write_all(&command("hangup", "NORMAL_CLEARING")).await?;
        self.until(b"Event-Name: CHANNEL_HANGUP_COMPLETE\n").await?;
        self.stream.write_all(b"exit\n\n").await
    }

    async fn execute(&mut self, application: &str, argument: &str) -> std::io::Result<Vec<u8>> {
        self.stream.write_all(&command(application, argument)).await?;
        self.until(b"Event-Name: CHANNEL_EXECUTE_COMPLETE\n").await
    }

    /// The next block that begins so.
    async fn until(&mut self, beginning: &[u8]) -> std::io::Result<Vec<u8>> {
        loop {
            while let Some(found) = memmem::find(&self.buffer[self.searched..], b"\n\n") {
                let end = self.searched + found + 2;
                let is_it = self.buffer.starts_with(beginning);
                let block = if is_it { self.buffer[..end].to_vec() } else { Vec::new() };
                self.buffer.drain(..end);
                self.searched = 0;
                if is_it {
                    return Ok(block);
                }
            }
            self.searched = self.buffer.len().saturating_sub(1);
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn command(application: &str, argument: &str) -> Vec<u8> {
    let argument = if argument.is_empty() { String::new() } else { format!("execute-app-arg: {argument}\n") };
    format!("sendmsg\ncall-command: execute\nexecute-app-name: {application}\n{argument}\n").into_bytes()
}
