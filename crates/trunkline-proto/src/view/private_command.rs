//! PRIVATE_COMMAND (`switch_ivr_parse_next_event` in `switch_ivr.c`).

use std::borrow::Cow;
use std::net::IpAddr;

use super::view;
use crate::event::Event;

view! {
    /// PRIVATE_COMMAND: a channel has taken up a message sent to it by `sendmsg`, `uuid_broadcast` or the like. The
    /// message's headers are the event's, whatever they were; standard headers follow them, for the second time if the
    /// message had some.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "call-command: execute\nexecute-app-name: playback\nexecute-app-arg: a.wav\n\
    /// #                Event-UUID: play-1\nEvent-Name: PRIVATE_COMMAND\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::PrivateCommand;
    ///
    /// let command = PrivateCommand::of(&event).unwrap();
    /// assert_eq!(command.call_command().as_deref(), Some("execute"));
    /// assert_eq!(command.app_name().as_deref(), Some("playback"));
    /// ```
    pub PrivateCommand(event: Event) {
        /// The event socket's command it came by: `sendmsg UUID`.
        command: Cow<'a, str> = text "Command",
        /// What to do: `execute`, `hangup`, `nomedia`, `unicast`, `xferext`.
        call_command: Cow<'a, str> = text "call-command",
        /// The application to execute.
        app_name: Cow<'a, str> = text "execute-app-name",
        /// Its arguments.
        app_arg: Cow<'a, str> = text "execute-app-arg",
        /// How many times.
        loops: i32 = number "loops",
        /// The sender's name for it: the application's [`uuid`](super::Execute::uuid).
        event_uuid: Cow<'a, str> = text "Event-UUID",
        /// The [`uuid_name`](super::Execute::uuid_name).
        event_uuid_name: Cow<'a, str> = text "Event-UUID-Name",
        /// Whether the next message is to wait until this one is done.
        event_lock: Cow<'a, str> = text "event-lock",
        /// As that, before all other messages.
        event_lock_pri: Cow<'a, str> = text "event-lock-pri",
        /// Frames of media to wait for first.
        lead_frames: u32 = number "lead-frames",
        /// Whether the rest of a broadcast is to wait for the media to run.
        hold_bleg: Cow<'a, str> = text "hold-bleg",
        /// Why to hang up.
        hangup_cause: Cow<'a, str> = text "hangup-cause",
        /// The channel to take out of the media's way, of `nomedia`.
        nomedia_uuid: Cow<'a, str> = text "nomedia-uuid",
        /// Our end, of `unicast`.
        local_ip: IpAddr = number "local-ip",
        /// Our end's port.
        local_port: u16 = number "local-port",
        /// The other end.
        remote_ip: IpAddr = number "remote-ip",
        /// The other end's port.
        remote_port: u16 = number "remote-port",
        /// `udp` or `tcp`.
        transport: Cow<'a, str> = text "transport",
        /// `native` where the media is not decoded.
        flags: Cow<'a, str> = text "flags",
        /// The content type of a message with its arguments in the body.
        content_type: Cow<'a, str> = text "content-type",
    }
}
