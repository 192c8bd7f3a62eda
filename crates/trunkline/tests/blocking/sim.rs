//! Against the simulated switch, which runs in a runtime of its own.

use std::time::Duration;

use tokio::runtime::Runtime;
use trunkline::blocking::{self, Client, Received};
use trunkline::{
    CloseReason, Command, Config, Error, EventBuilder, EventFormat, EventName, JobLost, LogLevel,
};
use trunkline_sim::{Sim, SimBuilder, User};

use crate::support::within;

/// Where a test's switch lives.
struct World {
    sim: Sim,
    _runtime: Runtime,
}

impl World {
    fn new(builder: SimBuilder) -> Self {
        let runtime = Runtime::new().unwrap();
        let sim = runtime.block_on(builder.start()).unwrap();
        Self { sim, _runtime: runtime }
    }

    fn connect(&self) -> Client {
        blocking::connect(self.sim.url().as_str()).unwrap()
    }
}

fn with_sim(test: impl FnOnce(World, Client) + Send + 'static) {
    within(|| {
        let world = World::new(Sim::builder());
        let client = world.connect();
        test(world, client);
    });
}

#[test]
fn commands() {
    with_sim(|_world, mut client| {
        assert!(client.api("status").unwrap().text().starts_with("UP "));
        assert!(client.api("version").unwrap().text().starts_with("FreeSWITCH Version"));
        let unknown = client.api("nosuch").unwrap();
        assert_eq!(unknown.error().as_deref(), Some("nosuch Command not found!"));
        let both = client.console("hostname;;uptime").unwrap();
        assert!(both.text().starts_with("sim"), "{}", both.text());
        assert_eq!(client.close().unwrap(), CloseReason::Requested);
    });
}

/// What a command was given may be a password.
#[test]
fn arguments_are_not_shown() {
    with_sim(|world, mut client| {
        const SETVAR: &str = "uuid_setvar ca11 pin hunter2";
        let ticket = client.send(Command::api(SETVAR).unwrap()).unwrap();
        assert_eq!(ticket.command(), "api uuid_setvar ca11 …");
        let mut shown = format!("{ticket:?} {client:?}");
        world.sim.kill_connections();
        while client.api("status").is_ok() {}
        let errors = [
            client.api(SETVAR).unwrap_err(),
            client.bgapi(SETVAR).unwrap_err(),
            client.send_recv(Command::api(SETVAR).unwrap()).unwrap_err(),
        ];
        for error in errors {
            assert!(error.to_string().contains("uuid_setvar ca11 …"), "{error}");
            shown += &format!("{error} {error:?}");
        }
        assert!(!shown.contains("hunter2"), "{shown}");
    });
}

/// The events of a call, from its beginning to its end, in both formats.
#[test]
fn a_call() {
    within(|| {
        for format in [EventFormat::Plain, EventFormat::Json] {
            let world = World::new(Sim::builder());
            let config: Config = world.sim.url().parse().unwrap();
            let mut client = Client::connect(config.format(format)).unwrap();
            client.events("CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY").unwrap();
            let job = client.bgapi("originate {origination_uuid=leg}null/test &park").unwrap();
            assert_eq!(client.wait_job(&job).unwrap().text().trim(), "+OK leg");
            assert_eq!(client.api("uuid_kill leg").unwrap().text().trim(), "+OK");
            let mut names = Vec::new();
            while names.last().is_none_or(|name| name != "CHANNEL_DESTROY") {
                match client.recv().unwrap() {
                    Received::Event(event) => {
                        assert_eq!(event.unique_id().as_deref(), Some("leg"));
                        names.push(event.name().unwrap().to_string());
                    }
                    other => panic!("{other:?}"),
                }
            }
            let expected = ["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"];
            assert_eq!(names, expected);
        }
    });
}

