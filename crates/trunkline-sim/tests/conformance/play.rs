//! A scenario, played against a switch.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use trunkline_proto::Frame;

use crate::check::check;
use crate::pattern::{Pattern, Values, bytes};
use crate::peer::{Peer, Seen};
use crate::record;
use crate::scenario::{Action, Expect, Extent, Order, Scenario, Step, Verb};
use crate::show;
use crate::target::Target;

/// Where a scenario was not kept to, and how.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) lines: Vec<String>,
}

/// What was recorded, by the line it takes the place of.
pub(crate) type Recorded = BTreeMap<usize, Vec<String>>;

struct Player<'a> {
    target: &'a Target,
    /// How long to wait for what is expected.
    patience: Duration,
    values: Values,
    uuids: Vec<String>,
    words: Vec<String>,
    peers: HashMap<String, Peer>,
    listeners: HashMap<String, TcpListener>,
    /// Whether what is not recorded yet is to be.
    recorded: Option<Recorded>,
}

/// Plays a scenario to its end or to its first failure, and hangs up what is left of its calls.
pub(crate) async fn play(scenario: &Scenario, target: &Target, patience: Duration) -> Result<(), Failure> {
    run(scenario, Player::new(target, patience, None)).await.map(drop)
}

/// Plays a scenario, taking down what comes where it says `?`.
pub(crate) async fn record(
    scenario: &Scenario,
    target: &Target,
    patience: Duration,
) -> Result<Recorded, Failure> {
    run(scenario, Player::new(target, patience, Some(Recorded::new()))).await
}

