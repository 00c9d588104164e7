//! `audit …`: the trail of everything that was done, and its check.

use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::output::{self, Out};
use super::{Args, Ending, Part};
use crate::desk::audit::Entry;
use crate::store::audit::Verdict;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List the entries, the newest first
    Show {
        #[command(flatten)]
        part: Part,
    },
    /// Check the chain and the stored originals; exit code 3 when something does not fit
    Verify,
    /// Print the head of the chain, to keep it elsewhere
    Head,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let mut store = args.app()?.store()?;
    match command {
        Command::Show { part } => {
            let listing = store.audit(part.after, part.limit)?;
            out.listing("entries", &listing, list_for_people)?;
            Ok(Ending::Done)
        }
        Command::Verify => {
            let chain = store.verify_audit()?;
            let originals = store.verify_originals()?;
            let (holds, sentence) = match &chain {
                Verdict::Whole { entries, .. } => {
                    (true, format!("the chain holds: {entries} entries"))
                }
                Verdict::Broken { seq, why } => {
                    (false, format!("THE CHAIN IS BROKEN at entry {seq}: {why}"))
                }
            };
            let holds = holds && originals.damaged.is_empty();
            let document = json!({
                "holds": holds, "chain": sentence, "originals": originals.kept,
                "damaged": originals.damaged,
            });
            out.answer(&document, |to| {
                writeln!(to, "{sentence}")?;
                for ledger in &originals.damaged {
                    writeln!(to, "THE ORIGINAL of ledger row {ledger} is not what was fetched")?;
                }
                writeln!(to, "{} originals are kept", originals.kept)
            })?;
            Ok(if holds { Ending::Done } else { Ending::Attention })
        }
        Command::Head => {
            let newest = store.audit(None, 1)?.rows.into_iter().next();
            out.answer(&newest, |to| match &newest {
                Some(entry) => writeln!(to, "{} {} {}", entry.seq, entry.at, entry.hash),
                None => writeln!(to, "nothing was done yet"),
            })?;
            Ok(Ending::Done)
        }
    }
}

fn list_for_people(to: &mut Vec<u8>, entries: &[Entry]) -> io::Result<()> {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.seq.to_string(),
                entry.at.for_people(),
                entry.actor.clone(),
                entry.action.clone(),
                output::or_dash(entry.ticket),
                output::or_dash(entry.ledger),
                output::short(&entry.detail, 60),
            ]
        })
        .collect();
    let headings = ["seq", "at (UTC)", "actor", "action", "ticket", "ledger", "detail"];
    output::table(to, &headings, &rows)
}
