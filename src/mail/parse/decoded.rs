//! The content of one part: without its transfer encoding, and as text. What part is taken for
//! what is decided in `body.rs`.

use std::borrow::Cow;

use super::parts::Part;
use super::{charset, enriched, flowed, transfer, uuencode};

/// Whether a media type is one of those HTML goes by.
pub(super) fn is_html(kind: &str) -> bool {
    matches!(kind, "text/html" | "text/htm" | "text/xhtml" | "application/xhtml+xml")
}

/// Whether a plain text is an HTML document that was called wrong.
pub(super) fn is_html_document(text: &str) -> bool {
    let start = text.trim_start();
    let begins = |tag: &str| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    (begins("<!doctype html") || begins("<html"))
        && text
            .trim_end()
            .get(text.trim_end().len().saturating_sub(7)..)
            .is_some_and(|end| end.eq_ignore_ascii_case("</html>"))
}

/// The body without its transfer encoding (RFC 2045 section 6).
pub(super) fn content<'a>(part: &Part<'a>) -> Cow<'a, [u8]> {
    content_of(part, part.body)
}

/// As [`content`], of the beginning of the body alone.
pub(super) fn content_of<'a>(part: &Part<'_>, body: &'a [u8]) -> Cow<'a, [u8]> {
    let encoding = part.head.get("content-transfer-encoding").unwrap_or_default();
    // `"base64"`, `base-64`, `quoted-printeable`: the first letters tell.
    let seen = encoding.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let encoding: Vec<u8> = seen.take(10).map(u8::to_ascii_lowercase).collect();
    let is = |name: &str| encoding.starts_with(name.as_bytes());
    if is("base64") {
        match part.is_text() {
            true => transfer::base64_text(body),
            false => Cow::Owned(transfer::base64(body)),
        }
    } else if is("quoted") || is("qp") {
        Cow::Owned(transfer::quoted_printable(body))
    } else if is("xuu") || is("uu") {
        uuencode::decode(body).map_or(Cow::Borrowed(body), Cow::Owned)
    } else if part.is_text() && !is("binary") {
        // Some programs encode and do not say so.
        transfer::unsaid(body).map_or(Cow::Borrowed(body), Cow::Owned)
    } else {
        Cow::Borrowed(body)
    }
}

/// The text of a part: decoded, with LF line ends, unwrapped, without NUL.
pub(super) fn text_of(part: &Part<'_>) -> String {
    let bytes = content(part);
    let said = part.kind.get("charset");
    // UTF-8 is what many programs say of any page they pass on.
    let believed = said.filter(|said| {
        !said.to_ascii_lowercase().starts_with("utf") || std::str::from_utf8(&bytes).is_ok()
    });
    let charset = believed.or_else(|| charset_in_html(part, &bytes));
    let mut text = super::plain(charset::decode(&bytes, charset.as_deref()));
    let flowed = |format: String| format.eq_ignore_ascii_case("flowed");
    match part.kind.value.as_str() {
        "text/plain" if part.kind.get("format").is_some_and(flowed) => {
            let delsp = part.kind.get("delsp").is_some_and(|d| d.eq_ignore_ascii_case("yes"));
            text = flowed::unwrap(&text, delsp);
        }
        "text/enriched" | "text/richtext" => text = enriched::text(&text),
        _ => {}
    }
    text
}

/// The charset an HTML document declares of itself when its part does not.
fn charset_in_html(part: &Part<'_>, bytes: &[u8]) -> Option<String> {
    const LOOKED_AT: usize = 1_024;
    let start = is_html(&part.kind.value).then(|| bytes.get(..bytes.len().min(LOOKED_AT)))??;
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let (_, after) = start.split_once("charset")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label: String =
        after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    (!label.is_empty()).then_some(label)
}
