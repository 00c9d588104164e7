//! The HTML of a letter of ours, made from its plain text: lines as they are, addresses of the web
//! to click on, pictures where the text names them, and the quote set off. Whatever is in the text
//! is shown as text; nothing of it becomes markup.

use super::clean;
use super::quoted::Quoted;
use crate::mail::Attachment;

/// The longest address made a link, in bytes.
const LONGEST_LINK: usize = 2_000;

/// What an address of the web begins with.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// The document. Pictures that the text does not name with `[cid:ID]` follow it.
pub(super) fn document(text: &str, pictures: &[Attachment], quoted: Option<&Quoted>) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 4 + 500);
    html.push_str("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n<div>");
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.trim_end().split('\n').collect();
    write_lines(&lines, pictures, &mut html);
    html.push_str("</div>\n");
    for picture in pictures {
        if picture.content_id.as_deref().is_some_and(|id| !text.contains(&named(id))) {
            html.push_str("<div>");
            write_picture(picture, &mut html);
            html.push_str("</div>\n");
        }
    }
    if let Some(quoted) = quoted {
        html.push_str("<br>\n<div>");
        write_text(quoted.attribution(), &mut html);
        html.push_str(
            "</div>\n<blockquote type=\"cite\" style=\"margin:0 0 0 0.8ex;\
             border-left:1px solid #cccccc;padding-left:1ex\">",
        );
        let lines: Vec<&str> = quoted.lines().iter().map(String::as_str).collect();
        write_lines(&lines, &[], &mut html);
        html.push_str("</blockquote>\n");
    }
    html.push_str("</body></html>\n");
    html
}

fn named(id: &str) -> String {
    format!("[cid:{id}]")
}

fn write_lines(lines: &[&str], pictures: &[Attachment], html: &mut String) {
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            html.push_str("<br>\n");
        }
        let mut rest = *line;
        while let Some((at, picture, length)) = next_picture(rest, pictures) {
            write_linked(&rest[..at], html);
            write_picture(picture, html);
            rest = &rest[at + length..];
        }
        write_linked(rest, html);
    }
}

/// The first place where a line names a picture, and how many bytes that takes.
fn next_picture<'a>(
    line: &str,
    pictures: &'a [Attachment],
) -> Option<(usize, &'a Attachment, usize)> {
    let places = pictures.iter().filter_map(|picture| {
        let named = named(picture.content_id.as_deref()?);
        Some((line.find(&named)?, picture, named.len()))
    });
    places.min_by_key(|(at, ..)| *at)
}

fn write_picture(picture: &Attachment, html: &mut String) {
    html.push_str("<img src=\"cid:");
    write_text(picture.content_id.as_deref().unwrap_or_default(), html);
    html.push_str("\" alt=\"");
    write_text(&picture.filename, html);
    html.push_str("\">");
}

/// Writes a piece of a line, its links to click on.
fn write_linked(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some((at, length)) = next_link(rest) {
        write_spaced(&rest[..at], html);
        let link = &rest[at..at + length];
        html.push_str("<a href=\"");
        write_text(link, html);
        html.push_str("\">");
        write_text(link, html);
        html.push_str("</a>");
        rest = &rest[at + length..];
    }
    write_spaced(rest, html);
}

/// Where the first link of a text begins, and how long it is.
fn next_link(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text[from..].find(':').map(|colon| from + colon) {
        from = at + 1;
        for scheme in SCHEMES {
            let before = scheme.find(':').unwrap_or_default();
            let Some(start) = at.checked_sub(before) else { continue };
            let is_scheme = text
                .get(start..start + scheme.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(scheme));
            let within_a_word =
                text.get(..start).is_some_and(|before| before.ends_with(char::is_alphanumeric));
            if !is_scheme || within_a_word {
                continue;
            }
            let length = link_length(&text[start..]);
            if length > scheme.len() && length <= LONGEST_LINK {
                return Some((start, length));
            }
        }
    }
    None
}

/// How many bytes belong to the link a text begins with: the punctuation of the sentence round it
/// does not.
fn link_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
    let text = clean::cut(text, LONGEST_LINK + 1);
    let mut link = &text[..text.find(ends).unwrap_or(text.len())];
    loop {
        let counted = |c: char| link.matches(c).count();
        let outside = match link.chars().next_back() {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '”' | '“' | '»') => {
                true
            }
            Some(')') => counted(')') > counted('('),
            Some(']') => counted(']') > counted('['),
            _ => false,
        };
        let Some((last, _)) = link.char_indices().next_back().filter(|_| outside) else {
            return link.len();
        };
        link = &link[..last];
    }
}

/// Text whose runs of spaces stay as wide as they are.
fn write_spaced(text: &str, html: &mut String) {
    let mut before = html.ends_with('\n') || html.ends_with("<div>");
    for c in text.replace('\t', "    ").chars() {
        if c == ' ' && before {
            html.push_str("&nbsp;");
        } else {
            write_char(c, html);
        }
        before = c == ' ';
    }
}

fn write_text(text: &str, html: &mut String) {
    text.chars().for_each(|c| write_char(c, html));
}

fn write_char(c: char, html: &mut String) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        c if c.is_control() => {}
        c => html.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let mut html = String::new();
        write_lines(&[text], &[], &mut html);
        html
    }

    #[test]
    fn links_can_be_clicked_and_nothing_else_is_markup() {
        let link = |url: &str| format!("<a href=\"{url}\">{url}</a>");
        for (text, expected) in [
            ("plain", "plain".to_owned()),
            (
                "<script>alert('x')</script> & \"y\"",
                "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;".to_owned(),
            ),
            (
                "see https://x.example/a?b=1&c=2.",
                format!("see {}.", link("https://x.example/a?b=1&amp;c=2")),
            ),
            ("(http://x.example/a_(b))", format!("({})", link("http://x.example/a_(b)"))),
            ("<HTTPS://x.example>", format!("&lt;{}&gt;", link("HTTPS://x.example"))),
            ("mailto:a@x.example, ok", format!("{}, ok", link("mailto:a@x.example"))),
            ("https://x.example/'onclick='x", link("https://x.example/&#39;onclick=&#39;x")),
            (
                "https://x.example\"onclick=x",
                format!("{}&quot;onclick=x", link("https://x.example")),
            ),
            (
                "javascript:alert(1) data:text/html,x",
                "javascript:alert(1) data:text/html,x".to_owned(),
            ),
            ("xhttp://x.example", "xhttp://x.example".to_owned()),
            ("http:// nothing", "http:// nothing".to_owned()),
            ("ü: https://größe.example/ü!", format!("ü: {}!", link("https://größe.example/ü"))),
            (
                "http://a.example http://b.example",
                format!("{} {}", link("http://a.example"), link("http://b.example")),
            ),
            ("a  b", "a &nbsp;b".to_owned()),
        ] {
            assert_eq!(line(text), expected, "{text}");
        }
    }

    #[test]
    fn pictures_stand_where_the_text_names_them() {
        let picture = |id: &str| Attachment {
            filename: "a\"b.png".into(),
            content_id: Some(id.into()),
            ..Attachment::default()
        };
        let html = document("See [cid:p1] here [cid:p3].", &[picture("p1"), picture("p2")], None);
        let shown = |id: &str| format!("<img src=\"cid:{id}\" alt=\"a&quot;b.png\">");
        assert!(html.contains(&format!("See {} here [cid:p3].</div>", shown("p1"))), "{html}");
        assert!(html.contains(&format!("<div>{}</div>", shown("p2"))), "{html}");
        assert_eq!(html.matches("<img").count(), 2, "{html}");
    }
}
