//! A text with the words marked that were looked for, cut to what is worth showing. What was found, and
//! where it stands, is in `search`.

use std::ops::Range;

use serde::Serialize;

use super::asking::part_of_number;
use crate::desk::folding;
use crate::desk::query::{Place, Term};

/// The characters of a snippet, and those of it before the first word that was found.
const SNIPPET: usize = 180;
const BEFORE: usize = 50;

/// The characters of a text that is shown from its beginning.
const BEGINNING: usize = 120;

/// A piece of a text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Piece {
    /// Its text, as it was written.
    pub text: String,
    /// Whether it is something that was looked for.
    pub marked: bool,
}

/// The words to be marked, each with whether it may be the beginning or a part of another.
pub(super) struct LookedFor<'a> {
    words: Vec<(&'a str, bool)>,
}

impl<'a> LookedFor<'a> {
    /// Those of terms that may occur in this place.
    pub(super) fn of(terms: &'a [Term], place: Place) -> Self {
        let here = |term: &&Term| !term.excluded && [place, Place::Anywhere].contains(&term.place);
        let words = terms.iter().filter(here).flat_map(|term| {
            let inside = part_of_number(term).is_some();
            term.spellings.iter().flat_map(move |words| {
                let last = words.len() - 1;
                words
                    .iter()
                    .enumerate()
                    .map(move |(at, word)| (word.as_str(), inside || (at == last && term.begins)))
            })
        });
        Self { words: words.collect() }
    }

    /// Some words of a text around the first that was looked for, all of those marked.
    pub(super) fn around(&self, text: &str) -> Vec<Piece> {
        let marks = self.marks(text);
        let start = marks.first().map_or(0, |first| back(text, first.start, BEFORE));
        pieces(text, start..forth(text, start, SNIPPET), &marks)
    }

    /// The beginning of a text, the words in it marked.
    pub(super) fn beginning(&self, text: &str) -> Vec<Piece> {
        pieces(text, 0..forth(text, 0, BEGINNING), &self.marks(text))
    }

    fn is_meant(&self, found: &str) -> bool {
        self.words.iter().any(|(word, part)| {
            found == *word || (*part && (found.starts_with(word) || is_inside(found, word)))
        })
    }

    fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        folding::words(text, |range, word| {
            if self.is_meant(word) {
                match marks.last_mut() {
                    // The pairs of one word overlap.
                    Some(last) if range.start < last.end => last.end = range.end.max(last.end),
                    _ => marks.push(range),
                }
            }
        });
        marks
    }
}

/// A part of a text, cut at its marks.
fn pieces(text: &str, part: Range<usize>, marks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |text: &str, marked| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), marked });
        }
    };
    if part.start > 0 {
        push("…", false);
    }
    let mut at = part.start;
    for mark in marks.iter().take_while(|mark| mark.end <= part.end) {
        push(&text[at..mark.start], false);
        push(&text[mark.clone()], true);
        at = mark.end;
    }
    push(&text[at..part.end], false);
    if part.end < text.len() {
        push("…", false);
    }
    pieces
}

/// Whether a word with digits contains another.
fn is_inside(found: &str, word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit()) && found.contains(word)
}

/// The place so many characters before, at the beginning of a word.
fn back(text: &str, from: usize, characters: usize) -> usize {
    let Some((at, _)) = text[..from].char_indices().rev().take(characters).last() else {
        return from;
    };
    let begins = text[at..from].find(char::is_whitespace).map_or(at, |space| at + space);
    if at == 0 { 0 } else { from - text[begins..from].trim_start().len() }
}

/// The place so many characters on.
fn forth(text: &str, from: usize, characters: usize) -> usize {
    text[from..].char_indices().nth(characters).map_or(text.len(), |(at, _)| from + at)
}
