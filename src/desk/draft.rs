//! What an agent has put into a form and not sent: kept as it was typed, right or wrong, and read into
//! what it means once it is to be sent.

use serde::{Deserialize, Serialize};

use crate::desk::opening::Opening;
use crate::desk::recipients::MOST;
use crate::desk::ticket::{ArticleId, Priority, State, UnknownWord};
use crate::desk::typed;
use crate::desk::writing::Writing;
use crate::mail::{Address, Attachment};

/// The longest text of a form, in bytes.
pub const LONGEST: usize = 256 << 10;

/// The longest of its other fields, in bytes: copies to many people.
pub const LONGEST_FIELD: usize = 16 << 10;

/// What of a form is longer than anything that is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TooLong {
    /// The text.
    Text,
    /// The copies: so many people, more than a letter goes to.
    People(usize),
    /// Another field, by its name in the form.
    Field(&'static str),
}

/// The fields of a form as they were typed. Those of a new ticket are empty in an answer.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// Who gets a copy.
    pub cc: String,
    /// Who gets a copy that others do not see.
    pub bcc: String,
    /// Whether everybody the message went to gets a copy as well.
    pub to_all: bool,
    /// The message that is answered; 0 for the newest that a person wrote.
    pub article: i64,
    /// The word for the state the ticket gets; empty to leave it.
    pub state: String,
    /// The newest article that its writer has seen.
    pub seen: i64,
    /// The address of who asks.
    pub requester: String,
    /// Their name.
    pub name: String,
    /// The name of the mailbox.
    pub mailbox: String,
    /// What it is about.
    pub subject: String,
    /// The queue.
    pub queue: String,
    /// The name of the agent.
    pub assignee: String,
    /// The word for how urgent it is.
    pub priority: String,
    /// The tags, with commas between them.
    pub tags: String,
    /// Whether the text goes to who asks.
    pub send: bool,
    /// The names of files that were chosen and did not arrive.
    pub lost: Vec<String>,
    /// The id of the form that holds just this, if one does: what is sent from it again takes its place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub form: String,
}

impl Draft {
    /// Whether nothing was put down.
    pub fn is_empty(&self) -> bool {
        let typed = [
            &self.text,
            &self.cc,
            &self.bcc,
            &self.requester,
            &self.name,
            &self.subject,
            &self.tags,
        ];
        typed.iter().all(|field| field.trim().is_empty()) && self.lost.is_empty()
    }

    /// This draft, put where another lies, so that the text of neither is lost. For whom another new
    /// ticket was, and what about, stands above its text.
    pub fn beside(mut self, other: &Self) -> Self {
        let mut theirs = String::new();
        let (mine, before) = (self.requester.trim(), other.requester.trim());
        // A name goes with its address.
        let is_same = mine.is_empty() || before.is_empty() || mine == before;
        for (own, before, fits) in [
            (&mut self.requester, &other.requester, true),
            (&mut self.name, &other.name, is_same),
            (&mut self.subject, &other.subject, true),
        ] {
            if own.trim().is_empty() && fits {
                own.clone_from(before);
            } else if !before.trim().is_empty() && own.trim() != before.trim() {
                theirs = format!("{theirs}{}\n", before.trim());
            }
        }
        theirs.push_str(&other.text);
        let (own, before) = (self.text.trim(), theirs.trim());
        if !own.contains(before) {
            self.text = match before.contains(own) {
                true => theirs,
                false => format!("{}\n\n{theirs}", self.text.trim_end()),
            };
        }
        self
    }

    /// Whether the same stands in both, whatever form it came from.
    pub fn is_same(&self, other: &Self) -> bool {
        *self == Self { form: self.form.clone(), ..other.clone() }
    }

    /// Whether a field is longer than any that is kept.
    pub fn is_too_long(&self) -> bool {
        self.too_long().is_some()
    }

