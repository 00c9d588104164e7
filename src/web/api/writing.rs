//! What the API changes: new tickets, answers, notes, changes to tickets, and what is decided about
//! messages of ours that did not leave. Each goes through the same
//! decision as on the pages and the command line.

use super::given::{self, Changes, File, Whom, unfit};
use super::{Caller, Outcome, Refusal, Resource, whole};
use crate::desk::change::{self, Change};
use crate::desk::opening::Opening;
use crate::desk::outbox::Step;
use crate::desk::ticket::{ArticleId, Kind, OutboxId, Priority, State, Ticket, TicketNumber};
use crate::desk::writing::{Hand, Writing, author};
use crate::mail::{Address, Attachment};
use crate::store::Store;
use crate::store::once::By;
use crate::time::Timestamp;
use crate::web::asked::Asked;
use crate::web::shared::Desk;

pub(super) fn answer(
    desk: &Desk,
    store: &mut Store,
    asked: &Asked,
    resource: &Resource,
    caller: &Caller,
    now: Timestamp,
) -> Outcome {
    // To change a ticket twice in the same way is to change it once; no key is needed for that.
    let request = match asked.method.as_str() {
        "POST" => given::once(asked)?,
        _ => None,
    };
    let by = By { actor: &caller.actor, request: request.as_ref() };
    match resource {
        Resource::Tickets => open(desk, store, asked, (caller, by), now),
        Resource::Ticket(number) => change_ticket(store, asked, *number, caller, now),
        Resource::Replies(number) => {
            write(desk, store, asked, (*number, Kind::EmailOut), (caller, by), now)
        }
        Resource::Notes(number) => {
            write(desk, store, asked, (*number, Kind::Note), (caller, by), now)
        }
        Resource::Decision(id, step) => decide(store, asked, (*id, *step), by, now),
        // Their methods were refused before.
        _ => Err(Refusal::new(405, "method_not_allowed", "this cannot be changed")),
    }
}

