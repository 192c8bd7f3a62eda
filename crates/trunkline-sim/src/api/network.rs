//! Addresses, and who is let in (`mod_commands.c`).

use std::net::{IpAddr, Ipv4Addr};

use super::{Command, Invocation, Outcome};
use crate::core::Core;
use crate::text::split_spaces;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("acl", acl),
    ("is_lan_addr", is_lan_addr),
    ("host_lookup", host_lookup),
    ("gethost", host_lookup),
    ("interface_ip", interface_ip),
    ("nat_map", |_, _| "false".into()),
];

/// A network: its address and how many bits of it count.
type Network = (Ipv4Addr, u32);

const LAN: &[Network] = &[
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

const LOOPBACK: Network = (Ipv4Addr::new(127, 0, 0, 0), 8);

fn is_within(address: Ipv4Addr, (network, bits): Network) -> bool {
    let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
    u32::from(address) & mask == u32::from(network) & mask
}

fn is_in_any(address: Ipv4Addr, networks: &[Network]) -> bool {
    networks.iter().any(|network| is_within(address, *network))
}

/// `<address> <list or network>`. The lists are those FreeSWITCH makes by itself, and `lan`, which lets everybody in
/// but the addresses kept for documents.
fn acl(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let words = split_spaces(invocation.arguments, 3);
    let words: Vec<_> = words.iter().map(|word| String::from_utf8_lossy(word)).collect();
    let [address, list, ..] = words.as_slice() else { return "false".into() };
    let Ok(address) = address.parse::<Ipv4Addr>() else { return "false".into() };
    is_let_in(address, list).to_string().into()
}

/// Whether an access list, or a network, has an address.
pub(crate) fn is_let_in(address: Ipv4Addr, list: &str) -> bool {
    if let Some((network, bits)) = list.split_once('/') {
        return match (network.parse(), bits.parse()) {
            (Ok(network), Ok(bits)) => is_within(address, (network, bits)),
            _ => false,
        };
    }
    match list {
        "rfc1918.auto" | "localnet.auto" | "nat.auto" => is_in_any(address, LAN),
        "loopback.auto" => is_within(address, LOOPBACK),
        "lan" => is_in_any(address, LAN) || is_within(address, LOOPBACK),
        "any_v4.auto" => true,
        _ => false,
    }
}

fn is_lan_addr(_: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let address = invocation.text().parse::<Ipv4Addr>();
    let lan = |address| is_in_any(address, LAN) || is_within(address, LOOPBACK);
    address.is_ok_and(lan).to_string().into()
}

/// No name is looked up: only this host's are known.
fn host_lookup(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    match invocation.text().as_str() {
        "localhost" => "127.0.0.1".into(),
        name if name == core.config.hostname => core.config.ipv4.as_str().into(),
        address if address.parse::<IpAddr>().is_ok() => address.into(),
        _ => "!err!".into(),
    }
}

/// `auto|ipv4|ipv6 <interface>`
fn interface_ip(core: &mut Core, invocation: Invocation<'_>) -> Outcome {
    let text = invocation.text();
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["auto" | "ipv4", "lo"] => "127.0.0.1".into(),
        ["ipv6", "lo"] => "::1".into(),
        ["auto" | "ipv4", "eth0"] => core.config.ipv4.as_str().into(),
        ["auto" | "ipv4" | "ipv6", _] => "".into(),
        _ => "USAGE: interface_ip [auto|ipv4|ipv6] <ifname>\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_let_in() {
        for (address, list, is) in [
            ([127, 0, 0, 1], "127.0.0.0/8", true),
            ([127, 0, 0, 1], "lan", true),
            ([192, 0, 2, 1], "lan", false),
            ([10, 1, 2, 3], "rfc1918.auto", true),
            ([1, 2, 3, 4], "0.0.0.0/0", true),
            ([1, 2, 3, 4], "nosuch", false),
        ] {
            assert_eq!(is_let_in(address.into(), list), is, "{address:?} in {list}");
        }
    }
}
