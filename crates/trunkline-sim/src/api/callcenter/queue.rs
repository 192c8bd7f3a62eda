//! What a queue of `callcenter.conf` is like (`queue_set_config` in `mod_callcenter.c`).

use super::super::json;
use super::STATUSES;
use crate::text::{atoi, is_false, is_number, is_true};
use crate::xml::Node;

/// What a setting can be, and what it is where nothing is said of it.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text(&'static str),
    /// From 0 to 86,400.
    Number(i32),
    Flag(bool),
    /// No setting: how many calls it has had.
    Count,
}

use Kind::{Count, Flag, Number, Text};

const STATUS: &str = "agent-no-answer-status";

/// In the order of the list.
const SETTINGS: &[(&str, Kind)] = &[
    ("strategy", Text("longest-idle-agent")),
    ("moh-sound", Text("")),
    ("time-base-score", Text("queue")),
    ("tier-rules-apply", Flag(false)),
    ("tier-rule-wait-second", Number(0)),
    ("tier-rule-wait-multiply-level", Flag(false)),
    ("tier-rule-no-agent-no-wait", Flag(true)),
    ("discard-abandoned-after", Number(60)),
    ("abandoned-resume-allowed", Flag(false)),
    ("max-wait-time", Number(0)),
    ("max-wait-time-with-no-agent", Number(0)),
    ("max-wait-time-with-no-agent-time-reached", Number(5)),
    ("record-template", Text("")),
    ("calls-answered", Count),
    ("calls-abandoned", Count),
    ("ring-progressively-delay", Number(0)),
    ("skip-agents-with-external-calls", Flag(true)),
    (STATUS, Text("On Break")),
];

/// Not among what the command of `json` lists.
const UNTOLD: [&str; 3] = ["calls-answered", "calls-abandoned", "ring-progressively-delay"];

/// A queue, and its settings in their order.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) name: String,
    values: Vec<String>,
}

impl Queue {
    /// What its element in the file says; values that cannot be are as if nothing was said.
    pub(super) fn read(queue: &Node) -> Self {
        let given = |name: &str| {
            let named =
                |param: &&Node| param.attribute("name").is_some_and(|known| known.eq_ignore_ascii_case(name));
            queue.all("param").find(named)?.attribute("value")
        };
        let values = SETTINGS.iter().map(|(name, kind)| value(name, *kind, given(name)));
        Self { name: queue.attribute_or_empty("name").to_owned(), values: values.collect() }
    }

    /// The names of the columns, and a line break.
    pub(super) fn columns() -> String {
        let names: Vec<String> = SETTINGS.iter().map(|(name, _)| name.replace('-', "_")).collect();
        format!("name|{}\n", names.join("|"))
    }

    pub(super) fn row(&self) -> String {
        format!("{}|{}\n", self.name, self.values.join("|"))
    }

    pub(super) fn to_json(&self) -> String {
        let mut fields = format!("\"name\":{}", json::text(&self.name));
        for ((name, kind), value) in SETTINGS.iter().zip(&self.values) {
            // What was never set is null, and left out.
            if UNTOLD.contains(name) || value.is_empty() {
                continue;
            }
            let value = if matches!(kind, Number(_)) { value.clone() } else { json::text(value) };
            fields.push_str(&format!(",\"{}\":{value}", name.replace('-', "_")));
        }
        format!("{{{fields}}}")
    }
}

fn value(name: &str, kind: Kind, given: Option<&str>) -> String {
    match (kind, given) {
        (Text(usual), Some(given)) if name == STATUS && !STATUSES.contains(&given) => usual.into(),
        (Text(usual), given) => given.unwrap_or(usual).into(),
        (Number(usual), given) => {
            let number = given.map(str::as_bytes).filter(|given| is_number(given)).map(atoi);
            number.filter(|number| (0..=86_400).contains(number)).unwrap_or(usual).to_string()
        }
        (Flag(usual), None) => usual.to_string(),
        (Flag(usual), Some(given)) => {
            (is_true(given.as_bytes()) || (usual && !is_false(given.as_bytes()))).to_string()
        }
        (Count, _) => "0".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_as_if_it_was_not_said() {
        for (name, given, read) in [
            ("strategy", None, "longest-idle-agent"),
            ("strategy", Some("top-down"), "top-down"),
            ("discard-abandoned-after", None, "60"),
            ("discard-abandoned-after", Some("900"), "900"),
            ("discard-abandoned-after", Some("86401"), "60"),
            ("discard-abandoned-after", Some("soon"), "60"),
            ("tier-rule-no-agent-no-wait", None, "true"),
            ("tier-rule-no-agent-no-wait", Some("no"), "false"),
            ("tier-rule-no-agent-no-wait", Some("maybe"), "true"),
            ("tier-rules-apply", Some("maybe"), "false"),
            ("tier-rules-apply", Some("yes"), "true"),
            (STATUS, Some("Logged Out"), "Logged Out"),
            (STATUS, Some("Asleep"), "On Break"),
            ("calls-answered", Some("7"), "0"),
        ] {
            let kind = SETTINGS.iter().find(|(known, _)| *known == name).unwrap().1;
            assert_eq!(value(name, kind, given), read, "{name} {given:?}");
        }
    }
}
