//! Following a folder by delta: what came, what left, and where to go on (facts: microsoft-graph
//! 2.4). A hint that spares listing everything; whoever follows also lists the whole now and then.

use super::reading::{FIELDS, PAGE, listed};
use super::shapes::{Collection, Item};
use super::{Call, Graph, Unsuccessful};
use crate::mailbox::http::encode;
use crate::mailbox::{Changes, Error, Next, PagePosition};

impl Graph {
    /// One step of a round of delta.
    pub(super) fn follow(&self, position: Option<&PagePosition>) -> Result<Changes, Error> {
        let doing = format!("following the folder {}", self.folder);
        self.forget_folders();
        let page = match position {
            Some(position) => {
                let url = self.checked(position.0.clone())?;
                let call = Call::get(&url, &doing);
                match self.json(&call) {
                    // The folder the link belongs to is gone, and its position with it.
                    Err(Unsuccessful::Refused(refusal)) if refusal.is_missing_folder() => {
                        return Err(Error::ListExpired(format!(
                            "{doing}: the position has expired"
                        )));
                    }
                    other => other.map_err(|error| self.error(&call, error))?,
                }
            }
            None => self.in_the_folder(&doing, |folder| {
                let folder = encode(folder);
                let base = &self.base;
                let url =
                    format!("{base}/mailFolders/{folder}/messages/delta?{FIELDS}&$top={PAGE}");
                self.with_sizes(&url, &doing)
            })?,
        };
        changes(page).ok_or_else(|| {
            Error::Unreachable(format!("{doing}: the answer does not say where to go on"))
        })
    }
}

fn changes(page: Collection<Item>) -> Option<Changes> {
    let next = match (page.next_link, page.delta_link) {
        (Some(link), _) => Next::More(PagePosition(link)),
        (None, Some(link)) => Next::Later(PagePosition(link)),
        (None, None) => return None,
    };
    let (left, items): (Vec<Item>, Vec<Item>) =
        page.value.into_iter().partition(|item| item.removed.is_some());
    let left = left.iter().filter_map(Item::item_id).collect();
    Some(Changes { items: listed(items), left, next })
}
