//! The argument of `originate`.

use std::fmt;
use std::time::Duration;

use super::application::{Application, check_for_extension, check_for_originate};
use super::dial_string::DialString;
use super::error::{DialStringError, check_characters, check_no_nul, check_not_empty};
use super::expansion::check_no_expansion;
use super::leg::whole_seconds;
use super::tokenizer::{escape, escape_word};
use super::variables::{Variables, check_value};

/// An `originate`: whom to call, and what becomes of the call once it is answered. Until it is said, that is
/// `&park()`.
///
/// [`command`](Self::command) is the whole API command, for [`Command::api`](crate::Command::api) or, better since
/// the switch answers only when the call is answered, [`Command::bgapi`](crate::Command::bgapi). `Display` and
/// `FromStr` are its argument.
///
/// ```
/// # use std::time::Duration;
/// # use trunkline_proto::Command;
/// # use trunkline_proto::dialstring::{Endpoint, Originate};
/// let originate = Originate::new(Endpoint::gateway("carrier", "18005551234")?)
///     .variable("origination_uuid", "call-1")?
///     .variable("note", "it's late")?
///     .timeout(Duration::from_secs(30))?
///     .application("playback", "/tmp/hello world.wav")?;
/// assert_eq!(
///     originate.to_string(),
///     r"{origination_uuid=call-1,note=it\\\\\\\'s\\\\slate}sofia/gateway/carrier/18005551234 \
///       &playback(/tmp/hello\sworld.wav) undef undef undef undef 30"
///         .replace("\\\n      ", "")
/// );
/// assert_eq!(originate.to_string().parse(), Ok(originate.clone()));
/// let command = Command::bgapi(&originate.command(), None)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Originate {
    pub(super) dial_string: DialString,
    pub(super) target: Target,
    pub(super) caller_name: Option<String>,
    pub(super) caller_number: Option<String>,
    pub(super) timeout: Option<u32>,
}

/// What becomes of a call once it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// It runs an application.
    Application(Application),
    /// It goes to an extension.
    Extension {
        /// What is dialled.
        extension: String,
        /// The dialplan to look in: `XML`, unless said.
        dialplan: String,
        /// The context to look in: `default`, unless said.
        context: String,
    },
}

/// The most applications the dialplan `inline` takes (`inline_dialplan_hunt` in `mod_dptools.c`).
const MOST_APPLICATIONS: usize = 128;

impl Originate {
    /// Calls, and parks who answers.
    #[must_use]
    pub fn new(dial_string: impl Into<DialString>) -> Self {
        Self {
            dial_string: dial_string.into(),
            target: Target::park(),
            caller_name: None,
            caller_number: None,
            timeout: None,
        }
    }

