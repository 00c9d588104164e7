//! The name under which an attachment is shown and saved. Whatever the letter says, the name has
//! no folder, no control character and no character that turns the direction of writing, and is
//! never empty.

use super::fields::{self, Structured};
use super::words;

/// Characters kept of a name, its ending included.
const LONGEST: usize = 180;

/// The name the headers give: Content-Disposition first, then Content-Type.
pub(super) fn given(disposition: &Structured, kind: &Structured) -> Option<String> {
    let named = |field: &Structured, name: &str| {
        field.get(name).map(|name| clean(&words::decode(&name))).filter(|name| !name.is_empty())
    };
    named(disposition, "filename")
        .or_else(|| named(kind, "name"))
        .or_else(|| named(disposition, "name"))
        .or_else(|| named(kind, "filename"))
}

/// A name for the `number`-th attachment when nothing gives one.
pub(super) fn made_up(number: usize, media_type: &str) -> String {
    format!("attachment-{number}.{}", ending(media_type))
}

/// The name of an attached letter, from its subject.
pub(super) fn of_letter(subject: &str, number: usize) -> String {
    // A slash in a subject separates words, not folders.
    let stem = clean(&subject.replace(['/', '\\'], "-"));
    if stem.is_empty() { made_up(number, "message/rfc822") } else { format!("{stem}.eml") }
}

/// Strips folders and everything that does not belong into a name; empty when nothing is left.
pub(super) fn clean(name: &str) -> String {
    let name = fields::one_line(name);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String =
        name.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{61c}')).collect();
    let name = name.trim_matches([' ', '"', '\'']);
    if name.trim_matches(['.', ' ']).is_empty() {
        return String::new();
    }
    let length = name.chars().count();
    if length <= LONGEST {
        return name.to_owned();
    }
    let (stem, end) = match name.rfind('.') {
        Some(dot) if name.len() - dot <= 12 => name.split_at(dot),
        _ => (name, ""),
    };
    let kept: String = stem.chars().take(LONGEST - end.chars().count()).collect();
    kept + end
}

fn ending(media_type: &str) -> &str {
    match media_type {
        "application/pdf" => "pdf",
        "application/zip" | "application/x-zip-compressed" => "zip",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.ms-outlook" => "msg",
        "application/vnd.ms-powerpoint" => "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/json" => "json",
        "application/xml" | "text/xml" => "xml",
        "application/rtf" | "text/rtf" => "rtf",
        "application/ics" | "text/calendar" => "ics",
        "application/ms-tnef" => "dat",
        "application/pgp-signature" => "asc",
        "application/pgp-encrypted" => "pgp",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" => "wav",
        "image/bmp" => "bmp",
        "image/gif" => "gif",
        "image/heic" => "heic",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/svg+xml" => "svg",
        "image/tiff" => "tiff",
        "image/webp" => "webp",
        "message/rfc822" | "message/global" => "eml",
        "text/csv" => "csv",
        "text/html" => "html",
        "text/vcard" | "text/x-vcard" => "vcf",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        other if other.starts_with("text/") || other.starts_with("message/") => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        for (name, expected) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.doc", "a.doc"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("a\r\nb\0.txt", "a  b.txt"),
            ("  'x.txt' ", "x.txt"),
            ("..", ""),
            ("folder/", ""),
            ("Übersicht März.pdf", "Übersicht März.pdf"),
            (".htaccess", ".htaccess"),
        ] {
            assert_eq!(clean(name), expected, "{name:?}");
        }
        let long = clean(&format!("{}.pdf", "ä".repeat(500)));
        assert_eq!((long.chars().count(), long.ends_with("ä.pdf")), (LONGEST, true));
    }

    #[test]
    fn nameless_attachments_get_a_name() {
        assert_eq!(made_up(2, "application/pdf"), "attachment-2.pdf");
        assert_eq!(made_up(1, "message/delivery-status"), "attachment-1.txt");
        assert_eq!(made_up(1, "x/y"), "attachment-1.bin");
        assert_eq!(of_letter("Re: 1/2", 1), "Re: 1-2.eml");
        assert_eq!(of_letter(" ", 3), "attachment-3.eml");
    }
}
