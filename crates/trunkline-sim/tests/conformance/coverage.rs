//! Whether every command, application and event that is simulated is in some scenario that the simulator keeps to.

use std::collections::BTreeSet;

use trunkline_sim::simulated;

use crate::scenario::{Action, Expect, Scenario, Verb, What};

/// Commands of the event socket.
const COMMANDS: &[&str] = &[
    "auth",
    "userauth",
    "exit",
    "api",
    "bgapi",
    "event",
    "nixevent",
    "noevents",
    "filter",
    "filter delete",
    "myevents",
    "divert_events",
    "linger",
    "nolinger",
    "sendevent",
    "sendmsg",
    "getvar",
    "log",
    "nolog",
    "connect",
    "resume",
];

/// What `sendmsg` tells a channel to do.
const CALL_COMMANDS: &[&str] = &["execute", "hangup", "nomedia", "unicast", "xferext"];

/// Events that are never fired, though the code names them.
const NOT_FIRED: &[&str] = &["All", "KNOWN", "MYEVENTS", "Other", "Command"];

/// What is in no scenario, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("event TALK", "known by name: what makes it is not simulated"),
    ("event NOTALK", "likewise"),
    ("event DETECTED_SPEECH", "likewise"),
];

/// What the scenarios say and hear.
#[derive(Default)]
struct Covered {
    /// First words of what is sent, and first two.
    commands: BTreeSet<String>,
    /// All that is sent, and all that is expected.
    text: String,
    events: BTreeSet<String>,
}

impl Covered {
    fn of(scenarios: &[Scenario]) -> Self {
        let mut covered = Self::default();
        for scenario in scenarios.iter().filter(|scenario| scenario.pending.is_none()) {
            scenario.steps.iter().for_each(|step| covered.add(&step.action));
        }
        covered
    }

    fn add(&mut self, action: &Action) {
        let Action::Peer { verb, .. } = action else { return };
        match verb {
            Verb::Connect(user) => {
                self.say(if user.is_some() { "userauth" } else { "auth" });
            }
            Verb::Send(text) | Verb::SendMany(_, text) | Verb::SendRaw(text) => self.say(text),
            Verb::Expect(_, expect) => self.hear(expect),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        let text = &text.replace("\\n", "\n");
        let words: Vec<&str> = text.split_whitespace().collect();
        self.commands.extend(words.first().map(|word| word.to_lowercase()));
        self.commands.extend(words.get(..2).map(|words| words.join(" ").to_lowercase()));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn hear(&mut self, expect: &Expect) {
        let Expect::Message(message) = expect else { return };
        let name = match &message.what {
            What::Event(_, name) => name.split(' ').next().unwrap_or_default(),
            What::Connect => "CHANNEL_DATA",
            What::Log | What::Notice => return,
        };
        self.events.insert(name.to_owned());
    }

    /// Whether a word is sent with one of these before it, and with nothing that would make it another one after it.
    fn has(&self, word: &str, beginnings: &[&str]) -> bool {
        let ends =
            |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || "_-".contains(next));
        beginnings.iter().any(|beginning| {
            let sought = format!("{beginning}{word}");
            self.text.match_indices(&sought).any(|(at, found)| ends(&self.text[at + found.len()..]))
        })
    }
}

/// The names of events as the simulator's code has them, in the words of the event socket.
fn fired() -> BTreeSet<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut names = BTreeSet::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = std::fs::read_to_string(path).unwrap();
                let code = code.split("#[cfg(test)]").next().unwrap_or_default();
                names.extend(
                    code.split("EventName::")
                        .skip(1)
                        .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()),
                );
            }
        }
    }
    // Not functions, nor lists such as `EventName::MYEVENTS`.
    let is_one = |name: &String| {
        let is_variant = name.starts_with(|first: char| first.is_ascii_uppercase());
        let is_list = name.len() > 1 && name.chars().all(|letter| letter.is_ascii_uppercase());
        is_variant && !is_list && !NOT_FIRED.contains(&name.as_str())
    };
    names.into_iter().filter(is_one).map(|name| wire_name(&name)).collect()
}

/// `ChannelHangup` is CHANNEL_HANGUP; some names have no `_` where another word begins.
fn wire_name(name: &str) -> String {
    let known = trunkline_proto::EventName::KNOWN.iter().map(ToString::to_string);
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    known.into_iter().find(|known| plain(known) == plain(name)).unwrap_or_else(|| name.to_owned())
}

#[test]
fn everything_simulated_is_in_a_scenario() {
    let scenarios: Result<Vec<_>, _> = crate::scenario::all(&crate::root()).into_iter().collect();
    let covered = Covered::of(&scenarios.unwrap());
    let mut missing = Vec::new();
    let mut check = |kind: &str, name: &str, is_covered: bool| {
        let name = format!("{kind} {name}");
        let is_excepted = EXCEPTIONS.iter().any(|(excepted, _)| *excepted == name);
        match (is_covered, is_excepted) {
            (false, false) => missing.push(name),
            (true, true) => missing.push(format!("{name}, which is no exception any more")),
            _ => {}
        }
    };
    for command in COMMANDS {
        check("command", command, covered.commands.contains(*command));
    }
    for command in CALL_COMMANDS {
        check("sendmsg", command, covered.has(command, &["call-command: "]));
    }
    for command in simulated::api_commands().filter(|command| *command != "sim") {
        check("api", command, covered.has(command, &["api ", "expand ", "${", "sched_api +1 none ", ";;"]));
    }
    for application in simulated::applications() {
        let beginnings = ["execute-app-name: ", "&", "'", ",", ";", "|", "application: ", "inline:"];
        check("application", application, covered.has(application, &beginnings));
    }
    for event in fired() {
        check("event", &event, covered.events.contains(&event));
    }
    assert!(missing.is_empty(), "in no scenario: {missing:#?}");
}
