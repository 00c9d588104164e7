//! What callers of the API may send, field by field. An unknown field is a fault: whoever misspells
//! one would otherwise believe that it was heard.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};

use super::Refusal;
use crate::desk::ticket::{Priority, State};
use crate::desk::typed;
use crate::mail::compose::is_plain_address;
use crate::mail::{Address, Attachment};
use crate::store::once::Request;
use crate::time::Timestamp;
use crate::web::asked::Asked;

/// The most characters of an `Idempotency-Key`.
const KEY: usize = 255;

/// An address, as an object or as bare text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Whom {
    Bare(String),
    Named(Named),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    address: String,
    #[serde(default)]
    name: String,
}

/// A file that goes along.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    filename: String,
    #[serde(default)]
    content_type: String,
    /// In base64.
    content: String,
}

/// A new ticket.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTicket {
    pub(super) requester: Whom,
    pub(super) subject: String,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) send: bool,
    pub(super) mailbox: Option<String>,
    pub(super) queue: Option<String>,
    pub(super) assignee: Option<String>,
    pub(super) priority: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) attachments: Vec<File>,
}

/// An answer or a note.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewArticle {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) cc: Vec<Whom>,
    #[serde(default)]
    pub(super) bcc: Vec<Whom>,
    #[serde(default)]
    pub(super) to_all: bool,
    pub(super) article: Option<i64>,
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) attachments: Vec<File>,
}

/// Nothing further.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Why a message of ours is given up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenUp {
    pub(super) reason: String,
}

/// Changes to a ticket. What is left out stays; what is null becomes nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Changes {
    pub(super) state: Option<String>,
    pub(super) priority: Option<String>,
    #[serde(deserialize_with = "present")]
    pub(super) queue: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub(super) assignee: Option<Option<String>>,
    #[serde(deserialize_with = "moment")]
    pub(super) due_at: Option<Option<Timestamp>>,
    pub(super) subject: Option<String>,
    pub(super) requester: Option<Whom>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) hold: Option<bool>,
    pub(super) merged_into: Option<i64>,
}

/// A field that is there, if only as null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A moment that is there, if only as null.
fn moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Timestamp>>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    let at = text.map(|text| Timestamp::typed(&text)).transpose();
    at.map(Some).map_err(serde::de::Error::custom)
}

impl Whom {
    pub(super) fn address(self) -> Result<Address, Refusal> {
        let address = match self {
            Self::Bare(address) => Address { address, name: String::new() },
            Self::Named(Named { address, name }) => Address { address, name },
        };
        let whole = address.address.trim();
        if !is_plain_address(whole) {
            return Err(unfit(format!("`{whole}` is not one address such as ana@shop.example")));
        }
        let (name, most) = (typed::visible(&address.name), typed::PERSON_LENGTH);
        if name.chars().any(typed::breaks) || name.chars().count() > most {
            let words = format!("the name of {whole} must be one line of up to {most} characters");
            return Err(unfit(words));
        }
        Ok(Address { address: whole.to_owned(), name })
    }
}

impl File {
    pub(super) fn attachment(self) -> Result<Attachment, Refusal> {
        let bytes = STANDARD
            .decode(self.content.as_bytes())
            .map_err(|_| unfit(format!("the content of {} is not base64", self.filename)))?;
        let bare = self.content_type.split(';').next().unwrap_or_default().trim();
        let known = bare.split_once('/').is_some_and(|(kind, what)| {
            let token = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
            };
            token(kind) && token(what)
        });
        let content_type = if known { bare } else { "application/octet-stream" };
        Ok(Attachment {
            filename: self.filename,
            content_type: content_type.to_owned(),
            content_id: None,
            inline: false,
            bytes,
        })
    }
}

/// Reads the body of a request.
pub(super) fn read<'a, T: Deserialize<'a>>(asked: &'a Asked) -> Result<T, Refusal> {
    let bare = asked.content_type.split(';').next().unwrap_or_default().trim();
    if bare != "application/json" {
        let words = "send JSON, with Content-Type: application/json";
        return Err(Refusal::new(415, "unsupported_media_type", words));
    }
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&asked.body) {
        return Err(Refusal::bad(format!("the body is not JSON: {error}")));
    }
    // A list would be taken for the fields in their order.
    if asked.body.trim_ascii_start().first() != Some(&b'{') {
        return Err(unfit("the body is not an object, with its fields in braces"));
    }
    serde_json::from_slice(&asked.body).map_err(|error| unfit(error.to_string()))
}

/// Makes sure that the body says nothing: it is empty, or an object without fields.
pub(super) fn nothing(asked: &Asked) -> Result<(), Refusal> {
    if asked.body.trim_ascii().is_empty() {
        return Ok(());
    }
    read::<Nothing>(asked).map(|_| ())
}

