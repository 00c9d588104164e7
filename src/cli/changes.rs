//! `ticket …`: what agents change from the command line, and the tickets they open for others.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::Usage;
use super::given::{ACTOR, attachment, author, text_given};
use super::output::Out;
use crate::app::App;
use crate::desk::change::Change;
use crate::desk::opening::Opening;
use crate::desk::ticket::{ArticleId, Priority, State, TicketNumber};
use crate::mail::Address;
use crate::store::Store;
use crate::time::Timestamp;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Open a ticket for somebody who called or came by
    Open(Box<Open>),
    /// Set the state: new, open, pending or closed
    Status {
        /// The number of the ticket
        number: i64,
        /// The state it gets
        state: State,
    },
    /// Give a ticket to somebody
    Assign {
        /// The number of the ticket
        number: i64,
        /// The name of the user, or - for nobody
        #[arg(allow_hyphen_values = true)]
        user: String,
    },
    /// Set how urgent a ticket is: low, normal, high or urgent
    Priority {
        /// The number of the ticket
        number: i64,
        /// The priority it gets
        priority: Priority,
    },
    /// Put a ticket into a queue
    Queue {
        /// The number of the ticket
        number: i64,
        /// The queue, or - for none
        #[arg(allow_hyphen_values = true)]
        queue: String,
    },
    /// Put tags on a ticket
    Tag {
        /// The number of the ticket
        number: i64,
        /// The tags
        #[arg(required = true)]
        tags: Vec<String>,
        /// Take them off instead
        #[arg(long)]
        remove: bool,
    },
    /// Set when a ticket is due
    Due {
        /// The number of the ticket
        number: i64,
        /// A date such as 2026-05-04, a time such as 2026-05-04T09:00:00Z, or - for never
        #[arg(allow_hyphen_values = true)]
        at: String,
    },
    /// Call a ticket something else
    Subject {
        /// The number of the ticket
        number: i64,
        /// Its new subject
        subject: String,
    },
    /// Move the conversation of a ticket into another one
    Merge {
        /// The number of the ticket that ends
        number: i64,
        /// The number of the ticket that goes on
        into: i64,
    },
    /// Make a ticket of its own from some articles
    Split {
        /// The number of the ticket
        number: i64,
        /// The ids of the articles that leave it; ticket show --json has them
        #[arg(required = true)]
        articles: Vec<i64>,
    },
    /// Note that two tickets have to do with each other
    Link {
        /// The number of the one
        number: i64,
        /// The number of the other
        other: i64,
        /// Take the link away instead
        #[arg(long)]
        remove: bool,
    },
    /// Put a ticket among the deleted; its content goes after the retention days
    Delete {
        /// The number of the ticket
        number: i64,
    },
    /// Take a ticket back from the deleted
    Undelete {
        /// The number of the ticket
        number: i64,
    },
    /// Say who asks, such as the writer of a letter that was forwarded
    Requester {
        /// The number of the ticket
        number: i64,
        /// The address, such as ana@shop.example
        address: String,
    },
    /// Keep a ticket from retention
    Hold {
        /// The number of the ticket
        number: i64,
        /// Release the hold instead
        #[arg(long)]
        release: bool,
    },
}

