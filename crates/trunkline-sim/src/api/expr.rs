//! `expr`: sums (`mod_expr.c`). Most of its functions are here.

use std::collections::BTreeMap;

use super::{Command, Invocation, Outcome};
use crate::core::Core;

pub(super) const COMMANDS: &[(&str, Command)] = &[("expr", expr)];

fn expr(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match value_of(&invocation.text()) {
        Some(value) => shown(value).into(),
        None => "!err!".into(),
    }
}

/// Ten places at most, without zeros at the end.
fn shown(value: f64) -> String {
    let text = format!("{value:.10}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The last of several expressions, `;` or `|` between them.
fn value_of(text: &str) -> Option<f64> {
    let mut names = BTreeMap::new();
    let expressions = text.split([';', '|']).map(str::trim).filter(|expression| !expression.is_empty());
    let mut last = None;
    for expression in expressions {
        let mut reader = Reader { rest: expression, names: &mut names, depth: 0 };
        let value = reader.assignment()?;
        if !reader.rest.is_empty() || !value.is_finite() {
            return None;
        }
        last = Some(value);
    }
    last
}

/// How deep brackets may be.
const DEEPEST: usize = 100;

struct Reader<'a> {
    rest: &'a str,
    /// Variables; one that was never set is 0.
    names: &'a mut BTreeMap<String, f64>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, symbol: char) -> bool {
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn take_while(&mut self, is_meant: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !is_meant(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        taken
    }

    /// `<name>=<sum>`, or a sum.
    fn assignment(&mut self) -> Option<f64> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let named = self.rest.split_once('=').filter(|(name, _)| is_name(name.trim()));
        let value = match named {
            Some((name, rest)) => {
                self.rest = rest.trim_start();
                let value = self.assignment()?;
                self.names.insert(name.trim().to_owned(), value);
                value
            }
            None => self.sum()?,
        };
        self.depth -= 1;
        Some(value)
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        loop {
            if self.take('+') {
                value += self.product()?;
            } else if self.take('-') {
                value -= self.product()?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.power()?;
        loop {
            if self.take('*') {
                value *= self.power()?;
            } else if self.take('/') {
                let by = self.power()?;
                value = if by == 0.0 { return None } else { value / by };
            } else {
                return Some(value);
            }
        }
    }

    fn power(&mut self) -> Option<f64> {
        let value = self.signed()?;
        if self.take('^') { Some(value.powf(self.signed()?)) } else { Some(value) }
    }

    fn signed(&mut self) -> Option<f64> {
        let negative = self.take('-');
        if !negative {
            self.take('+');
        }
        let value = self.value()?;
        Some(if negative { -value } else { value })
    }

    fn value(&mut self) -> Option<f64> {
        if self.take('(') {
            let value = self.assignment()?;
            return self.take(')').then_some(value);
        }
        let number = self.take_while(|letter| letter.is_ascii_digit() || letter == '.');
        if !number.is_empty() {
            return number.parse().ok();
        }
        let name = self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        match name {
            "" => None,
            name if self.take('(') => {
                let values = self.arguments()?;
                function(name, &values)
            }
            "M_PI" => Some(std::f64::consts::PI),
            "M_E" => Some(std::f64::consts::E),
            name => Some(self.names.get(name).copied().unwrap_or(0.0)),
        }
    }

    fn arguments(&mut self) -> Option<Vec<f64>> {
        let mut values = Vec::new();
        if self.take(')') {
            return Some(values);
        }
        loop {
            values.push(self.assignment()?);
            if self.take(')') {
                return Some(values);
            }
            if !self.take(',') {
                return None;
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !text.starts_with(|first: char| first.is_ascii_digit()) && !text.is_empty() && text.chars().all(is_letter)
}

fn function(name: &str, values: &[f64]) -> Option<f64> {
    match values {
        [value] => of_one(name, *value),
        [a, b] => of_two(name, *a, *b).or_else(|| of_many(name, values)),
        [condition, yes, no] if name == "if" => Some(if *condition == 0.0 { *no } else { *yes }),
        [value, least, most] if matches!(name, "clip") => Some(value.max(*least).min(*most)),
        _ => of_many(name, values),
    }
}

fn of_one(name: &str, value: f64) -> Option<f64> {
    Some(match name {
        "abs" => value.abs(),
        "ipart" => value.trunc(),
        "fpart" => value.fract(),
        "sqrt" if value >= 0.0 => value.sqrt(),
        "sin" => value.sin(),
        "cos" => value.cos(),
        "tan" => value.tan(),
        "log" if value > 0.0 => value.log10(),
        "ln" if value > 0.0 => value.ln(),
        "exp" => value.exp(),
        "pow10" => 10.0_f64.powf(value),
        "ceil" => value.ceil(),
        "floor" => value.floor(),
        "deg" => value.to_degrees(),
        "rad" => value.to_radians(),
        "not" => f64::from(u8::from(value == 0.0)),
        "min" | "max" | "avg" => value,
        _ => return None,
    })
}

fn of_two(name: &str, a: f64, b: f64) -> Option<f64> {
    let truth = |is: bool| f64::from(u8::from(is));
    Some(match name {
        "mod" if b != 0.0 => a % b,
        "pow" => a.powf(b),
        "atan2" => a.atan2(b),
        "equal" => truth(a == b),
        "above" => truth(a > b),
        "below" => truth(a < b),
        "land" => truth(a != 0.0 && b != 0.0),
        "lor" => truth(a != 0.0 || b != 0.0),
        _ => return None,
    })
}

fn of_many(name: &str, values: &[f64]) -> Option<f64> {
    let (first, rest) = values.split_first()?;
    match name {
        "min" => Some(rest.iter().fold(*first, |least, value| least.min(*value))),
        "max" => Some(rest.iter().fold(*first, |most, value| most.max(*value))),
        "avg" => Some(values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums() {
        for (text, value) in [
            ("1+2*3", Some("7")),
            ("(1+2)*3", Some("9")),
            ("7/2", Some("3.5")),
            ("1/3", Some("0.3333333333")),
            ("2^10", Some("1024")),
            ("-3", Some("-3")),
            ("x", Some("0")),
            ("x=3", Some("3")),
            ("x=3;x*x", Some("9")),
            ("sqrt(16)", Some("4")),
            ("min(3,1,2)", Some("1")),
            ("if(above(2,1),5,6)", Some("5")),
            ("10000000*10000000", Some("100000000000000")),
            ("1/0", None),
            ("1+", None),
            ("7%3", None),
            ("1>2", None),
            ("2**3", None),
            ("", None),
        ] {
            assert_eq!(value_of(text).map(shown).as_deref(), value, "{text}");
        }
        assert_eq!(value_of(&"(".repeat(10_000)), None);
    }
}
