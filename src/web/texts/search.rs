//! The search page.

use super::{Word, word};

/// What the search page says.
#[derive(Debug)]
pub(in crate::web) struct Search {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) label: &'static str,
    pub(in crate::web) button: &'static str,
    /// With the reason, which is a sentence in English.
    pub(in crate::web) cannot: &'static str,
    /// With conditions that there are none of, and with those that there are.
    pub(in crate::web) no_condition: &'static str,
    pub(in crate::web) quoted: &'static str,
    pub(in crate::web) or: &'static str,
    pub(in crate::web) nothing: &'static str,
    pub(in crate::web) nothing_so_far: &'static str,
    pub(in crate::web) nothing_more: &'static str,
    pub(in crate::web) found: Word,
    pub(in crate::web) newest_found: Word,
    pub(in crate::web) further_found: Word,
    pub(in crate::web) more: &'static str,
    pub(in crate::web) further_back: &'static str,
    pub(in crate::web) to_the_newest: &'static str,
    pub(in crate::web) not_indexed: Word,
    pub(in crate::web) file: &'static str,
    pub(in crate::web) help: &'static str,
    /// What may be typed, and what it finds.
    pub(in crate::web) ways: &'static [(&'static str, &'static str)],
}

pub(super) const ENGLISH: Search = Search {
    title: "Search",
    label: "Search tickets",
    button: "Search",
    cannot: "Cannot search: {}.",
    no_condition: "There is no condition {}, so that was looked for as words. There are {}.",
    quoted: "“{}:”",
    or: " or ",
    nothing: "Nothing found.",
    nothing_so_far: "Nothing found so far; older tickets may hold it.",
    nothing_more: "Nothing more found.",
    found: word("ticket found", "tickets found"),
    newest_found: word(
        "ticket so far, there may be older ones",
        "newest tickets, there are older ones",
    ),
    further_found: word("further ticket", "further tickets"),
    more: "More results",
    further_back: "Look further back",
    to_the_newest: "Newest",
    not_indexed: word(
        "older message cannot be found yet; it is being indexed.",
        "older messages cannot be found yet; they are being indexed.",
    ),
    file: "File:",
    help: "What a search may say",
    ways: &[
        ("lamp fuse", "both words, in whatever order"),
        ("\"lamp fuse\"", "these words one after the other"),
        ("lam*", "words that begin so"),
        ("-fuse", "without this word"),
        ("from:ana, to:shop.example", "by sender or recipient, name or address"),
        ("subject:invoice", "only in the subject"),
        ("state:open, queue:Sales", "by state or queue; queue:none for none"),
        ("assignee:ana, tag:invoice", "by who has it or by tag; assignee:none for nobody"),
        ("priority:high, mailbox:support", "by priority or mailbox"),
        ("due:overdue, due:none", "what should be done by now, what has no due date"),
        ("after:2026-05-01, before:2026-06", "by the day a message came or left"),
        ("has:attachment", "messages with files"),
        ("#1234", "leads straight to ticket 1234"),
    ],
};

pub(super) const GERMAN: Search = Search {
    title: "Suche",
    label: "Tickets suchen",
    button: "Suchen",
    cannot: "So kann nicht gesucht werden: {}.",
    no_condition: "Eine Bedingung {} gibt es nicht; gesucht wurde nach den Wörtern. Es gibt {}.",
    quoted: "„{}:“",
    or: " oder ",
    nothing: "Nichts gefunden.",
    nothing_so_far: "Bisher nichts gefunden; ältere Tickets könnten es enthalten.",
    nothing_more: "Nichts weiter gefunden.",
    found: word("Ticket gefunden", "Tickets gefunden"),
    newest_found: word("Ticket bisher, es kann ältere geben", "neueste Tickets, es gibt ältere"),
    further_found: word("weiteres Ticket", "weitere Tickets"),
    more: "Weitere Treffer",
    further_back: "Weiter zurück suchen",
    to_the_newest: "Neueste",
    not_indexed: word(
        "ältere Nachricht ist noch nicht auffindbar; sie wird gerade erfasst.",
        "ältere Nachrichten sind noch nicht auffindbar; sie werden gerade erfasst.",
    ),
    file: "Datei:",
    help: "Was man in die Suche schreiben kann",
    ways: &[
        ("lampe sicherung", "beide Wörter, in beliebiger Reihenfolge"),
        ("\"neue lampe\"", "diese Wörter hintereinander"),
        ("lam*", "Wörter, die so anfangen"),
        ("-sicherung", "ohne dieses Wort"),
        ("from:ana, to:shop.example", "nach Absender oder Empfänger, Name oder Adresse"),
        ("subject:rechnung", "nur im Betreff"),
        ("state:offen, queue:Verkauf", "nach Status oder Bereich; queue:none ohne Bereich"),
        ("assignee:ana, tag:rechnung", "nach Zuständigkeit oder Schlagwort; assignee:none ohne"),
        ("priority:hoch, mailbox:support", "nach Priorität oder Postfach"),
        ("due:overdue, due:none", "was schon fällig war, was keine Fälligkeit hat"),
        ("after:2026-05-01, before:2026-06", "nach dem Tag der Nachricht"),
        ("has:attachment", "Nachrichten mit Anhang"),
        ("#1234", "führt direkt zu Ticket 1234"),
    ],
};
