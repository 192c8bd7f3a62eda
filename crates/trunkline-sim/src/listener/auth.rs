//! Coming in, and what one may do then (`parse_command` and `auth_api_command` in `mod_event_socket.c`).

use std::collections::BTreeSet;

use trunkline_proto::{EventName, EventSet};

use super::Listener;
use crate::config::{SwitchConfig, User};
use crate::text::{first_word, trim};

/// What a connection may do.
#[derive(Debug)]
pub(crate) struct Rights {
    events: Option<AllowedEvents>,
    api: Option<BTreeSet<Vec<u8>>>,
    pub(crate) log: bool,
}

#[derive(Debug, Default)]
struct AllowedEvents {
    names: EventSet,
    subclasses: BTreeSet<Vec<u8>>,
}

impl Default for Rights {
    fn default() -> Self {
        Self { events: None, api: None, log: true }
    }
}

/// Commands that run another one, which has to be allowed as well.
const WRAPPERS: [&[u8]; 5] = [b"bgapi", b"sched_api", b"eval", b"expand", b"xml_wrap"];

impl Rights {
    fn of(user: &User) -> Self {
        Self {
            events: user.allowed_events.as_deref().map(allowed_events),
            api: user.allowed_api.as_deref().map(|list| words(list).map(Vec::from).collect()),
            log: user.allowed_log,
        }
    }

    pub(crate) fn allows_event(&self, name: &EventName) -> bool {
        self.events.as_ref().is_none_or(|allowed| allowed.names.is_all() || allowed.names.has(name))
    }

    pub(crate) fn allows_subclass(&self, subclass: &[u8]) -> bool {
        self.events.as_ref().is_none_or(|allowed| allowed.subclasses.contains(subclass))
    }

    /// Whether a command line may be run: its first word as it is spelt, and what that word runs in turn.
    pub(crate) fn allows_api(&self, line: &[u8]) -> bool {
        let Some(allowed) = &self.api else { return true };
        let mut line = line;
        loop {
            let (name, arguments) = first_word(line);
            if !allowed.contains(name) {
                return false;
            }
            let arguments = trim(arguments);
            if !WRAPPERS.contains(&name) || arguments.is_empty() {
                return true;
            }
            line = arguments;
        }
    }
}

/// With a space anywhere, spaces separate; else commas.
fn words(list: &str) -> impl Iterator<Item = &str> {
    let separator = if list.contains(' ') { ' ' } else { ',' };
    list.split(separator).filter(|word| !word.is_empty())
}

fn allowed_events(list: &str) -> AllowedEvents {
    let mut allowed = AllowedEvents::default();
    let mut words = words(list);
    while let Some(word) = words.next() {
        let name = EventName::from(word);
        if name == EventName::Custom {
            allowed.subclasses.extend(words.by_ref().map(Vec::from));
        }
        allowed.names = allowed.names.with(name);
    }
    allowed
}

impl Listener {
    /// `auth <password>`: whether it is let in.
    pub(crate) fn auth(&mut self, password: &[u8], config: &SwitchConfig) -> bool {
        self.authenticated = password == config.password.as_bytes();
        self.authenticated
    }

    /// `userauth <user>@<domain>:<password>` or `<user>:<password>@<domain>`: what it may do, if it is let in.
    pub(crate) fn userauth(&mut self, argument: &[u8], config: &SwitchConfig) -> Option<String> {
        let argument = String::from_utf8_lossy(argument);
        let (user, rest) = argument.split_once('@')?;
        let (domain, mut password) = rest.split_once(':').unwrap_or((rest, ""));
        let mut id = user;
        if let Some((before, after)) = user.split_once(':') {
            (id, password) = (before, after);
        }
        let known = |user: &&User| user.id == id && user.domain == domain;
        let user = config.users.iter().find(known)?;
        if password.is_empty() || user.password != password {
            return None;
        }
        self.authenticated = true;
        self.rights = Rights::of(user);
        let all = |list: &Option<String>| list.clone().unwrap_or_else(|| "all".into());
        Some(format!(
            "~Reply-Text: +OK accepted\nAllowed-Events: {}\nAllowed-API: {}\nAllowed-LOG: {}\n\n",
            all(&user.allowed_events),
            all(&user.allowed_api),
            user.allowed_log
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_commands_are_looked_into() {
        let rights = Rights::of(&User::new("u", "d", "p").api("status uptime eval bgapi"));
        for (line, allowed) in [
            ("uptime", true),
            ("uptime s", true),
            ("UPTIME", false),
            ("eval uptime", true),
            ("eval hostname", false),
            ("bgapi eval uptime", true),
            ("bgapi eval show", false),
            ("bgapi", true),
            ("show channels", false),
        ] {
            assert_eq!(rights.allows_api(line.as_bytes()), allowed, "{line}");
        }
    }

    #[test]
    fn events_may_be_limited() {
        let rights = Rights::of(&User::new("u", "d", "p").events("CHANNEL_ANSWER CUSTOM a::b"));
        assert!(rights.allows_event(&EventName::ChannelAnswer));
        assert!(rights.allows_event(&EventName::Custom));
        assert!(!rights.allows_event(&EventName::ChannelCreate));
        assert!(rights.allows_subclass(b"a::b"));
        assert!(!rights.allows_subclass(b"a::c"));
        // Naming all events names no subclass.
        let rights = Rights::of(&User::new("u", "d", "p").events("ALL"));
        assert!(rights.allows_event(&EventName::ChannelCreate));
        assert!(!rights.allows_subclass(b"a::b"));
    }
}