async fn run(scenario: &Scenario, mut player: Player<'_>) -> Result<Recorded, Failure> {
    let outcome = player.steps(&scenario.steps).await;
    player.peers.clear();
    if outcome.is_err() {
        // What was asked for may be under way.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    player.target.hang_up(&player.uuids).await;
    for word in &player.words {
        // A recording, where the scenario made one.
        let _ = std::fs::remove_file(format!("/tmp/{word}.wav"));
    }
    outcome.map(|()| player.recorded.unwrap_or_default())
}

impl<'a> Player<'a> {
    fn new(target: &'a Target, patience: Duration, recorded: Option<Recorded>) -> Self {
        Self {
            target,
            patience,
            values: Values::new(),
            uuids: Vec::new(),
            words: Vec::new(),
            peers: HashMap::new(),
            listeners: HashMap::new(),
            recorded,
        }
    }

    async fn steps(&mut self, steps: &[Step]) -> Result<(), Failure> {
        let mut rest = steps;
        while let Some(step) = rest.first() {
            let among = among(rest);
            let (done, outcome) = match among {
                0 => (1, self.step(step).await),
                count => (count, self.among(&rest[..count]).await),
            };
            outcome.map_err(|lines| Failure { line: step.line, text: step.text.clone(), lines })?;
            rest = &rest[done..];
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), Vec<String>> {
        match &step.action {
            Action::Uuids(names) => {
                for name in names {
                    let uuid = uuid::Uuid::new_v4().to_string();
                    self.uuids.push(uuid.clone());
                    self.values.insert(name.clone(), uuid);
                }
            }
            Action::Words(names) => {
                for name in names {
                    let word = format!("w{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
                    self.words.push(word.clone());
                    self.values.insert(name.clone(), word);
                }
            }
            Action::Listen(name) => {
                let listener = TcpListener::bind("127.0.0.1:0").await.map_err(lines)?;
                let port = listener.local_addr().map_err(lines)?.port();
                self.values.insert(name.clone(), port.to_string());
                self.listeners.insert(name.clone(), listener);
            }
            Action::Wait(time) => tokio::time::sleep(*time).await,
            Action::Peer { peer, verb } => return self.peer(peer, verb, step.line).await,
        }
        Ok(())
    }

    async fn peer(&mut self, name: &str, verb: &Verb, line: usize) -> Result<(), Vec<String>> {
        match verb {
            Verb::Connect(user) => {
                let user = user.as_deref().map(|user| self.fill(user)).transpose()?;
                let peer = self.target.come_in(user.as_deref()).await.map_err(|error| vec![error])?;
                self.peers.insert(name.to_owned(), peer);
            }
            Verb::Open(from) => {
                let peer = self.target.open(*from).await.map_err(|error| vec![error])?;
                self.peers.insert(name.to_owned(), peer);
            }
            Verb::Accept(listener) => {
                let stream = self.accept(listener).await?;
                self.peers.insert(name.to_owned(), Peer::new(stream));
            }
            Verb::Close => {
                self.known(name)?;
                self.peers.remove(name);
            }
            Verb::HalfClose => self.known(name)?.half_close().await.map_err(lines)?,
            Verb::Send(text) | Verb::SendRaw(text) => {
                let packet = bytes(text, &self.values).map_err(|error| vec![error])?;
                self.known(name)?.send(&packet).await.map_err(lines)?;
            }
            Verb::SendMany(times, text) => {
                let packet = bytes(text, &self.values).map_err(|error| vec![error])?;
                self.known(name)?.send_and_take_in(&packet.repeat(*times)).await.map_err(lines)?;
            }
            Verb::ReadRaw(text) => return self.read_raw(name, text).await,
            Verb::Quiet(time) => {
                let seen = self.known(name)?.next(Instant::now() + *time).await;
                if !matches!(seen, Seen::Nothing) {
                    return Err(after("nothing was to come, but:", show::seen(&seen)));
                }
            }
            Verb::Drain(time) => {
                let deadline = Instant::now() + *time;
                while matches!(self.known(name)?.next(deadline).await, Seen::Frame(_)) {}
            }
            Verb::Expect(_, Expect::Unrecorded(extent)) => return self.take_down(name, *extent, line).await,
            Verb::Expect(order, expect) => return self.expect(name, *order, expect).await,
        }
        Ok(())
    }

    async fn accept(&mut self, listener: &str) -> Result<TcpStream, Vec<String>> {
        let listener = self.listeners.get(listener).ok_or_else(|| vec!["no such listener".to_owned()])?;
        match tokio::time::timeout(self.patience, listener.accept()).await {
            Ok(accepted) => Ok(accepted.map_err(lines)?.0),
            Err(_) => Err(vec!["the switch did not call".into()]),
        }
    }

    async fn expect(&mut self, name: &str, order: Order, expect: &Expect) -> Result<(), Vec<String>> {
        let deadline = Instant::now() + self.patience;
        loop {
            let seen = self.known(name)?.next(deadline).await;
            let frame = match (&seen, expect) {
                (Seen::Eof, Expect::Eof) => return Ok(()),
                (Seen::Frame(frame), _) => frame,
                _ => return Err(self.missing(name, expect, &seen)),
            };
            match check(expect, frame, &self.values) {
                Ok(caught) => {
                    self.values.extend(caught);
                    return Ok(());
                }
                Err(_) if order == Order::Later => self.known(name)?.passed.push(frame.clone()),
                Err(difference) => return Err(show::difference(difference, frame)),
            }
        }
    }

    /// As many messages as there are steps, whichever comes first.
    async fn among(&mut self, steps: &[Step]) -> Result<(), Vec<String>> {
        let deadline = Instant::now() + self.patience;
        let mut open: Vec<(&str, &Expect)> = Vec::new();
        let mut name = "";
        for step in steps {
            if let Action::Peer { peer, verb: Verb::Expect(_, expect) } = &step.action {
                name = peer;
                open.push((&step.text, expect));
            }
        }
        while !open.is_empty() {
            let seen = self.known(name)?.next(deadline).await;
            let fits = |(_, expect): &(&str, &Expect)| match (&seen, expect) {
                (Seen::Eof, Expect::Eof) => Some(Values::new()),
                (Seen::Frame(frame), expect) => check(expect, frame, &self.values).ok(),
                _ => None,
            };
            let Some((at, caught)) = open.iter().enumerate().find_map(|(at, one)| Some((at, fits(one)?)))
            else {
                let mut lines: Vec<_> = open.iter().map(|(text, _)| format!("- {text}")).collect();
                lines.extend(after("but:", show::seen(&seen)));
                return Err(lines);
            };
            self.values.extend(caught);
            open.remove(at);
        }
        Ok(())
    }

    async fn read_raw(&mut self, name: &str, text: &str) -> Result<(), Vec<String>> {
        let deadline = Instant::now() + self.patience;
        let pattern = Pattern::parse(text, &self.values).map_err(|error| vec![error])?;
        // Masks stand for what has the length of an example; raw text mostly has none.
        let count = bytes(text, &self.values).map_err(|error| vec![error])?.len();
        let got = self.known(name)?.take(count, deadline).await;
        match pattern.matches(&got) {
            Some(_) => Ok(()),
            None => Err(crate::check::by_line(text, &got, &self.values)),
        }
    }

    async fn take_down(&mut self, name: &str, extent: Extent, line: usize) -> Result<(), Vec<String>> {
        if self.recorded.is_none() {
            return Err(vec!["not recorded yet: conformance/README.md says how".into()]);
        }
        let all = extent == Extent::All;
        let mut taken: Vec<String> = Vec::new();
        loop {
            let patience = if all { record::QUIET } else { self.patience };
            let seen = self.known(name)?.next(Instant::now() + patience).await;
            if all && matches!(seen, Seen::Nothing) {
                break;
            }
            taken.extend(record::lines(name, &seen, extent, &self.values));
            if !all || !matches!(seen, Seen::Frame(_)) {
                break;
            }
        }
        self.recorded.get_or_insert_default().insert(line, taken);
        Ok(())
    }

    /// What to say of something that did not come.
    fn missing(&mut self, name: &str, expect: &Expect, seen: &Seen) -> Vec<String> {
        let passed: Vec<Frame> =
            self.peers.get_mut(name).map(|peer| std::mem::take(&mut peer.passed)).unwrap_or_default();
        let mut lines = vec![format!("- {}", show::expected(expect))];
        if !passed.is_empty() {
            lines.push(format!("passed over: {}", show::briefly(&passed)));
        }
        lines.extend(show::seen(seen));
        lines
    }

    fn known(&mut self, name: &str) -> Result<&mut Peer, Vec<String>> {
        self.peers.get_mut(name).ok_or_else(|| vec![format!("{name} is not connected")])
    }

    fn fill(&self, text: &str) -> Result<String, Vec<String>> {
        let bytes = bytes(text, &self.values).map_err(|error| vec![error])?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// How many of the first steps are `<&` of one peer.
fn among(steps: &[Step]) -> usize {
    let one = |step: &&Step| matches!(&step.action, Action::Peer { verb: Verb::Expect(Order::Among, _), .. });
    let peer = |step: &Step| match &step.action {
        Action::Peer { peer, .. } => Some(peer.clone()),
        _ => None,
    };
    let first = steps.first().and_then(peer);
    steps.iter().take_while(one).take_while(|step| peer(step) == first).count()
}

fn lines(error: std::io::Error) -> Vec<String> {
    vec![error.to_string()]
}

fn after(first: &str, rest: Vec<String>) -> Vec<String> {
    [vec![first.to_owned()], rest].concat()
}
