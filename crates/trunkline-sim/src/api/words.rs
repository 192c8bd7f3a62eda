//! How a line goes on: `console_complete`, `complete`, and aliases (`switch_console.c`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::interfaces::INTERFACES;
use super::show::table::escape;
use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{atoi, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("console_complete", console_complete),
    ("console_complete_xml", console_complete_xml),
    ("complete", complete),
    ("alias", alias),
];

/// Lines of words that modules have told of.
static KNOWN: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let words = |line: &str| line.split('\t').map(str::to_owned).collect();
    include_str!("words.tsv").lines().map(words).collect()
});

/// Most words of a line.
const MOST_WORDS: usize = 10;

/// Lines of words added since.
#[derive(Debug, Default)]
pub(crate) struct Words(Vec<Vec<String>>);

impl Words {
    pub(super) fn all(&self) -> impl Iterator<Item = &[String]> {
        let mut all: Vec<&[String]> = KNOWN.iter().chain(&self.0).map(Vec::as_slice).collect();
        all.sort();
        all.into_iter()
    }
}

/// What a name stands for at the console.
#[derive(Debug)]
pub(crate) struct Alias {
    /// Whether it outlives a restart.
    pub(super) sticky: bool,
    pub(super) command: Vec<u8>,
}

pub(crate) type Aliases = BTreeMap<Vec<u8>, Alias>;

/// `add <word> …`, `del [<word> …|*]`
fn complete(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, MOST_WORDS + 1);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let known = &mut core.stores.words.0;
    match words.split_first() {
        Some((action, words)) if !words.is_empty() && action.eq_ignore_ascii_case("add") => {
            known.push(words.to_vec());
        }
        Some((action, words)) if !words.is_empty() && action.eq_ignore_ascii_case("del") => {
            known.retain(|line| words != ["*"] && !line.starts_with(words));
        }
        _ => return "-USAGE: add <word>|del [<word>|*]\n".into(),
    }
    "+OK\n".into()
}

/// `add|stickyadd <alias> <command>`, `del <alias>|*`
fn alias(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 3);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let aliases = &mut core.stores.aliases;
    match words.as_slice() {
        [b"add" | b"stickyadd", name, command] if name != command => {
            let sticky = words.first() == Some(&b"stickyadd".as_slice());
            aliases.insert(name.to_vec(), Alias { sticky, command: command.to_vec() });
        }
        [b"del", b"*"] => aliases.clear(),
        [b"del", name] => {
            aliases.remove(*name);
        }
        _ => return "-USAGE: [add|stickyadd] <alias> <command> | del [<alias>|*]\n".into(),
    }
    "+OK\n".into()
}

fn console_complete(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let found = find(core, &line(&invocation.text()));
    let mut out = "\n\n".to_owned();
    for (at, word) in found.words.iter().enumerate() {
        out.push_str(&format!("[{word:>20}]\t"));
        if at % 4 == 3 {
            out.push('\n');
        }
    }
    out.push_str("\n\n");
    match found.goes_on() {
        (word, true) => out.push_str(&format!("write={}:{word} ", found.length)),
        ("", false) => {}
        (word, false) => out.push_str(&format!("write={}:{word}", found.length)),
    }
    out.into()
}

fn console_complete_xml(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let found = find(core, &line(&invocation.text()));
    let mut out = "<?xml version=\"1.0\"?>\n<complete>\n".to_owned();
    for word in &found.words {
        out.push_str(&format!("  <match>{}</match>\n", escape(word)));
    }
    let (word, _) = found.goes_on();
    out.push_str(&format!("  <write length=\"{}\">{}</write>\n</complete>\n", found.length, escape(word)));
    out.into()
}

/// The line, up to the cursor that `c=<place>;` sets.
fn line(text: &str) -> String {
    let Some((place, line)) = text.split_once("c=").and_then(|(_, rest)| rest.split_once(';')) else {
        return if text.is_empty() { " ".to_owned() } else { text.to_owned() };
    };
    let cursor = usize::try_from(atoi(place.as_bytes())).unwrap_or(0);
    let end = if cursor > 0 { cursor } else { line.len() };
    line.chars().take(end).collect()
}

/// How a line may go on.
struct Found {
    words: Vec<String>,
    /// Of the word that is begun, in bytes.
    length: usize,
}

impl Found {
    /// What can be written without a choice, and whether that is a whole word.
    fn goes_on(&self) -> (&str, bool) {
        let Some(first) = self.words.first() else { return ("", false) };
        let shared = self.words.iter().fold(first.len(), |shared, word| {
            first.bytes().zip(word.bytes()).take(shared).take_while(|(a, b)| a == b).count()
        });
        (first.get(..shared).unwrap_or_default(), self.words.len() == 1)
    }
}

fn find(core: &Core, line: &str) -> Found {
    let line = line.trim_start_matches(' ');
    let begun = line.rsplit(' ').next().unwrap_or_default();
    let before: Vec<&str> = match line.rsplit_once(' ') {
        Some((before, _)) => before.split(' ').filter(|word| !word.is_empty()).collect(),
        None => Vec::new(),
    };
    let mut words = Vec::new();
    if before.is_empty() {
        let commands = INTERFACES.iter().filter(|interface| interface.kind == "api");
        words.extend(commands.map(|command| command.name.to_owned()).filter(|name| name.starts_with(begun)));
    }
    let mut more: Vec<&str> = core
        .stores
        .words
        .all()
        .filter(|line| fits(line, &before, begun))
        .filter_map(|line| line.get(before.len()).map(String::as_str))
        .collect();
    more.sort_unstable();
    more.dedup();
    for word in more {
        match word.strip_prefix("::") {
            Some(list) => words.extend(listed(core, list).filter(|word| word.starts_with(begun))),
            None if !before.is_empty() || !words.iter().any(|known| known == word) => {
                words.push(word.to_owned());
            }
            None => {}
        }
    }
    Found { words, length: begun.len() }
}

/// Whether a line of known words begins so.
fn fits(line: &[String], before: &[&str], begun: &str) -> bool {
    let is_list = |word: &str| word.starts_with("::");
    let at = |place: usize| line.get(place).map_or("", String::as_str);
    let last = at(before.len());
    let so_far = before.iter().enumerate().all(|(place, word)| {
        let known = at(place);
        // The words before the one that is begun may themselves only be begun, unless that is still empty.
        is_list(known)
            || known.is_empty()
            || if begun.is_empty() { known == *word } else { known.starts_with(word) }
    });
    so_far && (is_list(last) || (!last.is_empty() && last.starts_with(begun)))
}

/// The words of a list: `[a:b:c`, or what there is of something.
fn listed(core: &Core, list: &str) -> Box<dyn Iterator<Item = String>> {
    let words: Vec<String> = match list {
        "console::list_uuid" => core.channels.iter().map(|channel| channel.uuid.clone()).collect(),
        "console::list_loaded_modules" => core.stores.modules.names(),
        "sofia::list_profiles" => core.config.sip.profiles.clone(),
        "sofia::list_gateways" => core.config.sip.gateways.iter().map(|(name, _)| name.clone()).collect(),
        _ => list
            .strip_prefix('[')
            .map(|words| words.split(':').map(str::to_owned).collect())
            .unwrap_or_default(),
    };
    Box::new(words.into_iter())
}
