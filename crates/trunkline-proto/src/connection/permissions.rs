//! What a user may do, by the reply to `userauth`.

use crate::event::EventName;
use crate::reply::CommandReply;

/// What the switch lets this user do, in its words: `all`, or a list. Not a sandbox: see SECURITY.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Permissions {
    /// `Allowed-Events`; `None` after `auth`, which allows everything.
    pub events: Option<String>,
    /// `Allowed-API`
    pub api: Option<String>,
    /// `Allowed-LOG`
    pub log: Option<bool>,
    /// The switch cut its reply at 511 bytes, so the lists are not complete.
    pub cut: bool,
}

/// Commands that run another: each of the two must be allowed (`auth_api_command` in `mod_event_socket.c`).
const WRAPPERS: [&str; 5] = ["bgapi", "sched_api", "eval", "expand", "xml_wrap"];

impl Permissions {
    pub(crate) fn from_reply(reply: &CommandReply, cut: bool) -> Self {
        let text = |name| reply.headers().get(name).map(|value| value.into_owned());
        Self {
            events: text("Allowed-Events"),
            api: text("Allowed-API"),
            // One that was cut off within the word says nothing.
            log: text("Allowed-LOG").and_then(|word| word.parse().ok()),
            cut,
        }
    }

    /// Whether a subscription to this event would be granted. `None` where the reply does not say: it was cut.
    /// Subclasses of CUSTOM have [their own](Self::allows_subclass).
    #[must_use]
    pub fn allows_event(&self, name: &EventName) -> Option<bool> {
        let Some(list) = &self.events else { return self.unsaid() };
        let words = self.words(list, self.api.is_none());
        if words == ["all"] {
            return Some(true);
        }
        let names = words.iter().map(|word| EventName::from(*word));
        // Whatever is behind CUSTOM is a subclass.
        let custom = names.clone().position(|name| name == EventName::Custom);
        let mut names = names.take(custom.map_or(words.len(), |at| at + 1));
        self.known(names.any(|allowed| allowed == *name || allowed == EventName::All))
    }

    /// Whether a subscription to the CUSTOM events of this subclass would be granted: not by a list that is `ALL`, which
    /// `event ALL` alone obeys. `None` where the reply does not say: it was cut, or it is `all`, which may be
    /// no list or a list of that word.
    #[must_use]
    pub fn allows_subclass(&self, subclass: &str) -> Option<bool> {
        let Some(list) = &self.events else { return self.unsaid() };
        let words = self.words(list, self.api.is_none());
        if words == ["all"] {
            return None;
        }
        let mut words = words.into_iter();
        let has_custom = words.by_ref().any(|word| EventName::from(word) == EventName::Custom);
        self.known(has_custom && words.any(|word| word == subclass))
    }

