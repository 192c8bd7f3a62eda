//! The telephones and providers a simulated switch has: nobody is really there, so what they do is written down.

use std::time::Duration;

use trunkline_proto::HangupCause;

/// What `sofia/…` and `user/…` reach.
///
/// A call to a number that a [`SipPeer`] is written down for is taken by that; one to the switch's own address comes
/// in at its own dialplan, as another call; any other fails with NORMAL_TEMPORARY_FAILURE.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SipConfig {
    /// Profiles; `internal`. A call by another one fails with INVALID_PROFILE.
    pub profiles: Vec<String>,
    /// Other names of profiles: each, and the profile it is of.
    pub aliases: Vec<(String, String)>,
    /// Gateways: each name, and the host its calls go to. A call by another one fails with INVALID_GATEWAY.
    pub gateways: Vec<(String, String)>,
    /// Who is registered: each `user@domain`, and where the telephone is: a host, or `number@host`.
    pub registrations: Vec<(String, String)>,
    /// Who answers, and how; the first whose number fits.
    pub peers: Vec<SipPeer>,
    /// The port the switch itself is at; 5060. Those of profiles beside the first are each 20 further on.
    pub port: u16,
    /// Ports of profiles that are elsewhere.
    pub ports: Vec<(String, u16)>,
    /// How long a signal is on its way; 1 ms.
    pub latency: Duration,
}

impl Default for SipConfig {
    fn default() -> Self {
        Self {
            profiles: vec!["internal".into()],
            aliases: Vec::new(),
            gateways: Vec::new(),
            registrations: Vec::new(),
            peers: Vec::new(),
            port: 5060,
            ports: Vec::new(),
            latency: Duration::from_millis(1),
        }
    }
}

impl SipConfig {
    /// A profile, by its own name or another.
    pub(crate) fn profile(&self, name: &str) -> Option<&str> {
        let meant = self.aliases.iter().find(|(alias, _)| alias == name).map_or(name, |(_, profile)| profile);
        self.profiles.iter().map(String::as_str).find(|known| *known == meant)
    }

    /// The port a profile is at.
    pub(crate) fn port_of(&self, profile: &str) -> u16 {
        let known = self.ports.iter().find(|(name, _)| name == profile).map(|(_, port)| *port);
        let place = || self.profiles.iter().position(|name| name == profile).unwrap_or_default();
        known.unwrap_or_else(|| self.port.saturating_add(20 * u16::try_from(place()).unwrap_or_default()))
    }

    pub(crate) fn listens_at(&self, port: u16) -> bool {
        port == self.port || self.profiles.iter().any(|profile| self.port_of(profile) == port)
    }

    /// Who takes calls to a number.
    pub(crate) fn peer(&self, number: &str) -> Option<&SipPeer> {
        self.peers.iter().find(|peer| peer.takes(number))
    }
}

/// Somebody at the other end of a SIP call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SipPeer {
    /// The number; with a `*` at its end, all that begin so.
    pub number: String,
    /// When it begins to ring, from the call; `None` is never.
    pub rings: Option<Duration>,
    /// When it can be heard, though it is not answered; `None` is never.
    pub early_media: Option<Duration>,
    /// What it does in the end; `None` is nothing, as long as the call goes on.
    pub outcome: Option<(Duration, SipOutcome)>,
    /// When, from its answer, it hangs up, and why; `None` is never.
    pub hangs_up: Option<(Duration, HangupCause)>,
}

/// What comes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SipOutcome {
    /// It is taken.
    Answer,
    /// It is refused, or fails.
    Refuse(HangupCause),
}

impl SipPeer {
    /// One that rings at once, and no more.
    #[must_use]
    pub fn new(number: &str) -> Self {
        Self {
            number: number.into(),
            rings: Some(Duration::ZERO),
            early_media: None,
            outcome: None,
            hangs_up: None,
        }
    }

    /// Answers this long after the call.
    #[must_use]
    pub fn answers(mut self, after: Duration) -> Self {
        self.outcome = Some((after, SipOutcome::Answer));
        self
    }

    /// Refuses this long after the call.
    #[must_use]
    pub fn refuses(mut self, after: Duration, cause: HangupCause) -> Self {
        self.outcome = Some((after, SipOutcome::Refuse(cause)));
        self
    }

    /// Rings this long after the call, or not at all.
    #[must_use]
    pub fn rings(mut self, after: Option<Duration>) -> Self {
        self.rings = after;
        self
    }

    /// Plays something this long after the call, before it is answered.
    #[must_use]
    pub fn plays_early(mut self, after: Duration) -> Self {
        self.early_media = Some(after);
        self
    }

    /// Hangs up this long after its answer.
    #[must_use]
    pub fn hangs_up(mut self, after: Duration, cause: HangupCause) -> Self {
        self.hangs_up = Some((after, cause));
        self
    }

    fn takes(&self, number: &str) -> bool {
        match self.number.strip_suffix('*') {
            Some(beginning) => number.starts_with(beginning),
            None => self.number == number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_whose_number_fits_takes_the_call() {
        let peers = vec![SipPeer::new("10"), SipPeer::new("10*"), SipPeer::new("*")];
        let config = SipConfig { peers, ..SipConfig::default() };
        let taken = |number| config.peer(number).map(|peer| peer.number.as_str());
        assert_eq!([taken("10"), taken("101"), taken("2")], [Some("10"), Some("10*"), Some("*")]);
        assert!(SipConfig::default().peer("10").is_none());
    }
}
