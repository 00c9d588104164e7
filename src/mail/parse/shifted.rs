//! The charsets whose bytes change their meaning on the way, and the wide ones: ISO-2022-JP, -KR
//! and -CN (RFC 1468, 1554, 1557, 1922), HZ (RFC 1843), UTF-7 (RFC 2152), UTF-16 and UTF-32 (RFC
//! 2781). Each in one pass. The escapes are followed here and the characters between them handed
//! to mail-parser in the corresponding eight-bit charset, because it reads no more than the
//! plainest of these itself.

use mail_parser::decoders::charsets::map::charset_decoder;

/// A set of characters that an escape sequence chooses.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    Ascii,
    /// JIS X 0201, the half-width katakana.
    Kana,
    /// JIS X 0208 and, with three bytes, JIS X 0212.
    Jis,
    JisMore,
    Gb,
    Korean,
    /// A set that is not known, such as those of CNS 11643: two bytes a character.
    Unknown,
}

impl Set {
    /// The set which an escape sequence after its ESC names, the length of the sequence, and
    /// whether it is only chosen by a later SO.
    fn named(after_escape: &[u8]) -> Option<(Self, usize, bool)> {
        Some(match after_escape {
            [b'(', b'B' | b'J' | b'H', ..] => (Self::Ascii, 2, false),
            [b'(', b'I', ..] => (Self::Kana, 2, false),
            [b')', b'I', ..] => (Self::Kana, 2, true),
            [b'$', b'@' | b'B', ..] => (Self::Jis, 2, false),
            [b'$', b'A', ..] => (Self::Gb, 2, false),
            [b'$', b'(', b'@' | b'B' | b'Q', ..] => (Self::Jis, 3, false),
            [b'$', b'(', b'D' | b'P', ..] => (Self::JisMore, 3, false),
            [b'$', b'(', b'A', ..] => (Self::Gb, 3, false),
            [b'$', b'(', b'C', ..] => (Self::Korean, 3, false),
            [b'$', b')', b'C', ..] => (Self::Korean, 3, true),
            [b'$', b')', b'A' | b'E', ..] => (Self::Gb, 3, true),
            [b'$', b')' | b'*' | b'+', b'G'..=b'M', ..] => (Self::Unknown, 3, true),
            [b'&', b'@', ..] => (Self::Ascii, 2, true),
            _ => return None,
        })
    }
}

/// Reads ISO-2022 in any of its national forms.
pub(super) fn iso_2022(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut run: Vec<u8> = Vec::new();
    let mut chosen = Set::Ascii;
    let mut shifted_to = Set::Kana;
    let mut shifted = false;
    let mut at = 0;
    let mut flush = |run: &mut Vec<u8>, set: Set| {
        if !run.is_empty() {
            text.push_str(&characters(run, set));
            run.clear();
        }
    };
    while let Some(&byte) = bytes.get(at) {
        let set = if shifted { shifted_to } else { chosen };
        at += 1;
        match byte {
            0x1b => match Set::named(&bytes[at..]) {
                Some((named, length, later)) => {
                    flush(&mut run, set);
                    if later {
                        shifted_to = named;
                    } else {
                        (chosen, shifted) = (named, false);
                    }
                    at += length;
                }
                None => run.push(byte),
            },
            0x0e | 0x0f => {
                flush(&mut run, set);
                shifted = byte == 0x0e;
            }
            b'\n' => {
                // RFC 1468: a line ends in ASCII; whoever forgets that gets it all the same.
                flush(&mut run, set);
                (chosen, shifted) = (Set::Ascii, false);
                run.push(b'\n');
            }
            // Kana sent in eight bits.
            0xa1..=0xdf if set == Set::Ascii => {
                flush(&mut run, set);
                run.push(byte);
                flush(&mut run, Set::Kana);
            }
            byte => run.push(byte),
        }
    }
    let set = if shifted { shifted_to } else { chosen };
    flush(&mut run, set);
    text
}

