//! HTML as text for reading, in one linear pass over its tags: paragraphs and lists as in a plain
//! letter, quoted blocks with `> ` before each line, the cells of a row beside each other, links
//! with their address behind them. What is hidden stays so, unless nothing else would be left.

mod signature;
mod within;

use super::elements::Element;
use super::lists::List;
use super::tokens::{Token, Tokens, tokens};
use super::{entities, lists, style, target};
use signature::Signature;
use within::Within;

/// Levels of quoting and of lists that are drawn; deeper ones look like the last.
const MAX_LEVELS: usize = 6;

/// The text of an HTML document.
pub(super) fn text(html: &str) -> String {
    let text = read(html, true).filter(|text| !text.is_empty());
    // Everything hidden, or hidden by something that never ended, was not meant to be.
    text.or_else(|| read(html, false)).unwrap_or_default()
}

/// `None` when something hidden never ended.
fn read(html: &str, hides: bool) -> Option<String> {
    let mut page = Page { out: String::with_capacity(html.len() / 3), hides, ..Page::default() };
    let mut tokens = tokens(html);
    while let Some(token) = tokens.next() {
        match token {
            _ if page.passes_over(token) => {}
            Token::Text(text) => page.text(text, true),
            Token::Raw(Element::Textarea, text) => page.text(text, true),
            Token::Raw(Element::Xmp | Element::Plaintext, text) => page.text(text, false),
            Token::Open(element) => page.open(element, &tokens),
            Token::Close(element) => page.close(element, &tokens),
            Token::Raw(..) | Token::Other => {}
        }
    }
    page.hidden.is_none().then(|| page.finish())
}

/// A row of a table while it is written.
struct Row {
    /// Lines written before its first text.
    lines: usize,
    /// Whether text was written in it, and in its present cell.
    filled: bool,
    cell_filled: bool,
    /// Whether a table lies in it: then it is there for its place on the page.
    holds_table: bool,
}

/// A link whose text is being written: its address and where the text begins.
struct Link {
    address: String,
    at: usize,
}

#[derive(Default)]
struct Page {
    out: String,
    lines: usize,
    /// Line ends to write before the next text.
    breaks: usize,
    /// A space to write before the next text on the same line.
    space: bool,
    /// Whether the next text begins another cell on this line.
    separator: bool,
    /// Text on the present line.
    line_filled: bool,
    /// For each open `blockquote` whether it quotes, and how many do.
    quotes: Vec<bool>,
    quote_level: usize,
    /// Quote levels of the line that was written last.
    quoted_before: usize,
    lists: Vec<List>,
    bullet: Option<String>,
    rows: Vec<Row>,
    /// For each open table whether it only says where things lie, and the rows round it.
    tables: Vec<(bool, usize)>,
    link: Option<Link>,
    /// Elements in which line ends count: `pre`, and one with a style that says so.
    preformatted: usize,
    styled_pre: Option<Within>,
    /// Whether hidden elements are passed over, and the one that is.
    hides: bool,
    hidden: Option<Within>,
    /// Whether the paragraph that is open has no space round it.
    tight: bool,
    /// Whether the last thing written was a line between two parts.
    ruled: bool,
    signature: Signature,
}

impl Page {
    /// Whether a token belongs to something hidden.
    fn passes_over(&mut self, token: Token<'_>) -> bool {
        let Some(hidden) = &mut self.hidden else { return false };
        if !hidden.ends_with(token) {
            return true;
        }
        self.hidden = None;
        // What ends it by beginning is seen itself.
        !matches!(token, Token::Open(_))
    }

