//! Running the contestants one after the other, and printing a line for each.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::measure::Measured;
use crate::soak::Running;
use crate::{Format, Options};

/// A server process; ended with us.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(seconds: f64, events: u64) -> Self {
        Self::serve(&["--seconds", &seconds.to_string(), "--events", &events.to_string()])
    }

    fn serve(options: &[&str]) -> Self {
        let mut child = Command::new(this_program())
            .arg("serve")
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut address = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut address).expect("its address");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A contestant's name, and how it is run.
type Entry<'a> = (&'a str, Run<'a>);
type Run<'a> = Box<dyn Fn() -> Option<Measured> + 'a>;

struct Place {
    address: String,
    password: String,
}

pub(crate) fn stream(options: &Options) {
    let server = Server::start(options.seconds, u64::MAX);
    let place = Place { address: server.address.clone(), password: "ClueCon".to_owned() };
    let modesl = install_modesl();
    for format in [Format::Plain, Format::Json] {
        let mut contestants: Vec<Entry> = Vec::new();
        for (name, id) in [
            ("trunkline", "trunkline/stream"),
            ("trunkline::blocking", "trunkline-blocking/stream"),
            ("freeswitch-esl-tokio", "freeswitch-esl-tokio/stream"),
            ("drain", "drain"),
        ] {
            let place = &place;
            contestants.push((name, Box::new(move || contestant(id, place, format, options.seconds))));
        }
        if let Some(modesl) = &modesl {
            let place = &place;
            contestants.push(("modesl", Box::new(move || node(modesl, place, format))));
        }
        run(format.as_str(), options.rounds, &contestants);
    }
}

pub(crate) fn rtt(options: &Options) {
    let (_server, place) = responder(options);
    for task in ["spawned", "main"] {
        println!("# from {}", if task == "main" { "#[tokio::main]'s own task" } else { "a spawned task" });
        let ids =
            ["trunkline", "raw", "freeswitch-esl-tokio"].map(|name| (name, format!("{name}/rtt-{task}")));
        commands(&ids, &place, options);
    }
    println!("# from a thread, without a runtime");
    let ids = [("trunkline::blocking", "trunkline-blocking/rtt"), ("raw", "raw/rtt-thread")];
    commands(&ids.map(|(name, id)| (name, id.to_owned())), &place, options);
}

pub(crate) fn pipeline(options: &Options) {
    let (_server, place) = responder(options);
    let ids = ["trunkline", "raw", "freeswitch-esl-tokio"].map(|name| (name, format!("{name}/pipeline")));
    commands(&ids, &place, options);
}

pub(crate) fn bgapi(options: &Options) {
    let ids = ["trunkline-16-lanes", "trunkline-4-lanes", "trunkline"];
    at_a_switch(&ids.map(|name| (name, format!("{name}/bgapi"))), options);
}

pub(crate) fn latency(options: &Options) {
    let ids = ["trunkline", "trunkline-without-window", "trunkline-1-lane"];
    at_a_switch(&ids.map(|name| (name, format!("{name}/latency"))), options);
}

/// The switch that was named, or the simulated one.
fn at_a_switch(ids: &[(&str, String)], options: &Options) {
    if options.switch.is_some() {
        let (_, place) = responder(options);
        return commands(ids, &place, options);
    }
    println!("# against the simulated switch; a real one by --switch");
    let switch = Running::start("127.0.0.1:0", 1);
    let place = Place { address: switch.address.clone(), password: "ClueCon".to_owned() };
    commands(ids, &place, options);
}

pub(crate) fn overflow(options: &Options) {
    let server = Server::serve(&["--pace", "40000"]);
    let place = Place { address: server.address.clone(), password: "ClueCon".to_owned() };
    let ids = ["unsubscribed", "read", "never-read"].map(|name| (name, format!("trunkline/beside-{name}")));
    commands(&ids, &place, options);
}

pub(crate) fn memory(options: &Options) {
    let server = Server::start(3600.0, options.events);
    let place = Place { address: server.address.clone(), password: "ClueCon".to_owned() };
    for format in [Format::Plain, Format::Json] {
        let run = || contestant("trunkline/memory", &place, format, 3600.0);
        self::run(format.as_str(), 1, &[("trunkline", Box::new(run))]);
    }
}

pub(crate) fn decode(options: &Options) {
    codec(&[("trunkline", "trunkline/decode"), ("newlines-counted", "newlines/decode")], options);
}

