//! Holds one exchange with Graph against the published description of its API: the path must be
//! one we may use, the options and the body of the request must be spelt right, the status must
//! be one that call has, and the answer must fit its schema. It knows shapes, not behaviour.
//! The description lies beside the project and is no part of it; without it nothing is checked,
//! and that is said.

#![allow(clippy::print_stderr)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The description, or nothing if it is not there.
fn description() -> Option<&'static Value> {
    static DESCRIPTION: OnceLock<Option<Value>> = OnceLock::new();
    let read = || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/graph-check.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("{} is not there: no answer is held against it", path.display());
            return None;
        };
        let value = serde_json::from_str(&text);
        Some(as_json_schema(&value.expect("the description of Graph is JSON")))
    };
    DESCRIPTION.get_or_init(read).as_ref()
}

/// OpenAPI 3.0 as JSON Schema: `nullable` becomes a choice with null, a count a number.
fn as_json_schema(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(as_json_schema).collect(),
        Value::Object(fields) => {
            let mut turned = Map::new();
            for (name, value) in fields {
                let count = name.ends_with("@odata.count") && value == &json!({"type": "object"});
                let value = if count { json!({"type": "integer"}) } else { as_json_schema(value) };
                turned.insert(name.clone(), value);
            }
            match turned.remove("nullable") {
                Some(Value::Bool(true)) => {
                    json!({"anyOf": [Value::Object(turned), {"type": "null"}]})
                }
                // A property that happens to have that name.
                Some(other @ Value::Object(_)) => {
                    turned.insert("nullable".into(), other);
                    Value::Object(turned)
                }
                _ => Value::Object(turned),
            }
        }
        other => other.clone(),
    }
}

/// Whether one exchange fits the description. `path` may begin with `/v1.0` and hold a query; a
/// MIME body is a JSON string. Raw bytes (`$value`), `$batch` and the sign-in are not described
/// and pass.
///
/// # Errors
///
/// What does not fit, in a sentence with the call in it.
pub(crate) fn check(
    method: &str,
    path: &str,
    request_body: Option<&Value>,
    status: u16,
    response_body: Option<&Value>,
) -> Result<(), String> {
    let Some(description) = description() else { return Ok(()) };
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let plain = plain.strip_prefix("/v1.0").unwrap_or(plain);
    if plain.ends_with("/$value") || plain == "/$batch" || plain.ends_with("/oauth2/v2.0/token") {
        return Ok(());
    }
    let call = format!("{method} {plain}");
    let template =
        template(description, plain).ok_or_else(|| format!("{call} is no path we may use"))?;
    let verb = method.to_lowercase();
    let operation = &description["paths"][template][&verb];
    if operation.is_null() {
        if status == 405 {
            return Ok(());
        }
        return Err(format!("{call}: the path has no such method"));
    }
    let place = format!("#/paths/{}/{verb}", escaped(template));
    // A request that was refused may have been wrong on purpose.
    if status < 300 {
        check_options(description, operation, query).map_err(|why| format!("{call}: {why}"))?;
        check_request(operation, &place, request_body).map_err(|why| format!("{call}: {why}"))?;
    }
    check_answer(operation, &place, status, response_body)
        .map_err(|why| format!("{call}: {status}: {why}"))
}

/// The path of the description that fits; literal segments before placeholders.
fn template<'d>(description: &'d Value, path: &str) -> Option<&'d str> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let theirs: Vec<&str> = template.split('/').collect();
        theirs.len() == parts.len()
            && theirs.iter().zip(&parts).all(|(one, part)| one.starts_with('{') || one == part)
    };
    let paths = description["paths"].as_object()?.keys();
    paths.map(String::as_str).filter(|one| fits(one)).min_by_key(|one| one.matches('{').count())
}

fn check_options(description: &Value, operation: &Value, query: &str) -> Result<(), String> {
    let parameters: Vec<&Value> =
        operation["parameters"].as_array().into_iter().flatten().collect();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let known = parameters.iter().find_map(|one| {
            let one = match one["$ref"].as_str() {
                Some(target) => description.pointer(target.trim_start_matches('#'))?,
                None => one,
            };
            (one["name"] == name.as_str()).then_some(one)
        });
        let Some(words) = known.and_then(|one| one["schema"]["items"]["enum"].as_array()) else {
            continue;
        };
        // What stands in brackets belongs to the word before it.
        let mut depth = 0_usize;
        let outside: String = value
            .chars()
            .filter(|letter| {
                depth += usize::from(*letter == '(');
                let keep = depth == 0;
                depth -= usize::from(*letter == ')');
                keep
            })
            .collect();
        for word in outside.split(',').map(|word| word.trim().trim_end_matches(" asc")) {
            if !words.iter().any(|known| known == word) {
                return Err(format!("{name} does not know `{word}`"));
            }
        }
    }
    Ok(())
}

