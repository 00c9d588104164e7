//! The body of an Outlook letter in RTF: decompressed (MS-OXRTFCP), and read as the HTML or text
//! that is encapsulated in it (MS-OXRTFEX); RTF that is nothing else is reduced to its text. One
//! pass, no recursion.

use std::collections::HashMap;

use super::charset;

/// What an RTF body holds.
#[derive(PartialEq, Debug)]
pub(super) enum Body {
    Html(String),
    Text(String),
}

/// What the dictionary of the compression begins with (MS-OXRTFCP section 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \
\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\
\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Decompresses PidTagRtfCompressed; `None` when it is no such thing. What was cut off is missing.
pub(super) fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    const WINDOW: usize = 4_096;
    let number = |at: usize| bytes.get(at..at + 4)?.first_chunk().map(|b| u32::from_le_bytes(*b));
    let whole = usize::try_from(number(4)?).ok()?;
    let kind = bytes.get(8..12)?;
    let packed = bytes.get(16..)?;
    if kind == b"MELA" {
        return Some(packed[..whole.min(packed.len())].to_vec());
    }
    if kind != b"LZFu" {
        return None;
    }
    let mut window = [0_u8; WINDOW];
    window[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let mut at = DICTIONARY.len();
    let mut plain = Vec::new();
    let mut rest = packed.iter().copied();
    while let Some(flags) = rest.next() {
        for bit in 0..8 {
            let Some(first) = rest.next() else { return Some(plain) };
            if flags >> bit & 1 == 0 {
                plain.push(first);
                window[at] = first;
                at = (at + 1) % WINDOW;
                continue;
            }
            let Some(second) = rest.next() else { return Some(plain) };
            let from = usize::from(first) << 4 | usize::from(second) >> 4;
            if from == at {
                return Some(plain);
            }
            for step in 0..usize::from(second & 0xf) + 2 {
                let byte = window[(from + step) % WINDOW];
                plain.push(byte);
                window[at] = byte;
                at = (at + 1) % WINDOW;
            }
        }
    }
    Some(plain)
}

/// What holds until the group ends.
#[derive(Clone, Copy)]
struct Group {
    /// Nothing in here is text.
    hidden: bool,
    /// A piece of the original HTML.
    html_tag: bool,
    /// RTF that was only made from the HTML.
    made_up: bool,
    fonts: bool,
    /// Characters that stand in for each `\u`.
    stand_ins: usize,
    codepage: u32,
}

struct Reader {
    from_html: bool,
    text: String,
    /// Bytes whose charset is that of the group, not decoded yet.
    pending: Vec<u8>,
    pending_codepage: u32,
    /// The first half of a character beyond the basic plane.
    surrogate: Option<u16>,
    group: Group,
    outer: Vec<Group>,
    default_codepage: u32,
    font: i32,
    codepages: HashMap<i32, u32>,
    /// Stand-ins still to be skipped.
    skip: usize,
}

/// Reads an RTF document.
pub(super) fn body(rtf: &[u8]) -> Body {
    let group = Group {
        hidden: false,
        html_tag: false,
        made_up: false,
        fonts: false,
        stand_ins: 1,
        codepage: 1_252,
    };
    let mut reader = Reader {
        from_html: false,
        text: String::with_capacity(rtf.len() / 2),
        pending: Vec::new(),
        pending_codepage: group.codepage,
        surrogate: None,
        group,
        outer: Vec::new(),
        default_codepage: group.codepage,
        font: 0,
        codepages: HashMap::new(),
        skip: 0,
    };
    reader.read(rtf);
    reader.flush();
    let text = reader.text;
    if reader.from_html { Body::Html(text) } else { Body::Text(text.trim().to_owned()) }
}

