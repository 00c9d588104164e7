//! Chooses what of a letter is its text, what its HTML and what an attachment, in the spirit of
//! RFC 8621 section 4.1.4: the plain branch of an alternative for the text, the HTML branch for
//! the HTML, and text around an attachment put back together.

use std::borrow::Cow;
use std::collections::HashSet;

use super::super::{Attachment, html};
use super::parts::Part;
use super::{fields, filename, flowed, words};

/// The bodies and attachments of a letter.
#[derive(Default)]
pub(super) struct Bodies {
    pub(super) text: String,
    pub(super) html: Option<String>,
    pub(super) attachments: Vec<Attachment>,
}

/// What is still looked for on the way down.
#[derive(Clone, Copy)]
struct Wanted {
    text: bool,
    html: bool,
}

struct Chooser<'p, 'a> {
    parts: &'p [Part<'a>],
    /// The decoded text of parts that were looked at.
    decoded: Vec<Option<String>>,
    /// Parts that make the text and the HTML, and parts that are attachments, in order.
    text: Vec<usize>,
    html: Vec<usize>,
    files: Vec<usize>,
}

/// Reads bodies and attachments of the letter that was cut into `parts`.
pub(super) fn choose(parts: &[Part<'_>]) -> Bodies {
    let mut chooser = Chooser {
        parts,
        decoded: vec![None; parts.len()],
        text: Vec::new(),
        html: Vec::new(),
        files: Vec::new(),
    };
    chooser.walk(0, Wanted { text: true, html: true });
    let text = chooser.joined_text();
    let html = chooser.joined_html();
    let cited = html.as_deref().map(cited_ids).unwrap_or_default();
    let attachments = chooser
        .files
        .iter()
        .enumerate()
        .map(|(nth, &place)| attachment(&parts[place], nth + 1, &cited))
        .collect();
    Bodies { text, html, attachments }
}

impl Chooser<'_, '_> {
    fn walk(&mut self, place: usize, wanted: Wanted) {
        let part = &self.parts[place];
        if part.children.is_empty() {
            return self.leaf(place, wanted);
        }
        match part.kind.value.as_str() {
            "multipart/alternative" => self.alternative(place, wanted),
            "multipart/related" => {
                // RFC 2387: the first part is the text, the others are what it shows.
                for (nth, &child) in part.children.iter().enumerate() {
                    let shown = nth > 0
                        && self.parts[child].children.is_empty()
                        && self.parts[child].head.get("content-id").is_some();
                    match shown {
                        true => self.files.push(child),
                        false => self.walk(child, wanted),
                    }
                }
            }
            _ => {
                for &child in &part.children {
                    self.walk(child, wanted);
                }
            }
        }
    }

    fn leaf(&mut self, place: usize, wanted: Wanted) {
        if !self.is_body(place) {
            // Other renderings of the same text are no attachments.
            if !matches!(
                self.parts[place].kind.value.as_str(),
                "text/x-amp-html" | "text/watch-html"
            ) {
                self.files.push(place);
            }
            return;
        }
        if wanted.text {
            self.text.push(place);
        }
        if wanted.html {
            self.html.push(place);
        }
    }

    fn alternative(&mut self, place: usize, wanted: Wanted) {
        let children = &self.parts[place].children;
        let plain = children.iter().copied().find(|&child| self.holds(child, false));
        let html = children.iter().copied().rev().find(|&child| self.holds(child, true));
        for &child in children {
            let wanted = Wanted {
                text: wanted.text && Some(child) == plain.or(html),
                html: wanted.html && Some(child) == html.or(plain),
            };
            self.walk(child, wanted);
        }
    }

    /// Whether a branch holds an HTML body, or a plain one that is not blank.
    fn holds(&mut self, place: usize, html: bool) -> bool {
        let part = &self.parts[place];
        if !part.children.is_empty() {
            return part.children.iter().any(|&child| self.holds(child, html));
        }
        self.is_body(place)
            && is_html(part) == html
            && (html || !self.decoded(place).trim().is_empty())
    }

    /// Whether a part without parts of its own is text to read rather than a file.
    fn is_body(&self, place: usize) -> bool {
        let part = &self.parts[place];
        let text = matches!(part.kind.value.as_str(), "text/plain" | "text/html")
            // A multipart without parts: its boundary never came.
            || part.is_multipart();
        if !text || place == 0 {
            return text;
        }
        let disposition = part.disposition.value.as_str();
        let named = part.disposition.get("filename").is_some() || part.kind.get("name").is_some();
        let first = self.text.is_empty() && self.html.is_empty() && self.files.is_empty();
        match disposition {
            "" => !named || (first && part.disposition.get("filename").is_none()),
            "inline" => !named,
            _ => false,
        }
    }

    fn decoded(&mut self, place: usize) -> &str {
        let parts = self.parts;
        self.decoded[place].get_or_insert_with(|| text_of(&parts[place]))
    }

    fn joined_text(&mut self) -> String {
        let mut text = String::new();
        for place in self.text.clone() {
            let html = is_html(&self.parts[place]);
            let decoded = self.decoded(place);
            let piece = if html { Cow::Owned(html::to_text(decoded)) } else { decoded.into() };
            if text.is_empty() {
                text = piece.into_owned();
            } else if !piece.trim().is_empty() {
                text.truncate(text.trim_end().len());
                text.push_str("\n\n");
                text.push_str(&piece);
            }
        }
        text
    }

    fn joined_html(&mut self) -> Option<String> {
        if !self.html.iter().any(|&place| is_html(&self.parts[place])) {
            return None;
        }
        let mut safe = String::new();
        for place in self.html.clone() {
            let html = is_html(&self.parts[place]);
            let decoded = self.decoded(place);
            if html {
                safe.push_str(&html::sanitize(decoded));
            } else if !decoded.trim().is_empty() {
                safe.push_str(&html::from_text(decoded));
            }
        }
        Some(safe)
    }
}

fn is_html(part: &Part<'_>) -> bool {
    part.kind.value == "text/html"
}

/// The body without its transfer encoding (RFC 2045 section 6).
fn content<'a>(part: &Part<'a>) -> Cow<'a, [u8]> {
    let encoding = part.head.get("content-transfer-encoding").unwrap_or_default().trim_ascii();
    let is = |name: &str| {
        encoding.get(..name.len()).is_some_and(|e| e.eq_ignore_ascii_case(name.as_bytes()))
    };
    if is("base64") {
        Cow::Owned(super::transfer::base64(part.body))
    } else if is("quoted-printable") {
        Cow::Owned(super::transfer::quoted_printable(part.body))
    } else {
        Cow::Borrowed(part.body)
    }
}

