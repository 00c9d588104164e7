//! Untrusted HTML to HTML that may be shown, in one pass. What comes out is safe by the way it is
//! made: no byte of the document is copied but text, in which every sign of HTML is escaped, and
//! values that were understood and checked; tags are written anew, from a list of elements that
//! have no content of another kind (no script, style, foreign or raw text), and always balanced. So
//! a browser cannot read it as anything else, however the document was nested or cut.

use super::address::{self, Place};
use super::attributes::Pictures;
use super::elements::Element;
use super::tokens::{Token, Tokens, tokens};
use super::{attributes, entities};

/// Elements inside each other at most; the tags of deeper ones are left out.
const MAX_DEPTH: usize = 200;

/// The safe form of a document.
pub(super) fn clean(html: &str, pictures: Pictures<'_>) -> String {
    let mut cleaner = Cleaner::new(html.len(), true, pictures);
    cleaner.read(tokens(html));
    if cleaner.silent.is_none() {
        return cleaner.finish();
    }
    // What was to be passed over never ended, so it began by mistake or malice.
    let Cleaner { pictures, .. } = cleaner;
    let mut cleaner = Cleaner::new(html.len(), false, pictures);
    cleaner.read(tokens(html));
    cleaner.finish()
}

/// A link whose words are being written: where it leads, and where the words begin.
struct Link {
    place: Place,
    at: usize,
}

struct Cleaner<'p> {
    out: String,
    /// The elements that are open in what was written, and how many of each.
    stack: Vec<Element>,
    open: [u16; Element::COUNT],
    /// Elements left out because they were too deep, whose closing tags must not count.
    left_out: [u32; Element::COUNT],
    link: Option<Link>,
    /// Whether text was written with signs that turn the direction in which it is read.
    is_turned: bool,
    /// Whether some elements are passed over with all they hold; which one is, and how deep.
    passes_over: bool,
    silent: Option<(Element, usize)>,
    /// Whether a `pre` was opened by the last token, and where its content begins: a line end
    /// there is not shown.
    fresh_pre: bool,
    pre_at: usize,
    pictures: Pictures<'p>,
}

fn is_cell(element: Element) -> bool {
    matches!(element, Element::Td | Element::Th | Element::Caption)
}

fn is_section(element: Element) -> bool {
    matches!(element, Element::Tbody | Element::Thead | Element::Tfoot)
}

/// What closing tags of what is inside do not reach through.
fn bounds(element: Element) -> bool {
    is_cell(element) || element == Element::Table
}

/// What an element is shown as, if at all.
fn shown_as(element: Element) -> Option<Element> {
    use Element::{
        A, Abbr, Address, Article, Aside, B, Bdi, Bdo, Big, Blockquote, Body, Caption, Center,
        Cite, Code, Dd, Del, Details, Dfn, Dir, Div, Dl, Dt, Em, Fieldset, Figcaption, Figure,
        Font, Footer, H1, H2, H3, H4, H5, H6, Header, I, Ins, Kbd, Legend, Li, Listing, Main, Mark,
        Menu, Nav, Ol, P, Plaintext, Pre, Q, S, Samp, Section, Small, Span, Strike, Strong, Sub,
        Summary, Sup, Table, Tbody, Td, Tfoot, Th, Thead, Tr, Tt, U, Ul, Var, Xmp,
    };
    Some(match element {
        A | Abbr | B | Bdi | Bdo | Big | Blockquote | Caption | Center | Cite | Code | Dd | Del
        | Dfn | Div | Dl | Dt | Em | Font | H1 | H2 | H3 | H4 | H5 | H6 | I | Ins | Kbd | Li
        | Mark | Ol | P | Pre | Q | S | Samp | Small | Span | Strike | Strong | Sub | Sup
        | Table | Tbody | Td | Tfoot | Th | Thead | Tr | Tt | U | Ul | Var => element,
        Address | Article | Aside | Body | Details | Fieldset | Figcaption | Figure | Footer
        | Header | Legend | Main | Nav | Section | Summary => Div,
        Menu | Dir => Ul,
        Listing | Plaintext | Xmp => Pre,
        _ => return None,
    })
}

/// Elements whose closing tag reaches through blocks that were left open.
fn is_formatting(element: Element) -> bool {
    use Element::{A, B, Big, Code, Em, Font, I, S, Small, Strike, Strong, Tt, U};
    matches!(element, A | B | Big | Code | Em | Font | I | S | Small | Strike | Strong | Tt | U)
}

