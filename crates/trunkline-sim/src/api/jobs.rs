//! `bgapi`, as a command of the socket and as an api command, and what blocks.

use std::time::Duration;

use trunkline_proto::EventName;

use super::{CallId, Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::{Origin, origin};
use crate::text::{first_word, trim};

pub(super) const COMMANDS: &[(&str, Command)] = &[("bgapi", bgapi), ("msleep", msleep)];

/// A command that runs beside, and ends in BACKGROUND_JOB.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) uuid: Vec<u8>,
    /// The uuid of the channel whose connection began it.
    pub(crate) owner: Option<String>,
    pub(crate) command: Vec<u8>,
    pub(crate) arguments: Vec<u8>,
    pub(crate) origin: Origin,
}

impl Job {
    /// Whether it was begun by `api bgapi`.
    pub(super) fn is_of_api(&self) -> bool {
        self.origin.file == origin::BGAPI_COMMAND_JOB.file
    }
}

impl Core {
    /// Runs a command line as a job; its call.
    pub(crate) fn run_job(
        &mut self,
        uuid: Vec<u8>,
        owner: Option<String>,
        line: &[u8],
        origin: Origin,
    ) -> CallId {
        let (command, arguments) = first_word(line);
        let (command, arguments) = (command.to_vec(), arguments.to_vec());
        let call = self.new_call();
        self.calls.jobs.insert(call, Job { uuid, owner, command, arguments, origin });
        self.run_call(call, line);
        call
    }

    pub(super) fn finish_job(&mut self, job: Job, output: &[u8]) {
        let event = self.new_event(&EventName::BackgroundJob, &job.origin).header("Job-UUID", job.uuid);
        let event = match job.owner {
            Some(owner) => event.header("Job-Owner-UUID", owner),
            None => event,
        };
        let event = event.header("Job-Command", job.command);
        let event = match job.arguments.as_slice() {
            [] => event,
            arguments => event.header("Job-Command-Arg", arguments),
        };
        self.fire(&EventName::BackgroundJob, event.body(output));
    }
}

/// `bgapi [uuid:<id> ]<command>`
fn bgapi(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let line = invocation.arguments;
    let (uuid, line) = match line.strip_prefix(b"uuid:") {
        Some(rest) => {
            let (uuid, line) = first_word(rest);
            (uuid.to_vec(), line)
        }
        None => (core.new_uuid().into_bytes(), line),
    };
    if trim(line).is_empty() {
        return "-ERR Invalid syntax\n".into();
    }
    core.run_job(uuid.clone(), None, line, origin::BGAPI_COMMAND_JOB);
    Outcome::Done([b"+OK Job-UUID: ".as_slice(), &uuid, b"\n"].concat())
}

fn msleep(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.text().trim().parse() {
        Ok(milliseconds) if milliseconds > 0 => {
            core.answer_after(invocation.call, Duration::from_millis(milliseconds), "+OK".into())
        }
        _ => "+OK".into(),
    }
}
