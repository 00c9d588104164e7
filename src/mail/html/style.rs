//! Style attributes, reduced to a short list of properties that can neither load, move, hide nor
//! cover anything. Each value is checked character by character and written anew; a declaration
//! that is not understood completely is left out.

use std::borrow::Cow;

use super::elements::key;
use super::entities;

/// Pixels a letter's text may have, so that it is neither a dot nor a wall.
const TEXT_PIXELS: (f32, f32) = (9.0, 40.0);

/// Pixels of a border, of space inside a box and of a box at most.
const BORDER_PIXELS: f32 = 10.0;
const PADDING_PIXELS: f32 = 60.0;
const BOX_PIXELS: f32 = 1_200.0;

macro_rules! names {
    ($($constant:ident $name:literal)*) => { $(const $constant: u128 = key($name);)* };
}

names! {
    BACKGROUND b"background" BACKGROUND_COLOR b"background-color" BORDER b"border"
    BORDER_BOTTOM b"border-bottom" BORDER_LEFT b"border-left" BORDER_RIGHT b"border-right"
    BORDER_TOP b"border-top" COLOR b"color" DISPLAY b"display" FONT_SIZE b"font-size"
    FONT_STYLE b"font-style" FONT_WEIGHT b"font-weight" HEIGHT b"height" MAX_HEIGHT b"max-height"
    MARGIN b"margin" MARGIN_BOTTOM b"margin-bottom" MARGIN_TOP b"margin-top"
    MAX_WIDTH b"max-width" OPACITY b"opacity" OVERFLOW b"overflow" PADDING b"padding"
    PADDING_BOTTOM b"padding-bottom" PADDING_LEFT b"padding-left" PADDING_RIGHT b"padding-right"
    PADDING_TOP b"padding-top" TEXT_ALIGN b"text-align" TEXT_DECORATION b"text-decoration"
    VERTICAL_ALIGN b"vertical-align" VISIBILITY b"visibility" WHITE_SPACE b"white-space"
    WIDTH b"width"
}

/// The declarations of a style attribute: name and value.
struct Declarations<'a> {
    style: &'a str,
    at: usize,
}

fn declarations(style: &str) -> Declarations<'_> {
    Declarations { style, at: 0 }
}

impl<'a> Iterator for Declarations<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.style.as_bytes();
        while self.at < bytes.len() {
            let start = self.at;
            let mut colon = None;
            while self.at < bytes.len() && bytes[self.at] != b';' {
                if bytes[self.at] == b':' && colon.is_none() {
                    colon = Some(self.at);
                }
                self.at += 1;
            }
            let end = self.at;
            self.at += 1;
            if let Some(colon) = colon {
                let (name, value) = (&self.style[start..colon], &self.style[colon + 1..end]);
                return Some((name.trim_ascii(), value.trim_ascii()));
            }
        }
        None
    }
}

fn resolved(style: &str) -> Cow<'_, str> {
    if style.contains('&') { Cow::Owned(entities::decode(style)) } else { Cow::Borrowed(style) }
}

/// Writes the harmless part of a style attribute, as it stands in the document, behind `out`.
/// What is written needs no escaping in an attribute.
pub(super) fn reduce(style: &str, out: &mut String) {
    let style = resolved(style);
    let start = out.len();
    for (name, value) in declarations(&style) {
        let known = key(name.as_bytes());
        if !is_known(known) {
            continue;
        }
        let value = without_important(value);
        let before = out.len();
        if before > start {
            out.push(';');
        }
        // Only names from the list above come here, whatever their case.
        let name_to_write = match known {
            BACKGROUND => "background-color",
            _ => name,
        };
        for byte in name_to_write.bytes() {
            out.push(char::from(byte.to_ascii_lowercase()));
        }
        out.push(':');
        if !write(known, value, out) {
            out.truncate(before);
        }
    }
}

fn without_important(value: &str) -> &str {
    if !value.ends_with(['t', 'T']) {
        return value;
    }
    match value.rsplit_once('!') {
        Some((value, word)) if word.trim_ascii().eq_ignore_ascii_case("important") => {
            value.trim_ascii_end()
        }
        _ => value,
    }
}

