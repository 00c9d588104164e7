//! Where a link leads: the address as a browser would understand it (WHATWG URL section 4.4), or
//! nothing when it leads anywhere but to the web, to a mail address or to a telephone. And whether
//! the words of a link claim another place than the one it leads to.

// Only what addresses look like: `core` can reach nobody.
use core::net::{Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;

use super::punycode;

/// Bytes of an address kept; browsers and mail programs give up earlier.
const MAX_BYTES: usize = 8_000;

/// A place a link may lead to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The whole address, in ASCII but for its path.
    pub(super) address: String,
    /// The host it leads to, or the domain of the mail address, in ASCII; empty for a telephone.
    pub(super) host: String,
    /// Whether the address is made to look like another: a user before the host, or letters of a
    /// host that look like those of another script.
    pub(super) disguised: bool,
}

/// Reads an address whose character references are resolved. Relative ones lead nowhere in a
/// letter, but `www.` at the start is a host somebody forgot the scheme of.
pub(super) fn place(written: &str) -> Option<Place> {
    if written.len() > MAX_BYTES {
        return None;
    }
    // Browsers take off what is not seen at both ends, and line ends and tabs anywhere.
    let trimmed = written.trim_matches(|c: char| c <= ' ' || c == '\u{a0}' || c == '\u{feff}');
    let plain = trimmed.bytes().all(|byte| byte.is_ascii_graphic());
    let address: Cow<'_, str> = match plain {
        true => Cow::Borrowed(trimmed),
        false => Cow::Owned(trimmed.chars().filter(|c| !c.is_control()).collect()),
    };
    if address.starts_with("//") {
        return web("https", &address);
    }
    if address.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        return web("http", &address);
    }
    let (scheme, rest) = address.split_once(':')?;
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    if is("https") {
        web("https", rest)
    } else if is("http") {
        web("http", rest)
    } else if is("mailto") {
        mail(rest)
    } else if is("tel") {
        telephone(rest)
    } else {
        None
    }
}

fn web(scheme: &str, rest: &str) -> Option<Place> {
    // A browser takes any number of either slash, even none.
    let rest = rest.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host_and_port) = match authority.rsplit_once('@') {
        Some((_, host)) => (true, host),
        None => (false, authority),
    };
    let (written, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (host_and_port, ""),
    };
    let (host, foreign) = host(written)?;
    let mut address = format!("{scheme}://{host}");
    if !port.is_empty() {
        address.push(':');
        address.push_str(&port[..port.len().min(5)]);
    }
    let query = path.find(['?', '#']).unwrap_or(path.len());
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>'`".contains(&byte);
    if path.bytes().all(plain) {
        address.push_str(path);
        return Some(Place { address, host, disguised: user || foreign });
    }
    for (at, c) in path.char_indices() {
        match c {
            '\\' if at < query => address.push('/'),
            c if turns_writing(c) => {}
            c if matches!(c, '"' | '<' | '>' | '\'' | '`') || is_not_seen(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    address.push_str(&format!("%{byte:02X}"));
                }
            }
            c => address.push(c),
        }
    }
    Some(Place { address, host, disguised: user || foreign })
}

