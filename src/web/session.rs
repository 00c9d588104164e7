//! Who asks: the session behind a browser's cookie, the tokens that show a form is ours, and
//! whether a request was made by one of our own pages. Passwords and sessions themselves are the
//! store's; how long one waits after wrong ones is in `desk/signing_in.rs`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::asked::Asked;
use crate::desk::ticket::Role;
use crate::store::people::{Agent, Session};
use crate::store::secrets::Token;
use crate::store::{self, Store};
use crate::time::Timestamp;

/// The cookie that holds the secret of a session.
const SESSION: &str = "counterfoil_session";

/// The cookie that ties a form to the browser it was given to while nobody is signed in.
const FORM: &str = "counterfoil_form";

/// The cookie that ties what a page says was done to the form that did it.
const REMARK: &str = "counterfoil_remark";

/// The hidden field of every form.
pub(super) const TOKEN_FIELD: &str = "token";

/// The longest path to go to after signing in, in bytes.
const NEXT_BYTES: usize = 512;

/// Somebody signed in.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// Who it is.
    pub(super) agent: Agent,
    secret: String,
}

impl Visitor {
    /// The visitor whose cookie came with this request, while the session lasts.
    pub(super) fn of(
        asked: &Asked,
        store: &mut Store,
        now: Timestamp,
    ) -> Result<Option<Self>, store::Error> {
        let Some(secret) = asked.cookie(SESSION) else {
            return Ok(None);
        };
        let agent = store.session(secret, now)?;
        Ok(agent.map(|agent| Self { agent, secret: secret.to_owned() }))
    }

    /// The token of this visitor's forms. It gives nothing away about the session's secret.
    pub(super) fn token(&self) -> String {
        token(&hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes()), "form of a session")
    }

    /// Whether a form is one we gave to this visitor.
    pub(super) fn sent(&self, asked: &Asked) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        fits(&key, "form of a session", asked)
    }

    /// Whether a script of our pages sent this, by the header that holds the token of its forms.
    pub(super) fn sent_header(&self, asked: &Asked) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        is_token(&key, "form of a session", asked.csrf_token.as_deref())
    }

    /// Whose name the audit entries bear.
    pub(super) fn actor(&self) -> String {
        format!("agent:{}", self.agent.name)
    }

    /// Whether the visitor may see what is in no ticket.
    pub(super) fn is_admin(&self) -> bool {
        self.agent.role == Role::Admin
    }

    /// The sessions of the visitor, this one marked.
    pub(super) fn sessions(
        &self,
        store: &mut Store,
        now: Timestamp,
    ) -> Result<Vec<Session>, store::Error> {
        store.sessions(self.agent.id, &self.secret, now)
    }

    /// Gives the visitor another password, ends all other sessions, and answers the secret under
    /// which this one goes on.
    pub(super) fn change_password(
        &self,
        store: &mut Store,
        password: &str,
        now: Timestamp,
    ) -> Result<Token, store::Error> {
        store.change_own_password(&self.agent, &self.secret, password, now)
    }

    /// Ends the session.
    pub(super) fn sign_out(&self, store: &mut Store) -> Result<(), store::Error> {
        store.end_session(&self.secret)
    }
}

/// Makes and knows the forms for visitors who are not signed in.
#[derive(Debug)]
pub(super) struct Forms {
    key: hmac::Key,
}

/// A form about to be given out.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// For the hidden field.
    pub(super) token: String,
    nonce: String,
}

