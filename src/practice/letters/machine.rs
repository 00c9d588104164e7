//! Mail that no person wrote: absence notes, bounces, newsletters, invitations, read receipts.

use super::charsets::Charset;
use super::dates::{self, Local};
use super::dice::Dice;
use super::envelope::{Mail, Sender};
use super::mime::{Part, Transfer};
use super::ordinary::named;
use super::people::Program;
use super::run::Run;
use super::sheet::Sheet;
use super::wording::{Details, Language, fill};

/// Somebody is away and their program says so (RFC 3834).
pub(super) fn out_of_office(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    let (mut dice, details) = prepare(run, index, sheet);
    let (greeting, subject, text) = match sheet.language() {
        Language::English => (
            "Hello,",
            "Automatic reply: Your order {order}",
            "Thank you for your message. I am out of the office until {day} and will [read my mail only now and then|not read mail].\n\nIn urgent cases please turn to {colleague}.\n",
        ),
        Language::German => (
            "Guten Tag,",
            "Automatische Antwort: Ihre Bestellung {order}",
            "vielen Dank für Ihre Nachricht. Ich bin bis {day} nicht im Büro; Ihre Mail wird [nicht weitergeleitet|nur unregelmäßig gelesen].\n\nIn dringenden Fällen hilft Ihnen {colleague} weiter.\n",
        ),
    };
    let subject = fill(subject, &details, &mut dice);
    let text =
        format!("{greeting}\n\n{}\n{}\n", fill(text, &details, &mut dice), sheet.author.name);
    let root = Part::text("plain", &text, Charset::Utf8, Transfer::Quoted);
    let mut mail = Mail::new(run, named(&sheet.author), &subject, sent(sheet), root);
    mail.id = Some(sheet.id.clone());
    mail.program = Some(Program::Outlook);
    mail.more = vec![
        ("Auto-Submitted", "auto-replied".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
    ];
    mail
}

/// A letter of the office came back (RFC 3462 and RFC 3464).
pub(super) fn bounce(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    let (mut dice, details) = prepare(run, index, sheet);
    let (office, lost) = (&run.office, &sheet.author.address);
    let subject = fill("Your order {order}", &details, &mut dice);
    let text = format!(
        "This is the mail system at host mx.{office}.\n\nI am sorry to have to inform you that your message could not be delivered to\none or more recipients. It is attached below.\n\n<{lost}>: host mail.{}[203.0.113.25] said: 550 5.1.1\n    <{lost}>: Recipient address rejected: User unknown (in reply to RCPT TO command)\n",
        sheet.author.domain
    );
    let date = Local::new(sheet.sent - 40, 0).header();
    let status = format!(
        "Reporting-MTA: dns; mx.{office}\r\nArrival-Date: {date}\r\n\r\nFinal-Recipient: rfc822; {lost}\r\nOriginal-Recipient: rfc822;{lost}\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mail.{}\r\nDiagnostic-Code: smtp; 550 5.1.1 <{lost}>: Recipient address rejected: User unknown\r\n",
        sheet.author.domain
    );
    let head = format!(
        "Date: {date}\r\nFrom: Support <{}>\r\nTo: {lost}\r\nSubject: {subject}\r\nMessage-ID: <{:016x}@{office}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
        run.to,
        dice.number()
    );
    let root = Part::multi(
        "report; report-type=delivery-status",
        vec![
            Part::text("plain", &text, Charset::Ascii, Transfer::SevenBit),
            Part::typed("message/delivery-status", status.as_bytes(), Transfer::SevenBit),
            Part::typed("text/rfc822-headers", head.as_bytes(), Transfer::SevenBit),
        ],
    );
    let from = ("Mail Delivery System".to_owned(), format!("MAILER-DAEMON@mx.{office}"));
    let mut mail =
        Mail::new(run, from, "Undelivered Mail Returned to Sender", (sheet.sent, 0), root);
    mail.id = Some(format!("{:020X}@mx.{office}", u128::from(dice.number()) << 8));
    mail.sender = Sender::Null;
    mail.more = vec![("Auto-Submitted", "auto-replied".to_owned())];
    mail
}

/// A supplier's newsletter (RFC 2369, RFC 2919).
pub(super) fn newsletter(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    const HOUSES: [(&str, &str); 3] = [
        ("Lumo Lightletter", "lumo-leuchten.example"),
        ("Radhandel heute", "radhandel.example"),
        ("Small Office Digest", "officedigest.example"),
    ];
    let (mut dice, details) = prepare(run, index, sheet);
    let (name, domain) = dice.pick(&HOUSES);
    let subject = fill(
        "[New in our range: {item}|{qty} ideas for {day}|Meet us in {city}|Last pieces: {other}]",
        &details,
        &mut dice,
    );
    let text = fill(
        "THIS WEEK\n\n* {item}: now in three colours\n* {other}: back in stock\n* Fair in {city}: hall 4, stand {room}\n\n[Free delivery until {day}.|Ten per cent off until {day}.]\n",
        &details,
        &mut dice,
    );
    let reader = dice.between(10_000, 99_999);
    let leave = format!("https://news.{domain}/leave?reader={reader}");
    let plain =
        format!("{name}\n\n{text}\nYou get this because you are a customer. Leave: {leave}\n");
    let page = format!(
        "<html><body bgcolor=\"#eeeeee\"><table width=\"600\" align=\"center\" bgcolor=\"#ffffff\"><tr><td><h1>{name}</h1>\n<img src=\"https://news.{domain}/head.png\" width=\"600\" height=\"120\" alt=\"\"></td></tr>\n<tr><td>{}</td></tr>\n<tr><td style=\"font-size:10px\">You get this because you are a customer. <a href=\"{leave}\">Leave</a></td></tr></table>\n<img src=\"https://news.{domain}/open.gif?reader={reader}\" width=\"1\" height=\"1\" alt=\"\"></body></html>\n",
        super::html::escape(&text).replace('\n', "<br>\n")
    );
    let root = Part::multi(
        "alternative",
        vec![
            Part::text("plain", &plain, Charset::Utf8, Transfer::Quoted),
            Part::text("html", &page, Charset::Utf8, Transfer::Quoted),
        ],
    );
    let from = (name.to_owned(), format!("news@{domain}"));
    let mut mail = Mail::new(run, from, &subject, (sheet.sent, 60), root);
    mail.id = Some(format!("{:016x}.{reader}@news.{domain}", dice.number()));
    mail.more = vec![
        ("List-Id", format!("{name} <news.{domain}>")),
        ("List-Unsubscribe", format!("<mailto:leave-{reader}@news.{domain}>, <{leave}>")),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
        ("Precedence", "bulk".to_owned()),
    ];
    mail
}

/// An invitation to a meeting (RFC 6047, RFC 5545).
pub(super) fn invitation(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    let (mut dice, details) = prepare(run, index, sheet);
    let title = match sheet.language() {
        Language::English => "[Site visit|Review of order {order}|Light planning], room {room}",
        Language::German => "[Ortstermin|Besprechung zu {order}|Lichtplanung], Raum {room}",
    };
    let title = fill(title, &details, &mut dice);
    let days = i64::try_from(dice.between(2, 9)).unwrap_or(2);
    let start = (sheet.sent + days * 86_400).div_euclid(3600) * 3600;
    let stamp = |unix: i64| Local::new(unix, 0).show("%Y%m%dT%H%M%SZ");
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nPRODID:-//Kontor//Calendar 4//EN\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{:016x}\r\nDTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\nSEQUENCE:0\r\nSUMMARY:{}\r\nORGANIZER;CN=\"{}\":\r\n mailto:{}\r\nATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:\r\n mailto:{}\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        dice.number(),
        stamp(sheet.sent),
        stamp(start),
        stamp(start + 3600),
        title.replace(',', "\\,"),
        sheet.author.name,
        sheet.author.address,
        run.to
    );
    let text = format!("{title}\n{}\n", Local::new(start, sent(sheet).1).show("%d.%m.%Y %H:%M"));
    let root = Part::multi(
        "alternative",
        vec![
            Part::text("plain", &text, Charset::Utf8, Transfer::Quoted),
            Part::text("calendar; method=REQUEST", &calendar, Charset::Utf8, Transfer::Quoted),
        ],
    );
    let mut mail = Mail::new(run, named(&sheet.author), &title, sent(sheet), root);
    mail.id = Some(sheet.id.clone());
    mail.program = Some(sheet.author.program);
    mail.more = vec![("Content-Class", "urn:content-classes:calendarmessage".to_owned())];
    mail
}

