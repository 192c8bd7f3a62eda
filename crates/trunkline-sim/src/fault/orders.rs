//! Rules and faults as a client orders them: `sim fault …`.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Fault, Faults, Greeting};

/// What came of an order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The rules, to be told.
    Told(String),
    Changed,
    Once(Fault),
}

impl Faults {
    /// Changes the rules as the api command `sim fault <rule>` does: `chunks 7 3`, `events drop 1`. False, and nothing
    /// changed, for what is no rule.
    pub fn order(&mut self, rule: &str) -> bool {
        matches!(order(self, rule), Some(Order::Changed))
    }
}

/// What there is to be ordered.
const ORDERS: &[&str] = &[
    "clear",
    "chunks <bytes> [<ms>]",
    "greeting prompt|withheld|<ms>",
    "accept full|open",
    "replies delay <ms> [<percent>]",
    "replies cut <bytes>",
    "replies lose <text>",
    "events drop|duplicate|reorder <percent>",
    "calls kill <percent>",
    "stall <ms>",
    "half-open",
    "disconnect",
    "flood <count>",
    "restart [<ms>]",
];

/// How what begins like this is to be ordered, or everything, where nothing begins so.
pub(crate) fn usage(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let meant = |order: &&&str| order.split(' ').next() == Some(word);
    let known = ORDERS.iter().any(|order| meant(&order));
    let orders = ORDERS.iter().filter(|order| !known || meant(order));
    orders.map(|order| format!("-USAGE: sim fault {order}\n")).collect()
}

/// Reads the words after `sim fault`; `None` if they are no order.
pub(crate) fn order(rules: &mut Faults, text: &str) -> Option<Order> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let once = match words.as_slice() {
        [] => return Some(Order::Told(told(rules))),
        ["stall", time] => Fault::Stall(millis(time)?),
        ["half-open"] => Fault::HalfOpen,
        ["disconnect"] => Fault::Disconnect,
        ["flood", count] => Fault::Flood(count.parse().ok()?),
        ["restart"] => Fault::Restart(Duration::ZERO),
        ["restart", time] => Fault::Restart(millis(time)?),
        ["replies", "lose", ..] => {
            let (_, lost) = text.split_once("lose")?;
            rules.lose_reply = Some(lost.trim()).filter(|lost| !lost.is_empty()).map(str::to_owned);
            return Some(Order::Changed);
        }
        rule => return change(rules, rule).map(|()| Order::Changed),
    };
    Some(Order::Once(once))
}

fn change(rules: &mut Faults, words: &[&str]) -> Option<()> {
    match words {
        ["clear"] => *rules = Faults::default(),
        ["chunks", most] => rules.chunk = most.parse().ok()?,
        ["chunks", most, delay] => {
            (rules.chunk, rules.chunk_delay) = (most.parse().ok()?, millis(delay)?);
        }
        ["greeting", "prompt"] => rules.greeting = Greeting::Prompt,
        ["greeting", "withheld"] => rules.greeting = Greeting::Withheld,
        ["greeting", delay] => rules.greeting = Greeting::Late(millis(delay)?),
        ["accept", "full"] => rules.accept_full = true,
        ["accept", "open"] => rules.accept_full = false,
        ["replies", "delay", delay] => {
            (rules.reply_delay, rules.delayed_replies) = (millis(delay)?, 100);
        }
        ["replies", "delay", delay, share] => {
            (rules.reply_delay, rules.delayed_replies) = (millis(delay)?, percent(share)?);
        }
        ["replies", "cut", room] => rules.reply_room = room.parse().ok()?,
        ["events", "drop", share] => rules.dropped_events = percent(share)?,
        ["events", "duplicate", share] => rules.duplicated_events = percent(share)?,
        ["events", "reorder", share] => rules.reordered_events = percent(share)?,
        ["calls", "kill", share] => rules.killed_calls = percent(share)?,
        _ => return None,
    }
    Some(())
}

fn millis(word: &str) -> Option<Duration> {
    word.parse().ok().map(Duration::from_millis)
}

fn percent(word: &str) -> Option<u8> {
    word.parse().ok().filter(|percent| *percent <= 100)
}

/// The rules as the orders that would make them.
fn told(rules: &Faults) -> String {
    let mut text = String::new();
    let mut tell = |holds: bool, order: String| {
        if holds {
            // A String takes all that is written.
            let _ = writeln!(text, "{order}");
        }
    };
    let delay = rules.chunk_delay.as_millis();
    tell(rules.chunk > 0, format!("chunks {} {delay}", rules.chunk));
    match rules.greeting {
        Greeting::Prompt => {}
        Greeting::Withheld => tell(true, "greeting withheld".into()),
        Greeting::Late(delay) => tell(true, format!("greeting {}", delay.as_millis())),
    }
    tell(rules.accept_full, "accept full".into());
    let (late, share) = (rules.reply_delay.as_millis(), rules.delayed_replies);
    tell(share > 0, format!("replies delay {late} {share}"));
    tell(rules.reply_room > 0, format!("replies cut {}", rules.reply_room));
    if let Some(lost) = &rules.lose_reply {
        tell(true, format!("replies lose {lost}"));
    }
    for (share, rule) in [
        (rules.dropped_events, "events drop"),
        (rules.duplicated_events, "events duplicate"),
        (rules.reordered_events, "events reorder"),
        (rules.killed_calls, "calls kill"),
    ] {
        tell(share > 0, format!("{rule} {share}"));
    }
    if text.is_empty() { "no faults\n".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_as_they_are_ordered() {
        let orders = [
            "chunks 7 3",
            "greeting 250",
            "accept full",
            "replies delay 10 50",
            "replies cut 511",
            "replies lose bgapi originate",
            "events drop 1",
            "events duplicate 2",
            "events reorder 3",
            "calls kill 4",
        ];
        let mut rules = Faults::default();
        for text in orders {
            assert_eq!(order(&mut rules, text), Some(Order::Changed), "{text}");
        }
        assert_eq!(order(&mut rules, ""), Some(Order::Told(orders.join("\n") + "\n")));
        assert_eq!(order(&mut rules, "clear"), Some(Order::Changed));
        assert_eq!(order(&mut rules, ""), Some(Order::Told("no faults\n".into())));
    }

    #[test]
    fn what_happens_once() {
        let mut rules = Faults::default();
        for (text, fault) in [
            ("stall 100", Fault::Stall(Duration::from_millis(100))),
            ("half-open", Fault::HalfOpen),
            ("disconnect", Fault::Disconnect),
            ("flood 5", Fault::Flood(5)),
            ("restart", Fault::Restart(Duration::ZERO)),
            ("restart 50", Fault::Restart(Duration::from_millis(50))),
        ] {
            assert_eq!(order(&mut rules, text), Some(Order::Once(fault)), "{text}");
        }
        assert_eq!(rules, Faults::default());
    }

    #[test]
    fn nonsense_is_no_order() {
        let mut rules = Faults::default();
        for text in ["x", "chunks", "chunks x", "events drop 101", "stall", "greeting soon", "clear all"] {
            assert_eq!(order(&mut rules, text), None, "{text}");
        }
        assert_eq!(rules, Faults::default());
    }
}
