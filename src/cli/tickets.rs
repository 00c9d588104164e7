//! `ticket …`: what agents read and write from the command line. What they change is in `changes`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;

use super::given::{ACTOR, addresses, attachment, author, text_given};
use super::output::{self, Out};
use super::{Args, Ending, Part, Usage, changes, replying};
use crate::config;
use crate::desk::acknowledgement;
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::ticket::{Article, ArticleId, Kind, State, Ticket, TicketNumber, Verdict};
use crate::desk::writing::{Hand, Writing};
use crate::mail::Address;
use crate::store::lists::{Cursor, Filter, Which};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List tickets, the newest activity first
    List {
        /// Only those in this state; otherwise all but the deleted
        #[arg(long)]
        state: Option<State>,
        /// Only those of this queue
        #[arg(long)]
        queue: Option<String>,
        /// Only those of this mailbox
        #[arg(long)]
        mailbox: Option<String>,
        /// Only those of this user, or - for those of nobody
        #[arg(long, value_name = "USER", allow_hyphen_values = true)]
        assignee: Option<String>,
        /// Only those with this tag
        #[arg(long)]
        tag: Option<String>,
        /// Only those of this requester
        #[arg(long, value_name = "ADDRESS")]
        requester: Option<String>,
        #[command(flatten)]
        part: Part<Cursor>,
    },
    /// Show one ticket with its conversation
    Show {
        /// The number of the ticket
        number: i64,
    },
    /// Answer the requester
    Reply(Reply),
    /// Leave a note only agents see
    Note(Note),
    #[command(flatten)]
    Change(changes::Command),
}

#[derive(clap::Args, Debug)]
pub(super) struct Reply {
    #[command(flatten)]
    note: Note,
    /// Send a copy to this address too
    #[arg(long, value_name = "ADDRESS")]
    cc: Vec<String>,
    /// Send a hidden copy to this address too
    #[arg(long, value_name = "ADDRESS")]
    bcc: Vec<String>,
    /// Send a copy to everybody else the message answered went to
    #[arg(long)]
    all: bool,
    /// Answer this message of the ticket; otherwise the newest that a person wrote
    #[arg(long, value_name = "ID")]
    article: Option<i64>,
    /// Show to whom it would go and what it would say, and send nothing; standard input is not read
    #[arg(long, visible_alias = "preview")]
    dry_run: bool,
    /// Answer with the text of this name from the configuration
    #[arg(long, value_name = "NAME", conflicts_with_all = ["text", "file"])]
    canned: Option<String>,
}

