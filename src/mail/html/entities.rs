//! Character references in HTML (WHATWG HTML section 13.5): the numeric ones and the named ones
//! that mail programs write. Others stay as they are.

/// The names of U+00A0 to U+00FF, in order.
#[rustfmt::skip]
const LATIN: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
    "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
    "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute",
    "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute",
    "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
    "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
    "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute",
    "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// Further names.
#[rustfmt::skip]
const NAMED: [(&str, char); 137] = [
    ("quot", '"'), ("amp", '&'), ("lt", '<'), ("gt", '>'), ("apos", '\''), ("euro", '€'),
    ("ndash", '–'), ("mdash", '—'), ("hellip", '…'), ("bull", '•'), ("lsquo", '‘'),
    ("rsquo", '’'), ("sbquo", '‚'), ("ldquo", '“'), ("rdquo", '”'), ("bdquo", '„'),
    ("dagger", '\u{2020}'), ("Dagger", '\u{2021}'), ("permil", '\u{2030}'),
    ("lsaquo", '\u{2039}'), ("rsaquo", '\u{203a}'), ("trade", '\u{2122}'), ("larr", '\u{2190}'),
    ("uarr", '\u{2191}'), ("rarr", '\u{2192}'), ("darr", '\u{2193}'), ("harr", '\u{2194}'),
    ("rArr", '\u{21d2}'), ("check", '\u{2713}'), ("minus", '\u{2212}'), ("ne", '\u{2260}'),
    ("le", '\u{2264}'), ("ge", '\u{2265}'), ("infin", '\u{221e}'), ("asymp", '\u{2248}'),
    ("zwnj", '\u{200c}'), ("zwj", '\u{200d}'), ("lrm", '\u{200e}'), ("rlm", '\u{200f}'),
    ("thinsp", '\u{2009}'), ("ensp", '\u{2002}'), ("emsp", '\u{2003}'), ("OElig", 'Œ'),
    ("oelig", 'œ'), ("Scaron", 'Š'), ("scaron", 'š'), ("Yuml", 'Ÿ'), ("fnof", 'ƒ'), ("circ", 'ˆ'),
    ("tilde", '˜'), ("prime", '\u{2032}'), ("Prime", '\u{2033}'), ("oline", '\u{203e}'),
    ("frasl", '\u{2044}'), ("star", '\u{2606}'), ("starf", '\u{2605}'), ("phone", '\u{260e}'),
    ("hearts", '\u{2665}'), ("Zcaron", 'Ž'), ("zcaron", 'ž'), ("Ccaron", 'Č'), ("ccaron", 'č'),
    ("Rcaron", 'Ř'), ("rcaron", 'ř'), ("Ecaron", 'Ě'), ("ecaron", 'ě'), ("Lstrok", 'Ł'),
    ("lstrok", 'ł'), ("Sacute", 'Ś'), ("sacute", 'ś'), ("Zacute", 'Ź'), ("zacute", 'ź'),
    ("Zdot", 'Ż'), ("zdot", 'ż'), ("Aogon", 'Ą'), ("aogon", 'ą'), ("Eogon", 'Ę'), ("eogon", 'ę'),
    ("Cacute", 'Ć'), ("cacute", 'ć'), ("Nacute", 'Ń'), ("nacute", 'ń'), ("Uring", 'Ů'),
    ("uring", 'ů'), ("Gbreve", 'Ğ'), ("gbreve", 'ğ'), ("Idot", 'İ'), ("imath", 'ı'),
    ("Scedil", 'Ş'), ("scedil", 'ş'), ("Odblac", 'Ő'), ("odblac", 'ő'), ("Udblac", 'Ű'),
    ("udblac", 'ű'), ("Alpha", 'Α'), ("alpha", 'α'), ("Beta", 'Β'), ("beta", 'β'), ("Gamma", 'Γ'),
    ("gamma", 'γ'), ("Delta", 'Δ'), ("delta", 'δ'), ("Omega", 'Ω'), ("omega", 'ω'), ("pi", 'π'),
    ("mu", 'μ'), ("sigma", 'σ'), ("lambda", 'λ'), ("theta", 'θ'), ("colon", ':'), ("comma", ','),
    ("period", '.'), ("semi", ';'), ("excl", '!'), ("quest", '?'), ("num", '#'), ("percnt", '%'),
    ("lpar", '('), ("rpar", ')'), ("ast", '*'), ("plus", '+'), ("equals", '='), ("commat", '@'),
    ("lbrack", '['), ("rbrack", ']'), ("lsqb", '['), ("rsqb", ']'), ("lowbar", '_'),
    ("grave", '`'), ("lbrace", '{'), ("rbrace", '}'), ("vert", '|'), ("sol", '/'), ("bsol", '\\'),
    ("dollar", '$'), ("Tab", '\t'), ("NewLine", '\n'),
];

/// What the numbers 128 to 159 mean: windows-1252, as browsers read them.
#[rustfmt::skip]
const WINDOWS: [char; 32] = [
    '\u{20ac}', '\u{fffd}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{fffd}', '\u{17d}', '\u{fffd}',
    '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}',
    '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{fffd}', '\u{17e}',
    '\u{178}',
];

/// Resolves the character references in a text.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (meant, length) = reference(rest).unwrap_or(('&', 1));
        decoded.push(meant);
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    decoded
}

/// The character a reference at the start of `text` means, and the bytes it takes.
fn reference(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let name = &text[1..];
    let numeric = name.starts_with('#');
    let end = name
        .bytes()
        .take(LONGEST)
        .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'#')
        .unwrap_or(name.len().min(LONGEST));
    let closed = name.as_bytes().get(end) == Some(&b';');
    let name = name.get(..end)?;
    let meant = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => named(name)
            .filter(|_| closed || matches!(name, "nbsp" | "amp" | "lt" | "gt" | "quot"))?,
    };
    (closed || !numeric || end > 1).then_some((meant, 1 + end + usize::from(closed)))
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    match code {
        128..160 => WINDOWS.get(code as usize - 128).copied(),
        0..32 => Some(' '),
        code => Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

fn named(name: &str) -> Option<char> {
    let latin = LATIN.iter().zip('\u{a0}'..).find(|(known, _)| **known == name);
    latin
        .map(|(_, c)| c)
        .or_else(|| NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        for (text, expected) in [
            ("a &amp; b &lt;c&gt;", "a & b <c>"),
            ("&Uuml;&eacute;&szlig;&yuml;&nbsp;", "Üéßÿ\u{a0}"),
            ("&#65;&#x42;&#X43;", "ABC"),
            ("&#150;&#128;", "–€"),
            ("&#0;&#x110000;", " \u{fffd}"),
            ("&nbsp &copy &amp", "\u{a0} &copy &"),
            ("AT&T &nonsense; & &; &#;", "AT&T &nonsense; & &; &#;"),
            ("&ndash;&hellip;&bdquo;&Scaron;", "–…„Š"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
