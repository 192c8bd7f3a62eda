//! What is done to the text of configuration files before they are read as XML (`preprocess` in `switch_xml.c`): line
//! by line, variables are set and put in, other files included. Commands are not run and no server is asked
//! (`exec`, `exec-set`, `stun-set`).

use std::io;
use std::path::{Path, PathBuf};

/// Global variables, in the order they were first set.
pub(crate) type Globals = Vec<(String, String)>;

/// How deep files may include each other.
const DEEPEST: usize = 100;

/// Reads files and puts their text together.
#[derive(Debug, Default)]
pub(crate) struct Preprocessor {
    /// Those that were there before.
    known: Globals,
    /// Those that files have set.
    pub(crate) globals: Globals,
    out: String,
}

impl Preprocessor {
    /// One that knows some variables already.
    pub(crate) fn new(known: Globals) -> Self {
        Self { known, ..Self::default() }
    }

    /// The text of a file, with all it includes.
    pub(crate) fn file(&mut self, path: &Path) -> io::Result<String> {
        let text = read(path)?;
        self.text(&text, directory(path), 0)?;
        Ok(std::mem::take(&mut self.out))
    }

    fn text(&mut self, text: &str, directory: &Path, depth: usize) -> io::Result<()> {
        let mut in_comment = false;
        for line in text.split_inclusive('\n') {
            let is_wrapping = ["<include>", "</include>", "<?"].iter().any(|part| line.contains(part));
            if is_wrapping {
                continue;
            }
            let expanded = self.expanded(line);
            let mut line = expanded.as_str();
            if in_comment {
                let Some((_, rest)) = line.split_once("-->") else { continue };
                in_comment = false;
                line = rest;
            }
            if let Some(at) = find_ignoring_case(line, "x-pre-process") {
                if line.get(..at).is_some_and(|before| before.ends_with('<')) {
                    let order = line.get(at..).unwrap_or_default();
                    let order = order.split_once("/>").map_or(order, |(order, _)| order);
                    self.obey(order, directory, depth)?;
                }
            } else if let Some((before, order)) = line.split_once("<!--#") {
                self.out.push_str(before);
                in_comment = !order.contains("-->");
                let (order, after) = order.split_once("-->").unwrap_or((order, ""));
                self.out.push_str(after);
                let (command, argument) = order.trim_end().split_once(' ').unwrap_or((order, ""));
                let argument = argument.split('"').nth(1).unwrap_or(argument);
                self.carry_out(command, argument, directory, depth)?;
            } else {
                self.out.push_str(line);
            }
        }
        Ok(())
    }

    /// `cmd="…" data="…"`
    fn obey(&mut self, order: &str, directory: &Path, depth: usize) -> io::Result<()> {
        let Some((command, rest)) = quoted_after(order, "cmd") else { return Ok(()) };
        let Some((data, _)) = quoted_after(rest, "data") else { return Ok(()) };
        self.carry_out(command, data, directory, depth)
    }

    fn carry_out(&mut self, command: &str, data: &str, directory: &Path, depth: usize) -> io::Result<()> {
        match command.to_ascii_lowercase().as_str() {
            "set" => {
                if let Some((name, value)) = data.split_once('=') {
                    self.set(name.trim_end_matches(' '), value.trim_start_matches(' '));
                }
            }
            "env-set" => {
                if let Some((name, variable)) = data.split_once('=') {
                    self.set(name.trim(), &std::env::var(variable.trim()).unwrap_or_default());
                }
            }
            "include" if depth < DEEPEST => {
                for path in files(directory, data) {
                    let text = read(&path)?;
                    self.text(&text, self::directory(&path), depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) {
        self.known.retain(|(known, _)| known != name);
        self.globals.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.globals.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The line with variables put in for `$${name}`.
    fn expanded(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some((before, reference)) = rest.split_once("$${") {
            out.push_str(before);
            let Some((name, after)) = reference.split_once('}') else {
                out.push_str("$${");
                rest = reference;
                continue;
            };
            let known =
                self.globals.iter().chain(&self.known).find(|(known, _)| known.eq_ignore_ascii_case(name));
            out.push_str(known.map_or("", |(_, value)| value.as_str()));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// A file's text. What is not UTF-8 in it is replaced.
fn read(path: &Path) -> io::Result<String> {
    let bytes = std::fs::read(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// The files a pattern names, in the order of their names.
fn files(directory: &Path, pattern: &str) -> Vec<PathBuf> {
    let path = directory.join(pattern);
    let found = path.to_str().and_then(|pattern| glob::glob(pattern).ok());
    found.into_iter().flatten().flatten().filter(|path| path.is_file()).collect()
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    let found =
        text.as_bytes().windows(word.len()).position(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    found.filter(|at| text.is_char_boundary(*at))
}

/// The text in quotes after a word and a `=`, and what follows it.
fn quoted_after<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.get(find_ignoring_case(text, word)?..)?;
    let (_, rest) = rest.split_once('=')?;
    let (_, rest) = rest.split_once('"')?;
    Some(rest.split_once('"').unwrap_or((rest, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preprocessed(text: &str) -> (String, Globals) {
        let mut preprocessor = Preprocessor::new(vec![("domain".into(), "d.example".into())]);
        preprocessor.text(text, Path::new("/nonexistent"), 0).unwrap();
        (preprocessor.out, preprocessor.globals)
    }

    #[test]
    fn lines_are_changed_as_the_switch_changes_them() {
        for (text, out) in [
            ("<a/>\n", "<a/>\n"),
            ("<?xml version=\"1.0\"?><a/>\n<b/>", "<b/>"),
            ("<include>\n<a/>\n</include>\n", "<a/>\n"),
            ("x $${domain} $${nosuch} $${open\n", "x d.example  $${open\n"),
            ("<X-PRE-PROCESS cmd=\"set\" data=\"v=1\"/> lost\n<a v=\"$${v}\"/>", "<a v=\"1\"/>"),
            ("<x-pre-process cmd=\"set\" data=\"v = 1 2\"/>\n[$${v}]", "[1 2]"),
            ("<!--#set \"v=7\"-->\n$${v}", "\n7"),
            ("a<!--#set \"v=7\"\n lost -->b\n$${v}", "ab\n7"),
            ("no X-PRE-PROCESS here\n", ""),
            ("<X-PRE-PROCESS cmd=\"include\" data=\"*.xml\"/>\nx", "x"),
        ] {
            assert_eq!(preprocessed(text).0, out, "{text}");
        }
        let (_, globals) = preprocessed("<X-PRE-PROCESS cmd=\"set\" data=\"domain=\"/>\n");
        assert_eq!(globals, []);
    }
}
