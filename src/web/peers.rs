//! Addresses that may ask for something: one, or all of a network (RFC 4632, RFC 4291).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address, or a network written `192.168.1.0/24`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peers {
    address: IpAddr,
    /// Leading bits that count.
    bits: u8,
}

/// A text that is neither an address nor a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("neither an address nor a network such as 192.168.1.0/24")]
pub struct NoPeers;

impl FromStr for Peers {
    type Err = NoPeers;

    fn from_str(text: &str) -> Result<Self, NoPeers> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoPeers)?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => {
                bits.parse().map_err(|_| NoPeers)?
            }
            Some(_) => return Err(NoPeers),
            None => all,
        };
        if bits > all { Err(NoPeers) } else { Ok(Self { address, bits }) }
    }
}

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = if self.address.is_ipv4() { 32 } else { 128 };
        if self.bits == all {
            return write!(f, "{}", self.address);
        }
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Peers {
    /// Whether an address is in it. An IPv4 address may come written as IPv6.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        let same = |own: u128, other: u128, width: u8| {
            let free = u32::from(width - self.bits);
            own.checked_shr(free).unwrap_or(0) == other.checked_shr(free).unwrap_or(0)
        };
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) if self.address.is_ipv4() => {
                same(own.to_bits().into(), other.to_bits().into(), 32)
            }
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same(own.to_ipv6_mapped().to_bits(), other.to_ipv6_mapped().to_bits(), 128)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        for (network, address, holds) in [
            ("192.168.1.4", "192.168.1.4", true),
            ("192.168.1.4", "192.168.1.5", false),
            ("192.168.1.0/24", "192.168.1.255", true),
            ("192.168.1.0/24", "::ffff:192.168.1.9", true),
            ("192.168.1.0/24", "192.168.2.0", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("::ffff:10.0.0.1", "10.0.0.2", false),
        ] {
            let known: Peers = network.parse().unwrap();
            assert_eq!(known.holds(address.parse().unwrap()), holds, "{network} {address}");
            assert_eq!(known.to_string(), network);
        }
        for text in
            ["", "x", "10.0.0.1/33", "10.0.0/8", "::/129", "10.0.0.1/+8", "10.0.0.1/", "1.2.3.4:80"]
        {
            assert_eq!(text.parse::<Peers>(), Err(NoPeers), "{text}");
        }
    }
}