fn open(
    desk: &Desk,
    store: &mut Store,
    asked: &Asked,
    (caller, by): (&Caller, By<'_>),
    now: Timestamp,
) -> Outcome {
    let given: given::NewTicket = given::read(asked)?;
    let (mailbox, policy) = desk.mailbox(given.mailbox.as_deref()).map_err(unfit)?;
    let opening = Opening {
        requester: given.requester.address()?,
        subject: given.subject,
        text: given.text,
        attachments: files(given.attachments)?,
        send: given.send,
        queue: given.queue,
        assignee: given.assignee,
        priority: match given.priority {
            Some(word) => given::priority(&word)?,
            None => Priority::Normal,
        },
        tags: given.tags,
    };
    let author = author(&caller.name);
    let number = store
        .open_ticket((mailbox, policy), &opening, author, by, now)
        .map_err(unfit_for_the_desk)?;
    let answer = whole(201, &store.ticket(number)?)?;
    Ok(answer.with("Location", format!("/api/v1/tickets/{number}")))
}

fn change_ticket(
    store: &mut Store,
    asked: &Asked,
    number: TicketNumber,
    caller: &Caller,
    now: Timestamp,
) -> Outcome {
    let given: Changes = given::read(asked)?;
    let ticket = store.ticket(number)?;
    let into = given.merged_into.map(TicketNumber);
    let changes = changes(given, &ticket)?;
    if let Some(into) = into {
        if !changes.is_empty() {
            return Err(unfit("merged_into stands alone; send the other changes to that ticket"));
        }
        store.merge_tickets(number, into, &caller.actor, now)?;
    }
    store.change_ticket(number, &changes, &caller.actor, now)?;
    whole(200, &store.ticket(number)?)
}

/// The changes that lead from a ticket to what was given.
fn changes(given: Changes, ticket: &Ticket) -> Result<Vec<Change>, Refusal> {
    let mut changes = Vec::new();
    if let Some(word) = given.state {
        let state = given::state(&word)?;
        match (ticket.state, state) {
            (State::Deleted, State::Deleted) => {}
            (_, State::Deleted) => changes.push(Change::Delete),
            (State::Deleted, _) => changes.extend([Change::Undelete, Change::State(state)]),
            (_, _) => changes.push(Change::State(state)),
        }
    }
    if let Some(word) = given.priority {
        changes.push(Change::Priority(given::priority(&word)?));
    }
    changes.extend(given.queue.map(Change::Queue));
    changes.extend(given.assignee.map(Change::Assign));
    changes.extend(given.due_at.map(Change::Due));
    changes.extend(given.subject.map(Change::Subject));
    if let Some(requester) = given.requester {
        changes.push(Change::Requester(requester.address()?));
    }
    if let Some(tags) = given.tags {
        changes.extend(change::retag(&ticket.tags, tags));
    }
    // Put among the deleted only what may be; release a hold before, set one after.
    match given.hold {
        Some(false) => changes.insert(0, Change::Hold(false)),
        Some(true) => changes.push(Change::Hold(true)),
        None => {}
    }
    // What is put among the deleted takes no change from then on.
    if let Some(at) = changes.iter().position(|change| *change == Change::Delete) {
        let delete = changes.remove(at);
        let at = changes.iter().position(|change| *change == Change::Hold(true));
        changes.insert(at.unwrap_or(changes.len()), delete);
    }
    Ok(changes)
}

fn write(
    desk: &Desk,
    store: &mut Store,
    asked: &Asked,
    (number, kind): (TicketNumber, Kind),
    (caller, by): (&Caller, By<'_>),
    now: Timestamp,
) -> Outcome {
    let given: given::NewArticle = given::read(asked)?;
    let goes_out = !given.cc.is_empty() || !given.bcc.is_empty() || given.article.is_some();
    if kind == Kind::Note && goes_out {
        return Err(unfit("a note goes to nobody; leave out cc, bcc and article"));
    }
    let writing = Writing {
        text: given.text,
        cc: addresses(given.cc)?,
        bcc: addresses(given.bcc)?,
        attachments: files(given.attachments)?,
        status: given.status.as_deref().map(given::state).transpose()?,
        to_all: given.to_all,
        article: given.article.map(ArticleId),
    };
    let (_, _, mailbox) = store.thread(number, None)?;
    let hand = match kind {
        Kind::Note => Hand::Note(author(&caller.name)),
        _ => Hand::Answer(desk.mailbox(Some(&mailbox)).map_err(unfit)?.1),
    };
    let (number, id) = store.put(number, writing, hand, by, now)?;
    written_article(store, number, id)
}

/// Decides about one message of ours. A message sent again is a new one, so that one is answered.
fn decide(
    store: &mut Store,
    asked: &Asked,
    (id, step): (OutboxId, Step),
    by: By<'_>,
    now: Timestamp,
) -> Outcome {
    let (status, id) = match step {
        Step::Again => {
            given::nothing(asked)?;
            (201, store.send_again(id, by, now)?)
        }
        Step::Sent => {
            given::nothing(asked)?;
            (200, store.settle_as_sent(id, by, now)?)
        }
        Step::GiveUp => {
            let given: given::GivenUp = given::read(asked)?;
            if given.reason.trim().is_empty() {
                return Err(unfit("reason: say why, for whoever looks at the ticket later"));
            }
            (200, store.give_up(id, given.reason.trim(), by, now)?)
        }
    };
    whole(status, &store.outbox_row(id)?)
}

fn written_article(store: &mut Store, number: TicketNumber, id: ArticleId) -> Outcome {
    let ticket = store.ticket(number)?;
    whole(201, &ticket.articles.iter().find(|article| article.id == id))
}

fn addresses(whom: Vec<Whom>) -> Result<Vec<Address>, Refusal> {
    whom.into_iter().map(Whom::address).collect()
}

fn files(files: Vec<File>) -> Result<Vec<Attachment>, Refusal> {
    files.into_iter().map(File::attachment).collect()
}

/// What the desk says no to when nothing was there before is a fault of what was given.
fn unfit_for_the_desk(error: crate::store::Error) -> Refusal {
    match error {
        crate::store::Error::NotPossible(sentence) => unfit(sentence),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_come_in_an_order_in_which_they_are_possible() {
        let ticket = |state| -> Ticket {
            let moment = Timestamp::from_unix(0);
            Ticket {
                number: TicketNumber(7),
                subject: "Lamp".into(),
                state,
                priority: Priority::Normal,
                queue: None,
                assignee: None,
                requester: None,
                mailbox: "support".into(),
                tags: vec!["glass".into(), "lamp".into()],
                created_at: moment,
                updated_at: moment,
                due_at: None,
                closed_at: None,
                merged_into: None,
                links: Vec::new(),
                hold: true,
                articles: Vec::new(),
            }
        };
        let of = |state, text: &str| {
            let given: Changes = serde_json::from_str(text).expect("it is well made");
            changes(given, &ticket(state)).expect("it is possible")
        };
        let (open, deleted) = (State::Open, State::Deleted);
        for (text, state, expected) in [
            ("{}", open, vec![]),
            (r#"{"state":"closed"}"#, open, vec![Change::State(State::Closed)]),
            (
                r#"{"state":"deleted","priority":"low","hold":false}"#,
                open,
                vec![Change::Hold(false), Change::Priority(Priority::Low), Change::Delete],
            ),
            (r#"{"state":"deleted","hold":true}"#, open, vec![Change::Delete, Change::Hold(true)]),
            (
                r#"{"state":"pending"}"#,
                deleted,
                vec![Change::Undelete, Change::State(State::Pending)],
            ),
            (r#"{"queue":null}"#, open, vec![Change::Queue(None)]),
            (
                r#"{"tags":["LAMP","fax"]}"#,
                open,
                vec![
                    Change::Untag(vec!["glass".into()]),
                    Change::Tag(vec!["LAMP".into(), "fax".into()]),
                ],
            ),
        ] {
            assert_eq!(of(state, text), expected, "{text}");
        }
    }
}
