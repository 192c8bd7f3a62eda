//! The command `conference` (`conference_api.c`): a file for each family of its own commands.

mod dial;
mod files;
mod levels;
mod list;
mod members;
mod record;
mod relate;
mod room;
mod usage;

use super::{CallId, Command, Invocation, Outcome};
use crate::conference::{ConferenceId, Member, MemberId};
use crate::core::Core;
use crate::text::{atoi, split_spaces};

pub(super) const COMMANDS: &[(&str, Command)] = &[("conference", conference)];

/// Words a command line is cut into; the last takes the rest.
const MOST_WORDS: usize = 25;

/// Where in the table the usage stands that is shown of `dial` and `bgdial` where there is no conference: it is that of
/// other commands, put in since the places were counted (`CONF_API_COMMAND_DIAL` in `mod_conference.h`).
const DIAL: usize = 17;
const BGDIAL: usize = 18;

/// A command to a conference.
#[derive(Debug)]
struct Line<'a> {
    call: CallId,
    /// As it came.
    text: &'a str,
    /// The conference's name, the command, and its arguments.
    words: &'a [String],
}

impl Line<'_> {
    fn word(&self, place: usize) -> Option<&str> {
        self.words.get(place).map(String::as_str)
    }

    fn name(&self) -> &str {
        self.word(0).unwrap_or_default()
    }
}

/// How a command went.
enum Said {
    Text(String),
    /// What it said, and then its usage.
    Usage(String),
    Waits,
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

type RoomCommand = fn(&mut Core, ConferenceId, &Line<'_>) -> Said;
type MemberCommand = fn(&mut Core, ConferenceId, MemberId, Option<&str>) -> String;

const ROOM: &[&[(&str, RoomCommand)]] =
    &[dial::COMMANDS, files::COMMANDS, list::COMMANDS, record::COMMANDS, relate::COMMANDS, room::COMMANDS];

const MEMBER: &[&[(&str, MemberCommand)]] = &[members::COMMANDS, levels::COMMANDS];

fn conference(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    let words = split_spaces(invocation.arguments, MOST_WORDS);
    let words: Vec<String> =
        words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned()).collect();
    let line = Line { call: invocation.call, text: &text, words: &words };
    let said = match core.conferences.find(line.name()) {
        _ if words.is_empty() => usage::all_with_name().into(),
        Some(_) if words.len() < 2 => "Conference command, not specified.\nTry 'help'\n".into(),
        Some(id) => core.conference_command(id, &line),
        None => core.command_without_conference(&line),
    };
    match said {
        Said::Text(text) | Said::Usage(text) if text.is_empty() => "-ERR no reply\n".into(),
        Said::Text(text) | Said::Usage(text) => text.into(),
        Said::Waits => Outcome::Waits,
    }
}

fn find<T: Copy>(families: &[&[(&str, T)]], name: &str) -> Option<T> {
    let mut all = families.iter().flat_map(|family| family.iter());
    all.find(|(known, _)| *known == name).map(|(_, command)| *command)
}

impl Core {
    fn conference_command(&mut self, id: ConferenceId, line: &Line<'_>) -> Said {
        let word = line.word(1).unwrap_or_default();
        let unknown = || format!("-ERR Conference command '{word}' not found.\n");
        let Some(name) = usage::known(word) else { return unknown().into() };
        if let Some(command) = find(ROOM, name) {
            return match command(self, id, line) {
                Said::Usage(said) => (said + &usage::usage(name)).into(),
                said => said,
            };
        }
        match find(MEMBER, name) {
            Some(command) => self.command_members(id, line, name, command).into(),
            // No video is simulated.
            None => "-ERR Conference is not in mixing mode\n".into(),
        }
    }

    fn command_without_conference(&mut self, line: &Line<'_>) -> Said {
        let first = line.name().to_ascii_lowercase();
        let second = line.word(1).unwrap_or_default().to_ascii_lowercase();
        match (first.as_str(), second.as_str()) {
            ("list", _) => list::list_all(self, line).into(),
            ("count", _) => self.conferences.iter().count().to_string().into(),
            ("xml_list", _) => list::xml_list_all(self).into(),
            ("json_list", _) => list::json_list_all(self, line.word(1) == Some("compact")).into(),
            ("help" | "commands", _) => usage::help().into(),
            (_, "dial") => match dial::dial_into(self, line) {
                Said::Usage(said) => (said + &usage::at(DIAL)).into(),
                said => said,
            },
            (_, "bgdial") => match dial::bgdial_into(self, line) {
                Said::Usage(said) => (said + &usage::at(BGDIAL)).into(),
                said => said,
            },
            _ => format!("-ERR Conference {} not found\n", line.name()).into(),
        }
    }

    /// A command for the members it names.
    fn command_members(
        &mut self,
        id: ConferenceId,
        line: &Line<'_>,
        name: &str,
        command: MemberCommand,
    ) -> String {
        let who = line.word(2).unwrap_or_default();
        let data = line.word(3);
        let number = u32::try_from(atoi(who.as_bytes())).unwrap_or_default();
        if number != 0 {
            let member = MemberId(number);
            return match self.member_is_here(id, member) {
                true => command(self, id, member, data),
                false => format!("-ERR Non-Existant ID {number}\n"),
            };
        }
        match who.to_ascii_lowercase().as_str() {
            "all" => self.command_all(id, data, command, false),
            "non_moderator" => self.command_all(id, data, command, true),
            "last" => {
                let last =
                    self.conferences.get(id).and_then(|room| room.callers().map(|member| member.id).max());
                last.map(|last| command(self, id, last, data)).unwrap_or_default()
            }
            _ => match who.split_once('=') {
                Some((variable, value)) => match self.member_by_variable(id, variable, value) {
                    Some(member) => command(self, id, member, data),
                    None => "-ERR Non-Existant member\n".into(),
                },
                None => usage::usage(name),
            },
        }
    }

    fn command_all(
        &mut self,
        id: ConferenceId,
        data: Option<&str>,
        command: MemberCommand,
        but_moderators: bool,
    ) -> String {
        let Some(room) = self.conferences.get(id) else { return String::new() };
        let members: Vec<(MemberId, bool)> =
            room.callers().map(|member| (member.id, member.flags.moderator)).collect();
        let mut said = String::new();
        for (member, moderator) in members {
            if but_moderators && moderator {
                said += &format!("Skipping moderator (member id {member}).\n");
            } else {
                said += &command(self, id, member, data);
            }
        }
        said
    }

    fn member_by_variable(&self, id: ConferenceId, variable: &str, value: &str) -> Option<MemberId> {
        let has = |member: &&Member| {
            let found =
                member.channel().and_then(|channel| self.channel_variable(channel, variable.as_bytes()));
            found == Some(value.as_bytes())
        };
        self.conferences.get(id)?.callers().find(has).map(|member| member.id)
    }

    /// A member by its number, or a variable, for commands that take a member beside other things
    /// (`conference_member_get_by_str`).
    fn member_by_text(&self, id: ConferenceId, text: &str) -> Option<MemberId> {
        if let Some((variable, value)) = text.split_once('=') {
            return self.member_by_variable(id, variable, value);
        }
        let member = MemberId(u32::try_from(atoi(text.as_bytes())).ok()?);
        self.member_is_here(id, member).then_some(member)
    }
}