/// Characters of one set, given in seven bits.
fn characters(run: &[u8], set: Set) -> String {
    let mut high = Vec::with_capacity(run.len() * 2);
    // What is a control or a space stands for itself in every set.
    let wide = |byte: u8| (0x21..0x7f).contains(&(byte & 0x7f));
    let lead: &[u8] = match set {
        Set::Ascii => return super::charset::utf8_or_windows_1252(run),
        Set::Unknown => {
            return run.chunks(2).map(|_| char::REPLACEMENT_CHARACTER).collect();
        }
        Set::Kana => &[0x8e],
        Set::JisMore => &[0x8f],
        _ => &[],
    };
    let mut rest = run;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if !wide(byte) {
            high.push(byte & 0x7f);
            continue;
        }
        high.extend_from_slice(lead);
        high.push(byte | 0x80);
        if set != Set::Kana
            && let Some((&second, after)) = rest.split_first()
        {
            rest = after;
            high.push(second | 0x80);
        }
    }
    let label: &[u8] = match set {
        Set::Gb => b"gbk",
        Set::Korean => b"euc-kr",
        _ => b"euc-jp",
    };
    charset_decoder(label).map_or_else(String::new, |decoder| decoder(&high))
}

/// Reads HZ: `~{` begins Chinese, `~}` ends it, `~~` is a tilde.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut eight_bit = Vec::with_capacity(bytes.len());
    let mut chinese = false;
    let mut rest = bytes;
    loop {
        rest = match rest {
            [b'~', b'{', after @ ..] => {
                chinese = true;
                after
            }
            [b'~', b'}', after @ ..] => {
                chinese = false;
                after
            }
            [b'~', b'~', after @ ..] if !chinese => {
                eight_bit.push(b'~');
                after
            }
            [b'~', b'\n', after @ ..] | [b'~', b'\r', b'\n', after @ ..] => after,
            [b'\n', after @ ..] => {
                chinese = false;
                eight_bit.push(b'\n');
                after
            }
            [first @ 0x21..0x7f, second @ 0x21..0x7f, after @ ..] if chinese => {
                eight_bit.extend([first | 0x80, second | 0x80]);
                after
            }
            [byte, after @ ..] => {
                eight_bit.push(*byte);
                after
            }
            [] => break,
        };
    }
    charset_decoder(b"gbk").map_or_else(String::new, |decoder| decoder(&eight_bit))
}

/// Reads UTF-7. What is no valid shift stays as it is, so plain text with a plus sign survives.
pub(super) fn utf_7(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = rest.iter().position(|&byte| byte == b'+') {
        text.push_str(&super::charset::utf8_or_windows_1252(&rest[..plus]));
        let after = &rest[plus + 1..];
        let length = after.iter().take_while(|&&byte| sextet(byte).is_some()).count();
        let (coded, remainder) = after.split_at(length);
        match decoded_utf_7(coded) {
            Some(decoded) => {
                text.push_str(&decoded);
                rest = remainder.strip_prefix(b"-").unwrap_or(remainder);
            }
            None if coded.is_empty() => {
                text.push('+');
                rest = remainder.strip_prefix(b"-").unwrap_or(remainder);
            }
            None => {
                text.push('+');
                text.push_str(&String::from_utf8_lossy(coded));
                rest = remainder;
            }
        }
    }
    text.push_str(&super::charset::utf8_or_windows_1252(rest));
    text
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

fn decoded_utf_7(coded: &[u8]) -> Option<String> {
    let mut units = Vec::with_capacity(coded.len() / 2);
    let (mut held, mut bits) = (0_u32, 0);
    for value in coded.iter().filter_map(|&byte| sextet(byte)) {
        held = (held << 6 | value) & 0x3f_ffff;
        bits += 6;
        if bits >= 16 {
            bits -= 16;
            units.push(u16::try_from((held >> bits) & 0xffff).unwrap_or(0xfffd));
        }
    }
    let complete = !units.is_empty() && bits < 6 && held & ((1 << bits) - 1) == 0;
    complete.then(|| String::from_utf16(&units).ok()).flatten()
}

/// The order of the bytes in a wide charset.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Order {
    Big,
    Little,
    /// Not said: a byte order mark tells, else where the zeros are, else big (RFC 2781 section 4.3).
    Unsaid,
}

