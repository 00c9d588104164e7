//! What stands at the top of a ticket whose conversation is elsewhere or on its way out: into which ticket
//! it was merged, or until when it can be had back after it was deleted, here and from the mailbox.

use maud::{Markup, html};

use crate::desk::ticket::{Ticket, TicketNumber};
use crate::store::retention::Leaving;
use crate::time::Timestamp;
use crate::web::locale::Locale;
use crate::web::texts::fill;

/// Where the conversation of a merged ticket is.
pub(in crate::web) fn merged(locale: &Locale, into: TicketNumber) -> Markup {
    let link = html! { a href={ "/tickets/" (into) } { "#" (into) } };
    html! { div.over { p { (fill(locale.texts().ticket.is_part_of, &[link])) } } }
}

/// How long a deleted ticket stays: by our own clock, which runs for `recovery_days`, and by the mailbox's.
pub(in crate::web) fn deleted(
    locale: &Locale,
    ticket: &Ticket,
    leaving: &Leaving,
    recovery_days: u32,
) -> Markup {
    let texts = &locale.texts().ticket;
    let ago = |at: Timestamp| locale.age(at);
    let until = |at: Timestamp| {
        html! { time datetime=(at) { (locale.at(at)) " (" (locale.ago(at)) ")" } }
    };
    let end = leaving.deleted_at.plus_days(i64::from(recovery_days));
    html! {
        div.over {
            @if let Some(at) = leaving.erased_at {
                p { (fill(texts.erased, &[ago(at)])) }
            } @else {
                @if ticket.hold {
                    p { (fill(texts.deleted_held, &[ago(leaving.deleted_at)])) }
                } @else {
                    p { (fill(texts.deleted_until, &[ago(leaving.deleted_at), until(end)])) }
                }
                @match leaving.recoverable_until {
                    None => p { (texts.there_none) },
                    Some((first, last)) if locale.at(first) == locale.at(last) => {
                        p { (fill(texts.there_until, &[until(last)])) }
                    }
                    Some((first, last)) => {
                        p { (fill(texts.there_between, &[until(first), until(last)])) }
                    }
                }
            }
        }
    }
}
