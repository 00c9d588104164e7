//! Our own files: the style sheet, the script and the sign of the program. Each has an address that
//! changes with its content, so that a browser may keep it for ever, and travels compressed to whoever
//! takes that. Pages do not: in their lengths others could read what is in them.

use std::io::Write;
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::Answer;
use super::asked::Asked;
use crate::desk::digest::sha256;

/// The style sheet of all pages.
pub(super) static STYLE: Asset = Asset::new(
    "/style.css",
    "text/css; charset=utf-8",
    concat!(
        include_str!("style/base.css"),
        include_str!("style/ticket.css"),
        include_str!("style/writing.css"),
        include_str!("style/lists.css"),
        include_str!("style/records.css"),
        include_str!("style/status.css"),
    ),
);

/// The script of the pages of somebody signed in.
pub(super) static SCRIPT: Asset =
    Asset::new("/script.js", "text/javascript; charset=utf-8", include_str!("script.js"));

/// A torn ticket: the part that is kept.
pub(super) static ICON: Asset = Asset::new("/icon.svg", "image/svg+xml", include_str!("icon.svg"));

/// A file of our own.
#[derive(Debug)]
pub(super) struct Asset {
    path: &'static str,
    content_type: &'static str,
    /// What is in it.
    pub(super) text: &'static str,
    address: OnceLock<String>,
    compressed: OnceLock<Vec<u8>>,
}

impl Asset {
    const fn new(path: &'static str, content_type: &'static str, text: &'static str) -> Self {
        Self { path, content_type, text, address: OnceLock::new(), compressed: OnceLock::new() }
    }

    /// Where pages find it.
    pub(super) fn address(&self) -> &str {
        self.address.get_or_init(|| format!("{}?v={:.12}", self.path, sha256(self.text.as_bytes())))
    }

    /// It, as whoever asked takes it (RFC 9110 section 12.5.3).
    pub(super) fn answer(&self, asked: &Asked) -> Answer {
        let takes_gzip = takes_gzip(&asked.accept_encoding);
        let body = if takes_gzip { self.compressed() } else { self.text.as_bytes() };
        Answer::asset(self.content_type, body.to_vec(), takes_gzip.then_some("gzip"))
    }

    fn compressed(&self) -> &[u8] {
        self.compressed.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            // Writing into memory does not fail.
            encoder.write_all(self.text.as_bytes()).unwrap_or_default();
            encoder.finish().unwrap_or_default()
        })
    }
}

/// Whether an Accept-Encoding header names gzip, and not to refuse it.
fn takes_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        is_gzip && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_file_of_ours_comes_as_it_is_asked_for() {
        for (accepted, compressed) in [
            ("", false),
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, identity", false),
            ("x-gzip-not", false),
            ("*", false),
        ] {
            let asked = Asked { accept_encoding: accepted.to_owned(), ..Asked::default() };
            for asset in [&STYLE, &SCRIPT, &ICON] {
                let answer = asset.answer(&asked);
                let value = |name: &str| {
                    answer
                        .headers
                        .iter()
                        .find(|(other, _)| *other == name)
                        .map(|(_, value)| &**value)
                };
                assert_eq!(value("Content-Encoding").is_some(), compressed, "{accepted}");
                assert_eq!(value("Vary"), Some("Accept-Encoding"));
                let mut text = String::new();
                if compressed {
                    assert!(answer.body.len() * 3 / 2 < asset.text.len(), "{}", asset.path);
                    let mut decoder = flate2::read::GzDecoder::new(&*answer.body);
                    decoder.read_to_string(&mut text).expect("it is whole");
                } else {
                    text = String::from_utf8(answer.body.clone()).expect("it is text");
                }
                assert_eq!(text, asset.text);
            }
        }
    }

    #[test]
    fn the_address_changes_with_the_content() {
        let [one, other] = ["a", "b"].map(|text| Asset::new("/x", "text/css", text));
        assert_ne!(one.address(), other.address());
        assert!(one.address().starts_with("/x?v=") && one.address().len() == 17);
    }
}
