//! Lists of messages, of one folder or the whole mailbox, page by page
//! (facts: microsoft-graph 2.2).

use serde_json::Value;

use super::filter::Filter;
use super::graph::{Call, Reply, page};
use super::mailbox::{Item, Mailbox, RECOVERABLE, SENT};
use super::odata::encoded;
use super::refusal::{self, Outcome};
use super::show::{self, View};

/// `GET …/messages`.
pub(super) fn list(call: &Call<'_>, folder: Option<&str>) -> Outcome<Reply> {
    let mailbox = call.account.open(call.house);
    let folder = folder.map(|id| call.folder(&mailbox, id)).transpose()?;
    if folder == Some(RECOVERABLE) && call.house.settings.switches.recoverable_listing_refused {
        return Err(refusal::access_denied());
    }
    let (top, skip) = (call.query.top()?, call.query.skip()?);
    let view = View::read(call)?;
    let filter = call.query.get("$filter").map(Filter::read).transpose()?;
    let rising = order(call, filter.as_ref())?;
    let fits = |item: &&Item| {
        !mailbox.hidden(item.number)
            && match folder {
                Some(folder) => item.folder == folder,
                None => item.folder != RECOVERABLE,
            }
            && filter.as_ref().is_none_or(|filter| filter.holds(item))
    };
    // Without a filter all of a folder fits, but for letters on their way to Sent Items, and what
    // is skipped need not be looked at: a hundred thousand letters are paged through in no time.
    let jump = if filter.is_none() && folder.is_some_and(|one| one != SENT) { skip } else { 0 };
    let candidates = candidates(&mailbox, folder, filter.as_ref(), rising, jump);
    let mut matching = candidates.filter(fits).skip(skip - jump);
    let shown: Vec<Value> = matching
        .by_ref()
        .take(top)
        .map(|item| show::message(call, &mailbox, item, &view))
        .collect();
    let left = if call.query.is_true("$count") {
        matching.count()
    } else {
        usize::from(matching.next().is_some())
    };
    let end = skip + shown.len();
    let next = (left > 0).then(|| next_link(call, end));
    let place =
        call.request.path().rsplit_once("/users/").map_or("messages", |(_, rest)| {
            rest.split_once('/').map_or("messages", |(_, rest)| rest)
        });
    let mut page = page(call.context(place), shown, next);
    if call.query.is_true("$count") {
        page["@odata.count"] = Value::from(end + left);
    }
    Ok(Reply::Json(200, page))
}

/// Whether the order rises; refuses orders the service cannot keep together with the filter.
fn order(call: &Call<'_>, filter: Option<&Filter>) -> Outcome<bool> {
    if call.query.get("$search").is_some() {
        return Err(refusal::refuse(
            501,
            "NotImplemented",
            "$search is not part of this practice.",
        ));
    }
    let Some(text) = call.query.get("$orderby") else { return Ok(false) };
    let mut words = text.split_whitespace();
    let (property, way) = (words.next().unwrap_or_default(), words.next().unwrap_or("asc"));
    if property != "receivedDateTime" || words.next().is_some() {
        return Err(refusal::inefficient());
    }
    // Every property of the order must stand in the filter too, and before the others.
    if filter.is_some_and(|filter| filter.properties.first().is_none_or(|first| first != property))
    {
        return Err(refusal::inefficient());
    }
    match way.to_ascii_lowercase().as_str() {
        "asc" => Ok(true),
        "desc" => Ok(false),
        _ => Err(refusal::bad_request(format!("Invalid value '{text}' for $orderby."))),
    }
}

/// The items that may be on the list, in its order; the first `jump` of a folder are left out.
fn candidates<'m>(
    mailbox: &'m Mailbox,
    folder: Option<u64>,
    filter: Option<&Filter>,
    rising: bool,
    jump: usize,
) -> Box<dyn Iterator<Item = &'m Item> + 'm> {
    let item = |number: &u64| mailbox.items.get(number);
    if let Some(id) = filter.and_then(Filter::message_id) {
        let mut found: Vec<&Item> = mailbox.with_message_id(id).iter().filter_map(item).collect();
        found.sort_by_key(|item| (item.received, item.number));
        if !rising {
            found.reverse();
        }
        return Box::new(found.into_iter());
    }
    if let Some(folder) = folder {
        let Some(folder) = mailbox.folders.get(&folder) else {
            return Box::new(std::iter::empty());
        };
        let numbers = folder.order.values();
        return if rising {
            Box::new(numbers.skip(jump).filter_map(item))
        } else {
            Box::new(numbers.rev().skip(jump).filter_map(item))
        };
    }
    let mut all: Vec<(i64, u64)> =
        mailbox.items.values().map(|item| (item.received, item.number)).collect();
    all.sort_unstable();
    if !rising {
        all.reverse();
    }
    Box::new(all.into_iter().filter_map(move |(_, number)| mailbox.items.get(&number)))
}

/// The absolute address of the next page: the request as it came, with `$skip`.
pub(super) fn next_link(call: &Call<'_>, skip: usize) -> String {
    let mut link = format!("{}?", call.address);
    for (name, value) in &call.query.pairs {
        if !name.eq_ignore_ascii_case("$skip") {
            link.push_str(&format!("{}={}&", encoded(name), encoded(value)));
        }
    }
    format!("{link}%24skip={skip}")
}
