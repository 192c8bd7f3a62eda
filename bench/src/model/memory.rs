//! What a channel takes.

use std::time::Instant;

use trunkline::model::{Options, Switch};

use super::calls::Calls;
use crate::measure::rss_kib;

/// Channels with their variables, and without: what the process grows by for each.
pub(super) fn hold(channels: usize) {
    // Kept, so that what it gives back is not used for the next.
    let mut switches = Vec::new();
    for (what, variables) in [("without variables", false), ("with variables", true)] {
        let before = rss_kib();
        let switch = fill(channels, Options::new().with_variables(variables));
        let view = switch.view();
        let grown = rss_kib() - before;
        let count = view.channels().len() as f64;
        let kept = |channel: &trunkline::model::Channel| Some(channel.last_event.as_ref()?.payload().len());
        let kept: usize = view.channels().iter().filter_map(|channel| kept(channel)).sum();
        let (each, kept) = (grown as f64 / count, kept as f64 / count / 1024.0);
        println!(
            "{count} channels {what}: {each:.2} KiB each, {:.2} KiB over the {kept:.2} KiB of the event that is kept",
            each - kept
        );
        switches.push(switch);
    }
}

/// A model with so many channels.
pub(super) fn many(channels: usize) -> Switch {
    fill(channels, Options::new())
}

fn fill(channels: usize, options: Options) -> Switch {
    let (calls, now) = (Calls::that_stay("ev-sip-call-plain"), Instant::now());
    let mut switch = Switch::with(options);
    while switch.view().channels().len() < channels {
        switch.apply_all(&calls.events(), now);
    }
    switch
}
