//! `fsctl`: the switch's own controls (`ctl_function` in `mod_commands.c`). Those that end calls or the switch say so in
//! their names.

use super::command::{choice, command};
use super::line::Line;
use super::output::{Printed, done, truth};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

choice! {
    /// Which calls are meant.
    Calls {
        /// Those that come in.
        Inbound = "inbound",
        /// Those that go out.
        Outbound = "outbound",
    }
}

command! {
    /// `fsctl pause`: takes no new calls.
    Pause = "fsctl pause" => (), done;
    ;
    /// Only of these.
    calls: Calls = choice
}

command! {
    /// `fsctl resume`: takes new calls again.
    Resume = "fsctl resume" => (), done;
    ;
    /// Only of these.
    calls: Calls = choice
}

command! {
    /// `fsctl pause_check`: whether it takes no new calls, neither in nor out.
    PauseCheck = "fsctl pause_check" => bool, truth;
    ;
    /// Of these.
    calls: Calls = choice
}

command! {
    /// `fsctl ready_check`: whether it is ready.
    ReadyCheck = "fsctl ready_check" => bool, truth;
}

command! {
    /// `fsctl shutdown_check`: whether it is about to shut down.
    ShutdownCheck = "fsctl shutdown_check" => bool, truth;
}

choice! {
    /// How the switch is shut down.
    Shutdown {
        /// Ends every call, then itself.
        EndingEveryCall = "shutdown",
        /// Ends when there are no calls left; until then it takes new ones. The command takes as long as that: run it
        /// in the background.
        Elegant = "shutdown elegant",
        /// The same, but takes no new calls.
        Asap = "shutdown asap",
        /// Ends at once, without a word to anybody: this command gets no answer.
        NowWithoutAnyGoodbye = "shutdown now",
        /// Ends every call and starts anew.
        RestartEndingEveryCall = "shutdown restart",
        /// As [`Elegant`](Self::Elegant), and starts anew.
        RestartElegant = "shutdown elegant restart",
        /// As [`Asap`](Self::Asap), and starts anew.
        RestartAsap = "shutdown asap restart",
    }
}

command! {
    /// `fsctl shutdown`: **ends the switch**.
    ShutdownTheSwitch = "fsctl" => (), done;
    how: Shutdown = choice
}

command! {
    /// `fsctl shutdown cancel`: takes an elegant shutdown back.
    ShutdownCancel = "fsctl shutdown cancel" => (), done;
}

command! {
    /// `fsctl crash`: **crashes the switch**, for those who want to see what happens then.
    CrashTheSwitch = "fsctl crash" => (), done;
}

command! {
    /// `fsctl hupall`: **ends every call of the switch**. What cause it is told it does not heed.
    HupallEveryCall = "fsctl hupall" => (), done;
}

command! {
    /// `fsctl recover`: takes up calls that a crash has left. Gives how many.
    Recover = "fsctl recover" => u64, recovered;
}

command! {
    /// `fsctl recover flush`: forgets calls that a crash has left.
    RecoverFlush = "fsctl recover flush" => (), done;
}

/// `+OK 0 session(s) recovered in total`
fn recovered(printed: Printed<'_>) -> Result<u64, ApiError> {
    let count = printed.between("", "session(s) recovered in total", "how many were recovered")?;
    count.parse().map_err(|_| printed.unreadable("how many were recovered"))
}

command! {
    /// `fsctl send_sighup`: as if it were sent the signal: rotates its log files.
    SendSighup = "fsctl send_sighup" => (), done;
}

command! {
    /// `fsctl reclaim_mem`: gives memory it does not need back.
    ReclaimMem = "fsctl reclaim_mem" => (), done;
}

command! {
    /// `fsctl save_history`: writes the console's history to its file.
    SaveHistory = "fsctl save_history" => (), done;
}

command! {
    /// `fsctl flush_db_handles`: closes database connections nobody uses.
    FlushDbHandles = "fsctl flush_db_handles" => (), done;
}

command! {
    /// `fsctl calibrate_clock`: measures how long it really sleeps.
    CalibrateClock = "fsctl calibrate_clock" => (), done;
}

command! {
    /// `fsctl sync_clock`: sets its clock by the machine's.
    SyncClock = "fsctl sync_clock" => (), done;
}

command! {
    /// `fsctl sync_clock_when_idle`: the same once there are no calls. Gives whether it was done at once.
    SyncClockWhenIdle = "fsctl sync_clock_when_idle" => bool, synchronized;
}

