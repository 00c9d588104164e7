//! One mailbox: its folders, what lies in them and in which order, and what may be done to it.
//! Knows no HTTP. Every item has a lasting number and one for the place where it lies now; a move
//! gives a new place (facts: microsoft-graph 2.5).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::facts::{self, Facts, Importance};
use super::ids::{Ids, hashed};

/// The well-known folders every mailbox has: name in URLs, display name, hidden.
pub(super) const WELL_KNOWN: [(&str, &str, bool); 16] = [
    ("msgfolderroot", "Top of Information Store", false),
    ("inbox", "Inbox", false),
    ("drafts", "Drafts", false),
    ("sentitems", "Sent Items", false),
    ("deleteditems", "Deleted Items", false),
    ("junkemail", "Junk Email", false),
    ("outbox", "Outbox", false),
    ("archive", "Archive", false),
    ("conversationhistory", "Conversation History", false),
    ("recoverableitemsdeletions", "Deletions", true),
    ("clutter", "Clutter", true),
    ("conflicts", "Conflicts", true),
    ("localfailures", "Local Failures", true),
    ("serverfailures", "Server Failures", true),
    ("syncissues", "Sync Issues", true),
    ("scheduled", "Scheduled", true),
];
/// Numbers of well-known folders, by their place in [`WELL_KNOWN`].
pub(super) const ROOT: u64 = 1;
pub(super) const INBOX: u64 = 2;
pub(super) const DRAFTS: u64 = 3;
pub(super) const SENT: u64 = 4;
pub(super) const DELETED: u64 = 5;
pub(super) const RECOVERABLE: u64 = 10;

/// The bytes of a letter, wherever they are kept.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Disk(PathBuf),
    Packed(Arc<[u8]>),
}

impl Kept {
    pub(super) fn pack(raw: &[u8]) -> Self {
        // Compressing into memory only fails for want of it.
        let packed = zstd::bulk::compress(raw, 1).unwrap_or_default();
        Self::Packed(packed.into())
    }

    pub(super) fn read(&self) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Disk(path) => std::fs::read(path),
            Self::Packed(packed) => zstd::stream::decode_all(&packed[..]),
        }
    }
}

/// One message of a mailbox.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) number: u64,
    pub(super) place: u64,
    pub(super) folder: u64,
    pub(super) received: i64,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) version: u32,
    pub(super) read: bool,
    pub(super) draft: bool,
    pub(super) flag: &'static str,
    pub(super) importance: Importance,
    pub(super) categories: Vec<String>,
    pub(super) inference: &'static str,
    /// MAPI properties set through `singleValueExtendedProperties`.
    pub(super) properties: Vec<(String, String)>,
    pub(super) facts: Facts,
    pub(super) kept: Kept,
    /// When its retention in Recoverable Items ends (seconds).
    pub(super) end: Option<i64>,
}

/// One folder and the order of its items.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) parent: u64,
    pub(super) name: String,
    pub(super) hidden: bool,
    /// By the time received, then by the order of arrival; both rise.
    pub(super) order: BTreeMap<(i64, u64), u64>,
    pub(super) unread: usize,
}

/// What happened to an item in a folder, for delta.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Created,
    Updated,
    Deleted,
}

/// One line of the journal delta is answered from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) folder: u64,
    pub(super) number: u64,
    pub(super) place: u64,
    pub(super) change: Change,
}

/// How a draft leaves.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    /// When it was sent, in seconds.
    pub(super) now: i64,
    /// From when on its copy shows in Sent Items, in milliseconds.
    pub(super) due: i64,
    /// Until then it shows as a draft, not nowhere.
    pub(super) shows_as_draft: bool,
    /// Its bytes from then on, if they change by sending.
    pub(super) raw: Option<Vec<u8>>,
}

