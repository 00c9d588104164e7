//! Builds the house from a [`Config`]: opens the store, gives each mailbox its provider and its
//! policy, and starts the rounds and the web, or runs them once. The only place that reads the
//! system clock.

mod by_hand;
mod preview;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::config::{self, Config, Provider};
use crate::desk::caps::Limits;
use crate::desk::ledger::Balance;
use crate::desk::policy::Policy;
use crate::desk::quoting::Quoting;
use crate::desk::retention::Days;
use crate::desk::rules::{Glob, Rule, Then, When};
use crate::desk::wording::Wording;
use crate::mail::Address;
use crate::mailbox::gate::Pauses;
use crate::mailbox::graph::{self, Graph};
use crate::mailbox::token::SecretText;
use crate::mailbox::{self, Mailbox, http, token};
use crate::store::{self, Lock, MailboxId, Store};
use crate::supervisor::Supervisor;
use crate::time::{Clock, Timestamp, Zone};
use crate::web::{self, Web};
use crate::workers::poller::{AfterImport, Poller, Settings};
use crate::workers::sender::Sender;
use crate::workers::sweeper::Sweeper;
use crate::workers::{self, Rest, Round};

/// The largest message taken in, in bytes; larger ones stand in the ledger as quarantined.
const MAX_BYTES: u64 = 64 << 20;

/// Seconds after a start in which the requests of a process that was killed may still be at work.
const SETTLING: i64 = 3;

/// Requests side by side per mailbox that Microsoft 365 allows (facts: microsoft-graph 5.1).
const SIDE_BY_SIDE: usize = 4;

/// Failures in a row after which `run --once` gives a mailbox up.
const ONCE_FAILURES: u32 = 3;

/// The time that `run --once` sits out in all for what is due again soon, per round.
const ONCE_PATIENCE: Duration = Duration::from_secs(40);

/// The longest wait `run --once` grants a provider that asks for one.
const ONCE_WAIT: Duration = Duration::from_secs(660);

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