    fn open(&mut self, element: Element, tokens: &Tokens<'_>) {
        use Element::{
            A, Blockquote, Br, Dd, Dir, Div, Dl, Figure, Hr, Img, Li, Listing, Menu, Ol, P,
            Plaintext, Pre, Span, Table, Td, Th, Tr, Ul, Wbr, Xmp,
        };
        if let Some(within) = &mut self.styled_pre
            && within.ends_with(Token::Open(element))
        {
            self.styled_pre = None;
        }
        let is_hidden = element.is_silent()
            || (element != Element::Unknown && tokens.attribute("hidden").is_some());
        if self.hides && is_hidden {
            self.hidden = Some(Within::of(element));
            return;
        }
        let mut shown = style::Shown::default();
        if !matches!(element, Br | Img | Hr | Wbr)
            && let Some(written) = tokens.attribute("style")
        {
            shown = style::shown(written);
            let sizeless = shown.sizeless && matches!(element, Span | P | Element::Font);
            let ends = !matches!(element, Element::Body | Element::Html | Element::Unknown);
            if self.hides && ends && (shown.hidden || sizeless) {
                self.hidden = Some(Within::of(element));
                return;
            }
            if shown.preformatted && self.styled_pre.is_none() && ends && element != Pre {
                self.styled_pre = Some(Within::of(element));
            }
        }
        self.note_signature(element, tokens);
        match element {
            Br => self.line_break(),
            P => {
                // Outlook writes one paragraph per line, without space between them.
                let class = tokens.attribute("class").unwrap_or_default();
                self.tight = class.starts_with("Mso") || shown.tight;
                self.block(if self.tight { 1 } else { 2 });
            }
            heading if heading.is_heading() => self.block(2),
            Dl | Figure => self.block(2),
            Pre | Listing | Xmp | Plaintext => {
                self.block(2);
                self.preformatted += 1;
            }
            Blockquote => {
                self.block(2);
                // Gmail and Outlook indent with it, then without a border.
                let quotes = !shown.borderless || signature::is_cite(tokens);
                if quotes {
                    self.settle_signature();
                }
                self.quote_level += usize::from(quotes);
                self.quotes.push(quotes);
            }
            Ul | Ol | Menu | Dir => {
                self.block(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push(List::of(element == Ol, tokens));
            }
            Li => self.item(tokens),
            Dd => {
                self.block(1);
                self.bullet = Some("  ".to_owned());
            }
            Table => {
                self.block(1);
                let role = tokens.attribute("role").unwrap_or_default();
                self.tables.push((matches!(role, "presentation" | "none"), self.rows.len()));
                for row in self.rows.iter_mut().rev().take(MAX_LEVELS) {
                    row.holds_table = true;
                }
            }
            Tr => {
                self.block(1);
                self.end_row();
                self.rows.push(Row {
                    lines: self.lines,
                    filled: false,
                    cell_filled: false,
                    holds_table: false,
                });
            }
            Td | Th => self.cell(),
            Hr => self.rule(),
            Div if shown.lined => {
                self.block(1);
                self.rule();
            }
            A => {
                // A link inside a link ends it (WHATWG HTML section 13.2.6.4.7).
                self.end_link();
                let address = tokens.attribute("href").unwrap_or_default();
                if !address.is_empty() {
                    self.link =
                        Some(Link { address: entities::decode(address), at: self.out.len() });
                }
            }
            Img => {
                let alt = entities::decode(tokens.attribute("alt").unwrap_or_default());
                let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
                if !alt.is_empty() {
                    self.write(&format!("[{alt}]"));
                }
            }
            element if element.is_block() => self.block(1),
            _ => {}
        }
    }

    fn close(&mut self, element: Element, tokens: &Tokens<'_>) {
        use Element::{
            A, Blockquote, Dir, Dl, Figure, Listing, Menu, Ol, P, Plaintext, Pre, Table, Tr, Ul,
            Xmp,
        };
        if let Some(within) = &mut self.styled_pre
            && within.ends_with(Token::Close(element))
        {
            self.styled_pre = None;
        }
        self.signature.note(Token::Close(element), tokens, self.out.len());
        match element {
            P => self.block(if self.tight { 1 } else { 2 }),
            heading if heading.is_heading() => self.block(2),
            Dl | Figure => self.block(2),
            Pre | Listing | Xmp | Plaintext => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.block(2);
            }
            Blockquote => {
                self.block(2);
                self.quote_level -= usize::from(self.quotes.pop() == Some(true));
            }
            Ul | Ol | Menu | Dir => {
                self.lists.pop();
                self.bullet = None;
                self.block(if self.lists.is_empty() { 2 } else { 1 });
            }
            Tr => {
                self.end_row();
                self.block(1);
            }
            Table => {
                self.end_row();
                self.tables.pop();
                self.block(1);
            }
            A => self.end_link(),
            Element::Br => self.line_break(),
            element if element.is_block() => self.block(1),
            _ => {}
        }
    }

    /// Asks for line ends before the next text. Inside a cell that has no text yet, none are
    /// needed: the cell's own place is where its text begins.
    fn block(&mut self, breaks: usize) {
        if self.rows.last().is_some_and(|row| row.filled && !row.cell_filled && self.separator) {
            return;
        }
        self.breaks = self.breaks.max(breaks);
        self.space = false;
    }

    fn line_break(&mut self) {
        self.breaks = (self.breaks + 1).min(3);
        self.space = false;
    }

    fn rule(&mut self) {
        // What stands above a signature says so in a line of its own.
        if self.signature.is_awaited() {
            return;
        }
        self.settle_signature();
        self.block(1);
        if !self.ruled {
            self.write("---");
            self.ruled = true;
        }
        self.block(1);
    }

    fn item(&mut self, tokens: &Tokens<'_>) {
        self.block(1);
        let value = tokens.attribute("value").and_then(|value| value.trim().parse().ok());
        self.bullet = Some(match self.lists.last_mut() {
            Some(list) => list.next(value),
            None => lists::BULLET.to_owned(),
        });
    }

    /// Ends the row of the innermost table, if one is open.
    fn end_row(&mut self) {
        self.rows.truncate(self.tables.last().map_or(0, |(_, rows)| *rows));
        self.separator = false;
    }

