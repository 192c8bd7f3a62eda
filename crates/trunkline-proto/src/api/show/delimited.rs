//! `show` as lines of values with a delimiter between them: its own form, and the only one of some questions.

use crate::api::line::{Line, check_bare};
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

/// `show TABLE [FILTER]`, or `show TABLE as delim DELIMITER`: lines of values.
///
/// The switch does not quote: a value with the delimiter or a line break in it makes other values of the line, and
/// the answer is refused as unreadable then, if it shows. What [`Show`](crate::api::Show) can give it gives better.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, ShowDelimited};
/// let module = ShowDelimited::module("mod_say_en");
/// assert_eq!(module.line()?, "show modules mod_say_en");
/// let table = module.read(b"type,name,ikey,filename\nsay,en,mod_say_en,/mod_say_en.so\n\n1 total.\n").unwrap();
/// assert_eq!(table.get(0, "name"), Some("en"));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct ShowDelimited {
    table: String,
    filter: Option<String>,
    delimiter: Option<String>,
}

impl ShowDelimited {
    /// A table, with commas.
    pub fn new(table: impl Into<String>) -> Self {
        Self { table: table.into(), filter: None, delimiter: None }
    }

    /// What one module provides.
    pub fn module(name: impl Into<String>) -> Self {
        Self { filter: Some(name.into()), ..Self::new("modules") }
    }

    /// One api command. Its description and syntax may have commas.
    pub fn api(name: impl Into<String>) -> Self {
        Self { filter: Some(name.into()), ..Self::new("api") }
    }

    /// One application. Its description and syntax may have commas.
    pub fn application(name: impl Into<String>) -> Self {
        Self { filter: Some(name.into()), ..Self::new("application") }
    }

    /// With something else between the values; of a question about one thing the switch does not heed it, and it is
    /// refused.
    pub fn delimiter(mut self, delimiter: impl Into<String>) -> Self {
        self.delimiter = Some(delimiter.into());
        self
    }
}

impl ApiCommand for ShowDelimited {
    type Output = Table;

    fn line(&self) -> Result<String, ApiMisuse> {
        let mut line = Line::new("show").plain("table", &self.table);
        if let Some(filter) = &self.filter {
            line = line.reserve("name", filter, &["as", "count", "like"]).word("name", filter);
        }
        if let Some(delimiter) = &self.delimiter {
            check_bare("the delimiter", delimiter)?;
            let why = "is not heeded by the switch when it is asked about one thing";
            line = line
                .require(self.filter.is_none(), || ApiMisuse::Invalid {
                    what: "the delimiter",
                    value: delimiter.clone(),
                    why,
                })
                .keyword("as delim")
                .plain("delimiter", delimiter);
        }
        line.finish()
    }

    fn read(&self, output: &[u8]) -> Result<Table, ApiError> {
        let printed = Printed::by("show", output)?.or_failed()?;
        let text = printed.text();
        let table = Table::parse(&text, self.delimiter.as_deref().unwrap_or(","));
        table.ok_or_else(|| printed.unreadable("a table"))
    }
}

/// A table as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A line of names, lines of as many values, an empty line, `N total.`; without any rows only the latter.
    fn parse(text: &str, delimiter: &str) -> Option<Self> {
        let (lines, total) = text.trim_end_matches('\n').rsplit_once('\n')?;
        let total: usize = total.strip_suffix(" total.")?.parse().ok()?;
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        let mut lines =
            lines.split('\n').map(|line| line.split(delimiter).map(str::to_owned).collect::<Vec<_>>());
        if total == 0 {
            return Some(Self::default());
        }
        let columns = lines.next()?;
        let rows: Vec<Vec<String>> = lines.collect();
        let fits = rows.len() == total && rows.iter().all(|row| row.len() == columns.len());
        fits.then_some(Self { columns, rows })
    }

    /// The names of its columns; none if it has no rows.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Its rows: a value for each column.
    #[must_use]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A value by row, from 0, and name of its column.
    #[must_use]
    pub fn get(&self, row: usize, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.rows.get(row)?.get(at).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_fits() {
        let table = Table::parse("a,b\n1,2\n3,\n\n2 total.\n", ",").unwrap();
        assert_eq!(table.columns(), ["a", "b"]);
        assert_eq!(table.rows(), [["1", "2"], ["3", ""]]);
        assert_eq!(table.get(1, "a"), Some("3"));
        assert_eq!((table.get(1, "c"), table.get(2, "a")), (None, None));
        assert!(Table::parse("\n0 total.\n", ",").unwrap().is_empty());
        assert_eq!(Table::parse("a::b\n1::2\n\n1 total.\n", "::").unwrap().get(0, "b"), Some("2"));
    }

    #[test]
    fn what_does_not_fit_is_not_guessed_at() {
        for bad in [
            "",
            "a,b",
            "a,b\n1,2,3\n\n1 total.\n",
            "a,b\n1,2\n\n2 total.\n",
            "a,b\n1,\n2\n\n1 total.\n",
            "x total.\n",
        ] {
            assert_eq!(Table::parse(bad, ","), None, "{bad}");
        }
    }

    #[test]
    fn a_delimiter_is_for_whole_tables() {
        assert_eq!(ShowDelimited::new("calls").delimiter("|").line().unwrap(), "show calls as delim |");
        assert!(ShowDelimited::module("m").delimiter("|").line().is_err());
        assert!(ShowDelimited::module("as").line().is_err());
        assert!(ShowDelimited::new("calls").delimiter(" ").line().is_err());
    }
}
