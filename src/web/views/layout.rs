//! What all pages share: the frame with its head, navigation and foot, and the plain page that says why
//! there is no other.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::search;
use crate::web::answer::Answer;
use crate::web::assets::{ICON, SCRIPT, STYLE};
use crate::web::locale::Locale;
use crate::web::route::Tab;
use crate::web::session::{TOKEN_FIELD, Visitor};

/// Where one is, for the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::web) enum Place {
    Status,
    Tickets,
    Records,
    Figures,
    SignIn,
    Account,
    Elsewhere,
}

/// What stands around a page.
#[derive(Clone, Copy, Debug)]
pub(in crate::web) struct Frame<'a> {
    /// The name of the desk.
    pub(in crate::web) desk: &'a str,
    /// How it speaks.
    pub(in crate::web) locale: &'a Locale,
    /// Who looks at it.
    pub(in crate::web) visitor: Option<&'a Visitor>,
    /// Where it stands in the navigation.
    pub(in crate::web) place: Place,
    /// What was searched for.
    pub(in crate::web) sought: &'a str,
    /// Seconds after which the browser asks for it again.
    pub(in crate::web) refresh: Option<u32>,
}

impl Frame<'_> {
    /// The whole page. `title` is what the tab says before the name of the desk.
    pub(in crate::web) fn page(&self, title: &str, main: Markup) -> Markup {
        let texts = &self.locale.texts().general;
        let keys = &self.locale.texts().keys;
        html! {
            (DOCTYPE)
            html lang=(self.locale.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    @if let Some(seconds) = self.refresh {
                        meta http-equiv="refresh" content=(seconds);
                    }
                    title { (title) " · " (self.desk) }
                    link rel="stylesheet" href=(STYLE.address());
                    link rel="icon" type="image/svg+xml" href=(ICON.address());
                    @if self.visitor.is_some() {
                        script src=(SCRIPT.address()) defer data-kept=(keys.kept)
                            data-unkept=(keys.unkept) data-elsewhere=(keys.elsewhere)
                            data-all=(keys.all) {}
                    }
                }
                body {
                    a.skip href="#main" { (texts.skip) }
                    header.top { (self.top()) }
                    main #main tabindex="-1" { (main) }
                    footer.foot {
                        p {
                            "counterfoil " (env!("CARGO_PKG_VERSION"))
                            @if self.visitor.is_some() {
                                " · " a href="/keys" { (keys.title) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A page with nothing but a sentence and a way on.
    pub(in crate::web) fn plain(
        &self,
        status: u16,
        title: &str,
        sentence: &str,
        next: Option<(&str, &str)>,
    ) -> Answer {
        let main = html! {
            section.plain {
                h1 { (title) }
                p { (sentence) }
                @if let Some((path, words)) = next { p { a href=(path) { (words) } } }
            }
        };
        Answer::page(status, self.page(title, main))
    }

    fn top(&self) -> Markup {
        let current = |place| (self.place == place).then_some("page");
        let texts = &self.locale.texts().general;
        html! {
            a.brand href="/" { (sign()) span { (self.desk) } }
            nav aria-label=(texts.pages) {
                a href="/" aria-current=[current(Place::Status)] { (texts.status) }
                a href="/tickets" aria-current=[current(Place::Tickets)] { (texts.tickets) }
                @if let Some(visitor) = self.visitor {
                    a href="/figures" aria-current=[current(Place::Figures)] {
                        (self.locale.texts().figures.title)
                    }
                    a href=(if visitor.is_admin() { Tab::Ledger.path() } else { Tab::Outbox.path() })
                        aria-current=[current(Place::Records)] {
                        (self.locale.texts().records.records)
                    }
                }
            }
            @match self.visitor {
                Some(visitor) => {
                    (search::form(self.locale, self.sought))
                    form.who method="post" action="/sign-out" {
                        input type="hidden" name=(TOKEN_FIELD) value=(visitor.token());
                        a href="/account" aria-current=[current(Place::Account)] {
                            span.unseen { (texts.signed_in_as) " " } bdi { (visitor.agent.name) }
                        }
                        button.quiet type="submit" { (texts.sign_out) }
                    }
                }
                None => {
                    div.who {
                        a href="/sign-in" aria-current=[current(Place::SignIn)] { (texts.sign_in) }
                    }
                }
            }
        }
    }
}

/// The sign of the program, beside its name.
fn sign() -> Markup {
    // The same drawing as the icon, which is our own file and holds no foreign text.
    PreEscaped(ICON.text.to_owned())
}
