//! What an answer of Microsoft Graph that is no success means: which [`Error`], in which words
//! (facts: microsoft-graph 0, 1.7, 4.8, 8.4). Decided by status and code; the message is for people
//! and may change.

use std::time::Duration;

use serde::Deserialize;

use super::Error;
use super::http::Answer;

/// How long sending waits once the day's limit is reached; the limit is a rolling one.
const DAYS_LIMIT: Duration = Duration::from_secs(3_600);

/// The body of an error answer. Anything may be missing; a gateway answers with HTML.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    error: Inner,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Inner {
    code: Option<String>,
    message: Option<String>,
}

/// A failed answer, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub(super) status: u16,
    /// Graph's code; empty when the answer has none.
    pub(super) code: String,
    message: String,
}

/// What a request was about, for the sentence and for what a missing answer means.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    /// What we were doing, as in `listing the folder Inbox`.
    pub(super) doing: &'a str,
    /// The address of the mailbox.
    pub(super) address: &'a str,
    /// Whether the request only reads.
    pub(super) reads: bool,
}

impl Refusal {
    /// Reads a failed answer.
    pub(super) fn read(answer: &Answer) -> Self {
        let Body { error } = serde_json::from_slice(&answer.body).unwrap_or_default();
        Self {
            status: answer.status,
            code: error.code.unwrap_or_default(),
            message: error.message.unwrap_or_default(),
        }
    }

