//! Where a server listens, and to whom.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use trunkline::outbound::{Listen, Server, Session, Shutdown};
use trunkline::{Call, Error, HangupCause};

use crate::notes;
use crate::support::{everywhere, within};

async fn hang_up(session: Session) -> Result<(), Error> {
    match session {
        Session::Async(call) => call.hangup(HangupCause::NormalClearing).await.map(drop),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn on_ipv6_and_on_ipv4() {
    everywhere(|switch| async move {
        for (address, from) in [("[::1]:0", "::1"), ("127.0.0.1:0", "127.0.0.1")] {
            let server = Server::bind(address).await.unwrap();
            let handle = server.handle();
            let serving = server.serve(hang_up);
            let (served, ()) = tokio::join!(serving, async {
                let port = handle.local_addresses()[0].port();
                let line = format!("originate null/x 'socket:{from}:{port} async full,park' inline");
                drop(switch.client().bgapi(&line).await.unwrap());
                while handle.counts().over() < 1 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                handle.shutdown(Shutdown::give_back(Duration::ZERO));
            });
            served.unwrap();
            assert_eq!(handle.counts().ended, 1, "{address}: {:?}", handle.counts());
        }
    })
    .await;
}

/// Both are given connections, by the kernel's choice; without being told so, nobody shares a port.
#[tokio::test]
async fn two_on_one_port() {
    within(async {
        let first = Server::bind_with("127.0.0.1:0", Listen::default().reuse_port()).await.unwrap();
        let address = first.local_addresses()[0];
        assert!(matches!(Server::bind(address).await, Err(Error::Listen { .. })));
        let second = Server::bind_with(address, Listen::default().reuse_port()).await.unwrap();
        let handles = [first.handle(), second.handle()];
        let connecting = async {
            let over = || handles.iter().map(|handle| handle.counts().over()).sum::<u64>();
            let mut connected = 0;
            while handles.iter().any(|handle| handle.counts().over() == 0) {
                drop(TcpStream::connect(address).await.unwrap());
                connected += 1;
                while over() < connected {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            handles.iter().for_each(|handle| handle.shutdown(Shutdown::give_back(Duration::ZERO)));
        };
        let (first, second, ()) = tokio::join!(first.serve(hang_up), second.serve(hang_up), connecting);
        first.unwrap();
        second.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_taken_or_none_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = taken.local_addr().unwrap();
    let error = Server::bind(address).await.unwrap_err();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    // Of the documentation's own (RFC 5737).
    let error = Server::bind("192.0.2.1:8084").await.unwrap_err();
    assert!(error.to_string().contains("192.0.2.1:8084"), "{error}");
}

/// The line of a server that others can reach. It stops before it has accepted anything.
#[tokio::test]
async fn beyond_loopback_it_warns() {
    for (address, allowed, warns) in [
        ("0.0.0.0:0", None, true),
        ("[::]:0", None, true),
        ("0.0.0.0:0", Some("127.0.0.1"), false),
        ("127.0.0.1:0", None, false),
    ] {
        let mut server = Server::bind(address).await.unwrap();
        if let Some(allowed) = allowed {
            server = server.allow(allowed.parse().unwrap());
        }
        server.handle().shutdown(Shutdown::give_back(Duration::ZERO));
        notes::begin();
        within(server.serve(|_: Call| async {})).await.unwrap();
        let told = notes::end();
        let line = told.lines().find(|line| line.contains("an outbound socket has no password"));
        assert_eq!(line.is_some(), warns, "{address} {allowed:?}: {told}");
        let address = address.trim_end_matches('0');
        let names = |line: &str| line.starts_with("trunkline::outbound WARN") && line.contains(address);
        assert!(line.is_none_or(names), "{told}");
    }
}
