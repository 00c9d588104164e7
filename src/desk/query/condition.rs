//! The conditions of a query, such as `state:open`: what may stand before a colon, and what stands
//! behind it. That words may follow some of the keys as well is read in `query`.

use crate::desk::ticket::State;
use crate::time::Timestamp;

/// Something that has to hold, or not to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// What it is about.
    pub about: About,
    /// Whether it has to hold.
    pub wanted: bool,
}

/// What a condition is about. Names are compared by [`folded`](crate::desk::folding::folded).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// The state of the ticket.
    State(State),
    /// Its queue; `None` for none.
    Queue(Option<String>),
    /// Who has it; `None` for nobody.
    Assignee(Option<String>),
    /// One of its tags.
    Tag(String),
    /// A file that came with the article.
    Attachment,
}

/// What may stand before a colon.
pub const KEYS: [&str; 10] =
    ["from", "to", "subject", "state", "queue", "assignee", "tag", "before", "after", "has"];

/// What `key:value` is about; a sentence when it means nothing.
pub(super) fn about(key: &str, value: &str) -> Result<About, String> {
    let name = || (value != "-").then(|| value.to_owned());
    Ok(match key {
        "state" => match value.to_lowercase().parse() {
            Ok(state) => About::State(state),
            Err(error) => return Err(format!("`state:`: {error}")),
        },
        "queue" => About::Queue(name()),
        "assignee" => About::Assignee(name()),
        "tag" => About::Tag(value.to_owned()),
        // The last of KEYS.
        _ if matches!(value.to_lowercase().as_str(), "attachment" | "attachments") => {
            About::Attachment
        }
        _ => return Err(format!("`has:{value}` is not known; there is has:attachment")),
    })
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
