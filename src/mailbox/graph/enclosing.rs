//! Adding files to a draft: a small one in one request, a large one piece by piece to another host,
//! whose address is a secret and needs no token (facts: microsoft-graph 4.6).

use std::io::Read;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Call, Graph, TRIES, Unsuccessful};
use crate::mail::Attachment;
use crate::mailbox::answers::{About, Refusal};
use crate::mailbox::budget::Turn;
use crate::mailbox::http::{self, Answer, Failure, Request};
use crate::mailbox::{Error, ItemId};

/// Files of this size and more go up in pieces.
const LARGE: u64 = 3_000_000;

/// Bytes of one piece: under 4 MB, and a multiple of 320 KiB, which some services insist on.
const PIECE: usize = 12 * 327_680;

/// How long one piece may take.
const DEADLINE: Duration = Duration::from_secs(300);

/// The largest answer to a piece, in bytes.
const ANSWER_BYTES: u64 = 1 << 16;

/// How long a draft that was just made may be unknown to the part of the service that takes files.
const NOT_YET: Duration = Duration::from_secs(1);

const DOING: &str = "adding an attachment to a draft";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileAttachment<'a> {
    #[serde(rename = "@odata.type")]
    kind: &'static str,
    name: &'a str,
    content_type: &'a str,
    is_inline: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_id: Option<&'a str>,
    content_bytes: String,
}

#[derive(Serialize)]
struct NewSession<'a> {
    #[serde(rename = "AttachmentItem")]
    item: SessionItem<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionItem<'a> {
    attachment_type: &'static str,
    name: &'a str,
    size: u64,
    content_type: &'a str,
    is_inline: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    upload_url: String,
}

/// What the session says of its progress. Graph writes the name small, the upload host large.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Progress {
    #[serde(rename = "NextExpectedRanges", alias = "nextExpectedRanges")]
    ranges: Vec<String>,
}

impl Progress {
    /// The first byte the session still waits for.
    fn next(answer: &Answer) -> Option<u64> {
        let progress: Self = serde_json::from_slice(&answer.body).ok()?;
        let first = progress.ranges.first()?.split('-').next()?;
        first.trim().parse().ok()
    }
}

impl Graph {
    /// Adds a file to a draft.
    pub(super) fn attach_file(
        &self,
        draft: &ItemId,
        file: &Attachment,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), Error> {
        if size >= LARGE
            && let Some(session) = self.session(draft, file, size)?
        {
            return self.upload(&session.upload_url, size, content);
        }
        let mut bytes = Vec::new();
        content.take(size + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 != size {
            return Err(unreadable(&std::io::ErrorKind::UnexpectedEof.into()));
        }
        let body = serde_json::to_vec(&FileAttachment {
            kind: "#microsoft.graph.fileAttachment",
            name: &file.filename,
            content_type: &file.content_type,
            is_inline: file.inline,
            content_id: file.content_id.as_deref(),
            content_bytes: STANDARD.encode(&bytes),
        })
        .map_err(|error| unreadable(&error.into()))?;
        drop(bytes);
        let url = self.message_url(draft, "/attachments");
        let call = Call::post(&url, DOING, &body);
        self.call(&call).map(|_| ()).map_err(|error| self.error(&call, error))
    }

    /// A session for a large file; `None` when the service takes it for a small one.
    fn session(
        &self,
        draft: &ItemId,
        file: &Attachment,
        size: u64,
    ) -> Result<Option<Session>, Error> {
        let item = SessionItem {
            attachment_type: "file",
            name: &file.filename,
            size,
            content_type: &file.content_type,
            is_inline: file.inline,
            content_id: file.content_id.as_deref(),
        };
        let body =
            serde_json::to_vec(&NewSession { item }).map_err(|error| unreadable(&error.into()))?;
        let url = self.message_url(draft, "/attachments/createUploadSession");
        let call = Call::post(&url, DOING, &body);
        let mut answer = self.json::<Session>(&call);
        // The draft was made a moment ago and may not be known everywhere yet (facts:
        // microsoft-graph 4.3).
        if let Err(Unsuccessful::Refused(refusal)) = &answer
            && refusal.status == 404
        {
            std::thread::sleep(self.patience.map_or(NOT_YET, |most| most.min(NOT_YET)));
            answer = self.json(&call);
        }
        match answer {
            Ok(session) if may_be_asked(&session.upload_url) => Ok(Some(session)),
            Ok(_) => Err(Error::Refused(format!(
                "{DOING}: the service names an address for the upload that is not secure"
            ))),
            Err(Unsuccessful::Refused(refusal))
                if refusal.is("ErrorAttachmentSizeShouldNotBeLessThanMinimumSize") =>
            {
                Ok(None)
            }
            Err(error) => Err(self.error(&call, error)),
        }
    }

    /// Sends a file piece by piece, one of them in memory.
    fn upload(&self, url: &str, size: u64, content: &mut dyn Read) -> Result<(), Error> {
        let longest = usize::try_from(size).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; longest];
        let mut at = 0;
        while at < size {
            let length = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
            content.read_exact(&mut piece[..length]).map_err(|error| unreadable(&error))?;
            self.upload_piece(url, at, &piece[..length], size)?;
            at += length as u64;
        }
        Ok(())
    }

