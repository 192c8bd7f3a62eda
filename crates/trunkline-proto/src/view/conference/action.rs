//! What happens in a conference (`Action` in `conference_api.c`, `conference_loop.c`, `conference_member.c`,
//! `conference_file.c`, `conference_record.c`, `conference_video.c`, `mod_conference.c`).

use std::borrow::Cow;
use std::time::Duration;

use super::ConferenceEvent;
use crate::cause::HangupCause;
use crate::event::Event;
use crate::view::read::{self, Source};
use crate::view::view;

/// What happened in a conference, with what belongs to it. Whom it happened to is the event's
/// [`member`](ConferenceEvent::member), where nothing else is said.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Action<'a> {
    /// It began.
    ConferenceCreate,
    /// It is over.
    ConferenceDestroy,
    /// It goes on.
    ConferenceHeartbeat,
    /// It was locked: nobody can join.
    Lock,
    /// It was unlocked.
    Unlock,
    /// A sound is played when somebody comes.
    EnterSoundsOn,
    /// No more.
    EnterSoundsOff,
    /// That sound was changed.
    EnterSoundFileChanged,
    /// A sound is played when somebody goes.
    ExitSoundsOn,
    /// No more.
    ExitSoundsOff,
    /// That sound was changed.
    ExitSoundFileChanged,
    /// Somebody wants to join a conference that is not, and may only join one that is. Only the conference's name and
    /// profile are told.
    RejectedJoinOnly,
    /// A member came.
    AddMember,
    /// A member went.
    DelMember,
    /// A member is not heard.
    MuteMember,
    /// A member is heard again.
    UnmuteMember,
    /// A member does not hear.
    DeafMember,
    /// A member hears again.
    UndeafMember,
    /// A member is on hold.
    HoldMember,
    /// A member is off hold.
    UnholdMember,
    /// A member is not seen.
    VmuteMember,
    /// A member is seen again.
    UnvmuteMember,
    /// A member does not see.
    VblindMember,
    /// A member sees again.
    UnvblindMember,
    /// A member was sent away.
    KickMember,
    /// A member was hung up.
    HupMember,
    /// A member begins to talk.
    StartTalking,
    /// A member stops talking.
    StopTalking(Talk<'a>),
    /// How a member talks.
    TalkReport(TalkReport<'a>),
    /// A member talks while he is mute.
    MuteDetect,
    /// A member is shown when nobody has the floor.
    VfiTriggeredMember,
    /// A member was made to hear keys (`conference NAME dtmf`).
    DtmfMember {
        /// The keys.
        digits: Option<Cow<'a, str>>,
    },
    /// A member pressed a key that is bound to `event`.
    Dtmf {
        /// The key.
        key: Option<Cow<'a, str>>,
        /// What the binding says.
        data: Option<Cow<'a, str>>,
    },
    /// How loud a member must be to be heard.
    EnergyLevelMember {
        /// The new level.
        level: Option<i32>,
    },
    /// How far that may be set by itself.
    AutoEnergyLevelMember {
        /// The most it may be set to; 0 is not at all.
        auto_level: Option<i32>,
        /// What it is now.
        level: Option<i32>,
    },
    /// Above which energy a member is muted for a while.
    MaxEnergyLevelMember {
        /// The energy.
        level: Option<i32>,
        /// For how long.
        mute: Option<Duration>,
        /// After how many hits.
        hit_trigger: Option<i32>,
    },
    /// A member's automatic gain control.
    AgcLevelMember {
        /// Its level; 0 is off.
        level: Option<i32>,
    },
    /// How loud a member is to the others.
    VolumeInMember {
        /// -4 to 4.
        level: Option<i32>,
    },
    /// How loud the others are to a member.
    VolumeOutMember {
        /// -4 to 4.
        level: Option<i32>,
    },
    /// Where a member is heard.
    SetPositionMember {
        /// `x:y:z`.
        position: Option<Cow<'a, str>>,
    },
    /// A member set by key how loud he must be to be heard.
    EnergyLevel {
        /// The new level.
        new_level: Option<i32>,
    },
    /// A member set by key how loud the others are to him.
    VolumeLevel {
        /// The new level, -4 to 4.
        new_level: Option<i32>,
    },
    /// A member set by key how loud he is to the others.
    GainLevel {
        /// The new level, -4 to 4.
        new_level: Option<i32>,
    },
    /// Another member has the floor, or nobody; he is the event's member, if one has it.
    FloorChange {
        /// Who had it. Not said if he has gone.
        old: Option<u32>,
        /// Who has it.
        new: Option<u32>,
    },
    /// Another member has the video floor. The event has no member.
    VideoFloorChange {
        /// Who had it.
        old: Option<u32>,
        /// Who has it.
        new: Option<u32>,
    },
    /// A file is played to all.
    PlayFile {
        /// The file.
        file: Option<Cow<'a, str>>,
        /// Whether it is played beside others, not after them.
        is_async: Option<bool>,
        /// Why it is not.
        error: Option<Cow<'a, str>>,
    },
    /// A file is played to a member.
    PlayFileMember {
        /// The file.
        file: Option<Cow<'a, str>>,
    },
    /// It was played to all.
    PlayFileDone(Played<'a>),
    /// It was played to a member.
    PlayFileMemberDone(Played<'a>),
    /// Text is spoken to all.
    SpeakText {
        /// The text.
        text: Option<Cow<'a, str>>,
    },
    /// Text is spoken to a member.
    SpeakTextMember {
        /// The text.
        text: Option<Cow<'a, str>>,
    },
    /// Recording began, or could not.
    StartRecording {
        /// The file.
        path: Option<Cow<'a, str>>,
        /// Why it could not.
        error: Option<Cow<'a, str>>,
    },
    /// Recording ended.
    StopRecording(Recording<'a>),
    /// Recording pauses.
    PauseRecording {
        /// The file.
        path: Option<Cow<'a, str>>,
        /// Whether the conference is recorded to another, too.
        other_recordings: Option<bool>,
    },
    /// Recording goes on.
    ResumeRecording {
        /// The file.
        path: Option<Cow<'a, str>>,
        /// Whether the conference is recorded to another, too.
        other_recordings: Option<bool>,
    },
    /// A member goes elsewhere.
    Transfer {
        /// The conference he leaves.
        old: Option<Cow<'a, str>>,
        /// The conference he goes to, by `conference NAME transfer`.
        new: Option<Cow<'a, str>>,
        /// The extension he goes to, by a key.
        dialplan: Option<Cow<'a, str>>,
    },
    /// A key press runs an application for a member.
    ExecuteApp {
        /// The application, and its arguments.
        application: Option<Cow<'a, str>>,
    },
    /// Dialling out in the background ended.
    BgdialResult {
        /// `SUCCESS`, or why it failed.
        result: Option<HangupCause>,
        /// The job, as `conference NAME bgdial` named it.
        job_uuid: Option<Cow<'a, str>>,
        /// The channel dialled.
        peer_uuid: Option<Cow<'a, str>>,
    },
    /// One this version does not know, by its name; empty if it has none.
    Other(Cow<'a, str>),
}

impl<'a> Action<'a> {
    /// The headers its variants hold themselves.
    pub const HEADERS: &'static [&'static str] = Details::HEADERS;

    pub(super) fn of(happened: ConferenceEvent<'a>) -> Self {
        Self::named(happened.action_name().unwrap_or_default(), happened.event)
    }

    /// That of this name, which was read of a `conference::maintenance`, with what belongs to it.
    #[must_use]
    pub fn named(name: Cow<'a, str>, event: &'a Event) -> Self {
        Self::plain(&name).or_else(|| Self::detailed(&name, event)).unwrap_or(Self::Other(name))
    }

    /// Those that say it all by their name.
    fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "conference-create" => Self::ConferenceCreate,
            "conference-destroy" => Self::ConferenceDestroy,
            "conference-heartbeat" => Self::ConferenceHeartbeat,
            "lock" => Self::Lock,
            "unlock" => Self::Unlock,
            "enter-sounds-on" => Self::EnterSoundsOn,
            "enter-sounds-off" => Self::EnterSoundsOff,
            "enter-sound-file-changed" => Self::EnterSoundFileChanged,
            "exit-sounds-on" => Self::ExitSoundsOn,
            "exit-sounds-off" => Self::ExitSoundsOff,
            "exit-sound-file-changed" => Self::ExitSoundFileChanged,
            "rejected-join-only" => Self::RejectedJoinOnly,
            "add-member" => Self::AddMember,
            "del-member" => Self::DelMember,
            "mute-member" => Self::MuteMember,
            "unmute-member" => Self::UnmuteMember,
            "deaf-member" => Self::DeafMember,
            "undeaf-member" => Self::UndeafMember,
            "hold-member" => Self::HoldMember,
            "unhold-member" => Self::UnholdMember,
            "vmute-member" => Self::VmuteMember,
            "unvmute-member" => Self::UnvmuteMember,
            "vblind-member" => Self::VblindMember,
            "unvblind-member" => Self::UnvblindMember,
            "kick-member" => Self::KickMember,
            "hup-member" => Self::HupMember,
            "start-talking" => Self::StartTalking,
            "mute-detect" => Self::MuteDetect,
            "vfi-triggered-member" => Self::VfiTriggeredMember,
            _ => return None,
        })
    }

    fn detailed(name: &str, event: &'a Event) -> Option<Self> {
        let details = Details { event };
        Some(match name {
            "stop-talking" => Self::StopTalking(Talk { event }),
            "talk-report" => Self::TalkReport(TalkReport { event }),
            "play-file-done" => Self::PlayFileDone(Played { event }),
            "play-file-member-done" => Self::PlayFileMemberDone(Played { event }),
            "stop-recording" => Self::StopRecording(Recording { event }),
            "dtmf-member" => Self::DtmfMember { digits: details.digits() },
            "dtmf" => Self::Dtmf { key: details.key(), data: details.data() },
            "set-position-member" => Self::SetPositionMember { position: details.position() },
            "floor-change" => Self::FloorChange { old: details.old_id(), new: details.new_id() },
            "video-floor-change" => Self::VideoFloorChange { old: details.old_id(), new: details.new_id() },
            "play-file-member" => Self::PlayFileMember { file: details.file() },
            "speak-text" => Self::SpeakText { text: details.text() },
            "speak-text-member" => Self::SpeakTextMember { text: details.text() },
            "start-recording" => Self::StartRecording { path: details.path(), error: details.error() },
            "execute_app" => Self::ExecuteApp { application: details.application() },
            "play-file" => {
                Self::PlayFile { file: details.file(), is_async: details.is_async(), error: details.error() }
            }
            "pause-recording" => {
                Self::PauseRecording { path: details.path(), other_recordings: details.other_recordings() }
            }
            "resume-recording" => {
                Self::ResumeRecording { path: details.path(), other_recordings: details.other_recordings() }
            }
            "transfer" => Self::Transfer {
                old: details.old_conference_name(),
                new: details.new_conference_name(),
                dialplan: details.dialplan(),
            },
            "bgdial-result" => Self::BgdialResult {
                result: details.result(),
                job_uuid: details.job_uuid(),
                peer_uuid: details.peer_uuid(),
            },
            _ => return Self::level(name, details),
        })
    }

    fn level(name: &str, details: Details<'a>) -> Option<Self> {
        Some(match name {
            "energy-level-member" => Self::EnergyLevelMember { level: details.last_energy_level() },
            "auto-energy-level-member" => Self::AutoEnergyLevelMember {
                auto_level: details.auto_energy_level(),
                level: details.last_energy_level(),
            },
            "max-energy-level-member" => Self::MaxEnergyLevelMember {
                level: details.max_energy_level(),
                mute: details.max_energy_mute(),
                hit_trigger: details.max_energy_hit_trigger(),
            },
            "agc-level-member" => Self::AgcLevelMember { level: details.agc_level() },
            "volume-in-member" => Self::VolumeInMember { level: details.volume_level() },
            "volume-out-member" => Self::VolumeOutMember { level: details.volume_level() },
            "energy-level" => Self::EnergyLevel { new_level: details.new_level() },
            "volume-level" => Self::VolumeLevel { new_level: details.new_level() },
            "gain-level" => Self::GainLevel { new_level: details.new_level() },
            _ => return None,
        })
    }
}

view! {
    /// What the variants hold themselves.
    pub(super) Details(event: Event) {
        digits: Cow<'a, str> = text "Digits",
        key: Cow<'a, str> = text "DTMF-Key",
        data: Cow<'a, str> = text "Data",
        position: Cow<'a, str> = text "Position",
        old_id: u32 = number "Old-ID",
        new_id: u32 = number "New-ID",
        file: Cow<'a, str> = text "File",
        is_async: bool = flag "Async",
        error: Cow<'a, str> = text "Error",
        text: Cow<'a, str> = text "Text",
        path: Cow<'a, str> = text "Path",
        other_recordings: bool = flag "Other-Recordings",
        application: Cow<'a, str> = text "Application",
        old_conference_name: Cow<'a, str> = text "Old-Conference-Name",
        new_conference_name: Cow<'a, str> = text "New-Conference-Name",
        dialplan: Cow<'a, str> = text "Dialplan",
        result: HangupCause = word "Result",
        job_uuid: Cow<'a, str> = text "Job-UUID",
        peer_uuid: Cow<'a, str> = text "Peer-UUID",
        auto_energy_level: i32 = number "Auto-Energy-Level",
        max_energy_level: i32 = number "Max-Energy-Level",
        max_energy_mute: Duration = millis "Max-Energy-Mute",
        max_energy_hit_trigger: i32 = number "Max-Energy-Hit-Trigger",
        agc_level: i32 = number "Agc-Level",
        volume_level: i32 = number "Volume-Level",
        new_level: i32 = number "New-Level",
    }
}

impl Details<'_> {
    /// The member's block has one, too: the one he had before it was set. (Both are made after it was set, today.)
    fn last_energy_level(self) -> Option<i32> {
        read::number(Source::last(self.event, "Energy-Level")?)
    }
}

