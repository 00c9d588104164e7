//! The enhanced status code (RFC 3463) of a failure: as the server gives it, else worked out from
//! the words it uses, else from its SMTP reply code (RFC 5321 section 4.2.3).

use super::Action;

/// The status that the texts, the most telling first, amount to. `given` is the one of the Status
/// field; it stands unless it is missing or says nothing but its class (`5.0.0`).
pub(super) fn of(texts: &[&str], action: Action, given: &str) -> String {
    if !given.is_empty() && !is_general(given) {
        return given.to_owned();
    }
    if matches!(action, Action::Delivered | Action::Relayed) {
        return if given.starts_with('2') { given.to_owned() } else { "2.0.0".to_owned() };
    }
    // `5.3.0` says little more: it stands unless a better code is given elsewhere, words are not.
    let half = !given.is_empty() && !given.ends_with(".0.0");
    if half {
        let better = texts.iter().take(2).flat_map(|text| codes(text));
        let better = better.into_iter().find(|code| !is_general(code) && !code.starts_with('2'));
        return better.unwrap_or(given).to_owned();
    }
    let usual = if action == Action::Delayed { '4' } else { '5' };
    let given_class = given.chars().next();
    for text in texts.iter().filter(|text| !text.is_empty()) {
        if let Some(code) = codes(text).find(|code| !is_general(code) && !code.starts_with('2')) {
            return code.to_owned();
        }
        let reply = reply_code(text);
        let class = given_class.or(reply.map(|reply| if reply < 500 { '4' } else { '5' }));
        if let Some((meaning, own)) = meaning_of_words(text) {
            return format!("{}.{meaning}", class.or(own).unwrap_or(usual));
        }
        if let Some(meaning) = reply.and_then(meaning_of_reply) {
            return format!("{}.{meaning}", class.unwrap_or(usual));
        }
        if let Some(code) = codes(text).find(|code| !code.starts_with('2')) {
            return code.to_owned();
        }
        if let (Some(class), true) = (class, reply.is_some()) {
            return format!("{class}.0.0");
        }
    }
    if given.is_empty() { format!("{usual}.0.0") } else { given.to_owned() }
}

/// The first enhanced status code in a text.
pub(super) fn enhanced(text: &str) -> Option<String> {
    codes(text).next().map(str::to_owned)
}

fn is_general(code: &str) -> bool {
    code.ends_with(".0.0") || matches!(code, "5.3.0" | "5.5.0" | "4.3.0" | "4.5.0")
}

/// The codes of class 2, 4 and 5 in a text; numbers of versions and networks are none.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).filter_map(move |at| {
        if !matches!(bytes[at], b'2' | b'4' | b'5') || bytes.get(at + 1) != Some(&b'.') {
            return None;
        }
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'@')) {
            return None;
        }
        // RFC 3463 knows subjects from 0 to 7 and no detail over 99.
        let dot = at + 3;
        if !matches!(bytes.get(at + 2), Some(b'0'..=b'7')) || bytes.get(dot) != Some(&b'.') {
            return None;
        }
        let digits = (1..=4).take_while(|nth| digit(dot + nth)).count();
        let end = dot + 1 + digits;
        let after = bytes.get(end).copied();
        let goes_on = after == Some(b'.') && digit(end + 1)
            || after.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'@');
        ((1..=3).contains(&digits) && !goes_on).then(|| &text[at..end])
    })
}

/// The first SMTP reply code that tells a failure: three digits that begin a word and are followed
/// by a space, a hyphen or the end.
pub(super) fn reply_code(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(2)).find_map(|at| {
        let three = &bytes[at..at + 3];
        let is_code = matches!(three[0], b'4' | b'5')
            && matches!(three[1], b'0'..=b'5' | b'7')
            && three[2].is_ascii_digit();
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let starts = before.is_none_or(|b| {
            !b.is_ascii_alphanumeric()
                && !matches!(b, b'.' | b'-' | b'@' | b',' | b'/' | b'+' | b'$')
        });
        let ends = match bytes.get(at + 3) {
            None | Some(b' ' | b'-' | b'\n' | b'\r' | b':' | b';' | b'<' | b'"') => true,
            Some(_) => false,
        };
        // Only what is plainly a reply: these come without words as well.
        (is_code && starts && ends).then(|| {
            u16::from(three[0] - b'0') * 100
                + u16::from(three[1] - b'0') * 10
                + u16::from(three[2] - b'0')
        })
    })
}

fn meaning_of_reply(reply: u16) -> Option<&'static str> {
    Some(match reply {
        421 => "4.2",
        450 => "2.0",
        452 => "3.1",
        551 => "1.6",
        552 => "2.2",
        553 => "1.3",
        _ => return None,
    })
}

