//! Caps on mailing: how much leaves for one address, one domain and one ticket in a while, and what
//! is not sent for the time being. What was sent lately is counted in `store/caps.rs`. A program
//! that answers for somebody can hide every mark of a machine; that it is answered without end is
//! prevented here.

use crate::desk::bounced::about_us;
use crate::desk::digest::sha256;
use crate::desk::new::NewArticle;
use crate::desk::ticket::{Article, Kind};
use crate::desk::writing::author;
use crate::mail::report::Action;
use crate::mail::{Address, Message, subject};
use crate::time::{DAY, Timestamp};

/// Seconds in an hour.
pub const HOUR: i64 = 3_600;

/// Days for which letters that came back are remembered.
pub const BOUNCE_DAYS: i64 = 30;

/// Automatic letters to one address within an hour, and within a day.
const TO_ADDRESS: (u32, u32) = (10, 30);

/// Automatic letters to one domain within a day. A large customer whose network fails may well
/// write from every desk at once; somebody who makes up addresses without end comes to an end here.
const TO_DOMAIN: u32 = 1_000;

/// Automatic letters about one ticket, and those that go on from it, within a day.
const ABOUT_TICKET: u32 = 5;

/// Letters that came back one after the other, from which on an address gets none by itself.
const BOUNCED: u32 = 3;

/// Answers of agents to one address within an hour.
const REPLIES: u32 = 50;

/// Letters a minute and recipients a day, a rolling one, that Microsoft 365 lets a mailbox send
/// (facts: microsoft-graph 4.7).
pub const SERVICE: Limits = Limits { letters_a_minute: 30, recipients_a_day: 10_000 };

/// No limit at all.
pub const NONE: Limits = Limits { letters_a_minute: u32::MAX, recipients_a_day: u32::MAX };

/// Recipients a day that a whole tenant reaches from addresses that end in `onmicrosoft.com` (facts:
/// microsoft-graph 4.7).
const FROM_ONMICROSOFT: u32 = 100;

/// Recipients of one report that are looked at: a letter goes to no more (`recipients`).
const MAX_REPORTED: usize = 500;

/// Letters at the beginning of a text by which it is the same as another. What a program that answers
/// repeats of ours comes further below.
const COMPARED: usize = 100;

/// Letters from which on a text is long enough to be known again without its digits.
const LONG: usize = 50;

/// Large providers, whose addresses have nothing to do with each other.
#[rustfmt::skip]
const LARGE: [&str; 48] = [
    "gmail.com", "googlemail.com", "outlook.com", "outlook.de", "outlook.fr", "hotmail.com",
    "hotmail.de", "hotmail.fr", "hotmail.co.uk", "hotmail.it", "live.com", "live.de", "msn.com",
    "yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk", "yahoo.co.jp", "ymail.com", "aol.com",
    "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de",
    "t-online.de", "freenet.de", "posteo.de", "mailbox.org", "proton.me", "protonmail.com",
    "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "libero.it", "wp.pl", "o2.pl", "seznam.cz",
    "mail.ru", "yandex.ru", "qq.com", "163.com", "bluewin.ch",
];

/// What left lately that bears on one automatic letter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lately {
    /// To whom it would go.
    pub address: Address,
    /// Automatic letters to that address within the hour.
    pub to_address_in_hour: u32,
    /// The same within a day.
    pub to_address_in_day: u32,
    /// Of these, answers to a letter with the same [`body`].
    pub to_same_body: u32,
    /// Automatic letters to its domain within a day.
    pub to_domain_in_day: u32,
    /// Automatic letters within a day about the ticket it goes on from.
    pub about_ticket_in_day: u32,
    /// The last letters to that address that all came back.
    pub bounced: u32,
}

