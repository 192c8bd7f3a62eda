//! Writing arguments.

use std::time::Duration;

use trunkline_proto::dialstring::tokenizer::escape;
use trunkline_proto::dialstring::{self, Variables};
use trunkline_proto::{ApiMisuse, Execute};

/// An application with an argument that reaches it as it is given: nothing in it is expanded.
///
/// # Errors
///
/// A name that is none; an argument as [`application_argument`](dialstring::application_argument) refuses.
pub fn argument(name: &str, argument: &str) -> Result<Execute, ApiMisuse> {
    Ok(Execute::from(dialstring::Application::new(name, argument)?))
}

/// The same, with variables for as long as it runs.
///
/// # Errors
///
/// As [`argument`], and [`dialstring::Application::with_variables`].
pub fn argument_with(name: &str, argument: &str, variables: &Variables) -> Result<Execute, ApiMisuse> {
    let application = dialstring::Application::new(name, argument)?.with_variables(variables)?;
    Ok(Execute::from(application))
}

/// A word of an argument that the switch cuts at spaces.
pub(super) fn word(text: &str) -> String {
    match text {
        "" => "''".to_owned(),
        text => escape(text, ' '),
    }
}

/// Words of an argument that the switch cuts at spaces.
pub(super) fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// As `atoi` reads it.
pub(super) fn milliseconds(time: Duration) -> String {
    time.as_millis().min(2_147_483_647).to_string()
}

/// As `atoi` reads it; a part of a second counts as one.
pub(super) fn seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).min(2_147_483_647)
}

/// Refuses a text that is empty, or holds one of these characters or a control character.
pub(super) fn check_without(
    what: &'static str,
    text: &str,
    characters: &[char],
    why: &'static str,
) -> Result<(), ApiMisuse> {
    if text.is_empty() {
        return Err(ApiMisuse::Empty { what });
    }
    if text.contains(|c: char| c.is_control() || characters.contains(&c)) {
        return Err(ApiMisuse::Invalid { what, value: text.to_owned(), why });
    }
    Ok(())
}