    /// Whether an api command would be run: its first word is compared letter by letter, and `bgapi`, `sched_api`,
    /// `eval`, `expand` and `xml_wrap` are looked into. `None` where the reply does not say: it was cut.
    ///
    /// `all` counts as everything. (A user whose `esl-allowed-api` is that very word may run nothing, and the reply is
    /// the same.)
    #[must_use]
    pub fn allows_api(&self, command: &str) -> Option<bool> {
        let Some(list) = &self.api else { return self.unsaid() };
        let allowed = self.words(list, self.log.is_none());
        if allowed == ["all"] {
            return Some(true);
        }
        let mut rest = Some(command);
        while let Some(command) = rest {
            let (verb, argument) =
                command.split_once(' ').map_or((command, None), |(verb, argument)| (verb, Some(argument)));
            if !allowed.contains(&verb) {
                return self.known(false);
            }
            rest = argument.filter(|_| WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(verb)));
        }
        Some(true)
    }

    /// A header that is not there: everything, unless it was cut off.
    fn unsaid(&self) -> Option<bool> {
        if self.cut { None } else { Some(true) }
    }

    /// The words of a list as the switch cuts it: at blanks if there is one in it, at commas otherwise. Of the list
    /// that was cut off the last one is not sure to be one.
    fn words<'a>(&self, list: &'a str, is_last: bool) -> Vec<&'a str> {
        let separator = if list.contains(' ') { ' ' } else { ',' };
        let mut words: Vec<_> = list.split(separator).collect();
        if self.cut && is_last {
            words.pop();
        }
        words
    }

    /// What is not found in a list that was cut may have been behind the cut.
    fn known(&self, found: bool) -> Option<bool> {
        if found || !self.cut { Some(found) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Encoding, Headers};

    fn permissions(events: &str, api: &str, cut: bool) -> Permissions {
        Permissions { events: Some(events.into()), api: Some(api.into()), log: Some(false), cut }
    }

    #[test]
    fn events_and_their_subclasses() {
        let some = permissions("CHANNEL_ANSWER dtmf CUSTOM a::b HEARTBEAT", "", false);
        for (name, allowed) in [
            (EventName::ChannelAnswer, true),
            (EventName::Dtmf, true),
            (EventName::Custom, true),
            // Behind CUSTOM it is a subclass.
            (EventName::Heartbeat, false),
            (EventName::All, false),
        ] {
            assert_eq!(some.allows_event(&name), Some(allowed), "{name}");
        }
        assert_eq!(some.allows_subclass("a::b"), Some(true));
        assert_eq!(some.allows_subclass("HEARTBEAT"), Some(true));
        assert_eq!(some.allows_subclass("A::B"), Some(false));
        assert_eq!(some.allows_subclass("CHANNEL_ANSWER"), Some(false));
        let all = permissions("ALL", "", false);
        assert_eq!(all.allows_event(&EventName::Dtmf), Some(true));
        assert_eq!(all.allows_subclass("a::b"), Some(false));
        let unlisted = permissions("all", "all", false);
        assert_eq!(unlisted.allows_event(&EventName::Dtmf), Some(true));
        assert_eq!(unlisted.allows_subclass("a::b"), None);
    }

    /// Commas separate only where there is no blank at all.
    #[test]
    fn a_blank_or_a_comma() {
        let commas = permissions("DTMF,HEARTBEAT,CUSTOM,a::b", "status,version", false);
        assert_eq!(commas.allows_event(&EventName::Heartbeat), Some(true));
        assert_eq!(commas.allows_subclass("a::b"), Some(true));
        assert_eq!(commas.allows_api("version"), Some(true));
        let both = permissions("DTMF,HEARTBEAT CUSTOM a::b,c::d", "status,version uptime", false);
        assert_eq!(both.allows_event(&EventName::Heartbeat), Some(false));
        assert_eq!(both.allows_subclass("c::d"), Some(false));
        assert_eq!(both.allows_subclass("a::b,c::d"), Some(true));
        assert_eq!(both.allows_api("version"), Some(false));
        assert_eq!(both.allows_api("uptime"), Some(true));
    }

    #[test]
    fn api_commands_and_what_runs_others() {
        let some = permissions("", "status bgapi eval uptime", false);
        for (command, allowed) in [
            ("status", true),
            ("status full", true),
            ("Status", false),
            ("", false),
            ("reloadxml", false),
            ("bgapi", true),
            ("bgapi uptime", true),
            ("bgapi show channels", false),
            ("bgapi eval uptime x", true),
            ("bgapi eval reloadxml", false),
            ("expand status", false),
        ] {
            assert_eq!(some.allows_api(command), Some(allowed), "{command}");
        }
    }

    #[test]
    fn the_log_is_a_word_or_nothing() {
        for (line, log) in
            [("true", Some(true)), ("false", Some(false)), ("tru", None), ("fals", None), ("", None)]
        {
            let lines = format!("Reply-Text: +OK accepted\nAllowed-LOG: {line}\n");
            let headers = Headers::from_lines(lines.into(), Encoding::Raw);
            assert_eq!(Permissions::from_reply(&CommandReply::from_headers(headers), true).log, log);
        }
    }

    #[test]
    fn behind_a_cut_nothing_is_known() {
        let mut cut = permissions("DTMF HEARTBEAT", "status vers", true);
        cut.log = None;
        assert_eq!(cut.allows_event(&EventName::Dtmf), Some(true));
        assert_eq!(cut.allows_event(&EventName::ChannelAnswer), None);
        assert_eq!(cut.allows_api("status"), Some(true));
        assert_eq!(cut.allows_api("version"), None);
        // It may be the beginning of a longer word.
        assert_eq!(cut.allows_api("vers"), None);
        let nothing = Permissions { cut: true, ..Permissions::default() };
        assert_eq!(nothing.allows_api("status"), None);
        let password = Permissions::default();
        assert_eq!(password.allows_api("status"), Some(true));
        assert_eq!(password.allows_subclass("a::b"), Some(true));
    }
}