/// What the words of servers mean: subject and detail, and the class when the words imply it. The
/// more telling words come first, for one text often holds several.
#[rustfmt::skip]
const WORDS: [(&str, Option<char>, &[&str]); 13] = [
    ("3.4", Some('5'), &[
        "size limit", "too large", "too big", "maximum size", "message size exceeds",
        "exceeds the maximum", "exceeds size", "exceeded maximum", "message length exceeds",
        "larger than", "fixed maximum message size", "zu groß", "zu gross", "trop volumineux",
        "taille maximale", "demasiado grande", "troppo grande", "слишком большо", "サイズ", "太大",
    ]),
    ("2.2", None, &[
        "over quota", "overquota", "mailbox full", "mailbox is full", "mail box full",
        "mailbox has exceeded", "mailbox exceeds", "quota exceeded", "exceeded storage", "exceed the quota",
        "exceeds quota", "out of storage", "storage allocation", "quota", "inbox is full",
        "is full", "full mailbox", "mailfolder is full", "mailbox size", "insufficient disk",
        "not enough disk", "not enough space", "storage limit", "postfach ist voll",
        "postfach voll", "boîte pleine", "boite pleine", "boîte aux lettres est pleine",
        "buzón lleno", "buzón está lleno", "caixa postal cheia", "caixa de correio cheia",
        "caixa de entrada está cheia", "casella piena", "mailbox is vol", "postvak vol",
        "skrzynka pełna", "przepełnion", "переполнен", "is al vol", "容量", "满", "已滿", "いっぱい", "용량",
    ]),
    ("4.6", Some('5'), &[
        "too many hops", "mail loop", "mail is looping", "routing loop", "loops back", "hop count",
        "loop detected",
    ]),
    ("1.2", Some('5'), &[
        "host unknown", "unknown host", "host not found", "domain not found", "unknown domain",
        "no such domain", "domain does not exist", "domain isn't", "couldn't find any host",
        "couldn't find a mail exchanger", "name or service not known", "name service error",
        "unrouteable mail domain", "no mx", "non-existent domain", "nxdomain", "dns error",
        "bad destination system", "invalid domain", "no such host", "can't find the domain",
        "does not like recipient's domain", "domain couldn't be found",
    ]),
    ("7.1", Some('5'), &[
        "spam", "blacklist", "black list", "blocklist", "block list", "blocked", "unsolicited",
        "dmarc", " spf", "dkim", "virus", "relaying denied", "relay access denied",
        "relay not permitted", "unable to relay", "relaying not allowed", "relay denied",
        "not allowed to relay", "relay is prohibited", "relay prohibited",
        "administratively denied", "administrative prohibition", "poor reputation",
        "content rejected", "message content", "policy reasons", "policy violation",
        "access denied", "not accepting mail from", "not permitted to", "not authorized to",
        "do not have permission", "may not have permission", "unauthenticated", "banned",
        "not allowed", "prohibited", "richtlinie",
    ]),
    ("1.1", Some('5'), &[
        "user unknown", "unknown user", "no such user", "no such recipient", "no valid recipient", "no such mailbox",
        "no such address", "no such local", "no such account", "no such person", "no such email",
        "unknown recipient", "recipient unknown", "invalid recipient", "invalid mailbox",
        "invalid address", "invalid user", "bad address", "bad destination mailbox",
        "does not exist", "doesn't exist", "doesn't have a", "dosn't exist", "no mailbox",
        "mailbox not found", "mailbox unavailable", "mailbox unknown", "unknown mailbox",
        "unknown local", "unknown address", "address unknown", "user not found",
        "recipient not found", "recipnotfound", "recipient rejected", "address rejected",
        "recipient address", "unrouteable address", "undeliverable address", "not listed in",
        "isn't in my", "not in my", "sorry, no mailbox", "unknown or illegal alias", "not known",
        "is unknown", "unknown account", "account not found", "address not found",
        "address couldn't be found", "wasn't found", "user doesn't", "not a valid", "is not valid",
        "non-existent", "nonexistent", "this user", "not our customer", "no account",
        "user invalid", "recipient is invalid", "is invalid", "account that you tried to reach",
        "could not be found", "not found", "unknown in", "rejected recipient", "not registered",
        "account does not", "no longer", "unbekannt", "existiert nicht", "nicht gefunden",
        "kein postfach", "inconnu", "n'existe pas", "introuvable", "no existe", "desconocid",
        "não existe", "desconhecid", "non esiste", "sconosciut", "inesistente", "bestaat niet",
        "onbekend", "nie istnieje", "nieznany", "neexistuje", "finns inte", "findes ikke",
        "finnes ikke", "ei löydy", "не существует", "не найден", "не зарегистрирован", "неизвестн",
        "mevcut değil", "bulunamadı", "不存在", "没有找到", "找不到", "查无此", "存在しません", "見つかりません", "宛先不明",
        "존재하지", "없는",
    ]),
    ("2.1", Some('5'), &[
        "disabled", "suspended", "inactive", "deactivated", "not active", "has been closed",
        "account closed", "expired account", "is blocked", "discontinued", "unavailable",
        "gesperrt", "désactivé", "заблокирован",
    ]),
    ("1.8", Some('5'), &[
        "sender address", "sender rejected", "sender domain", "sender denied", "sender not",
        "invalid sender",
    ]),
    ("4.7", Some('4'), &[
        "retry timeout exceeded", "retry time", "expired", "too long", "delivery time",
        "queue time", "max time", "maximum time", "giving up", "for the past", "timed out without",
        "message timed out",
    ]),
    ("4.1", Some('4'), &[
        "connection timed out", "connection refused", "connection dropped", "no route to host",
        "no answer", "network is unreachable", "connection reset", "connection lost",
        "lost connection", "unable to connect", "could not connect", "establish an smtp connection",
        "not respond", "could not be reached", "couldn't be contacted", "host is down", "timed out",
        "timeout", "connect to", "unreachable",
    ]),
    ("4.4", Some('5'), &[
        "no route", "mx record", "mx list", "unable to route", "routing",
    ]),
    ("7.1", Some('5'), &[
        "rejected", "refused", "denied", "policy", "restrict", "filter", "abgelehnt", "verweigert",
        "refusé", "rechazado", "rejeitad", "rifiutat", "odrzucon", "отклонен", "拒", "拒否",
    ]),
    ("3.5", Some('5'), &[
        "loopback", "mail for", "misconfigur", "configuration error",
    ]),
];

