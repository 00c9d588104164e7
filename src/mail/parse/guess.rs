//! What eight-bit text without a usable label may be. Only asked when it is not UTF-8, and only
//! answered when most letters are beyond ASCII, as they are in Cyrillic, Chinese, Japanese and
//! Korean; all else is better read as windows-1252. The places of everyday characters in each
//! standard tell: they were given the first rows.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Bytes looked at.
const SAMPLE: usize = 4_096;

/// The least share of everyday characters, in thousandths.
const LIKELY: i64 = 600;

/// Points for the character at the start of the bytes, and how many bytes it takes.
type Judge = fn(&[u8], Option<u8>) -> (i64, usize);

/// Reads the bytes in the likeliest charset; `None` when none is likely.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let label = label(bytes).or_else(|| central_european(bytes))?;
    charset_decoder(label.as_bytes()).map(|decoder| decoder(bytes))
}

/// As [`label`], of eight-bit words among ASCII ones, such as header fields with addresses.
pub(super) fn label_of_words(bytes: &[u8]) -> Option<&'static str> {
    let words = bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_ascii());
    label(&words.collect::<Vec<_>>().join(&b' '))
}

/// The name of the likeliest charset in which most letters are beyond ASCII.
pub(super) fn label(bytes: &[u8]) -> Option<&'static str> {
    const FEWEST: usize = 6;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let high = sample.iter().filter(|&&byte| byte >= 0x80).count();
    let letters = sample.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if high < FEWEST || high < letters {
        return None;
    }
    let judges: [(&str, Judge); 7] = [
        ("gb18030", chinese),
        ("big5", taiwanese),
        ("shift_jis", shift_jis),
        ("euc-jp", japanese),
        ("euc-kr", korean),
        ("koi8-r", koi8),
        ("windows-1251", cyrillic),
    ];
    let scored = judges.into_iter().map(|(label, judge)| (score(sample, judge), label));
    // Of equals the last wins: Korean uses only a part of what Chinese does.
    let (best, label) = scored.max_by_key(|(score, _)| *score)?;
    (best >= LIKELY).then_some(label)
}

/// The other one of the two Cyrillic charsets, when bytes said to be in `label` give capitals in
/// the middle of words there and none in the other.
pub(super) fn other_cyrillic(bytes: &[u8], label: &str) -> Option<&'static str> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let both = |two: &&[u8]| two.iter().all(|&byte| byte >= 0xc0);
    let pairs = sample.windows(2).filter(both);
    // The small letters of one lie where the capitals of the other do.
    let (upper_last, lower_last) =
        pairs.fold((0, 0), |(upper, lower), two| match (two[0] >= 0xe0, two[1] >= 0xe0) {
            (false, true) => (upper + 1, lower),
            (true, false) => (upper, lower + 1),
            _ => (upper, lower),
        });
    match (label, upper_last, lower_last) {
        ("koi8", 1.., 0) => Some("windows-1251"),
        ("windows", 0, 1..) => Some("koi8-r"),
        _ => None,
    }
}

/// Polish and Czech in the charsets of their countries. Where those have letters inside words,
/// windows-1252 has signs that stand between no letters, such as ³ and ¿.
fn central_european(bytes: &[u8]) -> Option<&'static str> {
    const FEWEST: usize = 2;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0xc0;
    let (mut shared, mut iso, mut windows) = (0, 0, 0);
    for three in sample.windows(3) {
        if !is_letter(three[0]) || !is_letter(three[2]) {
            continue;
        }
        match three[1] {
            0xb3 | 0xbf => shared += 1,
            0xb1 | 0xb6 | 0xbc => iso += 1,
            // Here the Polish of one and the Czech of the other meet.
            0xb9 => windows += 1,
            0xbe => iso += 1,
            _ => {}
        }
    }
    let czech = windows > 0 && shared == 0;
    if shared + iso + windows < FEWEST {
        return None;
    }
    Some(if iso > 0 || czech { "iso-8859-2" } else { "windows-1250" })
}

fn score(sample: &[u8], judge: Judge) -> i64 {
    let (mut points, mut characters) = (0, 0);
    let mut before = None;
    let mut rest = sample;
    while let Some(&first) = rest.first() {
        let (point, length) = if first < 0x80 { (0, 1) } else { judge(rest, before) };
        characters += i64::from(first >= 0x80);
        points += point;
        before = Some(first);
        rest = rest.get(length..).unwrap_or_default();
    }
    points * 1_000 / characters.max(1)
}

/// Points for two bytes of the EUC kind by their first, `None` when they are no pair.
fn pair(bytes: &[u8], points: impl Fn(u8) -> i64) -> (i64, usize) {
    match bytes {
        [first @ 0xa1..=0xfe, 0xa1..=0xfe, ..] => (points(*first), 2),
        // Cut off at the end of the sample.
        [_] => (0, 1),
        _ => (-5, 1),
    }
}

