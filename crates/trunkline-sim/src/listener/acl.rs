//! Who may connect (`apply-inbound-acl` in `event_socket.conf.xml`, lists as in `acl.conf.xml`).

use std::net::IpAddr;

/// A list of networks that are let in, and of others that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessList {
    /// Its name, as the log line of a refusal tells it.
    pub name: String,
    /// Whether an address none of the rules is about is let in.
    pub allows: bool,
    /// The rules; that of the longest prefix decides.
    pub rules: Vec<AccessRule>,
}

/// A network and whether it is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessRule {
    /// Any address of the network.
    pub network: IpAddr,
    /// How many leading bits count: 0 to 32, or to 128 for IPv6.
    pub prefix: u8,
    /// Whether it is let in.
    pub allow: bool,
}

impl AccessList {
    /// One without rules.
    #[must_use]
    pub fn new(name: &str, allows: bool) -> Self {
        Self { name: name.into(), allows, rules: Vec::new() }
    }

    /// `loopback.auto`: 127.0.0.0/8 and ::1.
    #[must_use]
    pub fn loopback() -> Self {
        Self::new("loopback.auto", false).rule(IpAddr::from([127, 0, 0, 1]), 8, true).rule(
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
            128,
            true,
        )
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, network: IpAddr, prefix: u8, allow: bool) -> Self {
        self.rules.push(AccessRule { network, prefix, allow });
        self
    }

    /// Whether an address is let in (`switch_check_network_list_ip` in `src/switch_core.c`).
    #[must_use]
    pub fn lets_in(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let about = self.rules.iter().filter(|rule| rule.is_about(address));
        about.max_by_key(|rule| rule.prefix).map_or(self.allows, |rule| rule.allow)
    }
}

impl AccessRule {
    fn is_about(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let ignored = 32_u32.saturating_sub(self.prefix.into());
                let differ = u64::from(network.to_bits() ^ address.to_bits());
                differ >> ignored == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let ignored = 128_u32.saturating_sub(self.prefix.into());
                (network.to_bits() ^ address.to_bits()).checked_shr(ignored).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        let list = AccessList::new("lan", false)
            .rule("10.0.0.0".parse().unwrap(), 8, true)
            .rule("10.1.2.3".parse().unwrap(), 32, false)
            .rule("fd00::".parse().unwrap(), 8, true);
        for (address, lets_in) in [
            ("10.255.0.1", true),
            ("10.1.2.3", false),
            ("::ffff:10.1.2.4", true),
            ("11.0.0.1", false),
            ("fd12::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(list.lets_in(address.parse().unwrap()), lets_in, "{address}");
        }
        let everyone = AccessList::new("any", false).rule("0.0.0.0".parse().unwrap(), 0, true);
        assert!(everyone.lets_in("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn loopback() {
        for (address, lets_in) in [("127.1.2.3", true), ("::1", true), ("192.0.2.1", false), ("::2", false)] {
            assert_eq!(AccessList::loopback().lets_in(address.parse().unwrap()), lets_in, "{address}");
        }
    }
}
