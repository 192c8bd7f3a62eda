//! Applications and their arguments.

use super::error::{DialStringError, check_characters, check_no_nul, check_without};
use super::expansion::{check_no_expansion, escape_expansion, expand_literal};
use super::variables::{check_name, check_value};

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
