//! The page of the agent's own account: language, notices, password, sessions.

use maud::{Markup, html};

use super::alert;
use crate::desk::notice::Event;
use crate::desk::signing_in::PASSWORD_BYTES;
use crate::store::people::{Agent, Session};
use crate::web::locale::Locale;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::{Language, fill};

/// What the page shows.
pub(in crate::web) struct View<'a> {
    pub(in crate::web) agent: &'a Agent,
    pub(in crate::web) token: &'a str,
    /// What the agent is told of.
    pub(in crate::web) events: &'a [Event],
    /// The queues of whose new tickets the agent is told.
    pub(in crate::web) chosen: &'a [String],
    /// The queues there are.
    pub(in crate::web) queues: &'a [String],
    pub(in crate::web) sessions: &'a [Session],
    /// What was just done.
    pub(in crate::web) done: Option<&'a str>,
    /// Why the password was not changed.
    pub(in crate::web) wrong: Option<&'a str>,
}

/// The content of the page.
pub(in crate::web) fn page(locale: &Locale, view: &View<'_>) -> Markup {
    let texts = &locale.texts().account;
    html! {
        h1 { (texts.title) ": " bdi { (view.agent.name) } }
        @if let Some(done) = view.done { p.told role="status" { (done) } }
        div.account {
            (language(locale, view))
            (notices(locale, view))
            (password(locale, view))
            (sessions(locale, view))
        }
    }
}

fn token(view: &View<'_>) -> Markup {
    html! { input type="hidden" name=(TOKEN_FIELD) value=(view.token); }
}

fn language(locale: &Locale, view: &View<'_>) -> Markup {
    let texts = &locale.texts().account;
    let own = view.agent.language.as_deref();
    html! {
        section.card {
            h2 { (texts.language) }
            form method="post" action="/account/language" {
                (token(view))
                label for="language" { (texts.language_label) }
                select #language name="language" {
                    option value="" selected[own.is_none()] { (texts.as_the_browser) }
                    @for language in Language::ALL {
                        @let tag = language.tag();
                        option value=(tag) lang=(tag) selected[own == Some(tag)] { (language.name()) }
                    }
                }
                button type="submit" { (texts.save) }
            }
        }
    }
}

fn notices(locale: &Locale, view: &View<'_>) -> Markup {
    let texts = &locale.texts().account;
    let address = html! { bdi { (view.agent.email) } };
    html! {
        section.card {
            h2 { (texts.notices) }
            p.hint { (fill(texts.notices_go_to, &[address])) }
            form method="post" action="/account/notices" {
                (token(view))
                ul.checks {
                    @for event in Event::ALL {
                        li { label {
                            input type="checkbox" name="event" value=(event)
                                checked[view.events.contains(event)];
                            " " (texts.event(*event))
                        } }
                    }
                }
                @if !view.queues.is_empty() {
                    fieldset {
                        legend { (texts.queues) }
                        ul.checks {
                            @for queue in view.queues {
                                li { label {
                                    input type="checkbox" name="queue" value=(queue)
                                        checked[view.chosen.contains(queue)];
                                    " " bdi { (queue) }
                                } }
                            }
                        }
                        p.hint { (texts.queues_hint) }
                    }
                }
                button type="submit" { (texts.save) }
            }
        }
    }
}

fn password(locale: &Locale, view: &View<'_>) -> Markup {
    let texts = &locale.texts().account;
    let field = |id: &str, label: &str, complete: &str| {
        html! {
            label for=(id) { (label) }
            input id=(id) type="password" name=(id) required maxlength=(PASSWORD_BYTES)
                autocomplete=(complete) aria-describedby=[view.wrong.map(|_| "wrong")];
        }
    };
    html! {
        section.card {
            h2 { (texts.password) }
            p.hint { (texts.password_hint) }
            @if let Some(wrong) = view.wrong { (alert::refusal_of("wrong", wrong)) }
            form method="post" action="/account/password" {
                (token(view))
                // What password keepers go by.
                input.unseen type="text" name="name" value=(view.agent.name) readonly tabindex="-1"
                    autocomplete="username" aria-label=(texts.title);
                (field("old", texts.old_password, "current-password"))
                (field("new", texts.new_password, "new-password"))
                (field("again", texts.again, "new-password"))
                button type="submit" { (texts.change_password) }
            }
        }
    }
}

fn sessions(locale: &Locale, view: &View<'_>) -> Markup {
    let texts = &locale.texts().account;
    html! {
        section.card {
            h2 { (texts.sessions) }
            ul.sessions {
                @for session in view.sessions {
                    @let since = locale.age(session.created_at);
                    @let until = html! { (locale.at(session.expires_at)) };
                    li {
                        (fill(texts.session, &[since, until]))
                        @if session.is_this { " " span.mark.good { (texts.this_session) } }
                    }
                }
            }
            form method="post" action="/account/sign-out" {
                (token(view))
                button.second type="submit" { (texts.sign_out_everywhere) }
                p.hint { (texts.sign_out_hint) }
            }
        }
    }
}
