//! A sheet as HTML, in the handwriting of the program it comes from, with the quoted letter below.

use super::people::Program;
use super::sheet::Sheet;
use super::text;

/// How many earlier letters are quoted at most.
const DEPTH: usize = 3;

/// Text as HTML shows it.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// The whole page. `picture` is the Content-ID of one to show under the words, `more` plain text
/// to stand below everything.
pub(super) fn page(sheet: &Sheet, charset: &str, picture: Option<&str>, more: &str) -> String {
    let mut body = words(sheet);
    if let Some(cid) = picture {
        body.push_str(&format!(
            "<p><img src=\"cid:{cid}\" width=\"240\" height=\"120\" alt=\"picture\"></p>\n"
        ));
    }
    body.push_str(&earlier(sheet, DEPTH));
    if !more.is_empty() {
        body.push_str(&format!("<pre>{}</pre>\n", escape(more)));
    }
    let style = match sheet.author.program {
        Program::Outlook => {
            "<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:\"Calibri\",sans-serif;} --></style>\n"
        }
        _ => "",
    };
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset={charset}\">\n{style}</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// The words of one letter without those it quotes.
fn words(sheet: &Sheet) -> String {
    let mut lines = vec![sheet.greeting.clone()];
    lines.extend(sheet.paragraphs.iter().cloned());
    lines.push(sheet.farewell.join("\n"));
    let mut out = String::new();
    for line in &lines {
        let inner = escape(line).replace('\n', "<br>\n");
        match sheet.author.program {
            Program::Outlook => out.push_str(&format!(
                "<p class=\"MsoNormal\">{inner}<o:p></o:p></p>\n<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\n"
            )),
            Program::Browser => out.push_str(&format!("<div>{inner}</div><div><br></div>\n")),
            Program::AppleMail | Program::Phone => {
                out.push_str(&format!("<div dir=\"ltr\">{inner}</div><div><br></div>\n"));
            }
            Program::Thunderbird | Program::Roundcube => {
                out.push_str(&format!("<p>{inner}</p>\n"));
            }
        }
    }
    if !sheet.signature.is_empty() {
        let class = match sheet.author.program {
            Program::Thunderbird => "moz-signature",
            Program::Browser => "gmail_signature",
            _ => "signature",
        };
        out.push_str(&format!("<div class=\"{class}\">"));
        for line in &sheet.signature {
            if line.starts_with("https://") {
                out.push_str(&format!("<a href=\"{0}\">{0}</a><br>", escape(line)));
            } else {
                out.push_str(&format!("<b>{}</b><br>", escape(line)));
            }
        }
        out.push_str("</div>\n");
    }
    out
}

/// The letters that `sheet` answers, newest first, each as the one above it quotes.
fn earlier(sheet: &Sheet, depth: usize) -> String {
    let Some(quoted) = sheet.answers.as_deref().filter(|_| depth > 0) else {
        return String::new();
    };
    let inner = format!("{}{}", words(quoted), earlier(quoted, depth - 1));
    let line = escape(&text::attribution(quoted, sheet.author.program));
    match sheet.author.program {
        Program::Outlook => {
            let mut head = String::new();
            for (name, value) in text::outlook_head(quoted, "Support") {
                head.push_str(&format!("<b>{name}:</b> {}<br>\n", escape(&value)));
            }
            format!(
                "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\">{head}</p></div>\n{inner}"
            )
        }
        Program::Browser => format!(
            "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{line}<br></div>\n<blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">\n{inner}</blockquote></div>\n"
        ),
        Program::Thunderbird => format!(
            "<div class=\"moz-cite-prefix\">{line}<br></div>\n<blockquote type=\"cite\">\n{inner}</blockquote>\n"
        ),
        Program::AppleMail | Program::Phone | Program::Roundcube => {
            format!("<div>{line}</div>\n<blockquote type=\"cite\">\n{inner}</blockquote>\n")
        }
    }
}
