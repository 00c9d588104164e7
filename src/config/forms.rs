//! The forms single values must have: an address, an origin, a time, a pattern. Each function
//! takes the text of one value and answers with what it means, or with the end of a sentence that
//! begins with the key's name. Texts that might hold a secret are never repeated.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::time::{Timestamp, Zone};
use crate::web::Peers;

/// The longest address (RFC 5321 section 4.5.3.1.3, less the two angle brackets).
const ADDRESS_MAX: usize = 254;

/// What a value means, or why it means nothing.
pub(super) type Form<T> = Result<T, String>;

/// The value for an error text: quoted, on one line, cut short.
pub(super) fn shown(text: &str) -> String {
    let mut start: String = text.chars().take(60).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}

/// An email address (RFC 5321 section 4.1.2, without quoted local parts and address literals).
pub(super) fn address(text: &str) -> Form<String> {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    let fits = text.len() <= ADDRESS_MAX
        && text.chars().all(plain)
        && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && is_name(domain));
    if fits {
        return Ok(text.to_owned());
    }
    Err(format!("must be one email address such as support@contoso.example, not {}", shown(text)))
}

/// Whether `text` is a host name: labels of letters, digits and hyphens with dots between them.
/// Letters may be of any script.
fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// The address and port the web listens on.
pub(super) fn listen(text: &str) -> Form<SocketAddr> {
    text.parse().map_err(|_| {
        format!("must be a numeric ADDRESS:PORT such as 127.0.0.1:8025, not {}", shown(text))
    })
}

/// A name the web may be called by, in lower case.
pub(super) fn host(text: &str) -> Form<String> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if is_name(text) || bare.parse::<Ipv6Addr>().is_ok() {
        return Ok(text.to_lowercase());
    }
    Err(format!("must hold host names without scheme, port and path, not {}", shown(text)))
}

/// An address, or a network.
pub(super) fn network(text: &str) -> Form<Peers> {
    text.parse().map_err(|_| {
        format!(
            "must hold numeric addresses or networks such as 192.168.1.0/24, not {}",
            shown(text)
        )
    })
}

/// An origin: `https://HOST[:PORT]`, or `http://` on a loopback host. Answers it in lower case and
/// without the slash at its end.
pub(super) fn origin(text: &str) -> Form<String> {
    let (secure, authority) = split_url(text, "https://graph.microsoft.com")?;
    if !secure && !is_loopback(host_of(authority)) {
        return Err("must begin with https://; plain http is for loopback hosts only".to_owned());
    }
    Ok(text.trim_end_matches('/').to_lowercase())
}

/// A proxy: `http://HOST[:PORT]` or `https://HOST[:PORT]`.
pub(super) fn proxy(text: &str) -> Form<String> {
    split_url(text, "http://proxy.contoso.example:3128").map_err(|fault| {
        if text.contains('@') {
            return "must not hold a user name or password, which do not belong into this file; \
                    leave it empty and set HTTPS_PROXY for the service instead"
                .to_owned();
        }
        fault
    })?;
    Ok(text.trim_end_matches('/').to_lowercase())
}

/// Whether the URL is https, and its authority (RFC 3986 section 3.2), which has been checked.
fn split_url<'t>(text: &'t str, such_as: &str) -> Form<(bool, &'t str)> {
    let lower = text.to_ascii_lowercase();
    let (secure, skip) = match () {
        () if lower.starts_with("https://") => (true, "https://".len()),
        () if lower.starts_with("http://") => (false, "http://".len()),
        () => return Err(format!("must be an address such as {such_as}, beginning with https://")),
    };
    let rest = &text[skip..];
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains('@') {
        return Err("must not hold a user name or password".to_owned());
    }
    if authority.contains(['/', '?', '#']) {
        return Err(format!("must end after the host, such as {such_as}; leave out the path"));
    }
    let host = host_of(authority);
    let port = &authority[host.len()..];
    let port_fits = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| {
            port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|n| n > 0)
        });
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_fits = literal.map_or(is_name(host), |literal| literal.parse::<Ipv6Addr>().is_ok());
    if !port_fits || !host_fits {
        return Err(format!("must be a host with or without a port, such as {such_as}"));
    }
    Ok((secure, authority))
}

