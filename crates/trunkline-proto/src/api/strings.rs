//! Texts: said back, expanded, matched, encoded.

use super::command::command;
use super::line::{Line, check_rest, check_without};
use super::output::{Printed, anything, done, or_dialplan_failure, remark, text, truth, value};
use super::{ApiCommand, ApiError};
use crate::dialstring::tokenizer;
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

command! {
    /// `echo`: says it back. Whatever it prints is the text, also if it looks like a failure.
    Echo = "echo" => String, anything;
    text: String = rest
}

/// `eval`: expands `${variables}` and `$${globals}` in a text. **Code, not data**: `${command(…)}` runs an api command.
/// Whatever it prints is the text, also if it looks like a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Eval {
    verb: &'static str,
    uuid: Option<ChannelUuid>,
    text: String,
}

impl Eval {
    /// With the variables of the switch.
    pub fn new(text: impl Into<String>) -> Self {
        Self { verb: "eval", uuid: None, text: text.into() }
    }

    /// With those of this call, too. Of one that is not there, all are empty.
    pub fn uuid(mut self, uuid: impl Into<ChannelUuid>) -> Self {
        self.uuid = Some(uuid.into());
        self
    }
}

/// `expand`: expands `${variables}` in a command and runs it. **Code, not data.** Gives what that prints, failures
/// included; read it as that command does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Expand {
    eval: Eval,
}

impl Expand {
    /// With the variables of the switch.
    pub fn new(command: impl Into<String>) -> Self {
        Self { eval: Eval { verb: "expand", ..Eval::new(command) } }
    }

    /// With those of this call, too. Of one that is not there, all are empty.
    pub fn uuid(self, uuid: impl Into<ChannelUuid>) -> Self {
        Self { eval: self.eval.uuid(uuid) }
    }
}

impl ApiCommand for Eval {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = Line::new(self.verb);
        let line = match &self.uuid {
            Some(uuid) => {
                crate::dialstring::check_uuid(uuid.as_str())?;
                line.keyword(&format!("uuid:{uuid}"))
            }
            None => line.require(!self.text.starts_with("uuid:"), || ApiMisuse::Invalid {
                what: "text",
                value: self.text.clone(),
                why: "begins `uuid:`, after which the switch reads the id of a call",
            }),
        };
        line.rest("text", &self.text).finish()
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        anything(Printed::by(self.verb, output)?)
    }
}

impl ApiCommand for Expand {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.eval.line()
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        let printed = Printed::by("expand", output)?;
        if printed.bytes() == b"-ERR No input\n" {
            return Err(printed.failed("No input"));
        }
        if let Some(rest) = printed.text().strip_prefix("INVALID COMMAND!\n") {
            return Err(printed.failed(rest.trim_start_matches("-ERR").trim()));
        }
        anything(printed)
    }
}

/// `regex`: whether a text matches a regular expression (PCRE).
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, Regex};
/// assert_eq!(Regex::new("abc123", r"\d+").line()?, r"regex abc123|\\d+");
/// assert_eq!(Regex::new("a|b", "a.b").line()?, r"regex a\|b|a.b");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Regex {
    data: String,
    pattern: String,
}

impl Regex {
    /// This text, that expression. One that is none matches nothing.
    pub fn new(data: impl Into<String>, pattern: impl Into<String>) -> Self {
        Self { data: data.into(), pattern: pattern.into() }
    }

    /// Gives what takes the place of the match instead: `$1` in it, or `%1`, is what the first group matched.
    pub fn substitute(self, substitution: impl Into<String>) -> RegexSubstitute {
        RegexSubstitute { regex: self, substitution: substitution.into() }
    }

    fn write(&self, more: &[&str]) -> Result<String, ApiMisuse> {
        let mut parts = vec![self.data.as_str(), self.pattern.as_str()];
        parts.extend(more);
        let mut words = Vec::new();
        for part in parts {
            check_part("a part of the regular expression", part)?;
            words.push(tokenizer::escape_word(part, '|'));
        }
        let mut arguments = words.join("|");
        if self.data.starts_with("m:") || self.data.starts_with("^^") || self.data.starts_with('\u{b}') {
            arguments.insert_str(0, "''");
        }
        Line::new("regex").put(Ok(()), &arguments).finish()
    }
}