    /// The first field that is longer than any that is kept.
    pub fn too_long(&self) -> Option<TooLong> {
        let fields = [
            ("cc", &self.cc),
            ("bcc", &self.bcc),
            ("state", &self.state),
            ("requester", &self.requester),
            ("name", &self.name),
            ("mailbox", &self.mailbox),
            ("subject", &self.subject),
            ("queue", &self.queue),
            ("assignee", &self.assignee),
            ("priority", &self.priority),
            ("tags", &self.tags),
        ];
        let field = fields.into_iter().find(|(_, field)| field.len() > LONGEST_FIELD);
        match field {
            Some((name @ ("cc" | "bcc"), _)) => {
                let people = addresses(&self.cc).len() + addresses(&self.bcc).len();
                let of_many = (people > MOST).then_some(TooLong::People(people));
                of_many.or(Some(TooLong::Field(name)))
            }
            Some((name, _)) => Some(TooLong::Field(name)),
            None => (self.text.len() > LONGEST).then_some(TooLong::Text),
        }
    }

    /// The message that was chosen to be answered.
    pub fn answered(&self) -> Option<ArticleId> {
        (self.article != 0).then_some(ArticleId(self.article))
    }

    /// What is to be written into a ticket. Fails when the state is none.
    pub fn writing(&self, attachments: Vec<Attachment>) -> Result<Writing, UnknownWord> {
        let state = self.state.trim();
        Ok(Writing {
            text: self.text.clone(),
            cc: addresses(&self.cc),
            bcc: addresses(&self.bcc),
            to_all: self.to_all,
            article: self.answered(),
            attachments,
            status: (!state.is_empty()).then(|| state.parse::<State>()).transpose()?,
        })
    }

    /// The ticket that is to be opened. Fails when the priority is none.
    pub fn opening(&self, attachments: Vec<Attachment>) -> Result<Opening, UnknownWord> {
        let given = |field: &str| Some(field.trim().to_owned()).filter(|field| !field.is_empty());
        let tags = self.tags.split(',').filter_map(given).collect();
        Ok(Opening {
            requester: Address {
                address: self.requester.trim().to_owned(),
                name: typed::visible(&self.name),
            },
            subject: self.subject.trim().to_owned(),
            text: self.text.clone(),
            attachments,
            send: self.send,
            queue: given(&self.queue),
            assignee: given(&self.assignee),
            priority: match given(&self.priority) {
                Some(word) => word.parse::<Priority>()?,
                None => Priority::Normal,
            },
            tags,
        })
    }
}

/// The addresses of a list as people type it: between commas, semicolons or on lines of their own, each
/// bare or after a name in front of angle brackets (RFC 5322 section 3.4). What is no address stays as
/// it is, to be complained of.
pub fn addresses(text: &str) -> Vec<Address> {
    let mut pieces = vec![String::new()];
    let (mut is_quoted, mut is_bracketed) = (false, false);
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '<' if !is_quoted => is_bracketed = true,
            '>' if !is_quoted => is_bracketed = false,
            ',' | ';' | '\n' if !is_quoted && !is_bracketed => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    let pieces = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
    pieces.map(address).collect()
}

fn address(piece: &str) -> Address {
    let inside = piece.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    match inside {
        Some((name, address)) => Address {
            address: address.trim().to_owned(),
            name: one_line(name.trim().trim_matches('"')),
        },
        None => Address::bare(piece),
    }
}

