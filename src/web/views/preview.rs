//! An answer as it would leave: to whom and why, under which subject, its whole text with what it repeats,
//! and its files.

use maud::{Markup, html};

use super::alert;
use super::work::{FORM_FIELD, REVISION_FIELD};
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::recipients::Recipients;
use crate::desk::ticket::{State, TicketNumber};
use crate::desk::writing::{Thread, Writing};
use crate::mail::Address;
use crate::store::drafts::Kept;
use crate::store::unsent::Unsent;
use crate::web::locale::Locale;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::{Writing as Texts, put};

/// Why a letter gets an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reason {
    Wrote,
    Asks,
    Wanted,
    Added,
    Hidden,
    GotItToo,
}

/// A letter that is not sent yet.
pub(in crate::web) struct Letter {
    from: Address,
    to: Vec<(Address, Reason)>,
    cc: Vec<(Address, Reason)>,
    bcc: Vec<(Address, Reason)>,
    subject: String,
    text: String,
    quoted: Option<String>,
    state: Option<State>,
    ours: Vec<Address>,
    came_back: Vec<(Address, u32)>,
    struck: Option<String>,
}

/// The page around a letter.
pub(in crate::web) struct Page<'a> {
    pub(in crate::web) number: TicketNumber,
    pub(in crate::web) token: &'a str,
    /// The id of its form.
    pub(in crate::web) id: &'a str,
    /// The newest article of the ticket.
    pub(in crate::web) newest: i64,
    pub(in crate::web) kept: &'a Kept,
}

/// The letter that what an agent wrote would become. Its text may be empty where it has files.
pub(in crate::web) fn letter(
    (thread, writing): (&Thread, &Writing),
    policy: &Policy,
    unsent: Unsent,
) -> Letter {
    let Unsent { recipients, subject, quoted, unreachable, struck } = unsent;
    let Recipients { to, cc, bcc, ours, instead_of, .. } = recipients;
    let for_to = match instead_of {
        Some(_) => Reason::Wanted,
        None if thread.wrote => Reason::Wrote,
        None => Reason::Asks,
    };
    let was_typed = |one: &Address| writing.cc.iter().any(|typed| typed.key() == one.key());
    let for_cc = |one: &Address| if was_typed(one) { Reason::Added } else { Reason::GotItToo };
    let has_text = !outgoing::is_blank(&writing.text);
    Letter {
        from: policy.address.clone(),
        to: to.into_iter().map(|one| (one, for_to)).collect(),
        cc: cc.into_iter().map(|one| (one.clone(), for_cc(&one))).collect(),
        bcc: bcc.into_iter().map(|one| (one, Reason::Hidden)).collect(),
        subject,
        text: if has_text { outgoing::signed(&writing.text, policy) } else { String::new() },
        quoted,
        state: writing.status,
        ours,
        came_back: unreachable,
        struck,
    }
}

/// The content of the page.
pub(in crate::web) fn page(
    locale: &Locale,
    page: &Page<'_>,
    letter: &Result<Letter, String>,
) -> Markup {
    let texts = &locale.texts().writing;
    let back = format!("/tickets/{}#write", page.number);
    let is_fit = letter.as_ref().is_ok_and(|letter| letter.struck.is_none());
    html! {
        p.back { a href=(back) { (texts.back) } }
        section.first aria-labelledby="first-title" {
            h1 #first-title { (texts.first_title) }
            p.hint { (texts.first_lead) }
            @match letter {
                Err(wrong) => { (alert::refusal(&[wrong])) },
                Ok(letter) => (whole(locale, letter, page.kept)),
            }
            form method="post" action={ "/tickets/" (page.number) "/write" } {
                input type="hidden" name=(TOKEN_FIELD) value=(page.token);
                input type="hidden" name=(FORM_FIELD) value=(page.id);
                input type="hidden" name=(REVISION_FIELD) value=(page.kept.revision);
                input type="hidden" name="seen" value=(page.kept.draft.seen);
                div.buttons {
                    @if is_fit {
                        button type="submit" name="as" value="shown" { (texts.send_it) }
                    }
                    a.button href=(back) { (texts.back) }
                }
                @if page.kept.draft.seen < page.newest { p.hint.warn { (texts.newer) } }
            }
        }
    }
}

fn whole(locale: &Locale, letter: &Letter, kept: &Kept) -> Markup {
    let texts = &locale.texts().writing;
    let lists =
        [(texts.to, &letter.to), (texts.copy, &letter.cc), (texts.hidden_copy, &letter.bcc)];
    html! {
        dl.letter-head {
            div { dt { (texts.from) } dd { (person(&letter.from)) } }
            @for (word, list) in lists {
                @if !list.is_empty() {
                    div {
                        dt { (word) }
                        dd {
                            @for (one, reason) in list {
                                p { (person(one)) " " span.at { "– " (reason.in_words(texts)) } }
                            }
                        }
                    }
                }
            }
            div { dt { (texts.subject) } dd { bdi { (letter.subject) } } }
            @if !kept.files.is_empty() {
                div {
                    dt { (texts.files) }
                    dd {
                        @for file in &kept.files {
                            p { bdi { (file.filename) } " " span.at { (locale.size(file.size)) } }
                        }
                    }
                }
            }
        }
        @for one in &letter.ours { p.hint.warn { (put(texts.ours, &[&one.address])) } }
        @for (one, count) in &letter.came_back {
            @let letters = locale.counted(u64::from(*count), texts.letters);
            p.hint.warn { (put(texts.came_back, &[&one.address, &letters])) }
        }
        @if let Some(why) = &letter.struck {
            (alert::refusal(&[put(texts.struck, &[&locale.said(why)])]))
        }
        div.paper {
            @if letter.text.is_empty() {
                p.none { (texts.no_text) }
            } @else {
                div.text { (letter.text) }
            }
            @if let Some(quoted) = &letter.quoted { div.text.quoted { (quoted) } }
        }
        @if let Some(state) = letter.state {
            p.hint { (put(texts.then_state, &[locale.texts().general.state(state)])) }
        }
    }
}

fn person(one: &Address) -> Markup {
    html! { @if !one.name.is_empty() { bdi { (one.name) } " " } span.none { (one.address) } }
}

impl Reason {
    fn in_words(self, texts: &Texts) -> &'static str {
        match self {
            Self::Wrote => texts.wrote,
            Self::Asks => texts.asks,
            Self::Wanted => texts.wanted,
            Self::Added => texts.added,
            Self::Hidden => texts.added_hidden,
            Self::GotItToo => texts.got_it_too,
        }
    }
}
