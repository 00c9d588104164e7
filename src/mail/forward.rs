//! Letters that were passed on: who wrote the original, what it was about and when, as the
//! forwarding program says it in the text or as the attached letter says itself. An answer that
//! quotes is told from them by its subject and by what it cites.

mod dates;
mod people;

use std::ops::Range;

pub(super) use dates::offset;

use super::quote::attribution;
use super::quote::head::{self, Head};
use super::quote::labels::{self, Field};
use super::quote::{Copied, How, is_blank, is_quoted, marks};
use super::subject::{self, Sign};
use super::{Address, Message};
use crate::time::Timestamp;

/// Lines looked through for a quoted original.
const MOST_LINES: usize = 400;

/// The original of a letter that was passed on; of several inside each other, the outermost.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forwarded {
    /// Who wrote it. Some programs show the name alone: then `address` is empty.
    pub from: Option<Address>,
    /// Whom it went to; addresses may be empty as well.
    pub to: Vec<Address>,
    /// Who received a copy.
    pub cc: Vec<Address>,
    /// Its subject; that of the letter without its mark where the original's is not shown.
    pub subject: String,
    /// When it was sent. Programs show the time of whoever forwards: without a zone it is read in
    /// the one the letter's own Date header has (RFC 5322 section 3.3), and in UTC without that.
    pub sent_at: Option<Timestamp>,
    /// The bytes of the letter's text that are the original's; `None` when it is attached.
    pub body: Option<Range<usize>>,
}

/// What is known of the letter beside its parts.
pub(super) struct Known {
    /// Where its text begins to be a copy.
    pub(super) copied: Option<Copied>,
    /// The offset of its Date header from UTC, in seconds.
    pub(super) offset: i32,
}

/// The original that `message` passes on. `attached` reads the header of an attached letter.
pub(super) fn find(
    message: &Message,
    known: &Known,
    attached: fn(&[u8]) -> Message,
) -> Option<Forwarded> {
    // Reports and bounces carry what did not arrive, not what somebody passed on.
    let report = message.signs.content_type == "multipart/report";
    if report || !message.signs.report_type.is_empty() || message.signs.empty_return_path {
        return None;
    }
    let sign = subject::sign(&message.subject);
    in_text(message, known, sign).or_else(|| in_attachment(message, sign, attached))
}

fn in_text(message: &Message, known: &Known, sign: Sign) -> Option<Forwarded> {
    let forward_in_name = matches!(sign, Sign::Forward | Sign::Either);
    if known.copied.is_none() && !forward_in_name {
        return None;
    }
    let lines: Vec<&str> = message.text.split('\n').collect();
    let place = match known.copied {
        Some(copied) => place_at(&lines, copied),
        None => quoted_place(&lines),
    }?;
    let how = known.copied.map_or(How::Head, |copied| copied.how);
    let cites = !message.in_reply_to.is_empty() || !message.references.is_empty();
    let passed_on = match sign {
        _ if how == How::Forwarded => true,
        Sign::Forward => true,
        // `VS:` is an answer in Finnish and a forward in Norwegian and Danish.
        Sign::Either => !place.finnish,
        Sign::Reply => false,
        Sign::None => !cites && how != How::Attribution,
    };
    passed_on.then(|| place.read(message, known.offset, &lines))
}

/// Where an original is shown.
struct Place {
    head: Shown,
    /// The line after its head.
    after: usize,
    /// Whether the head speaks Finnish.
    finnish: bool,
}

enum Shown {
    Head(Head),
    Attribution(String),
}

