//! One request as the pages see it: taken out of tiny_http whole, so that whatever happens while
//! it is answered, the answer can still be given. Decoding only; who may ask what is in `session`
//! and `route`.

use std::cell::OnceCell;
use std::io;
use std::net::{IpAddr, SocketAddr};

use super::door;

use super::multipart::{self, Fault, Part};
use crate::mail::Attachment;

/// The most bytes of a form. The longest holds an agent's answer.
pub(super) const FORM_BYTES: u64 = 512 * 1024;

/// The most bytes of a form with files, whatever the door lets in.
pub(super) const FILES_BYTES: u64 = 40 << 20;

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
    /// The Accept-Encoding header.
    pub(super) accept_encoding: String,
    /// The Accept-Language header.
    pub(super) accept_language: String,
    /// The Cookie header.
    pub(super) cookies: String,
    /// The Authorization header.
    pub(super) authorization: Option<String>,
    /// The X-CSRF-Token header.
    pub(super) csrf_token: Option<String>,
    /// The Idempotency-Key header; two of them joined by a comma.
    pub(super) idempotency_key: Option<String>,
    /// Whom the request is counted for: the address of the client, or its network.
    pub(super) client: String,
    /// The address it came from, as the door saw it.
    pub(super) peer: Option<IpAddr>,
    /// Whether a header says that a proxy passes it on for somebody else.
    pub(super) forwarded: bool,
    /// The body, as long as the door lets in.
    pub(super) body: Vec<u8>,
    /// What separates the parts of a form with files, when the body is one.
    pub(super) boundary: Option<String>,
    /// Its parts, once they were asked for.
    pub(super) parts: OnceCell<Result<Vec<Part>, Fault>>,
}

/// A header that came so many times as one (RFC 9110 section 5.3).
fn joined(request: &tiny_http::Request, name: &'static str) -> Option<String> {
    let found = request.headers().iter().filter(|header| header.field.equiv(name));
    let values: Vec<&str> = found.map(|header| header.value.as_str()).collect();
    (!values.is_empty()).then(|| values.join(", "))
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
            accept_encoding: joined(request, "Accept-Encoding").unwrap_or_default(),
            accept_language: header("Accept-Language").unwrap_or_default(),
            cookies: header("Cookie").unwrap_or_default(),
            authorization: header("Authorization"),
            csrf_token: header("X-CSRF-Token"),
            idempotency_key: joined(request, "Idempotency-Key"),
            client: client(door::peer(request), header("X-Forwarded-For").as_deref()),
            peer: door::peer(request).map(|peer| peer.ip()),
            forwarded: ["X-Forwarded-For", "Forwarded", "X-Real-IP"]
                .iter()
                .any(|name| header(name).is_some()),
            body: Vec::new(),
            boundary: header("Content-Type")
                .and_then(|it| multipart::boundary(&it).map(str::to_owned)),
            parts: OnceCell::new(),
        };
        // A large one is here once, not twice while it grows.
        asked.body.reserve_exact(request.body_length().unwrap_or(0));
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

    /// The names of all values of the query, in their order.
    pub(super) fn query_keys(&self) -> Vec<String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| decoded(pair.split_once('=').map_or(pair, |(key, _)| key))).collect()
    }

    /// A value of the query, unless it is empty.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        self.query(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A value of the query as something; nothing when it is none.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.query(name).and_then(|text| text.trim().parse().ok())
    }

    /// A value of the form that was sent; the first one when it is given twice.
    pub(super) fn form(&self, name: &str) -> Option<String> {
        match &self.boundary {
            Some(_) => self.fields(name).next(),
            None => value(std::str::from_utf8(&self.body).ok()?, name),
        }
    }

    /// Every value of that name in the form.
    pub(super) fn form_all(&self, name: &str) -> Vec<String> {
        match &self.boundary {
            Some(_) => self.fields(name).collect(),
            None => values(std::str::from_utf8(&self.body).unwrap_or_default(), name).collect(),
        }
    }

    /// The files of that name in the form.
    pub(super) fn files(&self, name: &str) -> Vec<Attachment> {
        let parts = self.parts().iter().filter(|part| part.name == name);
        let file = |part: &Part| {
            let given = part.filename.clone()?;
            let filename = if given.is_empty() { "file".to_owned() } else { given };
            let bytes = self.body.get(part.bytes.clone())?.to_vec();
            let content_type = part.content_type.clone();
            Some(Attachment { filename, content_type, content_id: None, inline: false, bytes })
        };
        parts.filter_map(file).collect()
    }

    /// Why the form cannot be read, if so.
    pub(super) fn form_fault(&self) -> Option<Fault> {
        self.parts();
        self.parts.get().and_then(|parts| parts.as_ref().err().copied())
    }

    fn parts(&self) -> &[Part] {
        let boundary = self.boundary.as_deref();
        let read = || boundary.map_or(Ok(Vec::new()), |it| multipart::parts(&self.body, it));
        self.parts.get_or_init(read).as_deref().unwrap_or_default()
    }

    fn fields(&self, name: &str) -> impl Iterator<Item = String> {
        let parts =
            self.parts().iter().filter(move |part| part.name == name && part.filename.is_none());
        parts.filter_map(|part| self.body.get(part.bytes.clone())).map(|bytes| {
            // A part is UTF-8 as our pages are (RFC 7578 section 4.6).
            String::from_utf8_lossy(bytes).into_owned()
        })
    }

    /// A cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// Whom a request is counted for. A reverse proxy on this machine names its client last in
