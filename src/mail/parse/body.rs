//! Chooses what of a letter is its text, what its HTML and what an attachment, in the spirit of
//! RFC 8621 section 4.1.4: the plain branch of an alternative for the text, the HTML branch for
//! the HTML, and text around an attachment put back together. What an attachment becomes, and what
//! of it is readable, is in `files.rs`.

use std::borrow::Cow;

use super::super::{Attachment, Protection, html};
use super::cms::{self, Envelope};
use super::decoded::{content, is_html, is_html_document, text_of};
use super::files::{self, Filed};
use super::parts::{self, Part};
use super::related::{cited_ids, root_of};
use super::{instead, pgp, placeholder, related, uuencode};

/// Letters and envelopes inside each other that are opened.
const MAX_INSIDE: usize = 5;

/// What stands in place of a text that is encrypted.
const ENCRYPTED: &str = "This letter is encrypted and cannot be read here. It is attached as it \
                         came, for whoever holds the key.";

/// Tags after which safe HTML goes on in a line of its own.
const ENDS_LINE: [&str; 8] =
    ["</p>", "</div>", "<br>", "</table>", "</ul>", "</ol>", "</blockquote>", "</pre>"];

/// The bodies and attachments of a letter.
#[derive(Default)]
pub(super) struct Bodies {
    /// What its writer wrote.
    pub(super) text: String,
    /// What can be read in letters and reports attached to it; begins with a line of its own.
    pub(super) attached_text: String,
    pub(super) html: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) protection: Option<Protection>,
}

/// What is still looked for on the way down.
#[derive(Clone, Copy)]
struct Wanted {
    text: bool,
    html: bool,
}

/// A piece of the text or of the HTML.
#[derive(Clone, Copy)]
enum Piece {
    Part(usize),
    /// Text and HTML that came out of an envelope, as a place in `inner`.
    Inner(usize),
}

/// What goes among the attachments.
enum File {
    Part(usize),
    /// What was taken out of a text part.
    OutOf(usize),
    /// The attachments of what came out of an envelope.
    Inner(usize),
}

struct Chooser<'p, 'a> {
    parts: &'p [Part<'a>],
    reading: Reading,
    /// The decoded text of parts that were looked at.
    decoded: Vec<Option<String>>,
    /// Files that stood in a text part, with its place.
    taken_out: Vec<(usize, Attachment)>,
    /// Parts that make the text and the HTML, and parts that are attachments, in order.
    text: Vec<Piece>,
    html: Vec<Piece>,
    files: Vec<File>,
    inner: Vec<Bodies>,
    protection: Option<Protection>,
}

/// How a letter is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// Letters and envelopes this one is inside of.
    pub(super) depth: usize,
    /// Whether only text and names are asked for.
    pub(super) text_only: bool,
}

impl Reading {
    /// How a letter inside this one is read; `None` when it is too deep.
    pub(super) fn inside(self, text_only: bool) -> Option<Self> {
        let text_only = self.text_only || text_only;
        (self.depth < MAX_INSIDE).then_some(Self { depth: self.depth + 1, text_only })
    }
}