/// The host of an authority, an IPv6 literal with its brackets.
fn host_of(authority: &str) -> &str {
    let end = match authority.find(']') {
        Some(bracket) if authority.starts_with('[') => bracket + 1,
        _ => authority.find(':').unwrap_or(authority.len()),
    };
    &authority[..end]
}

/// Whether an origin lies on this machine.
pub(super) fn is_local(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| is_loopback(host_of(authority)))
}

fn is_loopback(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok_and(|address| match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.to_ipv4_mapped().is_some_and(|v4: Ipv4Addr| v4.is_loopback())
        }
    })
}

/// A moment: RFC 3339, or a date, which means its first second in UTC.
pub(super) fn time(text: &str) -> Form<Timestamp> {
    text.parse().map_err(|_| {
        format!(
            "must be a time such as 2026-05-04T09:12:44Z or a date such as 2026-05-04, not {}",
            shown(text)
        )
    })
}

/// A tenant as the sign-in address names it (facts: microsoft-graph 1.1): its id or its domain.
pub(super) fn tenant(text: &str) -> Form<String> {
    if ["common", "organizations", "consumers"].contains(&text.to_lowercase().as_str()) {
        return Err("must name one tenant by its id or its domain; signing in without a person \
                    does not work for all tenants at once"
            .to_owned());
    }
    if is_name(text) {
        return Ok(text.to_owned());
    }
    Err("must be the directory (tenant) id or the tenant's domain; copy it from the app \
         registration's overview"
        .to_owned())
}

/// An application id. Other clouds and simulators number differently, so not only GUIDs are taken.
pub(super) fn client_id(text: &str) -> Form<String> {
    if is_name(text) {
        return Ok(text.to_owned());
    }
    Err("must be the application (client) id; copy it from the app registration's overview"
        .to_owned())
}

/// The tag in subjects: letters and digits, since it stands before a `#`.
pub(super) fn ticket_tag(text: &str) -> Form<String> {
    if (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err(format!("must be 1 to 12 letters or digits such as CF, not {}", shown(text)))
}

/// A zone of the time zone database.
pub(super) fn time_zone(text: &str) -> Form<Zone> {
    Zone::named(text).ok_or_else(|| {
        format!(
            "must be a time zone such as Europe/Berlin that this machine knows (see \
             /usr/share/zoneinfo), not {}",
            shown(text)
        )
    })
}

/// A pattern for addresses. One without `@` and without wildcards could never match.
pub(super) fn glob(text: &str) -> Form<String> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(format!("must be one address pattern such as billing@*, not {}", shown(text)));
    }
    if !text.contains(['@', '*', '?']) {
        return Err(format!("can never match an address; write {}@* or *@{}", text, text));
    }
    Ok(text.to_owned())
}

/// A regular expression of the regex crate.
pub(super) fn regex(text: &str) -> Form<String> {
    regex::Regex::new(text).map(|_| text.to_owned()).map_err(|error| {
        let whole = error.to_string();
        // The crate draws the expression over several lines; the last one says what is wrong.
        let last = whole.lines().last().unwrap_or_default();
        let why = last.trim().trim_start_matches("error: ");
        format!("must be a regular expression, but {} is not: {why}", shown(text))
    })
}