/// NUL and nothing cannot be said; all else has an escape.
fn check_part(what: &'static str, text: &str) -> Result<(), ApiMisuse> {
    if text.is_empty() {
        return Err(ApiMisuse::Empty { what });
    }
    if text.contains('\0') {
        return Err(ApiMisuse::Unsendable { what, character: "NUL byte" });
    }
    Ok(())
}

impl ApiCommand for Regex {
    type Output = bool;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.write(&[])
    }

    fn read(&self, output: &[u8]) -> Result<bool, ApiError> {
        truth(Printed::by("regex", output)?)
    }
}

/// `regex … | … | SUBSTITUTION`, made by [`Regex::substitute`]. Gives none if there was no match, or if nothing takes
/// its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct RegexSubstitute {
    regex: Regex,
    substitution: String,
}

impl ApiCommand for RegexSubstitute {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        // With `n` the switch prints nothing when nothing matches, where it would print the text.
        self.regex.write(&[&self.substitution, "n"])
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        value(Printed::by("regex", output)?)
    }
}

/// `cond`: one of two texts, as a comparison turns out.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, Cond};
/// assert_eq!(Cond::new("1 > 0", "yes", "no").line()?, "cond 1 > 0 ? yes : no");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Cond {
    expression: String,
    yes: String,
    no: String,
}

impl Cond {
    /// By this comparison (`a == b`; `!=`, `<`, `<=`, `>`, `>=`; numbers by value, others by length).
    pub fn new(expression: impl Into<String>, yes: impl Into<String>, no: impl Into<String>) -> Self {
        Self { expression: expression.into(), yes: yes.into(), no: no.into() }
    }
}

impl ApiCommand for Cond {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        for (what, part) in [("expression", &self.expression), ("yes", &self.yes), ("no", &self.no)] {
            check_rest(what, part)?;
            check_without(what, part, &['?', ':'])?;
        }
        let Self { expression, yes, no } = self;
        Line::new("cond").put(Ok(()), &format!("{expression} ? {yes} : {no}")).finish()
    }

    /// `-ERR` is the answer to what is no comparison, and cannot be told from a text that reads so.
    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        let printed = Printed::by("cond", output)?;
        if printed.bytes() == b"-ERR" { Err(printed.failed("")) } else { anything(printed) }
    }
}

command! {
    /// `md5`: the MD5 of a text, in hexadecimal.
    Md5 = "md5" => String, dialplan_text;
    text: String = rest
}

command! {
    /// `expr`: the value of an arithmetic expression.
    Expr = "expr" => String, dialplan_text;
    expression: String = rest
}

fn dialplan_text(printed: Printed<'_>) -> Result<String, ApiError> {
    text(or_dialplan_failure(printed)?)
}

command! {
    /// `url_encode`: a text, percent-encoded. What looks encoded already, such as `%41`, is left as it is: a text that
    /// has it does not come back.
    UrlEncode = "url_encode" => String, anything;
    text: String = rest
}

command! {
    /// `url_decode`: a percent-encoded text, decoded. `%` without two digits stays.
    UrlDecode = "url_decode" => String, anything;
    text: String = rest
}

command! {
    /// `toupper`: in capitals; ASCII letters only.
    ToUpper = "toupper" => String, anything;
    text: String = rest
}

command! {
    /// `tolower`: in small letters; ASCII letters only.
    ToLower = "tolower" => String, anything;
    text: String = rest
}

command! {
    /// `escape`: with control characters escaped as in C.
    Escape = "escape" => String, anything;
    text: String = rest
}

command! {
    /// `quote_shell_arg`: quoted for the switch's shell.
    QuoteShellArg = "quote_shell_arg" => String, anything;
    text: String = rest
}

command! {
    /// `sql_escape`: with its apostrophes doubled.
    SqlEscape = "sql_escape" => String, anything;
    text: String = rest
}

/// `coalesce`: the first of several texts that is not empty; none if all are.
///
/// The switch prints it as a format of `printf` (`coalesce_function` in `mod_commands.c`): one with `%` is refused, as it
/// could read and write the switch's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Coalesce {
    texts: Vec<String>,
}

impl Coalesce {
    /// Of these; at most 128 are looked at (`coalesce_function` in `mod_commands.c`).
    pub fn new<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self { texts: texts.into_iter().map(Into::into).collect() }
    }
}