/// A host as browsers look it up, in ASCII, and whether it may be taken for another one.
fn host(written: &str) -> Option<(String, bool)> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    if (1..=253).contains(&written.len())
        && written.bytes().all(plain)
        && !written.ends_with('.')
        && !written.contains("xn--")
    {
        return Some((written.to_owned(), false));
    }
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escape = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    // What IDNA maps before anything is looked up (UTS 46 section 4).
    let mapped: String = String::from_utf8(bytes)
        .ok()?
        .chars()
        .filter(|c| !super::entities::is_invisible(*c))
        .map(|c| match c {
            '\u{3002}' | '\u{ff0e}' | '\u{ff61}' => '.',
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    if mapped.starts_with('[') {
        let inside = mapped.strip_prefix('[')?.strip_suffix(']')?;
        let fits = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let number = inside.len() <= 45 && inside.contains(':') && inside.bytes().all(fits);
        return number.then_some((mapped, false));
    }
    let host = mapped.trim_end_matches('.');
    let ascii: Option<Vec<String>> = host
        .split('.')
        .map(|label| match label.is_ascii() {
            true => Some(label.to_owned()),
            false => punycode::encode(label).map(|label| format!("xn--{label}")),
        })
        .collect();
    let ascii = ascii?.join(".");
    let fits =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
    if ascii.is_empty() || ascii.len() > 253 || !ascii.bytes().all(fits) {
        return None;
    }
    // Latin letters with marks are a language's own; other scripts hold letters that look like ours.
    let latin = |c: char| c.is_ascii() || ('\u{c0}'..'\u{180}').contains(&c);
    let foreign = ascii.split('.').any(|label| {
        let Some(written) = label.strip_prefix("xn--") else { return false };
        punycode::decode(written).is_none_or(|label| !label.chars().all(latin))
    });
    Some((ascii, foreign))
}

fn mail(rest: &str) -> Option<Place> {
    let (to, query) = rest.split_once('?').map_or((rest, None), |(to, query)| (to, Some(query)));
    let allowed = |c: char| c.is_alphanumeric() || ".!#$%&*+-/=^_{|}~@,;:".contains(c);
    let to: String = to.chars().filter(|&c| allowed(c)).collect();
    let to = to.trim_start_matches('/');
    let domain = to.rsplit_once('@').map_or("", |(_, domain)| domain);
    let host = host(domain).map(|(host, _)| host).unwrap_or_default();
    // Headers other than these would be written by the sender of the letter, not by its reader.
    let kept: Vec<String> = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|field| field.split_once('='))
        .filter(|(name, _)| {
            name.eq_ignore_ascii_case("subject") || name.eq_ignore_ascii_case("body")
        })
        .map(|(name, value)| {
            let safe = |c: &char| c.is_alphanumeric() || "-._~%!*,;:@/?+".contains(*c);
            let value: String = value.replace(' ', "%20").chars().filter(safe).collect();
            format!("{}={value}", name.to_ascii_lowercase())
        })
        .collect();
    if to.is_empty() && kept.is_empty() {
        return None;
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    Some(Place { address: format!("mailto:{to}{mark}{}", kept.join("&")), host, disguised: false })
}

fn telephone(rest: &str) -> Option<Place> {
    let number: String = rest
        .chars()
        .filter(|c| {
            c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '(' | ')' | '*' | '#' | ';' | '=')
        })
        .collect();
    let real = number.bytes().any(|byte| byte.is_ascii_digit());
    real.then(|| Place { address: format!("tel:{number}"), host: String::new(), disguised: false })
}

/// Whether the words of a link name another host than the one it leads to, or it leads to one in
/// disguise. `words` are the words as they are read.
pub(super) fn misleads(words: &str, place: &Place) -> bool {
    if place.host.is_empty() {
        return false;
    }
    let web = place.address.starts_with("http");
    (web && place.disguised) || claimed(words).any(|claimed| !belongs(&claimed, &place.host))
}

/// Whether the words of a link hold signs by which its host reads as another one.
pub(super) fn is_turned(words: &str, place: &Place) -> bool {
    let is_host = |c: char| matches!(c, '.' | ':' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}');
    !place.host.is_empty()
        && words.contains(is_host)
        && words.contains(|c: char| turns(c) || matches!(c, '\u{61c}' | '\u{200f}'))
}

