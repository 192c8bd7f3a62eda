//! Gateways: where the switch registers (`sofia_reg.c`).

use std::borrow::Cow;

use crate::event::Event;
use crate::view::view;
use crate::vocabulary::vocabulary;

view! {
    /// `sofia::gateway_state`, `gateway_add`, `gateway_delete`, `gateway_invalid_digest_req`: a gateway is up or down,
    /// came or went, or asked for a password that it is not to have.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: sofia%3A%3Agateway_state\nEvent-Name: CUSTOM\nGateway: office\nState: REGED\n\
    /// #                Ping-Status: UP\nPhrase: OK\nStatus: 200\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use trunkline_proto::view::sofia::{Gateway, GatewayEvent, GatewayState};
    ///
    /// let gateway = Gateway::of(&event).unwrap();
    /// assert_eq!(gateway.what(), GatewayEvent::State);
    /// assert_eq!((gateway.name().as_deref(), gateway.state()), (Some("office"), Some(GatewayState::Reged)));
    /// assert_eq!(gateway.status(), Some(200));
    /// ```
    pub Gateway(event: Event) {
        /// Its name.
        name: Cow<'a, str> = text "Gateway",
        /// The SIP profile it belongs to. Not of a change of state.
        profile_name: Cow<'a, str> = text "profile-name",
        /// How the switch's registration with it stands.
        state: GatewayState = word "State",
        /// Whether it answers.
        ping_status: PingStatus = word "Ping-Status",
        /// Where it was reached.
        register_network_ip: Cow<'a, str> = text "Register-Network-IP",
        /// The port.
        register_network_port: u16 = number "Register-Network-Port",
        /// What it answered, in words.
        phrase: Cow<'a, str> = text "Phrase",
        /// The SIP status it answered with.
        status: u16 = number "Status",
        /// What it asked a password for.
        realm: Cow<'a, str> = text "realm",
    }
}

impl Gateway<'_> {
    /// Which of them it is.
    #[must_use]
    pub fn what(self) -> GatewayEvent {
        GatewayEvent::from(&*self.event.subclass().unwrap_or_default())
    }
}

vocabulary! {
    /// What became of a gateway.
    pub enum GatewayEvent {
        State => "sofia::gateway_state",
        Add => "sofia::gateway_add",
        Delete => "sofia::gateway_delete",
        InvalidDigestReq => "sofia::gateway_invalid_digest_req",
    }
}

vocabulary! {
    /// How the switch's registration with a gateway stands (`sofia_state_names` in `mod_sofia.c`).
    pub enum GatewayState: u8 {
        Unreged = 0 => "UNREGED",
        Trying = 1 => "TRYING",
        Register = 2 => "REGISTER",
        Reged = 3 => "REGED",
        Unregister = 4 => "UNREGISTER",
        Failed = 5 => "FAILED",
        FailWait = 6 => "FAIL_WAIT",
        Expired = 7 => "EXPIRED",
        Noreg = 8 => "NOREG",
        Down = 9 => "DOWN",
        Timeout = 10 => "TIMEOUT",
    }
}

vocabulary! {
    /// Whether a gateway (UP, DOWN) or a telephone (REACHABLE, UNREACHABLE) answers (`sofia_gateway_status_name` and
    /// `sofia_sip_user_status_name` in `sofia.c`).
    pub enum PingStatus {
        Down => "DOWN",
        Up => "UP",
        Unreachable => "UNREACHABLE",
        Reachable => "REACHABLE",
        Invalid => "INVALID",
    }
}
