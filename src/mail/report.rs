//! What a mail server says of a letter's fate: bounces, delays and confirmations, as reports after
//! RFC 3464 or in the free words of older servers. Who wrote a notice decides whether it is one at
//! all: a person who forwards a bounce or writes about one is no mail server. A notice can be
//! forged; here it is only read.

mod dsn;
mod marks;
mod status;
mod text;
mod words;

use std::borrow::Cow;

use super::{Address, MachineSigns, MessageId, subject};
use marks::{Sender, Topic};
pub(super) use text::{MOST_BYTES, inlined_letter};

/// Recipients told apart in one report.
const MOST_RECIPIENTS: usize = 100;

/// Characters kept of a reason.
const LONGEST_REASON: usize = 500;

/// What became of a letter for one recipient (RFC 3464 section 2.3.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Action {
    /// It did not arrive and nobody tries any more.
    #[default]
    Failed,
    /// It did not arrive yet; the server keeps trying.
    Delayed,
    /// It arrived.
    Delivered,
    /// It was handed on to a server that sends no reports, or to the members of a list.
    Relayed,
}

/// The fate of a letter for one recipient.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bounce {
    /// Whom it was meant for: an address, or what the server calls the recipient; empty when the
    /// notice does not say.
    pub recipient: String,
    /// What became of it.
    pub action: Action,
    /// The enhanced status code (RFC 3463), worked out from the reply code or the words when the
    /// server gives none or a general one.
    pub status: String,
    /// The reason in the words of the server, on one line.
    pub reason: String,
    /// Whether the same letter would fail again: it failed with a status of class 5.
    pub permanent: bool,
}

/// The letter a report speaks of, as far as it came back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Returned {
    /// Its Message-ID, else the one the notice itself answers to.
    pub message_id: Option<MessageId>,
    /// Further ids it may be known by: those it cites, and those the notice cites.
    pub cited: Vec<MessageId>,
    /// The value of our X-Counterfoil header in it.
    pub own_mark: Option<String>,
    /// Whom it was written to: To and Cc.
    pub to: Vec<Address>,
    /// Its subject.
    pub subject: String,
}

/// A mail server's notice about a letter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The worst of what happened: failed before delayed before delivered.
    pub action: Action,
    /// One entry for each recipient, never none; those it failed for come first.
    pub bounces: Vec<Bounce>,
    /// The letter it is about.
    pub letter: Returned,
}

impl Report {
    /// The entry that stands for all: the first failed one, else the first.
    pub fn main(&self) -> Option<&Bounce> {
        self.bounces.first()
    }
}

/// The outside of a message, from which alone most mail is seen to be no notice.
pub(super) struct Outside<'a> {
    /// The From field, decoded.
    pub(super) from: &'a str,
    /// The subject, decoded.
    pub(super) subject: &'a str,
    /// What its header says about machines.
    pub(super) signs: &'a MachineSigns,
    /// Whether one of its parts is a `message/delivery-status`.
    pub(super) has_status: bool,
    /// Whether another letter may be in it, as a part or in its text.
    pub(super) carries_letter: bool,
}

/// The inside of a message that may be a notice.
#[derive(Default)]
pub(super) struct Inside<'a> {
    /// Its text.
    pub(super) text: Cow<'a, str>,
    /// Its delivery status parts, decoded.
    pub(super) statuses: Vec<String>,
    /// The addresses in X-Failed-Recipients.
    pub(super) failed: Vec<String>,
    /// Whom the notice was sent to and by: these did not fail.
    pub(super) ours: Vec<String>,
    /// The letter that came back.
    pub(super) returned: Option<Returned>,
    /// The ids the notice cites.
    pub(super) cites: Vec<MessageId>,
}

/// How much the outside looks like a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Suspicion {
    sender: Sender,
    topic: Topic,
    /// A report by its form.
    report: bool,
    /// A header says that it is one: X-Failed-Recipients, or Exchange's.
    named: bool,
    /// The Return-Path is empty.
    bare: bool,
    /// Auto-Submitted says so, or an empty Return-Path.
    automatic: bool,
}