impl Place {
    fn read(&self, message: &Message, offset: i32, lines: &[&str]) -> Forwarded {
        let blank = |line: &&&str| is_blank(line.trim_start().trim_start_matches('>'));
        let body = self.after + lines[self.after..].iter().take_while(blank).count();
        let start: usize = lines[..body].iter().map(|line| line.len() + 1).sum();
        let start = start.min(message.text.len());
        let body = Some(start..message.text.len());
        match &self.head {
            Shown::Head(head) => {
                let list = |field| head.value(field).map(people::list).unwrap_or_default();
                let subject = head.value(Field::Subject).unwrap_or_default();
                Forwarded {
                    from: head.value(Field::From).and_then(people::one),
                    to: list(Field::To),
                    cc: list(Field::Cc),
                    subject: match subject {
                        "" => subject::without_forward(&message.subject).to_owned(),
                        subject => subject.split_whitespace().collect::<Vec<_>>().join(" "),
                    },
                    sent_at: head.value(Field::Date).and_then(|date| dates::read(date, offset)),
                    body,
                }
            }
            Shown::Attribution(text) => Forwarded {
                from: people::in_attribution(text),
                subject: subject::without_forward(&message.subject).to_owned(),
                sent_at: dates::read(text, offset),
                body,
                ..Forwarded::default()
            },
        }
    }
}

/// The head or attribution at the line where a copy begins, or near below the mark there.
fn place_at(lines: &[&str], copied: Copied) -> Option<Place> {
    const NEAR: usize = 6;
    let first = lines[copied.line];
    match copied.how {
        How::Head => head_at(lines, copied.line),
        How::Attribution => attribution_at(lines, copied.line),
        How::Forwarded | How::Original => {
            let rest = marks::announced(first).map(|found| found.rest).unwrap_or_default();
            if labels::field(rest).is_some() {
                let mut from_rest = vec![rest];
                from_rest.extend(lines[copied.line + 1..].iter().take(NEAR * 10));
                let mut place = head_at(&from_rest, 0)?;
                place.after += copied.line;
                return Some(place);
            }
            (copied.line + 1..lines.len())
                .take(NEAR)
                .find_map(|at| head_at(lines, at).or_else(|| attribution_at(lines, at)))
        }
    }
}

/// The first original whose lines are quoted, or over which stands who wrote it.
fn quoted_place(lines: &[&str]) -> Option<Place> {
    (0..lines.len().min(MOST_LINES)).find_map(|at| match is_quoted(lines[at]) {
        true => head_at(lines, at).filter(|place| match &place.head {
            Shown::Head(head) => head.is_sure(),
            Shown::Attribution(_) => false,
        }),
        false => attribution_at(lines, at),
    })
}

fn head_at(lines: &[&str], at: usize) -> Option<Place> {
    let head = head::read(&lines[at..]).filter(Head::is_likely)?;
    let after = at + head.lines;
    let finnish = lines[at..after].iter().any(|line| line.to_lowercase().contains("lähettäjä"));
    Some(Place { head: Shown::Head(head), after, finnish })
}

fn attribution_at(lines: &[&str], at: usize) -> Option<Place> {
    let found = attribution::read(&lines[at..])?;
    let finnish = found.text.contains("kirjoitti");
    Some(Place { head: Shown::Attribution(found.text), after: at + found.lines, finnish })
}

/// The letter that is attached, where the letter around it says nothing or says it is a forward.
fn in_attachment(
    message: &Message,
    sign: Sign,
    attached: fn(&[u8]) -> Message,
) -> Option<Forwarded> {
    /// Bytes read of its header.
    const HEADER: usize = 64 << 10;
    let forward = matches!(sign, Sign::Forward | Sign::Either) || is_blank(&message.text);
    let mut letters = message.attachments.iter().filter(|file| {
        matches!(file.content_type.as_str(), "message/rfc822" | "message/global") && forward
    });
    let letter = letters.next()?;
    let original = attached(&letter.bytes[..letter.bytes.len().min(HEADER)]);
    let known = original.from.is_some() || !original.subject.is_empty();
    known.then_some(Forwarded {
        from: original.from,
        to: original.to,
        cc: original.cc,
        subject: original.subject,
        sent_at: original.sent_at,
        body: None,
    })
}
