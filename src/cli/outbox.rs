//! `outbox …`: what waits to leave, what was refused, what is undecided; and what a person does
//! about it.

use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::given::ACTOR;
use super::output::{self, Out};
use super::{Args, Ending, Part};
use crate::desk::outbox::OutboxRow;
use crate::desk::ticket::{Delivery, OutboxId};
use crate::store::undelivered::Filter;
use crate::time::Timestamp;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List messages of ours, the newest first
    List {
        /// Only those that are queued, sent, refused or unknown; otherwise all but the sent
        #[arg(long)]
        state: Option<Delivery>,
        /// Only those of this mailbox
        #[arg(long)]
        mailbox: Option<String>,
        #[command(flatten)]
        part: Part,
    },
    /// Show one message
    Show {
        /// The id of the message
        id: i64,
    },
    /// Send refused messages again, each as a new message in its ticket
    Retry(Messages),
    /// Take undecided messages for sent, because they lie in Sent Items or arrived
    Sent(Messages),
    /// Give messages up that wait, are undecided or were refused; a draft may stay behind in Drafts
    Discard {
        #[command(flatten)]
        messages: Messages,
        /// Why, for whoever looks at the ticket later
        #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

/// Which messages.
#[derive(clap::Args, Debug)]
pub(super) struct Messages {
    /// Their ids
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let mut store = app.store()?;
    let now = app.now();
    let rows = match command {
        Command::List { state, mailbox, part } => {
            let filter = Filter { state: *state, mailbox: mailbox.clone() };
            let listing = store.outbox(&filter, part.after, part.limit)?;
            out.listing("outbox", &listing, list_for_people)?;
            return Ok(Ending::Done);
        }
        Command::Show { id } => {
            let row = store.outbox_row(OutboxId(*id))?;
            out.answer(&row, |to| show_for_people(to, &row))?;
            return Ok(Ending::Done);
        }
        Command::Retry(messages) => messages.each(|id| {
            let new = store.send_again(id, ACTOR, now)?;
            Ok(store.outbox_row(new)?)
        })?,
        Command::Sent(messages) => messages.each(|id| {
            store.settle_as_sent(id, ACTOR, now)?;
            Ok(store.outbox_row(id)?)
        })?,
        Command::Discard { messages, reason } => messages.each(|id| {
            store.give_up(id, reason, ACTOR, now)?;
            Ok(store.outbox_row(id)?)
        })?,
    };
    out.answer(&json!({ "outbox": rows }), |to| {
        rows.iter().try_for_each(|row| {
            let reason = if row.reason.is_empty() { "" } else { ": " };
            let (state, ticket) = (row.state, row.ticket);
            let said = output::clean(&row.reason);
            writeln!(to, "outbox {} of ticket {ticket}: {state}{reason}{said}", row.id)
        })
    })?;
    Ok(Ending::Done)
}

impl Messages {
    /// Does something about each, and stops at the first for which it is not possible.
    fn each(
        &self,
        mut one: impl FnMut(OutboxId) -> anyhow::Result<OutboxRow>,
    ) -> anyhow::Result<Vec<OutboxRow>> {
        self.ids.iter().map(|id| one(OutboxId(*id))).collect()
    }
}

fn list_for_people(to: &mut Vec<u8>, rows: &[OutboxRow]) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(to, "nothing waits, and nothing is undecided or refused");
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                row.ticket.to_string(),
                row.state.to_string(),
                row.queued_at.for_people(),
                output::short(&output::addresses(&row.to), 32),
                output::short(&row.reason, 100),
            ]
        })
        .collect();
    output::table(to, &["id", "ticket", "state", "written (UTC)", "to", "reason"], &cells)
}

fn show_for_people(to: &mut Vec<u8>, row: &OutboxRow) -> io::Result<()> {
    let kind = if row.automatic { "written by itself" } else { "written by an agent" };
    let at = |moment: Option<Timestamp>| {
        output::or_dash(moment.map(|at| format!("{} UTC", at.for_people())))
    };
    writeln!(to, "outbox {} of ticket {}, {kind}", row.id, row.ticket)?;
    writeln!(to, "state       {}", row.state)?;
    if !row.reason.is_empty() {
        writeln!(to, "reason      {}", output::clean(&row.reason))?;
    }
    let lists = [
        ("to", &row.to),
        ("cc", &row.cc),
        ("hidden copy", &row.bcc),
        ("came back", &row.came_back),
    ];
    for (word, list) in lists {
        if !list.is_empty() {
            writeln!(to, "{word:<11} {}", output::clean(&output::addresses(list)))?;
        }
    }
    writeln!(to, "subject     {}", output::clean(&row.subject))?;
    writeln!(to, "mailbox     {}", output::clean(&row.mailbox))?;
    let message_id = row.message_id.as_ref().map(|id| output::clean(id.as_str()));
    writeln!(to, "message id  {}", output::or_dash(message_id))?;
    writeln!(to, "written     {} UTC", row.queued_at.for_people())?;
    writeln!(to, "last tried  {}", at(row.tried_at))?;
    writeln!(to, "next look   {}", at(row.due_at))?;
    writeln!(to, "sent        {}", at(row.sent_at))?;
    writeln!(to, "failures    {}", row.attempts)
}