/// Whether this may be a notice; `None` for nearly all mail, at little cost.
pub(super) fn suspect(outside: &Outside<'_>) -> Option<Suspicion> {
    let signs = outside.signs;
    let by_form = signs.content_type == "multipart/report";
    if by_form
        && !matches!(signs.report_type.as_str(), "" | "delivery-status" | "global-delivery-status")
        && !outside.has_status
    {
        return None;
    }
    let sender = marks::sender(outside.from);
    let bare = signs.empty_return_path;
    let automatic = bare || !matches!(signs.auto_submitted.as_str(), "" | "no");
    const NAMING: [&str; 2] = ["x-failed-recipients", "x-ms-exchange-message-is-ndr"];
    let named = signs.marks.iter().any(|mark| NAMING.contains(&mark.as_str()));
    let odd = automatic || named || by_form || outside.has_status || outside.carries_letter;
    if sender == Sender::Other && !odd {
        return None;
    }
    let answers = is_answer(outside.subject);
    let topic = if answers { Topic::None } else { marks::topic(outside.subject) };
    let report = (by_form
        && (outside.has_status || signs.report_type.ends_with("delivery-status")))
        || (outside.has_status
            && !(answers && sender == Sender::Other)
            && (sender != Sender::Other || automatic || topic != Topic::None));
    // What passed through a list was written to the list, if not by the server itself.
    let listed = signs.list && sender != Sender::Daemon && !report;
    let likely = match sender {
        _ if report || named => true,
        Sender::Daemon => true,
        Sender::System => automatic || !answers,
        Sender::Unattended => topic != Topic::None,
        Sender::Other => topic != Topic::None || (bare && !answers),
    };
    (likely && !listed).then_some(Suspicion { sender, topic, report, named, bare, automatic })
}

/// Whether the subject begins with a mark of answers or forwards.
fn is_answer(subject: &str) -> bool {
    let mark = subject.split_once([':', '：']).map(|(mark, _)| mark.trim()).unwrap_or_default();
    !mark.is_empty() && mark.len() <= 20 && subject::base(&format!("{mark}: x")) == "x"
}

/// Reads the notice; `None` when it is none after all.
pub(super) fn read(suspicion: Suspicion, inside: Inside<'_>) -> Option<Report> {
    let intro = text::intro(&inside.text);
    let lower = intro.to_lowercase();
    let mut fields = Vec::new();
    for status in &inside.statuses {
        fields.extend(dsn::read(status));
    }
    if fields.is_empty() {
        fields = dsn::read(&inside.text);
    }
    // Some put the words for people into a part that is meant for the status.
    let words_of_status = inside.statuses.iter().find(|status| dsn::read(status).is_empty());
    let (intro, lower) = match words_of_status {
        Some(words) => {
            let intro = format!("{intro}\n\n{}", text::intro(words));
            let lower = intro.to_lowercase();
            (Cow::Owned(intro), lower)
        }
        None => (Cow::Borrowed(intro), lower),
    };
    let spoken = marks::spoken(&lower);
    let returned = inside.returned.as_ref().is_some_and(|letter| letter.message_id.is_some());
    if !is_notice(suspicion, spoken, &lower, (!fields.is_empty(), returned)) {
        return None;
    }
    let returned_to: Vec<String> =
        inside.returned.iter().flat_map(|letter| &letter.to).map(Address::key).collect();
    let overall = overall_action(suspicion, spoken, &lower);
    let mut bounces: Vec<Bounce> = Vec::new();
    let mentions = text::recipients(&intro, &inside.ours, &returned_to);
    for field in fields.iter().take(MOST_RECIPIENTS) {
        let entry = field.bounce(overall, &mentions, &intro);
        if !bounces.contains(&entry) {
            bounces.push(entry);
        }
    }
    // One report may speak of a recipient whom only its header or its text names.
    if let [only] = bounces.as_mut_slice()
        && !only.recipient.contains('@')
    {
        let named = inside.failed.iter().chain(mentions.iter().map(|mention| &mention.address));
        let sole = (returned_to.len() == 1).then(|| returned_to.first()).flatten();
        if let Some(address) = named.chain(sole).next() {
            only.recipient.clone_from(address);
        }
    }
    if bounces.is_empty() {
        bounces = in_words(&inside, &mentions, &returned_to, overall, &intro);
    }
    bounces.sort_by_key(|bounce| bounce.action as u8);
    bounces.truncate(MOST_RECIPIENTS);
    let action = bounces.first().map(|bounce| bounce.action).unwrap_or_default();
    let mut letter = inside.returned.unwrap_or_default();
    let mut ids = inside.cites.into_iter();
    if letter.message_id.is_none() {
        letter.message_id = ids.next();
    }
    for id in ids {
        if letter.message_id.as_ref() != Some(&id) && !letter.cited.contains(&id) {
            letter.cited.push(id);
        }
    }
    Some(Report { action, bounces, letter })
}

