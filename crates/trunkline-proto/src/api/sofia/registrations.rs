//! Who is registered.

use crate::api::line::Line;
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;

/// `sofia status profile NAME reg`, `user`: registrations of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Registrations {
    profile: String,
    of: Option<(&'static str, String)>,
}

impl Registrations {
    /// All.
    pub fn all(profile: impl Into<String>) -> Self {
        Self { profile: profile.into(), of: None }
    }

    /// Those whose contact has this text in it.
    pub fn contact(profile: impl Into<String>, contact: impl Into<String>) -> Self {
        Self { of: Some(("reg", contact.into())), ..Self::all(profile) }
    }

    /// Those of `USER@DOMAIN`.
    pub fn user(profile: impl Into<String>, user: impl Into<String>) -> Self {
        Self { of: Some(("user", user.into())), ..Self::all(profile) }
    }
}

/// A registration, as [`Registrations`] gives it. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Registration {
    /// Its Call-ID.
    pub call_id: String,
    /// `USER@DOMAIN`
    pub user: String,
    /// Where it is.
    pub contact: String,
    /// What it is.
    pub agent: String,
    /// Its state and its end: `Registered(UDP)(unknown) EXP(2026-11-21 00:06:35) EXPSECS(3573)`.
    pub status: String,
    /// In how many seconds it ends; below 0 it has.
    pub expires_in: Option<i64>,
    /// Whether it answers: `Reachable`.
    pub ping_status: String,
    /// How long its last answer took, in milliseconds.
    pub ping_time: String,
    /// The switch it is on.
    pub host: String,
    /// The address it came from.
    pub ip: String,
    /// The port it came from.
    pub port: Option<u16>,
    /// By what name it authenticated.
    pub auth_user: String,
    /// For what realm.
    pub auth_realm: String,
    /// Whose messages it is told of.
    pub mwi_account: String,
    /// Lines this library does not know.
    pub others: Vec<(String, String)>,
}

impl ApiCommand for Registrations {
    type Output = Vec<Registration>;

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = Line::new("sofia status profile").word("the profile", &self.profile);
        match &self.of {
            None => line.keyword("reg"),
            Some((kind, who)) => line.keyword(kind).word("who", who),
        }
        .finish()
    }

    /// Lines of a name and a value, an empty line after each registration, and how many there were.
    fn read(&self, output: &[u8]) -> Result<Vec<Registration>, ApiError> {
        let printed = Printed::by("sofia", output)?.or_failed()?;
        let text = printed.text();
        if text.starts_with("Invalid ") {
            return Err(printed.failed(text.trim()));
        }
        parse(&text).ok_or_else(|| printed.unreadable("registrations"))
    }
}

fn parse(text: &str) -> Option<Vec<Registration>> {
    let mut list = Vec::new();
    let mut current: Option<Registration> = None;
    let body = text.trim_start_matches('\n').strip_prefix("Registrations:\n")?;
    for line in body.lines() {
        if let Some(total) = line.strip_prefix("Total items returned: ") {
            list.extend(current);
            return (total.trim().parse() == Ok(list.len())).then_some(list);
        }
        match line.split_once(":") {
            Some((name, value)) => {
                current.get_or_insert_with(Registration::default).set(name.trim(), value.trim());
            }
            None if line.is_empty() => list.extend(current.take()),
            None => {}
        }
    }
    // The count at the end is missing, and who knows what else.
    None
}

impl Registration {
    fn set(&mut self, name: &str, value: &str) {
        let place = match name {
            "Call-ID" => &mut self.call_id,
            "User" => &mut self.user,
            "Contact" => &mut self.contact,
            "Agent" => &mut self.agent,
            "Status" => {
                let seconds = value.rsplit_once("EXPSECS(").and_then(|(_, rest)| rest.split_once(')'));
                self.expires_in = seconds.and_then(|(seconds, _)| seconds.parse().ok());
                &mut self.status
            }
            "Ping-Status" => &mut self.ping_status,
            "Ping-Time" => &mut self.ping_time,
            "Host" => &mut self.host,
            "IP" => &mut self.ip,
            "Port" => {
                self.port = value.parse().ok();
                return;
            }
            "Auth-User" => &mut self.auth_user,
            "Auth-Realm" => &mut self.auth_realm,
            "MWI-Account" => &mut self.mwi_account,
            _ => {
                self.others.push((name.to_owned(), value.to_owned()));
                return;
            }
        };
        value.clone_into(place);
    }
}
