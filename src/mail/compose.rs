//! An outgoing message to bytes, over the mail-builder crate, which no other file names. Every
//! line ends in CR LF (Graph takes nothing else: facts, microsoft-graph 4.2), every header is plain
//! ASCII, and nothing that comes from a letter or an agent can begin a header of its own.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as To;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId as Ids;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

use super::{Address, Attachment, MessageId};
use crate::time::Timestamp;

/// Ids written into References: the first, which begins the thread, and the last of them.
const LAST_REFERENCES: usize = 20;

/// The longest id written, in bytes: a line has at most 998 (RFC 5322 section 2.1.1).
const LONGEST_ID: usize = 900;

/// A message that is ready to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outgoing {
    /// Who writes: the mailbox, or an address it may send as.
    pub from: Address,
    /// Who is written to.
    pub to: Vec<Address>,
    /// Who gets a copy.
    pub cc: Vec<Address>,
    /// Who gets a copy that others do not see. Written as a header: the message becomes a draft
    /// in the mailbox, and the provider takes the header out when it sends it.
    pub bcc: Vec<Address>,
    /// The subject, as text.
    pub subject: String,
    /// The text, with LF line ends.
    pub text: String,
    /// The same as HTML, when there is one.
    pub html: Option<String>,
    /// The message this one answers.
    pub in_reply_to: Option<MessageId>,
    /// The ids of the thread, oldest first.
    pub references: Vec<MessageId>,
    /// The id of this message; the provider may replace it.
    pub message_id: MessageId,
    /// When it was written.
    pub date: Timestamp,
    /// What goes with it; those marked `inline` are shown inside the HTML.
    pub attachments: Vec<Attachment>,
    /// Whether no person wrote it, as an acknowledgement (RFC 3834 section 5).
    pub auto: bool,
    /// The value of our own X-Counterfoil header, by which we know our own mail again.
    pub mark: String,
}

/// Writes the message. Addresses without an `@` are left out, and so are ids that no header could
/// hold. An address that is not ASCII is written as UTF-8: that is what internationalised mail
/// (RFC 6532) looks like, and there is no other form for it.
pub fn compose(outgoing: &Outgoing) -> Vec<u8> {
    let mut builder = MessageBuilder::new().date(Date::new(outgoing.date.unix()));
    let receivers = [("To", &outgoing.to), ("Cc", &outgoing.cc), ("Bcc", &outgoing.bcc)];
    for (name, addresses) in
        std::iter::once(("From", &vec![outgoing.from.clone()])).chain(receivers)
    {
        let written: Vec<To<'_>> = addresses.iter().filter_map(mailbox).collect();
        if !written.is_empty() {
            builder = builder.header(name, To::new_list(written));
        }
    }
    builder = builder.header("Subject", Text::new(one_line(&outgoing.subject)));
    let references = bounded(&outgoing.references);
    for (name, ids) in [
        ("Message-ID", written_ids(std::slice::from_ref(&outgoing.message_id))),
        ("In-Reply-To", written_ids(outgoing.in_reply_to.as_slice())),
        ("References", written_ids(&references)),
    ] {
        if !ids.is_empty() {
            builder = builder.header(name, Ids::new_list(ids.into_iter()));
        }
    }
    if outgoing.auto {
        builder = builder.header("Auto-Submitted", Raw::new("auto-replied"));
    }
    // Exchange answers neither with an out-of-office nor with a receipt (facts, microsoft-graph 4.5).
    builder = builder.header("X-Auto-Response-Suppress", Raw::new("All"));
    let mark = token(&outgoing.mark);
    if !mark.is_empty() {
        builder = builder.header("X-Counterfoil", Raw::new(mark));
    }
    let mut bytes = Vec::new();
    builder.body(body(outgoing)).serialize(&mut bytes);
    bytes
}

/// The first id and the last ones, as many as Exchange keeps.
fn bounded(references: &[MessageId]) -> Vec<MessageId> {
    match references {
        [first, rest @ ..] if rest.len() > LAST_REFERENCES => {
            let last = &rest[rest.len() - LAST_REFERENCES..];
            std::iter::once(first).chain(last).cloned().collect()
        }
        all => all.to_vec(),
    }
}

/// The ids that a header can hold as they are; changed ones would name other letters.
fn written_ids(ids: &[MessageId]) -> Vec<&str> {
    let ids = ids.iter().map(MessageId::as_str);
    ids.filter(|id| id.len() <= LONGEST_ID && token(id) == *id).collect()
}

/// What may stand in a header without any encoding: printable ASCII without brackets.
fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')).collect()
}

/// Text on one line, without control characters.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mailbox(address: &Address) -> Option<To<'static>> {
    let outside = |c: &char| {
        !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';' | '(' | ')')
    };
    let written: String = address.address.chars().filter(outside).collect();
    let name = one_line(&address.name);
    let usable = written.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    usable.then(|| To::new_address((!name.is_empty()).then_some(name), written))
}

