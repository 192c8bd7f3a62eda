//! Background jobs: ten calls at once, without waiting for one after the other.
//!
//! cargo run -p trunkline --example jobs            (TRUNKLINE_URL=esl://:PASSWORD@HOST:8021 for a switch of yours)

use trunkline_sim::Sim;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().start().await?;
    let url = std::env::var("TRUNKLINE_URL").unwrap_or_else(|_| sim.url());
    let client = trunkline::connect(url.as_str()).await?;

    // The first await says that the switch has taken the job.
    let mut jobs = Vec::new();
    for number in 1..=10 {
        let dialled = if number == 7 { "nosuchendpoint/x" } else { "null/example" };
        jobs.push(client.bgapi(&format!("originate {dialled} &park")).await?);
    }

    // The second one says what came of it.
    let mut calls = Vec::new();
    for job in jobs {
        let command = job.command().to_owned();
        let result = job.await?;
        match result.error() {
            None => calls.push(result.text().trim_start_matches("+OK").trim().to_owned()),
            Some(reason) => println!("`{command}` failed: {reason}"),
        }
    }
    println!("{} calls are up", calls.len());
    for uuid in &calls {
        client.api(&format!("uuid_kill {uuid}")).await?;
    }
    client.close().await;
    sim.stop().await;
    Ok(())
}