fn synchronized(printed: Printed<'_>) -> Result<bool, ApiError> {
    match printed.after_ok()?.trim() {
        "clock synchronized" => Ok(true),
        "clock will synchronize when there are no more calls" => Ok(false),
        _ => Err(printed.unreadable("whether the clock was synchronized")),
    }
}

/// A number that is asked for, or set and then said back: `+OK WHAT: 3`.
macro_rules! number_setting {
    ($(#[$meta:meta])* $name:ident = $verb:literal, $says:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[must_use = "a command does nothing until it is run"]
        pub struct $name {
            set: Option<u32>,
        }

        impl $name {
            /// Asks for it.
            pub fn get() -> Self {
                Self { set: None }
            }

            /// Sets it. Gives what it is then; what is out of range changes nothing, or becomes the end of it, and 0 only
            /// asks, but for the debug level.
            pub fn set(value: u32) -> Self {
                Self { set: Some(value) }
            }
        }

        impl ApiCommand for $name {
            type Output = u32;

            fn line(&self) -> Result<String, ApiMisuse> {
                Line::new(concat!("fsctl ", $verb)).optional("value", self.set.as_ref(), Line::number).finish()
            }

            fn read(&self, output: &[u8]) -> Result<u32, ApiError> {
                let printed = Printed::by("fsctl", output)?;
                let value = printed.between(concat!($says, ":"), "", "a number")?;
                value.parse().map_err(|_| printed.unreadable("a number"))
            }
        }
    };
}

number_setting! {
    /// `fsctl max_sessions`: the most legs at a time.
    MaxSessions = "max_sessions", "max sessions"
}

number_setting! {
    /// `fsctl sps`: the most new legs a second.
    SessionsPerSecond = "sps", "sessions per second"
}

number_setting! {
    /// `fsctl debug_level`: how much it logs at the level debug, from 0 to 10.
    DebugLevel = "debug_level", "DEBUG level"
}

number_setting! {
    /// `fsctl max_dtmf_duration`: how long a digit may be, in units of an eighth of a millisecond.
    MaxDtmfDuration = "max_dtmf_duration", "max dtmf duration"
}

number_setting! {
    /// `fsctl min_dtmf_duration`: how long a digit must be, in units of an eighth of a millisecond.
    MinDtmfDuration = "min_dtmf_duration", "min dtmf duration"
}

number_setting! {
    /// `fsctl default_dtmf_duration`: how long a digit is, in units of an eighth of a millisecond.
    DefaultDtmfDuration = "default_dtmf_duration", "default dtmf duration"
}

number_setting! {
    /// `fsctl uuid_version`: of what version the UUIDs are it makes: 4 or 7.
    UuidVersion = "uuid_version", "set uuid version"
}

command! {
    /// `fsctl last_sps`: new legs in the last second.
    LastSps = "fsctl last_sps" => u32, last_sps;
}

fn last_sps(printed: Printed<'_>) -> Result<u32, ApiError> {
    let count = printed.between("last sessions per second:", "", "a number")?;
    count.parse().map_err(|_| printed.unreadable("a number"))
}

command! {
    /// `fsctl sps_peak_reset`: forgets the most new legs there were in a second.
    SpsPeakReset = "fsctl sps_peak_reset" => (), done;
}

/// `fsctl min_idle_cpu`: below how many percent of idle processor it takes no calls; none if it takes them always.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "a command does nothing until it is run"]
pub struct MinIdleCpu {
    set: Option<f64>,
}

impl MinIdleCpu {
    /// Asks for it.
    pub fn get() -> Self {
        Self { set: None }
    }

    /// Sets it, in percent; 0 to take calls always.
    pub fn set(percent: f64) -> Self {
        Self { set: Some(percent) }
    }
}

impl ApiCommand for MinIdleCpu {
    type Output = Option<f64>;

    fn line(&self) -> Result<String, ApiMisuse> {
        let percent = self.set.unwrap_or_default();
        Line::new("fsctl min_idle_cpu")
            .require((0.0..=100.0).contains(&percent), || ApiMisuse::Invalid {
                what: "the idle processor",
                value: percent.to_string(),
                why: "is no percentage",
            })
            .optional("percent", self.set.as_ref(), Line::number)
            .finish()
    }

    /// `DISABLED`, or `5.00%`, in which the sign may be missing: the format the switch prints it with is broken.
    fn read(&self, output: &[u8]) -> Result<Option<f64>, ApiError> {
        let printed = Printed::by("fsctl", output)?;
        let text = printed.between("min idle cpu:", "", "a percentage")?;
        if text == "DISABLED" {
            return Ok(None);
        }
        let percent = text.trim_end_matches('%').parse().map_err(|_| printed.unreadable("a percentage"))?;
        Ok(Some(percent))
    }
}

/// Something that is on or off: asked for, or set and then said back.
macro_rules! switch_setting {
    ($(#[$meta:meta])* $name:ident = $verb:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[must_use = "a command does nothing until it is run"]
        pub struct $name {
            set: Option<bool>,
        }

        impl $name {
            /// Asks for it.
            pub fn get() -> Self {
                Self { set: None }
            }

            /// Sets it. Gives what it is then.
            pub fn set(on: bool) -> Self {
                Self { set: Some(on) }
            }
        }

        impl ApiCommand for $name {
            type Output = bool;

            fn line(&self) -> Result<String, ApiMisuse> {
                let word = |line: Line, _: &str, on: &bool| line.keyword(if *on { "on" } else { "off" });
                Line::new(concat!("fsctl ", $verb)).optional("on", self.set.as_ref(), word).finish()
            }

            fn read(&self, output: &[u8]) -> Result<bool, ApiError> {
                let printed = Printed::by("fsctl", output)?;
                match printed.between(concat!($verb, " is"), "", "on or off")?.as_str() {
                    "on" | "true" => Ok(true),
                    "off" | "false" => Ok(false),
                    _ => Err(printed.unreadable("on or off")),
                }
            }
        }
    };
}

switch_setting! {
    /// `fsctl verbose_events`: whether events carry all of a channel always.
    VerboseEvents = "verbose_events"
}

switch_setting! {
    /// `fsctl api_expansion`: whether `${command(…)}` runs api commands.
    ApiExpansion = "api_expansion"
}

switch_setting! {
    /// `fsctl threaded_system_exec`: whether `system` waits in a thread of its own.
    ThreadedSystemExec = "threaded_system_exec"
}

command! {
    /// `fsctl debug_sql`: logs its database queries, or no longer: it changes over every time it is asked. Gives whether
    /// it does then.
    DebugSqlToggle = "fsctl debug_sql" => bool, debug_sql;
}

/// `+OK SQL DEBUG [on]`
fn debug_sql(printed: Printed<'_>) -> Result<bool, ApiError> {
    match printed.between("SQL DEBUG [", "]", "on or off")?.as_str() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(printed.unreadable("on or off")),
    }
}

/// `fsctl sql start`, `stop`: whether the switch keeps its tables. Without them `show` shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Sql {
    start: bool,
}