/// A cap that was struck, with the number of letters that left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Struck {
    /// The last letters to the address came back.
    Bounced(u32),
    /// A letter of the same words was answered already.
    SameBody,
    /// It seems to answer an acknowledgement of the last hour, and has lost the thread.
    Answer,
    /// To the address within the hour.
    AddressInHour(u32),
    /// To the address within a day.
    AddressInDay(u32),
    /// To the domain within a day.
    DomainInDay(u32),
    /// About the ticket within a day.
    TicketInDay(u32),
    /// Answers of agents to the address within the hour.
    Replies(u32),
}

impl Struck {
    /// What was struck, in words that follow a colon. Without an address they hold no content, as
    /// the audit trail wants it.
    pub fn in_words(self, address: Option<&Address>) -> String {
        let key = address.map(Address::key);
        let whom = key.as_deref().unwrap_or("its sender");
        match self {
            Self::Bounced(count) => format!("the last {count} letters to {whom} came back"),
            Self::SameBody => {
                format!("a letter of the same words from {whom} was acknowledged within the day")
            }
            Self::Answer => format!(
                "it seems to answer the acknowledgement that went to {whom} within the hour"
            ),
            Self::AddressInHour(count) => {
                format!("{count} acknowledgements to {whom} within the hour")
            }
            Self::AddressInDay(count) => {
                format!("{count} acknowledgements to {whom} within the day")
            }
            Self::DomainInDay(count) => {
                let domain = key.as_deref().map_or("its sender's domain", domain);
                format!("{count} acknowledgements to {domain} within the day")
            }
            Self::TicketInDay(count) => {
                format!("{count} automatic letters about the ticket it goes on from within the day")
            }
            Self::Replies(count) => format!(
                "{count} answers to {whom} within the hour; wait, or look whether a program answers"
            ),
        }
    }
}

/// Whether an automatic letter may go: the cap it strikes, if it strikes one. An answer to a letter
/// that [`seems_answer`] comes sooner to its end.
pub fn automatic(lately: &Lately, to_answer: bool) -> Option<Struck> {
    let key = lately.address.key();
    let Lately { to_address_in_hour: hour, to_address_in_day: day, .. } = *lately;
    let Lately { to_domain_in_day, about_ticket_in_day, bounced, .. } = *lately;
    if bounced >= BOUNCED {
        Some(Struck::Bounced(bounced))
    } else if lately.to_same_body > 0 {
        Some(Struck::SameBody)
    } else if to_answer && hour > 0 {
        Some(Struck::Answer)
    } else if hour >= TO_ADDRESS.0 {
        Some(Struck::AddressInHour(hour))
    } else if day >= TO_ADDRESS.1 {
        Some(Struck::AddressInDay(day))
    } else if to_domain_in_day >= TO_DOMAIN && !LARGE.contains(&domain(&key)) {
        Some(Struck::DomainInDay(to_domain_in_day))
    } else if about_ticket_in_day >= ABOUT_TICKET {
        Some(Struck::TicketInDay(about_ticket_in_day))
    } else {
        None
    }
}

/// Whether a letter that joins no ticket says itself that it answers something.
pub fn seems_answer(message: &Message) -> bool {
    let length = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    !message.in_reply_to.is_empty()
        || length(&subject::base(&message.subject)) < length(&message.subject)
}

/// Whether an agent's answer may go to an address that got so many within the hour.
pub fn reply(in_hour: u32) -> Option<Struck> {
    (in_hour >= REPLIES).then_some(Struck::Replies(in_hour))
}

/// Whether so many letters in a row that came back are worth a warning.
pub fn is_unreachable(bounced: u32) -> bool {
    bounced >= BOUNCED
}

