//! The parts of Graph's JSON we read. Every field may be missing or null, and unknown ones are
//! ignored (facts: microsoft-graph 2.1).

use serde::Deserialize;

use crate::mail::MessageId;
use crate::mailbox::{ItemId, Listed};
use crate::time::Timestamp;

/// MAPI's size of a message (PidTagMessageSize); v1.0 has no property for it.
pub(super) const SIZE: &str = "Integer 0x0E08";

/// A page of a collection.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Collection<T> {
    #[serde(default = "Vec::new")]
    pub(super) value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    pub(super) next_link: Option<String>,
    /// At the end of a round of delta: where the next round begins.
    #[serde(rename = "@odata.deltaLink", default)]
    pub(super) delta_link: Option<String>,
}

/// A message, as far as we look at it in JSON.
#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) id: Option<String>,
    internet_message_id: Option<String>,
    pub(super) subject: Option<String>,
    received_date_time: Option<String>,
    pub(super) parent_folder_id: Option<String>,
    pub(super) is_draft: Option<bool>,
    single_value_extended_properties: Option<Vec<Property>>,
    /// In delta: it left the folder.
    #[serde(rename = "@removed")]
    pub(super) removed: Option<serde_json::Value>,
}

#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default)]
struct Property {
    id: Option<String>,
    value: Option<String>,
}

/// A folder.
#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Folder {
    pub(super) id: Option<String>,
    pub(super) display_name: Option<String>,
}

impl Item {
    pub(super) fn message_id(&self) -> Option<MessageId> {
        self.internet_message_id.as_deref().and_then(MessageId::new)
    }

    pub(super) fn item_id(&self) -> Option<ItemId> {
        self.id.clone().map(ItemId)
    }

    /// The item as a line of a listing; `None` without an id, for then nothing can be done with it.
    /// Without a readable time of receipt it counts as received at `otherwise`.
    pub(super) fn listed(self, otherwise: Timestamp) -> Option<Listed> {
        let message_id = self.message_id();
        let received = self.received_date_time.as_deref().and_then(|at| at.parse().ok());
        let size = self
            .single_value_extended_properties
            .unwrap_or_default()
            .iter()
            .find(|property| property.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(SIZE)))
            .and_then(|property| property.value.as_deref())
            .and_then(|value| value.parse().ok());
        Some(Listed {
            item: ItemId(self.id?),
            message_id,
            received_at: received.unwrap_or(otherwise),
            size,
        })
    }
}
