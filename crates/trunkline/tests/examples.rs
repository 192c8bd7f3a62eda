//! The examples run, against a simulated switch.

#![allow(clippy::duplicate_mod, reason = "each brings its switch along")]

#[path = "../examples/blocking.rs"]
mod blocking;
#[path = "../examples/board.rs"]
mod board;
#[path = "../examples/call_server.rs"]
mod call_server;
#[path = "../examples/caller_name.rs"]
mod caller_name;
#[path = "../examples/click_to_dial.rs"]
mod click_to_dial;
#[path = "../examples/commands.rs"]
mod commands;
#[path = "../examples/embedded.rs"]
mod embedded;
#[path = "../examples/events.rs"]
mod events;
#[path = "../examples/handlers.rs"]
mod handlers;
#[path = "../examples/ivr_menu.rs"]
mod ivr_menu;
#[path = "../examples/jobs.rs"]
mod jobs;
#[path = "../examples/log.rs"]
mod log;
#[path = "../examples/prepaid.rs"]
mod prepaid;
#[path = "../examples/queue.rs"]
mod queue;
#[path = "../examples/tail.rs"]
mod tail;
#[path = "../examples/toggle_recording.rs"]
mod toggle_recording;

#[test]
fn each_runs_to_its_end() {
    for (name, run) in [
        ("blocking", blocking::main as fn() -> Result<(), Box<dyn std::error::Error>>),
        ("board", board::main),
        ("call_server", call_server::main),
        ("caller_name", caller_name::main),
        ("click_to_dial", click_to_dial::main),
        ("commands", commands::main),
        ("embedded", embedded::main),
        ("events", events::main),
        ("handlers", handlers::main),
        ("ivr_menu", ivr_menu::main),
        ("jobs", jobs::main),
        ("log", log::main),
        ("prepaid", prepaid::main),
        ("queue", queue::main),
        ("tail", tail::main),
        ("toggle_recording", toggle_recording::main),
    ] {
        let ran = run();
        assert!(ran.is_ok(), "{name}: {ran:?}");
    }
}

/// Somebody reads them to the end, and takes them as a beginning.
#[test]
fn those_of_calls_are_short() {
    for (name, text) in [
        ("call_server", include_str!("../examples/call_server.rs")),
        ("caller_name", include_str!("../examples/caller_name.rs")),
        ("click_to_dial", include_str!("../examples/click_to_dial.rs")),
        ("ivr_menu", include_str!("../examples/ivr_menu.rs")),
        ("prepaid", include_str!("../examples/prepaid.rs")),
        ("queue", include_str!("../examples/queue.rs")),
        ("toggle_recording", include_str!("../examples/toggle_recording.rs")),
    ] {
        let lines = text.lines().count();
        assert!(lines <= 80, "{name}: {lines}");
    }
}
