//! `sendmsg` with `call-command: unicast`.

use std::net::{Ipv4Addr, SocketAddr};

use super::Head;
use crate::error::ApiMisuse;

/// Where a channel's audio goes, and comes from, by a [`SendMsg`](super::SendMsg). From 127.0.0.1:8025 to
/// 127.0.0.1:8026 by UDP, in a form of the switch's choice (16 bit linear), unless said otherwise: what it does by
/// itself (`switch_ivr_parse_event` in `switch_ivr.c`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unicast {
    local: SocketAddr,
    remote: SocketAddr,
    transport: Transport,
    native: bool,
}

/// How the audio of a [`Unicast`] travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Transport {
    /// `udp`
    #[default]
    Udp,
    /// `tcp`: the switch connects to the remote end.
    Tcp,
}

impl Transport {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

impl Default for Unicast {
    fn default() -> Self {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { local: at(8025), remote: at(8026), transport: Transport::Udp, native: false }
    }
}

impl Unicast {
    /// From this address of the switch.
    #[must_use]
    pub fn local(mut self, address: SocketAddr) -> Self {
        self.local = address;
        self
    }

    /// To this address.
    #[must_use]
    pub fn remote(mut self, address: SocketAddr) -> Self {
        self.remote = address;
        self
    }

    /// By this transport.
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// In the channel's own codec.
    #[must_use]
    pub fn native(mut self) -> Self {
        self.native = true;
        self
    }

    pub(super) fn write(&self, head: &mut Head) -> Result<(), ApiMisuse> {
        head.add("call-command", "unicast")?;
        head.add("local-ip", &self.local.ip().to_string())?;
        head.add("local-port", &self.local.port().to_string())?;
        head.add("remote-ip", &self.remote.ip().to_string())?;
        head.add("remote-port", &self.remote.port().to_string())?;
        head.add("transport", self.transport.as_str())?;
        if self.native {
            head.add("flags", "native")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Command, SendMsg};

    #[test]
    fn encodes() {
        let unicast = Unicast::default()
            .local("[::1]:1".parse().unwrap())
            .remote("10.0.0.1:2".parse().unwrap())
            .transport(Transport::Tcp)
            .native();
        for (unicast, rest) in [
            (
                Unicast::default(),
                "local-ip: 127.0.0.1\nlocal-port: 8025\nremote-ip: 127.0.0.1\nremote-port: 8026\ntransport: udp\n\n",
            ),
            (
                unicast,
                "local-ip: ::1\nlocal-port: 1\nremote-ip: 10.0.0.1\nremote-port: 2\ntransport: tcp\nflags: native\n\n",
            ),
        ] {
            let command = Command::sendmsg(&SendMsg::unicast(unicast)).unwrap();
            assert_eq!(command.wire(), format!("sendmsg\ncall-command: unicast\n{rest}").as_bytes());
        }
    }
}
