//! Two connections to the switch, merged.

use std::net::ToSocketAddrs;
use std::time::Duration;

use trunkline::{
    Client, Config, EventBuilder, EventFormat, EventName, EventSet, Events, Item, Merged, Reconnect, State,
};

use crate::proxy::Proxy;
use crate::{config, own_uuid, talked};

/// The next event's number. There is to be no gap.
async fn number(merged: &mut Merged) -> usize {
    match merged.next().await {
        Some(Item::Event(event)) => event.get("Number").unwrap().parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A proxy before the switch, and how to reach the switch through it.
async fn through_proxy(config: &Config) -> (Proxy, Config) {
    let switch = (&*config.host, config.port).to_socket_addrs().unwrap().next().unwrap();
    let proxy = Proxy::before(switch, None).await;
    let mut through = config.clone();
    through.host = "127.0.0.1".into();
    through.port = proxy.config().port;
    let mut reconnect = Reconnect::default();
    reconnect.first = Duration::from_millis(5);
    reconnect.most = Duration::from_millis(20);
    (proxy, through.reconnect(reconnect))
}

/// 2,000 events, while one of two connections is reset again and again: all come, each once.
#[tokio::test]
async fn one_of_two_is_cut_again_and_again() {
    let test = "merged::one_of_two_is_cut_again_and_again";
    let Some(config) = config(test) else { return };
    let work = async {
        let (proxy, through) = through_proxy(&config).await;
        let subclass = format!("trunkline::{}", own_uuid());
        let wants = EventSet::new().with_subclass(&subclass);
        let steady = Client::connect(config.clone()).await.unwrap();
        let cut = Client::connect(through.format(EventFormat::Json)).await.unwrap();
        let streams = [cut.events(wants.clone()).await.unwrap(), steady.events(wants).await.unwrap()];
        let mut merged = Events::merge(streams);
        let count = 2000;
        let sending = tokio::spawn(async move {
            let sender = Client::connect(config).await.unwrap();
            for number in 0..count {
                let event = EventBuilder::new().header("Event-Subclass", &*subclass);
                let event = event.header("Number", number.to_string());
                sender.sendevent(&EventName::Custom, &event).await.unwrap();
            }
        });
        let cutting = tokio::spawn(async move {
            let mut cuts = 0;
            let mut states = cut.state_changes();
            while !sending.is_finished() {
                proxy.strike();
                cuts += 1;
                while !matches!(states.next().await, Some(State::Ready)) {}
                // Its events come again.
                cut.api("status").await.unwrap();
            }
            sending.await.unwrap();
            (cuts, proxy, cut)
        });
        let mut seen = vec![false; count];
        for _ in 0..count {
            let number = number(&mut merged).await;
            assert!(!std::mem::replace(&mut seen[number], true), "{number} twice");
        }
        let (cuts, ..) = cutting.await.unwrap();
        assert!(cuts > 1, "{cuts}");
        cuts
    };
    let cuts = tokio::time::timeout(Duration::from_secs(60), work).await.expect("the test hangs");
    talked(&format!("{test}, {cuts} cuts"));
}

/// What a script fires twice has one number, and is two events.
#[tokio::test]
async fn fired_twice_is_two_events() {
    let test = "merged::fired_twice_is_two_events";
    crate::with_switch(test, async |client| {
        if client.api("module_exists mod_lua").await.unwrap().text() != "true" {
            return crate::say(&format!("NOT RUN: {test}: the switch has no mod_lua"));
        }
        let subclass = format!("trunkline::{}", own_uuid());
        let wants = EventSet::new().with_subclass(&subclass);
        let other = Client::connect(config(test).unwrap().format(EventFormat::Json)).await.unwrap();
        let streams = [client.events(wants.clone()).await.unwrap(), other.events(wants).await.unwrap()];
        let mut merged = Events::merge(streams);
        let script = format!(
            "local e = freeswitch.Event('CUSTOM', '{subclass}'); e:addHeader('Number', '1'); e:fire(); e:fire(); \
             local e = freeswitch.Event('CUSTOM', '{subclass}'); e:addHeader('Number', '2'); e:fire()"
        );
        client.api(&format!("luarun ~{script}")).await.unwrap();
        for expected in [1, 1, 2] {
            assert_eq!(number(&mut merged).await, expected);
        }
    })
    .await;
}
