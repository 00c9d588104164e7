//! What becomes of a part that is no text: an attachment, and, when it is a letter, a report or a
//! `winmail.dat`, also text that can be read and found. What a part is called is in `filename.rs`.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::super::{Attachment, html};
use super::body::{self, Bodies, Reading};
use super::parts::{self, Part};
use super::tnef::{self, Container};
use super::{charset, decoded, fields, filename, related, words};

/// Bytes of text taken from a report or a piece of a letter.
const LONGEST_REPORT: usize = 100_000;

/// The parts of a letter and how it is read.
pub(super) struct Filed<'p, 'a> {
    pub(super) parts: &'p [Part<'a>],
    pub(super) reading: Reading,
}

/// An attachment that is known by its name alone.
pub(super) fn named(name: &str, bytes: Vec<u8>) -> Attachment {
    let filename = filename::clean(&words::decode(name));
    let filename = if filename.is_empty() { filename::made_up(1, "") } else { filename };
    let content_type = filename::kind_of(&filename).to_owned();
    Attachment { filename, content_type, content_id: None, inline: false, bytes }
}

impl Filed<'_, '_> {
    /// Adds the attachment a part is, the `number`-th, and what of it can be read.
    pub(super) fn add(
        &self,
        place: usize,
        number: usize,
        cited: &HashSet<String>,
        bodies: &mut Bodies,
    ) {
        let part = &self.parts[place];
        let kind = part.kind.value.as_str();
        if (kind == "application/ms-tnef"
            || kind == "application/vnd.ms-tnef"
            || part.is_named_like("winmail.dat")
            || part.is_named_like("win.dat"))
            && let Some(container) = tnef::read(&decoded::content(part)).filter(|c| !c.damaged)
        {
            return self.unpack(container, cited, bodies);
        }
        let readable = self.readable(part);
        if !readable.is_empty() {
            bodies.attached_text.push_str(&readable);
        }
        bodies.attachments.push(self.attachment(part, number, cited));
    }

