//! The README's snippets, compiled; and checked to be the same there as here.

use std::time::Duration;

use trunkline::api::Show;
use trunkline::application::{Dial, Digits};
use trunkline::view::View;
use trunkline::{Call, Client, Event, HangupCause, Item, model, outbound};

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

/// Somebody's accounts.
#[derive(Clone)]
struct Accounts;

impl Accounts {
    #[expect(clippy::unused_async, reason = "it would ask a database")]
    async fn lookup(&self, pin: &str) -> Option<String> {
        (pin == "1234").then(|| "1000".to_owned())
    }
}

#[rustfmt::skip]
#[expect(dead_code, reason = "it would listen on a port that may be in use")]
async fn calls(accounts: Accounts) -> Result<(), trunkline::Error> {
outbound::Server::bind("127.0.0.1:8084").await?
    .serve(move |call: Call| { let accounts = accounts.clone(); async move {
        call.answer().await?;
        let pin = call.play_and_get_digits(Digits::prompt("enter-pin.wav").count(4..=4).tries(3)).await?;
        match accounts.lookup(&pin).await {
            Some(user) => drop(call.bridge(Dial::user(&user)).await?.ended().await?),
            None => drop(call.playback("sorry.wav").await?),
        }
        call.hangup(HangupCause::NormalClearing).await
    }}).await?;
    Ok(())
}

#[rustfmt::skip]
#[expect(dead_code, reason = "as above")]
async fn live(client: Client) -> Result<(), trunkline::Error> {
let live = model::Live::follow(&client).await?;                  // the feature `model`
for channel in live.view().channels().iter() {
    println!("{} {:?}, called by {:?}", channel.id, channel.call_state, channel.caller_id_number);
}
live.channel("ca11").hold().seen(Duration::from_secs(2)).await?;  // done, and shown to be
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
