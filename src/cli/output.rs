//! How answers are written: one JSON document, or lines and tables for people. Nothing from outside
//! reaches a terminal with its control characters.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::json;

use crate::mail::Address;
use crate::store::Listing;

/// Where answers go.
pub(super) struct Out {
    json: bool,
}

impl Out {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether the answer is to be one JSON document.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// The answer as JSON, if that is wanted; else what `people` writes.
    pub(super) fn answer(
        &mut self,
        value: &impl Serialize,
        people: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut text = Vec::new();
        if self.json {
            serde_json::to_writer_pretty(&mut text, value)?;
            text.push(b'\n');
        } else {
            people(&mut text)?;
        }
        self.print(&text)
    }

    /// A part of a list as JSON under its name, if that is wanted; else what `people` writes of its
    /// rows. Either says where the list goes on.
    pub(super) fn listing<T: Serialize, C: ToString>(
        &mut self,
        name: &str,
        listing: &Listing<T, C>,
        people: impl FnOnce(&mut Vec<u8>, &[T]) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let next = listing.next.as_ref().map(ToString::to_string);
        self.answer(&json!({ name: listing.rows, "next": next }), |to| {
            people(to, &listing.rows)?;
            further(to, next.as_deref())
        })
    }

    /// Text for standard output as it is.
    pub(super) fn print(&mut self, text: &[u8]) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text).and_then(|()| stdout.flush()) {
            // Whoever read the answer has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// A message for people, on standard error, beside the answer.
    pub(super) fn say(&mut self, sentence: &str) {
        // Standard error is the last resort; when it is closed there is nobody to tell.
        let _ = writeln!(io::stderr(), "{}", clean(sentence));
    }

    /// What went wrong, on standard error.
    pub(super) fn complain(&mut self, error: &anyhow::Error) {
        // Most sentences hold their cause already; it is added only where it says more.
        let mut sentence = error.to_string();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            if !sentence.contains(&cause) {
                sentence = format!("{sentence}: {cause}");
            }
        }
        for line in sentence.lines() {
            self.say(&format!("counterfoil: {line}"));
        }
    }

    /// Does something long, and shows somebody at a terminal that it goes on.
    pub(super) fn waiting<T>(&self, doing: &'static str, work: impl FnOnce() -> T) -> T {
        if !self.has_terminal() {
            return work();
        }
        let bar = ProgressBar::new_spinner().with_message(doing);
        bar.enable_steady_tick(Duration::from_millis(100));
        let value = work();
        bar.finish_and_clear();
        value
    }

    /// Whether somebody sits at a terminal that shows standard error.
    pub(super) fn has_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }
}

/// How to ask for what comes behind a cursor.
pub(super) fn further(to: &mut Vec<u8>, next: Option<&str>) -> io::Result<()> {
    match next {
        Some(cursor) => writeln!(to, "more: --after {cursor}"),
        None => Ok(()),
    }
}

/// Rows under headings, columns as wide as their widest cell; the last one may run on.
pub(super) fn table(to: &mut Vec<u8>, headings: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .chain([headings[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let mut line = |cells: Vec<String>| -> io::Result<()> {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            text.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(to, "{}", text.trim_end())
    };
    line(headings.iter().map(|heading| (*heading).to_owned()).collect())?;
    for row in rows {
        line(row.iter().map(|cell| clean(cell)).collect())?;
    }
    Ok(())
}

/// Text without what a terminal would obey: control characters become spaces, those that turn the
/// direction of writing vanish.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// As [`clean`], but lines stay lines.
pub(super) fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

/// Text cut to `limit` characters.
pub(super) fn short(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// An address for people: `Ana <ana@shop.example>`.
pub(super) fn address(address: &Address) -> String {
    if address.name.is_empty() {
        address.address.clone()
    } else {
        format!("{} <{}>", address.name, address.address)
    }
}

/// Addresses for people, with commas between them.
pub(super) fn addresses(list: &[Address]) -> String {
    list.iter().map(address).collect::<Vec<_>>().join(", ")
}

/// A value or a dash.
pub(super) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_from_outside() {
        let text = "a\u{1b}[31mb\u{7}\u{202e}c\nd";
        assert_eq!(clean(text), "a [31mb c d");
        assert_eq!(clean_lines(text), "a [31mb c\nd");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut text = Vec::new();
        let rows = [vec!["1".to_owned(), "a".to_owned()], vec!["12345".to_owned(), "b".to_owned()]];
        table(&mut text, &["no", "subject"], &rows).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "no     subject\n1      a\n12345  b\n");
    }
}
