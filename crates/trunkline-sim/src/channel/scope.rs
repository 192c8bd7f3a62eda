//! Variables of one application, `%[name=value]` before its data (`switch_core_session_exec` in
//! `src/switch_core_session.c`).

use super::Channel;
use crate::event::Draft;
use crate::originate::{Variables, blocks};

/// The scopes of the applications that run, the innermost last.
#[derive(Debug, Default)]
pub(crate) struct Scopes(Vec<Variables>);

/// Takes a scope off the front of an application's data: `%[a=1,b=2]…`, or `%;[a=1;b=2]…`.
pub(crate) fn take_scope(data: &[u8]) -> Option<(Variables, &[u8])> {
    let rest = data.strip_prefix(b"%")?;
    let (separator, rest) = match rest {
        [b'[', ..] => (b',', rest),
        [separator, b'[', ..] => (*separator, rest.get(1..)?),
        _ => return None,
    };
    blocks(rest, b'[', b']', separator)
}

impl Channel {
    pub(crate) fn push_scope(&mut self, scope: Variables) {
        self.scopes.0.push(scope);
    }

    pub(crate) fn pop_scope(&mut self) {
        self.scopes.0.pop();
    }

    /// A variable of an application that runs.
    pub(crate) fn scope_variable(&self, name: &[u8]) -> Option<&[u8]> {
        let mut variables = self.scopes.0.iter().rev().flatten();
        let found = variables.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// Those an inner scope has, too, are told once.
    pub(super) fn write_scopes(&self, event: &mut Draft) {
        let mut told: Vec<&[u8]> = Vec::new();
        for (name, value) in self.scopes.0.iter().rev().flatten() {
            if !told.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                told.push(name);
                event.push([b"scope_variable_".as_slice(), name].concat(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_taken_off() {
        let taken = |data: &str| {
            let (variables, rest) = take_scope(data.as_bytes())?;
            let variables: Vec<String> = variables
                .iter()
                .map(|(name, value)| format!("{}={}", name.escape_ascii(), value.escape_ascii()))
                .collect();
            Some(format!("{} | {}", variables.join(" "), rest.escape_ascii()))
        };
        for (data, scope) in [
            ("%[a=1,b=2]NOTICE x", Some("a=1 b=2 | NOTICE x")),
            ("%;[a=1,2;b=3]x", Some("a=1,2 b=3 | x")),
            ("%[a=1", None),
            ("%x", None),
            ("[a=1]x", None),
        ] {
            assert_eq!(taken(data).as_deref(), scope, "{data}");
        }
    }
}