impl Reader {
    fn read(&mut self, rtf: &[u8]) {
        let mut rest = rtf;
        // `\*` says that its group is to be passed over by whoever does not know its word.
        let mut optional = false;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'{' => {
                    self.outer.push(self.group);
                    self.skip = 0;
                }
                b'}' => {
                    self.group = self.outer.pop().unwrap_or(self.group);
                    self.skip = 0;
                }
                b'\r' | b'\n' | 0 => {}
                b'\\' => match rest.first() {
                    Some(b'*') => {
                        optional = true;
                        rest = &rest[1..];
                    }
                    Some(b'\'') => {
                        let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
                        let hex = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                        rest = &rest[if hex.is_some() { 3 } else { 1 }..];
                        if let Some(byte) = hex {
                            self.byte(byte);
                        }
                    }
                    Some(letter) if letter.is_ascii_alphabetic() => {
                        let (word, number, after) = word(rest);
                        rest = after;
                        self.word(word, number, std::mem::take(&mut optional));
                        if word == b"bin" {
                            let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                            rest = rest.get(length..).unwrap_or_default();
                        }
                    }
                    Some(&symbol) => {
                        rest = &rest[1..];
                        match symbol {
                            b'~' => self.character('\u{a0}'),
                            b'_' => self.character('-'),
                            b'\r' | b'\n' => self.character('\n'),
                            b'\\' | b'{' | b'}' => self.byte(symbol),
                            _ => {}
                        }
                    }
                    None => {}
                },
                byte => self.byte(byte),
            }
        }
    }

    fn is_shown(&self) -> bool {
        !self.group.hidden && (self.group.html_tag || !(self.from_html && self.group.made_up))
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.is_shown() && !self.group.fonts {
            if self.pending_codepage != self.group.codepage {
                self.flush();
                self.pending_codepage = self.group.codepage;
            }
            self.pending.push(byte);
        }
    }

    fn character(&mut self, c: char) {
        if self.is_shown() && !self.group.fonts {
            self.flush();
            self.text.push(c);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let label = match self.pending_codepage {
                10_000 => "macintosh".to_owned(),
                page => format!("cp{page}"),
            };
            self.text.push_str(&charset::decode(&self.pending, Some(&label)));
            self.pending.clear();
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>, optional: bool) {
        match word {
            b"htmltag" if optional => self.group.html_tag = true,
            b"fonttbl" => self.group.fonts = true,
            _ if optional => self.group.hidden = true,
            b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"header" | b"headerl"
            | b"headerr" | b"headerf" | b"footer" | b"footerl" | b"footerr" | b"footerf"
            | b"objdata" | b"fldinst" | b"mhtmltag" | b"nonshppict" | b"listtext" => {
                self.group.hidden = true
            }
            b"fromhtml" => self.from_html = number != Some(0),
            b"htmlrtf" => self.group.made_up = number != Some(0),
            b"par" | b"line" | b"row" | b"page" | b"sect" => self.character('\n'),
            b"tab" | b"cell" => self.character('\t'),
            b"lquote" => self.character('\u{2018}'),
            b"rquote" => self.character('\u{2019}'),
            b"ldblquote" => self.character('\u{201c}'),
            b"rdblquote" => self.character('\u{201d}'),
            b"bullet" => self.character('\u{2022}'),
            b"endash" => self.character('\u{2013}'),
            b"emdash" => self.character('\u{2014}'),
            b"mac" => self.set_default(10_000),
            b"pc" => self.set_default(437),
            b"pca" => self.set_default(850),
            b"ansicpg" => {
                if let Some(page) = number.and_then(|page| u32::try_from(page).ok()) {
                    self.set_default(page);
                }
            }
            b"plain" => self.group.codepage = self.default_codepage,
            b"f" => {
                self.font = number.unwrap_or(0);
                if !self.group.fonts {
                    let known = self.codepages.get(&self.font).copied();
                    self.group.codepage = known.unwrap_or(self.default_codepage);
                }
            }
            b"fcharset" if self.group.fonts => {
                if let Some(page) = codepage_of(number.unwrap_or(0)) {
                    self.codepages.insert(self.font, page);
                }
            }
            b"uc" => {
                const MOST: i32 = 100;
                let number = number.unwrap_or(1).clamp(0, MOST);
                self.group.stand_ins = usize::try_from(number).unwrap_or(1);
            }
            b"u" => {
                self.skip = 0;
                // Written as a signed number of 16 bits.
                let unit = u16::try_from(number.unwrap_or(0) & 0xffff).unwrap_or(0);
                self.unit(unit);
                self.skip = self.group.stand_ins;
            }
            _ => {}
        }
    }

    fn set_default(&mut self, page: u32) {
        self.default_codepage = page;
        self.group.codepage = page;
    }

    fn unit(&mut self, unit: u16) {
        let units: Vec<u16> = self.surrogate.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) && units.len() == 1 {
            self.surrogate = Some(unit);
            return;
        }
        for c in char::decode_utf16(units) {
            self.character(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
}

/// Splits a control word from its number and from what follows; one space after it belongs to it.
fn word(text: &[u8]) -> (&[u8], Option<i32>, &[u8]) {
    const LONGEST: usize = 32;
    let end = text.iter().take(LONGEST).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, rest) = text.split_at(end);
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = rest[sign..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at(if digits > 0 { sign + digits } else { 0 });
    let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
    (word, number, rest.strip_prefix(b" ").unwrap_or(rest))
}

/// The code page of a font's charset; `None` for that of the document.
fn codepage_of(fcharset: i32) -> Option<u32> {
    Some(match fcharset {
        77 => 10_000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1_253,
        162 => 1_254,
        163 => 1_258,
        177 => 1_255,
        178 => 1_256,
        186 => 1_257,
        204 => 1_251,
        222 => 874,
        238 => 1_250,
        255 => 850,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_bodies_are_unpacked() {
        // The examples of MS-OXRTFCP section 4.
        let simple = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(
            decompress(simple).unwrap(),
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
        );
        let circular = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQ\x41\0\x04\x20WXYZ\x0d\x6e}\x01\x0e\xb0";
        assert_eq!(decompress(circular).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        assert_eq!(decompress(b"\x14\0\0\0\x04\0\0\0MELA\0\0\0\0{\\rt").unwrap(), b"{\\rt");
        assert_eq!(decompress(b"LZFu"), None);
        assert_eq!(decompress(&[0; 40]), None);
    }

    #[test]
    fn encapsulated_and_genuine_rtf_is_read() {
        let html = |text: &str| Body::Html(text.to_owned());
        let text = |text: &str| Body::Text(text.to_owned());
        for (case, rtf, expected) in [
            (
                "html",
                r"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\b \htmlrtf0 Gr\'fc\'dfe{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}{\*\mhtmltag x}}",
                html("<p>Grüße&nbsp;</p>"),
            ),
            (
                "text",
                r"{\rtf1\ansi\fromtext {\fonttbl{\f0\fswiss Arial;}}{\colortbl\red0;}\pard one\par two\tab x}",
                text("one\ntwo\tx"),
            ),
            (
                "genuine",
                r"{\rtf1\ansi{\stylesheet{\s1 heading;}}{\*\generator Riched20;}\pard\b Hello\b0 , \{you\}\par}",
                text("Hello, {you}"),
            ),
            ("unicode", r"{\rtf1\uc1 \u8364?\u-10179?\u-8704?!}", text("€😀!")),
            ("two stand-ins", r"{\rtf1\uc2 a\u8364\'e2\'82b{\uc0\u228 x}}", text("a€bäx")),
            (
                "fonts",
                r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}\f1\'cf\'f0\f0\'fc{\f2\'93\'fa}\'fc}",
                text("Прü日ü"),
            ),
            ("binary", "{\\rtf1 a{\\pict\\bin3 }}}}b}", text("ab")),
            ("unbalanced", r"}}}a{{{b\'zz\", text("abzz")),
            ("empty", "", text("")),
        ] {
            assert_eq!(body(rtf.as_bytes()), expected, "{case}");
        }
    }

    #[test]
    fn a_megabyte_of_each_takes_no_time() {
        let started = crate::mail::effort::Effort::begin();
        for piece in [
            "{",
            "}",
            "\\",
            "\\u1",
            "\\'",
            "\\f1\\'fc\\f2\\'fc",
            "\\fonttbl\\f9\\fcharset1",
            "\\bin1",
            "a",
        ] {
            body(piece.repeat((1 << 20) / piece.len()).as_bytes());
        }
        let mut packed = b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0".to_vec();
        packed.extend(b"\xff\x00\x0f".repeat(1 << 18));
        let unpacked = decompress(&packed).unwrap();
        assert!(unpacked.len() <= 12 * packed.len());
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
