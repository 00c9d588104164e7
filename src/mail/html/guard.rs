//! Says in one linear pass whether a document is simple enough for a parser that builds a tree.
//! Such parsers take time quadratic in the depth of nesting and in the attributes of a tag, and
//! copy formatting elements that were left open into every later paragraph. The estimate is never
//! lower than what the parser would build; where it cannot be sure it refuses.

use super::tokens::{Token, tokens};

/// Bytes of a document at most.
const MAX_BYTES: usize = 1_000_000;

/// Elements inside each other at most.
const MAX_DEPTH: usize = 500;

/// Attributes of one tag at most.
const MAX_ATTRIBUTES: usize = 300;

/// The sum of all depths at all tags, and of all open formatting elements at all tags and texts.
const MAX_DEPTH_SUM: usize = 8_000_000;
const MAX_COPIES: usize = 400_000;

/// How an open element answers to closing tags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `b`, `font` …: reopened by the parser after the block that closed it.
    Formatting,
    /// `div`, `ul` …: a closing tag of something inline does not reach through it.
    Block,
    /// `table` …: no closing tag but its own reaches through it.
    Barrier,
    Other,
}

/// Elements that hold nothing, or that the next one of their kind closes.
const NOT_COUNTED: [&str; 28] = [
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr",
    "html", "img", "input", "li", "link", "meta", "p", "source", "tbody", "td", "tfoot", "th",
    "thead", "tr", "track", "wbr",
];
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
const BLOCK: [&str; 35] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "button",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "pre",
    "search",
    "section",
    "summary",
    "ul",
    "form",
    "select",
];
const BARRIER: [&str; 4] = ["applet", "marquee", "object", "table"];
/// Elements that change how what follows is read, in ways not followed here.
const UNSURE: [&str; 7] = ["frameset", "math", "plaintext", "select", "svg", "template", "isindex"];

fn among(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn kind_of(name: &str) -> Kind {
    match name {
        name if among(&FORMATTING, name) => Kind::Formatting,
        name if among(&BLOCK, name) => Kind::Block,
        name if among(&BARRIER, name) => Kind::Barrier,
        _ => Kind::Other,
    }
}

/// Whether a tree may be built from `html`.
pub(super) fn is_simple(html: &str) -> bool {
    if html.len() > MAX_BYTES {
        return false;
    }
    let mut open: Vec<(&str, Kind)> = Vec::new();
    let mut formatting = 0_usize;
    let mut depth_sum = 0_usize;
    let mut copies = 0_usize;
    // After an element that is not followed here, nothing counts as closed any more.
    let mut sure = true;
    for token in tokens(html) {
        match token {
            Token::Text(text) if text.trim().is_empty() => {}
            Token::Text(_) => copies += formatting,
            Token::Raw(raw) => {
                // Inside such an element text may or may not be raw, and a script with a comment
                // may hold another script.
                if !sure || raw.contains("<!--<") || raw.contains("<script") {
                    return false;
                }
            }
            Token::Other(other) => {
                if other.starts_with("<![CDATA[") && !sure {
                    return false;
                }
            }
            Token::Open(name, attributes) => {
                depth_sum += open.len();
                copies += formatting;
                if number_of(attributes) > MAX_ATTRIBUTES {
                    return false;
                }
                sure &= !among(&UNSURE, name);
                if !among(&NOT_COUNTED, name) || !sure {
                    let kind = kind_of(name);
                    formatting += usize::from(kind == Kind::Formatting);
                    open.push((name, kind));
                }
            }
            Token::Close(name) => {
                depth_sum += open.len();
                if sure {
                    close(&mut open, &mut formatting, name);
                }
            }
        }
        if open.len() > MAX_DEPTH || depth_sum > MAX_DEPTH_SUM || copies > MAX_COPIES {
            return false;
        }
    }
    true
}

/// Takes off the stack what a closing tag certainly closes.
fn close(open: &mut Vec<(&str, Kind)>, formatting: &mut usize, name: &str) {
    let kind = kind_of(name);
    let own_only = kind == Kind::Formatting || name.eq_ignore_ascii_case("form");
    for place in (0..open.len()).rev() {
        let (found, found_kind) = open[place];
        if found.eq_ignore_ascii_case(name) {
            if own_only {
                open.remove(place);
                *formatting -= usize::from(kind == Kind::Formatting);
            } else {
                // Formatting elements that are closed this way stay counted: they come back.
                open.truncate(place);
            }
            return;
        }
        let stopped = match found_kind {
            Kind::Barrier => kind != Kind::Barrier,
            Kind::Block => kind == Kind::Other,
            Kind::Formatting | Kind::Other => false,
        };
        if stopped {
            return;
        }
    }
}

/// At least as many as a tag has attributes.
fn number_of(attributes: &str) -> usize {
    if attributes.len() < MAX_ATTRIBUTES {
        return 0;
    }
    let separates = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'');
    let mut number = 0;
    let mut before = b' ';
    let mut quote = None;
    for &byte in attributes.as_bytes() {
        match quote {
            Some(open) if open == byte => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') && matches!(before, b'=' | b' ') => {
                quote = Some(byte);
                number += 1;
            }
            None => number += usize::from(separates(&before) && !separates(&byte)),
        }
        before = byte;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_mail_is_simple() {
        let row = "<tr><td><p><b>x</b><br><span style=\"a:b\">y</span></td><td><font>z</font>";
        let table = format!("<html><body><table>{}</table></body></html>", row.repeat(3_000));
        let outlook =
            "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><ul><li>x<li>y</ul></div>".repeat(5_000);
        let style = format!("<style><!-- p {{ }} --></style>{}", "<div>x</div>".repeat(10_000));
        for (case, html) in [("table", table), ("outlook", outlook), ("style", style)] {
            assert!(is_simple(&html), "{case}");
        }
    }

    #[test]
    fn hostile_documents_are_not() {
        let many = 20_000;
        let attributes: String = (0..50_000).map(|n| format!(" a{n}")).collect();
        for (case, html) in [
            ("open divs", "<div>".repeat(many)),
            ("closed by the wrong name", "<div></span>".repeat(many)),
            ("close in a comment", "<div><!--</div>-->".repeat(many)),
            ("close in a value", "<div><br title=\"</div>\">".repeat(many)),
            ("close in a style", "<div><style></div></style>".repeat(many)),
            ("close behind a table", "<div><table></div></table>".repeat(many)),
            ("inline close behind a block", "<span><div></span>".repeat(many)),
            ("form", "<form><div></form>".repeat(many)),
            ("unclosed formatting", "<b a=1><p>x</p>".repeat(many)),
            (
                "formatting copied",
                format!("{}{}", "<div><b a=1></div>".repeat(400), "<div>x</div>".repeat(3_000)),
            ),
            ("select", "<div><select></div></select>".repeat(many)),
            ("svg", "<div><svg><![CDATA[ > </div> ]]></svg>".repeat(many)),
            ("svg style", format!("<svg><style>{}", "<g>".repeat(many))),
            ("nested ruby", "<rt>".repeat(many)),
            ("optgroups", "<option><optgroup>".repeat(many)),
            ("attributes", format!("<div{attributes}>")),
            ("long", "x".repeat(MAX_BYTES + 1)),
            ("deep and many", format!("{}{}", "<div>".repeat(490), "<i></i>".repeat(100_000))),
        ] {
            assert!(!is_simple(&html), "{case}");
        }
    }
}
