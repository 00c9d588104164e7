//! What is done to several tickets at once: the bar below a list, the changes its form asks for, and
//! what became of each ticket. Without a single selected ticket the bar hides
//! (see `web/style/lists.css`).

use maud::{Markup, html};

use super::alert;
use crate::desk::change::Change;
use crate::desk::ticket::{Priority, State, TicketNumber};
use crate::web::asked::Asked;
use crate::web::locale::Locale;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::put;

/// The most tickets changed at once.
pub(super) const MOST: usize = 100;

/// What stands before a value that was chosen, so that `nobody` differs from `as it is`.
const CHOSEN: &str = "=";

/// What a form does to the tickets it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::web) enum Done {
    Changed,
    Deleted,
    TakenBack,
}

impl Done {
    /// All of them, by the words that addresses tell them with.
    pub(in crate::web) const ALL: [(&'static str, Self); 3] =
        [("changed", Self::Changed), ("deleted", Self::Deleted), ("undeleted", Self::TakenBack)];

    /// What changes come to.
    pub(in crate::web) fn by(changes: &[Change]) -> Self {
        match changes {
            [Change::Delete] => Self::Deleted,
            [Change::Undelete] => Self::TakenBack,
            _ => Self::Changed,
        }
    }

    /// Its word in an address.
    pub(in crate::web) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("changed", |(word, _)| word)
    }

    /// To how many tickets it was done, in a sentence.
    pub(super) fn told(self, locale: &Locale, count: u64) -> String {
        let texts = &locale.texts().lists.bulk;
        let word = match self {
            Self::Changed => texts.changed,
            Self::Deleted => texts.deleted,
            Self::TakenBack => texts.taken_back,
        };
        locale.counted(count, word)
    }
}

/// What the bar offers.
pub(in crate::web) struct Bar<'a> {
    pub(in crate::web) token: &'a str,
    /// The page that the changes lead back to.
    pub(in crate::web) back: &'a str,
    /// Who may have tickets, by name.
    pub(in crate::web) agents: &'a [String],
    /// The queues there are, by name.
    pub(in crate::web) queues: &'a [String],
    /// Whether the list holds deleted tickets, and nothing but them.
    pub(in crate::web) is_deleted: bool,
}

/// The fields below a list, inside its form.
pub(super) fn bar(locale: &Locale, bar: &Bar<'_>) -> Markup {
    let (texts, general) = (&locale.texts().lists.bulk, &locale.texts().general);
    let words = |words: &[String]| {
        html! { @for word in words { option value={ (CHOSEN) (word) } { (word) } } }
    };
    html! {
        input type="hidden" name=(TOKEN_FIELD) value=(bar.token);
        input type="hidden" name="back" value=(bar.back);
        fieldset.bar {
            legend { (texts.legend) }
            @if bar.is_deleted {
                button.second type="submit" name="deed" value="undelete" { (texts.take_back) }
            } @else {
                label { span { (texts.assignee) }
                    select name="assignee" {
                        option value="" { (texts.unchanged) }
                        option value=(CHOSEN) { (texts.nobody) }
                        (words(bar.agents))
                    }
                }
                label { span { (texts.state) }
                    select name="state" {
                        option value="" { (texts.unchanged) }
                        @for state in [State::Open, State::Pending, State::Closed] {
                            option value=(state) { (general.state(state)) }
                        }
                    }
                }
                label { span { (texts.priority) }
                    select name="priority" {
                        option value="" { (texts.unchanged) }
                        @for priority in Priority::ALL {
                            option value=(priority) { (general.priority(*priority)) }
                        }
                    }
                }
                label { span { (texts.queue) }
                    select name="queue" {
                        option value="" { (texts.unchanged) }
                        option value=(CHOSEN) { (texts.no_queue) }
                        (words(bar.queues))
                    }
                }
                label { span { (texts.tag) }
                    input type="text" name="tag" maxlength="60" autocapitalize="none";
                }
                span.buttons {
                    button type="submit" name="deed" value="change" { (texts.change) }
                    button.second type="submit" name="deed" value="delete" { (texts.delete) }
                }
            }
        }
    }
}

