//! What is done to members.

use super::{Members, action_line, or_usage};
use crate::api::command::choice;
use crate::api::line::Line;
use crate::api::output::{Printed, text};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

choice! {
    /// What is done to members.
    MemberAction {
        /// They are sent out of the conference, and hear the sound for that.
        Kick = "kick",
        /// They are sent out of the conference, without a sound.
        Hup = "hup",
        /// Others no longer hear them.
        Mute = "mute",
        /// Others hear them again.
        Unmute = "unmute",
        /// Muted if they were not, and the other way round.
        ToggleMute = "tmute",
        /// They no longer hear others.
        Deaf = "deaf",
        /// They hear others again.
        Undeaf = "undeaf",
        /// They hear music instead.
        Hold = "hold",
        /// They are back.
        Unhold = "unhold",
        /// They have the floor, or no longer. Fails if another has it.
        Floor = "floor",
        /// They are seen, or no longer.
        VideoFloor = "vid-floor",
        /// Others no longer see them.
        VideoMute = "vmute",
        /// Others see them again.
        VideoUnmute = "unvmute",
        /// Unseen if they were seen, and the other way round.
        ToggleVideoMute = "tvmute",
        /// They no longer see others.
        VideoBlind = "vblind",
        /// They see others again.
        VideoUnblind = "unvblind",
        /// Blind if they saw, and the other way round.
        ToggleVideoBlind = "tvblind",
        /// Their picture is turned over.
        VideoFlip = "vid-flip",
        /// Digits are sent to them; needs [`OnMembers::argument`].
        Dtmf = "dtmf",
    }
}

/// `conference NAME ACTION MEMBERS`: something is done to members.
///
/// ```
/// # use trunkline_proto::api::{ApiCommand, ApiError};
/// use trunkline_proto::api::conference::{MemberAction, Members, OnMembers};
///
/// let mute = OnMembers::new("3100", MemberAction::Mute, Members::All).quiet();
/// assert_eq!(mute.line()?, "conference 3100 mute all quiet");
/// let report = mute.read(b"+OK mute 3\n+OK mute 2\n").unwrap();
/// assert_eq!(report.done[0].member, Some(3));
/// # Ok::<(), trunkline_proto::ApiMisuse>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct OnMembers {
    conference: String,
    action: MemberAction,
    members: Members,
    argument: Option<String>,
}

/// What came of an action, member by member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// Those it was done to. None, if there were none to do it to, and of the few actions that say nothing.
    pub done: Vec<MemberDone>,
    /// Why it was not done to others.
    pub refused: Vec<String>,
}

/// An action that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberDone {
    /// To whom; the last number of what is said.
    pub member: Option<u32>,
    /// What is said: `mute 3`; of a toggle that is `unmute 3`, too.
    pub text: String,
}

impl OnMembers {
    /// In this conference, this, to them.
    pub fn new(conference: impl Into<String>, action: MemberAction, members: impl Into<Members>) -> Self {
        Self { conference: conference.into(), action, members: members.into(), argument: None }
    }

    /// Sends digits.
    pub fn dtmf(
        conference: impl Into<String>,
        members: impl Into<Members>,
        digits: impl Into<String>,
    ) -> Self {
        Self::new(conference, MemberAction::Dtmf, members).argument(digits)
    }

    /// Without the sound for it: of all that mute and unmute.
    pub fn quiet(self) -> Self {
        self.argument("quiet")
    }

    /// With this: digits; the sound of a kick; what is played to those on hold; `force` of a floor for video.
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.argument = Some(argument.into());
        self
    }
}

impl ApiCommand for OnMembers {
    type Output = Report;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.members.check()?;
        let needs_argument = self.action == MemberAction::Dtmf && self.argument.is_none();
        action_line(&self.conference, self.action.as_str())
            .word("the members", &self.members.to_string())
            .require(!needs_argument, || ApiMisuse::Empty { what: "the list of digits" })
            .optional("the argument", self.argument.as_ref(), Line::word)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<Report, ApiError> {
        Report::read(Printed::by("conference", output)?, self.action.as_str())
    }
}

impl Report {
    /// Lines of `+OK …` and `-ERR …`. If nothing was done and something refused, it failed.
    pub(super) fn read(printed: Printed<'_>, action: &str) -> Result<Self, ApiError> {
        let text = printed.text();
        let mut report = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(reason) = line.strip_prefix("-ERR") {
                report.refused.push(reason.trim().to_owned());
            } else if let Some(done) = line.strip_prefix("+OK") {
                let text = done.trim().to_owned();
                report.done.push(MemberDone { member: last_number(&text), text });
            } else {
                or_usage(printed, action)?;
                return Err(printed.unreadable("what was done to members"));
            }
        }
        match report.refused.first() {
            Some(reason) if report.done.is_empty() => Err(printed.failed(reason)),
            _ => Ok(report),
        }
    }
}

fn last_number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).rfind(|number| !number.is_empty())?.parse().ok()
}

choice! {
    /// Something of a member that has a level.
    LevelKind {
        /// How loud one must be to be heard, from 0 to 1800.
        Energy = "energy",
        /// How loud one is to others, from -4 to 4.
        VolumeIn = "volume_in",
        /// How loud others are, from -4 to 4.
        VolumeOut = "volume_out",
        /// To what level the gain is controlled; 0 is not at all.
        Agc = "agc",
        /// To what level the energy needed may be set by itself; 0 is not at all.
        AutoEnergy = "auto-energy",
        /// How loud one may be before one is muted for it; 0 is any. (The switch says it the wrong way round: what it
        /// calls `Energy` there is this.)
        MaxEnergy = "max-energy",
    }
}