impl Forms {
    /// Forms of this run of the program. `None` when the system gives no random numbers.
    pub(super) fn new() -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        Some(Self { key })
    }

    /// A form for the browser that asks. It keeps the cookie it has, so that forms in two tabs
    /// both work.
    pub(super) fn form(&self, asked: &Asked) -> Form {
        let known = asked.cookie(FORM).filter(|nonce| {
            (16..=64).contains(&nonce.len())
                && nonce.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
        let nonce = known.map_or_else(fresh_nonce, str::to_owned);
        Form { token: token(&self.key, &nonce), nonce }
    }

    /// The Set-Cookie that lets the page a form leads to say what was done, for a minute.
    pub(super) fn remark(&self, target: &str, secure: bool) -> String {
        let target = target.split('#').next().unwrap_or_default();
        let mark = token(&self.key, &format!("remark on {target}"));
        format!("{}; Max-Age=60", cookie(REMARK, &mark, secure))
    }

    /// Whether a form of ours led here lately: an address alone makes no page say what was done.
    pub(super) fn remarked(&self, asked: &Asked) -> bool {
        is_token(&self.key, &format!("remark on {}", asked.target), asked.cookie(REMARK))
    }

    /// Whether a form is one we gave to the browser that sent it.
    pub(super) fn sent(&self, asked: &Asked) -> bool {
        asked.cookie(FORM).is_some_and(|nonce| fits(&self.key, nonce, asked))
    }
}

impl Form {
    /// The Set-Cookie that goes with the form.
    pub(super) fn cookie(&self, secure: bool) -> String {
        cookie(FORM, &self.nonce, secure)
    }
}

/// The Set-Cookie that signs a browser in.
pub(super) fn sign_in_cookie(secret: &str, secure: bool) -> String {
    cookie(SESSION, secret, secure)
}

/// The Set-Cookie that makes a browser forget its session.
pub(super) fn sign_out_cookie(secure: bool) -> String {
    format!("{}; Max-Age=0", cookie(SESSION, "", secure))
}

/// A cookie that scripts cannot read and other sites cannot cause to be sent. It ends with the
/// browser; the session it names ends in the database.
fn cookie(name: &str, value: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Random text that is never given out twice.
pub(super) fn fresh_nonce() -> String {
    let mut bytes = [0_u8; 18];
    // Without random numbers the nonce is known, and the token still is not.
    SystemRandom::new().fill(&mut bytes).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn token(key: &hmac::Key, about: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(key, about.as_bytes()))
}

/// Compares in constant time.
fn fits(key: &hmac::Key, about: &str, asked: &Asked) -> bool {
    is_token(key, about, asked.form(TOKEN_FIELD).as_deref())
}

fn is_token(key: &hmac::Key, about: &str, given: Option<&str>) -> bool {
    let given = given.and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    given.is_some_and(|given| hmac::verify(key, about.as_bytes(), &given).is_ok())
}

/// Whether a request that changes something was made by one of our own pages, as far as the browser
/// tells (Fetch Metadata; RFC 6454 section 7). A program that tells nothing still needs the token.
pub(super) fn is_our_own(asked: &Asked, allowed_hosts: &[String]) -> bool {
    if let Some(site) = &asked.fetch_site
        && !matches!(site.as_str(), "same-origin" | "none")
    {
        return false;
    }
    let Some(origin) = &asked.origin else {
        return true;
    };
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let Some(authority) = authority.map(str::to_ascii_lowercase) else {
        return false;
    };
    // Behind a reverse proxy, Host may be our own address while the page has the office's name.
    let name = without_port(&authority);
    let allowed = |host: &String| {
        let host = host.trim().to_ascii_lowercase();
        host == authority || host == name
    };
    authority == asked.host.to_ascii_lowercase() || allowed_hosts.iter().any(allowed)
}

/// The same, and the browser did tell: what a page of another site cannot make it say.
pub(super) fn is_surely_our_own(asked: &Asked, allowed_hosts: &[String]) -> bool {
    let told = asked.origin.is_some() || asked.fetch_site.as_deref() == Some("same-origin");
    told && is_our_own(asked, allowed_hosts)
}

/// Whose session a cookie named that is over by now, when the form was given out in it.
pub(super) fn past_agent(asked: &Asked, store: &mut Store) -> Result<Option<Agent>, store::Error> {
    let Some(secret) = asked.cookie(SESSION) else {
        return Ok(None);
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    if !fits(&key, "form of a session", asked) {
        return Ok(None);
    }
    store.past_session(secret)
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// Whether cookies for the browser that sent this must only travel over https: we serve it, or a
/// reverse proxy in front of us does.
pub(super) fn is_secure(asked: &Asked, tls: bool) -> bool {
    tls || asked.origin.as_ref().is_some_and(|origin| origin.starts_with("https://"))
}

/// The page to go to after signing in, when it is one of ours: a local path, and neither of the
/// two that would lead round in a circle.
pub(super) fn next_page(wanted: Option<&str>) -> Option<&str> {
    wanted.filter(|next| {
        next.len() <= NEXT_BYTES
            && next.starts_with('/')
            && !next.starts_with("//")
            && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && !next.starts_with("/sign-")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_anything() {
        let asked = |host: &str, origin: Option<&str>, site: Option<&str>| Asked {
            host: host.to_owned(),
            origin: origin.map(str::to_owned),
            fetch_site: site.map(str::to_owned),
            ..Asked::default()
        };
        let allowed = ["Help.Example".to_owned(), "proxy.example:8443".to_owned()];
        let here = "127.0.0.1:8025";
        for (case, host, origin, site, expected) in [
            ("a program", here, None, None, true),
            ("our page", here, Some("http://127.0.0.1:8025"), Some("same-origin"), true),
            ("old browser", here, Some("http://127.0.0.1:8025"), None, true),
            ("typed", here, None, Some("none"), true),
            ("foreign page", here, Some("https://evil.example"), Some("cross-site"), false),
            ("foreign page, old browser", here, Some("https://evil.example"), None, false),
            ("another port here", here, Some("http://127.0.0.1:9000"), Some("same-site"), false),
            ("sandboxed frame", here, Some("null"), Some("cross-site"), false),
            ("no origin", here, Some("null"), None, false),
            ("not the web", here, Some("chrome-extension://127.0.0.1:8025"), None, false),
            ("prefix", here, Some("http://127.0.0.1:8025.evil.example"), None, false),
            ("foreign, without origin", here, None, Some("cross-site"), false),
            ("proxy", here, Some("https://help.example"), Some("same-origin"), true),
            ("proxy with port", here, Some("https://help.example:8443"), None, true),
            ("proxy by port", here, Some("https://proxy.example:8443"), None, true),
            ("another port there", here, Some("https://proxy.example"), None, false),
        ] {
            assert_eq!(is_our_own(&asked(host, origin, site), &allowed), expected, "{case}");
        }
    }

    #[test]
    fn the_next_page_is_always_here() {
        for (next, expected) in [
            ("/tickets?state=new", true),
            ("/", true),
            ("", false),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("\\\\evil.example", false),
            ("https://evil.example", false),
            ("javascript:alert(1)", false),
            ("/a\r\nSet-Cookie: x", false),
            ("/ü", false),
            ("/sign-in", false),
            ("/sign-out", false),
        ] {
            assert_eq!(next_page(Some(next)).is_some(), expected, "{next}");
        }
        assert_eq!(next_page(Some(&format!("/{}", "a".repeat(600)))), None);
        assert_eq!(next_page(None), None);
    }

    #[test]
    fn what_was_done_is_said_where_the_form_led_and_nowhere_else() {
        let forms = Forms::new().expect("random numbers");
        let cookie = forms.remark("/tickets/1?said=sent#article-2", false);
        let asked = |target: &str| Asked {
            target: target.to_owned(),
            cookies: cookie.split(';').next().unwrap_or_default().to_owned(),
            ..Asked::default()
        };
        assert!(forms.remarked(&asked("/tickets/1?said=sent")));
        assert!(!forms.remarked(&asked("/tickets/1?said=kept")));
        assert!(!forms.remarked(&asked("/account?done=password")));
        assert!(
            !forms.remarked(&Asked { cookies: String::new(), ..asked("/tickets/1?said=sent") })
        );
    }

    #[test]
    fn a_form_belongs_to_one_browser() {
        let (Some(forms), Some(others)) = (Forms::new(), Forms::new()) else {
            panic!("no random numbers");
        };
        let form = forms.form(&Asked::default());
        let sent = |cookie: &str, token: &str| Asked {
            cookies: format!("{FORM}={cookie}"),
            body: format!("{TOKEN_FIELD}={token}").into_bytes(),
            ..Asked::default()
        };
        assert!(forms.sent(&sent(&form.nonce, &form.token)));
        assert!(!others.sent(&sent(&form.nonce, &form.token)), "of another run");
        assert!(!forms.sent(&sent("another", &form.token)));
        assert!(!forms.sent(&sent(&form.nonce, "")));
        assert!(!forms.sent(&sent(&form.nonce, &form.nonce)));
        let again = forms.form(&sent(&form.nonce, ""));
        assert_eq!(again.token, form.token, "a second tab");
        assert!(forms.form(&sent("a\"b; c", "")).nonce.len() > 16, "a cookie that is not ours");
    }
}
