//! CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE (`switch_core_session_exec` in `switch_core_session.c`).

use std::borrow::Cow;

use super::view;
use crate::event::{Event, EventName};

view! {
    /// CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE: an application begins, or has ended.
    ///
    /// The two have the same [`uuid`](Self::uuid). `uuid_bridge` is a CHANNEL_EXECUTE for either leg with no uuid and no
    /// CHANNEL_EXECUTE_COMPLETE after it (`switch_ivr_bridge.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CHANNEL_EXECUTE_COMPLETE\nApplication: playback\nApplication-Data: a.wav\n\
    /// #                Application-Response: FILE%20PLAYED\nApplication-UUID: play-1\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Execute;
    ///
    /// let execute = Execute::of(&event).unwrap();
    /// assert!(execute.is_complete());
    /// assert_eq!(execute.application().as_deref(), Some("playback"));
    /// assert_eq!(execute.response().as_deref(), Some("FILE PLAYED"));
    /// assert_eq!(execute.uuid().as_deref(), Some("play-1"));
    /// ```
    pub Execute(event: Event) {
        /// The application.
        application: Cow<'a, str> = text "Application",
        /// Its arguments, expanded. None if it has none.
        data: Cow<'a, str> = text "Application-Data",
        /// What it answered; `_none_` if nothing. Only of a CHANNEL_EXECUTE_COMPLETE.
        response: Cow<'a, str> = text "Application-Response",
        /// This run of it: the `Event-UUID` of the `sendmsg` that asked for it, else one the switch made up.
        uuid: Cow<'a, str> = text "Application-UUID",
        /// The `Event-UUID-Name` of that `sendmsg` (since 2018).
        uuid_name: Cow<'a, str> = text "Application-UUID-Name",
    }
}

impl Execute<'_> {
    /// Whether it has ended.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.event.is(EventName::ChannelExecuteComplete)
    }
}
