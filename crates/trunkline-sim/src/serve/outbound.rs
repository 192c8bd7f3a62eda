//! Connections the switch makes.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Shared;
use super::connection::Outbox;
use crate::switch::ConnectionId;

/// How long an address is tried. FreeSWITCH leaves that to the system, which takes about two minutes.
const PATIENCE: Duration = Duration::from_secs(127);

/// Makes a connection and serves it, or says why there is none.
pub(super) async fn dial(shared: Arc<Shared>, id: ConnectionId, host: String, port: u16) {
    let connecting = timeout(PATIENCE, TcpStream::connect((host.as_str(), port)));
    let result = connecting.await.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    let mut state = shared.lock();
    state.dials.remove(&id);
    let now = shared.clock.now();
    match result {
        Ok(stream) => {
            let outbox = Outbox::default();
            state.outboxes.insert(id, outbox.clone());
            state.switch.connected(id, now);
            shared.carry_out(&mut state);
            drop(state);
            shared.serve(stream, id, outbox);
        }
        Err(error) => {
            state.switch.connect_failed(id, why(&error), now);
            shared.carry_out(&mut state);
        }
    }
}

/// What the C library calls an error.
fn why(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => "Connection refused",
        ErrorKind::TimedOut => "Connection timed out",
        ErrorKind::HostUnreachable => "No route to host",
        ErrorKind::NetworkUnreachable => "Network is unreachable",
        ErrorKind::ConnectionReset => "Connection reset by peer",
        _ => "Operation not permitted",
    }
}
