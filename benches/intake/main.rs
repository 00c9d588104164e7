//! Intake, and each part of it, beside the least that the same work can cost, in one run: the whole
//! program beside a bare pipeline, reading beside mail-parser, storing beside bare SQLite, fetching
//! beside bare HTTP. The mailbox and both programs run in processes of their own. `cargo bench
//! --bench intake`; `COUNTERFOIL_BENCH_LETTERS` and `COUNTERFOIL_BENCH_AVERAGE` (bytes) change how
//! many letters there are and how large.

#![allow(clippy::print_stdout)]

mod bare;
mod measure;
mod parts;
#[path = "../policy/mod.rs"]
mod policy;
mod practice;
mod rows;

use std::path::Path;
use std::process::{Command, Stdio};

use measure::Cost;
use practice::{ADDRESS, Elsewhere, Place};

const PROGRAM: &str = env!("CARGO_BIN_EXE_counterfoil");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // This program runs itself for whatever is measured, or must not be, in another process.
    match arguments.split_first() {
        Some((role, rest)) if role == "mailbox" => practice::run(rest),
        Some((role, rest)) if role == "pipeline" => {
            bare::run(&Place::from_arguments(rest), Path::new(&rest[4]), rest[5] == "full-text");
        }
        Some((role, rest)) if role == "fetch-bare" => {
            bare::fetch_only(&Place::from_arguments(rest));
        }
        Some((role, rest)) if role == "fetch" => parts::fetch(&Place::from_arguments(rest)),
        _ => measure_all(),
    }
}

fn measure_all() {
    let number = |name: &str, otherwise| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let letters = number("COUNTERFOIL_BENCH_LETTERS", 10_000);
    let average = number("COUNTERFOIL_BENCH_AVERAGE", 55_000);
    println!("{letters} letters of {average} bytes on average; processor time is user and system");
    println!();
    whole(letters, average);
    println!();
    parts::measure(letters, average);
}

/// The whole program beside the bare pipeline, each over a mailbox of the same letters.
fn whole(letters: usize, average: usize) {
    let (bare, _) = over_a_mailbox(letters, average, |place, folder| {
        pipeline(place, &folder.join("bare.db"), "plain")
    });
    let (indexed, _) = over_a_mailbox(letters, average, |place, folder| {
        pipeline(place, &folder.join("bare.db"), "full-text")
    });
    let (program, requests) = over_a_mailbox(letters, average, |place, folder| {
        configure(folder, place);
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(folder.join("counterfoil.toml")).args(["run", "--once"]);
        command.stderr(Stdio::null()).stdout(Stdio::null());
        command
    });
    bare.print("bare pipeline");
    indexed.print("bare pipeline, full-text index");
    program.print("run --once");
    program.print_beside(&bare, "  beside the bare pipeline");
    program.print_beside(&indexed, "  beside it with full-text index");
    println!("{:<34}{:>8.3}", "  requests per letter", requests as f64 / letters as f64);
}

/// What a program costs over a mailbox of its own, and the requests it made.
fn over_a_mailbox(
    letters: usize,
    average: usize,
    program: impl Fn(&Place, &Path) -> Command,
) -> (Cost, u64) {
    let mut mailbox = Elsewhere::start(letters, average);
    let folder = tempfile::tempdir().expect("a folder");
    let cost = measure::program(&mut program(&mailbox.place, folder.path()), letters);
    (cost, mailbox.requests())
}

fn pipeline(place: &Place, database: &Path, index: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a name"));
    command.arg("pipeline").args(place.arguments()).arg(database).arg(index);
    command
}

/// Every letter becomes an open ticket or joins one, and none is acknowledged: sending is not what
/// is measured.
fn configure(folder: &Path, place: &Place) {
    std::fs::write(folder.join("secret"), &place.secret).expect("writable");
    let Place { url, tenant, client, .. } = place;
    let text = format!(
        "[store]\npath = \"counterfoil.db\"\n[[mailbox]]\nname = \"support\"\n\
         address = \"{ADDRESS}\"\ntenant_id = \"{tenant}\"\nclient_id = \"{client}\"\n\
         client_secret_file = \"secret\"\nlogin_url = \"{url}\"\ngraph_url = \"{url}\"\n\
         acknowledge = false\nactivated_at = \"2000-01-01T00:00:00Z\"\n"
    );
    std::fs::write(folder.join("counterfoil.toml"), text).expect("writable");
}
