//! The form below a ticket's conversation, the answer or note, and what was typed into it or into that
//! for a new ticket. An answer as it would leave is in `preview`.

use maud::{Markup, html};

use super::alert;
use crate::desk::draft::{Draft, LONGEST, LONGEST_FIELD, TooLong};
use crate::desk::recipients::Recipients;
use crate::desk::ticket::{ArticleId, DraftFileId, State, Ticket};
use crate::desk::typed;
use crate::mail::Address;
use crate::store::drafts::{self, DraftFile, Kept, LeftOut};
use crate::time::Timestamp;
use crate::web::asked::Asked;
use crate::web::locale::{Locale, cut};
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::{Writing, fill, put};

/// The longest name shown, in characters.
const NAME_LENGTH: usize = 80;

/// People named in one line.
const PEOPLE: usize = 8;

/// The hidden field by which a form is known again when it is sent twice.
pub(super) const FORM_FIELD: &str = "form";

/// The hidden field that tells which draft a form showed.
pub(super) const REVISION_FIELD: &str = "revision";

/// Whom an answer would go to, or why it would go to nobody.
pub(in crate::web) type Whom = Result<Recipients, String>;

/// Somebody who wrote and may be answered.
pub(in crate::web) struct Choice {
    /// Their last message.
    pub(in crate::web) article: ArticleId,
    pub(in crate::web) written_at: Timestamp,
    /// Who would get the answer.
    pub(in crate::web) whom: Recipients,
    /// Whether they had nothing to do with the ticket before.
    pub(in crate::web) is_new: bool,
}

/// What was written and could not be sent.
#[derive(Clone, Default)]
pub(in crate::web) struct Failed {
    /// The status of the answer.
    pub(in crate::web) status: u16,
    /// Why, a sentence each.
    pub(in crate::web) wrong: Vec<String>,
    /// What was typed, when it could not even be kept as a draft.
    pub(in crate::web) typed: Option<Draft>,
    /// The revision of the draft that its form showed.
    pub(in crate::web) revision: Option<i64>,
}

/// What the form for writing shows.
pub(in crate::web) struct Form<'a> {
    pub(in crate::web) locale: &'a Locale,
    pub(in crate::web) ticket: &'a Ticket,
    pub(in crate::web) token: &'a str,
    /// The id of this form.
    pub(in crate::web) id: &'a str,
    pub(in crate::web) whom: &'a Whom,
    /// Who may be answered, the newest first.
    pub(in crate::web) choices: &'a [Choice],
    /// The message that is answered; among the choices, unless it left the ticket.
    pub(in crate::web) chosen: Option<ArticleId>,
    pub(in crate::web) kept: Option<&'a Kept>,
    pub(in crate::web) failed: &'a Failed,
    /// What happened, when the page follows a form.
    pub(in crate::web) said: Option<String>,
    /// Who else writes here, and since when.
    pub(in crate::web) others: &'a [(String, Timestamp)],
    /// The names of the texts that can be put in.
    pub(in crate::web) canned: &'a [&'a str],
}

/// The form below the conversation.
pub(in crate::web) fn writing(form: &Form<'_>) -> Markup {
    let Form { locale, ticket, token, id, whom, kept, failed, .. } = form;
    let texts = &locale.texts().writing;
    let nothing = Draft::default();
    let draft = failed.typed.as_ref().or(kept.map(|kept| &kept.draft)).unwrap_or(&nothing);
    let action = format!("/tickets/{}/write", ticket.number);
    if ticket.state == State::Deleted || ticket.merged_into.is_some() {
        return left(form, &action, draft);
    }
    let seen = ticket.articles.last().map_or(0, |last| last.id.0);
    // What was typed instead of the draft has not seen it.
    let shown = failed.revision.or(kept.map(|kept| kept.revision)).unwrap_or_default();
    let has_copies = !draft.cc.is_empty() || !draft.bcc.is_empty() || draft.to_all;
    html! {
        section.write #write aria-labelledby="write-title" {
            h2 #write-title { (texts.title) }
            (remarks(form, draft, seen))
            @match whom {
                Ok(whom) => { (recipients(locale, whom, has_choice(form))) }
                Err(why) => { p.hint { (put(texts.nobody, &[why])) } }
            }
            form #write-form method="post" action=(action) enctype="multipart/form-data"
                data-draft={ "/tickets/" (ticket.number) "/draft" } {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                input type="hidden" name=(FORM_FIELD) value=(id);
                input type="hidden" name="seen" value=(seen);
                input type="hidden" name=(REVISION_FIELD) value=(shown);
                // What the Enter key does in a field: nothing that leaves the house.
                button.unseen type="submit" name="as" value="show" tabindex="-1" aria-hidden="true" {
                    (texts.show)
                }
                (choice(form))
                label.unseen for="text" { (texts.text) }
                textarea #text name="text" rows="8" placeholder=(texts.placeholder) {
                    "\n" (draft.text)
                }
                (ready(form))
                details.copies open[has_copies] {
                    summary { (texts.copies) }
                    div.fields {
                        div {
                            label for="cc" { (texts.cc) }
                            input #cc type="text" name="cc" value=(draft.cc) autocomplete="off"
                                spellcheck="false" aria-describedby="several";
                        }
                        div {
                            label for="bcc" { (texts.bcc) }
                            input #bcc type="text" name="bcc" value=(draft.bcc) autocomplete="off"
                                spellcheck="false" aria-describedby="several";
                        }
                    }
                    p.hint #several { (texts.several) }
                    label.choice {
                        input type="checkbox" name="to_all" value="yes" checked[draft.to_all];
                        " " (texts.to_all)
                    }
                }
                (files(locale, kept.map_or(&[][..], |kept| &kept.files)))
                div.then {
                    label for="then" { (texts.then) }
                    select #then name="state" {
                        option value="" { (texts.leave) }
                        @for state in [State::Open, State::Pending, State::Closed] {
                            option value=(state) selected[draft.state == state.as_str()] {
                                (locale.texts().general.state(state))
                            }
                        }
                    }
                }
                div.buttons {
                    @if whom.is_ok() {
                        button type="submit" name="as" value="reply" { (texts.send) }
                        button.second type="submit" name="as" value="show" { (texts.show) }
                    }
                    button.second type="submit" name="as" value="note" { (texts.note) }
                    button.second type="submit" name="as" value="keep" { (texts.keep) }
                    @if kept.is_some() {
                        button.quiet type="submit" name="as" value="discard" { (texts.discard) }
                    }
                }
            }
        }
    }
}

