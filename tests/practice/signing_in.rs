//! Signing in, and what a token opens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use counterfoil::practice::{MailboxSettings, Practice, Restriction, Settings};
use serde_json::{Value, json};

use crate::client::{Client, DESK, encoded};

#[test]
fn a_token_tells_its_roles_and_opens_the_mailbox() {
    let client = Client::new();
    let answer = client.sign_in("office.example", &client.form());
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert!((3599..=5400).contains(&body["expires_in"].as_u64().unwrap()), "{body}");
    let claims = client.token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["roles"][0], "Mail.ReadWrite");
    assert_eq!(client.get("/mailFolders/inbox").status, 200);
}

#[test]
fn an_opaque_token_works_as_well() {
    let client = Client::with(|settings| settings.opaque_tokens = true);
    assert!(!client.token.contains('.'));
    assert_eq!(client.get("/mailFolders/inbox").status, 200);
}

#[test]
fn http_basic_works_as_well() {
    let client = Client::new();
    let (id, secret) = (&client.settings.client_id, &client.settings.client_secret);
    let pair = STANDARD.encode(format!("{id}:{}", encoded(secret)));
    let url = format!("{}/office.example/oauth2/v2.0/token", client.practice.url());
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let body = b"grant_type=client_credentials&scope=https://graph.microsoft.com/.default";
    let basic = format!("Basic {pair}");
    let got = client.send("POST", &url, &[kind, ("Authorization", &basic)], Some(body)).unwrap();
    assert_eq!(got.status, 200, "{}", got.text());
}

#[test]
fn bad_token_requests_are_refused_with_their_own_numbers() {
    let client = Client::new();
    let with = |name: &str, value: &str| {
        let mut form = client.form();
        form.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            form.push((
                ["client_id", "client_secret", "scope", "grant_type"]
                    .into_iter()
                    .find(|known| *known == name)
                    .unwrap(),
                value.to_owned(),
            ));
        }
        form
    };
    let tenant = client.settings.tenant_id.clone();
    let good = client.form();
    let elsewhere = "00000000-1111-2222-3333-444444444444";
    let two = "https://graph.microsoft.com/.default https://outlook.office.com/.default";
    for (case, tenant, form, status, error, code) in [
        ("secret", &*tenant, with("client_secret", "x"), 401, "invalid_client", 7_000_215),
        ("no secret", &tenant, with("client_secret", ""), 401, "invalid_client", 7_000_218),
        ("client", &tenant, with("client_id", elsewhere), 400, "unauthorized_client", 700_016),
        ("tenant", elsewhere, good.clone(), 400, "invalid_request", 90002),
        ("no tenant", "nonsense", good.clone(), 400, "invalid_request", 900_023),
        ("common", "common", good.clone(), 400, "invalid_request", 50194),
        ("consumers", "consumers", good.clone(), 400, "invalid_request", 9_001_023),
        ("no scope", &tenant, with("scope", ""), 400, "invalid_request", 900_144),
        ("one right", &tenant, with("scope", "Mail.Read"), 400, "invalid_scope", 70011),
        ("two", &tenant, with("scope", two), 400, "invalid_request", 700_022),
        ("grant", &tenant, with("grant_type", "password"), 400, "unsupported_grant_type", 70003),
    ] {
        let got = client.sign_in(tenant, &form);
        let body = got.json();
        assert_eq!((got.status, &body["error"]), (status, &json!(error)), "{case}");
        assert_eq!(body["error_codes"], json!([code]), "{case}");
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{case}: {text}");
        assert!(text.contains("\r\nTrace ID: "), "{case}: {text}");
    }
    let expired = Client::with(|settings| settings.secret_expired = true);
    let got = expired.sign_in(&expired.settings.tenant_id, &expired.form());
    assert_eq!((got.status, got.json()["error_codes"][0].as_u64()), (401, Some(7_000_222)));
}

#[test]
fn a_call_without_a_good_token_is_refused() {
    let mut client = Client::with(|settings| settings.token_seconds = Some(100));
    client.practice.advance(101);
    let got = client.get("/mailFolders/inbox");
    assert_eq!(got.refusal(), (401, "InvalidAuthenticationToken".into()));
    assert!(got.text().contains("Lifetime validation failed, the token is expired."));
    client.token = String::new();
    assert!(client.get("/messages").text().contains("Access token is empty."));
    client.token = "made-up".into();
    assert_eq!(client.get("/messages").status, 401);
}

