//! Reading one letter: the whole of it (parts, charsets, safe HTML, new text), beside mail-parser
//! alone on the same bytes. Run with `cargo bench --bench reading`; the ratio of the two is what
//! counts.

use counterfoil::mail::parse;

fn main() {
    divan::main();
}

/// The letters of the tests, by name.
const LETTERS: [&str; 4] = ["plain", "alternative", "html-only", "attachments"];

fn letter(name: &str) -> Vec<u8> {
    let paragraph = "The lamp in the hall flickers since Monday, and the fuse was changed twice. ";
    let text = paragraph.repeat(12);
    let html = format!(
        "<html><body><p style=\"color:red\">{}</p></body></html>",
        text.replace(". ", ".</p><p>")
    );
    let head = "From: Ana <ana@shop.example>\r\nTo: desk@office.example\r\nSubject: =?utf-8?q?Flackern_?=\r\n\
                Message-ID: <a1@shop.example>\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n";
    let quoted = "On Mon, 4 May 2026, Ben wrote:\r\n> Did you try the other one?\r\n";
    let body = match name {
        "plain" => format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\r\n{quoted}"),
        "html-only" => format!("Content-Type: text/html; charset=utf-8\r\n\r\n{html}"),
        "alternative" => format!(
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
             {text}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
        ),
        _ => format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
             {text}\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
            "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"
                .repeat(700)
        ),
    };
    format!("{head}{body}").into_bytes()
}

#[divan::bench(args = LETTERS)]
fn whole_letter(bencher: divan::Bencher<'_, '_>, name: &str) {
    let raw = letter(name);
    bencher.counter(divan::counter::BytesCount::of_slice(&raw)).bench(|| parse::parse(&raw));
}

#[divan::bench(args = LETTERS)]
fn mail_parser_alone(bencher: divan::Bencher<'_, '_>, name: &str) {
    let raw = letter(name);
    bencher.counter(divan::counter::BytesCount::of_slice(&raw)).bench(|| {
        mail_parser::MessageParser::default().parse(&raw[..]).map(|message| message.parts.len())
    });
}