choice! {
    /// One step.
    Step {
        /// Up.
        Up = "up",
        /// Down.
        Down = "down",
    }
}

/// `conference NAME energy|volume_in|… MEMBERS [LEVEL]`: how it is, or from now on. Gives what it is then: what is out
/// of range becomes the end of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Level {
    conference: String,
    kind: LevelKind,
    members: Members,
    change: Option<String>,
}

/// The level of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberLevel {
    /// Whose.
    pub member: u32,
    /// What it is.
    pub level: i32,
}

impl Level {
    /// Asks for it.
    pub fn get(conference: impl Into<String>, kind: LevelKind, members: impl Into<Members>) -> Self {
        Self { conference: conference.into(), kind, members: members.into(), change: None }
    }

    /// Sets it.
    pub fn set(
        conference: impl Into<String>,
        kind: LevelKind,
        members: impl Into<Members>,
        level: i32,
    ) -> Self {
        Self { change: Some(level.to_string()), ..Self::get(conference, kind, members) }
    }

    /// Changes it by a step: 200 of energy, 1 of volume.
    pub fn step(
        conference: impl Into<String>,
        kind: LevelKind,
        members: impl Into<Members>,
        step: Step,
    ) -> Self {
        Self { change: Some(step.to_string()), ..Self::get(conference, kind, members) }
    }
}

impl ApiCommand for Level {
    type Output = Vec<MemberLevel>;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.members.check()?;
        action_line(&self.conference, self.kind.as_str())
            .word("the members", &self.members.to_string())
            .optional("the level", self.change.as_ref(), Line::word)
            .finish()
    }

    /// `+OK Volume IN 1 = 2`, `Energy 1 = 300`, `1 = Auto-Energy: 0 Energy: 400`: a line each.
    fn read(&self, output: &[u8]) -> Result<Vec<MemberLevel>, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, self.kind.as_str())?;
        let text = printed.text();
        let is_level = |line: &&str| line.contains(" = ");
        let levels = text.lines().filter(is_level).map(member_level).collect::<Option<Vec<_>>>();
        levels
            .filter(|levels| !levels.is_empty() || printed.is_empty())
            .ok_or_else(|| printed.unreadable("levels of members"))
    }
}

fn member_level(line: &str) -> Option<MemberLevel> {
    let (member, level) = line.split_once(" = ")?;
    let level = match level.strip_prefix("Max-Energy: ") {
        Some(swapped) => swapped.split_once(" Energy: ")?.1,
        None => level.strip_prefix("Auto-Energy: ").unwrap_or(level),
    };
    let level = level.split(' ').next()?.parse().ok()?;
    Some(MemberLevel { member: member.rsplit(' ').next()?.parse().ok()?, level })
}

/// `conference NAME get-uuid MEMBER`: the call a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct GetUuid {
    conference: String,
    member: Members,
}

impl GetUuid {
    /// Of this member; all is none.
    pub fn new(conference: impl Into<String>, member: impl Into<Members>) -> Self {
        Self { conference: conference.into(), member: member.into() }
    }
}

impl ApiCommand for GetUuid {
    type Output = ChannelUuid;

    fn line(&self) -> Result<String, ApiMisuse> {
        self.member.check()?;
        let is_one = !matches!(self.member, Members::All | Members::NonModerator);
        action_line(&self.conference, "get-uuid")
            .require(is_one, || ApiMisuse::Invalid {
                what: "the member",
                value: self.member.to_string(),
                why: "may be several, whose ids would come without anything between them",
            })
            .word("the member", &self.member.to_string())
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<ChannelUuid, ApiError> {
        let printed = or_usage(Printed::by("conference", output)?, "get-uuid")?;
        match text(printed)? {
            id if id.is_empty() || id == "_undef_" => Err(printed.failed("it is no call")),
            id => Ok(id.into()),
        }
    }
}

choice! {
    /// What one member is to another.
    Relation {
        /// The first is not heard by the second.
        NoSpeak = "nospeak",
        /// The first does not hear the second.
        NoHear = "nohear",
        /// The first is seen by the second alone.
        SendVideo = "sendvideo",
        /// As everybody else.
        Clear = "clear",
    }
}

/// `conference NAME relate`: what one member is to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct Relate {
    conference: String,
    members: Vec<u32>,
    others: Vec<u32>,
    relation: Relation,
}

impl Relate {
    /// The one to the other.
    pub fn new(conference: impl Into<String>, member: u32, other: u32, relation: Relation) -> Self {
        Self::several(conference, [member], [other], relation)
    }

    /// Each of these, at most 100, to each of those.
    pub fn several(
        conference: impl Into<String>,
        members: impl IntoIterator<Item = u32>,
        others: impl IntoIterator<Item = u32>,
        relation: Relation,
    ) -> Self {
        let (members, others) = (members.into_iter().collect(), others.into_iter().collect());
        Self { conference: conference.into(), members, others, relation }
    }
}

impl ApiCommand for Relate {
    type Output = Report;

    fn line(&self) -> Result<String, ApiMisuse> {
        let mut line = action_line(&self.conference, "relate");
        for list in [&self.members, &self.others] {
            let words: Vec<String> = list.iter().map(u32::to_string).collect();
            line = line
                .require(list.len() <= 100, || ApiMisuse::TooLong {
                    what: "the list of members",
                    len: list.len(),
                    limit: 100,
                })
                .word("the members", &words.join(","));
        }
        line.keyword(self.relation.as_str()).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Report, ApiError> {
        Report::read(Printed::by("conference", output)?, "relate")
    }
}