    /// Begins a cell: on the same line when the row so far stayed on one, else on a new one.
    fn cell(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        row.cell_filled = false;
        let one_line = (row.lines == self.lines && !row.holds_table) || !row.filled;
        if row.filled && one_line {
            self.separator = true;
            self.breaks = 0;
        } else {
            self.separator = false;
            self.block(1);
        }
    }

    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let text = self.out.get(link.at..).unwrap_or_default().trim();
        if let Some(shown) = target::behind(text, &link.address) {
            self.out.push_str(&shown);
        }
    }

    fn text(&mut self, raw: &str, references: bool) {
        let decoded;
        let text = if references && raw.contains('&') {
            decoded = entities::decode(raw);
            decoded.as_str()
        } else {
            raw
        };
        if self.preformatted > 0 || self.styled_pre.is_some() {
            for (nth, line) in text.split('\n').enumerate() {
                if nth > 0 {
                    self.line_break();
                }
                if !line.trim_end().is_empty() {
                    self.write(line.trim_end());
                }
            }
            return;
        }
        let collapses = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        if text.starts_with(collapses) {
            self.space = true;
        }
        for word in text.split_ascii_whitespace() {
            if self.space && self.line_filled && self.is_within_text() && word.is_ascii() {
                self.out.push(' ');
                self.out.push_str(word);
                continue;
            }
            self.write(word);
            self.space = true;
        }
        self.space = text.ends_with(collapses) || (self.space && text.trim_ascii().is_empty());
    }

    /// Whether nothing was asked for but a space since the last word.
    fn is_within_text(&self) -> bool {
        self.breaks == 0 && !self.separator && self.bullet.is_none() && !self.ruled
    }

    /// Writes text without line ends, and before it whatever was asked for.
    fn write(&mut self, text: &str) {
        let seen;
        let text = if text.is_ascii() {
            text
        } else {
            seen = without_invisible(text);
            seen.as_str()
        };
        // What only keeps a cell from falling in is no text.
        let spacer = |c: char| c == '\u{a0}';
        let in_new_cell = self.rows.last().is_some_and(|row| !row.cell_filled);
        if text.is_empty() || in_new_cell && text.chars().all(spacer) {
            return;
        }
        if self.signature.is_awaited() && self.begin_signature(text) {
            return;
        }
        let level = self.quote_level.min(MAX_LEVELS);
        if self.separator && self.breaks == 0 {
            let layout = self.tables.last().is_some_and(|(layout, _)| *layout);
            self.out.push_str(if layout { " " } else { " | " });
        } else if self.breaks > 0 && !self.out.is_empty() {
            for _ in 1..self.breaks.min(2) {
                self.out.push('\n');
                let between = level.min(self.quoted_before);
                self.repeat("> ", between);
            }
            self.out.push('\n');
            self.lines += 1;
            self.line_filled = false;
        } else if self.space && self.line_filled {
            self.out.push(' ');
        }
        if !self.line_filled {
            self.repeat("> ", level);
            let inside = self.lists.len().saturating_sub(1).min(MAX_LEVELS);
            self.repeat("  ", inside);
        }
        match self.bullet.take() {
            Some(bullet) => self.out.push_str(&bullet),
            None if !self.line_filled && !self.lists.is_empty() => self.out.push_str("  "),
            None => {}
        }
        self.out.push_str(text);
        self.breaks = 0;
        self.space = false;
        self.separator = false;
        self.line_filled = true;
        self.quoted_before = level;
        self.ruled = false;
        // A row inside a cell fills the rows round it as well; the innermost few are enough.
        let lines = self.lines;
        for row in self.rows.iter_mut().rev().take(MAX_LEVELS) {
            if !row.filled {
                row.lines = lines;
            } else if row.cell_filled {
                // So were those round it, when this one was.
                break;
            }
            row.filled = true;
            row.cell_filled = true;
        }
    }

    fn repeat(&mut self, text: &str, times: usize) {
        for _ in 0..times {
            self.out.push_str(text);
        }
    }

    /// Takes off spaces at line ends and all but one of several empty lines.
    fn finish(mut self) -> String {
        self.settle_signature();
        let mut text = String::with_capacity(self.out.len());
        let mut blank = 0;
        for line in self.out.split('\n') {
            let line = line.trim_end();
            let content = line.trim_start_matches(['>', ' ', '\u{a0}']);
            blank = if content.is_empty() { blank + 1 } else { 0 };
            if blank > 1 || (blank == 1 && text.is_empty()) {
                continue;
            }
            let mut rest = line;
            while let Some((before, after)) = rest.split_once('\u{a0}') {
                text.push_str(before);
                text.push(' ');
                rest = after;
            }
            text.push_str(rest);
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// A word without what is not seen. Joiners stay inside the scripts and pictures they join.
fn without_invisible(word: &str) -> String {
    let mut seen = String::with_capacity(word.len());
    for c in word.chars() {
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && seen.chars().next_back().is_some_and(|before| before > '\u{58f}');
        let marks = matches!(c, '\u{200e}' | '\u{200f}');
        if joins || marks || !(entities::is_invisible(c) || c.is_control() && c != '\t') {
            seen.push(c);
        }
    }
    if seen.chars().all(entities::is_invisible) { String::new() } else { seen }
}

#[cfg(test)]
mod tests;
