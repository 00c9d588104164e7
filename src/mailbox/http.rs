//! One HTTPS request: deadlines, proxy, trusted certificates, size cap, `Retry-After`. The only
//! place that knows the HTTP library. Redirects are never followed, and an answer with an error
//! status is an answer like any other.

use std::io::Read;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ureq::http;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::transport::DefaultConnector;

use super::resolve::Remembering;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(15);

/// The longest silence of the other side while it reads or writes.
const SILENCE: Duration = Duration::from_secs(60);

/// The least that is read of a refusal, in bytes.
const REFUSAL_BYTES: u64 = 1 << 16;

/// How requests leave the house.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A proxy such as `http://proxy.office.example:3128`; else `HTTPS_PROXY` and `NO_PROXY` are
    /// honoured.
    pub proxy: Option<String>,
    /// Certificates (PEM) trusted in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// The longest any call may take, where that is to be less than usual.
    pub patience: Option<Duration>,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Its method.
    pub method: &'static str,
    /// Its whole URL.
    pub url: &'a str,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body; `None` sends none.
    pub body: Option<&'a [u8]>,
    /// How long the whole call may take.
    pub deadline: Duration,
    /// The largest answer taken, in bytes.
    pub max_bytes: u64,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long to wait, where the other side says so; rounded up to whole seconds.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The request never left: nothing was done. The sentence says why and what to do.
    NotSent(String),
    /// The request may have arrived, the answer did not: the work may have been done.
    Lost(String),
    /// The answer is larger than wanted; its size in bytes, where it was announced.
    TooLarge(Option<u64>),
}

/// Makes requests, keeping connections for the next ones.
pub struct Http {
    direct: ureq::Agent,
    proxied: Option<ureq::Agent>,
}

impl Http {
    /// A client with these settings. Fails on certificates that cannot be read or a proxy that is
    /// none, in a sentence.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let roots = roots(settings)?;
        let proxy = match &settings.proxy {
            Some(text) => Some(
                ureq::Proxy::new(text)
                    .map_err(|_| format!("`{text}` is no proxy; check [network] proxy"))?,
            ),
            None => proxy_of_environment()?,
        };
        let direct = agent(roots.clone(), None);
        let proxied = proxy.map(|proxy| agent(roots, Some(proxy)));
        Ok(Self { direct, proxied })
    }

    /// Makes one request. A read whose kept connection turns out to be closed is made once more.
    pub fn send(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        match self.try_send(request) {
            Err(Failure::Lost(_)) if request.method == "GET" => self.try_send(request),
            other => other,
        }
    }

    fn try_send(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        let host = host_of(request.url).to_owned();
        let agent = match &self.proxied {
            Some(proxied) if !is_loopback(&host) => proxied,
            _ => &self.direct,
        };
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.url)
            .header("client-request-id", uuid::Uuid::new_v4().to_string());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value.as_str());
        }
        let not_sent = |why: &str| {
            Failure::NotSent(format!("cannot ask {host}: {why}; this is a fault of counterfoil"))
        };
        let sent = match request.body {
            Some(body) => {
                let built = builder
                    .header("content-length", body.len().to_string())
                    .body(body)
                    .map_err(|_| not_sent("the request cannot be written"))?;
                let configured =
                    agent.configure_request(built).timeout_global(Some(request.deadline)).build();
                agent.run(configured)
            }
            None => {
                let built =
                    builder.body(()).map_err(|_| not_sent("the request cannot be written"))?;
                let configured =
                    agent.configure_request(built).timeout_global(Some(request.deadline)).build();
                agent.run(configured)
            }
        };
        let mut response = sent.map_err(|error| failure(&host, port_of(request.url), &error))?;
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after(value, date_of(response.headers())));
        // A refusal is read whatever the cap is for what was wanted.
        let status = response.status();
        let max_bytes = if status.is_success() {
            request.max_bytes
        } else {
            request.max_bytes.max(REFUSAL_BYTES)
        };
        let announced = response.body().content_length();
        if announced.is_some_and(|length| length > max_bytes) {
            return Err(Failure::TooLarge(announced));
        }
        // A length too large for memory to address cannot be under the cap that was just applied.
        let mut body = Vec::with_capacity(usize::try_from(announced.unwrap_or(0)).unwrap_or(0));
        response
            .body_mut()
            .as_reader()
            .take(max_bytes + 1)
            .read_to_end(&mut body)
            .map_err(|error| Failure::Lost(format!("the answer of {host} broke off: {error}")))?;
        if body.len() as u64 > max_bytes {
            return Err(Failure::TooLarge(None));
        }
        Ok(Answer { status: status.as_u16(), retry_after, body })
    }
}

