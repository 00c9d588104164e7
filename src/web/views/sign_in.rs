//! The pages for signing in: the form for name and password, and the button behind a one-time
//! link. The link is used up by the button and not by being looked at, because mail filters and
//! chat previews follow links too.

use maud::{Markup, html};

use crate::web::locale::Locale;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::fill;

/// The word in the address of the page that tells that a form came after the session was over.
pub(in crate::web) const LOST: &str = "lost";

/// The form for name and password. `next` is where it leads; `wrong` says why the last try failed; `more`
/// are hidden fields that it carries along.
pub(in crate::web) fn form(
    locale: &Locale,
    token: &str,
    name: &str,
    next: Option<&str>,
    wrong: Option<&str>,
    more: Markup,
) -> Markup {
    let texts = &locale.texts().signing_in;
    let command = html! { code { "counterfoil user add NAME" } };
    html! {
        section.sign-in {
            h1 { (texts.title) }
            @if let Some(wrong) = wrong {
                p.error #wrong role="alert" { (wrong) }
            }
            form method="post" action="/sign-in" {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                @if let Some(next) = next {
                    input type="hidden" name="next" value=(next);
                }
                (more)
                label for="name" { (texts.name) }
                input #name type="text" name="name" value=(name) required autofocus
                    maxlength="200" autocomplete="username" autocapitalize="none"
                    spellcheck="false" aria-describedby=[wrong.map(|_| "wrong")];
                label for="password" { (texts.password) }
                input #password type="password" name="password" required maxlength="1000"
                    autocomplete="current-password" aria-describedby=[wrong.map(|_| "wrong")];
                button type="submit" { (texts.button) }
            }
            p.hint { (fill(texts.no_account, &[command])) }
        }
    }
}

/// The button that uses up a one-time link.
pub(in crate::web) fn link(locale: &Locale, token: &str, path: &str) -> Markup {
    let texts = &locale.texts().signing_in;
    html! {
        section.sign-in {
            h1 { (texts.title) }
            p { (texts.link) }
            form method="post" action=(path) {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                button type="submit" autofocus { (texts.link_button) }
            }
        }
    }
}
