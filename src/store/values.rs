//! How the house's own types stand in columns: times and words as text, ids as integers, the people of
//! a header as JSON.

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::desk::figures::What;
use crate::desk::ledger::{Original, Outcome};
use crate::desk::notice::Event;
use crate::desk::ticket::{
    AgentId, ArticleId, AttachmentId, DraftFileId, DraftId, Kind, LedgerId, LinkKind, Machine,
    OutboxId, PersonId, Priority, Role, State, TicketNumber, Verdict,
};
use crate::mail::{Address, MessageId, Protection};
use crate::time::Timestamp;

/// The text in a column, borrowed: for where there are thousands of rows.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// Reads a column of JSON of our own making.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(column: Option<String>) -> Option<T> {
    column.and_then(|text| serde_json::from_str(&text).ok())
}

/// The people of an article's header, as its column `people` holds them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct People {
    pub(super) from: Option<Address>,
    pub(super) reply_to: Vec<Address>,
    pub(super) to: Vec<Address>,
    pub(super) cc: Vec<Address>,
    pub(super) bcc: Vec<Address>,
}

impl People {
    /// Everybody it names.
    pub(super) fn everybody(&self) -> impl Iterator<Item = &Address> {
        let lists = [&self.reply_to, &self.to, &self.cc, &self.bcc];
        self.from.iter().chain(lists.into_iter().flatten())
    }

    /// Reads the column. The table's CHECK makes sure that it is JSON of our own making.
    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

impl ToSql for MessageId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for MessageId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::new(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Protection {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Signed => "signed",
            Self::Encrypted => "encrypted",
        }
        .into())
    }
}

impl FromSql for Protection {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "signed" => Ok(Self::Signed),
            "encrypted" => Ok(Self::Encrypted),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

macro_rules! ids {
    ($($name:ident),+) => { $(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map(Self)
            }
        }
    )+ };
}

ids!(
    TicketNumber,
    ArticleId,
    AttachmentId,
    LedgerId,
    OutboxId,
    AgentId,
    PersonId,
    DraftId,
    DraftFileId
);

macro_rules! words {
    ($($name:ident),+) => { $(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str()?.parse().map_err(|error| FromSqlError::Other(Box::new(error)))
            }
        }
    )+ };
}

words!(State, Priority, Kind, Machine, Role, Outcome, Original, LinkKind, Verdict, Event, What);
