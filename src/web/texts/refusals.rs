//! What the desk and the store say when something is not possible, in the languages of the pages.
//! They speak English by themselves, to the command line and the API as well; here each of their
//! sentences is known by its fixed words, and what stands between them is carried over.

use super::Language;

/// A sentence of the desk and what it is in German; each `{}` stands for the same in both, in the
/// same order.
const SENTENCES: &[(&str, &str)] = &[
    // Changing a ticket.
    (
        "ticket {} is deleted; undelete it first",
        "Ticket {} ist gelöscht; holen Sie es zuerst zurück",
    ),
    ("ticket {} is not deleted", "Ticket {} ist nicht gelöscht"),
    (
        "a ticket is not set to `deleted`; use ticket delete",
        "der Status „gelöscht“ wird nicht gesetzt; löschen Sie das Ticket",
    ),
    (
        "ticket {} is on hold; release the hold first",
        "Ticket {} ist vor der Löschung geschützt; heben Sie den Schutz zuerst auf",
    ),
    (
        "ticket {} was merged into ticket {}; change that one",
        "Ticket {} ist in Ticket {} aufgegangen; ändern Sie dieses",
    ),
    ("`{}` is no address such as ana@shop.example", "„{}“ ist keine Adresse wie ana@shop.example"),
    (
        "`{}` is the mailbox of this ticket itself; name the person who asks",
        "„{}“ ist das Postfach dieses Tickets selbst; geben Sie an, wer anfragt",
    ),
    (
        "`{}` has a meaning of its own and cannot be a queue or a tag; take another word",
        "„{}“ hat eine eigene Bedeutung und kann weder Bereich noch Schlagwort sein; nehmen Sie \
         ein anderes Wort",
    ),
    (
        "a name must be one line of 1 to {} characters",
        "ein Name muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    (
        "there is no active user `{}`; there are {}",
        "es gibt kein aktives Konto „{}“; vorhanden sind {}",
    ),
    (
        "there is no active user `{}`; add one with user add",
        "es gibt kein aktives Konto „{}“; legen Sie eines mit user add an",
    ),
    (
        "a queue must be one line of 1 to {} characters",
        "ein Bereich muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    (
        "a subject must be one line of 1 to {} characters",
        "ein Betreff muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    (
        "a tag must be one line of 1 to {} characters",
        "ein Schlagwort muss eine Zeile von 1 bis {} Zeichen sein",
    ),
    ("ticket {} would have more than {} tags", "Ticket {} hätte mehr als {} Schlagwörter"),
    (
        "ticket {} cannot be merged into or linked with itself",
        "Ticket {} kann nicht mit sich selbst zusammengeführt oder verknüpft werden",
    ),
    (
        "name the articles that leave ticket {}",
        "geben Sie an, welche Nachrichten Ticket {} verlassen",
    ),
    (
        "not all of these articles are of ticket {}; ticket show lists them",
        "nicht alle diese Nachrichten gehören zu Ticket {}",
    ),
    (
        "ticket {} would be left empty; leave one article there",
        "Ticket {} bliebe leer zurück; lassen Sie eine Nachricht dort",
    ),
    ("`{}` is none of {}", "„{}“ ist keines von {}"),
    // Answering; what else speaks against an answer is in the texts of `writing`.
    ("not sent: {}", "nicht gesendet: {}"),
    (
        "{} answers to {} within the hour; wait, or look whether a program answers",
        "{} Antworten an {} binnen einer Stunde; warten Sie, oder sehen Sie nach, ob dort ein \
         Programm antwortet",
    ),
    ("there is no mailbox `{}`; there are {}", "es gibt kein Postfach „{}“; vorhanden sind {}"),
    // The outbox.
    (
        "outbox {} was sent; there is nothing left to decide",
        "Postausgang {} wurde gesendet; es gibt nichts mehr zu entscheiden",
    ),
    (
        "outbox {} may be leaving just now; look again in ten minutes",
        "Postausgang {} wird vielleicht gerade gesendet; sehen Sie in zehn Minuten wieder nach",
    ),
    (
        "outbox {} waits and is sent by itself; give it up with outbox discard, if need be",
        "Postausgang {} wartet und wird von selbst gesendet; notfalls können Sie ihn verwerfen",
    ),
    (
        "it is not known whether outbox {} left, so it is not sent again; look into Sent Items, \
         then settle it with outbox sent or outbox discard",
        "es ist nicht bekannt, ob Postausgang {} gesendet wurde, deshalb wird er nicht noch einmal \
         gesendet; sehen Sie in den gesendeten Elementen nach und entscheiden Sie dann",
    ),
    (
        "outbox {} was refused; send it again with outbox retry",
        "Postausgang {} wurde abgelehnt; senden Sie ihn noch einmal",
    ),
    (
        "outbox {} is a notice to an agent, which is not sent again; ticket show has what it told",
        "Postausgang {} ist eine Benachrichtigung, die nicht noch einmal gesendet wird; im Ticket \
         steht, wovon sie handelte",
    ),
    (
        "outbox {} was sent again already ({})",
        "Postausgang {} wurde schon noch einmal gesendet ({})",
    ),
    (
        "outbox {} was settled by a person meanwhile",
        "über Postausgang {} hat inzwischen jemand entschieden",
    ),
    // The ledger.
    (
        "ledger row {} is in ticket {} already; nothing is to be done about it",
        "Verzeichniszeile {} liegt schon in Ticket {}; damit ist nichts zu tun",
    ),
    (
        "the content of ledger row {} was erased with its ticket",
        "der Inhalt von Verzeichniszeile {} wurde mit seinem Ticket gelöscht",
    ),
    (
        "the original of ledger row {} is not kept here (any more)",
        "das Original von Verzeichniszeile {} ist hier nicht (mehr) aufbewahrt",
    ),
    // What is not there.
    ("there is no ticket {}", "es gibt kein Ticket {}"),
    ("there is no attachment {}", "es gibt keinen Anhang {}"),
    ("there is no ledger row {}", "es gibt keine Verzeichniszeile {}"),
    ("there is no outbox row {}", "es gibt keine Zeile {} im Postausgang"),
    ("there is no user {}", "es gibt kein Konto {}"),
    ("ticket {} has no article {}", "Ticket {} hat keine Nachricht {}"),
    ("attachment {} is no picture", "Anhang {} ist kein Bild"),
    ("article {} has no HTML", "Nachricht {} hat kein HTML"),
    ("article {} forwards nobody's letter", "Nachricht {} leitet niemandes Nachricht weiter"),
    // Searching.
    ("a search has at most {} characters", "eine Suche hat höchstens {} Zeichen"),
    (
        "a search has at most {} words; leave some out",
        "eine Suche hat höchstens {} Wörter; lassen Sie einige weg",
    ),
    (
        "a search needs something to find beside what must not occur",
        "eine Suche braucht neben dem, was nicht vorkommen darf, auch etwas, das vorkommt",
    ),
    (
        "there is nothing to find in that; type a word, or a condition such as state:open",
        "darin ist nichts zu finden; geben Sie ein Wort ein oder eine Bedingung wie state:open",
    ),
    ("`{}:` needs a name or an address", "„{}:“ braucht einen Namen oder eine Adresse"),
    ("`{}:` needs a value right behind it", "„{}:“ braucht einen Wert gleich dahinter"),
    (
        "`{}:` cannot be left out; use the other of before: and after:",
        "„{}:“ kann nicht ausgeschlossen werden; nehmen Sie das andere von before: und after:",
    ),
    ("`state:`: {}", "„state:“: {}"),
    (
        "`has:{}` is not known; there is has:attachment",
        "„has:{}“ ist nicht bekannt; es gibt has:attachment",
    ),
    (
        "`{}` is no date; write a day such as {}:2026-05-04, or a month or year",
        "„{}“ ist kein Datum; schreiben Sie einen Tag wie {}:2026-05-04, einen Monat oder ein Jahr",
    ),
    ("`{}` is not a time such as {}", "„{}“ ist kein Zeitpunkt wie {}"),
];

