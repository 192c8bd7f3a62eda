//! What the live model costs: folding, holding, reading.

mod calls;
mod fold;
mod memory;
mod readers;
mod resync;

use std::time::Duration;

use clap::Args;

/// `cargo run --release -p trunkline-bench -- model`
///
/// All of it is of one process, without sockets. Events are those of recordings, over and over, as calls of their own: the
/// ids in them are replaced, time and again. `decoded` is from bytes in a buffer to events; `folded` is these events into a
/// model; `both` is one after the other. How many events are published at once makes a difference, and is given. The
/// Rates are for each second of one processor. The model is empty to begin with, and then has many channels. Memory is what the process grew by, for each channel; with
/// it is given how large the event is that each keeps. Readers ask for the view and a channel in it, each some thousand
/// times a second, while events are folded as fast as that goes, on whatever processors there are.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Options {
    /// Seconds for each figure
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Channels that are up, where there are many
    #[arg(long, default_value_t = 100_000)]
    channels: usize,
    /// Readers
    #[arg(long, default_value_t = 8)]
    readers: usize,
}

pub(crate) fn run(options: &Options) {
    let duration = Duration::from_secs_f64(options.seconds);
    for recording in ["ev-sip-call-plain", "ev-dialplan-bridge", "ev-conference-plain", "ev-conference-json"]
    {
        fold::recording(recording, duration);
    }
    memory::hold(options.channels);
    let mut many = memory::many(options.channels);
    fold::among(&mut many, duration);
    readers::read(&mut many, options.readers, duration);
    resync::resync(&mut many);
}