/// Whether the text has the look of a client secret as Entra makes them, rather than of a path:
/// four characters, `Q~`, some thirty more.
pub(super) fn looks_like_a_secret(text: &str) -> bool {
    text.get(4..6) == Some("Q~") && (34..=48).contains(&text.len()) && !text.contains('/')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for (text, fits) in [
            ("support@contoso.example", true),
            ("o'brien+x@a-b.example", true),
            ("postmaster@localhost", true),
            ("grüße@müller.example", true),
            ("support", false),
            ("@contoso.example", false),
            ("support@", false),
            ("a@b@c.example", false),
            ("a b@contoso.example", false),
            ("Support <a@contoso.example>", false),
            ("a@contoso..example", false),
            ("a@.example", false),
            ("a@b.example,c@d.example", false),
            ("a@b.example\r\nBcc: x@y.example", false),
        ] {
            assert_eq!(address(text).is_ok(), fits, "{text}");
        }
        let long = format!("{}@contoso.example", "x".repeat(250));
        assert!(address(&long).is_err());
    }

    #[test]
    fn origins_have_no_path_and_no_password() {
        for (text, expected) in [
            ("https://graph.microsoft.com", Ok("https://graph.microsoft.com")),
            ("https://Graph.Microsoft.com/", Ok("https://graph.microsoft.com")),
            ("https://graph.example:8443", Ok("https://graph.example:8443")),
            ("http://127.0.0.1:8025", Ok("http://127.0.0.1:8025")),
            ("http://localhost:1", Ok("http://localhost:1")),
            ("http://[::1]:9000/", Ok("http://[::1]:9000")),
            ("http://graph.microsoft.com", Err("https")),
            ("http://127.0.0.1.example.com", Err("https")),
            ("http://localhost.example.com:80", Err("https")),
            ("https://graph.microsoft.com/v1.0", Err("path")),
            ("https://graph.microsoft.com?x", Err("path")),
            ("https://user:pass@graph.microsoft.com", Err("password")),
            ("http://127.0.0.1:80@evil.example", Err("password")),
            ("graph.microsoft.com", Err("beginning with")),
            ("ftp://graph.microsoft.com", Err("beginning with")),
            ("https://", Err("host")),
            ("https://host:0", Err("host")),
            ("https://host:99999", Err("host")),
            ("https://host:+1", Err("host")),
            ("https://[::1", Err("host")),
            ("https://ho st", Err("host")),
        ] {
            match (origin(text), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(fault), Err(part)) => assert!(fault.contains(part), "{text}: {fault}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_proxy_may_be_plain_but_holds_no_password() {
        assert_eq!(proxy("http://proxy.example:3128/").unwrap(), "http://proxy.example:3128");
        let fault = proxy("http://ana:hush@proxy.example:3128").unwrap_err();
        assert!(fault.contains("HTTPS_PROXY") && !fault.contains("hush"), "{fault}");
        assert!(proxy("socks5://proxy.example").is_err());
    }

    #[test]
    fn hosts_are_names_or_literals() {
        for (text, fits) in [
            ("desk.contoso.example", true),
            ("192.168.1.4", true),
            ("[fd00::1]", true),
            ("desk:8025", false),
            ("http://desk", false),
            ("desk/", false),
            ("", false),
        ] {
            assert_eq!(host(text).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn a_bad_expression_is_explained_on_one_line() {
        let fault = regex("(?i)(invoice").unwrap_err();
        assert!(fault.ends_with("is not: unclosed group"), "{fault}");
        let fault = regex("x{1000}{1000}{1000}").unwrap_err();
        assert!(!fault.contains('\n'), "{fault}");
    }

    #[test]
    fn a_pasted_secret_is_recognised() {
        for (text, secret) in [
            ("abc8Q~AbCdEfGhIjKlMnOpQrStUvWxYz.-_01234", true),
            ("client-secret", false),
            ("/etc/counterfoil/client-secret", false),
            ("secrets/abc8Q~file", false),
            ("é", false),
        ] {
            assert_eq!(looks_like_a_secret(text), secret, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_short_and_on_one_line() {
        assert_eq!(shown("a\nb"), r#""a\nb""#);
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 63);
    }
}
