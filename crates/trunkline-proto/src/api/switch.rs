//! The switch itself and the machine it runs on: names, versions, clocks, addresses, files.

use std::net::IpAddr;
use std::time::Duration;

use super::command::{choice, command};
use super::line::{Line, check_rest};
use super::output::{Printed, anything, done, number, or_dialplan_failure, text, truth, value};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

command! {
    /// `version`: in full.
    Version = "version" => String, text;
}

command! {
    /// `version short`: just the number, as `1.10.12`.
    VersionShort = "version short" => String, text;
}

/// `uptime`: how long the switch has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Uptime {
    unit: UptimeUnit,
}

choice! {
    /// What `uptime` counts. The switch prints the lower 32 bits of the number: microseconds begin again after 71
    /// minutes, milliseconds after 49 days.
    UptimeUnit {
        /// Microseconds.
        Microseconds = "us",
        /// Milliseconds.
        Milliseconds = "ms",
        /// Seconds.
        Seconds = "s",
        /// Minutes.
        Minutes = "m",
        /// Hours.
        Hours = "h",
        /// Days.
        Days = "d",
    }
}

impl Uptime {
    /// In whole units of these. [`UptimeUnit::Seconds`] are good for 136 years.
    pub fn new(unit: UptimeUnit) -> Self {
        Self { unit }
    }
}

impl ApiCommand for Uptime {
    type Output = Duration;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uptime").choice("unit", &self.unit).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Duration, ApiError> {
        let count: u64 = number::<u32>(Printed::by("uptime", output)?)?.into();
        Ok(match self.unit {
            UptimeUnit::Microseconds => Duration::from_micros(count),
            UptimeUnit::Milliseconds => Duration::from_millis(count),
            UptimeUnit::Seconds => Duration::from_secs(count),
            UptimeUnit::Minutes => Duration::from_secs(count * 60),
            UptimeUnit::Hours => Duration::from_secs(count * 3600),
            UptimeUnit::Days => Duration::from_secs(count * 86_400),
        })
    }
}

command! {
    /// `hostname`: the machine's name.
    Hostname = "hostname" => String, text;
}

command! {
    /// `switchname`: the switch's name, by which its tables know its calls.
    Switchname = "switchname" => String, text;
}

command! {
    /// `create_uuid`: a new UUID.
    CreateUuid = "create_uuid" => String, text;
}

command! {
    /// `getcputime`: how much processor time the switch has taken.
    GetCpuTime = "getcputime" => CpuTime, cpu_time;
}

/// Processor time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpuTime {
    /// In the switch.
    pub user: Duration,
    /// In the system for it.
    pub system: Duration,
}

/// `449, 1363`: milliseconds.
fn cpu_time(printed: Printed<'_>) -> Result<CpuTime, ApiError> {
    let text = printed.or_failed()?.text();
    let times = text.trim().split_once(", ").and_then(|(user, system)| {
        let millis = |text: &str| text.parse().ok().map(Duration::from_millis);
        Some(CpuTime { user: millis(user)?, system: millis(system)? })
    });
    times.ok_or_else(|| printed.unreadable("two times in milliseconds"))
}

command! {
    /// `getenv`: a variable of the switch's environment.
    Getenv = "getenv" => Option<String>, getenv;
    name: String = rest
}

fn getenv(printed: Printed<'_>) -> Result<Option<String>, ApiError> {
    if printed.bytes() == b"_undef_" { Ok(None) } else { value(printed) }
}

command! {
    /// `host_lookup`: the address of a host, asked of DNS.
    HostLookup = "host_lookup" => IpAddr, address;
    host: String = rest
}

command! {
    /// `gethost`: the address of a host by the older way. What is none gives a failure.
    Gethost = "gethost" => IpAddr, address;
    host: String = rest
}

fn address(printed: Printed<'_>) -> Result<IpAddr, ApiError> {
    let printed = or_dialplan_failure(printed)?;
    printed.text().trim().parse().map_err(|_| printed.unreadable("an address"))
}

