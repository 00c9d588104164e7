//! The signature of a letter in HTML, which programs mark by class or id and not by words. In text
//! it gets the line `--` above it (RFC 3676 section 4.3), by which everybody knows it; not when the
//! letter goes on below it, for then what follows would look like a part of it.

use super::super::elements::Element;
use super::super::tokens::{Token, Tokens};
use super::Page;
use super::within::Within;

/// The line above a signature.
pub(super) const DELIMITER: &str = "--";

/// How far the one signature of a letter was read.
#[derive(Default)]
pub(super) enum Signature {
    #[default]
    Unseen,
    /// Its element was opened; `None` where it goes on to the end or to a quote.
    Opened(Option<Within>),
    /// Its text began; the delimiter is at `at`.
    Begun { within: Option<Within>, at: usize },
    /// It ended with its element, at `end` of the text.
    Ended { at: usize, end: usize },
    /// What becomes of it is known, or there will be none.
    Settled,
}

impl Signature {
    /// Takes note of a tag in the letter's own text, of which `written` bytes are there.
    pub(super) fn note(&mut self, token: Token<'_>, tokens: &Tokens<'_>, written: usize) {
        let ended = match self {
            Self::Opened(Some(within)) | Self::Begun { within: Some(within), .. } => {
                within.ends_with(token)
            }
            _ => false,
        };
        match self {
            Self::Unseen => {
                let Token::Open(element) = token else { return };
                if begins(element, tokens) {
                    *self = Self::Opened((element != Element::Hr).then(|| Within::of(element)));
                }
            }
            Self::Opened(_) if ended => *self = Self::Unseen,
            Self::Begun { at, .. } if ended => *self = Self::Ended { at: *at, end: written },
            _ => {}
        }
    }

    /// Whether the next text is the first of the signature.
    pub(super) fn is_awaited(&self) -> bool {
        matches!(self, Self::Opened(_))
    }

    /// Says that its text begins, with the delimiter at `at`; `None` when it needs none.
    pub(super) fn begin(&mut self, at: Option<usize>) {
        let Self::Opened(within) = *self else { return };
        *self = at.map_or(Self::Settled, |at| Self::Begun { within, at });
    }

    /// Says where the delimiter was written.
    pub(super) fn stands_at(&mut self, place: usize) {
        if let Self::Begun { at, .. } = self {
            *at = place;
        }
    }

    /// Decides where a quote or the text ends: takes the delimiter out again when more than the
    /// line above a quote stands between. Says how many bytes were taken out.
    pub(super) fn settle(&mut self, out: &mut String) -> usize {
        let Self::Ended { at, end } = *self else {
            match self {
                Self::Begun { .. } => *self = Self::Settled,
                Self::Opened(_) => *self = Self::Unseen,
                _ => {}
            }
            return 0;
        };
        *self = Self::Settled;
        let after = out.get(end..).unwrap_or_default().trim();
        if after.is_empty() || is_above_a_quote(after) {
            return 0;
        }
        let taken = DELIMITER.len() + usize::from(out[at..].starts_with("--\n"));
        out.replace_range(at..at + taken, "");
        taken
    }
}

impl Page {
    /// Looks in the letter's own text for its signature and where that text ends.
    pub(super) fn note_signature(&mut self, element: Element, tokens: &Tokens<'_>) {
        if self.quote_level > 0 {
            return;
        }
        if ends_own_text(tokens) {
            self.settle_signature();
        }
        self.signature.note(Token::Open(element), tokens, self.out.len());
    }

    /// Decides about it where a quote or the text ends.
    pub(super) fn settle_signature(&mut self) {
        let taken = self.signature.settle(&mut self.out);
        if let Some(link) = &mut self.link {
            link.at = link.at.saturating_sub(taken);
        }
    }