/// Why the house could not be built or kept going.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error("{0}")]
    Store(#[from] store::Error),
    /// A mailbox.
    #[error("mailbox {name}: {error}")]
    Mailbox {
        /// Its name.
        name: String,
        /// What happened.
        error: mailbox::Error,
    },
    /// A round.
    #[error("{0}")]
    Round(#[from] workers::Error),
    /// The web.
    #[error("{0}")]
    Web(#[from] web::Error),
    /// What the configuration asks for does not go.
    #[error("{0}")]
    Settings(String),
}

/// The log settings of a command that runs beside the appliance: warnings, to standard error.
pub fn quiet(settings: &config::Log) -> config::Log {
    let levels = config::Levels { default: log::LevelFilter::Warn, rooms: Vec::new() };
    config::Log { levels, file: None, ..settings.clone() }
}

/// The house over one configuration, nothing of it running yet.
pub struct App {
    config: Config,
    clock: Arc<dyn Clock>,
}

/// One mailbox, ready for its rounds.
struct Account {
    id: MailboxId,
    mailbox: Arc<dyn Mailbox>,
    settings: Settings,
    policy: Policy,
    limits: Limits,
}

/// What `run --once` did.
#[derive(Debug)]
pub struct Once {
    /// The balance of every mailbox afterwards.
    pub balances: Vec<Balance>,
    /// What needs attention, a sentence each.
    pub attention: Vec<String>,
    /// The mailboxes that could not be dealt with, a sentence each.
    pub failures: Vec<String>,
}

impl App {
    /// The house over this configuration.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Self {
        Self { config, clock }
    }

    /// The present moment, by the house's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How long things stay.
    pub fn days(&self) -> Days {
        let retention = &self.config.retention;
        Days { recovery: retention.recovery_days, closed: retention.closed_ticket_days }
    }

    /// How answers repeat what they answer.
    pub fn quoting(&self) -> Quoting {
        let desk = &self.config.desk;
        let zone = desk.time_zone.clone().unwrap_or_else(Zone::of_machine);
        Quoting { lines: desk.quote_lines, zone }
    }

    /// The database, open.
    pub fn store(&self) -> Result<Store, Error> {
        Ok(Store::open(&self.config.store.path, self.now())?)
    }

    /// What the office decided beforehand for the mailbox of this name.
    pub fn policy(&self, name: &str, store: &mut Store) -> Result<Policy, Error> {
        Ok(self.mailbox_policy(name, store)?.1)
    }

    /// The same, and by which id the store knows the mailbox.
    pub fn mailbox_policy(
        &self,
        name: &str,
        store: &mut Store,
    ) -> Result<(MailboxId, Policy), Error> {
        let settings = self.config.mailboxes.iter().find(|mailbox| mailbox.name == name);
        let settings = settings.ok_or_else(|| {
            Error::Settings(format!(
                "mailbox {name} is not in {} any more; add it again to write from it",
                self.config.file.display()
            ))
        })?;
        self.account_policy(settings, store)
    }

    fn account_policy(
        &self,
        settings: &config::Mailbox,
        store: &mut Store,
    ) -> Result<(MailboxId, Policy), Error> {
        let now = self.now();
        let (id, activated_at) =
            store.mailbox(&settings.name, &settings.address, settings.activated_at, now)?;
        let desk = &self.config.desk;
        let own = |mailbox: &config::Mailbox| Address::bare(&mailbox.address).key();
        let policy = Policy {
            address: Address { address: settings.address.clone(), name: desk.name.clone() },
            own_addresses: self.config.mailboxes.iter().map(own).collect(),
            acknowledge: settings.acknowledge,
            activated_at,
            reopen_days: desk.reopen_days,
            desk: desk.name.clone(),
            signature: settings.signature.clone(),
            ticket_tag: desk.ticket_tag.clone(),
            tag_key: store.tag_key()?,
            rules: self.config.rules.iter().map(rule).collect::<Result<_, _>>()?,
            wording: Wording::new(settings.acknowledgements.texts()),
        };
        Ok((id, policy))
    }

    fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.accounts_in(&mut self.store()?)
    }

    fn accounts_in(&self, store: &mut Store) -> Result<Vec<Account>, Error> {
        let mut accounts = Vec::with_capacity(self.config.mailboxes.len());
        for settings in &self.config.mailboxes {
            let (id, policy) = self.account_policy(settings, store)?;
            let pauses = self.pauses(id, store)?;
            let mailbox = provider(settings, &self.config.network, pauses)
                .map_err(|error| Error::Mailbox { name: settings.name.clone(), error })?;
            let after_import = match &settings.after_import {
                config::AfterImport::Delete => AfterImport::Delete,
                config::AfterImport::Move(folder) => AfterImport::Move(folder.clone()),
                config::AfterImport::Keep => AfterImport::Keep,
            };
            let Provider::Microsoft365(microsoft) = &settings.provider;
            let limits = microsoft.limits;
            let settings = Settings {
                name: settings.name.clone(),
                after_import,
                copy_to: settings.copy_to.clone(),
                poll: Duration::from_secs(u64::from(settings.poll_seconds)),
                days: self.days(),
                max_bytes: MAX_BYTES,
                side_by_side: SIDE_BY_SIDE,
            };
            accounts.push(Account { id, mailbox, settings, policy, limits });
        }
        Ok(accounts)
    }

    /// The pauses a provider asks for, remembered in the database: one killed and started again
    /// would else ask at once.
    fn pauses(&self, id: MailboxId, store: &mut Store) -> Result<Pauses, Error> {
        let now = self.now();
        let until = store.paused_until(id)?.filter(|until| *until > now);
        let (path, clock) = (self.config.store.path.clone(), Arc::clone(&self.clock));
        let note = move |pause: Duration| {
            let now = clock.now();
            // Whole seconds, and the one begun counts as a whole one.
            let until = now.plus_seconds(i64::try_from(pause.as_secs()).unwrap_or(i64::MAX) + 1);
            // A preview works without a database, and makes none.
            let noted = match path.exists() {
                true => Store::open(&path, now).and_then(|mut store| store.note_pause(id, until)),
                false => Ok(()),
            };
            if let Err(error) = noted {
                log::warn!(target: "poller", "a pause could not be noted: {error}");
            }
        };
        let left = until.map_or(Duration::ZERO, |until| now.until(until));
        Ok(Pauses { left, note: Box::new(note) })
    }

    fn poller(&self, account: &Account) -> Result<Poller, Error> {
        let Account { id, mailbox, settings, policy, .. } = account;
        let (mailbox, settings) = (Arc::clone(mailbox), settings.clone());
        let mut store = self.store()?;
        if settings.copy_to.is_some() {
            store.let_copies_settle(*id, self.now().plus_seconds(SETTLING))?;
        }
        store.work_hard()?;
        Ok(Poller::new(store, mailbox, *id, settings, policy.clone()))
    }

    fn sender(&self, account: &Account) -> Result<Sender, Error> {
        let Account { id, mailbox, settings, policy, limits } = account;
        let key = policy.tag_key.clone();
        let (store, mailbox) = (self.store()?, Arc::clone(mailbox));
        let sender = Sender::new(store, mailbox, *id, &settings.name, key, *limits);
        let sender = sender.quoting(self.quoting());
        Ok(sender.noticing(policy.clone(), &self.config.desk.language))
    }

    /// Starts the rounds and the web; they go on until stopped.
    pub fn start(&self) -> Result<Running, Error> {
        let lock = Lock::take(&self.config.store.path)?;
        let accounts = self.accounts()?;
        let web = Web::open(self.web_settings(&accounts), Arc::clone(&self.clock))?;
        let mut rounds: Vec<Box<dyn Round>> = Vec::new();
        for account in &accounts {
            rounds.push(Box::new(self.poller(account)?));
            rounds.push(Box::new(self.sender(account)?));
        }
        rounds.push(Box::new(Sweeper::new(self.store()?, self.days())));
        let supervisor = Supervisor::start(rounds, &self.config.store.path, &self.clock)?;
        Ok(Running { supervisor, web, is_tls: self.config.web.tls.is_some(), _lock: lock })
    }

    /// Takes in everything that waits now, sends what is due, erases what is past its days, and is
    /// done. Each mailbox fails alone.
    pub fn once(&self, progress: &dyn Fn(&str, &Balance)) -> Result<Once, Error> {
        let _lock = Lock::take(&self.config.store.path)?;
        let accounts = self.accounts()?;
        let mut failures = Vec::new();
        for account in &accounts {
            let mut tell = self.store()?;
            let name = account.settings.name.as_str();
            let mut show = || -> Result<(), Error> {
                let balances = tell.balance()?;
                balances.iter().filter(|b| b.mailbox == name).for_each(|b| progress(name, b));
                Ok(())
            };
            let rounds: [Box<dyn Round>; 2] =
                [Box::new(self.poller(account)?), Box::new(self.sender(account)?)];
            for mut round in rounds {
                if let Err(error) = self.until_idle(&mut *round, &mut show) {
                    let sentence = error.to_string();
                    if !failures.contains(&sentence) {
                        failures.push(sentence);
                    }
                }
            }
        }
        self.until_idle(&mut Sweeper::new(self.store()?, self.days()), &mut || Ok(()))?;
        let mut store = self.store()?;
        let balances = store.balance()?;
        let mut attention = Vec::new();
        for balance in &balances {
            let outbox = store.outbox_count(&balance.mailbox)?;
            attention.extend(concerns(balance, outbox.unknown, outbox.refused));
        }
        Ok(Once { balances, attention, failures })
    }

    /// Repeats a round until it has nothing to do for a while, and notes how it fares.
    fn until_idle(
        &self,
        round: &mut dyn Round,
        show: &mut dyn FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut store = self.store()?;
        let name = round.name().to_owned();
        repeat(round, &*self.clock, &mut |error| {
            store.note_round(&name, error.map_or(Ok(()), Err), self.now())?;
            show()
        })
    }

    fn web_settings(&self, accounts: &[Account]) -> web::Settings {
        let config = &self.config;
        web::Settings {
            listen: config.web.listen,
            allowed_hosts: config.web.allowed_hosts.clone(),
            metrics_from: config.web.metrics_from.clone(),
            tls: config.web.tls.as_ref().map(|tls| web::door::TlsFiles {
                certificate: tls.certificate_file.clone(),
                key: tls.key_file.clone(),
            }),
            store_path: config.store.path.clone(),
            desk: config.desk.name.clone(),
            language: web::texts::Language::tagged(&config.desk.language).unwrap_or_default(),
            zone: self.quoting().zone,
            in_force: config.in_force(),
            recovery_days: config.retention.recovery_days,
            mailboxes: config.mailboxes.iter().map(facts).collect(),
            policies: accounts
                .iter()
                .map(|account| (account.settings.name.clone(), account.id, account.policy.clone()))
                .collect(),
            canned: config.canned.iter().map(|it| (it.name.clone(), it.text.clone())).collect(),
            quote_lines: config.desk.quote_lines,
        }
    }
}

