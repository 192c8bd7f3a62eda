//! Channel variables as events carry them (`switch_channel_event_set_extended_data` in `switch_channel.c`).

use std::borrow::Cow;
use std::fmt;

use crate::header::{Headers, Value};

/// A channel's variables: the headers `variable_NAME`, in the order they were set. CHANNEL_CREATE, ANSWER, EXECUTE,
/// HANGUP and most others carry them; CHANNEL_STATE, CHANNEL_CALLSTATE, DTMF and CODEC do not, unless events are
/// verbose.
///
/// ```
/// # use trunkline_proto::{Event, EventFormat};
/// # let payload = "Event-Name: CHANNEL_CREATE\nvariable_uuid: ca11\nvariable_sip_from_user: 1000\n\n";
/// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
/// let variables = event.variables();
/// let all: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={}", value.to_str())).collect();
/// assert_eq!(all, ["uuid=ca11", "sip_from_user=1000"]);
/// assert_eq!(variables.get("sip_from_user").unwrap().to_str(), "1000");
/// ```
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    headers: &'a Headers,
    prefix: &'static str,
}

impl<'a> Variables<'a> {
    /// The variables among these headers.
    #[must_use]
    pub fn of(headers: &'a Headers) -> Self {
        Self { headers, prefix: "variable_" }
    }

    /// Those that last only while an application runs: `scope_variable_NAME`.
    #[must_use]
    pub fn of_scope(headers: &'a Headers) -> Self {
        Self { headers, prefix: "scope_variable_" }
    }

    /// Each with its name. An array's values are its [`elements`](Value::elements).
    pub fn iter(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        self.headers.iter().filter_map(move |(name, value)| Some((self.bare(name)?, value)))
    }

    /// The variable of this name, whatever the case of its letters.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        // Names are short: one that is not is put together elsewhere.
        let mut short = [0; 64];
        let (prefix, len) = (self.prefix.as_bytes(), self.prefix.len() + name.len());
        match short.get_mut(..len).and_then(|full| full.split_at_mut_checked(prefix.len())) {
            Some((head, tail)) => {
                head.copy_from_slice(prefix);
                tail.copy_from_slice(name.as_bytes());
                self.headers.value(std::str::from_utf8(short.get(..len)?).ok()?)
            }
            None => self.headers.value(&format!("{}{name}", self.prefix)),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !self.headers.has_beginning(self.prefix)
    }

    /// A header's name without the prefix, if it has it.
    fn bare(self, name: Cow<'a, str>) -> Option<Cow<'a, str>> {
        let at = self.prefix.len();
        if !name.get(..at)?.eq_ignore_ascii_case(self.prefix) {
            return None;
        }
        match name {
            Cow::Borrowed(name) => name.get(at..).map(Cow::Borrowed),
            Cow::Owned(name) => name.get(at..).map(|bare| Cow::Owned(bare.to_owned())),
        }
    }
}

impl fmt::Debug for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventBuilder, EventFormat, EventName};

    #[test]
    fn variables_are_told_from_other_headers() {
        let event = EventBuilder::named(&EventName::ChannelCreate)
            .header("scope_variable_s", "1")
            .header("variable_A", "2")
            .header("variables", "3")
            .header("variable_", "4")
            .list("variable_list", ["x", "y"])
            .to_event(EventFormat::Json)
            .unwrap();
        let names: Vec<_> = event.variables().iter().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["A", "", "list"]);
        assert!(!event.variables().is_empty());
        let long = "x".repeat(80);
        assert!(event.variables().get(&long).is_none() && event.variables().get("s").is_none());
        let with_long =
            EventBuilder::named(&EventName::ChannelCreate).header(format!("VARIABLE_{long}"), "5");
        let with_long = with_long.to_event(EventFormat::Plain).unwrap();
        assert_eq!(with_long.variable(&long).as_deref(), Some("5"));
        assert!(!with_long.variables().is_empty() && Variables::of_scope(with_long.headers()).is_empty());
        let list = event.variables().get("LIST").unwrap();
        assert_eq!(list.elements(), [b"x".to_vec(), b"y".to_vec()]);
        let scope: Vec<_> = Variables::of_scope(event.headers()).iter().collect();
        assert_eq!(scope.len(), 1);
        assert!(event.variables().get("s").is_none());
    }
}
