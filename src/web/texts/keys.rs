//! The texts of the script that makes the pages nicer, and of the page that lists its keys.

/// The texts of the script and of its keys.
#[derive(Debug)]
pub(in crate::web) struct Keys {
    /// A draft was kept, or could not be, at all or because another window keeps one.
    pub(in crate::web) kept: &'static str,
    pub(in crate::web) unkept: &'static str,
    pub(in crate::web) elsewhere: &'static str,
    /// The box that chooses all tickets of a page.
    pub(in crate::web) all: &'static str,
    pub(in crate::web) title: &'static str,
    pub(in crate::web) lead: &'static str,
    pub(in crate::web) key: &'static str,
    pub(in crate::web) does: &'static str,
    /// The word between two keys that are pressed one after the other.
    pub(in crate::web) then: &'static str,
    pub(in crate::web) turn_on: &'static str,
    pub(in crate::web) turn_off: &'static str,
    /// What each key does, in the order in which they are listed.
    pub(in crate::web) list: [(&'static str, &'static str); 12],
}

pub(super) const ENGLISH: Keys = Keys {
    kept: "Draft kept",
    unkept: "The draft could not be kept",
    elsewhere: "Not kept: there is another draft of yours from another window. “Keep as draft” keeps both.",
    all: "All on this page",
    title: "Keys",
    lead: "These keys work in a browser that may run our script, except while you write.",
    key: "Key",
    does: "What it does",
    then: "then",
    turn_on: "Turn the keys on",
    turn_off: "Turn the keys off",
    list: [
        ("j", "to the next ticket or message"),
        ("k", "to the one before"),
        ("o", "opens the ticket"),
        ("Enter", "opens the ticket"),
        ("x", "marks the ticket"),
        ("r", "writes an answer"),
        ("n", "writes a note"),
        ("/", "searches"),
        ("g i", "to the open tickets"),
        ("g m", "to your tickets"),
        ("g s", "to the status"),
        ("?", "shows this page"),
    ],
};

pub(super) const GERMAN: Keys = Keys {
    kept: "Entwurf gespeichert",
    unkept: "Der Entwurf konnte nicht gespeichert werden",
    elsewhere: "Nicht gespeichert: Aus einem anderen Fenster liegt schon ein Entwurf von Ihnen vor. „Als \
                Entwurf behalten“ hebt beide auf.",
    all: "Alle auf dieser Seite",
    title: "Tasten",
    lead: "Diese Tasten gelten in einem Browser, der unser Skript ausführen darf, außer während Sie \
           schreiben.",
    key: "Taste",
    does: "Wirkung",
    then: "dann",
    turn_on: "Tasten einschalten",
    turn_off: "Tasten ausschalten",
    list: [
        ("j", "zum nächsten Ticket oder zur nächsten Nachricht"),
        ("k", "zurück zum vorigen"),
        ("o", "öffnet das Ticket"),
        ("Enter", "öffnet das Ticket"),
        ("x", "markiert das Ticket"),
        ("r", "eine Antwort schreiben"),
        ("n", "eine Notiz schreiben"),
        ("/", "suchen"),
        ("g i", "zu den offenen Tickets"),
        ("g m", "zu Ihren Tickets"),
        ("g s", "zum Status"),
        ("?", "zeigt diese Seite"),
    ],
};
