//! Applications and their arguments.

use super::block::is_balanced;
use super::error::{DialStringError, check_characters, check_no_nul, check_without};
use super::expansion::{check_no_expansion, escape_expansion, expand_literal};
use super::tokenizer::escape;
use super::variables::{VALUE, Variables, check_name, check_value};

const ARGUMENT: &str = "an application's argument";

/// An application for a call to run, with its argument as it is to be before the switch expands it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Application {
    name: String,
    argument: String,
}

impl Application {
    /// One with an argument that reaches it as given.
    ///
    /// # Errors
    ///
    /// A name of others than ASCII letters, digits and `_-.`; an argument as [`application_argument`] refuses.
    pub fn new(name: &str, argument: &str) -> Result<Self, DialStringError> {
        check_characters("an application's name", name, "_-.")?;
        Ok(Self { name: name.to_owned(), argument: application_argument(argument)? })
    }

    /// One with an argument for the switch to expand, as in a dialplan: `/tmp/${uuid}.wav`. Everything in it must be
    /// yours: `${system(…)}` runs a command.
    ///
    /// # Errors
    ///
    /// A name as [`new`](Self::new); an argument with NUL.
    pub fn expanding(name: &str, argument: &str) -> Result<Self, DialStringError> {
        check_characters("an application's name", name, "_-.")?;
        check_no_nul(ARGUMENT, argument)?;
        // The simplest of the texts that the switch makes the same of.
        let literal = expand_literal(argument).and_then(|literal| application_argument(&literal).ok());
        let argument = literal.unwrap_or_else(|| argument.to_owned());
        Ok(Self { name: name.to_owned(), argument })
    }

    /// With these variables for as long as it runs: they hide those of the call of the same names, and the switch takes
    /// them away again at its end (`%[name=value]`, `switch_core_session_exec` in `switch_core_session.c`). What the
    /// application itself sets under one of the names is there afterwards.
    ///
    /// # Errors
    ///
    /// Unbalanced `[]` in a value; an argument that begins with `[`, which the switch would take for more of them.
    ///
    /// ```
    /// # use trunkline_proto::dialstring::{Application, Variables};
    /// let terminators = Variables::new().with("playback_terminators", "12#")?;
    /// let playback = Application::new("playback", "menu.wav")?.with_variables(&terminators)?;
    /// assert_eq!(playback.argument(), "%[playback_terminators=12#]menu.wav");
    /// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
    /// ```
    pub fn with_variables(self, variables: &Variables) -> Result<Self, DialStringError> {
        if variables.is_empty() {
            return Ok(self);
        }
        if self.argument.trim_start_matches(' ').starts_with('[') {
            let why = "begins with a bracket, behind which the switch would read variables";
            return Err(DialStringError::Reserved { what: ARGUMENT, text: self.argument, why });
        }
        let mut block = Vec::new();
        for (name, value) in variables.iter() {
            if !is_balanced(value, '[', ']') {
                return Err(DialStringError::Unbalanced { what: VALUE, open: '[', close: ']' });
            }
            block.push(format!("{name}={}", escape(&escape(value, '='), ',')));
        }
        let block = escape_expansion(&block.join(","));
        Ok(Self { argument: format!("%[{block}]{}", self.argument), ..self })
    }

    /// Its name and its argument.
    pub(crate) fn into_parts(self) -> (String, String) {
        (self.name, self.argument)
    }