fn body(outgoing: &Outgoing) -> MimePart<'_> {
    let (inline, beside): (Vec<&Attachment>, Vec<&Attachment>) = outgoing
        .attachments
        .iter()
        .partition(|file| file.inline && file.content_id.is_some() && outgoing.html.is_some());
    let mut body = MimePart::new("text/plain", BodyPart::Text(lines(&outgoing.text).into()));
    if let Some(html) = &outgoing.html {
        let mut shown = MimePart::new("text/html", BodyPart::Text(lines(html).into()));
        if !inline.is_empty() {
            let parts = std::iter::once(shown).chain(inline.into_iter().map(attached)).collect();
            shown = MimePart::new("multipart/related", BodyPart::Multipart(parts));
        }
        body = MimePart::new("multipart/alternative", BodyPart::Multipart(vec![body, shown]));
    }
    if !beside.is_empty() {
        let parts = std::iter::once(body).chain(beside.into_iter().map(attached)).collect();
        body = MimePart::new("multipart/mixed", BodyPart::Multipart(parts));
    }
    body
}

/// Text with CR LF line ends and without control characters that mail does not carry.
fn lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 32);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        lines.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        lines.push_str("\r\n");
    }
    // `split` yields one more piece than there are line ends.
    lines.truncate(lines.len() - 2);
    lines
}

fn attached(file: &Attachment) -> MimePart<'_> {
    let kind = media_type(&file.content_type);
    let name = one_line(&file.filename);
    let name = if name.is_empty() { "attachment".to_owned() } else { name };
    // Always base64: mail-builder would otherwise rewrite the line ends of text files.
    let part =
        MimePart::new(ContentType::new(kind), BodyPart::Binary(file.bytes.as_slice().into()));
    let disposition = if file.inline { "inline" } else { "attachment" };
    let disposition = ContentType::new(disposition).attribute("filename", name);
    let part = part.header("Content-Disposition", disposition);
    match file.content_id.as_deref().map(token).filter(|id| !id.is_empty()) {
        Some(id) => part.cid(id),
        None => part,
    }
}