/// The choice whom to answer, where several people wrote.
fn choice(form: &Form<'_>) -> Markup {
    let (locale, texts) = (form.locale, &form.locale.texts().writing);
    let chosen = form.chosen.map_or(0, |chosen| chosen.0);
    if !has_choice(form) {
        // Named all the same: whoever writes meanwhile is not answered instead.
        let article = if form.choices.is_empty() { 0 } else { chosen };
        return html! { input type="hidden" name="article" value=(article); };
    }
    html! {
        @if is_gone(form) { p.hint.warn { (texts.gone) } }
        div.then {
            label for="article" { (texts.answer_to) }
            select #article name="article" {
                @if is_gone(form) { option value=(chosen) selected { (texts.choose) } }
                @for choice in form.choices {
                    option value=(choice.article) selected[chosen == choice.article.0] {
                        (names(&choice.whom.to)) " · " (locale.at(choice.written_at))
                        @if choice.is_new { " · " (locale.texts().ticket.newcomer) }
                    }
                }
            }
        }
    }
}

/// Whether there is somebody else to answer.
fn has_choice(form: &Form<'_>) -> bool {
    form.choices.len() > 1 || !form.choices.is_empty() && is_gone(form)
}

/// Whether the message that was to be answered left the ticket.
fn is_gone(form: &Form<'_>) -> bool {
    form.chosen.is_some_and(|chosen| form.choices.iter().all(|choice| choice.article != chosen))
}

/// What should be known before anything is written.
fn remarks(form: &Form<'_>, draft: &Draft, seen: i64) -> Markup {
    let Form { locale, kept, failed, said, others, .. } = form;
    let texts = &locale.texts().writing;
    html! {
        @if let Some(said) = said { p.said role="status" { (said) } }
        (alert::refusal(&failed.wrong))
        @if let Some(kept) = kept {
            p.hint { (fill(texts.draft, &[locale.age(kept.updated_at)])) }
            @if kept.draft.seen > 0 && kept.draft.seen < seen {
                p.hint.warn { (texts.newer) }
            }
        }
        @if !draft.lost.is_empty() { p.hint.warn { (put(texts.lost, &[&draft.lost.join(", ")])) } }
        @for (name, at) in *others {
            p.hint.warn { (fill(texts.other, &[html! { bdi { (name) } }, locale.age(*at)])) }
        }
    }
}

/// The choice among texts of the configuration.
fn ready(form: &Form<'_>) -> Markup {
    let texts = &form.locale.texts().writing;
    if form.canned.is_empty() {
        return Markup::default();
    }
    html! {
        div.ready {
            label for="canned" { (texts.canned) }
            select #canned name="canned" {
                @for name in form.canned { option value=(name) { (name) } }
            }
            button.second type="submit" name="as" value="insert" { (texts.insert) }
        }
    }
}

/// The files that are kept, each with a box to take it out, and the field for more.
pub(super) fn files(locale: &Locale, kept: &[DraftFile]) -> Markup {
    let texts = &locale.texts().writing;
    html! {
        @if !kept.is_empty() {
            fieldset.kept {
                legend { (texts.attached) }
                @for file in kept {
                    div {
                        bdi { (file.filename) } " " span.none { (locale.size(file.size)) } " "
                        label.choice {
                            input type="checkbox" name="drop" value=(file.id);
                            " " (texts.remove) span.unseen { " " (file.filename) }
                        }
                    }
                }
            }
        }
        div.attach {
            label for="files" { (texts.attach) }
            input #files type="file" name="files" multiple;
        }
    }
}