/// Whether a declaration may stay, if its value does.
fn is_known(property: u128) -> bool {
    matches!(
        property,
        BACKGROUND
            | BACKGROUND_COLOR
            | BORDER
            | BORDER_BOTTOM
            | BORDER_LEFT
            | BORDER_RIGHT
            | BORDER_TOP
            | COLOR
            | FONT_SIZE
            | FONT_STYLE
            | FONT_WEIGHT
            | MAX_WIDTH
            | PADDING
            | PADDING_BOTTOM
            | PADDING_LEFT
            | PADDING_RIGHT
            | PADDING_TOP
            | TEXT_ALIGN
            | TEXT_DECORATION
            | VERTICAL_ALIGN
            | WHITE_SPACE
            | WIDTH
    )
}

/// Writes a value if it fits its property.
fn write(property: u128, value: &str, out: &mut String) -> bool {
    match property {
        COLOR => color(value, out),
        BACKGROUND | BACKGROUND_COLOR => color(value, out),
        FONT_WEIGHT => {
            let bold = ["normal", "bold", "bolder", "lighter"];
            let number = value.len() == 3 && value.ends_with("00");
            let number = number && matches!(value.as_bytes()[0], b'1'..=b'9');
            if number {
                out.push_str(value);
            }
            number || word(value, &bold, out)
        }
        FONT_STYLE => word(value, &["normal", "italic", "oblique"], out),
        FONT_SIZE => size(value, TEXT_PIXELS, out),
        TEXT_ALIGN => word(value, &["left", "right", "center", "justify", "start", "end"], out),
        TEXT_DECORATION => word(value, &["none", "underline", "line-through"], out),
        VERTICAL_ALIGN => {
            word(value, &["top", "middle", "bottom", "baseline", "sub", "super"], out)
        }
        WHITE_SPACE => word(value, &["normal", "pre", "pre-wrap", "pre-line"], out),
        WIDTH | MAX_WIDTH => size(value, (1.0, BOX_PIXELS), out),
        PADDING => each(value, 4, out, |part, out| length(part, (0.0, PADDING_PIXELS), out)),
        PADDING_TOP | PADDING_RIGHT | PADDING_BOTTOM | PADDING_LEFT => {
            length(value, (0.0, PADDING_PIXELS), out)
        }
        BORDER | BORDER_TOP | BORDER_RIGHT | BORDER_BOTTOM | BORDER_LEFT => {
            each(value, 3, out, |part, out| {
                let lines = ["none", "solid", "dashed", "dotted", "double", "inset", "outset"];
                length(part, (0.0, BORDER_PIXELS), out)
                    || word(part, &lines, out)
                    || color(part, out)
            })
        }
        _ => false,
    }
}

/// Writes several values with a space between them; none when one of them does not fit.
fn each(value: &str, most: usize, out: &mut String, write: fn(&str, &mut String) -> bool) -> bool {
    let mut count = 0;
    for part in value.split_ascii_whitespace() {
        count += 1;
        if count > 1 {
            out.push(' ');
        }
        if count > most || !write(part, out) {
            return false;
        }
    }
    count > 0
}

fn word(value: &str, known: &[&str], out: &mut String) -> bool {
    let found = known.iter().find(|known| known.eq_ignore_ascii_case(value));
    out.push_str(found.unwrap_or(&""));
    found.is_some()
}

/// A colour that can be seen: by name, `#rrggbb`, or `rgb()` with its transparency left out.
pub(super) fn color(value: &str, out: &mut String) -> bool {
    if let Some(hex) = value.strip_prefix('#') {
        let fits = matches!(hex.len(), 3 | 6) && hex.bytes().all(|b| b.is_ascii_hexdigit());
        if fits {
            out.push_str(value);
        }
        return fits;
    }
    if let Some(inside) = value.strip_suffix(')') {
        let Some((function, numbers)) = inside.split_once('(') else { return false };
        if !["rgb", "rgba"].iter().any(|known| known.eq_ignore_ascii_case(function)) {
            return false;
        }
        let separates = |c: char| c == ',' || c == '/' || c.is_ascii_whitespace();
        let mut parts = numbers.split(separates).filter(|part| !part.is_empty());
        let mut rgb = [0_u8; 3];
        for part in &mut rgb {
            match parts.next().map(str::parse) {
                Some(Ok(number)) => *part = number,
                _ => return false,
            }
        }
        out.push_str(&format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]));
        return true;
    }
    let unseen = ["transparent", "inherit", "initial", "unset", "revert"];
    let fits = (3..=20).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !unseen.iter().any(|unseen| unseen.eq_ignore_ascii_case(value));
    if fits {
        out.extend(value.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
    }
    fits
}

