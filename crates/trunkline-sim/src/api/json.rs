//! `json`: commands that take and give JSON (`mod_commands.c`, `switch_json_api_execute` in
//! `switch_loadable_module.c`). Of those there are, `fsapi`, `status`, `sofia.status`, the lists of `callcenter_config`,
//! `channelData`, `mediaStats` and `execute` are simulated.

mod channel_data;

use serde_json::Value;

use super::show::table::quote;
use super::{Command, Invocation, Outcome};
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, Command)] = &[("json", json)];

fn json(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    if text.is_empty() {
        return "-ERR No JSON supplied.\n".into();
    }
    let Ok(request) = serde_json::from_str::<Value>(&text) else { return "-ERR Parse error.\n".into() };
    let command = request.get("command").and_then(Value::as_str).unwrap_or_default();
    let answer = request.get("data").and_then(|data| run(core, command, data));
    let compact = compact(&text);
    let is_pretty = request.get("format").and_then(Value::as_str) == Some("pretty");
    let print = |text: &str| if is_pretty { pretty(text) } else { text.to_owned() };
    // What was asked is said again, with the answer put into it.
    let Some(asked) = compact.strip_suffix('}') else { return format!("{}\n", print(&compact)).into() };
    let comma = if asked == "{" { "" } else { "," };
    let answered = match answer {
        Some(Ok(response)) => format!("\"status\":\"success\",\"response\":{response}"),
        Some(Err(response)) => format!(
            "\"status\":\"error\",\"message\":\"The command returned an error\",\"response\":{response}"
        ),
        None => {
            "\"status\":\"error\",\"message\":\"Invalid request or non-existant command\",\"response\":null"
                .into()
        }
    };
    format!("{}\n", print(&format!("{asked}{comma}{answered}}}"))).into()
}

/// What a command answers, well or badly; nothing, if there is none of that name.
fn run(core: &mut Core, command: &str, data: &Value) -> Option<Result<String, String>> {
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    match command {
        "fsapi" => Some(match text("cmd") {
            None => Ok(message("INVALID CALL")),
            Some(name) => {
                let output = core.run_inner(name.as_bytes(), text("arg").unwrap_or_default().as_bytes());
                let output = output.map(|output| message(&String::from_utf8_lossy(&output)));
                output.ok_or_else(|| message("INVALID CALL"))
            }
        }),
        "status" => Some(Ok(status(core))),
        "sofia.status" => Some(Ok(super::sofia::json_status(core, false))),
        "callcenter_config" => {
            super::callcenter::json_list(core, text("arguments").unwrap_or_default(), text("queue_name"))
        }
        "channelData" => Some(channel_data::channel_data(core, text("uuid"))),
        "execute" => Some(Err(response("INVALID INPUT"))),
        "mediaStats" => Some(match text("uuid").and_then(|uuid| core.channels.locate(uuid.as_bytes())) {
            Some(_) => Ok("{}".into()),
            None => Err(response("Session does not exist")),
        }),
        _ => None,
    }
}

pub(super) fn object(name: &str, value: &str) -> String {
    format!("{{\"{name}\":{}}}", text(value))
}

/// A text as JSON has it.
pub(super) fn text(text: &str) -> String {
    let mut quoted = Vec::new();
    quote(text.as_bytes(), &mut quoted);
    format!("\"{}\"", String::from_utf8_lossy(&quoted))
}

fn message(text: &str) -> String {
    object("message", text)
}

fn response(text: &str) -> String {
    object("response", text)
}

fn status(core: &Core) -> String {
    let (statistics, config) = (&core.statistics, &core.config);
    let up = core.now.since(core.started);
    let (seconds, release) = (up.as_secs(), config.release);
    let ready = if core.stores.settings.is_ready() { "ready" } else { "not ready" };
    let rate = core.sessions_last_second();
    format!(
        "{{\"systemStatus\":\"{ready}\",\"uptime\":{{\"years\":{},\"days\":{},\"hours\":{},\"minutes\":{},\
         \"seconds\":{},\"milliseconds\":{},\"microseconds\":{}}},\"version\":\"{} {}\",\"sessions\":{{\
         \"count\":{{\"total\":{},\"active\":{},\"peak\":{},\"peak5Min\":{},\"limit\":{}}},\"rate\":{{\
         \"current\":{rate},\"max\":{},\"peak\":{peak},\"peak5Min\":{peak}}}}},\"idleCPU\":{{\"used\":0,\
         \"allowed\":99}},\"stackSizeKB\":{{\"current\":240,\"max\":8192}}}}",
        seconds / 31_536_000,
        seconds % 31_536_000 / 86_400,
        seconds % 86_400 / 3600,
        seconds % 3600 / 60,
        seconds % 60,
        up.subsec_millis(),
        up.subsec_micros() % 1000,
        release.number(),
        release.revision_for_people(),
        statistics.sessions,
        core.channels.len(),
        statistics.peak,
        statistics.peak_five_minutes,
        config.max_sessions,
        config.sessions_per_second,
        peak = statistics.peak_per_second,
    )
}

/// JSON without the blanks between its parts.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let kept = quoted || !letter.is_ascii_whitespace();
        if *letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = *letter == '\\' && !escaped;
        kept
    };
    text.chars().filter(keep).collect()
}

/// Compact JSON as cJSON prints it for people: each member of an object on a line of its own, lists in one.
pub(super) fn pretty(compact: &str) -> String {
    let (mut out, mut lists, mut quoted, mut escaped) = (String::new(), Vec::new(), false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"\t".repeat(depth));
    };
    let mut letters = compact.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = letter == '\\' && !escaped;
        if !quoted && letter == '}' {
            lists.pop();
            line(&mut out, lists.len());
        }
        out.push(letter);
        match letter {
            _ if quoted => {}
            '{' | '[' => {
                lists.push(letter == '[');
                if letter == '{' && letters.peek() != Some(&'}') {
                    line(&mut out, lists.len());
                }
            }
            ']' => {
                lists.pop();
            }
            ',' if lists.last() == Some(&true) => out.push(' '),
            ',' => line(&mut out, lists.len()),
            ':' => out.push('\t'),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a real switch prints it.
    #[test]
    fn what_is_for_people_has_lines_and_tabs() {
        let compact = "{\"data\":{},\"b\":[1,\"x: {,\\\"\",{\"c\":[]}],\"d\":{\"e\":0}}";
        let lines = "{\n\t\"data\":\t{\n\t},\n\t\"b\":\t[1, \"x: {,\\\"\", {\n\t\t\t\"c\":\t[]\n\t\t}],\n\
                     \t\"d\":\t{\n\t\t\"e\":\t0\n\t}\n}";
        assert_eq!(pretty(compact), lines);
    }

    #[test]
    fn blanks_go_but_not_from_texts() {
        assert_eq!(
            compact("{ \"a b\" : \"c \\\" d\" ,\n\"e\": [1, 2] }"),
            "{\"a b\":\"c \\\" d\",\"e\":[1,2]}"
        );
    }
}
