//! Reading one letter: the whole of it (parts, charsets, safe HTML, new text, what it cites), beside
//! mail-parser alone on the same bytes, which decodes its bodies and no more. Both are timed in
//! turns in one run, so the ratio holds on a busy machine too. `cargo bench --bench reading`.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use counterfoil::mail::{html, parse, subject};

/// Rounds of both, of which the fastest counts, and how long a round takes at least.
const ROUNDS: usize = 30;
const ROUND: Duration = Duration::from_millis(4);

fn main() {
    println!("{:24} {:>9} {:>12} {:>12} {:>7}", "letter", "bytes", "whole", "mail-parser", "ratio");
    let mut whole_sum = Duration::ZERO;
    let mut alone_sum = Duration::ZERO;
    for (name, raw) in letters() {
        let (whole, alone) = in_turns(|| whole_letter(&raw), || mail_parser_alone(&raw));
        print_row(name, raw.len(), whole, alone);
        whole_sum += whole;
        alone_sum += alone;
    }
    print_row("all of them", 0, whole_sum, alone_sum);
    println!();
    println!("{:24} {:>9} {:>12} {:>12}", "page", "bytes", "made safe", "made text");
    for (name, page) in pages() {
        let (safe, text) = in_turns(|| html::sanitize(&page).len(), || html::to_text(&page).len());
        println!("{name:24} {:>9} {safe:>12.1?} {text:>12.1?}", page.len());
    }
}

fn print_row(name: &str, bytes: usize, whole: Duration, alone: Duration) {
    let ratio = whole.as_secs_f64() / alone.as_secs_f64();
    println!("{name:24} {bytes:>9} {whole:>12.1?} {alone:>12.1?} {ratio:>7.2}");
}

/// What intake does with a letter: reads it, and takes from it what threads are found by.
fn whole_letter(raw: &[u8]) -> usize {
    let message = parse::parse(raw);
    let tag = !subject::find_tags(&message.subject, "CF").is_empty();
    message.visible_text.len() + message.cited().len() + usize::from(tag)
}

fn mail_parser_alone(raw: &[u8]) -> usize {
    let message = mail_parser::MessageParser::default().parse(raw);
    message.map_or(0, |message| message.parts.len())
}

/// The shortest time of each, measured in turns.
fn in_turns(first: impl Fn() -> usize, second: impl Fn() -> usize) -> (Duration, Duration) {
    let once = |work: &dyn Fn() -> usize, times: u32| {
        let started = Instant::now();
        for _ in 0..times {
            black_box(work());
        }
        started.elapsed() / times
    };
    let times = |work: &dyn Fn() -> usize| {
        let single = once(work, 3).max(Duration::from_nanos(50));
        u32::try_from(ROUND.as_nanos() / single.as_nanos()).unwrap_or(1).max(1)
    };
    let (first_times, second_times) = (times(&first), times(&second));
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(once(&first, first_times));
        best.1 = best.1.min(once(&second, second_times));
    }
    best
}

const SENTENCES: [&str; 6] = [
    "The lamp in the hall flickers since Monday, and the fuse was changed twice. ",
    "Could you send somebody before noon, since the office is closed on Friday? ",
    "We tried the other socket as well; it makes no difference at all. ",
    "Für die Montage brauchen wir außerdem die längeren Schrauben. ",
    "The invoice names 12 lamps, but the box held only 10 of them. ",
    "Please call me under the number below when you know more. ",
];

fn prose(sentences: usize) -> String {
    SENTENCES.iter().cycle().take(sentences).copied().collect()
}

