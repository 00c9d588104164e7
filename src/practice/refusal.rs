//! A refusal: status, code and message as the service words them, and the JSON body that carries
//! them (facts: microsoft-graph 0). One constructor for each that is used in several places.

use serde_json::{Value, json};

/// Why the service does not do what was asked.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) retry_after: Option<String>,
}

/// What a request comes to.
pub(super) type Outcome<T> = Result<T, Refusal>;

/// A refusal with its three parts.
pub(super) fn refuse(status: u16, code: &str, message: impl Into<String>) -> Refusal {
    Refusal { status, code: code.to_owned(), message: message.into(), retry_after: None }
}

impl Refusal {
    /// The body: code, message and the inner error with the marks of this request.
    pub(super) fn body(&self, date: &str, request_id: &str, client_request_id: &str) -> Value {
        json!({"error": {"code": self.code, "message": self.message, "innerError": {
            "date": date, "request-id": request_id, "client-request-id": client_request_id}}})
    }
}

pub(super) fn item_not_found() -> Refusal {
    refuse(404, "ErrorItemNotFound", "The specified object was not found in the store.")
}

pub(super) fn id_malformed() -> Refusal {
    refuse(400, "ErrorInvalidIdMalformed", "Id is malformed.")
}

pub(super) fn folder_not_found() -> Refusal {
    refuse(404, "ErrorFolderNotFound", "The specified folder could not be found in the store.")
}

pub(super) fn access_denied() -> Refusal {
    refuse(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
}

/// The mailbox is full (facts: microsoft-graph 4.8).
pub(super) fn over_quota(status: u16) -> Refusal {
    refuse(status, "ErrorQuotaExceeded", "The mailbox is over its quota.")
}

pub(super) fn bad_token(message: &str) -> Refusal {
    refuse(401, "InvalidAuthenticationToken", message)
}

pub(super) fn bad_request(message: impl Into<String>) -> Refusal {
    refuse(400, "BadRequest", message)
}

pub(super) fn unreadable_body() -> Refusal {
    refuse(
        400,
        "UnableToDeserializePostBody",
        "were unable to deserialize the posted body; it is not the JSON this call takes",
    )
}

pub(super) fn inefficient() -> Refusal {
    refuse(
        400,
        "InefficientFilter",
        "The restriction or sort order is too complex for this operation.",
    )
}

pub(super) fn no_such_segment(segment: &str) -> Refusal {
    refuse(404, "BadRequest", format!("Resource not found for the segment '{segment}'."))
}

pub(super) fn wrong_method() -> Refusal {
    refuse(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )
}

pub(super) fn too_large() -> Refusal {
    refuse(413, "RequestEntityTooLarge", "The request body is larger than this service takes.")
}

/// What the mailbox may not send for its size (facts: microsoft-graph 4.8).
pub(super) fn message_too_large() -> Refusal {
    refuse(413, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.")
}
