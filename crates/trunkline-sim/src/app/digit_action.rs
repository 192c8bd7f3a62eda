//! Digits bound to actions: `bind_digit_action`, `clear_digit_action` and `digit_action_set_realm` (`mod_dptools.c`).

mod parser;

use std::time::Duration;

use trunkline_proto::EventName;

use super::{Action as Execution, Application, Broadcast, Presses, Progress};
use crate::channel::ChannelId;
use crate::core::{Core, Task};
use crate::event::{Draft, Fired, Origin, origin};
use crate::log;
use crate::text::{atoi, split};
use parser::{Heard, Parser};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("bind_digit_action", bind_digit_action),
    ("clear_digit_action", clear_digit_action),
    ("digit_action_set_realm", digit_action_set_realm),
];

const USAGE: &str = "<realm>,<digits|~regex>,<string>[,<value>][,<dtmf target leg>][,<event target leg>]";
const SET_REALM_USAGE: &str = "<realm>[,<target>]";

/// The actions bound on a channel: to digits it receives, and to those that the other leg sends there.
#[derive(Debug, Default)]
pub(crate) struct DigitActions {
    received: Option<Parser<Action>>,
    sent: Option<Parser<Action>>,
}

/// Whom something is for (`switch_digit_action_target_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Own,
    Peer,
    Both,
}

/// What digits have a call do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Action {
    string: Vec<u8>,
    value: Vec<u8>,
    target: Target,
}

/// What an action's string says.
#[derive(Debug, PartialEq, Eq)]
enum Kind<'a> {
    /// A header of the event alone.
    Header(&'a [u8]),
    /// An application, with flags.
    Exec(&'a [u8], &'a [u8]),
    Api(&'a [u8]),
}

impl Target {
    fn parse(text: &[u8]) -> Self {
        match text.to_ascii_lowercase().as_slice() {
            b"peer" => Self::Peer,
            b"both" => Self::Both,
            _ => Self::Own,
        }
    }

    /// Whose digits are meant.
    fn presses(self) -> &'static [Presses] {
        match self {
            Self::Own => &[Presses::Received],
            Self::Peer => &[Presses::Sent],
            Self::Both => &[Presses::Sent, Presses::Received],
        }
    }
}

impl Action {
    fn kind(&self) -> Kind<'_> {
        let string = self.string.as_slice();
        let begins =
            |word: &[u8]| string.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let rest = string.get(4..).unwrap_or_default();
        if begins(b"api:") {
            return Kind::Api(rest);
        }
        if !begins(b"exec") {
            return Kind::Header(string);
        }
        match (rest.strip_prefix(b":"), rest.strip_prefix(b"[")) {
            (Some(app), _) => Kind::Exec(b"", app),
            (_, Some(flags)) => {
                let end = flags.windows(2).position(|part| part == b"]:");
                let parts = end.and_then(|end| Some((flags.get(..end)?, flags.get(end + 2..)?)));
                parts.map_or(Kind::Header(rest), |(flags, app)| Kind::Exec(flags, app))
            }
            _ => Kind::Header(rest),
        }
    }
}

impl DigitActions {
    fn side(&mut self, presses: Presses) -> &mut Option<Parser<Action>> {
        match presses {
            Presses::Received => &mut self.received,
            Presses::Sent => &mut self.sent,
        }
    }
}

/// `<realm>,<digits|~regex>,<string>[,<value>[,<whose digits>[,<whom it is for>]]]`
fn bind_digit_action(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split(data, b',', 6);
    let [realm, digits, string, rest @ ..] = words.as_slice() else { return core.action_usage(id) };
    if realm.is_empty() || digits.is_empty() || string.is_empty() {
        return core.action_usage(id);
    }
    let target = |place: usize| rest.get(place).map_or(Target::Own, |word| Target::parse(word));
    let value = rest.first().cloned().unwrap_or_default();
    let action = Action { string: string.clone(), value, target: target(2) };
    let (realm, digits) = (String::from_utf8_lossy(realm), String::from_utf8_lossy(digits));
    for presses in target(1).presses() {
        core.bind_action(id, *presses, &realm, &digits, action.clone());
    }
    Progress::Done
}

