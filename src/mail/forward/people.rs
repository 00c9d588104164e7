//! People as forwarding programs show them: `Ana <a@x.example>`, `"Ana" [mailto:a@x.example]`,
//! `a@x.example <mailto:a@x.example>`, `Ana (a@x.example)`, or a name alone. Looser than RFC 5322
//! section 3.4, which `parse/address.rs` reads.

use super::Address;

/// People read at most from one list.
const MOST: usize = 200;

/// Characters around names and addresses.
fn is_frame(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '“' | '”' | '„' | '\'' | '’' | '‘')
        || matches!(c, '*' | ',' | ';' | '|' | '（' | '）' | '「' | '」' | '«' | '»' | '&')
}

/// The bytes of the first address in `text`.
fn address_in(text: &str) -> Option<std::ops::Range<usize>> {
    text.match_indices('@').find_map(|(at, _)| {
        let local = |c: char| {
            c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '=' | '~' | '#' | '$')
        };
        let domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        let before = text[..at].chars().rev().take_while(|&c| local(c)).map(char::len_utf8);
        let after = text[at + 1..].chars().take_while(|&c| domain(c)).map(char::len_utf8);
        let (start, end) = (at - before.sum::<usize>(), at + 1 + after.sum::<usize>());
        let end = start + text[start..end].trim_end_matches(['.', '-']).len();
        let dotted = end > at + 1 && text[at + 1..end].contains('.');
        (start < at && dotted).then_some(start..end)
    })
}

/// One person. `None` when nothing is there.
pub(super) fn one(text: &str) -> Option<Address> {
    const LONGEST_NAME: usize = 200;
    let Some(found) = address_in(text) else {
        let name = text.trim_matches(is_frame);
        let short = name.chars().count() <= LONGEST_NAME && !name.is_empty();
        return short.then(|| Address { address: String::new(), name: tidy(name) });
    };
    let address = text[found.clone()].to_owned();
    let before = text[..found.start].trim_end();
    let before = before.strip_suffix("mailto:").unwrap_or(before).trim_matches(is_frame);
    let after = text[found.end..].trim_start_matches(['>', ']', ' ', '"', '\'']);
    // `a@x.example (Ana)`.
    let comment = after.strip_prefix('(').and_then(|after| after.split(')').next());
    let name = match before {
        "" => comment.unwrap_or_default().trim_matches(is_frame),
        before => before,
    };
    let name = if name.contains('@') || name.chars().count() > LONGEST_NAME { "" } else { name };
    Some(Address { address, name: tidy(name) })
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").replace("\\\"", "\"")
}

/// Cuts at these characters, but for those inside quotes and brackets.
fn split<'a>(text: &'a str, at: &[char]) -> Vec<&'a str> {
    let mut quoted = false;
    let mut depth = 0_usize;
    let cuts = |c: char| {
        match c {
            '"' => quoted = !quoted,
            '<' | '(' | '[' if !quoted => depth += 1,
            '>' | ')' | ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        !quoted && depth == 0 && at.contains(&c)
    };
    text.split(cuts).collect()
}

/// The people of a list, parted by semicolons or else by commas.
pub(super) fn list(text: &str) -> Vec<Address> {
    let (mut pieces, semicolons) = match split(text, &[';', '；']) {
        pieces if pieces.len() > 1 => (pieces, true),
        _ => (split(text, &[',', '、']), false),
    };
    pieces.truncate(MOST);
    // `Muster, Ana <a@x.example>`: a piece without an address begins the next one's name.
    let any_address = text.contains('@');
    let mut people = Vec::new();
    let mut begun = String::new();
    for piece in pieces {
        begun.push_str(piece);
        if any_address && !semicolons && address_in(&begun).is_none() {
            begun.push(',');
            continue;
        }
        people.extend(one(&begun));
        begun.clear();
    }
    people
}

