//! Reading the arguments of `originate` (`originate_function` in `mod_commands.c`).

use trunkline_proto::HangupCause;

use super::Then;
use crate::app::Action;
use crate::cause::Cause;
use crate::text::{is_true, split, split_spaces, trim};

/// What an originate is asked to do.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) groups: Vec<Vec<LegSpec>>,
    pub(super) then: Then,
    pub(super) caller_name: Vec<u8>,
    pub(super) caller_number: Vec<u8>,
    /// Seconds.
    pub(super) timeout: u64,
    /// `fail_on_single_reject`
    pub(super) fatal: Option<Vec<u8>>,
}

/// A leg to be made.
#[derive(Debug)]
pub(super) struct LegSpec {
    pub(super) dial: Vec<u8>,
    pub(super) variables: Vec<(Vec<u8>, Vec<u8>)>,
}

impl LegSpec {
    /// The legs a dial string means, with this one's variables as well; those of each group at once.
    pub(super) fn means(&self, dial: &[u8]) -> Option<Vec<Vec<Self>>> {
        let (own, dial) = blocks(trim(dial), b'{', b'}', b',')?;
        let known = |name: &Vec<u8>| self.variables.iter().any(|(known, _)| known == name);
        let own = own.into_iter().filter(|(name, _)| !known(name));
        let variables: Variables = own.chain(self.variables.iter().cloned()).collect();
        Some(groups(dial, &variables))
    }

    /// Seconds it may take to answer, where it has a time of its own.
    pub(super) fn timeout(&self) -> Option<u64> {
        seconds(last(&self.variables, "leg_timeout"))
    }
}

#[derive(Debug, PartialEq)]
pub(super) enum Refused {
    Usage,
    Cause(Cause),
}

const TIMEOUT: u64 = 60;
const FATAL: &str = "fail_on_single_reject";
const MOST_VARIABLES: usize = 1024;

/// The originates a command asks for: one, or with `:_:` between them several at once, each with variables of its
/// own after those in `<…>`.
pub(super) fn parse_all(arguments: &[u8]) -> Result<Vec<Parsed>, Refused> {
    let words = split_spaces(trim(arguments), 10);
    let (dial, rest) = match words.as_slice() {
        [dial, rest @ ..] if (1..=6).contains(&rest.len()) => (dial, rest),
        _ => return Err(Refused::Usage),
    };
    let mut parts = Vec::new();
    let mut left = dial.as_slice();
    while let Some(at) = left.windows(ENTERPRISE.len()).position(|part| part == ENTERPRISE) {
        let (part, after) = left.split_at(at);
        parts.push(part);
        left = after.get(ENTERPRISE.len()..).unwrap_or_default();
    }
    parts.push(left);
    let is_several = parts.len() > 1;
    let parsed = parts.into_iter().map(|part| parse(part, rest));
    match parsed.collect() {
        // Which of several was wrong is not told.
        Err(Refused::Cause(_)) if is_several => Err(Refused::Cause(HangupCause::ChanNotImplemented.into())),
        parsed => parsed,
    }
}

/// What stands between originates that run at once.
const ENTERPRISE: &[u8] = b":_:";

fn parse(dial: &[u8], rest: &[Vec<u8>]) -> Result<Parsed, Refused> {
    let Some((exten, rest)) = rest.split_first() else { return Err(Refused::Usage) };
    let optional = |place: usize| rest.get(place).filter(|word| *word != b"undef").cloned();
    let dialplan = optional(0).unwrap_or_else(|| b"XML".to_vec());
    let context = optional(1).unwrap_or_else(|| b"default".to_vec());

    let broken = || Refused::Cause(HangupCause::DestinationOutOfOrder.into());
    let (ultra, dial) = blocks(dial, b'<', b'>', b',').ok_or_else(broken)?;
    let (global, dial) = blocks(dial, b'{', b'}', b',').ok_or_else(broken)?;
    let mut global = [ultra, global].concat();
    let given = [("origination_caller_id_name", optional(2)), ("origination_caller_id_number", optional(3))];
    for (name, value) in given {
        if let Some(value) = value.filter(|_| last(&global, name).is_none()) {
            global.push((name.into(), value));
        }
    }
    let timeout = seconds(last(&global, "originate_timeout"))
        .or_else(|| seconds(optional(4).as_deref()))
        .unwrap_or(TIMEOUT);
    Ok(Parsed {
        groups: groups(dial, &global),
        then: then(exten, dialplan, context),
        caller_name: optional(2).unwrap_or_default(),
        caller_number: optional(3).unwrap_or_else(|| b"0000000000".to_vec()),
        timeout,
        fatal: last(&global, FATAL).map(<[u8]>::to_vec),
    })
}