view! {
    /// How a member talked (`conference_loop.c`). Only where enough of it was measured.
    pub Talk(event: Event) {
        /// Frames that were loud.
        gate_hits: u32 = number "talking-gate-hits",
        /// All frames.
        total_packets: u32 = number "talking-total-packets",
        /// How long he talked.
        duration: Duration = millis "talking-duration-ms",
        /// How loud he was on average.
        average_energy: f64 = number "talking-average-energy",
        /// How loud by another average.
        delta_average: f64 = number "talking-delta-average",
        /// How many of the frames were above the gate, in percent.
        hit_on_percent: f64 = number "talking-hit-on-percent",
        /// Frames below the gate, for every hundred above it.
        non_hit_ratio: f64 = number "talking-non-hit-ratio",
        /// How many of the frames were below the gate, in percent.
        hit_off_percent: f64 = number "talking-hit-off-percent",
        /// The one percentage less the other.
        hit_off_differential: f64 = number "talking-hit-off-differential",
    }
}

view! {
    /// How often a member talks, reported while he does (`conference_loop.c`).
    pub TalkReport(event: Event) {
        /// How often talking was detected since the last report.
        detects: u32 = number "talk-detects",
        /// Since when.
        duration: Duration = millis "talk-detect-duration",
        /// That by the number of times, in milliseconds.
        average_ms: f64 = number "talk-detect-avg",
    }
}