choice! {
    /// A kind of address.
    AddressKind {
        /// What there is.
        Auto = "auto",
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
    }
}

command! {
    /// `interface_ip`: the address of a network interface; none if it has none.
    InterfaceIp = "interface_ip" => Option<IpAddr>, interface_address;
    kind: AddressKind = choice,
    interface: String = word
}

fn interface_address(printed: Printed<'_>) -> Result<Option<IpAddr>, ApiError> {
    if printed.is_empty() { Ok(None) } else { address(printed).map(Some) }
}

command! {
    /// `is_lan_addr`: whether an address is one of a private network.
    IsLanAddr = "is_lan_addr" => bool, truth;
    address: IpAddr = address
}

command! {
    /// `acl`: whether an address is allowed by a list of that name, or is in a network `10.0.0.0/8`. A list that does
    /// not exist allows nobody.
    Acl = "acl" => bool, truth;
    address: IpAddr = address,
    list: String = word
}

command! {
    /// `file_exists`: whether the switch sees this file.
    FileExists = "file_exists" => bool, truth;
    path: String = rest
}

command! {
    /// `msleep`: says `+OK` after so many milliseconds. The connection does nothing else meanwhile.
    Msleep = "msleep" => (), done;
    milliseconds: u32 = number
}

command! {
    /// `reloadacl`: reads the access lists again, with the XML.
    ReloadAcl = "reloadacl" => (), done;
}

command! {
    /// `reloadcert`: has modules read their certificates again.
    ReloadCert = "reloadcert" => (), done;
}

command! {
    /// `system`: runs a command of the switch's shell and gives what it prints. **Code, not data.** A command that
    /// prints nothing and one that fails look the same.
    System = "system" => String, anything;
    command: String = rest
}

command! {
    /// `bg_system`: runs a command of the switch's shell and does not wait for it. **Code, not data.**
    BgSystem = "bg_system" => (), done;
    command: String = rest
}

command! {
    /// `banner`: what the switch greets the console with.
    Banner = "banner" => String, anything;
}

command! {
    /// `memory`: the C library's account of the switch's memory.
    Memory = "memory" => String, text;
}

command! {
    /// `db_cache status`: the switch's database connections, as text.
    DbCacheStatus = "db_cache status" => String, text;
}

/// `time_test`: sleeps so many microseconds, so many times, and gives how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct TimeTest {
    microseconds: u32,
    count: u32,
}

/// What [`TimeTest`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeTestResult {
    /// How long each sleep took.
    pub took: Vec<Duration>,
    /// Their mean.
    pub average: Duration,
}

impl TimeTest {
    /// So long, so many times. The switch sleeps at most 1,000,000 microseconds, and 100 times; 10 times for a 0.
    pub fn new(microseconds: u32, count: u32) -> Self {
        Self { microseconds, count }
    }
}

impl ApiCommand for TimeTest {
    type Output = TimeTestResult;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("time_test")
            .number("microseconds", &self.microseconds)
            .number("count", &self.count)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<TimeTestResult, ApiError> {
        let printed = Printed::by("time_test", output)?.or_failed()?;
        let text = printed.text();
        let micros = |line: &str| line.rsplit_once(' ')?.1.parse().ok().map(Duration::from_micros);
        let (tests, average) = text.trim_end().rsplit_once('\n').unwrap_or_default();
        let took: Option<Vec<Duration>> = tests.lines().map(micros).collect();
        match (took, average.strip_prefix("avg").and_then(|_| micros(average))) {
            (Some(took), Some(average)) => Ok(TimeTestResult { took, average }),
            _ => Err(printed.unreadable("times in microseconds")),
        }
    }
}

/// `strftime`: the switch's time, formatted.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, Strftime};
/// assert_eq!(Strftime::now().format("%Y-%m-%d").line()?, "strftime %Y-%m-%d");
/// // The switch drops the first character of a format that follows a time.
/// assert_eq!(Strftime::at(0).format("%Y").line()?, "strftime 0||%Y");
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Strftime {
    epoch: Option<i64>,
    format: Option<String>,
    zone: Option<String>,
}