#[derive(clap::Args, Debug)]
pub(super) struct Note {
    /// The number of the ticket
    number: i64,
    /// The text
    #[arg(long, conflicts_with = "file")]
    text: Option<String>,
    /// A file with the text; without either it is read from standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A file to go along
    #[arg(long, value_name = "PATH")]
    attach: Vec<PathBuf>,
    /// The state the ticket gets
    #[arg(long)]
    status: Option<State>,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let mut store = app.store()?;
    match command {
        Command::List { state, queue, mailbox, assignee, tag, requester, part } => {
            let filter = Filter {
                which: state.map_or(Which::All, Which::In),
                assignee: assignee.as_ref().map(|name| (name != "-").then(|| name.clone())),
                queue: queue.clone(),
                mailbox: mailbox.clone(),
                tag: tag.clone(),
                requester: requester.as_deref().map(Address::bare),
            };
            let mut listing = store.tickets(&filter, part.after, part.limit)?;
            if out.is_json() {
                for ticket in &mut listing.rows {
                    *ticket = store.ticket(ticket.number)?;
                }
            }
            out.listing("tickets", &listing, list_for_people)?;
        }
        Command::Show { number } => {
            let number = TicketNumber(*number);
            let ticket = store.ticket(number)?;
            out.answer(&ticket, |to| show_for_people(to, &ticket))?;
        }
        Command::Reply(write) => {
            let article = write.article.map(ArticleId);
            let (thread, _, name) =
                store.thread(TicketNumber(write.note.number), article).map_err(replying::unfit)?;
            let policy = app.policy(&name, &mut store)?;
            let canned = match &write.canned {
                Some(name) => {
                    let ticket = store.ticket(thread.number)?;
                    Some(canned(name, &ticket, &policy, &app.config().canned)?)
                }
                None => None,
            };
            let writing = Writing {
                cc: addresses(&write.cc)?,
                bcc: addresses(&write.bcc)?,
                to_all: write.all,
                article,
                ..writing(&write.note, canned, !write.dry_run)?
            };
            if write.dry_run {
                return replying::preview(&thread, &writing, &policy, (&app, &mut store, out));
            }
            let recipients = outgoing::recipients(&thread, &writing, &policy)
                .map_err(|why| Usage(why.to_string()))?;
            let to: Vec<String> = recipients.to.iter().map(output::address).collect();
            let unreachable = store.unreachable(&recipients.everybody(), app.now())?;
            for warning in replying::warnings(&recipients, &unreachable) {
                out.say(&warning);
            }
            let hand = Hand::Answer(&policy);
            let put = store.put(thread.number, writing, hand, ACTOR, app.now());
            let (_, id) = put.map_err(replying::unfit)?;
            out.say(&format!("goes {}", replying::in_words(&recipients)));
            answer_article(out, &mut store, thread.number, id, |number| {
                format!("ticket {number}: the answer to {} is queued", to.join(", "))
            })?;
        }
        Command::Note(note) => {
            let number = TicketNumber(note.number);
            store.thread(number, None)?;
            let author = author();
            let (writing, hand) = (writing(note, None, true)?, Hand::Note(author));
            let (_, id) =
                store.put(number, writing, hand, ACTOR, app.now()).map_err(replying::unfit)?;
            answer_article(out, &mut store, number, id, |number| {
                format!("ticket {number}: the note is kept")
            })?;
        }
        Command::Change(command) => changes::run(command, &app, &mut store, out)?,
    }
    Ok(Ending::Done)
}

fn answer_article(
    out: &mut Out,
    store: &mut crate::store::Store,
    number: TicketNumber,
    id: crate::desk::ticket::ArticleId,
    sentence: impl FnOnce(TicketNumber) -> String,
) -> anyhow::Result<()> {
    let ticket = store.ticket(number)?;
    let article = ticket.articles.iter().find(|article| article.id == id);
    out.answer(&article, |to| writeln!(to, "{}", output::clean(&sentence(number))))
}

/// The text of this name, filled in for a ticket.
fn canned(
    name: &str,
    ticket: &Ticket,
    policy: &Policy,
    all: &[config::Canned],
) -> anyhow::Result<String> {
    let Some(canned) = all.iter().find(|canned| canned.name.eq_ignore_ascii_case(name)) else {
        let names: Vec<&str> = all.iter().map(|canned| canned.name.as_str()).collect();
        let what = match names.is_empty() {
            true => "the configuration has none; add a [[canned]] with name and text".to_owned(),
            false => format!("there are {}", names.join(", ")),
        };
        return Err(Usage(format!("there is no canned text `{name}`; {what}")).into());
    };
    Ok(acknowledgement::fill_canned(&canned.text, ticket, policy))
}

/// What is written: the canned text when there is one; nothing when none is given and `asks` is not
/// set.
fn writing(note: &Note, canned: Option<String>, asks: bool) -> anyhow::Result<Writing> {
    let nothing = note.text.is_none() && note.file.is_none() && !asks;
    let text = match canned {
        Some(text) => text,
        None if nothing => String::new(),
        None => text_given(note.text.as_deref(), note.file.as_deref())?,
    };
    let attachments =
        note.attach.iter().map(|path| attachment(path)).collect::<anyhow::Result<_>>()?;
    Ok(Writing { text, attachments, status: note.status, ..Writing::default() })
}

fn list_for_people(to: &mut Vec<u8>, tickets: &[Ticket]) -> io::Result<()> {
    if tickets.is_empty() {
        return writeln!(to, "no tickets");
    }
    let rows: Vec<Vec<String>> = tickets
        .iter()
        .map(|ticket| {
            vec![
                ticket.number.to_string(),
                ticket.state.to_string(),
                ticket.updated_at.for_people(),
                output::short(ticket.requester.as_ref().map_or("-", Address::for_people), 24),
                output::short(&ticket.subject, 60),
            ]
        })
        .collect();
    output::table(to, &["no", "state", "updated (UTC)", "requester", "subject"], &rows)
}

