//! The acknowledgement of a new ticket: to its sender alone, in the office's own wording or ours, and
//! nothing in it that a forged sender could use to have us deliver his own words.

use crate::desk::caps::{self, Lately, Struck};
use crate::desk::new::{MAX_CITED, NewArticle};
use crate::desk::policy::Policy;
use crate::desk::template::{Template, Values};
use crate::desk::ticket::{Kind, Machine, Ticket, TicketNumber, Verdict};
use crate::desk::{language, machine, outgoing, sender};
use crate::mail::{Address, Message, MessageId, subject};

/// Lines of a letter that are repeated to its sender, and characters of each.
const SUMMARY: (usize, usize) = (4, 160);

/// Characters of a subject that are repeated.
const SUBJECT: usize = 120;

/// What somebody who opened a ticket hears.
#[derive(Debug)]
pub(super) enum Answer {
    /// This letter.
    Letter(Box<NewArticle>),
    /// Nothing, for this cap was struck.
    Withheld(Struck),
    /// Nothing, for this reason; empty when none needs to be given.
    Nothing(String),
}

/// The answer to a message that opened a ticket and may be answered.
pub(super) fn answer(
    message: &Message,
    number: TicketNumber,
    lately: &Lately,
    policy: &Policy,
) -> Answer {
    // Another desk of our kind acknowledges too, and its marks may have been lost on the way.
    if message.message_id.as_ref().is_some_and(outgoing::is_of_our_kind) {
        let why = "another desk of this kind wrote it; not acknowledged";
        return Answer::Nothing(why.to_owned());
    }
    let to_answer = caps::seems_answer(message) || machine::announces_itself(message);
    if let Some(struck) = caps::automatic(lately, to_answer) {
        return Answer::Withheld(struck);
    }
    match compose(message, number, policy) {
        Some(letter) => Answer::Letter(Box::new(letter)),
        None => Answer::Nothing(String::new()),
    }
}

/// Whom an acknowledgement of this message would go to; `None` when it names nobody.
pub fn recipient(message: &Message) -> Option<&Address> {
    let from = message.from.as_ref()?;
    Some(message.reply_to.first().unwrap_or(from))
}

/// The acknowledgement of a new ticket, only to its sender; `None` when the message names nobody.
fn compose(message: &Message, number: TicketNumber, policy: &Policy) -> Option<NewArticle> {
    let to = recipient(message)?.clone();
    let tag = policy.tag(number);
    let written = format!("{}\n{}", message.subject, message.visible_text);
    let (language, template) = policy.wording.for_text(&written, &message.language);
    // Where the sender is forged, somebody else gets the acknowledgement, and none of these words.
    let is_forged = sender::verdict(message, &policy.address.address) == Verdict::Fail;
    let unless_forged = |text: String| if is_forged { String::new() } else { text };
    let name = message.from.as_ref().map(|from| from.name.clone()).unwrap_or_default();
    let name = unless_forged(if may_be_repeated(&name) { name } else { String::new() });
    let text = template.fill(&Values {
        greeting: language::greeting(language, &name),
        name,
        desk: policy.desk.clone(),
        number: number.to_string(),
        tag: tag.clone(),
        subject: unless_forged(harmless(&message.subject, SUBJECT)),
        summary: unless_forged(summary(&message.visible_text)),
        signature: policy.signature.clone(),
    });
    let mut cited: Vec<MessageId> = message.message_id.iter().cloned().collect();
    cited.extend(message.cited().into_iter().filter(|id| Some(id) != message.message_id.as_ref()));
    cited.truncate(MAX_CITED);
    Some(NewArticle {
        from: Some(policy.address.clone()),
        to: vec![to],
        subject: subject::reply(&message.subject, &tag),
        in_reply_to: message.message_id.clone(),
        cited,
        visible_text: text.clone(),
        text,
        machine: Some(Machine::AutoReply),
        ..NewArticle::empty(Kind::EmailOut)
    })
}

/// A text that agents answer with, filled in for the person who asks in a ticket. The signature
/// stands under every answer anyhow.
pub fn fill_canned(template: &Template, ticket: &Ticket, policy: &Policy) -> String {
    let came = ticket.articles.iter().filter(|article| article.kind == Kind::EmailIn);
    let newest = came.max_by_key(|article| (article.machine.is_none(), article.id));
    let name = ticket.requester.as_ref().map(|requester| requester.name.clone());
    let name = name.filter(|name| may_be_repeated(name)).unwrap_or_default();
    template.fill(&Values {
        greeting: language::greeting(language::of(template.as_str()), &name),
        name,
        desk: policy.desk.clone(),
        number: ticket.number.to_string(),
        tag: policy.tag(ticket.number),
        subject: harmless(&ticket.subject, SUBJECT),
        summary: newest.map(|article| summary(&article.visible_text)).unwrap_or_default(),
        signature: String::new(),
    })
}