/// Repeats a round until it has nothing to do for a while. `after` is told after each one what went
/// wrong, if something did.
fn repeat(
    round: &mut dyn Round,
    clock: &dyn Clock,
    after: &mut dyn FnMut(Option<&str>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut failures = 0;
    let mut patience = ONCE_PATIENCE;
    loop {
        let outcome = round.round(clock.now());
        let sentence = outcome.as_ref().err().map(ToString::to_string);
        after(sentence.as_deref())?;
        let rest = match outcome {
            Ok(rest) => {
                failures = 0;
                match rest {
                    Rest::No => Duration::ZERO,
                    Rest::Until(rest) if rest <= patience => {
                        patience -= rest;
                        rest
                    }
                    // A limit is sat out as one that the service itself speaks of.
                    Rest::Limited(rest) if rest <= ONCE_WAIT => rest,
                    Rest::Until(_) | Rest::Limited(_) | Rest::Idle(_) => return Ok(()),
                }
            }
            Err(error) => {
                // A limit of the service is no failure; what it asks for grows until it is too long.
                let wait = error.asked_wait().unwrap_or_else(|| {
                    failures += 1;
                    Duration::from_secs(1 << (failures - 1))
                });
                if error.needs_a_person() || failures > ONCE_FAILURES || wait > ONCE_WAIT {
                    return Err(error.into());
                }
                log::warn!(target: "run", "{error}; trying again in {} s", wait.as_secs());
                wait
            }
        };
        std::thread::sleep(rest);
    }
}

fn facts(mailbox: &config::Mailbox) -> web::MailboxFacts {
    let after_import = match &mailbox.after_import {
        config::AfterImport::Delete => "delete",
        config::AfterImport::Move(_) => "move",
        config::AfterImport::Keep => "keep",
    };
    web::MailboxFacts {
        name: mailbox.name.clone(),
        address: mailbox.address.clone(),
        poll_seconds: mailbox.poll_seconds,
        after_import: after_import.to_owned(),
        copy_to: mailbox.copy_to.clone().unwrap_or_default(),
    }
}

/// The provider behind a mailbox, asked nothing yet.
fn provider(
    settings: &config::Mailbox,
    network: &config::Network,
    pauses: Pauses,
) -> Result<Arc<dyn Mailbox>, mailbox::Error> {
    let Provider::Microsoft365(microsoft) = &settings.provider;
    let source = microsoft.client_secret.clone();
    let secret_place = source.to_string();
    let read = move || match source.read() {
        Ok(secret) => Ok(SecretText::new(secret.expose().to_owned())),
        Err(error) => Err(error.to_string()),
    };
    let graph = Graph::new(graph::Settings {
        address: settings.address.clone(),
        folder: settings.folder.clone(),
        graph_url: microsoft.graph_url.clone(),
        side_by_side: SIDE_BY_SIDE,
        token: token::Settings {
            login_url: microsoft.login_url.clone(),
            tenant_id: microsoft.tenant_id.clone(),
            client_id: microsoft.client_id.clone(),
            resource: microsoft.cloud.graph_url().to_owned(),
            secret: Box::new(read),
            secret_place,
        },
        http: http::Settings {
            proxy: network.proxy.clone(),
            ca_file: network.ca_file.clone(),
            patience: None,
        },
        pauses,
    })?;
    Ok(Arc::new(graph))
}

/// What a person should look at in this mailbox, a sentence each.
fn concerns(balance: &Balance, unknown: u64, refused: u64) -> Vec<String> {
    let name = &balance.mailbox;
    let mut sentences = Vec::new();
    if !balance.closes {
        sentences
            .push(format!("mailbox {name}: the ledger's sum does not close; see ledger balance"));
    }
    for (count, what) in [
        (balance.waiting, "messages still wait; see ledger list --outcome waiting"),
        (balance.quarantined, "messages are set aside; see ledger list --outcome quarantined"),
        (unknown, "outgoing messages are undecided; see outbox list --state unknown"),
        (refused, "outgoing messages were refused; see outbox list --state refused"),
    ] {
        if count > 0 {
            sentences.push(format!("mailbox {name}: {count} {what}"));
        }
    }
    sentences
}

fn rule(rule: &config::Rule) -> Result<Rule, Error> {
    let bad = |error: regex::Error| Error::Settings(format!("rule {}: {error}", rule.name));
    let glob = |text: &Option<String>| text.as_deref().map(Glob::new).transpose().map_err(bad);
    let subject = rule.when.subject.as_deref().map(regex::Regex::new).transpose().map_err(bad)?;
    Ok(Rule {
        name: rule.name.clone(),
        when: When {
            to: glob(&rule.when.to)?,
            from: glob(&rule.when.from)?,
            subject,
            has_attachment: rule.when.has_attachment,
        },
        then: Then {
            queue: rule.then.queue.clone(),
            assign: rule.then.assign.clone(),
            priority: rule.then.priority,
            tags: rule.then.tags.clone(),
        },
        stop: rule.stop,
    })
}

/// The house, running.
pub struct Running {
    supervisor: Supervisor,
    web: Web,
    is_tls: bool,
    _lock: Lock,
}

impl Running {
    /// Where the pages are.
    pub fn address(&self) -> SocketAddr {
        self.web.address()
    }

    /// The address of the status page.
    pub fn url(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}/", self.address())
    }

    /// Ends the rounds and the web within two seconds.
    pub fn stop(self) {
        self.supervisor.stop(Duration::from_millis(1_500));
        drop(self.web);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scripted(Vec<fn() -> Result<Rest, workers::Error>>);

    impl Round for Scripted {
        fn name(&self) -> &str {
            "scripted"
        }

        fn round(&mut self, _now: Timestamp) -> Result<Rest, workers::Error> {
            self.0.remove(0)()
        }
    }

    fn mailbox_says(error: mailbox::Error) -> Result<Rest, workers::Error> {
        Err(workers::Error::Mailbox { name: "support".into(), error })
    }

    #[test]
    fn one_run_sits_out_every_limit_of_the_service_and_gives_up_on_failures() {
        let throttled = || {
            let wait = Duration::from_millis(1);
            mailbox_says(mailbox::Error::Throttled { wait, what: "busy".into() })
        };
        let denied = || mailbox_says(mailbox::Error::SignInNeeded("denied".into()));
        let idle = || Ok(Rest::Idle(Duration::from_secs(30)));
        let mut limits: Vec<fn() -> _> = vec![throttled; 40];
        limits.push(idle);
        let run = |script| repeat(&mut Scripted(script), &SystemClock, &mut |_| Ok(()));
        assert!(run(limits).is_ok());
        assert!(run(vec![throttled, denied, idle]).is_err());
    }
}
