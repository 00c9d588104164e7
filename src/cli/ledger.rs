//! `ledger …`: what became of every message.

use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::output::{self, Out};
use super::{Args, Ending, Part};
use crate::app::App;
use crate::desk::ledger::{Balance, LedgerRow, Outcome, Reconciliation};
use crate::desk::ticket::LedgerId;
use crate::store::ledger_lists::Filter;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List the rows, the newest first
    List {
        /// Only those of this mailbox
        #[arg(long)]
        mailbox: Option<String>,
        /// Only those with this outcome
        #[arg(long)]
        outcome: Option<Outcome>,
        /// Only those with this Message-ID or this id of the provider
        #[arg(long, value_name = "ID")]
        message: Option<String>,
        #[command(flatten)]
        part: Part,
    },
    /// Show one row
    Show {
        /// The id of the row
        id: i64,
    },
    /// Close the sum of every mailbox; exit code 3 when one does not close
    Balance,
    /// Compare with a full listing of the mailbox, and import what is missing
    Reconcile {
        /// Only this mailbox
        #[arg(long)]
        mailbox: Option<String>,
    },
    /// Try again to take in messages that failed, were set aside, discarded or vanished
    Retry(Messages),
    /// Make a ticket of messages that were set aside, the original attached
    MakeTicket(Messages),
    /// Discard messages that were not taken in; their originals stay in the mailbox
    Discard {
        #[command(flatten)]
        messages: Messages,
        /// Why, for whoever looks at the ledger later
        #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

/// Which messages.
#[derive(clap::Args, Debug)]
pub(super) struct Messages {
    /// The ids of their rows
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
}

impl Messages {
    fn rows(&self) -> Vec<LedgerId> {
        self.ids.iter().copied().map(LedgerId).collect()
    }
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let mut store = app.store()?;
    match command {
        Command::List { mailbox, outcome, message, part } => {
            let filter =
                Filter { mailbox: mailbox.clone(), outcome: *outcome, message: message.clone() };
            let listing = store.ledger(&filter, part.after, part.limit)?;
            out.listing("ledger", &listing, list_for_people)?;
            Ok(Ending::Done)
        }
        Command::Show { id } => {
            let row = store.ledger_row(LedgerId(*id))?;
            out.answer(&row, |to| show_for_people(to, &row))?;
            Ok(Ending::Done)
        }
        Command::Balance => {
            let balances = store.balance()?;
            out.answer(&json!({ "mailboxes": balances }), |to| balance_for_people(to, &balances))?;
            let closes = balances.iter().all(|balance| balance.closes);
            Ok(if closes { Ending::Done } else { Ending::Attention })
        }
        Command::Reconcile { mailbox } => {
            let found = out.waiting("comparing", || app.reconcile(mailbox.as_deref()))?;
            out.answer(&json!({ "mailboxes": found }), |to| {
                found.iter().try_for_each(|found| writeln!(to, "{}", comparison(found)))
            })?;
            let closes = store.balance()?.iter().all(|balance| balance.closes);
            Ok(if closes { Ending::Done } else { Ending::Attention })
        }
        Command::Retry(messages) => try_again(&app, messages, false, out),
        Command::MakeTicket(messages) => try_again(&app, messages, true, out),
        Command::Discard { messages, reason } => {
            let rows = messages
                .rows()
                .into_iter()
                .map(|id| app.discard(id, reason))
                .collect::<Result<Vec<_>, _>>()?;
            out.answer(&json!({ "ledger": rows }), |to| {
                rows.iter().try_for_each(|row| {
                    writeln!(to, "ledger row {}: discarded; its original is left alone", row.id)
                })
            })?;
            Ok(Ending::Done)
        }
    }
}

/// Has messages tried again, and says what became of them.
fn try_again(
    app: &App,
    messages: &Messages,
    forced: bool,
    out: &mut Out,
) -> anyhow::Result<Ending> {
    let rows = out.waiting("taking in", || app.try_again(&messages.rows(), forced))?;
    out.answer(&json!({ "ledger": rows }), |to| {
        rows.iter().try_for_each(|row| {
            let reason = if row.reason.is_empty() {
                String::new()
            } else {
                format!(": {}", output::clean(&row.reason))
            };
            let ticket = row.ticket.map(|ticket| format!(" as ticket {ticket}"));
            let (outcome, ticket) = (row.outcome, ticket.unwrap_or_default());
            writeln!(to, "ledger row {}: {outcome}{ticket}{reason}", row.id)
        })
    })?;
    let settled = rows
        .iter()
        .all(|row| matches!(row.outcome, Outcome::Opened | Outcome::Joined | Outcome::Duplicate));
    Ok(if settled { Ending::Done } else { Ending::Attention })
}

fn comparison(found: &Reconciliation) -> String {
    let listed =
        format!("mailbox {}: {} in the folder", output::clean(&found.mailbox), found.listed);
    if found.finds_nothing() {
        return format!("{listed}, all of them in the ledger, and none missing");
    }
    let mut words = vec![listed];
    for (count, what) in [
        (found.new, "new, imported"),
        (found.returned, "back in the folder, imported"),
        (found.restored, "put back by somebody, left there"),
        (found.vanished, "vanished before they could be taken in"),
        (found.left, "left in the folder once and there no more"),
    ] {
        if count > 0 {
            words.push(format!("{count} {what}"));
        }
    }
    words.join("; ")
}

fn list_for_people(to: &mut Vec<u8>, rows: &[LedgerRow]) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(to, "no messages");
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                row.mailbox.clone(),
                row.received_at.for_people(),
                row.outcome.to_string(),
                output::or_dash(row.ticket),
                row.original.to_string(),
                output::short(&row.reason, 60),
            ]
        })
        .collect();
    let headings = ["id", "mailbox", "received (UTC)", "outcome", "ticket", "original", "reason"];
    output::table(to, &headings, &cells)
}

