//! Reading the argument of `originate`, as `originate_function` in `mod_commands.c` does.

use std::str::FromStr;
use std::time::Duration;

use super::application::{Application, check_for_originate};
use super::block::{lone_backslash, text_of};
use super::error::DialStringError;
use super::originate::Originate;
use super::parse::parse;
use super::tokenizer::separate;

/// Reads what the switch would: our own text gives the same value again, and others give theirs. The word
/// `originate` may stand in front. What the switch would misread, or what has no place in the type, is refused.
impl FromStr for Originate {
    type Err = DialStringError;

    fn from_str(text: &str) -> Result<Self, DialStringError> {
        let text = text.trim_matches(['\r', '\n', '\t', ' ', '\u{b}']);
        let text = text.strip_prefix("originate ").unwrap_or(text);
        if text.contains('\0') {
            return Err(unreadable("it holds a NUL, which would end it"));
        }
        let words = separate(text.as_bytes(), b' ', 10).map_err(lone_backslash)?;
        if words.len() > 7 {
            return Err(unreadable("it has more than seven words"));
        }
        let mut words = words.into_iter().map(|word| (!word.eq_ignore_ascii_case(b"undef")).then_some(word));
        let (Some(Some(dial_string)), Some(Some(target))) = (words.next(), words.next()) else {
            return Err(unreadable("it does not say whom to call and what to do with the call"));
        };
        let originate = Self::new(parse(&dial_string)?);
        let mut words = words.map(|word| word.map(|word| text_of(&word)).transpose());
        let mut word = || words.next().transpose().map(Option::flatten);
        let (dialplan, context) = (word()?, word()?);
        originate
            .read_target(&text_of(&target)?, dialplan.as_deref(), context.as_deref())?
            .read_caller(word()?, word()?)?
            .read_timeout(word()?)
    }
}

impl Originate {
    fn read_target(
        self,
        target: &str,
        dialplan: Option<&str>,
        context: Option<&str>,
    ) -> Result<Self, DialStringError> {
        let Some(application) = target.strip_prefix('&').filter(|rest| !rest.is_empty()) else {
            // The switch fills in the same.
            return self.extension(target, dialplan.unwrap_or("XML"), context.unwrap_or("default"));
        };
        let application = match application.split_once(')') {
            Some((application, "")) => application,
            Some(_) => return Err(unreadable("something follows the `)` of the application")),
            None => application,
        };
        let (name, argument) = application.split_once('(').unwrap_or((application, ""));
        // Before what the application makes of it: the switch looks at the text.
        check_for_originate(argument)?;
        self.run(Application::expanding(name, argument)?)
    }

    fn read_caller(mut self, name: Option<String>, number: Option<String>) -> Result<Self, DialStringError> {
        if let Some(name) = name {
            self = self.caller_name(&name)?;
        }
        match number {
            Some(number) => self.caller_number(&number),
            None => Ok(self),
        }
    }

    fn read_timeout(self, timeout: Option<String>) -> Result<Self, DialStringError> {
        match timeout {
            Some(timeout) => {
                let seconds = timeout.parse().map_err(|_| DialStringError::Timeout)?;
                self.timeout(Duration::from_secs(seconds))
            }
            None => Ok(self),
        }
    }
}

fn unreadable(why: &'static str) -> DialStringError {
    DialStringError::Unreadable { what: "the argument of originate", why }
}