    /// Sends what begins at byte `at`, again where an answer was lost: from where the session says,
    /// else the same piece, which it refuses when it has it already.
    fn upload_piece(&self, url: &str, at: u64, piece: &[u8], size: u64) -> Result<(), Error> {
        let end = at + piece.len() as u64;
        let (mut from, mut tries) = (at, 0);
        while from < end {
            tries += 1;
            // Inside the piece, for `from` lies between `at` and `end`.
            let rest = &piece[(from - at) as usize..];
            let range = format!("bytes {from}-{}/{size}", end - 1);
            let next = match self.ask_session("PUT", url, Some((range, rest))) {
                Ok(answer) => Progress::next(&answer).unwrap_or(end),
                Err(Error::Unknown(_) | Error::Unreachable(_)) if tries < TRIES => {
                    let told = self.ask_session("GET", url, None);
                    told.ok().and_then(|answer| Progress::next(&answer)).unwrap_or(from)
                }
                Err(Error::Gone(why)) => return Err(Error::Unreachable(why)),
                Err(error) => return Err(error),
            };
            if next < at || (next < end && tries >= TRIES) {
                return Err(Error::Unreachable(format!(
                    "{DOING}: the upload lost what it had; beginning anew"
                )));
            }
            from = next;
        }
        Ok(())
    }

    /// One request to the upload host, which knows us by the address alone.
    fn ask_session(
        &self,
        method: &'static str,
        url: &str,
        piece: Option<(String, &[u8])>,
    ) -> Result<Answer, Error> {
        let closed = |closed| self.closed(DOING, closed);
        let mut tries = 0;
        loop {
            tries += 1;
            let mut headers = Vec::new();
            if let Some((range, _)) = &piece {
                headers.push(("content-type", "application/octet-stream".to_owned()));
                headers.push(("content-range", range.clone()));
            }
            let request = Request {
                method,
                url,
                headers,
                body: piece.as_ref().map(|(_, bytes)| *bytes),
                deadline: self.patience.map_or(DEADLINE, |most| most.min(DEADLINE)),
                max_bytes: ANSWER_BYTES,
            };
            let pass = self.gate.enter(Turn::Prompt).map_err(closed)?;
            let outcome = self.http.send(&request);
            drop(pass);
            let answer = outcome.map_err(|failure| match failure {
                Failure::NotSent(why) => Error::Unreachable(why),
                Failure::Lost(why) => Error::Unknown(format!("{DOING}: {why}")),
                Failure::TooLarge(_) => Error::Unknown(format!("{DOING}: the answer is too long")),
            })?;
            if answer.is_success() {
                self.gate.answered();
                return Ok(answer);
            }
            let refusal = Refusal::read(&answer);
            if refusal.status == 429 || (refusal.status == 503 && answer.retry_after.is_some()) {
                let wait = self.gate.refused(answer.retry_after, refusal.is_crowded());
                if tries < TRIES {
                    continue;
                }
                return Err(Error::Throttled { wait, what: self.throttled(DOING) });
            }
            self.gate.answered();
            // The session is over or at another byte than we are: nothing is wrong with the letter.
            if matches!(refusal.status, 401 | 403 | 404 | 405 | 410 | 416) {
                let status = refusal.status;
                return Err(Error::Gone(format!(
                    "{DOING}: the upload was interrupted (HTTP {status}); beginning anew"
                )));
            }
            let about = About { doing: DOING, address: &self.address, reads: false };
            return Err(refusal.into_error(about));
        }
    }
}

/// Whether a file may be sent to an address: encrypted, or to this very machine.
fn may_be_asked(url: &str) -> bool {
    url.starts_with("https://")
        || (url.starts_with("http://") && http::is_loopback(http::host_of(url)))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::Unreachable(format!("{DOING}: it cannot be read from the database: {error}"))
}
