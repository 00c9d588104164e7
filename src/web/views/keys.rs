//! The page that lists the keys of the script, and turns them off: whoever works by speech or by
//! other single keys must be able to (WCAG 2.1.4).

use maud::{Markup, html};

use crate::web::locale::Locale;

/// The content of the page.
pub(in crate::web) fn page(locale: &Locale) -> Markup {
    let texts = &locale.texts().keys;
    html! {
        section.plain {
            h1 { (texts.title) }
            p { (texts.lead) }
            table.keys {
                thead { tr { th scope="col" { (texts.key) } th scope="col" { (texts.does) } } }
                tbody {
                    @for (keys, does) in &texts.list {
                        tr {
                            th scope="row" {
                                @for (place, key) in keys.split(' ').enumerate() {
                                    @if place > 0 { " " (texts.then) " " }
                                    kbd { (key) }
                                }
                            }
                            td { (does) }
                        }
                    }
                }
            }
            // Without the script there is nothing to turn off.
            p {
                button #keys-switch.second type="button" hidden data-on=(texts.turn_on)
                    data-off=(texts.turn_off) { (texts.turn_off) }
            }
        }
    }
}
