//! Contexts, extensions and conditions as XML has them, taken apart once.

use crate::app::Action;
use crate::dialplan::expression::Expression;
use crate::dialplan::times::Times;
use crate::text::is_true;
use crate::xml::Node;

#[derive(Debug)]
pub(super) struct Context {
    name: String,
    pub(super) extensions: Vec<Extension>,
}

#[derive(Debug)]
pub(super) struct Extension {
    pub(super) name: Option<String>,
    /// Whether the next one is looked at even if this one fits, and how the log tells it.
    pub(super) goes_on: bool,
    pub(super) goes_on_shown: String,
    pub(super) conditions: Vec<Condition>,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) times: Times,
    pub(super) test: Test,
    pub(super) stop: Stop,
    /// How the log tells it.
    pub(super) stop_shown: String,
    pub(super) actions: Vec<Step>,
    pub(super) anti_actions: Vec<Step>,
    /// Whether the conditions within have to hold (`require-nested`).
    pub(super) requires_nested: bool,
    pub(super) nested: Vec<Condition>,
}

#[derive(Debug)]
pub(super) enum Test {
    One(Check),
    /// `regex="all|any|xor"`
    Several(How, Vec<(Times, Check)>),
}

/// How many of several checks have to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    All,
    Any,
    Xor,
}

/// What is compared with what; without a field, nothing is.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) field: Option<String>,
    pub(super) expression: Expression,
}

/// When the conditions after this one are not looked at (`break`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    OnTrue,
    OnFalse,
    Always,
    Never,
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) action: Action,
    pub(super) inline: bool,
    /// How often it is to be executed.
    pub(super) turns: u32,
}

/// The most turns an action is taken at its word for.
const MOST_TURNS: i32 = 1000;

impl Context {
    pub(super) fn parse(node: &Node) -> Self {
        Self {
            name: node.attribute_or_empty("name").to_owned(),
            extensions: node.all("extension").map(Extension::parse).collect(),
        }
    }

    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name)
    }
}

impl Extension {
    fn parse(node: &Node) -> Self {
        let goes_on = node.attribute("continue");
        Self {
            name: node.attribute("name").map(str::to_owned),
            goes_on: goes_on.is_some_and(|word| is_true(word.as_bytes())),
            goes_on_shown: goes_on.unwrap_or("false").to_owned(),
            conditions: node.all("condition").map(Condition::parse).collect(),
        }
    }

    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.name.as_ref().is_some_and(|known| known.as_bytes().eq_ignore_ascii_case(name))
    }
}

impl Condition {
    fn parse(node: &Node) -> Self {
        let test = match node.attribute("regex") {
            Some(how) => Test::Several(
                How::parse(how),
                node.all("regex").map(|check| (Times::parse(check), Check::parse(check))).collect(),
            ),
            None => Test::One(Check::parse(node)),
        };
        let stop = node.attribute("break").and_then(|word| Some((Stop::parse(word)?, word)));
        let (stop, stop_shown) = stop.unwrap_or((Stop::OnFalse, "on-false"));
        Self {
            times: Times::parse(node),
            test,
            stop,
            stop_shown: stop_shown.to_owned(),
            actions: node.all("action").map(Step::parse).collect(),
            anti_actions: node.all("anti-action").map(Step::parse).collect(),
            requires_nested: node.attribute("require-nested").is_none_or(|word| is_true(word.as_bytes())),
            nested: node.all("condition").map(Self::parse).collect(),
        }
    }
}

impl How {
    fn parse(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "all" => Self::All,
            "xor" => Self::Xor,
            _ => Self::Any,
        }
    }

    /// How the log tells it.
    pub(super) fn shown(self) -> &'static str {
        if self == Self::All { "all" } else { "any" }
    }
}

impl Check {
    fn parse(node: &Node) -> Self {
        let expression = match node.child("expression") {
            Some(expression) => expression.text.as_str(),
            None => node.attribute_or_empty("expression"),
        };
        Self { field: node.attribute("field").map(str::to_owned), expression: Expression::new(expression) }
    }
}

impl Stop {
    fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "on-true" => Some(Self::OnTrue),
            "on-false" => Some(Self::OnFalse),
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            _ => None,
        }
    }
}

impl Step {
    fn parse(node: &Node) -> Self {
        let data = if node.text.is_empty() { node.attribute_or_empty("data") } else { &node.text };
        let turns = node.attribute("loop").map_or(1, |turns| crate::text::atoi(turns.as_bytes()));
        Self {
            action: Action::new(node.attribute_or_empty("application"), data.as_bytes()),
            inline: is_true(node.attribute_or_empty("inline").as_bytes()),
            turns: u32::try_from(turns.min(MOST_TURNS)).unwrap_or(0),
        }
    }
}
