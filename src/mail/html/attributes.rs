//! The attributes that may stand in safe HTML, and what may stand in them: words from short lists,
//! numbers within limits, colours, reduced styles, and words of the letter with every sign escaped.
//! Where links lead is decided in `address.rs`.

use super::elements::{Element, key};
use super::tokens::Tokens;
use super::{entities, style};

/// Bytes of a title and of the words for a picture.
const MAX_VALUE: usize = 2_000;

/// Says what to show for the address of a picture: `cid:` and the id of a part of the letter, or
/// the picture itself as a `data:` address. `None` leaves it out.
pub(super) type Pictures<'p> = &'p mut dyn FnMut(&str) -> Option<String>;

const FONT_SIZES: [&str; 16] =
    ["1", "2", "3", "4", "5", "6", "7", "+1", "+2", "+3", "+4", "-1", "-2", "-3", "+5", "+6"];

/// Bytes of the address of a picture: those of our own pages hold the picture itself.
const MAX_PICTURE: usize = 4 << 20;

macro_rules! names {
    ($($constant:ident $name:literal)*) => {
        $(const $constant: u128 = key($name);)*

        /// Whether an attribute may matter.
        fn is_known(name: u128) -> bool {
            matches!(name, $($constant)|*)
        }
    };
}

names! {
    ALIGN b"align" BGCOLOR b"bgcolor" BORDER b"border" CELLPADDING b"cellpadding"
    CELLSPACING b"cellspacing" COLOR b"color" COLSPAN b"colspan" DIR b"dir" LANG b"lang"
    ROWSPAN b"rowspan" SIZE b"size" START b"start" STYLE b"style" TITLE b"title" TYPE b"type"
    VALIGN b"valign" VALUE b"value" WIDTH b"width"
}

/// Writes the harmless attributes of the tag that `tokens` came to last, but for its address.
pub(super) fn write(element: Element, tokens: &Tokens<'_>, out: &mut String) {
    let mut seen = [0_u128; 16];
    let mut count = 0;
    for &(name, value) in tokens.attributes() {
        let name = key(name.as_bytes());
        if !is_known(name) || seen[..count].contains(&name) || count == seen.len() {
            continue;
        }
        seen[count] = name;
        count += 1;
        known(element, name, value, tokens, out);
    }
}

fn known(element: Element, name: u128, value: &str, tokens: &Tokens<'_>, out: &mut String) {
    use Element::{Abbr, Dfn, Font, Li, Ol, Table, Td, Th, Tr};
    let cell = matches!(element, Td | Th);
    match name {
        STYLE => {
            let start = out.len();
            out.push_str(" style=\"");
            let empty = out.len();
            style::reduce(value, out);
            if out.len() == empty {
                out.truncate(start);
            } else {
                out.push('"');
            }
        }
        DIR => word("dir", value, &["ltr", "rtl", "auto"], out),
        LANG => {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            if (2..=35).contains(&value.len()) && value.bytes().all(fits) {
                attribute("lang", value, out);
            }
        }
        TITLE if matches!(element, Abbr | Dfn) => said("title", value, out),
        ALIGN if element.is_block() || cell || element == Tr => {
            word("align", value, &["left", "right", "center", "justify"], out);
        }
        VALIGN if cell || element == Tr => {
            word("valign", value, &["top", "middle", "bottom", "baseline"], out);
        }
        BGCOLOR if cell || matches!(element, Table | Tr) => color("bgcolor", value, out),
        BGCOLOR if element == Element::Div && tokens.attribute("style").is_none() => {
            // The ground of a whole letter, on the box that stands for it.
            let start = out.len();
            out.push_str(" style=\"background-color:");
            if style::color(value.trim(), out) {
                out.push('"');
            } else {
                out.truncate(start);
            }
        }
        COLOR if element == Font => color("color", value, out),
        SIZE if element == Font => word("size", value, &FONT_SIZES, out),
        WIDTH if cell || element == Table => measure("width", value, out),
        BORDER if element == Table => number("border", value, 0, 10, out),
        CELLPADDING if element == Table => number("cellpadding", value, 0, 60, out),
        CELLSPACING if element == Table => number("cellspacing", value, 0, 60, out),
        COLSPAN if cell => number("colspan", value, 1, 100, out),
        ROWSPAN if cell => number("rowspan", value, 1, 1_000, out),
        START if element == Ol => number("start", value, 0, 999_999, out),
        VALUE if element == Li => number("value", value, 0, 999_999, out),
        TYPE if matches!(element, Ol | Li) => {
            let exact = ["1", "a", "A", "i", "I"].contains(&value.trim());
            if exact {
                attribute("type", value.trim(), out);
            }
        }
        _ => {}
    }
}

/// Writes a picture.
pub(super) fn picture(tokens: &Tokens<'_>, pictures: Pictures<'_>, out: &mut String) {
    out.push_str("<img");
    if let Some(source) = tokens.attribute("src").filter(|source| source.len() <= MAX_PICTURE) {
        let source = entities::decode(source);
        if let Some(shown) = pictures(source.trim()) {
            attribute("src", &shown, out);
        }
    }
    if let Some(alt) = tokens.attribute("alt") {
        said("alt", alt, out);
    }
    for (name, value) in
        ["width", "height"].map(|name| (name, tokens.attribute(name).unwrap_or_default()))
    {
        measure(name, value, out);
    }
    if let Some(value) = tokens.attribute("align") {
        word("align", value, &["left", "right", "middle", "top", "bottom"], out);
    }
    out.push('>');
}

/// Writes a value that was made or checked here.
pub(super) fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

/// Words from the letter, on one line.
fn said(name: &str, value: &str, out: &mut String) {
    if value.len() > MAX_VALUE {
        return;
    }
    let before = out.len();
    let value: String = entities::decode(value)
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect();
    attribute(name, &value, out);
    // Escaped it may be too long for the next one who reads it.
    if out.len() - before > MAX_VALUE {
        out.truncate(before);
    }
}

fn word(name: &str, value: &str, known: &[&str], out: &mut String) {
    let value = value.trim();
    if let Some(found) = known.iter().find(|known| known.eq_ignore_ascii_case(value)) {
        attribute(name, found, out);
    }
}

fn color(name: &str, value: &str, out: &mut String) {
    let mut color = String::new();
    if style::color(value.trim(), &mut color) {
        attribute(name, &color, out);
    }
}

fn number(name: &str, value: &str, least: u32, most: u32, out: &mut String) {
    if let Ok(number) = value.trim().trim_end_matches("px").parse::<u32>() {
        attribute(name, &number.clamp(least, most).to_string(), out);
    }
}

/// Pixels, or a part of what is round it.
fn measure(name: &str, value: &str, out: &mut String) {
    let value = value.trim();
    match value.strip_suffix('%') {
        Some(number) => {
            if let Ok(number) = number.parse::<u32>() {
                attribute(name, &format!("{}%", number.clamp(1, 100)), out);
            }
        }
        None => number(name, value, 0, 1_200, out),
    }
}

/// Writes text in which nothing is a sign of HTML, in an attribute either.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let written = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(written);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}