/// `<realm>|all[,<whose digits>]`
fn clear_digit_action(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if data.is_empty() {
        core.log(log::WARNING, &origin::CLEAR_ACTION_USAGE, "clear_digit_action called with no args");
        return Progress::Done;
    }
    let (realm, target) = realm_and_target(data);
    for presses in target.presses() {
        let Some(actions) = core.channels.get_mut(id).and_then(|channel| channel.digit_actions.as_mut())
        else {
            return Progress::Done;
        };
        let side = actions.side(*presses);
        let Some(parser) = side else { continue };
        if realm.is_empty() || realm.eq_ignore_ascii_case("all") {
            *side = None;
            core.tell_of_parser(log::INFO, &origin::CLEAR_ACTIONS, "Clearing all realms");
            continue;
        }
        let used = parser.clear_realm(&realm);
        core.tell_of_parser(log::INFO, &origin::CLEAR_REALM, &format!("Clearing realm '{realm}'"));
        if used {
            let text = format!("'{realm}' was the active realm, no realm currently selected.");
            core.tell_of_parser(log::WARNING, &origin::CLEAR_REALM_IN_USE, &text);
        }
    }
    Progress::Done
}

/// `<realm>[,<whose digits>]`. (Without any, it is the end of a real switch.)
fn digit_action_set_realm(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    if data.is_empty() {
        let text = format!("Syntax Error, USAGE {SET_REALM_USAGE}");
        core.log_session(log::WARNING, &origin::SET_REALM_USAGE, id, |_| text.clone());
        return Progress::Done;
    }
    let (realm, target) = realm_and_target(data);
    // There is no parser for both.
    let [presses] = target.presses() else { return Progress::Done };
    let actions = core.channels.get_mut(id).and_then(|channel| channel.digit_actions.as_mut());
    let Some(parser) = actions.and_then(|actions| actions.side(*presses).as_mut()) else {
        return Progress::Done;
    };
    if parser.set_realm(&realm) {
        core.tell_of_parser(log::INFO, &origin::SET_REALM, &format!("Setting realm to '{realm}'"));
    } else {
        core.tell_of_parser(
            log::ERR,
            &origin::SET_REALM_FAILED,
            &format!("Error Setting realm to '{realm}'"),
        );
    }
    Progress::Done
}

fn realm_and_target(data: &[u8]) -> (String, Target) {
    let mut parts = data.splitn(2, |byte| *byte == b',');
    let realm = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    (realm, parts.next().map_or(Target::Own, Target::parse))
}

/// How long after a digit another one may come, unless a variable says so.
const DIGIT_TIMEOUT: i32 = 1500;

impl Core {
    fn action_usage(&mut self, id: ChannelId) -> Progress {
        let text = format!("Syntax Error, USAGE {USAGE}");
        self.log_session(log::WARNING, &origin::BIND_ACTION_USAGE, id, |_| text.clone());
        Progress::Done
    }

    fn tell_of_parser(&mut self, level: u8, origin: &Origin, text: &str) {
        self.log(level, origin, &format!("Digit parser DPTOOLS: {text}"));
    }

    fn bind_action(&mut self, id: ChannelId, presses: Presses, realm: &str, digits: &str, action: Action) {
        let milliseconds = |name: &str, usual: i32| {
            let given = self.channel_variable(id, name.as_bytes()).map_or(usual, atoi);
            Duration::from_millis(u64::try_from(given).unwrap_or(0))
        };
        let timeouts = (
            milliseconds("bind_digit_digit_timeout", DIGIT_TIMEOUT),
            milliseconds("bind_digit_input_timeout", 0),
        );
        let terminators = self.channel_variable(id, b"bda_terminators").map(<[u8]>::to_vec);
        let priority = matches!(action.kind(), Kind::Exec(flags, _) if flags.contains(&b'P'));
        let Some(channel) = self.channels.get_mut(id) else { return };
        let side = channel.digit_actions.get_or_insert_default().side(presses);
        let parser = side.get_or_insert_with(|| Parser::new(timeouts.0, timeouts.1));
        let is_other = parser.bind(realm, digits, priority, action);
        let lacks_realm = terminators.is_some_and(|terminators| !parser.set_terminators(&terminators));
        if is_other {
            self.tell_of_parser(log::INFO, &origin::SET_REALM, &format!("Setting realm to '{realm}'"));
        }
        if lacks_realm {
            self.log(log::ERR, &origin::NO_REALM, "No realm selected.");
        }
        self.watch_actions(id, presses);
    }

    /// Has the digits that have come looked at when their time is over.
    fn watch_actions(&mut self, id: ChannelId, presses: Presses) {
        let (now, frame) = (self.now, self.config.frame);
        let Some(parser) = self.actions_of(id, presses) else { return };
        let Some(deadline) = parser.deadline(now) else { return };
        let turn = parser.turn;
        self.schedule.at(deadline.after(frame), Task::DigitAction { channel: id, presses, turn });
    }

