//! What is to be done later: `sched_*` (`mod_commands.c`, `switch_ivr_async.c`).

use trunkline_proto::HangupCause;

use super::{Command, Invocation, Outcome};
use crate::cause::Cause;
use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::origin;
use crate::scheduler::What;
use crate::text::{atoi, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("sched_api", sched_api),
    ("sched_hangup", sched_hangup),
    ("sched_transfer", sched_transfer),
    ("sched_broadcast", sched_broadcast),
    ("sched_del", sched_del),
    ("unsched_api", unsched_api),
];

const SCHED_USAGE: &str = "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n";

impl Core {
    /// Has a call hung up later, or the one it is bridged to.
    pub(crate) fn schedule_hangup(&mut self, id: ChannelId, when: &[u8], cause: Cause, bleg: bool) {
        let uuid = self.uuid_of(id).into_bytes();
        self.add_task(time(self, when), &uuid.clone(), What::Hangup { uuid, cause, bleg });
    }

    /// Has a call transferred later.
    pub(crate) fn schedule_transfer(&mut self, id: ChannelId, when: &[u8], to: &[Vec<u8>]) -> u32 {
        let uuid = self.uuid_of(id).into_bytes();
        self.add_task(time(self, when), &uuid.clone(), What::Transfer { uuid, to: to.to_vec() })
    }

    /// Has something played to a call later, or to the one it is bridged to, or to both.
    pub(crate) fn schedule_broadcast(
        &mut self,
        id: ChannelId,
        when: &[u8],
        path: &[u8],
        (a, b): (bool, bool),
    ) -> u32 {
        let uuid = self.uuid_of(id).into_bytes();
        let at = time(self, when.strip_prefix(b"@").unwrap_or(when));
        self.add_task(at, &uuid.clone(), What::Broadcast { uuid, path: path.to_vec(), a, b })
    }
}

/// When: `+<seconds>` from now, or seconds since 1970.
fn time(core: &Core, word: &[u8]) -> u64 {
    let seconds = |text: &[u8]| u64::try_from(long(text)).unwrap_or_default();
    match word.strip_prefix(b"+") {
        Some(later) => core.now.as_secs() + seconds(later),
        None => seconds(word),
    }
}

/// `atol`
fn long(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_i64, |number, digit| number.saturating_mul(10).saturating_add((digit - b'0').into()))
}

/// `[+@]<time> <group> <command>[&]`
fn sched_api(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let mut words = invocation.arguments.splitn(3, |byte| *byte == b' ');
    let (Some(when), Some(group), Some(line)) = (words.next(), words.next(), words.next()) else {
        return SCHED_USAGE.into();
    };
    let (at, every) = match when.strip_prefix(b"@") {
        Some(period) => {
            let period = u64::try_from(long(period)).unwrap_or_default();
            (core.now.as_secs() + period, period)
        }
        None => (time(core, when), 0),
    };
    let line = line.strip_suffix(b"&").unwrap_or(line).to_vec();
    let id = core.add_task(at, group, What::Api { line, every });
    format!("+OK Added: {id}\n").into()
}

/// `[+]<time> <uuid> [<cause>]`
fn sched_hangup(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let Some(when) = words.first().filter(|when| !when.is_empty()) else {
        return "-USAGE: [+]<time> <uuid> [<cause>]\n".into();
    };
    let uuid = words.get(1).cloned().unwrap_or_default();
    let Some(id) = core.channels.locate(&uuid) else { return "-ERR No such channel!\n".into() };
    let cause = words.get(2).map_or_else(|| HangupCause::AllottedTimeout.into(), |cause| Cause::parse(cause));
    if atoi(when.get(1..).unwrap_or_default()) == 0 {
        core.hangup(id, cause, &origin::SCHED_HANGUP_NOW);
    } else {
        let at = time(core, when);
        core.add_task(at, &uuid.clone(), What::Hangup { uuid, cause, bleg: false });
    }
    "+OK\n".into()
}

/// `[+]<time> <uuid> <extension> [<dialplan>] [<context>]`
fn sched_transfer(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 6);
    let [when, uuid, to @ ..] = words.as_slice() else { return TRANSFER_USAGE.into() };
    if words.len() > 5 {
        return TRANSFER_USAGE.into();
    }
    if core.channels.locate(uuid).is_none() {
        return "-ERR No such channel!\n".into();
    }
    let at = time(core, when);
    core.add_task(at, uuid, What::Transfer { uuid: uuid.clone(), to: to.to_vec() });
    "+OK\n".into()
}

const TRANSFER_USAGE: &str = "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n";

/// `[[+]<time>|@time] <uuid> <path> [aleg|bleg|both]`
fn sched_broadcast(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 4);
    let [when, uuid, path, legs @ ..] = words.as_slice() else {
        return "-USAGE: [[+]<time>|@time] <uuid> <path> [aleg|bleg|both]\n".into();
    };
    let at = time(core, when.strip_prefix(b"@").unwrap_or(when));
    let (a, b) = match legs.first().map(|legs| legs.to_ascii_lowercase()).as_deref() {
        Some(b"both") => (true, true),
        Some(b"bleg") => (false, true),
        _ => (true, false),
    };
    core.add_task(at, uuid, What::Broadcast { uuid: uuid.clone(), path: path.clone(), a, b });
    "+OK Message scheduled\n".into()
}

/// `<task>|<group>`
fn sched_del(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let count = core.cancel_tasks(invocation.arguments);
    format!("+OK Deleted: {count}\n").into()
}

/// `<task>`
fn unsched_api(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match u32::try_from(long(invocation.arguments)) {
        Ok(0) | Err(_) => "".into(),
        Ok(meant) if core.cancel_task(meant) => "+OK\n".into(),
        Ok(_) => "-ERR No such id\n".into(),
    }
}
