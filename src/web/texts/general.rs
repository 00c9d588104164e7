//! The texts around every page, and the words that many pages use.

use super::{Word, word};
use crate::desk::ticket::{Priority, State};

/// The texts around every page.
#[derive(Debug)]
pub(in crate::web) struct General {
    pub(in crate::web) skip: &'static str,
    pub(in crate::web) pages: &'static str,
    pub(in crate::web) status: &'static str,
    pub(in crate::web) tickets: &'static str,
    pub(in crate::web) sign_in: &'static str,
    pub(in crate::web) sign_out: &'static str,
    pub(in crate::web) signed_in_as: &'static str,
    pub(in crate::web) to_the_status: &'static str,
    pub(in crate::web) back_to_it: &'static str,
    pub(in crate::web) failed_title: &'static str,
    pub(in crate::web) failed: &'static str,
    pub(in crate::web) not_found_title: &'static str,
    pub(in crate::web) no_such_page: &'static str,
    pub(in crate::web) forbidden_title: &'static str,
    pub(in crate::web) old_form: &'static str,
    pub(in crate::web) only_admins: &'static str,
    pub(in crate::web) foreign_form: &'static str,
    pub(in crate::web) too_much_title: &'static str,
    pub(in crate::web) too_much: &'static str,
    pub(in crate::web) no_form_title: &'static str,
    pub(in crate::web) no_form: &'static str,
    pub(in crate::web) method_title: &'static str,
    pub(in crate::web) method: &'static str,
    pub(in crate::web) no_such_deed: &'static str,
    pub(in crate::web) no_subject: &'static str,
    pub(in crate::web) bytes: Word,
    /// The sign between whole and fraction, and the one between thousands.
    pub(in crate::web) decimal: char,
    pub(in crate::web) thousands: char,
    states: fn(State) -> &'static str,
    priorities: fn(Priority) -> &'static str,
}

impl General {
    /// The word for a state.
    pub(in crate::web) fn state(&self, state: State) -> &'static str {
        (self.states)(state)
    }

    /// The word for a priority.
    pub(in crate::web) fn priority(&self, priority: Priority) -> &'static str {
        (self.priorities)(priority)
    }
}

pub(super) const ENGLISH: General = General {
    skip: "Skip to the content",
    pages: "Pages",
    status: "Status",
    tickets: "Tickets",
    sign_in: "Sign in",
    sign_out: "Sign out",
    signed_in_as: "Signed in as",
    to_the_status: "To the status page",
    back_to_it: "To the page it belongs to",
    failed_title: "That did not work",
    failed: "Something went wrong here. The log says more; trying again may help.",
    not_found_title: "Not found",
    no_such_page: "There is no such page.",
    forbidden_title: "Not allowed",
    only_admins: "Only an admin may see messages that are in no ticket.",
    old_form: "This form is no longer valid. Open the page again and repeat what you did.",
    foreign_form: "This request came from another site.",
    too_much_title: "Too much",
    too_much: "The form is too large.",
    no_form_title: "Not a form",
    no_form: "Only a form can be sent here.",
    method_title: "Not this way",
    method: "This address does not answer to that method.",
    no_such_deed: "This form does not say what to do in a way that is known here, so nothing was \
                   done. Open the page again and repeat what you did.",
    no_subject: "(no subject)",
    bytes: word("byte", "bytes"),
    decimal: '.',
    thousands: ',',
    states: State::as_str,
    priorities: Priority::as_str,
};

pub(super) const GERMAN: General = General {
    skip: "Zum Inhalt",
    pages: "Seiten",
    status: "Status",
    tickets: "Tickets",
    sign_in: "Anmelden",
    sign_out: "Abmelden",
    signed_in_as: "Angemeldet als",
    to_the_status: "Zur Statusseite",
    back_to_it: "Zur zugehörigen Seite",
    failed_title: "Das hat nicht geklappt",
    failed: "Hier ist etwas schiefgegangen. Das Protokoll sagt mehr; ein neuer Versuch kann helfen.",
    not_found_title: "Nicht gefunden",
    no_such_page: "Diese Seite gibt es nicht.",
    forbidden_title: "Nicht erlaubt",
    only_admins: "Nachrichten, die zu keinem Ticket gehören, dürfen nur Admins sehen.",
    old_form: "Dieses Formular gilt nicht mehr. Bitte öffnen Sie die Seite noch einmal und \
               wiederholen Sie die Eingabe.",
    foreign_form: "Diese Anfrage kam von einer anderen Seite.",
    too_much_title: "Zu viel",
    too_much: "Das Formular ist zu groß.",
    no_form_title: "Kein Formular",
    no_form: "Hierher kann nur ein Formular geschickt werden.",
    method_title: "So nicht",
    method: "Diese Adresse antwortet nicht auf diese Methode.",
    no_such_deed: "Dieses Formular sagt nichts, was hier bekannt wäre; es wurde nichts getan. Bitte \
                   öffnen Sie die Seite noch einmal und wiederholen Sie die Eingabe.",
    no_subject: "(kein Betreff)",
    bytes: word("Byte", "Bytes"),
    decimal: ',',
    thousands: '.',
    states: State::in_german,
    priorities: Priority::in_german,
};
