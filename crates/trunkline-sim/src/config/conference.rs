//! What conferences are like: profiles as in `conference.conf.xml`, and who talks.

use std::time::Duration;

/// The profiles conferences are made by, and who talks in them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConferenceConfig {
    /// The profiles; one, `default`. A conference of another name is made as with an empty one.
    pub profiles: Vec<ConferenceProfile>,
    /// Where sounds without a path are, unless a profile says otherwise.
    pub sound_prefix: String,
    /// Who talks of themselves. Nobody else does, but by `api sim talk`.
    pub talkers: Vec<Talker>,
}

impl Default for ConferenceConfig {
    fn default() -> Self {
        Self {
            profiles: vec![ConferenceProfile::default()],
            sound_prefix: "/usr/local/freeswitch/sounds".into(),
            talkers: Vec::new(),
        }
    }
}

impl ConferenceConfig {
    /// A profile by its name.
    pub(crate) fn profile(&self, name: &str) -> ConferenceProfile {
        let known = self.profiles.iter().find(|profile| profile.name == name);
        known.cloned().unwrap_or_else(|| ConferenceProfile::empty(name))
    }
}

/// A profile. A sound that is an empty text is not played.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConferenceProfile {
    /// `name`
    pub name: String,
    /// `domain`
    pub domain: String,
    /// `rate`, in samples a second.
    pub rate: u32,
    /// `interval`: how often the conference looks at its members.
    pub interval: Duration,
    /// `energy-level`: who is louder talks. A line without sound has an energy of 1.
    pub energy_level: i32,
    /// `caller-id-name`, of calls the conference makes.
    pub caller_id_name: String,
    /// `caller-id-number`
    pub caller_id_number: String,
    /// `max-members`; 0 is any number.
    pub max_members: u32,
    /// `pin`
    pub pin: String,
    /// `moderator-pin`
    pub moderator_pin: String,
    /// `pin-retries`
    pub pin_retries: u32,
    /// `member-flags`, separated by `|`.
    pub member_flags: String,
    /// `conference-flags`, separated by `|`.
    pub conference_flags: String,
    /// `enter-sound`
    pub enter_sound: String,
    /// `exit-sound`
    pub exit_sound: String,
    /// `alone-sound`
    pub alone_sound: String,
    /// `muted-sound`
    pub muted_sound: String,
    /// `unmuted-sound`
    pub unmuted_sound: String,
    /// `kicked-sound`
    pub kicked_sound: String,
    /// `locked-sound`
    pub locked_sound: String,
    /// `max-members-sound`
    pub max_members_sound: String,
    /// `endconf-grace-time`
    pub end_grace: Duration,
    /// The group of `caller-controls`: digits, the action, and its data.
    pub controls: Vec<(String, String, String)>,
}

impl Default for ConferenceProfile {
    fn default() -> Self {
        let controls = [
            ("0", "mute"),
            ("*", "deaf mute"),
            ("9", "energy up"),
            ("3", "vol talk up"),
            ("2", "vol talk zero"),
            ("1", "vol talk dn"),
            ("#", "hangup"),
        ];
        let control = |(digits, action): (&str, &str)| (digits.into(), action.into(), String::new());
        Self {
            domain: "localhost".into(),
            energy_level: 100,
            caller_id_name: "testbed".into(),
            controls: controls.map(control).into(),
            ..Self::empty("default")
        }
    }
}

impl ConferenceProfile {
    /// A profile that says nothing: what FreeSWITCH takes where a profile is missing.
    #[must_use]
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.into(),
            domain: "cluecon.com".into(),
            rate: 8000,
            interval: Duration::from_millis(20),
            energy_level: 0,
            caller_id_name: "conference".into(),
            caller_id_number: "0000000000".into(),
            max_members: 0,
            pin: String::new(),
            moderator_pin: String::new(),
            pin_retries: 3,
            member_flags: String::new(),
            conference_flags: String::new(),
            enter_sound: String::new(),
            exit_sound: String::new(),
            alone_sound: String::new(),
            muted_sound: String::new(),
            unmuted_sound: String::new(),
            kicked_sound: String::new(),
            locked_sound: String::new(),
            max_members_sound: String::new(),
            end_grace: Duration::ZERO,
            controls: Vec::new(),
        }
    }
}

/// Somebody who talks once in a conference.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Talker {
    /// The caller id number it has there; `*` is anybody's.
    pub number: String,
    /// How long after it came it begins.
    pub after: Duration,
    /// How long it talks.
    pub lasts: Duration,
    /// How long it is then silent before it talks again; `None` is for ever.
    pub pause: Option<Duration>,
    /// How loud it is.
    pub energy: u32,
}

impl Talker {
    /// Talks once, from `after` it came, for so long.
    #[must_use]
    pub fn new(number: &str, after: Duration, lasts: Duration) -> Self {
        Self { number: number.into(), after, lasts, pause: None, energy: 6400 }
    }

    /// Talks again after a pause, over and over.
    #[must_use]
    pub fn again(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    pub(crate) fn is(&self, number: &[u8]) -> bool {
        self.number == "*" || self.number.as_bytes() == number
    }
}
