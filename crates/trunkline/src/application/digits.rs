//! Digits from the caller: `play_and_get_digits` and `read`.

use std::fmt;
use std::ops::{Deref, RangeInclusive};
use std::time::Duration;

use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::{milliseconds, word};
use super::{Application, ApplicationError, Cancel, argument, variable};

/// Where the switch is to put them: a name of our own, so that no variable of the dialplan's is touched.
const VARIABLE: &str = "trunkline_digits";

/// The most that the switch has room for (`digit_buffer` in `mod_dptools.c`).
const MOST: u32 = 127;

/// What is asked for, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asking {
    prompt: String,
    count: RangeInclusive<u32>,
    timeout: Duration,
    digit_timeout: Option<Duration>,
    terminators: String,
}

impl Asking {
    fn prompt(path: impl Into<String>) -> Self {
        Self {
            prompt: path.into(),
            count: 1..=1,
            timeout: Duration::from_secs(5),
            digit_timeout: None,
            terminators: "#".to_owned(),
        }
    }

    /// Its words, as both applications have them: how many, the prompt, the terminators, and the two times.
    fn words(&self) -> Result<Words, ApiMisuse> {
        check_count(&self.count)?;
        Ok(Words {
            count: format!("{} {}", self.count.start(), self.count.end()),
            prompt: word(&self.prompt),
            terminators: word(&self.terminators),
            timeout: milliseconds(self.timeout),
            digit_timeout: milliseconds(self.digit_timeout.unwrap_or(self.timeout)),
        })
    }
}

struct Words {
    count: String,
    prompt: String,
    terminators: String,
    timeout: String,
    digit_timeout: String,
}

/// What both applications are told in the same way.
macro_rules! asks {
    ($name:ident: $count:literal) => {
        impl $name {
            /// So many of them, 127 at most. With the most of them entered no terminator is waited for.
            #[doc = $count]
            #[must_use]
            pub fn count(mut self, count: RangeInclusive<u32>) -> Self {
                self.asking.count = count;
                self
            }

            /// How long the first digit may take after the prompt: a second at least, in milliseconds.
            #[must_use]
            pub fn timeout(mut self, timeout: Duration) -> Self {
                self.asking.timeout = timeout;
                self
            }

            /// How long each of the others may take.
            #[must_use]
            pub fn digit_timeout(mut self, timeout: Duration) -> Self {
                self.asking.digit_timeout = Some(timeout);
                self
            }

            /// The digits that end the entry. `+` before one has it belong to the entry.
            #[must_use]
            pub fn terminators(mut self, terminators: impl Into<String>) -> Self {
                self.asking.terminators = terminators.into();
                self
            }
        }
    };
}

/// `play_and_get_digits`: plays a prompt, takes digits, and plays and takes them again until they are right or there were
/// enough tries.
///
/// One digit, one try, `#` as terminator, 5 s for the first digit and as long for each of the others, unless said
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    asking: Asking,
    invalid: String,
    tries: u32,
    pattern: String,
}

asks!(Digits: "If none is enough, none is what comes after a terminator, and after the time without a digit, too.");

impl Digits {
    /// Plays this file, or tone, or silence, until the first digit.
    #[must_use]
    pub fn prompt(path: impl Into<String>) -> Self {
        Self { asking: Asking::prompt(path), invalid: String::new(), tries: 1, pattern: String::new() }
    }

    /// Plays nothing.
    #[must_use]
    pub fn silently() -> Self {
        Self::prompt("silence")
    }

    /// How often the caller may try, prompted each time.
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// What is played after a wrong entry, before the next try.
    #[must_use]
    pub fn invalid(mut self, path: impl Into<String>) -> Self {
        self.invalid = path.into();
        self
    }

    /// The regular expression (PCRE) that the entry must match somewhere: `^[1-5]\d+$`.
    #[must_use]
    pub fn matching(mut self, pattern: impl Into<String>) -> Self {
        self.pattern = pattern.into();
        self
    }
}

impl From<&str> for Digits {
    fn from(prompt: &str) -> Self {
        Self::prompt(prompt)
    }
}

