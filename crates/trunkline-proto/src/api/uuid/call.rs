//! A call's life: answered, held, parked, joined, ended.

use crate::api::command::{choice, command};
use crate::api::line::Line;
use crate::api::output::{Printed, done, done_or_silent, remark, truth};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

command! {
    /// `uuid_answer`: answers an inbound call. For a call that is not there it says `-ERROR` and no more.
    UuidAnswer = "uuid_answer" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_pre_answer`: opens early media. For a call that is not there it says `-ERROR` and no more.
    UuidPreAnswer = "uuid_pre_answer" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_early_ok`: stops ignoring the early media of a call being made. Prints nothing when it is done.
    UuidEarlyOk = "uuid_early_ok" => (), done_or_silent;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_outgoing_answer`: marks an outbound call as answered.
    UuidOutgoingAnswer = "uuid_outgoing_answer" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_exists`: whether there is such a call, as the live session knows it.
    UuidExists = "uuid_exists" => bool, truth;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_kill`: hangs a call up. `+OK` says that it was told to; its CHANNEL_HANGUP_COMPLETE says that it did.
    UuidKill = "uuid_kill" => (), done;
    uuid: ChannelUuid = uuid;
    /// Why: a hangup cause by name or number; `NORMAL_CLEARING` if not given, or if the switch does not know it.
    cause: String = bare
}

command! {
    /// `uuid_park`: parks a call.
    UuidPark = "uuid_park" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_bridge`: joins two calls. Gives the id of the second, as the switch then knows it.
    UuidBridge = "uuid_bridge" => ChannelUuid, bridged;
    uuid: ChannelUuid = uuid,
    other_uuid: ChannelUuid = uuid
}

fn bridged(printed: Printed<'_>) -> Result<ChannelUuid, ApiError> {
    let id = remark(printed)?;
    if id.is_empty() { Err(printed.unreadable("the id of a call")) } else { Ok(id.into()) }
}

command! {
    /// `uuid_simplify`: takes this switch out of the path of a call that another could do alone (SIP).
    UuidSimplify = "uuid_simplify" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_xfer_zombie`: lets the first leg hang up while the second is still being called.
    UuidXferZombie = "uuid_xfer_zombie" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_zombie_exec`: lets a call execute applications after it has ended.
    UuidZombieExec = "uuid_zombie_exec" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_preprocess`: controls the preprocessor (`ec`, `agc`, `noise_suppress` …) of a call's audio.
    UuidPreprocess = "uuid_preprocess" => (), done;
    uuid: ChannelUuid = uuid,
    command: String = word
}

command! {
    /// `uuid_recovery_refresh`: writes the record a call would be recovered by after a crash. Gives what the endpoint
    /// says.
    UuidRecoveryRefresh = "uuid_recovery_refresh" => String, remark;
    uuid: ChannelUuid = uuid,
    uri: String = rest
}

/// `uuid_ring_ready`: says that it rings. For a call that is not there it says `-ERROR` and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidRingReady {
    uuid: ChannelUuid,
    queued: bool,
}

impl UuidRingReady {
    /// For this call.
    pub fn new(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), queued: false }
    }

    /// Says that it is queued (SIP 182) rather than ringing.
    pub fn queued(mut self) -> Self {
        self.queued = true;
        self
    }
}

impl ApiCommand for UuidRingReady {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_ring_ready").uuid("uuid", &self.uuid).flag(self.queued, "queued").finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_ring_ready", output)?)
    }
}

choice! {
    /// What is done to a call that can be held.
    Hold {
        /// It is held.
        On = "on",
        /// It is taken back.
        Off = "off",
        /// Held if it was not, and taken back if it was.
        Toggle = "toggle",
    }
}

/// `uuid_hold`: holds a call, or takes it back. The switch says `+OK Success` also for a call that is not there, and
/// fails to take back what was not held.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidHold {
    uuid: ChannelUuid,
    hold: Hold,
    display: Option<String>,
}

impl UuidHold {
    /// Does so to this call.
    pub fn new(uuid: impl Into<ChannelUuid>, hold: Hold) -> Self {
        Self { uuid: uuid.into(), hold, display: None }
    }

    /// What the phone shows meanwhile. Taking back knows none.
    pub fn display(mut self, display: impl Into<String>) -> Self {
        self.display = Some(display.into());
        self
    }
}

impl ApiCommand for UuidHold {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = match self.hold {
            Hold::On => Line::new("uuid_hold").reserve("uuid", self.uuid.as_str(), &["off", "toggle"]),
            other => Line::new("uuid_hold").keyword(other.as_str()),
        };
        line.uuid("uuid", &self.uuid).optional("display", self.display.as_ref(), Line::word).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_hold", output)?)
    }
}

/// `uuid_pause`: stops a call's media, or lets it go on. Prints nothing when it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidPause {
    uuid: ChannelUuid,
    on: bool,
}

impl UuidPause {
    /// Stops it, or lets it go on.
    pub fn new(uuid: impl Into<ChannelUuid>, on: bool) -> Self {
        Self { uuid: uuid.into(), on }
    }
}

impl ApiCommand for UuidPause {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_pause").uuid("uuid", &self.uuid).keyword(on_off(self.on)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done_or_silent(Printed::by("uuid_pause", output)?)
    }
}

/// `uuid_session_heartbeat`: a SESSION_HEARTBEAT event of this call every so many seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidSessionHeartbeat {
    uuid: ChannelUuid,
    seconds: u32,
    sched: bool,
}

impl UuidSessionHeartbeat {
    /// Every so many seconds; 0 is the switch's own 60 seconds. To stop it is [`off`](Self::off).
    pub fn every(uuid: impl Into<ChannelUuid>, seconds: u32) -> Self {
        Self { uuid: uuid.into(), seconds, sched: false }
    }

    /// No more of them.
    pub fn off(uuid: impl Into<ChannelUuid>) -> UuidSessionHeartbeatOff {
        UuidSessionHeartbeatOff { uuid: uuid.into() }
    }

    /// By the scheduler instead of the call's own media: for calls without.
    pub fn sched(mut self) -> Self {
        self.sched = true;
        self
    }
}

impl ApiCommand for UuidSessionHeartbeat {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_session_heartbeat")
            .uuid("uuid", &self.uuid)
            .flag(self.sched, "sched")
            .number("seconds", &self.seconds)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_session_heartbeat", output)?)
    }
}

/// `uuid_session_heartbeat … off`, made by [`UuidSessionHeartbeat::off`]. (A `0`, for all the usage says, means 60
/// seconds.)
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidSessionHeartbeatOff {
    uuid: ChannelUuid,
}

impl ApiCommand for UuidSessionHeartbeatOff {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_session_heartbeat").uuid("uuid", &self.uuid).keyword("off").finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_session_heartbeat", output)?)
    }
}

/// `uuid_loglevel`: the log level of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidLoglevel {
    uuid: ChannelUuid,
    level: crate::LogLevel,
    both: bool,
}

impl UuidLoglevel {
    /// This call logs at this level.
    pub fn new(uuid: impl Into<ChannelUuid>, level: crate::LogLevel) -> Self {
        Self { uuid: uuid.into(), level, both: false }
    }

    /// And so does the one it is bridged to.
    pub fn both(mut self) -> Self {
        self.both = true;
        self
    }
}

impl ApiCommand for UuidLoglevel {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_loglevel")
            .uuid("uuid", &self.uuid)
            .flag(self.both, "-b")
            .keyword(self.level.as_str())
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_loglevel", output)?)
    }
}

/// The words FreeSWITCH takes for yes and no.
pub(in crate::api) fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
