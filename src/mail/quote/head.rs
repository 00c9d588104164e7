//! The header block of a copied letter, as Outlook and many others put it above what they quote or
//! pass on: which fields it has, over how many lines they go, and whether it is one at all.

use super::labels::{self, Field};
use super::{is_blank, unquoted};

/// Lines looked at for one block: a list of receivers may be long.
const MOST_LINES: usize = 60;

/// Bytes kept of one value.
const LONGEST_VALUE: usize = 8_000;

/// A header block.
#[derive(Debug, Default)]
pub(in crate::mail) struct Head {
    /// The fields in order, each kind once (but for [`Field::Other`]).
    fields: Vec<(Field, String)>,
    /// How many lines it takes.
    pub(in crate::mail) lines: usize,
}

impl Head {
    /// The value of a field.
    pub(in crate::mail) fn value(&self, wanted: Field) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == wanted).map(|(_, value)| value.as_str())
    }

    /// Whether it is surely the head of a letter, wherever it stands: From, Subject and one more,
    /// or three fields of which From names an address. A travel request may have From, To and Date
    /// as well.
    pub(in crate::mail) fn is_sure(&self) -> bool {
        let number = self.fields.iter().filter(|(field, _)| *field != Field::Other).count();
        let address = self.value(Field::From).is_some_and(|from| from.contains('@'));
        let from = self.value(Field::From).is_some();
        from && (address || self.value(Field::Subject).is_some()) && number >= 3
    }

    /// Whether it is the head of a letter where a line above has announced one.
    pub(in crate::mail) fn is_likely(&self) -> bool {
        let address = self.value(Field::From).is_some_and(|from| from.contains('@'));
        let has = |field| self.value(field).is_some();
        address || (has(Field::From) && (has(Field::Date) || has(Field::Subject) || has(Field::To)))
    }
}

/// Reads the block that begins with the first of these lines. `None` when that is no field.
/// Marks of quotation before the lines do not matter.
pub(in crate::mail) fn read(lines: &[&str]) -> Option<Head> {
    let first = unquoted(lines.first()?);
    labels::field(first)?;
    let run = labels::run_together(first);
    if !run.is_empty() {
        let fields = run.into_iter().map(|(field, value)| (field, value.to_owned())).collect();
        return Some(Head { fields, lines: 1 });
    }
    let mut head = Head::default();
    for at in 0..lines.len().min(MOST_LINES) {
        let line = unquoted(lines[at]);
        if is_blank(line) {
            // Some write each field as a paragraph of its own.
            if !goes_on(&head, lines, at) {
                break;
            }
            continue;
        }
        match labels::field(line) {
            Some((Field::Other, value)) => head.fields.push((Field::Other, value.to_owned())),
            Some((field, _)) if head.value(field).is_some() => break,
            Some((field, value)) => head.fields.push((field, value.to_owned())),
            None if continues(&head, lines, at) => {
                if let Some((_, value)) = head.fields.last_mut()
                    && value.len() + line.len() < LONGEST_VALUE
                {
                    value.push(' ');
                    value.push_str(line.trim_matches([' ', '\t', '*', '|', '\u{a0}']));
                }
            }
            None => break,
        }
        head.lines = at + 1;
    }
    for (_, value) in &mut head.fields {
        value.truncate(value.trim_end().len());
        value.drain(..value.len() - value.trim_start().len());
    }
    Some(head)
}

/// Whether a field the block does not have yet follows line `at` closely.
fn goes_on(head: &Head, lines: &[&str], at: usize) -> bool {
    const NEAR: usize = 2;
    let mut following = lines[at + 1..].iter().take(NEAR).map(|line| labels::field(unquoted(line)));
    following.any(|field| {
        field.is_some_and(|(field, _)| field == Field::Other || head.value(field).is_none())
    })
}

/// Whether line `at`, which names no field, belongs to the value of the last one.
fn continues(head: &Head, lines: &[&str], at: usize) -> bool {
    /// From here on a program may have wrapped the line.
    const LONG: usize = 50;
    let Some((field, value)) = head.fields.last() else { return false };
    let line = unquoted(lines[at]);
    let list = matches!(field, Field::To | Field::Cc | Field::Other)
        && (line.contains('@') || value.ends_with([',', ';']))
        && !line.trim_end().ends_with(['.', '!', '?', ':']);
    let ends = lines.get(at + 1).is_none_or(|next| is_blank(unquoted(next)));
    let wrapped = *field == Field::Subject && value.chars().count() >= LONG && ends;
    // A label may stand on a line of its own.
    (value.is_empty() && !matches!(field, Field::Cc | Field::Other | Field::Subject))
        || list
        || wrapped
        || goes_on(head, lines, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Head {
        read(&text.split('\n').collect::<Vec<_>>()).unwrap_or_default()
    }

    #[test]
    fn values_go_over_several_lines() {
        let head = block(
            "From: Ana Muster\n <a@x.example>\nTo: One <1@x.example>,\nTwo <2@x.example>;\nThree\n\
             Cc:\nSubject: The lamp in the hall on the second floor of the office\nflickers\n\nHello",
        );
        assert_eq!(head.value(Field::From), Some("Ana Muster <a@x.example>"));
        assert_eq!(head.value(Field::To), Some("One <1@x.example>, Two <2@x.example>; Three"));
        assert_eq!(head.value(Field::Cc), Some(""));
        let subject = "The lamp in the hall on the second floor of the office flickers";
        assert_eq!(head.value(Field::Subject), Some(subject));
        assert_eq!((head.lines, head.is_sure()), (8, true));
    }

    #[test]
    fn what_follows_the_block_is_no_part_of_it() {
        for (text, lines) in [
            ("From: a@x.example\nDate: x\nSubject: y\nHello there", 3),
            ("From: a@x.example\nDate: x\nSubject: y\n\nDate: z", 3),
            ("> From: a@x.example\n> Date: x\n>\n> Subject: y\n>\n> Hello", 4),
            ("From: a@x.example\n\nDate: x\n\nSubject: y\n\nHello", 5),
            ("From:\nAna\nTo:\nUs\nSubject:\nHello", 5),
        ] {
            assert_eq!(block(text).lines, lines, "{text}");
        }
    }

    #[test]
    fn a_travel_request_is_no_head() {
        assert!(!block("From: Berlin\nTo: Paris\nDate: 4 May\n\nThanks").is_sure());
        assert!(!block("Von: Hamburg\n\nNach: Rom").is_likely());
        assert!(block("From: Ana\nDate: 4 May").is_likely());
        assert!(block("Date: 4 May\nFrom: a@x.example\nTo: b@x.example").is_sure());
    }
}
