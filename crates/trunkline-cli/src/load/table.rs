//! The closing table.

use std::time::Duration;

use super::record::Record;
use crate::args::LoadArgs;
use crate::failure::Failure;
use crate::output;

pub(super) fn print(record: &Record, options: &LoadArgs, took: Duration) -> Result<(), Failure> {
    let rows = rows(record, options, took);
    let text: String = rows.iter().map(|(name, value)| format!("{name:<24}{value}\n")).collect();
    output::print(&format!("\n{text}"))
}

fn rows(record: &Record, options: &LoadArgs, took: Duration) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    row("calls asked", options.calls.to_string());
    row("  made", record.dialled.to_string());
    row("  answered", record.answered.to_string());
    row("  failed", record.failures().to_string());
    for (cause, count) in &record.failed {
        row(&format!("    {count}"), cause.clone());
    }
    row("  ended by themselves", record.ended_themselves.to_string());
    if record.left() > 0 {
        row("  not seen to end", record.left().to_string());
    }
    row("most up at once", record.most_up.to_string());
    row("rate", format!("{:.1} calls/s reached of {:.1} asked", record.rate(), options.rate));
    row("set-up time", set_up(record));
    let rate = record.events as f64 / took.as_secs_f64();
    row(
        "events",
        format!("{} seen, {rate:.0}/s; {} missed, {} gaps", record.events, record.missed, record.gaps),
    );
    row("took", format!("{:.1} s", took.as_secs_f64()));
    rows
}

fn set_up(record: &Record) -> String {
    let times = [record.set_up_within(0.5), record.set_up_within(0.99), record.set_up_within(1.0)];
    match times.map(|time| time.map(|time| time.as_secs_f64() * 1000.0)) {
        [Some(median), Some(p99), Some(most)] => {
            format!("median {median:.1} ms, p99 {p99:.1} ms, most {most:.1} ms")
        }
        _ => "no call was set up".to_owned(),
    }
}