fn agent(roots: RootCerts, proxy: Option<ureq::Proxy>) -> ureq::Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = ureq::config::Config::builder()
        .tls_config(tls)
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("counterfoil/", env!("CARGO_PKG_VERSION")))
        .accept("*/*")
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_per_read(Some(SILENCE))
        .timeout_per_write(Some(SILENCE))
        .max_idle_connections(16)
        .max_idle_connections_per_host(8)
        .build();
    ureq::Agent::with_parts(config, DefaultConnector::default(), Remembering::default())
}

fn roots(settings: &Settings) -> Result<RootCerts, String> {
    let system = rustls_native_certs::load_native_certs();
    let mut certificates: Vec<Certificate<'static>> =
        system.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    if let Some(file) = &settings.ca_file {
        let fail = |why: String| {
            format!(
                "cannot read certificates from {}: {why}; check [network] ca_file",
                file.display()
            )
        };
        let pem = std::fs::read(file).map_err(|error| fail(error.to_string()))?;
        let before = certificates.len();
        for item in ureq::tls::parse_pem(&pem) {
            if let PemItem::Certificate(certificate) =
                item.map_err(|_| fail("it is not PEM".to_owned()))?
            {
                certificates.push(certificate);
            }
        }
        if certificates.len() == before {
            return Err(fail("it holds no certificate".to_owned()));
        }
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// The proxy that `HTTPS_PROXY` names, with the exceptions of `NO_PROXY`.
fn proxy_of_environment() -> Result<Option<ureq::Proxy>, String> {
    let read = |names: [&str; 2]| {
        names.iter().find_map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()))
    };
    let Some(text) = read(["HTTPS_PROXY", "https_proxy"]) else { return Ok(None) };
    // The text is not repeated: it may hold a password.
    let bad = |_| "HTTPS_PROXY is no proxy; write it as http://host:port".to_owned();
    let proxy = ureq::Proxy::new(&text).map_err(bad)?;
    let Some(exceptions) = read(["NO_PROXY", "no_proxy"]) else { return Ok(Some(proxy)) };
    let mut builder = ureq::Proxy::builder(proxy.protocol())
        .host(proxy.host())
        .port(proxy.port())
        .no_proxy(&exceptions);
    if let (Some(user), Some(password)) = (proxy.username(), proxy.password()) {
        builder = builder.username(user).password(password);
    }
    builder.build().map(Some).map_err(bad)
}

/// What a failed call means: whether the request can have arrived, and what to do.
fn failure(host: &str, port: u16, error: &ureq::Error) -> Failure {
    use ureq::{Error, Timeout};
    let hint = format!("check the network, [network] proxy and the firewall (TCP {port})");
    let not_sent = |why: String| Failure::NotSent(format!("cannot reach {host}: {why}; {hint}"));
    match error {
        Error::HostNotFound => not_sent("its name is not known".into()),
        Error::ConnectionFailed => not_sent("no connection".into()),
        Error::Timeout(Timeout::Resolve) => not_sent("looking its name up took too long".into()),
        Error::Timeout(Timeout::Connect) => not_sent("connecting took too long".into()),
        Error::ConnectProxyFailed(why) => {
            Failure::NotSent(format!("the proxy refuses to connect to {host}: {why}; {hint}"))
        }
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => Failure::NotSent(format!(
            "no secure connection to {host}: {error}; if the office inspects TLS, name its \
             certificate in [network] ca_file, and check the clock"
        )),
        Error::Io(io) if is_about_connecting(io) => not_sent(plain(io)),
        Error::Timeout(_) => Failure::Lost(format!("{host} did not answer in time")),
        other => Failure::Lost(format!("the connection to {host} broke: {other}")),
    }
}

