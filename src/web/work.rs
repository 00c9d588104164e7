//! The form below a ticket's conversation: the answer or note.

use maud::{Markup, html};

use super::session::TOKEN_FIELD;
use super::words::cut;
use crate::desk::recipients::Recipients;
use crate::desk::ticket::{State, Ticket};
use crate::mail::Address;

/// The longest name shown, in characters.
const NAME_LENGTH: usize = 80;

/// People named in one line.
const PEOPLE: usize = 8;

/// Whom an answer would go to, or why it would go to nobody.
pub(super) type Whom = Result<Recipients, String>;

/// What was written and could not be sent, and why.
#[derive(Clone, Copy, Default)]
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    pub(super) wrong: &'a str,
}

/// What the forms work on.
pub(super) struct Bench<'a> {
    pub(super) ticket: &'a Ticket,
    pub(super) token: &'a str,
    /// The names of those who may have a ticket.
    pub(super) agents: &'a [String],
    pub(super) whom: &'a Whom,
    pub(super) draft: Draft<'a>,
}

/// The form below the conversation.
pub(super) fn writing(bench: &Bench<'_>) -> Markup {
    let Bench { ticket, token, whom, draft, .. } = bench;
    if ticket.state == State::Deleted || ticket.merged_into.is_some() {
        return Markup::default();
    }
    let seen = ticket.articles.last().map_or(0, |last| last.id.0);
    html! {
        section.write #write aria-labelledby="write-title" {
            h2 #write-title { "Answer" }
            @if !draft.wrong.is_empty() { p.error role="alert" { (draft.wrong) } }
            @match whom {
                Ok(whom) => { (recipients(whom)) }
                Err(why) => { p.hint { "Nobody can be answered: " (why) ". A note can be kept." } }
            }
            form method="post" action={ "/tickets/" (ticket.number) "/write" } {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                input type="hidden" name="seen" value=(seen);
                label.unseen for="text" { "Your text" }
                textarea #text name="text" rows="8" required placeholder="Write here" { (draft.text) }
                div.buttons {
                    label for="then" { "Then" }
                    select #then name="state" {
                        option value="" { "leave it as it is" }
                        @for state in [State::Open, State::Pending, State::Closed] {
                            option value=(state) { (state) }
                        }
                    }
                    @if whom.is_ok() {
                        button type="submit" name="as" value="reply" { "Send the answer" }
                    }
                    button.second type="submit" name="as" value="note" { "Keep as a note" }
                }
            }
        }
    }
}

fn recipients(whom: &Recipients) -> Markup {
    let people = |people: &[Address]| {
        html! {
            @for (place, one) in people.iter().take(PEOPLE).enumerate() {
                @if place > 0 { ", " }
                bdi { (cut(&one.name, NAME_LENGTH)) }
                @if !one.name.is_empty() { " " }
                span.none { (one.address) }
            }
            @if people.len() > PEOPLE { " and " (people.len() - PEOPLE) " more" }
        }
    };
    html! {
        p.hint {
            "It goes to " (people(&whom.to))
            @if !whom.cc.is_empty() { ", copies to " (people(&whom.cc)) }
            "."
        }
        @if let Some(writer) = &whom.instead_of {
            p.hint.warn {
                "Not to " (writer.address) ", who wrote: the message asks for answers to go elsewhere."
            }
        }
    }
}
