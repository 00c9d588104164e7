//! Notices in free words: where the words of the server end and the letter that came back begins,
//! whom they name, and which of them are the reason.

use super::{status, words};

/// Bytes of a text that are looked at.
pub(crate) const MOST_BYTES: usize = 64 << 10;

/// Addresses weighed in one notice.
const MOST_MENTIONS: usize = 300;

/// Bytes of a line that are weighed: no server writes longer ones.
const LONGEST_LINE: usize = 1_000;

/// An address the words name as one that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mention {
    pub(super) address: String,
    pub(super) reason: String,
}

/// How lines begin that belong to no sentence.
const DIVIDERS: [&str; 7] = ["--", "==", "**", "##", "|-", "<<<", ">>>"];

/// What stands over the letter that came back, in lower case and without decoration.
const SEPARATORS: [&str; 42] = [
    "below this line is a copy",
    "this is a copy of",
    "this is a copy of the message",
    "original message follows",
    "original message:",
    "original message",
    "original message headers",
    "original message header",
    "message header follows",
    "message headers follow",
    "message headers:",
    "unsent message follows",
    "unsent message below",
    "returned message",
    "returned message follows",
    "your message follows",
    "your original message",
    "the header of the original message",
    "the headers of the original message",
    "header of the original message",
    "undelivered message follows",
    "message text follows",
    "message contents follow",
    "below is a copy of",
    "below the next line is a copy",
    "original message attached",
    "old message",
    "start of message",
    "start of returned message",
    "copy of your message",
    "copy of the original message",
    "original mail",
    "the original message is",
    "text of your message",
    "original headers",
    "ursprüngliche nachricht",
    "kopfzeilen der nachricht",
    "en-têtes de message d'origine",
    "encabezados de mensajes originales",
    "original-message",
    "原邮件",
    "元のメッセージ",
];

/// The words of the server: a text up to the letter that came back in it.
pub(super) fn intro(text: &str) -> &str {
    let text = start(text);
    let end = split(text).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

/// The header block of a letter that came back inside the text of its notice, without what it was
/// indented or quoted by.
pub(crate) fn inlined_letter(text: &str) -> Option<String> {
    const LINES: usize = 200;
    let text = start(text);
    let (_, at) = split(text)?;
    let from = text[at..].lines().skip_while(|line| header_name(line).is_none());
    let mut letter = String::new();
    for line in from.take(LINES) {
        let bare = bare(line);
        // Folded lines keep a space; a block that goes on after its empty line is the body.
        if header_name(line).is_none() && !bare.is_empty() {
            letter.push(' ');
        }
        letter.push_str(bare);
        letter.push('\n');
        if bare.is_empty() && letter.to_ascii_lowercase().contains("message-id:") {
            break;
        }
        if bare.is_empty() {
            letter.pop();
        }
    }
    (!letter.is_empty()).then_some(letter)
}

fn start(text: &str) -> &str {
    cut(text, MOST_BYTES)
}

fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Where the words end, and where the letter's header may begin.
fn split(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    // Where a run of header lines began, and how many they are.
    let mut run: Option<(usize, usize)> = None;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let plain = line.trim().trim_matches(|c: char| "-=*_>#+. \t".contains(c)).to_lowercase();
        let short = plain.len() < 100;
        // QQ and 163 tell what the letter was like under this heading.
        let told = plain.starts_with("原邮件信息");
        if short && !told && SEPARATORS.iter().any(|mark| plain.starts_with(mark)) && at > 0 {
            return Some((at, next));
        }
        // Indented fields are told of a letter; the server's words may go on after them.
        let name = header_name(line).filter(|_| !line.starts_with([' ', '\t']));
        match name {
            Some(name) => {
                let (began, count) = run.map_or((at, 1), |(began, count)| (began, count + 1));
                if name == "received" || name == "return-path" {
                    return Some((at, at));
                }
                if count >= 4 {
                    return Some((began, began));
                }
                run = Some((began, count));
            }
            None if line.starts_with([' ', '\t']) && run.is_some() && !plain.is_empty() => {}
            None => run = None,
        }
        at = next;
    }
    // No letter as such, but its id is told.
    let at = text.char_indices().map(|(at, _)| at).find(|&at| {
        text.as_bytes().get(at..at + 11).is_some_and(|b| b.eq_ignore_ascii_case(b"message-id:"))
    })?;
    Some((text.len(), text[..at].rfind('\n').map_or(0, |line| line + 1)))
}

