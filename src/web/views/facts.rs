//! What is known of a ticket, beside its conversation: facts, the forms that change them, and what
//! happened to it.

use maud::{Markup, html};

use super::article::person;
use crate::desk::ticket::{Ticket, TicketNumber};
use crate::web::locale::Locale;
use crate::web::route::requester_path_of;

/// All that stands beside the conversation. `tag` is what a subject has to hold for a letter to join
/// the ticket.
pub(in crate::web) fn beside(
    locale: &Locale,
    ticket: &Ticket,
    tag: &str,
    (changing, history): (Markup, Markup),
) -> Markup {
    html! {
        aside.facts #facts aria-label=(locale.texts().ticket.about) {
            (facts(locale, ticket, tag))
            (changing)
            (history)
        }
    }
}

fn facts(locale: &Locale, ticket: &Ticket, tag: &str) -> Markup {
    let texts = &locale.texts().ticket;
    let link = |number: &TicketNumber| html! { a href={ "/tickets/" (number) } { "#" (number) } };
    html! {
        dl {
            (fact(texts.requester, html! {
                @match &ticket.requester {
                    Some(requester) => a.who-asks href=(requester_path_of(requester)) { (person(requester)) },
                    None => span.none { (texts.nobody_named) },
                }
            }))
            (fact(texts.mailbox, html! { (ticket.mailbox) }))
            @if let Some(queue) = &ticket.queue { (fact(texts.queue, html! { bdi { (queue) } })) }
            @if let Some(assignee) = &ticket.assignee {
                (fact(texts.assigned_to, html! { bdi { (assignee) } }))
            }
            @if !ticket.tags.is_empty() {
                (fact(texts.tags, html! { @for tag in &ticket.tags { span.mark { (tag) } " " } }))
            }
            (fact(texts.opened, locale.moment(ticket.created_at)))
            (fact(texts.last_change, locale.moment(ticket.updated_at)))
            @if let Some(at) = ticket.due_at { (fact(texts.due, locale.moment(at))) }
            @if let Some(at) = ticket.closed_at { (fact(texts.closed, locale.moment(at))) }
            @for tie in &ticket.links { (fact(texts.tie(*tie), link(&tie.other))) }
            @if let Some(target) = &ticket.merged_into { (fact(texts.merged_into, link(target))) }
            @if ticket.hold { (fact(texts.hold, html! { (texts.held) })) }
            (fact(texts.tag, html! { code.whole { (tag) } }))
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