const HEAD: &str = "Received: from mx.shop.example (mx.shop.example [192.0.2.7]) by in.office.example with ESMTPS\r\n\
    \tid 4f2a; Mon, 04 May 2026 09:00:02 +0000\r\n\
    DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.example; s=k1; h=from:to:subject;\r\n\
    \tbh=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE=; b=c2lnbmF0dXJlc2lnbmF0dXJlc2lnbmF0dXJl\r\n\
    From: =?utf-8?q?Ana_Mu=C3=B1oz?= <ana@shop.example>\r\nTo: desk@office.example\r\n\
    Subject: Re: =?utf-8?q?Flackern_im_Flur?= [CF#1234-x7k2]\r\nMessage-ID: <a1@shop.example>\r\n\
    In-Reply-To: <b7@office.example>\r\nReferences: <b5@office.example> <b6@shop.example>\r\n\
    \t<b7@office.example>\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n";

/// The letters, by name: what an office gets.
fn letters() -> Vec<(&'static str, Vec<u8>)> {
    let plain =
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let quoted = |lines: usize| {
        let quote: String = (0..lines)
            .map(|nth| {
                format!("{} {}\n", "> ".repeat(1 + nth / 20 % 4).trim_end(), prose(1).trim_end())
            })
            .collect();
        format!(
            "{}\n\nOn Mon, 4 May 2026 at 09:00, Ben Muster <ben@office.example> wrote:\n{quote}",
            prose(3)
        )
    };
    let alternative = |text: &str, page: &str| {
        format!(
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n{plain}{}\r\n--b\r\n{}\r\n--b--\r\n",
            crlf(text),
            html_part(page)
        )
    };
    let attachment = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{plain}{}\r\n--b\r\n\
         Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        prose(12),
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n".repeat(700)
    );
    let with_head = |body: String| format!("{HEAD}{body}").into_bytes();
    vec![
        ("plain", with_head(format!("{plain}{}", crlf(&prose(12))))),
        ("plain reply", with_head(format!("{plain}{}", crlf(&quoted(20))))),
        ("plain reply, long quote", with_head(format!("{plain}{}", crlf(&quoted(400))))),
        ("gmail reply", with_head(alternative(&quoted(40), &gmail(40)))),
        ("outlook reply", with_head(alternative(&prose(60), &outlook(60)))),
        ("outlook reply, html only", with_head(html_part(&outlook(60)))),
        ("newsletter", with_head(alternative(&prose(60), &newsletter(40)))),
        ("newsletter, html only", with_head(html_part(&newsletter(40)))),
        ("long newsletter", with_head(alternative(&prose(80), &newsletter(90)))),
        ("attachment", with_head(attachment)),
    ]
}

