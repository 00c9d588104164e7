//! What came with an article: files with name, kind and size, and pictures small beside them. What a
//! picture claims to be decides whether it is looked at; its first bytes decide whether it is shown.

use std::path::Path;

use maud::{Markup, html};

use crate::desk::ticket::{Article, AttachmentId, AttachmentInfo};
use crate::web::download::{content_type, safe_name};
use crate::web::locale::{Locale, cut};
use crate::web::texts::put;
use crate::web::texts::ticket::Kinds;

/// Attachments listed with one article.
const ATTACHMENTS: usize = 20;

/// Pictures shown small on one page: how many, how large each, and all of them, in bytes.
const PICTURES: usize = 12;
const PICTURE_BYTES: u64 = 3 << 20;
const ALL_PICTURES: u64 = 12 << 20;

/// Attachments whose first bytes are looked at for one page, so that no letter makes one slow.
const MOST_LOOKED_AT: usize = 40;

/// The longest name shown, in characters.
const NAME_LENGTH: usize = 80;

/// The pictures a page still takes.
pub(super) struct Pictures {
    count: usize,
    bytes: u64,
    /// What claims to be a picture and is none.
    fakes: Vec<AttachmentId>,
}

/// The attachments of these articles that a page may show small, as far as what they claim goes.
pub(in crate::web) fn claimed(articles: &[Article]) -> Vec<AttachmentId> {
    let all = articles.iter().flat_map(|article| article.attachments.iter().take(ATTACHMENTS));
    let shown = all.filter(|it| is_claimed(it) && it.size <= PICTURE_BYTES);
    shown.map(|it| it.id).take(MOST_LOOKED_AT).collect()
}

fn is_claimed(attachment: &AttachmentInfo) -> bool {
    content_type(&attachment.content_type).starts_with("image/")
}

impl Pictures {
    /// A page without any yet; `fakes` claim to be pictures and are none.
    pub(super) fn new(fakes: Vec<AttachmentId>) -> Self {
        Self { count: PICTURES, bytes: ALL_PICTURES, fakes }
    }

    /// Whether an attachment is shown small.
    fn take(&mut self, attachment: &AttachmentInfo) -> bool {
        let shows = is_claimed(attachment)
            && !self.fakes.contains(&attachment.id)
            && attachment.size <= PICTURE_BYTES.min(self.bytes)
            && self.count > 0;
        if shows {
            self.count -= 1;
            self.bytes -= attachment.size;
        }
        shows
    }
}

/// The list.
pub(super) fn list(locale: &Locale, all: &[AttachmentInfo], pictures: &mut Pictures) -> Markup {
    let texts = &locale.texts().ticket;
    html! {
        @if !all.is_empty() {
            ul.attachments aria-label=(texts.attachments) {
                @for attachment in all.iter().take(ATTACHMENTS) {
                    @let name = cut(&safe_name(&attachment.filename), NAME_LENGTH);
                    li {
                        @if pictures.take(attachment) {
                            a.picture href={ "/attachments/" (attachment.id) "/picture" } {
                                img src={ "/attachments/" (attachment.id) "/picture" } alt=(name)
                                    loading="lazy" decoding="async";
                            }
                        }
                        a href={ "/attachments/" (attachment.id) } download { bdi { (name) } }
                        " "
                        span.at {
                            (kind(&texts.kinds, attachment)) ", " (locale.size(attachment.size))
                            @if attachment.inline { ", " (texts.inside) }
                        }
                    }
                }
                @if all.len() > ATTACHMENTS {
                    li { (put(texts.in_original, &[&locale.number((all.len() - ATTACHMENTS) as u64)])) }
                }
            }
        }
    }
}

/// What a file is, in a word. Its name counts first, for by its name a computer opens it.
fn kind(kinds: &Kinds, attachment: &AttachmentInfo) -> &'static str {
    let name = safe_name(&attachment.filename);
    let ending = Path::new(&name).extension().and_then(|ending| ending.to_str());
    match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "heic" | "heif" | "bmp" | "tif" | "tiff"
        | "svg" | "avif" => return kinds.picture,
        "pdf" => return kinds.pdf,
        "txt" | "log" | "md" => return kinds.text,
        "xls" | "xlsx" | "xlsm" | "ods" | "csv" | "tsv" => return kinds.table,
        "doc" | "docx" | "docm" | "odt" | "rtf" => return kinds.document,
        "ppt" | "pptx" | "pps" | "ppsx" | "odp" => return kinds.slides,
        "zip" | "7z" | "rar" | "gz" | "tgz" | "tar" | "xz" | "bz2" | "iso" | "img" => {
            return kinds.archive;
        }
        "eml" | "msg" => return kinds.message,
        "ics" => return kinds.date,
        "htm" | "html" | "xhtml" | "mht" | "mhtml" => return kinds.web_page,
        "exe" | "com" | "bat" | "cmd" | "msi" | "scr" | "pif" | "ps1" | "vbs" | "vbe" | "js"
        | "jse" | "wsf" | "hta" | "jar" | "lnk" | "sh" | "apk" | "dmg" | "cpl" | "reg" => {
            return kinds.program;
        }
        _ => {}
    }
    let claimed = attachment.content_type.to_ascii_lowercase();
    match claimed.split(['/', ';']).next().unwrap_or_default().trim() {
        "image" => kinds.picture,
        "audio" => kinds.sound,
        "video" => kinds.film,
        "message" => kinds.message,
        "text" if claimed.starts_with("text/plain") => kinds.text,
        "application" if claimed.starts_with("application/pdf") => kinds.pdf,
        _ => kinds.file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts::Language;

    fn file(filename: &str, content_type: &str, size: u64) -> AttachmentInfo {
        AttachmentInfo {
            id: AttachmentId(1),
            filename: filename.to_owned(),
            content_type: content_type.to_owned(),
            size,
            sha256: String::new(),
            inline: false,
            content_id: None,
        }
    }

    #[test]
    fn a_file_is_named_by_what_a_computer_takes_it_for() {
        let kinds = &Language::English.texts().ticket.kinds;
        for (name, claimed, expected) in [
            ("a.PDF", "application/octet-stream", "PDF"),
            ("a.pdf.exe", "application/pdf", "Program"),
            ("photo\u{202e}gpj.exe", "image/jpeg", "Program"),
            ("a", "image/png", "Picture"),
            ("a", "text/html", "File"),
            ("a.html", "text/plain", "Web page"),
            ("a", "audio/ogg", "Sound"),
            ("", "", "File"),
        ] {
            assert_eq!(kind(kinds, &file(name, claimed, 1)), expected, "{name}");
        }
    }

    #[test]
    fn a_page_shows_so_many_pictures_and_no_more() {
        let mut pictures = Pictures::new(vec![AttachmentId(7)]);
        let fake = AttachmentInfo { id: AttachmentId(7), ..file("a.png", "image/png", 1) };
        assert!(!pictures.take(&fake));
        assert!(!pictures.take(&file("a.svg", "image/svg+xml", 1)));
        assert!(!pictures.take(&file("a.png", "image/png", PICTURE_BYTES + 1)));
        let large =
            (0..9).filter(|_| pictures.take(&file("a", "image/png", PICTURE_BYTES))).count();
        assert_eq!(large, 4);
        let mut pictures = Pictures::new(Vec::new());
        let small = (0..99).filter(|_| pictures.take(&file("a", "image/gif", 1))).count();
        assert_eq!(small, PICTURES);
    }
}
