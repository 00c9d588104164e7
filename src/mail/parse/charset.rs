//! Bytes to text. A label is believed as far as it can be true: mail is mislabelled daily, and
//! where the bytes contradict their label, the bytes are right. Text is never lost: what fits
//! nowhere is read as windows-1252.

use mail_parser::decoders::charsets::DecoderFnc;
use mail_parser::decoders::charsets::map::charset_decoder;

use super::codepages;
use super::shifted::{self, Order};

/// How a label says that bytes are to be read.
enum Charset {
    /// No label, one that says nothing, or an unknown one.
    Unsaid,
    Utf8,
    Utf7,
    Utf16(Order),
    Utf32(Order),
    Iso2022,
    Hz,
    /// One byte a character, read by mail-parser.
    OneByte(DecoderFnc),
    /// Latin-1, which is also what programs say that say the same of everything.
    Latin1,
    /// KOI8-R or windows-1251, which are taken for each other; and the first letters of its name.
    Cyrillic(DecoderFnc, &'static str),
    /// One byte a character, by a table of ours.
    Table(&'static str),
    /// One or more bytes a character: GBK, Big5, Shift_JIS, EUC.
    MoreBytes(DecoderFnc),
}

/// Decodes bytes in the charset they are said to be in, unless they are plainly in another.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let charset = label.map_or(Charset::Unsaid, named);
    let ascii = bytes.is_ascii();
    if ascii
        && !matches!(
            charset,
            Charset::Utf7 | Charset::Utf16(_) | Charset::Utf32(_) | Charset::Iso2022 | Charset::Hz
        )
        && !bytes.contains(&0x1b)
        && !bytes.contains(&0)
    {
        // Nothing else is valid UTF-8 as surely as ASCII, and this is the quicker way to say so.
        return std::str::from_utf8(bytes).unwrap_or_default().to_owned();
    }
    if let Some(text) = marked(bytes) {
        return text;
    }
    let utf8 = std::str::from_utf8(bytes).ok().filter(|_| !ascii);
    match charset {
        Charset::Utf7 if ascii => shifted::utf_7(bytes),
        Charset::Hz if ascii => shifted::hz(bytes),
        Charset::Utf16(order) if utf8.is_none() && !plain_ascii(bytes) => {
            shifted::utf_16(bytes, order)
        }
        Charset::Utf32(order) if utf8.is_none() && !plain_ascii(bytes) => {
            shifted::utf_32(bytes, order)
        }
        Charset::Iso2022 if bytes.iter().any(|byte| matches!(byte, 0x1b | 0x0e)) => {
            shifted::iso_2022(bytes)
        }
        Charset::Iso2022 => utf8.map_or_else(|| guessed_or(bytes, japanese), ToOwned::to_owned),
        Charset::OneByte(decoder) => match utf8 {
            Some(text) => text.to_owned(),
            None => decoder(bytes),
        },
        Charset::Latin1 => match utf8 {
            Some(text) => text.to_owned(),
            None => super::guess::decode(bytes)
                .filter(|_| !few_capitals(bytes))
                .unwrap_or_else(|| windows_1252(bytes)),
        },
        Charset::Cyrillic(decoder, name) => match utf8 {
            Some(text) => text.to_owned(),
            None => {
                let other = super::guess::other_cyrillic(bytes, name);
                let other = other.and_then(|label| charset_decoder(label.as_bytes()));
                other.unwrap_or(decoder)(bytes)
            }
        },
        Charset::Table(upper) => match utf8.filter(|text| is_surely_utf8(text)) {
            Some(text) => text.to_owned(),
            None => codepages::decode(bytes, upper),
        },
        Charset::MoreBytes(decoder) => match utf8.filter(|text| is_surely_utf8(text)) {
            Some(text) => text.to_owned(),
            None => {
                let text = decoder(bytes);
                // More is wrong than a cut end: the label is.
                let wrong = text.matches(char::REPLACEMENT_CHARACTER).count();
                match utf8.filter(|_| wrong > 0) {
                    Some(utf8) => utf8.to_owned(),
                    None if wrong * 8 > text.chars().count() => {
                        guessed_or(bytes, |_| Some(text.clone()))
                    }
                    None => text,
                }
            }
        },
        _ => match utf8 {
            Some(text) => text.to_owned(),
            None => unlabelled(bytes),
        },
    }
}

/// Text that says by itself what it is: a byte order mark.
fn marked(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(utf8_or_windows_1252(rest)),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] if bytes.len().is_multiple_of(4) => {
            Some(shifted::utf_32(bytes, Order::Unsaid))
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if bytes.len() > 2 => {
            let text = shifted::utf_16(bytes, Order::Unsaid);
            (!text.contains(char::REPLACEMENT_CHARACTER)).then_some(text)
        }
        _ => None,
    }
}