fn pages() -> [(&'static str, String); 3] {
    [("gmail reply", gmail(40)), ("outlook reply", outlook(60)), ("newsletter", newsletter(40))]
}

/// A part in quoted-printable, as nearly every program sends HTML.
fn html_part(page: &str) -> String {
    let mut body = String::from(
        "Content-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
    );
    let mut column = 0;
    for byte in page.bytes() {
        let piece = match byte {
            b'\n' => {
                body.push_str("\r\n");
                column = 0;
                continue;
            }
            b' '..=b'<' | b'>'..=b'~' => char::from(byte).to_string(),
            byte => format!("={byte:02X}"),
        };
        if column + piece.len() > 75 {
            body.push_str("=\r\n");
            column = 0;
        }
        column += piece.len();
        body.push_str(&piece);
    }
    body
}

fn gmail(lines: usize) -> String {
    let quote: String =
        (0..lines).map(|nth| format!("<div>{}</div>", prose(1 + nth % 2))).collect();
    format!(
        "<div dir=\"ltr\"><div>{}</div><div><br></div><div>Ana</div></div><br><div class=\"gmail_quote gmail_quote_container\">\
         <div dir=\"ltr\" class=\"gmail_attr\">On Mon, 4 May 2026 at 09:00, Ben &lt;<a href=\"mailto:ben@office.example\">\
         ben@office.example</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;\
         border-left:1px solid rgb(204,204,204);padding-left:1ex\">{quote}</blockquote></div>",
        prose(3)
    )
}

fn outlook(paragraphs: usize) -> String {
    let fonts = "@font-face\n\t{font-family:\"Cambria Math\";\n\tpanose-1:2 4 5 3 5 4 6 3 2 4;}\n"
        .repeat(8);
    let line = |nth: usize| {
        format!(
            "<p class=\"MsoNormal\"><span lang=\"EN-GB\" style=\"font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif;\
             color:#1F497D;mso-fareast-language:EN-US\">{}<o:p></o:p></span></p>\n<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\n",
            prose(1 + nth % 3)
        )
    };
    let new: String = (0..5).map(line).collect();
    let old: String = (0..paragraphs).map(line).collect();
    format!(
        "<html xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\">\n<head>\n\
         <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n<style><!--\n{fonts}p.MsoNormal\n\
         \t{{margin:0cm;\n\tfont-size:11.0pt;}}\n--></style><!--[if gte mso 9]><xml>\n<o:shapedefaults v:ext=\"edit\" />\n\
         </xml><![endif]-->\n</head>\n<body lang=\"EN-GB\" link=\"#0563C1\">\n<div class=\"WordSection1\">\n{new}\
         <div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\">\n<p class=\"MsoNormal\"><b>\
         <span>From:</span></b><span> Ben &lt;ben@office.example&gt; <br>\n<b>Sent:</b> Monday, 4 May 2026 09:00<br>\n\
         <b>To:</b> Ana<br>\n<b>Subject:</b> Flackern</span></p>\n</div>\n{old}</div>\n</body>\n</html>\n"
    )
}

fn newsletter(articles: usize) -> String {
    let cell = "font-family:Helvetica,Arial,sans-serif;font-size:14px;line-height:22px;color:#333333;text-align:left;padding:10px 25px;word-break:break-word;";
    let table = "<table role=\"presentation\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\" width=\"100%\" style=\"border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt;\">";
    let rows: String = (0..articles)
        .map(|nth| {
            format!(
                "<tr>\n  <td align=\"left\" valign=\"top\" style=\"{cell}\">{table}<tbody><tr><td style=\"width:150px;vertical-align:top;\">\
                 <a href=\"https://click.laden.example/c/{nth}?u=8f14e45fceea167a5a36dedd4bea2543&amp;m=4711&amp;utm_source=news\" target=\"_blank\">\
                 <img src=\"https://img.laden.example/{nth}/lamp.jpg\" width=\"150\" height=\"100\" alt=\"Lamp {nth}\" style=\"border:0;display:block;outline:none;text-decoration:none;height:auto;width:100%;font-size:13px;\"></a></td>\
                 <td style=\"{cell}\"><h2 style=\"margin:0;font-size:18px;color:#111111\">Lamp {nth}</h2><p style=\"margin:0 0 10px 0\">{}</p>\
                 <a href=\"https://click.laden.example/b/{nth}?u=8f14e45fceea167a5a36dedd4bea2543&amp;m=4711\" style=\"display:inline-block;background:#e4002b;color:#ffffff;text-decoration:none;padding:10px 25px;border-radius:3px;\">To the shop</a>\
                 </td></tr></tbody></table></td>\n</tr>\n",
                prose(2 + nth % 3)
            )
        })
        .collect();
    let media = "@media only screen and (min-width:480px) { .column { width:50% !important; max-width:50%; } }\n".repeat(20);
    format!(
        "<!doctype html>\n<html lang=\"de\"><head><title>Angebote</title><!--[if !mso]><!--><meta http-equiv=\"X-UA-Compatible\" \
         content=\"IE=edge\"><!--<![endif]--><style type=\"text/css\">\n#outlook a {{ padding:0; }}\n{media}</style></head>\n\
         <body style=\"background-color:#f4f4f4;\"><div style=\"display:none;font-size:1px;max-height:0px;overflow:hidden;\">\
         Nur heute&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&zwnj;</div>{table}<tbody>\n{rows}</tbody></table></body></html>\n"
    )
}
