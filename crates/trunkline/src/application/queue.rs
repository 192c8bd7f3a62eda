//! Queues and lots: `fifo`, `valet_park`.

use std::ops::RangeInclusive;

use trunkline_proto::dialstring::Variables;
use trunkline_proto::{ApiMisuse, Event, Execute};

use super::argument::{check_without, words as join};
use super::{Application, ApplicationError, Cancel, argument_with, variable};

/// The digit that ends the waiting of a caller whom nobody waits for any more: one that telephones do not have.
const EXIT_KEY: char = 'D';

/// `fifo`: has the call wait in a queue for an agent, or be the agent who takes the next one of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fifo {
    name: String,
    side: Side,
    announcement: Option<String>,
    music: Option<String>,
    exit_keys: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Caller,
    Agent { waits: bool },
}

impl Fifo {
    /// Has the call wait in this queue, until an agent takes it.
    #[must_use]
    pub fn caller(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            side: Side::Caller,
            announcement: None,
            music: None,
            exit_keys: String::new(),
        }
    }

    /// Has the call talk to the next one in this queue; of none it is over at once.
    #[must_use]
    pub fn agent(name: impl Into<String>) -> Self {
        Self { side: Side::Agent { waits: false }, ..Self::caller(name) }
    }

    /// Has the call talk to one after the other of those in this queue, and wait for them, until it ends: nothing else ends
    /// that.
    #[must_use]
    pub fn waiting_agent(name: impl Into<String>) -> Self {
        Self { side: Side::Agent { waits: true }, ..Self::caller(name) }
    }

    /// What is played before they talk.
    #[must_use]
    pub fn announcement(mut self, path: impl Into<String>) -> Self {
        self.announcement = Some(path.into());
        self
    }

    /// What is played while the call waits.
    #[must_use]
    pub fn music(mut self, path: impl Into<String>) -> Self {
        self.music = Some(path.into());
        self
    }

    /// The digits by which a caller leaves the queue.
    #[must_use]
    pub fn exit_keys(mut self, keys: impl Into<String>) -> Self {
        self.exit_keys = keys.into();
        self
    }
}

impl Application for Fifo {
    type Output = FifoEnd;

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the queue", &self.name, &[' ', '!', '\'', '\\'], "is none")?;
        let words = match self.side {
            Side::Caller => vec!["in"],
            Side::Agent { waits: true } => vec!["out", "wait"],
            Side::Agent { waits: false } => vec!["out", "nowait"],
        };
        let nothing = || Some("undef").filter(|_| self.music.is_some());
        let sounds = self.announcement.as_deref().or_else(nothing).into_iter().chain(self.music.as_deref());
        let argument = join(std::iter::once(self.name.as_str()).chain(words).chain(sounds));
        let keys = format!("{}{EXIT_KEY}", self.exit_keys);
        match self.side {
            Side::Caller => {
                argument_with("fifo", &argument, &Variables::new().with("fifo_caller_exit_key", &keys)?)
            }
            Side::Agent { .. } => super::argument("fifo", &argument),
        }
    }

    fn read(&self, complete: &Event) -> Result<FifoEnd, ApplicationError> {
        let taken = variable(complete, "fifo_serviced_uuid").is_some();
        Ok(match variable(complete, "fifo_status").as_deref() {
            Some("TIMEOUT") => FifoEnd::TimedOut,
            Some("ABORTED") => FifoEnd::Left,
            Some("DONE" | "WRAPUP" | "TALKING") => FifoEnd::Served,
            _ if taken && self.side == Side::Caller => FifoEnd::Served,
            _ => FifoEnd::Nobody,
        })
    }

    /// A caller leaves. An agent heeds neither digits nor a break: a break ends the music, which is begun again.
    fn cancel(&self) -> Cancel {
        match self.side {
            Side::Caller => Cancel::Digit(EXIT_KEY),
            Side::Agent { .. } => Cancel::Never,
        }
    }
}

/// How a [`Fifo`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FifoEnd {
    /// A caller: an agent has taken the call. The two talk from now on, and what the call was doing it has left, as by a
    /// [`Transfer`](super::Transfer). An agent: the two have talked.
    Served,
    /// The caller waited too long (`fifo_orbit_exten`).
    TimedOut,
    /// The caller left the queue.
    Left,
    /// There was nobody to talk to.
    Nobody,
}

/// `valet_park`: parks the call in a space of a lot, for another one to fetch; or fetches the one that is there. What the
/// call was doing it leaves, as by a [`Transfer`](super::Transfer).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValetPark {
    lot: String,
    space: Space,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Space {
    Number(String),
    Free(RangeInclusive<u32>),
    Ask { digits: RangeInclusive<u32>, prompt: Option<String> },
}

impl ValetPark {
    /// In this space, or from it.
    #[must_use]
    pub fn space(lot: impl Into<String>, space: impl Into<String>) -> Self {
        Self { lot: lot.into(), space: Space::Number(space.into()) }
    }

    /// In the first of these that is free; which one is told to the caller, and in `valet_lot_extension`.
    #[must_use]
    pub fn free(lot: impl Into<String>, spaces: RangeInclusive<u32>) -> Self {
        Self { lot: lot.into(), space: Space::Free(spaces) }
    }

    /// In the one that the caller enters, by so many digits, or from it. He is asked until he has, ten seconds each time.
    #[must_use]
    pub fn ask(lot: impl Into<String>, digits: RangeInclusive<u32>) -> Self {
        Self { lot: lot.into(), space: Space::Ask { digits, prompt: None } }
    }

    /// What the caller is [asked](Self::ask) by, in the place of `ivr/ivr-enter_ext_pound.wav`. Where it cannot be played the
    /// switch hangs up.
    #[must_use]
    pub fn prompt(mut self, path: impl Into<String>) -> Self {
        if let Space::Ask { prompt, .. } = &mut self.space {
            *prompt = Some(path.into());
        }
        self
    }
}

impl Application for ValetPark {
    type Output = ();

    fn execute(&self) -> Result<Execute, ApiMisuse> {
        check_without("the lot", &self.lot, &[' ', '\'', '\\'], "is none")?;
        let argument = match &self.space {
            Space::Number(space) => join([self.lot.as_str(), space]),
            Space::Free(spaces) => {
                format!("{} auto in {} {}", join([self.lot.as_str()]), spaces.start(), spaces.end())
            }
            Space::Ask { digits, prompt } => {
                let (least, most) = (digits.start().to_string(), digits.end().to_string());
                let prompt = prompt.iter().flat_map(|prompt| ["10000", prompt.as_str()]);
                join([self.lot.as_str(), "ask", &least, &most].into_iter().chain(prompt))
            }
        };
        super::argument("valet_park", &argument)
    }

    fn read(&self, _complete: &Event) -> Result<(), ApplicationError> {
        Ok(())
    }

    /// A break ends its music, which is begun again.
    fn cancel(&self) -> Cancel {
        Cancel::Never
    }
}
