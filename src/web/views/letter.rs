//! One letter as its sender laid it out, as a document of its own: made for a frame that may do
//! nothing. Its HTML was made safe when it was taken in and is cleaned once more here, with the
//! pictures of the letter put in, so the document loads nothing at all, not even from us.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::desk::ticket::{AttachmentId, AttachmentInfo};
use crate::mail::html::illustrate;
use crate::web::locale::Locale;
use crate::web::texts::put;

/// Bytes of one picture and of all pictures shown inside a letter.
const PICTURE: u64 = 3 << 20;
const PICTURES: u64 = 10 << 20;

/// What a frame may do that shows a letter: open links in windows of their own.
pub(in crate::web) const SANDBOX: &str = "allow-popups allow-popups-to-escape-sandbox";

/// How the document looks where the letter says nothing.
const STYLE: &str = "body{margin:0;padding:12px;font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;\
    background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}\
    pre{white-space:pre-wrap}blockquote{margin:8px 0 8px 8px;padding-left:12px;\
    border-left:2px solid #ccc}.left-out{margin:0 0 12px;color:#555;font-size:13px}";

/// The document. `bytes` gives the content of an attachment.
pub(in crate::web) fn document(
    locale: &Locale,
    safe: &str,
    attachments: &[AttachmentInfo],
    mut bytes: impl FnMut(AttachmentId) -> Option<Vec<u8>>,
) -> Markup {
    let texts = &locale.texts().ticket;
    let mut left = PICTURES;
    let shown = illustrate(safe, &mut |id| {
        let cited = |attachment: &&AttachmentInfo| attachment.content_id.as_deref() == Some(id);
        let found = attachments.iter().find(cited)?;
        if found.size > PICTURE.min(left) {
            return None;
        }
        left -= found.size;
        bytes(found.id)
    });
    html! {
        (DOCTYPE)
        html {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="only light";
                title { (texts.letter) }
                style { (PreEscaped(STYLE)) }
            }
            body dir="auto" {
                @for (words, count) in
                    [(texts.left_out, shown.elsewhere), (texts.unshown, shown.unshown)]
                {
                    @if count > 0 {
                        p class="left-out" lang=(locale.language.tag()) dir="ltr" {
                            (put(words, &[&locale.counted(count as u64, texts.pictures)]))
                        }
                    }
                }
                // Made by our own cleaner a moment ago.
                (PreEscaped(shown.html))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Timestamp, Zone};
    use crate::web::texts::Language;

    fn locale() -> Locale {
        let now = Timestamp::from_unix(0);
        Locale { language: Language::English, zone: Zone::utc(), now }
    }

    fn picture(id: i64, size: u64) -> AttachmentInfo {
        AttachmentInfo {
            id: AttachmentId(id),
            filename: "x.png".to_owned(),
            content_type: "image/png".to_owned(),
            size,
            sha256: String::new(),
            inline: true,
            content_id: Some(format!("p{id}")),
        }
    }

    #[test]
    fn a_letter_shows_its_own_pictures_within_limits() {
        let attachments = [picture(1, 8), picture(2, PICTURE + 1), picture(3, 8)];
        let html = "<img src=\"cid:p1\"><img src=\"cid:p2\"><img src=\"cid:p3\"><img src=\"cid:p4\"><script>";
        let page = document(&locale(), html, &attachments, |id| match id {
            AttachmentId(1) => Some(b"\x89PNG\r\n\x1a\n".to_vec()),
            AttachmentId(3) => Some(b"<script>".to_vec()),
            id => panic!("{id} is too large"),
        });
        let page = page.into_string();
        assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 1, "{page}");
        assert!(page.contains("3 pictures left out: missing"), "{page}");
        assert!(!page.contains("elsewhere"), "{page}");
        let html = "<img src=\"https://x.example/a.png\"><img src=\"cid:p1\">";
        let page = document(&locale(), html, &attachments, |_| None).into_string();
        assert!(page.contains("1 picture left out: nothing is loaded from elsewhere"), "{page}");
        assert!(page.contains("1 picture left out: missing"), "{page}");
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn many_pictures_do_not_make_a_page_without_end() {
        let attachments: Vec<AttachmentInfo> = (1..=9).map(|id| picture(id, PICTURE)).collect();
        let html: String = (1..=9).map(|id| format!("<img src=\"cid:p{id}\">")).collect();
        let mut read = 0;
        document(&locale(), &html, &attachments, |_| {
            read += 1;
            None
        });
        assert_eq!(read, 3);
    }
}
