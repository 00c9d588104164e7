//! Dresses a sheet as mail: which parts, which character set, which encoding, what is attached.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::charsets::Charset;
use super::dates;
use super::dice::Dice;
use super::envelope::{Mail, Named, Sender};
use super::files;
use super::html;
use super::mime::{File, NameStyle, Part, Transfer, Word};
use super::people::{Person, Program};
use super::run::{Kind, Run};
use super::sheet::Sheet;
use super::text::{self, Wrap};
use super::wording::Language;

/// The mail for a sheet of any kind that people write themselves; `more` is older conversation to
/// stand below the text.
pub(super) fn dress(run: &Run, index: usize, mut sheet: Sheet, more: &str) -> Mail {
    let mut dice = run.dice(index, "dress");
    let file = attachment(&mut sheet, &mut dice);
    let words = match sheet.kind {
        Kind::Latin1Quoted | Kind::Latin1EightBit => (Charset::Latin1, Word::Q),
        Kind::Windows => (Charset::Windows1252, Word::Q),
        Kind::Utf8Base64 => (Charset::Utf8, Word::B),
        _ if sheet.author.program == Program::Outlook => (Charset::Utf8, Word::B),
        _ => (Charset::Utf8, dice.pick(&[Word::Q, Word::B])),
    };
    let mut root = body(&sheet, &mut dice, more);
    if let Some(file) = &file {
        let pieces = sheet.kind == Kind::LongName;
        let style = if pieces { NameStyle::Pieces } else { NameStyle::Quoted };
        root = root.and(Part::file(file, style));
    }
    let sent = (sheet.sent, dates::offset(sheet.language(), sheet.sent));
    let mut mail = Mail::new(run, named(&sheet.author), &sheet.subject, sent, root);
    mail.words = words;
    mail.id = Some(sheet.id.clone());
    mail.references = sheet.references().into_iter().map(str::to_owned).collect();
    mail.answers = sheet.answers.as_ref().map(|earlier| earlier.id.clone());
    mail.program = Some(sheet.author.program);
    mail.cc = sheet.copied.iter().map(named).collect();
    if dice.chance(40) {
        mail.to[0].0 = dice.pick(&["Support", "Helpdesk", "support"]).to_owned();
    }
    if dice.chance(8) {
        mail.sender = Sender::Unknown;
    }
    match sheet.kind {
        Kind::NoId => mail.id = None,
        Kind::NoSubject => mail.subject = None,
        Kind::ManyRecipients => {
            let half = mail.cc.len() / 2;
            mail.to.extend(mail.cc.drain(..half));
        }
        Kind::Unlabelled => {
            mail.labelled = false;
            mail.program = None;
            mail.from.0.clear();
            mail.cc.clear();
        }
        Kind::LongHeaders => long_headers(&mut mail, sheet.language(), &mut dice),
        _ => {}
    }
    mail
}

/// A person for an address header.
pub(super) fn named(person: &Person) -> Named {
    (person.name.clone(), person.address.clone())
}

fn body(sheet: &Sheet, dice: &mut Dice, more: &str) -> Part {
    let plain = |wrap: Wrap| text::plain(sheet, wrap, more);
    let alternative = |charset: Charset| {
        let typographic = |text: String| {
            if charset == Charset::Windows1252 { typographic(&text) } else { text }
        };
        let transfer = if sheet.author.program == Program::AppleMail && charset == Charset::Utf8 {
            Transfer::Base64
        } else {
            Transfer::Quoted
        };
        let page = html::page(sheet, charset.label(), None, more);
        let text = typographic(plain(Wrap::Hard));
        Part::multi(
            "alternative",
            vec![
                Part::text("plain", &text, charset, transfer),
                Part::text("html", &page, charset, transfer),
            ],
        )
    };
    let eight_bit = |kind: &str, text: &str| {
        if text.is_ascii() {
            Part::text(kind, text, Charset::Ascii, Transfer::SevenBit)
        } else {
            Part::text(kind, text, Charset::Utf8, Transfer::EightBit)
        }
    };
    match sheet.kind {
        Kind::Flowed => eight_bit("plain; format=flowed", &plain(Wrap::Flowed)),
        Kind::HtmlOnly => {
            let page = html::page(sheet, "utf-8", None, more);
            Part::text("html", &page, Charset::Utf8, Transfer::Quoted)
        }
        Kind::Alternative | Kind::ReplyHtml | Kind::Docx | Kind::Png => alternative(Charset::Utf8),
        Kind::Windows => alternative(Charset::Windows1252),
        Kind::ReplyOutlook if dice.chance(60) => alternative(Charset::Utf8),
        Kind::ReplyOutlook | Kind::Utf8Quoted => {
            Part::text("plain", &plain(Wrap::Never), Charset::Utf8, Transfer::Quoted)
        }
        Kind::Utf8Base64 => {
            Part::text("plain", &plain(Wrap::Never), Charset::Utf8, Transfer::Base64)
        }
        Kind::Latin1Quoted => {
            Part::text("plain", &plain(Wrap::Hard), Charset::Latin1, Transfer::Quoted)
        }
        Kind::Latin1EightBit | Kind::Unlabelled => {
            Part::text("plain", &plain(Wrap::Hard), Charset::Latin1, Transfer::EightBit)
        }
        Kind::Inline => {
            let cid = format!("image001.{:08x}@{}", dice.number() >> 32, sheet.author.domain);
            let page = html::page(sheet, "utf-8", Some(&cid), more);
            let picture = File {
                name: "image001.png".to_owned(),
                media: "image/png",
                bytes: files::logo(dice),
                cid: Some(cid),
            };
            let related = Part::multi(
                "related; type=\"text/html\"",
                vec![
                    Part::text("html", &page, Charset::Utf8, Transfer::Quoted),
                    Part::file(&picture, NameStyle::Quoted),
                ],
            );
            let text = Part::text("plain", &plain(Wrap::Hard), Charset::Utf8, Transfer::Quoted);
            Part::multi("alternative", vec![text, related])
        }
        _ => eight_bit("plain", &plain(Wrap::Hard)),
    }
}

