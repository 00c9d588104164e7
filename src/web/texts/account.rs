//! The page of the agent's own account.

use crate::desk::notice::Event;
use crate::desk::signing_in::Unfit;

/// What the page says.
#[derive(Debug)]
pub(in crate::web) struct Account {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) language: &'static str,
    pub(in crate::web) language_label: &'static str,
    pub(in crate::web) as_the_browser: &'static str,
    pub(in crate::web) save: &'static str,
    pub(in crate::web) notices: &'static str,
    /// With the address.
    pub(in crate::web) notices_go_to: &'static str,
    /// In the order of [`Event::ALL`].
    events: [&'static str; 3],
    pub(in crate::web) queues: &'static str,
    pub(in crate::web) queues_hint: &'static str,
    pub(in crate::web) password: &'static str,
    pub(in crate::web) password_hint: &'static str,
    pub(in crate::web) old_password: &'static str,
    pub(in crate::web) new_password: &'static str,
    pub(in crate::web) again: &'static str,
    pub(in crate::web) change_password: &'static str,
    pub(in crate::web) wrong_password: &'static str,
    pub(in crate::web) two_passwords: &'static str,
    too_short: &'static str,
    too_long: &'static str,
    pub(in crate::web) sessions: &'static str,
    /// With two moments.
    pub(in crate::web) session: &'static str,
    pub(in crate::web) this_session: &'static str,
    pub(in crate::web) sign_out_everywhere: &'static str,
    pub(in crate::web) sign_out_hint: &'static str,
    pub(in crate::web) saved: &'static str,
    pub(in crate::web) password_changed: &'static str,
}

impl Account {
    /// What an agent may be told of.
    pub(in crate::web) fn event(&self, event: Event) -> &'static str {
        let [new, assigned, answered] = self.events;
        match event {
            Event::New => new,
            Event::Assigned => assigned,
            Event::Answered => answered,
        }
    }

    /// Why a password is not taken.
    pub(in crate::web) fn unfit(&self, why: Unfit) -> &'static str {
        match why {
            Unfit::Short => self.too_short,
            Unfit::Long => self.too_long,
        }
    }
}

pub(super) const ENGLISH: Account = Account {
    title: "Your account",
    language: "Language",
    language_label: "Language of the pages",
    as_the_browser: "As the browser wishes",
    save: "Save",
    notices: "Notices by email",
    notices_go_to: "They go to {}.",
    events: [
        "A new ticket was opened",
        "A ticket was given to you",
        "The requester wrote again in a ticket of yours",
    ],
    queues: "Only of new tickets in these queues",
    queues_hint: "With none chosen you are told of the new tickets of all queues.",
    password: "Password",
    password_hint: "All your other sessions end when you change it.",
    old_password: "Password until now",
    new_password: "New password",
    again: "New password again",
    change_password: "Change the password",
    wrong_password: "The password until now does not fit.",
    two_passwords: "The two new passwords differ.",
    too_short: "The new password is too short; take 8 characters or more.",
    too_long: "The new password is too long.",
    sessions: "Where you are signed in",
    session: "Signed in {}, at the longest until {}",
    this_session: "this browser",
    sign_out_everywhere: "Sign out everywhere",
    sign_out_hint: "Ends all of these sessions, this one too.",
    saved: "Saved.",
    password_changed: "Your password was changed. All other sessions have ended.",
};

pub(super) const GERMAN: Account = Account {
    title: "Ihr Konto",
    language: "Sprache",
    language_label: "Sprache der Seiten",
    as_the_browser: "Wie im Browser eingestellt",
    save: "Speichern",
    notices: "Benachrichtigungen per E-Mail",
    notices_go_to: "Sie gehen an {}.",
    events: [
        "Ein neues Ticket wurde eröffnet",
        "Ein Ticket wurde Ihnen zugewiesen",
        "In einem Ihrer Tickets wurde wieder geschrieben",
    ],
    queues: "Bei neuen Tickets nur aus diesen Bereichen",
    queues_hint: "Ist keiner gewählt, erfahren Sie von den neuen Tickets aller Bereiche.",
    password: "Passwort",
    password_hint: "Wenn Sie es ändern, enden alle Ihre anderen Sitzungen.",
    old_password: "Bisheriges Passwort",
    new_password: "Neues Passwort",
    again: "Neues Passwort noch einmal",
    change_password: "Passwort ändern",
    wrong_password: "Das bisherige Passwort stimmt nicht.",
    two_passwords: "Die beiden neuen Passwörter sind verschieden.",
    too_short: "Das neue Passwort ist zu kurz; es braucht mindestens 8 Zeichen.",
    too_long: "Das neue Passwort ist zu lang.",
    sessions: "Wo Sie angemeldet sind",
    session: "Angemeldet {}, längstens bis {}",
    this_session: "dieser Browser",
    sign_out_everywhere: "Überall abmelden",
    sign_out_hint: "Beendet alle diese Sitzungen, auch diese hier.",
    saved: "Gespeichert.",
    password_changed: "Ihr Passwort wurde geändert. Alle anderen Sitzungen sind beendet.",
};
