//! Stopping a server.

use std::time::Duration;

use trunkline::outbound::{Server, Session, Shutdown};
use trunkline::{Call, Error, EventName, HangupCause, Item};

use crate::support::{Switch, everywhere};

/// Has a call come that plays until the server has stopped in this way; how it ended, by the switch's word.
async fn stopped(switch: &Switch, how: Shutdown) -> Option<String> {
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let handle = server.handle();
    let (playing, mut plays) = tokio::sync::mpsc::unbounded_channel();
    let serving = server.serve(move |call: Call| async move {
        call.answer().await?;
        let _ = playing.send(());
        call.playback("silence_stream://-1").await?;
        Ok::<_, Error>(())
    });
    let (served, cause) = tokio::join!(serving, async {
        let mut events = switch.client().events([EventName::ChannelHangupComplete]).await.unwrap();
        let port = handle.local_addresses()[0].port();
        let uuid = switch.dial(port, "async full", "", "respond:486").await;
        plays.recv().await;
        handle.shutdown(how);
        handle.stopping().await;
        while let Some(Item::Event(event)) = events.next().await {
            if event.unique_id().is_some_and(|id| id == uuid.as_str()) {
                return event.get("Hangup-Cause").map(|cause| cause.into_owned());
            }
        }
        None
    });
    served.unwrap();
    handle.stopped().await;
    assert_eq!((handle.counts().ended, handle.counts().open), (1, 0), "{:?}", handle.counts());
    cause
}

#[tokio::test]
async fn calls_are_hung_up_when_their_time_is_over() {
    everywhere(|switch| async move {
        let soon = Duration::from_millis(50);
        let hung_up = stopped(&switch, Shutdown::hang_up(soon, HangupCause::SystemShutdown)).await;
        assert_eq!(hung_up.as_deref(), Some("SYSTEM_SHUTDOWN"));
    })
    .await;
}

#[tokio::test]
async fn a_call_that_ends_by_itself_in_time_is_left_alone() {
    everywhere(|switch| async move {
        let server = Server::bind("127.0.0.1:0").await.unwrap();
        let handle = server.handle();
        let address = handle.local_addresses()[0];
        let stop = handle.clone();
        let serving = server.serve(move |call: Call| async move {
            call.answer().await?;
            stop.shutdown(Shutdown::hang_up(Duration::from_secs(60), HangupCause::SystemShutdown));
            call.playback("silence_stream://100").await?;
            call.hangup(HangupCause::UserBusy).await
        });
        let (served, _) = tokio::join!(serving, switch.dial(address.port(), "async full", "", "park"));
        served.unwrap();
        assert_eq!(handle.counts().ended, 1, "{:?}", handle.counts());
        // Nobody listens there any more.
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    })
    .await;
}

/// Dropping what serves ends every handler, and gives its call back.
#[tokio::test]
async fn a_server_that_is_dropped_gives_its_calls_back() {
    everywhere(|switch| async move {
        let server = Server::bind("127.0.0.1:0").await.unwrap();
        let handle = server.handle();
        let serving = server.serve(|_: Session| std::future::pending::<()>());
        let serving = tokio::spawn(serving);
        let port = handle.local_addresses()[0].port();
        let calls = [
            switch.dial(port, "async full", "", "hangup").await,
            switch.dial(port, "full", "", "hangup").await,
        ];
        while handle.counts().open < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        serving.abort();
        for uuid in calls {
            while switch.client().api(&format!("uuid_exists {uuid}")).await.unwrap().text() == "true" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        // Nobody has said that it is to stop.
        handle.stopping().await;
        handle.stopped().await;
    })
    .await;
}

/// What cannot be interrupted does not keep a server from stopping: its call is let go.
#[tokio::test]
async fn a_call_that_cannot_be_hung_up_is_let_go() {
    everywhere(|switch| async move {
        let server = Server::bind("127.0.0.1:0").await.unwrap().after_end(Duration::from_millis(500));
        let handle = server.handle();
        let (playing, mut plays) = tokio::sync::mpsc::unbounded_channel();
        let serving = server.serve(move |call: Call| async move {
            call.answer().await?;
            let _ = playing.send(());
            call.locked().playback("silence_stream://-1").await?;
            Ok::<_, Error>(())
        });
        let stopping = async {
            let uuid = switch.dial(handle.local_addresses()[0].port(), "async", "", "hangup").await;
            plays.recv().await;
            handle.shutdown(Shutdown::hang_up(Duration::from_millis(200), HangupCause::SystemShutdown));
            uuid
        };
        let (served, uuid) = tokio::join!(serving, stopping);
        served.unwrap();
        assert_eq!(handle.counts().open, 0, "{:?}", handle.counts());
        // It plays on where nobody could have ended it.
        let _ = switch.client().api(&format!("uuid_kill {uuid}")).await.unwrap();
    })
    .await;
}