/// X-Forwarded-For; what stands before that, or comes from elsewhere, anybody may have written.
fn client(peer: Option<SocketAddr>, forwarded: Option<&str>) -> String {
    let Some(peer) = peer.map(|peer| peer.ip().to_canonical()) else {
        return String::new();
    };
    let last = forwarded.and_then(|all| all.rsplit(',').next()).map(str::trim);
    let named = last.filter(|_| peer.is_loopback()).and_then(|last| {
        let address = last.parse::<SocketAddr>().map(|address| address.ip());
        address.or_else(|_| last.trim_matches(['[', ']']).parse::<IpAddr>()).ok()
    });
    door::party(named.unwrap_or(peer)).to_string()
}

/// One value of `application/x-www-form-urlencoded` text.
fn value(text: &str, name: &str) -> Option<String> {
    values(text, name).next()
}

fn values(text: &str, name: &str) -> impl Iterator<Item = String> {
    let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(move |(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
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
            body: b"name=J%C3%B6rg+K&password=%&empty=&name=2".to_vec(),
            ..Asked::default()
        };
        assert_eq!(asked.path(), "/sign-in");
        assert_eq!(asked.query("next").as_deref(), Some("/tickets?state=new"));
        assert_eq!(asked.query("x").as_deref(), Some(""));
        assert_eq!(asked.query("y"), None);
        assert_eq!(asked.query_keys(), ["next", "x", "next"]);
        assert_eq!(asked.form("name").as_deref(), Some("Jörg K"));
        assert_eq!(asked.form("password").as_deref(), Some("%"));
        assert_eq!(asked.form_all("name"), ["Jörg K", "2"]);
        assert_eq!(asked.form("empty").as_deref(), Some(""));
        assert_eq!(asked.cookie("counterfoil_session"), Some("s=e"));
        assert_eq!(asked.cookie("b"), None);
    }

    #[test]
    fn a_form_with_files_is_read_like_any_other() {
        let part = |names: &str, text: &str| {
            format!("--B\r\nContent-Disposition: form-data; {names}\r\n\r\n{text}\r\n")
        };
        let large = "x".repeat(30 << 20);
        let body = [
            part("name=\"text\"", "Grüße"),
            part("name=\"drop\"", "1"),
            part("name=\"files\"; filename=\"a.bin\"", &large),
            part("name=\"drop\"", "2"),
            part("name=\"files\"; filename=\"\"", ""),
            "--B--\r\n".to_owned(),
        ];
        let asked = Asked {
            body: body.concat().into_bytes(),
            boundary: Some("B".to_owned()),
            ..Asked::default()
        };
        assert_eq!(asked.form_fault(), None);
        assert_eq!(asked.form("text").as_deref(), Some("Grüße"));
        assert_eq!((asked.form("files"), asked.form_all("drop").len()), (None, 2));
        let files = asked.files("files");
        let sizes: Vec<(&str, usize)> =
            files.iter().map(|file| (file.filename.as_str(), file.bytes.len())).collect();
        assert_eq!(sizes, [("a.bin", 30 << 20)]);
        let cut = Asked { body: asked.body[..500].to_vec(), parts: OnceCell::new(), ..asked };
        assert_eq!((cut.form("text"), cut.form_fault()), (None, Some(Fault::Damaged)));
    }

    #[test]
    fn the_client_is_whom_our_own_proxy_names_and_nobody_else() {
        for (peer, forwarded, expected) in [
            ("198.51.100.7:4000", None, "198.51.100.7"),
            ("198.51.100.7:4000", Some("203.0.113.9"), "198.51.100.7"),
            ("127.0.0.1:4000", None, "127.0.0.1"),
            ("127.0.0.1:4000", Some("203.0.113.9"), "203.0.113.9"),
            ("[::ffff:127.0.0.1]:4000", Some("203.0.113.9"), "203.0.113.9"),
            ("[::1]:4000", Some("192.0.2.1, 203.0.113.9:5000"), "203.0.113.9"),
            ("127.0.0.1:4000", Some("203.0.113.9, nonsense"), "127.0.0.1"),
            ("127.0.0.1:4000", Some("[2001:db8:1:2:3::4]"), "2001:db8:1:2::"),
            ("127.0.0.1:4000", Some(""), "127.0.0.1"),
        ] {
            let peer = peer.parse().ok();
            assert_eq!(client(peer, forwarded), expected, "{peer:?} {forwarded:?}");
        }
        assert_eq!(client(None, Some("203.0.113.9")), "");
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same() {
        for text in ["/tickets?state=new&after=5", "ä b+c%41", ""] {
            assert_eq!(decoded(&encoded(text)), text);
        }
    }
}
