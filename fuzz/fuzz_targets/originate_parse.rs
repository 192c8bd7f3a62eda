//! Whatever reads as the argument of `originate` is written as one line that reads the same, whose words the switch's
//! tokenizer gives out. If the input begins `>` the rest is values for one, 0x1f between.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use trunkline_proto::dialstring::tokenizer::separate;
use trunkline_proto::dialstring::{Endpoint, Originate, Target};
use trunkline_proto::{ApiMisuse, Command};

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match text.strip_prefix('>') {
        Some(values) => made(&values.split('\u{1f}').collect::<Vec<_>>()),
        None => {
            if let Ok(originate) = text.parse() {
                holds(&originate);
            }
        }
    }
});

fn made(values: &[&str]) {
    let value = |at: usize| values.get(at).copied().unwrap_or_default();
    let Ok(endpoint) = Endpoint::raw(value(0)) else { return };
    let originate = Originate::new(endpoint);
    let originate = originate.clone().variable(value(1), value(2)).unwrap_or(originate);
    let originate = originate.clone().caller_id(value(3), value(4)).unwrap_or(originate);
    let timeout = Duration::from_secs(value(5).len() as u64);
    let originate = originate.clone().timeout(timeout).unwrap_or(originate);
    holds(&originate);
    originate.clone().application(value(6), value(7)).iter().for_each(holds);
    originate.extension(value(6), value(7), value(8)).iter().for_each(holds);
}

fn holds(originate: &Originate) {
    let text = originate.to_string();
    assert_eq!(text.parse().as_ref(), Ok(originate), "{text}");
    match Command::bgapi(&originate.command(), None) {
        Ok(_) | Err(ApiMisuse::WouldReload { .. } | ApiMisuse::TooLong { .. }) => {}
        Err(error) => panic!("{error}: {text}"),
    }
    let words = separate(text.trim_end_matches('\u{b}').as_bytes(), b' ', 10).unwrap();
    assert!((2..=7).contains(&words.len()), "{text}");
    // The switch runs into an assertion there.
    assert!(!words[1].eq_ignore_ascii_case(b"undef"), "{text}");
    assert_eq!(words[0], originate.dial_string().to_string().into_bytes());
    assert_eq!(words[1], originate.target().to_string().into_bytes());
    if let Target::Application(app) = originate.target() {
        assert!(!app.argument().contains(')'), "{text}");
    }
}
