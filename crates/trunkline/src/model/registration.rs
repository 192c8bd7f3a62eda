//! A registration, as it is.

use std::sync::Arc;

use trunkline_proto::view::Moment;

use super::object::object;
use super::standing::Standing;

/// What a registration is known by: who is registered, and the Call-ID of his telephone's REGISTER.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct RegistrationId {
    /// The user.
    pub user: Arc<str>,
    /// The domain.
    pub host: Arc<str>,
    /// The Call-ID.
    pub call_id: Arc<str>,
}

impl RegistrationId {
    /// Of these.
    #[must_use]
    pub fn new(user: impl Into<Arc<str>>, host: impl Into<Arc<str>>, call_id: impl Into<Arc<str>>) -> Self {
        Self { user: user.into(), host: host.into(), call_id: call_id.into() }
    }
}

object! {
    /// A telephone that is registered with the switch (`sofia_reg.c`).
    ///
    /// One that registers anew under another Call-ID replaces the registration with the same contact, as the switch has
    /// it. Where the switch allows one registration a user (`multiple-registrations` off) it forgets those with other
    /// contacts, too, and says nothing: they stay here until five minutes after they should have been renewed
    /// ([`expires`](Self::expires)), or a snapshot is taken.
    Registration(Registration), RegistrationField {
        /// What it is known by.
        id: RegistrationId,
        /// The SIP profile.
        Profile profile: Option<Arc<str>>,
        /// Where to call it: `sip:1000@192.0.2.7:5060;transport=udp`.
        Contact contact: Option<Arc<str>>,
        /// The address it came from.
        NetworkIp network_ip: Option<Arc<str>>,
        /// The port it came from.
        NetworkPort network_port: Option<u16>,
        /// What telephone it is.
        UserAgent user_agent: Option<Arc<str>>,
        /// How it is registered: `Registered(UDP)`.
        Status status: Option<Arc<str>>,
        /// Who authenticated; `unknown` if nobody did.
        Username username: Option<Arc<str>>,
        /// Until when, if it is not renewed.
        Expires expires: Option<Moment>,
    }
    untold {
        /// Since when it is registered, renewals not counted, and what told of it.
        since: Standing,
    }
    own {}
}

impl Registration {
    pub(in crate::model) fn new(id: RegistrationId, since: Standing) -> Self {
        Self {
            id,
            profile: None,
            contact: None,
            network_ip: None,
            network_port: None,
            user_agent: None,
            status: None,
            username: None,
            expires: None,
            since,
        }
    }
}
