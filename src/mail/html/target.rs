//! What is written behind the words of a link in text: its address, short where it can be, nothing
//! where the words say it already.

use super::entities;

/// Bytes of an address written behind its link; of longer ones only the host is.
const MAX_LINK: usize = 250;

/// What to write behind `text`, the words of a link to `address`.
pub(super) fn behind(text: &str, address: &str) -> Option<String> {
    let trimmed = address.trim();
    let (scheme, rest) = trimmed.split_once(':')?;
    if text.is_empty() {
        return None;
    }
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    if is("mailto") {
        let to = rest.split('?').next().unwrap_or_default().trim();
        let plain = percent_decoded(to);
        let said = plain.is_empty() || text.to_lowercase().contains(&plain.to_lowercase());
        return (!said).then(|| format!(" <{}>", on_one_line(&plain)));
    }
    if is("tel") {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let number = digits(rest);
        // Text leaves out the country, and writes the zero that it replaces.
        let end = &number[number.len().saturating_sub(6)..];
        let said = number.is_empty() || digits(text).contains(end);
        return (!said).then(|| format!(" ({})", on_one_line(rest)));
    }
    if !(is("http") || is("https")) {
        return None;
    }
    let unwrapped = unwrapped(trimmed);
    let address = unwrapped.as_deref().unwrap_or(trimmed);
    let (spoken, meant) = (bare(text), bare(address));
    if meant.is_empty() || spoken.contains(&meant) {
        return None;
    }
    // Programs shorten the words of a long address.
    if let Some(start) = spoken.strip_suffix(['…']).or_else(|| spoken.strip_suffix("..."))
        && start.len() > 8
        && meant.starts_with(start)
    {
        return None;
    }
    let host_end = address.match_indices('/').nth(2).map_or(address.len(), |(at, _)| at);
    let shown = match address.len() > MAX_LINK {
        true => {
            let mut end = host_end.min(MAX_LINK);
            while !address.is_char_boundary(end) {
                end -= 1;
            }
            format!("{}/…", &address[..end])
        }
        false => address.to_owned(),
    };
    Some(format!(" ({})", on_one_line(&shown)))
}

/// An address as people write it.
fn bare(address: &str) -> String {
    let text = address.trim().to_lowercase();
    let text = text.strip_prefix("https://").or(text.strip_prefix("http://")).unwrap_or(&text);
    text.strip_prefix("www.").unwrap_or(text).trim_end_matches('/').to_owned()
}

fn on_one_line(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !entities::is_invisible(*c))
        .collect()
}

/// The address that a mail filter or a search engine wrapped into one of its own.
fn unwrapped(address: &str) -> Option<String> {
    const WRAPPERS: [(&str, &str); 3] = [
        (".safelinks.protection.outlook.com/", "url="),
        ("://www.google.com/url?", "q="),
        ("://l.facebook.com/l.php?", "u="),
    ];
    let host_end = address.match_indices('/').nth(2).map_or(0, |(at, _)| at);
    if !["outlook.com", "google.com", "facebook.com"]
        .iter()
        .any(|end| address[..host_end].ends_with(end))
    {
        return None;
    }
    let (_, name) = WRAPPERS.iter().find(|(mark, _)| {
        address
            .find(mark)
            .is_some_and(|at| !address[..at].trim_start_matches("https://").contains('/'))
    })?;
    let (_, query) = address.split_once('?')?;
    let value = query.split('&').find_map(|field| field.strip_prefix(name))?;
    let inner = percent_decoded(value);
    inner.starts_with("http").then_some(inner)
}

/// Text with its percent-escapes resolved, where that makes text.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                bytes.push(value);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_where_the_words_do_not_say_it() {
        let long = format!("https://x.example/{}", "a".repeat(300));
        for (text, address, expected) in [
            ("the page", "https://x.example/a?b=1", Some(" (https://x.example/a?b=1)")),
            ("x.example", "https://www.x.example/", None),
            ("https://x.example/a/", "http://x.example/a", None),
            ("https://x.example/a/lo…", "https://x.example/a/long/path", None),
            ("Ana", "mailto:ana@x.example?subject=y", Some(" <ana@x.example>")),
            ("Ana@x.example", "MAILTO:ana@x.example", None),
            ("030 123456", "tel:+4930123456", None),
            ("call", "tel:+49 30", Some(" (+4930)")),
            ("y", "javascript:x", None),
            ("y", "/z", None),
            ("", "https://x.example", None),
            ("y", long.as_str(), Some(" (https://x.example/…)")),
            (
                "x.example/a",
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fa&data=05",
                None,
            ),
            (
                "here",
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fa&data=05",
                Some(" (https://x.example/a)"),
            ),
            (
                "here",
                "https://x.example/.safelinks.protection.outlook.com/?url=https%3A%2F%2Fy.example",
                Some(
                    " (https://x.example/.safelinks.protection.outlook.com/?url=https%3A%2F%2Fy.example)",
                ),
            ),
        ] {
            assert_eq!(behind(text, address).as_deref(), expected, "{text} {address}");
        }
    }
}