/// Whether bytes said to be wide are plain ones after all.
fn plain_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii() && !bytes.contains(&0)
}

/// Whether valid UTF-8 is that and not a chance row of two-byte characters: it holds several
/// characters of three or four bytes, or a piece of Latin text.
fn is_surely_utf8(text: &str) -> bool {
    let (mut wide, mut narrow, mut letters) = (0_usize, 0_usize, 0_usize);
    for c in text.chars() {
        match c.len_utf8() {
            1 => letters += usize::from(c.is_ascii_alphabetic()),
            2 => narrow += 1,
            _ => wide += 1,
        }
    }
    wide > 1 || (wide == 1 && narrow == 0) || (narrow > 0 && letters > 4 * narrow)
}

/// Reads bytes of which nothing is known: not UTF-8, or with escapes or zeros in them.
fn unlabelled(bytes: &[u8]) -> String {
    if bytes.is_ascii() {
        let escapes = |three: &[u8]| {
            matches!(three, b"\x1b$B" | b"\x1b$@" | b"\x1b(I" | b"\x1b$)" | b"\x1b$A" | b"\x1b$(")
        };
        if bytes.contains(&0x1b) && bytes.windows(3).any(escapes) {
            return shifted::iso_2022(bytes);
        }
    }
    // Every second byte a zero is Latin text in UTF-16.
    let start = &bytes[..bytes.len().min(1_024)];
    let zeros = start.iter().filter(|&&byte| byte == 0).count();
    if zeros * 3 > start.len() && zeros * 3 < start.len() * 2 {
        return shifted::utf_16(bytes, Order::Unsaid);
    }
    guessed_or(bytes, |_| None)
}

/// The likeliest reading of bytes in an unknown eight-bit charset; `first` is tried before
/// windows-1252 is settled for.
fn guessed_or(bytes: &[u8], first: impl Fn(&[u8]) -> Option<String>) -> String {
    super::guess::decode(bytes)
        .or_else(|| first(bytes))
        .unwrap_or_else(|| utf8_or_windows_1252(bytes))
}

/// Eight-bit Japanese, in whichever of its two forms leaves less unread.
fn japanese(bytes: &[u8]) -> Option<String> {
    let read = |label: &[u8]| {
        let text = charset_decoder(label)?(bytes);
        Some((text.matches(char::REPLACEMENT_CHARACTER).count(), text))
    };
    [read(b"euc-jp"), read(b"shift_jis")].into_iter().flatten().min_by_key(|r| r.0).map(|r| r.1)
}

/// Whether a few accented letters stand among others, as in a heading in capitals.
fn few_capitals(bytes: &[u8]) -> bool {
    let high = bytes.iter().filter(|&&byte| byte >= 0x80).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    high < 12 && letters <= high && letters * 4 > high
}

fn windows_1252(bytes: &[u8]) -> String {
    let decoder = charset_decoder(b"windows-1252");
    decoder.map_or_else(|| utf8_or_windows_1252(bytes), |decoder| decoder(bytes))
}

