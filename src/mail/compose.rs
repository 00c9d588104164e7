//! A letter of ours to bytes, over the mail-builder crate, which no other file names. Every line
//! ends in CR LF (Graph takes nothing else: facts, microsoft-graph 4.2), everything is 7-bit but an
//! internationalised local part, and nothing that comes from a letter or an agent can begin a header
//! of its own. What is made harmless and how is in `clean`, the HTML in `html`.

mod clean;
mod html;
pub mod quoted;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as To;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId as Ids;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

use self::quoted::Quoted;
use super::{Address, Attachment, MessageId};
use crate::time::Timestamp;
use clean::{lines, one_line, plain, token};

pub use clean::{ascii_domain, described, is_plain_address, person};

/// Ids written into References: the first, which begins the thread, and the last of them.
const LAST_REFERENCES: usize = 29;

/// The longest id written, in bytes: a line has at most 998 (RFC 5322 section 2.1.1).
const LONGEST_ID: usize = 900;

/// A letter of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
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
    /// The text, with LF line ends. Its HTML is made from it; `[cid:ID]` shows an inline picture
    /// there.
    pub text: String,
    /// What of the answered message is repeated below the text.
    pub quoted: Option<Quoted>,
    /// The message this one answers.
    pub in_reply_to: Option<MessageId>,
    /// The ids of the thread, oldest first.
    pub references: Vec<MessageId>,
    /// When it was written.
    pub date: Timestamp,
    /// What goes with it; those marked `inline` are shown inside the HTML.
    pub attachments: Vec<Attachment>,
    /// What is added to the draft by itself; the bytes of these are not looked at.
    pub apart: Vec<Attachment>,
    /// Whether no person wrote it, as an acknowledgement.
    pub automatic: bool,
}

/// By what we know a letter of ours again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seal {
    /// Its Message-ID; the provider may replace it.
    pub message_id: MessageId,
    /// The value of our own X-Counterfoil header.
    pub mark: String,
}

/// An address that no header can hold, so that nobody would know who was meant.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no address that mail can be sent to; correct it and write again")]
pub struct NoAddress(String);

/// Whether a letter can be addressed to this.
pub fn is_address(text: &str) -> bool {
    clean::address(text).is_some()
}

/// Writes the letter. Ids that no header could hold are left out. Domains are written in ASCII; an
/// address whose local part is not ASCII is written as UTF-8, for there is no other form for it
/// (RFC 6532).
pub fn compose(letter: &Letter, seal: &Seal) -> Result<Vec<u8>, NoAddress> {
    let mut builder = MessageBuilder::new().date(Date::new(letter.date.unix()));
    let from = std::slice::from_ref(&letter.from);
    for (name, addresses) in
        [("From", from), ("To", &letter.to), ("Cc", &letter.cc), ("Bcc", &letter.bcc)]
    {
        let written: Vec<To<'_>> = addresses.iter().map(mailbox).collect::<Result<_, _>>()?;
        if !written.is_empty() {
            builder = builder.header(name, To::new_list(written));
        }
    }
    builder = builder.header("Subject", Text::new(plain(&letter.subject)));
    let references = bounded(&letter.references);
    for (name, ids) in [
        ("Message-ID", written_ids(std::slice::from_ref(&seal.message_id))),
        ("In-Reply-To", written_ids(letter.in_reply_to.as_slice())),
        ("References", written_ids(&references)),
    ] {
        if !ids.is_empty() {
            builder = builder.header(name, Ids::new_list(ids.into_iter()));
        }
    }
    if letter.automatic {
        // RFC 3834 section 5. No Precedence beside it: Exchange drops it (facts, microsoft-graph
        // 4.2), and where it survives filters take an acknowledgement for bulk mail.
        let answers = letter.in_reply_to.is_some();
        let kind = if answers { "auto-replied" } else { "auto-generated" };
        builder = builder.header("Auto-Submitted", Raw::new(kind));
    }
    // Exchange answers neither with an out-of-office nor with a receipt (facts, microsoft-graph 4.5).
    builder = builder.header("X-Auto-Response-Suppress", Raw::new("All"));
    let mark = token(&seal.mark);
    if !mark.is_empty() {
        builder = builder.header("X-Counterfoil", Raw::new(mark));
    }
    let mut bytes = Vec::new();
    builder.body(body(letter)).serialize(&mut bytes);
    Ok(bytes)
}

/// The first id and the last ones: enough for every mail program to find the thread.
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

fn mailbox(address: &Address) -> Result<To<'static>, NoAddress> {
    let written = clean::address(&address.address)
        .ok_or_else(|| NoAddress(one_line(&address.address).chars().take(100).collect()))?;
    let name = clean::name(&address.name);
    Ok(To::new_address((!name.is_empty()).then_some(name), written))
}

fn body(letter: &Letter) -> MimePart<'static> {
    let (inline, beside): (Vec<Attachment>, Vec<Attachment>) =
        letter.attachments.iter().map(clean::whole).partition(is_picture);
    let apart = letter.apart.iter().map(described);
    let pictures: Vec<Attachment> =
        inline.iter().map(described).chain(apart).filter(is_picture).collect();
    let mut text = letter.text.clone();
    if let Some(quoted) = &letter.quoted {
        text = format!("{}\n\n{}", text.trim_end(), quoted.as_text());
    }
    let html = html::document(&letter.text, &pictures, letter.quoted.as_ref());
    let plain = MimePart::new("text/plain", BodyPart::Text(lines(&text).into()));
    let mut shown = MimePart::new("text/html", BodyPart::Text(lines(&html).into()));
    if !inline.is_empty() {
        let parts = std::iter::once(shown).chain(inline.into_iter().map(attached)).collect();
        // RFC 2387 section 3.1.
        let kind = ContentType::new("multipart/related").attribute("type", "text/html");
        shown = MimePart::new(kind, BodyPart::Multipart(parts));
    }
    let both = BodyPart::Multipart(vec![plain, shown]);
    let mut body = MimePart::new("multipart/alternative", both);
    if !beside.is_empty() {
        let parts = std::iter::once(body).chain(beside.into_iter().map(attached)).collect();
        body = MimePart::new("multipart/mixed", BodyPart::Multipart(parts));
    }
    body
}

/// Whether the HTML can show it.
fn is_picture(file: &Attachment) -> bool {
    file.inline && file.content_id.is_some() && file.content_type.starts_with("image/")
}

fn attached(file: Attachment) -> MimePart<'static> {
    let disposition = if file.inline { "inline" } else { "attachment" };
    let disposition = ContentType::new(disposition).attribute("filename", file.filename);
    // Always base64: mail-builder would otherwise rewrite the line ends of text files.
    let part =
        MimePart::new(ContentType::new(file.content_type), BodyPart::Binary(file.bytes.into()))
            .header("Content-Disposition", disposition);
    match file.content_id {
        Some(id) => part.cid(id),
        None => part,
    }
}