/// A sentence of the desk or the store in a language of the pages; as it is when it is not known.
pub(in crate::web) fn said(language: Language, sentence: &str) -> String {
    match language {
        Language::English => sentence.to_owned(),
        Language::German => german(sentence),
    }
}

fn german(sentence: &str) -> String {
    let found = SENTENCES.iter().find_map(|(english, german)| {
        let values = values(english, sentence)?;
        // A reason inside a sentence is a sentence of its own.
        let values: Vec<String> = values.into_iter().map(self::german).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        Some(super::put(german, &values))
    });
    found.unwrap_or_else(|| sentence.to_owned())
}

/// What stands in the places of a pattern, if the sentence is of that pattern.
fn values<'a>(pattern: &str, sentence: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = sentence.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = match pieces.peek() {
            // The last piece has to be the end.
            None => rest.len().checked_sub(piece.len()).filter(|_| rest.ends_with(piece))?,
            Some(_) => rest.find(piece)?,
        };
        values.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    (rest.is_empty() && values.iter().all(|value| !value.is_empty())).then_some(values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::desk::caps::Struck;
    use crate::desk::change::Standing;
    use crate::desk::query::Query;
    use crate::desk::ticket::{OutboxId, Priority, State, TicketNumber};
    use crate::desk::{change, outbox};
    use crate::mail::Address;

    /// What the desk really says, so that a sentence changed there is missed here.
    fn all() -> Vec<String> {
        let (seven, nine) = (TicketNumber(7), TicketNumber(9));
        let row = OutboxId(3);
        let text = || "ana@".to_owned();
        let changes = [
            change::NotPossible::Deleted(seven),
            change::NotPossible::NotDeleted(seven),
            change::NotPossible::DeleteInstead,
            change::NotPossible::Held(seven),
            change::NotPossible::Merged(seven, nine),
            change::NotPossible::NoAddress(text()),
            change::NotPossible::NoAgent { name: text(), known: vec!["ben".to_owned()] },
            change::NotPossible::NoAgent { name: text(), known: Vec::new() },
            change::NotPossible::NotAWord { what: "a queue", most: 60 },
            change::NotPossible::NotAWord { what: "a subject", most: 60 },
            change::NotPossible::NotAWord { what: "a tag", most: 60 },
            change::NotPossible::NotAWord { what: "a name", most: 60 },
            change::NotPossible::OurMailbox(text()),
            change::NotPossible::Reserved("-".to_owned()),
            change::NotPossible::TooManyTags(seven),
            change::NotPossible::Itself(seven),
        ];
        let letters = [
            outbox::NotPossible::Sent(row),
            outbox::NotPossible::Leaving(row),
            outbox::NotPossible::Waiting(row),
            outbox::NotPossible::Undecided(row),
            outbox::NotPossible::Refused(row),
            outbox::NotPossible::Notice(row),
            outbox::NotPossible::SentAgain(row, "outbox 4".to_owned()),
        ];
        let long = "a".repeat(100_000);
        let many = "a ".repeat(200);
        let queries = [
            long.as_str(),
            many.as_str(),
            "-lamp",
            "\"\"",
            "from:",
            "queue:",
            "-before:2026",
            "state:x",
            "has:x",
            "before:x",
        ];
        let queries = queries.map(|query| match Query::read(query, "CF") {
            Err(why) => why.to_string(),
            Ok(_) => panic!("{query} can be searched for"),
        });
        let standing = Standing {
            number: seven,
            state: State::Open,
            hold: false,
            subject: String::new(),
            assignee: None,
            priority: Priority::Normal,
            queue: None,
            due_at: None,
            tags: BTreeSet::new(),
            merged_into: None,
        };
        let splits = [(0, 0), (2, 1), (3, 3)].map(|(wanted, chosen)| {
            match change::split(&standing, 3, wanted, chosen) {
                Err(why) => why.to_string(),
                Ok(()) => panic!("{wanted} of 3 can be split off"),
            }
        });
        let struck = Struck::Replies(50).in_words(Some(&Address::bare("ana@shop.example")));
        changes
            .iter()
            .map(ToString::to_string)
            .chain(letters.iter().map(ToString::to_string))
            .chain(queries)
            .chain(splits)
            .chain([format!("not sent: {struck}")])
            .chain(["x".parse::<State>().map_or_else(|why| why.to_string(), |_| String::new())])
            .collect()
    }

    #[test]
    fn every_sentence_of_the_desk_is_known_in_german() {
        for sentence in all() {
            let german = said(Language::German, &sentence);
            assert_ne!(german, sentence, "it is not known");
            for word in [" is ", " the ", " there ", " would ", "{}"] {
                assert!(!german.contains(word), "{sentence}: {german}");
            }
            assert_eq!(said(Language::English, &sentence), sentence);
        }
    }

    #[test]
    fn what_stands_in_a_sentence_is_carried_over() {
        for (english, german) in [
            (
                "ticket 7 was merged into ticket 9; change that one",
                "Ticket 7 ist in Ticket 9 aufgegangen; ändern Sie dieses",
            ),
            (
                "not sent: 50 answers to ana@x.example within the hour; wait, or look whether a program answers",
                "nicht gesendet: 50 Antworten an ana@x.example binnen einer Stunde; warten Sie, oder \
              sehen Sie nach, ob dort ein Programm antwortet",
            ),
            ("something nobody foresaw", "something nobody foresaw"),
            ("ticket  is not deleted", "ticket  is not deleted"),
            ("", ""),
        ] {
            assert_eq!(said(Language::German, english), german);
        }
    }

    #[test]
    fn both_sides_have_the_same_places() {
        for (english, german) in SENTENCES {
            let places = |text: &str| text.matches("{}").count();
            assert_eq!(places(english), places(german), "{english}");
        }
    }
}
