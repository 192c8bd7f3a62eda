//! Putting values in for `${…}` (`switch_channel_expand_variables_check` in `src/switch_channel.c`).

use crate::channel::ChannelId;
use crate::core::Core;
use crate::event::{Draft, array_elements};
use crate::text::{atoi, trim};

/// How deep values may stand for others.
const DEEPEST: usize = 100;

/// Where names are looked up, before the global variables.
#[derive(Debug, Clone, Copy)]
enum Names<'a> {
    Channel(ChannelId),
    /// The headers of an event (`switch_event_expand_headers_check` in `src/switch_event.c`).
    Event(&'a Draft),
}

impl Core {
    /// A text with variables of a channel, global ones and the outputs of api commands in place of what stands for
    /// them: `${name}`, `${name:offset:length}`, `${name[index]}`, `$${global}`, `${command(arguments)}`.
    pub(crate) fn expand(&mut self, id: ChannelId, text: &[u8]) -> Vec<u8> {
        self.expand_within(Names::Channel(id), text, 0)
    }

    /// The same with an event's headers in place of a channel's variables.
    pub(crate) fn expand_headers(&mut self, event: &Draft, text: &[u8]) -> Vec<u8> {
        self.expand_within(Names::Event(event), text, 0)
    }

    fn named(&self, names: Names<'_>, name: &[u8]) -> Option<Vec<u8>> {
        match names {
            Names::Channel(id) => self.channel_variable(id, name).map(<[u8]>::to_vec),
            Names::Event(event) => {
                let global = || self.global_variable(name).map(<[u8]>::to_vec);
                event.first(name).map(|value| value.into_owned()).or_else(global)
            }
        }
    }

    fn expand_within(&mut self, names: Names<'_>, text: &[u8], depth: usize) -> Vec<u8> {
        if depth > DEEPEST || !needs_expansion(text) {
            return text.to_vec();
        }
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            rest = match (byte, after) {
                (b'\\', [b'$', b'$', more @ ..] | [b'$', more @ ..]) => {
                    out.push(b'$');
                    more
                }
                (b'\\', [b'\'', more @ ..]) => more,
                (b'\\', [b'\\', more @ ..]) => {
                    out.push(b'\\');
                    more
                }
                (b'$', [b'$', b'{', more @ ..] | [b'{', more @ ..]) => {
                    let (inside, more) = split_at_brace(more);
                    let value = self.value_of(names, inside, depth);
                    out.extend_from_slice(&value);
                    more
                }
                _ => {
                    out.push(byte);
                    after
                }
            };
        }
        out
    }

    /// What a reference stands for.
    fn value_of(&mut self, names: Names<'_>, inside: &[u8], depth: usize) -> Vec<u8> {
        let is_call = |byte: &u8| matches!(byte, b' ' | b'(');
        if let Some(at) = inside.iter().position(is_call) {
            return self.output_of(names, inside, at, depth);
        }
        let inside = self.expand_within(names, inside, depth + 1);
        let reference = Reference::parse(&inside);
        let value = self.named(names, reference.name).unwrap_or_default();
        let value = match reference.index {
            Some(index) => element(&value, index),
            None => value,
        };
        let value = self.expand_within(names, &value, depth + 1);
        reference.cut(value)
    }

    /// The output of an api command: `name(arguments)`, or `name arguments`.
    fn output_of(&mut self, names: Names<'_>, inside: &[u8], at: usize, depth: usize) -> Vec<u8> {
        let (name, arguments) = inside.split_at(at);
        let arguments = match arguments.split_first() {
            Some((b'(', arguments)) => until_bracket(arguments),
            Some((_, arguments)) => arguments,
            None => arguments,
        };
        let name = self.expand_within(names, trim(name), depth + 1);
        let arguments = self.expand_within(names, arguments, depth + 1);
        self.run_inner(&name, &arguments).unwrap_or_default()
    }
}

/// Whether there is anything to be done about a text (`switch_string_var_check_const` and
/// `switch_string_has_escaped_data` in `src/include/switch_utils.h`).
pub(crate) fn needs_expansion(text: &[u8]) -> bool {
    has_reference(text)
        || text.windows(2).any(|pair| matches!(pair, [b'\\', b'n' | b's' | b't' | b'\'' | b'\\']))
}

