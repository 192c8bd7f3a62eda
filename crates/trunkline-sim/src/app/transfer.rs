//! Applications that send a call elsewhere (`mod_dptools.c`, `switch_core_session_execute_exten` in
//! `switch_core_session.c`).

use std::collections::VecDeque;

use trunkline_proto::HangupCause;

use super::{Action, Activity, Application, Progress};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::endpoint::Endpoint;
use crate::event::origin;
use crate::log;
use crate::text::{split_spaces, trim};

pub(super) const APPLICATIONS: &[(&str, Application)] = &[
    ("transfer", transfer),
    ("execute_extension", execute_extension),
    ("intercept", intercept),
    ("redirect", redirect),
    ("deflect", deflect),
];

/// `[-bleg|-both] <number> [<dialplan>] [<context>]`
fn transfer(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let (legs, rest) = match words.as_slice() {
        [which, rest @ ..] if which.eq_ignore_ascii_case(b"-bleg") => (vec![core.partner(id)], rest),
        [which, rest @ ..] if which.eq_ignore_ascii_case(b"-both") => {
            (vec![core.partner(id), Some(id)], rest)
        }
        rest => (vec![Some(id)], rest),
    };
    let Some(number) = rest.first() else { return Progress::Done };
    for leg in legs.into_iter().flatten() {
        core.transfer(leg, number, rest.get(1).copied(), rest.get(2).copied());
    }
    Progress::Done
}

/// `<number> [<dialplan>] [<context>]`: an extension within the one under way, which then goes on.
fn execute_extension(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let words = split_spaces(data, 4);
    let word = |place: usize| words.get(place).map(Vec::as_slice).filter(|word| !word.is_empty());
    let Some(number) = word(0) else {
        let text = "Usage: <extension> <dialplan> <context>";
        core.log_session(log::ERR, &origin::EXECUTE_EXTENSION_USAGE, id, |_| text.into());
        return Progress::Done;
    };
    if core.extension_depth(id) > MOST_STACKED {
        return Progress::Done;
    }
    match core.extension_for(id, number, word(1), word(2)) {
        Some(actions) if !actions.is_empty() => Progress::Waits(Activity::Extension(actions.into())),
        _ => Progress::Done,
    }
}

/// How many extensions may run within each other (`SWITCH_MAX_STACKS` in `switch_types.h`).
const MOST_STACKED: usize = 32;

impl Core {
    fn extension_depth(&self, id: ChannelId) -> usize {
        let Some(channel) = self.channels.get(id) else { return 0 };
        let extensions = channel.running_apps.iter();
        extensions.filter(|running| matches!(running.activity, Activity::Extension(_))).count()
    }

    /// Takes the next application of an extension that runs within another one.
    pub(super) fn next_of_extension(&mut self, id: ChannelId) -> Option<Action> {
        match &mut self.channels.get_mut(id)?.running_apps.last_mut()?.activity {
            Activity::Extension(actions) => VecDeque::pop_front(actions),
            _ => None,
        }
    }
}

/// `[-bleg] <uuid>`: takes a call away from whoever has it.
fn intercept(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let (b, uuid) = match data.strip_prefix(b"-bleg ") {
        Some(uuid) => (true, trim(uuid)),
        None => (false, trim(data)),
    };
    let found = core.channels.find(uuid);
    let target = if b { found.and_then(|found| core.partner(found)) } else { found };
    if let Some(target) = target.filter(|target| *target != id) {
        core.intercept(id, target);
    }
    Progress::Done
}

fn is_sip(core: &Core, id: ChannelId) -> bool {
    core.channels.get(id).is_some_and(|channel| matches!(channel.endpoint, Endpoint::Sip { .. }))
}

/// `<address>[,<address>…] [<cause>]`: sends a caller who speaks SIP and is not answered elsewhere, which ends the
/// call here.
fn redirect(core: &mut Core, id: ChannelId, data: &[u8]) -> Progress {
    let answered = core.channels.get(id).is_some_and(|channel| channel.answered);
    if !is_sip(core, id) || data.is_empty() {
        return Progress::Done;
    }
    if answered {
        let text = "Too late for redirecting, already answered";
        core.log_session(log::WARNING, &origin::REDIRECT_TOO_LATE, id, |_| text.into());
        return Progress::Done;
    }
    let cause = match split_spaces(data, 128).get(1) {
        Some(cause) => Cause::parse(cause),
        None => HangupCause::NormalUnspecified.into(),
    };
    core.hangup(id, cause, &origin::REDIRECT_HANGUP);
    Progress::Done
}

/// `<address>`: has somebody who speaks SIP call there instead.
fn deflect(core: &mut Core, id: ChannelId, _: &[u8]) -> Progress {
    if is_sip(core, id) {
        core.hangup(id, HangupCause::BlindTransfer, &origin::DEFLECT_HANGUP);
    }
    Progress::Done
}
