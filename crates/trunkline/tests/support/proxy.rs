//! Stands between the client and the switch, and does one thing to one connection at one byte. It never reorders.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use trunkline::Config;

/// What is done to a connection, from one byte on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// Both ends see the other close.
    Cut,
    /// Both ends see a reset; what they had not read yet is lost.
    Reset,
    /// Nothing passes any more in this direction, and nobody is told.
    Swallow,
    /// Nothing passes for a while.
    Stall(Duration),
    /// Byte by byte.
    Trickle,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Direction {
    ToClient,
    ToSwitch,
}

/// Where it happens to the first connection. The others are left in peace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) direction: Direction,
    pub(crate) at: usize,
    pub(crate) fault: Fault,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    switch: SocketAddr,
    plan: Option<Plan>,
    struck: AtomicBool,
    connections: Mutex<Vec<Record>>,
    strike: Notify,
}

/// What passed through one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// What came from the client, whether it was passed on or not.
    pub(crate) said: Vec<u8>,
    pub(crate) said_count: usize,
    /// How much came from the switch.
    pub(crate) heard_count: usize,
}

/// The connection is over.
enum Over {
    Closed,
    Reset,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    pub(crate) async fn before(switch: SocketAddr, plan: Option<Plan>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (struck, connections, strike) = (AtomicBool::new(false), Mutex::default(), Notify::new());
        let shared = Arc::new(Shared { switch, plan, struck, connections, strike });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new("127.0.0.1", "ClueCon");
        config.port = self.address.port();
        config
    }

    /// Cuts the connections there are, wherever they are.
    pub(crate) fn strike(&self) {
        self.shared.strike.notify_waiters();
    }

    /// Whether it has happened.
    pub(crate) fn has_struck(&self) -> bool {
        self.shared.struck.load(Ordering::SeqCst)
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.shared.connections.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this, and all connections with it.
    let mut relays = tokio::task::JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let number = {
            let mut connections = shared.connections.lock().unwrap();
            connections.push(Record::default());
            connections.len() - 1
        };
        relays.spawn(relay(client, number, Arc::clone(&shared)));
    }
}

async fn relay(client: TcpStream, number: usize, shared: Arc<Shared>) {
    let Ok(switch) = TcpStream::connect(shared.switch).await else { return };
    for stream in [&client, &switch] {
        stream.set_nodelay(true).unwrap();
    }
    let plan = shared.plan.filter(|_| number == 0);
    let plan_for = |direction| plan.filter(|plan| plan.direction == direction);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_switch, mut to_switch) = switch.into_split();
    let over = tokio::select! {
        over = pass(&mut from_client, &mut to_switch, plan_for(Direction::ToSwitch), &shared, |bytes| {
            let record = &mut shared.connections.lock().unwrap()[number];
            record.said.extend_from_slice(bytes);
            record.said_count += bytes.len();
        }) => over,
        over = pass(&mut from_switch, &mut to_client, plan_for(Direction::ToClient), &shared, |bytes| {
            shared.connections.lock().unwrap()[number].heard_count += bytes.len();
        }) => over,
        () = shared.strike.notified() => Over::Reset,
    };
    if let Over::Reset = over {
        for stream in [from_client.reunite(to_client).unwrap(), from_switch.reunite(to_switch).unwrap()] {
            let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
    }
}

/// Passes on what comes in one direction.
async fn pass(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    mut plan: Option<Plan>,
    shared: &Shared,
    record: impl Fn(&[u8]),
) -> Over {
    let (mut buffer, mut passed) = ([0; 4096], 0);
    let mut trickling = false;
    loop {
        if let Some(due) = plan.take_if(|plan| plan.at <= passed) {
            shared.struck.store(true, Ordering::SeqCst);
            match due.fault {
                Fault::Cut => return Over::Closed,
                Fault::Reset => return Over::Reset,
                Fault::Stall(time) => tokio::time::sleep(time).await,
                Fault::Trickle => trickling = true,
                // It is not read either.
                Fault::Swallow => return std::future::pending().await,
            }
        }
        let room = plan.map_or(buffer.len(), |plan| buffer.len().min(plan.at - passed));
        let room = if trickling { 1 } else { room };
        let count = match from.read(&mut buffer[..room]).await {
            Ok(0) | Err(_) => return Over::Closed,
            Ok(count) => count,
        };
        record(&buffer[..count]);
        passed += count;
        if to.write_all(&buffer[..count]).await.is_err() {
            return Over::Closed;
        }
    }
}