/// Whether a name from outside may stand in a letter of ours. A forged sender could otherwise have
/// us deliver an advertisement.
fn may_be_repeated(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= 60
        && !name.contains(['@', '/', ':'])
        && !name.split_whitespace().any(is_link)
}

/// The first lines of a text as a quote, without whatever could lead somewhere.
fn summary(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let quoted = lines.take(SUMMARY.0).map(|line| format!("> {}", harmless(line, SUMMARY.1)));
    quoted.collect::<Vec<_>>().join("\n")
}

/// One line of at most so many characters, in which a mark stands for each word that mail programs
/// would make a link of.
fn harmless(line: &str, most: usize) -> String {
    let words = line.split(|c: char| c.is_whitespace() || c.is_control());
    let words = words.filter(|word| !word.is_empty());
    let plain: Vec<&str> = words.map(|word| if is_link(word) { "[…]" } else { word }).collect();
    let plain = plain.join(" ");
    if plain.chars().count() <= most {
        return plain;
    }
    let cut: String = plain.chars().take(most).collect();
    format!("{}…", cut.trim_end())
}

/// Whether a word may be an address of any kind: it has an `@`, a scheme, or two labels with a dot
/// between them, of which the last is made of letters.
fn is_link(word: &str) -> bool {
    if word.contains(['@', '＠', '\\']) || word.contains("://") {
        return true;
    }
    let is_host = |host: &str| {
        let labels: Vec<&str> = host.split(['.', '．', '。']).collect();
        labels.windows(2).any(|pair| {
            let last = pair[1].chars().take_while(|c| c.is_alphabetic()).count();
            pair[0].ends_with(char::is_alphanumeric) && last > 1
        })
    };
    let scheme = ["http:", "https:", "mailto:", "tel:", "sms:", "javascript:"];
    let lower = word.to_lowercase();
    let bare = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    scheme.iter().any(|scheme| bare.starts_with(scheme)) || is_host(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::thread::TagKey;
    use crate::desk::ticket::OutboxId;
    use crate::desk::wording::Wording;
    use crate::mail::Address;

    fn letter() -> Message {
        Message {
            message_id: MessageId::new("a1@shop.example"),
            from: Some(Address { address: "ana@shop.example".into(), name: "Ana".into() }),
            to: vec![Address::bare("desk@office.example")],
            cc: vec![Address::bare("boss@shop.example")],
            subject: "Printer jams".into(),
            ..Message::default()
        }
    }

    #[test]
    fn the_words_choose_the_language_and_the_program_where_they_tell_nothing() {
        let wording = Wording::default();
        for (text, said, expected) in [
            ("Der Drucker ist kaputt, bitte helfen Sie uns.", "en-US", "de"),
            ("The printer is broken, please help.", "de-DE", "en"),
            ("0815", "de-AT", "de"),
            ("0815", "fr", "en"),
            ("0815", "", "en"),
        ] {
            assert_eq!(wording.for_text(text, said).0, expected, "{text} in {said}");
        }
    }

    #[test]
    fn an_acknowledgement_goes_to_the_sender_alone_and_names_the_ticket() {
        let article = compose(&letter(), TicketNumber(8), &Policy::of_tests()).unwrap();
        assert_eq!(
            article.to,
            [Address { address: "ana@shop.example".into(), name: "Ana".into() }]
        );
        assert!(article.cc.is_empty() && article.bcc.is_empty());
        assert!(article.text.starts_with("Hello Ana,\n"), "{}", article.text);
        assert!(article.text.contains("ticket 8"), "{}", article.text);
        assert!(article.text.ends_with("The desk\n"), "{}", article.text);
        assert!(article.subject.starts_with("Re: Printer jams [CF#8-"), "{}", article.subject);
        assert_eq!(article.in_reply_to, MessageId::new("a1@shop.example"));
    }

    #[test]
    fn an_advertisement_as_name_is_not_repeated() {
        for name in ["buy at http://x.example", "www.x.example", "a@x.example", &"x".repeat(61), ""]
        {
            let mut message = letter();
            message.from.as_mut().unwrap().name = name.to_owned();
            let article = compose(&message, TicketNumber(8), &Policy::of_tests()).unwrap();
            assert!(article.text.starts_with("Hello,\n"), "{name}");
        }
    }
    #[test]
    fn the_wording_is_that_of_the_senders_language() {
        let template = |text: &str| Template::new(text).unwrap();
        let own = |texts: &[(&str, &str)]| {
            let texts = texts.iter().map(|(tag, text)| ((*tag).to_owned(), template(text)));
            Wording::new(texts.collect())
        };
        let german = "Der Drucker ist kaputt. Bitte helfen Sie uns.";
        let (both, all) = (
            [("fr", "F {greeting}"), ("de", "D {greeting}")],
            [("", "Wir danken Ihnen und {greeting}")],
        );
        for (case, wording, text, expected) in [
            ("ours, German", own(&[]), german, "Guten Tag Ana,\n\nvielen Dank"),
            ("ours, English", own(&[]), "It jams.", "Hello Ana,\n\nthank you"),
            ("one of two", own(&both), german, "D Guten Tag Ana,"),
            ("none of two", own(&both), "123", "F Bonjour Ana,"),
            ("one for all", own(&all), "It jams.", "Wir danken Ihnen und Guten Tag Ana,"),
        ] {
            let message = Message { visible_text: text.into(), ..letter() };
            let policy = Policy { wording, ..Policy::of_tests() };
            let article = compose(&message, TicketNumber(8), &policy).unwrap();
            assert!(article.text.starts_with(expected), "{case}: {}", article.text);
            assert!(!article.text.contains(['{', '}']), "{case}: {}", article.text);
        }
    }

    #[test]
    fn the_summary_is_short_and_leads_nowhere() {
        let line = "Buy at https://x.example or WWW.x.example, mail a@x.example, call tel:1; shop。example";
        let quoted = summary(line);
        assert_eq!(quoted, "> Buy at […] or […] mail […] call […] […]");
        assert_eq!(summary("\n a \n\n b\nc\nd\ne"), "> a\n> b\n> c\n> d");
        assert!(summary(&"x".repeat(1_000)).chars().count() < 170);
        for word in ["12.5", "z.B.", "end.", "1.2.3", "Fr.-Sa.", "well...then", "Hotel:"] {
            assert_eq!(summary(word), format!("> {word}"));
        }
    }

    #[test]
    fn a_cap_withholds_the_letter() {
        let full = Lately { to_address_in_hour: 10, ..Lately::default() };
        let hear = |lately: &Lately, message: &Message| {
            answer(message, TicketNumber(8), lately, &Policy::of_tests())
        };
        assert!(matches!(hear(&full, &letter()), Answer::Withheld(Struck::AddressInHour(10))));
        let one = Lately { to_address_in_hour: 1, ..Lately::default() };
        assert!(matches!(hear(&one, &letter()), Answer::Letter(_)));
        for subject in ["Re: Printer jams", "Automatic reply: Printer jams"] {
            let reply = Message { subject: subject.into(), ..letter() };
            assert!(matches!(hear(&one, &reply), Answer::Withheld(Struck::Answer)), "{subject}");
            assert!(matches!(hear(&Lately::default(), &reply), Answer::Letter(_)), "{subject}");
        }
    }

    #[test]
    fn a_desk_of_our_kind_is_not_acknowledged_though_it_lost_its_marks() {
        let from = Address::bare("desk@other.example");
        let seal = outgoing::seal(OutboxId(4), &from, &TagKey::new(b"other"));
        let message_id = seal.map(|seal| seal.message_id);
        let kin = Message { message_id, ..letter() };
        let heard = answer(&kin, TicketNumber(8), &Lately::default(), &Policy::of_tests());
        assert!(matches!(heard, Answer::Nothing(why) if why.contains("another desk")));
    }

    #[test]
    fn who_is_forged_is_told_nothing_of_the_letter() {
        use crate::mail::parse::parse;
        let raw = "Authentication-Results: office.example; dmarc=fail header.from=shop.example\r\n\
                   From: Cheap Pills <ana@shop.example>\r\nTo: desk@office.example\r\n\
                   Subject: Cheap\r\n\r\nBuy cheap pills.\r\n";
        let message = parse(raw.as_bytes());
        let article = compose(&message, TicketNumber(8), &Policy::of_tests()).unwrap();
        assert!(article.text.starts_with("Hello,\n"), "{}", article.text);
        assert!(!article.text.to_lowercase().contains("cheap"), "{}", article.text);
    }
}
