//! Text of unknown origin with its addresses made clickable, and cut where a page would grow too
//! long. Only http, https and mailto become links; everything else stays text.

use maud::{Markup, html};

use crate::web::download::is_invisible;

/// What a link may begin with.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// The longest address that becomes a link, in bytes.
const LINK_BYTES: usize = 2_000;

/// The text as markup, line ends kept for `white-space: pre-wrap`.
pub(super) fn linked(text: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Text(text) => (text),
                Piece::Link(address) => {
                    a href=(address) rel="noopener noreferrer nofollow ugc" target="_blank" {
                        (address)
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = next_scheme(&text[at..]) {
        let start = at + found.0;
        let end = start + length(&text[start..]);
        let fresh = text[..start].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        at = start + found.1.len();
        if fresh && end > at && end - start <= LINK_BYTES {
            if start > done {
                pieces.push(Piece::Text(&text[done..start]));
            }
            pieces.push(Piece::Link(&text[start..end]));
            (done, at) = (end, end);
        }
    }
    if done < text.len() {
        pieces.push(Piece::Text(&text[done..]));
    }
    pieces
}

/// Where the next scheme begins, and which.
fn next_scheme(text: &str) -> Option<(usize, &'static str)> {
    let mut from = 0;
    // A scheme ends with a colon, which is rare, so it is looked for first.
    while let Some(colon) = text[from..].find(':').map(|place| from + place) {
        for scheme in SCHEMES {
            let before = scheme.len() - scheme.trim_start_matches(|c| c != ':').len();
            let start = colon.checked_sub(before);
            let fits = |start: &usize| {
                let bytes = text.as_bytes().get(*start..start + scheme.len());
                bytes.is_some_and(|bytes| bytes.eq_ignore_ascii_case(scheme.as_bytes()))
            };
            if let Some(start) = start.filter(fits) {
                return Some((start, scheme));
            }
        }
        from = colon + 1;
    }
    None
}

/// How long the address at the beginning of `text` is, without the punctuation of its sentence.
fn length(text: &str) -> usize {
    let stop = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '<' | '>' | '"' | '`');
    let mut address = &text[..text.find(stop).unwrap_or(text.len())];
    loop {
        let closes = |open: char, close: char| {
            address.ends_with(close)
                && address.matches(close).count() > address.matches(open).count()
        };
        let loose = address
            .ends_with(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '|', '»', '”'])
            || closes('(', ')')
            || closes('[', ']')
            || closes('{', '}');
        let Some(last) = address.chars().next_back().filter(|_| loose) else {
            return address.len();
        };
        address = &address[..address.len() - last.len_utf8()];
    }
}

/// What of a text fits on a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fitting<'a> {
    /// What is shown.
    pub(super) text: &'a str,
    /// The bytes it takes on the page, escapes and links included.
    pub(super) cost: usize,
    /// Whether something is missing.
    pub(super) more: bool,
}

/// As much of the text as takes at most `budget` bytes on the page, cut at a line or word where
/// one is near.
pub(super) fn fitting(text: &str, budget: usize) -> Fitting<'_> {
    let mut spent = 0;
    let over = text.char_indices().find(|(at, c)| {
        let cost = match c {
            '&' => 5,
            '<' | '>' => 4,
            '"' => 6,
            ':' => 1 + link_cost(text, *at),
            c => c.len_utf8(),
        };
        let fits = spent + cost <= budget;
        spent += if fits { cost } else { 0 };
        !fits
    });
    let Some((end, _)) = over else {
        return Fitting { text, cost: spent, more: false };
    };
    let head = &text[..end];
    let near = |gap: &usize| gap * 2 > head.len();
    let gap = head.rfind('\n').filter(near).or_else(|| head.rfind(' ').filter(near));
    Fitting { text: &head[..gap.unwrap_or(end)], cost: spent, more: true }
}

/// What a link costs beyond its text, when the colon at `at` belongs to one.
fn link_cost(text: &str, at: usize) -> usize {
    const ELEMENT: usize =
        "<a href=\"\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\"></a>".len();
    let begins = |scheme: &str| {
        let word = scheme.find(':')?;
        let start = at.checked_sub(word)?;
        let bytes = text.as_bytes().get(start..start + scheme.len())?;
        bytes.eq_ignore_ascii_case(scheme.as_bytes()).then_some(start)
    };
    match SCHEMES.into_iter().find_map(begins) {
        // An escape is at most five bytes longer than its character.
        Some(start) => {
            let address = &text[start..start + length(&text[start..])];
            ELEMENT + address.len() + 5 * address.matches(['&', '\'']).count()
        }
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        use Piece::{Link, Text};
        for (text, expected) in [
            ("", vec![]),
            ("no: link", vec![Text("no: link")]),
            (
                "see https://a.example/x, then",
                vec![Text("see "), Link("https://a.example/x"), Text(", then")],
            ),
            (
                "(http://a.example/b_(c))",
                vec![Text("("), Link("http://a.example/b_(c)"), Text(")")],
            ),
            ("<HTTPS://A.example>", vec![Text("<"), Link("HTTPS://A.example"), Text(">")]),
            ("mailto:a@b.example.", vec![Link("mailto:a@b.example"), Text(".")]),
            ("javascript:alert(1)", vec![Text("javascript:alert(1)")]),
            ("data:text/html,x", vec![Text("data:text/html,x")]),
            ("xhttp://a.example", vec![Text("xhttp://a.example")]),
            ("http:// https://", vec![Text("http:// https://")]),
            ("http://a\"onclick=x", vec![Link("http://a"), Text("\"onclick=x")]),
            ("http://a.example/\u{202e}gpj", vec![Link("http://a.example/"), Text("\u{202e}gpj")]),
            ("http://a https://b", vec![Link("http://a"), Text(" "), Link("https://b")]),
            (
                "ü:ü https://ü.example/ß!",
                vec![Text("ü:ü "), Link("https://ü.example/ß"), Text("!")],
            ),
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }

    #[test]
    fn markup_in_a_text_is_escaped() {
        let markup = linked("<script>x</script> http://a/?b&c=\"").into_string();
        assert!(
            markup.starts_with("&lt;script&gt;x&lt;/script&gt; <a href=\"http://a/?b&amp;c=\"")
        );
        assert!(markup.ends_with("</a>&quot;"), "{markup}");
    }

    #[test]
    fn a_long_text_is_cut_by_what_it_costs_on_the_page() {
        for (text, budget, expected, more) in [
            ("all of it", 9, "all of it", false),
            ("one two three", 9, "one two", true),
            ("ab\"cd", 7, "ab", true),
            ("ab\"cd", 8, "ab\"", true),
            ("üü", 3, "ü", true),
            ("one\ntwo three", 8, "one\ntwo", true),
            ("see http://a.example", 30, "see http", true),
            ("see http://a.example", 300, "see http://a.example", false),
            ("", 0, "", false),
        ] {
            let fitting = fitting(text, budget);
            assert_eq!((fitting.text, fitting.more), (expected, more), "{text} in {budget}");
        }
    }

    #[test]
    fn a_text_costs_what_was_reckoned() {
        for text in
            ["http://a ", "https://a.example/?b&c=d&e&&& ", "mailto:a@b&", "a\"<&>:é", "a:b\n"]
        {
            let text = text.repeat(500);
            for budget in [100, 1_000, 5_000] {
                let fitting = fitting(&text, budget);
                let size = linked(fitting.text).into_string().len();
                assert!(size <= fitting.cost && fitting.cost <= budget, "{text:.20}: {size}");
            }
        }
    }
}
