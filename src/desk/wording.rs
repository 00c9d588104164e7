//! What an office says to those who write to it, in its own texts or ours, and which of them somebody
//! reads. What stands in an acknowledgement around the text is in `acknowledgement`.

use crate::desk::language;
use crate::desk::template::Template;

/// Our own wording, until an office writes its own.
const ENGLISH: &str = "\
{greeting}

thank you for writing to {desk}. We have your message, and it is now ticket {number}. You need not do anything:
somebody will answer you.

To add something, just answer this email and leave {tag} in its subject.

Your subject: {subject}

Your message begins:
{summary}

{signature}";

/// The same in German.
const GERMAN: &str = "\
{greeting}

vielen Dank für Ihre Nachricht an {desk}. Sie ist bei uns eingegangen und hat jetzt die Nummer {number}.
Sie müssen nichts weiter tun: Wir antworten Ihnen.

Wenn Sie etwas ergänzen möchten, antworten Sie einfach auf diese E-Mail und lassen Sie {tag} im Betreff stehen.

Ihr Betreff: {subject}

Ihre Nachricht beginnt:
{summary}

{signature}";

/// What an office says to those who write to it, by language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wording {
    /// The language tag of each text, empty for one that serves all, and the text. Never empty.
    texts: Vec<(String, Template)>,
}

impl Wording {
    /// The texts of an office, the first of which serves everybody whose language none is in; our
    /// own where it has none.
    pub fn new(texts: Vec<(String, Template)>) -> Self {
        if texts.is_empty() { Self::default() } else { Self { texts } }
    }

    /// The language and the text for somebody who wrote this. What his program says of the language
    /// counts where the words tell nothing, for it may be no more than how the program is set.
    pub(super) fn for_text(&self, text: &str, said: &str) -> (&str, &Template) {
        let tags = self.texts.iter().map(|(tag, _)| tag.as_str());
        let by_program = || {
            let said = language::primary(said);
            let same = |(tag, _): &(String, Template)| language::primary(tag) == said;
            self.texts.iter().position(same).filter(|_| !said.is_empty())
        };
        let place = language::guess(text, tags).or_else(by_program).unwrap_or_default();
        // There is always a first one, and a guess is a place among them.
        let (tag, template) = &self.texts[place];
        if !tag.is_empty() {
            return (tag, template);
        }
        // What is said in one text for all is still greeted in the language of that text.
        (language::of(template.as_str()), template)
    }
}

impl Default for Wording {
    fn default() -> Self {
        // The texts are ours, and a test fills both, so every placeholder is known.
        let own = |tag: &str, text| Some((tag.to_owned(), Template::new(text).ok()?));
        Self { texts: [own("en", ENGLISH), own("de", GERMAN)].into_iter().flatten().collect() }
    }
}
