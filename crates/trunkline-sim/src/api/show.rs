//! `show`: tables of what is up, and of what there is (`show_function` in `mod_commands.c`); and `help`, which is one
//! of them. It lags behind the calls, as the database does that the real one asks.

mod channels;
mod ghosts;
mod lists;
pub(super) mod table;

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::split_spaces;
pub(crate) use ghosts::Ghost;
use table::{Form, Table};

pub(super) const COMMANDS: &[(&str, Command)] = &[("show", show), ("help", help)];

const USAGE: &str = "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like \
<match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|\
nat_map|say|interfaces|interface_types|tasks|limits|status\n";

/// Lists of one kind of interface, by what their names begin with.
const KINDS: [&str; 9] =
    ["codec", "dialplan", "file", "timer", "chat", "limit", "say", "management", "endpoint"];

/// Most words that are looked at; the last of them takes the rest.
const MOST_WORDS: usize = 6;

fn show(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, MOST_WORDS);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((name, rest)) = words.split_first() else { return USAGE.into() };
    let name = name.to_ascii_lowercase();
    if name.starts_with("status") {
        let output = core.run_inner(name.as_bytes(), rest.first().unwrap_or(&"").as_bytes());
        return Outcome::Done(output.unwrap_or_else(|| b"INVALID COMMAND!\n".to_vec()));
    }
    let Some(asked) = asked(core, &name, rest) else { return USAGE.into() };
    let Some(form) = form(&words, asked.form_at) else {
        let name = words.get(asked.form_at + 1).unwrap_or(&"");
        return format!("-ERR Cannot find format {name}\n").into();
    };
    match asked.how {
        How::Whole => Outcome::Done(asked.table.write(&form)),
        How::Counted => asked.table.count(&form).into(),
        How::Lines => help_text(&asked.table, &form),
    }
}

/// What was asked for.
struct Asked {
    table: Table,
    how: How,
    /// Which word is to be `as`.
    form_at: usize,
}

enum How {
    Whole,
    Counted,
    /// Without its columns and its count.
    Lines,
}

impl From<Table> for Asked {
    fn from(table: Table) -> Self {
        Self { table, how: How::Whole, form_at: 1 }
    }
}

fn asked(core: &Core, name: &str, rest: &[&str]) -> Option<Asked> {
    let only = rest.first().copied().filter(|word| !word.eq_ignore_ascii_case("as"));
    let counts = only.is_some_and(|word| word.eq_ignore_ascii_case("count"));
    Some(match name {
        kind if KINDS.iter().any(|known| kind.starts_with(known)) => {
            lists::of_kind(core, kind.strip_suffix('s').unwrap_or(kind)).into()
        }
        name if name.starts_with("module") => lists::modules(core, only).into(),
        name if name.starts_with("help") => Asked { how: How::Lines, ..lists::help(core).into() },
        "interfaces" => lists::interfaces(core).into(),
        "interface_types" => lists::interface_types(core).into(),
        "application" | "api" => lists::described(core, name, only).into(),
        "tasks" => lists::tasks(core).into(),
        "aliases" => lists::aliases(core).into(),
        "complete" => lists::complete(core).into(),
        "nat_map" => Table::default().into(),
        "channels" if rest.first().is_some_and(|word| word.eq_ignore_ascii_case("like")) => {
            let like = rest.get(1).map(|like| like.replace(['\'', ';'], " "));
            Asked { form_at: 3, ..channels::channels(core, like.as_deref()).into() }
        }
        "channels" => countable(channels::channels(core, None), counts),
        "calls" => countable(channels::calls(core, false, false), counts),
        "registrations" => countable(lists::registrations(core), counts),
        "detailed_calls" => channels::calls(core, true, false).into(),
        "bridged_calls" => channels::calls(core, false, true).into(),
        "detailed_bridged_calls" => channels::calls(core, true, true).into(),
        _ => return None,
    })
}

fn countable(table: Table, counts: bool) -> Asked {
    if counts { Asked { table, how: How::Counted, form_at: 2 } } else { table.into() }
}

/// `as <form>`, there or in the second place. The delimiter is always the word in the fourth place.
fn form(words: &[&str], at: usize) -> Option<Form> {
    let as_at = |at: usize| {
        let named = words.get(at).is_some_and(|word| word.eq_ignore_ascii_case("as"));
        words.get(at + 1).filter(|_| named)
    };
    match as_at(at).or_else(|| as_at(1)) {
        Some(name) => Form::parse(name.as_bytes(), words.get(3).map(|word| word.as_bytes())),
        None => Some(Form::Text(b",".to_vec())),
    }
}

/// Which of them is asked for does not matter: all are listed.
fn help(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let arguments = [b"help ".as_slice(), invocation.arguments].concat();
    let shown = show(core, Invocation { call: invocation.call, arguments: &arguments });
    match (shown, invocation.arguments) {
        (Outcome::Done(text), b"") => Outcome::Done([b"\nValid Commands:\n\n".as_slice(), &text].concat()),
        (shown, _) => shown,
    }
}

fn help_text(table: &Table, form: &Form) -> Outcome {
    let Form::Text(delimiter) = form else { return Outcome::Done(table.write(form)) };
    let mut out = Vec::new();
    table.write_lines(delimiter, &mut out);
    Outcome::Done(out)
}
