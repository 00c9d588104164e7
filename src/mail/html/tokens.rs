//! Cuts HTML into tags and text in one linear pass, the way a browser's tokenizer does (WHATWG
//! HTML section 13.2.5). Builds no tree. Where a browser would cut differently, only what is shown
//! differs: whoever writes HTML from these tokens writes every sign of it anew.

use super::elements::Element;

/// One piece of an HTML document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token<'a> {
    /// Text between tags, its character references not resolved.
    Text(&'a str),
    /// The content of a raw text element such as `style`, which follows its opening tag.
    Raw(Element, &'a str),
    /// An opening tag, whose attributes [`Tokens::attributes`] has.
    Open(Element),
    /// A closing tag.
    Close(Element),
    /// Comments and declarations.
    Other,
}

/// The tokens of a document, in order.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// The raw text element that was just opened.
    raw: Option<(Element, &'a str)>,
    attributes: Vec<(&'a str, &'a str)>,
    /// Whether raw text elements are read like others.
    pub(super) ignores_raw: bool,
}

/// Attributes kept of one tag; no honest tag has more.
const MAX_ATTRIBUTES: usize = 64;

/// Starts at the beginning of `html`.
pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: None, attributes: Vec::new(), ignores_raw: false }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if let Some((element, name)) = self.raw.take() {
            let end = match element {
                Element::Plaintext => self.rest.len(),
                _ => raw_end(self.rest, name),
            };
            return Some(Token::Raw(element, self.take(end)));
        }
        let bytes = self.rest.as_bytes();
        if bytes[0] != b'<' {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            return Some(Token::Text(self.take(end)));
        }
        let closing = bytes.get(1) == Some(&b'/');
        let name_at = if closing { 2 } else { 1 };
        match bytes.get(name_at) {
            Some(byte) if byte.is_ascii_alphabetic() => match address_end(self.rest) {
                Some(end) => Some(Token::Text(self.take(end))),
                None => Some(self.tag(name_at, closing)),
            },
            Some(b'!') if self.rest.starts_with("<!--") => {
                let end = comment_end(self.rest);
                self.take(end);
                Some(Token::Other)
            }
            Some(&byte) if closing || matches!(byte, b'!' | b'?') => {
                let end = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
                self.take(end);
                Some(Token::Other)
            }
            _ => {
                let end = self.rest[1..].find('<').map_or(self.rest.len(), |at| at + 1);
                Some(Token::Text(self.take(end)))
            }
        }
    }
}

impl<'a> Tokens<'a> {
    /// The attributes of the tag that was opened last: names as written, values without their
    /// quotes and with their character references.
    pub(super) fn attributes(&self) -> &[(&'a str, &'a str)] {
        &self.attributes
    }

    /// The first attribute with this name, which is the one that counts.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let found = self.attributes.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }

    fn take(&mut self, end: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn tag(&mut self, name_at: usize, closing: bool) -> Token<'a> {
        let bytes = self.rest.as_bytes();
        let ends_name = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let length = bytes[name_at..].iter().position(ends_name);
        let name_end = length.map_or(bytes.len(), |length| name_at + length);
        let name = &self.rest[name_at..name_end];
        let Some(end) = self.read_attributes(name_end) else {
            // A tag that never ends is what remains of a cut letter: keep its words.
            let end = self.rest.len();
            return Token::Text(self.take(end));
        };
        self.take(end);
        let element = Element::named(name);
        if closing {
            return Token::Close(element);
        }
        self.raw = (element.is_raw() && !self.ignores_raw).then_some((element, name));
        Token::Open(element)
    }

    /// Reads the attributes that begin at `at` and says where the tag ends (WHATWG HTML sections
    /// 13.2.5.32 to 13.2.5.40). A `>` inside a quoted value does not end it.
    fn read_attributes(&mut self, mut at: usize) -> Option<usize> {
        self.attributes.clear();
        let html = self.rest;
        let bytes = html.as_bytes();
        loop {
            while matches!(bytes.get(at)?, b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') {
                at += 1;
            }
            if bytes[at] == b'>' {
                return Some(at + 1);
            }
            let name_at = at;
            // An equals sign where a name should begin is part of the name.
            at += 1;
            while !matches!(
                bytes.get(at)?,
                b'=' | b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c'
            ) {
                at += 1;
            }
            let name_end = at;
            while bytes.get(at)?.is_ascii_whitespace() {
                at += 1;
            }
            let mut value = "";
            if bytes[at] == b'=' {
                at += 1;
                while bytes.get(at)?.is_ascii_whitespace() {
                    at += 1;
                }
                let value_at = at;
                match bytes[at] {
                    quote @ (b'"' | b'\'') => {
                        let length = html[value_at + 1..].find(char::from(quote))?;
                        value = &html[value_at + 1..value_at + 1 + length];
                        at = value_at + length + 2;
                    }
                    _ => {
                        while !(*bytes.get(at)? == b'>' || bytes[at].is_ascii_whitespace()) {
                            at += 1;
                        }
                        value = &html[value_at..at];
                    }
                }
            }
            if self.attributes.len() < MAX_ATTRIBUTES {
                // The first byte may belong to a longer character, but the ends are ASCII.
                self.attributes.push((&html[name_at..name_end], value));
            }
        }
    }
}

