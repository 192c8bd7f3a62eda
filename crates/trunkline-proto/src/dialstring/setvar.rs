//! `uuid_setvar`, `uuid_setvar_multi`: variables of a call that is there.

use super::error::{DialStringError, check_not_empty};
use super::tokenizer::escape_word;
use super::variables::{Variables, check_name, check_value};

/// The most variables one `uuid_setvar_multi` takes.
const MOST_VARIABLES: usize = 64;

/// The API command that sets a variable of a call: `uuid_setvar UUID NAME VALUE`. An empty value unsets it.
///
/// # Errors
///
/// An id that is empty or holds blanks, control characters, quotes, backslashes, or begins `^^`; a name or value as
/// [`Variables::set`] refuses. The switch would take a value with `${`, and run what it says wherever the variable is
/// used, which is why it is refused here.
///
/// ```
/// # use trunkline_proto::dialstring::uuid_setvar;
/// assert_eq!(uuid_setvar("call-1", "note", "it's late")?, r"uuid_setvar call-1 note it\'s\slate");
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
pub fn uuid_setvar(uuid: &str, name: &str, value: &str) -> Result<String, DialStringError> {
    check_uuid(uuid)?;
    check_name(name)?;
    check_value(value)?;
    if value.is_empty() {
        return Ok(format!("uuid_setvar {uuid} {name}"));
    }
    Ok(format!("uuid_setvar {uuid} {name} {}", escape_word(value, ' ')))
}

/// The API command that sets several variables of a call: `uuid_setvar_multi UUID NAME=VALUE;…`.
///
/// # Errors
///
/// An id as in [`uuid_setvar`]; no variables; more than 64, of which the switch would make one.
///
/// ```
/// # use trunkline_proto::dialstring::{Variables, uuid_setvar_multi};
/// let variables = Variables::new().with("a", "1;2")?.with("b", "x=y z")?;
/// assert_eq!(uuid_setvar_multi("call-1", &variables)?, r"uuid_setvar_multi call-1 a=1\;2;b=x=y\sz");
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
pub fn uuid_setvar_multi(uuid: &str, variables: &Variables) -> Result<String, DialStringError> {
    check_uuid(uuid)?;
    if variables.is_empty() {
        return Err(DialStringError::Empty { what: "the list of variables" });
    }
    if variables.len() > MOST_VARIABLES {
        let (what, count, limit) = ("variables", variables.len(), MOST_VARIABLES);
        return Err(DialStringError::TooMany { what, count, limit });
    }
    let mut out = format!("uuid_setvar_multi {uuid} ");
    for (at, (name, value)) in variables.iter().enumerate() {
        if at > 0 {
            out.push(';');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(&escape_word(value, ';'));
    }
    Ok(out)
}

/// Refuses an id that one command would read otherwise than another.
pub(crate) fn check_uuid(uuid: &str) -> Result<(), DialStringError> {
    let what = "a call's id";
    check_not_empty(what, uuid)?;
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"' | '\\');
    if let Some(character) = uuid.chars().find(|c| is_bad(*c)) {
        let why = "commands that take an id read it in different ways";
        return Err(DialStringError::Unsayable { what, character, why });
    }
    if uuid.starts_with("^^") {
        let why = "begins `^^`, after which the switch reads a separator";
        return Err(DialStringError::Reserved { what, text: uuid.to_owned(), why });
    }
    Ok(())
}
