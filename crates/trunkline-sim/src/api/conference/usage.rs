//! The commands of `conference` as they are written (`conference_api_sub_commands` in `conference_api.c`).

/// Each command, the word its usage begins with where that is another one, and its arguments.
const USAGES: &str = include_str!("usage.txt");

/// The usage of each command, in FreeSWITCH's order.
fn usages() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    USAGES.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '\t');
        Some((parts.next()?, parts.next()?, parts.next()?))
    })
}

/// What is said of a command that was not understood.
pub(super) fn usage(command: &str) -> String {
    let found = usages().find(|(name, ..)| name.eq_ignore_ascii_case(command));
    found.map_or_else(String::new, |(_, word, arguments)| format!("{word} {arguments}"))
}

/// The usage that stands at a place of the table.
pub(super) fn at(place: usize) -> String {
    usages().nth(place).map_or_else(String::new, |(_, word, arguments)| format!("{word} {arguments}"))
}

/// A command by its name in any case.
pub(super) fn known(command: &str) -> Option<&'static str> {
    usages().find(|(name, ..)| name.eq_ignore_ascii_case(command)).map(|(name, ..)| name)
}

/// What `conference` alone answers.
pub(super) fn all_with_name() -> String {
    usages().map(|(_, word, arguments)| format!("<conf name> {word} {arguments}\n")).collect()
}

/// What `conference help` answers.
pub(super) fn help() -> String {
    let line = |(_, word, arguments): (&str, &str, &str)| {
        format!("\t\t{word} {arguments}").trim_end_matches(' ').to_owned()
    };
    usages().map(line).collect::<Vec<_>>().join("\n") + "\n"
}
