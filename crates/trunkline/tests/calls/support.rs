//! A switch, and calls in it that ask for us.

use std::future::Future;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use trunkline::dialstring::{Endpoint, Originate};
use trunkline::outbound::{Accept, Session};
use trunkline::{Call, ChannelUuid, Client, SyncCall};
use trunkline_sim::Sim;

/// Runs a test, and fails it rather than hang.
pub(crate) async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test hangs")
}

/// A switch to play with.
pub(crate) struct Switch {
    client: Client,
    sim: Option<Sim>,
}

impl Switch {
    /// The simulator, with the configuration the real one has.
    pub(crate) async fn simulated() -> Self {
        let conf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testbed/conf");
        let sim = Sim::builder().conf(conf).unwrap().start().await.unwrap();
        let client = trunkline::connect(sim.url().as_str()).await.unwrap();
        Self { client, sim: Some(sim) }
    }

    /// A real one, if there is one.
    async fn real() -> Option<Self> {
        let url = std::env::var("TRUNKLINE_TEST_URL").ok()?;
        Some(Self { client: trunkline::connect(url).await.unwrap(), sim: None })
    }

    /// A connection to it. (A method, so that a test that uses it holds all of the switch.)
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Has it make a call that comes to us by `socket` with these words, and is told how to go on from there.
    pub(crate) async fn call(&self, words: &str) -> (ChannelUuid, Session) {
        self.call_with(words, "").await
    }

    /// The same, with these variables (`a=b,c=d`).
    pub(crate) async fn call_with(&self, words: &str, variables: &str) -> (ChannelUuid, Session) {
        let socket = Listening::open().await;
        let uuid = self.dial(socket.port(), words, variables, "hangup").await;
        (uuid, socket.accept().await)
    }

    /// Has it make a call that comes to this port by `socket` with these words, and goes on from there with this
    /// application.
    pub(crate) async fn dial(&self, port: u16, words: &str, variables: &str, then: &str) -> ChannelUuid {
        let uuid = uuid();
        let variables =
            ["origination_uuid=", uuid.as_str(), ",origination_caller_id_number=1000,", variables].concat();
        let line = format!(
            "originate {{{}}}null/test 'socket:127.0.0.1:{port} {words},{then}' inline",
            variables.trim_end_matches(',')
        );
        drop(self.client.bgapi(&line).await.unwrap());
        uuid
    }

    pub(crate) async fn async_full(&self) -> Call {
        asynchronous(self.call("async full").await.1)
    }

    /// The same, answered.
    pub(crate) async fn answered(&self) -> Call {
        let call = self.async_full().await;
        call.answer().await.unwrap();
        call
    }

    /// One that we make, by its id.
    pub(crate) async fn made(&self, endpoint: Endpoint) -> Call {
        self.client.originate(Originate::new(endpoint)).await.unwrap().call().await.unwrap()
    }

    /// The same, once it is there again.
    pub(crate) async fn again(self) -> Self {
        let url = self.sim.as_ref().expect("the simulated one").url();
        loop {
            match trunkline::connect(url.as_str()).await {
                Ok(client) => return Self { client, ..self },
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Another connection to the simulated one, that nothing was said over.
    pub(crate) async fn connect(&self) -> TcpStream {
        let sim = self.sim.as_ref().expect("the simulated one");
        TcpStream::connect(sim.addr()).await.unwrap()
    }

    pub(crate) fn is_real(&self) -> bool {
        self.sim.is_none()
    }

    /// How the switch calls itself by SIP.
    pub(crate) async fn sip(&self, number: &str) -> Endpoint {
        let address = if self.is_real() {
            let status = self.client.api("sofia status").await.unwrap();
            let address = status.text().split_once("sip:mod_sofia@").expect("a profile").1.to_owned();
            address.split_whitespace().next().unwrap().to_owned()
        } else {
            "127.0.0.1:5090".to_owned()
        };
        Endpoint::sofia("internal", &format!("{number}@{address}")).unwrap()
    }
}

/// Where the switch is to connect to for a call.
pub(crate) struct Listening {
    listener: TcpListener,
}

impl Listening {
    pub(crate) async fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(crate) async fn accept(&self) -> Session {
        Accept::default().tcp(self.stream().await).await.unwrap()
    }

    /// A connection that nothing was said over.
    pub(crate) async fn stream(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }
}

pub(crate) fn uuid() -> ChannelUuid {
    let random: u128 = (u128::from(fastrand::u64(..)) << 64) | u128::from(fastrand::u64(..));
    format!("{random:032x}").into()
}

/// Has the other end of a call press these, soon.
pub(crate) async fn press(switch: &Switch, call: &Call, digits: &str) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    switch.client().api(&format!("uuid_recv_dtmf {} {digits}", call.uuid())).await.unwrap();
}

pub(crate) fn asynchronous(session: Session) -> Call {
    match session {
        Session::Async(call) => call,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn synchronous(session: Session) -> SyncCall {
    match session {
        Session::Sync(call) => call,
        other => panic!("{other:?}"),
    }
}

/// Has a test run against the simulator (unless `TRUNKLINE_TEST_REAL_ONLY` is set), and against a real switch if there
/// is one.
pub(crate) async fn everywhere<F: Future<Output = ()>>(test: impl Fn(Switch) -> F) {
    if std::env::var_os("TRUNKLINE_TEST_REAL_ONLY").is_none() {
        within(test(Switch::simulated().await)).await;
    }
    match Switch::real().await {
        Some(switch) => within(test(switch)).await,
        None => eprintln!("not tried against a real FreeSWITCH: TRUNKLINE_TEST_URL names none"),
    }
}
