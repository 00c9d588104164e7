//! `preview`: what a run would do, without doing it.

use std::io::{self, Write};

use serde_json::json;

use super::output::{Out, clean};
use super::{Args as Line, Ending};
use crate::desk::ledger::Preview;

pub(super) fn run(line: &Line, out: &mut Out) -> anyhow::Result<Ending> {
    let app = line.app()?;
    let (previews, failures) = out.waiting("reading", || app.preview())?;
    out.answer(&json!({ "mailboxes": previews, "failures": failures }), |to| {
        previews.iter().try_for_each(|preview| for_people(to, preview))?;
        writeln!(to, "nothing was changed, neither here nor in a mailbox")
    })?;
    for sentence in &failures {
        out.say(sentence);
    }
    if !failures.is_empty() {
        anyhow::bail!("not everything could be read; what is told above is not the whole");
    }
    Ok(Ending::Done)
}

fn for_people(to: &mut Vec<u8>, preview: &Preview) -> io::Result<()> {
    let name = clean(&preview.mailbox);
    let (Some(oldest), Some(newest)) = (preview.oldest, preview.newest) else {
        return writeln!(to, "mailbox {name}: nothing waits; a run would change nothing");
    };
    writeln!(
        to,
        "mailbox {name}: {} messages, received {} to {} UTC; in a run",
        preview.messages,
        oldest.for_people(),
        newest.for_people()
    )?;
    let since = preview.activated_at.for_people();
    for (count, what) in [
        (preview.tickets, "open a ticket".to_owned()),
        (preview.joins, "join a ticket".to_owned()),
        (preview.duplicates, "be named copies of letters that are here already".to_owned()),
        (preview.quarantined, "be set aside for a person".to_owned()),
        (preview.unread, "wait, for they could not be read now".to_owned()),
    ] {
        if count > 0 {
            writeln!(to, "{count:>8} messages {what}")?;
        }
    }
    for (count, what) in [
        (preview.archived, format!("of them are from before {since} UTC: closed, never answered")),
        (preview.machine, "of them are machine mail: never answered".to_owned()),
    ] {
        if count > 0 {
            writeln!(to, "{count:>8} {what}")?;
        }
    }
    writeln!(to, "{:>8} acknowledgements are sent", preview.acknowledgements)?;
    for (count, what) in [
        (preview.copies, "originals are copied first"),
        (preview.removals, "originals are removed, into Recoverable Items"),
        (preview.moves, "originals are moved"),
    ] {
        if count > 0 {
            writeln!(to, "{count:>8} {what}")?;
        }
    }
    Ok(())
}
