//! A plain HTTP client for the practice mailbox that knows no Graph: it signs in, sends what it
//! is told, and holds every exchange against the description of the API.

use std::time::Duration;

use counterfoil::practice::{Practice, Settings};
use serde_json::{Value, json};
use ureq::http;

use crate::graph_check;

/// The mailbox most tests use.
pub(crate) const DESK: &str = "desk@office.example";
/// The header that asks for immutable ids.
pub(crate) const LASTING: (&str, &str) = ("Prefer", "IdType=\"ImmutableId\"");

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Status and error code.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
        (self.status, code)
    }

    /// The `value` of a page.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.json()["value"].as_array().cloned().unwrap_or_else(|| panic!("{}", self.text()))
    }

    /// One text of the body.
    pub(crate) fn field(&self, name: &str) -> String {
        let value = self.json()[name].as_str().map(str::to_owned);
        value.unwrap_or_else(|| panic!("no {name} in {}: {}", self.status, self.text()))
    }
}

/// A practice mailbox and somebody who asks it.
pub(crate) struct Client {
    pub(crate) practice: Practice,
    pub(crate) settings: Settings,
    pub(crate) token: String,
    agent: ureq::Agent,
}

impl Client {
    /// One tenant with the mailbox [`DESK`].
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, with other settings.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::simple(DESK);
        change(&mut settings);
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .max_redirects(0)
            .build();
        let practice = Practice::start(settings.clone()).unwrap();
        let mut client =
            Self { practice, settings, token: String::new(), agent: config.new_agent() };
        let answer = client.sign_in(&client.settings.tenant_id.clone(), &client.form());
        client.token = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
        client
    }

    /// The form of a good token request.
    pub(crate) fn form(&self) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", self.settings.client_id.clone()),
            ("client_secret", self.settings.client_secret.clone()),
            ("scope", "https://graph.microsoft.com/.default".into()),
            ("grant_type", "client_credentials".into()),
        ]
    }

    pub(crate) fn sign_in(&self, tenant: &str, form: &[(&'static str, String)]) -> Got {
        let body: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.practice.url());
        self.send("POST", &url, &[kind], Some(body.join("&").as_bytes())).unwrap()
    }

    /// Sends a request as it is, to any address.
    pub(crate) fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Got, ureq::Error> {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = match body {
            Some(body) => self.agent.run(request.body(body).unwrap())?,
            None => self.agent.run(request.body(()).unwrap())?,
        };
        let bytes = answer.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        Ok(Got { status: answer.status().as_u16(), headers: answer.headers().clone(), bytes })
    }

    /// A Graph call below `/v1.0`, or at a whole address, held against the description.
    pub(crate) fn try_call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Got, ureq::Error> {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/v1.0{}", self.practice.url(), printable(path)),
        };
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let bytes = body.map(|body| match body {
            Value::String(text) => text.clone().into_bytes(),
            body => body.to_string().into_bytes(),
        });
        let said = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        match body {
            Some(Value::String(_)) if !said => all.push(("Content-Type", "text/plain")),
            Some(_) if !said => all.push(("Content-Type", "application/json")),
            _ => {}
        }
        let got = self.send(method, &url, &all, bytes.as_deref())?;
        let target = url.strip_prefix(&self.practice.url()).unwrap();
        let answer = Some(got.json()).filter(|_| !got.bytes.is_empty());
        let fits = graph_check::check(method, target, body, got.status, answer.as_ref());
        let known = got.status < 400 || graph_check_covers(target);
        assert!(fits.is_ok() || !known, "{method} {target}: {fits:?}\n{}", got.text());
        Ok(got)
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Got {
        self.try_call(method, path, headers, body).unwrap()
    }

    /// GET below the user.
    pub(crate) fn get(&self, path: &str) -> Got {
        self.call("GET", &format!("/users/{DESK}{path}"), &[], None)
    }

    /// POST of JSON below the user.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Got {
        self.call("POST", &format!("/users/{DESK}{path}"), &[], Some(body))
    }

    /// POST of nothing below the user.
    pub(crate) fn post_empty(&self, path: &str) -> Got {
        self.call("POST", &format!("/users/{DESK}{path}"), &[("Content-Length", "0")], None)
    }

    /// Delivers `count` small letters, one second apart; answers with their immutable ids.
    pub(crate) fn deliver(&self, count: usize) -> Vec<String> {
        let one = |n: usize| {
            let raw = letter(&format!("<m{n}@shop.example>"), &format!("Printer {n}"));
            self.practice.deliver(DESK, raw, 1_777_885_964 + n as i64).unwrap()
        };
        (0..count).map(one).collect()
    }

    /// A draft to `to`, made from JSON; answers with its immutable id.
    pub(crate) fn draft(&self, to: &str) -> String {
        let body = json!({"subject": "Re: Printer", "body": {"contentType": "text",
            "content": "We are on it."}, "toRecipients": [{"emailAddress": {"address": to}}]});
        let path = format!("/users/{DESK}/messages");
        let got = self.call("POST", &path, &[LASTING], Some(&body));
        assert_eq!(got.status, 201, "{}", got.text());
        got.field("id")
    }

    /// Message-IDs in a folder, as the test's side door sees them.
    pub(crate) fn inside(&self, folder: &str) -> Vec<String> {
        let seen = self.practice.folder(DESK, folder);
        seen.into_iter().filter_map(|seen| seen.message_id).collect()
    }
}

/// Whether the description says anything of a path at all: `/me` and the like are only refused.
fn graph_check_covers(target: &str) -> bool {
    !["/v1.0/me", "/mailboxSettings", "/groups"].iter().any(|part| target.contains(part))
}

/// A letter of one line.
pub(crate) fn letter(message_id: &str, subject: &str) -> Vec<u8> {
    format!(
        "From: Ana <ana@shop.example>\r\nTo: Desk <desk@office.example>\r\n\
         Subject: {subject}\r\nDate: Mon, 04 May 2026 09:12:38 +0000\r\n\
         Message-ID: {message_id}\r\n\r\nSince Monday it jams.\r\n"
    )
    .into_bytes()
}

/// A path in which the characters no URL may hold are percent-encoded.
fn printable(path: &str) -> String {
    let pairs = [(' ', "%20"), ('<', "%3C"), ('>', "%3E"), ('"', "%22")];
    pairs.iter().fold(path.to_owned(), |path, (letter, code)| path.replace(*letter, code))
}

/// Percent-encodes everything but letters and digits.
pub(crate) fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => (byte as char).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
