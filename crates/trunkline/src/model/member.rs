//! A member of a conference, as he is.

use std::sync::Arc;

use trunkline_proto::ChannelUuid;
use trunkline_proto::view::Moment;

use super::object::object;
use super::over::Last;
use super::standing::Standing;

object! {
    /// A member of a conference (`conference_member.c`). What records a conference is none of its members here, but is in
    /// [`Conference::recordings`](super::Conference::recordings).
    Member(Member), MemberField {
        /// His number (`Member-ID`). It goes with his channel: no other has it, in whatever conference, until the switch is
        /// started anew; and in the next conference he goes to he has it again.
        id: u32,
        /// The conference.
        Conference conference: Arc<str>,
        /// His channel.
        Channel channel: Option<ChannelUuid>,
        /// The caller's name.
        CallerIdName caller_id_name: Option<Arc<str>>,
        /// The caller's number.
        CallerIdNumber caller_id_number: Option<Arc<str>>,
        /// Whether he moderates.
        Moderator moderator: bool,
        /// Whether nobody hears or sees him, and he is not counted.
        Ghost ghost: bool,
        /// Whether he has the floor.
        Floor floor: bool,
        /// Whether he is heard; false is mute.
        Speak speak: bool,
        /// Whether he hears the others; false is deaf.
        Hear hear: bool,
        /// Whether he is seen; false is muted on video.
        See see: bool,
        /// Whether he sees the others; false is blind.
        Watch watch: bool,
        /// Whether he is in with video.
        Video video: bool,
        /// Whether he is on hold: neither heard nor hearing, whatever else is said.
        Hold hold: bool,
        /// Whether he talks.
        Talking talking: bool,
        /// Whether his talking is told while he is mute.
        MuteDetect mute_detect: bool,
        /// How loud he must be to be heard.
        EnergyLevel energy_level: Option<i32>,
        /// How loud he is to the others, -4 to 4. 0 until something else is told: what he came with is in no event.
        VolumeIn volume_in: i32,
        /// How loud the others are to him, -4 to 4. 0 until something else is told: what he came with is in no event.
        VolumeOut volume_out: i32,
        /// Where he is heard: `x:y:z`.
        Position position: Option<Arc<str>>,
        /// The files that are played to him alone.
        Playing playing: Vec<Arc<str>>,
        /// When he came.
        Joined joined: Option<Moment>,
        /// How he is made to go, once he is. He is gone soon after.
        Leaving leaving: Option<Leaving>,
    }
    untold {
        /// Since when he may speak and hear as he may, and what made it so.
        since: Standing,
        /// Since when he talks or is silent.
        talking_since: Option<Moment>,
        /// How loud he was when he was last told of.
        current_energy: Option<i32>,
    }
    own {
        /// What told last of all that every event tells of him.
        told: Last,
        /// The bytes his channel and caller were read from.
        details_read: Arc<[u8]>,
    }
}

impl Member {
    /// One of whom nothing but the number is known.
    pub(in crate::model) fn new(id: u32, conference: Arc<str>, since: Standing) -> Self {
        Self {
            id,
            conference,
            channel: None,
            caller_id_name: None,
            caller_id_number: None,
            moderator: false,
            ghost: false,
            floor: false,
            speak: true,
            hear: true,
            see: true,
            watch: true,
            video: false,
            hold: false,
            talking: false,
            mute_detect: false,
            energy_level: None,
            volume_in: 0,
            volume_out: 0,
            position: None,
            playing: Vec::new(),
            joined: None,
            leaving: None,
            talking_since: None,
            since,
            current_energy: None,
            told: Last::default(),
            details_read: Arc::default(),
        }
    }

    /// What comes next is not late, whatever its number.
    pub(in crate::model) fn believe_anything(&self) {
        self.told.forget();
    }

    /// Whether the others can hear him: he is not mute, and not on hold.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.speak && !self.hold
    }

    /// Whether he can hear the others: he is not deaf, and not on hold.
    #[must_use]
    pub fn hears(&self) -> bool {
        self.hear && !self.hold
    }
}

/// How a member is made to go.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaving {
    /// He is sent away (`kick`).
    Kicked,
    /// He is hung up (`hup`).
    HungUp,
    /// He goes to another conference (`transfer`), or by a key to an extension.
    Transferred {
        /// The conference; of an extension where it is: `1000 XML default`.
        to: Arc<str>,
    },
}