view! {
    /// A file that was played (`conference_file.c`).
    pub Played(event: Event) {
        /// The file.
        file: Cow<'a, str> = text "File",
        /// How long, in whole seconds.
        seconds: Duration = seconds "seconds",
        /// How long, in whole milliseconds.
        milliseconds: Duration = millis "milliseconds",
        /// How long, in samples.
        samples: u64 = number "samples",
        /// True if it was played beside others; missing otherwise.
        is_async: bool = flag "Async",
    }
}

view! {
    /// A recording that ended (`conference_record.c`).
    pub Recording(event: Event) {
        /// The file.
        path: Cow<'a, str> = text "Path",
        /// Whether the conference is recorded to another, too.
        other_recordings: bool = flag "Other-Recordings",
        /// How long it is, in samples.
        samples: u64 = number "Samples-Out",
        /// Samples a second.
        sample_rate: u32 = number "Samplerate",
        /// How long it is.
        elapsed: Duration = millis "Milliseconds-Elapsed",
        /// How much silence at its end was cut off.
        trimmed: Duration = millis "Milliseconds-File-Trimmed",
        /// Named so by the switch, but [`trimmed`](Self::trimmed) in whole seconds.
        file_duration: Duration = seconds "Record-File-Duration",
        /// The file's size in bytes.
        file_size: u64 = number "Record-File-Size",
        /// Whether silence was cut off.
        file_trimmed: Cow<'a, str> = text "File-Trimmed",
    }
}
