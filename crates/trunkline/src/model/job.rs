//! A background job, as it is.

use std::sync::Arc;

use trunkline_proto::{Event, JobUuid};

use super::object::object;
use super::standing::Standing;

object! {
    /// A background job that was begun here and has not ended. What others have begun is told of only when it ends, and is
    /// not here.
    Job(Job), JobField {
        /// Its Job-UUID.
        id: JobUuid,
        /// The command, with its arguments.
        Command command: Arc<str>,
    }
    untold {
        /// Since when it runs.
        since: Standing,
        /// Its BACKGROUND_JOB, with what it printed as the body. Only in what is told of its end.
        result: Option<Event>,
    }
    own {}
}
