//! The pretended sign-in: `POST /{tenant}/oauth2/v2.0/token` with the client credentials grant,
//! what it answers and what it refuses (facts: microsoft-graph 1.1 and 1.4).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::clock::spaced;
use super::faults::Kind;
use super::house::{House, Token, locked};
use super::odata::{Query, decoded};
use super::wire::{Answer, Request};

const JSON: &str = "application/json; charset=utf-8";

/// A refusal of the token endpoint.
struct No(u16, &'static str, u64, String);

/// Answers a token request for the tenant in the path.
pub(super) fn answer(house: &House, request: &Request, tenant: &str, faults: &[Kind]) -> Answer {
    let down = faults.contains(&Kind::TokenEndpointDown);
    let given = if down {
        let text = "The service is temporarily unavailable. Please retry later.";
        Err(No(503, "temporarily_unavailable", 90033, text.to_owned()))
    } else {
        give(house, request, tenant)
    };
    match given {
        Ok(answer) => answer,
        Err(No(status, error, code, text)) => {
            let trace = uuid::Uuid::new_v4().to_string();
            let correlation = request
                .header("client-request-id")
                .map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
            let time = spaced(house.clock.now());
            let description = format!(
                "AADSTS{code}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\n\
                 Timestamp: {time}"
            );
            let body = json!({
                "error": error,
                "error_description": description,
                "error_codes": [code],
                "timestamp": time,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("{}/error?code={code}", house.origin),
            });
            Answer::new(status, JSON, body.to_string())
        }
    }
    .with("Cache-Control", "no-store, no-cache")
}

fn give(house: &House, request: &Request, tenant: &str) -> Result<Answer, No> {
    let settings = &house.settings;
    if request.method != "POST" {
        let text = "The endpoint only accepts POST requests. Received a GET request.";
        return Err(No(400, "invalid_request", 900_561, text.into()));
    }
    let kind = request.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let form = if kind.starts_with("application/x-www-form-urlencoded") {
        Query::read(&String::from_utf8_lossy(&request.body))
    } else {
        Query::default()
    };
    let missing = |name: &str| {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        No(400, "invalid_request", 900_144, text)
    };
    let grant = form.get("grant_type").ok_or_else(|| missing("grant_type"))?;
    tenant_exists(house, tenant)?;
    if grant != "client_credentials" {
        let text = "The app requested an unsupported grant type.".to_owned();
        return Err(No(400, "unsupported_grant_type", 70003, text));
    }
    let basic = basic_credentials(request);
    let client = basic.as_ref().map(|(id, _)| id.as_str()).or(form.get("client_id"));
    let secret = basic.as_ref().map(|(_, secret)| secret.as_str()).or(form.get("client_secret"));
    let client = client.ok_or_else(|| missing("client_id"))?;
    check_scope(form.get("scope").ok_or_else(|| missing("scope"))?)?;
    if !client.eq_ignore_ascii_case(&settings.client_id) {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'. \
             This can happen if the application has not been installed by the administrator of \
             the tenant or consented to by any user in the tenant."
        );
        return Err(No(400, "unauthorized_client", 700_016, text));
    }
    if form.get("client_assertion").is_some() {
        let text = "Client assertion failed signature validation: the certificate is not \
                    registered on the application.";
        return Err(No(401, "invalid_client", 700_027, text.into()));
    }
    let secret = secret.ok_or_else(|| {
        let text = "The request body must contain the following parameter: 'client_assertion' \
                    or 'client_secret'.";
        No(401, "invalid_client", 7_000_218, text.into())
    })?;
    if secret != settings.client_secret {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the \
             client secret value, not the client secret ID, for a secret added to app '{client}'."
        );
        return Err(No(401, "invalid_client", 7_000_215, text));
    }
    if settings.secret_expired {
        let text = format!(
            "The provided client secret keys for app '{client}' are expired. Visit the Azure \
             portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider \
             using certificate credentials for added security: https://aka.ms/certCreds."
        );
        return Err(No(401, "invalid_client", 7_000_222, text));
    }
    let life = settings.token_seconds.unwrap_or_else(|| 3599 + house.random_below(1801));
    let token = token(house, life);
    let body = json!({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life,
        "access_token": token});
    Ok(Answer::new(200, JSON, body.to_string()))
}

