//! OAuth 2.0 tokens by client credentials (RFC 6749 section 4.4; facts: microsoft-graph 1.1): one
//! is fetched, held in memory only, renewed before its end, and never asked for per call.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use zeroize::Zeroizing;

use super::Error;
use super::http::{Answer, Failure, Http, Request, encode, host_of};

/// How long before its end a token is renewed; a token that lives less than twice as long is
/// renewed at half its life.
const EARLY: Duration = Duration::from_secs(300);

/// What a token is taken to last when the answer does not say.
const UNSAID: u64 = 3_600;

/// How long sign-in may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// The longest time a refusal is remembered before asking again.
const LONGEST_GRUDGE: Duration = Duration::from_secs(300);

/// The text of a secret, wiped from memory when dropped and never shown.
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// Reads the secret anew each time, so that a new one works without a restart. The error is a
/// sentence that does not hold it.
pub type ReadSecret = Box<dyn Fn() -> Result<SecretText, String> + Send + Sync>;

/// Who signs in where.
pub struct Settings {
    /// The origin of the sign-in service, such as `https://login.microsoftonline.com`.
    pub login_url: String,
    /// The tenant: a GUID or a verified domain.
    pub tenant_id: String,
    /// The application (client) id.
    pub client_id: String,
    /// The resource the token is for, such as `https://graph.microsoft.com`: always the cloud's own
    /// name, wherever requests go.
    pub resource: String,
    /// Reads the secret.
    pub secret: ReadSecret,
    /// Where the secret comes from, in words.
    pub secret_place: String,
}

