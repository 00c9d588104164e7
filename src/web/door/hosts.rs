//! By which names this server may be addressed. A page on a foreign name that was made to point
//! at us (DNS rebinding) is turned away here, before anything looks at the request.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The list of allowed names.
#[derive(Debug)]
pub(super) struct Hosts {
    own_port: u16,
    own: Vec<String>,
    /// Name, and the one port it may carry; `None` means any.
    further: Vec<(String, Option<u16>)>,
}

impl Hosts {
    /// The names of a server that listens on `address` and is also known as `allowed`.
    pub(super) fn new(address: SocketAddr, allowed: &[String]) -> Self {
        let mut own = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        if !address.ip().is_unspecified() {
            own.push(name_of(address.ip()));
        }
        let further = allowed.iter().filter_map(|host| split(host.trim())).collect();
        Self { own_port: address.port(), own, further }
    }

    /// Whether a request with this Host may come in on a connection to our address `local`. That
    /// address matters when we listen on all of them: written out as a number it is ours, and no
    /// foreign page can have it for a name.
    pub(super) fn allows(&self, host: &str, local: IpAddr) -> bool {
        let Some((name, port)) = split(host) else {
            return false;
        };
        let own = self.own.contains(&name) || name == name_of(local);
        if own && port.is_none_or(|port| port == self.own_port) {
            return true;
        }
        self.further.iter().any(|(other, only)| *other == name && (only.is_none() || *only == port))
    }
}

/// An address as it stands in a Host header.
fn name_of(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// Name in lower case, and port. `None` for what is no `host[:port]` (RFC 9110 section 7.2).
fn split(host: &str) -> Option<(String, Option<u16>)> {
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let (ip, after) = rest.split_once(']')?;
        let ip: Ipv6Addr = ip.parse().ok()?;
        (format!("[{ip}]"), after)
    } else {
        let end = host.find(':').unwrap_or(host.len());
        (host[..end].to_ascii_lowercase(), &host[end..])
    };
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@') {
        return None;
    }
    match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            Some((name, Some(digits.parse().ok()?)))
        }
        None if port.is_empty() => Some((name, None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_our_own_names_are_ours() {
        let hosts = |listen: &str| {
            let allowed = ["Help.Example".to_owned(), "proxy.example:8443".to_owned()];
            Hosts::new(listen.parse().unwrap(), &allowed)
        };
        for (listen, host, expected) in [
            ("127.0.0.1:8025", "127.0.0.1:8025", true),
            ("127.0.0.1:8025", "127.0.0.1", true),
            ("127.0.0.1:8025", "LocalHost:8025", true),
            ("127.0.0.1:8025", "[::1]:8025", true),
            ("127.0.0.1:8025", "[0:0:0:0:0:0:0:1]", true),
            ("127.0.0.1:8025", "localhost:8026", false),
            ("127.0.0.1:8025", "localhost:", false),
            ("127.0.0.1:8025", "localhost:+8025", false),
            ("127.0.0.1:8025", "localhost:99999", false),
            ("127.0.0.1:8025", "localhost.evil.example", false),
            ("127.0.0.1:8025", "evil.example", false),
            ("127.0.0.1:8025", "evil@localhost", false),
            ("127.0.0.1:8025", "localhost, evil.example", false),
            ("127.0.0.1:8025", "", false),
            ("127.0.0.1:8025", ":8025", false),
            ("127.0.0.1:8025", "[::1", false),
            ("127.0.0.1:8025", "[::1]x", false),
            ("127.0.0.1:8025", "help.example", true),
            ("127.0.0.1:8025", "help.example:443", true),
            ("127.0.0.1:8025", "proxy.example:8443", true),
            ("127.0.0.1:8025", "proxy.example", false),
            ("127.0.0.1:8025", "192.0.2.7:8025", true),
            ("127.0.0.1:8025", "192.0.2.8:8025", false),
            ("0.0.0.0:8025", "0.0.0.0:8025", false),
            ("[2001:db8::5]:80", "[2001:DB8::5]", true),
        ] {
            let local = "192.0.2.7".parse().unwrap();
            assert_eq!(hosts(listen).allows(host, local), expected, "{host} on {listen}");
        }
    }
}