/// The request as one that is done once, if it came with an `Idempotency-Key`. The key may stand in
/// quotes, as the draft of the IETF wants it, or bare, as most send it.
pub(super) fn once(asked: &Asked) -> Result<Option<Request>, Refusal> {
    let Some(given) = asked.idempotency_key.as_deref().map(str::trim) else { return Ok(None) };
    let fault = |why: &str| Err(Refusal::bad(format!("Idempotency-Key: {why}")));
    let key = match given.strip_prefix('"') {
        None => given.to_owned(),
        Some(rest) => match unquoted(rest) {
            Some(key) => key,
            None => return fault("what begins with a quote has to be one whole string in quotes"),
        },
    };
    if key.is_empty() {
        return fault("it is empty; make one up for each request, such as a UUID");
    }
    if key.chars().count() > KEY || key.chars().any(char::is_control) {
        return fault(&format!("it takes up to {KEY} characters, and no control characters"));
    }
    Ok(Some(Request::new(key, &asked.method, asked.path(), &asked.body)))
}

/// The rest of a string behind its first quote (RFC 9651 section 3.3.3).
fn unquoted(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut signs = rest.chars();
    loop {
        match signs.next()? {
            '"' => return signs.next().is_none().then_some(text),
            '\\' => text.push(signs.next().filter(|sign| matches!(sign, '"' | '\\'))?),
            sign => text.push(sign),
        }
    }
}

/// A state by its word.
pub(super) fn state(word: &str) -> Result<State, Refusal> {
    word.parse().map_err(|error| unfit(format!("state: {error}")))
}

/// A priority by its word.
pub(super) fn priority(word: &str) -> Result<Priority, Refusal> {
    word.parse().map_err(|error| unfit(format!("priority: {error}")))
}

/// What is JSON, and not what was asked for.
pub(super) fn unfit(message: impl Into<String>) -> Refusal {
    Refusal::new(422, "unprocessable", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_named_by_one_address_and_a_name_on_one_line() {
        let whom = |text: &str| {
            let whom: Whom = serde_json::from_str(text).expect("it is well made");
            whom.address().map(|it| (it.address, it.name)).map_err(|why| why.message)
        };
        let no_address = "is not one address";
        let no_name = "the name of ana@x.example must be one line of up to 200";
        let long = format!(r#"{{"address":"ana@x.example","name":"{}"}}"#, "x".repeat(201));
        for (given, expected) in [
            (r#"" ana@x.example ""#, Ok(("ana@x.example", ""))),
            (r#"{"address":"ana@x.example","name":"A\u202ena"}"#, Ok(("ana@x.example", "Ana"))),
            (r#""\"ana maria\"@x.example""#, Ok(("\"ana maria\"@x.example", ""))),
            (r#""ana maria@x.example""#, Err(no_address)),
            (r#""grp: a@b;""#, Err(no_address)),
            (r#"{"address":"ana@x.example","name":"A\r\nBcc: b@x"}"#, Err(no_name)),
            (&long, Err(no_name)),
        ] {
            match (whom(given), expected) {
                (Ok(found), Ok((address, name))) => {
                    assert_eq!((found.0.as_str(), found.1.as_str()), (address, name), "{given}");
                }
                (Err(why), Err(words)) => assert!(why.contains(words), "{given}: {why}"),
                (found, _) => panic!("{given}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_key_is_bare_or_in_quotes_and_not_too_long() {
        let longest = "k".repeat(255);
        let longer = "k".repeat(256);
        let key = |given: &str| {
            let given = Some(given.to_owned());
            let asked = Asked { idempotency_key: given, ..Asked::default() };
            once(&asked).map_err(|refusal| refusal.status)
        };
        let same = |key: &str| Ok(Some(Request::new(key.to_owned(), "", "", b"")));
        for (given, expected) in [
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", same("8e03978e-40d5-43dd-bc93-6894a57f9324")),
            (r#""8e03978e""#, same("8e03978e")),
            (r#""a\"b\\c""#, same(r#"a"b\c"#)),
            (" a ", same("a")),
            (&longest, same(&longest)),
            (&longer, Err(400)),
            ("", Err(400)),
            ("  ", Err(400)),
            (r#""""#, Err(400)),
            (r#"""#, Err(400)),
            (r#""a", "b""#, Err(400)),
            (r#""a\b""#, Err(400)),
            ("a\tb", Err(400)),
            ("a\u{7f}b", Err(400)),
        ] {
            assert_eq!(key(given), expected, "{given}");
        }
        assert_eq!(once(&Asked::default()).ok(), Some(None));
    }
}
