//! Something played to a call, or an application run on it.

use crate::api::command::choice;
use crate::api::line::Line;
use crate::api::output::{Printed, done};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

choice! {
    /// Who of two bridged calls is meant.
    BroadcastLeg {
        /// The call itself.
        Aleg = "aleg",
        /// The call it is bridged to.
        Bleg = "bleg",
        /// Both.
        Both = "both",
        /// The call itself, while the other is held. (`sched_broadcast` does not know it.)
        HoldB = "holdb",
    }
}

/// `uuid_broadcast`: plays a file to a call, or runs an application on it, whatever it is doing.
///
/// **What is run is code, not data**: its argument is expanded, and `${…}` in it runs api commands.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, BroadcastLeg, UuidBroadcast};
/// let hello = UuidBroadcast::play("call-1", "/tmp/hello world.wav").leg(BroadcastLeg::Both);
/// assert_eq!(hello.line()?, r"uuid_broadcast call-1 /tmp/hello\sworld.wav both");
/// let log = UuidBroadcast::application("call-1", "log", "INFO hello");
/// assert_eq!(log.line()?, r"uuid_broadcast call-1 log::INFO\shello");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidBroadcast {
    uuid: ChannelUuid,
    path: String,
    leg: Option<BroadcastLeg>,
}

impl UuidBroadcast {
    /// Plays this. If nothing else is said the other of two bridged calls is held meanwhile. With `::` in it, it is an
    /// application (see [`application`](Self::application)).
    pub fn play(uuid: impl Into<ChannelUuid>, path: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), path: path.into(), leg: None }
    }

    /// Runs this application with this argument (`switch_ivr_broadcast` in `switch_ivr_async.c`). After a name that
    /// ends in `!` the call hangs up, for the cause that may follow: `playback!user_busy`.
    pub fn application(uuid: impl Into<ChannelUuid>, name: &str, argument: &str) -> Self {
        Self::play(uuid, format!("{name}::{argument}"))
    }

    /// For whom.
    pub fn leg(mut self, leg: BroadcastLeg) -> Self {
        self.leg = Some(leg);
        self
    }
}

impl ApiCommand for UuidBroadcast {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_broadcast")
            .uuid("uuid", &self.uuid)
            .word("path", &self.path)
            .optional("leg", self.leg.as_ref(), Line::choice)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_broadcast", output)?)
    }
}

/// `uuid_break`: ends what a call is playing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidBreak {
    uuid: ChannelUuid,
    all: bool,
    both: bool,
}

impl UuidBreak {
    /// Of this call.
    pub fn new(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), all: false, both: false }
    }

    /// And everything that is queued for it: commands sent by `sendmsg`, too.
    pub fn all(mut self) -> Self {
        self.all = true;
        self
    }

    /// And of the call it is bridged to.
    pub fn both(mut self) -> Self {
        self.both = true;
        self
    }
}

impl ApiCommand for UuidBreak {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_break")
            .uuid("uuid", &self.uuid)
            .flag(self.all, "all")
            .flag(self.both, "both")
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_break", output)?)
    }
}

/// `tone_detect`: watches a call for tones; each that is found is a DETECTED_TONE event.
///
/// Asked for something it does not understand, the command prints nothing at all, and that is a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct ToneDetect {
    uuid: ChannelUuid,
    key: String,
    tone_spec: String,
    more: Option<ToneDetectMore>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ToneDetectMore {
    flags: String,
    seconds: u32,
    found: Option<(String, String, u32)>,
}

impl ToneDetect {
    /// Looks for the frequencies of `tone_spec` (in Hz, `1100` or `350,440`) and calls what is found `key`.
    pub fn new(uuid: impl Into<ChannelUuid>, key: impl Into<String>, tone_spec: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), key: key.into(), tone_spec: tone_spec.into(), more: None }
    }

    /// Of what is read (`r`), written (`w`) or both (`rw`), for so many seconds, at least one.
    pub fn flags(mut self, flags: impl Into<String>, seconds: u32) -> Self {
        self.more = Some(ToneDetectMore { flags: flags.into(), seconds, found: None });
        self
    }

    /// Runs this application when the tone was found so many times. **Code, not data.** Only after
    /// [`flags`](Self::flags).
    pub fn found(mut self, application: impl Into<String>, argument: impl Into<String>, hits: u32) -> Self {
        if let Some(more) = &mut self.more {
            more.found = Some((application.into(), argument.into(), hits));
        }
        self
    }
}

impl ApiCommand for ToneDetect {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let mut line = Line::new("tone_detect")
            .uuid("uuid", &self.uuid)
            .word("key", &self.key)
            .word("tone_spec", &self.tone_spec);
        if let Some(more) = &self.more {
            line = line
                .word("flags", &more.flags)
                .require(more.seconds > 0, || ApiMisuse::Empty { what: "the time to look for a tone" })
                .keyword(&format!("+{}", more.seconds));
            if let Some((application, argument, hits)) = &more.found {
                line = line.word("app", application).word("args", argument).number("hits", hits);
            }
        }
        line.finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        let printed = Printed::by("tone_detect", output)?;
        if printed.is_empty() {
            return Err(printed.failed("it printed nothing; its log says why"));
        }
        done(printed)
    }
}
