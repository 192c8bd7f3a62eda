//! A conference, as it is.

use std::sync::Arc;

use trunkline_proto::view::Moment;

use super::member::Member;
use super::object::object;
use super::over::Last;
use super::standing::Standing;
use super::view::View;

object! {
    /// A conference (`conference::maintenance`; `mod_conference.c`). Its members are [`Member`](super::Member)s.
    Conference(Conference), ConferenceField {
        /// Its name. One of this name at a time.
        id: Arc<str>,
        /// This meeting of it: another each time it begins anew.
        Uuid uuid: Option<Arc<str>>,
        /// Its domain.
        Domain domain: Option<Arc<str>>,
        /// Its profile in `conference.conf`.
        Profile profile: Option<Arc<str>>,
        /// How many members it says it has, ghosts not counted.
        Size size: u32,
        /// How many ghosts it says it has.
        Ghosts ghosts: u32,
        /// Whether it is locked: nobody can join.
        Locked locked: bool,
        /// The member that has the floor.
        Floor floor: Option<u32>,
        /// The member that has the video floor.
        VideoFloor video_floor: Option<u32>,
        /// What it is recorded to.
        Recordings recordings: Vec<ConferenceRecording>,
        /// The files that are played to all, in the order they were asked for.
        Playing playing: Vec<Arc<str>>,
        /// Whether a sound is played when somebody comes. `None` until that is set, or a snapshot tells.
        EnterSound enter_sound: Option<bool>,
        /// Whether a sound is played when somebody goes. `None` until that is set, or a snapshot tells.
        ExitSound exit_sound: Option<bool>,
        /// When it began.
        Created created: Option<Moment>,
    }
    untold {
        /// Since when it is locked or is not, and what made it so.
        since: Standing,
    }
    own {
        /// What told last of its size, of its lock, of its floor.
        sized: Last,
        latched: Last,
        floored: Last,
        /// The bytes that its size and what else stands with it were read from.
        room_read: Arc<[u8]>,
    }
}

impl Conference {
    /// One of which nothing but the name is known.
    pub(in crate::model) fn new(id: Arc<str>, since: Standing) -> Self {
        Self {
            id,
            uuid: None,
            domain: None,
            profile: None,
            size: 0,
            ghosts: 0,
            locked: false,
            floor: None,
            video_floor: None,
            recordings: Vec::new(),
            playing: Vec::new(),
            enter_sound: None,
            exit_sound: None,
            created: None,
            since,
            sized: Last::default(),
            latched: Last::default(),
            floored: Last::default(),
            room_read: Arc::default(),
        }
    }

    /// What comes next is not late, whatever its number.
    pub(in crate::model) fn believe_anything(&self) {
        for last in [&self.sized, &self.latched, &self.floored] {
            last.forget();
        }
    }

    /// Whether it is recorded, and not paused.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recordings.iter().any(|recording| !recording.paused)
    }
}

/// A file a conference is recorded to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConferenceRecording {
    /// The file.
    pub path: Arc<str>,
    /// Whether it pauses.
    pub paused: bool,
}

/// Who is where.
impl View {
    /// The conference of this name.
    #[must_use]
    pub fn conference(&self, name: &str) -> Option<&Arc<Conference>> {
        self.conferences().get(name)
    }

    /// The members of a conference, in no order. Every member of every conference is looked at.
    pub fn members_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Arc<Member>> {
        self.members().filter(move |member| *member.conference == *name)
    }
}