impl<'p> Cleaner<'p> {
    fn new(length: usize, passes_over: bool, pictures: Pictures<'p>) -> Self {
        Self {
            out: String::with_capacity(length / 2 + 64),
            stack: Vec::with_capacity(64),
            open: [0; Element::COUNT],
            left_out: [0; Element::COUNT],
            link: None,
            is_turned: false,
            passes_over,
            silent: None,
            fresh_pre: false,
            pre_at: usize::MAX,
            pictures,
        }
    }

    fn read(&mut self, mut tokens: Tokens<'_>) {
        while let Some(token) = tokens.next() {
            if self.silent.is_some() {
                self.pass_over(token);
                continue;
            }
            let fresh_pre = std::mem::take(&mut self.fresh_pre);
            match token {
                Token::Text(text) => self.text(text, fresh_pre, true),
                Token::Raw(Element::Textarea, text) => self.text(text, true, true),
                Token::Raw(Element::Xmp | Element::Plaintext, text) => {
                    self.text(text, fresh_pre, false);
                }
                Token::Open(element) if self.passes_over && element.is_silent() => {
                    self.silent = Some((element, 1));
                }
                Token::Open(element) => self.start(element, &tokens),
                Token::Close(element) => self.end(element),
                Token::Raw(..) | Token::Other => {}
            }
        }
    }

    fn pass_over(&mut self, token: Token<'_>) {
        let Some((silent, depth)) = &mut self.silent else { return };
        match token {
            Token::Open(element) if element == *silent => *depth += 1,
            Token::Close(element) if element == *silent => *depth -= 1,
            _ => {}
        }
        if *depth == 0 {
            self.silent = None;
        }
    }

    fn finish(mut self) -> String {
        self.close_to(0);
        self.out
    }

    // Tags

    fn start(&mut self, element: Element, tokens: &Tokens<'_>) {
        match element {
            Element::Br | Element::Wbr => {
                self.ensure_cell();
                self.out.push_str(if element == Element::Br { "<br>" } else { "<wbr>" });
            }
            Element::Hr => {
                self.ensure_cell();
                self.end_paragraph();
                self.out.push_str("<hr>");
            }
            Element::Img => {
                self.ensure_cell();
                attributes::picture(tokens, self.pictures, &mut self.out);
            }
            element => {
                if let Some(shown) = shown_as(element) {
                    self.element(element, shown, tokens);
                }
            }
        }
    }

    fn element(&mut self, written: Element, element: Element, tokens: &Tokens<'_>) {
        let implied: &[Element] = match element {
            Element::Caption | Element::Tbody | Element::Thead | Element::Tfoot => {
                let Some(table) = self.table() else { return };
                self.close_to(table + 1);
                &[]
            }
            Element::Tr => {
                let Some(table) = self.table() else { return };
                let in_section = self.stack.get(table + 1).is_some_and(|e| is_section(*e));
                self.close_to(table + 1 + usize::from(in_section));
                if in_section { &[] } else { &[Element::Tbody] }
            }
            Element::Td | Element::Th => {
                let Some(table) = self.table() else { return };
                let in_section = self.stack.get(table + 1).is_some_and(|e| is_section(*e));
                let in_row = in_section && self.stack.get(table + 2) == Some(&Element::Tr);
                self.close_to(table + 1 + usize::from(in_section) + usize::from(in_row));
                match (in_section, in_row) {
                    (true, true) => &[],
                    (true, false) => &[Element::Tr],
                    _ => &[Element::Tbody, Element::Tr],
                }
            }
            element => {
                self.ensure_cell();
                self.make_way(element);
                &[]
            }
        };
        let place = match element {
            Element::A => {
                let address = tokens.attribute("href").map(entities::decode);
                // Links do not lie in each other, not even round a table.
                let place = address.and_then(|address| address::place(&address));
                let Some(place) = place.filter(|_| self.open[Element::A as usize] == 0) else {
                    return;
                };
                Some(place)
            }
            _ => None,
        };
        if self.stack.len() + implied.len() >= MAX_DEPTH {
            self.left_out[written as usize] += 1;
            return;
        }
        for &implied in implied {
            self.out.push('<');
            self.out.push_str(implied.name());
            self.out.push('>');
            self.push(implied);
        }
        let start = self.out.len();
        self.out.push('<');
        self.out.push_str(element.name());
        let bare = self.out.len();
        attributes::write(element, tokens, &mut self.out);
        if written == Element::Body && self.out.len() == bare {
            self.out.truncate(start);
            return;
        }
        if let Some(place) = &place {
            attributes::attribute("href", &place.address, &mut self.out);
            self.out.push_str(" rel=\"noopener noreferrer nofollow\" target=\"_blank\"");
        }
        self.out.push('>');
        self.push(element);
        if let Some(place) = place {
            self.link = Some(Link { place, at: self.out.len() });
        }
        if element == Element::Pre {
            self.fresh_pre = true;
            self.pre_at = self.out.len();
        }
    }