impl Application for Digits {
    type Output = Entered;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        let Words { count, prompt, terminators, timeout, digit_timeout } = self.asking.words()?;
        let (tries, invalid, pattern) = (self.tries, word(&self.invalid), word(&self.pattern));
        argument(
            "play_and_get_digits",
            &format!(
                "{count} {tries} {timeout} {terminators} {prompt} {invalid} {VARIABLE} {pattern} {digit_timeout}"
            ),
        )
    }

    fn read(&self, complete: &Event) -> Result<Entered, ApplicationError> {
        read(complete, &self.asking.count)
    }

    /// It does not heed a break once it waits for digits.
    fn cancel(&self) -> Cancel {
        ending(&self.asking.terminators)
    }
}

/// `read`: plays a prompt and takes digits, once. What [`Digits`] does in one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    asking: Asking,
}

asks!(Read: "One at least.");

impl Read {
    /// Plays this file, or tone, or silence, until the first digit.
    #[must_use]
    pub fn prompt(path: impl Into<String>) -> Self {
        Self { asking: Asking::prompt(path) }
    }
}

impl Application for Read {
    type Output = Entered;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        let Words { count, prompt, terminators, timeout, digit_timeout } = self.asking.words()?;
        argument("read", &format!("{count} {prompt} {VARIABLE} {timeout} {terminators} {digit_timeout}"))
    }

    fn read(&self, complete: &Event) -> Result<Entered, ApplicationError> {
        read(complete, &self.asking.count)
    }

    /// It does not heed a break once it waits for digits.
    fn cancel(&self) -> Cancel {
        ending(&self.asking.terminators)
    }
}

/// Digits that a caller has entered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entered {
    digits: String,
    terminator: Option<char>,
}

impl Entered {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// The one that ended the entry; `None` if all there can be were entered, or time ran out when there were enough.
    #[must_use]
    pub fn terminator(&self) -> Option<char> {
        self.terminator
    }
}

impl Deref for Entered {
    type Target = str;

    fn deref(&self) -> &str {
        &self.digits
    }
}

impl fmt::Display for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

/// Why there are no digits: in the last try, where there were several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoDigits {
    /// Too few of them were entered, or none in time.
    #[error("too few digits were entered")]
    TooFew,
    /// They are not what they must be.
    #[error("\"{entered}\" was entered, which does not match")]
    Invalid {
        /// What was entered.
        entered: String,
    },
    /// None were asked for: the prompt could not be played.
    #[error("the prompt could not be played")]
    NotAsked,
}

/// What `switch_ivr_read` left in the variables (`switch_ivr_play_say.c`).
fn read(complete: &Event, count: &RangeInclusive<u32>) -> Result<Entered, ApplicationError> {
    let result = variable(complete, "read_result");
    let digits = variable(complete, VARIABLE).unwrap_or_default();
    let why = match result.as_deref() {
        Some("success" | "timeout") if !digits.is_empty() => None,
        Some("success" | "timeout") => match variable(complete, &[VARIABLE, "_invalid"].concat()) {
            Some(entered) => Some(NoDigits::Invalid { entered: entered.into_owned() }),
            None => Some(NoDigits::TooFew).filter(|_| *count.start() > 0),
        },
        Some(_) => Some(NoDigits::TooFew),
        None => Some(NoDigits::NotAsked),
    };
    if let Some(why) = why {
        return Err(why.into());
    }
    let all = digits.chars().count() >= usize::try_from(*count.end()).unwrap_or(usize::MAX);
    // It is never unset, and may be that of an entry before.
    let ended = result.as_deref() == Some("success") && !all;
    let terminator = || variable(complete, "read_terminator_used")?.chars().next();
    let terminator = ended.then(terminator).flatten();
    Ok(Entered { digits: digits.into_owned(), terminator })
}

/// The first of the terminators: it ends each try.
fn ending(terminators: &str) -> Cancel {
    let is_digit = |c: &char| c.is_ascii_digit() || "*#ABCD".contains(*c);
    match terminators.chars().find(is_digit) {
        Some(digit) => Cancel::Digit(digit),
        None if terminators.is_empty() => Cancel::Digit('#'),
        None => Cancel::Break,
    }
}

fn check_count(count: &RangeInclusive<u32>) -> Result<(), ApiMisuse> {
    let why = match count {
        count if count.start() > count.end() => "has more at the beginning than at the end",
        count if *count.end() > MOST => "is more than the 127 that the switch has room for",
        count if *count.end() == 0 => "has room for none",
        _ => return Ok(()),
    };
    Err(ApiMisuse::Invalid { what: "the number of digits", value: format!("{count:?}"), why })
}
