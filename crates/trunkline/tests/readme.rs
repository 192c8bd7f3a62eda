//! The README's snippets, compiled; and checked to be the same there as here.

use trunkline::api::Show;
use trunkline::view::View;
use trunkline::{Client, Event, Item};

#[expect(dead_code, reason = "it would connect to a switch at FreeSWITCH's own port")]
async fn the_client() -> Result<Client, trunkline::Error> {
    let client = trunkline::connect("esl://:ClueCon@127.0.0.1:8021").await?;
    println!("{}", client.api("status").await?.text());
    Ok(client)
}

#[expect(dead_code, reason = "as above")]
async fn events(client: Client) -> Result<(), trunkline::Error> {
    let mut events = client.events("CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE CUSTOM sofia::register").await?;
    while let Some(item) = events.next().await {
        match item {
            Item::Event(event) => println!("{:?} {:?}", event.name(), event.unique_id()),
            Item::Missed(missed) => eprintln!("too slow: {} events were dropped", missed.count()),
            Item::Closed(reason) => eprintln!("the connection ended: {reason}"),
            _ => {}
        }
    }
    Ok(())
}

#[expect(dead_code, reason = "as above")]
async fn jobs(client: Client) -> Result<(), trunkline::Error> {
    let job = client.bgapi("originate user/1000 &park").await?;
    println!("{}", job.await?.text());
    Ok(())
}

#[expect(dead_code, reason = "as above")]
async fn types(client: Client, event: Event) -> Result<(), trunkline::Error> {
    for channel in client.run(Show::channels()).await?.value() {
        println!("{} {}", channel.uuid, channel.name);
    }
    if let View::HangupComplete(hangup) = event.view() {
        println!("{:?} after {:?}", hangup.cause(), hangup.billsec());
    }
    Ok(())
}

#[tokio::test]
async fn the_simulated_switch() -> Result<(), Box<dyn std::error::Error>> {
    let sim = trunkline_sim::Sim::builder().start().await?;
    let client = trunkline::connect(sim.url()).await?;
    assert!(client.api("status").await?.text().starts_with("UP "));
    client.close().await;
    Ok(())
}

#[test]
fn the_snippets_are_those_compiled_here() {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let here = squeeze(include_str!("readme.rs"));
    let readme = include_str!("../../../README.md");
    let snippets: Vec<&str> =
        readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(snippets.len() >= 3);
    for snippet in snippets {
        assert!(here.contains(&squeeze(snippet)), "not compiled in tests/readme.rs:\n{snippet}");
    }
}