/// A line without indentation and quote marks.
fn bare(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '|']).trim_end()
}

/// The name of a header field that a letter's header is known by.
fn header_name(line: &str) -> Option<String> {
    const NAMES: [&str; 17] = [
        "received",
        "return-path",
        "message-id",
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "mime-version",
        "content-type",
        "x-mailer",
        "references",
        "in-reply-to",
        "reply-to",
        "sender",
        "x-counterfoil",
        "dkim-signature",
    ];
    let (name, _) = bare(line).split_once(':')?;
    let name = name.trim_end().to_ascii_lowercase();
    NAMES.contains(&name.as_str()).then_some(name)
}

/// The places of mail addresses in a text.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = (usize, usize)> {
    const LONGEST: usize = 254;
    let local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let domain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    text.match_indices('@').filter_map(move |(at, _)| {
        let before = text[..at].char_indices().rev().take(LONGEST);
        let mut start = before.take_while(|(_, c)| local(*c)).last().map_or(at, |(start, _)| start);
        if text[..at].ends_with('"') {
            let quoted = text[..at - 1].rfind('"').filter(|open| at - open < 100);
            start = quoted.unwrap_or(start);
        }
        // Neither a quote nor a word before a mark belongs to it.
        let trimmed = text[start..at].trim_start_matches(['\'', '`', '.', '*', '=', '|', '/']);
        start = at - trimmed.len();
        let after = text[at + 1..].char_indices().take(LONGEST).take_while(|(_, c)| domain(*c));
        let end = after.last().map_or(at + 1, |(last, c)| at + 1 + last + c.len_utf8());
        let end = at + 1 + text[at + 1..end].trim_end_matches(['.', '-']).len();
        let name = &text[at + 1..end];
        (start < at && name.contains('.') && !name.starts_with('.')).then_some((start, end))
    })
}

/// Whether a text, in lower case, speaks as servers do: with a status or reply code, or of servers
/// and addresses.
pub(super) fn is_technical(lower: &str) -> bool {
    const OF_SERVERS: [&str; 9] = [
        "no valid recipients",
        "smtp",
        "mailbox",
        "rcpt to",
        "mail server",
        "mail system",
        "mail delivery",
        "user unknown",
        "unknown user",
    ];
    let of_servers = OF_SERVERS.iter().any(|word| lower.contains(word));
    status::enhanced(lower).is_some_and(|code| !code.starts_with('2'))
        || (of_servers
            && (status::reply_code(lower).is_some() || addresses(lower).next().is_some()))
}

/// The addresses the words of a notice name as failed, with the words that follow each. `ours` did
/// not fail; the letter was written to `returned_to`.
pub(super) fn recipients(intro: &str, ours: &[String], returned_to: &[String]) -> Vec<Mention> {
    let lines: Vec<&str> = intro.lines().map(|line| cut(line, LONGEST_LINE)).collect();
    let mut found: Vec<(i32, Mention)> = Vec::new();
    let mut before = String::new();
    let mut weighed = 0;
    for (nth, line) in lines.iter().enumerate() {
        let lower = line.to_lowercase();
        for (start, end) in addresses(line) {
            weighed += 1;
            if weighed > MOST_MENTIONS {
                break;
            }
            let address = &line[start..end];
            let weight = weight(line, &lower, &before, (start, end), ours, returned_to);
            let known = found.iter_mut().find(|(_, m)| m.address.eq_ignore_ascii_case(address));
            match known {
                Some(known) => known.0 = known.0.max(weight),
                None => {
                    let reason = words_after(&lines, nth, end);
                    found.push((weight, Mention { address: address.to_owned(), reason }));
                }
            }
        }
        if !lower.trim().is_empty() {
            before = lower;
        }
    }
    let best = found.iter().map(|(weight, _)| *weight).max().unwrap_or(0);
    let least = if best >= 4 { 4 } else { best.max(1) };
    found.into_iter().filter(|(weight, _)| *weight >= least).map(|(_, mention)| mention).collect()
}