#[test]
fn what_the_roles_do_not_open_stays_shut() {
    let client = Client::new();
    assert_eq!(client.get("/mailboxSettings").refusal(), (403, "ErrorAccessDenied".into()));
    let me = client.call("GET", "/me/messages", &[], None);
    assert_eq!(me.status, 400);
    assert!(me.text().contains("/me request is only valid with delegated authentication flow."));
    let reader = Client::with(|settings| settings.roles = vec!["Mail.Read".into()]);
    assert_eq!(reader.get("/messages").status, 200);
    let folder = json!({"displayName": "Processed"});
    assert_eq!(reader.post("/mailFolders", &folder).refusal(), (403, "ErrorAccessDenied".into()));
    let user = reader.call("GET", &format!("/users/{DESK}"), &[], None);
    assert_eq!(user.refusal(), (403, "Authorization_RequestDenied".into()));
    let writer = Client::with(|settings| settings.roles = vec!["Mail.ReadWrite".into()]);
    let draft = writer.draft("ana@shop.example");
    let sent = writer.post_empty(&format!("/messages/{draft}/send"));
    assert_eq!(sent.refusal(), (403, "ErrorAccessDenied".into()));
    let nobody = Client::with(|settings| settings.roles.clear());
    assert_eq!(nobody.get("/messages").refusal(), (403, "NoPermissionsInAccessToken".into()));
}

#[test]
fn a_mailbox_out_of_reach_is_refused_in_the_words_of_its_restriction() {
    let three = |settings: &mut Settings, how| {
        settings.restricted_by = how;
        let mut boss = MailboxSettings::new("boss@office.example");
        boss.in_scope = false;
        let mut gone = MailboxSettings::new("gone@office.example");
        gone.exists_in_exchange = false;
        settings.mailboxes.extend([boss, gone]);
    };
    let inbox = |client: &Client, who: &str| {
        client.call("GET", &format!("/users/{who}/mailFolders/inbox?$select=id"), &[], None)
    };
    let rbac = Client::with(|settings| three(settings, Restriction::Rbac));
    let got = inbox(&rbac, "boss@office.example");
    assert_eq!(got.refusal(), (403, "ErrorAccessDenied".into()));
    assert!(got.text().contains("Access is denied. Check credentials and try again."));
    let policy = Client::with(|settings| three(settings, Restriction::AccessPolicy));
    assert!(inbox(&policy, "boss@office.example").text().contains("[RAOP]"));
    let got = inbox(&rbac, "gone@office.example");
    assert_eq!(got.refusal(), (404, "MailboxNotEnabledForRESTAPI".into()));
    let got = inbox(&rbac, "nobody@office.example");
    assert_eq!(got.refusal(), (404, "ErrorInvalidUser".into()));
    let got = rbac.call("GET", "/users/nobody@office.example", &[], None);
    assert_eq!(got.refusal(), (404, "Request_ResourceNotFound".into()));
    assert_eq!(inbox(&rbac, "DESK@Office.example").status, 200);
}

#[test]
fn a_user_shows_what_is_selected() {
    let client = Client::new();
    let user = client.call("GET", &format!("/users/{DESK}"), &[], None).json();
    assert_eq!((&user["mail"], &user["displayName"]), (&json!(DESK), &json!("Desk")));
    assert!(user.get("proxyAddresses").is_none(), "{user}");
    let id = user["id"].as_str().unwrap();
    let path = format!("/users/{id}?$select=proxyAddresses");
    let user = client.call("GET", &path, &[], None).json();
    assert_eq!(user["proxyAddresses"][0], format!("SMTP:{DESK}"));
    assert!(user.get("mail").is_none(), "{user}");
    let listed = client.call("GET", &format!("/users?$filter=mail eq '{DESK}'"), &[], None);
    assert_eq!(listed.list().len(), 1);
    let listed = client.call("GET", "/users?$filter=mail eq 'x@y.example'", &[], None);
    assert_eq!(listed.list().len(), 0);
}

#[test]
fn it_is_never_reachable_from_outside() {
    let mut settings = Settings::simple(DESK);
    settings.listen = "0.0.0.0:0".parse().unwrap();
    assert!(Practice::start(settings).unwrap_err().to_string().contains("no loopback address"));
}
