//! Messages between people: chat, SIP INFO, waiting voicemail.

use std::borrow::Cow;
use std::net::IpAddr;

use super::view;
use crate::event::Event;

view! {
    /// MESSAGE, SEND_MESSAGE, RECV_MESSAGE: a chat message, its text the event's body (`chat_process_event` and
    /// `switch_core_chat_send_args` in `switch_loadable_module.c`, `sofia_presence_handle_sip_i_message` in
    /// `sofia_presence.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: MESSAGE\nproto: global\nfrom: 1001%40example.net\nto: 1000%40example.net\n\
    /// #                type: text/plain\ndest_proto: sip\nContent-Length: 5\n\nhello";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Chat;
    ///
    /// let chat = Chat::of(&event).unwrap();
    /// assert_eq!(chat.sender().as_deref(), Some("1001@example.net"));
    /// assert_eq!(chat.event().body().as_deref(), Some("hello"));
    /// ```
    pub Chat(event: Event) {
        /// The protocol it came by: `sip`, `global`.
        proto: Cow<'a, str> = text "proto",
        /// The protocol it is to go by.
        dest_proto: Cow<'a, str> = text "dest_proto",
        /// As that, of a message that came by SIP.
        to_proto: Cow<'a, str> = text "to_proto",
        /// The profile's address.
        login: Cow<'a, str> = text "login",
        /// Who sends it.
        sender: Cow<'a, str> = text "from",
        /// Who sends it: the user.
        sender_user: Cow<'a, str> = text "from_user",
        /// Who sends it: the domain.
        sender_host: Cow<'a, str> = text "from_host",
        /// Who sends it, as the SIP header says.
        sender_full: Cow<'a, str> = text "from_full",
        /// The address it came from.
        sender_ip: IpAddr = number "from_sip_ip",
        /// The port it came from.
        sender_port: u16 = number "from_sip_port",
        /// Who is to have it.
        recipient: Cow<'a, str> = text "to",
        /// Who is to have it: the user.
        recipient_user: Cow<'a, str> = text "to_user",
        /// Who is to have it: the domain.
        recipient_host: Cow<'a, str> = text "to_host",
        /// What it is about; of SIP always `SIMPLE MESSAGE`.
        subject: Cow<'a, str> = text "subject",
        /// Its content type.
        content_type: Cow<'a, str> = text "type",
        /// A hint for the receiving module.
        hint: Cow<'a, str> = text "hint",
        /// The dialplan context it is for.
        context: Cow<'a, str> = text "context",
        /// The SIP profile it came by.
        sip_profile: Cow<'a, str> = text "sip_profile",
        /// The SIP header Call-Info.
        sip_call_info: Cow<'a, str> = text "sip_call_info",
        /// Whether the chatplan is not to see it.
        skip_global_process: bool = flag "skip_global_process",
        /// Whether its sender waits until it is delivered.
        blocking: bool = flag "blocking",
        /// The SIP answer to its delivery; 0 if there was none.
        delivery_result_code: u16 = number "Delivery-Result-Code",
        /// Whether it could not be delivered.
        delivery_failure: bool = flag "Delivery-Failure",
        /// Of a SEND_MESSAGE: the profile to send it by.
        profile: Cow<'a, str> = text "profile",
        /// Of a SEND_MESSAGE: the user to send it to.
        user: Cow<'a, str> = text "user",
        /// Of a SEND_MESSAGE: the user's domain.
        host: Cow<'a, str> = text "host",
        /// Of a SEND_MESSAGE: the content type. (Other events that a client sent may have it, too.)
        sent_content_type: Cow<'a, str> = text "content-type",
    }
}

view! {
    /// RECV_INFO: a call was sent a SIP INFO, its content the event's body (`sofia_handle_sip_i_info` in `sofia.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: RECV_INFO\nSIP-Content-Type: text/plain\nSIP-From-User: 1000\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::Info;
    ///
    /// let info = Info::of(&event).unwrap();
    /// assert_eq!(info.content_type().as_deref(), Some("text/plain"));
    /// assert_eq!(info.sender_user().as_deref(), Some("1000"));
    /// ```
    pub Info(event: Event) {
        /// Its content type.
        content_type: Cow<'a, str> = text "SIP-Content-Type",
        /// Who sent it: the user.
        sender_user: Cow<'a, str> = text "SIP-From-User",
        /// Who sent it: the domain.
        sender_host: Cow<'a, str> = text "SIP-From-Host",
        /// Who is to have it: the user.
        recipient_user: Cow<'a, str> = text "SIP-To-User",
        /// Who is to have it: the domain.
        recipient_host: Cow<'a, str> = text "SIP-To-Host",
        /// The contact's user.
        contact_user: Cow<'a, str> = text "SIP-Contact-User",
        /// The contact's host.
        contact_host: Cow<'a, str> = text "SIP-Contact-Host",
        /// The SIP header Call-Info.
        call_info: Cow<'a, str> = text "Call-Info",
        /// The SIP header Alert-Info.
        alert_info: Cow<'a, str> = text "Alert-Info",
    }
}

view! {
    /// MESSAGE_WAITING: how many messages an account has (`mod_voicemail.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Name: MESSAGE_WAITING\nMWI-Messages-Waiting: yes\n\
    /// #                MWI-Message-Account: 1000%40example.net\nMWI-Voice-Message: 2/1%20(1/0)\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::MessageWaiting;
    ///
    /// let waiting = MessageWaiting::of(&event).unwrap();
    /// assert_eq!(waiting.is_waiting(), Some(true));
    /// assert_eq!(waiting.voice_message().as_deref(), Some("2/1 (1/0)"));
    /// ```
    pub MessageWaiting(event: Event) {
        /// `yes` or `no`: [`is_waiting`](Self::is_waiting).
        messages_waiting: Cow<'a, str> = text "MWI-Messages-Waiting",
        /// Whose: `1000@example.net`.
        account: Cow<'a, str> = text "MWI-Message-Account",
        /// How many: `new/saved (urgent new/urgent saved)`.
        voice_message: Cow<'a, str> = text "MWI-Voice-Message",
        /// Why it is told: `NEW`, `DELETE`, `SAVE` …
        update_reason: Cow<'a, str> = text "Update-Reason",
    }
}

impl MessageWaiting<'_> {
    /// Whether there are any.
    #[must_use]
    pub fn is_waiting(self) -> Option<bool> {
        match &*self.messages_waiting()? {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }
}
