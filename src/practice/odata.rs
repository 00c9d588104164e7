//! The query of a Graph URL taken apart: `$select`, `$top`, `$filter` and their kin, with the
//! percent-encoding removed. What the service does not know it ignores (facts: microsoft-graph 0).

use super::refusal::{Outcome, bad_request};

/// The query options of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) pairs: Vec<(String, String)>,
}

impl Query {
    pub(super) fn read(query: &str) -> Self {
        let pairs = query.split('&').filter(|part| !part.is_empty()).map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(name, true), decoded(value, true))
        });
        Self { pairs: pairs.collect() }
    }

    /// The value of an option; names are compared without case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// `$top`, or the default of 10; from 1 to 1000 (facts: microsoft-graph 2.2).
    pub(super) fn top(&self) -> Outcome<usize> {
        let Some(value) = self.get("$top") else { return Ok(10) };
        let top = value.parse().ok().filter(|top| (1..=1000).contains(top));
        top.ok_or_else(|| {
            bad_request(format!("Invalid value '{value}' for $top. It must be between 1 and 1000."))
        })
    }

    pub(super) fn skip(&self) -> Outcome<usize> {
        let Some(value) = self.get("$skip") else { return Ok(0) };
        let refusal = || bad_request(format!("Invalid value '{value}' for $skip."));
        value.parse().map_err(|_| refusal())
    }

    /// The properties of `$select`, each of which must be `known`.
    pub(super) fn select(&self, known: &[&str], kind: &str) -> Outcome<Option<Vec<String>>> {
        let Some(value) = self.get("$select") else { return Ok(None) };
        let mut selected = Vec::new();
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !known.contains(&name) {
                return Err(super::refusal::refuse(
                    400,
                    "RequestBroker--ParseUri",
                    format!("Could not find a property named '{name}' on type '{kind}'."),
                ));
            }
            selected.push(name.to_owned());
        }
        Ok(Some(selected).filter(|selected| !selected.is_empty()))
    }
}

/// Removes percent-encoding; `plus` also turns `+` into a blank, as in queries and forms.
pub(super) fn decoded(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) if plus => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The preferences of a request (facts: microsoft-graph 0), from however many `Prefer` headers.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefer {
    pub(super) immutable: bool,
    pub(super) text: bool,
    pub(super) html: bool,
    pub(super) unsafe_html: bool,
    pub(super) page_size: Option<usize>,
}

impl Prefer {
    pub(super) fn read<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut prefer = Self::default();
        for (_, value) in headers.filter(|(name, _)| name.eq_ignore_ascii_case("prefer")) {
            for one in value.split([',', ';']).map(str::trim) {
                let (name, value) = one.split_once('=').unwrap_or((one, ""));
                let value = value.trim().trim_matches('"');
                match name.trim().to_ascii_lowercase().as_str() {
                    "idtype" => prefer.immutable = value.eq_ignore_ascii_case("immutableid"),
                    "outlook.body-content-type" => {
                        prefer.text = value.eq_ignore_ascii_case("text");
                        prefer.html = value.eq_ignore_ascii_case("html");
                    }
                    "outlook.allow-unsafe-html" => prefer.unsafe_html = true,
                    "odata.maxpagesize" => prefer.page_size = value.parse().ok(),
                    _ => {}
                }
            }
        }
        prefer
    }

    /// What `Preference-Applied` says.
    pub(super) fn applied(&self) -> Option<String> {
        let mut applied = Vec::new();
        if self.immutable {
            applied.push("IdType=\"ImmutableId\"".to_owned());
        }
        for (on, word) in [(self.text, "text"), (self.html, "html")] {
            if on {
                applied.push(format!("outlook.body-content-type=\"{word}\""));
            }
        }
        if self.unsafe_html {
            applied.push("outlook.allow-unsafe-html".to_owned());
        }
        if let Some(size) = self.page_size {
            applied.push(format!("odata.maxpagesize={size}"));
        }
        (!applied.is_empty()).then(|| applied.join(", "))
    }
}