/// The media type, as far as it can be written and the content be carried as base64: letters and
/// multiparts may not be (RFC 2045 section 6.4).
fn media_type(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let fits = text.len() <= 127
        && text.split_once('/').is_some_and(|(kind, sub)| {
            plain(kind) && plain(sub) && !matches!(kind, "multipart" | "message")
        });
    if fits { text } else { "application/octet-stream".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn id(text: &str) -> MessageId {
        MessageId::new(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn named(name: &str, address: &str) -> Address {
        Address { address: address.to_owned(), name: name.to_owned() }
    }

    fn letter() -> Outgoing {
        Outgoing {
            from: named("Büro Example", "support@contoso.example"),
            to: vec![named("Jürgen Größe", "j@x.example"), Address::bare("b@x.example")],
            cc: vec![named("Doe, \"John\"", "d@x.example")],
            bcc: vec![Address::bare("hidden@x.example")],
            subject: "Re: Übergröße – Anfrage [CF#7-abcd]".to_owned(),
            text: "Grüße\n\nfrom us \n.\n-- \nDesk".to_owned(),
            html: None,
            in_reply_to: Some(id("a@x.example")),
            references: vec![id("0@x.example"), id("a@x.example")],
            message_id: id("1@contoso.example"),
            date: Timestamp::from_unix(1_777_885_964),
            attachments: Vec::new(),
            auto: false,
            mark: "counterfoil-7".to_owned(),
        }
    }

    fn header(bytes: &[u8], name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(bytes).replace("\r\n ", " ").replace("\r\n\t", " ");
        let (head, _) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let start = format!("{name}: ");
        head.split("\r\n").find_map(|line| line.strip_prefix(&start)).map(str::to_owned)
    }

    /// Every line ends in CR LF, is short enough and holds only ASCII.
    fn assert_well_formed(bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{error}"));
        assert!(text.is_ascii(), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
        for line in text.split("\r\n") {
            assert!(line.len() <= 998, "{line}");
        }
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        let outgoing = letter();
        let bytes = compose(&outgoing);
        assert_well_formed(&bytes);
        let read = parse(&bytes);
        assert_eq!(read.from, Some(outgoing.from));
        assert_eq!(read.to, outgoing.to);
        assert_eq!(read.cc, outgoing.cc);
        assert_eq!(read.subject, outgoing.subject);
        assert_eq!(read.text.trim_end(), outgoing.text);
        assert_eq!(read.in_reply_to, [id("a@x.example")]);
        assert_eq!(read.references, outgoing.references);
        assert_eq!(read.message_id, Some(outgoing.message_id));
        assert_eq!(read.sent_at, Some(outgoing.date));
        assert_eq!(read.signs.own_mark.as_deref(), Some("counterfoil-7"));
        assert_eq!(read.signs.auto_submitted, "");
        assert_eq!(header(&bytes, "Bcc").as_deref(), Some("<hidden@x.example>"));
        assert_eq!(header(&bytes, "X-Auto-Response-Suppress").as_deref(), Some("All"));
    }

    #[test]
    fn an_acknowledgement_says_that_nobody_wrote_it() {
        let bytes = compose(&Outgoing { auto: true, ..letter() });
        assert_eq!(parse(&bytes).signs.auto_submitted, "auto-replied");
    }

    #[test]
    fn attachments_and_html_come_back() {
        let file = |name: &str, kind: &str, bytes: &[u8]| Attachment {
            filename: name.to_owned(),
            content_type: kind.to_owned(),
            bytes: bytes.to_vec(),
            ..Attachment::default()
        };
        let picture = Attachment {
            content_id: Some("p@x".to_owned()),
            inline: true,
            ..file("logo.png", "image/png", b"\x89PNG\r\n\x00")
        };
        let text = file("Übersicht \"2026\".txt", "text/plain", b"a\nb\r\n\xfc");
        let nested = file("old.eml", "message/rfc822", b"Subject: x\n\ny");
        let outgoing = Outgoing {
            html: Some("<p>Gr\u{fc}\u{df}e <img src=\"cid:p@x\"></p>".to_owned()),
            attachments: vec![picture.clone(), text.clone(), nested.clone()],
            ..letter()
        };
        let bytes = compose(&outgoing);
        assert_well_formed(&bytes);
        let read = parse(&bytes);
        assert_eq!(read.html.as_deref().map(str::trim), outgoing.html.as_deref());
        assert_eq!(read.text.trim_end(), outgoing.text);
        let nested = Attachment { content_type: "application/octet-stream".to_owned(), ..nested };
        assert_eq!(read.attachments, [picture, text, nested]);
    }

    #[test]
    fn nothing_can_begin_a_header_of_its_own() {
        let evil = "x\r\nBcc: evil@x.example\r\n\r\nbody\u{0}\u{85}";
        let outgoing = Outgoing {
            from: named(evil, "support@contoso.example"),
            to: vec![named(evil, "a@x.example\r\nX-Evil: 1"), named("n", evil)],
            cc: vec![Address::bare("no address"), Address::bare("a@x.example>, <evil@x.example")],
            bcc: Vec::new(),
            subject: evil.to_owned(),
            in_reply_to: MessageId::new("a@x> <b@y"),
            references: vec![id("ok@x"), id("ü@x")],
            attachments: vec![Attachment {
                filename: evil.to_owned(),
                content_type: "text/plain\r\nX-Evil: 1".to_owned(),
                content_id: Some("a>\r\nX-Evil: 1".to_owned()),
                inline: true,
                bytes: b"x".to_vec(),
            }],
            mark: "a\r\nX-Evil: 1".to_owned(),
            html: Some("<p>x</p>".to_owned()),
            ..letter()
        };
        let bytes = compose(&outgoing);
        assert_well_formed(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        for line in text.split("\r\n") {
            let lower = line.to_ascii_lowercase();
            assert!(!lower.starts_with("bcc:") && !lower.starts_with("x-evil"), "{line}");
        }
        assert_eq!(header(&bytes, "Cc").as_deref(), Some("<a@x.exampleevil@x.example>"));
        assert_eq!(header(&bytes, "References").as_deref(), Some("<ok@x>"));
        assert_eq!(header(&bytes, "In-Reply-To"), None);
    }

    #[test]
    fn long_subjects_and_threads_are_folded_between_words() {
        let references: Vec<MessageId> =
            (0..100).map(|n| id(&format!("{n}.{}@mail.x.example", "a".repeat(60)))).collect();
        let subject = "Ein sehr langer Betreff über alles Mögliche ".repeat(20);
        let outgoing = Outgoing { references: references.clone(), subject, ..letter() };
        let bytes = compose(&outgoing);
        assert_well_formed(&bytes);
        let written = header(&bytes, "References").unwrap_or_default();
        assert!(!written.contains("=?"), "{written}");
        let read = parse(&bytes);
        assert_eq!(read.references.len(), LAST_REFERENCES + 1);
        assert_eq!(read.references[0], references[0]);
        assert_eq!(read.references[LAST_REFERENCES], references[99]);
        assert_eq!(read.subject, one_line(&outgoing.subject));
        for line in String::from_utf8_lossy(&bytes).split("\r\n") {
            assert!(line.len() <= 100, "{line}");
        }
    }

    #[test]
    fn an_address_outside_ascii_is_written_as_it_is() {
        let outgoing = Outgoing { to: vec![Address::bare("jürgen@größe.example")], ..letter() };
        assert_eq!(parse(&compose(&outgoing)).to, outgoing.to);
    }
}
