//! `conference::maintenance` (`conference_event_add_data` in `conference_event.c`, `conference_member_add_event_data` in
//! `conference_member.c`): the conference, of an event about a member the member and its channel, and then what happened.

use trunkline_proto::EventName;

use super::{Conference, ConferenceId, Member, MemberId};
use crate::channel::Channel;
use crate::core::Core;
use crate::event::{Draft, Origin};

const SUBCLASS: &str = "conference::maintenance";

pub(super) const fn api(function: &'static str, line: u32) -> Origin {
    Origin { file: "conference_api.c", function, line }
}

pub(super) const fn control(function: &'static str, line: u32) -> Origin {
    Origin { file: "conference_loop.c", function, line }
}

pub(super) const fn record(line: u32) -> Origin {
    Origin { file: "conference_record.c", function: "conference_record_thread_run", line }
}

pub(super) const CREATE: Origin = Origin { file: "mod_conference.c", function: "conference_new", line: 3848 };
pub(super) const DESTROY: Origin =
    Origin { file: "mod_conference.c", function: "conference_thread_run", line: 863 };
pub(super) const DIALLED: Origin =
    Origin { file: "mod_conference.c", function: "conference_outcall_run", line: 1708 };
pub(super) const REJECTED: Origin =
    Origin { file: "mod_conference.c", function: "conference_function", line: 2129 };
pub(super) const ADD: Origin =
    Origin { file: "conference_member.c", function: "conference_member_add", line: 962 };
pub(super) const FLOOR: Origin =
    Origin { file: "conference_member.c", function: "conference_member_set_floor_holder", line: 1158 };
pub(super) const DELETE: Origin =
    Origin { file: "conference_member.c", function: "conference_member_del", line: 1355 };
pub(super) const FILE_CLOSE: Origin =
    Origin { file: "conference_file.c", function: "conference_file_close", line: 52 };
pub(super) const FILE_MISSING: Origin =
    Origin { file: "conference_file.c", function: "conference_file_play", line: 268 };

/// An event as it is made.
pub(super) struct Notice {
    draft: Draft,
}

impl Notice {
    pub(super) fn push(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.draft.push(name, value);
        self
    }

    /// What happened, and the headers after it.
    pub(super) fn action(mut self, action: &str, headers: &[(&str, &[u8])]) -> Self {
        self.draft.push("Action", action);
        for (name, value) in headers {
            self.draft.push(name, value);
        }
        self
    }
}

/// The headers that tell of the conference.
fn write_room(room: &Conference, event: &mut Draft) {
    event.push("Conference-Name", &room.name);
    event.push("Conference-Domain", &room.domain);
    event.push("Conference-Size", room.count().to_string());
    event.push("Conference-Ghosts", room.ghosts().to_string());
    event.push("Conference-Profile-Name", &room.profile.name);
    event.push("Conference-Unique-ID", &room.uuid);
    for (name, value) in &room.variables {
        event.push(name, value);
    }
}

fn write_member(room: &Conference, member: &Member, channel: Option<&Channel>, event: &mut Draft) {
    let bool = |is: bool| if is { "true" } else { "false" };
    write_room(room, event);
    event.push("Floor", bool(room.floor == Some(member.id)));
    if let Some(channel) = channel {
        channel.write_basic(event);
        event.push("Video", "false");
    }
    let flags = &member.flags;
    for (name, is) in [
        ("Hear", flags.can_hear),
        ("See", flags.can_be_seen),
        ("Speak", flags.can_speak),
        ("Talking", flags.talking),
        ("Mute-Detect", flags.mute_detect),
        ("Hold", flags.hold),
    ] {
        event.push(name, bool(is));
    }
    event.push("Member-ID", member.id.to_string());
    event.push("Member-Type", member.kind());
    event.push("Member-Ghost", bool(flags.ghost));
    event.push("Energy-Level", member.energy_level.to_string());
    event.push("Current-Energy", member.score().to_string());
}

impl Core {
    /// Begins an event about a conference.
    pub(super) fn notice(&mut self, id: ConferenceId, origin: &Origin) -> Notice {
        let mut notice = self.bare_notice(origin);
        if let Some(room) = self.conferences.get(id) {
            write_room(room, &mut notice.draft);
        }
        notice
    }

    /// Begins an event about a member.
    pub(super) fn member_notice(&mut self, id: ConferenceId, member: MemberId, origin: &Origin) -> Notice {
        let notice = self.bare_notice(origin);
        self.with_member(notice, id, member)
    }

    /// Begins an event of this subclass that tells nothing yet.
    pub(super) fn bare_notice(&mut self, origin: &Origin) -> Notice {
        let draft = Draft::new().header("Event-Subclass", SUBCLASS);
        Notice { draft: self.add_standard_headers(draft, EventName::Custom.as_str(), origin) }
    }

    /// Adds what is known of a member to an event.
    pub(super) fn with_member(&self, mut notice: Notice, id: ConferenceId, member: MemberId) -> Notice {
        let Some(room) = self.conferences.get(id) else { return notice };
        if let Some(member) = room.member(member) {
            let channel = member.channel().and_then(|channel| self.channels.get(channel));
            write_member(room, member, channel, &mut notice.draft);
        }
        notice
    }

    /// Begins an event about a member that is in the conference's list no more.
    pub(super) fn farewell_notice(&mut self, id: ConferenceId, member: &Member, origin: &Origin) -> Notice {
        let mut notice = self.bare_notice(origin);
        if let Some(room) = self.conferences.get(id) {
            let channel = member.channel().and_then(|channel| self.channels.get(channel));
            write_member(room, member, channel, &mut notice.draft);
        }
        notice
    }

    pub(super) fn fire_notice(&mut self, notice: Notice) {
        self.fire_custom(SUBCLASS, notice.draft);
    }

    /// Fires an event about a conference.
    pub(super) fn tell(&mut self, id: ConferenceId, origin: &Origin, action: &str, after: &[(&str, &[u8])]) {
        let notice = self.notice(id, origin).action(action, after);
        self.fire_notice(notice);
    }

    /// Fires an event about a member.
    pub(super) fn tell_of(
        &mut self,
        id: ConferenceId,
        member: MemberId,
        origin: &Origin,
        action: &str,
        after: &[(&str, &[u8])],
    ) {
        let notice = self.member_notice(id, member, origin).action(action, after);
        self.fire_notice(notice);
    }

    /// An event about a channel that is in no conference.
    pub(super) fn with_channel(&self, mut notice: Notice, channel: crate::channel::ChannelId) -> Notice {
        if let Some(channel) = self.channels.get(channel) {
            channel.write_basic(&mut notice.draft);
        }
        notice
    }
}
