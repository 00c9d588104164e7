//! `…/messages/delta`: everything in a folder once, then what changed since
//! (facts: microsoft-graph 2.4). A position travels inside its link; nothing is kept for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::clock::read_iso;
use super::graph::{Call, Reply, page};
use super::ids::Named;
use super::mailbox::{Change, Mailbox};
use super::refusal::{self, Outcome, Refusal, refuse};
use super::show::{self, FIELDS, View};

/// How far a client has come, and the options of its first request.
#[derive(Clone, Debug, Default)]
struct Position {
    folder: u64,
    /// The generation of positions it belongs to.
    generation: u32,
    /// Place in the journal from which the next round starts.
    journal: usize,
    /// The last item given in the first round: its time and number; nothing in later rounds.
    after: Option<(i64, u64)>,
    select: Option<Vec<String>>,
    top: usize,
    since: Option<i64>,
    change: Option<Change>,
}

/// `GET …/messages/delta`.
pub(super) fn list(call: &Call<'_>, folder: &str) -> Outcome<Reply> {
    let mailbox = call.account.open(call.house);
    let folder = call.folder(&mailbox, folder)?;
    if let Some(token) = call.query.get("$skiptoken") {
        let position = Position::read(token, folder, &mailbox)?;
        return Ok(match position.after {
            Some(_) => first_round(call, &mailbox, position),
            None => later_round(call, &mailbox, position),
        });
    }
    if let Some(token) = call.query.get("$deltatoken") {
        let position = Position::read(token, folder, &mailbox)?;
        return Ok(later_round(call, &mailbox, position));
    }
    let position = options(call, folder, &mailbox)?;
    Ok(first_round(call, &mailbox, position))
}

/// Reads the options of a first request and refuses what delta does not take.
fn options(call: &Call<'_>, folder: u64, mailbox: &Mailbox) -> Outcome<Position> {
    let refused = |text: &str| refuse(400, "ErrorInvalidUrlQuery", text);
    if call.query.get("$search").is_some() {
        return Err(refused("The query parameter '$search' is not supported with delta."));
    }
    let order = call.query.get("$orderby").map(|order| order.to_ascii_lowercase());
    if order.is_some_and(|order| order != "receiveddatetime desc") {
        return Err(refused("Only '$orderby=receivedDateTime desc' is supported with delta."));
    }
    let since = match call.query.get("$filter") {
        None => None,
        Some(filter) => {
            let mut words = filter.split_whitespace();
            let (name, op, moment) = (words.next(), words.next(), words.next());
            let moment = moment.and_then(read_iso);
            match (name, op, moment, words.next()) {
                (Some("receivedDateTime"), Some("ge"), Some(moment), None) => Some(moment),
                (Some("receivedDateTime"), Some("gt"), Some(moment), None) => Some(moment + 1),
                _ => {
                    return Err(refused(
                        "The '$filter' parameter value is not supported for 'Messages' resource; \
                         only a value of 'receivedDateTime ge value' is supported.",
                    ));
                }
            }
        }
    };
    let change = match call.query.get("changeType") {
        None => None,
        Some("created") => Some(Change::Created),
        Some("updated") => Some(Change::Updated),
        Some("deleted") => Some(Change::Deleted),
        Some(_) => return Err(refused("The value of 'changeType' is not supported.")),
    };
    let known: Vec<&str> = FIELDS.into_iter().chain(["id"]).collect();
    let top = call.query.get("$top").map(|_| call.query.top()).transpose()?;
    Ok(Position {
        folder,
        generation: mailbox.generation,
        journal: mailbox.journal.len(),
        after: Some((i64::MAX, u64::MAX)),
        select: call.query.select(&known, "microsoft.graph.message")?,
        top: call.prefer.page_size.or(top).unwrap_or(10).clamp(1, 1000),
        since,
        change,
    })
}

