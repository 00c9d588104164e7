//! HTML as text for reading, in one linear pass over its tags: paragraphs and lists as in a plain
//! letter, quoted blocks with `> ` before each line, the cells of a row beside each other, links
//! with their address behind them. Needs no tree and therefore no guard.

use super::entities;
use super::tokens::{Token, attribute, tokens};

/// Levels of quoting and of lists that are drawn; deeper ones look like the last.
const MAX_LEVELS: usize = 10;

/// Bytes of an address written behind its link; of longer ones only the host is.
const MAX_LINK: usize = 300;

/// The text of an HTML document.
pub(super) fn text(html: &str) -> String {
    let mut page = Page::default();
    for token in tokens(html) {
        match token {
            Token::Text(text) => page.text(text),
            Token::Raw(text) if page.raw_is_shown => page.text(text),
            Token::Open(name, attributes) => page.open(&name.to_ascii_lowercase(), attributes),
            Token::Close(name) => page.close(&name.to_ascii_lowercase()),
            Token::Raw(_) | Token::Other(_) => {}
        }
    }
    page.finish()
}

/// A row of a table while it is written.
struct Row {
    /// Lines written before its first text.
    lines: usize,
    /// Whether text was written in it, and in its present cell.
    filled: bool,
    cell_filled: bool,
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
    /// What to write before the next text when it stays on this line: between cells.
    separator: bool,
    /// Text on the present line.
    line_filled: bool,
    /// For each open `blockquote` whether it quotes, and how many do.
    quotes: Vec<bool>,
    quote_level: usize,
    /// Quote levels of the line that was written last.
    quoted_before: usize,
    /// The number of the last item of each open list; `None` where items have no number.
    lists: Vec<Option<usize>>,
    bullet: Option<String>,
    rows: Vec<Row>,
    link: Option<Link>,
    preformatted: usize,
    raw_is_shown: bool,
    /// Whether the paragraph that is open has no space round it.
    tight: bool,
}

impl Page {
    fn open(&mut self, name: &str, attributes: &str) {
        self.raw_is_shown = matches!(name, "textarea" | "xmp");
        match name {
            "br" => self.line_break(),
            "p" => {
                // Outlook writes one paragraph per line, without space between them.
                let class = attribute(attributes, "class").unwrap_or_default();
                self.tight = class.starts_with("Mso");
                self.block(if self.tight { 1 } else { 2 });
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "figure" => self.block(2),
            "pre" => {
                self.block(2);
                self.preformatted += 1;
            }
            "blockquote" => {
                self.block(2);
                let style = attribute(attributes, "style").unwrap_or_default();
                // Gmail and Outlook indent with it, then without a border.
                let quotes = !style.replace(' ', "").contains("border:none");
                self.quote_level += usize::from(quotes);
                self.quotes.push(quotes);
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.block(if self.lists.is_empty() { 2 } else { 1 });
                let start = attribute(attributes, "start").and_then(|n| n.trim().parse().ok());
                let first: usize = start.unwrap_or(1);
                self.lists.push((name == "ol").then(|| first.saturating_sub(1)));
            }
            "li" => self.item(),
            "table" => self.block(1),
            "tr" => {
                self.block(1);
                self.rows.push(Row { lines: self.lines, filled: false, cell_filled: false });
            }
            "td" | "th" => self.cell(),
            "hr" => {
                self.block(1);
                self.write("---");
                self.block(1);
            }
            "a" => {
                let address = entities::decode(attribute(attributes, "href").unwrap_or_default());
                // A link inside a link ends it (WHATWG HTML section 13.2.6.4.7).
                self.end_link();
                self.link = Some(Link { address, at: self.out.len() });
            }
            "img" => {
                let alt = entities::decode(attribute(attributes, "alt").unwrap_or_default());
                let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
                if !alt.is_empty() {
                    self.write(&format!("[{alt}]"));
                }
            }
            name if is_block(name) => self.block(1),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" => self.block(if self.tight { 1 } else { 2 }),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "figure" => self.block(2),
            "pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.block(2);
            }
            "blockquote" => {
                self.block(2);
                self.quote_level -= usize::from(self.quotes.pop() == Some(true));
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.lists.pop();
                self.bullet = None;
                self.block(if self.lists.is_empty() { 2 } else { 1 });
            }
            "tr" => {
                self.rows.pop();
                self.separator = false;
                self.block(1);
            }
            "table" => self.block(1),
            "a" => self.end_link(),
            name if is_block(name) => self.block(1),
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

    fn item(&mut self) {
        self.block(1);
        self.bullet = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        });
    }

    /// Begins a cell: on the same line when the row so far stayed on one, else on a new one.
    fn cell(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        row.cell_filled = false;
        let one_line = row.lines == self.lines || !row.filled;
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
        let address = link.address.trim();
        let scheme_end = address.find(':').unwrap_or(0);
        let web = ["http", "https"].iter().any(|s| address[..scheme_end].eq_ignore_ascii_case(s));
        let mail = address[..scheme_end].eq_ignore_ascii_case("mailto");
        let shown = if mail { &address[scheme_end + 1..] } else { address };
        let bare = |text: &str| {
            let text = text.trim_start_matches("https://").trim_start_matches("http://");
            text.trim_end_matches('/').to_ascii_lowercase()
        };
        if !(web || mail) || text.is_empty() || bare(text).contains(&bare(shown)) {
            return;
        }
        let host_end = shown.match_indices('/').nth(2).map_or(shown.len(), |(at, _)| at);
        let shown = match shown.len() > MAX_LINK {
            true => format!("{}/…", &shown[..host_end.min(MAX_LINK)]),
            false => shown.to_owned(),
        };
        let shown: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
        self.out.push_str(&format!(" ({shown})"));
    }