/// How many of the last letters to an address came back, by when each was queued and whether it came
/// back, the newest first. One of the last day that did not may still do so.
pub fn bounced_in_a_row(letters: &[(Timestamp, bool)], now: Timestamp) -> u32 {
    let settled = letters.iter().filter(|(at, came_back)| *came_back || at.plus_seconds(DAY) < now);
    let count = settled.take_while(|(_, came_back)| *came_back).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The recipients of whom a report says that it did not reach them, by the names it gives them.
pub fn failed(report: &Message) -> Vec<Address> {
    let bounces = report.report.iter().flat_map(|report| &report.bounces);
    let failed = bounces.filter(|bounce| bounce.action == Action::Failed).take(MAX_REPORTED);
    failed.map(|bounce| Address::bare(&bounce.recipient)).collect()
}

/// The recipients of whom a report says that the same letter would fail again.
pub fn unreachable(report: &Message) -> Vec<Address> {
    let bounces = report.report.iter().flat_map(|report| &report.bounces);
    let lasting = bounces.filter(|bounce| bounce.permanent && about_us(&bounce.status).is_none());
    let lasting = lasting.take(MAX_REPORTED);
    lasting.map(|bounce| Address::bare(&bounce.recipient)).collect()
}

/// What addresses are counted by: in lower case, and without what follows a plus, which whoever
/// answers may make up.
pub fn key(address: &Address) -> String {
    let key = address.key();
    match key.rsplit_once('@') {
        Some((local, domain)) => {
            let local = local.split('+').next().filter(|plain| !plain.is_empty()).unwrap_or(local);
            format!("{local}@{domain}")
        }
        None => key,
    }
}

/// The domain of a [`key`].
pub fn domain(key: &str) -> &str {
    key.rsplit('@').next().unwrap_or_default()
}

/// Tells letters of the same words from others. In a text of some length digits do not count: programs
/// that answer put dates and numbers of their own into each.
pub fn body(message: &Message) -> String {
    let base = subject::base(&message.subject);
    let text = if message.visible_text.trim().is_empty() { &base } else { &message.visible_text };
    let text = text.to_lowercase();
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).take(COMPARED).collect();
    let words = if letters.chars().count() < LONG {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        letters
    };
    let mut known_by = sha256(words.as_bytes());
    known_by.truncate(32);
    known_by
}

/// The name under which the desk itself leaves notes.
const OWN_NAME: &str = "counterfoil";

/// A note that the desk itself leaves in a ticket.
pub fn own_note(text: String) -> NewArticle {
    NewArticle {
        from: Some(author(OWN_NAME)),
        visible_text: text.clone(),
        text,
        ..NewArticle::empty(Kind::Note)
    }
}

/// Whether the desk itself left this in a ticket.
pub fn is_own_note(article: &Article) -> bool {
    let by_name = |from: &Address| from.address.is_empty() && from.name == OWN_NAME;
    article.kind == Kind::Note && article.from.as_ref().is_some_and(by_name)
}

/// The note that stands in the ticket for an acknowledgement that was not sent.
pub fn note(struck: Struck, address: &Address) -> NewArticle {
    own_note(format!("not acknowledged: {}", struck.in_words(Some(address))))
}

/// How much a mailbox may send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Letters within a minute.
    pub letters_a_minute: u32,
    /// Recipients within 24 hours.
    pub recipients_a_day: u32,
}

impl Limits {
    /// Recipients a day from this address, and whether the whole tenant shares them.
    pub fn recipients_from(self, address: &str) -> (u32, bool) {
        let shared = address.to_lowercase().ends_with(".onmicrosoft.com");
        let most = if shared { FROM_ONMICROSOFT } else { u32::MAX };
        (self.recipients_a_day.min(most), shared)
    }
}

/// A limit that holds letters back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Until when.
    pub until: Timestamp,
    /// Why, in words.
    pub why: String,
}

/// Whether the letters that left lately hold the next one back. `nth` is when the oldest of the last
/// `letters_a_minute` was sent, if there are as many.
pub fn held_by_minute(limits: Limits, nth: Option<Timestamp>, now: Timestamp) -> Option<Held> {
    let until = nth?.plus_seconds(60);
    let most = limits.letters_a_minute;
    let why = format!("waits: the mailbox may send {most} letters a minute");
    (until > now).then_some(Held { until, why })
}

