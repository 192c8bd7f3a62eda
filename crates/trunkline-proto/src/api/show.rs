//! `show`: the switch's tables (`show_function` in `mod_commands.c`).
//!
//! They are tables of its database, which follows what happens by up to a few hundred milliseconds: a row may be
//! missing that an event told of, and one may still be there whose call has ended. `uuid_exists` and `uuid_dump` ask
//! the live session.

mod delimited;
mod rows;

use std::borrow::Cow;
use std::marker::PhantomData;

pub use delimited::{ShowDelimited, Table};
pub use rows::{
    AliasRow, ApplicationRow, CallRow, ChannelRow, CompleteRow, InterfaceRow, InterfaceTypeRow, ModuleRow,
    NatRow, RegistrationRow, ShowRow, TaskRow,
};

use super::command::choice;
use super::json::Parser;
use super::line::Line;
use super::output::Printed;
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

/// `show TABLE as json`: the rows of a table, each as a value. It fails rather than give a part of the table: if what
/// came breaks off, or has another number of rows than it says.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, Show};
/// let channels = Show::channels();
/// assert_eq!(channels.line()?, "show channels as json");
/// let rows = channels.read(br#"{"row_count":1,"rows":[{"uuid":"a","cid_name":"Bob","new":"x"}]}"#).unwrap();
/// assert_eq!(rows[0].cid_name, "Bob");
/// assert_eq!(rows[0].others, [("new".to_owned(), "x".to_owned())]);
/// assert_eq!(channels.read(b"{\"row_count\": 0}\n"), Ok(vec![]));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Show<R> {
    table: Cow<'static, str>,
    like: Option<String>,
    row: PhantomData<fn() -> R>,
}

impl Show<ChannelRow> {
    /// `show channels`: every leg of every call.
    pub fn channels() -> Self {
        Self::table("channels")
    }

    /// `show channels like TEXT`: those with the text in their id, name, caller's name or number, presence data or
    /// account code. With `%` in it, it is a whole pattern of SQL's `LIKE`, in which `_` is any character, too. The
    /// switch takes `'` and `;` for blanks, which is why they are refused.
    pub fn channels_like(text: impl Into<String>) -> Self {
        Self { like: Some(text.into()), ..Self::channels() }
    }
}

impl Show<CallRow> {
    /// `show calls`: legs with those they are bridged to, each pair once.
    pub fn calls() -> Self {
        Self::table("calls")
    }

    /// `show bridged_calls`: only bridged ones.
    pub fn bridged_calls() -> Self {
        Self::table("bridged_calls")
    }

    /// `show detailed_calls`: as [`calls`](Self::calls), with all there is of each leg.
    pub fn detailed_calls() -> Self {
        Self::table("detailed_calls")
    }

    /// `show detailed_bridged_calls`: as [`bridged_calls`](Self::bridged_calls), with all there is of each leg.
    pub fn detailed_bridged_calls() -> Self {
        Self::table("detailed_bridged_calls")
    }
}

impl Show<RegistrationRow> {
    /// `show registrations`
    pub fn registrations() -> Self {
        Self::table("registrations")
    }
}

impl Show<TaskRow> {
    /// `show tasks`: what is scheduled.
    pub fn tasks() -> Self {
        Self::table("tasks")
    }
}

impl Show<ModuleRow> {
    /// `show modules`: what every module provides. Those of one are
    /// [`ShowDelimited::module`]: the command forgets the form when it is given a name.
    pub fn modules() -> Self {
        Self::table("modules")
    }
}

impl Show<ApplicationRow> {
    /// `show application`: every application that has a description.
    pub fn applications() -> Self {
        Self::table("application")
    }

    /// `show api`: every api command that has a description.
    pub fn apis() -> Self {
        Self::table("api")
    }
}

impl Show<InterfaceRow> {
    /// `show interfaces`: everything modules provide.
    pub fn interfaces() -> Self {
        Self::table("interfaces")
    }

    /// `show codec`, `show endpoint` …: what modules provide of one kind.
    pub fn interfaces_of(kind: InterfaceKind) -> Self {
        Self::table(kind.as_str())
    }
}

impl Show<InterfaceTypeRow> {
    /// `show interface_types`: how many of each kind modules provide. Of a switch that is not called as its machine the
    /// switch finds none.
    pub fn interface_types() -> Self {
        Self::table("interface_types")
    }
}

impl Show<AliasRow> {
    /// `show aliases`: the console's aliases.
    pub fn aliases() -> Self {
        Self::table("aliases")
    }
}

impl Show<CompleteRow> {
    /// `show complete`: how the console completes commands.
    pub fn complete() -> Self {
        Self::table("complete")
    }
}

impl Show<NatRow> {
    /// `show nat_map`: ports mapped on the router.
    pub fn nat_map() -> Self {
        Self::table("nat_map")
    }
}

impl<R: ShowRow> Show<R> {
    /// Another table, with a row type of your own.
    pub fn table(table: impl Into<Cow<'static, str>>) -> Self {
        Self { table: table.into(), like: None, row: PhantomData }
    }
}

