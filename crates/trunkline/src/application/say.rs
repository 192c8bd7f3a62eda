//! Speech: `say`, `speak`.

use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::{check_without, words as join};
use super::playback::terminated_by;
use super::{Application, ApplicationError, Played, argument_with, words};

words! {
    /// What a text that [`Say`] speaks is (`SAY_TYPE_NAMES` in `switch_ivr_say.c`).
    SayType {
        Number => "number",
        Items => "items",
        Persons => "persons",
        Messages => "messages",
        Currency => "currency",
        TimeMeasurement => "time_measurement",
        CurrentDate => "current_date",
        CurrentTime => "current_time",
        CurrentDateTime => "current_date_time",
        TelephoneNumber => "telephone_number",
        TelephoneExtension => "telephone_extension",
        Url => "url",
        IpAddress => "ip_address",
        EmailAddress => "email_address",
        PostalAddress => "postal_address",
        AccountNumber => "account_number",
        NameSpelled => "name_spelled",
        NamePhonetic => "name_phonetic",
        ShortDateTime => "short_date_time",
    }
}

words! {
    /// How [`Say`] speaks it (`SAY_METHOD_NAMES` in `switch_ivr_say.c`).
    SayMethod {
        Pronounced => "pronounced",
        Iterated => "iterated",
        Counted => "counted",
        PronouncedYear => "pronounced_year",
    }
}

words! {
    /// The gender of numbers, in languages where they have one (`SAY_GENDER_NAMES` in `switch_ivr_say.c`).
    SayGender {
        Masculine => "masculine",
        Feminine => "feminine",
        Neuter => "neuter",
    }
}

/// `say`: speaks a number, a date, an amount, by the recordings of a language. The switch says nothing of a language or a
/// recording that it does not have, and of what it cannot read: nothing is spoken then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    language: String,
    what: SayType,
    method: SayMethod,
    gender: SayGender,
    text: String,
    terminators: Option<String>,
}

impl Say {
    /// Says a text that is such a thing in a language: the name of a say module without `mod_say_`, such as `en`,
    /// with the directory of its recordings behind a colon if that is another one, `en:en-GB`.
    #[must_use]
    pub fn new(language: impl Into<String>, what: SayType, text: impl Into<String>) -> Self {
        Self {
            language: language.into(),
            what,
            method: SayMethod::Pronounced,
            gender: SayGender::Neuter,
            text: text.into(),
            terminators: None,
        }
    }

    /// In this way, rather than pronounced.
    #[must_use]
    pub fn method(mut self, method: SayMethod) -> Self {
        self.method = method;
        self
    }

    /// In this gender, rather than neuter.
    #[must_use]
    pub fn gender(mut self, gender: SayGender) -> Self {
        self.gender = gender;
        self
    }

    /// The digits that end it: each for itself, `any`, or `none`.
    #[must_use]
    pub fn terminators(mut self, terminators: impl Into<String>) -> Self {
        self.terminators = Some(terminators.into());
        self
    }
}

impl Application for Say {
    type Output = Played;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the language", &self.language, &[' ', '/'], "is none")?;
        if self.text.is_empty() {
            return Err(ApiMisuse::Empty { what: "the text to say" });
        }
        let (what, method, gender) = (self.what.as_str(), self.method.as_str(), self.gender.as_str());
        let argument = join([self.language.as_str(), what, method, gender, &self.text]);
        argument_with("say", &argument, &terminated_by(self.terminators.as_deref())?)
    }

    fn read(&self, complete: &Event) -> Result<Played, ApplicationError> {
        Ok(Played::new(complete))
    }
}

/// `speak`: speaks a text by a speech engine. The switch says nothing of an engine or voice that it does not have: nothing
/// is spoken then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speak {
    engine: String,
    voice: String,
    text: String,
    terminators: Option<String>,
}

impl Speak {
    /// By this engine, `flite`, in this voice of it, `kal`.
    #[must_use]
    pub fn new(engine: impl Into<String>, voice: impl Into<String>, text: impl Into<String>) -> Self {
        Self { engine: engine.into(), voice: voice.into(), text: text.into(), terminators: None }
    }

    /// The digits that end it: each for itself, `any`, or `none`.
    #[must_use]
    pub fn terminators(mut self, terminators: impl Into<String>) -> Self {
        self.terminators = Some(terminators.into());
        self
    }
}

impl Application for Speak {
    type Output = Played;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        const BAD: &[char] = &['|', '\'', '\\', ' '];
        check_without("the speech engine", &self.engine, BAD, "is none")?;
        check_without("the voice", &self.voice, BAD, "is none")?;
        if self.text.is_empty() {
            return Err(ApiMisuse::Empty { what: "the text to speak" });
        }
        // The text itself is taken as it stands (`speak_function` in `mod_dptools.c`).
        let argument = [self.engine.as_str(), &self.voice, &self.text].join("|");
        argument_with("speak", &argument, &terminated_by(self.terminators.as_deref())?)
    }

    fn read(&self, complete: &Event) -> Result<Played, ApplicationError> {
        Ok(Played::new(complete))
    }
}
