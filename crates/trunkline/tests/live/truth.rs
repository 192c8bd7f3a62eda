//! What is so in a switch, asked of the switch itself.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use trunkline::api::{ApiCommand, Show, UuidDump};
use trunkline::model::{Live, View};
use trunkline::{ChannelState, Client};

/// Runs a test, and fails it rather than hang.
pub(crate) async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), test).await.expect("the test hangs")
}

/// Of each channel: how it stands.
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
    picture
}

/// As the model has it.
pub(crate) fn modelled(view: &View) -> Picture {
    let channels = view.channels().iter();
    let living = channels.filter(|channel| channel.state != Some(ChannelState::Destroy));
    living
        .map(|channel| {
            let text = |text: Option<String>| text.unwrap_or_default();
            let answer = text(channel.answer_state.as_ref().map(|state| state.to_string()));
            let call = text(channel.call_state.as_ref().map(|state| state.to_string()));
            (
                channel.id.to_string(),
                format!("{} {answer} {call}", channel.name.as_deref().unwrap_or_default()),
            )
        })
        .collect()
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
    assert_eq!(last.0, last.1, "the model is not what the switch is");
}