/// The tokens of one application.
pub struct Tokens {
    settings: Settings,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Arc<Zeroizing<String>>>,
    renew_at: Option<Instant>,
    /// The last refusal: until when it stands, how many there were in a row, and its words.
    refusal: Option<(Instant, u32, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Granted {
    access_token: String,
    expires_in: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Denied {
    error: String,
    error_description: String,
    error_codes: Vec<u64>,
}

impl Tokens {
    /// Tokens for these settings; none is fetched yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, held: Mutex::default() }
    }

    /// A token that is good now. Threads that ask while one is being fetched wait for it.
    pub fn token(&self, http: &Http) -> Result<Arc<Zeroizing<String>>, Error> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(token) = &held.token
            && held.renew_at.is_some_and(|at| now < at)
        {
            return Ok(Arc::clone(token));
        }
        if let Some((until, _, sentence)) = &held.refusal
            && now < *until
        {
            return Err(Error::SignInNeeded(sentence.clone()));
        }
        match self.fetch(http) {
            Ok(granted) => {
                let life = Duration::from_secs(granted.expires_in.unwrap_or(UNSAID));
                let early = if life > EARLY * 2 { EARLY } else { life / 2 };
                let token = Arc::new(Zeroizing::new(granted.access_token));
                *held = Held {
                    token: Some(Arc::clone(&token)),
                    renew_at: Some(Instant::now() + (life - early)),
                    refusal: None,
                };
                log::debug!(target: "token", "a token for {} s", life.as_secs());
                Ok(token)
            }
            Err(error) => {
                if let Error::SignInNeeded(sentence) = &error {
                    let count = held.refusal.as_ref().map_or(0, |(_, count, _)| *count) + 1;
                    let grudge = Duration::from_secs(1_u64 << count.min(9)).min(LONGEST_GRUDGE);
                    held.refusal = Some((Instant::now() + grudge, count, sentence.clone()));
                }
                Err(error)
            }
        }
    }

    /// Forgets this token, which the service no longer takes.
    pub fn forget(&self, token: &Arc<Zeroizing<String>>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.token.as_ref().is_some_and(|ours| Arc::ptr_eq(ours, token)) {
            held.token = None;
        }
    }

    fn fetch(&self, http: &Http) -> Result<Granted, Error> {
        let settings = &self.settings;
        let secret = (settings.secret)().map_err(Error::SignInNeeded)?;
        let url =
            format!("{}/{}/oauth2/v2.0/token", settings.login_url, encode(&settings.tenant_id));
        let body = Zeroizing::new(format!(
            "client_id={}&scope={}&client_secret={}&grant_type=client_credentials",
            encode(&settings.client_id),
            encode(&format!("{}/.default", settings.resource)),
            encode(&secret.0),
        ));
        let request = Request {
            method: "POST",
            url: &url,
            headers: vec![
                ("content-type", "application/x-www-form-urlencoded".to_owned()),
                ("accept", "application/json".to_owned()),
            ],
            body: Some(body.as_bytes()),
            deadline: DEADLINE,
            max_bytes: 1 << 20,
        };
        let host = host_of(&url);
        let answer = http.send(&request).map_err(|failure| match failure {
            Failure::NotSent(why) | Failure::Lost(why) => Error::Unreachable(why),
            Failure::TooLarge(_) => Error::Unreachable(format!(
                "{host} answered with more than a token; is it the sign-in host?"
            )),
        })?;
        let unreadable = || {
            Error::Unreachable(format!(
                "{host} gave an answer to the sign-in that cannot be read (HTTP {})",
                answer.status
            ))
        };
        if answer.is_success() {
            let granted: Granted =
                serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
            return if granted.access_token.is_empty() { Err(unreadable()) } else { Ok(granted) };
        }
        Err(self.denied(host, &answer))
    }

    fn denied(&self, host: &str, answer: &Answer) -> Error {
        let later = |what: String| match (answer.status, answer.retry_after) {
            (429, wait) => Error::Throttled { wait: wait.unwrap_or(Duration::from_secs(30)), what },
            (_, Some(wait)) => Error::Throttled { wait, what },
            (_, None) => Error::Unreachable(what),
        };
        let denied: Denied = match serde_json::from_slice(&answer.body) {
            Ok(denied) => denied,
            Err(_) => {
                return later(format!("{host} does not sign in now (HTTP {})", answer.status));
            }
        };
        let passing = matches!(denied.error.as_str(), "temporarily_unavailable" | "server_error");
        if passing || answer.status == 429 || answer.status >= 500 {
            return later(format!("{host} does not sign in now ({})", denied.error));
        }
        let code = denied.error_codes.first().copied();
        let name = code.map_or_else(|| denied.error.clone(), |code| format!("AADSTS{code}"));
        let advice = advice(code, &self.settings).unwrap_or_else(|| {
            let first = denied.error_description.lines().next().unwrap_or_default();
            let said: String = first.chars().filter(|c| !c.is_control()).take(300).collect();
            format!("{said} (see the tenant's sign-in log)")
        });
        Error::SignInNeeded(format!("sign-in refused ({name}): {advice}"))
    }
}

/// What to tell the administrator about a refusal, by its number (facts: microsoft-graph 1.4).
fn advice(code: Option<u64>, settings: &Settings) -> Option<String> {
    let Settings { tenant_id, client_id, secret_place, .. } = settings;
    Some(match code? {
        7_000_215 => format!(
            "the client secret is wrong; put the secret's Value, not its ID, into {secret_place}, \
             or make a new one in Entra"
        ),
        7_000_222 => format!(
            "the client secret has expired; make a new one in Entra and put its Value into \
             {secret_place}"
        ),
        700_016 | 700_011 => format!(
            "the tenant {tenant_id} knows no application {client_id}; check client_id and tenant_id"
        ),
        90_002 | 900_023 | 90_013 => format!(
            "there is no tenant {tenant_id}; check tenant_id, and cloud for a national cloud"
        ),
        50_194 | 9_001_023 => {
            "the tenant cannot be `common`; put the office's tenant id into tenant_id".to_owned()
        }
        90_038 | 900_382 | 900_432 | 500_011 => {
            format!("the tenant {tenant_id} lives in another national cloud; check cloud")
        }
        7_000_112 | 70_001 => {
            format!(
                "the application {client_id} is disabled; enable it under Enterprise applications"
            )
        }
        650_057 | 65_001 | 650_056 => {
            "the application has no consent; add its permissions as application permissions and \
             grant admin consent"
                .to_owned()
        }
        53_003 | 530_032 => {
            "Conditional Access blocks this sign-in; allow the public address of this machine"
                .to_owned()
        }
        50_105 => "the application needs an assignment; assign it in Entra".to_owned(),
        7_000_218 | 7_000_216 | 900_144 => {
            "the sign-in service misses something in our request; this is a fault of counterfoil"
                .to_owned()
        }
        _ => return None,
    })
}
