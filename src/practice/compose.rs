//! Drafts become MIME here: from the JSON of a message, or from MIME that the service cleans
//! first (facts: microsoft-graph 4.2 and 4.4). Attachments are added to a finished letter.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use serde_json::Value;

use super::clock::mail_date;
use super::facts::{Attachment, Person};
use super::graph::Call;
use super::header::Letter;
use super::ids::mixed;
use super::refusal::{Outcome, refuse, unreadable_body};

/// Fields of MIME that survive; all others of one's own are lost.
const KEPT: [&str; 22] = [
    "from",
    "sender",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "content-language",
    "content-class",
    "importance",
    "sensitivity",
    "thread-topic",
    "thread-index",
];

/// A recipient's name and address, from `{"emailAddress": {…}}`.
pub(super) fn recipient(value: &Value) -> Outcome<Person> {
    let inner = value.get("emailAddress").ok_or_else(unreadable_body)?;
    super::folders::known_fields(inner, &["name", "address"])?;
    let text = |name| inner.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let address = text("address");
    let name = Some(text("name")).filter(|name| !name.is_empty());
    Ok(Person { name: name.unwrap_or_else(|| address.clone()), address })
}

/// The recipients of one property; none when it is missing or null.
pub(super) fn recipients(message: &Value, name: &str) -> Outcome<Vec<Person>> {
    match message.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(recipient).collect(),
        Some(_) => Err(unreadable_body()),
    }
}

/// The own headers of a JSON message, or the refusal they earn.
pub(super) fn own_headers(message: &Value) -> Outcome<Vec<(String, String)>> {
    let Some(list) = message.get("internetMessageHeaders") else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(unreadable_body)?;
    let mut headers = Vec::new();
    for one in list {
        let text = |name| one.get(name).and_then(Value::as_str).ok_or_else(unreadable_body);
        let (name, value) = (text("name")?, text("value")?);
        if !name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-")) {
            let text = format!(
                "The internet message header name '{name}' should start with 'x-' or 'X-'."
            );
            return Err(refuse(400, "InvalidInternetMessageHeader", text));
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    if headers.len() > 5 {
        let text = "Maximum number of headers in one message should be less than or equal to 5.";
        return Err(refuse(400, "InvalidInternetMessageHeaderCollection", text));
    }
    Ok(headers)
}

/// The extended properties of a JSON message.
pub(super) fn own_properties(message: &Value) -> Outcome<Vec<(String, String)>> {
    let Some(list) = message.get("singleValueExtendedProperties") else { return Ok(Vec::new()) };
    let pair = |one: &Value| {
        let text = |name| one.get(name).and_then(Value::as_str).map(str::to_owned);
        text("id").zip(text("value")).ok_or_else(unreadable_body)
    };
    list.as_array().ok_or_else(unreadable_body)?.iter().map(pair).collect()
}

/// A Message-ID of the service's own.
pub(super) fn new_message_id(call: &Call<'_>) -> String {
    let domain = &call.house.settings.tenant_domain;
    let number = mixed(call.house.random_below(u64::MAX));
    format!("<PR1{number:016X}{:08X}@EXCH0001.{domain}>", call.house.random_below(1 << 32))
}

/// The MIME of a JSON message, without its attachments.
pub(super) fn from_json(call: &Call<'_>, message: &Value) -> Outcome<Vec<u8>> {
    let own = &call.account.settings;
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let mut builder = MessageBuilder::new();
    let from = message.get("from").filter(|from| !from.is_null()).map(recipient).transpose()?;
    let from = match from {
        Some(from) if !from.address.eq_ignore_ascii_case(&own.address) => from,
        _ => Person { name: own.name.clone(), address: own.address.clone() },
    };
    builder = builder.from((from.name, from.address));
    for (property, field) in [
        ("toRecipients", "To"),
        ("ccRecipients", "Cc"),
        ("bccRecipients", "Bcc"),
        ("replyTo", "Reply-To"),
    ] {
        let people = recipients(message, property)?;
        if !people.is_empty() {
            builder = builder.header(field, addresses(people));
        }
    }
    builder = builder.subject(text("subject").unwrap_or_default());
    let id = text("internetMessageId").map_or_else(|| new_message_id(call), str::to_owned);
    builder = builder.header("Message-ID", Raw::new(id));
    builder = builder.header("Date", Raw::new(mail_date(call.now)));
    for (id, value) in own_properties(message)? {
        match id.to_ascii_lowercase().as_str() {
            "string 0x1042" => builder = builder.header("In-Reply-To", Raw::new(value)),
            "string 0x1039" => builder = builder.header("References", Raw::new(value)),
            _ => {}
        }
    }
    for (name, value) in own_headers(message)? {
        builder = builder.header(name, mail_builder::headers::text::Text::new(value));
    }
    if let Some(word) = text("importance").filter(|word| *word != "normal") {
        builder = builder.header("Importance", Raw::new(word.to_owned()));
    }
    let (html, content) = body_of(message)?;
    builder = if html { builder.html_body(content) } else { builder.text_body(content) };
    written(builder)
}

/// Whether a JSON message's body is HTML, and the body; an absent one is an empty text.
pub(super) fn body_of(message: &Value) -> Outcome<(bool, String)> {
    let Some(body) = message.get("body").filter(|body| !body.is_null()) else {
        return Ok((false, String::new()));
    };
    super::folders::known_fields(body, &["contentType", "content", "@odata.type"])?;
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("contentType").to_ascii_lowercase().as_str() {
        "html" => Ok((true, text("content").to_owned())),
        "text" | "" => Ok((false, text("content").to_owned())),
        _ => Err(unreadable_body()),
    }
}

/// The fields `Content-…` and the bytes of a fresh body.
pub(super) fn fresh_body(html: bool, content: &str) -> Outcome<Letter> {
    let builder = MessageBuilder::new();
    let builder = if html {
        builder.html_body(content.to_owned())
    } else {
        builder.text_body(content.to_owned())
    };
    let raw = written(builder)?;
    let mut letter = Letter::read(&raw).ok_or_else(unreadable_body)?;
    letter.fields.retain(|field| field.name.to_ascii_lowercase().starts_with("content-"));
    Ok(letter)
}

fn addresses(people: Vec<Person>) -> Address<'static> {
    let one = |person: Person| Address::new_address(Some(person.name), person.address);
    Address::new_list(people.into_iter().map(one).collect())
}

