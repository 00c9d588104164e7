//! Files of unknown origin on their way out: under which name a browser saves one, and as what it
//! is told to take it. Whatever the letter claimed, nothing is ever shown or run here.

use std::path::Path;

use super::answer::Answer;
use crate::desk::ticket::AttachmentInfo;

/// The longest file name, in bytes, so that every file system takes it.
const NAME_BYTES: usize = 120;

/// The media types passed on as the letter gave them. Everything else is bytes.
const KNOWN_TYPES: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"];

/// An attachment, to be saved.
pub(super) fn attachment(info: &AttachmentInfo, bytes: Vec<u8>) -> Answer {
    Answer::download(content_type(&info.content_type), disposition(&info.filename), bytes)
}

/// A message as it came, to be saved under this name.
pub(super) fn original(filename: &str, bytes: Vec<u8>) -> Answer {
    Answer::download("message/rfc822", disposition(filename), bytes)
}

/// The media type to name in the answer.
pub(super) fn content_type(claimed: &str) -> &'static str {
    let bare = claimed.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = KNOWN_TYPES.into_iter().find(|known| *known == bare);
    known.unwrap_or("application/octet-stream")
}

/// The Content-Disposition that saves a file under its name (RFC 6266 section 4, with the
/// encoding of RFC 8187 section 3.2 beside a name in plain ASCII).
fn disposition(filename: &str) -> String {
    let name = safe_name(filename);
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' })
        .map(|c| if matches!(c, '"' | '\\' | '%') { '_' } else { c })
        .collect();
    let mut value = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                value.push(char::from(byte));
            } else {
                value.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    value
}

/// A name that stays in the folder it is saved to and reads as what it is: without path, control
/// characters or signs that turn the direction of writing (which make `annexe` + `fdp.exe` read as
/// `annexeexe.pdf`), not hidden.
pub(super) fn safe_name(filename: &str) -> String {
    let visible: String = filename
        .chars()
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '<' | '>' | '|') { '_' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let name = visible.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).trim();
    if name.is_empty() {
        return "attachment".to_owned();
    }
    if name.len() <= NAME_BYTES {
        return name.to_owned();
    }
    // What is cut away is the middle: the end says what kind of file it is.
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    let ending = ending.filter(|ending| ending.len() <= 16).map(|ending| format!(".{ending}"));
    let ending = ending.unwrap_or_default();
    let mut end = NAME_BYTES - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}

/// Whether a character is not seen, or changes how its neighbours are.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_tamed() {
        for (case, filename, expected) in [
            ("plain", "report.pdf", "attachment; filename=\"report.pdf\""),
            (
                "umlauts",
                "Prüfung 1.pdf",
                "attachment; filename=\"Pr_fung 1.pdf\"; filename*=UTF-8''Pr%C3%BCfung%201.pdf",
            ),
            (
                "header injection",
                "a\r\nSet-Cookie: x=1\".txt",
                "attachment; filename=\"aSet-Cookie_ x=1_.txt\"; \
                 filename*=UTF-8''aSet-Cookie_%20x%3D1%22.txt",
            ),
            ("path", "../../etc/passwd", "attachment; filename=\"_.._etc_passwd\""),
            ("hidden", ".bashrc", "attachment; filename=\"bashrc\""),
            ("turned writing", "annexe\u{202e}fdp.exe", "attachment; filename=\"annexefdp.exe\""),
            ("nothing left", " ..\u{200b} ", "attachment; filename=\"attachment\""),
            (
                "quote and percent",
                "50%\"\\.txt",
                "attachment; filename=\"50___.txt\"; filename*=UTF-8''50%25%22_.txt",
            ),
        ] {
            assert_eq!(disposition(filename), expected, "{case}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = safe_name(&format!("{}.pdf", "ü".repeat(300)));
        assert!(name.len() <= NAME_BYTES && name.ends_with("ü.pdf"), "{name}");
        let name = safe_name(&"x".repeat(300));
        assert_eq!(name.len(), NAME_BYTES);
    }

    #[test]
    fn only_known_media_types_are_passed_on() {
        for (claimed, expected) in [
            ("image/png", "image/png"),
            ("Text/Plain; charset=utf-8", "text/plain"),
            ("text/html", "application/octet-stream"),
            ("image/svg+xml", "application/octet-stream"),
            ("application/pdf\r\nX: y", "application/octet-stream"),
            ("", "application/octet-stream"),
        ] {
            assert_eq!(content_type(claimed), expected, "{claimed}");
        }
    }

    #[test]
    fn no_file_is_a_script_to_a_browser() {
        // Browsers decide by these types.
        for claimed in ["text/javascript", "application/javascript", "text/ecmascript", "module"] {
            assert_eq!(content_type(claimed), "application/octet-stream", "{claimed}");
        }
    }
}
