//! What a channel's variables have it do when something happens to it: `execute_on_…`, `api_on_…`, and the hooks of
//! its end (`switch_channel_execute_on` and `switch_channel_api_on` in `switch_channel.c`, `api_hook` in
//! `switch_core_state_machine.c`).

use super::{Action, Broadcast};
use crate::channel::{Channel, ChannelId};
use crate::core::Core;
use crate::event::{Draft, array_elements, origin};
use crate::expand::needs_expansion;
use crate::log;

/// The values of all variables whose names begin so; each element of those that are arrays.
fn beginning<'a>(variables: impl Iterator<Item = (&'a [u8], &'a [u8])>, prefix: &str) -> Vec<Vec<u8>> {
    let begins = |name: &[u8]| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let values = variables.filter(|(name, _)| begins(name));
    values.flat_map(|(_, value)| array_elements(value).unwrap_or_else(|| vec![value.to_vec()])).collect()
}

/// Parts a value at its first blank or, with `colons`, at its first colon that is not doubled.
fn command(value: &[u8], colons: bool) -> (&[u8], &[u8]) {
    let end = value.iter().enumerate().position(|(at, byte)| match byte {
        b' ' => true,
        b':' if colons => value.get(at + 1) != Some(&b':'),
        _ => false,
    });
    let (name, rest) = value.split_at(end.unwrap_or(value.len()));
    (name, rest.get(1..).unwrap_or_default())
}

impl Core {
    /// Runs what the variables say whose names begin so, the switch's own before the channel's; false if there are
    /// none.
    pub(crate) fn execute_on(&mut self, id: ChannelId, prefix: &str) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        let globals = self.globals.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
        let values = beginning(globals.chain(channel.variables.iter()), prefix);
        for value in &values {
            self.execute_value(id, value);
        }
        !values.is_empty()
    }

    /// `app argument` or `app:argument` now, `app::argument` as soon as the channel's thread looks.
    pub(crate) fn execute_value(&mut self, id: ChannelId, value: &[u8]) {
        let doubled = value.windows(2).position(|pair| pair == b"::");
        let first = value.iter().position(|byte| *byte == b' ' || *byte == b':');
        if doubled.is_some() && doubled == first {
            return self.execute_later(id, &Broadcast::parse(value));
        }
        let (app, argument) = command(value, true);
        let app = String::from_utf8_lossy(app);
        let over = self.channels.get(id).is_none_or(Channel::hung_up);
        if over && !OF_THE_DEAD.iter().any(|known| known.eq_ignore_ascii_case(&app)) {
            return;
        }
        let uuid = self.new_uuid();
        self.execute(id, Action::new(&app, argument), uuid, None);
    }

    /// Runs the commands that the channel's variables say whose names begin so; false if there are none.
    pub(crate) fn api_on(&mut self, id: ChannelId, prefix: &str) -> bool {
        let Some(channel) = self.channels.get(id) else { return false };
        let values = beginning(channel.variables.iter(), prefix);
        for value in &values {
            let (name, arguments) = command(value, false);
            let arguments =
                if needs_expansion(arguments) { self.expand(id, arguments) } else { arguments.to_vec() };
            self.run_inner(name, &arguments);
        }
        !values.is_empty()
    }

    /// Runs the command of a hook, `command arguments` or `command::arguments`, in the end of a call.
    pub(crate) fn run_hook(&mut self, id: ChannelId, variable: &str) {
        let Some(channel) = self.channels.get(id) else { return };
        let Some(value) = channel.variables.get(variable).map(<[u8]>::to_vec) else { return };
        let with_session = channel.variables.is_true("session_in_hangup_hook");
        let mut about = Draft::new();
        // By their own names, without what events put before them.
        for (name, value) in channel.variables.iter() {
            about.push(name, value);
        }
        channel.write_basic(&mut about);
        channel.write_variables(&mut about);
        let at = value.iter().position(|byte| *byte == b':');
        let (name, arguments) = match at {
            Some(at) if value.get(at + 1) == Some(&b':') => {
                (value.get(..at).unwrap_or_default(), value.get(at + 2..).unwrap_or_default())
            }
            _ => command(&value, false),
        };
        let arguments = self.expand_headers(&about, arguments);
        let output = self.run_inner(name, &arguments).unwrap_or_default();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.log_session(log::DEBUG, &origin::HANGUP_HOOK, id, |_| {
            let session = if with_session { "with Session" } else { "with no Session" };
            format!("Hangup Command {session} {}({}):\n{}", text(name), text(&arguments), text(&output))
        });
    }
}

/// Applications that run on a call that is over, too (`SAF_ZOMBIE_EXEC`).
const OF_THE_DEAD: &[&str] = &[
    "bridge_export",
    "eval",
    "event",
    "export",
    "info",
    "log",
    "multiset",
    "multiunset",
    "push",
    "set",
    "set_global",
    "set_profile_var",
    "unset",
    "unshift",
];

/// The variables that a media event looks at.
const MEDIA: &str = "execute_on_media";
const API_MEDIA: &str = "api_on_media";

impl Core {
    /// The call was answered.
    pub(crate) fn run_answer_hooks(&mut self, id: ChannelId, early: bool) {
        self.execute_on(id, "execute_on_answer");
        if !early {
            self.execute_on(id, MEDIA);
            self.api_on(id, API_MEDIA);
        }
        self.api_on(id, "api_on_answer");
    }

    /// The call can be heard before it is answered.
    pub(crate) fn run_early_hooks(&mut self, id: ChannelId) {
        self.execute_on(id, "execute_on_pre_answer");
        self.execute_on(id, MEDIA);
        self.api_on(id, "api_on_pre_answer");
        self.api_on(id, API_MEDIA);
    }

    /// Something happened that has hooks of both kinds; false if there are none.
    pub(crate) fn run_hooks_on(&mut self, id: ChannelId, what: &str) -> bool {
        let executed = self.execute_on(id, &format!("execute_on_{what}"));
        self.api_on(id, &format!("api_on_{what}")) || executed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Variables;

    #[test]
    fn what_is_run_is_parted_from_its_arguments() {
        let parts = |value: &'static str, colons| command(value.as_bytes(), colons);
        assert_eq!(parts("set a=1", true), (&b"set"[..], &b"a=1"[..]));
        assert_eq!(parts("set:a=1 b", true), (&b"set"[..], &b"a=1 b"[..]));
        assert_eq!(parts("answer", true), (&b"answer"[..], &b""[..]));
        assert_eq!(parts("global_setvar a:b=1", false), (&b"global_setvar"[..], &b"a:b=1"[..]));
    }

    #[test]
    fn arrays_and_numbered_names_all_count() {
        let mut variables = Variables::default();
        variables.set("execute_on_answer_2", "b");
        variables.set("other", "x");
        variables.append("EXECUTE_on_answer", "c");
        variables.append("execute_on_answer", "d");
        let values = beginning(variables.iter(), "execute_on_answer");
        assert_eq!(values, [b"b".to_vec(), b"c".to_vec(), b"d".to_vec()]);
    }
}