#[test]
fn two_thousand_at_once() {
    with_sim(|_world, mut client| {
        client.events("HEARTBEAT").unwrap();
        let tickets: Vec<_> = (0..2000)
            .map(|number| client.send(Command::api(&format!("eval {number}")).unwrap()).unwrap())
            .collect();
        for (number, ticket) in tickets.iter().enumerate() {
            assert_eq!(client.wait(ticket).unwrap().text().trim(), number.to_string());
        }
        assert_eq!(client.outstanding(), 0);
    });
}

#[test]
fn jobs_among_commands() {
    with_sim(|_world, mut client| {
        let jobs: Vec<_> = (0..50)
            .map(|number| {
                let job = client.bgapi(&format!("eval job {number}")).unwrap();
                assert_eq!(client.api(&format!("eval {number}")).unwrap().text().trim(), number.to_string());
                job
            })
            .collect();
        // Half of them by name, the rest as they come.
        for (number, job) in jobs.iter().enumerate().step_by(2) {
            assert_eq!(client.wait_job(job).unwrap().text().trim(), format!("job {number}"));
        }
        let mut left: Vec<_> = jobs.iter().skip(1).step_by(2).cloned().collect();
        while !left.is_empty() {
            match client.recv_timeout(Duration::from_secs(5)).unwrap().expect("a job") {
                Received::Job { job, result } => {
                    assert!(result.unwrap().text().starts_with("job "));
                    left.retain(|one| *one != job);
                }
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn sent_and_got_back() {
    with_sim(|_world, mut client| {
        client.events("CUSTOM trunkline::test").unwrap();
        let event = EventBuilder::new()
            .header("Event-Subclass", "trunkline::test")
            .header("Mark", "100% é")
            .body("two\nlines");
        let id = client.sendevent(&EventName::Custom, &event).unwrap();
        match client.recv().unwrap() {
            Received::Event(event) => {
                assert_eq!(event.get("Event-UUID").as_deref(), Some(&*id));
                assert_eq!(event.get("Mark").as_deref(), Some("100% é"));
                assert_eq!(event.body().as_deref(), Some("two\nlines"));
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn the_log() {
    with_sim(|_world, mut client| {
        client.logs(LogLevel::Notice).unwrap();
        let job = client.bgapi("originate null/test &hangup").unwrap();
        client.wait_job(&job).unwrap();
        match client.recv_timeout(Duration::from_secs(5)).unwrap().expect("a line") {
            Received::Log(line) => assert!(line.level() <= LogLevel::Notice),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_restricted_user() {
    within(|| {
        let user = User::new("1000", "localhost", "pw").events("DTMF").api("status").log(false);
        let world = World::new(Sim::builder().user(user));
        let mut config: Config = world.sim.url().parse().unwrap();
        config.set_password("pw");
        config.set_user("1000@localhost");
        let mut client = Client::connect(config).unwrap();
        assert_eq!(client.permissions().api.as_deref(), Some("status"));
        assert!(client.api("status").is_ok());
        assert!(client.api("hostname").unwrap_err().is_refused());
        client.events("DTMF").unwrap();
        assert!(client.events("HEARTBEAT").unwrap_err().is_refused());
        assert!(client.logs(LogLevel::Debug).unwrap_err().is_refused());
        // Jobs run, but their end cannot be seen.
        let job = client.bgapi("status").unwrap();
        assert!(matches!(client.wait_job(&job), Err(Error::Job(JobLost::NotPermitted))));
        assert!(client.api("status").is_ok());
    });
}

#[test]
fn killed() {
    with_sim(|world, mut client| {
        client.events("ALL").unwrap();
        let job = client.bgapi("msleep 60000").unwrap();
        world.sim.kill_connections();
        assert!(matches!(client.wait_job(&job), Err(Error::Job(JobLost::Disconnected(_)))));
        assert!(client.api("status").unwrap_err().is_closed());
        while let Ok(received) = client.recv() {
            assert!(matches!(received, Received::Event(_)), "{received:?}");
        }
        assert!(!client.connected());
        // The switch is still there.
        assert!(world.connect().api("status").is_ok());
    });
}
