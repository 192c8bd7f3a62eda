//! Commands as the console takes them, and `fs_cli` sends them: several on one line, `;;` between them
//! (`switch_console_execute` in `src/switch_console.c`), and aliases put in for names.

use std::collections::VecDeque;

use super::{CallId, find};
use crate::core::Core;
use crate::text::first_word;

/// A line under way.
#[derive(Debug)]
pub(super) struct Console {
    /// Who is answered when the last command has ended.
    call: CallId,
    line: Vec<u8>,
    rest: VecDeque<Vec<u8>>,
    output: Vec<u8>,
    /// How many aliases have been put in.
    aliases: usize,
}

/// How many aliases may be put in for each other.
const MOST_ALIASES: usize = 100;

impl Console {
    /// Puts the commands in that an alias stands for, and what follows its name behind them.
    fn put_alias_in(&mut self, core: &Core, command: &[u8]) -> bool {
        let (name, arguments) = first_word(command);
        let Some(alias) = core.stores.aliases.get(name).filter(|_| self.aliases < MOST_ALIASES) else {
            return false;
        };
        self.aliases += 1;
        let mut line = alias.command.clone();
        if !arguments.is_empty() {
            line.push(b' ');
            line.extend_from_slice(arguments);
        }
        self.output.extend([b"\nExpand Alias [".as_slice(), name, b"]->[", &line, b"]\n\n"].concat());
        for part in split(&line).collect::<Vec<_>>().into_iter().rev() {
            self.rest.push_front(part.to_vec());
        }
        true
    }
}

impl Core {
    /// Begins the commands of a line, one after the other; their outputs come in one.
    pub(crate) fn run_console(&mut self, call: CallId, line: &[u8]) {
        let line = line.trim_ascii_start();
        // What an alias is to stand for may have several commands.
        let is_alias = line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"alias"));
        let rest = if is_alias { [line.to_vec()].into() } else { split(line).map(<[u8]>::to_vec).collect() };
        self.next_of_console(Console { call, line: line.to_vec(), rest, output: Vec::new(), aliases: 0 });
    }

    /// One command of a line has ended.
    pub(super) fn resume_console(&mut self, mut console: Console, output: &[u8]) {
        console.output.extend_from_slice(output);
        self.next_of_console(console);
    }

    fn next_of_console(&mut self, mut console: Console) {
        while let Some(command) = console.rest.pop_front() {
            if console.put_alias_in(self, &command) {
                continue;
            }
            if find(first_word(&command).0, self.config.release).is_some() {
                let call = self.new_call();
                self.calls.consoles.insert(call, console);
                return self.run_call(call, &command);
            }
            if console.rest.is_empty() {
                // The last one decides: what the others said is thrown away.
                let output = self.calls.unknown(console.call, &console.line);
                return self.calls.finished.push_back((console.call, output));
            }
            console.output.extend_from_slice(b"INVALID COMMAND!\n");
        }
        self.calls.finished.push_back((console.call, console.output));
    }
}

fn split(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        match line.windows(2).position(|pair| pair == b";;") {
            Some(at) => {
                rest = line.get(at + 2..);
                line.get(..at)
            }
            None => rest.take(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_without_regard_to_quotes() {
        let parts = |line: &str| -> Vec<String> {
            split(line.as_bytes()).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
        };
        assert_eq!(parts("a"), ["a"]);
        assert_eq!(parts("a;;b c;d;;'e;;f'"), ["a", "b c;d", "'e", "f'"]);
        assert_eq!(parts(";;"), ["", ""]);
    }
}
