//! `playback`

use trunkline_proto::Event;
use trunkline_proto::dialstring::Application;

use crate::call::{Call, Mode};
use crate::error::Error;

/// How a playback ended.
#[derive(Debug, Clone)]
pub struct Played {
    event: Event,
}

impl Played {
    /// The digit that ended it, of those in the variable `playback_terminators` (`*` if it is not set).
    #[must_use]
    pub fn terminator(&self) -> Option<char> {
        self.event.get("variable_playback_terminator_used")?.chars().next()
    }

    /// Its CHANNEL_EXECUTE_COMPLETE.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }
}

impl<M: Mode> Call<M> {
    /// Plays a file, a tone (`tone_stream://…`), silence, or a stream, as the switch's formats go; the path as it is, with
    /// nothing in it expanded.
    ///
    /// # Errors
    ///
    /// A path that cannot be sent; as [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As [`execute`](Self::execute).
    pub async fn playback(&self, path: &str) -> Result<Played, Error> {
        let application = Application::new("playback", path).map_err(trunkline_proto::ApiMisuse::from)?;
        let event = self.execute(&application).await?;
        Ok(Played { event })
    }
}