pub(crate) fn encode(options: &Options) {
    codec(&[("trunkline", "trunkline/encode")], options);
}

pub(crate) fn lookup(options: &Options) {
    codec(&[("trunkline", "trunkline/lookup"), ("map-of-text", "map/lookup")], options);
}

/// Contestants that need no server.
fn codec(ids: &[(&str, &str)], options: &Options) {
    let nowhere = Place { address: String::new(), password: String::new() };
    for format in [Format::Plain, Format::Json, Format::Xml] {
        let contestants: Vec<Entry> = ids
            .iter()
            .map(|(name, id)| {
                let run = || contestant(id, &nowhere, format, options.seconds);
                (*name, Box::new(run) as Run)
            })
            .collect();
        run(format.as_str(), options.rounds, &contestants);
    }
}

fn commands(ids: &[(&str, String)], place: &Place, options: &Options) {
    let contestants: Vec<Entry> = ids
        .iter()
        .map(|(name, id)| {
            let run = move || contestant(id, place, Format::Plain, options.seconds);
            (*name, Box::new(run) as Run)
        })
        .collect();
    run("plain", options.rounds, &contestants);
}

/// Our responder, or the switch that was named.
fn responder(options: &Options) -> (Option<Server>, Place) {
    if let Some(switch) = &options.switch {
        let (address, password) = switch.rsplit_once(':').expect("HOST:PORT:PASSWORD");
        println!("# against the switch at {address}");
        return (None, Place { address: address.to_owned(), password: password.to_owned() });
    }
    println!("# against a responder that reads a byte at a time, as mod_event_socket does");
    let server = Server::start(options.seconds, u64::MAX);
    let place = Place { address: server.address.clone(), password: "ClueCon".to_owned() };
    (Some(server), place)
}

/// Rounds of all, so that a slow moment of the machine meets everyone; the median of each is printed.
fn run(format: &str, rounds: usize, contestants: &[Entry]) {
    let mut results: Vec<Vec<Measured>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds.max(1) {
        for ((_, run), results) in contestants.iter().zip(&mut results) {
            results.extend(run());
        }
    }
    let medians: Vec<Option<Measured>> = results
        .into_iter()
        .map(|mut results| {
            results.sort_by(|a, b| a.rate.total_cmp(&b.rate));
            let middle = results.len() / 2;
            results.into_iter().nth(middle)
        })
        .collect();
    let ours = medians.first().and_then(Option::as_ref).map_or(f64::NAN, |ours| ours.rate);
    for ((name, _), median) in contestants.iter().zip(&medians) {
        match median {
            Some(median) => println!("name={name} format={format} {median} ratio={:.2}", ours / median.rate),
            None => println!("name={name} format={format} failed"),
        }
    }
}

fn contestant(id: &str, place: &Place, format: Format, seconds: f64) -> Option<Measured> {
    let mut command = Command::new(this_program());
    command.args(["contestant", "--name", id, "--address", &place.address, "--password", &place.password]);
    command.args(["--format", format.as_str(), "--seconds", &seconds.to_string()]);
    measured(command)
}

fn node(modesl: &std::path::Path, place: &Place, format: Format) -> Option<Measured> {
    let (host, port) = place.address.rsplit_once(':')?;
    let mut command = Command::new("node");
    command.current_dir(modesl).args(["modesl.cjs", host, port, &place.password, format.as_str()]);
    measured(command)
}

fn measured(mut command: Command) -> Option<Measured> {
    let output = command.stderr(Stdio::inherit()).output().ok()?;
    Measured::parse(&String::from_utf8_lossy(&output.stdout))
}

/// npm `modesl` in a folder of its own under `target`, where node and npm are there.
fn install_modesl() -> Option<PathBuf> {
    let peers = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers");
    let folder = this_program().parent()?.join("bench-peers");
    std::fs::create_dir_all(&folder).ok()?;
    std::fs::copy(peers.join("modesl.cjs"), folder.join("modesl.cjs")).ok()?;
    std::fs::copy(peers.join("package.json"), folder.join("package.json")).ok()?;
    let npm = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--silent"])
        .current_dir(&folder)
        .status();
    if npm.is_ok_and(|status| status.success()) {
        return Some(folder);
    }
    println!("# modesl left out: no node and npm here, or its package cannot be had");
    None
}

pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().expect("this program has a path")
}
