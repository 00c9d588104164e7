//! Text to bytes in the character sets that offices still send. Only what the practice letters
//! need: the whole of the small sets, and of the two large ones the signs used in `scripts`.
//! Reading them is `mail-parser`'s work; the tests let it check ours.

/// A character set a letter can be written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Charset {
    Ascii,
    Utf8,
    Latin1,
    Windows1252,
    Koi8r,
    Iso2022Jp,
    Gb18030,
}

impl Charset {
    /// The name a Content-Type gives it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Ascii => "us-ascii",
            Self::Utf8 => "utf-8",
            Self::Latin1 => "iso-8859-1",
            Self::Windows1252 => "windows-1252",
            Self::Koi8r => "koi8-r",
            Self::Iso2022Jp => "iso-2022-jp",
            Self::Gb18030 => "gb18030",
        }
    }

    /// The bytes of `text`; what the set cannot say becomes a question mark.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Iso2022Jp => iso2022jp(text),
            Self::Gb18030 => gb18030(text),
            Self::Ascii | Self::Latin1 | Self::Windows1252 | Self::Koi8r => {
                text.chars().map(|character| self.single(character).unwrap_or(b'?')).collect()
            }
        }
    }

    fn single(self, character: char) -> Option<u8> {
        let code = u32::from(character);
        match self {
            _ if code < 0x80 => u8::try_from(code).ok(),
            Self::Latin1 if (0xA0..=0xFF).contains(&code) => u8::try_from(code).ok(),
            Self::Windows1252 if (0xA0..=0xFF).contains(&code) => u8::try_from(code).ok(),
            Self::Windows1252 => {
                WINDOWS.iter().find(|(sign, _)| *sign == character).map(|(_, byte)| *byte)
            }
            Self::Koi8r => koi8(character),
            _ => None,
        }
    }
}

/// The part of windows-1252 that ISO 8859-1 leaves to control characters, as far as it is typed.
const WINDOWS: [(char, u8); 9] = [
    ('€', 0x80),
    ('„', 0x84),
    ('…', 0x85),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('–', 0x96),
    ('—', 0x97),
];

/// The small Cyrillic letters in the order of RFC 1489, from 0xC0; the capitals follow from 0xE0.
const KOI8: &str = "юабцдефгхийклмнопярстужвьызшэщчъ";

fn koi8(character: char) -> Option<u8> {
    let place = |sign: char| {
        KOI8.chars().position(|one| one == sign).and_then(|place| u8::try_from(place).ok())
    };
    match character {
        'ё' => Some(0xA3),
        'Ё' => Some(0xB3),
        small if place(small).is_some() => place(small).map(|place| 0xC0 + place),
        other => other.to_lowercase().next().and_then(place).map(|place| 0xE0 + place),
    }
}

/// RFC 1468: two-byte signs between ESC $ B and ESC ( B, ASCII again at the end of each line.
fn iso2022jp(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut wide = false;
    for character in text.chars() {
        let code = jis(character);
        if code.is_some() != wide {
            wide = !wide;
            out.extend_from_slice(if wide { b"\x1b$B" } else { b"\x1b(B" });
        }
        match code {
            Some(code) => out.extend_from_slice(&code.to_be_bytes()),
            None if character.is_ascii() => out.push(character as u8),
            None => out.push(b'?'),
        }
    }
    if wide {
        out.extend_from_slice(b"\x1b(B");
    }
    out
}

fn jis(character: char) -> Option<u16> {
    let row = |first: u32, row: u16| {
        u16::try_from(u32::from(character) - first).ok().map(|place| row + 0x21 + place)
    };
    match character {
        'ぁ'..='ん' => row(0x3041, 0x2400),
        'ァ'..='ヶ' => row(0x30A1, 0x2500),
        _ => find(&JIS, character),
    }
}

fn gb18030(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        match find(&GB, character) {
            Some(code) => out.extend_from_slice(&code.to_be_bytes()),
            None if character.is_ascii() => out.push(character as u8),
            None => out.push(b'?'),
        }
    }
    out
}

fn find(table: &[(char, u16)], character: char) -> Option<u16> {
    table.binary_search_by_key(&character, |(sign, _)| *sign).ok().map(|place| table[place].1)
}

/// The JIS X 0208 codes of the signs the Japanese letters use besides kana, in Unicode order.
#[rustfmt::skip]
const JIS: [(char, u16); 69] = [
    ('。', 0x2123), ('世', 0x4024), ('中', 0x4366), ('予', 0x4D3D), ('京', 0x357E), ('件', 0x376F),
    ('会', 0x3271), ('伺', 0x3B47), ('保', 0x4A5D), ('修', 0x3D24), ('先', 0x4068), ('光', 0x3877),
    ('入', 0x467E), ('具', 0x3671), ('可', 0x3244), ('号', 0x3966), ('合', 0x3967), ('品', 0x494A),
    ('問', 0x4C64), ('営', 0x3144), ('器', 0x346F), ('太', 0x4240), ('子', 0x3B52), ('定', 0x446A),
    ('届', 0x464F), ('店', 0x4539), ('式', 0x3C30), ('教', 0x3635), ('文', 0x4A38), ('日', 0x467C),
    ('明', 0x4C40), ('時', 0x3B7E), ('曜', 0x4D4B), ('月', 0x376E), ('期', 0x347C), ('木', 0x4C5A),
    ('来', 0x4D68), ('東', 0x456C), ('株', 0x3374), ('桜', 0x3A79), ('業', 0x3648), ('機', 0x3521),
    ('次', 0x3C21), ('注', 0x436D), ('照', 0x3E48), ('理', 0x4D7D), ('田', 0x4544), ('申', 0x3F3D),
    ('番', 0x4856), ('発', 0x482F), ('社', 0x3C52), ('納', 0x473C), ('絡', 0x4D6D), ('能', 0x473D),
    ('舗', 0x4A5E), ('花', 0x3256), ('製', 0x403D), ('証', 0x3E5A), ('話', 0x4F43), ('質', 0x3C41),
    ('送', 0x4177), ('通', 0x444C), ('連', 0x4F22), ('週', 0x3D35), ('郎', 0x4F3A), ('鈴', 0x4E6B),
    ('間', 0x3456), ('電', 0x4545), ('願', 0x346A),
];

