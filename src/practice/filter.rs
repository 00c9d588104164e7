//! `$filter` on messages, as far as it is known to work (facts: microsoft-graph 2.2): comparisons
//! joined by `and` and `or`, without brackets of their own.

use super::clock::read_iso;
use super::mailbox::Item;
use super::refusal::{Outcome, Refusal, refuse};
use super::show::{conversation_id, extended};

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// One comparison.
#[derive(Clone, Debug)]
enum Test {
    Received(Op, i64),
    Read(bool),
    HasAttachments(bool),
    Draft(bool),
    MessageId(String),
    Conversation(String),
    From(String),
    Subject(String),
    Category(String),
    Property(String, String),
}

/// A filter: any group of tests that all hold.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    groups: Vec<Vec<Test>>,
    /// The properties in the order they are named.
    pub(super) properties: Vec<String>,
}

fn invalid() -> Refusal {
    let text = "The query filter contains one or more invalid nodes.";
    refuse(400, "ErrorInvalidUrlQueryFilter", text)
}

impl Filter {
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let mut filter = Self { groups: vec![Vec::new()], properties: Vec::new() };
        let mut rest = text.trim();
        loop {
            let (test, property, left) = read_test(rest)?;
            filter.properties.push(property);
            if let Some(group) = filter.groups.last_mut() {
                group.push(test);
            }
            rest = left.trim_start();
            if rest.is_empty() {
                return Ok(filter);
            }
            if let Some(left) = rest.strip_prefix("and ") {
                rest = left.trim_start();
            } else {
                rest = rest.strip_prefix("or ").ok_or_else(invalid)?.trim_start();
                filter.groups.push(Vec::new());
            }
        }
    }

    pub(super) fn holds(&self, item: &Item) -> bool {
        self.groups.iter().any(|group| group.iter().all(|test| test.holds(item)))
    }

    /// The Message-ID every match must have, if the filter says one.
    pub(super) fn message_id(&self) -> Option<&str> {
        let [group] = self.groups.as_slice() else { return None };
        group.iter().find_map(|test| match test {
            Test::MessageId(id) => Some(id.as_str()),
            _ => None,
        })
    }
}

impl Test {
    fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Received(op, moment) => match op {
                Op::Eq => item.received == *moment,
                Op::Ne => item.received != *moment,
                Op::Lt => item.received < *moment,
                Op::Le => item.received <= *moment,
                Op::Gt => item.received > *moment,
                Op::Ge => item.received >= *moment,
            },
            Self::Read(wanted) => item.read == *wanted,
            Self::HasAttachments(wanted) => item.facts.has_attachments == *wanted,
            Self::Draft(wanted) => item.draft == *wanted,
            Self::MessageId(id) => item.facts.message_id.as_ref() == Some(id),
            Self::Conversation(id) => conversation_id(item.facts.conversation) == *id,
            Self::From(address) => {
                item.facts.from.as_ref().is_some_and(|p| p.address.eq_ignore_ascii_case(address))
            }
            Self::Subject(text) => item.facts.subject.as_ref() == Some(text),
            Self::Category(name) => item.categories.contains(name),
            Self::Property(id, wanted) => {
                let bytes = item.kept.read().unwrap_or_default();
                extended(item, &bytes, id).is_some_and(|value| value == *wanted)
            }
        }
    }
}

/// Reads one comparison; answers with it, the property it names, and what follows.
fn read_test(text: &str) -> Outcome<(Test, String, &str)> {
    for (prefix, property) in
        [("categories/any(", "categories"), ("singleValueExtendedProperties/any(", "property")]
    {
        if let Some(rest) = text.strip_prefix(prefix) {
            let (_, rest) = rest.split_once(':').ok_or_else(invalid)?;
            let quoted = |rest| -> Outcome<(String, &str)> {
                let start = str::find(rest, '\'').ok_or_else(invalid)?;
                read_string(&rest[start..])
            };
            let (first, rest) = quoted(rest)?;
            let (test, rest) = if property == "categories" {
                (Test::Category(first), rest)
            } else {
                let (value, rest) = quoted(rest)?;
                (Test::Property(first, value), rest)
            };
            let rest = rest.trim_start().strip_prefix(')').ok_or_else(invalid)?;
            return Ok((test, property.to_owned(), rest));
        }
    }
    let mut words = text.splitn(3, ' ');
    let (Some(name), Some(op), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return Err(invalid());
    };
    let op = match op {
        "eq" => Op::Eq,
        "ne" => Op::Ne,
        "lt" => Op::Lt,
        "le" => Op::Le,
        "gt" => Op::Gt,
        "ge" => Op::Ge,
        _ => return Err(invalid()),
    };
    let (literal, rest) = if rest.trim_start().starts_with('\'') {
        read_string(rest.trim_start())?
    } else {
        let rest = rest.trim_start();
        let end = rest.find(' ').unwrap_or(rest.len());
        (rest[..end].to_owned(), &rest[end..])
    };
    let truth = || match literal.as_str() {
        "true" => Ok(op == Op::Eq),
        "false" => Ok(op != Op::Eq),
        _ => Err(invalid()),
    };
    let test = match name {
        "receivedDateTime" => Test::Received(op, read_iso(&literal).ok_or_else(invalid)?),
        "isRead" => Test::Read(truth()?),
        "isDraft" => Test::Draft(truth()?),
        "hasAttachments" => Test::HasAttachments(truth()?),
        _ if op != Op::Eq => return Err(invalid()),
        "internetMessageId" => Test::MessageId(literal),
        "conversationId" => Test::Conversation(literal),
        "from/emailAddress/address" => Test::From(literal),
        "subject" => Test::Subject(literal),
        _ => return Err(invalid()),
    };
    Ok((test, name.to_owned(), rest))
}

/// A literal in single quotes, a quote doubled; and what follows it.
fn read_string(text: &str) -> Outcome<(String, &str)> {
    let mut out = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            out.push(letter);
        } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
            letters.next();
            out.push('\'');
        } else {
            return Ok((out, &text[at + 1..]));
        }
    }
    Err(invalid())
}
