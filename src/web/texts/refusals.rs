//! What the desk and the store say when something is not possible, in the languages of the pages.
//! They speak English by themselves, to the command line and the API as well; here each of their
//! sentences is known by its fixed words, and what stands between them is carried over. What they
//! tell people at a command line to type, a page says in other words.

mod decisions;
mod reasons;
#[cfg(test)]
mod tests;

use super::Language;

/// What the desk or the store says, and what a page says instead; each `{}` stands for the same in
/// all of them, in the same order.
struct Sentence {
    desk: &'static str,
    english: &'static str,
    german: &'static str,
}

/// A sentence that an English page says as the desk does.
const fn same(desk: &'static str, german: &'static str) -> Sentence {
    Sentence { desk, english: desk, german }
}

/// A sentence that every page says in words of its own.
const fn each(desk: &'static str, english: &'static str, german: &'static str) -> Sentence {
    Sentence { desk, english, german }
}

const SENTENCES: &[Sentence] = &[
    // Changing a ticket.
    each(
        "ticket {} is deleted; undelete it first",
        "ticket {} is deleted; take it back first",
        "Ticket {} ist gelöscht; holen Sie es zuerst zurück",
    ),
    same("ticket {} is not deleted", "Ticket {} ist nicht gelöscht"),
    each(
        "a ticket is not set to `deleted`; use ticket delete",
        "a ticket is not set to `deleted`; delete it by its button",
        "der Status „gelöscht“ wird nicht gesetzt; löschen Sie das Ticket",
    ),
    same(
        "ticket {} is on hold; release the hold first",
        "Ticket {} wird aufbewahrt; heben Sie das zuerst auf",
    ),
    same(
        "ticket {} was merged into ticket {}; change that one",
        "Ticket {} ist in Ticket {} aufgegangen; ändern Sie dieses",
    ),
    each(
        "`` is no address such as ana@shop.example",
        "an address is needed, such as ana@shop.example",
        "eine Adresse ist nötig, etwa ana@shop.example",
    ),
    same(
        "`{}` is no address such as ana@shop.example",
        "„{}“ ist keine Adresse wie ana@shop.example",
    ),
    same(
        "`{}` is the mailbox of this ticket itself; name the person who asks",
        "„{}“ ist das Postfach dieses Tickets selbst; geben Sie an, wer anfragt",
    ),
    same(
        "`{}` has a meaning of its own and cannot be a queue or a tag; take another word",
        "„{}“ hat eine eigene Bedeutung und kann weder Bereich noch Schlagwort sein; nehmen Sie \
         ein anderes Wort",
    ),
    same(
        "a name must be one line of 1 to {} characters",
        "ein Name muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    same(
        "there is no active user `{}`; there are {}",
        "es gibt kein aktives Konto „{}“; vorhanden sind {}",
    ),
    each(
        "there is no active user `{}`; add one with user add",
        "there is no active user `{}`; an administrator adds one on the machine itself",
        "es gibt kein aktives Konto „{}“; auf dem Server selbst legt jemand eines an",
    ),
    same(
        "a queue must be one line of 1 to {} characters",
        "ein Bereich muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    same(
        "a subject must be one line of 1 to {} characters",
        "ein Betreff muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    same(
        "a tag must be one line of 1 to {} characters",
        "ein Schlagwort muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    same(
        "a due date is in the year 2000 or later",
        "eine Fälligkeit liegt im Jahr 2000 oder später",
    ),
    same("ticket {} is not linked with ticket {}", "Ticket {} ist nicht mit Ticket {} verknüpft"),
    same("ticket {} would have more than {} tags", "Ticket {} hätte mehr als {} Schlagwörter"),
    same(
        "ticket {} cannot be merged into or linked with itself",
        "Ticket {} kann nicht mit sich selbst zusammengeführt oder verknüpft werden",
    ),
    same(
        "name the articles that leave ticket {}",
        "geben Sie an, welche Nachrichten Ticket {} verlassen",
    ),
    each(
        "not all of these articles are of ticket {}; ticket show lists them",
        "not all of these articles are of ticket {}; its page shows them",
        "nicht alle diese Nachrichten gehören zu Ticket {}",
    ),
    same(
        "ticket {} would be left empty; leave one article there",
        "Ticket {} bliebe leer zurück; lassen Sie eine Nachricht dort",
    ),
    // Before the next one, which is within it.
    same("`{}:`: {}", "„{}:“: {}"),
    same("`{}` is none of {}", "„{}“ ist keines von {}"),
    // Answering; what else speaks against an answer is in the texts of `writing`.
    same("not sent: {}", "nicht gesendet: {}"),
    same(
        "{} answers to {} within the hour; wait, or look whether a program answers",
        "{} Antworten an {} binnen einer Stunde; warten Sie, oder sehen Sie nach, ob dort ein \
         Programm antwortet",
    ),
    same("there is no mailbox `{}`; there are {}", "es gibt kein Postfach „{}“; vorhanden sind {}"),
    // The outbox.
    same(
        "outbox {} was sent; there is nothing left to decide",
        "Postausgang {} wurde gesendet; es gibt nichts mehr zu entscheiden",
    ),
    same(
        "outbox {} may be leaving just now; look again in ten minutes",
        "Postausgang {} wird vielleicht gerade gesendet; sehen Sie in zehn Minuten wieder nach",
    ),
    each(
        "outbox {} waits and is sent by itself; give it up with outbox discard, if need be",
        "outbox {} waits and is sent by itself; if need be, give it up",
        "Postausgang {} wartet und wird von selbst gesendet; notfalls können Sie ihn verwerfen",
    ),
    each(
        "it is not known whether outbox {} left, so it is not sent again; look into Sent Items, \
         then settle it with outbox sent or outbox discard",
        "it is not known whether outbox {} left, so it is not sent again; look into Sent Items, then say here what became of it",
        "es ist nicht bekannt, ob Postausgang {} gesendet wurde, deshalb wird er nicht noch einmal \
         gesendet; sehen Sie in den gesendeten Elementen nach und entscheiden Sie dann",
    ),
    each(
        "outbox {} was refused; send it again with outbox retry",
        "outbox {} was refused; send it again if it should leave",
        "Postausgang {} wurde abgelehnt; senden Sie ihn noch einmal",
    ),
    each(
        "outbox {} is a notice to an agent, which is not sent again; ticket show has what it told",
        "outbox {} is a notice to an agent, which is not sent again; its ticket has what it told",
        "Postausgang {} ist eine Benachrichtigung, die nicht noch einmal gesendet wird; im Ticket \
         steht, wovon sie handelte",
    ),
    same(
        "outbox {} was sent again already, as outbox {}",
        "Postausgang {} wurde bereits erneut gesendet (als Postausgang {})",
    ),
    same(
        "outbox {} was settled by a person meanwhile",
        "über Postausgang {} hat inzwischen jemand entschieden",
    ),
    // The ledger.
    same(
        "ledger row {} is in ticket {} already; nothing is to be done about it",
        "Zeile {} im Posteingangsbuch liegt schon in Ticket {}; damit ist nichts zu tun",
    ),
    same(
        "the content of ledger row {} was erased with its ticket",
        "der Inhalt von Zeile {} im Posteingangsbuch wurde mit seinem Ticket gelöscht",
    ),
    same(
        "the original of ledger row {} is not kept here (any more)",
        "das Original von Zeile {} im Posteingangsbuch ist hier nicht (mehr) aufbewahrt",
    ),
    // What is not there.
    same("there is no ticket {}", "es gibt kein Ticket {}"),
    same("there is no attachment {}", "es gibt keinen Anhang {}"),
    same("there is no ledger row {}", "es gibt keine Zeile {} im Posteingangsbuch"),
    same("there is no outbox row {}", "es gibt keine Zeile {} im Postausgang"),
    same("there is no requester {}", "es gibt keine anfragende Person {}"),
    same("there is no user {}", "es gibt kein Konto {}"),
    same("ticket {} has no article {}", "Ticket {} hat keine Nachricht {}"),
    same("attachment {} is no picture", "Anhang {} ist kein Bild"),
    same("article {} has no HTML", "Nachricht {} hat kein HTML"),
    same("article {} forwards nobody's letter", "Nachricht {} leitet niemandes Nachricht weiter"),
    // Searching.
    same("a search has at most {} characters", "eine Suche hat höchstens {} Zeichen"),
    same(
        "a search has at most {} words; leave some out",
        "eine Suche hat höchstens {} Wörter; lassen Sie einige weg",
    ),
    same(
        "a search needs something to find beside what must not occur",
        "eine Suche braucht neben dem, was nicht vorkommen darf, auch etwas, das vorkommt",
    ),
    same(
        "there is nothing to find in that; type a word, or a condition such as state:open",
        "darin ist nichts zu finden; geben Sie ein Wort ein oder eine Bedingung wie state:open",
    ),
    same("`{}:` needs {}, right behind it", "„{}:“ braucht gleich dahinter {}"),
    same("a name or an address", "einen Namen oder eine Adresse"),
    same("a word of the subject", "ein Wort aus dem Betreff"),
    same("a state, such as state:open", "einen Status, etwa state:offen"),
    same("the name of a queue or none", "den Namen eines Bereichs oder none"),
    same("the name of an agent or none", "einen Namen oder none"),
    same("a priority, such as priority:high", "eine Priorität, etwa priority:hoch"),
    same("the name of a tag", "ein Schlagwort"),
    same("the name of a mailbox", "den Namen eines Postfachs"),
    same("none or overdue", "none oder overdue"),
    same("a day, a month or a year", "einen Tag, einen Monat oder ein Jahr"),
    same("the word attachment", "das Wort attachment"),
    same(
        "`{}:` cannot be left out; use the other of before: and after:",
        "„{}:“ kann nicht ausgeschlossen werden; nehmen Sie das andere von before: und after:",
    ),
    same(
        "`due:{}` is not known; there are due:none and due:overdue",
        "„due:{}“ ist nicht bekannt; es gibt due:none und due:overdue",
    ),
    same(
        "`has:{}` is not known; there is has:attachment",
        "„has:{}“ ist nicht bekannt; es gibt has:attachment",
    ),
    same(
        "`{}` is no date; write a day such as {}:2026-05-04, or a month or year",
        "„{}“ ist kein Datum; schreiben Sie einen Tag wie {}:2026-05-04, einen Monat oder ein Jahr",
    ),
    same("`{}` is not a time such as {}", "„{}“ ist kein Zeitpunkt wie {}"),
];