fn show_for_people(to: &mut Vec<u8>, ticket: &Ticket) -> io::Result<()> {
    writeln!(to, "ticket {}: {}", ticket.number, output::clean(&ticket.subject))?;
    let hold = if ticket.hold { ", on hold" } else { "" };
    writeln!(to, "{}, {} priority{hold}", ticket.state, ticket.priority)?;
    writeln!(to, "mailbox    {}", output::clean(&ticket.mailbox))?;
    writeln!(
        to,
        "requester  {}",
        output::or_dash(ticket.requester.as_ref().map(|r| output::clean(&output::address(r))))
    )?;
    writeln!(to, "queue      {}", output::or_dash(ticket.queue.as_deref().map(output::clean)))?;
    writeln!(to, "assignee   {}", output::or_dash(ticket.assignee.as_deref().map(output::clean)))?;
    if !ticket.tags.is_empty() {
        writeln!(to, "tags       {}", output::clean(&ticket.tags.join(", ")))?;
    }
    for link in &ticket.links {
        writeln!(to, "linked     {} ticket {}", link.for_people().to_lowercase(), link.other)?;
    }
    writeln!(to, "opened     {} UTC", ticket.created_at.for_people())?;
    let newcomers = ticket.newcomers();
    for article in &ticket.articles {
        article_for_people(to, article, newcomers.contains(&article.id))?;
    }
    Ok(())
}

fn article_for_people(to: &mut Vec<u8>, article: &Article, is_new: bool) -> io::Result<()> {
    let who = article.from.as_ref().map_or_else(|| "nobody".to_owned(), output::address);
    let when = article.sent_at.unwrap_or(article.created_at).for_people();
    let mut marks = vec![
        match article.kind {
            Kind::EmailIn => "from",
            Kind::EmailOut => "sent by",
            Kind::Note => "note by",
        }
        .to_owned(),
    ];
    marks.push(output::clean(&who));
    marks.push(format!("on {when} UTC"));
    marks.extend(article.machine.map(|machine| format!("({machine})")));
    marks.extend(article.delivery.map(|delivery| format!("[{delivery}]")));
    marks.extend(match article.sender_verified {
        Verdict::Pass => Some("[sender confirmed]".to_owned()),
        Verdict::Fail => Some("[sender may be forged]".to_owned()),
        Verdict::None => None,
    });
    marks.extend(is_new.then(|| "[new in this ticket]".to_owned()));
    writeln!(to, "\n--- {}", marks.join(" "))?;
    if let Some(reason) = &article.delivery_reason {
        writeln!(to, "{}", output::clean(reason))?;
    }
    if article.kind == Kind::EmailOut {
        for (word, list) in
            [("to", &article.to), ("cc", &article.cc), ("hidden copy", &article.bcc)]
        {
            if !list.is_empty() {
                writeln!(to, "{word} {}", output::clean(&output::addresses(list)))?;
            }
        }
    }
    if let Some(elsewhere) = article.answers_go_elsewhere() {
        writeln!(to, "answers go to {}", output::clean(&output::addresses(elsewhere)))?;
    }
    if let Some(inside) = &article.forwarded {
        let from = inside.from.as_ref().map_or_else(|| "somebody".to_owned(), output::address);
        let (from, subject) = (output::clean(&from), output::clean(&inside.subject));
        writeln!(to, "forwards a letter of {from}: {subject}")?;
    }
    if let Some(bounce) = &article.bounce {
        let words = format!("{} {} {}", bounce.recipient, bounce.status, bounce.reason);
        writeln!(to, "did not reach {}", output::clean(words.trim()))?;
    }
    writeln!(to, "{}", output::clean_lines(&article.visible_text))?;
    if article.visible_text.trim() != article.text.trim() {
        writeln!(to, "(quoted text is left out; --json has it)")?;
    }
    for attachment in &article.attachments {
        let name = output::clean(&attachment.filename);
        writeln!(to, "+ {name} ({}, {} bytes)", attachment.content_type, attachment.size)?;
    }
    Ok(())
}
