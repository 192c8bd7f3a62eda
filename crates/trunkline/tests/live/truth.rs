//! What is so in a switch, asked of the switch itself.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use trunkline::api::conference::JsonList;
use trunkline::api::{ApiCommand, Show, UuidDump};
use trunkline::model::{Live, View};
use trunkline::{ChannelState, Client};

/// Runs a test, and fails it rather than hang.
pub(crate) async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(400), test).await.expect("the test hangs")
}

/// Of each channel: how it stands, and to whom it is bridged. Of each conference: who is in it.
pub(crate) type Picture = BTreeMap<String, String>;

/// As the live sessions tell, each asked for by itself.
pub(crate) async fn asked(client: &Client) -> Picture {
    let rows = client.run(Show::channels()).await.unwrap();
    let mut picture = Picture::new();
    for row in rows.iter() {
        let dump = UuidDump::new(&row.uuid);
        let answer = client.api(&dump.line().unwrap()).await.unwrap();
        let Ok(channel) = dump.read(answer.bytes()) else { continue };
        let get = |name| channel.get(name).unwrap_or_default().into_owned();
        if get("Channel-State") == "CS_DESTROY" {
            continue;
        }
        picture.insert(
            row.uuid.to_string(),
            format!("{} {} {}", get("Channel-Name"), get("Answer-State"), get("Channel-Call-State")),
        );
    }
    for row in client.run(Show::bridged_calls()).await.unwrap().iter() {
        let Some(b) = &row.b else { continue };
        picture.insert(format!("bridge of {}", row.a.uuid), b.uuid.to_string());
        picture.insert(format!("bridge of {}", b.uuid), row.a.uuid.to_string());
    }
    for room in client.run(JsonList::all()).await.unwrap().iter() {
        let members = room.members.iter().filter_map(|member| member.id);
        picture.insert(format!("conference {}", room.name), list(members));
    }
    picture
}

fn list(members: impl Iterator<Item = u32>) -> String {
    format!("{:?}", members.collect::<BTreeSet<_>>())
}

/// As the model has it.
pub(crate) fn modelled(view: &View) -> Picture {
    let channels = view.channels().iter();
    let living = channels.filter(|channel| channel.state != Some(ChannelState::Destroy));
    let bridged = view.channels().iter().filter_map(|channel| {
        Some((format!("bridge of {}", channel.id), channel.bridged_to.as_ref()?.to_string()))
    });
    let rooms = view.conferences().iter().map(|room| {
        let members = view.members().filter(|member| member.conference == room.id);
        (format!("conference {}", room.id), list(members.map(|member| member.id)))
    });
    let channels = living.map(|channel| {
        let text = |text: Option<String>| text.unwrap_or_default();
        let answer = text(channel.answer_state.as_ref().map(|state| state.to_string()));
        let call = text(channel.call_state.as_ref().map(|state| state.to_string()));
        (channel.id.to_string(), format!("{} {answer} {call}", channel.name.as_deref().unwrap_or_default()))
    });
    channels.chain(bridged).chain(rooms).collect()
}

/// Waits until the two agree, and fails with the difference if they do not.
pub(crate) async fn agrees(live: &Live, client: &Client) {
    let mut last = (Picture::new(), Picture::new());
    for _ in 0..50 {
        let view = live.fresh().await.unwrap();
        last = (modelled(&view), asked(client).await);
        if last.0 == last.1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (model, switch) = &last;
    let keys: BTreeSet<&String> = model.keys().chain(switch.keys()).collect();
    for key in keys.into_iter().filter(|key| model.get(*key) != switch.get(*key)) {
        eprintln!("{key}: the model has {:?}, the switch {:?}", model.get(key), switch.get(key));
    }
    panic!("the model is not what the switch is: {:?}", live.health());
}