/// A page of what lies in the folder, newest first; the last page carries the deltaLink.
fn first_round(call: &Call<'_>, mailbox: &Mailbox, mut position: Position) -> Reply {
    let view = View::of(position.select.clone());
    let after = position.after.unwrap_or((i64::MAX, u64::MAX));
    let mut value = Vec::new();
    let folder = mailbox.folders.get(&position.folder);
    let listed = position.change != Some(Change::Deleted);
    for (key, number) in folder.iter().filter(|_| listed).flat_map(|f| f.order.range(..after).rev())
    {
        let item = mailbox.item(*number);
        if position.since.is_some_and(|since| key.0 < since) {
            break;
        }
        if value.len() == position.top {
            return answered(call, value, "$skiptoken", &position);
        }
        position.after = Some(*key);
        value.extend(item.map(|item| show::message(call, mailbox, item, &view)));
    }
    position.after = None;
    answered(call, value, "$deltatoken", &position)
}

/// A page of what happened since; each item once, as it is now. A page of which nothing is left
/// to tell is empty and may still have a nextLink.
fn later_round(call: &Call<'_>, mailbox: &Mailbox, mut position: Position) -> Reply {
    let view = View::of(position.select.clone());
    let mut seen = std::collections::HashSet::new();
    let mut value = Vec::new();
    let entries = mailbox.journal.iter().enumerate().skip(position.journal);
    let entries = entries.filter(|(_, entry)| entry.folder == position.folder);
    for (read, (place, entry)) in entries.enumerate() {
        if read == position.top {
            return answered(call, value, "$skiptoken", &position);
        }
        position.journal = place + 1;
        let here = mailbox.item(entry.number).filter(|item| item.folder == position.folder);
        // A removal is told only while the item is away, a change only while it is here.
        let told = (entry.change == Change::Deleted) == here.is_none();
        let wanted = position.change.is_none_or(|wanted| wanted == entry.change);
        if !told || !wanted || !seen.insert((entry.number, here.is_some())) {
            continue;
        }
        value.push(match here {
            Some(item) => show::message(call, mailbox, item, &view),
            None => {
                let named = if call.prefer.immutable {
                    Named::Item(entry.number)
                } else {
                    Named::Place(entry.place)
                };
                json!({"@odata.type": "#microsoft.graph.message", "id": mailbox.ids.write(named),
                    "@removed": {"reason": "deleted"}})
            }
        });
    }
    position.journal = mailbox.journal.len();
    answered(call, value, "$deltatoken", &position)
}

fn answered(call: &Call<'_>, value: Vec<Value>, kind: &str, position: &Position) -> Reply {
    let link = format!("{}?{kind}={}", call.address, position.write());
    let context = call.context("mailFolders/messages/$delta");
    let mut page = page(context, value, None);
    let name = if kind == "$skiptoken" { "@odata.nextLink" } else { "@odata.deltaLink" };
    page[name] = Value::from(link);
    Reply::Json(200, page)
}

/// 410: the position is not, or no longer, known.
fn lost() -> Refusal {
    refuse(
        410,
        "SyncStateNotFound",
        "The sync state generation is not found; generation=149;[highest=157].",
    )
}

impl Position {
    fn write(&self) -> String {
        let change = match self.change {
            None => 0,
            Some(Change::Created) => 1,
            Some(Change::Updated) => 2,
            Some(Change::Deleted) => 3,
        };
        let text = json!([
            self.folder,
            self.generation,
            self.journal,
            self.after,
            self.select,
            self.top,
            self.since,
            change
        ]);
        URL_SAFE_NO_PAD.encode(text.to_string())
    }

    fn read(token: &str, folder: u64, mailbox: &Mailbox) -> Outcome<Self> {
        type After = Option<(i64, u64)>;
        type Parts = (u64, u32, usize, After, Option<Vec<String>>, usize, Option<i64>, u8);
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| lost())?;
        let parts: Parts = serde_json::from_slice(&bytes).map_err(|_| lost())?;
        let (its_folder, generation, journal, after, select, top, since, change) = parts;
        let known = its_folder == folder && generation == mailbox.generation;
        if !known || journal > mailbox.journal.len() || top == 0 {
            return Err(lost());
        }
        let change = match change {
            0 => None,
            1 => Some(Change::Created),
            2 => Some(Change::Updated),
            3 => Some(Change::Deleted),
            _ => return Err(refusal::id_malformed()),
        };
        Ok(Self { folder, generation, journal, after, select, top, since, change })
    }
}
