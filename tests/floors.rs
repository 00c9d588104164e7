//! Holds the sources to the plan of the house that src/lib.rs draws: which room may name which,
//! which crate lives where, who reads the clock, how long a file may be. The rules are in
//! floors/rules.rs; here they meet the real sources, and made-up ones that break each of them.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "floors/paths.rs"]
mod paths;
#[path = "floors/rules.rs"]
mod rules;
#[path = "floors/tokens.rs"]
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{MOST_LINES, Source, faults};

/// Files that are longer than the house likes, each with its reason.
const LONG: &[(&str, &str)] = &[];

fn sources_below(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        let entries = fs::read_dir(folder).unwrap();
        let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push(Source { path: path.display().to_string(), text });
            }
        }
    }
    sources
}

#[test]
fn the_sources_keep_to_the_plan_of_the_house() {
    // Cargo runs tests in the directory of the package.
    let sources = sources_below(Path::new("src"));
    assert!(sources.len() >= 20, "only {} sources found", sources.len());
    let faults = faults(&sources, LONG);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_lock_file_holds_no_crate_that_deny_toml_bans() {
    let read = |path: &str| -> toml::Table { fs::read_to_string(path).unwrap().parse().unwrap() };
    let names = |list: &toml::Value, key: &str| -> Vec<String> {
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let banned = names(&read("deny.toml")["bans"]["deny"], "crate");
    let used = names(&read("Cargo.lock")["package"], "name");
    for expected in ["tokio", "openssl", "chrono", "rsa"] {
        assert!(banned.iter().any(|name| name == expected), "{expected} is not banned");
    }
    assert!(used.iter().any(|name| name == "rusqlite"), "the lock file was read");
    let found: Vec<_> = used.iter().filter(|name| banned.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// The faults of one made-up file, given without its opening line, which counts as line 1.
fn faults_of(path: &str, body: &str) -> Vec<String> {
    let text = format!("//! Made up.\n{body}\n");
    faults(&[Source { path: path.to_owned(), text }], &[])
}

#[test]
fn each_rule_is_broken_by_a_made_up_source() {
    for (path, body, line, rule) in [
        // Floors.
        ("src/desk/x.rs", "use crate::store::Store;", 2, "desk names store, which lies above"),
        ("src/mail/x.rs", "\nuse crate::desk;", 3, "mail names desk, which lies above"),
        ("src/time.rs", "use crate::mail::Address;", 2, "time names mail, which lies beside"),
        (
            "src/store/x.rs",
            "use crate::mailbox::Item;",
            2,
            "store names mailbox, which lies beside",
        ),
        (
            "src/mailbox/x.rs",
            "use crate::store::Store;",
            2,
            "mailbox names store, which lies beside",
        ),
        ("src/web/x.rs", "use crate::workers::Poller;", 2, "web names workers, which lies beside"),
        ("src/workers/x.rs", "use crate::web;", 2, "workers names web, which lies beside"),
        ("src/workers.rs", "use crate::config::Config;", 2, "workers names config"),
        (
            "src/store/mod.rs",
            "use crate::nowhere::X;",
            2,
            "store names nowhere, which has no floor",
        ),
        ("src/nowhere.rs", "", 1, "nowhere has no floor"),
        // Every way of writing it.
        (
            "src/desk/x.rs",
            "use crate::{mail, time::{self, Timestamp},\n store::A};",
            3,
            "desk names store",
        ),
        (
            "src/desk/x.rs",
            "use crate::{\n mail::{A, B},\n web::{self as w, *},\n};",
            4,
            "desk names web",
        ),
        ("src/desk/x.rs", "pub(crate) use crate::store as s;", 2, "desk names store"),
        ("src/desk/x.rs", "fn f() -> crate::store::Row { todo!() }", 2, "desk names store"),
        (
            "src/desk/x.rs",
            "fn f() { g(\"a\", 'b', &crate::store::rows::<u8>()); }",
            2,
            "desk names store",
        ),
        ("src/desk/x.rs", "macro_rules! m { () => { $crate::store::A } }", 2, "desk names store"),
        ("src/desk/x.rs", "use super::super::store::Store;", 2, "desk names store"),
        ("src/desk/mod.rs", "use super::store::Store;", 2, "desk names store"),
        ("src/desk/mod.rs", "mod a { use super::super::store::Store; }", 2, "desk names store"),
        (
            "src/desk/x.rs",
            "#[cfg(test)]\nmod tests {\n use crate::store::Store;\n}",
            4,
            "desk names store",
        ),
        ("src/desk/x.rs", "use crate::*;", 2, "names the whole house"),
        ("src/desk/x.rs", "use crate::{self as house};", 2, "names the whole house"),
        ("src/desk/mod.rs", "use super::*;", 2, "names the whole house"),
        // Practice stands beside.
        ("src/practice/x.rs", "use crate::time::Timestamp;", 2, "practice names time"),
        ("src/app.rs", "use crate::practice;", 2, "app names practice, which only cli may"),
        ("src/web/x.rs", "use crate::practice::Server;", 2, "web names practice"),
        ("src/main.rs", "fn main() { counterfoil::practice::run() }", 2, "main names practice"),
        // Crates at home.
        (
            "src/web/x.rs",
            "use rusqlite::Connection;",
            2,
            "names rusqlite, which appears only in src/store",
        ),
        ("src/stores.rs", "use rusqlite as db;", 2, "names rusqlite"),
        (
            "src/store/x.rs",
            "fn f() { ureq::get(1); }",
            2,
            "names ureq, which appears only in src/mailbox",
        ),
        ("src/mailbox/x.rs", "use ::tiny_http::Server;", 2, "names tiny_http"),
        ("src/mail/parse.rs", "fn f() { ammonia::clean(1) }", 2, "names ammonia"),
        ("src/mail/mod.rs", "use {std::fmt, ammonia::clean};", 2, "names ammonia"),
        ("src/mail/compose.rs", "extern crate mail_parser;", 2, "names mail_parser"),
        ("src/mail/parse/x.rs", "use mail_builder::MessageBuilder;", 2, "names mail_builder"),
        (
            "src/app.rs",
            "use simplelog::Config;",
            2,
            "names simplelog, which appears only in src/logging",
        ),
        ("src/app.rs", "use clap::Parser;", 2, "names clap, which appears only in src/cli"),
        ("src/main.rs", "fn main() -> anyhow::Result<()> { f() }", 2, "names anyhow"),
        ("src/web/x.rs", "#[derive(clap::Args)]\nstruct A;", 2, "names clap"),
        ("src/practice/x.rs", "use indicatif::ProgressBar;", 2, "names indicatif"),
        ("src/store/x.rs", "fn f() { rpassword::read_password() }", 2, "names rpassword"),
        ("src/cli/x.rs", "use maud::html;", 2, "names maud"),
        // The clock.
        ("src/web/x.rs", "fn f() { std::time::SystemTime::now(); }", 2, "SystemTime::now"),
        ("src/cli/x.rs", "fn f() { let n = jiff::Timestamp::now(); }", 2, "Timestamp::now"),
        ("src/supervisor.rs", "fn f() { a.map(Zoned::now) }", 2, "Zoned::now"),
        ("src/desk/x.rs", "fn f() { Instant::now() }", 2, "desk measures time"),
        ("src/time.rs", "fn f() { std::time::Instant::now() }", 2, "time measures time"),
        ("src/web/x.rs", "#[cfg(not(test))]\nfn f() { SystemTime::now() }", 3, "SystemTime::now"),
        (
            "src/web/x.rs",
            "#[cfg(test)]\nuse a::{b};\nfn f() { SystemTime::now() }",
            4,
            "SystemTime::now",
        ),
        // The desk and the words touch nothing outside.
        ("src/desk/x.rs", "use std::fs;", 2, "desk names std::fs"),
        ("src/mail/x.rs", "use std::{fmt, net::IpAddr};", 2, "mail names std::net"),
        ("src/mail/x.rs", "fn f() { std::thread::spawn(g); }", 2, "mail names std::thread"),
        ("src/desk/x.rs", "fn f() { std::env::var(a); }", 2, "desk names std::env"),
    ] {
        let found = faults_of(path, body);
        let start = format!("{path}:{line}: ");
        let fits = |fault: &String| fault.starts_with(&start) && fault.contains(rule);
        // A room without a floor is a second fault of that one case.
        let most = if path == "src/stores.rs" { 2 } else { 1 };
        assert!(found.iter().any(fits) && found.len() <= most, "{path}: {body}\n{found:#?}");
    }
}

#[test]
fn what_the_plan_allows_is_no_fault() {
    for (path, body) in [
        ("src/desk/x.rs", "use crate::{mail, time::{self, Timestamp}};\nuse crate::desk::ticket;"),
        ("src/desk/mod.rs", "#[cfg(test)]\nmod tests {\n use super::*;\n use super::ticket::A;\n}"),
        ("src/mail/mod.rs", "use crate::time::Timestamp;\npub(crate) fn f() {}"),
        ("src/mail/x.rs", "pub(in crate::mail) fn f() {}\nuse super::super::time::Timestamp;"),
        ("src/workers/x.rs", "use crate::{mailbox, store};\nfn f() { std::thread::sleep(x) }"),
        ("src/web/x.rs", "fn f() -> Instant { Instant::now() }"),
        ("src/app.rs", "use crate::supervisor;\nfn f() { SystemTime::now() }"),
        ("src/cli/demo.rs", "use crate::practice::Server;\nuse crate::app::App;"),
        ("src/practice/x.rs", "use crate::practice::page;\nuse tiny_http::A;\nuse mail_parser::B;"),
        ("src/practice/x.rs", "use mail_builder::A;\nfn f() { SystemTime::now() }"),
        ("src/main.rs", "fn main() { counterfoil::cli::main() }"),
        ("src/cli/x.rs", "use anyhow::Context;\n#[derive(clap::Args)]\nstruct A;"),
        ("src/practice/page.rs", "fn f() { maud::html! { p { \"rpassword::a\" } } }"),
        ("src/lib.rs", "pub mod practice;\npub mod store;"),
        ("src/store/x.rs", "use rusqlite::{self, named_params};"),
        ("src/store.rs", "use rusqlite::{self, named_params};"),
        ("src/mail/html/x.rs", "fn f() { ammonia::Builder::new() }"),
        ("src/mail/html.rs", "fn f() { ammonia::clean(TEXT) }"),
        // Talking about a thing is not using it.
        (
            "src/desk/x.rs",
            "// crate::store::A\n/// [`crate::store`]\n/* rusqlite::A /* std::fs::B */ */",
        ),
        ("src/desk/x.rs", "const A: &str = \"crate::store::A \\\" rusqlite::B\";"),
        (
            "src/desk/x.rs",
            "const A: &str = r#\"\" crate::store::A\"#;\nconst B: &[u8] = b\"std::fs::C\";",
        ),
        (
            "src/desk/x.rs",
            "const A: [char; 3] = ['\"', '\\'', '\\u{22}'];\n// \"\nfn f<'a>(b: &'a u8) {}",
        ),
        ("src/desk/x.rs", "fn r#use(ureq: u8) { self.rusqlite = ureq; other::rusqlite::f() }"),
        ("src/desk/x.rs", "fn f() -> impl Sized + use<'_> { Timestamp::from_unix(0) }"),
        // Tests may set the scene.
        (
            "src/desk/x.rs",
            "#[cfg(test)]\nmod tests {\n fn f() { std::fs::read(a); Instant::now() }\n}",
        ),
        (
            "src/web/x.rs",
            "#[cfg(all(test, unix))]\n#[allow(a)]\nfn f(a: [u8; 2]) { SystemTime::now() }",
        ),
    ] {
        assert_eq!(faults_of(path, body), [""; 0], "{path}: {body}");
    }
}

#[test]
fn a_file_opens_with_what_lives_in_it() {
    for text in ["", "use std::fmt;\n", "\n//! Late.\n", "// Not for the documentation.\n"] {
        let source = Source { path: "src/time.rs".to_owned(), text: text.to_owned() };
        let found = faults(&[source], &[]);
        assert_eq!(found.len(), 1, "{text:?}");
        assert!(found[0].starts_with("src/time.rs:1: does not open with"), "{found:?}");
    }
}

#[test]
fn a_file_longer_than_allowed_is_listed_with_a_reason() {
    let of_lines = |count: usize| {
        let text = "//! Long.\n".repeat(count);
        [Source { path: "src/time.rs".to_owned(), text }]
    };
    let reason = [("src/time.rs", "a table that is read as one")];
    assert_eq!(faults(&of_lines(MOST_LINES), &[]), [""; 0]);
    let found = faults(&of_lines(MOST_LINES + 1), &[]);
    assert_eq!(found, ["src/time.rs:601: is longer than 600 lines"]);
    assert_eq!(faults(&of_lines(MOST_LINES + 1), &reason), [""; 0]);
    // The list does not outlive its reasons.
    for sources in [&of_lines(MOST_LINES)[..], &[]] {
        assert_eq!(faults(sources, &reason), ["src/time.rs:1: is listed as long, and is not"]);
    }
}
