//! mod_sofia's rarer events.

use std::borrow::Cow;
use std::net::IpAddr;

use super::PingStatus;
use crate::event::Event;
use crate::view::view;

view! {
    /// `sofia::sip_user_state`: a registered telephone answers, or does no more (`sofia_reg.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: sofia%3A%3Asip_user_state\nEvent-Name: CUSTOM\nsip_user: 1000\n\
    /// #                Ping-Status: REACHABLE\nStatus: 200\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::sofia::{PingStatus, SipUserState};
    ///
    /// assert_eq!(SipUserState::of(&event).unwrap().ping_status(), Some(PingStatus::Reachable));
    /// ```
    pub SipUserState(event: Event) {
        /// Where it is called.
        contact: Cow<'a, str> = text "sip_contact",
        /// The SIP profile.
        profile_name: Cow<'a, str> = text "profile-name",
        /// Who is registered there.
        sip_user: Cow<'a, str> = text "sip_user",
        /// Who is registered there: the user.
        from_user: Cow<'a, str> = text "from-user",
        /// Who is registered there: the domain.
        from_host: Cow<'a, str> = text "from-host",
        /// The registration's SIP Call-ID.
        call_id: Cow<'a, str> = text "call-id",
        /// Whether it answers.
        ping_status: PingStatus = word "Ping-Status",
        /// The SIP status it answered with.
        status: u16 = number "Status",
        /// What it answered, in words.
        phrase: Cow<'a, str> = text "Phrase",
    }
}

view! {
    /// `sofia::profile_start`: a SIP profile is up (`sofia.c`).
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: sofia%3A%3Aprofile_start\nEvent-Name: CUSTOM\nprofile_name: internal\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::sofia::ProfileStart;
    ///
    /// assert_eq!(ProfileStart::of(&event).unwrap().profile_name().as_deref(), Some("internal"));
    /// ```
    pub ProfileStart(event: Event) {
        /// `mod_sofia`.
        module_name: Cow<'a, str> = text "module_name",
        /// Its name.
        profile_name: Cow<'a, str> = text "profile_name",
        /// Its address.
        profile_uri: Cow<'a, str> = text "profile_uri",
    }
}

view! {
    /// `sofia::notify_refer`: how a transfer that the switch asked for goes; the far end's words are the event's body
    /// (`sofia.c`).
    pub NotifyRefer(event: Event) {
        /// The body's content type.
        content_type: Cow<'a, str> = text "content-type",
        /// `refer`.
        event_package: Cow<'a, str> = text "event-package",
        /// Which transfer.
        event_id: Cow<'a, str> = text "event-id",
        /// Who says it.
        contact: Cow<'a, str> = text "contact",
        /// The SIP header From.
        from: Cow<'a, str> = text "from",
        /// Its tag.
        from_tag: Cow<'a, str> = text "from-tag",
        /// The SIP header To.
        to: Cow<'a, str> = text "to",
        /// Its tag.
        to_tag: Cow<'a, str> = text "to-tag",
        /// The SIP Call-ID.
        call_id: Cow<'a, str> = text "call-id",
        /// `active`, `terminated`.
        substate: Cow<'a, str> = text "subscription-substate",
        /// Why it is terminated.
        reason: Cow<'a, str> = text "subscription-reason",
    }
}

view! {
    /// `sofia::notify_watched_header`: a SIP message has a header that is watched for (`sofia.c`).
    pub WatchedHeader(event: Event) {
        /// The message's first line.
        sip_message: Cow<'a, str> = text "SIP-Message",
        /// The header.
        name: Cow<'a, str> = text "Header-Name",
        /// What it says.
        value: Cow<'a, str> = text "Header-Value",
    }
}

view! {
    /// `sofia::wrong_call_state`: a call was given up that had not gone the way calls go (`mod_sofia.c`).
    pub WrongCallState(event: Event) {
        /// Who called.
        from_user: Cow<'a, str> = text "from_user",
        /// The address it came from.
        network_ip: IpAddr = number "network_ip",
        /// The port it came from.
        network_port: u16 = number "network_port",
    }
}

view! {
    /// `sofia::error`: a message could not be sent (`sofia_presence.c`), or a transfer made (`sofia.c`).
    pub SofiaError(event: Event) {
        /// `chat` or `blind_transfer`.
        error_type: Cow<'a, str> = text "Error-Type",
        /// What is wrong.
        reason: Cow<'a, str> = text "Error-Reason",
        /// Of a message: who was to have it.
        chat_to: Cow<'a, str> = text "Chat-Send-To",
        /// Of a message: who sent it.
        chat_from: Cow<'a, str> = text "Chat-Send-From",
        /// Of a message: by which profile.
        chat_profile: Cow<'a, str> = text "Chat-Send-Profile",
        /// Of a transfer: the extension it was to go to.
        transfer_exten: Cow<'a, str> = text "Transfer-Exten",
        /// Of a transfer: the SIP header Refer-To.
        full_refer_to: Cow<'a, str> = text "Full-Refer-To",
    }
}