/// Reads UTF-16; a byte order mark outdoes what is said.
pub(super) fn utf_16(bytes: &[u8], order: Order) -> String {
    let (bytes, big) = match bytes {
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [0xff, 0xfe, rest @ ..] => (rest, false),
        _ => (bytes, order == Order::Big || (order == Order::Unsaid && !zeros_come_second(bytes))),
    };
    let units = bytes.as_chunks::<2>().0.iter().map(|&two| match big {
        true => u16::from_be_bytes(two),
        false => u16::from_le_bytes(two),
    });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn zeros_come_second(bytes: &[u8]) -> bool {
    let zeros = |place: usize| bytes.iter().skip(place).step_by(2).filter(|&&b| b == 0).count();
    zeros(1) > zeros(0)
}

/// Reads UTF-32; a byte order mark outdoes what is said.
pub(super) fn utf_32(bytes: &[u8], order: Order) -> String {
    let (bytes, big) = match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => (rest, true),
        [0xff, 0xfe, 0, 0, rest @ ..] => (rest, false),
        _ => (bytes, order == Order::Big || (order == Order::Unsaid && bytes.first() == Some(&0))),
    };
    let units = bytes.as_chunks::<4>().0.iter().map(|&four| match big {
        true => u32::from_be_bytes(four),
        false => u32::from_le_bytes(four),
    });
    units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_choose_the_characters() {
        for (case, bytes, expected) in [
            ("japanese", &b"\x1b$BF|K\\\x1b(B x"[..], "日本 x"),
            ("old japanese", b"\x1b$@F|K\\\x1b(J!", "日本!"),
            ("half-width kana by escape", b"\x1b(I1\x1b(B", "ｱ"),
            ("half-width kana by shift", b"\x1b)I\x0e1\x0f.", "ｱ."),
            ("half-width kana in eight bits", b"a\xb1", "aｱ"),
            ("numbers in circles", b"\x1b$B-!\x1b(B", "①"),
            ("end of line ends it", b"\x1b$BF|\nabc", "日\nabc"),
            ("korean", b"\x1b$)C\x0e>H3g\x0f!", "안녕!"),
            ("korean without its header", b"\x1b$(C>H\x1b(B", "안"),
            ("chinese", b"\x1b$)A\x0eDc:C\x0f.", "你好."),
            ("chinese in japanese", b"\x1b$ADc\x1b(B", "你"),
            ("jis x 0212", b"\x1b$(D0$\x1b(B", "丌"),
            ("cut", b"\x1b$BF", "\u{fffd}"),
            ("no escape at all", b"\x1b[1mbold", "\x1b[1mbold"),
        ] {
            assert_eq!(iso_2022(bytes), expected, "{case}");
        }
    }

    #[test]
    fn tildes_open_and_close_chinese() {
        assert_eq!(hz(b"~{VPND~} ok ~~ ~{VP\nplain~\n on"), "中文 ok ~ 中\nplain on");
    }

    #[test]
    fn utf_7_is_read_and_plus_signs_survive() {
        for (text, expected) in [
            ("Gr+APwA3w-e", "Grüße"),
            ("1 +- 1 +AD0 2", "1 + 1 = 2"),
            ("A+ImIDkQ.", "A≢Α."),
            ("+2D3eAA-", "😀"),
            ("+AOQ", "ä"),
            ("C++ und +49 30 12", "C++ und +49 30 12"),
        ] {
            assert_eq!(utf_7(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn wide_text_is_read_in_either_order() {
        for (case, bytes, order, expected) in [
            ("marked", &b"\xff\xfea\0b\0"[..], Order::Big, "ab"),
            ("said", b"\0a\0b", Order::Big, "ab"),
            ("unsaid little", b"a\0\n\0", Order::Unsaid, "a\n"),
            ("unsaid big", b"\0a\0\n", Order::Unsaid, "a\n"),
            ("odd length", b"\0a\0", Order::Big, "a"),
        ] {
            assert_eq!(utf_16(bytes, order), expected, "{case}");
        }
        assert_eq!(utf_32(b"\xff\xfe\0\0a\0\0\0", Order::Unsaid), "a");
        assert_eq!(utf_32(b"\0\0\0a", Order::Unsaid), "a");
        assert_eq!(utf_32(b"a\0\0\0", Order::Unsaid), "a");
    }

    #[test]
    fn a_megabyte_of_each_takes_no_time() {
        let started = crate::mail::effort::Effort::begin();
        for piece in [&b"\x1b$B"[..], b"\x1b", b"\x0e\x0f", b"\xb1", b"~{", b"+", b"+A-", b"\0"] {
            let bytes = piece.repeat((1 << 20) / piece.len());
            for decode in [iso_2022, hz, utf_7] {
                assert!(decode(&bytes).len() <= 4 * bytes.len());
            }
            utf_16(&bytes, Order::Unsaid);
        }
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
