//! Umlauts as people type them who have no keys for them, and back. Whether a word is meant that way
//! nobody can tell, so a search takes all spellings.

/// The text with umlauts as they are written where there are none: `Müller` is `Mueller`.
pub(super) fn written_out(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ä' | 'Ä' => written.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => written.push_str("oe"),
            'ü' | 'Ü' => written.push_str("ue"),
            'å' | 'Å' => written.push_str("aa"),
            other => written.push(other),
        }
    }
    written
}

/// The text with `ae`, `oe`, `ue` as the letter they may stand for: `Mueller` is `Muller`, to which
/// `Müller` is folded.
pub(super) fn put_back(text: &str) -> String {
    let mut back = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        let last = back.chars().next_back().map(|last| last.to_ascii_lowercase());
        let stands_for = matches!(letter, 'e' | 'E')
            && match last {
                Some('a' | 'o') => true,
                // As in neue, Bauer, Quelle.
                Some('u') => !matches!(before, 'a' | 'e' | 'q'),
                _ => false,
            };
        if !stands_for {
            before = last.unwrap_or(' ');
            back.push(letter);
        }
    }
    back
}
