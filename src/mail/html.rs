//! Untrusted HTML to safe HTML and to text. Safe means: nothing runs, nothing is loaded from
//! elsewhere, nothing leaves its place on the page. Both are made in one pass over the same tokens,
//! in time linear in the length of the document, whatever it holds.

mod address;
mod attributes;
mod clean;
mod elements;
mod entities;
mod lists;
pub(in crate::mail) mod punycode;
mod style;
mod target;
mod text;
mod tokens;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// HTML that may be shown: a short list of elements and of styles, pictures only from the letter
/// itself (`cid:`, RFC 2392), links only to the web, to addresses and to telephones, with the real
/// host beside words that name another. Cleaning what was cleaned changes nothing.
pub fn sanitize(html: &str) -> String {
    sanitize_with(html, &mut |_| None)
}

/// As [`sanitize`], for a letter whose parts may also be cited by their Content-Location (RFC 2557):
/// `located` gives the Content-ID of the part at an address, however that is written.
pub fn sanitize_with(html: &str, located: &mut dyn FnMut(&str) -> Option<String>) -> String {
    clean::clean(html, &mut |source| {
        let id = match source.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("cid:")) {
            Some(_) => Some(source[4..].to_owned()),
            None => located(source),
        };
        let seen = |c: &char| !c.is_whitespace() && !c.is_control();
        let id: String = id?.chars().filter(seen).collect();
        (!id.is_empty()).then(|| format!("cid:{id}"))
    })
}

/// Safe HTML with its pictures in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Illustrated {
    /// The HTML, in which pictures are `data:` addresses.
    pub html: String,
    /// How many pictures could be seen and are left out, because they lie elsewhere.
    pub elsewhere: usize,
    /// How many belong to the letter and are left out, because they are missing, too large or no
    /// pictures.
    pub unshown: usize,
}

