//! What the pages say, in each language they speak. Every page has its texts in a file of its own
//! below, the languages side by side, so that none can be forgotten; a further language is one more
//! constant in each. `{}` stands for what a page puts in its place.

pub(super) mod account;
pub(super) mod figures;
pub(super) mod general;
pub(super) mod history;
pub(super) mod keys;
pub(super) mod ledger;
pub(super) mod lists;
pub(super) mod moments;
pub(super) mod outbox;
mod refusals;
pub(super) mod search;
pub(super) mod signing_in;
pub(super) mod status;
pub(super) mod ticket;
pub(super) mod verdict;
pub(super) mod writing;

use maud::{Markup, PreEscaped, Render};

pub(super) use account::Account;
pub(super) use figures::Figures;
pub(super) use general::General;
pub(super) use history::History;
pub(super) use keys::Keys;
pub(super) use ledger::Records;
pub(super) use lists::Lists;
pub(super) use moments::Moments;
pub(super) use outbox::Outbox;
pub(super) use refusals::said;
pub(super) use search::Search;
pub(super) use signing_in::SigningIn;
pub(super) use status::Status;
pub(super) use ticket::Ticket;
pub(super) use verdict::Verdict;
pub(super) use writing::Writing;

/// A language the pages speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub(super) const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its tag (RFC 5646).
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its own name for itself.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language with this tag, or of which it is a kind: `de-AT` is German.
    pub fn tagged(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|own| own.tag().eq_ignore_ascii_case(first))
    }

    /// The first language an Accept-Language header wants that we speak (RFC 9110 section 12.5.4).
    pub(super) fn accepted(header: &str) -> Option<Self> {
        let wanted = header.split(',').take(20).filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let language = Self::tagged(parts.next()?)?;
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight: f32 = weight.map_or(Some(1.0), |weight| weight.parse().ok())?;
            (weight > 0.0).then_some((language, weight))
        });
        // Of those with the same weight the first one counts.
        wanted.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|best| best.0)
    }

    /// What the pages say in it.
    pub(super) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// All the texts of one language.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) account: Account,
    pub(super) figures: Figures,
    pub(super) general: General,
    pub(super) history: History,
    pub(super) keys: Keys,
    pub(super) records: Records,
    pub(super) lists: Lists,
    pub(super) moments: Moments,
    pub(super) outbox: Outbox,
    pub(super) search: Search,
    pub(super) signing_in: SigningIn,
    pub(super) status: Status,
    pub(super) ticket: Ticket,
    pub(super) verdict: Verdict,
    pub(super) writing: Writing,
}

const ENGLISH: Texts = Texts {
    account: account::ENGLISH,
    figures: figures::ENGLISH,
    general: general::ENGLISH,
    history: history::ENGLISH,
    keys: keys::ENGLISH,
    records: ledger::ENGLISH,
    lists: lists::ENGLISH,
    moments: moments::ENGLISH,
    outbox: outbox::ENGLISH,
    search: search::ENGLISH,
    signing_in: signing_in::ENGLISH,
    status: status::ENGLISH,
    ticket: ticket::ENGLISH,
    verdict: verdict::ENGLISH,
    writing: writing::ENGLISH,
};

const GERMAN: Texts = Texts {
    account: account::GERMAN,
    figures: figures::GERMAN,
    general: general::GERMAN,
    history: history::GERMAN,
    keys: keys::GERMAN,
    records: ledger::GERMAN,
    lists: lists::GERMAN,
    moments: moments::GERMAN,
    outbox: outbox::GERMAN,
    search: search::GERMAN,
    signing_in: signing_in::GERMAN,
    status: status::GERMAN,
    ticket: ticket::GERMAN,
    verdict: verdict::GERMAN,
    writing: writing::GERMAN,
};

/// A word for one thing and for several. English and German need no third form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) one: &'static str,
    pub(super) many: &'static str,
}

/// The word for one thing, and for several.
pub(super) const fn word(one: &'static str, many: &'static str) -> Word {
    Word { one, many }
}

/// A text with `values` in the places of its `{}`, in their order.
pub(super) fn put(text: &str, values: &[&str]) -> String {
    let mut whole = String::with_capacity(text.len() + 16);
    let mut values = values.iter();
    for (place, piece) in text.split("{}").enumerate() {
        if place > 0 {
            whole.push_str(values.next().copied().unwrap_or_default());
        }
        whole.push_str(piece);
    }
    whole
}

/// The same with markup as values; the text itself is escaped.
pub(super) fn fill(text: &str, values: &[Markup]) -> Markup {
    let mut whole = String::with_capacity(text.len() + 64);
    let mut values = values.iter();
    for (place, piece) in text.split("{}").enumerate() {
        if place > 0 {
            whole.push_str(values.next().map_or("", |value| value.0.as_str()));
        }
        piece.render_to(&mut whole);
    }
    PreEscaped(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_language_it_wants_most() {
        let (english, german) = (Some(Language::English), Some(Language::German));
        for (header, expected) in [
            ("de", german),
            ("de-AT,de;q=0.9,en;q=0.8", german),
            ("en-GB", english),
            ("fr,en;q=0.3,de;q=0.5", german),
            ("fr", None),
            ("de;q=0, en;q=0.1", english),
            ("", None),
            ("*", None),
            ("DE_de", german),
            ("de;q=x", None),
            ("den", None),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn texts_are_filled_and_escaped() {
        assert_eq!(put("{} of {}", &["1", "2"]), "1 of 2");
        assert_eq!(put("none", &["1"]), "none");
        assert_eq!(fill("a < {}", &[maud::html! { b { "x" } }]).0, "a &lt; <b>x</b>");
    }
}
