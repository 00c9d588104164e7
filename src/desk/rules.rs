//! The office's own rules: when a message looks like this, then its new ticket gets that. Rules
//! are applied in the order of the configuration, and stop where one says so.

use regex::{Regex, RegexBuilder};

use crate::desk::ticket::Priority;
use crate::mail::Message;

/// What a message must look like; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// A pattern for any To or Cc address.
    pub to: Option<Glob>,
    /// A pattern for the From address.
    pub from: Option<Glob>,
    /// A regular expression for the subject.
    pub subject: Option<Regex>,
    /// Whether it must, or must not, have an attachment beside its text.
    pub has_attachment: Option<bool>,
}

/// What a new ticket gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Then {
    /// Its queue.
    pub queue: Option<String>,
    /// Its agent, by name.
    pub assign: Option<String>,
    /// Its priority.
    pub priority: Option<Priority>,
    /// Tags it gets in addition to earlier ones.
    pub tags: Vec<String>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// When it applies.
    pub when: When,
    /// What it does.
    pub then: Then,
    /// Whether later rules are left out once this one applied.
    pub stop: bool,
}

/// An address pattern: `*` stands for any run of characters, the rest for itself without regard to
/// case.
#[derive(Clone, Debug)]
pub struct Glob(Regex);

impl Glob {
    /// Reads a pattern. Fails only on one that is absurdly long.
    pub fn new(pattern: &str) -> Result<Self, regex::Error> {
        let parts: Vec<String> = pattern.trim().split('*').map(regex::escape).collect();
        let source = format!("^{}$", parts.join(".*"));
        RegexBuilder::new(&source).case_insensitive(true).build().map(Self)
    }

    fn holds(&self, address: &str) -> bool {
        self.0.is_match(address.trim())
    }
}

impl When {
    fn holds(&self, message: &Message) -> bool {
        let to = |glob: &Glob| {
            message.to.iter().chain(&message.cc).any(|address| glob.holds(&address.address))
        };
        let from =
            |glob: &Glob| message.from.as_ref().is_some_and(|from| glob.holds(&from.address));
        let attached = message.attachments.iter().any(|attachment| !attachment.inline);
        self.to.as_ref().is_none_or(to)
            && self.from.as_ref().is_none_or(from)
            && self.subject.as_ref().is_none_or(|subject| subject.is_match(&message.subject))
            && self.has_attachment.is_none_or(|wanted| wanted == attached)
    }
}

/// What the rules give the ticket of this message: a later rule overrides the queue, agent and
/// priority of an earlier one, tags add up.
pub fn apply(rules: &[Rule], message: &Message) -> Then {
    let mut sum = Then::default();
    for rule in rules {
        if !rule.when.holds(message) {
            continue;
        }
        let then = &rule.then;
        sum.queue = then.queue.clone().or(sum.queue);
        sum.assign = then.assign.clone().or(sum.assign);
        sum.priority = then.priority.or(sum.priority);
        sum.tags.extend(then.tags.iter().cloned());
        if rule.stop {
            break;
        }
    }
    sum.tags.sort();
    sum.tags.dedup();
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Address, Attachment};

    fn rule(name: &str, when: When, stop: bool) -> Rule {
        let then = Then {
            queue: Some(name.to_owned()),
            priority: (name == "a").then_some(Priority::High),
            tags: vec![name.to_owned()],
            ..Then::default()
        };
        Rule { name: name.to_owned(), when, then, stop }
    }

    #[test]
    fn what_is_given_must_hold() {
        let message = Message {
            from: Some(Address::bare("Ana@Shop.example")),
            to: vec![Address::bare("desk@office.example")],
            cc: vec![Address::bare("billing@office.example")],
            subject: "Your INVOICE 12".into(),
            attachments: vec![Attachment { inline: true, ..Attachment::default() }],
            ..Message::default()
        };
        let glob = |pattern| Some(Glob::new(pattern).unwrap());
        let subject = |source| Some(Regex::new(source).unwrap());
        for (case, when, expected) in [
            ("nothing asked", When::default(), true),
            ("cc counts as to", When { to: glob("billing@*"), ..When::default() }, true),
            ("another to", When { to: glob("sales@*"), ..When::default() }, false),
            ("case of from", When { from: glob("*@shop.example"), ..When::default() }, true),
            ("the dot is a dot", When { from: glob("*@shop-example"), ..When::default() }, false),
            ("subject", When { subject: subject("(?i)invoice"), ..When::default() }, true),
            ("subject, strictly", When { subject: subject("invoice"), ..When::default() }, false),
            (
                "inline is no attachment",
                When { has_attachment: Some(true), ..When::default() },
                false,
            ),
            (
                "one of two fails",
                When { to: glob("billing@*"), has_attachment: Some(true), ..When::default() },
                false,
            ),
        ] {
            assert_eq!(when.holds(&message), expected, "{case}");
        }
    }

    #[test]
    fn later_rules_override_until_one_stops() {
        let rules = [
            rule("a", When::default(), false),
            rule("b", When::default(), true),
            rule("c", When::default(), false),
        ];
        let then = apply(&rules, &Message::default());
        assert_eq!(then.queue.as_deref(), Some("b"));
        assert_eq!(then.priority, Some(Priority::High));
        assert_eq!(then.tags, ["a", "b"]);
    }
}