/// A mailbox and everything in it.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) ids: Ids,
    pub(super) folders: BTreeMap<u64, Folder>,
    pub(super) items: HashMap<u64, Item>,
    places: HashMap<u64, u64>,
    by_message_id: HashMap<u64, Vec<u64>>,
    next: u64,
    /// Letters on their way to Sent Items, in no folder anybody sees: number and due (milliseconds).
    leaving: BTreeMap<u64, i64>,
    /// Letters sent that still show as drafts: number and how they will leave.
    lingering: BTreeMap<u64, Departure>,
    /// Ends of retention (seconds) in Recoverable Items, and numbers.
    ends: BTreeSet<(i64, u64)>,
    pub(super) journal: Vec<Entry>,
    /// Names of `X-` headers the mailbox has met in JSON, lower case (facts: 4.2).
    pub(super) primed: HashSet<String>,
    /// Items sent once already, by every number they had.
    pub(super) sent: HashSet<u64>,
    /// Letters on their way into the Inbox: when they arrive (milliseconds) and in which order.
    expected: BTreeMap<(i64, u64), Vec<u8>>,
    /// How many letters from here each outside address answered, in lower case.
    pub(super) answered: HashMap<String, u32>,
    pub(super) retention_days: u32,
    /// Its quota is used up: nothing new is taken, what is there can be moved and deleted.
    pub(super) full: bool,
    /// Grows when every delta position is to be forgotten; a position of another one is lost.
    pub(super) generation: u32,
}

