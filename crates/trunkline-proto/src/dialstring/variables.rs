//! Channel variables, in order.

use super::error::{DialStringError, check_characters, check_no_nul, check_not_empty};
use super::expansion::check_no_expansion;

/// Variables for a channel, in the order they are set. As on the switch names are compared without regard to case,
/// and a later value of the same name takes the place of the earlier, at the end.
///
/// ```
/// # use trunkline_proto::dialstring::Variables;
/// let variables = Variables::new().with("account", "7")?.with("note", "it's 5 %, OK?")?.with("Account", "8")?;
/// assert_eq!(variables.iter().collect::<Vec<_>>(), [("note", "it's 5 %, OK?"), ("Account", "8")]);
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Variables {
    list: Vec<(String, String)>,
}

impl Variables {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this one, too.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, DialStringError> {
        self.set(name, value)?;
        Ok(self)
    }

    /// Sets one.
    ///
    /// # Errors
    ///
    /// A name of other characters than ASCII letters, digits and `_.:+*#@/~-`, or with `:_:`; one the switch takes
    /// for the body of an event. A value that is empty (the switch would drop it), holds NUL or `${`, or begins
    /// `ARRAY::` (the switch would make a list of it).
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), DialStringError> {
        check_name(name)?;
        check_not_empty(VALUE, value)?;
        check_value(value)?;
        self.list.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.list.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// The value of one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Takes one out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.list.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.list.remove(at).1)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

const NAME: &str = "a variable's name";
pub(super) const VALUE: &str = "a variable's value";

pub(super) fn check_name(name: &str) -> Result<(), DialStringError> {
    check_characters(NAME, name, "_.:+*#@/~-")?;
    let refuse = |why| Err(DialStringError::Reserved { what: NAME, text: name.to_owned(), why });
    if name == "_body" {
        return refuse("would set the body of an event");
    }
    if name.contains(":_:") {
        return refuse("holds `:_:`, at which the switch cuts a dial string");
    }
    Ok(())
}

/// What no value may hold, wherever it is set; an empty one may be.
pub(super) fn check_value(value: &str) -> Result<(), DialStringError> {
    check_no_nul(VALUE, value)?;
    check_no_expansion(VALUE, value)?;
    if value.starts_with("ARRAY::") {
        let why = "begins `ARRAY::`, of which the switch makes a list";
        return Err(DialStringError::Reserved { what: VALUE, text: value.to_owned(), why });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused() {
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a=b", "x"),
            ("a[0]", "x"),
            ("ä", "x"),
            ("_body", "x"),
            ("a:_:b", "x"),
            ("a", ""),
            ("a", "\0"),
            ("a", "${x}"),
            ("a", r"$\\{x"),
            ("a", "ARRAY::x|:y"),
        ] {
            assert!(Variables::new().with(name, value).is_err(), "{name}={value}");
        }
        for value in [" ", "'", "\\", "$", "\n", "{", "^^", "x ARRAY::", "ä"] {
            assert!(Variables::new().with("sip_h_X-a", value).is_ok(), "{value}");
        }
    }
}
