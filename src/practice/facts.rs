//! What is read from a letter once, when it comes in: the fields a listing shows. And the parts
//! read on demand: its bodies and its attachments. Nothing here decides anything.

use mail_parser::{Addr, Address, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use super::ids::hashed;

/// A name and an address.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
}

/// The header facts of one letter.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// With its angle brackets.
    pub(super) message_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) from: Option<Person>,
    pub(super) sender: Option<Person>,
    pub(super) to: Vec<Person>,
    pub(super) cc: Vec<Person>,
    pub(super) bcc: Vec<Person>,
    pub(super) reply_to: Vec<Person>,
    /// Seconds since 1970, from `Date`.
    pub(super) sent: Option<i64>,
    pub(super) preview: String,
    pub(super) has_attachments: bool,
    pub(super) size: usize,
    pub(super) importance: Importance,
    /// A number for the conversation: letters with the same bare subject share it.
    pub(super) conversation: u64,
}

/// How the letter is marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Importance {
    Low,
    #[default]
    Normal,
    High,
}

impl Importance {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// Reads the facts of a letter; an unreadable one has hardly any.
pub(super) fn read(raw: &[u8]) -> Facts {
    let Some(message) = MessageParser::default().parse(raw) else {
        return Facts { size: raw.len(), conversation: hashed(""), ..Facts::default() };
    };
    let subject = message.subject().map(str::to_owned);
    let text = message.body_text(0).unwrap_or_default();
    let mut preview = String::new();
    for word in text.split_whitespace() {
        if preview.chars().count() > 255 {
            break;
        }
        if !preview.is_empty() {
            preview.push(' ');
        }
        preview.push_str(word);
    }
    Facts {
        message_id: message.message_id().map(|id| format!("<{id}>")),
        from: people(message.from()).into_iter().next(),
        sender: people(message.sender()).into_iter().next(),
        to: people(message.to()),
        cc: people(message.cc()),
        bcc: people(message.bcc()),
        reply_to: people(message.reply_to()),
        sent: message.date().map(mail_parser::DateTime::to_timestamp),
        preview: preview.chars().take(255).collect(),
        has_attachments: message.attachments().any(|part| !inline(part)),
        size: raw.len(),
        importance: importance(&message),
        conversation: hashed(&message.thread_name().unwrap_or_default().to_lowercase()),
        subject,
    }
}

fn importance(message: &Message<'_>) -> Importance {
    let said = |name: &str| message.header_raw(name).map(|value| value.trim().to_lowercase());
    match (said("Importance").as_deref(), said("X-Priority").as_deref()) {
        (Some("high"), _) | (None, Some("1" | "2")) => Importance::High,
        (Some("low"), _) | (None, Some("4" | "5")) => Importance::Low,
        _ => Importance::Normal,
    }
}

fn people(field: Option<&Address<'_>>) -> Vec<Person> {
    let one = |address: &Addr<'_>| Person {
        name: address.name.as_deref().or(address.address.as_deref()).unwrap_or_default().to_owned(),
        address: address.address.as_deref().unwrap_or_default().to_owned(),
    };
    field.map(|field| field.iter().map(one).collect()).unwrap_or_default()
}

/// One attachment of a letter, its bytes decoded.
#[derive(Clone, Debug)]
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) content_id: Option<String>,
    pub(super) inline: bool,
    /// A letter inside the letter: an itemAttachment.
    pub(super) letter: bool,
    pub(super) bytes: Vec<u8>,
}

/// The attachments of a letter, in its order.
pub(super) fn attachments(raw: &[u8]) -> Vec<Attachment> {
    let Some(message) = MessageParser::default().parse(raw) else { return Vec::new() };
    message
        .attachments()
        .map(|part| {
            let letter = matches!(part.body, PartType::Message(_));
            let bytes = match &part.body {
                PartType::Message(inner) => inner.raw_message().to_vec(),
                _ => part.contents().to_vec(),
            };
            let kind = part.content_type().map(|kind| match kind.subtype() {
                Some(subtype) => format!("{}/{subtype}", kind.ctype()),
                None => kind.ctype().to_owned(),
            });
            let title = part.message().and_then(|inner| inner.subject()).map(str::to_owned);
            let name = part.attachment_name().map(str::to_owned).or(title);
            Attachment {
                name: name.unwrap_or_else(|| "attachment".to_owned()),
                content_type: kind.unwrap_or_else(|| "application/octet-stream".to_owned()),
                content_id: part.content_id().map(str::to_owned),
                inline: inline(part),
                letter,
                bytes,
            }
        })
        .collect()
}

/// The body as HTML or as text, turned from the one into the other where the letter lacks it;
/// with the word for its kind.
pub(super) fn body(raw: &[u8], as_text: bool, unsafe_html: bool) -> (&'static str, String) {
    let message = MessageParser::default().parse(raw);
    let Some(message) = message.as_ref() else { return ("text", String::new()) };
    if as_text {
        return ("text", message.body_text(0).unwrap_or_default().into_owned());
    }
    let html = message.body_html(0).unwrap_or_default().into_owned();
    let html = if unsafe_html { html } else { without_scripts(&html) };
    let lower = html.get(..html.len().min(2048)).unwrap_or(&html).to_ascii_lowercase();
    if lower.contains("<html") || html.is_empty() {
        return ("html", html);
    }
    let head = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">";
    ("html", format!("<html><head>\r\n{head}</head><body>\r\n{html}</body></html>"))
}

fn without_scripts(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let (mut kept, mut at) = (String::with_capacity(html.len()), 0);
    while let Some(start) = lower[at..].find("<script").map(|found| at + found) {
        kept.push_str(&html[at..start]);
        let end = lower[start..].find("</script>").map(|found| start + found + "</script>".len());
        at = end.unwrap_or(html.len());
    }
    kept.push_str(&html[at..]);
    kept
}

/// The fields of the header as `internetMessageHeaders` shows them.
pub(super) fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let Some((fields, _)) = super::header::read_fields(raw) else { return Vec::new() };
    fields.iter().map(|field| (field.name.clone(), field.value())).collect()
}

fn inline(part: &MessagePart<'_>) -> bool {
    let attached = part.content_disposition().is_some_and(|kind| kind.is_attachment());
    part.content_id().is_some() && !attached
}
