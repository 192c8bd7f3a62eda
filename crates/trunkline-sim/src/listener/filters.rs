//! Filters (`filter` in `mod_event_socket.c`): events must match one of them, and none that says `-`.

use fancy_regex::Regex;

use super::Reply;
use crate::event::Fired;
use crate::text::first_word;

#[derive(Debug, Default)]
pub(crate) struct Filters(Vec<Filter>);

#[derive(Debug)]
struct Filter {
    header: Vec<u8>,
    /// As it was given.
    value: Vec<u8>,
    excludes: bool,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equals(Vec<u8>),
    Matches(Regex),
    /// A regular expression that cannot be read.
    Never,
}

const INVALID: &str = "-ERR invalid syntax";

impl Filters {
    /// `filter [add|delete] <header> [<value>]`
    pub(crate) fn command(&mut self, arguments: &[u8]) -> Reply {
        let arguments = arguments.trim_ascii_start();
        let (word, rest) = first_word(arguments);
        let has_more = word.len() < arguments.len();
        if !has_more {
            return INVALID.into();
        }
        if word.eq_ignore_ascii_case(b"delete") {
            self.delete(rest)
        } else if word.eq_ignore_ascii_case(b"add") {
            let (header, value) = first_word(rest);
            let value = (header.len() < rest.len()).then_some(value);
            self.add(header, value)
        } else {
            self.add(word, Some(rest))
        }
    }

    fn add(&mut self, header: &[u8], value: Option<&[u8]>) -> Reply {
        match value {
            // An empty value takes away what there is, as with any header of an event.
            Some([]) => self.0.retain(|filter| !filter.header.eq_ignore_ascii_case(header)),
            Some(value) => self.0.push(Filter::new(header, value)),
            None => {}
        }
        let shown = value.unwrap_or(b"(null)");
        [b"+OK filter added. [".as_slice(), header, b"]=[", shown, b"]"].concat()
    }

    fn delete(&mut self, arguments: &[u8]) -> Reply {
        let (header, value) = first_word(arguments);
        let all = header.eq_ignore_ascii_case(b"all");
        if all {
            self.0.clear();
        } else {
            let same = |filter: &Filter| {
                filter.header.eq_ignore_ascii_case(header) && (value.is_empty() || filter.value == value)
            };
            self.0.retain(|filter| !same(filter));
        }
        [b"+OK filter deleted. [".as_slice(), header, b"][", value, b"]"].concat()
    }

    pub(crate) fn pass(&self, event: &Fired) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let mut accepted = false;
        for filter in &self.0 {
            let Some(value) = event.first(&filter.header) else { continue };
            if (accepted && !filter.excludes) || !filter.test.holds(&value) {
                continue;
            }
            if filter.excludes {
                return false;
            }
            accepted = true;
        }
        accepted
    }
}

impl Filter {
    fn new(header: &[u8], value: &[u8]) -> Self {
        let is_sign = |byte: &&u8| matches!(byte, b'+' | b'-' | b' ');
        let signs: Vec<u8> = value.iter().take_while(is_sign).copied().collect();
        let bare = value.get(signs.len()..).unwrap_or_default();
        let last_sign = signs.iter().rev().find(|sign| **sign != b' ');
        // Only what begins with the slash is one: a signed one compares literally.
        let test = if value.first() == Some(&b'/') { regex(value) } else { Test::Equals(bare.to_vec()) };
        Self { header: header.to_vec(), value: value.to_vec(), excludes: last_sign == Some(&b'-'), test }
    }
}

/// `/pattern/flags`
fn regex(value: &[u8]) -> Test {
    let text = String::from_utf8_lossy(value);
    let parts = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let Some((pattern, flags)) = parts else { return Test::Never };
    let flags: String = flags.chars().filter(|flag| matches!(flag, 'i' | 's')).collect();
    let pattern = if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}){pattern}") };
    Regex::new(&pattern).map_or(Test::Never, Test::Matches)
}

impl Test {
    fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::Equals(text) => value.eq_ignore_ascii_case(text),
            Self::Matches(regex) => regex.is_match(&String::from_utf8_lossy(value)).unwrap_or(false),
            Self::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use trunkline_proto::{EventBuilder, EventName};

    use super::*;

    #[test]
    fn what_passes() {
        let content = EventBuilder::new().header("Event-Name", "CHANNEL_ANSWER").header("X", "abc");
        let event = Fired::new(EventName::ChannelAnswer, None, content);
        for (commands, passes) in [
            (&[][..], true),
            (&["Event-Name CHANNEL_ANSWER"], true),
            (&["event-name channel_answer"], true),
            (&["Event-Name DTMF"], false),
            (&["Nosuch x"], false),
            (&["Event-Name DTMF", "X abc"], true),
            (&["Event-Name /^CHANNEL_/"], true),
            (&["Event-Name /^channel_/"], false),
            (&["Event-Name /^channel_/i"], true),
            (&["Event-Name -DTMF"], false),
            (&["X abc", "Event-Name -CHANNEL_ANSWER"], false),
            (&["Event-Name -CHANNEL_ANSWER", "X abc"], false),
            (&["X +/abc/"], false),
            (&["X + abc"], true),
            (&["X /ab("], false),
            (&["Event-Name DTMF", "delete all"], true),
            (&["X abc", "Event-Name DTMF", "delete X"], false),
        ] {
            let mut filters = Filters::default();
            for command in commands {
                filters.command(command.as_bytes());
            }
            assert_eq!(filters.pass(&event), passes, "{commands:?}");
        }
    }
}
