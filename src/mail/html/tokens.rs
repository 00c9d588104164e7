//! Cuts HTML into tags and text in one linear pass, the way a browser's tokenizer does (WHATWG
//! HTML section 13.2.5). Builds no tree and knows no element but those whose content is raw text.

/// One piece of an HTML document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token<'a> {
    /// Text between tags, its character references not resolved.
    Text(&'a str),
    /// The content of a raw text element such as `style`, which follows its opening tag.
    Raw(&'a str),
    /// An opening tag: its name and the text of its attributes.
    Open(&'a str, &'a str),
    /// A closing tag.
    Close(&'a str),
    /// Comments and declarations.
    Other(&'a str),
}

/// Elements whose content holds no tags.
const RAW: [&str; 9] =
    ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"];

/// The tokens of a document, in order.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// The raw text element that was just opened.
    raw: Option<&'a str>,
}

/// Starts at the beginning of `html`.
pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: None }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if let Some(name) = self.raw.take() {
            let end = raw_end(self.rest, name);
            return Some(Token::Raw(self.take(end)));
        }
        if !self.rest.starts_with('<') {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            return Some(Token::Text(self.take(end)));
        }
        let closing = self.rest.as_bytes().get(1) == Some(&b'/');
        let name_at = if closing { 2 } else { 1 };
        match self.rest.as_bytes().get(name_at) {
            Some(byte) if byte.is_ascii_alphabetic() => self.tag(name_at, closing),
            Some(b'!') if self.rest.starts_with("<!--") => {
                let end = comment_end(self.rest);
                Some(Token::Other(self.take(end)))
            }
            Some(b'!' | b'?') | Some(_) if closing || self.is_declaration() => {
                let end = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
                Some(Token::Other(self.take(end)))
            }
            _ => {
                let end = self.rest[1..].find('<').map_or(self.rest.len(), |at| at + 1);
                Some(Token::Text(self.take(end)))
            }
        }
    }
}

impl<'a> Tokens<'a> {
    fn take(&mut self, end: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn is_declaration(&self) -> bool {
        matches!(self.rest.as_bytes().get(1), Some(b'!' | b'?'))
    }

    fn tag(&mut self, name_at: usize, closing: bool) -> Option<Token<'a>> {
        let Some(end) = tag_end(self.rest, name_at) else {
            // A tag that never ends is what remains of a cut letter: keep its words.
            let end = self.rest.len();
            return Some(Token::Text(self.take(end)));
        };
        let tag = self.take(end);
        let inside = &tag[name_at..tag.len() - 1];
        let name_end =
            inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name_end);
        if closing {
            return Some(Token::Close(name));
        }
        self.raw = RAW.into_iter().any(|raw| raw.eq_ignore_ascii_case(name)).then_some(name);
        Some(Token::Open(name, attributes))
    }
}

/// Where the tag at the start ends. A `>` inside a quoted value does not end it.
fn tag_end(html: &str, name_at: usize) -> Option<usize> {
    let ends_name = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let name_end = name_at + html.as_bytes()[name_at..].iter().position(ends_name)?;
    let mut quote = None;
    // A quote begins a value only after an equals sign that follows an attribute's name.
    let mut named = false;
    let mut after_equals = false;
    for (at, &byte) in html.as_bytes().iter().enumerate().skip(name_end) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if after_equals => {
                quote = Some(byte);
                after_equals = false;
                named = false;
            }
            (None, b'=') if named && !after_equals => after_equals = true,
            (None, byte) if byte.is_ascii_whitespace() => {}
            (None, b'/') if !after_equals => named = false,
            (None, _) => {
                // The value is unquoted, or this is a name.
                named = true;
                after_equals = false;
            }
        }
    }
    None
}

/// Where the comment at the start ends (WHATWG HTML section 13.2.5.43 and the states after it).
fn comment_end(html: &str) -> usize {
    let bytes = html.as_bytes();
    let mut at = 2;
    while let Some(found) = bytes[at..].windows(2).position(|two| two == b"--") {
        let after = at + found + 2;
        match bytes.get(after) {
            Some(b'>') => return after + 1,
            // `<!-->` and `<!--->` are whole comments, which the two hyphens of the start allow.
            Some(b'!') if after > 4 && bytes.get(after + 1) == Some(&b'>') => return after + 2,
            _ => at = after - 1,
        }
    }
    html.len()
}

/// Where the raw text before `</name` ends.
fn raw_end(html: &str, name: &str) -> usize {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(found) = html[at..].find("</") {
        let start = at + found;
        let after = start + 2 + name.len();
        let same = bytes
            .get(start + 2..after)
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        if same && bytes.get(after).is_some_and(ends) {
            return start;
        }
        at = start + 2;
    }
    html.len()
}

/// The value of an attribute, its character references not resolved.
pub(super) fn attribute<'a>(attributes: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/');
        // An equals sign where a name should begin is part of the name.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find(ends).map_or(rest.len(), |at| at + first);
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (found, remainder) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = found;
            rest = remainder;
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Token::{Close, Open, Other, Raw, Text};
    use super::*;

    #[test]
    fn documents_are_cut_like_a_browser_does() {
        for (html, expected) in [
            ("a<b>c</b>", vec![Text("a"), Open("b", ""), Text("c"), Close("b")]),
            ("<a href='x>y'>z", vec![Open("a", " href='x>y'"), Text("z")]),
            ("<a =\"x>y\">", vec![Open("a", " =\"x"), Text("y\">")]),
            ("<a b\"c>d", vec![Open("a", " b\"c"), Text("d")]),
            ("1 < 2 <3", vec![Text("1 "), Text("< 2 "), Text("<3")]),
            ("<!-- <b> -->x", vec![Other("<!-- <b> -->"), Text("x")]),
            ("<!-->x", vec![Other("<!-->"), Text("x")]),
            ("<!--->x", vec![Other("<!--->"), Text("x")]),
            ("<!--a--!>x", vec![Other("<!--a--!>"), Text("x")]),
            ("<!DOCTYPE html>x", vec![Other("<!DOCTYPE html>"), Text("x")]),
            ("<?xml?>x", vec![Other("<?xml?>"), Text("x")]),
            ("</ b>x", vec![Other("</ b>"), Text("x")]),
            (
                "<style>a<b></style >x",
                vec![Open("style", ""), Raw("a<b>"), Close("style"), Text("x")],
            ),
            ("<STYLE></stylex></Style>", vec![Open("STYLE", ""), Raw("</stylex>"), Close("Style")]),
            ("<br/>x<p", vec![Open("br", "/"), Text("x"), Text("<p")]),
            ("<", vec![Text("<")]),
        ] {
            assert_eq!(tokens(html).collect::<Vec<_>>(), expected, "{html}");
        }
    }

    #[test]
    fn attributes_are_found() {
        let attributes = " A=1 b = \"2 x\" c='3' d e=f/g";
        for (name, expected) in [
            ("a", Some("1")),
            ("b", Some("2 x")),
            ("c", Some("3")),
            ("d", Some("")),
            ("e", Some("f/g")),
            ("x", None),
        ] {
            assert_eq!(attribute(attributes, name), expected, "{name}");
        }
    }
}
