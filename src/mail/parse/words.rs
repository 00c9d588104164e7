//! Encoded words in header fields (RFC 2047), also as they are misused: split in the middle of a
//! character, with spaces or question marks inside, inside quotes, without their end, encoded
//! twice. What is no encoded word stays.

/// A run of encoded words in one charset, whose bytes are decoded together.
#[derive(Default)]
struct Run {
    open: bool,
    charset: String,
    quoted_printable: bool,
    /// Payload that is not decoded yet, because the next word may go on in the middle of it.
    payload: String,
    bytes: Vec<u8>,
}

impl Run {
    fn push(&mut self, word: &Word<'_>) {
        // Some programs cut a long text anywhere, even inside a group of base64 or an escape.
        let whole = match self.quoted_printable {
            true => !self.payload.trim_end_matches(|c: char| c.is_ascii_hexdigit()).ends_with('='),
            false => self.payload.len().is_multiple_of(4) || self.payload.ends_with('='),
        };
        if whole || self.quoted_printable != word.quoted_printable {
            self.settle();
        }
        self.quoted_printable = word.quoted_printable;
        match word.quoted_printable {
            true => self.payload.push_str(word.payload),
            false => self.payload.extend(word.payload.chars().filter(|c| !c.is_whitespace())),
        }
    }

    fn settle(&mut self) {
        match self.quoted_printable {
            true => q_decode(&self.payload, &mut self.bytes),
            false => self.bytes.extend(super::transfer::base64(self.payload.as_bytes())),
        }
        self.payload.clear();
    }

    fn flush(&mut self, into: &mut String) {
        self.settle();
        if !self.bytes.is_empty() {
            into.push_str(&super::charset::decode(&self.bytes, Some(&self.charset)));
            self.bytes.clear();
        }
        self.open = false;
    }
}

struct Word<'a> {
    charset: &'a str,
    quoted_printable: bool,
    payload: &'a str,
    /// Bytes the whole word takes.
    length: usize,
    /// Whether it has its end mark.
    closed: bool,
}

/// Decodes every encoded word in an unfolded value.
pub(super) fn decode(text: &str) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    let decoded = decode_once(text);
    // Some programs encode what another one had encoded before.
    let twice = decoded.starts_with("=?") && decoded.ends_with("?=") && decoded != text;
    if twice { decode_once(&decoded) } else { decoded }
}

fn decode_once(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut run = Run::default();
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        let Some(word) = word_at(from) else {
            run.flush(&mut decoded);
            decoded.push_str(before);
            decoded.push_str("=?");
            rest = &from[2..];
            continue;
        };
        let adjacent = run.open && before.trim().is_empty();
        if !adjacent || !run.charset.eq_ignore_ascii_case(word.charset) {
            run.flush(&mut decoded);
            if !adjacent {
                decoded.push_str(before);
            }
            word.charset.clone_into(&mut run.charset);
        }
        run.open = true;
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
    let word = word_at(&text[..text.floor_char_boundary(LONGEST)]);
    word.filter(|word| word.closed).map(|word| word.length)
}