/// Whether a suspected message is a notice, now that it was read.
fn is_notice(
    suspicion: Suspicion,
    spoken: Topic,
    lower: &str,
    (has_fields, returned): (bool, bool),
) -> bool {
    let Suspicion { sender, topic, report, named, bare, automatic } = suspicion;
    if report || named {
        return true;
    }
    let by_words = topic != Topic::None || spoken != Topic::None;
    let by_both = topic != Topic::None && spoken != Topic::None;
    match sender {
        Sender::Daemon => true,
        // A postmaster may be a person, and a person may be called anything.
        Sender::System => {
            automatic && (by_words || has_fields)
                || (by_words && has_fields)
                || (by_both && !text::is_personal(lower))
                || (by_words && text::opens_as_notice(lower) && text::is_technical(lower))
        }
        Sender::Unattended => by_both && text::is_technical(lower) && !text::is_personal(lower),
        Sender::Other => {
            let technical = text::is_technical(lower);
            (has_fields && automatic && topic != Topic::None)
                || (bare && by_both && technical)
                || (text::opens_as_notice(lower) && technical && (bare || (by_both && returned)))
        }
    }
}

/// What the notice as a whole says happened, for recipients whose own fate is not told.
fn overall_action(suspicion: Suspicion, spoken: Topic, lower: &str) -> Action {
    match (suspicion.topic, spoken) {
        (Topic::Failure, _) => Action::Failed,
        (Topic::Delay, _) if !marks::is_final(lower) => Action::Delayed,
        (Topic::Success, Topic::None | Topic::Success) => Action::Delivered,
        (Topic::None, Topic::Delay) => Action::Delayed,
        (Topic::None, Topic::Success) => Action::Delivered,
        _ => Action::Failed,
    }
}

/// The entries of a notice without a delivery status: those the header names, else those the text
/// names, else the one the letter was written to.
fn in_words(
    inside: &Inside<'_>,
    mentions: &[text::Mention],
    returned_to: &[String],
    action: Action,
    intro: &str,
) -> Vec<Bounce> {
    let reason_for = |address: &str| text::reason_for(intro, address, mentions);
    let mut recipients: Vec<&str> = inside.failed.iter().map(String::as_str).collect();
    if recipients.is_empty() {
        recipients = mentions.iter().map(|mention| mention.address.as_str()).collect();
    }
    if recipients.is_empty() && returned_to.len() == 1 {
        recipients = returned_to.iter().map(String::as_str).collect();
    }
    if recipients.is_empty() {
        recipients.push("");
    }
    let entries = recipients.into_iter().map(|recipient| {
        let reason = reason_for(recipient);
        let status = status::of(&[&reason, intro], action, "");
        entry(recipient.to_owned(), action, status, &reason)
    });
    entries.collect()
}

fn entry(recipient: String, action: Action, status: String, reason: &str) -> Bounce {
    let permanent = action == Action::Failed && status.starts_with('5');
    Bounce { recipient, action, status, reason: text::one_line(reason, LONGEST_REASON), permanent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_forwards_are_told_by_their_subject() {
        for (subject, expected) in [
            ("Undeliverable: Re: order", false),
            ("Re: Undeliverable: order", true),
            ("Fwd: failure notice", true),
            ("WG: Unzustellbar", true),
            ("Undelivered Mail Returned to Sender [CF#8-abcd]", false),
            ("failure notice", false),
            ("", false),
        ] {
            assert_eq!(is_answer(subject), expected, "{subject}");
        }
    }
}
