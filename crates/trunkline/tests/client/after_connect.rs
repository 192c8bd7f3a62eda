//! What is done after each connect.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::mpsc;
use trunkline::{Client, CloseReason, Config, Connected, EventName, Item, State};

use crate::reconnect::{CORE, OTHER, accept, grant_only, soon};
use crate::support::{Port, next, within};

/// A client whose hook tells of each connect, and then does this.
async fn told_and<F, R>(then: F) -> (Port, Config, mpsc::UnboundedReceiver<Connected>)
where
    F: Fn(Client) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let port = Port::open().await;
    let (sender, told) = mpsc::unbounded_channel();
    let config = port.config().reconnect(soon()).after_connect(move |client, connected| {
        let _ = sender.send(connected);
        then(client)
    });
    (port, config, told)
}

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn after_each_and_after_what_is_restored() {
    within(async {
        let (port, config, mut told) = told_and(async |client: Client| {
            client.api("from the hook").await.unwrap();
        })
        .await;
        let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        let first = told.recv().await.unwrap();
        assert!(first.is_first() && first.number == 1, "{first:?}");
        switch.expect("api from the hook").await;
        switch.answer("1").await;
        let mut streams = Vec::new();
        for name in [EventName::Dtmf, EventName::Text] {
            let command = format!("event plain {name}");
            let (events, ()) = tokio::join!(client.events([name]), async {
                switch.expect(&command).await;
                switch.reply("+OK event listener enabled plain").await;
            });
            streams.push(events.unwrap());
        }
        drop(switch);
        let mut switch = accept(&port, OTHER).await;
        switch.expect("event plain DTMF TEXT").await;
        switch.reply("-ERR permission denied").await;
        // The names of a denied list are asked for one by one, and the hook waits for that, too.
        for _ in 0..2 {
            assert!(told.try_recv().is_err());
            grant_only(&mut switch, "TEXT", 1).await;
        }
        let again = told.recv().await.unwrap();
        assert_eq!(again.number, 2);
        let gap = again.gap.unwrap();
        assert_eq!(gap.core.as_ref().map(|core| core.as_str()), Some(OTHER));
        switch.expect("api from the hook").await;
        // Streams do not wait for it, and it is the gap they were told of.
        switch.event("TEXT", &[]).await;
        let text = &mut streams[1];
        assert!(matches!(text.next().await, Some(Item::Gap(told)) if told == gap));
        assert_eq!(next(text).await, "TEXT");
        switch.answer("2").await;
    })
    .await;
}

/// It is dropped with the connect it belongs to, and begins anew with the next.
#[tokio::test]
async fn a_loss_ends_it_where_it_waits() {
    within(async {
        let drops = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&drops);
        let (port, config, mut told) = told_and(move |client: Client| {
            let dropped = Dropped(Arc::clone(&counter));
            async move {
                let _dropped = dropped;
                let _ = client.api("never answered").await;
                std::future::pending().await
            }
        })
        .await;
        let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        for number in 1..=3 {
            assert_eq!(told.recv().await.unwrap().number, number);
            switch.expect("api never answered").await;
            assert_eq!(drops.load(Ordering::Relaxed), u32::try_from(number - 1).unwrap());
            let mut states = client.state_changes();
            drop(switch);
            assert!(matches!(states.next().await, Some(State::Connecting { .. })));
            switch = accept(&port, CORE).await;
        }
        assert_eq!(told.recv().await.unwrap().number, 4);
        assert_eq!(drops.load(Ordering::Relaxed), 3);
    })
    .await;
}

#[tokio::test]
async fn it_does_not_keep_the_connection_open() {
    within(async {
        let drops = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&drops);
        let (port, config, mut told) = told_and(move |client: Client| {
            let dropped = Dropped(Arc::clone(&counter));
            async move {
                let _dropped = dropped;
                let _stream = client.events([EventName::Dtmf]).await.unwrap();
                std::future::pending().await
            }
        })
        .await;
        let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        told.recv().await.unwrap();
        switch.expect("event plain DTMF").await;
        switch.reply("+OK event listener enabled plain").await;
        let closed = client.closed();
        let other = client.with_timeout(std::time::Duration::from_secs(1));
        drop(client);
        // Another handle still does.
        let (answer, ()) = tokio::join!(other.api("status"), async {
            switch.expect("api status").await;
            switch.answer("up").await;
        });
        answer.unwrap();
        drop(other);
        switch.leave().await;
        assert_eq!(closed.await, CloseReason::Requested);
        while drops.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Whether it panics before its first await or after: the connection goes on, and so does the next connect's.
#[tokio::test]
async fn a_panic_is_its_own() {
    within(async {
        let (port, config, mut told) = told_and(async |client: Client| {
            let answer = client.api("hook").await.unwrap();
            assert_ne!(&*answer.text(), "panic", "as the test wants it");
        })
        .await;
        let (client, mut switch) = tokio::join!(Client::connect(config), accept(&port, CORE));
        let client = client.unwrap();
        for _ in 0..2 {
            told.recv().await.unwrap();
            switch.expect("api hook").await;
            switch.answer("panic").await;
            let (answer, ()) = tokio::join!(client.api("status"), async {
                switch.expect("api status").await;
                switch.answer("up").await;
            });
            assert_eq!(answer.unwrap().text(), "up");
            drop(switch);
            switch = accept(&port, CORE).await;
        }
        assert_eq!(told.recv().await.unwrap().number, 3);
    })
    .await;
}

#[tokio::test]
async fn a_panic_at_once() {
    within(async {
        let port = Port::open().await;
        let config = port.config().after_connect(|_, connected| {
            assert!(!connected.is_first(), "as the test wants it");
            std::future::ready(())
        });
        assert!(format!("{config:?}").contains("AfterConnect"));
        let (client, mut switch) = tokio::join!(Client::connect(config), async {
            let mut switch = port.accept().await;
            switch.let_in().await;
            switch
        });
        let client = client.unwrap();
        let (answer, ()) = tokio::join!(client.api("status"), async {
            switch.expect("api status").await;
            switch.answer("up").await;
        });
        assert_eq!(answer.unwrap().text(), "up");
    })
    .await;
}