/// Valid UTF-8 as such, and every other byte as windows-1252.
pub(super) fn utf8_or_windows_1252(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let latin = charset_decoder(b"windows-1252");
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        match latin {
            Some(latin) if !chunk.invalid().is_empty() => text.push_str(&latin(chunk.invalid())),
            _ => text.push_str(&String::from_utf8_lossy(chunk.invalid())),
        }
    }
    text
}

/// Reads a label, with whatever programs wrap round it: quotes, comments, a language, `charset=`.
fn named(label: &str) -> Charset {
    const LONGEST: usize = 40;
    let label = label.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let label = label
        .get(..8)
        .filter(|s| s.eq_ignore_ascii_case("charset="))
        .map_or(label, |_| label[8..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric()));
    let end = label.find([' ', '(', '\t', ';', '"', '\'', '*', ',', '$']).unwrap_or(label.len());
    let key: String = label[..end]
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(LONGEST)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let key = key.trim_start_matches('x');
    of_key(key)
}

/// The charset of a label without anything but its letters and digits, and without `x-`.
fn of_key(key: &str) -> Charset {
    use Charset::{Hz, Iso2022, MoreBytes, OneByte, Unsaid, Utf7, Utf8, Utf16, Utf32};
    // A label mail-parser does not know leaves the text unlabelled.
    let one = |name: &str| charset_decoder(name.as_bytes()).map_or(Unsaid, OneByte);
    let more = |name: &str| charset_decoder(name.as_bytes()).map_or(Unsaid, MoreBytes);
    match key {
        "utf8" | "utf8mb4" | "utf8n" | "utf8bom" | "unicode11utf8" | "unicode20utf8"
        | "cp65001" | "65001" | "windows65001" | "csutf8" | "utf" => Utf8,
        "utf7" | "unicode11utf7" | "unicode20utf7" | "csutf7" | "csunicode11utf7" | "cp65000"
        | "utf7imap" => Utf7,
        "utf16" | "unicode" | "ucs2" | "csunicode" | "iso10646ucs2" | "unicodefeff" | "csutf16"
        | "cp1200" => Utf16(Order::Unsaid),
        "utf16le" | "ucs2le" | "unicodelittle" | "csutf16le" => Utf16(Order::Little),
        "utf16be" | "ucs2be" | "unicodefffe" | "unicodebig" | "csutf16be" | "cp1201" => {
            Utf16(Order::Big)
        }
        "utf32" | "ucs4" | "iso10646ucs4" | "cp12000" | "csutf32" => Utf32(Order::Unsaid),
        "utf32le" | "ucs4le" | "csutf32le" => Utf32(Order::Little),
        "utf32be" | "ucs4be" | "cp12001" | "csutf32be" => Utf32(Order::Big),
        "hz" | "hzgb2312" | "hzgb" => Hz,
        "ansi" | "unknown" | "unknown8bit" | "8bit" | "default" | "none" | "binary" | "user"
        | "userdefined" | "iso" | "undefined" | "na" | "text" | "en" | "english" | "" => Unsaid,
        _ if key.starts_with("iso2022") || matches!(key, "csiso2022jp" | "csiso2022kr" | "jis") => {
            Iso2022
        }
        _ if key.starts_with("cp5022") => Iso2022,
        "sjis" | "shiftjis" | "shjis" | "mskanji" | "ms932" | "cp932" | "windows932" | "cp943"
        | "cp943c" | "windows31j" | "csshiftjis" | "cswindows31j" | "mscp932" | "shiftjisx0213"
        | "sjiswin" | "932" => more("shift_jis"),
        "eucjp" | "ujis" | "eucjpms" | "eucjpwin" | "cseucpkdfmtjapanese" | "cp51932" => {
            more("euc-jp")
        }
        "gb2312" | "gbk" | "gb18030" | "cp936" | "ms936" | "windows936" | "936" | "cp54936"
        | "gb231280" | "euccn" | "gb" | "chinese" | "csgb2312" | "csgbk" | "csgb18030"
        | "isoir58" | "csiso58gb231280" | "cngb" | "cngb231280" | "gb180302000" | "gb180302005" => {
            more("gb18030")
        }
        "big5" | "big5hkscs" | "cp950" | "ms950" | "windows950" | "950" | "csbig5" | "cnbig5"
        | "big5eten" | "euctw" => more("big5"),
        "euckr" | "ksc56011987" | "ksc56011989" | "ksc5601" | "ksc56011992" | "uhc" | "cp949"
        | "ms949" | "windows949" | "949" | "korean" | "cseuckr" | "isoir149" | "kscs56011987"
        | "csksc56011987" | "johab" | "cp51949" | "ks5601" | "ksx1001" => more("euc-kr"),
        "macroman" | "macintosh" | "mac" | "macosroman" | "csmacintosh" | "macwestern"
        | "applemacintosh" | "apple" => one("macintosh"),
        "maccyrillic" | "macukrainian" => one("x-mac-cyrillic"),
        "850" | "cp850" | "ibm850" | "cspc850multilingual" => one("cp850"),
        "866" | "cp866" | "ibm866" | "csibm866" | "cp866nr" => one("cp866"),
        "koi8r" | "koi8" | "koi" | "cskoi8r" | "cp20866" | "koi8ru" if key != "koi8ru" => {
            charset_decoder(b"koi8-r").map_or(Unsaid, |decoder| Charset::Cyrillic(decoder, "koi8"))
        }
        "koi8u" | "koi8ru" | "cskoi8u" | "cp21866" => one("koi8-u"),
        "tis620" | "cp874" | "windows874" | "ms874" | "dos874" | "cstis620" | "thai"
        | "iso885911" | "tis62025331" => one("windows-874"),
        "usascii" | "ascii" | "us" | "ansix341968" | "iso646us" | "usascii7bit" | "csascii"
        | "ansix341986" | "latin1" | "latin" | "l1" | "isolatin1" | "cp819" | "ibm819"
        | "windows1252" | "cp1252" => Charset::Latin1,
        "windows1251" | "win1251" | "cp1251" => charset_decoder(b"windows-1251")
            .map_or(Unsaid, |decoder| Charset::Cyrillic(decoder, "windows")),
        _ => by_number(key)
            .or_else(|| codepages::upper_half(key).map(Charset::Table))
            .or_else(|| charset_decoder(key.as_bytes()).map(OneByte))
            .unwrap_or(Unsaid),
    }
}