fn chinese(bytes: &[u8], _: Option<u8>) -> (i64, usize) {
    pair(bytes, |first| i64::from(matches!(first, 0xa1 | 0xa3 | 0xb0..=0xd7)))
}

fn japanese(bytes: &[u8], _: Option<u8>) -> (i64, usize) {
    pair(bytes, |first| match first {
        0xa4 | 0xa5 => 2,
        0xa1 | 0xb0..=0xcf => 1,
        _ => 0,
    })
}

fn korean(bytes: &[u8], _: Option<u8>) -> (i64, usize) {
    pair(bytes, |first| match first {
        0xa1 | 0xb0..=0xc8 => 1,
        _ => -2,
    })
}

fn taiwanese(bytes: &[u8], _: Option<u8>) -> (i64, usize) {
    match bytes {
        [0xa1..=0xc6, 0x40..=0x7e | 0xa1..=0xfe, ..] => (1, 2),
        [0xc9..=0xf9, 0x40..=0x7e | 0xa1..=0xfe, ..] => (0, 2),
        [_] => (0, 1),
        _ => (-5, 1),
    }
}

fn shift_jis(bytes: &[u8], _: Option<u8>) -> (i64, usize) {
    match bytes {
        [0x82, 0x9f..=0xf1, ..] | [0x83, 0x40..=0x96, ..] => (2, 2),
        [0x81 | 0x88..=0x97, 0x40..=0x7e | 0x80..=0xfc, ..] => (1, 2),
        [0x98..=0x9f | 0xe0..=0xfc, 0x40..=0x7e | 0x80..=0xfc, ..] => (0, 2),
        // Half-width kana, which nobody writes at length.
        [0xa1..=0xdf, ..] => (-1, 1),
        [_] => (0, 1),
        _ => (-5, 1),
    }
}

fn cyrillic(bytes: &[u8], before: Option<u8>) -> (i64, usize) {
    match bytes.first() {
        Some(0xe0..=0xff | 0xb8) => (1, 1),
        // A capital after a small letter is what the other Cyrillic charset gives.
        Some(0xc0..=0xdf | 0xa8) => (if matches!(before, Some(0xe0..)) { -2 } else { 1 }, 1),
        Some(0x91..=0x97 | 0xa0 | 0xab | 0xbb | 0xb9) => (0, 1),
        _ => (-3, 1),
    }
}

fn koi8(bytes: &[u8], before: Option<u8>) -> (i64, usize) {
    match bytes.first() {
        Some(0xc0..=0xdf | 0xa3) => (1, 1),
        Some(0xe0..=0xff | 0xb3) => (if matches!(before, Some(0xc0..=0xdf)) { -2 } else { 1 }, 1),
        Some(0x9a) => (0, 1),
        _ => (-3, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlabelled_text_is_known_by_its_characters() {
        for (case, bytes, expected) in [
            (
                "russian",
                &b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"[..],
                Some("Привет, как дела?"),
            ),
            (
                "koi8",
                b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1?",
                Some("Привет, как дела?"),
            ),
            (
                "chinese",
                b"\xc4\xfa\xba\xc3\xa3\xac\xce\xd2\xb5\xc4\xb6\xa9\xb5\xa5\xc3\xbb\xd3\xd0\xb5\xbd",
                Some("您好，我的订单没有到"),
            ),
            (
                "taiwan",
                b"\xb1z\xa6n\xa1A\xa7\xda\xaa\xba\xadq\xb3\xe6\xa8S\xa6\xb3\xa8\xec",
                Some("您好，我的訂單沒有到"),
            ),
            (
                "euc-jp",
                b"\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xc6\xfc\xcb\xdc",
                Some("こんにちは日本"),
            ),
            (
                "shift_jis",
                b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x93\xfa\x96{",
                Some("こんにちは日本"),
            ),
            (
                "korean",
                b"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4 \xc1\xd6\xb9\xae",
                Some("안녕하세요 주문"),
            ),
            (
                "polish",
                b"Za\xbf\xf3\xb3\xe6 g\xea\xb6l\xb1, prosz\xea o faktur\xea",
                Some("Zażółć gęślą, proszę o fakturę"),
            ),
            (
                "polish of windows",
                b"Za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9 by\xb3o",
                Some("Zażółć gęślą było"),
            ),
            ("czech", b"P\xf8i\xb9el u\xbe v\xe8era, je\xb9t\xec", Some("Přišel už včera, ještě")),
            ("cubic", b"10 m\xb3 und 5 m\xb2, \xbfqu\xe9?", None),
            ("german", b"Gr\xfc\xdfe aus K\xf6ln, \xe4\xf6\xfc", None),
            ("short", b"\xfc\xfc", None),
            ("binary", b"\x80\x01\x81\x02\x90\x03\xff\x04\xfe\x05\x85\x06", None),
        ] {
            assert_eq!(decode(bytes).as_deref(), expected, "{case}");
        }
    }
}