fn show_for_people(to: &mut Vec<u8>, row: &LedgerRow) -> io::Result<()> {
    let message_id = row.message_id.as_ref().map(|id| output::clean(id.as_str()));
    let until =
        row.recoverable_until.map(|at| format!(", recoverable until {} UTC", at.for_people()));
    writeln!(to, "ledger row {} of mailbox {}", row.id, output::clean(&row.mailbox))?;
    writeln!(to, "received    {} UTC", row.received_at.for_people())?;
    writeln!(to, "listed      {} UTC", row.listed_at.for_people())?;
    writeln!(to, "outcome     {}", row.outcome)?;
    if !row.reason.is_empty() {
        writeln!(to, "reason      {}", output::clean(&row.reason))?;
    }
    writeln!(to, "ticket      {}", output::or_dash(row.ticket))?;
    writeln!(to, "original    {}{}", row.original, until.unwrap_or_default())?;
    writeln!(to, "raw copy    {}", if row.raw_kept { "kept" } else { "not kept" })?;
    writeln!(to, "size        {} bytes", output::or_dash(row.size))?;
    writeln!(to, "message id  {}", output::or_dash(message_id))?;
    writeln!(to, "sha256      {}", output::or_dash(row.sha256.as_deref()))?;
    writeln!(to, "item        {}", output::clean(&row.item_id))
}

fn balance_for_people(to: &mut Vec<u8>, balances: &[Balance]) -> io::Result<()> {
    let rows: Vec<Vec<String>> = balances
        .iter()
        .map(|b| {
            let numbers = [
                b.listed,
                b.waiting,
                b.opened,
                b.joined,
                b.duplicate,
                b.quarantined,
                b.discarded,
                b.vanished,
            ];
            let closes = if b.closes { "closes" } else { "DOES NOT CLOSE" };
            let cells = numbers.iter().map(u64::to_string);
            std::iter::once(b.mailbox.clone()).chain(cells).chain([closes.to_owned()]).collect()
        })
        .collect();
    let headings = [
        "mailbox",
        "listed",
        "waiting",
        "opened",
        "joined",
        "duplicate",
        "quarantined",
        "discarded",
        "vanished",
        "",
    ];
    output::table(to, &headings, &rows)
}
