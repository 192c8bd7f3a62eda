//! The video of a call.

use crate::api::ApiError;
use crate::api::command::{choice, command};
use crate::api::output::{Printed, done};
use crate::ids::ChannelUuid;

choice! {
    /// Who asks for a fresh picture.
    VideoRefresh {
        /// The switch itself.
        Auto = "auto",
        /// Nobody but [`UuidVideoRefresh`].
        Manual = "manual",
    }
}

command! {
    /// `uuid_video_refresh`: asks for a fresh picture.
    UuidVideoRefresh = "uuid_video_refresh" => (), refreshed;
    uuid: ChannelUuid = uuid;
    /// Says who asks from now on, instead of asking.
    mode: VideoRefresh = choice
}

/// With a mode a line about it comes first; the last decides.
fn refreshed(printed: Printed<'_>) -> Result<(), ApiError> {
    let text = printed.or_failed()?.text();
    match text.trim_end().lines().last() {
        Some(last) if last.starts_with("+OK") => Ok(()),
        Some(last) if last.starts_with("-ERR") => Err(printed.failed(last.trim_start_matches("-ERR").trim())),
        _ => done(printed),
    }
}

command! {
    /// `uuid_video_bitrate`: asks the far end for video of this rate: `1mb`, `512kb`.
    UuidVideoBitrate = "uuid_video_bitrate" => (), done;
    uuid: ChannelUuid = uuid,
    bitrate: String = word
}

command! {
    /// `uuid_video_bandwidth`: sends video of this rate: `1mb`, `512kb`.
    UuidVideoBandwidth = "uuid_video_bandwidth" => (), done;
    uuid: ChannelUuid = uuid,
    bandwidth: String = word
}