/// Where `<ana@shop.example>` or `<https://shop.example/>` at the start ends, which is no tag but an
/// address in a text that was put into HTML unescaped.
fn address_end(html: &str) -> Option<usize> {
    const LONGEST: usize = 300;
    let start = html.get(1..html.floor_char_boundary(LONGEST))?;
    let end =
        start.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<' | '"' | '\'' | '='))?;
    let written = &start[..end];
    let scheme = ["http://", "https://", "mailto:"].iter().any(|scheme| {
        written.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let is_address = scheme || (written.contains('@') && !written.contains('/'));
    (is_address && start[end..].starts_with('>')).then_some(end + 2)
}

/// Where the comment at the start ends (WHATWG HTML section 13.2.5.43 and the states after it).
fn comment_end(html: &str) -> usize {
    let bytes = html.as_bytes();
    let mut at = 2;
    while let Some(found) = html[at..].find("--") {
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

#[cfg(test)]
mod tests {
    use super::Element::{A, B, Br, Style};
    use super::Token::{Close, Open, Other, Raw, Text};
    use super::*;

    #[test]
    fn documents_are_cut_like_a_browser_does() {
        for (html, expected) in [
            ("a<b>c</B>", vec![Text("a"), Open(B), Text("c"), Close(B)]),
            ("<a href='x>y'>z", vec![Open(A), Text("z")]),
            ("<a =\"x>y\">", vec![Open(A), Text("y\">")]),
            ("<a b\"c>d", vec![Open(A), Text("d")]),
            ("<a b=c/>d", vec![Open(A), Text("d")]),
            ("<a b = >d", vec![Open(A), Text("d")]),
            ("1 < 2 <3", vec![Text("1 "), Text("< 2 "), Text("<3")]),
            ("<!-- <b> -->x", vec![Other, Text("x")]),
            ("<!-->x", vec![Other, Text("x")]),
            ("<!--->x", vec![Other, Text("x")]),
            ("<!--a--!>x", vec![Other, Text("x")]),
            ("<!--[if !mso]><!-->x<!--<![endif]-->", vec![Other, Text("x"), Other]),
            ("<!DOCTYPE html>x", vec![Other, Text("x")]),
            ("<?xml?>x", vec![Other, Text("x")]),
            ("</ b>x", vec![Other, Text("x")]),
            (
                "<style>a<b></style >x",
                vec![Open(Style), Raw(Style, "a<b>"), Close(Style), Text("x")],
            ),
            ("<STYLE></stylex></Style>", vec![Open(Style), Raw(Style, "</stylex>"), Close(Style)]),
            ("<br/>x<p", vec![Open(Br), Text("x"), Text("<p")]),
            ("<plaintext></plaintext>", {
                vec![Open(Element::Plaintext), Raw(Element::Plaintext, "</plaintext>")]
            }),
            ("a <b@c.example> d", vec![Text("a "), Text("<b@c.example>"), Text(" d")]),
            ("<https://c.example/>", vec![Text("<https://c.example/>")]),
            ("<a href=b@c.example>d", vec![Open(A), Text("d")]),
            ("<", vec![Text("<")]),
            ("<b", vec![Text("<b")]),
        ] {
            assert_eq!(tokens(html).collect::<Vec<_>>(), expected, "{html}");
        }
    }

    #[test]
    fn attributes_are_found() {
        let mut tokens = tokens("<b A=1 b = \"2 x\" c='3' d e=f/g é=ü a=9 =h=i>");
        assert_eq!(tokens.next(), Some(Open(B)));
        for (name, expected) in [
            ("a", Some("1")),
            ("b", Some("2 x")),
            ("c", Some("3")),
            ("d", Some("")),
            ("e", Some("f/g")),
            ("é", Some("ü")),
            ("=h", Some("i")),
            ("x", None),
        ] {
            assert_eq!(tokens.attribute(name), expected, "{name}");
        }
        assert_eq!(tokens.attributes().len(), 8);
    }
}
