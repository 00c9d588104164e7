//! Address lists (RFC 5322 section 3.4) and Message-ID lists (section 3.6.4) from unfolded fields.
//! Groups are flattened, comments become names where there is no other, and what has no `@` is no
//! address.

use super::super::{Address, MessageId};
use super::{fields, words};

/// Addresses read at most from one field.
const MAX_ADDRESSES: usize = 1_000;

/// Ids kept at most from one kind of field: the first and the last of them.
const MAX_IDS: usize = 200;

/// One mailbox while it is being read.
#[derive(Default)]
struct Mailbox {
    phrase: String,
    comment: String,
    angle: Option<String>,
}

/// Reads an address list.
pub(super) fn list(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    let mut current = Mailbox::default();
    let mut rest = text;
    // Where the last bracket closes: one that opens later never does.
    let last_close = text.rfind('>').unwrap_or(0);
    while let Some(c) = rest.chars().next() {
        if found.len() >= MAX_ADDRESSES {
            return found;
        }
        let mut taken = c.len_utf8();
        match c {
            // `Doe, John <j@x.org>` lacks its quotes.
            ',' if current.is_half_a_name() && name_goes_on(&rest[1..]) => current.phrase.push(','),
            ',' | ';' => found.extend(std::mem::take(&mut current).finish()),
            // A colon outside brackets ends the name of a group, except inside something that
            // already looks like an address (`mailto:` is dealt with below).
            ':' if current.phrase.ends_with("mailto") => current.phrase.push(':'),
            ':' if !current.phrase.contains('@') => current = Mailbox::default(),
            '"' => match quoted_end(rest).filter(|&end| !is_stray(rest, end)) {
                Some(end) => {
                    taken = end;
                    let inside = unescape(&rest[1..end - 1]);
                    // `"john doe"@example.org` is an address, its quotes belong to it.
                    if rest[end..].starts_with('@') {
                        current.phrase.push_str(&rest[..end]);
                    } else {
                        current.phrase.push_str(&inside);
                    }
                }
                None => current.phrase.push(' '),
            },
            '(' => {
                let (comment, end) = comment(rest);
                taken = end;
                if !current.comment.is_empty() {
                    current.comment.push(' ');
                }
                current.comment.push_str(&comment);
                current.phrase.push(' ');
            }
            '<' => {
                let inside = &rest[1..];
                let closes = text.len() - rest.len() < last_close;
                let end = if closes { inside.find('>') } else { None };
                let end = end.or_else(|| inside.find([',', ';', ' '])).unwrap_or(inside.len());
                let address = &inside[inside[..end].rfind('<').map_or(0, |at| at + 1)..end];
                // The last usable bracket counts: `<a@b> <c@d>` is one writer's mistake.
                if current.angle.is_none() || address.contains('@') {
                    current.angle = Some(address.to_owned());
                }
                taken = 1 + end + usize::from(inside[end..].starts_with('>'));
            }
            '=' => match words::length_of_word(rest).filter(|&end| !rest[..end].contains('<')) {
                Some(end) => {
                    current.phrase.push_str(&rest[..end]);
                    taken = end;
                }
                None => current.phrase.push('='),
            },
            '>' => {}
            '\\' => {
                if let Some(escaped) = rest.chars().nth(1) {
                    current.phrase.push(escaped);
                    taken += escaped.len_utf8();
                }
            }
            c => current.phrase.push(c),
        }
        rest = &rest[taken..];
    }
    found.extend(current.finish());
    found
}

/// Whether the quoted string at the start of `text` that ends at `end` has only met the quote of
/// the next name: `"Ana <a@x.org>, "Ben" <b@x.org>`.
fn is_stray(text: &str, end: usize) -> bool {
    text[end..].starts_with(char::is_alphanumeric)
        && text[..end].contains('@')
        && text[..end].contains('>')
}

/// Whether what follows a comma is the rest of a name and its address in brackets.
fn name_goes_on(text: &str) -> bool {
    const LONGEST: usize = 100;
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let end = text.find(['<', ',', ';', '@', ':', '"']);
    end.is_some_and(|end| text[end..].starts_with('<') && !text[..end].trim().is_empty())
}

