//! The lists of tickets, what is done to several at once, and the page of a requester.

use super::{Word, word};

/// What these pages say.
#[derive(Debug)]
pub(in crate::web) struct Lists {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) drafts: &'static str,
    pub(in crate::web) lists: &'static str,
    pub(in crate::web) queues: &'static str,
    pub(in crate::web) more: &'static str,
    pub(in crate::web) newest: &'static str,
    pub(in crate::web) older: &'static str,
    pub(in crate::web) no_more: &'static str,
    pub(in crate::web) open: Tab,
    pub(in crate::web) mine: Tab,
    pub(in crate::web) unassigned: Tab,
    pub(in crate::web) pending: Tab,
    pub(in crate::web) closed: Tab,
    pub(in crate::web) deleted: Tab,
    pub(in crate::web) all: Tab,
    pub(in crate::web) nothing_in_queue: &'static str,
    pub(in crate::web) ticket: &'static str,
    pub(in crate::web) hold: &'static str,
    pub(in crate::web) overdue: &'static str,
    /// With the moment.
    pub(in crate::web) was_due: &'static str,
    pub(in crate::web) attachment: &'static str,
    /// Before the name of an agent.
    pub(in crate::web) has_it: &'static str,
    pub(in crate::web) bulk: Bulk,
    pub(in crate::web) requester: Requester,
}

/// The name of a list, and what it says when it is empty.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct Tab {
    pub(in crate::web) name: &'static str,
    pub(in crate::web) nothing: &'static str,
}

/// What is done to several tickets at once.
#[derive(Debug)]
pub(in crate::web) struct Bulk {
    /// With the number of a ticket.
    pub(in crate::web) select: &'static str,
    pub(in crate::web) legend: &'static str,
    pub(in crate::web) assignee: &'static str,
    pub(in crate::web) state: &'static str,
    pub(in crate::web) priority: &'static str,
    pub(in crate::web) queue: &'static str,
    pub(in crate::web) tag: &'static str,
    pub(in crate::web) unchanged: &'static str,
    pub(in crate::web) nobody: &'static str,
    pub(in crate::web) no_queue: &'static str,
    pub(in crate::web) change: &'static str,
    pub(in crate::web) delete: &'static str,
    pub(in crate::web) take_back: &'static str,
    pub(in crate::web) changed: Word,
    pub(in crate::web) deleted: Word,
    pub(in crate::web) taken_back: Word,
    pub(in crate::web) not_changed: Word,
    pub(in crate::web) title: &'static str,
    pub(in crate::web) none_chosen: &'static str,
    pub(in crate::web) nothing_to_do: &'static str,
    /// With the most tickets at once.
    pub(in crate::web) too_many: &'static str,
    pub(in crate::web) failed: &'static str,
    pub(in crate::web) back: &'static str,
}

/// The page of a requester.
#[derive(Debug)]
pub(in crate::web) struct Requester {
    pub(in crate::web) kind: &'static str,
    pub(in crate::web) address: &'static str,
    pub(in crate::web) since: &'static str,
    pub(in crate::web) all: &'static str,
    pub(in crate::web) states: &'static str,
    /// With a number.
    pub(in crate::web) more_than: &'static str,
    pub(in crate::web) nothing: &'static str,
    pub(in crate::web) new_ticket: &'static str,
    pub(in crate::web) unknown: &'static str,
}

const fn tab(name: &'static str, nothing: &'static str) -> Tab {
    Tab { name, nothing }
}

