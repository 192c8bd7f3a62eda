//! A restricted user who stays connected: what is refused is said once, across losses too, and the rest works.

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use trunkline::{Client, Error, GapCause, Item, LogLevel, Permission, Reconnect, State};

use crate::{own_uuid, talked, users::user};

/// Carries bytes to the switch and back, until it is told to cut every connection there is. Where it listens.
async fn relay(switch: String, cut: watch::Receiver<u32>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (switch, mut cut) = (switch.clone(), cut.clone());
            cut.mark_unchanged();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(switch).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    _ = cut.changed() => {}
                }
            });
        }
    });
    port
}

fn permission<T>(refused: Result<T, Error>) -> Option<Permission> {
    refused.err().map(|error| error.permission().expect("a permission that is lacking"))
}

async fn what_is_refused(client: &Client) -> Vec<Permission> {
    let events = async |names: &str| permission(client.events(names).await);
    [
        permission(client.api("status").await),
        permission(client.api("hostname").await),
        permission(client.bgapi("hostname").await),
        permission(client.bgapi("status").await.unwrap().await),
        events("CHANNEL_ANSWER").await,
        events("DTMF").await,
        events("CHANNEL_ANSWER DTMF HEARTBEAT").await,
        permission(client.logs(LogLevel::Debug).await),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn across_losses() {
    let test = "permissions::across_losses";
    let Some(mut config) = user(test, 1) else { return };
    let full = Client::connect(crate::config(test).unwrap()).await.unwrap();
    let (cut, cuts) = watch::channel(0);
    config.port = relay(config.address(), cuts).await;
    "127.0.0.1".clone_into(&mut config.host);
    let mut reconnect = Reconnect::default();
    reconnect.first = std::time::Duration::from_millis(50);
    let client = Client::connect(config.reconnect(reconnect)).await.unwrap();
    let hostname = || Permission::Api("hostname".into());
    let events = |names: &str| Permission::Events(names.into());
    let refused = [hostname(), hostname(), events("DTMF"), events("DTMF HEARTBEAT"), Permission::Log];
    let mut answers = client.events("CHANNEL_ANSWER").await.unwrap();
    let mut states = client.state_changes();
    for round in 1..=3 {
        assert_eq!(what_is_refused(&client).await, refused);
        let uuid = own_uuid();
        let call = format!("originate {{origination_uuid={uuid}}}null/test &park");
        full.bgapi(&call).await.unwrap().await.unwrap();
        full.api(&format!("uuid_kill {uuid}")).await.unwrap();
        loop {
            match answers.next().await {
                Some(Item::Event(event)) if event.unique_id().as_deref() == Some(&uuid) => break,
                Some(Item::Event(_)) => {}
                other => panic!("{other:?}"),
            }
        }
        cut.send_replace(round);
        while states.next().await != Some(State::Ready) {}
        // This user may not ask which run of the switch it is. Somebody else's calls may have been answered meanwhile.
        loop {
            match answers.next().await {
                Some(Item::Gap(gap)) => break assert_eq!(gap.why, GapCause::Unknown),
                Some(Item::Event(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    let health = client.health();
    assert_eq!((health.reconnects, health.gaps, health.streams), (3, 3, 1));
    assert_eq!(health.refused, [events("DTMF"), events("DTMF HEARTBEAT"), hostname(), Permission::Log]);
    talked(test);
}
