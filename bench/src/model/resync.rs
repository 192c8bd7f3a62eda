//! How long it takes to find out what was missed, but for the switch's own answers and their way here.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use trunkline::model::{StaleCause, Switch, View};
use trunkline_proto::{EventBuilder, EventFormat, EventName};

use super::calls::contains;

/// So many questions are on their way at once.
const AT_ONCE: usize = 16;

/// Answers all questions of a snapshot as a switch would in which nothing has happened meanwhile.
pub(super) fn resync(switch: &mut Switch) {
    let view = switch.view();
    let begun = Instant::now();
    switch.lose(StaleCause::Gap, begun);
    switch.resync(begun);
    // When the tables have caught up.
    let now = begun + Duration::from_secs(10);
    let (mut asked, mut spent, mut longest) = (0_u64, Duration::ZERO, Duration::ZERO);
    while switch.is_resyncing() {
        let asks = switch.asks(AT_ONCE, now);
        assert!(!asks.is_empty(), "it never ends");
        for ask in asks {
            let printed = print(&view, &ask.line());
            let begun = Instant::now();
            let reading = ask.read(&printed);
            switch.answer(&ask, reading, now);
            let took = begun.elapsed();
            (asked, spent, longest) = (asked + 1, spent + took, longest.max(took));
        }
    }
    assert_eq!(switch.view().channels().len(), view.channels().len(), "nothing has happened meanwhile");
    assert_eq!(switch.view().stale(), None, "all was answered");
    println!(
        "resync of {} channels: {asked} questions, {:.2} s in all ({:.1} µs each), the longest {:.0} ms",
        view.channels().len(),
        spent.as_secs_f64(),
        spent.as_secs_f64() * 1e6 / asked as f64,
        longest.as_secs_f64() * 1e3,
    );
}

/// What a switch prints that has these channels, and nothing else.
fn print(view: &View, line: &str) -> Vec<u8> {
    match line.split_once(' ') {
        Some(("uuid_dump", id)) => {
            dump(view, id.trim_end_matches(" json")).unwrap_or_else(|| b"-ERR No such channel!\n".to_vec())
        }
        Some(("uuid_buglist", _)) => b"<media-bugs>\n</media-bugs>\n".to_vec(),
        _ if contains(line.as_bytes(), b"channels") => list(view),
        _ if line.starts_with("show") => b"{\"row_count\": 0}\n".to_vec(),
        _ => b"[]".to_vec(),
    }
}

fn list(view: &View) -> Vec<u8> {
    let mut text = format!("{{\"row_count\":{},\"rows\":[", view.channels().len());
    for (number, channel) in view.channels().iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        let _ = write!(text, "{comma}{{\"uuid\":\"{}\",\"name\":\"sofia/internal/1000@x\"}}", channel.id);
    }
    text.push_str("]}");
    text.into_bytes()
}

/// The last event of the channel, as its dump.
fn dump(view: &View, id: &str) -> Option<Vec<u8>> {
    let event = view.channel(id)?.last_event.as_ref()?;
    let headers = event.headers().iter();
    let mut dump =
        headers.fold(EventBuilder::new(), |dump, (name, value)| dump.header(&*name, &*value.to_bytes()));
    dump.set_name(&EventName::ChannelData);
    Some(dump.payload(EventFormat::Json))
}
