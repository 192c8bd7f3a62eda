//! Whom to call, as one value.

use std::fmt;
use std::str::FromStr;

use super::block::Block;
use super::endpoint::Endpoint;
use super::error::DialStringError;
use super::leg::{Group, Leg, check_room, write_groups};
use super::parse::parse;
use super::variables::Variables;

/// Whom to call: legs at once (`,`), one after the other (`|`), in groups side by side (`:_:`, *enterprise*), with
/// variables for a leg (`[…]`), a group (`{…}`) or all groups (`<…>`).
///
/// `Display` and `FromStr` are the text as `switch_ivr_originate` reads it. What carries it there has rules of its
/// own, so that it is written by [`Originate`](super::Originate) for `api originate` and by
/// [`Bridge`](super::Bridge) for the application, never pasted.
///
/// ```
/// # use trunkline_proto::dialstring::{DialString, Endpoint, Leg};
/// let dial = DialString::new(Leg::new(Endpoint::user("1000")?).variable("leg_delay_start", "5")?)
///     .fork(Endpoint::user("1001")?)?
///     .failover(Endpoint::gateway("carrier", "18005551234")?)?
///     .variable("note", "it's late")?;
/// assert_eq!(
///     dial.to_string(),
///     r"{note=it\\\'s\\slate}[^^;leg_delay_start=5]user/1000,user/1001|sofia/gateway/carrier/18005551234"
/// );
/// assert_eq!(dial.to_string().parse(), Ok(dial));
/// # Ok::<(), trunkline_proto::dialstring::DialStringError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DialString {
    pub(super) ultra: Variables,
    /// Never empty.
    pub(super) groups: Vec<Group>,
}

impl DialString {
    /// One leg.
    #[must_use]
    pub fn new(leg: impl Into<Leg>) -> Self {
        Self { ultra: Variables::new(), groups: vec![Group::new(leg.into())] }
    }

    /// With another leg called at the same time as the last given (`,`); the first to answer wins.
    ///
    /// # Errors
    ///
    /// [`DialStringError::TooMany`] for the 129th.
    pub fn fork(mut self, leg: impl Into<Leg>) -> Result<Self, DialStringError> {
        if let Some(legs) = self.groups.last_mut().and_then(|group| group.attempts.last_mut()) {
            check_room("legs called at once", legs.len())?;
            legs.push(leg.into());
        }
        Ok(self)
    }

    /// With another leg to be called when those before it have failed (`|`).
    ///
    /// # Errors
    ///
    /// [`DialStringError::TooMany`] for the 129th.
    pub fn failover(mut self, leg: impl Into<Leg>) -> Result<Self, DialStringError> {
        if let Some(group) = self.groups.last_mut() {
            check_room("alternatives", group.attempts.len())?;
            group.attempts.push(vec![leg.into()]);
        }
        Ok(self)
    }

    /// With all of another beside it (`:_:`): each group goes through its alternatives on its own, and the first
    /// to answer wins.
    ///
    /// # Errors
    ///
    /// [`DialStringError::TooMany`] for the 129th group; [`DialStringError::Reserved`] if the other has variables
    /// for all groups, of which there is one set.
    pub fn enterprise(mut self, other: impl Into<Self>) -> Result<Self, DialStringError> {
        let other = other.into();
        if !other.ultra.is_empty() {
            let why = "has <…> variables, which would be for the groups before it, too";
            return Err(DialStringError::Reserved { what: "the dial string", text: other.to_string(), why });
        }
        check_room("groups", self.groups.len() + other.groups.len() - 1)?;
        self.groups.extend(other.groups);
        Ok(self)
    }

    /// With this variable for all legs of the last group (`{…}`).
    ///
    /// # Errors
    ///
    /// As [`Variables::set`]; unbalanced `{}` in the value.
    pub fn variable(mut self, name: &str, value: &str) -> Result<Self, DialStringError> {
        if let Some(group) = self.groups.last_mut() {
            Block::Group.set(&mut group.variables, name, value)?;
        }
        Ok(self)
    }

    /// With these for all legs of the last group.
    ///
    /// # Errors
    ///
    /// As [`variable`](Self::variable).
    pub fn with_variables(self, variables: &Variables) -> Result<Self, DialStringError> {
        variables.iter().try_fold(self, |dial, (name, value)| dial.variable(name, value))
    }

    /// With this variable for all groups (`<…>`, *ultra-global*). A group's own of the same name beats it.
    ///
    /// # Errors
    ///
    /// As [`Variables::set`]; unbalanced `<>` in the value.
    pub fn ultra_variable(mut self, name: &str, value: &str) -> Result<Self, DialStringError> {
        Block::Ultra.set(&mut self.ultra, name, value)?;
        Ok(self)
    }

    /// The variables of all groups.
    #[must_use]
    pub fn ultra_variables(&self) -> &Variables {
        &self.ultra
    }

    /// The groups; one, unless it is an enterprise.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }
}

impl From<Leg> for DialString {
    fn from(leg: Leg) -> Self {
        Self::new(leg)
    }
}

impl From<Endpoint> for DialString {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

/// The text as `switch_ivr_originate` is to see it.
impl fmt::Display for DialString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_groups(&self.ultra, &self.groups))
    }
}

/// Reads what `switch_ivr_originate` would, as it would: our own text gives the same value again, and others give
/// theirs. What the switch would misread, drop, or expand is refused.
impl FromStr for DialString {
    type Err = DialStringError;

    fn from_str(text: &str) -> Result<Self, DialStringError> {
        parse(text.as_bytes())
    }
}