impl<R: ShowRow> ApiCommand for Show<R> {
    type Output = Vec<R>;

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = Line::new("show").plain("table", &self.table);
        let line = match &self.like {
            None => line,
            Some(text) => line
                .require(!text.contains(['\'', ';']), || ApiMisuse::Invalid {
                    what: "the text to look for",
                    value: text.clone(),
                    why: "holds a quote or semicolon, for which the switch would take blanks",
                })
                .keyword("like")
                .word("text", text),
        };
        line.keyword("as json").finish()
    }

    fn read(&self, output: &[u8]) -> Result<Vec<R>, ApiError> {
        let printed = Printed::by("show", output)?.or_failed()?;
        read_rows(printed.bytes()).ok_or_else(|| printed.unreadable("a table in JSON"))
    }
}

/// `{"row_count":N,"rows":[…]}`, or `{"row_count": 0}` for none.
fn read_rows<R: ShowRow>(text: &[u8]) -> Option<Vec<R>> {
    let mut parser = Parser::new(text);
    let mut rows = Vec::new();
    let mut count = None;
    parser.sequence(b'{', b'}', |parser| {
        let key = parser.string()?;
        parser.take(b':')?;
        if key != "rows" {
            let value = parser.value(0)?;
            if key == "row_count" {
                count = value.as_text()?.parse::<usize>().ok();
            }
            return Some(());
        }
        parser.sequence(b'[', b']', |parser| {
            rows.push(read_row(parser)?);
            Some(())
        })
    })?;
    (parser.is_at_end() && count == Some(rows.len())).then_some(rows)
}

fn read_row<R: ShowRow>(parser: &mut Parser<'_>) -> Option<R> {
    let mut row = R::empty();
    parser.sequence(b'{', b'}', |parser| {
        let column = parser.string()?;
        parser.take(b':')?;
        let value = parser.value(0)?;
        row.set(&column, value.as_text().unwrap_or_default());
        Some(())
    })?;
    Some(row)
}

choice! {
    /// A kind of thing modules provide, as `show` lists it.
    InterfaceKind {
        /// Chat protocols.
        Chat = "chat",
        /// Codecs.
        Codec = "codec",
        /// Dialplans.
        Dialplan = "dialplan",
        /// Endpoints: what a dial string may begin with.
        Endpoint = "endpoint",
        /// File formats.
        File = "file",
        /// Backends of `limit`.
        Limit = "limits",
        /// SNMP.
        Management = "management",
        /// Languages of `say`.
        Say = "say",
        /// Timers.
        Timer = "timer",
    }
}

choice! {
    /// A table `show … count` counts.
    Counted {
        /// Legs.
        Channels = "channels",
        /// Legs with those they are bridged to, each pair once.
        Calls = "calls",
        /// Registrations.
        Registrations = "registrations",
    }
}

/// `show TABLE count`: how many rows it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct ShowCount {
    table: Counted,
}

impl ShowCount {
    /// Of this table.
    pub fn new(table: Counted) -> Self {
        Self { table }
    }
}

impl ApiCommand for ShowCount {
    type Output = u64;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("show").choice("table", &self.table).keyword("count").finish()
    }

    fn read(&self, output: &[u8]) -> Result<u64, ApiError> {
        let printed = Printed::by("show", output)?.or_failed()?;
        let text = printed.text();
        let count = text.trim().strip_suffix(" total.").and_then(|count| count.parse().ok());
        count.ok_or_else(|| printed.unreadable("a count"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_table_is_no_table() {
        let whole = r#"{"row_count":2,"rows":[{"uuid":"a"},{"uuid":"b"}]}"#;
        assert_eq!(Show::channels().read(whole.as_bytes()).unwrap().len(), 2);
        for cut in 0..whole.len() {
            assert!(Show::channels().read(&whole.as_bytes()[..cut]).is_err(), "{cut}");
        }
        let miscounted = whole.replace(":2", ":3");
        assert!(matches!(Show::channels().read(miscounted.as_bytes()), Err(ApiError::Unreadable { .. })));
        assert!(matches!(Show::channels().read(b"\n0 total.\n"), Err(ApiError::Unreadable { .. })));
        let broken = b"-ERR SQL Error [database is locked]\n{\"row_count\": 0}\n";
        assert!(matches!(Show::channels().read(broken), Err(ApiError::Failed { .. })));
    }

    #[test]
    fn odd_rows_are_read() {
        let text =
            b"{\"row_count\":1,\"rows\":[{\"cid_name\":\"\xe9\",\"created_epoch\":\"soon\",\"dest\":null}]}";
        let row = &Show::channels().read(text).unwrap()[0];
        assert_eq!(row.uuid.as_str(), "");
        assert_eq!(row.cid_name, "\u{fffd}");
        assert_eq!(row.created_epoch, None);
        assert_eq!(row.dest, "");
        assert_eq!(row.others, []);
    }

    #[test]
    fn filters_cannot_leave_their_place() {
        assert_eq!(Show::channels_like("a b").line().unwrap(), r"show channels like a\sb as json");
        for bad in ["", "it's", "a;b", "\0"] {
            assert!(Show::channels_like(bad).line().is_err(), "{bad:?}");
        }
        assert!(Show::<ChannelRow>::table("channels as xml").line().is_err());
    }
}