/// Whether a `$` is followed by any number of backslashes and a `{`.
pub(crate) fn has_reference(text: &[u8]) -> bool {
    let mut dollar = false;
    text.iter().any(|byte| {
        let found = dollar && *byte == b'{';
        dollar = *byte == b'$' || (dollar && *byte == b'\\');
        found
    })
}

/// What is within a brace that was opened, and what follows its end.
fn split_at_brace(text: &[u8]) -> (&[u8], &[u8]) {
    let mut depth = 1;
    let end = text.iter().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    match end {
        Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}

/// What is within a bracket that was opened.
fn until_bracket(text: &[u8]) -> &[u8] {
    let mut depth = 1;
    let end = text.iter().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn element(value: &[u8], index: usize) -> Vec<u8> {
    let elements = array_elements(value).unwrap_or_default();
    elements.into_iter().nth(index).unwrap_or_default()
}

/// `name[index]:offset:length`
struct Reference<'a> {
    name: &'a [u8],
    index: Option<usize>,
    offset: i32,
    length: i32,
}

impl<'a> Reference<'a> {
    fn parse(text: &'a [u8]) -> Self {
        let mut parts = text.splitn(3, |byte| *byte == b':');
        let name = parts.next().unwrap_or_default();
        let offset = parts.next().map_or(0, atoi);
        let length = parts.next().map_or(0, atoi);
        match name.iter().position(|byte| *byte == b'[') {
            Some(bracket) if name.contains(&b']') => {
                let (name, index) = name.split_at(bracket);
                let index = usize::try_from(atoi(index.get(1..).unwrap_or_default())).ok();
                Self { name, index, offset, length }
            }
            _ => Self { name, index: None, offset, length },
        }
    }

    /// The part of the value that is meant.
    fn cut(&self, value: Vec<u8>) -> Vec<u8> {
        let len = value.len();
        let start = match usize::try_from(self.offset) {
            Ok(offset) => offset.min(len),
            Err(_) => {
                let back = usize::try_from(self.offset.unsigned_abs()).unwrap_or(usize::MAX);
                len.saturating_sub(back)
            }
        };
        let rest = value.get(start..).unwrap_or_default();
        match usize::try_from(self.length) {
            Ok(length) if length > 0 && length < rest.len() => {
                rest.get(..length).unwrap_or_default().to_vec()
            }
            _ => rest.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SwitchConfig;
    use crate::time::Time;

    fn expanded(text: &str) -> String {
        let mut core = Core::new(SwitchConfig::default(), Time::from_micros(0));
        let call = core.new_call();
        core.run_call(call, b"originate {origination_uuid=x,a=abcdef,b=a,list=ARRAY::one|:two}null/7 &park");
        let id = core.channels.locate(b"x").unwrap();
        if let Some(channel) = core.channels.get_mut(id) {
            channel.variables.set("nested", "<${a}>");
        }
        String::from_utf8(core.expand(id, text.as_bytes())).unwrap()
    }

    #[test]
    fn references_are_replaced() {
        for (text, value) in [
            ("plain $5 {x}", "plain $5 {x}"),
            ("${a}", "abcdef"),
            ("<${A}><${nosuch}>", "<abcdef><>"),
            ("${a:2}", "cdef"),
            ("${a:1:3}", "bcd"),
            ("${a:-2}", "ef"),
            ("${a:-9}", "abcdef"),
            ("${list[1]}", "two"),
            ("${list[7]}", ""),
            ("${nested}", "<abcdef>"),
            ("${${b}}", "abcdef"),
            ("${destination_number}", "7"),
            ("$${hostname} ${hostname}", "sim sim"),
            ("${echo(a ${a})}", "a abcdef"),
            ("${echo one two}", "one two"),
            ("${nosuch(x)}", ""),
            ("\\${a} ${a}", "${a} abcdef"),
            ("it\\'s ${a} \\\\", "its abcdef \\"),
            ("\\${a}", "${a}"),
        ] {
            assert_eq!(expanded(text), value, "{text}");
        }
    }

    #[test]
    fn what_looks_like_one() {
        for (text, found) in [("${", true), ("$\\\\{", true), ("$ {", false), ("{$", false), ("", false)] {
            assert_eq!(has_reference(text.as_bytes()), found, "{text}");
        }
    }
}
