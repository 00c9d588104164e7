//! What the people outside write back, and what their programs do: each a whole letter as it
//! arrives, with what the receiving server found out about its sender on top. Who writes, and how
//! often, is decided in `correspondents`.

use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;

use super::clock::mail_date;
use super::correspondents::Reached;
use super::facts::{self, Person};
use super::header::Letter;
use super::ids::{hashed, mixed};

/// What a person writes to the first, second and third letter.
const ENGLISH: [[&str; 3]; 3] = [
    [
        "Thanks for the quick note. I forgot to say: it happens mostly in the morning.",
        "Yes, that would suit me. The best time is before noon.",
        "All sorted now, thank you very much!",
    ],
    [
        "Good to know you have it. You can also reach me on my mobile until six.",
        "I tried that just now, and it is better but not gone.",
        "Perfect, that did it. Thanks!",
    ],
    ["One thing more: there are two of them, not one.", "Fine with me.", "Great, thanks again."],
];
const GERMAN: [[&str; 3]; 3] = [
    [
        "vielen Dank für die schnelle Rückmeldung. Noch vergessen: es passiert meist morgens.",
        "ja, das passt gut. Am besten vormittags.",
        "jetzt geht alles wieder, herzlichen Dank!",
    ],
    [
        "danke, gut zu wissen. Bis 18 Uhr bin ich auch mobil erreichbar.",
        "das habe ich gerade versucht. Besser, aber nicht ganz weg.",
        "bestens, das war es. Danke!",
    ],
    ["noch etwas: es sind zwei, nicht eine.", "einverstanden.", "wunderbar, nochmals danke."],
];

/// Whether a letter says that a program sent it or that programs should not answer it: then a
/// well-behaved one stays silent (RFC 3834 section 2; facts: microsoft-graph 4.5).
pub(super) fn is_marked(raw: &[u8]) -> bool {
    let Some(letter) = Letter::read(raw) else { return false };
    let field = |name: &str| letter.get(name).unwrap_or_default().to_lowercase();
    let suppressed = field("X-Auto-Response-Suppress");
    let mut suppressed = suppressed.split(',').map(str::trim);
    let automatic = field("Auto-Submitted");
    let is_automatic = !automatic.is_empty() && !automatic.starts_with("no");
    is_automatic
        || suppressed.any(|word| ["all", "oof", "autoreply"].contains(&word))
        || ["bulk", "list", "junk"].contains(&field("Precedence").as_str())
}

/// A person answers. `before` is how many letters that person answered before.
pub(super) fn person(letter: &Reached<'_>, before: u32) -> Vec<u8> {
    let (_, quoted) = facts::body(letter.raw, true, false);
    let who = hashed(letter.address);
    let at = before.min(2) as usize;
    let lines = quoted.lines().filter(|line| !line.starts_with('>')).collect::<Vec<_>>();
    let german = lines.iter().any(|line| line.contains("Ihre ") || line.contains(" Sie "));
    let name = name_of(letter);
    let first = name.split([' ', '.']).next().unwrap_or_default();
    let desk = letter.facts.from.as_ref().map_or("", |from| from.name.as_str());
    let own = &letter.account.settings.address;
    let date = mail_date(letter.now);
    let choice = usize::try_from(who % 3).unwrap_or(0);
    let (hello, said, bye, head) = if german {
        (
            "Guten Tag,",
            GERMAN[choice][at],
            "Viele Grüße",
            format!("Am {date} schrieb {desk} <{own}>:"),
        )
    } else {
        ("Hello,", ENGLISH[choice][at], "Best regards", format!("On {date}, {desk} <{own}> wrote:"))
    };
    let mut text = format!("{hello}\n\n{said}\n\n{bye}\n{first}\n\n{head}\n");
    for line in quoted.trim_end().lines() {
        text.push_str(if line.starts_with('>') { ">" } else { "> " });
        text.push_str(line);
        text.push('\n');
    }
    let mut answer = answering(letter, before, "Re: ").text_body(text);
    // Every second person's program writes HTML as well.
    if who.is_multiple_of(2) {
        let quote = escaped(quoted.trim_end()).replace('\n', "<br>\n");
        answer = answer.html_body(format!(
            "<div dir=\"ltr\">{hello}<br><br>{said}<br><br>{bye}<br>{first}</div><br>\n<div \
             class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div><blockquote \
             class=\"gmail_quote\" style=\"margin:0 0 0 .8ex\">{quote}</blockquote></div>",
            escaped(&head)
        ));
    }
    arrived(letter, answer, true)
}

/// A program answers for somebody away, as RFC 3834 section 3 asks.
pub(super) fn vacation(letter: &Reached<'_>) -> Vec<u8> {
    let text = format!(
        "Hello,\n\nI am out of the office until next Monday and read my mail only then.\n\n{}\n",
        name_of(letter)
    );
    let answer = answering(letter, 0, "Automatic reply: ")
        .header("Auto-Submitted", Raw::new("auto-replied"))
        .header("X-Auto-Response-Suppress", Raw::new("All"))
        .text_body(text);
    arrived(letter, answer, false)
}

