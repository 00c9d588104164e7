//! How the items of a list are numbered in text: by figures, letters or Roman numerals, from any
//! number on (WHATWG HTML section 4.4.5).

use super::tokens::Tokens;

/// What stands before an item without a number.
pub(super) const BULLET: &str = "- ";

/// The largest number written in letters or Roman numerals.
const MAX_LETTERED: u32 = 3_999;

/// A list while it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct List {
    /// The number of the last item; `None` where items have no number.
    last: Option<u32>,
    /// `1`, `a`, `A`, `i` or `I`.
    kind: u8,
}

impl List {
    /// The list that the tag opens which `tokens` came to last.
    pub(super) fn of(numbered: bool, tokens: &Tokens<'_>) -> Self {
        let start = tokens.attribute("start").and_then(|start| start.trim().parse().ok());
        let first: u32 = start.unwrap_or(1);
        let kind = tokens.attribute("type").and_then(|kind| kind.trim().bytes().next());
        let kind = kind.filter(|kind| b"aAiI".contains(kind)).unwrap_or(b'1');
        Self { last: numbered.then(|| first.wrapping_sub(1)), kind }
    }

    /// What stands before the next item, which may name its own number.
    pub(super) fn next(&mut self, value: Option<u32>) -> String {
        let Some(last) = self.last else { return BULLET.to_owned() };
        let number = value.unwrap_or(last.wrapping_add(1));
        self.last = Some(number);
        let lettered = (1..=MAX_LETTERED).contains(&number);
        match self.kind {
            b'a' | b'A' if lettered => format!("{}. ", cased(letters(number), self.kind)),
            b'i' | b'I' if lettered => format!("{}. ", cased(roman(number), self.kind)),
            _ => format!("{number}. "),
        }
    }
}

fn cased(text: String, kind: u8) -> String {
    if kind.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text }
}

/// `a` to `z`, then `aa`.
fn letters(mut number: u32) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        // Below 26.
        letters.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    letters.iter().rev().collect()
}

fn roman(mut number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1_000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut roman = String::new();
    for (value, sign) in SIGNS {
        while number >= value {
            roman.push_str(sign);
            number -= value;
        }
    }
    roman
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_numbered_as_the_list_says() {
        for (kind, number, expected) in [
            (b'1', 1, "1. "),
            (b'a', 1, "a. "),
            (b'a', 26, "z. "),
            (b'A', 28, "AB. "),
            (b'i', 4, "iv. "),
            (b'I', 1_994, "MCMXCIV. "),
            (b'i', 4_000, "4000. "),
            (b'a', 0, "0. "),
        ] {
            let mut list = List { last: Some(7), kind };
            assert_eq!(list.next(Some(number)), expected);
        }
        let mut list = List { last: Some(u32::MAX), kind: b'1' };
        assert_eq!(list.next(None), "0. ");
    }
}
