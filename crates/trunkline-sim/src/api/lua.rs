//! Scripts (`mod_lua.cpp`). None is run: what one writes is [written down](crate::Programs), or stands in the command.

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::event::origin;
use crate::log;

pub(super) const COMMANDS: &[(&str, Command)] = &[("lua", lua), ("luarun", luarun)];

/// `<file> [<argument> …]`, `~<code>` or `#!/lua<code>`
fn lua(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    match core.script_output(&text) {
        Some(output) => output.into(),
        None => "-ERR Cannot execute script\n".into(),
    }
}

/// Whether the script is there is found out by a thread of its own.
fn luarun(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    if invocation.arguments.is_empty() {
        return "-ERR no args specified!\n".into();
    }
    // Its output goes nowhere.
    let _ = core.script_output(&invocation.text());
    "+OK\n".into()
}

impl Core {
    /// What a script writes; `None` where there is none such. Code that is not simulated writes nothing.
    fn script_output(&mut self, text: &str) -> Option<String> {
        if let Some(output) = self.config.lua.output(text) {
            return Some(output);
        }
        let code = text.strip_prefix('~').or_else(|| text.strip_prefix("#!/lua"));
        let code = if text.is_empty() { Some("") } else { code }?;
        Some(written(code).unwrap_or_else(|| {
            self.log(log::WARNING, &origin::NOT_SIMULATED, &format!("{code} is not simulated"));
            String::new()
        }))
    }
}

/// What code writes that does nothing but that: `stream:write("…")`, any number of times.
fn written(code: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = code.trim_start();
    while !rest.is_empty() {
        let literal = rest.strip_prefix("stream:write(")?.trim_start();
        let (text, after) = string(literal)?;
        out.push_str(&text);
        rest = after.trim_start().strip_prefix(')')?.trim_start();
        rest = rest.strip_prefix(';').unwrap_or(rest).trim_start();
    }
    Some(out)
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
        ] {
            assert_eq!(written(code).as_deref(), text, "{code}");
        }
    }
}