fn is_about_connecting(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    // The standard library has no kind for a name that cannot be looked up.
    is_about_a_name(error)
        || matches!(
            error.kind(),
            Kind::ConnectionRefused
                | Kind::HostUnreachable
                | Kind::NetworkUnreachable
                | Kind::AddrNotAvailable
                | Kind::NetworkDown
        )
}

fn is_about_a_name(error: &std::io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address information")
}

fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        _ if is_about_a_name(error) => "its name cannot be looked up".to_owned(),
        _ => error.to_string(),
    }
}

/// The value of `Retry-After` (RFC 9110 section 10.2.3): seconds, decimals rounded up (facts:
/// microsoft-graph 5.2), or a date, reckoned from `now`.
fn retry_after(value: &str, now: Option<jiff::Timestamp>) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        let seconds = seconds.is_finite().then(|| seconds.ceil().clamp(0.0, 86_400.0))?;
        return Some(Duration::from_secs_f64(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let seconds = at.as_second() - now?.as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The other side's own clock, so that a wrong one here does no harm.
fn date_of(headers: &http::HeaderMap) -> Option<jiff::Timestamp> {
    let date = headers.get("date")?.to_str().ok()?;
    jiff::fmt::rfc2822::parse(date).ok().map(|date| date.timestamp())
}

/// The host of a URL, without port.
pub(super) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// The port of a URL, or the usual one of its scheme.
fn port_of(url: &str) -> u16 {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let named = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    named.unwrap_or(if scheme == "http" { 80 } else { 443 })
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Text as one component of a path or a query (RFC 3986 section 2.1): everything but the unreserved
/// characters is encoded.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_wait_is_understood_in_every_form() {
        let now = jiff::fmt::rfc2822::parse("Mon, 04 May 2026 09:00:00 +0000").ok();
        let now = now.map(|date| date.timestamp());
        for (value, expected) in [
            ("10", Some(10)),
            ("2.128", Some(3)),
            ("0", Some(0)),
            (" 5 ", Some(5)),
            ("Mon, 04 May 2026 09:02:00 GMT", Some(120)),
            ("Mon, 04 May 2026 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", Some(0)),
            ("inf", None),
        ] {
            assert_eq!(retry_after(value, now).map(|wait| wait.as_secs()), expected, "{value}");
        }
    }

    #[test]
    fn hosts_and_components() {
        for (url, expected, port) in [
            ("https://graph.microsoft.com/v1.0/x?y", "graph.microsoft.com", 443),
            ("https://graph.microsoft.com/v1.0/x:8080", "graph.microsoft.com", 443),
            ("http://127.0.0.1:8080/x", "127.0.0.1", 8080),
            ("http://127.0.0.1/x", "127.0.0.1", 80),
            ("http://[::1]:81/x", "::1", 81),
            ("http://[::1]/x", "::1", 80),
        ] {
            assert_eq!((host_of(url), port_of(url)), (expected, port), "{url}");
        }
        let Failure::NotSent(why) = failure("127.0.0.1", 8080, &ureq::Error::ConnectionFailed)
        else {
            panic!("it was not sent")
        };
        assert!(why.ends_with("the firewall (TCP 8080)"), "{why}");
        assert_eq!(encode("a b@c#d=é"), "a%20b%40c%23d%3D%C3%A9");
    }
}