/// What comes with the letter, and the sentence that says so.
fn attachment(sheet: &mut Sheet, dice: &mut Dice) -> Option<File> {
    let german = sheet.language() == Language::German;
    let choose =
        |english: &str, german_text: &str| (if german { german_text } else { english }).to_owned();
    let mut lines = vec![sheet.subject.clone(), String::new()];
    lines.extend(sheet.paragraphs.iter().flat_map(|text| text.split('\n')).map(str::to_owned));
    lines.extend([String::new(), sheet.author.name.clone()]);
    let (name, media, bytes, remark) = match sheet.kind {
        Kind::Pdf => (
            choose(
                dice.pick(&["invoice.pdf", "delivery note.pdf", "form signed.pdf"]),
                dice.pick(&["Rechnung.pdf", "Lieferschein März.pdf", "Prüfprotokoll.pdf"]),
            ),
            "application/pdf",
            files::pdf(&lines),
            choose("The paper is attached as a PDF.", "Das Schreiben liegt als PDF bei."),
        ),
        Kind::Png => (
            choose(
                dice.pick(&["photo.png", "Screenshot 1.png", "IMG_2041.png"]),
                dice.pick(&["Foto.png", "Bildschirmfoto.png", "Gerät hinten.png"]),
            ),
            "image/png",
            {
                let bytes = dice.between(1_500, 9_000);
                files::photograph(dice, bytes)
            },
            choose("See the picture.", "Ein Bild ist dabei."),
        ),
        Kind::Csv => (
            choose("stock list.csv", "Bestände.csv"),
            "text/csv",
            files::table(dice, 900),
            choose("The list is attached.", "Die Liste hängt an."),
        ),
        Kind::Zip => (
            choose("logs.zip", "Protokolle.zip"),
            "application/zip",
            files::zip(&[
                ("device.log", files::log(dice, 1_200)),
                ("articles.csv", files::table(dice, 600)),
            ]),
            choose("The logs are in the archive.", "Die Protokolle sind im Archiv."),
        ),
        Kind::Docx => (
            choose("requirements.docx", "Anforderungen Büro.docx"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            files::docx(&lines),
            choose("Details are in the document.", "Einzelheiten stehen im Dokument."),
        ),
        Kind::LongName => (
            "Prüfbericht über die Beleuchtung der Büroräume, endgültige Fassung (3).pdf".to_owned(),
            "application/pdf",
            files::pdf(&lines),
            "Der Prüfbericht liegt bei.".to_owned(),
        ),
        _ => return None,
    };
    sheet.paragraphs.push(remark);
    Some(File { name, media, bytes, cid: None })
}

/// What a letter looks like that has passed many hands: a long subject and headers folded often.
fn long_headers(mail: &mut Mail, language: Language, dice: &mut Dice) {
    if let Some(subject) = &mut mail.subject {
        subject.push_str(match language {
            Language::English => {
                " - with some remarks on the delivery of last month, the open points from our telephone call, and the list of the things that were still missing when we counted them"
            }
            Language::German => {
                " - mit einigen Anmerkungen zur Lieferung vom vergangenen Monat, den offenen Punkten aus unserem Telefongespräch und der Liste der Teile, die beim Zählen noch fehlten"
            }
        });
    }
    let (domain, sent) = (mail.from.1.rsplit('@').next().unwrap_or_default(), mail.sent.0);
    let mut signature = format!(
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1; t={sent}; h=From:To:Subject:Date:Message-ID;"
    );
    for (name, bytes) in [("bh", 32), ("b", 256)] {
        let text = STANDARD.encode(dice.noise(bytes));
        let pieces: Vec<&str> = text
            .as_bytes()
            .chunks(60)
            .filter_map(|piece| std::str::from_utf8(piece).ok())
            .collect();
        signature.push_str(&format!(" {name}={};", pieces.join(" ")));
    }
    let mut route = String::from("passed");
    for hop in 1..=14 {
        route.push_str(&format!(" relay{hop}.{domain};"));
    }
    mail.more.push(("DKIM-Signature", signature));
    mail.more.push(("X-Route", route));
}

/// Quotes and dashes as word processors set them.
fn typographic(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut open = false;
    for character in text.replace(" - ", " \u{2013} ").chars() {
        match character {
            '"' if open => out.push('\u{201D}'),
            '"' => out.push('\u{201C}'),
            '\'' => out.push('\u{2019}'),
            other => out.push(other),
        }
        open ^= character == '"';
    }
    out
}
