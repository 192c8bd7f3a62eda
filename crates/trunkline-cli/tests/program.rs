//! The program as a user runs it, against a simulated switch.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use trunkline_sim::{Sim, User};

/// A simulated switch, for as long as this lives.
struct Switch {
    runtime: tokio::runtime::Runtime,
    sim: Option<Sim>,
    url: String,
}

impl Switch {
    fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sim = runtime.block_on(Sim::builder().password("S3cret").user(restricted()).start()).unwrap();
        let url = sim.url();
        Self { runtime, sim: Some(sim), url }
    }

    fn port(&self) -> String {
        self.url.rsplit(':').next().unwrap().to_owned()
    }

    /// Fails unless this call is there and, once its table of channels has come after, no other one.
    fn has_only(&self, call: &str) {
        let exists = format!("uuid_exists {call}");
        for _ in 0..200 {
            let arguments = ["--url", &self.url, "-x", "show channels count", "-x", &exists];
            let (_, out, err) = texts(&run(&arguments));
            assert!(out.trim_end().ends_with("true"), "{out}{err}");
            if out.contains("\n1 total.") {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("there are other calls");
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.runtime.block_on(self.sim.take().unwrap().stop());
    }
}

fn restricted() -> User {
    User::new("1001", "localhost", "pw").api("status version").events("CHANNEL_ANSWER")
}

fn trunkline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    command.args(arguments).env_remove("TRUNKLINE_URL").env_remove("TRUNKLINE_PASSWORD").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    trunkline(arguments).output().unwrap()
}

fn texts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn commands_print_their_output() {
    let switch = Switch::start();
    let (code, out, err) = texts(&run(&["--url", &switch.url, "-x", "status", "-x", "echo two words"]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("UP 0 years"), "{out}");
    assert!(out.ends_with("\ntwo words\n"), "{out}");
}

#[test]
fn a_failure_is_an_exit_status_and_a_reason() {
    let switch = Switch::start();
    let (code, out, err) = texts(&run(&["--url", &switch.url, "-x", "nosuch", "-x", "echo still run"]));
    assert_eq!(code, 1);
    assert_eq!(out, "-ERR nosuch Command not found!\nstill run\n");
    assert!(err.contains("`nosuch` failed"), "{err}");
}

#[test]
fn each_way_not_to_get_in_has_its_status_and_words() {
    let switch = Switch::start();
    let port = switch.port();
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port().to_string()
    };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().port().to_string();
    let user = "1001@localhost";
    for (arguments, code, words) in [
        (vec!["-P", &port, "-p", "wrong", "-x", "status"], 1, "refused the credentials"),
        (vec!["-P", &nobody, "-x", "status"], 3, "is the switch running"),
        (vec!["-P", &silent, "--timeout", "100", "-x", "status"], 4, "no greeting"),
        (vec!["-P", &port, "-u", user, "-p", "pw", "-x", "show channels"], 1, "permission denied"),
        (vec!["-P", &port, "-u", user, "-p", "pw", "events", "HEARTBEAT"], 1, "refused the events HEARTBEAT"),
        (vec!["--url", "http://pbx", "-x", "status"], 2, "begins with esl://"),
        (vec!["-P", &port, "-p", "S3cret", "-x", "a\nb"], 2, "line feed"),
        (vec!["-P", &port, "-p", "S3cret", "--timeout", "100", "-x", "msleep 5000"], 4, "did not answer"),
        (vec!["--password-file", "/does/not/exist", "-x", "status"], 2, "/does/not/exist"),
        (vec!["-x", "status", "events"], 2, "-x"),
    ] {
        let (got, out, err) = texts(&run(&arguments));
        assert_eq!(got, code, "{arguments:?}: {err}");
        assert!(err.contains(words), "{arguments:?}: {err}");
        assert!(!err.contains("S3cret") && !out.contains("S3cret"), "{arguments:?}: {err}");
    }
}