fn meaning_of_words(text: &str) -> Option<(&'static str, Option<char>)> {
    let lower = text.to_lowercase();
    let meant = WORDS.iter().find(|(_, _, words)| words.iter().any(|word| lower.contains(word)))?;
    Some((meant.0, meant.1))
}

/// Whether a text holds a reply code or a status of a failure.
pub(super) fn is_coded(text: &str) -> bool {
    reply_code(text).is_some() || codes(text).any(|code| !code.starts_with('2'))
}

/// Whether the words say why something failed.
pub(super) fn is_telling(text: &str) -> bool {
    is_coded(text) || meaning_of_words(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_given_or_worked_out() {
        for (text, given, expected) in [
            ("550 5.1.1 no such user", "", "5.1.1"),
            ("550 5.1.1 no such user", "5.0.0", "5.1.1"),
            ("550 5.1.1 no such user", "5.7.1", "5.7.1"),
            ("550 user unknown", "", "5.1.1"),
            ("452 mailbox full", "", "4.2.2"),
            ("552 mailbox full", "", "5.2.2"),
            ("mailbox full", "", "5.2.2"),
            ("mailbox full", "4.0.0", "4.2.2"),
            ("552 message size exceeds fixed maximum message size", "", "5.3.4"),
            ("Host unknown (Name server: x.example: host not found)", "", "5.1.2"),
            ("554 rejected as spam", "", "5.7.1"),
            ("retry timeout exceeded", "", "4.4.7"),
            ("connection timed out", "5.0.0", "5.4.1"),
            ("553 sorry", "", "5.1.3"),
            ("554 sorry", "", "5.0.0"),
            ("sendmail 8.14.2 at 5.1.1.1", "", "5.0.0"),
            ("sent by version 5.5.2653.19", "", "5.0.0"),
            ("(#5.1.2)", "", "5.1.2"),
            ("", "", "5.0.0"),
        ] {
            assert_eq!(of(&[text], Action::Failed, given), expected, "{text} {given}");
        }
        assert_eq!(of(&["250 ok"], Action::Delivered, ""), "2.0.0");
        assert_eq!(of(&["no word"], Action::Delayed, ""), "4.0.0");
    }

    #[test]
    fn reply_codes_are_no_other_numbers() {
        for (text, expected) in [
            ("said: 550 no", Some(550)),
            ("<<< 421-busy", Some(421)),
            ("order 4501, 550.00 EUR, 10-550-3, 560 x", None),
            ("SMTP; 554", Some(554)),
            ("", None),
        ] {
            assert_eq!(reply_code(text), expected, "{text}");
        }
    }
}