/// A length in one of the units below within limits, as a number of pixels.
fn length(value: &str, (least, most): (f32, f32), out: &mut String) -> bool {
    // Nearly every length is a plain number of pixels.
    if let Some(digits) = value.strip_suffix("px")
        && (1..=3).contains(&digits.len())
        && (digits.len() == 1 || !digits.starts_with('0'))
        && let Ok(number) = digits.parse::<u16>()
        && (least..=most).contains(&f32::from(number))
    {
        out.push_str(value);
        return true;
    }
    let Some((number, unit)) = measured(value) else { return false };
    let pixels = match unit {
        "px" => number,
        "" if number == 0.0 => number,
        "pt" => number * 4.0 / 3.0,
        "em" | "rem" => number * 16.0,
        "in" => number * 96.0,
        "cm" => number * 37.8,
        "mm" => number * 3.78,
        _ => return false,
    };
    out.push_str(&rounded(pixels.clamp(least, most)));
    out.push_str("px");
    true
}

/// A length, a part of what is round it, or a word for the size of letters.
fn size(value: &str, limits: (f32, f32), out: &mut String) -> bool {
    let words = ["x-small", "small", "medium", "large", "x-large", "xx-large"];
    match measured(value) {
        Some((number, "%")) => {
            let most = if limits.1 > 100.0 { 100.0 } else { 250.0 };
            let least = if limits.1 > 100.0 { 1.0 } else { 70.0 };
            out.push_str(&rounded(number.clamp(least, most)));
            out.push('%');
            true
        }
        Some(_) => length(value, limits, out),
        None => limits.1 < 100.0 && word(value, &words, out),
    }
}

/// A number without sign, and the unit behind it.
fn measured(value: &str) -> Option<(f32, &str)> {
    let end = value.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.');
    let (number, unit) = value.split_at(end.unwrap_or(value.len()));
    const UNITS: [&str; 8] = ["", "px", "pt", "em", "rem", "%", "in", "cm"];
    let unit = match unit {
        "mm" | "MM" => "mm",
        unit => UNITS.into_iter().find(|known| known.eq_ignore_ascii_case(unit))?,
    };
    if number.len() > 8 {
        return None;
    }
    Some((number.parse().ok()?, unit))
}

/// With one digit behind the point at most.
fn rounded(number: f32) -> String {
    let tenths = (number * 10.0).round() / 10.0;
    format!("{tenths}")
}

/// What a style attribute says about how its element is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Shown {
    /// It is not seen.
    pub(super) hidden: bool,
    /// Its letters have no size; what is inside may set its own.
    pub(super) sizeless: bool,
    /// It has no space above and below.
    pub(super) tight: bool,
    /// Its line ends count.
    pub(super) preformatted: bool,
    /// It has no border at all.
    pub(super) borderless: bool,
    /// Only the border above it is drawn, as Outlook does over the letter it answers.
    pub(super) lined: bool,
}

