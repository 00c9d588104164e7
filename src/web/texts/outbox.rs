//! The texts of the outbox and of the audit trail.

use crate::desk::ticket::Delivery;

/// The texts of these pages.
#[derive(Debug)]
pub(in crate::web) struct Outbox {
    pub(in crate::web) lead: &'static str,
    pub(in crate::web) open: &'static str,
    pub(in crate::web) written: &'static str,
    pub(in crate::web) state: &'static str,
    pub(in crate::web) to: &'static str,
    pub(in crate::web) cc: &'static str,
    pub(in crate::web) bcc: &'static str,
    pub(in crate::web) subject: &'static str,
    pub(in crate::web) title: &'static str,
    pub(in crate::web) automatic: &'static str,
    pub(in crate::web) notice: &'static str,
    pub(in crate::web) attempts: &'static str,
    pub(in crate::web) due: &'static str,
    pub(in crate::web) tried: &'static str,
    pub(in crate::web) sent: &'static str,
    pub(in crate::web) what_to_do: &'static str,
    pub(in crate::web) retry: &'static str,
    pub(in crate::web) retry_hint: &'static str,
    pub(in crate::web) retry_to: &'static str,
    pub(in crate::web) came_back: &'static str,
    pub(in crate::web) mark_sent: &'static str,
    pub(in crate::web) mark_sent_hint: &'static str,
    pub(in crate::web) discard: &'static str,
    pub(in crate::web) discard_reason: &'static str,
    sent_again: &'static str,
    settled: &'static str,
    given_up: &'static str,
    pub(in crate::web) nothing_waits: &'static str,
    pub(in crate::web) and_more: &'static str,
    /// In the order queued, sent, refused, unknown.
    states: [&'static str; 4],
    pub(in crate::web) trail_lead: &'static str,
    pub(in crate::web) head: &'static str,
    pub(in crate::web) entry: &'static str,
    pub(in crate::web) at: &'static str,
    pub(in crate::web) actor: &'static str,
    pub(in crate::web) action: &'static str,
    pub(in crate::web) about: &'static str,
    pub(in crate::web) detail: &'static str,
    pub(in crate::web) row: &'static str,
    pub(in crate::web) check: &'static str,
    pub(in crate::web) check_hint: &'static str,
    pub(in crate::web) checked_whole: &'static str,
    pub(in crate::web) checked_broken: &'static str,
    pub(in crate::web) check_older: &'static str,
    pub(in crate::web) checked_all: &'static str,
}

impl Outbox {
    /// What was decided about a message, by the word of the deed.
    pub(in crate::web) fn done(&self, deed: &str) -> Option<&'static str> {
        match deed {
            "retry" => Some(self.sent_again),
            "sent" => Some(self.settled),
            "discard" => Some(self.given_up),
            _ => None,
        }
    }

    /// How far a message of ours has come.
    pub(in crate::web) fn state(&self, state: Delivery) -> &'static str {
        let [queued, sent, refused, unknown] = self.states;
        match state {
            Delivery::Queued => queued,
            Delivery::Sent => sent,
            Delivery::Refused => refused,
            Delivery::Unknown => unknown,
        }
    }
}

pub(super) const ENGLISH: Outbox = Outbox {
    lead: "Messages of ours that wait, were refused, or of which it is not known whether they left.",
    open: "not settled",
    written: "Written",
    state: "State",
    to: "To",
    cc: "Copy",
    bcc: "Hidden copy",
    subject: "Subject",
    title: "Outbox {}",
    automatic: "written automatically",
    notice: "a notice to an agent",
    attempts: "Failed attempts",
    due: "Tried next",
    tried: "Last tried",
    sent: "Sent",
    what_to_do: "What to do about it",
    retry: "Send it again",
    retry_hint: "As a new message in its ticket, with an id of its own.",
    retry_to: "It goes only to {}, from whom it came back; nobody else gets it twice.",
    came_back: "Came back from",
    mark_sent: "It did leave",
    mark_sent_hint: "Because it lies in Sent Items, or arrived.",
    discard: "Give it up",
    discard_reason: "Why",
    sent_again: "It is sent again as this new message.",
    settled: "It is noted as sent.",
    given_up: "It is given up and does not leave.",
    nothing_waits: "Nothing waits, nothing was refused, nothing is undecided.",
    and_more: "{} and {} more",
    states: ["waiting", "sent", "refused", "undecided"],
    trail_lead: "Every change of state, chained by SHA-256: each entry names the hash of the one \
                 before. Entries name ids and digests, never content.",
    head: "The head of the chain is entry {}: {}",
    entry: "Entry",
    at: "When",
    actor: "Who",
    action: "What",
    about: "On",
    detail: "Detail",
    row: "row {}",
    check: "Check the newest entries",
    check_hint: "Ten thousand at a time. {} checks all of them and the \
                 stored originals.",
    checked_whole: "Entries {} to {} fit together.",
    checked_broken: "Entry {} does not fit: {}.",
    check_older: "Check those before",
    checked_all: "That is the beginning of the chain.",
};

pub(super) const GERMAN: Outbox = Outbox {
    lead: "Eigene Nachrichten, die warten, abgelehnt wurden oder von denen nicht bekannt ist, ob \
           sie gesendet wurden.",
    open: "nicht erledigt",
    written: "Geschrieben",
    state: "Stand",
    to: "An",
    cc: "Kopie",
    bcc: "Blindkopie",
    subject: "Betreff",
    title: "Postausgang {}",
    automatic: "automatisch geschrieben",
    notice: "eine Benachrichtigung",
    attempts: "Fehlgeschlagene Versuche",
    due: "Nächster Versuch",
    tried: "Letzter Versuch",
    sent: "Gesendet",
    what_to_do: "Was damit geschehen soll",
    retry: "Noch einmal senden",
    retry_hint: "Als neue Nachricht im Ticket, mit einer eigenen Kennung.",
    retry_to: "Sie geht nur an {}, von wo sie zurückkam; sonst bekommt sie niemand ein zweites Mal.",
    came_back: "Zurückgekommen von",
    mark_sent: "Sie wurde gesendet",
    mark_sent_hint: "Weil sie unter den gesendeten Elementen liegt oder angekommen ist.",
    discard: "Aufgeben",
    discard_reason: "Warum",
    sent_again: "Sie wird noch einmal gesendet, als diese neue Nachricht.",
    settled: "Sie ist als gesendet vermerkt.",
    given_up: "Sie ist aufgegeben und wird nicht gesendet.",
    nothing_waits: "Nichts wartet, nichts wurde abgelehnt, nichts ist unentschieden.",
    and_more: "{} und {} weitere",
    states: ["wartet", "gesendet", "abgelehnt", "unentschieden"],
    trail_lead: "Jede Änderung, durch SHA-256 verkettet: Jeder Eintrag nennt die Prüfsumme des \
                 vorigen. Einträge nennen Nummern und Prüfsummen, nie Inhalte.",
    head: "Das Ende der Kette ist Eintrag {}: {}",
    entry: "Eintrag",
    at: "Wann",
    actor: "Wer",
    action: "Was",
    about: "Woran",
    detail: "Näheres",
    row: "Zeile {}",
    check: "Die neuesten Einträge prüfen",
    check_hint: "Zehntausend auf einmal. {} prüft alle und auch die \
                 aufbewahrten Originale.",
    checked_whole: "Die Einträge {} bis {} passen zusammen.",
    checked_broken: "Eintrag {} passt nicht: {}.",
    check_older: "Die davor prüfen",
    checked_all: "Das ist der Anfang der Kette.",
};
