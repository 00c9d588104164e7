//! Holds a request to Microsoft Graph and its answer against the published shapes, cut from
//! Microsoft's own metadata, where they lie beside the checkout. It knows shapes, not behaviour.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::print_stderr)]

use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

/// The published shapes, if they are at hand.
fn published() -> Option<&'static Value> {
    static SHAPES: OnceLock<Option<Value>> = OnceLock::new();
    SHAPES
        .get_or_init(|| {
            let here = Path::new(env!("CARGO_MANIFEST_DIR"));
            let file = here.join("../shared/facts/graph-check.json");
            let Ok(text) = std::fs::read(&file) else {
                eprintln!("{} is not there: shapes are not checked", file.display());
                return None;
            };
            let mut shapes = serde_json::from_slice(&text).unwrap();
            allow_null(&mut shapes);
            Some(shapes)
        })
        .as_ref()
}

/// Turns OpenAPI's `nullable: true` into what JSON Schema understands.
fn allow_null(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(allow_null),
        Value::Object(fields) => {
            fields.values_mut().for_each(allow_null);
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                let shape = Value::Object(std::mem::take(fields));
                *value = json!({ "anyOf": [shape, { "type": "null" }] });
            }
        }
        _ => {}
    }
}

/// Whether request and answer fit the published shapes; why not otherwise. `target` is path and
/// query as sent. What is not described there (`$value`, `$batch`, sign-in) always fits.
pub fn check(
    method: &str,
    target: &str,
    request: Option<&Value>,
    status: u16,
    answer: Option<&Value>,
) -> Result<(), String> {
    let Some(shapes) = published() else { return Ok(()) };
    let Some(rest) = target.strip_prefix("/v1.0") else { return Ok(()) };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.ends_with("/$value") || path.ends_with("/$batch") {
        return Ok(());
    }
    let operation = operation(shapes, method, path)
        .ok_or_else(|| format!("{method} {path} is not among the published calls"))?;
    check_query(operation, shapes, query)?;
    if let Some(request) = request {
        let shape = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !shape.is_null() {
            fits(shapes, shape, request).map_err(|why| format!("request: {why}"))?;
        }
    }
    let responses = &operation["responses"];
    let class = format!("{}XX", status / 100);
    let response = [status.to_string(), class]
        .iter()
        .map(|key| &responses[key])
        .find(|response| !response.is_null())
        .ok_or_else(|| format!("the status {status} is not among the published answers"))?;
    let response = response["$ref"]
        .as_str()
        .and_then(|reference| shapes.pointer(&reference[1..]))
        .unwrap_or(response);
    let shape = &response["content"]["application/json"]["schema"];
    match (shape.is_null(), answer) {
        (false, Some(answer)) => {
            fits(shapes, shape, answer).map_err(|why| format!("answer: {why}"))
        }
        (false, None) if status < 300 => Err("the answer has no JSON".to_owned()),
        _ => Ok(()),
    }
}

fn operation<'a>(shapes: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let wanted: Vec<&str> = path.trim_matches('/').split('/').collect();
    let paths = shapes["paths"].as_object()?;
    let matches = |template: &str| {
        let parts: Vec<&str> = template.trim_matches('/').split('/').collect();
        parts.len() == wanted.len()
            && parts
                .iter()
                .zip(&wanted)
                .all(|(part, wanted)| part.starts_with('{') || part == wanted)
    };
    // A fixed word is a better match than a placeholder.
    paths
        .iter()
        .filter(|(template, _)| matches(template))
        .min_by_key(|(template, _)| template.matches('{').count())
        .and_then(|(_, path)| path.get(method.to_lowercase()))
}

/// Every option must be known, and every value of a closed list must be in it.
fn check_query(operation: &Value, shapes: &Value, query: &str) -> Result<(), String> {
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        if matches!(name.as_str(), "$skip" | "$skiptoken" | "$deltatoken" | "includeHiddenFolders")
        {
            continue;
        }
        let known = operation["parameters"].as_array().into_iter().flatten();
        let resolved = known.map(|parameter| {
            parameter["$ref"]
                .as_str()
                .and_then(|reference| shapes.pointer(&reference[1..]))
                .unwrap_or(parameter)
        });
        let parameter = resolved
            .filter(|parameter| parameter["in"] == "query")
            .find(|parameter| parameter["name"] == name.as_str())
            .ok_or_else(|| format!("{name} is not an option of this call"))?;
        let Some(words) = parameter["schema"]["items"]["enum"].as_array() else { continue };
        for word in outside_brackets(&value) {
            let bare = word.split('(').next().unwrap_or_default().trim();
            let without_order = bare.trim_end_matches(" asc");
            if !words.iter().any(|known| known == bare || known == without_order) {
                return Err(format!("{bare} is no value of {name}"));
            }
        }
    }
    Ok(())
}

/// The values of a list, in which brackets may hold commas of their own.
fn outside_brackets(list: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0_i32, vec![String::new()]);
    for c in list.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match parts.last_mut() {
            Some(_) if c == ',' && depth == 0 => parts.push(String::new()),
            Some(part) => part.push(c),
            None => {}
        }
    }
    parts
}

fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn fits(shapes: &Value, shape: &Value, value: &Value) -> Result<(), String> {
    // References in a shape lead to `#/components`, so that stands in the same document.
    let document = json!({ "allOf": [shape], "components": shapes["components"] });
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft4)
        .build(&document)
        .map_err(|error| format!("the shape cannot be used: {error}"))?;
    match validator.iter_errors(value).next() {
        None => Ok(()),
        Some(error) => Err(format!("{} at {}", error, error.instance_path())),
    }
}

#[test]
fn a_misspelt_request_and_a_wrong_answer_are_seen() {
    if published().is_none() {
        return;
    }
    let message = "/v1.0/users/a%40b/messages/AA%3D";
    let moved = json!({ "destinationId": "inbox" });
    let item = json!({ "id": "AA=", "isRead": null, "subject": "x" });
    let path = format!("{message}/move");
    assert_eq!(check("POST", &path, Some(&moved), 201, Some(&item)), Ok(()));
    for (case, target, request, status, answer) in [
        ("field", path.as_str(), json!({ "destination": "inbox" }), 201, item.clone()),
        ("status", &path, moved.clone(), 204, item.clone()),
        ("type", &path, moved.clone(), 201, json!({ "id": 7 })),
        ("path", "/v1.0/users/a/messages/B/remove", moved.clone(), 201, item.clone()),
        ("option", "/v1.0/users/a/messages/B/move?$sort=x", moved.clone(), 201, item.clone()),
    ] {
        assert!(check("POST", target, Some(&request), status, Some(&answer)).is_err(), "{case}");
    }
    let list = "/v1.0/users/a/mailFolders/inbox/messages?$select=id,receivedDate";
    assert!(check("GET", list, None, 200, Some(&json!({ "value": [] }))).is_err());
}