    fn text(&mut self, raw: &str) {
        let text = entities::decode(raw);
        if self.preformatted > 0 {
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
        let mut words = text.split(collapses).filter(|word| !word.is_empty()).peekable();
        while let Some(word) = words.next() {
            self.write(word);
            self.space = words.peek().is_some() || text.ends_with(collapses);
        }
    }

    /// Writes text without line ends, and before it whatever was asked for.
    fn write(&mut self, text: &str) {
        let level = self.quote_level.min(MAX_LEVELS);
        if self.separator && self.breaks == 0 {
            self.out.push_str(" | ");
        } else if self.breaks > 0 && !self.out.is_empty() {
            for _ in 1..self.breaks.min(2) {
                self.out.push('\n');
                let between = level.min(self.quoted_before);
                self.out.push_str(&"> ".repeat(between));
            }
            self.out.push('\n');
            self.lines += 1;
            self.line_filled = false;
        } else if self.space && self.line_filled {
            self.out.push(' ');
        }
        if !self.line_filled {
            self.out.push_str(&"> ".repeat(level));
            let inside = self.lists.len().saturating_sub(1).min(MAX_LEVELS);
            self.out.push_str(&"  ".repeat(inside));
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
        // A row inside a cell fills the rows round it as well; the innermost few are enough.
        let lines = self.lines;
        for row in self.rows.iter_mut().rev().take(MAX_LEVELS) {
            if !row.filled {
                row.lines = lines;
            }
            row.filled = true;
            row.cell_filled = true;
        }
    }

    /// Takes off spaces at line ends and all but one of several empty lines.
    fn finish(self) -> String {
        let mut text = String::with_capacity(self.out.len());
        let mut blank = 0;
        for line in self.out.lines() {
            let line = line.trim_end();
            let content = line.trim_start_matches(['>', ' ', '\u{a0}']);
            blank = if content.is_empty() { blank + 1 } else { 0 };
            if blank > 1 || (blank == 1 && text.is_empty()) {
                continue;
            }
            text.extend(line.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }));
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "footer"
            | "form"
            | "head"
            | "header"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "option"
            | "section"
            | "summary"
            | "tbody"
            | "tfoot"
            | "thead"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_like_a_letter() {
        for (case, html, expected) in [
            ("paragraphs", "<p>One\n two</p><p>Three</p>", "One two\n\nThree"),
            ("line breaks", "a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd"),
            ("divs", "<div>a</div><div>b<div>c</div></div>", "a\nb\nc"),
            ("gmail blank line", "<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            (
                "outlook",
                "<p class=MsoNormal>a</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p><p class=MsoNormal>c</p>",
                "a\n\nb\nc",
            ),
            ("inline", "a <b>b</b>c <i> d</i>", "a bc d"),
            (
                "entities",
                "&lt;x&gt; &amp;amp; &uuml;&#8364;&#x20AC;&#150; &unknown;",
                "<x> &amp; ü€€– &unknown;",
            ),
            ("list", "<ul><li>a</li><li>b<ul><li>c</ul></ul>d", "- a\n- b\n  - c\n\nd"),
            ("numbers", "<ol><li>a<li>b</ol>", "1. a\n2. b"),
            ("long item", "<ul><li>a<br>b</li></ul>", "- a\n  b"),
            (
                "quote",
                "x<blockquote>a<br>b<blockquote>c</blockquote></blockquote>y",
                "x\n\n> a\n> b\n>\n> > c\n\ny",
            ),
            ("indent only", "<blockquote style=\"border: none\">a</blockquote>", "a"),
            (
                "link",
                "see <a href=\"https://x.example/a?b=1&amp;c=2\">the page</a>.",
                "see the page (https://x.example/a?b=1&c=2).",
            ),
            (
                "link as text",
                "<a href=\"https://x.example/\">x.example</a> <a href='mailto:a@b.c'>a@b.c</a>",
                "x.example a@b.c",
            ),
            ("bad link", "<a href=\"javascript:x\">y</a>", "y"),
            ("picture", "<img alt=\"Our  logo\" src=x><img src=y>", "[Our logo]"),
            (
                "table",
                "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Pen</td><td>2 €</td></tr></table>",
                "Item | Price\nPen | 2 €",
            ),
            (
                "outlook table",
                "<table><tr><td><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr></table>",
                "a | b",
            ),
            (
                "layout table",
                "<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>",
                "a\n\nb\n\nc",
            ),
            ("pre", "<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"),
            (
                "hidden",
                "<head><title>t</title><style>s</style></head><script>x</script>a<!-- b -->",
                "a",
            ),
            ("rule", "a<hr>b", "a\n---\nb"),
            ("less than", "1 < 2", "1 < 2"),
            ("cut off", "a<b", "a<b"),
            ("empty", "", ""),
        ] {
            assert_eq!(text(html), expected, "{case}");
        }
    }

    #[test]
    fn hostile_documents_take_linear_time() {
        let many = 100_000;
        let started = std::time::Instant::now();
        for html in [
            "<blockquote>x".repeat(many),
            "<ul><li>x".repeat(many),
            "<table><tr><td>x".repeat(many),
            "<a href=x>".repeat(many),
            "<a href=http://x>y".repeat(many) + &"</a>".repeat(many),
            "<!--".repeat(many),
            "<style>".repeat(many),
            "<a b=\"".repeat(many),
            "&".repeat(many),
            "-->--!".repeat(many),
        ] {
            assert!(text(&html).len() < 40 * html.len());
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