/// A program answers as if it were a person beginning a new matter.
pub(super) fn robot(letter: &Reached<'_>, before: u32) -> Vec<u8> {
    let number = 40_000 + mixed(hashed(letter.address) ^ u64::from(before)) % 50_000;
    let text = format!(
        "Dear customer,\n\nthank you for contacting us. Your request {number} has been registered \
         and will be worked on soon.\n\nYour service team\n"
    );
    let answer = begun(letter, before)
        .subject(format!("Your request {number} has been registered"))
        .text_body(text);
    arrived(letter, answer, true)
}

/// A program answers with all it got, as if it were a person.
pub(super) fn echo(letter: &Reached<'_>, before: u32) -> Vec<u8> {
    let (_, quoted) = facts::body(letter.raw, true, false);
    let text = format!("We have received your message.\n\n{quoted}\n");
    let answer = answering(letter, before, "Re: ").text_body(text);
    arrived(letter, answer, true)
}

/// A letter from whom ours reached, with nothing in it yet.
fn begun<'x>(letter: &Reached<'_>, before: u32) -> MessageBuilder<'x> {
    let own = letter.facts.reply_to.first().or(letter.facts.from.as_ref());
    let own = own.cloned().unwrap_or_else(|| Person {
        name: String::new(),
        address: letter.account.settings.address.clone(),
    });
    let domain = letter.address.rsplit_once('@').map_or("shop.example", |(_, domain)| domain);
    let seen = letter.facts.message_id.as_deref().unwrap_or_default();
    let number = mixed(hashed(seen) ^ hashed(letter.address) ^ u64::from(before));
    MessageBuilder::new()
        .header("Date", Raw::new(mail_date(letter.now)))
        .from((name_of(letter), letter.address.to_owned()))
        .to((own.name, own.address))
        .message_id(format!("{number:016x}@{domain}"))
}

/// A letter that answers ours in every way a mail program does (RFC 5322 section 3.6.4).
fn answering<'x>(letter: &Reached<'_>, before: u32, mark: &str) -> MessageBuilder<'x> {
    let subject = letter.facts.subject.clone().unwrap_or_default();
    let subject = if subject.to_lowercase().starts_with(&mark.to_lowercase()) {
        subject
    } else {
        format!("{mark}{subject}")
    };
    let answer = begun(letter, before).subject(subject);
    let Some(id) = letter.facts.message_id.clone() else { return answer };
    let before = Letter::read(letter.raw).and_then(|letter| letter.get("References"));
    let references = before.map_or_else(|| id.clone(), |before| format!("{before} {id}"));
    let references = references.split_whitespace().collect::<Vec<_>>().join("\r\n ");
    answer.header("In-Reply-To", Raw::new(id)).header("References", Raw::new(references))
}

/// The letter under what the receiving server writes on top (RFC 8601). What a program sends by
/// itself has no sender on its envelope (RFC 3834 section 3.3) unless it hides what it is.
fn arrived(letter: &Reached<'_>, answer: MessageBuilder<'_>, has_sender: bool) -> Vec<u8> {
    let office = &letter.house.settings.tenant_domain;
    let domain = letter.address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let path = if has_sender { letter.address } else { "" };
    let mut raw = format!(
        "Authentication-Results: mx.{office}; spf=pass smtp.mailfrom={domain};\r\n dkim=pass \
         header.d={domain}; dmarc=pass action=none header.from={domain}\r\nReturn-Path: <{path}>\r\n\
         Received: from mail.{domain} (mail.{domain} [203.0.113.7]) by mx.{office}\r\n with ESMTPS; \
         {}\r\n",
        mail_date(letter.now)
    )
    .into_bytes();
    // Writing into memory only fails for want of it.
    raw.extend_from_slice(&answer.write_to_vec().unwrap_or_default());
    raw
}

/// How our letter names its recipient, else what his address says.
fn name_of(letter: &Reached<'_>) -> String {
    let mut people = letter.facts.to.iter().chain(&letter.facts.cc);
    let known = people.find(|person| person.address.eq_ignore_ascii_case(letter.address));
    match known.filter(|person| !person.name.contains('@')) {
        Some(person) => person.name.clone(),
        None => letter.address.split('@').next().unwrap_or_default().to_owned(),
    }
}

/// A boundary string as Exchange makes them.
pub(super) fn boundary(number: u64) -> String {
    let (one, two) = (mixed(number), mixed(number ^ 0xB0));
    format!("{:08x}-{:04x}-{:04x}-{:016x}", one >> 32, one >> 16 & 0xffff, one & 0xffff, two)
}

/// A header's value without line ends, none of which may get into another header.
pub(super) fn one_line(value: &str) -> String {
    value.replace(['\r', '\n'], " ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
