//! How SIP is.

use crate::api::command::command;
use crate::api::line::Line;
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

command! {
    /// `sofia status`: profiles, gateways and aliases.
    Status = "sofia status" => Vec<StatusEntry>, entries;
}

/// A profile, gateway or alias, as [`Status`] gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusEntry {
    /// Its name; of a gateway `PROFILE::GATEWAY`.
    pub name: String,
    /// `profile`, `gateway`, `alias`.
    pub kind: String,
    /// Its address; of an alias, what it stands for.
    pub data: String,
    /// Its state: `RUNNING`, `REGED`, `NOREG`, `ALIASED`.
    pub state: String,
    /// Of a profile, how many things use it: calls, mostly.
    pub in_use: Option<u32>,
}

const RULER: &str = "=====";

/// Lines of cells parted by tabs, between rulers; a line about the columns comes before.
fn cells(text: &str) -> Option<impl Iterator<Item = Vec<&str>>> {
    let mut lines = text.trim_matches('\n').lines();
    lines.next()?;
    lines.next()?.starts_with(RULER).then_some(())?;
    let rows: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with(RULER)).collect();
    // The last line counts them: without it something is missing.
    lines.next()?;
    Some(rows.into_iter().map(|row| row.split('\t').map(str::trim).collect()))
}

fn entries(printed: Printed<'_>) -> Result<Vec<StatusEntry>, ApiError> {
    let printed = printed.or_failed()?;
    let text = printed.text();
    let entries = cells(&text).and_then(|rows| rows.map(|row| StatusEntry::from_cells(&row)).collect());
    Option::<Vec<_>>::ok_or_else(entries, || printed.unreadable("the status of SIP"))
}

impl StatusEntry {
    fn from_cells(cells: &[&str]) -> Option<Self> {
        let [name, kind, data, state] = cells else { return None };
        // `RUNNING (2)`, `RUNNING (0) (TLS)`
        let in_use = state.split_once(" (").and_then(|(_, rest)| rest.split_once(')')?.0.parse().ok());
        let state = state.split_once(" (").map_or(*state, |(state, _)| state);
        let [name, kind, data, state] = [*name, *kind, *data, state].map(str::to_owned);
        Some(Self { name, kind, data, state, in_use })
    }
}

command! {
    /// `sofia status gateway`: gateways, and their calls.
    Gateways = "sofia status gateway" => Vec<GatewayEntry>, gateways;
}

/// A gateway, as [`Gateways`] gives it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GatewayEntry {
    /// Its profile.
    pub profile: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub data: String,
    /// Its state: `REGED`, `NOREG`, `FAIL_WAIT`.
    pub state: String,
    /// How long its last ping took, in milliseconds.
    pub ping_time: Option<f64>,
    /// Calls that came in by it, and of them those that failed.
    pub inbound: Option<GatewayCalls>,
    /// Calls that went out by it, and of them those that failed.
    pub outbound: Option<GatewayCalls>,
}

/// Calls by a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GatewayCalls {
    /// Those that failed.
    pub failed: u64,
    /// All.
    pub total: u64,
}

fn gateways(printed: Printed<'_>) -> Result<Vec<GatewayEntry>, ApiError> {
    let printed = printed.or_failed()?;
    let text = printed.text();
    let entries = cells(&text).and_then(|rows| rows.map(|row| GatewayEntry::from_cells(&row)).collect());
    Option::<Vec<_>>::ok_or_else(entries, || printed.unreadable("the status of gateways"))
}

impl GatewayEntry {
    fn from_cells(cells: &[&str]) -> Option<Self> {
        let [name, data, state, rest @ ..] = cells else { return None };
        let (profile, name) = name.split_once("::")?;
        let calls = |at: usize| {
            let (failed, total) = rest.get(at)?.split_once('/')?;
            Some(GatewayCalls { failed: failed.parse().ok()?, total: total.parse().ok()? })
        };
        let [profile, name, data, state] = [profile, name, *data, *state].map(str::to_owned);
        let ping_time = rest.first().and_then(|time| time.parse().ok());
        Some(Self { profile, name, data, state, ping_time, inbound: calls(1), outbound: calls(2) })
    }
}

/// `sofia status profile NAME`, `sofia status gateway NAME`: all there is of one.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, sofia::StatusOf};
/// let status = StatusOf::gateway("office");
/// assert_eq!(status.line()?, "sofia status gateway office");
/// let gateway = status.read(b"=====\nName    \toffice\nState   \tREGED\nCallsIN \t2\n=====\n").unwrap();
/// assert_eq!(gateway.get("state"), Some("REGED"));
/// assert_eq!(gateway.number("CallsIN"), Some(2));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct StatusOf {
    kind: &'static str,
    name: String,
}

impl StatusOf {
    /// Of this profile.
    pub fn profile(name: impl Into<String>) -> Self {
        Self { kind: "profile", name: name.into() }
    }

    /// Of this gateway.
    pub fn gateway(name: impl Into<String>) -> Self {
        Self { kind: "gateway", name: name.into() }
    }
}

/// What [`StatusOf`] gives: names and values, as the switch prints them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties {
    list: Vec<(String, String)>,
}

impl Properties {
    /// The value of a name, whatever its case: `State`, `Status`, `REGISTRATIONS`, `CALLS-IN`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same as a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// All, in order. Names may repeat: a profile of several addresses has several `RTP-IP`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl ApiCommand for StatusOf {
    type Output = Properties;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("sofia status").keyword(self.kind).word("the name", &self.name).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Properties, ApiError> {
        let printed = Printed::by("sofia", output)?.or_failed()?;
        let text = printed.text();
        if text.starts_with("Invalid ") {
            return Err(printed.failed(text.trim()));
        }
        let property = |line: &str| {
            let (name, value) = line.split_once('\t')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        };
        let is_ruler = text.starts_with(RULER);
        let lines = text.lines().filter(|line| !line.starts_with(RULER) && !line.is_empty());
        let list = lines.map(property).collect::<Option<Vec<_>>>();
        match list.filter(|list| is_ruler && !list.is_empty()) {
            Some(list) => Ok(Properties { list }),
            None => Err(printed.unreadable("the status of a profile or gateway")),
        }
    }
}
