//! Text for a letter that has no text part: what its only part says, when that can be read; the gist
//! of a calendar; or what stands round the parts.

use super::decoded::{content, text_of};
use super::parts::Part;
use super::{calendar, charset, rtf};
use crate::mail::html;

/// The text of a letter in whose parts none was found.
pub(super) fn text(parts: &[Part<'_>]) -> Option<String> {
    let calendars = parts.iter().filter(|part| part.is_calendar());
    let mut gists = calendars.filter_map(|part| calendar::summary(&text_of(part)));
    gists.next().or_else(|| only_part(&parts[0])).or_else(|| around(&parts[0]))
}

/// A letter that is one part of a kind made of text (RFC 2046 section 4.1.4).
fn only_part(root: &Part<'_>) -> Option<String> {
    if !root.children.is_empty() {
        return None;
    }
    let kind = root.kind.value.as_str();
    let text = match kind {
        "text/rtf" | "application/rtf" | "application/x-rtf" | "text/x-rtf" => {
            match rtf::body(&content(root)) {
                rtf::Body::Html(page) => html::to_text(&page),
                rtf::Body::Text(text) => text,
            }
        }
        // Text parts were read already and hold nothing.
        _ if root.is_text() || root.is_calendar() || root.is_named() => return None,
        _ if kind.starts_with("text/") && !kind.contains("vcard") => text_of(root),
        // A kind nobody knows may be plain text all the same.
        "application/octet-stream" | "application/text" | "application/plain" => {
            let bytes = content(root);
            let readable = |&byte: &u8| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r');
            if !bytes.iter().all(readable) || std::str::from_utf8(&bytes).is_err() {
                return None;
            }
            text_of(root)
        }
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// What stands before the first part and after the last, unless a program wrote it.
fn around(root: &Part<'_>) -> Option<String> {
    if root.children.is_empty() {
        return None;
    }
    let boilerplate = |text: &String| {
        let start = text.get(..text.floor_char_boundary(200)).unwrap_or_default();
        let start = start.to_ascii_lowercase();
        text.is_empty() || (text.len() < 400 && (start.contains("mime") || start.contains("multi")))
    };
    let around = [root.body, root.epilogue].map(|around| {
        let text = super::plain(charset::decode(around, root.kind.get("charset").as_deref()));
        text.trim().to_owned()
    });
    let around: Vec<String> = around.into_iter().filter(|text| !boilerplate(text)).collect();
    (!around.is_empty()).then(|| around.join("\n\n"))
}
