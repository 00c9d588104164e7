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

    /// Whether it limits what the mailbox may send, and nothing else that is asked of it.
    pub(super) fn limits_sending(&self) -> bool {
        self.is("ErrorExceededMessageLimit")
            || self.is("ErrorSubmissionQuotaExceeded")
            || self.is_about_spam()
    }

    /// Whether the control of outgoing spam holds a letter back.
    fn is_about_spam(&self) -> bool {
        self.status == 429 && self.message.contains("WASCL")
    }

    /// Whether the mailbox has used up the names it can give to properties, among them header fields.
    /// Its code is that of a full mailbox.
    fn lacks_names(&self) -> bool {
        self.is("ErrorQuotaExceeded") && self.message.contains("Cannot get ID from name")
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
            // The same letter goes later: the limits are rolling ones.
            _ if self.limits_sending() => {
                let advice = self.advice(address).unwrap_or(said);
                Error::Throttled { wait: DAYS_LIMIT, what: format!("{doing}: {advice}") }
            }
            // Nothing was done, and there may be room again.
            _ if self.is("ErrorQuotaExceeded") || self.status == 507 => {
                let full = || format!("the mailbox {address} is full; make room there");
                let advice = self.advice(address).unwrap_or_else(full);
                Error::Unreachable(format!("{doing}: {advice}"))
            }
            // It concerns every letter, whatever the status, and waits for a person.
            _ if self.is("ErrorMessageSubmissionBlocked")
                || self.is("ErrorAccountSuspend")
                || self.is("ErrorSendAsDenied") =>
            {
                Error::SignInNeeded(format!("{doing}: {}", self.advice(address).unwrap_or(said)))
            }
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
            413 if !self.is("ErrorMessageSizeExceeded") => Error::Refused(format!(
                "{doing}: it is too large for one request ({said}); send less along, or a link to it"
            )),
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
        if self.is_about_spam() {
            return Some(format!(
                "the service takes letters from {address} for spam and slows them down; see what is \
                 sent there, and Restricted entities in Microsoft Defender"
            ));
        }
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
            "ErrorSendAsDenied" => format!(
                "the application may not send as {address}; write the mailbox's main address into \
                 `address`, or grant Send As on it in Exchange"
            ),
            "ErrorExceededMessageLimit" => format!(
                "{address} has reached its limit of messages or recipients for today, or is suspected \
                 of sending spam; look for a message about that in its Inbox"
            ),
            "ErrorSubmissionQuotaExceeded" => format!(
                "{address} has used up what it may send for now; if that stays, see Restricted \
                 entities in Microsoft Defender"
            ),
            "ErrorMessageSubmissionBlocked" | "ErrorAccountSuspend" => format!(
                "sending from {address} is blocked; release it under Restricted entities in Microsoft \
                 Defender"
            ),
            "ErrorQuotaExceeded" if self.lacks_names() => format!(
                "the mailbox {address} has used up its named properties and can keep no letter with a \
                 header that is new to it; have Microsoft's support raise the quota of named \
                 properties, or use a new mailbox"
            ),
            "ErrorMessageSizeExceeded" => format!(
                "the letter is larger than {address} may send (35 MB, unless the administrator set \
                 another limit); send less along, or a link to it"
            ),
            "ErrorInvalidRecipients" => {
                "at least one recipient's address is not valid; correct it and write again".to_owned()
            }
            "ErrorMimeContentInvalidBase64String" => {
                "the service could not read the letter as it was sent; please report this".to_owned()
            }
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

    /// Each row of the facts on sending: whether the letter waits, waits for a person, or is refused,
    /// and what is said of it: which thing, and what to do (facts: microsoft-graph 4.7, 4.8).
    #[test]
    fn what_was_not_sent_waits_or_is_refused_and_says_what_to_do() {
        let words = |error: Error| match error {
            Error::Throttled { what, wait } => {
                assert_eq!(wait, DAYS_LIMIT);
                ("waits an hour", what)
            }
            Error::Unreachable(what) => ("waits", what),
            Error::SignInNeeded(what) => ("waits for a person", what),
            Error::Refused(what) => ("refused", what),
            other => panic!("{other:?}"),
        };
        let wascl = "WASCL UserAction verdict is not None. Actual verdict is Throttle.";
        let names = "Cannot get ID from name.";
        #[rustfmt::skip]
        let cases = [
            (403, "ErrorSendAsDenied", "", "waits for a person", "Send As"),
            (400, "ErrorSendAsDenied", "", "waits for a person", "Send As"),
            (403, "ErrorAccessDenied", "", "waits for a person", "Mail.Send"),
            (400, "ErrorExceededMessageLimit", "", "waits an hour", "Inbox"),
            (403, "ErrorExceededMessageLimit", "", "waits an hour", "for today"),
            (429, "ErrorExceededMessageLimit", "", "waits an hour", "for today"),
            (413, "ErrorMessageSizeExceeded", "", "refused", "35 MB"),
            (400, "ErrorMessageSizeExceeded", "", "refused", "send less along"),
            (400, "ErrorInvalidRecipients", "At least one", "refused", "correct it"),
            (507, "ErrorQuotaExceeded", "", "waits", "is full; make room"),
            (400, "ErrorQuotaExceeded", "", "waits", "is full; make room"),
            (400, "ErrorQuotaExceeded", names, "waits", "named properties"),
            (507, "ErrorQuotaExceeded", names, "waits", "named properties"),
            (400, "ErrorSubmissionQuotaExceeded", "", "waits an hour", "Restricted entities"),
            (403, "ErrorMessageSubmissionBlocked", "", "waits for a person", "Restricted entities"),
            (400, "ErrorMessageSubmissionBlocked", "", "waits for a person", "is blocked"),
            (400, "ErrorAccountSuspend", "", "waits for a person", "Restricted entities"),
            (429, "ApplicationThrottled", wascl, "waits an hour", "for spam"),
            (429, "", wascl, "waits an hour", "Restricted entities"),
            (400, "ErrorMimeContentInvalidBase64String", "", "refused", "report this"),
            (413, "RequestEntityTooLarge", "", "refused", "send less along"),
            (413, "", "", "refused", "send less along"),
            (404, "MailboxNotEnabledForRESTAPI", "", "waits for a person", "on premises"),
        ];
        for (status, code, message, expected, advice) in cases {
            let (becomes, sentence) = words(error(status, code, message, false));
            assert_eq!(becomes, expected, "{status} {code}: {sentence}");
            assert!(sentence.starts_with("listing Inbox: "), "{status} {code}: {sentence}");
            assert!(sentence.contains(advice), "{status} {code}: {sentence}");
        }
    }

    #[test]
    fn a_gateways_page_is_no_obstacle() {
        let answer = Answer { status: 503, retry_after: None, body: b"<html>busy</html>".to_vec() };
        let refusal = Refusal::read(&answer);
        assert_eq!((refusal.status, refusal.code.as_str()), (503, ""));
    }
}