impl Mailbox {
    /// Whether this is a family name so far.
    fn is_half_a_name(&self) -> bool {
        let name = self.phrase.trim();
        self.angle.is_none()
            && !name.contains(['@', '=', ','])
            && (1..=3).contains(&name.split_whitespace().count())
            && name.chars().next().is_some_and(char::is_uppercase)
    }

    fn finish(self) -> Option<Address> {
        if let Some(address) = self.angle.as_deref().and_then(clean_address) {
            let name = [self.phrase.as_str(), self.comment.as_str()]
                .into_iter()
                .map(|name| clean_name(name, &address))
                .find(|name| !name.is_empty())
                .unwrap_or_default();
            return Some(Address { address, name });
        }
        let decoded = words::decode(&self.phrase);
        let decoded = if decoded.contains('"') { decoded } else { spaced(decoded) };
        let address = match decoded.contains('"') {
            true => clean_address(&decoded),
            false => decoded.split_whitespace().rev().find_map(clean_address),
        }?;
        let others: Vec<&str> =
            decoded.split_whitespace().filter(|word| !word.contains(address.as_str())).collect();
        let name = match others.is_empty() || decoded.contains('"') {
            true => clean_name(&self.comment, &address),
            false => clean_name(&others.join(" "), &address),
        };
        Some(Address { address, name })
    }
}

/// `local@domain` without brackets, routes (RFC 5322 section 4.4), `mailto:` and white space.
fn clean_address(text: &str) -> Option<String> {
    const LONGEST: usize = 998;
    let text = match text.strip_prefix('@').and_then(|route| route.split_once(':')) {
        Some((_, address)) => address,
        None => text,
    };
    let text = text.trim().trim_matches(['<', '>', '\'', ',', ';']);
    let text = match text.strip_prefix('[') {
        Some(bare) => bare.trim_end_matches(']'),
        None => text,
    };
    let text = if text.contains("=?") { &words::decode(text) } else { text };
    let text = if text.contains('(') { &without_comments(text) } else { text };
    let scheme = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
    let text = fields::one_line(if scheme { &text[7..] } else { text });
    let address: String = match text.contains('"') {
        true => text,
        false => text.chars().filter(|c| !c.is_whitespace()).collect(),
    };
    let address = address.trim_end_matches('.').to_owned();
    let (local, domain) = address.rsplit_once('@')?;
    // What sendmail makes of a list it does not show.
    if local.contains(":;") {
        return None;
    }
    let usable = !local.is_empty()
        && !domain.is_empty()
        && address.len() <= LONGEST
        && !domain.contains(['"', '<', '>', ',', ' ']);
    usable.then_some(address)
}

/// The name in a field that holds no address, on one line.
pub(super) fn name_alone(text: &str) -> String {
    let before_bracket = text.split('<').next().unwrap_or_default();
    clean_name(before_bracket, "")
}

/// Text in which no white space stands round the at sign and the full stops after it, where RFC 822
/// allowed it.
fn spaced(text: String) -> String {
    let Some((before, after)) = text.rsplit_once('@').filter(|_| text.contains([' ', '\t'])) else {
        return text;
    };
    let mut domain = String::with_capacity(after.len());
    for word in after.split_whitespace() {
        let joined = domain.is_empty() || domain.ends_with('.') || word.starts_with('.');
        if !joined {
            domain.push(' ');
        }
        domain.push_str(word);
    }
    format!("{}@{domain}", before.trim_end())
}

/// An address without the comments in it (RFC 5322 section 3.2.2).
fn without_comments(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once('(') {
        bare.push_str(before);
        let (_, length) = comment(&rest[before.len()..]);
        rest = &rest[before.len() + length..];
    }
    bare.push_str(rest);
    bare
}

/// A display name: decoded, on one line, empty when it only repeats the address.
fn clean_name(text: &str, address: &str) -> String {
    let name = fields::one_line(&words::decode(text));
    let mut name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
    for quote in ['"', '\''] {
        if name.len() > 1 && name.starts_with(quote) && name.ends_with(quote) {
            name = name[1..name.len() - 1].trim().to_owned();
        }
    }
    if name.eq_ignore_ascii_case(address) { String::new() } else { name }
}

/// Bytes of the quoted string at the start of `text`, or `None` when it never ends.
fn quoted_end(text: &str) -> Option<usize> {
    // Names are short; a quote that does not end soon is a stray one.
    const LONGEST: usize = 1_000;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1).take(LONGEST) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    plain
}