/// The GB 18030 codes of the signs the Chinese letters use, in Unicode order.
#[rustfmt::skip]
const GB: [(char, u16); 91] = [
    ('。', 0xA1A3), ('一', 0xD2BB), ('上', 0xC9CF), ('下', 0xCFC2), ('不', 0xB2BB), ('个', 0xB8F6),
    ('了', 0xC1CB), ('二', 0xB6FE), ('于', 0xD3DA), ('们', 0xC3C7), ('价', 0xBCDB), ('信', 0xD0C5),
    ('光', 0xB9E2), ('公', 0xB9AB), ('关', 0xB9D8), ('具', 0xBEDF), ('到', 0xB5BD), ('办', 0xB0EC),
    ('包', 0xB0FC), ('十', 0xCAAE), ('单', 0xB5A5), ('印', 0xD3A1), ('发', 0xB7A2), ('台', 0xCCA8),
    ('号', 0xBAC5), ('司', 0xCBBE), ('周', 0xD6DC), ('和', 0xBACD), ('坏', 0xBBB5), ('好', 0xBAC3),
    ('安', 0xB0B2), ('室', 0xCAD2), ('对', 0xB6D4), ('小', 0xD0A1), ('帮', 0xB0EF), ('开', 0xBFAA),
    ('忙', 0xC3A6), ('息', 0xCFA2), ('您', 0xC4FA), ('我', 0xCED2), ('打', 0xB4F2), ('报', 0xB1A8),
    ('括', 0xC0A8), ('收', 0xCAD5), ('敬', 0xBEB4), ('新', 0xD0C2), ('明', 0xC3F7), ('易', 0xD2D7),
    ('更', 0xB8FC), ('有', 0xD3D0), ('机', 0xBBFA), ('查', 0xB2E9), ('正', 0xD5FD), ('此', 0xB4CB),
    ('求', 0xC7F3), ('没', 0xC3BB), ('流', 0xC1F7), ('灯', 0xB5C6), ('物', 0xCEEF), ('王', 0xCDF5),
    ('用', 0xD3C3), ('的', 0xB5C4), ('礼', 0xC0F1), ('票', 0xC6B1), ('给', 0xB8F8), ('能', 0xC4DC),
    ('自', 0xD7D4), ('致', 0xD6C2), ('行', 0xD0D0), ('装', 0xD7B0), ('要', 0xD2AA), ('订', 0xB6A9),
    ('询', 0xD1AF), ('请', 0xC7EB), ('谢', 0xD0BB), ('购', 0xB9BA), ('贸', 0xC3B3), ('费', 0xB7D1),
    ('车', 0xB3B5), ('运', 0xD4CB), ('还', 0xBBB9), ('重', 0xD6D8), ('金', 0xBDF0), ('问', 0xCECA),
    ('限', 0xCFDE), ('需', 0xD0E8), ('题', 0xCCE2), ('额', 0xB6EE), ('！', 0xA3A1), ('，', 0xA3AC),
    ('：', 0xA3BA),
];

#[cfg(test)]
mod tests {
    use super::super::{scripts, topics_german};
    use super::*;

    /// Wraps bytes into a letter and lets the parser read them.
    fn read(charset: Charset, bytes: &[u8]) -> String {
        let mut letter =
            format!("Content-Type: text/plain; charset={}\r\n\r\n", charset.label()).into_bytes();
        letter.extend_from_slice(bytes);
        let message = mail_parser::MessageParser::default().parse(&letter);
        message
            .and_then(|message| message.body_text(0).map(std::borrow::Cow::into_owned))
            .unwrap_or_default()
    }

    #[test]
    fn every_set_reads_back_as_it_was_written() {
        let mut cases = vec![
            (Charset::Latin1, "Größe: café, naïve, 5 §".to_owned()),
            (Charset::Windows1252, "„Größe“ – 5 € … it’s “fine”".to_owned()),
            (Charset::Koi8r, "Съешь ещё этих мягких французских булок, ЁЖ".to_owned()),
        ];
        let foreign = scripts::RUSSIAN.iter().chain(&scripts::JAPANESE).chain(&scripts::CHINESE);
        for foreign in foreign {
            cases.push((foreign.charset, foreign.body.to_owned()));
            cases.push((foreign.charset, foreign.subject.to_owned()));
            cases.push((foreign.charset, foreign.name.to_owned()));
        }
        for topic in &topics_german::TOPICS {
            cases.push((Charset::Latin1, topic.2.to_owned()));
        }
        for (charset, text) in cases {
            assert_eq!(read(charset, &charset.encode(&text)), text, "{charset:?}");
        }
    }
}
