//! A channel's call state and id, and which channels are joined (`switch_channel.c`, `switch_core_session.c`,
//! `switch_ivr_bridge.c`).

use std::borrow::Cow;

use super::view;
use crate::channel::CallState;
use crate::event::{Event, EventName};
use crate::vocabulary::vocabulary;

view! {
    /// CHANNEL_CALLSTATE: a call has come so far. It never leaves HANGUP again.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CHANNEL_CALLSTATE\nOriginal-Channel-Call-State: DOWN\n\
    /// #                Channel-Call-State-Number: 2\nChannel-Call-State: RINGING\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::CallState;
    /// use trunkline_proto::view::CallstateChange;
    ///
    /// let change = CallstateChange::of(&event).unwrap();
    /// assert_eq!((change.from(), change.to()), (Some(CallState::Down), Some(CallState::Ringing)));
    /// ```
    pub CallstateChange(event: Event) {
        /// How far it had come.
        from: CallState = word "Original-Channel-Call-State",
        /// How far it is now.
        to: CallState = word "Channel-Call-State",
        /// The number of [`to`](Self::to).
        number: u8 = number "Channel-Call-State-Number",
    }
}

view! {
    /// CHANNEL_UUID: a channel has another id. Its new one is the event's `Unique-ID`.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CHANNEL_UUID\nOld-Unique-ID: a\nUnique-ID: b\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::UuidChange;
    ///
    /// let change = UuidChange::of(&event).unwrap();
    /// assert_eq!((change.old().as_deref(), change.new_id().as_deref()), (Some("a"), Some("b")));
    /// ```
    pub UuidChange(event: Event) {
        /// The id it had.
        old: Cow<'a, str> = text "Old-Unique-ID",
        /// The id it has.
        new_id: Cow<'a, str> = text "Unique-ID",
    }
}

view! {
    /// CHANNEL_BRIDGE and CHANNEL_UNBRIDGE: two channels were joined, or parted. The event is the A leg's, the one that
    /// called. Of an unbridge by `uuid_bridge` the switch may leave the ids out.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CHANNEL_BRIDGE\nBridge-A-Unique-ID: a\nBridge-B-Unique-ID: b\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Bridge;
    ///
    /// let bridge = Bridge::of(&event).unwrap();
    /// assert!(bridge.is_joined());
    /// assert_eq!((bridge.a().as_deref(), bridge.b().as_deref()), (Some("a"), Some("b")));
    /// ```
    pub Bridge(event: Event) {
        /// The leg that called.
        a: Cow<'a, str> = text "Bridge-A-Unique-ID",
        /// The leg that was called.
        b: Cow<'a, str> = text "Bridge-B-Unique-ID",
    }
}

impl Bridge<'_> {
    /// Whether they were joined, not parted.
    #[must_use]
    pub fn is_joined(self) -> bool {
        self.event.is(EventName::ChannelBridge)
    }
}

view! {
    /// CALL_UPDATE: the name or number of a party changed while the call is up.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: CALL_UPDATE\nDirection: SEND\nSent-Callee-ID-Number: 9196\nBridged-To: b\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::{CallUpdate, UpdateDirection};
    ///
    /// let update = CallUpdate::of(&event).unwrap();
    /// assert_eq!(update.direction(), Some(UpdateDirection::Send));
    /// assert_eq!(update.sent_callee_id_number().as_deref(), Some("9196"));
    /// ```
    pub CallUpdate(event: Event) {
        /// Whether the switch told the channel, or was told.
        direction: UpdateDirection = word "Direction",
        /// The channel it is bridged to.
        bridged_to: Cow<'a, str> = text "Bridged-To",
        /// The name it was told is the called party's (`mod_sofia.c`).
        sent_callee_id_name: Cow<'a, str> = text "Sent-Callee-ID-Name",
        /// The number it was told is the called party's.
        sent_callee_id_number: Cow<'a, str> = text "Sent-Callee-ID-Number",
    }
}

vocabulary! {
    /// Who told whom in a CALL_UPDATE.
    pub enum UpdateDirection {
        Send => "SEND",
        Recv => "RECV",
    }
}
