//! The model against the switch itself: which legs are one call, and every channel as `uuid_dump` has it.

#[path = "../model/stories.rs"]
mod stories;

use std::time::{Duration, Instant};

use trunkline::api::UuidDump;
use trunkline::model::{Change, Channel, Switch, View};
use trunkline::{Client, Events, Item, SendMsg};

use crate::{own_uuid, with_switch};
use stories::{STORIES, Story};

/// A model of the switch, and how often calls of this play became one and fell in two.
struct Model {
    switch: Switch,
    events: Events,
    prefix: String,
    merged: usize,
    split: usize,
}

/// The calls that have a leg of this play, with what its ids begin with left out.
fn calls(view: &View, prefix: &str) -> Vec<Vec<String>> {
    let own = |leg: &trunkline::ChannelUuid| leg.as_str().strip_prefix(prefix).map(str::to_owned);
    let mut calls: Vec<Vec<String>> = view
        .calls()
        .iter()
        .map(|call| {
            let mut legs: Vec<String> = call.legs.iter().filter_map(own).collect();
            legs.sort();
            legs
        })
        .filter(|legs| !legs.is_empty())
        .collect();
    calls.sort();
    calls
}

impl Model {
    async fn new(client: &Client) -> Self {
        let events = client.events(Switch::events()).await.expect("events");
        Self { switch: Switch::new(), events, prefix: format!("{}-", own_uuid()), merged: 0, split: 0 }
    }

    fn calls(&self) -> Vec<Vec<String>> {
        calls(&self.switch.view(), &self.prefix)
    }

    /// Hears events until the calls are these, and nothing more comes of them: what does may change them again.
    async fn until(&mut self, expected: &[&[&str]], about: &str) {
        let begun = Instant::now();
        let mut heard = begun;
        while heard.elapsed() < Duration::from_millis(300) || self.calls() != *expected {
            if self.hear().await {
                heard = Instant::now();
            }
            let known = self.calls();
            assert!(begun.elapsed() < Duration::from_secs(10), "{about}: {known:?} instead of {expected:?}");
        }
    }

    /// Takes in the next event, if one comes soon; whether it is of this play. Others may use the switch, too.
    async fn hear(&mut self) -> bool {
        match tokio::time::timeout(Duration::from_millis(100), self.events.next()).await {
            Ok(Some(Item::Event(event))) => {
                let batch = self.switch.apply(&event, Instant::now());
                batch.changes().iter().for_each(|change| self.count(change));
                event.unique_id().is_some_and(|id| id.starts_with(&self.prefix))
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => false,
        }
    }

    fn count(&mut self, change: &Change) {
        match change {
            Change::Merged { from, .. } if from.id.as_str().starts_with(&self.prefix) => self.merged += 1,
            Change::Split { from, .. } if from.as_str().starts_with(&self.prefix) => self.split += 1,
            _ => {}
        }
    }
}

/// What must be as the live session has it.
async fn compare(client: &Client, channel: &Channel, about: &str) {
    let dump = client.run(&UuidDump::new(&channel.id)).await.expect("a dump");
    let block = dump.channel().expect("a channel");
    assert_eq!(channel.state, block.state(), "{about}");
    assert_eq!(channel.target_state, block.target_state(), "{about}");
    assert_eq!(channel.call_state, block.call_state(), "{about}");
    assert_eq!(channel.answer_state, block.answer_state(), "{about}");
    assert_eq!(channel.name.as_deref(), block.name().as_deref(), "{about}");
    let caller = block.caller().expect("a caller");
    assert_eq!(channel.destination_number.as_deref(), caller.destination_number().as_deref(), "{about}");
    assert_eq!(channel.times.answered, caller.answered(), "{about}");
}

async fn play(client: &Client, story: &Story) {
    let mut model = Model::new(client).await;
    for (command, expected) in story.steps {
        let about = format!("{}, after {command}", story.name);
        say(client, &command.replace('%', &model.prefix)).await;
        model.until(expected, &about).await;
        let view = model.switch.view();
        for channel in view.channels().filter(|channel| channel.id.as_str().starts_with(&model.prefix)) {
            compare(client, channel, &about).await;
        }
    }
    assert_eq!((model.merged, model.split), (story.merged, story.split), "{}", story.name);
}

async fn say(client: &Client, command: &str) {
    match command.split_once(' ').expect("a command") {
        ("api", line) => drop(client.api(line).await.expect("an answer")),
        ("bgapi", line) => drop(client.bgapi(line).await.expect("a job").await.expect("a result")),
        _ => {
            let (id, rest) =
                command.strip_prefix("sendmsg ").expect("a message").split_once('\n').expect("lines");
            let value = |name: &str| rest.lines().find_map(|line| line.strip_prefix(name)).expect("a header");
            let message =
                SendMsg::execute(value("execute-app-name: "), value("execute-app-arg: ")).to(&id.into());
            client.sendmsg(message).await.expect("a reply");
        }
    }
}

#[tokio::test]
async fn legs_that_belong_together_are_a_call() {
    with_switch("model::legs_that_belong_together_are_a_call", |client| async move {
        for story in STORIES {
            play(&client, story).await;
        }
    })
    .await;
}
