//! `db`: a store in a database of the switch, of `mod_db.c`. It outlives the switch. What cannot be done prints
//! `!err!`.

use super::hash::store_command;
use super::line::{Line, check_without};
use super::output::{Printed, done, number, or_dialplan_failure, truth, value};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

store_command! {
    /// `db insert`: keeps a value, in place of the one there is.
    Insert = "db", "insert" => (), inserted;
    realm, key, value
}

store_command! {
    /// `db delete`: forgets a value, if there is one.
    Delete = "db", "delete" => (), inserted;
    realm, key
}

store_command! {
    /// `db select`: the value; none if there is none. The switch has room for 512 bytes of it (`db_api_function`).
    Select = "db", "select" => Option<String>, selected;
    realm, key
}

store_command! {
    /// `db exists`: whether there is a value.
    Exists = "db", "exists" => bool, exists;
    realm, key
}

store_command! {
    /// `db count`: how many values there are.
    Count = "db", "count" => u64, count;
}

store_command! {
    /// `db count/REALM`: how many values a realm has.
    CountIn = "db", "count" => u64, count;
    realm
}

store_command! {
    /// `db list`: the realms, those with a comma in two pieces.
    List = "db", "list" => Vec<String>, list;
}

store_command! {
    /// `db list/REALM`: the keys of a realm, those with a comma in two pieces.
    ListIn = "db", "list" => Vec<String>, list;
    realm
}

fn inserted(printed: Printed<'_>) -> Result<(), ApiError> {
    done(or_dialplan_failure(printed)?)
}

fn selected(printed: Printed<'_>) -> Result<Option<String>, ApiError> {
    if printed.bytes() == b"!err!" { Err(printed.failed("!err!")) } else { value(printed) }
}

fn exists(printed: Printed<'_>) -> Result<bool, ApiError> {
    truth(or_dialplan_failure(printed)?)
}

fn count(printed: Printed<'_>) -> Result<u64, ApiError> {
    number(or_dialplan_failure(printed)?)
}

fn list(printed: Printed<'_>) -> Result<Vec<String>, ApiError> {
    let text = or_dialplan_failure(printed)?.text();
    Ok(text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

/// `group`: groups of dial strings, kept as `db` keeps values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Group {
    action: &'static str,
    group: String,
    url: String,
}

impl Group {
    /// Adds this dial string to that group.
    pub fn insert(group: impl Into<String>, url: impl Into<String>) -> Self {
        Self { action: "insert", group: group.into(), url: url.into() }
    }

    /// Takes it away; `*` for all.
    pub fn delete(group: impl Into<String>, url: impl Into<String>) -> Self {
        Self { action: "delete", ..Self::insert(group, url) }
    }

    /// A dial string that calls the group at once.
    pub fn call(group: impl Into<String>) -> GroupDialString {
        GroupDialString { group: group.into() }
    }
}

/// `group call`, made by [`Group::call`]: a dial string that calls a group at once; none if it is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct GroupDialString {
    group: String,
}

fn check_group(group: &str) -> Result<(), ApiMisuse> {
    check_without("group", group, &[':', ' ', '\'', '\\'])?;
    super::line::check_bare("group", group)
}

impl ApiCommand for Group {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        check_group(&self.group)?;
        super::line::check_rest("url", &self.url)?;
        check_without("url", &self.url, &['\'', '\\'])?;
        Line::new("group").put(Ok(()), &format!("{}:{}:{}", self.action, self.group, self.url)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        inserted(Printed::by("group", output)?)
    }
}

impl ApiCommand for GroupDialString {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        check_group(&self.group)?;
        Line::new("group").put(Ok(()), &format!("call:{}", self.group)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        selected(Printed::by("group", output)?)
    }
}