    /// Closes what a browser would before an element begins.
    fn make_way(&mut self, element: Element) {
        if element.is_block() {
            self.end_paragraph();
        }
        let before = match element {
            Element::Li => {
                self.nearest(element, |e| bounds(e) || matches!(e, Element::Ul | Element::Ol))
            }
            Element::Dd | Element::Dt => {
                let within = |e| bounds(e) || e == Element::Dl;
                self.nearest(Element::Dd, within).or_else(|| self.nearest(Element::Dt, within))
            }
            Element::A => self.nearest(element, bounds),
            heading if heading.is_heading() => {
                let last = self.stack.last().is_some_and(|last| last.is_heading());
                last.then(|| self.stack.len() - 1)
            }
            _ => None,
        };
        if let Some(place) = before {
            self.close_to(place);
        }
    }

    fn end_paragraph(&mut self) {
        if let Some(place) = self.nearest(Element::P, bounds) {
            self.close_to(place);
        }
    }

    fn end(&mut self, written: Element) {
        if written == Element::Br {
            self.ensure_cell();
            self.out.push_str("<br>");
            return;
        }
        // Text after the end of the body belongs to it.
        if written == Element::Body {
            return;
        }
        let Some(element) = shown_as(written) else { return };
        let left_out = &mut self.left_out[written as usize];
        if *left_out > 0 {
            *left_out -= 1;
            return;
        }
        let place = match element {
            Element::Table => self.table(),
            element if is_cell(element) || is_section(element) || element == Element::Tr => {
                self.nearest(element, |e| e == Element::Table)
            }
            heading if heading.is_heading() => {
                let until = self.stack.iter().rposition(|e| bounds(*e)).map_or(0, |at| at + 1);
                let found = self.stack[until..].iter().rposition(|e| e.is_heading());
                found.map(|at| until + at)
            }
            element if is_formatting(element) || element.is_block() => {
                self.nearest(element, bounds)
            }
            element => self.nearest(element, |e| bounds(e) || (e.is_block() && e != Element::P)),
        };
        if let Some(place) = place {
            self.close_to(place);
        }
    }

    /// The place of the innermost table.
    fn table(&self) -> Option<usize> {
        self.nearest(Element::Table, |_| false)
    }

    /// The place of the innermost open element of this kind, not looked for beyond certain others.
    fn nearest(&self, wanted: Element, stops: fn(Element) -> bool) -> Option<usize> {
        if self.open[wanted as usize] == 0 {
            return None;
        }
        for (place, &element) in self.stack.iter().enumerate().rev() {
            if element == wanted {
                return Some(place);
            }
            if stops(element) {
                return None;
            }
        }
        None
    }

    /// Text between the cells of a table gets a cell of its own, as browsers would move it away.
    fn ensure_cell(&mut self) {
        let missing: &[Element] = match self.stack.last() {
            Some(Element::Table) => &[Element::Tbody, Element::Tr, Element::Td],
            Some(Element::Tbody | Element::Thead | Element::Tfoot) => &[Element::Tr, Element::Td],
            Some(Element::Tr) => &[Element::Td],
            _ => return,
        };
        if self.stack.len() + missing.len() > MAX_DEPTH {
            return;
        }
        for &element in missing {
            self.out.push('<');
            self.out.push_str(element.name());
            self.out.push('>');
            self.push(element);
        }
    }

    fn push(&mut self, element: Element) {
        self.open[element as usize] += 1;
        self.stack.push(element);
    }

