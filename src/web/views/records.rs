//! What the pages of the records share: the row of tabs above each, tables that are lines on a phone, the
//! way to older rows, and the forms by which a person decides about one.

use maud::{Markup, html};

use super::parts;
use crate::web::locale::Locale;
use crate::web::route::Tab;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::ledger::Records;

/// Rows on one page of a record; those of the audit trail are long.
pub(in crate::web) const PAGE: u32 = 40;
pub(in crate::web) const TRAIL_PAGE: u32 = 25;

/// The longest reason taken for what a person decides, in characters.
pub(in crate::web) const REASON: usize = 500;

impl Tab {
    /// What the browser's tab says of it.
    pub(in crate::web) fn title(self, locale: &Locale) -> &'static str {
        self.name(&locale.texts().records)
    }

    const fn name(self, texts: &Records) -> &'static str {
        match self {
            Self::Ledger => texts.ledger,
            Self::Originals => texts.originals,
            Self::Outbox => texts.outbox,
            Self::Trail => texts.trail,
            Self::Settings => texts.settings,
        }
    }
}

/// A page of the records. `admin` sees all tabs, an agent those of agents.
pub(in crate::web) fn page(locale: &Locale, tab: Tab, admin: bool, content: &Markup) -> Markup {
    let texts = &locale.texts().records;
    html! {
        div.head { h1 { (tab.name(texts)) } }
        @if admin {
            nav.tabs aria-label=(texts.records) {
                @for other in Tab::ALL {
                    a href=(other.path()) aria-current=[(other == tab).then_some("page")] {
                        (other.name(texts))
                    }
                }
            }
        }
        (content)
    }
}

/// A table in a frame of its own, which scrolls sideways where it is wider than the page. On a phone each row
/// becomes lines, in which every cell brings its heading along.
pub(super) fn table(label: &str, headings: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll.records role="region" aria-label=(label) tabindex="0" {
            table {
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (heading, cell) in headings.iter().zip(row) {
                                td data-of=[(!heading.is_empty()).then_some(heading)] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Names and values below each other. What has no value is left out.
pub(super) fn facts(facts: Vec<(&str, Option<Markup>)>) -> Markup {
    html! {
        dl.record {
            @for (name, value) in facts {
                @if let Some(value) = value { div { dt { (name) } dd { (value) } } }
            }
        }
    }
}

/// A button by which a person decides something about a row, and what it means.
pub(super) fn deed(
    action: &str,
    token: &str,
    value: &str,
    words: &str,
    hint: impl maud::Render,
) -> Markup {
    html! {
        form.deed method="post" action=(action) {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            button type="submit" name="deed" value=(value) { (words) }
            span.hint { (hint) }
        }
    }
}

/// The field for a reason and the button that gives the row up for it.
pub(super) fn discarding(action: &str, token: &str, label: &str, words: &str) -> Markup {
    html! {
        form.deed method="post" action=(action) {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            label for="reason" { (label) }
            input #reason type="text" name="reason" maxlength=(REASON) required;
            button.second type="submit" name="deed" value="discard" { (words) }
        }
    }
}

/// The way back to the newest rows and on to older ones. `words` is what leads on.
pub(super) fn further(
    locale: &Locale,
    newest: Option<&str>,
    next: Option<(&str, String)>,
) -> Markup {
    let texts = &locale.texts().records;
    parts::ways(texts.older, newest.map(|path| (texts.newest, path)), next)
}

/// An id or digest as it is.
pub(super) fn code(text: &str) -> Markup {
    html! { code { bdi { (text) } } }
}