    /// [`DialString::variable`]: for all legs of the last group.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn variable(mut self, name: &str, value: &str) -> Result<Self, DialStringError> {
        self.dial_string = self.dial_string.variable(name, value)?;
        Ok(self)
    }

    /// [`DialString::with_variables`]: for all legs of the last group.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn with_variables(mut self, variables: &Variables) -> Result<Self, DialStringError> {
        self.dial_string = self.dial_string.with_variables(variables)?;
        Ok(self)
    }

    /// Whoever answers runs this application. The argument reaches it as given.
    ///
    /// # Errors
    ///
    /// As [`Application::new`]; `)`, which would end the argument; a backslash before an apostrophe, for which the
    /// switch would drop the application.
    pub fn application(self, name: &str, argument: &str) -> Result<Self, DialStringError> {
        self.run(Application::new(name, argument)?)
    }

    /// The same for one that may have `${…}` in its argument.
    ///
    /// # Errors
    ///
    /// `)`, or a backslash before an apostrophe, in the argument, as in [`application`](Self::application).
    pub fn run(mut self, application: Application) -> Result<Self, DialStringError> {
        check_for_originate(application.argument())?;
        self.target = Target::Application(application);
        Ok(self)
    }

    /// Whoever answers runs these applications in turn, by the dialplan `inline`. Their arguments may have `)`.
    ///
    /// # Errors
    ///
    /// None, or more than 128; a backslash before an apostrophe in an argument, for which the switch would drop the
    /// application.
    ///
    /// ```
    /// # use trunkline_proto::dialstring::{Application, Endpoint, Originate};
    /// let applications = [Application::new("set", "who=Bob (work), 7")?, Application::new("park", "")?];
    /// let originate = Originate::new(Endpoint::user("1000")?).inline(applications)?;
    /// assert_eq!(
    ///     originate.to_string(),
    ///     r"user/1000 set:who=Bob\\s(work)\\,\\s7,park: inline default"
    /// );
    /// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
    /// ```
    pub fn inline(
        mut self,
        applications: impl IntoIterator<Item = Application>,
    ) -> Result<Self, DialStringError> {
        let mut words = Vec::new();
        for application in applications {
            check_for_extension(application.argument())?;
            words.push(format!("{}:{}", application.name(), escape(application.argument(), ',')));
        }
        if words.is_empty() {
            return Err(DialStringError::Empty { what: "the list of applications" });
        }
        if words.len() > MOST_APPLICATIONS {
            let (what, count, limit) = ("applications", words.len(), MOST_APPLICATIONS);
            return Err(DialStringError::TooMany { what, count, limit });
        }
        let mut extension = words.join(",");
        if extension.starts_with("m:") {
            // The switch would read a separator.
            extension.insert_str(0, "m:,:");
        }
        let (dialplan, context) = ("inline".to_owned(), "default".to_owned());
        self.target = Target::Extension { extension, dialplan, context };
        Ok(self)
    }

    /// Whoever answers goes to this extension of a dialplan (`XML`) in a context (`default`). With the dialplan
    /// `inline` the extension is a list of applications to run, never data; [`inline`](Self::inline) writes one.
    ///
    /// # Errors
    ///
    /// One that is empty; NUL; `${`, unless the dialplan is `inline`; an extension that begins with `&` or any of them called `undef`, a word that
    /// `originate` takes for nothing, and with no extension the switch aborts (`originate_function` in
    /// `mod_commands.c`); a dialplan or context of others than ASCII letters, digits and `+*#._-:@`.
    pub fn extension(
        mut self,
        extension: &str,
        dialplan: &str,
        context: &str,
    ) -> Result<Self, DialStringError> {
        let what = "an extension";
        check_word(what, extension)?;
        if !dialplan.eq_ignore_ascii_case("inline") {
            check_no_expansion(what, extension)?;
        }
        if extension.starts_with('&') {
            let why = "begins with `&`, after which the switch reads an application";
            return Err(DialStringError::Reserved { what, text: extension.to_owned(), why });
        }
        for (what, word) in [("a dialplan", dialplan), ("a context", context)] {
            check_word(what, word)?;
            check_characters(what, word, "+*#._-:@")?;
        }
        let [extension, dialplan, context] = [extension, dialplan, context].map(str::to_owned);
        self.target = Target::Extension { extension, dialplan, context };
        Ok(self)
    }

    /// The caller's name and number as the called party sees them. The variables `origination_caller_id_name` and
    /// `origination_caller_id_number` beat them.
    ///
    /// # Errors
    ///
    /// One that is empty, or called `undef`, or refused for a variable's value.
    pub fn caller_id(self, name: &str, number: &str) -> Result<Self, DialStringError> {
        self.caller_name(name)?.caller_number(number)
    }

    pub(super) fn caller_name(mut self, name: &str) -> Result<Self, DialStringError> {
        check_word("a caller's name", name)?;
        check_value(name)?;
        self.caller_name = Some(name.to_owned());
        Ok(self)
    }

    pub(super) fn caller_number(mut self, number: &str) -> Result<Self, DialStringError> {
        check_word("a caller's number", number)?;
        check_value(number)?;
        self.caller_number = Some(number.to_owned());
        Ok(self)
    }

    /// How long each alternative may ring; the switch's own default is 60 seconds. The variable
    /// `originate_timeout` beats it.
    ///
    /// # Errors
    ///
    /// A time that is no whole number of seconds, or zero.
    pub fn timeout(mut self, timeout: Duration) -> Result<Self, DialStringError> {
        self.timeout = Some(whole_seconds(timeout)?);
        Ok(self)
    }

    /// Whom it calls.
    #[must_use]
    pub fn dial_string(&self) -> &DialString {
        &self.dial_string
    }

    /// What becomes of the call.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The caller's name and number, where they are given.
    #[must_use]
    pub fn caller(&self) -> (Option<&str>, Option<&str>) {
        (self.caller_name.as_deref(), self.caller_number.as_deref())
    }

    /// How long each alternative may ring, where that is given.
    #[must_use]
    pub fn time_limit(&self) -> Option<Duration> {
        self.timeout.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// The API command: `originate` and its argument.
    #[must_use]
    pub fn command(&self) -> String {
        format!("originate {self}")
    }

    /// The words of the argument, before they are escaped; none for those not given.
    fn words(&self) -> [Option<String>; 6] {
        let (dialplan, context) = match &self.target {
            Target::Application(_) => (None, None),
            Target::Extension { dialplan, context, .. } => (Some(dialplan.clone()), Some(context.clone())),
        };
        let timeout = self.timeout.map(|seconds| seconds.to_string());
        let target = Some(self.target.to_string());
        [target, dialplan, context, self.caller_name.clone(), self.caller_number.clone(), timeout]
    }
}

impl Target {
    pub(super) fn park() -> Self {
        Self::Application(Application::written("park", String::new()))
    }
}

/// As `originate` reads it once it has cut its argument.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(application) => {
                write!(f, "&{}({})", application.name(), application.argument())
            }
            Self::Extension { extension, .. } => f.write_str(extension),
        }
    }
}

/// The argument of the API command.
impl fmt::Display for Originate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.dial_string.to_string(), ' '))?;
        let words = self.words();
        let given = words.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        words.iter().take(given).try_for_each(|word| match word {
            Some(word) => write!(f, " {}", escape_word(word, ' ')),
            None => f.write_str(" undef"),
        })
    }
}

/// Refuses what cannot be a word of `originate`.
fn check_word(what: &'static str, word: &str) -> Result<(), DialStringError> {
    check_not_empty(what, word)?;
    check_no_nul(what, word)?;
    if word.eq_ignore_ascii_case("undef") {
        let why = "is the word that `originate` takes for nothing given";
        return Err(DialStringError::Reserved { what, text: word.to_owned(), why });
    }
    Ok(())
}
