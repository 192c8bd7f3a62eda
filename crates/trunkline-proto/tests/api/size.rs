//! An answer of 20,000 rows is read in one pass: were it anything but linear, this test would not end.

use std::fmt::Write;

use trunkline_proto::api::{ApiCommand, Show};

use crate::recorded::pairs;

const ROWS: usize = 20_000;

#[test]
fn twenty_thousand_channels() {
    let (_, one) = pairs()
        .into_iter()
        .find(|(line, output)| {
            line == "show channels as json"
                && output.starts_with(b"{\"row_count\":2,")
                && output.contains(&b'|')
        })
        .unwrap();
    let one = String::from_utf8(one).unwrap();
    let rows = one.split_once("\"rows\":[").unwrap().1.strip_suffix("]}").unwrap();
    let mut all = format!("{{\"row_count\":{ROWS},\"rows\":[{rows}");
    for _ in 1..ROWS / 2 {
        write!(all, ",{rows}").unwrap();
    }
    all.push_str("]}");
    assert!(all.len() > 17_000_000, "{}", all.len());
    let read = Show::channels().read(all.as_bytes()).unwrap();
    assert_eq!(read.len(), ROWS);
    assert_eq!(read[ROWS - 1].callee_name, "a,b|c");
    // And one byte less is none.
    all.pop();
    assert!(Show::channels().read(all.as_bytes()).is_err());
}
