//! mod_valet_parking's event, `valet_parking::info` (`mod_valet_parking.c`).

use std::borrow::Cow;

use super::view;
use crate::event::Event;
use crate::vocabulary::vocabulary;

view! {
    /// `valet_parking::info`: a call is parked, fetched, or gone. The event's [`channel`](Event::channel) is the parked
    /// one.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: valet_parking%3A%3Ainfo\nEvent-Name: CUSTOM\nValet-Lot-Name: lot1\n\
    /// #                Valet-Extension: 8501\nAction: hold\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::valet_parking::{Action, ValetEvent};
    ///
    /// let happened = ValetEvent::of(&event).unwrap();
    /// assert_eq!((happened.extension().as_deref(), happened.action()), (Some("8501"), Some(Action::Hold)));
    /// ```
    pub ValetEvent(event: Event) {
        /// The lot.
        lot: Cow<'a, str> = text "Valet-Lot-Name",
        /// The place in it.
        extension: Cow<'a, str> = text "Valet-Extension",
        /// What happened.
        action: Action = word "Action",
        /// The channel that fetches it.
        bridge_to_uuid: Cow<'a, str> = text "Bridge-To-UUID",
    }
}

vocabulary! {
    /// What becomes of a parked call.
    pub enum Action {
        /// It is parked.
        Hold => "hold",
        /// It is fetched.
        Bridge => "bridge",
        /// It leaves its place.
        Exit => "exit",
    }
}
