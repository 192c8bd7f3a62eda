//! `filter`

use super::{Command, CommandKind, check_line, check_not_empty, check_reload};
use crate::error::ApiMisuse;

impl Command {
    /// `filter HEADER VALUE`: let only events pass that match a filter. Filters are the whole connection's. Any
    /// match lets an event pass; values compare without case, with the whole of the header's.
    ///
    /// Some values are more than text (`event_handler` in `mod_event_socket.c`):
    ///
    /// - `/regex/` is a regular expression (PCRE), `/regex/i` without case;
    /// - leading `+`, `-` and blanks are no part of the value. The last of the signs counts: with `-` a match keeps
    ///   the event out, whatever else matches; but filters that only exclude let nothing pass. `-/regex/` is no
    ///   regular expression;
    /// - so what begins with `+`, such as a telephone number, is matched by `/^\+1555/`, never by itself.
    ///
    /// Reply: `+OK filter added. [HEADER]=[VALUE]`
    ///
    /// # Errors
    ///
    /// An empty value, which would remove filters instead; a header with a blank; a line break or NUL.
    pub fn filter(header: &str, value: &str) -> Result<Self, ApiMisuse> {
        check_header(header)?;
        check_value(value)?;
        // A header called `delete` or `add` must not be taken for the word.
        let add = if is_keyword(header) { "add " } else { "" };
        let line = format!("filter {add}{header} {value}");
        check_reload("the filter", line.as_bytes())?;
        Self::line(CommandKind::Filter, &line)
    }

    /// `filter delete HEADER [VALUE]`: remove the filters on a header, or the one with exactly this value.
    ///
    /// Reply: `+OK filter deleted. [HEADER][VALUE]`, whether there was one or not.
    ///
    /// # Errors
    ///
    /// As [`filter`](Self::filter); the header `all`, which the switch would take for every one.
    pub fn filter_delete(header: &str, value: Option<&str>) -> Result<Self, ApiMisuse> {
        check_header(header)?;
        if header.eq_ignore_ascii_case("all") {
            let why = "means every filter there is";
            return Err(ApiMisuse::Invalid { what: "the filter's header", value: header.to_owned(), why });
        }
        let mut line = format!("filter delete {header}");
        if let Some(value) = value {
            check_value(value)?;
            line = format!("{line} {value}");
        }
        check_reload("the filter", line.as_bytes())?;
        Self::line(CommandKind::Filter, &line)
    }

    /// `filter delete all`: remove every filter.
    ///
    /// Reply: `+OK filter deleted. [all][]`
    #[must_use]
    pub fn filter_delete_all() -> Self {
        Self { wire: b"filter delete all\n\n".to_vec(), kind: CommandKind::Filter }
    }

    pub(crate) fn deletes_filters(&self) -> bool {
        const DELETE: &[u8] = b"filter delete ";
        self.wire.get(..DELETE.len()).is_some_and(|start| start.eq_ignore_ascii_case(DELETE))
    }
}

fn check_header(header: &str) -> Result<(), ApiMisuse> {
    let what = "the filter's header";
    check_line(what, header.as_bytes())?;
    check_not_empty(what, header.as_bytes())?;
    let refuse = |why| Err(ApiMisuse::Invalid { what, value: header.to_owned(), why });
    if header.contains(' ') {
        refuse("holds a blank, which would end it")
    } else if header.contains('[') {
        refuse("holds a `[`, which makes the switch assign an array element")
    } else {
        Ok(())
    }
}

fn check_value(value: &str) -> Result<(), ApiMisuse> {
    let what = "the filter's value";
    check_line(what, value.as_bytes())?;
    check_not_empty(what, value.as_bytes())
}

fn is_keyword(header: &str) -> bool {
    ["add", "delete"].iter().any(|word| header.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        let wire =
            |command: Result<Command, ApiMisuse>| String::from_utf8(command.unwrap().into_wire()).unwrap();
        assert_eq!(wire(Command::filter("Unique-ID", "a b")), "filter Unique-ID a b\n\n");
        assert_eq!(wire(Command::filter("delete", "x")), "filter add delete x\n\n");
        assert_eq!(wire(Command::filter_delete("Unique-ID", None)), "filter delete Unique-ID\n\n");
        assert_eq!(wire(Command::filter_delete("Unique-ID", Some("a"))), "filter delete Unique-ID a\n\n");
        assert_eq!(Command::filter_delete_all().wire(), b"filter delete all\n\n");
        assert!(matches!(Command::filter("a b", "c"), Err(ApiMisuse::Invalid { .. })));
        assert!(matches!(Command::filter("a[1]", "c"), Err(ApiMisuse::Invalid { .. })));
        assert!(matches!(Command::filter("a", ""), Err(ApiMisuse::Empty { .. })));
        assert!(matches!(Command::filter_delete("All", Some("x")), Err(ApiMisuse::Invalid { .. })));
        assert!(matches!(
            Command::filter("Event-Calling-File", "mod_event_socket.c reload"),
            Err(ApiMisuse::WouldReload { .. })
        ));
    }
}