fn check_request(operation: &Value, place: &str, body: Option<&Value>) -> Result<(), String> {
    let content = &operation["requestBody"]["content"];
    let Some(body) = body else {
        let required = operation["requestBody"]["required"] == true;
        return if required { Err("the request needs a body".into()) } else { Ok(()) };
    };
    let kind = if body.is_string() { "text/plain" } else { "application/json" };
    if content[kind].is_null() {
        return Err(format!("the request takes no body of {kind}"));
    }
    fits(&format!("{place}/requestBody/content/{}/schema", escaped(kind)), body)
}

fn check_answer(
    operation: &Value,
    place: &str,
    status: u16,
    body: Option<&Value>,
) -> Result<(), String> {
    if status >= 400 {
        return body.map_or(Ok(()), |body| fits("#/components/schemas/error", body));
    }
    let answer = &operation["responses"][status.to_string()];
    if answer.is_null() {
        return Err("the call does not answer with this status".into());
    }
    match (body, answer["content"]["application/json"].is_null()) {
        (None, true) => Ok(()),
        (None, false) => Err("the answer has no body".into()),
        (Some(_), true) => Err("the answer has a body".into()),
        (Some(body), false) => {
            let schema = escaped("application/json");
            fits(&format!("{place}/responses/{status}/content/{schema}/schema"), body)
        }
    }
}

/// Whether a value fits the schema at that place of the description.
fn fits(place: &str, value: &Value) -> Result<(), String> {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let known = VALIDATORS.get_or_init(Mutex::default);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = match known.get(place) {
        Some(validator) => Arc::clone(validator),
        None => {
            // The whole document is the root, so that every reference inside it resolves.
            let mut root = description().cloned().unwrap_or_default();
            root["$ref"] = Value::from(place);
            let options = jsonschema::options().should_validate_formats(true);
            let validator = options.build(&root).map_err(|error| format!("{place}: {error}"))?;
            let validator = Arc::new(validator);
            known.insert(place.to_owned(), Arc::clone(&validator));
            validator
        }
    };
    drop(known);
    let faults: Vec<String> = validator
        .iter_errors(value)
        .take(3)
        .map(|error| format!("{error} (at `{}`)", error.instance_path()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// A key as a step of a JSON pointer in a URI fragment.
fn escaped(key: &str) -> String {
    let key = key.replace('~', "~0").replace('/', "~1");
    key.replace('{', "%7B").replace('}', "%7D").replace('$', "%24")
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut digit = || bytes.next().and_then(|byte| (byte as char).to_digit(16)).unwrap_or(0);
        match byte {
            b'%' => out.push((digit() * 16 + digit()) as u8),
            b'+' => out.push(b' '),
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Method, path, request body, status, response body.
#[cfg(test)]
type Case<'a> = (&'a str, &'a str, Option<&'a Value>, u16, Option<&'a Value>);

/// The check itself can fail, or it would prove nothing.
#[test]
fn what_does_not_fit_the_description_is_said() {
    if description().is_none() {
        return;
    }
    let desk = "/v1.0/users/desk@office.example";
    let page = json!({"value": [{"id": "AAMk", "isRead": true, "subject": null}]});
    let to = json!({"destinationId": "inbox"});
    let item = json!({"id": "AAMk", "receivedDateTime": "2026-05-04T09:12:44Z"});
    let fine: [Case<'_>; 4] = [
        (
            "GET",
            "/messages?$select=id,subject&$orderby=receivedDateTime asc",
            None,
            200,
            Some(&page),
        ),
        ("POST", "/messages/A=/move", Some(&to), 201, Some(&item)),
        ("GET", "/messages/A=/$value", None, 200, None),
        ("GET", "/mailFolders/inbox/messages/delta", None, 200, Some(&page)),
    ];
    for (method, path, request, status, answer) in fine {
        assert_eq!(
            check(method, &format!("{desk}{path}"), request, status, answer),
            Ok(()),
            "{path}"
        );
    }
    let wrong_type = json!({"value": [{"id": "AAMk", "isRead": "yes"}]});
    let wrong_time = json!({"id": "AAMk", "receivedDateTime": "yesterday"});
    let misspelt = json!({"destinationID": "inbox"});
    let no_error = json!({"code": "x"});
    let wrong: [Case<'_>; 8] = [
        ("GET", "/letters", None, 200, Some(&page)),
        ("PUT", "/messages", None, 200, Some(&page)),
        ("GET", "/messages?$select=id,topic", None, 200, Some(&page)),
        ("GET", "/messages", None, 200, Some(&wrong_type)),
        ("GET", "/messages/A=", None, 200, Some(&wrong_time)),
        ("POST", "/messages/A=/move", Some(&misspelt), 201, Some(&item)),
        ("POST", "/messages/A=/move", Some(&to), 200, Some(&item)),
        ("GET", "/messages", None, 404, Some(&no_error)),
    ];
    for (method, path, request, status, answer) in wrong {
        let outcome = check(method, &format!("{desk}{path}"), request, status, answer);
        assert!(outcome.is_err(), "{method} {path}");
    }
}
