//! Legs, and how they stand together: at once, one after the other, side by side.

use std::fmt;
use std::time::Duration;

use super::block::{Block, hide_enterprise};
use super::endpoint::Endpoint;
use super::error::DialStringError;
use super::tokenizer::escape;
use super::variables::Variables;

/// The most legs tried at once, alternatives, and groups (`MAX_PEERS` in `switch_ivr_originate.c`).
pub(super) const MOST_PEERS: usize = 128;

/// One leg: where it goes, and its own variables, `[name=value]sofia/…`.
///
/// A variable of the whole group of the same name beats the leg's, unless the group has
/// `local_var_clobber=true`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leg {
    pub(super) variables: Variables,
    pub(super) endpoint: Endpoint,
}

impl Leg {
    /// A leg without variables.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self { variables: Variables::new(), endpoint }
    }

    /// With this variable, too.
    ///
    /// # Errors
    ///
    /// As [`Variables::set`]; unbalanced `[]` or a byte 1 in the value.
    pub fn variable(mut self, name: &str, value: &str) -> Result<Self, DialStringError> {
        Block::Leg.set(&mut self.variables, name, value)?;
        Ok(self)
    }

    /// With these, too.
    ///
    /// # Errors
    ///
    /// As [`variable`](Self::variable).
    pub fn with_variables(self, variables: &Variables) -> Result<Self, DialStringError> {
        variables.iter().try_fold(self, |leg, (name, value)| leg.variable(name, value))
    }

    /// How long it may ring (`leg_timeout`).
    ///
    /// # Errors
    ///
    /// A time that is no whole number of seconds, or zero.
    pub fn timeout(self, timeout: Duration) -> Result<Self, DialStringError> {
        let seconds = whole_seconds(timeout)?.to_string();
        self.variable("leg_timeout", &seconds)
    }

    /// Where it goes.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Its variables.
    #[must_use]
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    fn write(&self, out: &mut String) {
        Block::Leg.write(&self.variables, out);
        let address = escape(&escape(self.endpoint.as_str(), ','), '|');
        out.push_str(&hide_enterprise(&address));
    }
}

impl From<Endpoint> for Leg {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

/// Seconds as the switch counts them, with `atoi`.
pub(super) fn whole_seconds(time: Duration) -> Result<u32, DialStringError> {
    u32::try_from(time.as_secs())
        .ok()
        .filter(|seconds| time.subsec_nanos() == 0 && (1..=MOST_SECONDS).contains(seconds))
        .ok_or(DialStringError::Timeout)
}

/// What `atoi` reads.
pub(super) const MOST_SECONDS: u32 = 2_147_483_647;

/// Legs that share their `{name=value}` variables: tried in turn (`|`), each turn several at once (`,`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    pub(super) variables: Variables,
    /// Never empty, nor is any of them.
    pub(super) attempts: Vec<Vec<Leg>>,
}

impl Group {
    pub(super) fn new(leg: Leg) -> Self {
        Self { variables: Variables::new(), attempts: vec![vec![leg]] }
    }

    /// The variables of all its legs.
    #[must_use]
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// What is tried, in order; the legs of each are called at once.
    pub fn attempts(&self) -> impl Iterator<Item = &[Leg]> {
        self.attempts.iter().map(Vec::as_slice)
    }

    pub(super) fn write(&self, out: &mut String) {
        Block::Group.write(&self.variables, out);
        for (at, legs) in self.attempts.iter().enumerate() {
            if at > 0 {
                out.push('|');
            }
            for (at, leg) in legs.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                leg.write(out);
            }
        }
    }
}

/// The groups as text: [`hide_enterprise`] has left no `:_:` but those between them.
pub(super) fn write_groups(ultra: &Variables, groups: &[Group]) -> String {
    let mut out = String::new();
    Block::Ultra.write(ultra, &mut out);
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            out.push_str(":_:");
        }
        group.write(&mut out);
    }
    out
}

/// Refuses one more than there may be.
pub(super) fn check_room(what: &'static str, present: usize) -> Result<(), DialStringError> {
    if present < MOST_PEERS {
        return Ok(());
    }
    Err(DialStringError::TooMany { what, count: present + 1, limit: MOST_PEERS })
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}
