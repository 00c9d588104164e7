//! One answer, and the headers every answer carries: nothing may run but our own script, load from
//! elsewhere, be framed or be kept. Header values are made harmless in one place, when the answer is sent.

use maud::Markup;
use tiny_http::{Header, Request, Response, StatusCode};

/// What a page may do: show our style sheet, our pictures and letters in frames, run our script and
/// let it ask us, and send forms to us. No file of unknown origin is ever a script to a browser:
/// `download` names no such type, and no other may be guessed (`nosniff`).
/// Nor may the script make markup or code from text.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; \
     frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What a file of unknown origin may do, should a browser show it after all: nothing.
const FILE_POLICY: &str =
    "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// What a letter in a frame may do: show the pictures it holds itself, and be in our frame. Without
/// an origin of its own it could not even use what a browser knows about ours.
const LETTER_POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
     form-action 'none'; frame-ancestors 'self'; base-uri 'none'; sandbox ";

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A page.
    pub(super) fn page(status: u16, page: Markup) -> Self {
        Self::new(status, "text/html; charset=utf-8", page.into_string().into_bytes())
    }

    /// One line of plain text, for a monitor.
    pub(super) fn line(status: u16, line: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{line}\n").into_bytes())
    }

    /// A text of our own for programs.
    pub(super) fn text(content_type: &str, text: String) -> Self {
        Self::new(200, content_type, text.into_bytes())
    }

    /// JSON.
    pub(super) fn json_text(status: u16, text: String) -> Self {
        let mut answer = Self::new(status, "application/json", text.into_bytes());
        answer.set("Content-Security-Policy", FILE_POLICY);
        answer
    }

    /// A text of unknown origin, shown as it is.
    pub(super) fn foreign_text(text: String) -> Self {
        let mut answer = Self::new(200, "text/plain; charset=utf-8", text.into_bytes());
        answer.set("Content-Security-Policy", FILE_POLICY);
        answer
    }

    /// A letter as a document, for a frame of ours with this sandbox.
    pub(super) fn letter(page: Markup, sandbox: &str) -> Self {
        let mut answer = Self::page(200, page);
        answer.set("Content-Security-Policy", &format!("{LETTER_POLICY}{sandbox}"));
        answer.set("X-Frame-Options", "SAMEORIGIN");
        answer.set("Referrer-Policy", "no-referrer");
        // Browsers refuse it for whatever is sandboxed (HTML section 7.4.5).
        answer.set("Cross-Origin-Opener-Policy", "unsafe-none");
        answer
    }

    /// A file of unknown origin, to be saved and never shown. Media type and `disposition` are as
    /// `download` makes them harmless.
    pub(super) fn download(content_type: &str, disposition: String, bytes: Vec<u8>) -> Self {
        let mut answer = Self::new(200, content_type, bytes);
        answer.set("Content-Security-Policy", FILE_POLICY);
        answer.with("Content-Disposition", disposition)
    }

    /// A picture of unknown origin whose bytes are those of `content_type`, to be shown.
    pub(super) fn picture(content_type: &str, bytes: Vec<u8>) -> Self {
        let mut answer = Self::new(200, content_type, bytes);
        answer.set("Content-Security-Policy", FILE_POLICY);
        answer
    }

    /// A file of our own under an address that changes with its content. `encoding` is how `bytes`
    /// are compressed, if they are.
    pub(super) fn asset(content_type: &str, bytes: Vec<u8>, encoding: Option<&str>) -> Self {
        let mut answer = Self::new(200, content_type, bytes);
        answer.set("Cache-Control", "public, max-age=31536000, immutable");
        answer.set("Vary", "Accept-Encoding");
        match encoding {
            Some(encoding) => answer.with("Content-Encoding", encoding),
            None => answer,
        }
    }

    /// Sends the browser to one of our own pages, to be asked with GET.
    pub(super) fn go_to(path: &str) -> Self {
        Self::new(303, "text/plain; charset=utf-8", Vec::new()).with("Location", path)
    }

    /// Nothing but that it is done, for a script.
    pub(super) fn done() -> Self {
        Self::new(204, "text/plain; charset=utf-8", Vec::new())
    }

    fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = [
            ("Content-Type", content_type),
            ("Content-Security-Policy", PAGE_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            // Nobody else learns our addresses. Stricter still, `no-referrer`, would make browsers
            // send `Origin: null` with our own forms (Fetch, "append a request Origin header").
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
            ("X-Robots-Tag", "noindex, nofollow"),
            ("Cache-Control", "no-store"),
        ];
        let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
        Self { status, headers, body }
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A header, if it has it.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
    }

    /// Sends the answer. Whoever asked may be gone by now, which is no fault.
    pub(super) fn send(self, request: Request) {
        let headers = self.headers.iter().filter_map(|(name, value)| {
            Header::from_bytes(name.as_bytes(), harmless(value).into_bytes()).ok()
        });
        let length = self.body.len();
        let response = Response::new(
            StatusCode(self.status),
            headers.collect(),
            std::io::Cursor::new(self.body),
            Some(length),
            None,
        );
        if let Err(error) = request.respond(response) {
            log::debug!(target: "web", "an answer was not taken: {error}");
        }
    }
}

/// A value in which no header can hide: printable ASCII only (RFC 9110 section 5.5).
fn harmless(value: &str) -> String {
    value.chars().filter(|c| matches!(c, ' '..='~')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_value_holds_no_second_header() {
        assert_eq!(harmless("a\r\nSet-Cookie: b\0ü"), "aSet-Cookie: b");
    }

    #[test]
    fn a_page_runs_our_script_and_what_others_wrote_runs_nothing() {
        let policy = |answer: Answer| {
            let found =
                answer.headers.into_iter().find(|(name, _)| name.starts_with("Content-Sec"));
            found.expect("it has one").1
        };
        assert!(policy(Answer::page(200, Markup::default())).contains("script-src 'self';"));
        for answer in [
            Answer::foreign_text(String::new()),
            Answer::letter(Markup::default(), "x"),
            Answer::download("text/plain", "attachment".to_owned(), Vec::new()),
            Answer::json_text(200, String::new()),
        ] {
            let policy = policy(answer);
            assert!(policy.contains("default-src 'none'"), "{policy}");
            assert!(!policy.contains("script-src"), "{policy}");
        }
    }

    #[test]
    fn a_header_is_never_given_twice() {
        let answers = [
            Answer::line(200, "x"),
            Answer::asset("text/css", Vec::new(), Some("gzip")),
            Answer::download("text/plain", "attachment".to_owned(), Vec::new()),
            Answer::foreign_text(String::new()),
            Answer::picture("image/png", Vec::new()),
            Answer::letter(Markup::default(), "x"),
        ];
        for answer in answers {
            for (name, _) in &answer.headers {
                let same = answer.headers.iter().filter(|(other, _)| other == name);
                assert_eq!(same.count(), 1, "{name}");
            }
        }
    }
}