/// How much an address looks like one that failed.
fn weight(
    line: &str,
    lower: &str,
    before: &str,
    (start, end): (usize, usize),
    ours: &[String],
    returned_to: &[String],
) -> i32 {
    let key = line[start..end].to_lowercase();
    let local = key.split('@').next().unwrap_or_default();
    let mut weight = 1;
    let lead = line[..start].trim_start_matches([' ', '\t', '*', '-', '>', '|']);
    let plain_lead = lead.trim_end_matches(['<', '"', '\'', '(', '[']).trim().to_lowercase();
    if plain_lead.is_empty() {
        weight += 3;
    }
    const BEFORE: [&str; 24] = [
        "rcpt to:",
        "recipient",
        "address",
        "user",
        "mailbox",
        "to:",
        "delivered to",
        "deliver to",
        "unknown",
        "empfänger",
        "destinataire",
        "destinatario",
        "destinatário",
        "adresse",
        "dirección",
        "failed",
        "account",
        "получател",
        "адрес",
        "宛先",
        "收件人",
        "mail to",
        "deliver message to",
        "message to",
    ];
    if BEFORE
        .iter()
        .any(|word| plain_lead.ends_with(word) || plain_lead.ends_with(&format!("{word}:")))
    {
        weight += 3;
    }
    if before.trim_end().ends_with(':') && plain_lead.is_empty() {
        weight += 2;
    }
    let rest = lower.get(end..).unwrap_or_default();
    if status::reply_code(rest).is_some()
        || rest.starts_with(">:")
        || rest.starts_with(':')
        || rest.starts_with(">...")
        || rest.starts_with("...")
    {
        weight += 2;
    }
    if returned_to.contains(&key) {
        weight += 5;
    }
    const AWAY: [&str; 13] = [
        "from:",
        "sender",
        "mail from",
        "message-id",
        "contact",
        "postmaster at",
        "reply-to",
        "please send",
        "if you",
        "send mail to",
        "help",
        "support",
        "absender:",
    ];
    let near = plain_lead.char_indices().rev().nth(25).map_or(0, |(at, _)| at);
    let near = plain_lead.get(near..).unwrap_or_default();
    let away = AWAY.iter().any(|word| near.contains(word) || lower.trim_start().starts_with(word));
    if away && !near.ends_with("you tried to contact") {
        weight -= 4;
    }
    if ours.contains(&key) && !returned_to.contains(&key) {
        weight -= 20;
    }
    if matches!(local, "postmaster" | "mailer-daemon" | "abuse" | "helpdesk")
        && !returned_to.contains(&key)
    {
        weight -= 6;
    }
    weight
}