/// Puts the pictures of a letter into its HTML, which is cleaned once more. `picture` gives the
/// bytes of the part with a Content-ID; shown are PNG, JPEG, GIF and WebP, by what the bytes are.
pub fn illustrate(html: &str, picture: &mut dyn FnMut(&str) -> Option<Vec<u8>>) -> Illustrated {
    let mut of_its_own = 0;
    let html = clean::clean(html, &mut |source| {
        let id = source.strip_prefix("cid:")?;
        let bytes = picture(&target::percent_decoded(id));
        let shown = bytes.and_then(|bytes| {
            let kind = picture_type(&bytes)?;
            Some(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
        });
        of_its_own += usize::from(shown.is_none());
        shown
    });
    let dot = |tag: &str| {
        ["width", "height"].iter().any(|side| {
            tag.contains(&format!(" {side}=\"0\"")) || tag.contains(&format!(" {side}=\"1\""))
        })
    };
    let tags = html.split("<img").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let left_out = tags.filter(|tag| !tag.starts_with(" src=") && !dot(tag)).count();
    let unshown = of_its_own.min(left_out);
    Illustrated { html, elsewhere: left_out - unshown, unshown }
}

/// The media type of a picture that every browser shows, by its first bytes.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
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
        attributes::escape(line, &mut html);
    }
    html.push_str("</p>");
    html
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod rules;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_html_looks_like_the_letter() {
        let link = |address: &str, words: &str| {
            format!(
                "<a href=\"{address}\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">{words}</a>"
            )
        };
        let shop = link("https://x.example/?a=1&amp;b=2", "Shop");
        let misleading = link("https://evil.example/", "bank.example [\u{2192} evil.example]");
        for (html, expected) in [
            (
                "<p class=y style='color:red;top:0'>a & b &eacute;</p>",
                "<p style=\"color:red\">a &amp; b é</p>",
            ),
            ("a<script>alert(1)</script><style>x</style>b", "ab"),
            (
                "<img src=\" CID:a@b\" width=10 alt='\"<x>\"'>",
                "<img src=\"cid:a@b\" alt=\"&quot;&lt;x&gt;&quot;\" width=\"10\">",
            ),
            ("<img src=\"https://x.example/p.gif\" alt=Logo>", "<img alt=\"Logo\">"),
            ("<a href='https://x.example/?a=1&amp;b=2' onclick=x>Shop</a>", shop.as_str()),
            (
                "<a href='https://evil.example/'>bank.<b></b>example",
                &misleading.replace("bank.ex", "bank.<b></b>ex"),
            ),
            ("<a href='javascript:x'>a</a><a name=y>b</a>", "ab"),
            ("<p>a<p>b<div>c</p>d", "<p>a</p><p>b</p><div>cd</div>"),
            ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
            ("<div><b>a</div>b", "<div><b>a</b></div>b"),
            ("<ul><li>a<li>b<ol><li>c</ul>d", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>d"),
            ("<dl><dt>a<dd>b", "<dl><dt>a</dt><dd>b</dd></dl>"),
            (
                "<table><td>a<td>b<tr><th>c</table>d",
                "<table><tbody><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></tbody></table>d",
            ),
            (
                "<table>a<tr>b</table>",
                "<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>",
            ),
            (
                "<table><tr><td><div></table></div>a",
                "<table><tbody><tr><td><div></div></td></tr></tbody></table>a",
            ),
            ("<td>a</td>b", "ab"),
            ("<h1>a<h2>b</h1>c", "<h1>a</h1><h2>b</h2>c"),
            (
                "<body bgcolor=#112233 text=white><section>a</section></body>b",
                "<div style=\"background-color:#112233\"><div>a</div>b</div>",
            ),
            ("<body><menu><li>a</menu>", "<ul><li>a</li></ul>"),
            ("<pre>\n\na  b</pre><xmp><b></xmp>", "<pre>\n\na  b</pre><pre>&lt;b&gt;</pre>"),
            ("<textarea>a<b></textarea><title>t</title>", "a&lt;b&gt;"),
            ("<svg><g>x</g></svg>a<select><option>b</select>", "a"),
            ("a<svg>b<p>c", "ab<p>c</p>"),
            ("<div style=\"display:none\">a</div>", "<div>a</div>"),
            ("<font color=red size=+1 face=x>a</font>", "<font color=\"red\" size=\"+1\">a</font>"),
            (
                "<td width=1><table width='100%' border=0 cellpadding=5px><tr><td colspan=2 width=99999>a",
                "<table width=\"100%\" border=\"0\" cellpadding=\"5\"><tbody><tr><td colspan=\"2\" width=\"1200\">a</td></tr></tbody></table>",
            ),
            ("1 < 2 <", "1 &lt; 2 &lt;"),
            ("a\0b&#0;c&#x1;", "ab c "),
            ("", ""),
        ] {
            assert_eq!(sanitize(html), expected, "{html}");
        }
    }

    #[test]
    fn the_words_of_a_link_are_judged_as_they_are_seen() {
        let marked = |html: &str| sanitize(html).contains("[\u{2192} evil.example]");
        let link = |words: &str| format!("<a href=https://evil.example/>{words}</a>");
        for name in [
            "a-b",
            "wbr",
            "small",
            "mark",
            "sub",
            "sup",
            "del",
            "ins",
            "code",
            "kbd",
            "q",
            "abbr",
            "bdi",
            "big",
            "cite",
            "dfn",
            "samp",
            "strike",
            "tt",
            "var",
            "span",
            "font color=red",
            "b",
        ] {
            let inside = link(&format!("https://bank<{name}>.example"));
            assert!(marked(&inside), "{inside}");
        }
        for (words, expected) in [
            ("our page", false),
            ("bank<br>.example", false),
            ("bank<p>.example", false),
            ("bank<img src=cid:x width=1 height=1>.example", true),
            ("<img alt=bank.example>", true),
            ("\u{202e}elpmaxe.knab//:sptth", true),
            ("&#x202e;elpmaxe.knab", true),
            ("<bdo dir=rtl>moc.knab</bdo>", true),
            ("bank\u{2069}.example", true),
            ("com\u{200f}.\u{200f}paypal", true),
            ("\u{202b}شكرا\u{202c}", false),
            ("moc.knab", false),
            ("192.0.2.7", true),
            ("[2001:db8::1]", true),
        ] {
            assert_eq!(marked(&link(words)), expected, "{words}");
        }
        for around in ["\u{202e}", "&rlo;\u{202e}", "<p>x\u{2067}</p>", "<bdo dir=rtl>"] {
            let html = format!("{around}{}", link("moc.knab"));
            assert!(marked(&html), "{html}");
            assert!(sanitize(&html).contains("<bdi> [\u{2192} evil.example]</bdi></a>"));
            assert!(!marked(&format!("{around}{}", link("our page"))), "{html}");
            assert_eq!(sanitize(&sanitize(&html)), sanitize(&html));
        }
    }

    #[test]
    fn the_pictures_of_a_letter_are_shown_and_no_others() {
        let png = b"\x89PNG\r\n\x1a\nx".to_vec();
        let safe = sanitize_with(
            "<img src='cid:a%40b'><img src=cid:svg><img src=cid:none><img src=logo.png>\
             <img src=https://x.example/1.png><img src=https://x.example/2.png width=1 height=1>",
            &mut |source| (source == "logo.png").then(|| "logo".to_owned()),
        );
        assert_eq!(safe.matches("src=\"cid:").count(), 4, "{safe}");
        let shown = illustrate(&safe, &mut |id| match id {
            "a@b" | "logo" => Some(png.clone()),
            "svg" => Some(b"<svg onload=alert(1)>".to_vec()),
            _ => None,
        });
        let picture = "<img src=\"data:image/png;base64,iVBORw0KGgp4\">";
        assert_eq!(shown.html.matches(picture).count(), 2, "{}", shown.html);
        assert_eq!((shown.elsewhere, shown.unshown), (1, 2), "{}", shown.html);
        rules::check(&shown.html).unwrap_or_else(|fault| panic!("{fault}"));
    }

    #[test]
    fn hostile_documents_take_linear_time() {
        let many = 100_000;
        for (case, html) in [
            ("deep", "<div>".repeat(many)),
            ("deep and closed by others", "<div></span><b></i>".repeat(many)),
            ("formatting", "<p><b a=1>x".repeat(many)),
            ("attributes", format!("<div{}>", " a=b".repeat(many)).repeat(4)),
            ("open links", "<a href=https://x.example>y".repeat(many)),
            ("tables", "<table><tr><td>".repeat(many)),
            ("never closed", "<svg>".repeat(many)),
            ("cut quotes", "<a b=\"".repeat(many)),
            ("comments", "<!--".repeat(many)),
            ("references", "&".repeat(many)),
            ("words of links", format!("<a href=https://x.example>{}</a>", "a.b ".repeat(many))),
            ("styles", format!("<p style=\"{}\">", "color:red;".repeat(many))),
        ] {
            let started = crate::mail::effort::Effort::begin();
            let safe = sanitize(&html);
            assert!(started.elapsed().as_secs() < 5, "{case}: {:?}", started.elapsed());
            assert!(safe.len() < 20 * html.len() + 1_000, "{case}: {}", safe.len());
        }
    }

    #[test]
    fn hostile_documents_become_text_in_linear_time() {
        let many = 100_000;
        let started = crate::mail::effort::Effort::begin();
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
            assert!(to_text(&html).len() < 40 * html.len());
        }
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
