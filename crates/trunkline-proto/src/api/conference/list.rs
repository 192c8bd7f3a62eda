//! Who is there, as text.

use super::or_usage;
use crate::api::line::Line;
use crate::api::output::{Printed, number};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

/// `conference list`: all conferences and who is in them; without members, if it is a summary.
///
/// [`JsonList`](super::JsonList) tells more, and names with any character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "a command does nothing until it is run"]
pub struct ListAll {
    summary: bool,
}

impl ListAll {
    /// With their members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without.
    pub fn summary() -> Self {
        Self { summary: true }
    }
}

/// A conference, as [`ListAll`] gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedConference {
    /// Its name.
    pub name: String,
    /// How many members it has.
    pub member_count: u32,
    /// At what rate it mixes, in Hz.
    pub rate: u32,
    /// What it is: `running`, `locked`, `recording`.
    pub flags: Vec<String>,
    /// Who is in it, the last first.
    pub members: Vec<ListedMember>,
}

/// A member, as [`ListAll`] and [`List`] give it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedMember {
    /// Its number.
    pub id: u32,
    /// Its channel's name.
    pub channel_name: String,
    /// Its call.
    pub uuid: ChannelUuid,
    /// The caller's name.
    pub caller_id_name: String,
    /// The caller's number.
    pub caller_id_number: String,
    /// What it is: `hear`, `speak`, `talking`, `hold`, `floor`, `moderator`.
    pub flags: Vec<String>,
    /// How loud it is to others.
    pub volume_in: i32,
    /// How loud others are to it.
    pub volume_out: i32,
    /// How loud it must be to be heard.
    pub energy: i32,
}

impl ApiCommand for ListAll {
    type Output = Vec<ListedConference>;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("conference list").flag(self.summary, "summary").finish()
    }

    fn read(&self, output: &[u8]) -> Result<Vec<ListedConference>, ApiError> {
        let printed = Printed::by("conference", output)?.or_failed()?;
        let text = printed.text();
        let mut list: Vec<ListedConference> = Vec::new();
        if text.trim_end() == "+OK No active conferences." {
            return Ok(list);
        }
        for line in text.lines().filter(|line| !line.is_empty()) {
            let read = match line.strip_prefix("+OK Conference ") {
                Some(conference) => ListedConference::parse(conference).map(|one| list.push(one)),
                None => ListedMember::parse(line)
                    .and_then(|member| list.last_mut().map(|one| one.members.push(member))),
            };
            read.ok_or_else(|| printed.unreadable("a list of conferences"))?;
        }
        Ok(list)
    }
}

impl ListedConference {
    /// `NAME (3 members rate: 8000 locked flags: running|answered)`; the name may have blanks and brackets.
    fn parse(line: &str) -> Option<Self> {
        let (name, rest) = line.rsplit_once(" (")?;
        let (member_count, rest) = rest.strip_suffix(')')?.split_once(' ')?;
        let (rate, flags) = rest.split_once("rate: ")?.1.split_once(" flags: ")?;
        Some(Self {
            name: name.to_owned(),
            member_count: member_count.parse().ok()?,
            rate: rate.split(' ').next()?.parse().ok()?,
            flags: flag_list(flags),
            members: Vec::new(),
        })
    }
}

fn flag_list(flags: &str) -> Vec<String> {
    flags.split('|').filter(|flag| !flag.is_empty() && *flag != "none").map(str::to_owned).collect()
}

impl ListedMember {
    /// `3;null/1003;UUID;NAME;NUMBER;hear|speak;0;0;0`. The caller's name may have semicolons: it is what the rest
    /// leaves.
    fn parse(line: &str) -> Option<Self> {
        let mut first = line.splitn(4, ';');
        let (id, channel_name, uuid) = (first.next()?.parse().ok()?, first.next()?, first.next()?);
        let mut last = first.next()?.rsplitn(6, ';');
        let energy = last.next()?.parse().ok()?;
        let volume_out = last.next()?.parse().ok()?;
        let volume_in = last.next()?.parse().ok()?;
        let (flags, number, name) = (last.next()?, last.next()?, last.next()?);
        Some(Self {
            id,
            channel_name: channel_name.to_owned(),
            uuid: uuid.into(),
            caller_id_name: name.to_owned(),
            caller_id_number: number.to_owned(),
            flags: flag_list(flags),
            volume_in,
            volume_out,
            energy,
        })
    }
}

/// `conference NAME list`: who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct List {
    conference: String,
}

impl List {
    /// In this conference.
    pub fn new(conference: impl Into<String>) -> Self {
        Self { conference: conference.into() }
    }
}

impl ApiCommand for List {
    type Output = Vec<ListedMember>;

    fn line(&self) -> Result<String, ApiMisuse> {
        super::action_line(&self.conference, "list").finish()
    }

    fn read(&self, output: &[u8]) -> Result<Vec<ListedMember>, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, "list")?;
        let text = printed.text();
        let members = text.lines().filter(|line| !line.is_empty()).map(ListedMember::parse).collect();
        Option::<Vec<_>>::ok_or_else(members, || printed.unreadable("a list of members"))
    }
}

/// `conference NAME count`: how many are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Count {
    conference: String,
}

impl Count {
    /// In this conference.
    pub fn new(conference: impl Into<String>) -> Self {
        Self { conference: conference.into() }
    }
}

impl ApiCommand for Count {
    type Output = u32;

    fn line(&self) -> Result<String, ApiMisuse> {
        super::action_line(&self.conference, "count").finish()
    }

    fn read(&self, output: &[u8]) -> Result<u32, ApiError> {
        number(or_usage(Printed::by("conference", output)?, "count")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_what_parts_them() {
        let conference =
            ListedConference::parse("a (b) c (1 member rate: 8000 locked flags: locked|running)").unwrap();
        assert_eq!(conference.name, "a (b) c");
        assert_eq!((conference.member_count, conference.rate), (1, 8000));
        assert_eq!(conference.flags, ["locked", "running"]);
        let member = ListedMember::parse("3;null/1003;call-3;A; B;1003;hear|speak;1;-2;300").unwrap();
        assert_eq!((member.caller_id_name.as_str(), member.caller_id_number.as_str()), ("A; B", "1003"));
        assert_eq!((member.volume_in, member.volume_out, member.energy), (1, -2, 300));
    }
}
