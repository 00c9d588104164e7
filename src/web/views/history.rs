//! What happened to a ticket, told from the audit trail: a line for each entry, and who did it and
//! when. An entry that is not understood is told by its kind alone.

use maud::{Markup, html};

use crate::desk::audit::{Action, Entry};
use crate::desk::ticket::{Priority, State, TicketNumber};
use crate::store::Listing;
use crate::time::Timestamp;
use crate::web::locale::{Locale, cut};
use crate::web::route::with;
use crate::web::texts::put;

/// Entries read for the column beside a conversation, and those of them that are not folded away.
pub(in crate::web) const BESIDE: u32 = 20;
const SHOWN: usize = 5;

/// Entries on a page of their own.
pub(in crate::web) const PAGE: u32 = 50;

/// The longest name shown, in characters.
const NAME_LENGTH: usize = 60;

/// The newest entries, beside a conversation.
pub(in crate::web) fn beside(
    locale: &Locale,
    ticket: TicketNumber,
    listing: &Listing<Entry>,
) -> Markup {
    let texts = &locale.texts().history;
    let (shown, folded) = listing.rows.split_at(SHOWN.min(listing.rows.len()));
    html! {
        @if !shown.is_empty() {
            section.history aria-labelledby="history" {
                h2 #history { (texts.title) }
                (list(locale, shown))
                @if !folded.is_empty() {
                    details {
                        summary { (put(texts.more, &[&locale.number(folded.len() as u64)])) }
                        (list(locale, folded))
                    }
                }
                @if listing.next.is_some() {
                    p.more { a href=(path(ticket)) { (texts.all) } }
                }
            }
        }
    }
}

/// The page of all entries, a part at a time.
pub(in crate::web) fn page(
    locale: &Locale,
    ticket: TicketNumber,
    listing: &Listing<Entry>,
) -> (String, Markup) {
    let texts = &locale.texts().history;
    let title = put(texts.page_title, &[&ticket.to_string()]);
    let main = html! {
        p.back { a href={ "/tickets/" (ticket) } { (locale.texts().ticket.back) } }
        h1 { (title) }
        @if listing.rows.is_empty() { p.empty { (texts.nothing) } }
        div.history { (list(locale, &listing.rows)) }
        @if let Some(next) = listing.next {
            nav.pages { a href=(with(&path(ticket), "after", next)) { (texts.older) } }
        }
    };
    (title, main)
}

fn path(ticket: TicketNumber) -> String {
    format!("/tickets/{ticket}/history")
}

fn list(locale: &Locale, entries: &[Entry]) -> Markup {
    html! {
        ol {
            @for entry in entries {
                li {
                    bdi { (told(locale, entry)) }
                    span.at { bdi { (actor(locale, &entry.actor)) } " · " (locale.age(entry.at)) }
                }
            }
        }
    }
}

/// Who did it.
fn actor(locale: &Locale, actor: &str) -> String {
    let texts = &locale.texts().history;
    match actor.split_once(':') {
        Some(("agent", name)) => cut(name, NAME_LENGTH),
        _ if actor == "cli" => texts.command_line.to_owned(),
        _ => texts.by_itself.to_owned(),
    }
}

/// What happened, in a line.
fn told(locale: &Locale, entry: &Entry) -> String {
    let texts = &locale.texts().history;
    let detail = entry.detail.as_str();
    let Ok(action) = entry.action.parse::<Action>() else { return entry.action.clone() };
    let general = &locale.texts().general;
    let turned = |field: &str, otherwise: &str, word: &dyn Fn(&str) -> String| {
        // A queue may be called `a to b`; then it is not known where one ends.
        match detail.split_once(" to ") {
            Some((before, after)) if !after.contains(" to ") => {
                put(texts.turn, &[field, &word(before), &word(after)])
            }
            _ => otherwise.to_owned(),
        }
    };
    let named = |none: &'static str| {
        move |word: &str| if word == "none" { none.to_owned() } else { cut(word, NAME_LENGTH) }
    };
    let state = |word: &str| {
        word.parse::<State>().map_or_else(|_| word.to_owned(), |it| general.state(it).to_owned())
    };
    let priority = |word: &str| {
        let known = word.parse::<Priority>();
        known.map_or_else(|_| word.to_owned(), |it| general.priority(it).to_owned())
    };
    let moment = |word: &str| match word.parse::<Timestamp>() {
        Ok(at) => locale.at(at),
        Err(_) => texts.undue.to_owned(),
    };
    let numbers = numbers(detail);
    let (first, second) = (numbers.first().copied(), numbers.get(1).copied());
    let with = |text: &str, otherwise: &str| {
        first.map_or_else(|| otherwise.to_owned(), |number| put(text, &[&number.to_string()]))
    };
    match action {
        Action::StateChanged => turned(texts.state, texts.state_set, &state),
        Action::PriorityChanged => turned(texts.priority, texts.priority_set, &priority),
        Action::QueueChanged => turned(texts.queue, texts.queue_set, &named(texts.none)),
        Action::Assigned => turned(texts.assigned, texts.assigned_set, &named(texts.nobody)),
        Action::DueChanged => turned(texts.due, texts.due_set, &moment),
        Action::TagsChanged => match (first, second) {
            (Some(added), Some(removed)) => {
                put(texts.tags, &[&locale.number(added), &locale.number(removed)])
            }
            _ => texts.tags_set.to_owned(),
        },
        Action::HoldChanged if detail == "off" => texts.let_go.to_owned(),
        Action::Merged => with(texts.merged, texts.merged_set),
        Action::TookOver => with(texts.took_over, texts.merged_set),
        Action::Split => match (first, second) {
            (Some(moved), Some(ticket)) => {
                put(texts.split, &[&locale.counted(moved, texts.messages), &ticket.to_string()])
            }
            _ => texts.split_set.to_owned(),
        },
        Action::LinkChanged if detail.starts_with("no longer") => {
            with(texts.unlinked, texts.linked_set)
        }
        Action::LinkChanged => with(texts.linked, texts.linked_set),
        Action::OpenedByAgent if detail.starts_with("from ticket") => {
            with(texts.opened_from, texts.opened_by_agent)
        }
        action => plainly(locale, action).map_or_else(|| entry.action.clone(), str::to_owned),
    }
}