/// A list of people as the value of a field, in plain writing.
pub(super) fn address_field(people: Vec<Person>) -> Outcome<String> {
    let raw = written(MessageBuilder::new().header("To", addresses(people)).text_body(""))?;
    let letter = Letter::read(&raw).ok_or_else(unreadable_body)?;
    Ok(letter.get("To").unwrap_or_default())
}

/// A text as the value of a field.
pub(super) fn text_field(text: &str) -> Outcome<String> {
    let raw = written(MessageBuilder::new().subject(text.to_owned()).text_body(""))?;
    let letter = Letter::read(&raw).ok_or_else(unreadable_body)?;
    Ok(letter.get("Subject").unwrap_or_default())
}

fn written(builder: MessageBuilder<'_>) -> Outcome<Vec<u8>> {
    // Writing into memory only fails for want of it.
    builder.write_to_vec().map_err(|_| unreadable_body())
}

/// The MIME of a base64 body, cleaned as the service cleans it.
pub(super) fn from_mime(
    call: &Call<'_>,
    body: &[u8],
    primed: &std::collections::HashSet<String>,
) -> Outcome<Vec<u8>> {
    let packed: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let raw = STANDARD.decode(packed).ok().filter(|raw| !raw.is_empty()).ok_or_else(|| {
        let text = "Invalid base64 string for MIME content.";
        refuse(400, "ErrorMimeContentInvalidBase64String", text)
    })?;
    let mut letter = Letter::read(&raw)
        .filter(|letter| !letter.fields.is_empty())
        .ok_or_else(|| refuse(400, "ErrorMimeContentInvalid", "Invalid MIME content."))?;
    let switches = &call.house.settings.switches;
    letter.fields.retain(|field| {
        let name = field.name.to_ascii_lowercase();
        KEPT.contains(&name.as_str())
            || name == "auto-submitted" && switches.mime_keeps_auto_submitted
            || name.starts_with("x-")
                && (switches.mime_keeps_unknown_x_headers || primed.contains(&name))
    });
    // An encoded list of ids is no list of ids any more.
    for name in ["In-Reply-To", "References"] {
        if letter.get(name).is_some_and(|value| value.contains("=?")) {
            letter.remove(name);
        }
    }
    let own = &call.account.settings;
    let from = super::facts::read(&letter.write()).from;
    if from.is_none_or(|from| from.address.eq_ignore_ascii_case(&own.address)) {
        let own = Person { name: own.name.clone(), address: own.address.clone() };
        letter.set("From", &address_field(vec![own])?);
    }
    if letter.get("Message-ID").is_none() || switches.message_id_replaced_on_draft {
        letter.set("Message-ID", &new_message_id(call));
    }
    if letter.get("Date").is_none() {
        letter.set("Date", &mail_date(call.now));
    }
    Ok(letter.write())
}

/// Adds an attachment to a letter: into the multipart made here before, or into a new one around
/// everything.
pub(super) fn attach(raw: &[u8], attachment: &Attachment, mark: u64) -> Outcome<Vec<u8>> {
    const OURS: &str = "_practice_attached_";
    let kind = attachment.content_type.clone();
    let mut part = MimePart::new(kind, attachment.bytes.clone());
    let disposition = if attachment.inline { "inline" } else { "attachment" };
    let disposition = ContentType::new(disposition).attribute("filename", attachment.name.clone());
    part = part.header("Content-Disposition", disposition);
    if let Some(id) = &attachment.content_id {
        part = part.cid(id.clone());
    }
    let mut written = Vec::new();
    part.write_part(&mut written);
    let mut letter = Letter::read(raw).ok_or_else(unreadable_body)?;
    let kind = letter.get("Content-Type").unwrap_or_default();
    let known = kind.find(OURS).map(|at| {
        let rest = &kind[at..];
        rest[..rest.find(['"', ';']).unwrap_or(rest.len())].to_owned()
    });
    let boundary = known.clone().unwrap_or_else(|| format!("{OURS}{:016x}", mixed(mark)));
    let mut body = Vec::with_capacity(letter.body.len() + written.len() + 512);
    if known.is_some() {
        let closing = format!("--{boundary}--").into_bytes();
        let end = letter.body.windows(closing.len()).rposition(|part| part == closing);
        body.extend_from_slice(&letter.body[..end.unwrap_or(letter.body.len())]);
    } else {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        for field in &letter.fields {
            if field.name.to_ascii_lowercase().starts_with("content-") {
                body.extend_from_slice(field.raw());
            }
        }
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&letter.body);
        if !body.ends_with(b"\n") {
            body.extend_from_slice(b"\r\n");
        }
        letter.fields.retain(|field| !field.name.to_ascii_lowercase().starts_with("content-"));
        letter.set("MIME-Version", "1.0");
        letter.set("Content-Type", &format!("multipart/mixed; boundary=\"{boundary}\""));
    }
    body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
    body.extend_from_slice(&written);
    if !body.ends_with(b"\n") {
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    letter.body = body;
    Ok(letter.write())
}
