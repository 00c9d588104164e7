//! The pages for signing in: the form for name and password, and the button behind a one-time
//! link. The link is used up by the button and not by being looked at, because mail filters and
//! chat previews follow links too.

use maud::{Markup, html};

use super::session::TOKEN_FIELD;

/// The form for name and password. `next` is where it leads; `wrong` says why the last try failed; `more`
/// are hidden fields that it carries along.
pub(super) fn form(
    token: &str,
    name: &str,
    next: Option<&str>,
    wrong: Option<&str>,
    more: Markup,
) -> Markup {
    html! {
        section.sign-in {
            h1 { "Sign in" }
            @if let Some(wrong) = wrong {
                p.error #wrong role="alert" { (wrong) }
            }
            form method="post" action="/sign-in" {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                @if let Some(next) = next {
                    input type="hidden" name="next" value=(next);
                }
                (more)
                label for="name" { "Name" }
                input #name type="text" name="name" value=(name) required autofocus
                    maxlength="200" autocomplete="username" autocapitalize="none"
                    spellcheck="false" aria-describedby=[wrong.map(|_| "wrong")];
                label for="password" { "Password" }
                input #password type="password" name="password" required maxlength="1000"
                    autocomplete="current-password" aria-describedby=[wrong.map(|_| "wrong")];
                button type="submit" { "Sign in" }
            }
            p.hint {
                "No account yet? On the machine itself, "
                code { "counterfoil user add NAME" }
                " makes one."
            }
        }
    }
}

/// The button that uses up a one-time link.
pub(super) fn link(token: &str, path: &str) -> Markup {
    html! {
        section.sign-in {
            h1 { "Sign in" }
            p { "This link signs you in once." }
            form method="post" action=(path) {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
                button type="submit" autofocus { "Sign in with this link" }
            }
        }
    }
}
