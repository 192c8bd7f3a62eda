//! The switch's log, while a call is made.
//!
//! cargo run -p trunkline --example log             (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use std::time::Duration;

use trunkline::{LogItem, LogLevel};
use trunkline_sim::Sim;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().start().await?;
    let url = std::env::var("TRUNKLINE_URL").unwrap_or_else(|_| sim.url());
    let client = trunkline::connect(url.as_str()).await?;

    let mut log = client.logs(LogLevel::Notice).await?;
    client.bgapi("originate null/example &hangup").await?.await?;

    // What is said within a second.
    let end = tokio::time::sleep(Duration::from_secs(1));
    tokio::pin!(end);
    loop {
        tokio::select! {
            item = log.next() => match item {
                Some(LogItem::Line(line)) => println!("{}: {}", line.level(), line.text().trim_end()),
                Some(LogItem::Missed(missed)) => println!("too slow: {} lines were dropped", missed.count()),
                _ => break,
            },
            () = &mut end => break,
        }
    }
    client.close().await;
    sim.stop().await;
    Ok(())
}