/// Somebody opened a letter of the office and let it be told (RFC 8098).
pub(super) fn receipt(run: &Run, index: usize, sheet: &Sheet) -> Mail {
    let (mut dice, details) = prepare(run, index, sheet);
    let subject = fill("Read: Your order {order}", &details, &mut dice);
    let seen = Local::new(sheet.sent - 5, sent(sheet).1).header();
    let text = format!(
        "Your message\n\n  To: {}\n  Subject: {}\n\nwas read on {seen}.\n",
        sheet.author.address,
        subject.trim_start_matches("Read: ")
    );
    let notice = format!(
        "Reporting-UA: mail.{0}; Kontor Mail 4\r\nFinal-Recipient: rfc822;{1}\r\nOriginal-Message-ID: <{2:016x}@{3}>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
        sheet.author.domain,
        sheet.author.address,
        dice.number(),
        run.office
    );
    let root = Part::multi(
        "report; report-type=disposition-notification",
        vec![
            Part::text("plain", &text, Charset::Utf8, Transfer::Quoted),
            Part::typed("message/disposition-notification", notice.as_bytes(), Transfer::SevenBit),
        ],
    );
    let mut mail = Mail::new(run, named(&sheet.author), &subject, sent(sheet), root);
    mail.id = Some(sheet.id.clone());
    mail.program = Some(sheet.author.program);
    mail
}

fn prepare(run: &Run, index: usize, sheet: &Sheet) -> (Dice, Details) {
    (run.dice(index, "machine"), Sheet::details(run, index, sheet.language()))
}

fn sent(sheet: &Sheet) -> (i64, i32) {
    (sheet.sent, dates::offset(sheet.language(), sheet.sent))
}
