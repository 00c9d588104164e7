//! Drafting a whole message, sending the draft, and finding out what became of it (facts:
//! microsoft-graph 4.2, 4.3).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::shapes::{Collection, Item};
use super::{Call, Graph, Unsuccessful};
use crate::mail::MessageId;
use crate::mailbox::http::encode;
use crate::mailbox::{Draft, Error, ItemId, Limits, Mailbox, SentState};

/// The largest request body the service takes is about 4 MB (facts: microsoft-graph 4.2), and base64
/// adds a third. The other is the most an administrator can allow (4.7); below it the service itself
/// says what is too much.
pub(super) const LIMITS: Limits = Limits { in_one_piece: 3_000_000, in_all: 150 * 1_048_576 };

/// Messages of a folder that are looked through for a lost one, the newest.
const NEWEST: usize = 100;

/// Of these, those of the same subject that are looked into.
const ALIKE: usize = 20;

/// Characters of a subject by which it is known.
const SUBJECT: usize = 200;

/// A larger one is not looked into: its files went up by themselves.
const ALIKE_BYTES: u64 = 8 << 20;

/// How long looking into one may take.
const ALIKE_PATIENCE: Duration = Duration::from_secs(30);

impl Graph {
    /// Makes a draft from MIME, which is sent as base64.
    pub(super) fn make_draft(&self, raw: &[u8]) -> Result<Draft, Error> {
        if raw.len() as u64 > LIMITS.in_one_piece {
            return Err(Error::Refused(format!(
                "the message has {:.1} MB without its large attachments; the service takes at most \
                 {:.1} MB in one piece; write less text",
                raw.len() as f64 / 1e6,
                LIMITS.in_one_piece as f64 / 1e6
            )));
        }
        let body = STANDARD.encode(raw);
        let url = format!("{}/messages", self.base);
        let call = Call {
            content_type: Some("text/plain"),
            may_repeat: false,
            ..Call::post(&url, "drafting a message", body.as_bytes())
        };
        let draft: Item = self.json(&call).map_err(|error| self.error(&call, error))?;
        let item = draft.item_id().ok_or_else(|| {
            Error::Unknown("drafting a message: the answer names no id".to_owned())
        })?;
        let message_id = match draft.message_id() {
            Some(id) => Some(id),
            None => self.message_id_of(&item)?,
        };
        Ok(Draft { item, message_id })
    }

    fn message_id_of(&self, item: &ItemId) -> Result<Option<MessageId>, Error> {
        let url = self.message_url(item, "?$select=id,internetMessageId");
        let call = Call::get(&url, "reading a draft back");
        let draft: Item = self.json(&call).map_err(|error| self.error(&call, error))?;
        Ok(draft.message_id())
    }

    /// Removes a draft; one that is not there is removed.
    pub(super) fn discard_draft(&self, draft: &ItemId) -> Result<(), Error> {
        let url = self.message_url(draft, "");
        let call = Call { method: "DELETE", ..Call::get(&url, "taking a draft back") };
        match self.call(&call) {
            // The second is what is said of one that lies in Recoverable Items already (facts:
            // microsoft-graph 3.4).
            Err(Unsuccessful::Refused(refusal))
                if refusal.is_gone() || refusal.is("ErrorCannotDeleteObject") =>
            {
                Ok(())
            }
            other => other.map(|_| ()).map_err(|error| self.error(&call, error)),
        }
    }

    /// Sends a draft. A draft that is not there (any more) is [`Error::Gone`]: it may have left.
    pub(super) fn send_draft(&self, draft: &ItemId) -> Result<(), Error> {
        let url = self.message_url(draft, "/send");
        // The service insists on `Content-Length: 0`.
        let call = Call { may_repeat: false, ..Call::post(&url, "sending a draft", b"") };
        self.call(&call).map(|_| ()).map_err(|error| self.error(&call, error))
    }

    /// What became of a draft.
    pub(super) fn state_of(
        &self,
        draft: &ItemId,
        message_id: Option<&MessageId>,
    ) -> Result<SentState, Error> {
        let url = self.message_url(draft, "?$select=id,isDraft,parentFolderId");
        let call = Call::get(&url, "looking for a draft");
        match self.json::<Item>(&call) {
            Ok(found) if found.is_draft == Some(false) => Ok(SentState::Sent),
            Ok(_) => Ok(SentState::Draft),
            Err(Unsuccessful::Refused(refusal)) if refusal.is_gone() => {
                let Some(message_id) = message_id else { return Ok(SentState::Missing) };
                let found = self.find_sent_or_draft(message_id)?;
                Ok(found.map_or(SentState::Missing, |(_, state)| state))
            }
            Err(error) => Err(self.error(&call, error)),
        }
    }

    /// A message of ours by its Message-ID, in Sent Items first.
    pub(super) fn find_sent_or_draft(
        &self,
        message_id: &MessageId,
    ) -> Result<Option<(Draft, SentState)>, Error> {
        for (folder, state) in [("sentitems", SentState::Sent), ("drafts", SentState::Draft)] {
            let found = self.find_in(folder, message_id)?;
            if let Some(item) = found {
                let message_id = Some(message_id.clone());
                return Ok(Some((Draft { item, message_id }, state)));
            }
        }
        Ok(None)
    }

    /// A message of ours that is known by its bytes, among the newest of its subject.
    pub(super) fn find_by_words(
        &self,
        state: SentState,
        subject: &str,
        is_it: &dyn Fn(&ItemId, &[u8]) -> bool,
    ) -> Result<Option<ItemId>, Error> {
        let folder = match state {
            SentState::Sent => "sentitems",
            SentState::Draft => "drafts",
            SentState::Missing => return Ok(None),
        };
        // The service may keep no more of a subject.
        let begins = |text: &str| text.trim().chars().take(SUBJECT).collect::<String>();
        let wanted = begins(subject);
        let url = format!(
            "{}/mailFolders/{folder}/messages?$select=id,subject&$top={NEWEST}&$orderby={}",
            self.base,
            encode("receivedDateTime desc")
        );
        let call = Call::get(&url, "looking for a letter of ours by its words");
        let newest: Collection<Item> =
            self.json(&call).map_err(|error| self.error(&call, error))?;
        let alike = newest
            .value
            .iter()
            .filter(|item| begins(item.subject.as_deref().unwrap_or_default()) == wanted)
            .filter_map(Item::item_id);
        for id in alike.take(ALIKE) {
            match self.fetch(&id, ALIKE_BYTES, ALIKE_PATIENCE) {
                Ok(raw) if is_it(&id, &raw) => return Ok(Some(id)),
                // Another one, or sent or deleted meanwhile.
                Ok(_) | Err(Error::Gone(_) | Error::TooLarge { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
