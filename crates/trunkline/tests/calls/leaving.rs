//! How the connection of a call that was hung up is left: without a word, where nothing more is to come.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use trunkline::outbound::{Server, Shutdown};
use trunkline::proto::listener::{command_reply, linger_notice};
use trunkline::{Call, EventBuilder, EventFormat, EventName};

use crate::strangers::{call_data, hear};
use crate::support::within;

const UUID: &str = "b0d8f3c4-2b1e-4a68-9d2f-6d0f5f7c1a2b";

fn event(name: EventName) -> Vec<u8> {
    let event = EventBuilder::named(&name).header("Unique-ID", UUID).to_event(EventFormat::Plain).unwrap();
    let payload = event.payload();
    let head = format!("Content-Length: {}\nContent-Type: text/event-plain\n\n", payload.len());
    [head.as_bytes(), payload].concat()
}

fn notice() -> Vec<u8> {
    linger_notice(UUID, "null/call", -1)
}

/// What a server says after this, told in one go, has ended its call, where somebody else `listens` to it or nobody does.
async fn last_words(told: &[Vec<u8>], listens: bool) -> String {
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let handle = server.handle();
    let (keep, mut kept) = mpsc::unbounded_channel();
    let serving = server.serve(move |call: Call| {
        let keep = keep.clone();
        async move {
            keep.send(listens.then(|| call.dtmf())).unwrap();
            call.ended().await;
        }
    });
    let switch = async {
        let mut stream = TcpStream::connect(handle.local_addresses()[0]).await.unwrap();
        hear(&mut stream, "connect\n\n").await;
        stream.write_all(call_data(UUID, "async", "full").as_bytes()).await.unwrap();
        hear(&mut stream, "linger\n\n").await;
        let answers = [command_reply(b"+OK Events Enabled"), command_reply(b"+OK will linger")];
        stream.write_all(&[answers.concat(), event(EventName::ChannelPark)].concat()).await.unwrap();
        let listening = kept.recv().await.unwrap();
        stream.write_all(&told.concat()).await.unwrap();
        let mut said = Vec::new();
        while stream.read_buf(&mut said).await.unwrap() > 0 {
            if said.ends_with(b"exit\n\n") {
                stream.write_all(&command_reply(b"+OK bye")).await.unwrap();
            }
        }
        drop(listening);
        handle.shutdown(Shutdown::give_back(std::time::Duration::ZERO));
        String::from_utf8(said).unwrap()
    };
    let (served, said) = within(async { tokio::join!(serving, switch) }).await;
    served.unwrap();
    assert_eq!(handle.counts().ended, 1, "{:?}", handle.counts());
    said
}

#[tokio::test]
async fn once_all_is_told_nothing_is_said() {
    let (hangup, complete) = (event(EventName::ChannelHangup), event(EventName::ChannelHangupComplete));
    assert_eq!(last_words(&[hangup.clone(), complete.clone(), notice()], false).await, "");
    assert_eq!(last_words(&[hangup, notice(), complete], false).await, "");
}

#[tokio::test]
async fn what_does_not_come_is_not_waited_for_long() {
    let (hangup, complete) = (event(EventName::ChannelHangup), event(EventName::ChannelHangupComplete));
    for told in [vec![hangup.clone()], vec![hangup.clone(), notice()], vec![hangup, complete]] {
        assert_eq!(last_words(&told, false).await, "exit\n\n");
    }
}

#[tokio::test]
async fn who_listens_hears_what_comes_until_the_switch_lets_go() {
    let told = [event(EventName::ChannelHangup), event(EventName::ChannelHangupComplete), notice()];
    assert_eq!(last_words(&told, true).await, "exit\n\n");
}
