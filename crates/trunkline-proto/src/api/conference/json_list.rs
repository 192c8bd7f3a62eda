//! Who is there, in JSON.

use std::borrow::Cow;
use std::time::Duration;

use super::conference_line;
use crate::api::json::Json;
use crate::api::line::Line;
use crate::api::output::Printed;
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// `conference [NAME] json_list compact`: a conference, or all, with all there is of them. Without any, none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a command does nothing until it is run"]
pub struct JsonList {
    conference: Option<String>,
}

impl JsonList {
    /// All conferences.
    pub fn all() -> Self {
        Self::default()
    }

    /// This one. Fails if it is not there.
    pub fn of(conference: impl Into<String>) -> Self {
        Self { conference: Some(conference.into()) }
    }
}

/// A conference, as [`JsonList`] gives it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Conference {
    /// Its name.
    pub name: String,
    /// Its id: another each time it is made.
    pub uuid: String,
    /// How many members it has.
    pub member_count: Option<u32>,
    /// How many of them are ghosts.
    pub ghost_count: Option<u32>,
    /// At what rate it mixes, in Hz.
    pub rate: Option<u32>,
    /// For how long it has run, in whole seconds.
    pub run_time: Option<Duration>,
    /// What it is: `running`, `locked`, `recording`.
    pub flags: Vec<String>,
    /// Its variables.
    pub variables: Vec<(String, String)>,
    /// Who is in it, the last first; recordings, too.
    pub members: Vec<Member>,
    /// All else that is a number or text.
    pub others: Vec<(String, String)>,
}

/// A member, as [`JsonList`] gives it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Member {
    /// `caller`; of a recording, `recording_node`, and there is not much more of it.
    pub kind: String,
    /// Its number.
    pub id: Option<u32>,
    /// Its call.
    pub uuid: Option<ChannelUuid>,
    /// The caller's name.
    pub caller_id_name: String,
    /// The caller's number.
    pub caller_id_number: String,
    /// For how long it has been there, in whole seconds.
    pub join_time: Option<Duration>,
    /// For how long it has said nothing, in whole seconds.
    pub last_talking: Option<Duration>,
    /// How loud it must be to be heard.
    pub energy: Option<i32>,
    /// How loud it is to others.
    pub volume_in: Option<i32>,
    /// How loud others are to it.
    pub volume_out: Option<i32>,
    /// What it is: `can_hear`, `can_speak`, `talking`, `has_floor`, `is_moderator`.
    pub flags: Vec<String>,
    /// All else that is a number or text.
    pub others: Vec<(String, String)>,
}

impl Member {
    /// Whether it is so: `is("talking")`.
    #[must_use]
    pub fn is(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }
}

impl Conference {
    /// Whether it is so: `is("locked")`.
    #[must_use]
    pub fn is(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    fn from_json(json: &Json<'_>) -> Self {
        let mut conference = Self::default();
        for (key, value) in json.entries() {
            conference.set(key, value);
        }
        conference
    }

    fn set(&mut self, key: &str, value: &Json<'_>) {
        let text = || value.as_text().unwrap_or_default().into_owned();
        match (key, value) {
            ("conference_name", _) => self.name = text(),
            ("conference_uuid", _) => self.uuid = text(),
            ("member_count", _) => self.member_count = number(value),
            ("ghost_count", _) => self.ghost_count = number(value),
            ("rate", _) => self.rate = number(value),
            ("run_time", _) => self.run_time = seconds(value),
            ("variables", variables) => self.variables = texts(variables.entries()),
            ("members", members) => self.members = members.elements().iter().map(Member::from_json).collect(),
            (_, Json::Bool(truth)) => self.flags.extend(truth.then(|| key.to_owned())),
            _ => self.others.extend(value.as_text().map(|text| (key.to_owned(), text.into_owned()))),
        }
    }
}

impl Member {
    fn from_json(json: &Json<'_>) -> Self {
        let mut member = Self::default();
        for (key, value) in json.entries() {
            member.set(key, value);
        }
        member
    }

    fn set(&mut self, key: &str, value: &Json<'_>) {
        let text = || value.as_text().unwrap_or_default().into_owned();
        match key {
            "type" => self.kind = text(),
            "id" => self.id = number(value),
            "uuid" => self.uuid = value.as_text().map(|id| ChannelUuid::from(id.into_owned())),
            "caller_id_name" => self.caller_id_name = text(),
            "caller_id_number" => self.caller_id_number = text(),
            "join_time" => self.join_time = seconds(value),
            "last_talking" => self.last_talking = seconds(value),
            "energy" => self.energy = number(value),
            "volume_in" => self.volume_in = number(value),
            "volume_out" => self.volume_out = number(value),
            "flags" => {
                let is_so = |(_, value): &&(Cow<'_, str>, Json<'_>)| *value == Json::Bool(true);
                self.flags =
                    value.entries().iter().filter(is_so).map(|(flag, _)| flag.clone().into()).collect();
            }
            _ => self.others.extend(value.as_text().map(|text| (key.to_owned(), text.into_owned()))),
        }
    }
}

fn number<T: std::str::FromStr>(json: &Json<'_>) -> Option<T> {
    json.as_text()?.parse().ok()
}

fn seconds(json: &Json<'_>) -> Option<Duration> {
    number(json).map(Duration::from_secs)
}

fn texts(entries: &[(Cow<'_, str>, Json<'_>)]) -> Vec<(String, String)> {
    let text = |(key, value): &(Cow<'_, str>, Json<'_>)| {
        (key.clone().into_owned(), value.as_text().unwrap_or_default().into_owned())
    };
    entries.iter().map(text).collect()
}

impl ApiCommand for JsonList {
    type Output = Vec<Conference>;

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = match &self.conference {
            Some(conference) => conference_line(conference),
            None => Line::new("conference"),
        };
        line.keyword("json_list compact").finish()
    }

    fn read(&self, output: &[u8]) -> Result<Vec<Conference>, ApiError> {
        let printed = Printed::by("conference", output)?.or_failed()?;
        match Json::parse(printed.bytes()) {
            Some(Json::List(list)) => Ok(list.iter().map(Conference::from_json).collect()),
            _ => Err(printed.unreadable("conferences in JSON")),
        }
    }
}