    /// Writes the line above the signature, unless the letter has one, or nothing but a signature.
    /// True when `text` is such a line itself.
    pub(super) fn begin_signature(&mut self, text: &str) -> bool {
        let delimits = |text: &str| text.starts_with(DELIMITER);
        let last = self.out.trim_end().rsplit('\n').next().unwrap_or_default();
        if self.out.is_empty() || delimits(last) {
            self.signature.begin(None);
            return false;
        }
        self.block(1);
        self.signature.begin(Some(0));
        self.write(DELIMITER);
        self.signature.stands_at(self.out.len() - DELIMITER.len());
        self.block(1);
        delimits(text)
    }
}

/// Whether a text looks like what programs put above a quote: `On … Ana wrote:`, or dashes.
fn is_above_a_quote(text: &str) -> bool {
    const LONGEST: usize = 300;
    const MOST_LINES: usize = 3;
    let short = text.len() <= LONGEST && text.lines().count() <= MOST_LINES;
    text.starts_with("--") || text.starts_with("__") || (short && text.ends_with([':', '：']))
}

/// Whether the tag opened last begins a signature.
fn begins(element: Element, tokens: &Tokens<'_>) -> bool {
    match element {
        // Foxmail draws a short line above it.
        Element::Hr => {
            let has = |name: &str, piece: &str| {
                tokens
                    .attribute(name)
                    .is_some_and(|value| value.to_ascii_lowercase().contains(piece))
            };
            has("color", "b5c4df") && has("style", "210px")
        }
        Element::Div | Element::Table | Element::P | Element::Pre | Element::Span => {
            tokens.attributes().iter().any(|(name, value)| {
                match name.to_ascii_lowercase().as_str() {
                    "class" => value.split_ascii_whitespace().any(is_name),
                    "id" => is_name(value),
                    // Spark, Windows Mail and Mail.ru.
                    "name" => *value == "messageSignatureSection",
                    "data-signatureblock" => *value == "true",
                    "data-signature-widget" => *value == "container",
                    _ => false,
                }
            })
        }
        _ => false,
    }
}

/// `gmail_signature`, `Signature`, `moz-signature`, `protonmail_signature_block`, and Zoho's own.
fn is_name(name: &str) -> bool {
    const ENDS: [&str; 4] = ["signature", "signature_block", "signatureblock", "-sgn"];
    ENDS.iter().any(|end| {
        let start = name.len().checked_sub(end.len());
        start.and_then(|start| name.get(start..)).is_some_and(|n| n.eq_ignore_ascii_case(end))
    })
}

/// Whether the tag opened last begins what programs put below the writer's own text.
pub(super) fn ends_own_text(tokens: &Tokens<'_>) -> bool {
    const CLASSES: [&str; 7] = [
        "gmail_quote",
        "gmail_attr",
        "gmail_extra",
        "moz-cite-prefix",
        "protonmail_quote",
        "yahoo_quoted",
        "zmail_extra",
    ];
    const IDS: [&str; 5] = [
        "appendonsend",
        "divRplyFwdMsg",
        "OLK_SRC_BODY_SECTION",
        "reply-intro",
        "mail-editor-reference-message-container",
    ];
    tokens.attributes().iter().any(|(name, value)| match name.to_ascii_lowercase().as_str() {
        // Yahoo puts letters of its own before the name.
        "class" => value
            .split_ascii_whitespace()
            .any(|class| CLASSES.iter().any(|known| class.ends_with(known))),
        "id" => IDS.contains(value),
        "name" => matches!(*value, "messageReplySection" | "quote"),
        _ => false,
    })
}

/// Whether a `blockquote` says of itself that it quotes, whatever it looks like.
pub(super) fn is_cite(tokens: &Tokens<'_>) -> bool {
    let is_class = |class| matches!(class, "gmail_quote" | "protonmail_quote");
    tokens.attribute("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("cite"))
        || (tokens.attribute("class"))
            .is_some_and(|classes| classes.split_ascii_whitespace().any(is_class))
}