#[test]
fn a_password_need_not_stand_on_the_command_line() {
    let switch = Switch::start();
    let port = switch.port();
    let file = std::env::temp_dir().join(format!("trunkline-test-{}", std::process::id()));
    std::fs::File::create(&file).unwrap().write_all(b"S3cret\nsecond line\n").unwrap();
    let from_file = run(&["-P", &port, "--password-file", file.to_str().unwrap(), "-x", "echo in"]);
    std::fs::remove_file(&file).unwrap();
    let from_env =
        trunkline(&["-P", &port, "-x", "echo in"]).env("TRUNKLINE_PASSWORD", "S3cret").output().unwrap();
    let from_url = trunkline(&["-x", "echo in"]).env("TRUNKLINE_URL", &switch.url).output().unwrap();
    for output in [from_file, from_env, from_url] {
        assert_eq!(texts(&output), (0, "in\n".to_owned(), String::new()));
    }
}

#[test]
fn events_go_on_after_a_loss_and_say_so() {
    let switch = Switch::start();
    let mut watching = trunkline(&["--url", &switch.url, "events", "--reconnect", "CHANNEL_ANSWER"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                run(&["--url", &switch.url, "-x", "originate null/x &hangup"]);
            }
        });
        assert_eq!(seen.next().unwrap(), "Event-Name: CHANNEL_ANSWER");
        switch.sim.as_ref().unwrap().kill_connections();
        let mut said = BufReader::new(watching.stderr.take().unwrap()).lines().map(Result::unwrap);
        let line = said.next().unwrap();
        assert!(line.starts_with("trunkline: connected again: nothing was seen for "), "{line}");
        assert!(seen.any(|line| line == "Event-Name: CHANNEL_ANSWER"));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    watching.kill().unwrap();
    watching.wait().unwrap();
}

#[test]
fn events_are_printed_for_reading_and_for_programs() {
    let switch = Switch::start();
    for (output, format) in [
        ("plain", "plain"),
        ("plain", "json"),
        ("plain", "xml"),
        ("json", "plain"),
        ("json", "json"),
        ("json", "xml"),
    ] {
        let arguments = [
            "--url",
            &switch.url,
            "events",
            "CHANNEL_ANSWER",
            "--count",
            "2",
            "--output",
            output,
            "--format",
            format,
        ];
        let mut watching = trunkline(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
        // Until it is subscribed, calls pass it by: make them until two were seen.
        let stop = std::sync::atomic::AtomicBool::new(false);
        let text: Vec<String> = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let call = "originate {origination_caller_id_name='J. Doe'}null/x &hangup";
                    assert_eq!(texts(&run(&["--url", &switch.url, "-x", call])).0, 0);
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
            let text = lines.by_ref().collect();
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            text
        });
        assert!(watching.wait().unwrap().success());
        if output == "json" {
            assert_eq!(text.len(), 2);
            for line in text {
                let event: Value = serde_json::from_str(&line).unwrap();
                assert_eq!(event["Event-Name"], "CHANNEL_ANSWER");
                assert_eq!(event["Channel-Name"], "null/x");
            }
        } else {
            assert_eq!(text.iter().filter(|line| *line == "Event-Name: CHANNEL_ANSWER").count(), 2);
            assert_eq!(text.iter().filter(|line| line.is_empty()).count(), 2);
        }
    }
}

#[test]
fn the_wire_can_be_traced_without_the_password() {
    let switch = Switch::start();
    let (code, _, err) = texts(&run(&["--url", &switch.url, "--trace", "-x", "status"]));
    assert_eq!(code, 0);
    assert!(
        err.contains("> auth [redacted]") && err.contains("> api status") && err.contains("< Content-Type"),
        "{err}"
    );
    assert!(!err.contains("S3cret"), "{err}");
}

#[test]
fn demo_makes_calls_and_misses_nothing() {
    let (code, out, err) = texts(&run(&["demo", "--duration", "1.5", "--rate", "30"]));
    assert_eq!((code, err.as_str()), (0, ""));
    let summary: Vec<&str> = out.lines().rev().take(2).collect();
    assert!(summary[0].ends_with("missed: 0"), "{out}");
    assert!(summary[1].ends_with(" 0 failed"), "{out}");
    let made: u32 = summary[1].split_whitespace().nth(2).unwrap().parse().unwrap();
    assert!(made >= 10, "{out}");
    assert!(summary[1].contains(&format!("{made} calls made, {made} answered, {made} ended")), "{out}");
}

