//! Transfers asked for by SIP (`sofia_handle_sip_i_refer` and `sofia_handle_sip_i_invite` in `sofia.c`).

use std::borrow::Cow;

use crate::event::Event;
use crate::view::view;
use crate::vocabulary::vocabulary;

view! {
    /// `sofia::transferor`, `transferee`, `replaced`, `intercepted`: a call goes to somebody else. The event's
    /// [`channel`](Event::channel) is the one it is said of.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: sofia%3A%3Areplaced\nEvent-Name: CUSTOM\natt_xfer_replaced_by: ca11\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::sofia::{Transfer, TransferEvent};
    ///
    /// let transfer = Transfer::of(&event).unwrap();
    /// assert_eq!(transfer.what(), TransferEvent::Replaced);
    /// assert_eq!(transfer.replaced_by().as_deref(), Some("ca11"));
    /// ```
    pub Transfer(event: Event) {
        /// Of the one who transfers: the channel he spoke to first.
        original_call_id: Cow<'a, str> = text "att_xfer_original_call_id",
        /// Of the one who transfers: the channel that one goes to.
        destination_call_id: Cow<'a, str> = text "att_xfer_destination_call_id",
        /// Of the one who transfers: the channel through which he spoke to it.
        destination_peer_uuid: Cow<'a, str> = text "att_xfer_destination_peer_uuid",
        /// Of the one who is transferred: the channel he is in place of.
        replaced_call_id: Cow<'a, str> = text "att_xfer_replaced_call_id",
        /// Of the one who is replaced: by which channel, or SIP Call-ID.
        replaced_by: Cow<'a, str> = text "att_xfer_replaced_by",
        /// Of the one whose call was taken: by which SIP Call-ID.
        intercepted_by: Cow<'a, str> = text "intercepted_by",
    }
}

impl Transfer<'_> {
    /// Which of them it is.
    #[must_use]
    pub fn what(self) -> TransferEvent {
        TransferEvent::from(&*self.event.subclass().unwrap_or_default())
    }
}

vocabulary! {
    /// Whose part in a transfer is told.
    pub enum TransferEvent {
        /// Who transfers.
        Transferor => "sofia::transferor",
        /// Who is transferred.
        Transferee => "sofia::transferee",
        /// Whose place is taken.
        Replaced => "sofia::replaced",
        /// Whose call is taken.
        Intercepted => "sofia::intercepted",
    }
}