#[derive(clap::Args, Debug)]
pub(super) struct Open {
    /// Who asks, such as ana@shop.example
    #[arg(long, value_name = "ADDRESS")]
    requester: String,
    /// The name of who asks
    #[arg(long, default_value = "")]
    name: String,
    /// What it is about
    #[arg(long)]
    subject: String,
    /// The text
    #[arg(long, conflicts_with = "file")]
    text: Option<String>,
    /// A file with the text; without either it is read from standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A file to go along
    #[arg(long, value_name = "PATH")]
    attach: Vec<PathBuf>,
    /// Send the text to who asks, instead of keeping it as a note
    #[arg(long)]
    send: bool,
    /// The mailbox it belongs to; otherwise the first one
    #[arg(long)]
    mailbox: Option<String>,
    /// Its queue
    #[arg(long)]
    queue: Option<String>,
    /// The name of the user who gets it
    #[arg(long, value_name = "USER")]
    assign: Option<String>,
    /// How urgent it is
    #[arg(long, default_value = "normal")]
    priority: Priority,
    /// Its tags
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

pub(super) fn run(
    command: &Command,
    app: &App,
    store: &mut Store,
    out: &mut Out,
) -> anyhow::Result<()> {
    let or_none = |word: &str| (word != "-").then(|| word.to_owned());
    let (number, change) = match command {
        Command::Open(open) => return self::open(open, app, store, out),
        Command::Merge { number, into } => {
            let (number, into) = (TicketNumber(*number), TicketNumber(*into));
            store.merge_tickets(number, into, ACTOR, app.now())?;
            return show(out, store, into, &format!("ticket {number} went into ticket {into}"));
        }
        Command::Split { number, articles } => {
            let number = TicketNumber(*number);
            let articles: Vec<ArticleId> = articles.iter().copied().map(ArticleId).collect();
            let new = store.split_ticket(number, &articles, ACTOR, app.now())?;
            return show(out, store, new, &format!("ticket {new} was split from ticket {number}"));
        }
        Command::Link { number, other, remove } => {
            let (number, other) = (TicketNumber(*number), TicketNumber(*other));
            store.link_tickets(number, other, !remove, ACTOR, app.now())?;
            let verb = if *remove { "no longer linked" } else { "linked" };
            let sentence = format!("tickets {number} and {other} are {verb}");
            return show(out, store, number, &sentence);
        }
        Command::Status { number, state } => (number, Change::State(*state)),
        Command::Assign { number, user } => (number, Change::Assign(or_none(user))),
        Command::Priority { number, priority } => (number, Change::Priority(*priority)),
        Command::Queue { number, queue } => (number, Change::Queue(or_none(queue))),
        Command::Tag { number, tags, remove: false } => (number, Change::Tag(tags.clone())),
        Command::Tag { number, tags, remove: true } => (number, Change::Untag(tags.clone())),
        Command::Due { number, at } => {
            let at = or_none(at).map(|at| Timestamp::typed(&at)).transpose();
            (number, Change::Due(at.map_err(|error| Usage(error.to_string()))?))
        }
        Command::Subject { number, subject } => (number, Change::Subject(subject.clone())),
        Command::Delete { number } => (number, Change::Delete),
        Command::Undelete { number } => (number, Change::Undelete),
        Command::Requester { number, address } => {
            (number, Change::Requester(Address::bare(address.trim())))
        }
        Command::Hold { number, release } => (number, Change::Hold(!release)),
    };
    let number = TicketNumber(*number);
    store.change_ticket(number, &[change], ACTOR, app.now())?;
    let ticket = store.ticket(number)?;
    out.answer(&ticket, |to| {
        let hold = if ticket.hold { ", on hold" } else { "" };
        let assignee = ticket.assignee.as_deref().map(|name| format!(", with {name}"));
        let assignee = assignee.unwrap_or_default();
        writeln!(to, "ticket {number} is {}, {}{assignee}{hold}", ticket.state, ticket.priority)
    })
}

fn show(
    out: &mut Out,
    store: &mut Store,
    number: TicketNumber,
    sentence: &str,
) -> anyhow::Result<()> {
    let ticket = store.ticket(number)?;
    out.answer(&ticket, |to| writeln!(to, "{sentence}"))
}

fn open(open: &Open, app: &App, store: &mut Store, out: &mut Out) -> anyhow::Result<()> {
    let names: Vec<&str> = app.config().mailboxes.iter().map(|it| it.name.as_str()).collect();
    let name = match &open.mailbox {
        Some(name) => name.as_str(),
        None => names.first().copied().unwrap_or_default(),
    };
    if !names.contains(&name) {
        let known = names.join(", ");
        return Err(Usage(format!("there is no mailbox `{name}`; there are {known}")).into());
    }
    let text = text_given(open.text.as_deref(), open.file.as_deref())?;
    let opening = Opening {
        requester: Address { address: open.requester.trim().to_owned(), name: open.name.clone() },
        subject: open.subject.clone(),
        text,
        attachments: open.attach.iter().map(|path| attachment(path)).collect::<Result<_, _>>()?,
        send: open.send,
        queue: open.queue.clone(),
        assignee: open.assign.clone(),
        priority: open.priority,
        tags: open.tag.clone(),
    };
    let author = author();
    let (mailbox, policy) = app.mailbox_policy(name, store)?;
    let number = store.open_ticket((mailbox, &policy), &opening, author, ACTOR, app.now())?;
    let sentence = match open.send {
        true => format!("ticket {number} is open; its first message is queued"),
        false => format!("ticket {number} is open"),
    };
    show(out, store, number, &sentence)
}
