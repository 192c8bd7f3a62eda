//! When a condition holds: `hour="9-17"` and the like (`switch_xml_std_datetime_check` in `switch_xml.c`). The switch's
//! time zone is UTC; `tod_tz_offset` moves it.

use crate::text::is_number;
use crate::time::{Calendar, Time};
use crate::xml::Node;

/// What is said of the time.
#[derive(Debug, Default)]
pub(super) struct Times {
    rules: Vec<(Unit, String)>,
    /// `tz-offset`: hours the switch has to be ahead of UTC.
    offset: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    DateTime,
    Year,
    DayOfYear,
    Month,
    DayOfMonth,
    Week,
    WeekOfMonth,
    Weekday,
    Hour,
    Minute,
    MinuteOfDay,
    TimeOfDay,
}

const UNITS: &[(&str, Unit)] = &[
    ("date-time", Unit::DateTime),
    ("year", Unit::Year),
    ("yday", Unit::DayOfYear),
    ("mon", Unit::Month),
    ("mday", Unit::DayOfMonth),
    ("week", Unit::Week),
    ("mweek", Unit::WeekOfMonth),
    ("wday", Unit::Weekday),
    ("hour", Unit::Hour),
    ("minute", Unit::Minute),
    ("minute-of-day", Unit::MinuteOfDay),
    ("time-of-day", Unit::TimeOfDay),
];

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Times {
    pub(super) fn parse(node: &Node) -> Self {
        let rule = |(name, unit): &(&str, Unit)| Some((*unit, node.attribute(name)?.to_owned()));
        let offset =
            node.attribute("tz-offset").filter(|text| !text.is_empty() && is_number(text.as_bytes()));
        Self { rules: UNITS.iter().filter_map(rule).collect(), offset: offset.map(number) }
    }

    /// Whether it is the time, `offset` hours ahead of UTC; `None` if nothing is said of the time.
    pub(super) fn hold(&self, now: Time, offset: i64) -> Option<bool> {
        if self.rules.is_empty() && self.offset.is_none() {
            return None;
        }
        let local = now.shifted(offset.saturating_mul(3600));
        let calendar = local.calendar();
        let zone = self.offset.is_none_or(|wanted| wanted == offset);
        Some(zone && self.rules.iter().all(|(unit, rule)| unit.is_in(rule, local, &calendar)))
    }
}

impl Unit {
    fn is_in(self, rule: &str, local: Time, now: &Calendar) -> bool {
        let value = match self {
            Self::DateTime => return is_between(rule, local),
            Self::TimeOfDay => {
                let second = now.hour * 3600 + now.minute * 60 + now.second;
                return rule.split(',').any(|range| has_second(range, second));
            }
            Self::Weekday => return has_day(rule, now.weekday),
            Self::Year => now.year,
            Self::DayOfYear => now.day_of_year,
            Self::Month => now.month,
            Self::DayOfMonth => now.day,
            Self::Week => (now.day_of_year - 1) / 7 + 1,
            Self::WeekOfMonth => {
                // Days of the first week that are in the month before.
                let before = (7 - (now.day - (now.weekday + 1)) % 7) % 7;
                (now.day + before + 6) / 7
            }
            Self::Hour => now.hour,
            Self::Minute => now.minute,
            Self::MinuteOfDay => now.hour * 60 + now.minute + 1,
        };
        rule.split(',').any(|range| has_number(range, value))
    }
}

/// `9`, `9-17`, or with the greater one first all the others.
fn has_number(range: &str, value: i64) -> bool {
    match range.split_once('-') {
        None => number(range) == value,
        Some((first, last)) => wraps(number(first), number(last), value),
    }
}

fn wraps(first: i64, last: i64, value: i64) -> bool {
    if first <= last { (first..=last).contains(&value) } else { value >= first || value <= last }
}

/// `mon-fri`, `2-6`, `sat,sun`: 1 is Sunday.
fn has_day(rule: &str, weekday: i64) -> bool {
    let day = |word: &str| -> Option<i64> {
        let word = word.trim().to_ascii_lowercase();
        let named = DAYS.iter().position(|day| !word.is_empty() && word.starts_with(day));
        let numbered = || word.parse().ok().filter(|number| (1..=7).contains(number));
        named.and_then(|place| i64::try_from(place + 1).ok()).or_else(numbered)
    };
    rule.split(',').any(|range| match range.split_once('-') {
        None => day(range) == Some(weekday + 1),
        Some((first, last)) => {
            day(first).zip(day(last)).is_some_and(|(first, last)| wraps(first, last, weekday + 1))
        }
    })
}

/// `08:00-17:30`, with seconds where wanted (`switch_tod_cmp` in `switch_utils.c`).
fn has_second(range: &str, second: i64) -> bool {
    let of_day = |text: &str| {
        let mut parts = text.split(':').map(number);
        let mut next = || parts.next().unwrap_or(0);
        next() * 3600 + next() * 60 + next()
    };
    let Some((first, last)) = range.split_once('-') else { return false };
    wraps(of_day(first), of_day(last), second)
}

/// `2026-01-01 00:00:00~2026-12-31 23:59:59`, several with a comma between (`switch_fulldate_cmp`).
fn is_between(rule: &str, now: Time) -> bool {
    rule.split(',').any(|range| {
        let Some((first, last)) = range.split_once('~') else { return false };
        let times = Time::parse(first.trim()).zip(Time::parse(last.trim()));
        times.is_some_and(|(first, last)| (first..=last).contains(&now))
    })
}

fn number(text: &str) -> i64 {
    crate::text::atoi(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, the 20th of November 2026, 23:56.
    fn now() -> Time {
        Time::parse("2026-11-20 23:56:00").unwrap()
    }

    fn hold(attributes: &[(&str, &str)], offset: i64) -> Option<bool> {
        let mut node = Node::new("condition");
        for (name, value) in attributes {
            node.set_attribute(name, value);
        }
        Times::parse(&node).hold(now(), offset)
    }

    #[test]
    fn rules() {
        for (name, rule, holds) in [
            ("year", "2026", true),
            ("yday", "324", true),
            ("mon", "1-10,12", false),
            ("mon", "11", true),
            ("mday", "20-25", true),
            ("week", "47", true),
            ("mweek", "3", true),
            ("wday", "2-6", true),
            ("wday", "mon-fri", true),
            ("wday", "Sat,sun", false),
            ("wday", "sat-thu", false),
            ("hour", "22-5", true),
            ("hour", "9-17", false),
            ("minute", "56", true),
            ("minute-of-day", "1437", true),
            ("time-of-day", "23:55-23:57", true),
            ("time-of-day", "22:00:00-06:00:00", true),
            ("time-of-day", "08:00-12:00,13:00-17:00", false),
            ("date-time", "2026-11-20 23:00:00~2026-11-21 01:00:00", true),
            ("date-time", "2026-11-21 00:00:00~2026-11-21 01:00:00", false),
            ("tz-offset", "0", true),
            ("tz-offset", "2", false),
        ] {
            assert_eq!(hold(&[(name, rule)], 0), Some(holds), "{name} {rule}");
        }
        assert_eq!(hold(&[], 0), None);
        assert_eq!(hold(&[("hour", "0"), ("wday", "7")], 1), Some(true));
        assert_eq!(hold(&[("hour", "0"), ("wday", "6")], 1), Some(false));
    }
}
