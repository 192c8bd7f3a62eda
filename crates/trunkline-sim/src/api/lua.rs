//! Scripts (`mod_lua.cpp`). None is run: what one writes is [written down](crate::Programs), or stands in the command.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::origin;
use crate::log;

pub(super) const COMMANDS: &[(&str, Command)] = &[("lua", lua), ("luarun", luarun)];

/// `<file> [<argument> …]`, `~<code>` or `#!/lua<code>`
fn lua(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match core.lua_script(&invocation.text()) {
        Script::Writes(output) | Script::WritesInline(output) => output.into(),
        // There is no session here.
        Script::Sets(_) | Script::Missing => "-ERR Cannot execute script\n".into(),
    }
}

/// Whether the script is there is found out by a thread of its own.
fn luarun(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "-ERR no args specified!\n".into();
    }
    // Its output goes nowhere.
    let _ = core.lua_script(&invocation.text());
    "+OK\n".into()
}

/// What a script does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// It is known what it writes.
    Writes(String),
    /// It stands in the command, and writes this.
    WritesInline(String),
    /// It stands in the command, and sets these variables of its session.
    Sets(Vec<(String, String)>),
    Missing,
}

impl Core {
    /// What a script does. Code that is not simulated does nothing.
    pub(crate) fn lua_script(&mut self, text: &str) -> Script {
        if let Some(output) = self.config.lua.output(text) {
            return Script::Writes(output);
        }
        let code = text.strip_prefix('~').or_else(|| text.strip_prefix("#!/lua"));
        let Some(code) = (if text.is_empty() { Some("") } else { code }) else { return Script::Missing };
        written(code).map(Script::WritesInline).or_else(|| set(code).map(Script::Sets)).unwrap_or_else(|| {
            self.log(log::WARNING, &origin::NOT_SIMULATED, &format!("{code} is not simulated"));
            Script::Writes(String::new())
        })
    }
}

/// What code writes that does nothing but that: `stream:write("…")`, any number of times.
fn written(code: &str) -> Option<String> {
    let calls = calls(code, "stream:write(")?;
    let texts = calls.into_iter().map(|texts| <[String; 1]>::try_from(texts).ok());
    texts.map(|text| text.map(|[text]| text)).collect()
}

/// What code sets that does nothing but that: `session:setVariable("…", "…")`, any number of times.
fn set(code: &str) -> Option<Vec<(String, String)>> {
    let calls = calls(code, "session:setVariable(")?;
    let pairs = calls.into_iter().map(|texts| <[String; 2]>::try_from(texts).ok());
    pairs.map(|pair| pair.map(|[name, value]| (name, value))).collect()
}

/// The texts that a function is called with, in code that does nothing but call it.
fn calls(code: &str, function: &str) -> Option<Vec<Vec<String>>> {
    let mut calls = Vec::new();
    let mut rest = code.trim_start();
    while !rest.is_empty() {
        let mut literals = rest.strip_prefix(function)?;
        let mut texts = Vec::new();
        rest = loop {
            let (text, after) = string(literals.trim_start())?;
            texts.push(text);
            let after = after.trim_start();
            match after.strip_prefix(',') {
                Some(more) => literals = more,
                None => break after.strip_prefix(')')?.trim_start(),
            }
        };
        calls.push(texts);
        rest = rest.strip_prefix(';').unwrap_or(rest).trim_start();
    }
    Some(calls)
}

/// A string in quotes at the head of code, and what follows.
fn string(code: &str) -> Option<(String, &str)> {
    let quote = code.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut letters = code.get(1..)?.chars();
    let mut text = String::new();
    loop {
        match letters.next()? {
            letter if letter == quote => return Some((text, letters.as_str())),
            '\n' => return None,
            '\\' => text.push(match letters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                letter @ ('\\' | '"' | '\'') => letter,
                _ => return None,
            }),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_only_writes() {
        for (code, text) in [
            (r#"stream:write("inline lua\n")"#, Some("inline lua\n")),
            (r#" stream:write( 'a\t"b"' ) ; stream:write("c")"#, Some("a\t\"b\"c")),
            ("", Some("")),
            (r#"stream:write("a" .. "b")"#, None),
            (r#"stream:write("a"#, None),
            ("local a = 1", None),
            ("stream:write(1)", None),
            (r#"stream:write("a", "b")"#, None),
        ] {
            assert_eq!(written(code).as_deref(), text, "{code}");
        }
    }

    #[test]
    fn code_that_only_sets() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (code, pairs) in [
            (r#"session:setVariable("a","b")"#, Some(vec![pair("a", "b")])),
            (
                r#" session:setVariable('a', ''); session:setVariable("c","d");"#,
                Some(vec![pair("a", ""), pair("c", "d")]),
            ),
            (r#"session:setVariable("a")"#, None),
            (r#"session:setVariable("a", b)"#, None),
            (r#"session:setVariable("a","b") stream:write("c")"#, None),
        ] {
            assert_eq!(set(code), pairs, "{code}");
        }
    }
}