/// Reads `=?charset?encoding?payload?=` at the start of `text`. A word without its end goes on to
/// the next one or to the end.
fn word_at(text: &str) -> Option<Word<'_>> {
    const LONGEST_CHARSET: usize = 60;
    let inside = text.strip_prefix("=?")?;
    let end = inside.bytes().take(LONGEST_CHARSET).position(|byte| byte == b'?')?;
    // RFC 2231 section 5: a language may follow the charset.
    let charset = inside[..end].split('*').next().unwrap_or_default();
    let charset = charset.trim_matches([' ', '"', '\'']);
    let plausible = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b'<' | b'>');
    if !charset.bytes().all(plausible) {
        return None;
    }
    let quoted_printable = match inside.as_bytes().get(end + 1)? {
        b'q' | b'Q' => true,
        b'b' | b'B' => false,
        _ => return None,
    };
    let payload = inside.get(end + 2..)?.strip_prefix('?')?;
    let bytes = payload.as_bytes();
    // Whichever comes first: the end mark, or the start of the next word.
    let stop = (0..bytes.len())
        .find(|&at| bytes[at..].starts_with(b"?=") || bytes[at..].starts_with(b" =?"));
    let head = 2 + end + 3;
    match stop.map(|at| (at, bytes[at] == b'?')) {
        Some((close, true)) => {
            let close = if quoted_printable { q_end(payload, close) } else { close };
            let payload = &payload[..close];
            Some(Word {
                charset,
                quoted_printable,
                payload,
                length: head + close + 2,
                closed: true,
            })
        }
        unfinished => {
            let end = unfinished.map_or(payload.len(), |(at, _)| at);
            let whole = &payload[..end];
            let payload = whole.strip_suffix('?').unwrap_or(whole);
            Some(Word { charset, quoted_printable, payload, length: head + end, closed: false })
        }
    }
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
            ("=?utf-8?Q?unfinished", "unfinished"),
            ("=?utf-8?Q?a =?utf-8?Q?b?=", "ab"),
            ("=??Q?no_charset?=", "no charset"),
            ("=?utf-8?X?what?=", "=?utf-8?X?what?="),
            ("=?unknown-9?Q?=FC?=", "ü"),
            ("=?utf-8?Q?a?=\t=?utf-8?Q?b?=", "ab"),
            ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
            ("Re:=?utf-8?Q?a?=end", "Re:aend"),
            ("(=?utf-8?Q?a?=)", "(a)"),
            ("=?utf-8?q?a_b?= c", "a b c"),
            ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
            ("=?utf-8?b?R3LDvMOfZQ===?=", "Grüße"),
            ("=?utf-8?B?R3LDvM OfZQ==?=", "Grüße"),
            ("=?utf-8?B??= x", " x"),
            ("=?utf-8?Q?Gr=c3=bc=c3=9fe?=", "Grüße"),
            ("=?utf-8?Q?100=?=", "100="),
            ("=?utf-8?Q?a=?= =?utf-8?Q?b?=", "a=b"),
            ("=?UTF-8?Q?=?= =?UTF-8?Q?C3=BC?=", "ü"),
            ("=?iso-8859-1?Q?a?= =?utf-8?B?w7w=?= b", "aü b"),
            ("=?gb2312?B?xOM=?= =?gb2312?B?usM=?=", "你好"),
            ("=?iso-2022-jp?B?GyRCRnw=?= =?iso-2022-jp?B?S1wbKEI=?=", "日本"),
            ("=?utf-8?Q?=3D=3Futf-8=3FQ=3FGr=3DC3=3DBC=C3=9Fe=3F=3D?=", "Grüße"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe", "Grüße"),
            ("=?utf-8?B?R3LDvMOfZQ==", "Grüße"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?", "Grüße"),
            ("=?utf-8?Q?a?= =?utf-8?Q?Gr=C3=BC", "aGrü"),
            ("=?utf-8?Q?G=C3=BC", "Gü"),
            ("=? utf-8 ?Q?=C3=BC?=", "ü"),
            ("=?\"utf-8\"?Q?=C3=BC?=", "ü"),
            ("=?utf-8?Q?=FC?=", "ü"),
            ("=?us-ascii?Q?=C3=BC?=", "ü"),
            ("=?utf-8?Q?tab=09x?=", "tab\tx"),
            ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
            ("=?utf-8?Q??=x", "x"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }

    #[test]
    fn many_unfinished_words_take_no_time() {
        let text = "=?a?q?x".repeat(200_000);
        let started = crate::mail::effort::Effort::begin();
        assert!(decode(&text).len() < text.len());
        for piece in
            ["=?<?q?x", "=?a?q?x ", "=?a?q?x?=", "=?a?b?x?= ", "=?a?q??=20", "=?", "=?a?q? "]
        {
            decode(&piece.repeat((1 << 20) / piece.len()));
            decode(&format!("{}?=", piece.repeat((1 << 20) / piece.len())));
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