/// Reads bodies and attachments of the letter that was cut into `parts`.
pub(super) fn choose(parts: &[Part<'_>], reading: Reading) -> Bodies {
    let mut chooser = Chooser {
        parts,
        reading,
        decoded: vec![None; parts.len()],
        taken_out: Vec::new(),
        text: Vec::new(),
        html: Vec::new(),
        files: Vec::new(),
        inner: Vec::new(),
        protection: None,
    };
    chooser.walk(0, Wanted { text: true, html: !reading.text_only });
    if chooser.text.is_empty() && chooser.html.is_empty() {
        chooser.take_named_text(reading);
    }
    let text = chooser.joined_text();
    let html = chooser.joined_html();
    let mut bodies = Bodies { text, html, protection: chooser.protection, ..Bodies::default() };
    chooser.file_into(&mut bodies);
    if bodies.text.trim().is_empty()
        && bodies.attached_text.is_empty()
        && let Some(text) = instead::text(parts)
    {
        bodies.text = text;
    }
    bodies
}

impl Chooser<'_, '_> {
    fn walk(&mut self, place: usize, wanted: Wanted) {
        let part = &self.parts[place];
        if part.children.is_empty() {
            return self.leaf(place, wanted);
        }
        match part.kind.value.as_str() {
            "multipart/alternative" => self.alternative(&part.children, wanted),
            "multipart/related" => {
                let root = root_of(self.parts, part);
                for &child in &part.children {
                    let shown = child != root
                        && self.parts[child].children.is_empty()
                        && self.parts[child].head.get("content-id").is_some();
                    match shown {
                        true => self.files.push(File::Part(child)),
                        false => self.walk(child, wanted),
                    }
                }
            }
            kind => {
                match kind {
                    "multipart/signed" => self.protect(Protection::Signed),
                    "multipart/encrypted" => self.say_encrypted(wanted),
                    _ => {}
                }
                let mut children = part.children.as_slice();
                while let Some((&child, rest)) = children.split_first() {
                    children = rest;
                    match rest.split_first() {
                        Some((&next, after)) if self.say_the_same(child, next) => {
                            self.alternative(&[child, next], wanted);
                            children = after;
                        }
                        _ => self.walk(child, wanted),
                    }
                }
            }
        }
    }

    /// Whether a plain text is followed by the same in HTML, which some programs forget to call
    /// alternatives.
    fn say_the_same(&mut self, plain: usize, html: usize) -> bool {
        let leaf = |place: usize| self.parts[place].children.is_empty() && self.is_body(place);
        if !leaf(plain) || !leaf(html) || self.is_html(plain) || !self.is_html(html) {
            return false;
        }
        let html = html::to_text(self.decoded(html));
        let plain = self.decoded(plain);
        !placeholder::is_blank(plain) && placeholder::same_words(plain, &html)
    }

    /// Makes the text of the first part that is shown inline under a name, when there is no other.
    fn take_named_text(&mut self, reading: Reading) {
        let named = self.files.iter().position(|file| {
            matches!(*file, File::Part(place) if self.parts[place].is_text()
                && self.parts[place].disposition.value == "inline")
        });
        if let Some(at) = named
            && let File::Part(place) = self.files[at]
        {
            self.files[at] = File::OutOf(place);
            self.text.push(Piece::Part(place));
            if !reading.text_only {
                self.html.push(Piece::Part(place));
            }
        }
    }

    fn leaf(&mut self, place: usize, wanted: Wanted) {
        if self.is_body(place) {
            if wanted.text {
                self.text.push(Piece::Part(place));
            }
            if wanted.html {
                self.html.push(Piece::Part(place));
            }
            if wanted.text || wanted.html {
                self.files.push(File::OutOf(place));
            }
            let part = &self.parts[place];
            if place == 0 && part.disposition.value == "attachment" && part.is_named() {
                self.files.push(File::Part(place));
            }
            return;
        }
        match self.parts[place].kind.value.as_str() {
            // Other renderings of the same text are no attachments.
            "text/x-amp-html" | "text/watch-html" => return,
            "application/pgp-encrypted" => self.say_encrypted(wanted),
            _ if self.is_envelope(place) && self.open_envelope(place, wanted) => return,
            _ => {}
        }
        self.files.push(File::Part(place));
    }

    fn is_envelope(&self, place: usize) -> bool {
        match self.parts[place].kind.value.as_str() {
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => true,
            // Some gateways forget the type and keep the name.
            "application/octet-stream" => self.parts[place].is_named_like(".p7m"),
            _ => false,
        }
    }

    /// Opens an S/MIME envelope; false when it stays an attachment.
    fn open_envelope(&mut self, place: usize, wanted: Wanted) -> bool {
        match cms::open(&content(&self.parts[place])) {
            Envelope::Signed(letter) => {
                self.protect(Protection::Signed);
                let Some(reading) = self.reading.inside(false) else { return false };
                let inner = choose(&parts::split(&letter), reading);
                if let Some(protection) = inner.protection {
                    self.protect(protection);
                }
                self.files.push(File::Inner(self.inner.len()));
                self.add_inner(inner, wanted);
                true
            }
            Envelope::Encrypted => {
                self.say_encrypted(wanted);
                false
            }
            Envelope::Other => false,
        }
    }

    fn protect(&mut self, protection: Protection) {
        if self.protection != Some(Protection::Encrypted) {
            self.protection = Some(protection);
        }
    }

    fn say_encrypted(&mut self, wanted: Wanted) {
        if self.protection != Some(Protection::Encrypted) {
            self.protect(Protection::Encrypted);
            self.add_inner(Bodies { text: ENCRYPTED.to_owned(), ..Bodies::default() }, wanted);
        }
    }

    fn add_inner(&mut self, inner: Bodies, wanted: Wanted) {
        let piece = Piece::Inner(self.inner.len());
        self.inner.push(inner);
        if wanted.text {
            self.text.push(piece);
        }
        if wanted.html {
            self.html.push(piece);
        }
    }

    fn alternative(&mut self, children: &[usize], wanted: Wanted) {
        let mut plain = children.iter().copied().find(|&child| self.holds(child, false));
        let html = children.iter().copied().rev().find(|&child| self.holds(child, true));
        if let (Some(text), Some(html)) = (plain, html)
            && self.stands_in(text, html)
        {
            plain = None;
        }
        for &child in children {
            let wanted = Wanted {
                text: wanted.text && Some(child) == plain.or(html),
                html: wanted.html && Some(child) == html.or(plain),
            };
            self.walk(child, wanted);
        }
    }

    /// Whether a plain branch only stands in for the one with HTML.
    fn stands_in(&mut self, plain: usize, html: usize) -> bool {
        if !self.parts[plain].children.is_empty() || !placeholder::may_stand_in(self.decoded(plain))
        {
            return false;
        }
        let Some(html) = self.first_html(html) else { return false };
        let html = html::to_text(self.decoded(html));
        placeholder::stands_in(self.decoded(plain), &html)
    }

    /// The first HTML body of a branch.
    fn first_html(&mut self, place: usize) -> Option<usize> {
        let part = &self.parts[place];
        if part.children.is_empty() {
            return (self.is_body(place) && self.is_html(place)).then_some(place);
        }
        part.children.iter().find_map(|&child| self.first_html(child))
    }

    /// Whether a branch holds an HTML body, or a plain one that is not blank.
    fn holds(&mut self, place: usize, html: bool) -> bool {
        let part = &self.parts[place];
        if !part.children.is_empty() {
            return part.children.iter().any(|&child| self.holds(child, html));
        }
        self.is_body(place)
            && self.is_html(place) == html
            && (html || !placeholder::is_blank(self.decoded(place)))
    }

    /// Whether a part without parts of its own is text to read rather than a file.
    fn is_body(&self, place: usize) -> bool {
        let part = &self.parts[place];
        let text = part.is_text()
            // A multipart without parts: its boundary never came.
            || part.is_multipart();
        if !text || place == 0 {
            return text;
        }
        let disposition = part.disposition.value.as_str();
        let first = self.text.is_empty()
            && self.html.is_empty()
            && !self.files.iter().any(|file| matches!(file, File::Part(_)));
        match disposition {
            "" => !part.is_named() || (first && part.disposition.get("filename").is_none()),
            "inline" => !part.is_named(),
            _ => false,
        }
    }

    /// Whether a text part is HTML: not by its label alone, when it plainly is something else.
    fn is_html(&mut self, place: usize) -> bool {
        let kind = self.parts[place].kind.value.as_str();
        let said = is_html(kind);
        if !said && kind != "text/plain" && !kind.starts_with("multipart/") {
            return false;
        }
        let text = self.decoded(place);
        if said {
            text.contains(['<', '&']) || text.trim().is_empty()
        } else {
            is_html_document(text)
        }
    }

    fn decoded(&mut self, place: usize) -> &str {
        if self.decoded[place].is_none() {
            let text = self.open_text(place, text_of(&self.parts[place]));
            self.decoded[place] = Some(text);
        }
        self.decoded[place].as_deref().unwrap_or_default()
    }

    /// Takes out of a plain text what stands in it besides text.
    fn open_text(&mut self, place: usize, text: String) -> String {
        if is_html(&self.parts[place].kind.value) {
            return text;
        }
        let mut text = text;
        if let Some(opened) = pgp::open(&text, ENCRYPTED) {
            text = opened.text;
            if opened.signed {
                self.protect(Protection::Signed);
            }
            for block in opened.encrypted {
                self.protect(Protection::Encrypted);
                self.taken_out.push((place, files::named("encrypted.asc", block.into_bytes())));
            }
        }
        if let Some((kept, found)) = uuencode::take_out(&text) {
            text = kept;
            let found = found.into_iter().map(|(name, bytes)| (place, files::named(&name, bytes)));
            self.taken_out.extend(found);
        }
        text
    }

    fn joined_text(&mut self) -> String {
        let mut text = String::new();
        for piece in self.text.clone() {
            let piece = match piece {
                Piece::Inner(nth) => Cow::Borrowed(self.inner[nth].text.as_str()),
                Piece::Part(place) => {
                    let html = self.is_html(place);
                    let decoded = self.decoded(place);
                    if html { Cow::Owned(html::to_text(decoded)) } else { decoded.into() }
                }
            };
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
        let html = self.html.clone();
        let is_html = |piece: &Piece| match *piece {
            Piece::Inner(nth) => self.inner[nth].html.is_some(),
            Piece::Part(place) => self.is_html(place),
        };
        // Every piece is asked, so that each is decoded before it is needed.
        let marked: Vec<bool> = html.iter().map(is_html).collect();
        if !marked.contains(&true) {
            return None;
        }
        let locations = related::locations(self.parts);
        let mut safe = String::new();
        for (piece, marked) in html.into_iter().zip(marked) {
            if !(safe.is_empty() || ENDS_LINE.iter().any(|end| safe.trim_end().ends_with(end))) {
                safe.push_str("<br>");
            }
            let text = match piece {
                Piece::Inner(nth) => {
                    safe.push_str(self.inner[nth].html.as_deref().unwrap_or_default());
                    if marked { "" } else { self.inner[nth].text.as_str() }
                }
                Piece::Part(place) if marked => {
                    safe.push_str(&html::sanitize_with(self.decoded(place), &mut |source| {
                        locations.get(source.trim()).cloned()
                    }));
                    ""
                }
                Piece::Part(place) => self.decoded(place),
            };
            if !text.trim().is_empty() {
                safe.push_str(&html::from_text(text));
            }
        }
        // An HTML branch with nothing in it is none.
        placeholder::shows_something(&safe).then_some(safe)
    }

    /// Makes attachments of the files, and text of what in them can be read.
    fn file_into(&mut self, bodies: &mut Bodies) {
        let cited = bodies.html.as_deref().map(cited_ids).unwrap_or_default();
        let filed = Filed { parts: self.parts, reading: self.reading };
        let mut number = 0;
        for file in std::mem::take(&mut self.files) {
            match file {
                File::Part(place) => {
                    number += 1;
                    filed.add(place, number, &cited, bodies);
                }
                File::OutOf(place) => {
                    let taken = self.taken_out.iter().filter(|(from, _)| *from == place);
                    bodies.attachments.extend(taken.map(|(_, attachment)| attachment.clone()));
                    self.taken_out.retain(|(from, _)| *from != place);
                }
                File::Inner(nth) => {
                    let inner = &mut self.inner[nth];
                    bodies.attachments.append(&mut inner.attachments);
                    bodies.attached_text.push_str(&inner.attached_text);
                }
            }
        }
    }
}
