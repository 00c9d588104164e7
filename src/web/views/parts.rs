//! The ways from one part of a list to the others.

use maud::{Markup, html};

/// Words and where they lead: back to the newest rows, and on to older ones. `label` says what the two
/// are for whoever does not see them.
pub(super) fn ways(
    label: &str,
    newest: Option<(&str, &str)>,
    next: Option<(&str, String)>,
) -> Markup {
    html! {
        @if newest.is_some() || next.is_some() {
            nav.pages aria-label=(label) {
                @if let Some((words, path)) = newest { a href=(path) { (words) } }
                @if let Some((words, path)) = next { a rel="next" href=(path) { (words) } }
            }
        }
    }
}
