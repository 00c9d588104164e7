//! What may stand in a header, and in which form: names, addresses, ids, media types and file names
//! from anywhere, made such that they cannot end the line, begin another header, or turn the reading
//! direction of what is shown beside them.

use crate::mail::html::punycode;
use crate::mail::{Address, Attachment};

/// The longest address, in bytes: a local part of 64 and a domain of 255 (RFC 5321 section 4.5.3.1).
const LONGEST_ADDRESS: usize = 320;

/// The longest display name and file name, in bytes.
const LONGEST_NAME: usize = 200;

/// The longest end of a file name that is kept as its kind, in bytes with the dot.
const LONGEST_KIND: usize = 16;

/// What may stand in a header without any encoding: printable ASCII without brackets.
pub(super) fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')).collect()
}

/// Text on one line, without control characters and without those that turn the direction of
/// writing, by which `exe.pdf` can be shown for `fdp.exe`.
pub(super) fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line: String =
        text.chars().filter(|c| !turns(c)).map(|c| if breaks(c) { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text with LF line ends as mail has them: CR LF, and no other control characters.
pub(super) fn lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 32);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        lines.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        lines.push_str("\r\n");
    }
    // `split` yields one more piece than there are line ends.
    lines.truncate(lines.len() - 2);
    lines
}

/// A display name.
pub(super) fn name(text: &str) -> String {
    cut(&plain(text), LONGEST_NAME).trim_end().to_owned()
}

/// Text on one line that no reader takes for an encoded word (RFC 2047 section 2): many decode those
/// within quotes as well, and what comes out then was never looked at.
pub(super) fn plain(text: &str) -> String {
    one_line(text).replace("=?", "= ?")
}

/// An address as a header holds it, quoted where it has to be; `None` when it is none. A domain is
/// written in ASCII unless the local part is not ASCII either.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let bad = |c: char| c.is_control() || one_line(&c.to_string()).is_empty() && c != ' ';
    if local.is_empty() || text.chars().any(bad) {
        return None;
    }
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let domain = match literal {
        Some(host) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-');
            (!host.is_empty() && host.chars().all(plain)).then(|| domain.to_owned())?
        }
        None if local.is_ascii() => ascii_domain(domain)?,
        None => ascii_domain(domain).map(|_| domain.to_owned())?,
    };
    let local = match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) if is_quoted_text(inside) => local.to_owned(),
        Some(_) => return None,
        None if is_dot_atom(local) => local.to_owned(),
        // RFC 5322 section 3.4.1: everything else stands in quotes.
        None if local.contains(['<', '>', ',', ';', '@']) => return None,
        None => format!("\"{}\"", local.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    let written = format!("{local}@{domain}");
    (written.len() <= LONGEST_ADDRESS).then_some(written)
}

/// Whether a text is one address as a person types it, with nothing before or behind it: no name, no
/// group, no space or comma that would have to be quoted. One that is quoted may hold them.
pub fn is_plain_address(text: &str) -> bool {
    let Some((local, _)) = text.rsplit_once('@') else { return false };
    let hides = |c: char| c.is_control() || crate::mail::quote::is_invisible(c);
    let spaces = |c: char| c.is_whitespace();
    let plain = local.starts_with('"') || is_dot_atom(local) && !local.contains(spaces);
    plain && text.trim() == text && !text.contains(hides) && address(text).is_some()
}

fn is_dot_atom(local: &str) -> bool {
    let atom =
        |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    // Some providers hand out names such as `a..b` and `a.`; all carry them without quotes.
    !local.starts_with('.') && local.chars().all(atom)
}

/// Whether quotes stand in it only after a backslash, and no backslash without something behind it.
fn is_quoted_text(inside: &str) -> bool {
    let mut escaped = false;
    for c in inside.chars() {
        escaped = match c {
            _ if escaped => false,
            '\\' => true,
            '"' => return false,
            _ => false,
        };
    }
    !escaped
}

/// A domain in ASCII: labels of other letters as RFC 5890 section 2.3.2.1 writes them. `None` when
/// it is no domain.
pub fn ascii_domain(domain: &str) -> Option<String> {
    let label = |label: &str| {
        if label.is_ascii() {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            return (!label.is_empty() && label.bytes().all(plain)).then(|| label.to_owned());
        }
        let letters = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-';
        let label = label.to_lowercase();
        label
            .chars()
            .all(letters)
            .then(|| punycode::encode(&label))?
            .map(|code| format!("xn--{code}"))
    };
    // The full stops of East Asia separate labels as well (RFC 3490 section 3.1).
    let labels = domain.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']);
    let labels: Vec<String> = labels.map(label).collect::<Option<_>>()?;
    Some(labels.join("."))
}

/// What a letter says of a file, without its bytes: a name, a media type and a Content-ID that can
/// be written.
pub fn described(file: &Attachment) -> Attachment {
    Attachment {
        filename: file_name(&file.filename),
        content_type: media_type(&file.content_type),
        content_id: file.content_id.as_deref().map(content_id).filter(|id| !id.is_empty()),
        inline: file.inline,
        bytes: Vec::new(),
    }
}

