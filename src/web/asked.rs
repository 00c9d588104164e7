//! One request as the pages see it: taken out of tiny_http whole, so that whatever happens while
//! it is answered, the answer can still be given. Decoding only; who may ask what is in `session`
//! and `route`.

use std::io;
use std::net::IpAddr;

use super::door;

/// The most bytes of a form. The longest holds an agent's answer.
pub(super) const FORM_BYTES: u64 = 512 * 1024;

/// A request.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// The method, in capitals.
    pub(super) method: String,
    /// Path and query as they came.
    pub(super) target: String,
    /// The Host header.
    pub(super) host: String,
    /// The Origin header.
    pub(super) origin: Option<String>,
    /// The Sec-Fetch-Site header.
    pub(super) fetch_site: Option<String>,
    /// The Content-Type header in lower case.
    pub(super) content_type: String,
    /// The Accept-Language header.
    pub(super) accept_language: String,
    /// The Cookie header.
    pub(super) cookies: String,
    /// The Authorization header.
    pub(super) authorization: Option<String>,
    /// The X-CSRF-Token header.
    pub(super) csrf_token: Option<String>,
    /// The address it came from, as the door saw it.
    pub(super) peer: Option<IpAddr>,
    /// Whether an X-Forwarded-For header came with it: a proxy passes it on for somebody else.
    pub(super) forwarded: bool,
    /// The body, as long as the door lets in.
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// Reads a request whose body has already arrived.
    pub(super) fn read(request: &mut tiny_http::Request) -> io::Result<Self> {
        let header = |name: &'static str| {
            let found = request.headers().iter().find(|header| header.field.equiv(name));
            found.map(|header| header.value.as_str().to_owned())
        };
        let mut asked = Self {
            method: request.method().as_str().to_owned(),
            target: request.url().to_owned(),
            host: header("Host").unwrap_or_default(),
            origin: header("Origin"),
            fetch_site: header("Sec-Fetch-Site"),
            content_type: header("Content-Type").unwrap_or_default().to_ascii_lowercase(),
            accept_language: header("Accept-Language").unwrap_or_default(),
            cookies: header("Cookie").unwrap_or_default(),
            authorization: header("Authorization"),
            csrf_token: header("X-CSRF-Token"),
            peer: door::peer(request).map(|peer| peer.ip()),
            forwarded: header("X-Forwarded-For").is_some(),
            body: Vec::new(),
        };
        request.as_reader().read_to_end(&mut asked.body)?;
        Ok(asked)
    }

    /// The path, without the query.
    pub(super) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// A value of the query; the first one when it is given twice.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        value(query, name)
    }

    /// A value of the form that was sent.
    pub(super) fn form(&self, name: &str) -> Option<String> {
        value(std::str::from_utf8(&self.body).ok()?, name)
    }

    /// A cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// One value of `application/x-www-form-urlencoded` text.
fn value(text: &str, name: &str) -> Option<String> {
    let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
}

/// Undoes the escapes; what is no escape stays, and what is no UTF-8 is replaced.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits always fit.
                plain.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            (b'+', ..) => plain.push(b' '),
            (byte, ..) => plain.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Text as one value of a query.
pub(super) fn encoded(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_and_decoded() {
        let asked = Asked {
            target: "/sign-in?next=%2Ftickets%3Fstate%3Dnew&x&next=2".to_owned(),
            cookies: "a=1; counterfoil_session=s=e; b".to_owned(),
            body: b"name=J%C3%B6rg+K&password=%&empty=".to_vec(),
            ..Asked::default()
        };
        assert_eq!(asked.path(), "/sign-in");
        assert_eq!(asked.query("next").as_deref(), Some("/tickets?state=new"));
        assert_eq!(asked.query("x").as_deref(), Some(""));
        assert_eq!(asked.query("y"), None);
        assert_eq!(asked.form("name").as_deref(), Some("Jörg K"));
        assert_eq!(asked.form("password").as_deref(), Some("%"));
        assert_eq!(asked.form("empty").as_deref(), Some(""));
        assert_eq!(asked.cookie("counterfoil_session"), Some("s=e"));
        assert_eq!(asked.cookie("b"), None);
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same() {
        for text in ["/tickets?state=new&after=5", "ä b+c%41", ""] {
            assert_eq!(decoded(&encoded(text)), text);
        }
    }
}
