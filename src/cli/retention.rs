//! `retention …`: what is past its days, and its erasure.

use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::output::{self, Out};
use super::{Args, Ending};
use crate::desk::retention::Expiry;
use crate::time::Timestamp;

/// Things of each kind looked at in one go.
const BATCH: u32 = 1_000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Show what would go, and why
    Preview {
        /// As it would be at this time, such as 2026-06-01 or 2026-06-01T12:00:00Z
        #[arg(long, value_name = "TIME")]
        as_of: Option<Timestamp>,
    },
    /// Erase what is past its days now
    Run,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let (mut store, days) = (app.store()?, app.days());
    match command {
        Command::Preview { as_of } => {
            let at = as_of.unwrap_or_else(|| app.now());
            let expiries = store.expired(days, at, u32::MAX)?;
            out.answer(&json!({ "as_of": at, "expiries": expiries }), |to| {
                list_for_people(to, &expiries, "would go")
            })?;
        }
        Command::Run => {
            let mut gone = Vec::new();
            loop {
                let batch = store.erase(days, app.now(), BATCH)?;
                if batch.is_empty() {
                    break;
                }
                gone.extend(batch);
            }
            out.answer(&json!({ "expiries": gone }), |to| list_for_people(to, &gone, "went"))?;
        }
    }
    Ok(Ending::Done)
}

fn list_for_people(to: &mut Vec<u8>, expiries: &[Expiry], verb: &str) -> io::Result<()> {
    if expiries.is_empty() {
        return writeln!(to, "nothing is past its days");
    }
    let rows: Vec<Vec<String>> = expiries
        .iter()
        .map(|expiry| {
            let what = match (expiry.ledger, expiry.ticket) {
                _ if expiry.draft.is_some() => "a draft".to_owned(),
                (Some(ledger), _) => format!("raw copy of ledger row {ledger}"),
                (None, ticket) => format!("ticket {}", output::or_dash(ticket)),
            };
            vec![what, expiry.due_at.for_people(), expiry.reason.clone()]
        })
        .collect();
    output::table(to, &["what", "due (UTC)", "why"], &rows)?;
    writeln!(to, "{} {verb}", expiries.len())
}