impl ApiCommand for Coalesce {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        let nul = self.texts.iter().any(|text| text.contains('\0'));
        let format = self.texts.iter().find(|text| text.contains('%'));
        let words: Vec<String> = self.texts.iter().map(|text| tokenizer::escape_word(text, ',')).collect();
        let mut arguments = words.join(",");
        if arguments.starts_with("^^") || arguments.starts_with('\u{b}') {
            arguments.insert_str(0, "''");
        }
        Line::new("coalesce")
            .require(!nul, || ApiMisuse::Unsendable { what: "text", character: "NUL byte" })
            .require(format.is_none(), || ApiMisuse::Invalid {
                what: "text",
                value: format.cloned().unwrap_or_default(),
                why: "holds a `%`, which the switch would take for a format",
            })
            .require(!self.texts.is_empty(), || ApiMisuse::Empty { what: "the list of texts" })
            .put(Ok(()), &arguments)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        value(Printed::by("coalesce", output)?)
    }
}

/// `console_complete`: how a console's line may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct ConsoleComplete {
    line: String,
}

/// What [`ConsoleComplete`] gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Completion {
    /// Words that fit.
    pub matches: Vec<String>,
    /// How many characters before the cursor to take away, and what to write, if there is something.
    pub write: Option<(usize, String)>,
}

impl ConsoleComplete {
    /// The beginning of a line. A blank at its end, which the switch would not see, is refused.
    pub fn new(line: impl Into<String>) -> Self {
        Self { line: line.into() }
    }
}

impl ApiCommand for ConsoleComplete {
    type Output = Completion;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("console_complete").rest("line", &self.line).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Completion, ApiError> {
        let printed = Printed::by("console_complete", output)?.or_failed()?;
        let text = printed.text();
        let (list, write) = match text.rsplit_once("\n\nwrite=") {
            Some((list, write)) => (list, write.split_once(':')),
            None => (&*text, None),
        };
        let write = write.and_then(|(count, word)| Some((count.parse().ok()?, word.to_owned())));
        let is_word = |word: &&str| !word.is_empty();
        let words = list.split(['[', ']', '\t', '\n']).map(str::trim).filter(is_word);
        Ok(Completion { matches: words.map(str::to_owned).collect(), write })
    }
}

command! {
    /// `complete add`: teaches the console a command: `show foo`.
    CompleteAdd = "complete add" => (), done;
    words: String = rest
}

command! {
    /// `complete del`: has the console forget a command; `*` for all it was taught.
    CompleteDel = "complete del" => (), done;
    words: String = rest
}

/// `alias`: aliases of the console. They hold for commands sent as it sends them
/// ([`Command::console`](crate::Command::console)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Alias {
    action: &'static str,
    name: String,
    command: Option<String>,
}

impl Alias {
    /// From now on this name stands for that command.
    pub fn add(name: impl Into<String>, command: impl Into<String>) -> Self {
        Self { action: "add", name: name.into(), command: Some(command.into()) }
    }

    /// And for ever, over restarts.
    pub fn add_sticky(name: impl Into<String>, command: impl Into<String>) -> Self {
        Self { action: "stickyadd", ..Self::add(name, command) }
    }

    /// No more; `*` for all.
    pub fn del(name: impl Into<String>) -> Self {
        Self { action: "del", name: name.into(), command: None }
    }
}

impl ApiCommand for Alias {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("alias")
            .keyword(self.action)
            .plain("name", &self.name)
            .optional("command", self.command.as_ref(), Line::rest)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("alias", output)?)
    }
}

/// `log`: writes into the switch's log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Log {
    level: crate::LogLevel,
    message: String,
}

impl Log {
    /// This message, at that level.
    pub fn new(level: crate::LogLevel, message: impl Into<String>) -> Self {
        Self { level, message: message.into() }
    }
}

impl ApiCommand for Log {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("log").keyword(self.level.as_str()).rest("message", &self.message).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("log", output)?)
    }
}

command! {
    /// `console loglevel`: the log level of the switch's own console. Gives what it says.
    ConsoleLoglevel = "console loglevel" => String, remark;
    ;
    /// Sets it to this level, from 0 (`CONSOLE`) to 7 (`DEBUG`).
    level: u8 = number
}