pub(super) const ENGLISH: Lists = Lists {
    title: "Tickets",
    drafts: "You began to write:",
    lists: "Lists",
    queues: "Queues",
    more: "More tickets",
    newest: "Newest",
    older: "Older",
    no_more: "No more tickets.",
    open: tab(
        "open",
        "Nothing is open. Each message that comes in will open a ticket or join one.",
    ),
    mine: tab("mine", "You have no ticket to do."),
    unassigned: tab("unassigned", "Every open ticket has somebody."),
    pending: tab("pending", "No ticket is pending."),
    closed: tab("closed", "No ticket is closed."),
    deleted: tab("deleted", "No ticket is deleted."),
    all: tab("all", "No ticket yet. Each message that comes in will open one or join one."),
    nothing_in_queue: "Nothing is open in this queue.",
    ticket: "Ticket",
    hold: "hold",
    overdue: "overdue",
    was_due: "It was due {}",
    attachment: "With an attachment",
    has_it: "Assigned to",
    bulk: Bulk {
        select: "Select ticket {}",
        legend: "Do with the selected tickets",
        assignee: "Assignee",
        state: "State",
        priority: "Priority",
        queue: "Queue",
        tag: "Add tag",
        unchanged: "as it is",
        nobody: "nobody",
        no_queue: "no queue",
        change: "Change",
        delete: "Delete",
        take_back: "Take back",
        changed: word("ticket was changed.", "tickets were changed."),
        deleted: word("ticket was deleted.", "tickets were deleted."),
        taken_back: word("ticket was taken back.", "tickets were taken back."),
        not_changed: word("ticket was not changed:", "tickets were not changed:"),
        title: "Several tickets",
        none_chosen: "No ticket was selected.",
        nothing_to_do: "It was not said what to do with the selected tickets.",
        too_many: "At most {} tickets can be changed at once.",
        failed: "the database failed; the log says more",
        back: "Back to the list",
    },
    requester: Requester {
        kind: "Requester",
        address: "Address",
        since: "First ticket",
        all: "all",
        states: "By state",
        more_than: "more than {}",
        nothing: "There is no such ticket of this person.",
        new_ticket: "New ticket for this person",
        unknown: "Nobody with this address ever wrote to us.",
    },
};

pub(super) const GERMAN: Lists = Lists {
    title: "Tickets",
    drafts: "Sie haben angefangen zu schreiben:",
    lists: "Listen",
    queues: "Bereiche",
    more: "Weitere Tickets",
    newest: "Neueste",
    older: "Ältere",
    no_more: "Keine weiteren Tickets.",
    open: tab(
        "offen",
        "Nichts ist offen. Jede eingehende Nachricht eröffnet ein Ticket oder kommt zu einem hinzu.",
    ),
    mine: tab("meine", "Für Sie ist nichts zu tun."),
    unassigned: tab("nicht zugewiesen", "Für jedes offene Ticket ist jemand zuständig."),
    pending: tab("wartend", "Kein Ticket wartet."),
    closed: tab("geschlossen", "Kein Ticket ist geschlossen."),
    deleted: tab("gelöscht", "Kein Ticket ist gelöscht."),
    all: tab(
        "alle",
        "Noch kein Ticket. Jede eingehende Nachricht eröffnet eines oder kommt zu einem hinzu.",
    ),
    nothing_in_queue: "In diesem Bereich ist nichts offen.",
    ticket: "Ticket",
    hold: "aufbewahrt",
    overdue: "überfällig",
    was_due: "Fällig war es {}",
    attachment: "Mit Anhang",
    has_it: "Zuständig:",
    bulk: Bulk {
        select: "Ticket {} auswählen",
        legend: "Ausgewählte Tickets",
        assignee: "Zuständig",
        state: "Status",
        priority: "Priorität",
        queue: "Bereich",
        tag: "Schlagwort hinzufügen",
        unchanged: "unverändert",
        nobody: "niemand",
        no_queue: "kein Bereich",
        change: "Ändern",
        delete: "Löschen",
        take_back: "Zurückholen",
        changed: word("Ticket wurde geändert.", "Tickets wurden geändert."),
        deleted: word("Ticket wurde gelöscht.", "Tickets wurden gelöscht."),
        taken_back: word("Ticket wurde zurückgeholt.", "Tickets wurden zurückgeholt."),
        not_changed: word("Ticket wurde nicht geändert:", "Tickets wurden nicht geändert:"),
        title: "Mehrere Tickets",
        none_chosen: "Es war kein Ticket ausgewählt.",
        nothing_to_do: "Es war nicht angegeben, was mit den ausgewählten Tickets geschehen soll.",
        too_many: "Auf einmal können höchstens {} Tickets geändert werden.",
        failed: "die Datenbank hat versagt; das Protokoll sagt mehr",
        back: "Zurück zur Liste",
    },
    requester: Requester {
        kind: "Anfragende Person",
        address: "Adresse",
        since: "Erstes Ticket",
        all: "alle",
        states: "Nach Status",
        more_than: "mehr als {}",
        nothing: "Von dieser Person gibt es kein solches Ticket.",
        new_ticket: "Neues Ticket für diese Person",
        unknown: "Von dieser Adresse kam noch keine Anfrage.",
    },
};