/// Signs that turn the direction in which all that follows is read (UAX 9 section 2).
pub(super) fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether both are names of one owner, as far as names can tell: equal, or one inside the other.
fn belongs(claimed: &str, host: &str) -> bool {
    if let Some(number) = number(claimed) {
        return self::number(host) == Some(number);
    }
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    let (claimed, host) = (bare(claimed), bare(host));
    let inside = |inner: &str, outer: &str| {
        outer.contains('.')
            && inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    inside(&host, &claimed) || inside(&claimed, &host)
}

/// The number of a host that is one in brackets (RFC 3986 section 3.2.2).
fn number(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// The numbers in brackets that a text names.
fn numbers(words: &str) -> impl Iterator<Item = String> {
    let inside = words.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    let numbers = inside.filter_map(|(inside, _)| inside.trim().parse::<Ipv6Addr>().ok());
    numbers.map(|number| format!("[{number}]"))
}

/// The hosts that a text names: `https://a.example/x`, `www.a.example`, `a.example`, `x@a.example`,
/// `192.0.2.7`, `[2001:db8::1]`.
fn claimed(words: &str) -> impl Iterator<Item = String> {
    let separates = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | '|')
            || matches!(c, '„' | '“' | '”' | '«' | '»' | '‹' | '›' | '→' | '…')
    };
    words
        .split(separates)
        .filter(|word| word.contains(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']))
        .filter_map(|word| {
            let (schemed, rest) = match word.find("://") {
                Some(at) => (true, &word[at + 3..]),
                None => (false, word),
            };
            let rest = &rest[..rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len())];
            // What stands before an @ is a name, in a web address as in a mail address.
            let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            let rest = rest.split(':').next().unwrap_or_default();
            let rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
            let (host, _) = host(rest)?;
            let (_, top) = host.rsplit_once('.')?;
            let certain = schemed || host.starts_with("www.") || host.parse::<Ipv4Addr>().is_ok();
            (certain || is_top_level(top)).then_some(host)
        })
        .chain(numbers(words))
}

/// Whether a word after a dot is likely the end of a host and not of a file name or a sentence.
fn is_top_level(word: &str) -> bool {
    const LONGER: [&str; 42] = [
        "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "app", "dev",
        "example", "online", "shop", "store", "site", "xyz", "bank", "cloud", "email", "support",
        "tech", "world", "live", "news", "agency", "digital", "group", "help", "link", "click",
        "top", "club", "pro", "mobi", "asia", "berlin", "swiss", "zone", "services", "finance",
    ];
    let country = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    country || word.starts_with("xn--") || LONGER.contains(&word)
}

fn is_not_seen(c: char) -> bool {
    c.is_whitespace() || super::entities::is_invisible(c)
}

/// Signs that turn the direction of writing, so that an address reads as another.
fn turns_writing(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_where_a_browser_would_go() {
        for (written, expected) in [
            ("https://a.example/x?y=1#z", Some("https://a.example/x?y=1#z")),
            (" \u{1}HTTPS:\\\\A.Example\\x?y\\z ", Some("https://a.example/x?y\\z")),
            ("ht\ntp:/\t/a.example", Some("http://a.example")),
            ("https:a.example", Some("https://a.example")),
            ("//a.example/x", Some("https://a.example/x")),
            ("www.a.example", Some("http://www.a.example")),
            ("https://bank.example@evil.example/", Some("https://evil.example/")),
            ("https://bank.example:443@evil.example:8443/", Some("https://evil.example:8443/")),
            ("https://bank.example\\@evil.example/", Some("https://bank.example/@evil.example/")),
            ("https://%65vil.example/", Some("https://evil.example/")),
            ("https://ｅvil。example/", Some("https://evil.example/")),
            ("https://e\u{ad}v\u{200b}il.example/", Some("https://evil.example/")),
            ("https://müller.example/ü", Some("https://xn--mller-kva.example/ü")),
            ("https://[::1]/x", Some("https://[::1]/x")),
            ("https://[evil/x", None),
            ("https://a b.example/", None),
            (
                "https://a.example/\u{202e}gpj\" onx=<y>",
                Some("https://a.example/gpj%22%20onx=%3Cy%3E"),
            ),
            ("https:///", None),
            ("mailto:a@b.example?subject=x&bcc=y@z.example", Some("mailto:a@b.example?subject=x")),
            ("mailto:", None),
            ("tel:+49 (30) 12", Some("tel:+49(30)12")),
            ("tel:x", None),
            ("javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("JaVaScRiPt&colon;alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("file:///etc/passwd", None),
            ("cid:x", None),
            ("/relative", None),
            ("#here", None),
            ("", None),
        ] {
            let found = place(written).map(|place| place.address);
            assert_eq!(found.as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn links_that_mislead_are_told() {
        for (words, address, expected) in [
            ("our page", "https://a.example/", false),
            ("a.example", "https://a.example/x", false),
            ("https://www.a.example/y", "https://a.example/x", false),
            ("a.example", "https://mail.a.example/", false),
            ("shop.a.example", "https://a.example/", false),
            ("bank.example", "https://evil.example/", true),
            ("Bank.Example", "https://evil.example/", true),
            ("https://bank.example/login", "https://bank.example.evil.example/", true),
            ("https://bank.example@evil.example", "https://evil.example/", false),
            ("our page", "https://bank.example@evil.example/", true),
            ("help@bank.example", "https://evil.example/", true),
            ("help@bank.example", "mailto:x@evil.example", true),
            ("help@bank.example", "mailto:help@bank.example", false),
            ("call us", "tel:+49301", false),
            ("аррӏе.com", "https://apple.com/", true),
            ("our page", "https://аррӏе.com/", true),
            ("our page", "https://xn--80ak6aa92e.com/", true),
            ("müller.example", "https://müller.example/", false),
            ("bank。example", "https://evil.example/", true),
            ("report.pdf", "https://a.example/", false),
            ("Read this. And that.", "https://a.example/", false),
            ("version 1.2", "https://a.example/", false),
            ("(bank.example)", "https://evil.example/", true),
            ("bank.example:443", "https://evil.example/", true),
            ("192.0.2.7", "https://evil.example/", true),
            ("192.0.2.7:8080/x", "https://evil.example/", true),
            ("192.0.2.7", "https://192.0.2.7/", false),
            ("192.0.2.7", "https://192.0.2.8/", true),
            ("192.0.2.700", "https://evil.example/", false),
            ("[2001:db8::1]", "https://evil.example/", true),
            ("https://[2001:db8::1]/x", "https://evil.example/", true),
            ("[2001:DB8:0::1]", "https://[2001:db8::1]/", false),
            ("[1]", "https://evil.example/", false),
        ] {
            assert_eq!(misleads(words, &place(address).unwrap()), expected, "{words} {address}");
        }
    }
}
