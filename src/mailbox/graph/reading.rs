//! Listing folders and finding messages in them (facts: microsoft-graph 2.2, 3.4).

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::folders::RECOVERABLE;
use super::shapes::{Collection, Item, SIZE};
use super::{Call, Graph, Unsuccessful};
use crate::mail::MessageId;
use crate::mailbox::http::encode;
use crate::mailbox::{Error, ItemId, Listed, Mailbox, Page, PagePosition, Sought};
use crate::time::Timestamp;

/// Messages per page. The service allows a thousand; without bodies half of that is quick.
pub(super) const PAGE: u32 = 500;

/// Messages looked into at most when one is recognised by its bytes.
const LOOKED_INTO: usize = 20;

/// The largest of them, in bytes, and how long fetching it may take.
const LARGEST: u64 = 160 << 20;
const PATIENCE: Duration = Duration::from_secs(600);

/// What a listing says of each message.
pub(super) const FIELDS: &str = "$select=id,internetMessageId,receivedDateTime";

impl Graph {
    /// One page of the folder we take in from.
    pub(super) fn list_folder(&self, position: Option<&PagePosition>) -> Result<Page, Error> {
        let doing = format!("listing the folder {}", self.folder);
        if position.is_some() {
            return self.page(position, String::new(), &doing);
        }
        self.forget_folders();
        self.in_the_folder(&doing, |folder| self.first_page(folder, &doing).map(page))
    }

    /// Asks something about the folder we take in from. A remembered id may belong to a folder that
    /// was deleted and made again, so it is looked for once more.
    pub(super) fn in_the_folder<T>(
        &self,
        doing: &str,
        ask: impl Fn(&str) -> Result<T, Unsuccessful>,
    ) -> Result<T, Error> {
        for retry in [true, false] {
            let Some(folder) = self.folder_id(&self.folder)? else { return Err(self.no_folder()) };
            match ask(&folder) {
                Err(Unsuccessful::Refused(refusal)) if refusal.is_missing_folder() => {
                    self.forget_folder(&self.folder);
                    if !retry {
                        return Err(self.no_folder());
                    }
                }
                Err(error) => return Err(self.error(&Call::get("", doing), error)),
                Ok(answer) => return Ok(answer),
            }
        }
        Err(self.no_folder())
    }

    fn no_folder(&self) -> Error {
        Error::Refused(format!(
            "there is no folder {} in {}; make it in the mailbox, or change folder",
            self.folder, self.address
        ))
    }

    /// One page of Recoverable Items.
    pub(super) fn list_recoverable(&self, position: Option<&PagePosition>) -> Result<Page, Error> {
        let url = format!(
            "{}/mailFolders/{RECOVERABLE}/messages?{FIELDS}&$top={PAGE}&$orderby={}",
            self.base,
            encode("receivedDateTime asc")
        );
        self.page(position, url, "listing Recoverable Items")
    }

    fn page(
        &self,
        position: Option<&PagePosition>,
        first: String,
        doing: &str,
    ) -> Result<Page, Error> {
        let url = match position {
            Some(position) => self.checked(position.0.clone())?,
            None => first,
        };
        let call = Call::get(&url, doing);
        self.json(&call).map(page).map_err(|error| self.error(&call, error))
    }

    fn first_page(&self, folder: &str, doing: &str) -> Result<Collection<Item>, Unsuccessful> {
        let url = format!(
            "{}/mailFolders/{}/messages?{FIELDS}&$top={PAGE}&$orderby={}",
            self.base,
            encode(folder),
            encode("receivedDateTime asc")
        );
        self.with_sizes(&url, doing)
    }

    /// Asks for a page of messages with their sizes, and without where that is refused.
    pub(super) fn with_sizes(
        &self,
        url: &str,
        doing: &str,
    ) -> Result<Collection<Item>, Unsuccessful> {
        if self.asks_sizes.load(Ordering::Relaxed) {
            let expand = format!("singleValueExtendedProperties($filter=id eq '{SIZE}')");
            let with = format!("{url}&$expand={}", encode(&expand));
            match self.json(&Call::get(&with, doing)) {
                Err(Unsuccessful::Refused(refusal)) if refusal.status == 400 => {
                    self.asks_sizes.store(false, Ordering::Relaxed);
                    log::warn!(target: "graph", "listing with sizes is refused; going on without");
                }
                other => return other,
            }
        }
        self.json(&Call::get(url, doing))
    }

