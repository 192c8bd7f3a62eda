//! Calls over connections that somebody else has accepted: a descriptor, and standard input.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use trunkline::outbound::{Accept, Session};
use trunkline::{EventName, HangupCause, Item, blocking};

use crate::support::{asynchronous, everywhere};

/// What the children hang up with.
const CAUSE: HangupCause = HangupCause::NumberChanged;

#[tokio::test]
async fn from_a_descriptor() {
    everywhere(|switch| async move {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uuid = switch.dial(listener.local_addr().unwrap().port(), "async full", "", "hangup").await;
        let accept = move || OwnedFd::from(listener.accept().unwrap().0);
        let socket = tokio::task::spawn_blocking(accept).await.unwrap();
        let call = asynchronous(Accept::default().descriptor(socket).await.unwrap());
        assert_eq!(call.uuid(), uuid);
        assert_eq!(call.hangup(CAUSE).await.unwrap().cause, Some(CAUSE));
    })
    .await;
}

/// A program that is started for a call, as `inetd` does it: this one.
#[tokio::test]
async fn from_standard_input() {
    everywhere(|switch| async move {
        for child in ["adopted::handles_its_standard_input", "adopted::handles_it_without_async"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut events = switch.client().events([EventName::ChannelHangupComplete]).await.unwrap();
            let uuid = switch.dial(listener.local_addr().unwrap().port(), "async full", "", "park").await;
            let run = move || {
                let socket = OwnedFd::from(listener.accept().unwrap().0);
                let mut program = Command::new(std::env::current_exe().unwrap());
                program
                    .args([child, "--exact", "--ignored"])
                    .stdin(Stdio::from(socket))
                    .stdout(Stdio::null());
                program.status().unwrap()
            };
            let status = tokio::task::spawn_blocking(run).await.unwrap();
            assert!(status.success(), "{child}: {status}");
            while let Some(Item::Event(event)) = events.next().await {
                if event.unique_id().is_some_and(|id| id == uuid.as_str()) {
                    assert_eq!(event.get("Hangup-Cause").as_deref(), Some(CAUSE.as_str()), "{child}");
                    break;
                }
            }
        }
    })
    .await;
}

#[tokio::test]
#[ignore = "its standard input must be a call: the test above starts it so"]
async fn handles_its_standard_input() {
    let session = Accept::default().stdin().await.unwrap();
    let Session::Async(call) = session else { panic!("{session:?}") };
    call.answer().await.unwrap();
    call.hangup(CAUSE).await.unwrap();
}

#[test]
#[ignore = "as the one above"]
fn handles_it_without_async() {
    let mut call = blocking::outbound::Call::from_stdin().unwrap();
    call.answer().unwrap();
    call.hangup(CAUSE).unwrap();
}

#[tokio::test]
async fn what_is_no_socket_is_said_to_be_none() {
    let file = std::fs::File::open("/dev/null").unwrap();
    let error = Accept::default().descriptor(file.into()).await.unwrap_err();
    assert!(error.is_closed(), "{error}");
}
