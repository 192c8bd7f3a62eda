//! How long readers take while events pour in.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use trunkline::ChannelUuid;
use trunkline::model::{Reader, Switch};

use super::calls::Calls;
use super::fold::spend;

/// Between two reads of one reader.
const PAUSE: Duration = Duration::from_micros(200);
/// What is published at once.
const BATCH: usize = 16;

/// Reads while events pour in, and says how fast these are folded with nobody reading, and so.
pub(super) fn read(switch: &mut Switch, readers: usize, duration: Duration) {
    let alone = pour(switch, duration);
    let stop = AtomicBool::new(false);
    let (beside, mut nanos) = thread::scope(|scope| {
        let handles: Vec<_> = (0..readers)
            .map(|number| {
                let (reader, stop) = (switch.reader(), &stop);
                scope.spawn(move || ask(&reader, number, stop))
            })
            .collect();
        let rate = pour(switch, duration);
        stop.store(true, Ordering::Relaxed);
        let nanos: Vec<u64> =
            handles.into_iter().flat_map(|handle| handle.join().expect("a reader")).collect();
        (rate, nanos)
    });
    nanos.sort_unstable();
    let at = |part: f64| nanos[((nanos.len() - 1) as f64 * part) as usize] as f64 / 1e3;
    println!(
        "{readers} readers, {} reads: median {:.2} µs, p99 {:.2} µs, p99.9 {:.2} µs, most {:.0} µs",
        nanos.len(),
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    println!("folded meanwhile {beside:.0}/s; without readers {alone:.0}/s");
}

/// Folds for so long; events a second.
fn pour(switch: &mut Switch, duration: Duration) -> f64 {
    spend(&Calls::recorded("ev-sip-call-plain"), switch, BATCH, duration).folded()
}

/// Asks for a channel again and again, and for another each time; how long each took, in nanoseconds.
fn ask(reader: &Reader, number: usize, stop: &AtomicBool) -> Vec<u64> {
    let ids: Vec<ChannelUuid> = reader.view().channels().iter().map(|channel| channel.id.clone()).collect();
    let (mut nanos, mut next) = (Vec::new(), number);
    while !stop.load(Ordering::Relaxed) {
        next = (next + 7919) % ids.len();
        let began = Instant::now();
        let view = reader.view();
        black_box(view.channel(ids[next].as_str()).map(|channel| channel.is_answered()));
        drop(black_box(view));
        nanos.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        thread::sleep(PAUSE);
    }
    nanos
}