/// A name as it can stand in a header.
fn one_line(name: &str) -> String {
    let line: String = name.chars().map(|c| if typed::breaks(c) { ' ' } else { c }).collect();
    typed::visible(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_type_them() {
        for (text, expected) in [
            ("", vec![]),
            (" , ;\n", vec![]),
            ("ana@x.example", vec![("", "ana@x.example")]),
            (
                "ana@x.example; Ben Bo <ben@x.example>,\ncy@x.example",
                vec![("", "ana@x.example"), ("Ben Bo", "ben@x.example"), ("", "cy@x.example")],
            ),
            ("\"Weber, Jo\" <jo@x.example>", vec![("Weber, Jo", "jo@x.example")]),
            ("\"Ana\r\nBcc: \u{202e}x\" <ana@x.example>", vec![("Ana  Bcc: x", "ana@x.example")]),
            ("ana ben", vec![("", "ana ben")]),
            ("ana@x.example ben@x.example", vec![("", "ana@x.example ben@x.example")]),
            ("\"open, x@y", vec![("", "\"open, x@y")]),
        ] {
            let read = addresses(text);
            let read: Vec<(&str, &str)> =
                read.iter().map(|it| (it.name.as_str(), it.address.as_str())).collect();
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_named() {
        let draft = Draft::default;
        let many = "somebody.of.a.long.name@shop.example, ".repeat(501);
        let long = "x".repeat(LONGEST_FIELD + 1);
        let text = "x".repeat(LONGEST + 1);
        for (draft, expected) in [
            (draft(), None),
            (Draft { text: text.clone(), ..draft() }, Some(TooLong::Text)),
            (Draft { cc: many.clone(), text, ..draft() }, Some(TooLong::People(501))),
            (Draft { cc: "a@b".into(), bcc: many, ..draft() }, Some(TooLong::People(502))),
            (Draft { bcc: long.clone(), ..draft() }, Some(TooLong::Field("bcc"))),
            (Draft { subject: long, ..draft() }, Some(TooLong::Field("subject"))),
        ] {
            assert_eq!(draft.too_long(), expected);
        }
    }

    #[test]
    fn neither_of_two_drafts_is_lost() {
        let draft = |text: &str| Draft { text: text.to_owned(), ..Draft::default() };
        for (new, old, expected) in [
            ("Hello Ana", "Hello", "Hello Ana"),
            ("Hello", "", "Hello"),
            ("Hello", "Hello Ana\n", "Hello Ana\n"),
            ("Hello", "Bye", "Hello\n\nBye"),
        ] {
            assert_eq!(draft(new).beside(&draft(old)).text, expected);
        }
        let new = |requester: &str, subject: &str| Draft {
            requester: requester.into(),
            subject: subject.into(),
            ..draft("Called.")
        };
        let both = new("ana@x.example", "").beside(&new("ben@x.example", "Lamp"));
        assert_eq!((both.requester.as_str(), both.subject.as_str()), ("ana@x.example", "Lamp"));
        assert_eq!(both.text, "ben@x.example\nCalled.");
        assert_eq!(both.clone().beside(&new("ben@x.example", "Lamp")), both, "only once");
        let ben = Draft { name: "Ben".into(), ..new("ben@x.example", "") };
        let both = new("ana@x.example", "").beside(&ben);
        assert_eq!((both.name.as_str(), both.text.as_str()), ("", "ben@x.example\nBen\nCalled."));
        assert_eq!(new("", "").beside(&ben).name, "Ben");
    }

    #[test]
    fn a_draft_becomes_what_it_says() {
        let draft = Draft {
            text: "Hello".into(),
            cc: "ana@x.example".into(),
            state: " closed ".into(),
            tags: "heat, ,Cold".into(),
            priority: "high".into(),
            ..Draft::default()
        };
        let writing = draft.writing(Vec::new()).unwrap();
        assert_eq!((writing.cc.len(), writing.status), (1, Some(State::Closed)));
        let opening = draft.opening(Vec::new()).unwrap();
        assert_eq!(opening.tags, ["heat", "Cold"]);
        assert_eq!(opening.priority, Priority::High);
        let wrong = Draft { state: "done".into(), priority: "x".into(), ..draft };
        assert!(wrong.writing(Vec::new()).is_err() && wrong.opening(Vec::new()).is_err());
        assert!(!wrong.is_empty() && Draft { seen: 3, ..Draft::default() }.is_empty());
    }
}