/// A draft in a ticket that nothing can be written into any more.
fn left(form: &Form<'_>, action: &str, draft: &Draft) -> Markup {
    let texts = &form.locale.texts().writing;
    if form.kept.is_none() {
        return Markup::default();
    }
    html! {
        section.write #write {
            p { (texts.draft_left) }
            label.unseen for="text" { (texts.text) }
            textarea #text rows="8" readonly { "\n" (draft.text) }
            form method="post" action=(action) {
                input type="hidden" name=(TOKEN_FIELD) value=(form.token);
                div.buttons {
                    button.second type="submit" name="as" value="discard" { (texts.discard) }
                }
            }
        }
    }
}

/// Who gets the answer; where that can be chosen, only what else should be known of them.
fn recipients(locale: &Locale, whom: &Recipients, is_chosen: bool) -> Markup {
    let texts = &locale.texts().writing;
    let mut places = vec![people(texts, &whom.to)];
    if !whom.cc.is_empty() {
        places.push(people(texts, &whom.cc));
    }
    let words = if whom.cc.is_empty() { texts.goes_to } else { texts.copies_to };
    html! {
        @if !is_chosen { p.hint { (fill(words, &places)) } }
        @if let Some(writer) = &whom.instead_of {
            p.hint.warn { (put(texts.instead, &[&writer.address])) }
        }
    }
}

/// People in a line of plain text.
fn names(people: &[Address]) -> String {
    let name = |one: &Address| match typed::visible(&one.name) {
        name if name.is_empty() => one.address.clone(),
        name => format!("{} <{}>", cut(&name, NAME_LENGTH), one.address),
    };
    people.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn people(texts: &Writing, people: &[Address]) -> Markup {
    let named = html! {
        @for (place, one) in people.iter().take(PEOPLE).enumerate() {
            @if place > 0 { ", " }
            bdi { (cut(&one.name, NAME_LENGTH)) }
            @if !one.name.is_empty() { " " }
            span.none { (one.address) }
        }
    };
    match people.len().saturating_sub(PEOPLE) {
        0 => named,
        more => fill(texts.and_more, &[named, html! { (more) }]),
    }
}

/// What somebody typed into a form for writing.
pub(in crate::web) fn typed(asked: &Asked) -> Draft {
    let given = |name: &str| asked.form(name).unwrap_or_default().replace("\r\n", "\n");
    Draft {
        text: given("text"),
        cc: given("cc"),
        bcc: given("bcc"),
        to_all: asked.form("to_all").is_some(),
        article: asked.form("article").and_then(|id| id.parse().ok()).unwrap_or_default(),
        state: given("state"),
        seen: asked.form("seen").and_then(|id| id.parse().ok()).unwrap_or_default(),
        requester: given("requester"),
        name: given("name"),
        mailbox: given("mailbox"),
        subject: given("subject"),
        queue: given("queue"),
        assignee: given("assignee"),
        priority: given("priority"),
        tags: given("tags"),
        send: asked.form("as").as_deref() == Some("send"),
        lost: Vec::new(),
        form: String::new(),
    }
}

/// The files of a draft that a form takes out.
pub(in crate::web) fn dropped(asked: &Asked) -> Vec<DraftFileId> {
    let ids = asked.form_all("drop").into_iter();
    ids.filter_map(|id| id.parse().ok()).map(DraftFileId).collect()
}

/// Which form was sent, and what it showed.
pub(in crate::web) fn form_of<'a>(asked: &Asked, id: Option<&'a str>) -> drafts::Form<'a> {
    drafts::Form { id, revision: revision(asked), ..drafts::Form::default() }
}

/// The revision of the draft that a form showed.
pub(in crate::web) fn revision(asked: &Asked) -> Option<i64> {
    asked.form(REVISION_FIELD)?.parse().ok()
}

/// The id of the form that was sent, when it has one as we give it out.
pub(in crate::web) fn form_id(asked: &Asked) -> Option<String> {
    asked.form(FORM_FIELD).filter(|id| {
        (16..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

/// What of a form was too long to be kept, and what to do about it.
pub(in crate::web) fn too_long(locale: &Locale, what: TooLong) -> String {
    let texts = &locale.texts().writing;
    let (text, field) = (locale.size(LONGEST as u64), locale.size(LONGEST_FIELD as u64));
    match what {
        TooLong::Text => put(texts.too_long, &[&text]),
        TooLong::People(count) => texts.too_many(count),
        TooLong::Field(name) => match texts.label(name) {
            Some(label) => put(texts.field_too_long, &[label, &field]),
            None => put(texts.a_field_too_long, &[&field]),
        },
    }
}

/// Why files were left out of a draft.
pub(in crate::web) fn left_out(locale: &Locale, why: &LeftOut) -> String {
    let texts = &locale.texts().writing;
    match why {
        LeftOut::TooLarge(why) => {
            put(texts.too_large, &[&locale.size(why.size), &locale.size(why.most)])
        }
        LeftOut::TooMany => texts.too_many_files.to_owned(),
        LeftOut::Full => texts.drafts_full.to_owned(),
    }
}