/// A sentence of the desk or the store in a language of the pages; as it is when it is not known.
pub(in crate::web) fn said(language: Language, sentence: &str) -> String {
    let found = all().find_map(|known| {
        let values = values(known.desk, sentence)?;
        // A reason inside a sentence is a sentence of its own.
        let values: Vec<String> = values.into_iter().map(|value| said(language, value)).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let words = match language {
            Language::English => known.english,
            Language::German => known.german,
        };
        Some(super::put(words, &values))
    });
    found.unwrap_or_else(|| sentence.to_owned())
}

fn all() -> impl Iterator<Item = &'static Sentence> {
    SENTENCES.iter().chain(reasons::REASONS).chain(decisions::DECISIONS)
}

/// What stands in the places of a pattern, if the sentence is of that pattern.
fn values<'a>(pattern: &str, sentence: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split("{}");
    let mut before = pieces.next()?;
    let mut rest = sentence.strip_prefix(before)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = match pieces.peek() {
            // The last piece has to be the end.
            None => rest.len().checked_sub(piece.len()).filter(|_| rest.ends_with(piece))?,
            Some(_) => rest.find(piece)?,
        };
        // What somebody typed stands in backticks, and may be nothing.
        if at == 0 && !before.ends_with('`') {
            return None;
        }
        values.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
        before = piece;
    }
    rest.is_empty().then_some(values)
}