    fn actions_of(&mut self, id: ChannelId, presses: Presses) -> Option<&mut Parser<Action>> {
        self.channels.get_mut(id)?.digit_actions.as_mut()?.side(presses).as_mut()
    }

    /// A digit, before anything but bound keys hears it; true if there are actions it may be meant for, and goes no
    /// further.
    pub(crate) fn actions_hear(&mut self, id: ChannelId, digit: u8, presses: Presses) -> bool {
        let now = self.now;
        let Some(parser) = self.actions_of(id, presses) else { return false };
        let heard = parser.feed(digit, now);
        self.digits_heard(id, presses, heard);
        true
    }

    /// No digit has come for a while.
    pub(crate) fn actions_wait(&mut self, id: ChannelId, presses: Presses, turn: u64) {
        let Some(parser) = self.actions_of(id, presses).filter(|parser| parser.turn == turn) else { return };
        let heard = parser.ping(true);
        self.digits_heard(id, presses, heard);
    }

    fn digits_heard(&mut self, id: ChannelId, presses: Presses, heard: Heard<Action>) {
        match heard {
            Heard::Waits => {}
            Heard::Means(action, digits) => self.digits_mean(id, &action, &digits),
            Heard::Nothing(digits) => self.digits_mean_nothing(id, presses, &digits),
        }
        self.watch_actions(id, presses);
    }

    /// The digits are as if there was no action (`digit_nomatch_action_callback`).
    fn digits_mean_nothing(&mut self, id: ChannelId, presses: Presses, digits: &[u8]) {
        let partner = self.partner(id).filter(|_| presses == Presses::Sent);
        let leg = partner.unwrap_or(id);
        self.note_digits(leg, "last_non_matching_digits", digits);
        let mut event = Draft::new();
        event.push("digits", digits);
        self.queue_action_event(leg, event);
        self.press(leg, digits);
    }

    /// (`digit_action_callback`)
    fn digits_mean(&mut self, id: ChannelId, action: &Action, digits: &[u8]) {
        let partner = self.partner(id).filter(|_| action.target != Target::Own);
        self.act_on(partner.unwrap_or(id), action, digits);
        if partner.is_some() && action.target == Target::Both {
            self.act_on(id, action, digits);
        }
    }

    fn act_on(&mut self, leg: ChannelId, action: &Action, digits: &[u8]) {
        self.note_digits(leg, "last_matching_digits", digits);
        let kind = action.kind();
        let mut event = Draft::new();
        let (Kind::Header(name) | Kind::Exec(_, name) | Kind::Api(name)) = &kind;
        event.push(&*String::from_utf8_lossy(name), &action.value);
        event.push("digits", digits);
        if let Kind::Exec(flags, _) = &kind {
            event.push("execute", if flags.contains(&b'i') { "blocking" } else { "non-blocking" });
        }
        self.queue_action_event(leg, event);
        match kind {
            Kind::Header(_) => {}
            Kind::Exec(flags, app) if flags.contains(&b'i') => {
                let uuid = self.new_uuid();
                self.execute(leg, Execution::new(&String::from_utf8_lossy(app), &action.value), uuid, None);
            }
            Kind::Exec(flags, app) => {
                let holds = action.target != Target::Both && !flags.contains(&b'H');
                let broadcast = Broadcast::parse(&[app, b"::", &action.value].concat());
                self.broadcast_legs(leg, &Broadcast { holds, ..broadcast }, true, false);
            }
            Kind::Api(command) => {
                let output = self.run_inner(command, &action.value).unwrap_or_default();
                self.note_digits(leg, "bind_digit_action_api_result", &output);
            }
        }
    }

    fn note_digits(&mut self, id: ChannelId, name: &str, value: &[u8]) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        if value.is_empty() {
            channel.variables.remove(name.as_bytes());
        } else {
            channel.variables.set(name, value);
        }
    }

    /// An event without a name, for the session itself.
    fn queue_action_event(&mut self, id: ChannelId, event: Draft) {
        let _ = self.queue_to_session(id, Fired::new(EventName::ChannelData, None, event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_action_is() {
        for (string, kind) in [
            ("exec:set", Kind::Exec(b"", b"set")),
            ("EXEC[iP]:set", Kind::Exec(b"iP", b"set")),
            ("exec[i]set", Kind::Header(b"[i]set")),
            ("execute", Kind::Header(b"ute")),
            ("api:eval", Kind::Api(b"eval")),
            ("api", Kind::Header(b"api")),
            ("lab", Kind::Header(b"lab")),
        ] {
            let action = Action { string: string.into(), value: Vec::new(), target: Target::Own };
            assert_eq!(action.kind(), kind, "{string}");
        }
    }
}