    /// A link the service gave, if it leads to the service: a token is sent nowhere else.
    pub(super) fn checked(&self, link: String) -> Result<String, Error> {
        let ours = link.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/'));
        if ours {
            return Ok(link);
        }
        Err(Error::Refused(format!(
            "the next page is said to be on another host than {}; not going there",
            self.origin
        )))
    }

    /// The first message with this Message-ID in a folder: good enough for ids of our own making.
    pub(super) fn find_in(
        &self,
        folder: &str,
        message_id: &MessageId,
    ) -> Result<Option<ItemId>, Error> {
        let found = self.all_in(folder, &by_message_id(message_id))?;
        Ok(found.first().and_then(Item::item_id))
    }

    /// The message that is sought, in a folder: recognised by its bytes, and taken by nobody else.
    pub(super) fn find_sought(
        &self,
        folder: &str,
        sought: &Sought<'_>,
    ) -> Result<Option<ItemId>, Error> {
        let filter = match sought.message_id {
            Some(id) => by_message_id(id),
            None => format!(
                "receivedDateTime ge {} and receivedDateTime lt {}",
                sought.received_at,
                sought.received_at.plus_seconds(1)
            ),
        };
        let found = self.all_in(folder, &filter)?;
        for id in found.iter().filter_map(Item::item_id).take(LOOKED_INTO) {
            match self.fetch(&id, LARGEST, PATIENCE) {
                Ok(raw) if (sought.is_it)(&raw) => {
                    if (sought.take)(&id) {
                        return Ok(Some(id));
                    }
                }
                // What lacks the Message-ID it was found by came damaged, and proves nothing.
                Ok(raw) if sought.message_id.is_some_and(|id| !names(&raw, id)) => {
                    return Err(Error::Unreachable(
                        "looking into a message: it came damaged; trying again".to_owned(),
                    ));
                }
                Ok(_) => {}
                // The folder has just shown it.
                Err(Error::Gone(why)) => return Err(Error::Unreachable(why)),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The messages of a folder that match a filter.
    fn all_in(&self, folder: &str, filter: &str) -> Result<Vec<Item>, Error> {
        let url = format!(
            "{}/mailFolders/{}/messages?$select=id&$top=50&$filter={}",
            self.base,
            encode(folder),
            encode(filter)
        );
        let call = Call::get(&url, "looking for a message by what is known of it");
        match self.json::<Collection<Item>>(&call) {
            Ok(found) => Ok(found.value),
            // Its id was known a moment ago; that it holds nothing does not follow.
            Err(Unsuccessful::Refused(refusal)) if refusal.is_missing_folder() => {
                Err(Error::Unreachable(format!("{}: the folder was not found", call.doing)))
            }
            Err(error) => Err(self.error(&call, error)),
        }
    }
}

/// Whether bytes name this Message-ID anywhere.
fn names(raw: &[u8], id: &MessageId) -> bool {
    let id = id.as_str().as_bytes();
    raw.windows(id.len()).any(|window| window == id)
}

fn by_message_id(id: &MessageId) -> String {
    format!("internetMessageId eq '<{}>'", id.as_str().replace('\'', "''"))
}

fn page(collection: Collection<Item>) -> Page {
    Page { items: listed(collection.value), next: collection.next_link.map(PagePosition) }
}

/// Items as lines of a listing.
pub(super) fn listed(items: Vec<Item>) -> Vec<Listed> {
    let count = items.len();
    // A message without a time of receipt is as old as can be: it is then never answered.
    let oldest = Timestamp::from_unix(0);
    let listed: Vec<_> = items.into_iter().filter_map(|item| item.listed(oldest)).collect();
    if listed.len() < count {
        log::warn!(target: "graph", "{} listed items have no id", count - listed.len());
    }
    listed
}