/// Reads what matters for text. `mso-hide:all` alone hides nothing: it is written round buttons
/// that every program but Outlook shows.
pub(super) fn shown(style: &str) -> Shown {
    let style = resolved(style);
    let mut shown = Shown::default();
    let mut flat = false;
    let mut clipped = false;
    let (mut above, mut below) = (false, false);
    for (name, value) in declarations(&style) {
        // Most declarations are about what does not matter here.
        let first = name.as_bytes().first().map(u8::to_ascii_lowercase);
        if !matches!(first, Some(b'b' | b'd' | b'f' | b'h' | b'm' | b'o' | b'v' | b'w')) {
            continue;
        }
        let known = key(name.as_bytes());
        let value = without_important(value);
        let is = |word: &str| value.eq_ignore_ascii_case(word);
        let zero = || {
            value.starts_with(['0', '.'])
                && measured(value).is_some_and(|(number, _)| number < 0.05)
        };
        match known {
            DISPLAY => shown.hidden |= is("none"),
            VISIBILITY => shown.hidden |= is("hidden"),
            MAX_HEIGHT | OPACITY => shown.hidden |= zero(),
            HEIGHT => flat |= zero(),
            OVERFLOW => clipped |= is("hidden"),
            FONT_SIZE => shown.sizeless |= zero(),
            WHITE_SPACE => {
                shown.preformatted |= is("pre") || is("pre-wrap") || is("pre-line");
            }
            MARGIN => {
                let mut parts = value.split_ascii_whitespace();
                let first = parts.next().and_then(measured).is_some_and(|(n, _)| n < 0.05);
                let third = parts.nth(1).and_then(measured).is_none_or(|(n, _)| n < 0.05);
                shown.tight |= first && third;
            }
            MARGIN_TOP => above |= zero(),
            MARGIN_BOTTOM => below |= zero(),
            BORDER => shown.borderless |= is("none") || zero(),
            BORDER_TOP => {
                let value = value.to_ascii_lowercase();
                let solid = value.contains("solid");
                shown.lined |= solid && ["e1e1e1", "b5c4df"].iter().any(|c| value.contains(c));
            }
            _ => {}
        }
    }
    shown.tight |= above && below;
    shown.hidden |= clipped && (flat || shown.sizeless);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_declarations_stay() {
        for (style, expected) in [
            ("color:red; Font-Weight : BOLD", "color:red;font-weight:bold"),
            ("color:#FFF;background:#00ff00", "color:#FFF;background-color:#00ff00"),
            ("color:rgba(1, 2,3,0.0)", "color:#010203"),
            ("color:transparent;color:#0000;opacity:0", ""),
            ("background:url(https://x.example/1)", ""),
            ("background:red url(x)", ""),
            ("background-image:url(x);background-color:u\\72l(x)", ""),
            ("position:fixed;top:0;left:0;z-index:9;margin:-9px;float:left", ""),
            ("display:none;visibility:hidden;max-height:0;text-indent:-99px", ""),
            ("font-size:0", "font-size:9px"),
            ("font-size:900px", "font-size:40px"),
            ("font-size:11.0pt", "font-size:14.7px"),
            ("font-size:120%", "font-size:120%"),
            ("font-size:larger;font-size:x-large", "font-size:x-large"),
            ("font-size:-3px;font-size:1e9px;font-size:calc(1px)", ""),
            ("width:600px;max-width:100%;height:0", "width:600px;max-width:100%"),
            ("width:99999px", "width:1200px"),
            ("padding:0 12px", "padding:0px 12px"),
            ("padding:1px -2px", ""),
            ("border:1px solid #ccc", "border:1px solid #ccc"),
            ("border:solid windowtext 1.0pt", "border:solid windowtext 1.3px"),
            ("border-left:99px solid url(x)", ""),
            ("text-align:center !important", "text-align:center"),
            ("color:red/**/;behavior:url(x);-moz-binding:url(x)", ""),
            ("color:expression(alert(1));width:expression(1)", ""),
            ("color&#58;red;color:&quot;x&quot;", "color:red"),
            ("@import url(x);color:red", "color:red"),
            ("a:'b;color:red;c'", "color:red"),
            ("color", ""),
            ("", ""),
        ] {
            let mut out = String::new();
            reduce(style, &mut out);
            assert_eq!(out, expected, "{style}");
            let mut again = String::new();
            reduce(&out, &mut again);
            assert_eq!(again, out, "{style}");
        }
    }

    #[test]
    fn what_is_hidden_is_told_from_what_is_laid_out() {
        for (style, expected) in [
            ("display:none", true),
            ("DISPLAY: none !important", true),
            ("font-size:1px;max-height:0px;overflow:hidden", true),
            ("visibility:hidden", true),
            ("opacity:0.0", true),
            ("height:0;overflow:hidden", true),
            ("font-size:0;line-height:0", false),
            ("mso-hide:all", false),
            ("opacity:0.9", false),
            ("max-height:100px", false),
        ] {
            assert_eq!(shown(style).hidden, expected, "{style}");
        }
        assert!(
            shown("border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in").lined
        );
        assert!(shown("margin:0in 0in 0pt").tight && shown("margin-top:0;margin-bottom:0").tight);
        assert!(!shown("margin:0 0 10px").tight && !shown("margin-top:0").tight);
    }
}
