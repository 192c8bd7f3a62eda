//! The caller's name, asked of a web service while the call rings; a slow service keeps nobody waiting.
//!
//! cargo run -p trunkline --example caller_name     (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch on this machine)

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use trunkline::outbound::Server;
use trunkline::{Call, Error, HangupCause};

#[path = "support/switch.rs"]
mod switch;

/// Asks for a name. (A program of yours would use an HTTP client such as `reqwest`.)
async fn look_up(service: &str, number: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(service).await?;
    let request = format!("GET /name/{number} HTTP/1.0\r\nHost: {service}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.split("\r\n\r\n").nth(1).unwrap_or_default().trim().to_owned())
}

/// Has it ring, asks, and answers with the name known, or without after a second.
pub(crate) async fn announce(call: Call, service: String) -> Result<(), Error> {
    call.ring_ready().await?;
    let number = call.caller_number().unwrap_or("unknown".into()).into_owned();
    match tokio::time::timeout(Duration::from_secs(1), look_up(&service, &number)).await {
        Ok(Ok(name)) if !name.is_empty() => {
            // Whatever the service says reaches the variable as it is: nothing in it is expanded.
            call.set("effective_caller_id_name", &name).await?;
            println!("{number} is {name}");
        }
        Ok(Ok(_)) => println!("{number} has no name"),
        Ok(Err(error)) => println!("{number}: {error}"),
        Err(_) => println!("{number}: the service is too slow"),
    }
    call.answer().await?;
    call.playback("tone_stream://%(100,50,440)").await?;
    call.hangup(HangupCause::NormalClearing).await.map(drop)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let service = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 512];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nAda Lovelace").await;
        }
    });
    let switch = switch::Switch::find().await?;
    // In a dialplan: <action application="socket" data="127.0.0.1:8084 async full"/>
    let server = Server::bind("127.0.0.1:0").await?;
    switch.caller(server.handle(), "");
    Ok(server.serve(move |call: Call| announce(call, service)).await?)
}
