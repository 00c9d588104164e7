//! What all the parts of the practice service share: its settings, its accounts, the tokens it
//! gave out, its clock, its faults, and the record of what was asked and what left.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ring::rand::SecureRandom as _;

use super::clock::PracticeClock;
use super::facts;
use super::faults::Faults;
use super::mailbox::{INBOX, Kept, Mailbox};
use super::settings::{MailboxSettings, Settings};
use super::upload::Uploads;
use super::{Error, Exchange, Sent};

/// A user of the tenant and the mailbox behind it.
pub(super) struct Account {
    pub(super) settings: MailboxSettings,
    /// The object id in the directory.
    pub(super) guid: String,
    mailbox: Mutex<Mailbox>,
    pub(super) in_flight: AtomicUsize,
    pub(super) most_in_flight: AtomicUsize,
    /// Times (milliseconds) of the requests of the last ten minutes, when they are counted.
    pub(super) recent: Mutex<VecDeque<i64>>,
}

/// A token that was given out.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) ends: i64,
    pub(super) roles: Vec<String>,
}

/// The whole practice service.
pub(super) struct House {
    pub(super) settings: Settings,
    /// `http://127.0.0.1:PORT` of the service, and of the second origin for uploads.
    pub(super) origin: String,
    pub(super) upload_origin: String,
    pub(super) accounts: Vec<Account>,
    pub(super) clock: PracticeClock,
    pub(super) faults: Faults,
    pub(super) uploads: Uploads,
    pub(super) requests: AtomicU64,
    pub(super) throttled: AtomicU64,
    pub(super) logging: AtomicBool,
    pub(super) log: Mutex<Vec<Exchange>>,
    pub(super) left: Mutex<Vec<Sent>>,
    pub(super) tokens: Mutex<HashMap<String, Token>>,
    random: ring::rand::SystemRandom,
}

/// Locks, also after a panic of another request: the data is practice data.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl House {
    pub(super) fn new(settings: Settings, origin: String, upload_origin: String) -> Self {
        let random = ring::rand::SystemRandom::new();
        let key = || {
            let mut key = [0_u8; 16];
            // The system's random source does not fail once it has worked; zeros would do.
            let _ = random.fill(&mut key);
            key
        };
        let account = |one: &MailboxSettings| Account {
            settings: one.clone(),
            guid: uuid::Uuid::new_v4().to_string(),
            mailbox: Mutex::new(Mailbox::new(key(), settings.retention_days)),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            recent: Mutex::default(),
        };
        Self {
            accounts: settings.mailboxes.iter().map(account).collect(),
            settings,
            origin,
            upload_origin,
            clock: PracticeClock::default(),
            faults: Faults::default(),
            uploads: Uploads::default(),
            requests: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            logging: AtomicBool::new(false),
            log: Mutex::default(),
            left: Mutex::default(),
            tokens: Mutex::default(),
            random,
        }
    }

    /// The account of a user id: object id, user principal name or address, in any case.
    pub(super) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| {
            account.settings.address.eq_ignore_ascii_case(id)
                || account.guid.eq_ignore_ascii_case(id)
        })
    }

    /// The account with a real mailbox, for those who deliver into it or look into it.
    pub(super) fn mailbox(&self, address: &str) -> Result<&Account, Error> {
        self.account(address)
            .filter(|account| account.settings.exists_in_exchange)
            .ok_or_else(|| Error::NoSuchMailbox(address.to_owned()))
    }

    /// Puts a letter into an Inbox and answers with its lasting number.
    pub(super) fn deliver(&self, account: &Account, raw: &[u8], received: i64) -> u64 {
        let (facts, kept) = (facts::read(raw), Kept::pack(raw));
        account.open(self).add(INBOX, kept, facts, received, false)
    }

    /// Random bytes as text without padding.
    pub(super) fn random_text(&self, bytes: usize) -> String {
        use base64::Engine as _;
        let mut block = vec![0_u8; bytes];
        let _ = self.random.fill(&mut block);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(block)
    }

    /// A random number below `end`.
    pub(super) fn random_below(&self, end: u64) -> u64 {
        let mut block = [0_u8; 8];
        let _ = self.random.fill(&mut block);
        u64::from_le_bytes(block) % end.max(1)
    }
}

impl Account {
    /// The mailbox as it is at this moment.
    pub(super) fn open(&self, house: &House) -> MutexGuard<'_, Mailbox> {
        let mut mailbox = locked(&self.mailbox);
        mailbox.settle(house.clock.millis());
        mailbox
    }

    /// Marks a request as under way and says how many there are with it; it ends with the guard.
    pub(super) fn enter(&self) -> (InFlight<'_>, usize) {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        (InFlight(self), now)
    }
}

/// A request under way on an account.
pub(super) struct InFlight<'a>(&'a Account);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