impl Mailbox {
    pub(super) fn new(key: [u8; 16], retention_days: u32) -> Self {
        let folder = |number: usize, name: &str, hidden| Folder {
            parent: if number == 0 || hidden && name == "Deletions" { 0 } else { ROOT },
            name: name.to_owned(),
            hidden,
            order: BTreeMap::new(),
            unread: 0,
        };
        let folders = (0..)
            .zip(WELL_KNOWN)
            .map(|(n, (_, name, hidden))| (n as u64 + 1, folder(n, name, hidden)));
        Self {
            ids: Ids::new(key),
            folders: folders.collect(),
            items: HashMap::new(),
            places: HashMap::new(),
            by_message_id: HashMap::new(),
            next: 1000,
            leaving: BTreeMap::new(),
            lingering: BTreeMap::new(),
            ends: BTreeSet::new(),
            journal: Vec::new(),
            primed: HashSet::new(),
            sent: HashSet::new(),
            expected: BTreeMap::new(),
            answered: HashMap::new(),
            retention_days,
            full: false,
            generation: 149,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Does what time alone does: answers arrive, copies arrive in Sent Items, old letters leave
    /// Recoverable Items.
    pub(super) fn settle(&mut self, now_millis: i64) {
        if !self.leaving.is_empty() {
            self.leaving.retain(|_, due| *due > now_millis);
        }
        let copied = self.lingering.iter().filter(|(_, departure)| departure.due <= now_millis);
        for number in copied.map(|(number, _)| *number).collect::<Vec<_>>() {
            if let Some(departure) = self.lingering.remove(&number) {
                self.leave(number, departure);
            }
        }
        while let Some(first) = self.expected.first_entry().filter(|it| it.key().0 <= now_millis) {
            let ((due, _), raw) = first.remove_entry();
            self.add(INBOX, Kept::pack(&raw), facts::read(&raw), due.div_euclid(1000), false);
        }
        while let Some(&(end, number)) = self.ends.first() {
            if end > now_millis.div_euclid(1000) {
                break;
            }
            self.ends.pop_first();
            if self.items.get(&number).is_some_and(|item| item.end == Some(end)) {
                self.erase(number);
            }
        }
    }

    /// Lets a letter arrive in the Inbox at `due` (milliseconds).
    pub(super) fn expect(&mut self, due: i64, raw: Vec<u8>) {
        let number = self.number();
        self.expected.insert((due, number), raw);
    }

    /// Puts a letter into a folder.
    pub(super) fn add(
        &mut self,
        folder: u64,
        kept: Kept,
        facts: Facts,
        received: i64,
        draft: bool,
    ) -> u64 {
        let (number, place) = (self.number(), self.number());
        let item = Item {
            number,
            place,
            folder,
            received,
            created: received,
            modified: received,
            version: 1,
            read: draft,
            draft,
            flag: "notFlagged",
            importance: facts.importance,
            categories: Vec::new(),
            inference: "focused",
            properties: Vec::new(),
            facts,
            kept,
            end: None,
        };
        self.insert(item);
        number
    }

    fn insert(&mut self, item: Item) {
        let (number, place, folder) = (item.number, item.place, item.folder);
        if let Some(id) = &item.facts.message_id {
            self.by_message_id.entry(hashed(id)).or_default().push(number);
        }
        self.places.insert(place, number);
        self.journal.push(Entry { folder, number, place, change: Change::Created });
        if let Some(folder) = self.folders.get_mut(&folder) {
            folder.order.insert((item.received, number), number);
            folder.unread += usize::from(!item.read);
        }
        self.items.insert(number, item);
    }

    /// Takes an item out of every table.
    fn take(&mut self, number: u64) -> Option<Item> {
        let item = self.items.remove(&number)?;
        self.places.remove(&item.place);
        if let Some(id) = &item.facts.message_id
            && let Some(numbers) = self.by_message_id.get_mut(&hashed(id))
        {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.by_message_id.remove(&hashed(id));
            }
        }
        if let Some(folder) = self.folders.get_mut(&item.folder) {
            folder.order.remove(&(item.received, number));
            folder.unread -= usize::from(!item.read);
        }
        let (folder, place) = (item.folder, item.place);
        self.journal.push(Entry { folder, number, place, change: Change::Deleted });
        Some(item)
    }

    /// Removes an item for good.
    pub(super) fn erase(&mut self, number: u64) {
        self.take(number);
    }

    /// Moves an item; `lasting` keeps its lasting number. Answers with its number afterwards.
    pub(super) fn shift(
        &mut self,
        number: u64,
        folder: u64,
        now: i64,
        lasting: bool,
    ) -> Option<u64> {
        if self.items.get(&number)?.folder == folder {
            return Some(number);
        }
        let mut item = self.take(number)?;
        item.place = self.number();
        if !lasting {
            item.number = self.number();
        }
        item.folder = folder;
        item.modified = now;
        item.version += 1;
        item.end = None;
        if folder == RECOVERABLE {
            let end = now.saturating_add(i64::from(self.retention_days) * 86_400);
            self.ends.insert((end, item.number));
            item.end = Some(end);
        }
        let number = item.number;
        self.insert(item);
        Some(number)
    }

    /// Gives every item new numbers and loses every delta position; all else stays as it is. Items
    /// keep their order, also within one second.
    pub(super) fn renumber(&mut self) {
        let mut numbers: Vec<u64> = self.items.keys().copied().collect();
        numbers.sort_unstable();
        for old in numbers {
            let Some(mut item) = self.take(old) else { continue };
            (item.number, item.place) = (self.number(), self.number());
            if let Some(end) = item.end {
                self.ends.remove(&(end, old));
                self.ends.insert((end, item.number));
            }
            if let Some(due) = self.leaving.remove(&old) {
                self.leaving.insert(item.number, due);
            }
            if let Some(departure) = self.lingering.remove(&old) {
                self.lingering.insert(item.number, departure);
            }
            self.insert(item);
        }
        self.generation += 1;
    }

    /// Puts a copy of an item into a folder and answers with its number.
    pub(super) fn copy(&mut self, number: u64, folder: u64, now: i64) -> Option<u64> {
        let mut item = self.items.get(&number)?.clone();
        (item.number, item.place) = (self.number(), self.number());
        item.folder = folder;
        item.created = now;
        item.modified = now;
        item.version = 1;
        item.end = None;
        let number = item.number;
        self.insert(item);
        Some(number)
    }

    /// Changes an item, keeping counts and journal right.
    pub(super) fn change(&mut self, number: u64, now: i64, change: impl FnOnce(&mut Item)) {
        let Some(item) = self.items.get_mut(&number) else { return };
        let was = (item.read, item.facts.message_id.clone());
        change(item);
        item.modified = now;
        item.version += 1;
        let (folder, place, read) = (item.folder, item.place, item.read);
        let id = item.facts.message_id.clone();
        if let Some(folder) = self.folders.get_mut(&folder) {
            folder.unread = folder.unread + usize::from(!read) - usize::from(!was.0);
        }
        if was.1 != id {
            if let Some(numbers) = was.1.and_then(|id| self.by_message_id.get_mut(&hashed(&id))) {
                numbers.retain(|other| *other != number);
            }
            if let Some(id) = id {
                self.by_message_id.entry(hashed(&id)).or_default().push(number);
            }
        }
        self.journal.push(Entry { folder, number, place, change: Change::Updated });
    }

    /// Replaces the bytes of a draft.
    pub(super) fn rewrite(&mut self, number: u64, raw: &[u8], now: i64) {
        let (facts, kept) = (facts::read(raw), Kept::pack(raw));
        self.change(number, now, |item| {
            item.importance = facts.importance;
            item.facts = facts;
            item.kept = kept;
        });
    }

    /// Sends a draft, at once or once its copy is due; it cannot be sent again.
    pub(super) fn depart(&mut self, number: u64, departure: Departure) {
        let Some(item) = self.items.get(&number) else { return };
        self.sent.extend([item.number, item.place]);
        if departure.shows_as_draft && departure.due > departure.now.saturating_mul(1000) {
            self.lingering.insert(number, departure);
        } else {
            self.leave(number, departure);
        }
    }

    /// Turns a draft into a letter in Sent Items.
    fn leave(&mut self, number: u64, departure: Departure) {
        let Departure { now, due, raw, shows_as_draft } = departure;
        if let Some(raw) = raw {
            self.rewrite(number, &raw, now);
        }
        let Some(mut item) = self.take(number) else { return };
        item.place = self.number();
        item.folder = SENT;
        item.draft = false;
        item.read = true;
        item.received = now;
        item.modified = now;
        item.version += 1;
        if !shows_as_draft && due > now.saturating_mul(1000) {
            self.leaving.insert(number, due);
        }
        self.insert(item);
    }

    /// The lasting number of a message by the number of its place.
    pub(super) fn at_place(&self, place: u64) -> Option<u64> {
        self.places.get(&place).copied().filter(|number| !self.hidden(*number))
    }

    /// The item, unless it is between Drafts and Sent Items.
    pub(super) fn item(&self, number: u64) -> Option<&Item> {
        self.items.get(&number).filter(|_| !self.hidden(number))
    }

    pub(super) fn hidden(&self, number: u64) -> bool {
        !self.leaving.is_empty() && self.leaving.contains_key(&number)
    }

    /// Numbers of the items with that Message-ID, wherever they lie; may hold a few too many.
    pub(super) fn with_message_id(&self, id: &str) -> &[u64] {
        self.by_message_id.get(&hashed(id)).map_or(&[], Vec::as_slice)
    }

    /// The folder of a well-known name, in any case.
    pub(super) fn well_known(name: &str) -> Option<u64> {
        let place = WELL_KNOWN.iter().position(|(known, ..)| known.eq_ignore_ascii_case(name));
        place.map(|place| place as u64 + 1)
    }

    /// The folder of a well-known name or a path of display names with `/` between them.
    pub(super) fn find(&self, path: &str) -> Option<u64> {
        Self::well_known(path).or_else(|| {
            path.split('/')
                .filter(|part| !part.is_empty())
                .try_fold(ROOT, |parent, name| self.child(parent, name))
        })
    }

    /// The folder of that display name in another one; names are compared without case.
    pub(super) fn child(&self, parent: u64, name: &str) -> Option<u64> {
        let lower = name.to_lowercase();
        let mut folders = self.folders.iter();
        folders
            .find(|(_, folder)| folder.parent == parent && folder.name.to_lowercase() == lower)
            .map(|(number, _)| *number)
    }

    /// The numbers of the folders in one, by display name.
    pub(super) fn children(&self, parent: u64) -> Vec<u64> {
        let mut children: Vec<(&str, u64)> = Vec::new();
        for (number, folder) in &self.folders {
            if folder.parent == parent {
                children.push((&folder.name, *number));
            }
        }
        children.sort_unstable();
        children.into_iter().map(|(_, number)| number).collect()
    }

    /// Makes a folder, or answers nothing if the name is taken.
    pub(super) fn make_folder(&mut self, parent: u64, name: &str, hidden: bool) -> Option<u64> {
        if self.child(parent, name).is_some() {
            return None;
        }
        let number = self.number();
        let (name, order) = (name.to_owned(), BTreeMap::new());
        self.folders.insert(number, Folder { parent, name, hidden, order, unread: 0 });
        Some(number)
    }

    /// Removes a folder with everything in it; its letters go to Recoverable Items.
    pub(super) fn remove_folder(&mut self, number: u64, now: i64) {
        for child in self.children(number) {
            self.remove_folder(child, now);
        }
        let Some(folder) = self.folders.get(&number) else { return };
        let inside: Vec<u64> = folder.order.values().copied().collect();
        for item in inside {
            self.shift(item, RECOVERABLE, now, true);
        }
        self.folders.remove(&number);
    }
}
