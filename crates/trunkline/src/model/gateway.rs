//! A gateway, as it is.

use std::sync::Arc;

use trunkline_proto::view::sofia::{GatewayState, PingStatus};

use super::object::object;
use super::standing::Standing;

object! {
    /// A gateway: where the switch calls by, and may register (`sofia_reg.c`).
    Gateway(Gateway), GatewayField {
        /// Its name.
        id: Arc<str>,
        /// The SIP profile it belongs to.
        Profile profile: Option<Arc<str>>,
        /// How the switch's registration with it stands: NOREG where it does not register.
        State state: Option<GatewayState>,
        /// Whether it answers.
        Ping ping: Option<PingStatus>,
        /// Where it was reached, with the port.
        Address address: Option<Arc<str>>,
        /// The SIP status it answered with.
        Status status: Option<u16>,
        /// What it answered, in words.
        Phrase phrase: Option<Arc<str>>,
    }
    untold {
        /// Since when its [`state`](Self::state) is what it is, and what told.
        since: Standing,
    }
    own {}
}

impl Gateway {
    pub(in crate::model) fn new(id: Arc<str>, since: Standing) -> Self {
        Self { id, profile: None, state: None, ping: None, address: None, status: None, phrase: None, since }
    }

    /// Whether calls may go by it: it answers. `None` where that is not known.
    #[must_use]
    pub fn is_up(&self) -> Option<bool> {
        self.ping.as_ref().map(|ping| *ping == PingStatus::Up)
    }
}