/// The families that are counted through: ISO-8859 and the code pages of Windows. Text in ISO-8859
/// never uses the control characters from 0x80 to 0x9f; where they stand, the text was written
/// with the corresponding code page of Windows, which mostly has the same letters.
fn by_number(key: &str) -> Option<Charset> {
    let number = |prefixes: &[&str]| {
        let rest = prefixes.iter().find_map(|prefix| key.strip_prefix(prefix))?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..digits)?.parse::<u32>().ok()
    };
    let windows =
        number(&["windows", "win", "cp", "mscp", "ms", "cswindows", "ansi", "microsoftcp"])
            .filter(|page| (1_250..=1_258).contains(page));
    if let Some(page) = windows {
        return charset_decoder(format!("windows-{page}").as_bytes()).map(Charset::OneByte);
    }
    let iso = key
        .strip_prefix("iso8859")
        .or_else(|| key.strip_prefix("isoiec8859"))
        .or_else(|| key.strip_prefix("is8859"))
        .or_else(|| key.strip_prefix("8859"))?;
    // A year may follow: iso-8859-1:1987.
    let part = match iso.as_bytes() {
        [b'1', b'0'..=b'6', rest @ ..] if rest.len() != 3 => &iso[..2],
        [b'1'..=b'9', ..] => &iso[..1],
        _ => return None,
    };
    charset_decoder(format!("iso-8859-{part}").as_bytes()).map(|decoder| match part {
        "1" => Charset::Latin1,
        "2" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-2", b"windows-1250")),
        "5" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-5", b"windows-1251")),
        "6" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-6", b"windows-1256")),
        "7" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-7", b"windows-1253")),
        "8" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-8", b"windows-1255")),
        "9" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-9", b"windows-1254")),
        "13" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-13", b"windows-1257")),
        "15" => Charset::OneByte(|bytes| of_iso(bytes, b"iso-8859-15", b"windows-1252")),
        _ => Charset::OneByte(decoder),
    })
}

