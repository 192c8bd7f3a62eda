//! Api commands: one, many at once, and what a failure looks like.
//!
//! cargo run -p trunkline --example commands        (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use trunkline_sim::Sim;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().start().await?;
    let url = std::env::var("TRUNKLINE_URL").unwrap_or_else(|_| sim.url());
    let client = trunkline::connect(url.as_str()).await?;

    // What a command prints, as it prints it.
    println!("{}", client.api("status").await?.text());

    // Any number may be on their way on one connection; each gets its own answer.
    let questions = ["version", "hostname", "uptime"];
    let tasks: Vec<_> = questions
        .into_iter()
        .map(|question| {
            let client = client.clone();
            tokio::spawn(async move { client.api(question).await })
        })
        .collect();
    for (question, task) in questions.iter().zip(tasks) {
        println!("{question}: {}", task.await??.text().trim());
    }

    // By FreeSWITCH's custom a failure is an output that begins with -ERR.
    let answer = client.api("nosuchcommand").await?;
    if let Some(reason) = answer.error() {
        println!("that failed: {reason}");
    }

    // What the wire cannot carry is refused before it is sent.
    if let Err(error) = client.api("echo two\nlines").await {
        println!("not sent: {error}");
    }
    client.close().await;
    sim.stop().await;
    Ok(())
}
