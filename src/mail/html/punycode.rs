//! Punycode (RFC 3492): how a label of a host that is not ASCII is written so that it is, and back.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// Characters of a label at most (RFC 1034 section 3.1); it also bounds the time this takes.
const LONGEST: usize = 63;

/// A label in ASCII, without the `xn--` before it; `None` when it is too long.
pub(in crate::mail) fn encode(label: &str) -> Option<String> {
    let input: Vec<u32> = label.chars().map(u32::from).collect();
    if input.len() > LONGEST {
        return None;
    }
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut next, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while (handled as usize) < input.len() {
        let least = input.iter().copied().filter(|&code| code >= next).min()?;
        delta = delta.checked_add((least - next).checked_mul(handled + 1)?)?;
        next = least;
        for &code in &input {
            if code < next {
                delta = delta.checked_add(1)?;
            }
            if code == next {
                push(&mut output, delta, bias);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        next += 1;
    }
    Some(output)
}

/// The label that was written so, without the `xn--` before it; `None` when none was.
pub(super) fn decode(written: &str) -> Option<String> {
    if written.len() > LONGEST || !written.is_ascii() {
        return None;
    }
    let (basic, digits) = written.rsplit_once('-').unwrap_or(("", written));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code, mut at, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = digits.bytes();
    while digits.len() > 0 {
        let (before, mut weight, mut k) = (at, 1_u32, BASE);
        loop {
            let digit = match digits.next()? {
                byte @ b'a'..=b'z' => u32::from(byte - b'a'),
                byte @ b'0'..=b'9' => u32::from(byte - b'0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let points = u32::try_from(output.len()).ok()? + 1;
        bias = adapted(at - before, points, before == 0);
        code = code.checked_add(at / points)?;
        at %= points;
        output.insert(usize::try_from(at).ok()?, char::from_u32(code)?);
        at += 1;
    }
    Some(output.into_iter().collect())
}

/// Writes one number with digits of growing weight (section 6.3).
fn push(output: &mut String, delta: u32, bias: u32) {
    let mut rest = delta;
    let mut k = BASE;
    loop {
        let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        let last = rest < t;
        let digit = if last { rest } else { t + (rest - t) % (BASE - t) };
        // Digits are below 36: letters, then numerals.
        let byte = if digit < 26 { b'a' + digit as u8 } else { b'0' + (digit - 26) as u8 };
        output.push(char::from(byte));
        if last {
            return;
        }
        rest = (rest - t) / (BASE - t);
        k += BASE;
    }
}

/// Section 6.1.
fn adapted(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_written_in_ascii() {
        for (label, expected) in [
            ("bücher", Some("bcher-kva")),
            ("müller", Some("mller-kva")),
            ("аррӏе", Some("80ak6aa92e")),
            ("例え", Some("r8jz45g")),
            ("правда", Some("80aafi6cg")),
        ] {
            assert_eq!(encode(label).as_deref(), expected, "{label}");
            assert_eq!(expected.and_then(decode).as_deref(), Some(label));
        }
        for nonsense in ["9999999999", "a-", "-", "Ü", "a-b!", &"a".repeat(64)] {
            let read = decode(nonsense).and_then(|label| encode(&label));
            assert!(
                read.is_none_or(
                    |again| again.trim_end_matches('-') == nonsense.trim_end_matches('-')
                ),
                "{nonsense}"
            );
        }
        assert_eq!(encode(&"ü".repeat(64)), None);
    }
}
