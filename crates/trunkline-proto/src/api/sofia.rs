//! `sofia`: SIP (`mod_sofia.c`, `sofia.c`).

mod profile;
mod registrations;
mod status;

pub use profile::*;
pub use registrations::*;
pub use status::*;

use super::command::{choice, command};
use super::output::{Printed, done, number, remark, text, value};
use super::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

command! {
    /// `sofia_contact`: how to dial `[PROFILE/]USER@DOMAIN`, all its registrations; none if there are none. With `*` for
    /// the profile, of any.
    Contact = "sofia_contact" => Option<String>, contact;
    user: String = rest
}

command! {
    /// `reg_url`: how to dial `USER@DOMAIN`, one of its registrations; none if there are none.
    RegUrl = "reg_url" => Option<String>, contact;
    user: String = rest
}

fn contact(printed: Printed<'_>) -> Result<Option<String>, ApiError> {
    Ok(Some(text(printed)?).filter(|contact| contact != "error/user_not_registered" && !contact.is_empty()))
}

command! {
    /// `sofia_count_reg`: how many registrations `[PROFILE/]USER@DOMAIN` has; none, for which the switch says -1, if
    /// there is no such domain.
    CountReg = "sofia_count_reg" => Option<u32>, count;
    user: String = rest
}

fn count(printed: Printed<'_>) -> Result<Option<u32>, ApiError> {
    if printed.bytes() == b"-1" { Ok(None) } else { number(printed).map(Some) }
}

command! {
    /// `sofia_username_of`: by what name `[PROFILE/]USER@DOMAIN` authenticated; `unknown` if the switch does not know.
    UsernameOf = "sofia_username_of" => Option<String>, value;
    user: String = rest
}

choice! {
    /// Something of somebody's presence.
    PresenceData {
        /// All of it.
        List = "list",
        /// In words.
        Status = "status",
        /// In one of SIP's words.
        Rpid = "rpid",
        /// By which phone.
        UserAgent = "user_agent",
    }
}

command! {
    /// `sofia_presence_data`: what is known of the presence of `[PROFILE/]USER@DOMAIN`; `unknown` if nothing is.
    GetPresenceData = "sofia_presence_data" => Option<String>, value;
    what: PresenceData = choice,
    user: String = word
}

choice! {
    /// Of which calls a gateway's variable is.
    GatewayVariable {
        /// Of those that come in.
        Inbound = "ivar",
        /// Of those that go out.
        Outbound = "ovar",
        /// Of all.
        Any = "var",
    }
}

command! {
    /// `sofia_gateway_data`: a variable of a gateway; none if it has none of that name, or does not exist.
    GatewayData = "sofia_gateway_data" => Option<String>, value;
    gateway: String = word,
    kind: GatewayVariable = choice,
    name: String = word
}

/// `sofia global …`: something for all profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Global {
    what: Trace,
    on: bool,
}

impl Global {
    /// This, or no longer.
    pub fn new(what: Trace, on: bool) -> Self {
        Self { what, on }
    }
}

impl ApiCommand for Global {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Ok(format!("sofia global {} {}", self.what, if self.on { "on" } else { "off" }))
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("sofia", output)?)
    }
}

command! {
    /// `sofia tracelevel`: at what level of the log SIP messages are traced. Gives what the switch says.
    Tracelevel = "sofia tracelevel" => String, remark;
    ;
    /// From now on at this.
    level: String = plain
}

command! {
    /// `sofia loglevel`: how much a part of the SIP library logs (`all`, `nua`, `tport` …), from 0 to 9.
    Loglevel = "sofia loglevel" => (), loglevel;
    component: String = plain,
    level: u8 = number
}

fn loglevel(printed: Printed<'_>) -> Result<(), ApiError> {
    match printed.text() {
        text if text.starts_with("Sofia log level for component") => Ok(()),
        _ => done(printed),
    }
}

command! {
    /// `sofia recover`: takes up the calls a crash has left. Gives how many.
    Recover = "sofia recover" => u32, recovered;
}

/// `Recovered 3 call(s)`, `No calls to recover.`
fn recovered(printed: Printed<'_>) -> Result<u32, ApiError> {
    let text = printed.or_failed()?.text();
    if text.starts_with("No calls to recover") || text.starts_with("No sessions to recover") {
        return Ok(0);
    }
    let count = text.strip_prefix("Recovered ").and_then(|rest| rest.split_once(' ')?.0.parse().ok());
    count.ok_or_else(|| printed.unreadable("how many were recovered"))
}
