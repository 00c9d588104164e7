//! An agent's answer to a notice: taken for what the agent says only with the id of the notice and from
//! the agent who got it, for whom the receiving service vouches. Everything else is kept where agents
//! see it, and goes to nobody.

use crate::desk::audit::{Action, NewEntry};
use crate::desk::decision::{ACTOR, Decision, Noticed, TicketChange};
use crate::desk::ledger::Outcome;
use crate::desk::new::NewArticle;
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::ticket::{Kind, LedgerId, State, Verdict};
use crate::desk::writing::Writing;
use crate::desk::{machine, notice, sender};
use crate::mail::{Address, Message, MessageId, Protection, quote};

/// The first line of an answer that stays among agents.
const NOTE: &str = "#note";

/// What an answer to a notice becomes.
#[derive(Debug)]
struct Heard {
    /// The article: an answer to the requester, or a note.
    article: NewArticle,
    /// Where the ticket stands then.
    state: State,
    /// The rest of the ledger's sentence.
    reason: String,
}

/// What becomes of a person's answer to a notice.
pub(super) fn decide(
    ledger: LedgerId,
    message: &Message,
    (sha256, fingerprint): (String, String),
    noticed: &Noticed,
    policy: &Policy,
) -> Decision {
    let verified = sender::verdict(message, &policy.address.address);
    let Heard { mut article, state, reason } = hear(message, verified, noticed, policy);
    // By this its copies are known, for the answer leaves under an id of its own.
    article.fingerprint = Some(fingerprint);
    let number = noticed.thread.number;
    let entry = |actor: &str, action, detail: String| NewEntry {
        actor: actor.to_owned(),
        action,
        ticket: Some(number),
        ledger: Some(ledger),
        detail,
    };
    let mut audit = vec![entry(ACTOR, Action::Joined, format!("sha256 {sha256}"))];
    if article.kind == Kind::EmailOut {
        let actor = format!("agent:{}", noticed.agent);
        audit.push(entry(&actor, Action::Replied, "by answering a notice".to_owned()));
        if state != noticed.thread.state {
            let detail = format!("{} to {state}", noticed.thread.state);
            audit.push(entry(&actor, Action::StateChanged, detail));
        }
    } else {
        audit.push(entry(ACTOR, Action::Noted, "an answer to a notice".to_owned()));
    }
    Decision {
        outcome: Outcome::Joined,
        reason,
        ticket: TicketChange::Join(number, state),
        article: Some(article),
        acknowledgement: None,
        note: None,
        refused: None,
        refused_notice: None,
        failed: Vec::new(),
        unreachable: Vec::new(),
        tell: None,
        audit,
    }
}

/// Decides what a person's answer to a notice becomes.
fn hear(message: &Message, verified: Verdict, noticed: &Noticed, policy: &Policy) -> Heard {
    let agent = &noticed.agent;
    let text = message.visible_text.trim();
    let (as_note, added) = without_mark(&quote::added(&message.text));
    // Who cites what an agent wrote has seen it. What anybody else wrote must be no way into the ticket.
    let kept = |why: String, text: &str, message_id: Option<MessageId>| Heard {
        article: NewArticle {
            message_id,
            from: message.from.clone(),
            visible_text: text.to_owned(),
            text: text.to_owned(),
            sender_verified: verified,
            attachments: message.attachments.clone(),
            ..NewArticle::empty(Kind::Note)
        },
        state: noticed.thread.state,
        reason: why,
    };
    let refused = |why: &str| {
        let why = format!("an answer to the notice for {agent} was not sent: {why}");
        let text = format!("{why}\n\n{text}");
        kept(why, &text, None)
    };
    let is_agent =
        message.from.as_ref().is_some_and(|from| from.key() == Address::bare(&noticed.email).key());
    if !is_agent {
        return refused("somebody else wrote it");
    }
    if verified != Verdict::Pass {
        return refused("the receiving service does not vouch for its sender");
    }
    if !noticed.is_active {
        return refused("the agent may no longer sign in");
    }
    let own_id = message.message_id.clone();
    if as_note {
        return kept(format!("a note of {agent}, who answered a notice"), &added, own_id);
    }
    if !noticed.same_mailbox {
        return refused("it came to another mailbox than the notice left");
    }
    if message.protection == Some(Protection::Encrypted) {
        return refused("it is encrypted");
    }
    let has_letter = message.attachments.iter().any(|file| file.content_type == "message/rfc822");
    if message.forwarded.is_some() || has_letter {
        return refused("it passes a letter on");
    }
    let nothing_new = added.is_empty() && message.attachments.is_empty();
    if nothing_new || notice::is_repeated_in(&added) {
        return refused("what is new in it could not be told from the notice");
    }
    // Whoever answers repeats the notice, unless a program answers for them.
    if machine::tells_absence(message) && !notice::is_repeated_in(&message.text) {
        return refused("it seems to be written by a program, for somebody who is away");
    }
    if let Some(struck) = &noticed.struck {
        return refused(struck);
    }
    let writing = Writing {
        text: added.clone(),
        attachments: message.attachments.clone(),
        ..Writing::default()
    };
    match outgoing::reply(&noticed.thread, writing, policy) {
        Err(why) => refused(&why.to_string()),
        Ok((article, _)) if already_there(message, &article) => {
            let why = format!("{agent} answered a notice, and the requester by the same letter");
            kept(why, &added, own_id)
        }
        Ok((article, state)) => {
            let reason = format!("the answer of {agent} to a notice; queued for the requester");
            Heard { article, state, reason }
        }
    }
}

/// Whether a line of a text says that it stays among agents, and the text without that mark. One that is
/// not quite the first line counts as well: what was to stay here must not leave.
fn without_mark(added: &str) -> (bool, String) {
    let mut is_marked = false;
    let mut lines: Vec<&str> = Vec::new();
    for (at, line) in added.lines().enumerate() {
        let bare =
            line.trim_matches(|c: char| c.is_whitespace() || quote::is_invisible(c) || c == '*');
        let begins = bare.get(..NOTE.len()).is_some_and(|start| start.eq_ignore_ascii_case(NOTE));
        let rest = bare.get(NOTE.len()..).unwrap_or_default();
        let is_mark = begins && !rest.starts_with(|c: char| c.is_alphanumeric());
        if is_marked || !is_mark || !(at == 0 || rest.is_empty()) {
            lines.push(line);
            continue;
        }
        is_marked = true;
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":*.-".contains(c));
        if !rest.is_empty() {
            lines.push(rest);
        }
    }
    (is_marked, lines.join("\n").trim().to_owned())
}

/// Whether everybody an answer would go to got the agent's own letter too.
fn already_there(message: &Message, article: &NewArticle) -> bool {
    let had: Vec<String> = message.to.iter().chain(&message.cc).map(Address::key).collect();
    article.to.iter().all(|to| had.contains(&to.key()))
}