/// The comment at the start of `text` without its parentheses, and the bytes it takes.
fn comment(text: &str) -> (String, usize) {
    let mut inside = String::new();
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                inside.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '(' => {
                depth += 1;
                if depth > 1 {
                    inside.push(c);
                }
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return (inside, at + 1);
                }
                inside.push(c);
            }
            c => inside.push(c),
        }
    }
    (inside, text.len())
}

/// The ids in In-Reply-To or References: what stands in `<…>`, else bare words with an `@`. Each
/// once, the first and the last [`MAX_IDS`] of them.
pub(super) fn ids<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<MessageId> {
    let mut found: Vec<MessageId> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for field in fields {
        for id in ids_of(&words::decode(field)) {
            if seen.insert(id.clone()) {
                found.push(id);
            }
        }
    }
    if found.len() > MAX_IDS {
        found.drain(MAX_IDS / 2..found.len() - MAX_IDS / 2);
    }
    found
}

/// A letter's own id: the first in brackets, else the whole field without white space.
pub(super) fn own_id(field: &str) -> Option<MessageId> {
    let field = words::decode(field);
    if field.contains('<') { ids_of(&field).into_iter().next() } else { MessageId::new(&field) }
}

fn ids_of(field: &str) -> Vec<MessageId> {
    if field.contains('<') {
        // Whatever opens last before a `>` is the bracket of an id.
        let pieces = field.split('>').filter_map(|piece| piece.rsplit_once('<'));
        return pieces.filter_map(|(_, id)| MessageId::new(id)).collect();
    }
    let words = field.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"'));
    words.filter(|word| word.contains('@')).filter_map(MessageId::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        for (text, expected) in [
            ("ana@example.org", "ana@example.org"),
            ("Ana <ana@example.org>", "Ana <ana@example.org>"),
            ("\"Doe, John\" <j@x.org>, b@x.org", "Doe, John <j@x.org> | b@x.org"),
            ("j@x.org (John Doe)", "John Doe <j@x.org>"),
            ("=?utf-8?Q?J=C3=BCrgen?= <j@x.org>", "Jürgen <j@x.org>"),
            ("=?utf-8?Q?Doe,_John?= <j@x.org>", "Doe, John <j@x.org>"),
            ("\"=?utf-8?Q?J=C3=BCrgen?=\" <j@x.org>", "Jürgen <j@x.org>"),
            ("Team: a@x.org, B <b@x.org>;, c@x.org", "a@x.org | B <b@x.org> | c@x.org"),
            ("undisclosed-recipients:;", ""),
            ("John Doe j@x.org", "John Doe <j@x.org>"),
            ("j@x.org <j@x.org>", "j@x.org"),
            ("'j@x.org' <J@x.org>", "J@x.org"),
            ("<@a.org,@b.org:j@x.org>", "j@x.org"),
            ("<mailto:j@x.org>", "j@x.org"),
            ("John <j@x.org", "John <j@x.org>"),
            ("\"john doe\"@x.org", "\"john doe\"@x.org"),
            ("\"Stray <j@x.org>", "Stray <j@x.org>"),
            ("A \\\"B\\\" <j@x.org>; k@x.org", "A \"B\" <j@x.org> | k@x.org"),
            ("MAILER-DAEMON", ""),
            ("<>", ""),
            ("J (a (nested) one) <j@x.org>", "J <j@x.org>"),
            ("J <j(his account)@x.(host)org>", "J <j@x.org>"),
            ("jdoe@test . example", "jdoe@test.example"),
            ("J. Doe jdoe @ test.example", "J. Doe <jdoe@test.example>"),
            ("=?utf-8?Q?Ana_=3Ca=40x.org=3E?=", "Ana <a@x.org>"),
            ("=?utf-8?Q?a=40x.org,_b=40x.org?= <c@x.org>", "a@x.org, b@x.org <c@x.org>"),
            ("=?utf-8?Q?A=0D=0ABcc:_b=40x.org?= <c@x.org>", "A Bcc: b@x.org <c@x.org>"),
            ("=?utf-8?B?Qm9zcyA8Ym9zc0B4Lm9yZz4=?= <c@x.org>", "Boss <boss@x.org> <c@x.org>"),
            ("<=?utf-8?Q?a=40x.org?=>", "a@x.org"),
            ("\"=?utf-8?Q?Doe=2C?= =?utf-8?Q?_J?=\" <j@x.org>", "Doe, J <j@x.org>"),
            ("undisclosed recipients: ;", ""),
            ("Team: ;, c@x.org", "c@x.org"),
            ("a@x.org b@x.org", "a@x.org <b@x.org>"),
            ("a@x.org,, ;b@x.org,", "a@x.org | b@x.org"),
            ("jürgen@müller.example", "jürgen@müller.example"),
            ("\u{202e}evil <j@x.org>", "evil <j@x.org>"),
            ("Doe, John <j@x.org>", "Doe, John <j@x.org>"),
            (
                "Müller, Dr. Jörg <j@x.org>, Ben <b@x.org>",
                "Müller, Dr. Jörg <j@x.org> | Ben <b@x.org>",
            ),
            ("ana, Ben <b@x.org>", "Ben <b@x.org>"),
            ("a@x.org, Ben <b@x.org>", "a@x.org | Ben <b@x.org>"),
            ("\"Ana\" [mailto:a@x.org]", "Ana <a@x.org>"),
            ("mailto:a@x.org", "a@x.org"),
            ("a@[192.0.2.1]", "a@[192.0.2.1]"),
            ("Ana <a@x.org.>", "Ana <a@x.org>"),
            ("\"Undisclosed-Recipient:;\"@x.org", ""),
            ("\"Ana <a@x.org>, \"Ben\" <b@x.org>", "Ana <a@x.org> | Ben <b@x.org>"),
            ("", ""),
        ] {
            let found: Vec<String> = list(text)
                .into_iter()
                .map(|a| match a.name.is_empty() {
                    true => a.address,
                    false => format!("{} <{}>", a.name, a.address),
                })
                .collect();
            assert_eq!(found.join(" | "), expected, "{text}");
        }
    }

    #[test]
    fn ids_are_found_among_other_words() {
        for (text, expected) in [
            ("<a@b> <c@d>", "a@b c@d"),
            ("<a@b><c@d>", "a@b c@d"),
            ("Message from x of \"Mon\" <a@b>", "a@b"),
            ("<a@b> (was: <c@d>)", "a@b c@d"),
            ("<a@\tb>", "a@b"),
            ("a@b c@d, e@f", "a@b c@d e@f"),
            ("your letter of Monday", ""),
            ("<a@b> <a@b>", "a@b"),
            ("=?utf-8?Q?=3Ca=40b=3E?=", "a@b"),
            ("<<a@b>>", "a@b"),
        ] {
            let found: Vec<String> =
                ids([text].into_iter()).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_letters_own_id_is_read_in_odd_forms() {
        for (text, expected) in [
            ("<a@b>", Some("a@b")),
            (" < a@b > ", Some("a@b")),
            ("a@b", Some("a@b")),
            ("a b@c", Some("ab@c")),
            ("no-at-sign", Some("no-at-sign")),
            ("<first@b> <second@b>", Some("first@b")),
            (
                "<[0f2c]@AM0PR07.eurprd07.prod.outlook.com>",
                Some("[0f2c]@AM0PR07.eurprd07.prod.outlook.com"),
            ),
            ("<>", None),
            ("", None),
        ] {
            assert_eq!(own_id(text).as_ref().map(MessageId::as_str), expected, "{text}");
        }
    }

    #[test]
    fn long_lists_keep_their_ends() {
        let text: String = (0..500).map(|n| format!("<{n}@x> ")).collect();
        let found = ids([text.as_str()].into_iter());
        assert_eq!(found.len(), MAX_IDS);
        assert_eq!((found[0].as_str(), found[MAX_IDS - 1].as_str()), ("0@x", "499@x"));
        let text = "a@x.org,".repeat(5_000);
        assert_eq!(list(&text).len(), MAX_ADDRESSES);
    }

    #[test]
    fn hostile_lists_take_linear_time() {
        let started = crate::mail::effort::Effort::begin();
        for piece in ["< ", "(", "\"", "=?a?q?", "a@b:", "<", ":", "\\"] {
            list(&piece.repeat(200_000));
            ids([piece.repeat(200_000).as_str()].into_iter());
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
