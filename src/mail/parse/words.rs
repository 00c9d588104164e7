//! Encoded words in header fields (RFC 2047), also as they are misused: split in the middle of a
//! character, with spaces or question marks inside, inside quotes. What is no encoded word stays.

/// A run of encoded words in one charset, whose bytes are decoded together.
#[derive(Default)]
struct Run {
    charset: String,
    base64: String,
    bytes: Vec<u8>,
}

impl Run {
    fn push(&mut self, word: &Word<'_>) {
        if word.quoted_printable {
            self.settle();
            q_decode(word.payload, &mut self.bytes);
        } else {
            // Some programs cut the base64 of a long text anywhere: go on where it stopped.
            if self.base64.len().is_multiple_of(4) || self.base64.ends_with('=') {
                self.settle();
            }
            self.base64.extend(word.payload.chars().filter(|c| !c.is_whitespace()));
        }
    }

    fn settle(&mut self) {
        if !self.base64.is_empty() {
            self.bytes.extend(super::transfer::base64(self.base64.as_bytes()));
            self.base64.clear();
        }
    }

    fn flush(&mut self, into: &mut String) {
        self.settle();
        if !self.bytes.is_empty() {
            into.push_str(&super::charset::decode(&self.bytes, Some(&self.charset)));
            self.bytes.clear();
        }
    }
}

struct Word<'a> {
    charset: &'a str,
    quoted_printable: bool,
    payload: &'a str,
    /// Bytes the whole word takes.
    length: usize,
}

/// Decodes every encoded word in an unfolded value.
pub(super) fn decode(text: &str) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut run = Run::default();
    let mut rest = text;
    // Where the last end mark is: beyond it no word begins, which keeps the search linear.
    let last_end = text.rfind("?=").unwrap_or(0);
    while let Some(at) = rest.find("=?").filter(|at| text.len() - rest.len() + at < last_end) {
        let (before, from) = rest.split_at(at);
        let Some(word) = word_at(from) else {
            run.flush(&mut decoded);
            decoded.push_str(before);
            decoded.push_str("=?");
            rest = &from[2..];
            continue;
        };
        let adjacent = !run.charset.is_empty() && before.trim().is_empty();
        if !adjacent || !run.charset.eq_ignore_ascii_case(word.charset) {
            run.flush(&mut decoded);
            if !adjacent {
                decoded.push_str(before);
            }
            word.charset.clone_into(&mut run.charset);
        }
        run.push(&word);
        rest = &from[word.length..];
    }
    run.flush(&mut decoded);
    decoded.push_str(rest);
    decoded
}

/// How many bytes the encoded word at the start of `text` takes, when it ends soon.
pub(super) fn length_of_word(text: &str) -> Option<usize> {
    const LONGEST: usize = 2_000;
    word_at(&text[..text.floor_char_boundary(LONGEST)]).map(|word| word.length)
}

/// Reads `=?charset?encoding?payload?=` at the start of `text`.
fn word_at(text: &str) -> Option<Word<'_>> {
    const LONGEST_CHARSET: usize = 60;
    let inside = text.strip_prefix("=?")?;
    let end = inside.bytes().take(LONGEST_CHARSET).position(|byte| byte == b'?')?;
    // RFC 2231 section 5: a language may follow the charset.
    let charset = inside[..end].split('*').next().unwrap_or_default();
    let plausible = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b'<' | b'>');
    if charset.is_empty() || !charset.bytes().all(plausible) {
        return None;
    }
    let quoted_printable = match inside.as_bytes().get(end + 1)? {
        b'q' | b'Q' => true,
        b'b' | b'B' => false,
        _ => return None,
    };
    let payload = inside.get(end + 2..)?.strip_prefix('?')?;
    let mut close = payload.find("?=")?;
    if quoted_printable {
        close = q_end(payload, close);
    }
    let length = 2 + end + 3 + close + 2;
    Some(Word { charset, quoted_printable, payload: &payload[..close], length })
}

/// Where the payload of a Q word ends, at `close` or later: `?=20` inside it is a question mark and
/// an escape, when a real end follows.
fn q_end(payload: &str, mut close: usize) -> usize {
    loop {
        let after = &payload[close + 2..];
        let escape = after.as_bytes().get(..2);
        if !escape.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
            return close;
        }
        match after.find("?=") {
            Some(next) if !after[..next].contains([' ', '\t']) && !after[..next].contains("=?") => {
                close += 2 + next;
            }
            _ => return close,
        }
    }
}

fn q_decode(payload: &str, into: &mut Vec<u8>) {
    let bytes = payload.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = payload.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'=', Some(byte)) => {
                into.push(byte);
                at += 2;
            }
            (b'_', _) => into.push(b' '),
            (byte, _) => into.push(byte),
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded() {
        for (text, expected) in [
            ("plain", "plain"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
            ("=?ISO-8859-1?q?Gr=FC=DFe_aus?= Wien", "Grüße aus Wien"),
            ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
            ("=?utf-8*de?B?R3LDvMOfZQ==?=", "Grüße"),
            ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
            ("=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"),
            ("=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=", "aü"),
            // one character cut in two
            ("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
            // base64 cut in the middle of a group
            ("=?utf-8?B?R3LDv?= =?utf-8?B?MOfZQ==?=", "Grüße"),
            ("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "日本語"),
            ("=?utf-8?Q?with space?=", "with space"),
            ("=?utf-8?Q?What?=20now??=", "What? now?"),
            ("\"=?utf-8?Q?quoted?=\"", "\"quoted\""),
            ("=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
            ("=?utf-8?X?what?=", "=?utf-8?X?what?="),
            ("=?unknown-9?Q?=FC?=", "ü"),
            ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
            ("=?utf-8?Q??=x", "x"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }

    #[test]
    fn many_unfinished_words_take_no_time() {
        let text = "=?a?q?x".repeat(200_000);
        let started = std::time::Instant::now();
        assert!(decode(&text) == text);
        assert!(decode(&format!("{}?=", "=?<?q?x".repeat(200_000))).len() > 200_000);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
