//! Who may connect.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// Addresses and networks that may connect: `"10.0.0.0/8, 192.168.1.4, fd00::/8".parse()?`.
///
/// An IPv4 address that comes over an IPv6 socket (`::ffff:10.0.0.1`) is taken for what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    networks: Vec<IpNet>,
}

/// What is no address and no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is no IP address (10.0.0.1, fd00::1), and no network (10.0.0.0/8, fd00::/8)")]
pub struct AllowListError {
    text: String,
}

impl AllowList {
    /// Whether this address may connect.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for AllowList {
    type Err = AllowListError;

    /// Separated by commas or white space.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        words.map(network).collect::<Result<_, _>>().map(|networks| Self { networks })
    }
}

impl FromIterator<IpAddr> for AllowList {
    fn from_iter<T: IntoIterator<Item = IpAddr>>(addresses: T) -> Self {
        Self { networks: addresses.into_iter().map(|address| address.to_canonical().into()).collect() }
    }
}

fn network(word: &str) -> Result<IpNet, AllowListError> {
    let address = word.parse().map(|address: IpAddr| address.to_canonical().into());
    address.or_else(|_| word.parse()).map_err(|_| AllowListError { text: word.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks() {
        let list: AllowList = "10.0.0.0/8, 192.168.1.4\n fd00::/8,::ffff:192.0.2.1".parse().unwrap();
        for (address, allowed) in [
            ("10.1.2.3", true),
            ("11.1.2.3", false),
            ("::ffff:10.1.2.3", true),
            ("192.168.1.4", true),
            ("192.168.1.5", false),
            ("192.0.2.1", true),
            ("fd12::1", true),
            ("::1", false),
        ] {
            assert_eq!(list.allows(address.parse().unwrap()), allowed, "{address}");
        }
        assert!(!AllowList::default().allows("127.0.0.1".parse().unwrap()));
        assert!(AllowList::from_iter(["127.0.0.1".parse().unwrap()]).allows("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_none_is_named() {
        for (text, wrong) in [("10.0.0.0/8 localhost", "localhost"), ("10.0.0.0/33", "10.0.0.0/33")] {
            let error = text.parse::<AllowList>().unwrap_err();
            assert!(error.to_string().contains(wrong), "{error}");
        }
    }
}