    /// What can be read in an attachment, below a line that says what it is.
    fn readable(&self, part: &Part<'_>) -> String {
        let inside = self.reading.inside(true);
        match part.kind.value.as_str() {
            "message/rfc822" | "message/global" | "message/news" => {
                inside.map(|reading| letter(&decoded::content(part), reading)).unwrap_or_default()
            }
            "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => {
                let header = decoded::content(part);
                let (head, _) = fields::head(&header, 0, |_| false);
                section("Header of a message", &summary(&head), "")
            }
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/disposition-notification"
            | "message/global-disposition-notification"
            | "message/feedback-report" => section("Report", "", &cut(&decoded::text_of(part))),
            "message/partial" => {
                let said = |name: &str| part.kind.get(name).unwrap_or_else(|| "?".to_owned());
                let number = said("number");
                let said = format!("Piece {number} of {} of one message.\n", said("total"));
                let first = inside.filter(|_| number == "1");
                match first {
                    Some(reading) => {
                        section("Piece of a message", &said, "") + &letter(part.body, reading)
                    }
                    None => section("Piece of a message", &said, &cut(&decoded::text_of(part))),
                }
            }
            "message/external-body" => {
                let mut lines = String::new();
                for name in ["url", "name", "site", "server", "directory", "access-type"] {
                    if let Some(value) = part.kind.get(name) {
                        let _ = writeln!(lines, "{name}: {}", fields::one_line(&value));
                    }
                }
                section("A file that is not in the message but elsewhere", &lines, "")
            }
            _ => String::new(),
        }
    }

    fn attachment(&self, part: &Part<'_>, number: usize, cited: &HashSet<String>) -> Attachment {
        let bytes = match self.reading.text_only {
            // A letter's name may be in it.
            true if !part.is_letter() => std::borrow::Cow::Borrowed(&b""[..]),
            _ => decoded::content(part),
        };
        let content_type = match part.typed {
            true => part.kind.value.clone(),
            false if part.is_letter() => "message/rfc822".to_owned(),
            false => "application/octet-stream".to_owned(),
        };
        let charset = charset_of(self.parts);
        let given = filename::given(part, charset.as_deref());
        let filename = match given {
            Some(name) if part.is_letter() => filename::with_ending(name, "eml"),
            Some(name) => name,
            None if part.is_letter() => {
                let (head, _) = fields::head(&bytes, 0, |_| false);
                let subject = head.get("subject").map(|s| words::decode(&fields::text(s, None)));
                filename::of_letter(&subject.unwrap_or_default(), number)
            }
            None => filename::made_up(number, &content_type),
        };
        let given_id = part.head.get("content-id").is_some();
        let content_id = related::id_of(part).filter(|id| given_id || cited.contains(id));
        let cited = content_id.as_ref().is_some_and(|id| cited.contains(id));
        let inline =
            cited || (part.disposition.value == "inline" && content_type.starts_with("image/"));
        Attachment { filename, content_type, content_id, inline, bytes: bytes.into_owned() }
    }

    /// Makes attachments of what is in a `winmail.dat`, and its body the letter's when that has none.
    fn unpack(&self, container: Container, cited: &HashSet<String>, bodies: &mut Bodies) {
        let mut cited = cited.clone();
        if bodies.text.trim().is_empty() && bodies.html.is_none() {
            let html = container.html.as_deref().filter(|html| !html.trim().is_empty());
            bodies.text = match (&container.text, html) {
                (Some(text), _) => super::plain(text.clone()),
                (None, Some(html)) => html::to_text(html),
                (None, None) => String::new(),
            };
            bodies.html = html.filter(|_| !self.reading.text_only).map(html::sanitize);
            cited.extend(bodies.html.as_deref().map(related::cited_ids).unwrap_or_default());
        }
        self.add_files(&container, &cited, bodies);
    }

    fn add_files(&self, container: &Container, cited: &HashSet<String>, bodies: &mut Bodies) {
        for file in &container.files {
            let mut attachment = named(&file.name, file.bytes.clone());
            if !file.content_type.is_empty() {
                attachment.content_type = fields::one_line(&file.content_type);
            }
            let id = file.content_id.trim_matches(['<', '>', ' ']);
            attachment.content_id = (!id.is_empty()).then(|| fields::one_line(id));
            attachment.inline = attachment.content_id.as_ref().is_some_and(|id| cited.contains(id));
            bodies.attachments.push(attachment);
        }
        for letter in &container.letters {
            let text = match (&letter.text, &letter.html) {
                (Some(text), _) => super::plain(text.clone()),
                (None, Some(html)) => html::to_text(html),
                (None, None) => String::new(),
            };
            let mut head = String::new();
            for (name, value) in [("From", &letter.sender), ("Subject", &letter.subject)] {
                if !value.is_empty() {
                    let _ = writeln!(head, "{name}: {}", fields::one_line(value));
                }
            }
            bodies.attached_text.push_str(&section("Attached message", &head, &text));
            self.add_files(letter, cited, bodies);
        }
    }
}

/// The charset the letter's first text is said to be in.
pub(super) fn charset_of(parts: &[Part<'_>]) -> Option<String> {
    parts.iter().find_map(|part| part.kind.get("charset"))
}

/// An attached letter as text: who, when, to whom, what about, and its own text.
fn letter(raw: &[u8], reading: Reading) -> String {
    let parts = parts::split(raw);
    if !parts[0].head.is_of_a_letter() {
        return section("Attached message", "", &super::plain(charset::decode(raw, None)));
    }
    let bodies = body::choose(&parts, reading);
    let mut text = bodies.text;
    let names: Vec<&str> = bodies.attachments.iter().map(|file| file.filename.as_str()).collect();
    if !names.is_empty() {
        text.truncate(text.trim_end().len());
        let _ = write!(text, "\n\nAttachments: {}", names.join(", "));
    }
    section("Attached message", &summary(&parts[0].head), &text) + &bodies.attached_text
}

/// The header fields people look for.
fn summary(head: &fields::Head<'_>) -> String {
    let mut lines = String::new();
    for name in ["From", "Date", "To", "Cc", "Subject"] {
        let value = head.get(&name.to_ascii_lowercase());
        let value = value.map(|value| fields::one_line(&words::decode(&fields::text(value, None))));
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(lines, "{name}: {value}");
        }
    }
    lines
}

fn section(title: &str, head: &str, text: &str) -> String {
    let text = text.trim();
    let gap = if head.is_empty() || text.is_empty() { "" } else { "\n" };
    format!("\n\n---------- {title} ----------\n{head}{gap}{text}").trim_end().to_owned()
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST_REPORT)].to_owned()
}