#[test]
fn demo_on_a_named_switch_leaves_other_calls_alone() {
    let switch = Switch::start();
    let other = "other-call";
    let originate = format!("originate {{origination_uuid={other}}}null/other &park");
    assert_eq!(texts(&run(&["--url", &switch.url, "-x", &originate])).0, 0);
    let (code, out, _) = texts(&run(&["--url", &switch.url, "demo", "--duration", "0.5"]));
    assert_eq!(code, 0, "{out}");
    assert!(!out.contains("loopback"), "{out}");
    switch.has_only(other);
}

/// A switch by `sim`, and its port.
fn sim(arguments: &[&str]) -> (Child, String) {
    let arguments = [&["sim"], arguments].concat();
    let mut sim = trunkline(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(sim.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.split("127.0.0.1:").nth(1).unwrap().split('.').next().unwrap().to_owned();
    (sim, port)
}

#[test]
fn sim_is_another_switch_each_time() {
    let cores = [(); 2].map(|()| {
        let (mut sim, port) = sim(&["--listen", "127.0.0.1:0"]);
        let (code, core, err) = texts(&run(&["-P", &port, "-x", "global_getvar core_uuid"]));
        sim.kill().unwrap();
        sim.wait().unwrap();
        assert!(code == 0 && core.trim().len() == 36, "{core}{err}");
        core
    });
    assert_ne!(cores[0], cores[1]);
}

#[test]
fn sim_is_described_by_files() {
    let directory = std::env::temp_dir().join(format!("trunkline-sim-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("sim.toml");
    let conf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testbed/conf");
    let text = format!("listen = '127.0.0.1:0'\npassword = 'other'\nconf = '{conf}'\nhostname = 'box'\n");
    std::fs::write(&file, text).unwrap();
    let (mut sim, port) = sim(&["--config", file.to_str().unwrap()]);
    let asked = ["-P", &port, "-p", "other", "-x", "hostname", "-x", "user_exists id 1000 localhost"];
    let (code, out, err) = texts(&run(&asked));
    sim.kill().unwrap();
    sim.wait().unwrap();
    std::fs::write(&file, "nosuch = 1\n").unwrap();
    let refused = texts(&run(&["sim", "--config", file.to_str().unwrap()]));
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!((code, out.as_str()), (0, "box\ntrue\n"), "{err}");
    assert!(refused.0 == 2 && refused.2.contains("nosuch"), "{refused:?}");
    let (code, _, err) = texts(&run(&["sim", "--dialplan", "/nowhere/dialplan.xml"]));
    assert!(code == 3 && err.contains("/nowhere/dialplan.xml"), "{code} {err}");
}

#[test]
fn sim_is_a_switch() {
    let (mut sim, port) = sim(&["--listen", "127.0.0.1:0", "-p", "other"]);
    let (code, out, err) = texts(&run(&["-P", &port, "-p", "other", "-x", "version"]));
    sim.kill().unwrap();
    sim.wait().unwrap();
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("FreeSWITCH Version"), "{out}");
}

/// The closing table of `sim load`: what stands at a name.
fn row<'a>(table: &'a str, name: &str) -> &'a str {
    let row = table.lines().find_map(|line| line.trim().strip_prefix(name));
    row.unwrap_or_else(|| panic!("no {name} in {table}")).trim()
}

#[test]
fn load_makes_its_calls_and_misses_nothing() {
    let (code, out, err) =
        texts(&run(&["sim", "load", "--calls", "40", "--rate", "200", "--hold", "200ms", "--lanes", "1"]));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for (name, value) in [
        ("calls asked", "40"),
        ("made", "40"),
        ("answered", "40"),
        ("failed", "0"),
        ("ended by", "themselves   0"),
    ] {
        assert_eq!(row(&out, name), value, "{out}");
    }
    let most: u32 = row(&out, "most up at once").parse().unwrap();
    assert!((1..=40).contains(&most), "{out}");
    assert!(row(&out, "set-up time").starts_with("median "), "{out}");
    // Of each its creation, answer, application's start and end, hangup and destruction.
    assert!(row(&out, "events").starts_with("240 seen, ") && out.contains("; 0 missed, 0 gaps"), "{out}");
}

#[test]
fn load_counts_failures_by_cause() {
    let switch = Switch::start();
    let (code, out, err) = texts(&run(&[
        "--url",
        &switch.url,
        "sim",
        "load",
        "--calls",
        "5",
        "--dial",
        "error/NO_ROUTE_DESTINATION|error/USER_BUSY",
    ]));
    assert_eq!(code, 1, "{out}");
    assert!(err.contains("5 of 5 calls failed"), "{err}");
    assert_eq!(
        (row(&out, "answered"), row(&out, "failed"), row(&out, "5  ")),
        ("0", "5", "USER_BUSY"),
        "{out}"
    );
    assert_eq!(row(&out, "set-up time"), "no call was set up");
}

#[test]
#[cfg(unix)]
fn load_that_is_interrupted_hangs_up_what_it_made_and_no_more() {
    let switch = Switch::start();
    let originate = "originate {origination_uuid=other-call}null/other &park";
    assert_eq!(texts(&run(&["--url", &switch.url, "-x", originate])).0, 0);
    // Calls that are up, and calls that ring.
    for dial in ["null/load", "loopback/6003/default"] {
        let load = ["--url", &switch.url, "sim", "load", "--hold", "10m", "--dial", dial];
        let mut load = trunkline(&load).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(load.stdout.take().unwrap()).lines().map(Result::unwrap);
        lines.by_ref().find(|line| line.contains(" made  ")).unwrap();
        let told = Command::new("kill").args(["-INT", &load.id().to_string()]).status().unwrap();
        assert!(told.success());
        let table: Vec<String> = lines.collect();
        let table = table.join("\n");
        assert_eq!(load.wait().unwrap().code(), Some(0), "{table}");
        let made: u32 = row(&table, "made").parse().unwrap();
        assert!((1..1000).contains(&made) && !table.contains("not seen to end"), "{table}");
        switch.has_only("other-call");
    }
}

#[test]
fn load_refuses_what_makes_no_sense() {
    for (arguments, words) in [
        (["--calls", "0"], "1..=1000000"),
        (["--rate", "0"], "from 0.1 to 10000"),
        (["--hold", "10 minutes"], "as 10s, 500ms or 2m"),
        (["--dial", ""], "--dial"),
        (["--application", "no such"], "--application"),
        (["--lanes", "33"], "0..=32"),
    ] {
        let (code, _, err) = texts(&run(&[&["sim", "load"], &arguments[..]].concat()));
        assert_eq!(code, 2, "{arguments:?}: {err}");
        assert!(err.contains(words), "{arguments:?}: {err}");
    }
}

#[test]
fn a_lost_connection_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"Content-Type: auth/request\n\n").unwrap();
        let mut commands = BufReader::new(stream.try_clone().unwrap()).lines();
        commands.next();
        stream.write_all(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n").unwrap();
        commands.nth(1);
        stream.write_all(b"Content-Type: api/response\nContent-Length: 100\n\ncut off").unwrap();
    });
    let (code, out, err) = texts(&run(&["-P", &port, "-x", "status"]));
    server.join().unwrap();
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("in the middle of a message"), "{err}");
}

#[test]
fn help_reads() {
    for arguments in [
        &["--help"][..],
        &["events", "--help"],
        &["sim", "--help"],
        &["sim", "load", "--help"],
        &["demo", "--help"],
        &[],
    ] {
        let (code, out, _) = texts(&run(arguments));
        assert_eq!(code, 0);
        assert!(out.contains("Usage: trunkline"), "{out}");
    }
}
