//! Api commands: running them, in front or as jobs, and a file for each family of them.

mod allowlist;
mod callcenter;
mod calls;
mod channels;
mod clock;
mod conference;
mod console;
mod decide;
mod directory;
mod evaluate;
mod expr;
mod fifo;
mod fsctl;
mod globals;
mod host;
mod interfaces;
mod jobs;
mod json;
mod legs;
mod limit;
mod local_stream;
mod lua;
mod media;
mod messages;
mod modules;
mod network;
mod say;
mod sched;
mod server;
mod show;
mod shutdown;
mod sim;
mod sofia;
mod stores;
mod strings;
mod system;
mod timers;
mod words;

use std::collections::{BTreeMap, VecDeque};

use trunkline_proto::EventName;

use crate::config::{Release, SwitchConfig};
use crate::core::Core;
use crate::event::{Draft, origin};
use crate::text::{first_word, trim};
use crate::time::Time;
pub(crate) use interfaces::is_application;
pub(crate) use jobs::Job;
pub(crate) use limit::Most;
pub(crate) use lua::Script;
pub(crate) use network::is_let_in;
pub(crate) use timers::TimerTest;

/// An api command that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CallId(pub(crate) u64);

/// What a command is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Invocation<'a> {
    call: CallId,
    arguments: &'a [u8],
}

impl Invocation<'_> {
    fn text(&self) -> String {
        String::from_utf8_lossy(self.arguments).into_owned()
    }
}

/// What came of starting a command.
pub(crate) enum Outcome {
    Done(Vec<u8>),
    /// It will end by [`Core::finish_call`].
    Waits,
}

impl From<&str> for Outcome {
    fn from(text: &str) -> Self {
        Self::Done(text.into())
    }
}

impl From<&[u8]> for Outcome {
    fn from(text: &[u8]) -> Self {
        Self::Done(text.into())
    }
}

impl From<String> for Outcome {
    fn from(text: String) -> Self {
        Self::Done(text.into_bytes())
    }
}

type Command = fn(&mut Core, Invocation<'_>) -> Outcome;

const FAMILIES: &[&[(&str, Command)]] = &[
    calls::COMMANDS,
    channels::COMMANDS,
    legs::COMMANDS,
    server::COMMANDS,
    conference::COMMANDS,
    jobs::COMMANDS,
    show::COMMANDS,
    shutdown::COMMANDS,
    globals::COMMANDS,
    evaluate::COMMANDS,
    strings::COMMANDS,
    decide::COMMANDS,
    clock::COMMANDS,
    sched::COMMANDS,
    stores::COMMANDS,
    limit::COMMANDS,
    media::COMMANDS,
    sofia::COMMANDS,
    modules::COMMANDS,
    network::COMMANDS,
    words::COMMANDS,
    fifo::COMMANDS,
    fsctl::COMMANDS,
    expr::COMMANDS,
    json::COMMANDS,
    say::COMMANDS,
    messages::COMMANDS,
    callcenter::COMMANDS,
    local_stream::COMMANDS,
    directory::COMMANDS,
    system::COMMANDS,
    lua::COMMANDS,
    host::COMMANDS,
    timers::COMMANDS,
    allowlist::COMMANDS,
    sim::COMMANDS,
];

/// What commands keep from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    pub(crate) hash: stores::Realms,
    pub(crate) db: stores::Realms,
    /// Each url by its group.
    pub(crate) groups: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) limits: limit::Limits,
    pub(crate) settings: fsctl::Settings,
    pub(crate) tasks: crate::scheduler::Tasks,
    modules: modules::Modules,
    words: words::Words,
    aliases: words::Aliases,
    call_center: callcenter::CallCenter,
    streams: local_stream::Streams,
    /// Rows of `show` that no channel stands behind.
    ghosts: Vec<show::Ghost>,
}

impl Stores {
    /// As they are where nobody has put anything in.
    pub(crate) fn new(config: &SwitchConfig, now: Time) -> Self {
        Self { call_center: callcenter::CallCenter::new(config, now.as_secs()), ..Self::default() }
    }
}

/// The name of every command.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.iter().map(|(name, _)| *name))
}

