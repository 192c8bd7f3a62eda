//! Commands about the directory (`mod_commands.c`).

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::directory::{Directory, Place, is_pointer};
use crate::event::Draft;
use crate::text::split_spaces;
use crate::xml::Node;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("domain_data", domain_data),
    ("domain_exists", domain_exists),
    ("find_user_xml", find_user_xml),
    ("group_call", group_call),
    ("in_group", in_group),
    ("list_users", list_users),
    ("user_data", user_data),
    ("user_exists", user_exists),
    ("xml_locate", xml_locate),
];

fn words(invocation: Invocation<'_>) -> Vec<String> {
    let words = split_spaces(invocation.arguments, 9);
    words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

fn truth(holds: bool) -> Outcome {
    if holds { "true".into() } else { "false".into() }
}

/// `name@domain`, or a name of the switch's own domain.
fn at_domain(core: &Core, text: &str) -> (String, String) {
    match text.split_once('@') {
        Some((name, domain)) => (name.to_owned(), domain.to_owned()),
        None => (text.to_owned(), core.domain()),
    }
}

impl Core {
    /// The domain that is meant where none is named (`switch_core_get_domain`).
    pub(crate) fn domain(&self) -> String {
        let known = self.global(b"domain").map(|domain| String::from_utf8_lossy(domain).into_owned());
        known.unwrap_or_else(|| "freeswitch.local".into())
    }
}

/// `<key> <user> <domain>`
fn user(core: &Core, invocation: Invocation<'_>) -> Result<Node, &'static str> {
    match words(invocation).as_slice() {
        [key, user, domain, ..] => core.config.directory.user(key, user, domain).ok_or("can't find user"),
        _ => Err("bad args"),
    }
}

fn user_exists(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    truth(user(core, invocation).is_ok())
}

fn find_user_xml(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match user(core, invocation) {
        Ok(user) => user.to_xml().into(),
        Err(why) => format!("-ERR {why}\n").into(),
    }
}

/// `root`, or `<section> [<tag> <attribute> <value>]`: a part of the files the configuration was loaded from.
fn xml_locate(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = words(invocation);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let document = core.config.document();
    let section = |name: &str| document.find("section", "name", name);
    let found = match words.as_slice() {
        [root] if root.eq_ignore_ascii_case("root") => Some(document),
        [name] => section(name),
        [name, tag, key, value] => section(name).and_then(|section| section.find(tag, key, value)),
        _ => return "-ERR bad args\n".into(),
    };
    found.map_or_else(|| "can't find anything\n".into(), |node| node.to_xml().into())
}

/// `<user>[@<domain>] attr|param|var <name>`
fn user_data(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let [user, kind, key] = words(invocation).try_into().unwrap_or_default();
    let (user, domain) = at_domain(core, &user);
    datum(core.config.directory.user("id:number-alias", &user, &domain).as_ref(), &kind, &key)
}

/// `<domain> attr|param|var <name>`
fn domain_data(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let [domain, kind, key] = words(invocation).try_into().unwrap_or_default();
    datum(core.config.directory.domain(&domain), &kind, &key)
}

fn datum(node: Option<&Node>, kind: &str, key: &str) -> Outcome {
    let Some(node) = node else { return "".into() };
    let (container, element) = match kind {
        "attr" => return node.attribute_or_empty(key).into(),
        "var" => ("variables", "variable"),
        _ => ("params", "param"),
    };
    let named = node.pairs(container, element).filter(|(name, _)| name.eq_ignore_ascii_case(key));
    named.last().map(|(_, value)| value).unwrap_or_default().into()
}

fn domain_exists(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "".into();
    }
    truth(core.config.directory.domain(&invocation.text()).is_some())
}

/// `<user>[@<domain>],<group>`
fn in_group(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let Some((user, group)) = text.split_once(',') else { return truth(false) };
    let (user, domain) = at_domain(core, user);
    let group = core.config.directory.group(&domain, group);
    let users = group.and_then(|group| group.child("users"));
    truth(users.is_some_and(|users| users.find("user", "id", &user).is_some()))
}

/// `<group>[@<domain>][+<flags>]`: how all of a group are called: `A`, at once; `F`, one after the other; `E`, as calls of
/// their own.
fn group_call(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let (group, flags) = text.split_once('+').unwrap_or((&text, ""));
    let delimiter = flags.chars().fold(",", |known, flag| match flag {
        'F' => "|",
        'A' => ",",
        'E' => ":_:",
        _ => known,
    });
    // Flags may stand before the domain's end only.
    let (group, domain) = at_domain(core, group);
    let directory = core.config.directory.clone();
    let legs = core.legs_of(&directory, &group, &domain);
    if legs.is_empty() { "error/NO_ROUTE_DESTINATION".into() } else { legs.join(delimiter).into() }
}

impl Core {
    fn legs_of(&mut self, directory: &Directory, name: &str, domain_name: &str) -> Vec<String> {
        let found = directory.domain(domain_name).zip(directory.group(domain_name, name));
        let Some((domain, group)) = found else { return Vec::new() };
        let users = group.child("users").into_iter().flat_map(|users| users.all("user"));
        let leg = |user: &Node| {
            let id = user.attribute_or_empty("id");
            let own = if is_pointer(user) { directory.user("id", id, domain_name)? } else { user.clone() };
            let levels = [domain, group, &own].map(group_dial_string);
            let Some(dial) = levels.into_iter().flatten().last() else {
                return Some(format!("user/{id}@{domain_name}"));
            };
            let dialed = [("dialed_user", id), ("dialed_group", name), ("dialed_domain", domain_name)];
            let headers =
                dialed.iter().fold(Draft::new(), |headers, (name, value)| headers.header(*name, *value));
            let dial = self.expand_headers(&headers, dial.as_bytes());
            Some(flattened(&String::from_utf8_lossy(&dial)))
        };
        users.filter_map(leg).collect()
    }
}

/// How a group is to call it: `group-dial-string`, or else the last `dial-string`.
fn group_dial_string(node: &Node) -> Option<&str> {
    let named = |wanted: &'static str| {
        node.pairs("params", "param").filter(move |(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let own = named("group-dial-string").next();
    own.or_else(|| named("dial-string").last()).map(|(_, value)| value)
}

/// A dial string with the variables of the whole before each of its legs (`output_flattened_dial_string`).
fn flattened(dial: &str) -> String {
    let mut shared = String::new();
    let mut rest = dial;
    while let Some((block, more)) = rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
        // A variable's reference may end in the block.
        shared.push_str(&format!("[{block}]"));
        rest = more;
    }
    let mut out = String::new();
    for leg in rest.split_inclusive([',', '|']) {
        out.push_str(&shared);
        out.push_str(leg);
    }
    out
}

/// `[user <user>] [domain <domain>] [group <group>] [context <context>]`
fn list_users(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    const HEAD: &str =
        "userid|context|domain|group|contact|callgroup|effective_caller_id_name|effective_caller_id_number\n";
    let words = words(invocation);
    if words.len() >= 9 {
        return "-USAGE: [group <group>] [domain <domain>] [user <user>] [context <context>]\n".into();
    }
    let wanted = |name: &str| {
        let place = words.iter().rposition(|word| word.eq_ignore_ascii_case(name))?;
        words.get(place + 1).map(String::as_str)
    };
    let is = |name: &str, value: &str| wanted(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
    let directory = core.config.directory.clone();
    let mut out = HEAD.to_owned();
    for domain in directory.domains().filter(|domain| is("domain", domain.attribute_or_empty("name"))) {
        for place in directory.listed(domain) {
            let row = Row::of(&directory, &place);
            let named = is("group", &row.group) && is("user", &row.id);
            if named && wanted("context").is_none_or(|context| context.eq_ignore_ascii_case(&row.values[0])) {
                let asked = format!("*/{}@{}", row.id, row.domain);
                let contact = core.run_inner(b"sofia_contact", asked.as_bytes()).unwrap_or_default();
                out.push_str(&row.line(&String::from_utf8_lossy(&contact)));
            }
        }
    }
    (out + "\n+OK\n").into()
}

/// A line of `list_users`.
struct Row {
    id: String,
    domain: String,
    group: String,
    /// In the order of [`LISTED`].
    values: [String; 4],
}

/// The variables that are listed.
const LISTED: [&str; 4] =
    ["user_context", "callgroup", "effective_caller_id_name", "effective_caller_id_number"];

impl Row {
    fn of(directory: &Directory, place: &Place<'_>) -> Self {
        let domain = place.domain.attribute_or_empty("name").to_owned();
        let id = place.user.attribute_or_empty("id").to_owned();
        let meant = if is_pointer(place.user) { directory.user("id", &id, &domain) } else { None };
        let levels = [Some(place.domain), place.group, Some(meant.as_ref().unwrap_or(place.user))];
        let values = LISTED.map(|name| {
            let pairs = levels.into_iter().flatten().flat_map(|level| level.pairs("variables", "variable"));
            let named = pairs.filter(|(known, _)| known.eq_ignore_ascii_case(name));
            named.last().map(|(_, value)| value.to_owned()).unwrap_or_default()
        });
        let group = place.group.map(|group| group.attribute_or_empty("name").to_owned());
        Self { id, domain, group: group.unwrap_or_default(), values }
    }

    fn line(&self, contact: &str) -> String {
        let Self { id, domain, group, values: [context, callgroup, name, number] } = self;
        format!("{id}|{context}|{domain}|{group}|{contact}|{callgroup}|{name}|{number}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_whole_stand_before_each_leg() {
        for (dial, flat) in [
            ("null/1", "null/1"),
            ("{a=1}null/1,null/2", "[a=1]null/1,[a=1]null/2"),
            ("{a=1}{b=2}[c=3]null/1|null/2", "[a=1][b=2][c=3]null/1|[a=1][b=2]null/2"),
        ] {
            assert_eq!(flattened(dial), flat, "{dial}");
        }
    }
}