    /// One whose argument is known to be written right.
    pub(super) fn written(name: &str, argument: String) -> Self {
        Self { name: name.to_owned(), argument }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its argument as `sendmsg`'s `execute-app-arg` takes it: before it is expanded.
    #[must_use]
    pub fn argument(&self) -> &str {
        &self.argument
    }

    /// Whether the switch will expand something in the argument.
    #[must_use]
    pub fn is_expanding(&self) -> bool {
        expand_literal(&self.argument).is_none()
    }
}

/// Writes an argument so that the application gets it as given, after the one pass of expansion that every argument
/// goes through. An application that expands it once more (`set`, for which there is [`set_argument`]), or cuts it
/// (`multiset`), has rules of its own.
///
/// # Errors
///
/// `${`; NUL; `%[` or `%` and any byte and `[` at the beginning, where the switch reads variables.
///
/// ```
/// # use trunkline_proto::dialstring::application_argument;
/// assert_eq!(application_argument("/tmp/a.wav")?, "/tmp/a.wav");
/// assert_eq!(application_argument(r"C:\new $5")?, r"C:\\new \$5");
/// assert!(application_argument("${system(reboot)}").is_err());
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
pub fn application_argument(argument: &str) -> Result<String, DialStringError> {
    check_no_nul(ARGUMENT, argument)?;
    check_no_expansion(ARGUMENT, argument)?;
    if let [b'%', b'[', ..] | [b'%', _, b'[', ..] = argument.as_bytes() {
        let why = "begins `%[` or `%.[`, after which the switch reads variables";
        return Err(DialStringError::Reserved { what: ARGUMENT, text: argument.to_owned(), why });
    }
    Ok(escape_expansion(argument))
}

/// The argument of the application `set`, which expands the value a second time (`base_set` in `mod_dptools.c`). An
/// empty value unsets the variable.
///
/// # Errors
///
/// A name or value as [`Variables::set`](super::Variables::set) refuses.
///
/// ```
/// # use trunkline_proto::dialstring::set_argument;
/// assert_eq!(set_argument("path", r"C:\new")?, r"path=C:\\\\new");
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
pub fn set_argument(name: &str, value: &str) -> Result<String, DialStringError> {
    check_name(name)?;
    check_value(value)?;
    application_argument(&format!("{name}={}", escape_expansion(value)))
}

/// The argument of the application `multiset`, which cuts it at a separator, and expands each value a second time.
///
/// # Errors
///
/// No variables; more than 255; values that leave none of the separators that could be.
///
/// ```
/// # use trunkline_proto::dialstring::{Variables, multiset_argument};
/// let variables = Variables::new().with("a", "1;2")?.with("b", "x y")?;
/// assert_eq!(multiset_argument(&variables)?, r"^^;a=1\\;2;b=x\\sy");
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
pub fn multiset_argument(variables: &Variables) -> Result<String, DialStringError> {
    // `array` in `multiset_function` in `mod_dptools.c`.
    const MOST: usize = 255;
    let (what, count) = ("variables", variables.len());
    if count == 0 {
        return Err(DialStringError::Empty { what: "the list of variables" });
    }
    if count > MOST {
        return Err(DialStringError::TooMany { what, count, limit: MOST });
    }
    let pairs = variables.iter().map(|(name, value)| format!("{name}={}", escape_expansion(value)));
    let items: Vec<_> = pairs.map(|pair| escape(&pair, ';')).collect();
    application_argument(&["^^;", &items.join(";")].concat())
}

/// Refuses what cannot stand in the `&app(argument)` of `originate`: `)` ends the argument, and there is no escape for
/// it (`originate_function` in `mod_commands.c`).
pub(super) fn check_for_originate(argument: &str) -> Result<(), DialStringError> {
    let why = "`originate` ends the argument there; `Originate::inline` can carry it";
    check_without(ARGUMENT, argument, ')', why)?;
    check_for_extension(argument)
}

/// Refuses a `\'`, for which the switch drops the application with a warning, so that the call ends
/// (`switch_caller_extension_add_application` in `switch_caller.c`).
pub(super) fn check_for_extension(argument: &str) -> Result<(), DialStringError> {
    if argument.contains("\\'") {
        let why = "holds a backslash before an apostrophe, for which the switch drops the application; run it by \
                   `sendmsg` once the call is parked";
        return Err(DialStringError::Reserved { what: ARGUMENT, text: argument.to_owned(), why });
    }
    Ok(())
}
