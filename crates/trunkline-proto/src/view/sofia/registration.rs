//! Who registers with the switch (`sofia_reg.c`).

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use crate::event::Event;
use crate::view::view;
use crate::vocabulary::vocabulary;

view! {
    /// `sofia::register`, `pre_register`, `register_attempt`, `register_failure`, `unregister`, `expire`: a telephone
    /// registers with the switch, or does no more. Variables of the user's directory entry may follow, as headers.
    ///
    /// ```
    /// # use trunkline_proto::{Event, EventFormat};
    /// # let payload = "Event-Subclass: sofia%3A%3Aregister\nEvent-Name: CUSTOM\nprofile-name: internal\nfrom-user: 1000\n\
    /// #                from-host: example.net\nexpires: 3600\nnetwork-ip: 192.0.2.7\n\n";
    /// # let event = Event::decode(EventFormat::Plain, payload.into()).unwrap();
    /// use std::time::Duration;
    /// use trunkline_proto::view::sofia::{Registration, RegistrationEvent};
    ///
    /// let registration = Registration::of(&event).unwrap();
    /// assert_eq!(registration.what(), RegistrationEvent::Register);
    /// assert_eq!(registration.from_user().as_deref(), Some("1000"));
    /// assert_eq!(registration.expires(), Some(Duration::from_secs(3600)));
    /// ```
    pub Registration(event: Event) {
        /// The SIP profile.
        profile_name: Cow<'a, str> = text "profile-name",
        /// Who is registered: the user of the SIP header **To**. Not of a failure or expiry.
        from_user: Cow<'a, str> = text "from-user",
        /// Who is registered: the domain.
        from_host: Cow<'a, str> = text "from-host",
        /// Who registers: the user of the SIP header **From**. (Of a failure: of To.)
        to_user: Cow<'a, str> = text "to-user",
        /// Who registers: the domain.
        to_host: Cow<'a, str> = text "to-host",
        /// The domains the profile tells presence for; `n/a` if none.
        presence_hosts: Cow<'a, str> = text "presence-hosts",
        /// Where to call it.
        contact: Cow<'a, str> = text "contact",
        /// The registration's SIP Call-ID.
        call_id: Cow<'a, str> = text "call-id",
        /// What it says it does.
        rpid: Cow<'a, str> = text "rpid",
        /// How it is registered: `Registered(UDP)`.
        status: Cow<'a, str> = text "status",
        /// For how long; 0 of an unregistration. Of an expiry it is no length: [`expired_at`](Self::expired_at).
        expires_header: u64 = number "expires",
        /// The address it came from.
        network_ip: IpAddr = number "network-ip",
        /// The port it came from.
        network_port: u16 = number "network-port",
        /// Who authenticated; `unknown` if nobody did.
        username: Cow<'a, str> = text "username",
        /// What he authenticated for.
        realm: Cow<'a, str> = text "realm",
        /// What telephone it is.
        user_agent: Cow<'a, str> = text "user-agent",
        /// Whether it was registered already.
        update_reg: bool = flag "update-reg",
        /// How it authenticated. Only of an attempt.
        auth_result: AuthResult = word "auth-result",
        /// Whether it was to register or to call. Only of a failure.
        registration_type: RegistrationType = word "registration-type",
        /// Why it is unregistered: `socket-disconnection`.
        reason: Cow<'a, str> = text "reason",
        /// Whose registration expired: the user.
        user: Cow<'a, str> = text "user",
        /// Whose registration expired: the domain.
        host: Cow<'a, str> = text "host",
    }
}

impl Registration<'_> {
    /// Which of them it is.
    #[must_use]
    pub fn what(self) -> RegistrationEvent {
        RegistrationEvent::from(&*self.event.subclass().unwrap_or_default())
    }

    /// For how long it is registered; nothing is left of an unregistration.
    #[must_use]
    pub fn expires(self) -> Option<Duration> {
        let is_length = self.what() != RegistrationEvent::Expire;
        self.expires_header().filter(|_| is_length).map(Duration::from_secs)
    }

    /// When it expired, of one that did (`sip_registrations.expires` of the switch's database).
    #[must_use]
    pub fn expired_at(self) -> Option<crate::view::Moment> {
        let seconds = self.expires_header().filter(|_| self.what() == RegistrationEvent::Expire)?;
        seconds.checked_mul(1_000_000).map(crate::view::Moment::from_micros)
    }
}

vocabulary! {
    /// What became of a registration.
    pub enum RegistrationEvent {
        /// It is registered.
        Register => "sofia::register",
        /// It is about to be.
        PreRegister => "sofia::pre_register",
        /// It tries to be.
        RegisterAttempt => "sofia::register_attempt",
        /// It may not.
        RegisterFailure => "sofia::register_failure",
        /// It is no more, by its own wish or because its connection broke.
        Unregister => "sofia::unregister",
        /// It is no more: its time is up.
        Expire => "sofia::expire",
    }
}

vocabulary! {
    /// How a telephone authenticated.
    pub enum AuthResult {
        Success => "SUCCESS",
        Renewed => "RENEWED",
        Stale => "STALE",
        Forbidden => "FORBIDDEN",
    }
}

vocabulary! {
    /// What a telephone that was refused wanted.
    pub enum RegistrationType {
        Register => "REGISTER",
        Invite => "INVITE",
    }
}
