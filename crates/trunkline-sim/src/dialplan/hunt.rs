//! Looking for an extension (`dialplan_hunt` and `parse_exten` in `mod_dialplan_xml.c`).

use std::borrow::Cow;

use super::document::{Check, Condition, Context, Extension, How, Step, Stop, Test};
use super::expression::{self, Caught, Expression};
use super::times::Times;
use crate::app::Action;
use crate::channel::{Channel, ChannelId, Variables};
use crate::core::Core;
use crate::event::{Origin, origin};
use crate::log;
use crate::text::{atoi, is_number};

/// How deep conditions may stand within each other.
const DEEPEST: usize = 100;

/// A hunt under way.
struct Hunt<'a> {
    core: &'a mut Core,
    id: ChannelId,
    /// What has been found; none as long as no condition had anything to say.
    found: Option<Vec<Action>>,
    /// In front of log lines.
    indent: String,
    /// How the log calls the extension.
    name: String,
}

/// What a condition's expression caught in what.
struct Match {
    caught: Option<Caught>,
    /// Whether the expression has groups, so that what they caught is put in.
    has_groups: bool,
}

/// How a condition turned out.
struct Outcome {
    /// Whether its actions are taken, or else its anti-actions.
    holds: bool,
    /// Whether the extension goes on.
    proceeds: bool,
    found: Option<Match>,
}

impl Core {
    /// What a context has a channel do; nothing if none of its extensions fits.
    pub(super) fn hunt_in(&mut self, id: ChannelId, context: &Context) -> Option<Vec<Action>> {
        let mut hunt = Hunt { core: self, id, found: None, indent: String::new(), name: String::new() };
        let chosen = hunt.chosen(context);
        for extension in context.extensions.iter().skip(chosen) {
            if hunt.extension(extension) && !extension.goes_on {
                break;
            }
        }
        hunt.found
    }
}

