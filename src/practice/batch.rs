//! `POST /$batch`: up to twenty requests in one, each answered by itself
//! (facts: microsoft-graph 5.3).

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::graph::{self, Reply};
use super::house::House;
use super::refusal::{self, Outcome, refuse};
use super::wire::Request;

/// Answers the whole; it is 200 even if every inner request failed.
pub(super) fn answer(house: &House, request: &Request) -> Outcome<Reply> {
    if request.method != "POST" {
        return Err(refusal::wrong_method());
    }
    let body: Value =
        serde_json::from_slice(&request.body).map_err(|_| refusal::unreadable_body())?;
    let inner = body.get("requests").and_then(Value::as_array);
    let inner = inner.ok_or_else(refusal::unreadable_body)?;
    if inner.is_empty() || inner.len() > 20 {
        let text = "Number of batch request steps exceeds the maximum value of 20.";
        return Err(refuse(400, "BadRequest", text));
    }
    let mut seen = HashSet::new();
    for one in inner {
        let id = one.get("id").and_then(Value::as_str).unwrap_or_default();
        if id.is_empty() || !seen.insert(id) {
            return Err(refuse(400, "BadRequest", "Request Id has to be unique in a batch."));
        }
    }
    let mut failed: HashSet<&str> = HashSet::new();
    let mut responses = Vec::new();
    for one in inner {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = text("id");
        let needed = one.get("dependsOn").and_then(Value::as_array);
        let mut needed = needed.into_iter().flatten().filter_map(Value::as_str);
        let answer = if needed.any(|id| failed.contains(id)) {
            json!({"id": id, "status": 424, "headers": {"Content-Type": "application/json"},
                "body": {"error": {"code": "FailedDependency", "message": "Failed Dependency"}}})
        } else {
            answer_one(house, request, one, id)?
        };
        if answer["status"].as_u64().is_none_or(|status| status >= 400) {
            failed.insert(id);
        }
        responses.push(answer);
    }
    // In any order, says the contract; the last one first keeps clients honest.
    responses.reverse();
    Ok(Reply::Json(200, json!({"responses": responses})))
}

fn answer_one(house: &House, outer: &Request, one: &Value, id: &str) -> Outcome<Value> {
    let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
    let (method, url) = (text("method").to_ascii_uppercase(), text("url"));
    if method.is_empty() || url.is_empty() || url.to_ascii_lowercase().contains("$batch") {
        return Err(refusal::bad_request("Invalid batch payload format."));
    }
    let mut inner = Request {
        method,
        target: format!("/v1.0/{}", url.trim_start_matches('/')),
        has_length: true,
        ..Request::default()
    };
    let headers = one.get("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        inner.headers.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
    }
    for name in ["Authorization", "Host"] {
        if let Some(value) = outer.header(name) {
            inner.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    if let Some(body) = one.get("body") {
        if inner.header("content-type").is_none() {
            let text = "Batch request with a body must have a Content-Type header.";
            return Err(refusal::bad_request(text));
        }
        inner.body = match body {
            // What is no JSON travels as base64, and MIME is base64 in itself.
            Value::String(text) => text.clone().into_bytes(),
            _ => body.to_string().into_bytes(),
        };
    }
    let answer = graph::answer(house, &inner, &house.faults.strike(&inner.method, &inner.target));
    let mut headers = Map::new();
    for (name, value) in &answer.headers {
        if matches!(*name, "Content-Type" | "Location" | "Retry-After" | "Preference-Applied") {
            headers.insert((*name).to_owned(), Value::from(value.as_str()));
        }
    }
    let mut shown = json!({"id": id, "status": answer.status, "headers": headers});
    if !answer.body.is_empty() {
        let json = serde_json::from_slice(&answer.body);
        shown["body"] = json.unwrap_or_else(|_| Value::from(STANDARD.encode(&answer.body)));
    }
    Ok(shown)
}