/// The text of a part: decoded, with LF line ends, unwrapped, without NUL.
fn text_of(part: &Part<'_>) -> String {
    let bytes = content(part);
    let charset = part.kind.get("charset").or_else(|| charset_in_html(part, &bytes));
    let mut text = super::plain(super::charset::decode(&bytes, charset.as_deref()));
    let flowed = |format: String| format.eq_ignore_ascii_case("flowed");
    if part.kind.value == "text/plain" && part.kind.get("format").is_some_and(flowed) {
        let delsp = part.kind.get("delsp").is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
        text = flowed::unwrap(&text, delsp);
    }
    text
}

/// The charset an HTML document declares of itself when its part does not.
fn charset_in_html(part: &Part<'_>, bytes: &[u8]) -> Option<String> {
    const LOOKED_AT: usize = 1_024;
    let start = is_html(part).then(|| bytes.get(..bytes.len().min(LOOKED_AT)))??;
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let (_, after) = start.split_once("charset")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label: String =
        after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    (!label.is_empty()).then_some(label)
}

/// The Content-IDs that `cid:` links name (RFC 2392).
fn cited_ids(safe_html: &str) -> HashSet<String> {
    let links = safe_html.split("\"cid:").skip(1);
    let ids = links.filter_map(|link| link.split('"').next());
    ids.map(|id| {
        let mut bytes = Vec::new();
        fields::percent_decode(&id.replace("&amp;", "&"), &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
    .collect()
}

fn attachment(part: &Part<'_>, number: usize, cited: &HashSet<String>) -> Attachment {
    let bytes = content(part);
    let content_type = match part.typed {
        true => part.kind.value.clone(),
        false if part.kind.value == "message/rfc822" => "message/rfc822".to_owned(),
        false => "application/octet-stream".to_owned(),
    };
    let letter = matches!(content_type.as_str(), "message/rfc822" | "message/global");
    let filename = filename::given(&part.disposition, &part.kind).unwrap_or_else(|| {
        if letter {
            let (head, _) = fields::head(&bytes, 0, |_| false);
            let subject = head.get("subject").map(|s| words::decode(&fields::text(s, None)));
            filename::of_letter(&subject.unwrap_or_default(), number)
        } else {
            filename::made_up(number, &content_type)
        }
    });
    let content_id = part
        .head
        .get("content-id")
        .map(|id| fields::one_line(&fields::text(id, None)))
        .map(|id| id.trim_matches(['<', '>', ' ']).to_owned())
        .filter(|id| !id.is_empty());
    let cited = content_id.as_ref().is_some_and(|id| cited.contains(id));
    let inline =
        cited || (part.disposition.value == "inline" && content_type.starts_with("image/"));
    Attachment { filename, content_type, content_id, inline, bytes: bytes.into_owned() }
}