impl Strftime {
    /// Now.
    pub fn now() -> Self {
        Self { epoch: None, format: None, zone: None }
    }

    /// So many seconds after 1970.
    pub fn at(epoch: i64) -> Self {
        Self { epoch: Some(epoch), ..Self::now() }
    }

    /// In this form; `%Y-%m-%d %T` if none is given. What comes of it may take 79 bytes.
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// In this time zone of `timezones.conf.xml`: `Europe/Prague` (`strftime_tz`).
    pub fn zone(mut self, zone: impl Into<String>) -> Self {
        self.zone = Some(zone.into());
        self
    }

    fn verb(&self) -> &'static str {
        if self.zone.is_some() { "strftime_tz" } else { "strftime" }
    }
}

impl ApiCommand for Strftime {
    type Output = String;

    fn line(&self) -> Result<String, ApiMisuse> {
        let mut line = Line::new(self.verb()).optional("zone", self.zone.as_ref(), Line::bare);
        let format = match (&self.format, self.epoch) {
            (Some(format), _) => format,
            (None, Some(_)) => "%Y-%m-%d %T",
            (None, None) => return line.finish(),
        };
        check_rest("format", format)?;
        line = match (self.epoch, &self.zone) {
            (Some(epoch), None) => line.put(Ok(()), &format!("{epoch}||{format}")),
            (Some(epoch), Some(_)) => line.put(Ok(()), &format!("{epoch}|{format}")),
            (None, _) => {
                super::line::check_without("format", format, &['|'])?;
                line.rest("format", format)
            }
        };
        line.finish()
    }

    fn read(&self, output: &[u8]) -> Result<String, ApiError> {
        text(Printed::by(self.verb(), output)?)
    }
}

command! {
    /// `strepoch`: the switch's time, or that of a date like `2026-01-01 00:00:00`, in seconds since 1970.
    Strepoch = "strepoch" => i64, number::<i64>;
    ;
    /// This date.
    date: String = rest
}

command! {
    /// `strmicroepoch`: the same in microseconds.
    Strmicroepoch = "strmicroepoch" => i64, number::<i64>;
    ;
    /// This date.
    date: String = rest
}

choice! {
    /// What is done about the router's address translation.
    NatAction {
        /// Maps again what is mapped.
        Republish = "republish",
        /// Looks for the router again.
        Reinit = "reinit",
    }
}

command! {
    /// `nat_map status`: the router that translates addresses, and what is mapped on it, as text; none if there is no
    /// such router.
    NatMapStatus = "nat_map status" => Option<String>, nat_status;
}

/// `false` if the switch does no NAT.
fn nat_status(printed: Printed<'_>) -> Result<Option<String>, ApiError> {
    Ok(Some(text(printed)?).filter(|text| text != "false"))
}

/// `nat_map republish`, `reinit`, `add`, `del`. Gives whether the switch did it: without such a router it does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct NatMap {
    words: Vec<String>,
}

choice! {
    /// A protocol of the internet.
    PortProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
    }
}

impl NatMap {
    /// Does this.
    pub fn new(action: NatAction) -> Self {
        Self { words: vec![action.to_string()] }
    }

    /// Maps a port; a sticky one outlives a restart.
    pub fn add(port: u16, protocol: PortProtocol, sticky: bool) -> Self {
        let mut words = vec!["add".to_owned(), port.to_string(), protocol.to_string()];
        words.extend(sticky.then(|| "sticky".to_owned()));
        Self { words }
    }

    /// Takes a mapping back.
    pub fn del(port: u16, protocol: PortProtocol) -> Self {
        Self { words: vec!["del".to_owned(), port.to_string(), protocol.to_string()] }
    }
}

impl ApiCommand for NatMap {
    type Output = bool;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.words.iter().fold(Line::new("nat_map"), |line, word| line.keyword(word)).finish()
    }

    fn read(&self, output: &[u8]) -> Result<bool, ApiError> {
        text(Printed::by("nat_map", output)?).map(|text| text != "false")
    }
}