fn of_iso(bytes: &[u8], iso: &[u8], windows: &[u8]) -> String {
    let of_windows = bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
    let decoder = charset_decoder(if of_windows { windows } else { iso });
    decoder.map_or_else(|| utf8_or_windows_1252(bytes), |decoder| decoder(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_are_read_as_they_are_and_not_as_they_are_called() {
        for (case, bytes, label, expected) in [
            ("utf-8", "Grüße".as_bytes(), Some("utf-8"), "Grüße"),
            ("utf-8 called latin", "Grüße".as_bytes(), Some("iso-8859-1"), "Grüße"),
            ("utf-8 called ascii", "Grüße".as_bytes(), Some("us-ascii"), "Grüße"),
            ("utf-8 called gb2312", "你好，世界".as_bytes(), Some("gb2312"), "你好，世界"),
            ("utf-8 called shift_jis", "日本語".as_bytes(), Some("shift_jis"), "日本語"),
            ("utf-8 called iso-2022-jp", "日本語".as_bytes(), Some("iso-2022-jp"), "日本語"),
            ("utf-8 called cp850", "Grüße aus Wien".as_bytes(), Some("cp850"), "Grüße aus Wien"),
            ("utf-8 called utf-16", "Grüße".as_bytes(), Some("utf-16"), "Grüße"),
            ("ascii called utf-16", b"plain", Some("utf-16"), "plain"),
            ("utf-8 with a mark, called latin", "\u{feff}ü".as_bytes(), Some("latin1"), "ü"),
            ("latin called utf-8", b"Gr\xfc\xdfe", Some("utf-8"), "Grüße"),
            ("latin called ascii", b"Gr\xfc\xdfe", Some("us-ascii"), "Grüße"),
            ("latin called utf-7", b"Gr\xfc\xdfe", Some("utf-7"), "Grüße"),
            ("windows-1252 called latin", b"\x84x\x93 \x80", Some("iso-8859-1"), "„x“ €"),
            ("windows-1250 called latin2", b"\x8akoda \xe8", Some("iso-8859-2"), "Škoda č"),
            ("latin2", b"\xa9koda \xe8", Some("iso-8859-2"), "Škoda č"),
            ("windows-1251 called iso", b"\x93\xcf\xf0\x94", Some("iso-8859-5"), "“Пр”"),
            ("nothing said", b"Gr\xfc\xdfe", None, "Grüße"),
            ("mixed", b"Gr\xc3\xbc\xdfe", Some("utf-8"), "Grüße"),
            ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", Some("KOI8-R"), "Привет"),
            (
                "koi8 called windows",
                b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb",
                Some("windows-1251"),
                "Привет, как",
            ),
            (
                "windows called koi8",
                b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea",
                Some("koi8-r"),
                "Привет, как",
            ),
            ("koi8 in small letters", b"\xd0\xd2\xc9\xd7\xc5\xd4", Some("koi8-r"), "привет"),
            ("capitals", b"\xc4\xd6\xdc \xc4\xd6\xdc \xdcBER", Some("iso-8859-1"), "ÄÖÜ ÄÖÜ ÜBER"),
            ("windows called latin", b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("iso-8859-1"), "Привет"),
            (
                "polish called latin",
                b"prosi\xb3am o \xbf\xf3\xb3te",
                Some("latin1"),
                "prosiłam o żółte",
            ),
            ("koi8-u", b"\xf0\xd2\xc9\xd7\xa6\xd4", Some("koi8-u"), "Привіт"),
            ("windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("win-1251"), "Привет"),
            ("windows-1258", b"Xin ch\xe0o", Some("windows-1258"), "Xin chào"),
            ("gb2312", b"\xc4\xe3\xba\xc3", Some("gb2312"), "你好"),
            ("gb18030", b"\x81\x30\x81\x30", Some("gb18030"), "\u{80}"),
            ("big5", b"\xa7A\xa6n", Some("x-x-big5"), "你好"),
            ("hz", b"~{VPND~}", Some("HZ-GB-2312"), "中文"),
            ("shift_jis", b"\x93\xfa\x96\x7b \x87\x40 \xb1", Some("cp932"), "日本 ① ｱ"),
            ("euc-jp", b"\xc6\xfc\xcb\xdc", Some("x-euc-jp"), "日本"),
            ("euc-kr", b"\xbe\xc8\xb3\xe7", Some("ks_c_5601-1987"), "안녕"),
            ("iso-2022-kr", b"\x1b$)C\x0e>H3g\x0f", Some("iso-2022-kr"), "안녕"),
            ("iso-2022-jp", b"\x1b$BF|K\\\x1b(B", Some("ISO-2022-JP"), "日本"),
            ("iso-2022-jp unsaid", b"\x1b$BF|K\\\x1b(B", None, "日本"),
            ("iso-2022-jp called utf-8", b"\x1b$BF|K\\\x1b(B", Some("utf-8"), "日本"),
            ("iso-2022-jp with a tail", b"\x1b$BF|\x1b(B", Some("_iso-2022-jp$esc"), "日"),
            ("utf-7", b"Gr+APwA3w-e", Some("unicode-1-1-utf-7"), "Grüße"),
            ("utf-16 with a mark", b"\xff\xfea\0", Some("utf-16be"), "a"),
            ("utf-16 unsaid", b"h\0a\0l\0l\0o\0", None, "hallo"),
            ("utf-32", b"\0\0\0a", Some("utf-32"), "a"),
            ("cp437", b"\x81", Some("\"cp-437\""), "ü"),
            ("cp850", b"\x81", Some("\"cp-850\""), "ü"),
            ("mac", b"\x9f", Some("x-mac-roman"), "ü"),
            ("hebrew", b"\xf9\xec\xe5\xed", Some("iso-8859-8-i"), "שלום"),
            ("thai", b"\xca\xc7\xd1", Some("tis-620"), "สวั"),
            ("year", b"\xe1", Some("ISO_8859-1:1987"), "á"),
            ("part fifteen", b"\xa4", Some("iso8859-15"), "€"),
            ("quoted label", "ü".as_bytes(), Some("\"UTF8\""), "ü"),
            ("label with comment", b"\xa4", Some("iso-8859-15 (latin 9)"), "€"),
            ("label twice", b"\xa4", Some("charset=\"iso-8859-15\""), "€"),
            ("unknown label", b"\xfc", Some("x-nonsense"), "ü"),
            ("x-unknown", b"\xfc", Some("x-unknown"), "ü"),
            ("ansi", b"\xfc", Some("ansi"), "ü"),
        ] {
            assert_eq!(decode(bytes, label), expected, "{case}");
        }
    }

    #[test]
    fn what_was_decoded_once_is_left_alone() {
        // The writer's own text, and an ampersand sequence, are no reasons to decode again.
        for text in ["GrÃ¼ÃŸe", "=C3=BC", "+APw-", "&uuml;"] {
            assert_eq!(decode(text.as_bytes(), Some("utf-8")), text);
        }
    }
}
