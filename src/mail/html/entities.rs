//! Character references in HTML (WHATWG HTML section 13.5): the numeric ones and the named ones
//! that mail programs write. Others stay as they are.

use std::collections::HashMap;
use std::sync::LazyLock;

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
const NAMED: [(&str, char); 248] = [
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
    ("dollar", '$'), ("Tab", ' '), ("NewLine", ' '),
    ("Epsilon", 'Ε'), ("epsilon", 'ε'), ("Zeta", 'Ζ'), ("zeta", 'ζ'), ("Eta", 'Η'), ("eta", 'η'),
    ("Theta", 'Θ'), ("Iota", 'Ι'), ("iota", 'ι'), ("Kappa", 'Κ'), ("kappa", 'κ'), ("Lambda", 'Λ'),
    ("Mu", 'Μ'), ("Nu", 'Ν'), ("nu", 'ν'), ("Xi", 'Ξ'), ("xi", 'ξ'), ("Omicron", 'Ο'),
    ("omicron", 'ο'), ("Pi", 'Π'), ("Rho", 'Ρ'), ("rho", 'ρ'), ("Sigma", 'Σ'), ("sigmaf", 'ς'),
    ("Tau", 'Τ'), ("tau", 'τ'), ("Upsilon", 'Υ'), ("upsilon", 'υ'), ("Phi", 'Φ'), ("phi", 'φ'),
    ("Chi", 'Χ'), ("chi", 'χ'), ("Psi", 'Ψ'), ("psi", 'ψ'), ("sum", '∑'), ("prod", '∏'),
    ("radic", '√'), ("part", '∂'), ("int", '∫'), ("equiv", '≡'), ("sim", '∼'), ("cong", '≅'),
    ("prop", '∝'), ("isin", '∈'), ("notin", '∉'), ("cap", '∩'), ("cup", '∪'), ("sub", '⊂'),
    ("sup", '⊃'), ("sube", '⊆'), ("supe", '⊇'), ("nabla", '∇'), ("exist", '∃'), ("forall", '∀'),
    ("empty", '∅'), ("and", '∧'), ("or", '∨'), ("there4", '∴'), ("perp", '⊥'), ("sdot", '⋅'),
    ("lArr", '⇐'), ("uArr", '⇑'), ("dArr", '⇓'), ("hArr", '⇔'), ("crarr", '↵'), ("loz", '◊'),
    ("spades", '♠'), ("clubs", '♣'), ("diams", '♦'), ("hyphen", '‐'), ("dash", '‐'),
    ("horbar", '―'), ("AMP", '&'), ("LT", '<'), ("GT", '>'), ("QUOT", '"'), ("COPY", '©'),
    ("REG", '®'), ("TRADE", '™'), ("ncaron", 'ň'), ("Ncaron", 'Ň'), ("dcaron", 'ď'),
    ("Dcaron", 'Ď'), ("tcaron", 'ť'), ("Tcaron", 'Ť'), ("nbhy", '‑'), ("numsp", '\u{2007}'),
    ("puncsp", '\u{2008}'), ("hairsp", '\u{200a}'), ("emsp13", '\u{2004}'), ("emsp14", '\u{2005}'),
    ("ZeroWidthSpace", '\u{200b}'), ("NoBreak", '\u{2060}'), ("inodot", 'ı'), ("amacr", 'ā'),
    ("emacr", 'ē'), ("imacr", 'ī'), ("omacr", 'ō'), ("umacr", 'ū'), ("abreve", 'ă'),
    ("Abreve", 'Ă'), ("tcedil", 'ţ'), ("Tcedil", 'Ţ'), ("dstrok", 'đ'), ("Dstrok", 'Đ'),
    ("bullet", '•'), ("mldr", '…'), ("cross", '✗'), ("checkmark", '✓'), ("rightarrow", '→'),
    ("leftarrow", '←'),
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

/// The character that a reference at the start of `text` means, and the bytes it takes. Without
/// its semicolon a name counts where browsers know it that way and no letter or digit follows.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let name = &text.as_bytes()[1..];
    // By far the most frequent ones.
    match name {
        [b'n', b'b', b's', b'p', b';', ..] => return Some(('\u{a0}', 6)),
        [b'a', b'm', b'p', b';', ..] => return Some(('&', 5)),
        _ => {}
    }
    let numeric = name.first() == Some(&b'#');
    let first = usize::from(numeric);
    let length = name[first..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let end = first + length;
    let closed = name.get(end) == Some(&b';');
    // Everything up to here is ASCII.
    let word = &text[1 + first..=end];
    let meant = if numeric { numbered(word)? } else { named(word, closed)? };
    Some((meant, 1 + end + usize::from(closed)))
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    // What is too large for a number is no character either, but was meant as one.
    let code = match code {
        Ok(code) => code,
        Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => u32::MAX,
        Err(_) => return None,
    };
    match code {
        128..160 => WINDOWS.get(code as usize - 128).copied(),
        0..32 | 127 => Some(' '),
        code => Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

fn named(name: &str, closed: bool) -> Option<char> {
    static NAMES: LazyLock<HashMap<&str, char>> =
        LazyLock::new(|| LATIN.into_iter().zip('\u{a0}'..).chain(NAMED).collect());
    // Those without a semicolon are the oldest: Latin-1 and the signs of HTML itself.
    let meant = *NAMES.get(name)?;
    let old = matches!(meant, '\u{a0}'..='\u{ff}' | '&' | '<' | '>' | '"') && name != "apos";
    (closed || old).then_some(meant)
}

/// Whether a character is not seen and says nothing: what newsletters fill their preview with, and
/// what is put into words to hide them from filters. Joiners are not among them where they join.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
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
            ("&nbsp &copy &amp", "\u{a0} © &"),
            ("&nbspx &copy=1 &ndash x &uuml", "&nbspx ©=1 &ndash x ü"),
            ("&#65 &#x42,&#99999999999;", "A B,\u{fffd}"),
            ("AT&T &nonsense; & &; &#; &#x; &ü;", "AT&T &nonsense; & &; &#; &#x; &ü;"),
            ("&ndash;&hellip;&bdquo;&Scaron;", "–…„Š"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
