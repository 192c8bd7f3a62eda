//! The switch that is talked to: the simulator, or the one `TRUNKLINE_TEST_URL` names.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use trunkline_sim::{Sim, SimBuilder};

use crate::peer::{Peer, Seen};

/// One that the scenario before has told to end may still be ending when the next is to be started.
const START_ATTEMPTS: usize = 10;

#[derive(Debug)]
pub(crate) struct Target {
    address: SocketAddr,
    password: String,
    /// The real switch listens with a backlog of 5 and never greets those beyond it.
    doors: Semaphore,
    /// How many scenarios may run at once.
    pub(crate) at_once: usize,
    /// How long to wait for what is expected. What passes does not wait that long.
    pub(crate) patience: Duration,
}

/// A simulated switch as the configuration in `testbed/conf` makes a real one.
pub(crate) fn simulator() -> SimBuilder {
    let conf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testbed/conf");
    Sim::builder().conf(conf).expect("the configuration of the testbed can be read").configure(|config| {
        config.switchname = "fs-testbed".into();
        // It has no sounds, and no streams of them.
        config.missing_files =
            vec!["local_stream://".into(), "/dev/null/".into(), "/usr/local/freeswitch/sounds/".into()];
        // `testbed/scripts/hello.lua`.
        config.lua.prints("hello.lua", "hello from lua: no argument\n");
        config.lua.prints("hello.lua *", "hello from lua: $1\n");
    })
}

impl Target {
    pub(crate) fn simulated(sim: &Sim) -> Self {
        Self {
            address: sim.addr(),
            password: "ClueCon".into(),
            doors: Semaphore::new(64),
            at_once: 64,
            patience: Duration::from_secs(20),
        }
    }

    /// The real switch, if there is one: `esl://:ClueCon@127.0.0.1:8021`.
    pub(crate) fn real() -> Option<Self> {
        Some(Self::of(&std::env::var("TRUNKLINE_TEST_URL").ok()?))
    }

    /// A real switch that nobody else uses. It may be ended: `TRUNKLINE_CONFORMANCE_START` is a command that starts it
    /// where it is not running, and returns once it answers.
    pub(crate) fn alone() -> Option<Self> {
        let url = std::env::var("TRUNKLINE_CONFORMANCE_ALONE").ok()?;
        let start =
            std::env::var("TRUNKLINE_CONFORMANCE_START").expect("TRUNKLINE_CONFORMANCE_START starts it");
        assert!((0..START_ATTEMPTS).any(|_| starts(&start)), "{start} starts no switch");
        Some(Self { at_once: 1, ..Self::of(&url) })
    }

    fn of(url: &str) -> Self {
        let (password, address) = url
            .strip_prefix("esl://:")
            .and_then(|rest| rest.split_once('@'))
            .expect("the address of a switch is esl://:PASSWORD@ADDRESS:PORT");
        Self {
            address: address.parse().expect("an address and a port"),
            password: password.into(),
            doors: Semaphore::new(4),
            at_once: 24,
            patience: Duration::from_secs(10),
        }
    }

    /// A connection that has been greeted, the greeting not yet read.
    pub(crate) async fn open(&self, from: Option<IpAddr>) -> Result<Peer, String> {
        let _door = self.doors.acquire().await.map_err(|error| error.to_string())?;
        let stream = self.dial(from).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let peer = Peer::new(stream);
        match peer.greeted(Duration::from_secs(20)).await {
            true => Ok(peer),
            false => Err("the switch does not greet".into()),
        }
    }

    async fn dial(&self, from: Option<IpAddr>) -> std::io::Result<TcpStream> {
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        socket.connect(self.address).await
    }

    /// A connection that has come in.
    pub(crate) async fn come_in(&self, user: Option<&str>) -> Result<Peer, String> {
        let mut peer = self.open(None).await?;
        let auth = match user {
            Some(user) => format!("userauth {user}\n\n"),
            None => format!("auth {}\n\n", self.password),
        };
        peer.send(auth.as_bytes()).await.map_err(|error| error.to_string())?;
        let deadline = Instant::now() + self.patience;
        let greeting = peer.next(deadline).await;
        let reply = peer.next(deadline).await;
        match (&greeting, &reply) {
            (Seen::Frame(_), Seen::Frame(reply))
                if reply.headers().get("Reply-Text").as_deref() == Some("+OK accepted") =>
            {
                Ok(peer)
            }
            _ => Err(format!("could not come in: {:?}", crate::show::seen(&reply))),
        }
    }

    /// Ends calls of ours that may be left, and waits a little until they are gone.
    pub(crate) async fn hang_up(&self, uuids: &[String]) {
        if uuids.is_empty() {
            return;
        }
        let Ok(mut peer) = self.come_in(None).await else { return };
        for uuid in uuids {
            self.ask(&mut peer, "uuid_kill", uuid).await;
        }
        for uuid in uuids {
            for _ in 0..20 {
                if self.ask(&mut peer, "uuid_exists", uuid).await.as_deref() != Some(b"true") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// What a command about a call is answered.
    async fn ask(&self, peer: &mut Peer, command: &str, uuid: &str) -> Option<Bytes> {
        peer.send(format!("api {command} {uuid}\n\n").as_bytes()).await.ok()?;
        match peer.next(Instant::now() + self.patience).await {
            Seen::Frame(reply) => reply.body(),
            _ => None,
        }
    }
}

fn starts(command: &str) -> bool {
    let started = std::process::Command::new(command).stdout(std::process::Stdio::null()).status();
    let does = started.is_ok_and(|status| status.success());
    if !does {
        std::thread::sleep(Duration::from_secs(1));
    }
    does
}
