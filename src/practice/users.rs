//! Users of the directory, and the change from one kind of id to the other
//! (facts: microsoft-graph 2.5 and 6.2).

use serde_json::{Value, json};

use super::graph::{Call, Reply, page};
use super::house::{Account, House};
use super::ids::Named;
use super::odata::Query;
use super::refusal::{self, Outcome, Refusal, refuse};
use super::wire::Request;

const FIELDS: [&str; 16] = [
    "id",
    "displayName",
    "mail",
    "userPrincipalName",
    "businessPhones",
    "givenName",
    "jobTitle",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "proxyAddresses",
    "department",
    "accountEnabled",
    "otherMails",
    "userType",
];
const DEFAULT: usize = 11;

/// `GET /users` with the filters by address of 6.3.
pub(super) fn list(house: &House, request: &Request, query: &Query) -> Outcome<Reply> {
    if request.method != "GET" {
        return Err(refusal::wrong_method());
    }
    if query.get("$skip").is_some() {
        return Err(refuse(400, "Request_UnsupportedQuery", "$skip is not supported on users."));
    }
    let wanted: Option<Vec<String>> = query.get("$filter").map(|filter| {
        filter.split('\'').skip(1).step_by(2).map(|text| text.to_lowercase()).collect()
    });
    let shown = house.accounts.iter().filter(|account| {
        let address = account.settings.address.to_lowercase();
        wanted.as_ref().is_none_or(|wanted| {
            wanted.iter().any(|text| text.trim_start_matches("smtp:") == address)
        })
    });
    let top = query.get("$top").and_then(|top| top.parse().ok()).unwrap_or(100_usize);
    let users: Vec<Value> =
        shown.take(top).map(|account| shown_as(account, query)).collect::<Outcome<_>>()?;
    Ok(Reply::Json(200, page(format!("{}/v1.0/$metadata#users", house.origin), users, None)))
}

/// `GET /users/{id}` and what hangs on it; nobody here has a manager or a photo.
pub(super) fn one(
    house: &House,
    request: &Request,
    account: &Account,
    query: &Query,
    rest: &[&str],
) -> Outcome<Reply> {
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let mut user = shown_as(account, query)?;
            let context = format!("{}/v1.0/$metadata#users/$entity", house.origin);
            user["@odata.context"] = Value::from(context);
            Ok(Reply::Json(200, user))
        }
        ("GET", ["manager"]) => Err(not_found("manager")),
        ("GET", ["photo", ..]) => {
            Err(refuse(404, "ImageNotFound", "The specified object was not found in the store."))
        }
        _ => Err(refusal::wrong_method()),
    }
}

/// 404 for a user nobody knows.
pub(super) fn not_found(id: &str) -> Refusal {
    let text = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not \
         present."
    );
    refuse(404, "Request_ResourceNotFound", text)
}

fn shown_as(account: &Account, query: &Query) -> Outcome<Value> {
    let one = &account.settings;
    let select = query.select(&FIELDS, "microsoft.graph.user")?;
    let mut user = json!({});
    for field in FIELDS {
        let wanted = match &select {
            Some(select) => select.iter().any(|name| name == field),
            None => FIELDS.iter().take(DEFAULT).any(|name| *name == field),
        };
        if wanted || field == "id" {
            user[field] = match field {
                "id" => Value::from(account.guid.as_str()),
                "displayName" => Value::from(one.name.as_str()),
                "mail" if !one.exists_in_exchange => Value::Null,
                "mail" | "userPrincipalName" => Value::from(one.address.as_str()),
                "proxyAddresses" => json!([format!("SMTP:{}", one.address)]),
                "accountEnabled" => Value::from(true),
                "userType" => Value::from("Member"),
                "businessPhones" | "otherMails" => json!([]),
                _ => Value::Null,
            };
        }
    }
    Ok(user)
}

/// `POST /users/{id}/translateExchangeIds` between `restId` and `restImmutableEntryId`.
pub(super) fn translate(call: &Call<'_>) -> Outcome<Reply> {
    let body = call.body()?;
    let field = |name: &str| {
        let fields = body.as_object()?;
        fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let ids = field("inputIds").and_then(Value::as_array).ok_or_else(refusal::unreadable_body)?;
    if ids.len() > 1000 {
        return Err(refusal::bad_request("At most 1000 ids can be translated in one request."));
    }
    let target = field("targetIdType").and_then(Value::as_str).unwrap_or_default();
    let lasting = match target {
        "restImmutableEntryId" => true,
        "restId" => false,
        _ => {
            let text = format!("The target id type '{target}' is not supported here.");
            return Err(refusal::bad_request(text));
        }
    };
    let mailbox = call.account.open(call.house);
    let translated = |id: &Value| {
        let id = id.as_str().unwrap_or_default();
        let item = call.message(&mailbox, id).ok().and_then(|number| mailbox.item(number));
        match item {
            Some(item) => {
                let named =
                    if lasting { Named::Item(item.number) } else { Named::Place(item.place) };
                json!({"sourceId": id, "targetId": mailbox.ids.write(named)})
            }
            None => json!({"sourceId": id, "errorDetails": {"code": "ErrorItemNotFound",
                "message": refusal::item_not_found().message}}),
        }
    };
    let value = ids.iter().map(translated).collect();
    let context =
        format!("{}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)", call.house.origin);
    Ok(Reply::Json(200, page(context, value, None)))
}