/// Whom an attribution names: the address, and the words before it that belong to no date.
pub(super) fn in_attribution(text: &str) -> Option<Address> {
    const BETWEEN: [&str; 24] = [
        "am",
        "pm",
        "um",
        "uhr",
        "schrieb",
        "skrev",
        "schreef",
        "heeft",
        "pisze",
        "от",
        "від",
        "в",
        "о",
        "at",
        "à",
        "kl",
        "klo",
        "tarihinde",
        "odesílatel",
        "používateľ",
        "użytkownik",
        "przez",
        "quoting",
        "wrote",
    ];
    let found = address_in(text)?;
    let before = text[..found.start].trim_end_matches(is_frame);
    let before = before.strip_suffix("mailto:").unwrap_or(before).trim_matches(is_frame);
    let spaced = before.replace('，', "， ").replace('、', "、 ");
    let mut words: Vec<&str> = Vec::new();
    for word in spaced.split_whitespace().rev() {
        let bare = word.trim_matches(|c: char| is_frame(c) || c == '.').to_lowercase();
        let ends = word.ends_with([',', '，', '、', ':']) && !words.is_empty();
        if ends || bare.bytes().any(|b| b.is_ascii_digit()) || BETWEEN.contains(&bare.as_str()) {
            break;
        }
        words.push(word);
    }
    words.reverse();
    // `4. Mai 2026, 10:00 von ana@x.example`
    if words == ["von"] {
        words.clear();
    }
    let name = tidy(words.join(" ").trim_matches(is_frame));
    Some(Address { address: text[found].to_owned(), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, address: &str) -> Address {
        Address { address: address.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn a_person_is_read_however_shown() {
        for (text, name, address) in [
            ("Ana Muster <a@x.example>", "Ana Muster", "a@x.example"),
            ("\"Muster, Ana\" <a@x.example>", "Muster, Ana", "a@x.example"),
            ("Ana [mailto:a@x.example]", "Ana", "a@x.example"),
            ("Ana [a@x.example]", "Ana", "a@x.example"),
            ("Ana (a@x.example)", "Ana", "a@x.example"),
            ("a@x.example (Ana)", "Ana", "a@x.example"),
            ("a@x.example <mailto:a@x.example>", "", "a@x.example"),
            ("'a@x.example' <a@x.example>", "", "a@x.example"),
            ("Ana <a@x.example<mailto:a@x.example>>", "Ana", "a@x.example"),
            ("Ana <mailto:a@x.example>", "Ana", "a@x.example"),
            ("Ana a@x.example", "Ana", "a@x.example"),
            ("<a.b+c@x-y.example>", "", "a.b+c@x-y.example"),
            ("*Ana* < a@x.example >", "Ana", "a@x.example"),
            ("Ana Muster", "Ana Muster", ""),
            ("Ana Muster/Office@Firm", "Ana Muster/Office@Firm", ""),
        ] {
            assert_eq!(one(text), Some(person(name, address)), "{text}");
        }
        assert_eq!(one(" <> "), None);
    }

    #[test]
    fn lists_are_cut_where_people_end() {
        for (text, expected) in [
            ("a@x.example, Ben <b@x.example>", vec![("", "a@x.example"), ("Ben", "b@x.example")]),
            ("Muster, Ana <a@x.example>; Ben", vec![("Muster, Ana", "a@x.example"), ("Ben", "")]),
            (
                "Muster, Ana <a@x.example>, b@x.example",
                vec![("Muster, Ana", "a@x.example"), ("", "b@x.example")],
            ),
            ("\"A; B\" <a@x.example>", vec![("A; B", "a@x.example")]),
            ("", vec![]),
        ] {
            let expected: Vec<Address> = expected.iter().map(|(n, a)| person(n, a)).collect();
            assert_eq!(list(text), expected, "{text}");
        }
    }

    #[test]
    fn an_attribution_names_its_person() {
        for (text, name) in [
            ("On Mon, 4 May 2026 at 10:00 AM, Ana Muster <a@x.example> wrote", "Ana Muster"),
            ("Am 04.05.2026 um 10:00 schrieb Ana Muster <a@x.example>", "Ana Muster"),
            ("2026年5月4日(月) 10:00 Ana <a@x.example>", "Ana"),
            ("Ana Muster <a@x.example> schrieb am 4. Mai", "Ana Muster"),
            ("On 4 May 2026, a@x.example wrote", ""),
        ] {
            assert_eq!(in_attribution(text), Some(person(name, "a@x.example")), "{text}");
        }
    }
}
