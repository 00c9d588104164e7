//! Untrusted HTML to safe HTML and to text. Safe means: nothing runs, nothing is loaded from
//! elsewhere, nothing leaves its place on the page. The ammonia crate, which no other file names,
//! does the cleaning; `html/guard.rs` decides first whether it may.

mod entities;
mod guard;
mod text;
mod tokens;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::panic::catch_unwind;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// HTML that may be shown: a short list of elements, no styles, pictures only from the letter
/// itself (`cid:`, RFC 2392), links only to the web and to addresses. A document too large or too
/// tangled to clean in reasonable time comes back as its text.
pub fn sanitize(html: &str) -> String {
    // Elements nobody opens any more are no reason to fail: a panic becomes the text as well.
    let clean = || CLEANER.clean(html).to_string();
    let safe = guard::is_simple(html).then(|| catch_unwind(clean).ok()).flatten();
    safe.unwrap_or_else(|| from_text(&to_text(html)))
}

/// The text of an HTML document, for reading: LF line ends, no wrapping, lists, tables, quotes and
/// links kept legible. Takes time linear in the length of the document, whatever it holds.
pub fn to_text(html: &str) -> String {
    text::text(html)
}

/// Plain text as safe HTML that looks the same.
pub fn from_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 16);
    html.push_str("<p>");
    for (nth, line) in text.trim_end().split('\n').enumerate() {
        if nth > 0 {
            html.push_str("<br>");
        }
        for c in line.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                c => html.push(c),
            }
        }
    }
    html.push_str("</p>");
    html
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ];
    // Their content is no text either.
    let gone = [
        "applet", "audio", "button", "embed", "frameset", "iframe", "math", "noembed", "noframes",
        "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title",
        "video", "xmp",
    ];
    let attributes = [
        ("a", &["href"][..]),
        ("img", &["src", "alt", "width", "height"]),
        ("ol", &["start"]),
        ("td", &["colspan", "rowspan", "align", "valign"]),
        ("th", &["colspan", "rowspan", "align", "valign"]),
        ("col", &["span"]),
        ("colgroup", &["span"]),
    ];
    let attributes: HashMap<_, HashSet<_>> =
        attributes.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(tags))
        .clean_content_tags(HashSet::from(gone))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["dir", "lang", "title"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            let from_the_letter =
                value.trim_start().get(..4).is_some_and(|s| s.eq_ignore_ascii_case("cid:"));
            match (element, attribute) {
                // Everything else would tell its sender that the letter was opened.
                ("img", "src") => from_the_letter.then(|| Cow::Borrowed(value.trim())),
                (_, "href") => (!from_the_letter).then_some(Cow::Borrowed(value)),
                _ => Some(Cow::Borrowed(value)),
            }
        });
    builder
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_is_gone() {
        for (html, expected) in [
            ("<p onclick=x style='color:red' class=y>a</p>", "<p>a</p>"),
            ("a<script>alert(1)</script><style>x</style>b", "ab"),
            ("<iframe src=x>y</iframe><object>z</object><svg><a>q</a></svg>b", "b"),
            ("<form action=x><input><button>go</button>a</form>", "a"),
            ("<img src=\"https://x.example/pixel.gif\" alt=\"Logo\">", "<img alt=\"Logo\">"),
            ("<img src=\"//x.example/p.gif\">", "<img>"),
            ("<img src=\"data:image/png;base64,AA\">", "<img>"),
            ("<img src=\" CID:a@b\" width=10>", "<img src=\"CID:a@b\" width=\"10\">"),
            ("<img src=\"cid:a@b\" srcset=\"https://x.example/1\">", "<img src=\"cid:a@b\">"),
            (
                "<a href=\"javascript:alert(1)\">a</a>",
                "<a rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<a href=\" java\nscript:alert(1)\">a</a>",
                "<a rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            ("<a href=\"cid:a@b\">a</a>", "<a rel=\"noopener noreferrer nofollow\">a</a>"),
            ("<a href=\"/relative\">a</a>", "<a rel=\"noopener noreferrer nofollow\">a</a>"),
            (
                "<a href=\"https://x.example\" target=_top>a</a>",
                "<a href=\"https://x.example\" rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            ("<base href=https://evil.example><meta http-equiv=refresh content=0>a", "a"),
            (
                "<table background=\"https://x.example/1\"><tr><td>a",
                "<table><tbody><tr><td>a</td></tr></tbody></table>",
            ),
            ("<!--[if mso]>x<![endif]-->a", "a"),
            ("<title>t</title><b>a", "<b>a</b>"),
        ] {
            assert_eq!(sanitize(html), expected, "{html}");
        }
    }

    #[test]
    fn a_hostile_document_becomes_its_text() {
        let html = format!("{}<b>1 &lt; 2</b><script>x</script>", "<div>".repeat(20_000));
        assert_eq!(sanitize(&html), "<p>1 &lt; 2</p>");
    }

    #[test]
    fn what_the_guard_lets_pass_is_cleaned_quickly() {
        for (case, html) in [
            ("deep", "<div>".repeat(499)),
            ("wide", "<p>x</p>".repeat(100_000)),
            ("formatting", format!("{}{}", "<p><b a=1>".repeat(20), "<p>x</p>".repeat(9_000))),
            ("attributes", format!("<div{}>", " a=b".repeat(290)).repeat(400)),
            ("deep and many", format!("{}{}", "<div>".repeat(300), "<i></i>".repeat(10_000))),
        ] {
            assert!(guard::is_simple(&html), "{case}");
            let started = std::time::Instant::now();
            sanitize(&html);
            assert!(started.elapsed().as_secs() < 20, "{case}: {:?}", started.elapsed());
        }
    }
}
