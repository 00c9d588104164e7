//! The name under which an attachment is shown and saved. Whatever the letter says, the name has
//! no folder, no control character and no character that turns the direction of writing, and is
//! never empty.

use super::fields::{self, Structured};
use super::parts::Part;
use super::words;

/// Characters kept of a name, its ending included.
const LONGEST: usize = 180;

/// The name the headers give: Content-Disposition first, then Content-Type, then what else may hold
/// one. Eight-bit names are in the `charset` of the letter when they are not UTF-8.
pub(super) fn given(part: &Part<'_>, charset: Option<&str>) -> Option<String> {
    // Only what is not UTF-8 has to be read again.
    let again = |name: &str| {
        let value = part.head.get(name).filter(|value| std::str::from_utf8(value).is_err());
        value.map(|value| Structured::read(&fields::text(value, charset)))
    };
    let (again_disposition, again_kind) = (again("content-disposition"), again("content-type"));
    let disposition = again_disposition.as_ref().unwrap_or(&part.disposition);
    let kind = again_kind.as_ref().unwrap_or(&part.kind);
    let named = |field: &Structured, name: &str| {
        field.get(name).map(|name| clean(&decoded(&name))).filter(|name| !name.is_empty())
    };
    named(disposition, "filename")
        .or_else(|| named(kind, "name"))
        .or_else(|| named(disposition, "name"))
        .or_else(|| named(kind, "filename"))
        .or_else(|| part.is_calendar().then(|| "invite.ics".to_owned()))
        .or_else(|| elsewhere(part, "content-location"))
        .or_else(|| elsewhere(part, "content-description"))
}

/// A name in a field that is not meant for it, when it looks like one: with an ending.
fn elsewhere(part: &Part<'_>, field: &str) -> Option<String> {
    let value = fields::text(part.head.get(field)?, None);
    let name = clean(&decoded(value.split(['?', '#']).next().unwrap_or_default()));
    let (stem, ending) = name.rsplit_once('.')?;
    let fits = !stem.is_empty()
        && (2..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !name.contains('@');
    fits.then_some(name)
}

/// A name without the encodings it was put into rightly or wrongly: encoded words, `utf-8''a%20b`,
/// percent signs.
fn decoded(name: &str) -> String {
    let name = words::decode(name);
    let (charset, coded) = match name.split_once('\'').and_then(|(charset, rest)| {
        rest.split_once('\'').map(|(language, coded)| (charset, language, coded))
    }) {
        Some((charset, language, coded)) if coded.contains('%') && language.len() < 10 => {
            (Some(charset), coded)
        }
        _ => (None, name.as_str()),
    };
    if !coded.contains('%') {
        return name;
    }
    let mut bytes = Vec::with_capacity(coded.len());
    fields::percent_decode(coded, &mut bytes);
    // Every percent sign must have been one of an escape, or the name is meant as it is.
    let escapes = coded.matches('%').count();
    if bytes.len() + 2 * escapes != coded.len() {
        return name;
    }
    match (String::from_utf8(bytes), charset) {
        (Ok(decoded), _) if !decoded.contains(char::is_control) => decoded,
        (Err(error), Some(charset)) => super::charset::decode(error.as_bytes(), Some(charset)),
        _ => name,
    }
}

/// The name with this ending, when it has no other one.
pub(super) fn with_ending(name: String, ending: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, other)) if (2..=4).contains(&other.len()) && !other.contains(' ') => name,
        _ => format!("{name}.{ending}"),
    }
}

/// The media type of a file of that name.
pub(super) fn kind_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let known = ENDINGS.iter().find(|(_, known)| ending.as_deref() == Some(*known));
    known.map_or("application/octet-stream", |(kind, _)| kind)
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

/// Media types and the endings of their files; the first of each ending is its own type.
const ENDINGS: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("application/x-zip-compressed", "zip"),
    ("application/msword", "doc"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-outlook", "msg"),
    ("application/vnd.ms-powerpoint", "ppt"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/json", "json"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("application/rtf", "rtf"),
    ("text/rtf", "rtf"),
    ("application/ics", "ics"),
    ("text/calendar", "ics"),
    ("application/ms-tnef", "dat"),
    ("application/pgp-signature", "asc"),
    ("application/pgp-encrypted", "pgp"),
    ("application/pkcs7-signature", "p7s"),
    ("application/x-pkcs7-signature", "p7s"),
    ("application/pkcs7-mime", "p7m"),
    ("application/x-pkcs7-mime", "p7m"),
    ("audio/mpeg", "mp3"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("image/bmp", "bmp"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/jpeg", "jpg"),
    ("image/jpg", "jpg"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tiff"),
    ("image/webp", "webp"),
    ("message/rfc822", "eml"),
    ("message/global", "eml"),
    ("text/csv", "csv"),
    ("text/html", "html"),
    ("text/vcard", "vcf"),
    ("text/x-vcard", "vcf"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("text/plain", "txt"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/x-7z-compressed", "7z"),
    ("application/gzip", "gz"),
    ("application/vnd.rar", "rar"),
    ("audio/ogg", "ogg"),
    ("audio/amr", "amr"),
    ("audio/mp4", "m4a"),
    ("video/3gpp", "3gp"),
    ("application/x-msg", "msg"),
    ("application/javascript", "js"),
    ("text/css", "css"),
];

fn ending(media_type: &str) -> &str {
    let known = ENDINGS.iter().find(|(known, _)| *known == media_type);
    match known {
        Some((_, ending)) => ending,
        None if media_type.starts_with("text/") || media_type.starts_with("message/") => "txt",
        None => "bin",
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