/// The changes a form asks for; none when it does not say any. A word that is none is told.
pub(in crate::web) fn changes(asked: &Asked) -> Result<Vec<Change>, String> {
    match asked.form("deed").as_deref() {
        Some("delete") => return Ok(vec![Change::Delete]),
        Some("undelete") => return Ok(vec![Change::Undelete]),
        _ => {}
    }
    let given = |name: &str| asked.form(name).filter(|value| !value.trim().is_empty());
    let chosen = |name: &str| {
        let value = given(name)?;
        let word = value.strip_prefix(CHOSEN).unwrap_or(&value);
        Some(Some(word.to_owned()).filter(|word| !word.is_empty()))
    };
    let mut changes = Vec::new();
    changes.extend(chosen("assignee").map(Change::Assign));
    if let Some(word) = given("priority") {
        let priority = word.parse::<Priority>().map_err(|why| why.to_string())?;
        changes.push(Change::Priority(priority));
    }
    changes.extend(chosen("queue").map(Change::Queue));
    changes.extend(given("tag").map(|tag| Change::Tag(vec![tag])));
    if let Some(word) = given("state") {
        changes.push(Change::State(word.parse::<State>().map_err(|why| why.to_string())?));
    }
    Ok(changes)
}

/// What became of the tickets, when it was not done to all: to how many it was, and each of the others with
/// the reason.
pub(in crate::web) fn outcome(
    locale: &Locale,
    (done, count): (Done, u64),
    refused: &[(TicketNumber, String)],
    back: &str,
) -> Markup {
    let (lists, texts) = (&locale.texts().lists, &locale.texts().lists.bulk);
    html! {
        section.plain {
            h1 { (texts.title) }
            @if count > 0 { p { (done.told(locale, count)) } }
            (alert::refusal(&[locale.counted(refused.len() as u64, texts.not_changed)]))
            ul.refused {
                @for (number, why) in refused {
                    @let named = format!("{} {number}", lists.ticket);
                    li { a href={ "/tickets/" (number) } { (named) } (after(&named, why)) }
                }
            }
            p { a href=(back) { (texts.back) } }
        }
    }
}

/// What follows the name of a ticket in a sentence about it, which may begin with that name itself.
fn after(named: &str, why: &str) -> String {
    match why.split_at_checked(named.len()) {
        Some((begins, rest)) if begins.eq_ignore_ascii_case(named) && rest.starts_with(' ') => {
            rest.to_owned()
        }
        _ => format!(": {why}"),
    }
}

/// Why nothing was done at all.
pub(in crate::web) fn nothing(locale: &Locale, chosen: usize, is_empty: bool) -> Option<String> {
    let texts = &locale.texts().lists.bulk;
    match chosen {
        0 => Some(texts.none_chosen.to_owned()),
        1..=MOST if is_empty => Some(texts.nothing_to_do.to_owned()),
        1..=MOST => None,
        _ => Some(put(texts.too_many, &[&locale.number(MOST as u64)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_named_once_in_a_sentence() {
        for (why, expected) in [
            ("ticket 2 is on hold", " is on hold"),
            ("Ticket 2 wird aufbewahrt", " wird aufbewahrt"),
            ("ticket 26 is on hold", ": ticket 26 is on hold"),
            ("there is no ticket 2", ": there is no ticket 2"),
            ("", ": "),
        ] {
            assert_eq!(after("Ticket 2", why), expected, "{why}");
        }
    }

    #[test]
    fn a_form_asks_for_what_was_chosen_and_nothing_else() {
        for (form, expected) in [
            ("deed=change&assignee=&state=&priority=&queue=&tag=+", Ok(vec![])),
            ("deed=delete&state=closed", Ok(vec![Change::Delete])),
            ("deed=undelete", Ok(vec![Change::Undelete])),
            ("assignee=%3D", Ok(vec![Change::Assign(None)])),
            ("assignee=%3Dana", Ok(vec![Change::Assign(Some("ana".into()))])),
            ("queue=%3D%3D", Ok(vec![Change::Queue(Some("=".into()))])),
            ("queue=%3D", Ok(vec![Change::Queue(None)])),
            (
                "state=closed&tag=Paper&priority=high",
                Ok(vec![
                    Change::Priority(Priority::High),
                    Change::Tag(vec!["Paper".into()]),
                    Change::State(State::Closed),
                ]),
            ),
            ("state=done", Err(())),
            ("priority=x", Err(())),
        ] {
            let asked = Asked { body: form.as_bytes().to_vec(), ..Asked::default() };
            assert_eq!(changes(&asked).map_err(drop), expected, "{form}");
        }
    }
}