fn find(name: &[u8], release: Release) -> Option<Command> {
    if !release.has_command(name) {
        return None;
    }
    let mut all = FAMILIES.iter().flat_map(|family| family.iter());
    all.find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name)).map(|(_, command)| *command)
}

/// The commands under way, and the answers of those that have ended.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    made: u64,
    running: BTreeMap<CallId, Draft>,
    jobs: BTreeMap<CallId, Job>,
    consoles: BTreeMap<CallId, console::Console>,
    /// What those say that only wait.
    answers: BTreeMap<CallId, Vec<u8>>,
    finished: VecDeque<(CallId, Vec<u8>)>,
}

impl Calls {
    /// What is said of a command nobody knows: `api bgapi` has words of its own for it.
    fn unknown(&self, call: CallId, name: &[u8]) -> Vec<u8> {
        if self.jobs.get(&call).is_some_and(Job::is_of_api) {
            [name, b": Command not found!\n"].concat()
        } else {
            [b"-ERR ".as_slice(), name, b" Command not found!\n"].concat()
        }
    }
}

impl Core {
    pub(crate) fn new_call(&mut self) -> CallId {
        self.calls.made += 1;
        CallId(self.calls.made)
    }

    /// Begins a command; what comes of it is to be taken from [`take_finished`](Self::take_finished).
    pub(crate) fn run_call(&mut self, call: CallId, line: &[u8]) {
        // Only the first blank ends the name: after a second one stands an empty name.
        let (name, arguments) = first_word(line);
        let (name, arguments) = (trim(name), trim(arguments));
        // The event is numbered before the command runs and fired after it.
        let mut event = self.new_event(&EventName::Api, &origin::API).header("API-Command", name);
        if !arguments.is_empty() {
            event.push("API-Command-Argument", arguments);
        }
        self.calls.running.insert(call, event);
        let outcome = match find(name, self.config.release) {
            Some(command) => command(self, Invocation { call, arguments }),
            None => Outcome::Done(self.calls.unknown(call, name)),
        };
        if let Outcome::Done(output) = outcome {
            self.finish_call(call, output);
        }
        self.settle();
    }

    /// The output of a command that ends at once; of any other, none.
    pub(crate) fn run_at_once(&mut self, name: &[u8], arguments: &[u8]) -> Vec<u8> {
        let call = self.new_call();
        match find(name, self.config.release)
            .map(|command| command(self, Invocation { call, arguments: trim(arguments) }))
        {
            Some(Outcome::Done(output)) => output,
            _ => Vec::new(),
        }
    }

    /// What a command says that another one runs (`switch_api_execute`); nothing, if nobody knows it.
    pub(crate) fn run_inner(&mut self, name: &[u8], arguments: &[u8]) -> Option<Vec<u8>> {
        let mut event = self.new_event(&EventName::Api, &origin::API).header("API-Command", name);
        if !arguments.is_empty() {
            event.push("API-Command-Argument", arguments);
        }
        let output = find(name, self.config.release).map(|_| self.run_at_once(name, arguments));
        self.fire(&EventName::Api, event);
        output
    }

    /// A command has ended.
    pub(crate) fn finish_call(&mut self, call: CallId, output: Vec<u8>) {
        let Some(event) = self.calls.running.remove(&call) else { return };
        self.fire(&EventName::Api, event);
        if let Some(job) = self.calls.jobs.remove(&call) {
            self.finish_job(job, &output);
        }
        if let Some(console) = self.calls.consoles.remove(&call) {
            return self.resume_console(console, &output);
        }
        self.calls.finished.push_back((call, output));
    }

    /// A command has waited for as long as it was to.
    pub(crate) fn call_over(&mut self, call: CallId) {
        let output = self.calls.answers.remove(&call).unwrap_or_default();
        self.finish_call(call, output);
    }

    /// Something else than a command, which somebody waits for in the same way, has ended.
    pub(crate) fn end_call(&mut self, call: CallId, output: Vec<u8>) {
        self.calls.finished.push_back((call, output));
    }

    /// The next command that has ended, and its output.
    pub(crate) fn take_finished(&mut self) -> Option<(CallId, Vec<u8>)> {
        self.calls.finished.pop_front()
    }
}