/// What happened where the kind of entry says it all.
fn plainly(locale: &Locale, action: Action) -> Option<&'static str> {
    let texts = &locale.texts().history;
    Some(match action {
        Action::Opened => texts.opened,
        Action::OpenedByAgent => texts.opened_by_agent,
        Action::Joined => texts.joined,
        Action::Acknowledged => texts.acknowledged,
        Action::NotAcknowledged => texts.not_acknowledged,
        Action::Noticed => texts.noticed,
        Action::NotNoticed => texts.not_noticed,
        Action::Replied => texts.replied,
        Action::Noted => texts.noted,
        Action::Sent => texts.sent,
        Action::Refused => texts.refused,
        Action::CameBack => texts.came_back,
        Action::Undecided => texts.undecided,
        Action::SentAgain => texts.sent_again,
        Action::SettledAsSent => texts.settled,
        Action::GivenUp => texts.given_up,
        Action::Deleted => texts.deleted,
        Action::Undeleted => texts.undeleted,
        Action::TicketErased => texts.erased,
        Action::SubjectChanged => texts.subject,
        Action::RequesterChanged => texts.requester,
        Action::HoldChanged => texts.held,
        _ => return None,
    })
}

/// The numbers that stand in a detail.
fn numbers(detail: &str) -> Vec<u64> {
    let digits = detail.split(|c: char| !c.is_ascii_digit());
    digits.filter_map(|digits| digits.parse().ok()).take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;
    use crate::web::texts::Language;

    #[test]
    fn entries_are_told_in_both_languages() {
        let now = Timestamp::from_unix(0);
        let locale = |language| Locale { language, zone: Zone::utc(), now };
        for (action, detail, english, german) in [
            (
                Action::StateChanged,
                "open to pending",
                "State: open → pending",
                "Status: offen → wartend",
            ),
            (Action::StateChanged, "", "State changed", "Status geändert"),
            (Action::Assigned, "none to ben", "Assigned: nobody → ben", "Zuständig: niemand → ben"),
            (Action::QueueChanged, "a to b to c", "Queue changed", "Bereich geändert"),
            (
                Action::DueChanged,
                "never to 2026-05-04T09:12:00Z",
                "Due: none → 2026-05-04 09:12 UTC",
                "Fällig: kein Termin → 04.05.2026 09:12 UTC",
            ),
            (
                Action::TagsChanged,
                "2 added, 0 removed",
                "Tags: 2 added, 0 removed",
                "Schlagwörter: 2 hinzugefügt, 0 entfernt",
            ),
            (Action::Merged, "into ticket 9, 3 articles", "Merged into #9", "In #9 aufgegangen"),
            (
                Action::Split,
                "1 articles into ticket 12",
                "Split: 1 message into #12",
                "Abgetrennt: 1 Nachricht nach #12",
            ),
            (
                Action::LinkChanged,
                "no longer with ticket 4",
                "No longer linked with #4",
                "Verknüpfung mit #4 gelöst",
            ),
            (
                Action::HoldChanged,
                "off",
                "No longer kept from retention",
                "Nicht länger aufbewahrt",
            ),
            (Action::Joined, "sha256 00", "Message arrived", "Nachricht eingetroffen"),
        ] {
            let entry = Entry {
                seq: 1,
                at: now,
                actor: "agent:ana".to_owned(),
                action: action.to_string(),
                ticket: None,
                ledger: None,
                detail: detail.to_owned(),
                prev: String::new(),
                hash: String::new(),
            };
            assert_eq!(told(&locale(Language::English), &entry), english);
            assert_eq!(told(&locale(Language::German), &entry), german);
        }
    }

    #[test]
    fn every_kind_of_entry_a_ticket_has_is_told() {
        let locale =
            Locale { language: Language::English, zone: Zone::utc(), now: Timestamp::from_unix(0) };
        for action in Action::ALL {
            let word = action.as_str();
            if word.starts_with("ticket.") || word.starts_with("outbox.") {
                let entry = Entry {
                    seq: 1,
                    at: Timestamp::from_unix(0),
                    actor: "cli".to_owned(),
                    action: word.to_owned(),
                    ticket: None,
                    ledger: None,
                    detail: String::new(),
                    prev: String::new(),
                    hash: String::new(),
                };
                assert_ne!(told(&locale, &entry), word);
            }
        }
    }
}
