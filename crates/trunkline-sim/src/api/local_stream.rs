//! `local_stream`: music that plays for all who listen (`mod_local_stream.c`). The streams are those of
//! `local_stream.conf`, where a configuration was loaded that has one, but for those whose directories are said to be missing; nothing is in
//! the others.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::{is_true, split_spaces};
use crate::xml::Node;

pub(super) const COMMANDS: &[(&str, Command)] = &[("local_stream", local_stream)];

const SYNTAX: &str = "-USAGE: <show|start|reload|stop|hup> <local_stream_name>\n";

/// The names of streams that are stopped, and of those that are read again.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    stopped: Vec<String>,
    reloading: Vec<String>,
}

fn local_stream(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 5);
    let words: Vec<String> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let Some((action, rest)) = words.split_first() else { return SYNTAX.into() };
    let action = action.to_ascii_lowercase();
    let Some((name, rest)) = rest.split_first() else {
        let line = |stream: &Node| {
            let [name, path] = ["name", "path"].map(|attribute| stream.attribute_or_empty(attribute));
            format!("{name},{path}\n")
        };
        return if action == "show" { streams(core).map(line).collect() } else { String::new() }.into();
    };
    let found = streams(core).find(|stream| stream.attribute("name") == Some(name)).cloned();
    let state = &mut core.stores.streams;
    match (action.as_str(), found) {
        ("show", Some(stream)) => shown(state, &stream, rest.last().is_some_and(|word| word == "xml")).into(),
        ("show" | "stop" | "reload", None) => format!("-ERR Cannot locate local_stream {name}!\n").into(),
        ("stop", Some(_)) => {
            state.stopped.push(name.clone());
            "+OK".into()
        }
        ("reload", Some(_)) => {
            state.reloading.push(name.clone());
            "+OK".into()
        }
        ("start", Some(_)) => {
            state.stopped.retain(|stopped| stopped != name);
            format!("+OK stream: {name}").into()
        }
        ("hup", Some(_)) => format!("+OK hup stream: {name}").into(),
        ("vol", Some(_)) => format!("+OK vol stream: {name} is 0").into(),
        _ => "".into(),
    }
}

fn streams(core: &Core) -> impl Iterator<Item = &Node> {
    let configuration = core.config.document().find("section", "name", "configuration");
    let file = configuration.and_then(|all| all.find("configuration", "name", "local_stream.conf"));
    let all = file.into_iter().flat_map(|file| file.all("directory"));
    all.filter(|stream| !core.config.is_missing(stream.attribute_or_empty("path").as_bytes()))
}

fn shown(state: &Streams, stream: &Node, as_xml: bool) -> String {
    let name = stream.attribute_or_empty("name");
    let param = |wanted: &str, otherwise: &str| {
        let mut params = stream.all("param").filter(|param| param.attribute("name") == Some(wanted));
        params.next().and_then(|param| param.attribute("value")).unwrap_or(otherwise).to_owned()
    };
    let (rate, interval) = (param("rate", "8000"), param("interval", "20"));
    let samples = rate.parse().unwrap_or(8000) / 1000 * interval.parse().unwrap_or(20);
    let is = |holds: bool| if holds { "true" } else { "false" }.to_owned();
    let mut rows = vec![
        ("location", stream.attribute_or_empty("path").to_owned()),
        ("channels", param("channels", "1")),
        ("rate", rate),
        ("interval", interval),
        ("samples", samples.to_string()),
        ("prebuf", param("prebuf", "65536")),
        ("timer", param("timer-name", "soft")),
        ("total", "0".to_owned()),
        ("shuffle", is(is_true(param("shuffle", "false").as_bytes()))),
        ("ready", is(true)),
        ("stopped", is(state.stopped.iter().any(|stopped| stopped == name))),
    ];
    if as_xml {
        // One of them is not closed.
        let row = |(key, value): &(&str, String)| {
            let slash = if *key == "interval" { "" } else { "/" };
            format!("  <{key}>{value}<{slash}{key}>\n")
        };
        let rows: String = rows.iter().map(row).collect();
        return format!("<?xml version=\"1.0\"?>\n<local_stream name=\"{name}\">\n{rows}</local_stream>\n");
    }
    rows.push(("reloading", is(state.reloading.iter().any(|reloading| reloading == name))));
    let row = |(key, value): &(&str, String)| format!("  {:<9} {value}\n", format!("{key}:"));
    format!("{name}\n{}", rows.iter().map(row).collect::<String>())
}
