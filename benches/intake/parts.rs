//! The parts of intake by themselves, each beside its own limit: reading beside mail-parser alone,
//! storing beside bare SQLite, fetching beside bare HTTP.

use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use counterfoil::desk::ledger::Original;
use counterfoil::mail::parse;
use counterfoil::mailbox::gate::Pauses;
use counterfoil::mailbox::graph::{Graph, Settings};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{ItemId, Mailbox, http};
use counterfoil::store::Store;
use counterfoil::store::intake::{Filing, Prepared};
use counterfoil::store::listing::Seen;
use counterfoil::time::Timestamp;

use super::measure::{self, Cost};
use super::practice::{self, ADDRESS, Elsewhere, Place};
use super::rows::{self, Rows};

/// Letters per commit, as in the program.
const GROUP: usize = 100;

const NOW: Timestamp = Timestamp::from_unix(1_791_500_000);

pub(super) fn measure(letters: usize, average: usize) {
    reading(letters, average);
    storing(letters, average);
    fetching(letters, average);
}

fn compare(ours: &Cost, limit: &Cost, [ours_name, limit_name]: [&str; 2]) {
    limit.print(limit_name);
    ours.print(ours_name);
    ours.print_beside(limit, "  beside it");
}

fn reading(letters: usize, average: usize) {
    let (mut ours, mut limit) = (Cost::default(), Cost::default());
    let mut written = practice::write(letters, average).map(|letter| letter.raw);
    loop {
        let group: Vec<Vec<u8>> = written.by_ref().take(GROUP).collect();
        if group.is_empty() {
            break;
        }
        let ((), wall, processor) = measure::here(|| {
            for raw in &group {
                black_box(mail_parser::MessageParser::default().parse(raw));
            }
        });
        limit.add(group.len(), wall, processor);
        let ((), wall, processor) = measure::here(|| {
            for raw in &group {
                black_box(parse::parse(raw));
            }
        });
        ours.add(group.len(), wall, processor);
    }
    compare(&ours, &limit, ["reading a letter", "mail-parser alone"]);
}

fn storing(letters: usize, average: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bare = Rows::open(&folder.path().join("bare.db"), false);
    let mut store = Store::open(&folder.path().join("ours.db"), NOW).expect("a store");
    let (mailbox, _) = store.mailbox("support", ADDRESS, None, NOW).expect("a mailbox");
    let items: Vec<String> = (0..letters).map(|number| format!("item {number}")).collect();
    bare.list(&items);
    let seen: Vec<Seen> = items
        .into_iter()
        .map(|item_id| Seen { item_id, message_id: None, received_at: NOW, size: None })
        .collect();
    store.note_listed(mailbox, &seen, NOW).expect("rows");
    let rows = u32::try_from(letters).expect("a number");
    let waiting = store.waiting(mailbox, NOW, rows).expect("rows");
    let policy = crate::policy::silent(ADDRESS, &mut store);

    let (mut ours, mut limit) = (Cost::default(), Cost::default());
    let mut letters = practice::write(letters, average);
    for (number, group) in waiting.chunks(GROUP).enumerate() {
        let raw: Vec<Vec<u8>> = letters.by_ref().take(group.len()).map(|one| one.raw).collect();
        let first = number * GROUP + 1;
        let ids = (i64::try_from(first).expect("a row")..).take(raw.len());
        let plain: Vec<_> = ids.zip(raw.iter().map(|raw| rows::read(raw))).collect();
        let ((), wall, processor) = measure::here(|| bare.write(&plain, &[]));
        limit.add(raw.len(), wall, processor);

        let prepared = group.iter().zip(&raw).map(|(row, raw)| {
            Prepared::new(row.ledger, row.received_at, raw.clone(), parse::parse(raw))
        });
        let prepared: Vec<Prepared> = prepared.collect();
        let filing = Filing { due: true, original: Original::InMailbox };
        let (taken, wall, processor) =
            measure::here(|| store.take_in(mailbox, prepared, filing, &policy, NOW));
        assert_eq!(taken.expect("taken in").len(), raw.len());
        ours.add(raw.len(), wall, processor);
    }
    compare(&ours, &limit, ["storing a letter", "bare SQLite, the same rows"]);
}

fn fetching(letters: usize, average: usize) {
    let mailbox = Elsewhere::start(letters, average);
    let cost = |role: &str| {
        let mut command = Command::new(std::env::current_exe().expect("a name"));
        command.arg(role).args(mailbox.place.arguments());
        measure::program(&mut command, letters)
    };
    let limit = cost("fetch-bare");
    let ours = cost("fetch");
    compare(&ours, &limit, ["fetching over four connections", "bare HTTP, four connections"]);
}

/// Lists, then fetches every letter over four connections, and does nothing else with it.
pub(super) fn fetch(place: &Place) {
    let secret = place.secret.clone();
    let graph = Graph::new(Settings {
        address: ADDRESS.into(),
        folder: "Inbox".into(),
        graph_url: place.url.clone(),
        side_by_side: 4,
        token: token::Settings {
            login_url: place.url.clone(),
            tenant_id: place.tenant.clone(),
            client_id: place.client.clone(),
            resource: "https://graph.microsoft.com".into(),
            secret: Box::new(move || Ok(SecretText::new(secret.clone()))),
            secret_place: "the practice mailbox".into(),
        },
        http: http::Settings::default(),
        pauses: Pauses::default(),
    })
    .expect("a client");
    let (mut items, mut position) = (Vec::<ItemId>::new(), None);
    loop {
        let page = graph.list(position.as_ref()).expect("a page");
        items.extend(page.items.into_iter().map(|listed| listed.item));
        position = page.next;
        if position.is_none() {
            break;
        }
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    graph.fetch(item, 64 << 20, Duration::from_secs(600)).expect("a letter");
                }
            });
        }
    });
}