fn tenant_exists(house: &House, tenant: &str) -> Result<(), No> {
    let settings = &house.settings;
    match tenant.to_ascii_lowercase().as_str() {
        "common" | "organizations" => {
            let text = format!(
                "Application '{}' is not configured as a multi-tenant application. Usage of the \
                 /common endpoint is not supported for such apps. Use a tenant-specific endpoint \
                 or configure the application to be multi-tenant.",
                settings.client_id
            );
            return Err(No(400, "invalid_request", 50194, text));
        }
        "consumers" => {
            let text = "The grant type is not supported over the /common or /consumers \
                        endpoints. Please use the /organizations or tenant-specific endpoint.";
            return Err(No(400, "invalid_request", 9_001_023, text.into()));
        }
        _ => {}
    }
    let known = settings.is_tenant(tenant);
    let shaped = uuid::Uuid::parse_str(tenant).is_ok() || tenant.contains('.');
    if !shaped {
        let text = format!(
            "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid \
             external domain."
        );
        return Err(No(400, "invalid_request", 900_023, text));
    }
    if !known {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and \
             are signing into the correct cloud. Check with your subscription administrator, \
             this may happen if there are no active subscriptions for the tenant."
        );
        return Err(No(400, "invalid_request", 90002, text));
    }
    Ok(())
}

/// The scope is one resource and `/.default`; any host may name it, for the client was pointed at
/// this one.
fn check_scope(scope: &str) -> Result<(), No> {
    let mut scopes = scope.split_whitespace();
    let (first, second) = (scopes.next().unwrap_or_default(), scopes.next());
    if second.is_some() {
        let text = "The provided request must include a 'scope' of one resource only: static \
                    scope limit exceeded.";
        return Err(No(400, "invalid_request", 700_022, text.into()));
    }
    let resource = first.strip_suffix("/.default").map(|resource| resource.trim_end_matches('/'));
    match resource.and_then(|resource| resource.split_once("://")) {
        Some((_, host)) if !host.is_empty() && !host.contains('/') => Ok(()),
        _ => {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid. The scope \
                 {scope} is not valid."
            );
            Err(No(400, "invalid_scope", 70011, text))
        }
    }
}

/// Id and secret from HTTP Basic, whose two halves are form-encoded (RFC 6749 section 2.3.1).
fn basic_credentials(request: &Request) -> Option<(String, String)> {
    let (scheme, value) = request.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decoded(id, true), decoded(secret, true)))
}

/// Makes a token, remembers it, and forgets those that ended.
fn token(house: &House, life: u64) -> String {
    let settings = &house.settings;
    let now = house.clock.now();
    let ends = now.saturating_add(i64::try_from(life).unwrap_or(i64::MAX));
    let text = if settings.opaque_tokens {
        format!("EwB{}", house.random_text(600))
    } else {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "practice"});
        let claims = json!({
            "aud": house.origin, "iss": format!("https://sts.windows.net/{}/", settings.tenant_id),
            "iat": now, "nbf": now, "exp": ends, "app_displayname": "practice",
            "appid": settings.client_id, "appidacr": "1", "idtyp": "app",
            "oid": "5f0c7a1d-8e2b-4b93-a6d4-1c9e3f7b2a60", "roles": settings.roles,
            "tid": settings.tenant_id, "uti": house.random_text(16), "ver": "1.0",
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(&header), part(&claims), house.random_text(256))
    };
    let mut tokens = locked(&house.tokens);
    tokens.retain(|_, token| token.ends > now - 86_400);
    tokens.insert(text.clone(), Token { ends, roles: settings.roles.clone() });
    text
}