/// A dial string alone, as `bridge` takes it.
pub(super) fn parse_dial(dial: &[u8]) -> Result<Parsed, Refused> {
    let broken = || Refused::Cause(HangupCause::DestinationOutOfOrder.into());
    let (global, dial) = blocks(trim(dial), b'{', b'}', b',').ok_or_else(broken)?;
    Ok(Parsed {
        groups: groups(dial, &global),
        then: then(b"&park", Vec::new(), Vec::new()),
        caller_name: Vec::new(),
        caller_number: Vec::new(),
        timeout: seconds(last(&global, "originate_timeout")).unwrap_or(TIMEOUT),
        fatal: last(&global, FATAL).map(<[u8]>::to_vec),
    })
}

fn seconds(text: Option<&[u8]>) -> Option<u64> {
    std::str::from_utf8(text?).ok()?.trim().parse().ok().filter(|seconds| *seconds > 0)
}

fn last<'a>(variables: &'a [(Vec<u8>, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    let found = variables.iter().rfind(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, value)| value.as_slice())
}

/// `&app(arguments)`, which end at the first `)`, or an extension.
fn then(exten: &[u8], dialplan: Vec<u8>, context: Vec<u8>) -> Then {
    let Some(app) = exten.strip_prefix(b"&") else {
        return Then::Extension { number: exten.to_vec(), dialplan, context };
    };
    let open = app.iter().position(|byte| *byte == b'(').unwrap_or(app.len());
    let (name, arguments) = app.split_at(open);
    let arguments = arguments.get(1..).unwrap_or_default();
    let arguments = arguments.split(|byte| *byte == b')').next().unwrap_or_default();
    Then::Application(Action::new(&String::from_utf8_lossy(name), arguments))
}

pub(crate) type Variables = Vec<(Vec<u8>, Vec<u8>)>;

/// Takes blocks of variables off the front. `None` if one is not closed. Quotes do not hide brackets.
pub(crate) fn blocks(text: &[u8], open: u8, close: u8, separator: u8) -> Option<(Variables, &[u8])> {
    let mut variables = Variables::new();
    let mut rest = text;
    while rest.first() == Some(&open) {
        let mut depth = 0usize;
        let end = rest.iter().position(|byte| {
            if *byte == open {
                depth += 1;
            } else if *byte == close {
                depth -= 1;
            }
            depth == 0
        })?;
        for (name, value) in block_variables(rest.get(1..end)?, separator) {
            variables.retain(|(known, _): &(Vec<u8>, Vec<u8>)| *known != name);
            variables.push((name, value));
        }
        rest = rest.get(end + 1..)?;
    }
    Some((variables, rest))
}

fn block_variables(block: &[u8], separator: u8) -> Variables {
    split(block, separator, MOST_VARIABLES)
        .iter()
        .filter_map(|pair| match split(pair, b'=', 2).as_slice() {
            [name, value] if !value.is_empty() => Some((name.clone(), value.clone())),
            _ => None,
        })
        .collect()
}

/// Legs between `|` are tried one after the other, those between `,` at once.
fn groups(dial: &[u8], global: &Variables) -> Vec<Vec<LegSpec>> {
    let serial = split_outside_brackets(dial, b'|');
    serial
        .map(|group| {
            let group = cleaned(group, b'|');
            let legs = split_outside_brackets(&group, b',').map(|leg| leg_spec(&cleaned(leg, b','), global));
            legs.filter(|leg| !leg.dial.is_empty()).collect()
        })
        .collect()
}

/// A part of what was cut at a separator, without the quotes and backslashes that were for it.
fn cleaned(part: &[u8], separator: u8) -> Vec<u8> {
    split(part, separator, 1).pop().unwrap_or_default()
}