/// The words after an address: the rest of its line and those up to an empty line or the next
/// address at the start of one.
fn words_after(lines: &[&str], nth: usize, end: usize) -> String {
    const LINES: usize = 14;
    let rest = lines[nth].get(end..).unwrap_or_default();
    let mut words = rest
        .trim_start_matches([
            '>', '"', '\'', ')', ']', '）', '，', '。', ':', ';', '.', ',', ' ', '\t',
        ])
        .trim()
        .to_owned();
    let mut blank = false;
    for line in lines.iter().skip(nth + 1).take(LINES) {
        let plain = line.trim();
        if plain.is_empty() {
            if !words.is_empty() {
                break;
            }
            // One empty line may stand between an address and its reason.
            if blank {
                break;
            }
            blank = true;
            continue;
        }
        let names_another = addresses(plain).next().is_some_and(|(start, _)| start <= 1);
        if DIVIDERS.iter().any(|mark| plain.starts_with(mark)) && !words.is_empty() {
            break;
        }
        if names_another && !words.is_empty() || words.len() > super::LONGEST_REASON * 2 {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(plain);
    }
    words
}

/// Whether a text, in lower case, begins as notices do: with its first line of words.
pub(super) fn opens_as_notice(lower: &str) -> bool {
    let decoration = |c: char| !c.is_alphanumeric();
    let mut lines = lower.lines().map(|line| line.trim_matches(decoration));
    let Some(first) = lines.by_ref().find(|line| !line.is_empty()) else { return false };
    // A sentence may run over the end of its line.
    let first = format!("{first} {}", lines.next().unwrap_or_default());
    let mut found = words::OPENINGS.iter().filter_map(|words| first.find(words));
    found.any(|at| at < 150)
}

/// Whether a text, in lower case, greets and takes leave as people do.
pub(super) fn is_personal(lower: &str) -> bool {
    let start = lower.trim_start();
    words::GREETINGS.iter().any(|greeting| start.starts_with(greeting))
        && words::CLOSINGS.iter().any(|closing| lower.contains(closing))
}

/// The reason for one recipient: the words after its address when they tell one, unless it is the
/// only recipient and other words give a code.
pub(super) fn reason_for(intro: &str, recipient: &str, mentions: &[Mention]) -> String {
    let own = mentions.iter().find(|mention| mention.address.eq_ignore_ascii_case(recipient));
    let own = own.map(|mention| mention.reason.as_str()).filter(|own| status::is_telling(own));
    if let Some(own) = own.filter(|own| mentions.len() > 1 || status::is_coded(own)) {
        return own.to_owned();
    }
    let best = reason(intro, recipient);
    own.filter(|_| !status::is_coded(&best)).map_or(best, str::to_owned)
}

/// The most telling words of a notice for a recipient: the line with a reply or status code, best
/// one that also names the recipient, else the first line that tells a reason.
fn reason(intro: &str, recipient: &str) -> String {
    let recipient = recipient.to_lowercase();
    let mut best: Option<(u8, usize)> = None;
    let lines: Vec<&str> = intro.lines().map(|line| cut(line, LONGEST_LINE)).collect();
    for (nth, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let code = status::is_coded(line);
        let names = !recipient.is_empty() && line.to_lowercase().contains(&recipient);
        let rank = match (code, names, status::is_telling(line)) {
            (true, true, _) => 4,
            (true, false, _) => 3,
            (false, true, true) => 2,
            (false, false, true) => 1,
            _ => continue,
        };
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, nth));
        }
    }
    let Some((_, nth)) = best else { return String::new() };
    // A sentence goes on until its paragraph ends or the next reply comes.
    let mut words = lines[nth].trim().to_owned();
    for line in lines.iter().skip(nth + 1).take(5) {
        let plain = line.trim();
        if plain.is_empty() || DIVIDERS.iter().any(|mark| plain.starts_with(mark)) {
            break;
        }
        words.push(' ');
        words.push_str(plain);
    }
    words.trim_start_matches(['<', '>', ' ']).to_owned()
}

/// Words on one line, without control characters, at most so many characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut kept = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
            kept += 1;
        }
        for c in word.chars() {
            if kept >= most {
                return line.trim_end().to_owned();
            }
            let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
            if !turns {
                line.push(c);
                kept += 1;
            }
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_words() {
        for (text, expected) in [
            ("<ana@x.example>: no", "ana@x.example"),
            ("to 'ana@x.example'.", "ana@x.example"),
            ("mailto:ana@x.example, b.c+d@y.example;", "ana@x.example b.c+d@y.example"),
            ("\"ana b\"@x.example", "\"ana b\"@x.example"),
            ("@x.example ana@ ana@localhost a@.b", ""),
            ("jürgen@müller.example", "jürgen@müller.example"),
        ] {
            let found: Vec<&str> = addresses(text).map(|(at, end)| &text[at..end]).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn the_words_end_where_the_letter_begins() {
        let text = "No luck.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <a@x.example>\nReceived: from y\n  by z\nMessage-ID: <1@x.example>\nSubject: hi\n\nbody\n";
        assert_eq!(intro(text), "No luck.\n\n");
        let letter = inlined_letter(text).unwrap_or_default();
        assert!(
            letter.starts_with("Return-Path: <a@x.example>\nReceived: from y\n by z\n"),
            "{letter}"
        );
        assert!(!letter.contains("body"), "{letter}");
        assert_eq!(intro("only words"), "only words");
        assert_eq!(inlined_letter("only words"), None);
    }
}