impl Hunt<'_> {
    fn channel(&self) -> Option<&Channel> {
        self.core.channels.get(self.id)
    }

    /// Where to begin: with `auto_hunt`, at the extension named as the number is.
    fn chosen(&self, context: &Context) -> usize {
        let Some(channel) = self.channel().filter(|channel| channel.variables.is_true("auto_hunt")) else {
            return 0;
        };
        let number = channel.profile.as_ref().map(|profile| profile.destination.as_slice());
        let named = |number| context.extensions.iter().position(|extension| extension.is(number));
        number.and_then(named).unwrap_or(0)
    }

    fn extension(&mut self, extension: &Extension) -> bool {
        let name = extension.name.as_deref().unwrap_or("UNKNOWN");
        let goes_on = &extension.goes_on_shown;
        self.core.log_clean(log::DEBUG, &origin::DIALPLAN_PARSING, self.id, |channel| {
            let context = channel.profile.as_ref().map(|p| String::from_utf8_lossy(&p.context).into_owned());
            let (channel, context) = (channel.shown_name(), context.unwrap_or_default());
            format!("Dialplan: {channel} parsing [{context}->{name}] continue={goes_on}")
        });
        self.conditions(&extension.conditions, name, 0)
    }

    /// Goes through conditions; whether the extension is taken.
    fn conditions(&mut self, conditions: &[Condition], name: &str, depth: usize) -> bool {
        let mut proceeds = false;
        for condition in conditions {
            self.at(name, depth);
            let outcome = self.outcome(condition, proceeds);
            proceeds = outcome.proceeds;
            if outcome.holds {
                self.actions(condition, &outcome);
            } else if !condition.anti_actions.is_empty() {
                self.anti_actions(condition);
                proceeds = true;
            }
            match (condition.stop, outcome.holds) {
                (Stop::Always, _) | (Stop::OnTrue, true) | (Stop::OnFalse, false) => break,
                _ => {}
            }
            if proceeds && !condition.nested.is_empty() {
                proceeds = self.nested(condition, name, depth + 1);
                if !proceeds && condition.stop != Stop::Never {
                    break;
                }
            }
        }
        proceeds
    }

    fn nested(&mut self, condition: &Condition, name: &str, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        self.at(name, depth);
        let (level, nest) = (depth, if condition.requires_nested { "TRUE" } else { "FALSE" });
        self.log(&origin::DIALPLAN_RECURSIVE, |_, name| {
            format!("Processing recursive conditions level:{level} [{name}] require-nested={nest}")
        });
        self.conditions(&condition.nested, name, depth) || !condition.requires_nested
    }

    /// Has the log tell how deep it is.
    fn at(&mut self, name: &str, depth: usize) {
        if depth == 0 {
            self.indent.clear();
            name.clone_into(&mut self.name);
        } else {
            self.indent = format!("|{} ", "-".repeat(depth * 4 - 1));
            self.name = format!("{name}_recur_{depth}");
        }
    }

    fn outcome(&mut self, condition: &Condition, proceeds: bool) -> Outcome {
        let times = self.times(&condition.times);
        let mut outcome =
            Outcome { holds: times == Some(true), proceeds: times.unwrap_or(proceeds), found: None };
        let stop = format!("break={}", condition.stop_shown);
        self.tell_times(times, &stop);
        match &condition.test {
            Test::One(check) if check.field.is_some() => {
                let found = self.check(check, &stop);
                outcome.proceeds = found.caught.is_some();
                outcome.holds |= outcome.proceeds;
                outcome.found = Some(found);
            }
            Test::One(_) if times.is_none() => {
                self.tell(&origin::DIALPLAN_ABSOLUTE, "Absolute Condition", "");
                (outcome.holds, outcome.proceeds) = (true, true);
            }
            Test::One(_) => {}
            Test::Several(how, checks) => self.several(*how, checks, &mut outcome),
        }
        outcome
    }

    fn several(&mut self, how: How, checks: &[(Times, Check)], outcome: &mut Outcome) {
        self.change_variables(|variables| variables.remove_beginning(b"DP_REGEX_MATCH"));
        let (mut passed, mut failed) = (0u32, 0u32);
        for (place, (times, check)) in checks.iter().enumerate() {
            let (passes, found) = self.one_of_several(how, times, check, &mut outcome.proceeds);
            if passes {
                passed += 1;
            } else {
                failed += 1;
            }
            let decided = match how {
                How::Any => passes,
                How::All => !passes,
                How::Xor => false,
            };
            if let Some(found) = found.filter(|found| found.has_groups) {
                // What decides is not written down any more.
                if !decided {
                    self.write_down(&format!("DP_REGEX_MATCH_{}", place + 1), found.caught.as_ref());
                }
                outcome.found = Some(found);
            }
            if decided {
                break;
            }
        }
        outcome.holds |= match how {
            How::Xor => passed == 1,
            How::All => failed == 0,
            How::Any => passed > 0,
        };
    }

    /// Whether one of several checks passes, and what it caught.
    fn one_of_several(
        &mut self,
        how: How,
        times: &Times,
        check: &Check,
        proceeds: &mut bool,
    ) -> (bool, Option<Match>) {
        let time = self.times(times);
        self.tell_times(time, "");
        let shown = format!("match={}", how.shown());
        if check.field.is_some() {
            let found = self.check(check, &shown);
            *proceeds = found.caught.is_some();
            return (*proceeds, Some(found));
        }
        if time.is_none() {
            self.tell(&origin::DIALPLAN_REGEX_ABSOLUTE, "Absolute Condition", &shown);
        }
        let passes = time.unwrap_or(true);
        *proceeds |= passes;
        (passes, None)
    }

    /// Looks for an expression in a field.
    fn check(&mut self, check: &Check, shown: &str) -> Match {
        let field = check.field.as_deref().unwrap_or_default();
        let value = self.value_of(field);
        let (caught, text) = self.look(&check.expression, &value);
        let has_groups = text.contains('(');
        let is_one_of_several = shown.starts_with("match");
        let (word, origin) = match (&caught, is_one_of_several) {
            (Some(_), false) => ("PASS", &origin::DIALPLAN_PASS),
            (Some(_), true) => ("PASS", &origin::DIALPLAN_REGEX_PASS),
            (None, false) => ("FAIL", &origin::DIALPLAN_FAIL),
            (None, true) => ("FAIL", &origin::DIALPLAN_REGEX_FAIL),
        };
        self.log(origin, |channel, name| {
            let (channel, value) = (channel.shown_name(), String::from_utf8_lossy(&value));
            format!("{channel} Regex ({word}) [{name}] {field}({value}) =~ /{text}/ {shown}")
        });
        Match { caught, has_groups }
    }

    /// Looks for an expression in a value; what it caught, and what was looked for.
    fn look<'a>(&mut self, expression: &'a Expression, value: &[u8]) -> (Option<Caught>, Cow<'a, str>) {
        if !expression.varies() {
            return (expression.find_in(value), Cow::Borrowed(&expression.text));
        }
        let text = self.core.expand(self.id, expression.text.as_bytes());
        let text = String::from_utf8_lossy(&text).into_owned();
        (expression::find(&text, value), Cow::Owned(text))
    }

    /// A field of the caller profile, or what a text with `$` in it stands for.
    fn value_of(&mut self, field: &str) -> Vec<u8> {
        if field.contains('$') {
            return self.core.expand(self.id, field.as_bytes());
        }
        let profile = self.channel().and_then(|channel| channel.profile.as_ref());
        profile.and_then(|profile| profile.field(field.as_bytes())).unwrap_or_default().to_vec()
    }

    fn actions(&mut self, condition: &Condition, outcome: &Outcome) {
        let caught = outcome.found.as_ref().filter(|found| found.has_groups);
        if let Some(found) = caught {
            self.write_down("DP_MATCH", found.caught.as_ref());
        }
        let nothing = Caught::new();
        for step in &condition.actions {
            let mut action = step.action.clone();
            if let Some(found) = caught {
                action.data = expression::substitute(found.caught.as_ref().unwrap_or(&nothing), &action.data);
            }
            self.take(step, action, "Action", &origin::DIALPLAN_ACTION);
        }
    }

    fn anti_actions(&mut self, condition: &Condition) {
        for step in &condition.anti_actions {
            self.take(step, step.action.clone(), "ANTI-Action", &origin::DIALPLAN_ANTI_ACTION);
        }
    }

    fn take(&mut self, step: &Step, action: Action, kind: &str, origin: &Origin) {
        self.found.get_or_insert_default();
        let inline = if step.inline { "INLINE" } else { "" };
        for _ in 0..step.turns {
            self.log(origin, |channel, _| {
                let data = String::from_utf8_lossy(&action.data);
                format!("{} {kind} {}({data}) {inline}", channel.shown_name(), action.app)
            });
            if step.inline {
                self.core.execute_inline(self.id, action.clone());
            } else if let Some(found) = &mut self.found {
                found.push(action.clone());
            }
        }
    }

    /// Sets a variable to what was caught: an array of it.
    fn write_down(&mut self, name: &str, caught: Option<&Caught>) {
        self.change_variables(|variables| {
            variables.remove(name.as_bytes());
            for group in caught.into_iter().flatten() {
                variables.append(name, group);
            }
        });
    }

    fn change_variables(&mut self, change: impl FnOnce(&mut Variables)) {
        if let Some(channel) = self.core.channels.get_mut(self.id) {
            change(&mut channel.variables);
        }
    }

    fn times(&self, times: &Times) -> Option<bool> {
        let zone = self.channel().and_then(|channel| channel.variables.get("tod_tz_offset"));
        let zone = zone.filter(|zone| is_number(zone)).map_or(0, atoi);
        times.hold(self.core.now, zone.into())
    }

    fn tell_times(&mut self, times: Option<bool>, shown: &str) {
        let is_one_of_several = shown.is_empty();
        let (origin, what) = match (times, is_one_of_several) {
            (Some(true), false) => (&origin::DIALPLAN_TIME_PASS, "Date/Time Match (PASS)"),
            (Some(true), true) => (&origin::DIALPLAN_REGEX_TIME_PASS, "Date/Time Match (PASS)"),
            (Some(false), false) => (&origin::DIALPLAN_TIME_FAIL, "Date/TimeMatch (FAIL)"),
            (Some(false), true) => (&origin::DIALPLAN_REGEX_TIME_FAIL, "Date/TimeMatch (FAIL)"),
            (None, _) => return,
        };
        self.tell(origin, what, shown);
    }

    /// `<channel> <what> [<extension>] <how>`
    fn tell(&mut self, origin: &Origin, what: &str, how: &str) {
        self.log(origin, |channel, name| {
            format!("{} {what} [{name}] {how}", channel.shown_name()).trim_end().to_owned()
        });
    }

    /// Logs a line about the channel and the extension of this name.
    fn log(&mut self, origin: &Origin, text: impl Fn(&Channel, &str) -> String) {
        let Self { core, id, indent, name, .. } = self;
        core.log_clean(log::DEBUG, origin, *id, |channel| {
            format!("{indent}Dialplan: {}", text(channel, name))
        });
    }
}
