//! What an agent sees of an answer before it is queued: to whom it goes and what should be known of
//! them, under which subject, with which files, and what it repeats. What the desk says against it is told as
//! a wrong use.

use std::io::{self, Write};

use serde::Serialize;

use super::output::{self, Out};
use super::{Ending, Usage};
use crate::app::App;
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::recipients::Recipients;
use crate::desk::ticket::TicketNumber;
use crate::desk::writing::{Thread, Writing};
use crate::mail::Address;
use crate::store::{self, Store};

/// An answer that is not sent.
#[derive(Serialize)]
struct Preview<'a> {
    ticket: TicketNumber,
    from: &'a Address,
    to: &'a [Address],
    cc: &'a [Address],
    bcc: &'a [Address],
    subject: String,
    text: Option<String>,
    quoted: Option<String>,
    attachments: Vec<File<'a>>,
    /// What an agent should know.
    warnings: &'a [String],
    /// Why it would not be taken, if so.
    refused: Option<String>,
}

#[derive(Serialize)]
struct File<'a> {
    filename: &'a str,
    content_type: &'a str,
    size: usize,
}

/// What an agent should know of these recipients, a sentence each. `unreachable` are those whose last
/// letters all came back.
pub(super) fn warnings(recipients: &Recipients, unreachable: &[(Address, u32)]) -> Vec<String> {
    let mut warnings = recipients.remarks();
    for (address, count) in unreachable {
        warnings.push(format!(
            "the last {count} letters to {} came back, and this one may; it is queued all the same",
            address.address
        ));
    }
    warnings
}

/// What cannot be put into a ticket is a wrong use; whatever else fails is not.
pub(super) fn unfit(error: store::Error) -> anyhow::Error {
    match error {
        store::Error::Unfit(why) => Usage(why.to_string()).into(),
        error => error.into(),
    }
}

/// The recipients in one sentence.
pub(super) fn in_words(recipients: &Recipients) -> String {
    let lists = [("to", &recipients.to), ("cc", &recipients.cc), ("hidden copy", &recipients.bcc)];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let words = lists.map(|(word, list)| format!("{word} {}", output::addresses(list)));
    words.collect::<Vec<_>>().join("; ")
}

/// Shows an answer that is not sent.
pub(super) fn preview(
    thread: &Thread,
    writing: &Writing,
    policy: &Policy,
    (app, store, out): (&App, &mut Store, &mut Out),
) -> anyhow::Result<Ending> {
    let unsent =
        store.unsent((thread, writing), policy, &app.quoting(), app.now()).map_err(unfit)?;
    let recipients = &unsent.recipients;
    let has_text = !writing.text.trim().is_empty();
    let preview = Preview {
        ticket: thread.number,
        from: &policy.address,
        to: &recipients.to,
        cc: &recipients.cc,
        bcc: &recipients.bcc,
        subject: unsent.subject,
        text: has_text.then(|| outgoing::signed(&writing.text, policy)),
        quoted: unsent.quoted,
        attachments: writing
            .attachments
            .iter()
            .map(|file| File {
                filename: &file.filename,
                content_type: &file.content_type,
                size: file.bytes.len(),
            })
            .collect(),
        warnings: &warnings(recipients, &unsent.unreachable),
        refused: unsent.struck,
    };
    out.answer(&preview, |to| for_people(to, &preview))?;
    Ok(if preview.refused.is_some() { Ending::Attention } else { Ending::Done })
}

fn for_people(to: &mut Vec<u8>, preview: &Preview<'_>) -> io::Result<()> {
    writeln!(to, "from         {}", output::clean(&output::address(preview.from)))?;
    for (word, list) in [("to", preview.to), ("cc", preview.cc), ("hidden copy", preview.bcc)] {
        if !list.is_empty() {
            writeln!(to, "{word:<12} {}", output::clean(&output::addresses(list)))?;
        }
    }
    writeln!(to, "subject      {}", output::clean(&preview.subject))?;
    for file in &preview.attachments {
        let name = output::clean(file.filename);
        writeln!(to, "file         {name} ({}, {} bytes)", file.content_type, file.size)?;
    }
    for text in preview.text.iter().chain(&preview.quoted) {
        writeln!(to, "\n{}", output::clean_lines(text.trim_end()))?;
    }
    writeln!(to)?;
    for warning in preview.warnings {
        writeln!(to, "mind: {}", output::clean(warning))?;
    }
    match &preview.refused {
        Some(why) => writeln!(to, "nothing is sent, nor would it be: {}", output::clean(why)),
        None => writeln!(to, "nothing is sent; without --dry-run it is"),
    }
}
