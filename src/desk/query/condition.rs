//! The conditions of a query, such as `state:open`: what may stand before a colon, and what stands
//! behind it. That words may follow some of the keys as well is read in `query`.

use std::fmt::Display;
use std::str::FromStr;

use super::umlauts;
use crate::desk::folding::folded;
use crate::desk::ticket::{Priority, State, UnknownWord};
use crate::time::Timestamp;

/// Something that has to hold, or not to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// What it is about.
    pub about: About,
    /// Whether it has to hold.
    pub wanted: bool,
}

/// What a condition is about. Names are compared by [`folded`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// The state of the ticket.
    State(State),
    /// Its queue; `None` for none.
    Queue(Option<String>),
    /// Who has it; `None` for nobody.
    Assignee(Option<String>),
    /// Its priority.
    Priority(Priority),
    /// The mailbox it came to, by its name.
    Mailbox(String),
    /// That it is due at no time.
    NoDueDate,
    /// That it was due before this moment and is not over.
    Overdue(Timestamp),
    /// One of its tags.
    Tag(String),
    /// A file that came with the article.
    Attachment,
}

/// The most characters of what is taken for a condition that there is none of.
const LONGEST_KEY: usize = 20;

/// What may stand before a colon, and what it needs behind it.
pub(super) const KEYS: [(&str, &str); 13] = [
    ("from", "a name or an address"),
    ("to", "a name or an address"),
    ("subject", "a word of the subject"),
    ("state", "a state, such as state:open"),
    ("queue", "the name of a queue or none"),
    ("assignee", "the name of an agent or none"),
    ("priority", "a priority, such as priority:high"),
    ("tag", "the name of a tag"),
    ("mailbox", "the name of a mailbox"),
    ("due", "none or overdue"),
    ("before", "a day, a month or a year"),
    ("after", "a day, a month or a year"),
    ("has", "the word attachment"),
];

/// What may stand before a colon.
pub fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, _)| *key)
}

/// What stands before the colon of a word that looks like a condition. Addresses of the web look so
/// too and are none.
pub(super) fn unknown(text: &str) -> Option<&str> {
    let (key, value) = text.split_once(':')?;
    let is_word = (2..=LONGEST_KEY).contains(&key.chars().count())
        && key.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '-' | '_'));
    let is_address =
        value.starts_with("//") || ["mailto", "tel"].iter().any(|it| key.eq_ignore_ascii_case(it));
    (is_word && !is_address && !value.is_empty()).then_some(key)
}

/// That something is missing behind a key.
pub(super) fn nothing_behind(key: &str) -> String {
    let what = KEYS.iter().find(|(known, _)| *known == key).map_or("a value", |(_, what)| what);
    format!("`{key}:` needs {what}, right behind it")
}

/// What `key:value` is about; a sentence when it means nothing. In quotes, `none` is a name like any
/// other.
pub(super) fn about(key: &str, value: &str, quoted: bool, now: Timestamp) -> Result<About, String> {
    let is_none = value == "-" || (!quoted && value.eq_ignore_ascii_case("none"));
    let name = || (!is_none).then(|| value.to_owned());
    Ok(match key {
        "state" => About::State(word(key, value, State::ALL, State::in_german)?),
        "queue" => About::Queue(name()),
        "assignee" => About::Assignee(name()),
        "priority" => About::Priority(word(key, value, Priority::ALL, Priority::in_german)?),
        "tag" => About::Tag(value.to_owned()),
        "mailbox" => About::Mailbox(value.to_owned()),
        "due" => match value.to_lowercase().as_str() {
            "-" | "none" => About::NoDueDate,
            "overdue" => About::Overdue(now),
            _ => {
                return Err(format!(
                    "`due:{value}` is not known; there are due:none and due:overdue"
                ));
            }
        },
        // The last of KEYS.
        _ if matches!(value.to_lowercase().as_str(), "attachment" | "attachments") => {
            About::Attachment
        }
        _ => return Err(format!("`has:{value}` is not known; there is has:attachment")),
    })
}

/// The word of a closed set, as it is spelled everywhere or as German pages show it.
fn word<T: Copy + Display + FromStr<Err = UnknownWord>>(
    key: &str,
    value: &str,
    all: &[T],
    in_german: fn(T) -> &'static str,
) -> Result<T, String> {
    let given = folded(value);
    let is_meant = |word: &T| {
        let shown = in_german(*word);
        given == folded(shown) || given == folded(&umlauts::written_out(shown))
    };
    match value.to_lowercase().parse() {
        Ok(word) => Ok(word),
        Err(unknown) => {
            all.iter().copied().find(is_meant).ok_or_else(|| format!("`{key}:`: {unknown}"))
        }
    }
}

/// Reads a year, a month, a day or a moment, as its first second.
pub(super) fn moment(key: &str, value: &str) -> Result<Timestamp, String> {
    let full = match value.len() {
        4 => format!("{value}-01-01"),
        7 => format!("{value}-01"),
        _ => value.to_owned(),
    };
    full.parse().map_err(|_| {
        format!(
            "`{key}:{value}` is no date; write a day such as {key}:2026-05-04, or a month or year"
        )
    })
}