impl Sql {
    /// Keeps them, or no longer.
    pub fn new(start: bool) -> Self {
        Self { start }
    }
}

impl ApiCommand for Sql {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Ok(format!("fsctl sql {}", if self.start { "start" } else { "stop" }))
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("fsctl", output)?)
    }
}

/// `fsctl mdns_resolve`: whether it resolves names of the local network by multicast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct MdnsResolve {
    enable: bool,
}

impl MdnsResolve {
    /// Does so, or no longer.
    pub fn new(enable: bool) -> Self {
        Self { enable }
    }
}

impl ApiCommand for MdnsResolve {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Ok(format!("fsctl mdns_resolve {}", if self.enable { "enable" } else { "disable" }))
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("fsctl", output)?)
    }
}

/// `fsctl loglevel`: what the switch logs at all, whatever else asks for more. Gives the number of the level then; -1 is
/// nothing.
///
/// It cannot be asked for: without a level the switch takes it for -1, and **logs nothing from then on**
/// (`switch_core_session_ctl` in `switch_core.c`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Loglevel {
    set: Option<crate::LogLevel>,
}

impl Loglevel {
    /// Logs nothing, neither to files nor to anybody.
    pub fn silence() -> Self {
        Self { set: None }
    }

    /// Sets it.
    pub fn set(level: crate::LogLevel) -> Self {
        Self { set: Some(level) }
    }
}

impl ApiCommand for Loglevel {
    type Output = i32;

    fn line(&self) -> Result<String, ApiMisuse> {
        let level = self.set.map(|level| level.as_str().to_ascii_lowercase());
        let write = |line: Line, _: &str, level: &str| line.keyword(level);
        Line::new("fsctl loglevel").optional("level", level.as_ref(), write).finish()
    }

    /// `+OK log level: DEBUG [7]`
    fn read(&self, output: &[u8]) -> Result<i32, ApiError> {
        let printed = Printed::by("fsctl", output)?;
        let text = printed.between("log level:", "]", "a log level")?;
        let number = text.rsplit_once('[').and_then(|(_, number)| number.parse().ok());
        number.ok_or_else(|| printed.unreadable("a log level"))
    }
}
