//! Variables of a call, and of the whole switch.

use super::command::command;
use super::line::{Line, check_rest, check_without};
use super::output::{Printed, done, value};
use super::{ApiCommand, ApiError};
use crate::dialstring::{Variables, tokenizer, uuid_setvar, uuid_setvar_multi};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// `uuid_getvar`: a variable of a call; none if it is not set. An array reads `ARRAY::a|:b`; of one, `name[1]` is the
/// second element.
///
/// The switch prints values as they are, so that one which reads `-ERR No such channel!`, `_undef_` or `-ERR no reply`
/// to the last byte, line break included, cannot be told from those answers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidGetvar {
    uuid: ChannelUuid,
    name: String,
}

impl UuidGetvar {
    /// Of this call, that variable.
    pub fn new(uuid: impl Into<ChannelUuid>, name: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), name: name.into() }
    }
}

impl ApiCommand for UuidGetvar {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_getvar").uuid("uuid", &self.uuid).word("name", &self.name).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        let printed = Printed::by("uuid_getvar", output)?;
        match printed.bytes() {
            b"_undef_" => Ok(None),
            b"-ERR No such channel!\n"
            | b"-ERR No variable name specified!\n"
            | b"-USAGE: <uuid> <var>\n" => printed.or_failed().map(|_| None),
            _ => Ok(Some(printed.text().into_owned())),
        }
    }
}

/// `uuid_setvar`: sets a variable of a call, quoted as [`uuid_setvar`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidSetvar {
    uuid: ChannelUuid,
    name: String,
    value: String,
}

impl UuidSetvar {
    /// Of this call, that variable to this value. An empty one unsets it. `${` is refused, as the switch would run
    /// what is in it wherever the variable is used.
    pub fn new(uuid: impl Into<ChannelUuid>, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), name: name.into(), value: value.into() }
    }
}

impl ApiCommand for UuidSetvar {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Ok(uuid_setvar(self.uuid.as_str(), &self.name, &self.value)?)
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_setvar", output)?)
    }
}

/// `uuid_setvar_multi`: sets several variables of a call at once, quoted as [`uuid_setvar_multi`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidSetvarMulti {
    uuid: ChannelUuid,
    variables: Variables,
}

impl UuidSetvarMulti {
    /// Of this call, these variables.
    pub fn new(uuid: impl Into<ChannelUuid>, variables: Variables) -> Self {
        Self { uuid: uuid.into(), variables }
    }
}

impl ApiCommand for UuidSetvarMulti {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Ok(uuid_setvar_multi(self.uuid.as_str(), &self.variables)?)
    }

    /// The first line says why it failed, and the usage after it nothing.
    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_setvar_multi", output)?)
    }
}

command! {
    /// `global_getvar NAME`: a variable of the switch; none if it is not set.
    GlobalGetvar = "global_getvar" => Option<String>, value;
    name: String = rest
}

command! {
    /// `global_getvar`: all variables of the switch, in the switch's order. Values with line breaks cannot be told
    /// from the lines after them; a line without `=` is taken for the rest of the value before it.
    GlobalVariables = "global_getvar" => Vec<(String, String)>, variables;
}

fn variables(printed: Printed<'_>) -> Result<Vec<(String, String)>, ApiError> {
    let text = printed.text();
    let mut list: Vec<(String, String)> = Vec::new();
    for line in text.trim_end_matches('\n').split('\n').filter(|_| !printed.is_empty()) {
        match (line.split_once('='), list.last_mut()) {
            (Some((name, value)), _) => list.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => value.extend(["\n", line]),
            (None, None) => return Err(printed.unreadable("variables")),
        }
    }
    Ok(list)
}

/// `global_setvar`: sets a variable of the switch.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, GlobalSetvar};
/// assert_eq!(GlobalSetvar::new("greeting", "a=b, 'c'").line()?, r"global_setvar greeting=a\=b,\s\'c\'");
/// assert_eq!(GlobalSetvar::new("state", "on").only_if("off").line()?, "global_setvar state=on=off");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct GlobalSetvar {
    name: String,
    value: String,
    only_if: Option<String>,
}

impl GlobalSetvar {
    /// That variable to this value. An empty one unsets it.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), only_if: None }
    }

    /// Only if that is its value. The switch says `+OK` either way: to know, look
    /// ([`GlobalGetvar`]).
    pub fn only_if(mut self, value: impl Into<String>) -> Self {
        self.only_if = Some(value.into());
        self
    }
}

impl ApiCommand for GlobalSetvar {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        check_rest("the variable's name", &self.name)?;
        check_without("the variable's name", &self.name, &['=', ' ', '\'', '\\', '^'])?;
        let mut words = vec![self.name.clone(), tokenizer::escape_word(&self.value, '=')];
        if let Some(only_if) = &self.only_if {
            if only_if.is_empty() || self.value.is_empty() {
                return Err(ApiMisuse::Empty { what: "a value to set or to compare" });
            }
            words.push(tokenizer::escape_word(only_if, '='));
        }
        let nul = words.iter().any(|word| word.contains('\0'));
        Line::new("global_setvar")
            .require(!nul, || ApiMisuse::Unsendable { what: "the variable's value", character: "NUL byte" })
            .put(Ok(()), &words.join("="))
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("global_setvar", output)?)
    }
}