/// The same with its bytes.
pub(super) fn whole(file: &Attachment) -> Attachment {
    Attachment { bytes: file.bytes.clone(), ..described(file) }
}

fn content_id(text: &str) -> String {
    cut(&token(text), LONGEST_NAME).to_owned()
}

/// A file name without folders; a very long one keeps its beginning and its kind. A question mark
/// may not be in one on Windows, and is half of the mark of an encoded word.
fn file_name(text: &str) -> String {
    // Nor may a quotation mark be, and readers differ over one that is escaped where a line is folded.
    let name = one_line(text).replace(['/', '\\', '?'], "_").replace('"', "'");
    let name = name.trim();
    if name.is_empty() {
        return "attachment".to_owned();
    }
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let kind = name.rfind('.').map_or("", |dot| &name[dot..]);
    let kind = if kind.len() <= LONGEST_KIND { kind } else { "" };
    format!("{}{kind}", cut(name, LONGEST_NAME - kind.len()))
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

/// The beginning of a text, at most so many bytes, up to a character.
pub(super) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A person on one line, as `Ana Muster <ana@shop.example>`.
pub fn person(person: &Address) -> String {
    let (name, address) = (name(&person.name), one_line(&person.address));
    if name.is_empty() { address } else { format!("{name} <{address}>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_so_that_it_names_one_mailbox_or_not_at_all() {
        for (text, expected) in [
            ("ana@shop.example", Some("ana@shop.example")),
            (" ana@shop.example ", Some("ana@shop.example")),
            ("a@bücher.example", Some("a@xn--bcher-kva.example")),
            ("a@BÜCHER。example", Some("a@xn--bcher-kva.example")),
            ("jürgen@größe.example", Some("jürgen@größe.example")),
            ("o'brien+x/y@x.example", Some("o'brien+x/y@x.example")),
            ("ana maria@x.example", Some("\"ana maria\"@x.example")),
            ("\"ana maria\"@x.example", Some("\"ana maria\"@x.example")),
            ("\"a\\\"b\"@x.example", Some("\"a\\\"b\"@x.example")),
            ("\"a\"b\"@x.example", None),
            ("a@[192.0.2.1]", Some("a@[192.0.2.1]")),
            ("a@[x>y]", None),
            ("ana", None),
            ("@x.example", None),
            ("a@", None),
            ("a@x..example", None),
            ("a@x.example>, <evil@x.example", None),
            ("a@x.example\r\nBcc: evil@x.example", None),
            ("a\u{0}@x.example", None),
            ("a\u{202e}@x.example", None),
            ("a, b@x.example", None),
            ("a@x.example, b@x.example", None),
        ] {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        }
        assert_eq!(address(&format!("{}@x.example", "a".repeat(320))), None);
    }

    #[test]
    fn what_a_person_types_is_one_address_and_nothing_else() {
        for (text, expected) in [
            ("ana@shop.example", true),
            ("o'brien+x/y@x.example", true),
            ("a..b.@x.example", true),
            ("jürgen@größe.example", true),
            ("用户@例え.example", true),
            ("a@BÜCHER。example", true),
            ("\"ana maria, x\"@x.example", true),
            ("\"a\\\"b\"@x.example", true),
            ("a@[192.0.2.1]", true),
            ("a@[IPv6:2001:db8::1]", true),
            ("ana maria@x.example", false),
            ("x y@b", false),
            ("grp: a@b", false),
            ("grp:a@b;", false),
            ("Vee <v@x>", false),
            ("<v@x>", false),
            ("a@x.example, b@x.example", false),
            ("a@x.example;b@x.example", false),
            (" a@x.example", false),
            ("a@x.example\r\n", false),
            ("a@x.example\r\nBcc: b@x.example", false),
            ("a\u{a0}b@x.example", false),
            ("a\u{200b}@x.example", false),
            ("a\u{202e}@x.example", false),
            ("\"a\nb\"@x.example", false),
            ("ana", false),
            ("@x.example", false),
            ("a@", false),
            ("", false),
        ] {
            assert_eq!(is_plain_address(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_file_name_stays_in_its_place_and_keeps_its_kind() {
        for (text, expected) in [
            ("plan.pdf", "plan.pdf"),
            ("Übersicht \"2026\".txt", "Übersicht '2026'.txt"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("C:\\x.doc", "C:_x.doc"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("a\r\nX-Evil: 1\0.txt", "a X-Evil: 1 .txt"),
            ("\r\n", "attachment"),
        ] {
            assert_eq!(file_name(text), expected, "{text:?}");
        }
        let long = file_name(&format!("{}.pdf", "ü".repeat(300)));
        assert!(long.ends_with("ü.pdf") && long.len() <= LONGEST_NAME, "{long}");
    }
}