/// Whether the recipients reached within the last day hold back a letter to `recipients` more.
/// `reached` tells when how many were, the oldest first. A letter to more than a whole day's goes
/// when nothing else went.
pub fn held_by_day(
    (most, shared): (u32, bool),
    reached: &[(Timestamp, u32)],
    recipients: u32,
) -> Option<Held> {
    let mut sum = reached.iter().fold(recipients, |sum, (_, count)| sum.saturating_add(*count));
    let mut until = None;
    for (at, count) in reached {
        if sum <= most {
            break;
        }
        sum -= count;
        until = Some(at.plus_seconds(DAY));
    }
    let why = if shared {
        format!(
            "waits: addresses in onmicrosoft.com may reach {most} recipients a day; give the \
             mailbox an address in a domain of your own"
        )
    } else {
        format!("waits: the mailbox may reach {most} recipients a day")
    };
    until.map(|until| Held { until, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    #[test]
    fn each_cap_strikes_at_its_number_and_not_before() {
        let to = |address: &str| Lately { address: Address::bare(address), ..Lately::default() };
        let ana = || to("Ana@shop.example");
        for (case, lately, expected) in [
            ("nothing yet", ana(), None),
            ("nine in an hour", Lately { to_address_in_hour: 9, ..ana() }, None),
            (
                "ten in an hour",
                Lately { to_address_in_hour: 10, ..ana() },
                Some("10 acknowledgements to ana@shop.example within the hour"),
            ),
            ("29 in a day", Lately { to_address_in_day: 29, ..ana() }, None),
            (
                "30 in a day",
                Lately { to_address_in_day: 30, ..ana() },
                Some("30 acknowledgements to ana@shop.example within the day"),
            ),
            (
                "the same words",
                Lately { to_same_body: 1, ..ana() },
                Some("a letter of the same words from ana@shop.example was acknowledged"),
            ),
            ("nearly too many to a domain", Lately { to_domain_in_day: 999, ..ana() }, None),
            (
                "too many to a domain",
                Lately { to_domain_in_day: 1_000, ..ana() },
                Some("1000 acknowledgements to shop.example within the day"),
            ),
            (
                "many to a large provider",
                Lately { to_domain_in_day: 5_000, ..to("ana@gmail.com") },
                None,
            ),
            ("four about a ticket", Lately { about_ticket_in_day: 4, ..ana() }, None),
            (
                "five about a ticket",
                Lately { about_ticket_in_day: 5, ..ana() },
                Some("5 automatic letters about the ticket it goes on from"),
            ),
            ("two came back", Lately { bounced: 2, ..ana() }, None),
            (
                "three came back",
                Lately { bounced: 3, ..ana() },
                Some("the last 3 letters to ana@shop.example came back"),
            ),
        ] {
            let words =
                automatic(&lately, false).map(|struck| struck.in_words(Some(&lately.address)));
            let fits = match (&words, expected) {
                (Some(words), Some(expected)) => words.starts_with(expected),
                (words, expected) => words.is_none() && expected.is_none(),
            };
            assert!(fits, "{case}: {words:?}");
        }
        let one = Lately { to_address_in_hour: 1, ..ana() };
        assert_eq!(automatic(&one, true), Some(Struck::Answer));
        assert_eq!(automatic(&ana(), true), None);
        assert_eq!((reply(49), reply(50)), (None, Some(Struck::Replies(50))));
    }

    #[test]
    fn an_answer_is_known_by_its_subject_or_what_it_cites() {
        for (subject, cites, expected) in [
            ("Printer  jams ", "", false),
            ("Re: Printer jams", "", true),
            ("AW: Printer jams", "", true),
            ("Printer jams [CF#1-abcd]", "", true),
            ("Printer jams", "a@x", true),
            ("", "", false),
        ] {
            let in_reply_to = crate::mail::MessageId::new(cites).into_iter().collect();
            let message = Message { subject: subject.into(), in_reply_to, ..Message::default() };
            assert_eq!(seems_answer(&message), expected, "{subject} {cites}");
        }
    }

    #[test]
    fn the_trail_is_told_without_an_address() {
        for struck in [
            Struck::Bounced(3),
            Struck::SameBody,
            Struck::Answer,
            Struck::AddressInHour(3),
            Struck::AddressInDay(9),
            Struck::DomainInDay(250),
            Struck::TicketInDay(5),
        ] {
            let words = struck.in_words(None);
            assert!(!words.contains('@') && !words.contains('.'), "{words}");
        }
    }

    #[test]
    fn letters_came_back_in_a_row_until_one_arrived() {
        let ago = |days: i64| NOW.plus_days(-days);
        for (case, letters, expected) in [
            ("none", vec![], 0),
            ("two", vec![(ago(2), true), (ago(3), true)], 2),
            ("one arrived before", vec![(ago(2), true), (ago(3), false), (ago(4), true)], 1),
            ("one arrived since", vec![(ago(2), false), (ago(3), true)], 0),
            ("one is still on its way", vec![(ago(0), false), (ago(3), true)], 1),
        ] {
            assert_eq!(bounced_in_a_row(&letters, NOW), expected, "{case}");
        }
    }

    #[test]
    fn addresses_are_counted_without_what_follows_a_plus() {
        for (address, expected) in [
            ("Ana+x7@Shop.example", "ana@shop.example"),
            ("+@shop.example", "+@shop.example"),
            ("ana", "ana"),
        ] {
            assert_eq!(key(&Address::bare(address)), expected);
        }
    }

    #[test]
    fn the_same_words_are_the_same_whatever_the_numbers() {
        let letter = |subject: &str, text: &str| Message {
            subject: subject.into(),
            visible_text: text.into(),
            ..Message::default()
        };
        let robot = |number: u32| {
            format!(
                "Dear customer,\nwe received your request {number} and will answer it within {number} days."
            )
        };
        assert_eq!(body(&letter("Re: a", &robot(17))), body(&letter("b", &robot(18))));
        assert_eq!(body(&letter("a", "Test 1\n")), body(&letter("b", "test  1")));
        for (one, other) in [("Test 1", "Test 2"), (robot(1).as_str(), "Dear customer"), ("", "x")]
        {
            assert_ne!(body(&letter("a", one)), body(&letter("a", other)), "{one}");
        }
        assert_ne!(body(&letter("a", "")), body(&letter("b", "")));
    }

    #[test]
    fn the_service_is_not_asked_for_more_than_it_gives() {
        let held = held_by_minute(SERVICE, Some(NOW.plus_seconds(-59)), NOW).map(|it| it.until);
        assert_eq!(held, Some(NOW.plus_seconds(1)));
        assert_eq!(held_by_minute(SERVICE, Some(NOW.plus_seconds(-60)), NOW), None);
        assert_eq!(held_by_minute(SERVICE, None, NOW), None);

        let (first, second) = (NOW.plus_seconds(-80_000), NOW.plus_seconds(-100));
        let reached = [(first, 60), (second, 30)];
        for (case, limit, recipients, expected) in [
            ("room", (100, false), 10, None),
            ("one too many", (100, false), 11, Some(first.plus_seconds(DAY))),
            ("far too many", (100, true), 80, Some(second.plus_seconds(DAY))),
            ("more than a day's", (100, false), 500, Some(second.plus_seconds(DAY))),
        ] {
            let held = held_by_day(limit, &reached, recipients).map(|held| held.until);
            assert_eq!(held, expected, "{case}");
        }
        assert_eq!(held_by_day((100, false), &[], 500), None);
        assert_eq!(SERVICE.recipients_from("desk@x.onmicrosoft.com"), (100, true));
        assert_eq!(SERVICE.recipients_from("desk@contoso.example"), (10_000, false));
    }
}
