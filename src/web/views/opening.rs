//! The form by which an agent opens a ticket for somebody who called or came by. What was typed into it
//! is read in `work`, as with an answer.

use maud::{Markup, html};

use super::alert;
use super::work::{self, FORM_FIELD, REVISION_FIELD};
use crate::desk::draft::Draft;
use crate::desk::ticket::Priority;
use crate::store::drafts::Kept;
use crate::web::locale::Locale;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::fill;

/// What the form shows.
pub(in crate::web) struct Form<'a> {
    pub(in crate::web) locale: &'a Locale,
    pub(in crate::web) token: &'a str,
    /// The id of this form.
    pub(in crate::web) id: &'a str,
    pub(in crate::web) draft: &'a Draft,
    /// The revision of the draft it shows, 0 for none.
    pub(in crate::web) revision: i64,
    pub(in crate::web) kept: Option<&'a Kept>,
    /// What speaks against opening it, a sentence each.
    pub(in crate::web) wrong: &'a [String],
    /// What happened before, in a sentence.
    pub(in crate::web) said: Option<&'a str>,
    /// The names of the mailboxes, of those who may have a ticket, and of the queues that are in use.
    pub(in crate::web) mailboxes: &'a [&'a str],
    pub(in crate::web) agents: &'a [String],
    pub(in crate::web) queues: &'a [String],
}

/// The content of the page.
pub(in crate::web) fn page(form: &Form<'_>) -> Markup {
    let Form { locale, draft, kept, .. } = form;
    let (texts, general) = (&locale.texts().writing, &locale.texts().general);
    let priority = if draft.priority.is_empty() { "normal" } else { draft.priority.as_str() };
    let field = |name: &str, label: &str, value: &str, kind: &str, required: bool| {
        html! {
            div.field {
                label for=(name) { (label) }
                input id=(name) type=(kind) name=(name) value=(value) autocomplete="off"
                    aria-required=[required.then_some("true")];
            }
        }
    };
    html! {
        p.back { a href="/tickets" { (general.tickets) } }
        section.write.opening aria-labelledby="new-title" {
            h1 #new-title { (texts.new_ticket) }
            p.hint { (texts.new_lead) }
            @if let Some(said) = form.said { p.said role="status" { (said) } }
            (alert::refusal(form.wrong))
            @if let Some(kept) = kept {
                p.hint { (fill(texts.draft, &[locale.age(kept.updated_at)])) }
            }
            form #write-form method="post" action="/tickets/new" enctype="multipart/form-data"
                data-draft="/tickets/new/draft" {
                input type="hidden" name=(TOKEN_FIELD) value=(form.token);
                input type="hidden" name=(FORM_FIELD) value=(form.id);
                input type="hidden" name=(REVISION_FIELD) value=(form.revision);
                // What the Enter key does in a field: nothing that leaves the house.
                button.unseen type="submit" name="as" value="keep" tabindex="-1" aria-hidden="true" {
                    (texts.keep)
                }
                div.fields {
                    // Not of type email: browsers would refuse addresses that mail takes.
                    (field("requester", texts.requester, &draft.requester, "text", true))
                    (field("name", texts.name, &draft.name, "text", false))
                }
                (field("subject", texts.about, &draft.subject, "text", true))
                label for="text" { (texts.said_or_written) }
                textarea #text name="text" rows="8" { "\n" (draft.text) }
                (work::files(locale, kept.map_or(&[][..], |kept| &kept.files)))
                div.fields {
                    @if form.mailboxes.len() > 1 {
                        div.field {
                            label for="mailbox" { (texts.mailbox) }
                            select #mailbox name="mailbox" {
                                @for name in form.mailboxes {
                                    option value=(name) selected[draft.mailbox == *name] { (name) }
                                }
                            }
                        }
                    }
                    div.field {
                        label for="queue" { (texts.queue) }
                        input #queue type="text" name="queue" value=(draft.queue) list="queues"
                            autocomplete="off";
                        datalist #queues { @for queue in form.queues { option value=(queue); } }
                    }
                    div.field {
                        label for="assignee" { (texts.assignee) }
                        select #assignee name="assignee" {
                            option value="" { (texts.nobody_assigned) }
                            @for agent in form.agents {
                                option value=(agent) selected[draft.assignee == *agent] { (agent) }
                            }
                        }
                    }
                    div.field {
                        label for="priority" { (texts.priority) }
                        select #priority name="priority" {
                            @for one in Priority::ALL {
                                option value=(one) selected[one.as_str() == priority] {
                                    (general.priority(*one))
                                }
                            }
                        }
                    }
                    (field("tags", texts.tags, &draft.tags, "text", false))
                }
                div.buttons {
                    button type="submit" name="as" value="send" { (texts.open_and_send) }
                    button.second type="submit" name="as" value="note" { (texts.open_with_note) }
                    button.second type="submit" name="as" value="keep" { (texts.keep) }
                    @if kept.is_some() {
                        button.quiet type="submit" name="as" value="discard" { (texts.discard) }
                    }
                }
            }
        }
    }
}