    fn close_to(&mut self, depth: usize) {
        while self.stack.len() > depth {
            let Some(element) = self.stack.pop() else { return };
            self.open[element as usize] -= 1;
            if element == Element::A {
                self.finish_link();
            }
            self.out.push_str("</");
            self.out.push_str(element.name());
            self.out.push('>');
        }
    }

    /// Shows where a link leads when its words say otherwise.
    fn finish_link(&mut self) {
        let Some(Link { place, at }) = self.link.take() else { return };
        let written = &self.out[at..];
        if !place.disguised && written.is_ascii() && !written.contains(['.', '[']) {
            return;
        }
        let is_turned =
            self.is_turned || self.open[Element::Bdo as usize] > 0 || written.contains("<bdo");
        let backwards = |words: &str| words.chars().rev().collect::<String>();
        // Pictures and cells part words, or are too small to be seen.
        let readings = [words(written, true), words(written, false)];
        let misleads = readings.iter().any(|words| {
            address::misleads(words, &place)
                || address::is_turned(words, &place)
                || is_turned && address::misleads(&backwards(words), &place)
        });
        let mut mark = format!(" [\u{2192} {}]", place.host);
        let is_marked = match is_turned {
            true => {
                // Set apart, so that it is not turned itself.
                if self.stack.len() + 1 < MAX_DEPTH {
                    mark = format!("<bdi>{mark}</bdi>");
                }
                written.ends_with(&mark)
            }
            false => readings[0].trim_end().ends_with(mark.trim_start()),
        };
        if misleads && !is_marked {
            self.out.push_str(&mark);
        }
    }

    // Text

    /// Writes text. `references` says whether it holds character references.
    fn text(&mut self, text: &str, fresh_pre: bool, references: bool) {
        let text = match fresh_pre {
            true => text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text),
            false => text,
        };
        if !text.trim_ascii().is_empty() {
            self.ensure_cell();
        }
        if self.pre_at == self.out.len() && text.starts_with(['\n', '\r']) {
            self.out.push('\n');
        }
        let bytes = text.as_bytes();
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            let (shown, length) = match bytes[at] {
                b'<' => ("&lt;", 1),
                b'>' => ("&gt;", 1),
                0 => ("", 1),
                b'&' => {
                    self.out.push_str(&text[from..at]);
                    let found = entities::reference(&text[at..]).filter(|_| references);
                    let (meant, length) = found.unwrap_or(('&', 1));
                    match meant {
                        '&' => self.out.push_str("&amp;"),
                        '<' => self.out.push_str("&lt;"),
                        '>' => self.out.push_str("&gt;"),
                        meant => {
                            self.is_turned |= address::turns(meant);
                            self.out.push(meant);
                        }
                    }
                    at += length;
                    from = at;
                    continue;
                }
                0xe2 => {
                    self.is_turned |= text[at..].starts_with(address::turns);
                    at += 1;
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            self.out.push_str(&text[from..at]);
            self.out.push_str(shown);
            at += length;
            from = at;
        }
        self.out.push_str(&text[from..]);
    }
}

/// Whether what stands before and after a tag written here stands on one line, if the line is long
/// enough.
fn stays_on_line(tag: &str) -> bool {
    const NAMES: [&str; 28] = [
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i",
        "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
        "tt", "u", "var",
    ];
    let name = tag.trim_start_matches(['<', '/']);
    let name = &name[..name.find([' ', '>']).unwrap_or(name.len())];
    name == "wbr" || NAMES.contains(&name)
}

/// What is read of something written here: its text, and, where those part words, what stands for its
/// pictures.
fn words(written: &str, pictures_part: bool) -> String {
    let mut words = String::new();
    let mut rest = written;
    while let Some(at) = rest.find('<') {
        words.push_str(&rest[..at]);
        // Every tag ends, and no value holds a bracket.
        let end = rest[at..].find('>').map_or(rest.len(), |length| at + length + 1);
        let tag = &rest[at..end];
        if let Some((_, alt)) = tag.split_once(" alt=\"").filter(|_| pictures_part) {
            words.push(' ');
            words.push_str(alt.split('"').next().unwrap_or_default());
        }
        let parts =
            match ["<img", "<td", "</td", "<th", "</th"].iter().any(|it| tag.starts_with(it)) {
                true => pictures_part,
                false => !stays_on_line(tag),
            };
        if parts {
            words.push(' ');
        }
        rest = &rest[end..];
    }
    words.push_str(rest);
    entities::decode(&words)
}