fn split_outside_brackets(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut depth = 0i32;
    text.split(move |byte| {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        *byte == separator && depth <= 0
    })
}

/// A leg's own variables come first, and give way to those of the whole, unless these say otherwise.
fn leg_spec(leg: &[u8], global: &Variables) -> LegSpec {
    let leg = trim(leg);
    let (own, dial) = blocks(leg, b'[', b']', b',').unwrap_or_else(|| (Variables::new(), leg));
    let clobbers = last(global, "local_var_clobber").is_some_and(is_true);
    let has = |list: &Variables, name: &Vec<u8>| list.iter().any(|(known, _)| known == name);
    let (kept, global): (Variables, Variables) = if clobbers {
        (own.clone(), global.iter().filter(|(name, _)| !has(&own, name)).cloned().collect())
    } else {
        (own.into_iter().filter(|(name, _)| !has(global, name)).collect(), global.clone())
    };
    LegSpec { dial: dial.to_vec(), variables: [kept, global].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(arguments: &str) -> String {
        let parts = match parse_all(arguments.as_bytes()) {
            Ok(parts) => parts,
            Err(refused) => return format!("{refused:?}"),
        };
        parts.into_iter().map(shown_part).collect::<Vec<_>>().join(" and ")
    }

    fn shown_part(parsed: Parsed) -> String {
        let leg = |leg: &LegSpec| {
            let variables = leg
                .variables
                .iter()
                .map(|(name, value)| format!("{}={};", name.escape_ascii(), value.escape_ascii()));
            format!("{}{}", variables.collect::<String>(), leg.dial.escape_ascii())
        };
        let groups: Vec<String> =
            parsed.groups.iter().map(|group| group.iter().map(leg).collect::<Vec<_>>().join(" + ")).collect();
        let then = match parsed.then {
            Then::Application(Action { app, data }) => format!("&{app}({})", data.escape_ascii()),
            Then::Extension { number, dialplan, context } => {
                format!("{}@{}/{}", number.escape_ascii(), context.escape_ascii(), dialplan.escape_ascii())
            }
        };
        format!("{} -> {then} {}s", groups.join(" then "), parsed.timeout)
    }

    #[test]
    fn arguments() {
        for (arguments, meaning) in [
            ("null/1000 &park", "null/1000 -> &park() 60s"),
            (" null/1000   &park() ", "null/1000 -> &park() 60s"),
            ("'null/1000' '&park'", "null/1000 -> &park() 60s"),
            ("null/1 &playback(tone_stream://%(1,2,3))", "null/1 -> &playback(tone_stream://%(1,2,3) 60s"),
            ("null/1 9002", "null/1 -> 9002@default/XML 60s"),
            (
                "null/1 9002 XML other Bob 123 5",
                "origination_caller_id_name=Bob;origination_caller_id_number=123;null/1 -> 9002@other/XML 5s",
            ),
            ("{a='x',b=y}null/1 &park", "a=x;b=y;null/1 -> &park() 60s"),
            ("{a=1}{b=2,a=3}null/1 &park", "b=2;a=3;null/1 -> &park() 60s"),
            ("{^^;a=1,2;b=3}null/1 &park", "a=1,2;b=3;null/1 -> &park() 60s"),
            (
                "<u=1>{a=1}[a=2,c=3]null/1,null/2|null/3 &park",
                "c=3;u=1;a=1;null/1 + u=1;a=1;null/2 then u=1;a=1;null/3 -> &park() 60s",
            ),
            (
                "{local_var_clobber=true,a=1}[a=2]null/1 &park",
                "a=2;local_var_clobber=true;null/1 -> &park() 60s",
            ),
            ("{originate_timeout=7}null/1 &park", "originate_timeout=7;null/1 -> &park() 7s"),
            ("{a=1}null/1:_:{b=2}null/2 &park", "a=1;null/1 -> &park() 60s and b=2;null/2 -> &park() 60s"),
            ("{empty=,a=1}null/1 &park", "a=1;null/1 -> &park() 60s"),
            ("{a=b null/1000 &park", "Cause(Cause(27))"),
            ("null/1000", "Usage"),
            ("", "Usage"),
            ("a b c d e f g h", "Usage"),
        ] {
            assert_eq!(shown(arguments), meaning, "{arguments}");
        }
    }
}
