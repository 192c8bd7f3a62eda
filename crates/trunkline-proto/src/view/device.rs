//! DEVICE_STATE (`switch_channel_check_device_state` in `switch_channel.c`).

use std::borrow::Cow;
use std::time::Duration;

use super::{Moment, view};
use crate::channel::{CallState, DeviceState};
use crate::event::Event;

view! {
    /// DEVICE_STATE: what a device does changed, all the channels together that have its id.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: DEVICE_STATE\nDevice-ID: desk\nLast-Device-State: DOWN\nDevice-State: RINGING\n\
    /// #                Device-Total-Legs: 1\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::DeviceState;
    /// use trunkline_proto::view::DeviceChange;
    ///
    /// let change = DeviceChange::of(&event).unwrap();
    /// assert_eq!((change.from(), change.to()), (Some(DeviceState::Down), Some(DeviceState::Ringing)));
    /// assert_eq!(change.legs(), Some(1));
    /// ```
    pub DeviceChange(event: Event) {
        /// The device.
        id: Cow<'a, str> = text "Device-ID",
        /// What it did.
        from: DeviceState = word "Last-Device-State",
        /// What it does.
        to: DeviceState = word "Device-State",
        /// How far the call has come that changed it.
        call_state: CallState = word "Device-Call-State",
        /// Its channels.
        legs: u32 = number "Device-Total-Legs",
        /// Those off the hook.
        legs_offhook: u32 = number "Device-Legs-Offhook",
        /// Those ringing.
        legs_ringing: u32 = number "Device-Legs-Ringing",
        /// Those with early media.
        legs_early: u32 = number "Device-Legs-Early",
        /// Those talking.
        legs_active: u32 = number "Device-Legs-Active",
        /// Those on hold.
        legs_held: u32 = number "Device-Legs-Held",
        /// Those off hold again.
        legs_unheld: u32 = number "Device-Legs-UnHeld",
        /// Those hung up.
        legs_hup: u32 = number "Device-Legs-Hup",
        /// When it began to talk.
        talk_start: Moment = moment_us "Device-Talk-Time-Start-Uepoch",
        /// When it was through.
        talk_stop: Moment = moment_us "Device-Talk-Time-Stop-Uepoch",
        /// How long it talked.
        talk_time: Duration = millis "Device-Talk-Time-Milliseconds",
    }
}
