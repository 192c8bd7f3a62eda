//! What the simulated switch can do: alone, driven by hand, and behind a TCP port.

mod alone;
mod tcp;

use std::time::Duration;

use clap::Args;
use trunkline_sim::SwitchConfig;

/// A call that is made, answered and hung up by one command.
const CALL: &str = "originate null/1000 &hangup";

/// `cargo run --release -p trunkline-bench -- sim`
///
/// Every figure is of one process. What a call is: `originate null/1000 &hangup`, that is, made, answered and hung up;
/// it fires 22 events of about 2.4 KB. Listeners say `event plain ALL` and have everything taken from them: `alone` by
/// hand, `tcp` by a thread of their own each, over loopback. What is given by second of processor time, that of the
/// clients included, says more where others use the machine. Memory is what the process grew by, for each channel that
/// is held by `park`.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Options {
    /// Seconds for each figure
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Listeners, where there are many
    #[arg(long, default_value_t = 50)]
    listeners: usize,
    /// Channels to hold
    #[arg(long, default_value_t = 20_000)]
    channels: u64,
    /// Only the switch alone, without sockets
    #[arg(long)]
    alone: bool,
}

pub(crate) fn run(options: &Options) {
    let duration = Duration::from_secs_f64(options.seconds);
    alone::hold(options.channels);
    alone::calls(duration);
    for listeners in [1, options.listeners] {
        alone::events(duration, listeners);
    }
    if options.alone {
        return;
    }
    tcp::calls(duration);
    for listeners in [1, options.listeners] {
        tcp::events(duration, listeners);
    }
    tcp::hold(options.channels);
}

fn config(channels: u64) -> SwitchConfig {
    let mut config = SwitchConfig::default();
    config.max_sessions = channels + 1;
    config
}

/// What was done in a time.
struct Rate {
    what: String,
    count: u64,
    bytes: u64,
    took: Duration,
    /// Processor time of this process, in seconds.
    cpu: f64,
}

impl Rate {
    fn print(&self) {
        let bytes = self.bytes as f64 / self.took.as_secs_f64() / 1e6;
        let bytes = if self.bytes > 0 { format!(" {bytes:>8.1} MB/s") } else { String::new() };
        println!(
            "{:<44} {:>10.0}/s {:>10.0}/cpu-s{bytes}",
            self.what,
            self.count as f64 / self.took.as_secs_f64(),
            self.count as f64 / self.cpu.max(0.01),
        );
    }
}

fn print_held(what: &str, channels: u64, grown_kib: u64, took: Duration) {
    println!(
        "{what:<44} {:>10.2} s, {:.1} KiB a channel",
        took.as_secs_f64(),
        grown_kib as f64 / channels as f64
    );
}