    /// Whether the code is this one; case is not to be relied on.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
    }

    /// Whether too many requests were under way at once.
    pub(super) fn is_crowded(&self) -> bool {
        self.status == 429
            && (self.is("ApplicationThrottled") || self.message.contains("MailboxConcurrency"))
    }

    /// Whether the item is no longer there under its id. Only Exchange itself can say so: a 404 of
    /// a gateway means nothing about a message.
    pub(super) fn is_gone(&self) -> bool {
        self.status == 404 && self.is("ErrorItemNotFound")
    }

    /// Whether the folder is not there.
    pub(super) fn is_missing_folder(&self) -> bool {
        self.status == 404 && (self.is("ErrorFolderNotFound") || self.is("ErrorItemNotFound"))
    }

    /// The refusal as the caller sees it.
    pub(super) fn into_error(self, about: About<'_>) -> Error {
        let About { doing, address, reads } = about;
        let said = self.said();
        match self.status {
            404 if self.is_gone() => {
                Error::Gone(format!("{doing}: the message is no longer there"))
            }
            404 if self.code.is_empty() => Error::Unreachable(format!("{doing}: not now ({said})")),
            _ if self.is("ErrorExceededMessageLimit")
                || self.is("ErrorSubmissionQuotaExceeded") =>
            {
                Error::Throttled { wait: DAYS_LIMIT, what: self.advice(address).unwrap_or(said) }
            }
            // Nothing was done, and there may be room again.
            _ if self.is("ErrorQuotaExceeded") || self.status == 507 => Error::Unreachable(
                format!("{doing}: the mailbox {address} is full; make room there"),
            ),
            410 if reads => Error::ListExpired(format!("{doing}: the list position has expired")),
            410 => Error::Unreachable(format!("{doing}: not now ({said})")),
            401 | 403 | 404 => match self.advice(address) {
                Some(advice) => Error::SignInNeeded(format!("{doing}: {advice}")),
                None if self.status == 401 => Error::SignInNeeded(format!(
                    "{doing}: the access token is not accepted ({said}); check the application"
                )),
                None => Error::Refused(format!("{doing}: refused ({said})")),
            },
            408 | 409 | 412 | 423 => Error::Unreachable(format!("{doing}: not now ({said})")),
            500..=599 if self.status != 501 => {
                let sentence = format!("{doing}: the service failed ({said})");
                if reads { Error::Unreachable(sentence) } else { Error::Unknown(sentence) }
            }
            413 if !self.is("ErrorMessageSizeExceeded") => {
                Error::Refused(format!("{doing}: it is too large for the service ({said})"))
            }
            _ => Error::Refused(format!("{doing}: {}", self.advice(address).unwrap_or(said))),
        }
    }

    /// The status and the service's own words, on one line.
    fn said(&self) -> String {
        let words: String = self.message.chars().filter(|c| !c.is_control()).take(200).collect();
        match (self.code.is_empty(), words.is_empty()) {
            (true, true) => format!("HTTP {}", self.status),
            (true, false) => format!("HTTP {}: {words}", self.status),
            (false, true) => format!("HTTP {} {}", self.status, self.code),
            (false, false) => format!("HTTP {} {}: {words}", self.status, self.code),
        }
    }

    /// What an administrator should do about it.
    fn advice(&self, address: &str) -> Option<String> {
        let policy =
            self.message.contains("Access to OData is disabled") || self.message.contains("[RAOP]");
        Some(match self.code.as_str() {
            "ErrorAccessDenied" if policy => format!(
                "an application access policy of the tenant does not include {address}; add the \
                 mailbox to the policy's group (it takes an hour or more to work)"
            ),
            "ErrorAccessDenied" => format!(
                "access to {address} is denied; grant the application permissions Mail.ReadWrite and \
                 Mail.Send with admin consent, or include the mailbox in the application's scope"
            ),
            "NoPermissionsInAccessToken" => {
                "the application has no permissions; add Mail.ReadWrite and Mail.Send as application \
                 permissions and grant admin consent"
                    .to_owned()
            }
            "Authorization_RequestDenied" => {
                "a directory permission is missing; grant User.Read.All with admin consent".to_owned()
            }
            "Request_ResourceNotFound" | "ErrorInvalidUser" | "ResourceNotFound" => {
                format!("there is no mailbox {address} in this tenant; check address and tenant_id")
            }
            "MailboxNotEnabledForRESTAPI" => format!(
                "{address} has no mailbox in Exchange Online (it is inactive, deleted or on premises)"
            ),
            "ErrorSendAsDenied" => format!("the application may not send as {address}"),
            "ErrorExceededMessageLimit" | "ErrorSubmissionQuotaExceeded" => {
                format!("{address} has reached its limit of messages or recipients for today")
            }
            "ErrorMessageSubmissionBlocked" | "ErrorAccountSuspend" => format!(
                "sending from {address} is blocked; see Restricted entities in Microsoft Defender"
            ),
            "ErrorMessageSizeExceeded" => format!(
                "the letter is larger than {address} may send (35 MB, unless the administrator set \
                 another limit); send less along, or a link to it"
            ),
            "ErrorInvalidRecipients" => "at least one recipient's address is not valid".to_owned(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: &str, message: &str, reads: bool) -> Error {
        let body = serde_json::json!({"error": {"code": code, "message": message}}).to_string();
        let answer = Answer { status, retry_after: None, body: body.into_bytes() };
        let about = About { doing: "listing Inbox", address: "desk@office.example", reads };
        Refusal::read(&answer).into_error(about)
    }

    #[test]
    fn an_answer_becomes_what_the_caller_does_next() {
        let kind = |error: &Error| match error {
            Error::SignInNeeded(_) => "person",
            Error::Gone(_) => "gone",
            Error::Refused(_) => "refused",
            Error::Unreachable(_) => "later",
            Error::Unknown(_) => "unknown",
            Error::ListExpired(_) => "relist",
            Error::Throttled { .. } | Error::TooLarge { .. } => "other",
        };
        for (status, code, message, reads, expected, words) in [
            (404, "ErrorItemNotFound", "", true, "gone", "no longer there"),
            (404, "", "", true, "later", ""),
            (403, "ErrorExceededMessageLimit", "", false, "other", ""),
            (
                404,
                "Request_ResourceNotFound",
                "x",
                true,
                "person",
                "no mailbox desk@office.example",
            ),
            (404, "MailboxNotEnabledForRESTAPI", "", true, "person", "on premises"),
            (404, "ErrorFolderNotFound", "", true, "refused", ""),
            (401, "InvalidAuthenticationToken", "x", true, "person", "not accepted"),
            (401, "NoPermissionsInAccessToken", "", true, "person", "admin consent"),
            (403, "ErrorAccessDenied", "Access is denied.", true, "person", "Mail.ReadWrite"),
            (
                403,
                "ErrorAccessDenied",
                "Access to OData is disabled: [RAOP] : x",
                true,
                "person",
                "policy",
            ),
            (403, "ErrorSendAsDenied", "", false, "person", "send as"),
            (410, "SyncStateNotFound", "", true, "relist", ""),
            (
                400,
                "ErrorInvalidIdMalformed",
                "Id is malformed.",
                true,
                "refused",
                "Id is malformed.",
            ),
            (400, "ErrorInvalidRecipients", "", false, "refused", "recipient"),
            (409, "ErrorIrresolvableConflict", "", false, "later", ""),
            (500, "", "", true, "later", ""),
            (504, "", "", false, "unknown", ""),
            (507, "", "", false, "later", "full"),
            (403, "ErrorQuotaExceeded", "", false, "later", "full"),
            (413, "", "", false, "refused", "too large"),
            (413, "ErrorMessageSizeExceeded", "", false, "refused", "35 MB"),
            (400, "ErrorMessageSizeExceeded", "", false, "refused", "35 MB"),
        ] {
            let error = error(status, code, message, reads);
            assert_eq!(kind(&error), expected, "{status} {code}");
            let sentence = error.to_string();
            assert!(sentence.contains(words), "{sentence}");
            assert!(expected == "other" || sentence.contains("listing Inbox"), "{sentence}");
        }
    }

    #[test]
    fn a_gateways_page_is_no_obstacle() {
        let answer = Answer { status: 503, retry_after: None, body: b"<html>busy</html>".to_vec() };
        let refusal = Refusal::read(&answer);
        assert_eq!((refusal.status, refusal.code.as_str()), (503, ""));
    }
}
