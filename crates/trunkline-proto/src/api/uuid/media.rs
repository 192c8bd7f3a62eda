//! The media of a call.

use crate::api::command::{choice, command};
use crate::api::line::Line;
use crate::api::output::{Printed, done, remark, text};
use crate::api::{ApiCommand, ApiError};
use crate::error::ApiMisuse;
use crate::ids::ChannelUuid;

choice! {
    /// A direction of media, as the switch sees it.
    AudioDirection {
        /// What the far end says.
        Read = "read",
        /// What the far end hears.
        Write = "write",
    }
}

/// `uuid_audio`: how loud a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidAudio {
    uuid: ChannelUuid,
    change: Option<(AudioDirection, &'static str, i32)>,
}

impl UuidAudio {
    /// This loud: from -4 to 4, 0 as it came.
    pub fn level(uuid: impl Into<ChannelUuid>, direction: AudioDirection, level: i32) -> Self {
        Self { uuid: uuid.into(), change: Some((direction, "level", level)) }
    }

    /// Muted: 1 by silence; above, by noise of that level; 0 not at all.
    pub fn mute(uuid: impl Into<ChannelUuid>, direction: AudioDirection, level: i32) -> Self {
        Self { uuid: uuid.into(), change: Some((direction, "mute", level)) }
    }

    /// As it came, both ways.
    pub fn stop(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), change: None }
    }
}

impl ApiCommand for UuidAudio {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        let line = Line::new("uuid_audio").uuid("uuid", &self.uuid);
        match &self.change {
            None => line.keyword("stop"),
            Some((direction, how, level)) => {
                line.keyword("start").choice("direction", direction).keyword(how).number("level", level)
            }
        }
        .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_audio", output)?)
    }
}

/// `uuid_media`: takes the switch out of the path of a call's media, or puts it back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidMedia {
    uuid: ChannelUuid,
    on: bool,
    third_party: bool,
}

impl UuidMedia {
    /// Through the switch. Fails if it never went elsewhere.
    pub fn on(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into(), on: true, third_party: false }
    }

    /// Directly between the two ends.
    pub fn off(uuid: impl Into<ChannelUuid>) -> Self {
        Self { on: false, ..Self::on(uuid) }
    }

    /// By third-party call control (`uuid_media_3p`).
    pub fn third_party(mut self) -> Self {
        self.third_party = true;
        self
    }

    fn verb(&self) -> &'static str {
        if self.third_party { "uuid_media_3p" } else { "uuid_media" }
    }
}

impl ApiCommand for UuidMedia {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new(self.verb())
            .reserve("uuid", self.uuid.as_str(), &["off"])
            .flag(!self.on, "off")
            .uuid("uuid", &self.uuid)
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by(self.verb(), output)?)
    }
}

command! {
    /// `uuid_media_reneg`: negotiates the media again.
    UuidMediaReneg = "uuid_media_reneg" => (), done;
    uuid: ChannelUuid = uuid;
    /// With these codecs: `PCMU,PCMA`.
    codecs: String = word
}

command! {
    /// `uuid_set_media_stats`: writes the `rtp_…` statistics of a call into its variables now.
    UuidSetMediaStats = "uuid_set_media_stats" => (), done;
    uuid: ChannelUuid = uuid
}

command! {
    /// `uuid_media_params`: what is to be sent to the far end of a video call, as JSON.
    UuidMediaParams = "uuid_media_params" => (), done;
    uuid: ChannelUuid = uuid,
    json: String = word
}

command! {
    /// `uuid_jitterbuffer`: the jitter buffer: `60`, `60:200` (milliseconds at least and at most), `0` for none,
    /// `pause`, `resume`, `debug:…` (`mod_sofia.c`).
    UuidJitterbuffer = "uuid_jitterbuffer" => (), done;
    uuid: ChannelUuid = uuid,
    buffer: String = word
}

choice! {
    /// A kind of media.
    MediaKind {
        /// Audio.
        Audio = "audio",
        /// Video.
        Video = "video",
    }
}

command! {
    /// `uuid_codec_debug`: how much a codec logs; 0 is nothing.
    UuidCodecDebug = "uuid_codec_debug" => (), done;
    uuid: ChannelUuid = uuid,
    kind: MediaKind = choice,
    level: u32 = number
}

command! {
    /// `uuid_codec_param`: sets a parameter of a codec. Gives what the codec says.
    UuidCodecParam = "uuid_codec_param" => String, remark;
    uuid: ChannelUuid = uuid,
    kind: MediaKind = choice,
    direction: AudioDirection = choice,
    parameter: String = word,
    value: String = word
}

choice! {
    /// Which packets are meant.
    DebugMedia {
        /// The audio received.
        Read = "read",
        /// The audio sent.
        Write = "write",
        /// All audio.
        Both = "both",
        /// The video received.
        VideoRead = "vread",
        /// The video sent.
        VideoWrite = "vwrite",
        /// All video.
        VideoBoth = "vboth",
        /// All.
        All = "all",
    }
}

/// `uuid_debug_media`: logs every packet of a call, or no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidDebugMedia {
    uuid: ChannelUuid,
    media: DebugMedia,
    on: bool,
}

impl UuidDebugMedia {
    /// Logs them, or no longer.
    pub fn new(uuid: impl Into<ChannelUuid>, media: DebugMedia, on: bool) -> Self {
        Self { uuid: uuid.into(), media, on }
    }
}

impl ApiCommand for UuidDebugMedia {
    type Output = ();

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_debug_media")
            .uuid("uuid", &self.uuid)
            .choice("media", &self.media)
            .keyword(super::on_off(self.on))
            .finish()
    }

    fn read(&self, output: &[u8]) -> Result<(), ApiError> {
        done(Printed::by("uuid_debug_media", output)?)
    }
}

/// `uuid_buglist`: what listens to a call's media or changes it (recordings, detectors), as the switch's XML. Nothing
/// for a call that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until it is run"]
pub struct UuidBuglist {
    uuid: ChannelUuid,
}

impl UuidBuglist {
    /// Of this call.
    pub fn new(uuid: impl Into<ChannelUuid>) -> Self {
        Self { uuid: uuid.into() }
    }
}

impl ApiCommand for UuidBuglist {
    type Output = Option<String>;

    fn line(&self) -> Result<String, ApiMisuse> {
        Line::new("uuid_buglist").uuid("uuid", &self.uuid).finish()
    }

    fn read(&self, output: &[u8]) -> Result<Option<String>, ApiError> {
        let printed = Printed::by("uuid_buglist", output)?;
        if printed.is_empty() { Ok(None) } else { text(printed).map(Some) }
    }
}
