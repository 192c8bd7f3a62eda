//! The examples run, against a simulated switch.

#[path = "../examples/blocking.rs"]
mod blocking;
#[path = "../examples/call_server.rs"]
mod call_server;
#[path = "../examples/commands.rs"]
mod commands;
#[path = "../examples/events.rs"]
mod events;
#[path = "../examples/jobs.rs"]
mod jobs;
#[path = "../examples/log.rs"]
mod log;
#[path = "../examples/tail.rs"]
mod tail;

#[test]
fn each_runs_to_its_end() {
    for (name, run) in [
        ("blocking", blocking::main as fn() -> Result<(), Box<dyn std::error::Error>>),
        ("call_server", call_server::main),
        ("commands", commands::main),
        ("events", events::main),
        ("jobs", jobs::main),
        ("log", log::main),
        ("tail", tail::main),
    ] {
        assert!(run().is_ok(), "{name}");
    }
}
