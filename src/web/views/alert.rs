//! What a page says when it refuses what a form asked for. Such a page begins at its top once more, while
//! its form may be far below: the message takes the focus, so that browsers bring it into sight and screen
//! readers read it, without a script. A form for signing in is short and keeps the focus in its field.

use maud::{Markup, html};

/// Why a form was refused, a sentence each; nothing without one. There is one of these on a page.
pub(in crate::web) fn refusal(sentences: &[impl AsRef<str>]) -> Markup {
    drawn(None, sentences)
}

/// The same under an id, for the fields it speaks of to name.
pub(super) fn refusal_of(id: &str, sentence: &str) -> Markup {
    drawn(Some(id), &[sentence])
}

fn drawn(id: Option<&str>, sentences: &[impl AsRef<str>]) -> Markup {
    html! {
        @if !sentences.is_empty() {
            div.error id=[id] role="alert" tabindex="-1" autofocus {
                @for sentence in sentences { p { (sentence.as_ref()) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_says_all_and_takes_the_focus_once() {
        let drawn = refusal(&["No <b>.", "Nor that."]).into_string();
        assert_eq!(drawn.matches(" autofocus").count(), 1, "{drawn}");
        assert!(drawn.ends_with("<p>No &lt;b&gt;.</p><p>Nor that.</p></div>"), "{drawn}");
        assert_eq!(refusal(&[""; 0]).into_string(), "");
        assert!(refusal_of("wrong", "No.").into_string().contains(" id=\"wrong\""));
    }
}
