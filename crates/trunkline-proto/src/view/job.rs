//! What api commands did: BACKGROUND_JOB (`api_exec` in `mod_event_socket.c`, `bgapi_exec` in `mod_commands.c`) and API
//! (`switch_api_execute` in `switch_loadable_module.c`).

use std::borrow::Cow;

use super::view;
use crate::event::Event;
use crate::reply::api_error;

view! {
    /// BACKGROUND_JOB: a `bgapi` has ended. What it printed is the event's body.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: BACKGROUND_JOB\nJob-UUID: job-1\nJob-Command: originate\nJob-Command-Arg: error/user_busy%20%26park\n\
    /// #                Content-Length: 15\n\n-ERR USER_BUSY\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::BackgroundJob;
    ///
    /// let job = BackgroundJob::of(&event).unwrap();
    /// assert_eq!(job.uuid().as_deref(), Some("job-1"));
    /// assert_eq!(job.command().as_deref(), Some("originate"));
    /// assert_eq!(job.error().as_deref(), Some("USER_BUSY"));
    /// ```
    pub BackgroundJob(event: Event) {
        /// The job: what the reply to the `bgapi` said.
        uuid: Cow<'a, str> = text "Job-UUID",
        /// The channel of the outbound connection that asked, if one did (since 2019).
        owner: Cow<'a, str> = text "Job-Owner-UUID",
        /// The command.
        command: Cow<'a, str> = text "Job-Command",
        /// Its arguments. None if it had none.
        arg: Cow<'a, str> = text "Job-Command-Arg",
    }
}

impl<'a> BackgroundJob<'a> {
    /// What it printed, exactly; empty if nothing.
    #[must_use]
    pub fn output_bytes(self) -> Cow<'a, [u8]> {
        self.event.body_bytes().unwrap_or_default()
    }

    /// What it printed, usually with a line break at its end; bytes that are not UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn output(self) -> Cow<'a, str> {
        self.event.body().unwrap_or_default()
    }

    /// What follows `-ERR` or `-USAGE:`, if the output begins so: as
    /// [`ApiResponse::error`](crate::ApiResponse::error).
    #[must_use]
    pub fn error(self) -> Option<String> {
        api_error(&self.output_bytes())
    }
}

view! {
    /// API: an api command has run, for anybody. It comes after the command's work is done.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: API\nAPI-Command: show\nAPI-Command-Argument: channels\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::ApiRun;
    ///
    /// let run = ApiRun::of(&event).unwrap();
    /// assert_eq!((run.command().as_deref(), run.argument().as_deref()), (Some("show"), Some("channels")));
    /// ```
    pub ApiRun(event: Event) {
        /// The command.
        command: Cow<'a, str> = text "API-Command",
        /// Its arguments.
        argument: Cow<'a, str> = text "API-Command-Argument",
    }
}
