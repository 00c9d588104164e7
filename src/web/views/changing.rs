//! The changes beside a ticket's conversation: the forms, and what they ask for. A form tells what it
//! showed, and only what was changed in it is changed: what somebody else set meanwhile stays, and
//! where both changed the same, the form is shown once more before it counts.

use std::fmt::Display;

use maud::{Markup, html};

use super::alert;
use crate::desk::change::Change;
use crate::desk::ticket::{LinkKind, Priority, State, Ticket, TicketNumber};
use crate::mail::Address;
use crate::time::Zone;
use crate::web::asked::Asked;
use crate::web::locale::Locale;
use crate::web::session::TOKEN_FIELD;
use crate::web::texts::put;

/// How a form writes a moment (HTML section 2.3.5.5).
const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// The words of the hold.
const HELD: [&str; 2] = ["no", "yes"];

/// Why a form changes nothing: a status code, and a sentence of the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::web) struct Refused {
    pub(in crate::web) status: u16,
    pub(in crate::web) why: String,
}

impl Refused {
    /// What the ticket as it stands speaks against.
    pub(in crate::web) fn not_possible(why: impl Into<String>) -> Self {
        Self { status: 409, why: why.into() }
    }

    /// What no form of ours asks for.
    fn no_form(why: String) -> Self {
        Self { status: 400, why }
    }
}

/// The fields of the form. Those from the fourth on are folded away.
const FIELDS: [&str; 9] =
    ["assignee", "state", "priority", "queue", "tags", "due", "subject", "requester", "hold"];

/// What the forms beside a ticket work on.
pub(in crate::web) struct Beside<'a> {
    pub(in crate::web) ticket: &'a Ticket,
    pub(in crate::web) token: &'a str,
    /// The names of those who may have a ticket.
    pub(in crate::web) agents: &'a [String],
    /// The queues there are.
    pub(in crate::web) queues: &'a [String],
    /// The name of who looks at it.
    pub(in crate::web) visitor: &'a str,
    pub(in crate::web) locale: &'a Locale,
    /// The form as it was sent and refused, and why.
    pub(in crate::web) refused: Option<(&'a Asked, &'a str)>,
    /// Whether its content was erased.
    pub(in crate::web) is_erased: bool,
}

impl Beside<'_> {
    /// What a field of the refused form held, if that was not what the form had shown.
    fn chosen(&self, name: &str) -> Option<String> {
        let (asked, _) = self.refused?;
        let given = asked.form(name)?;
        let was = asked.form(&format!("was_{name}"));
        (was.as_deref().map(plain) != Some(plain(&given))).then_some(given)
    }

    /// What a field shows.
    fn value(&self, name: &str) -> String {
        self.chosen(name).unwrap_or_else(|| own(self.ticket, name, &self.locale.zone))
    }
}

/// Whether anything about a ticket can be changed but its being deleted.
pub(in crate::web) fn changeable(ticket: &Ticket) -> bool {
    ticket.state != State::Deleted && ticket.merged_into.is_none()
}

/// A field as the ticket fills it.
fn own(ticket: &Ticket, name: &str, zone: &Zone) -> String {
    match name {
        "assignee" => ticket.assignee.clone().unwrap_or_default(),
        "state" => ticket.state.to_string(),
        "priority" => ticket.priority.to_string(),
        "queue" => ticket.queue.clone().unwrap_or_default(),
        "tags" => ticket.tags.join(", "),
        "subject" => plain(&ticket.subject),
        "due" => ticket.due_at.map(|at| zone.bare(at, MOMENT)).unwrap_or_default(),
        "requester" => ticket.requester.as_ref().map(|it| plain(&it.address)).unwrap_or_default(),
        "hold" => HELD[usize::from(ticket.hold)].to_owned(),
        _ => String::new(),
    }
}

/// Text as a field of one line gives it back. What ends a line, or cannot be shown, parts words.
pub(super) fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split(char::is_control).filter(|it| !it.is_empty()).collect();
    words.join(" ").trim().to_owned()
}

/// The forms beside the conversation.
pub(in crate::web) fn changing(beside: &Beside<'_>) -> Markup {
    let Beside { ticket, token, refused, locale, visitor, .. } = beside;
    let texts = &locale.texts().ticket;
    let action = format!("/tickets/{}/change", ticket.number);
    let hidden = html! { input type="hidden" name=(TOKEN_FIELD) value=(token); };
    let wrong = alert::refusal(refused.map(|(_, why)| why).as_slice());
    if ticket.state == State::Deleted && !beside.is_erased {
        return html! {
            (wrong)
            form.change method="post" action=(action) {
                (hidden)
                button.second type="submit" name="deed" value="undelete" { (texts.undelete) }
            }
        };
    }
    if !changeable(ticket) {
        return wrong;
    }
    html! {
        (wrong)
        @if !visitor.is_empty() && ticket.assignee.as_deref() != Some(*visitor) {
            form.change method="post" action=(action) {
                (hidden)
                input type="hidden" name="was_assignee" value=(own(ticket, "assignee", &locale.zone));
                button.second type="submit" name="deed" value="take" { (texts.take) }
            }
        }
        form.change method="post" action=(action) aria-label=(texts.changes) {
            (hidden)
            @for name in FIELDS {
                input type="hidden" name={ "was_" (name) } value=(own(ticket, name, &locale.zone));
            }
            (usual(beside))
            details open[FIELDS[3..].iter().any(|name| beside.chosen(name).is_some())] {
                summary { (texts.further) }
                (further(beside))
            }
            div.buttons {
                button type="submit" name="deed" value="change" { (texts.change) }
                button.second type="submit" name="deed" value="delete" { (texts.delete) }
            }
        }
        (others(beside, &action, &hidden))
    }
}

/// The fields that change every day.
fn usual(beside: &Beside<'_>) -> Markup {
    let texts = &beside.locale.texts().ticket;
    let general = &beside.locale.texts().general;
    let (assignee, state, priority) =
        (beside.value("assignee"), beside.value("state"), beside.value("priority"));
    html! {
        label for="assignee" { (texts.assigned_to) }
        select #assignee name="assignee" {
            option value="" selected[assignee.is_empty()] { (texts.nobody) }
            @for agent in beside.agents {
                option value=(agent) selected[*agent == assignee] { (agent) }
            }
            @if !assignee.is_empty() && !beside.agents.contains(&assignee) {
                option value=(assignee) selected { (assignee) }
            }
        }
        label for="state" { (texts.state) }
        select #state name="state" {
            @for one in [State::New, State::Open, State::Pending, State::Closed] {
                option value=(one) selected[one.as_str() == state] { (general.state(one)) }
            }
        }
        label for="priority" { (texts.priority) }
        select #priority name="priority" {
            @for one in Priority::ALL {
                option value=(one) selected[one.as_str() == priority] { (general.priority(*one)) }
            }
        }
    }
}

/// The other fields.
fn further(beside: &Beside<'_>) -> Markup {
    let texts = &beside.locale.texts().ticket;
    let zone = beside.locale.zone.for_people();
    let due = if zone.is_empty() { texts.due.to_owned() } else { put(texts.due_in, &[zone]) };
    let hold = beside.value("hold");
    html! {
        label for="queue" { (texts.queue) }
        input #queue type="text" name="queue" maxlength="60" list="queues" value=(beside.value("queue"));
        datalist #queues { @for queue in beside.queues { option value=(queue) {} } }
        label for="tags" { (texts.tags_hint) }
        input #tags type="text" name="tags" value=(beside.value("tags"));
        label for="due" { (due) }
        input #due type="datetime-local" name="due" value=(beside.value("due"));
        label for="subject" { (texts.subject) }
        input #subject type="text" name="subject" maxlength="250" value=(beside.value("subject"));
        label for="requester" { (texts.requester_address) }
        input #requester type="text" inputmode="email" name="requester" autocapitalize="none"
            value=(beside.value("requester"));
        label for="hold" { (texts.hold_field) }
        select #hold name="hold" {
            @for (word, shown) in HELD.into_iter().zip([texts.no, texts.yes]) {
                option value=(word) selected[hold == word] { (shown) }
            }
        }
    }
}

/// What is done with another ticket.
fn others(beside: &Beside<'_>, action: &str, hidden: &Markup) -> Markup {
    let texts = &beside.locale.texts().ticket;
    let sent = beside.refused.and_then(|(asked, _)| asked.form("other"));
    let related = beside.ticket.links.iter().filter(|tie| tie.kind == LinkKind::Related);
    html! {
        details.change open[sent.is_some()] {
            summary { (texts.others) }
            form method="post" action=(action) {
                (hidden)
                label for="other" { (texts.other) }
                input #other type="text" name="other" inputmode="numeric" maxlength="20" required
                    value=(sent.unwrap_or_default());
                div.buttons {
                    button.second type="submit" name="deed" value="link" { (texts.link) }
                    button.second type="submit" name="deed" value="merge" { (texts.merge) }
                }
            }
            @for tie in related {
                form method="post" action=(action) {
                    (hidden)
                    input type="hidden" name="other" value=(tie.other);
                    button.quiet type="submit" name="deed" value="unlink" {
                        (put(texts.unlink, &[&tie.other.to_string()]))
                    }
                }
            }
        }
    }
}

/// What the form beside a ticket asks for: what differs from what the form showed, or, where it did
/// not say what that was, from what the ticket has. Otherwise why not.
pub(in crate::web) fn changes(
    asked: &Asked,
    ticket: &Ticket,
    visitor: &str,
    locale: &Locale,
) -> Result<Vec<Change>, Refused> {
    let taken = match asked.form("deed").as_deref() {
        Some("delete") => return Ok(vec![Change::Delete]),
        Some("undelete") => return Ok(vec![Change::Undelete]),
        deed => deed == Some("take"),
    };
    let now = |name: &str| own(ticket, name, &locale.zone);
    let was = |name: &str| {
        asked.form(&format!("was_{name}")).map_or_else(|| now(name), |was| plain(&was))
    };
    let given = |name: &str| match name {
        "assignee" if taken => Some(visitor.to_owned()),
        _ => asked.form(name).map(|text| plain(&text)),
    };
    let changed = |name: &str| given(name).filter(|given| *given != was(name));
    let crossed: Vec<&str> = FIELDS
        .into_iter()
        .filter(|name| *name != "tags" && was(name) != now(name))
        .filter(|name| changed(name).is_some_and(|given| given != now(name)))
        .collect();
    if !crossed.is_empty() {
        return Err(Refused::not_possible(meanwhile(&crossed, ticket, locale)));
    }
    let or_none = |text: String| (!text.is_empty()).then_some(text);
    let unknown = |why: &dyn Display| Refused::no_form(locale.refusal(&why.to_string()));
    let mut changes = Vec::new();
    if let Some(assignee) = changed("assignee") {
        changes.push(Change::Assign(or_none(assignee)));
    }
    if let Some(word) = changed("state") {
        changes.push(Change::State(word.parse().map_err(|why| unknown(&why))?));
    }
    if let Some(word) = changed("priority") {
        changes.push(Change::Priority(word.parse().map_err(|why| unknown(&why))?));
    }
    if let Some(queue) = changed("queue") {
        changes.push(Change::Queue(or_none(queue)));
    }
    if let Some(subject) = changed("subject") {
        changes.push(Change::Subject(subject));
    }
    if let Some(address) = changed("requester") {
        changes.push(Change::Requester(Address::bare(&address)));
    }
    if let Some(word) = changed("hold") {
        let held = HELD.iter().position(|known| *known == word);
        let held =
            held.ok_or_else(|| unknown(&format_args!("`{word}` is none of {}", HELD.join(", "))))?;
        changes.push(Change::Hold(held == 1));
    }
    if let Some(text) = changed("due") {
        // Some browsers send the seconds as well.
        let (minute, seconds) = text.split_at_checked(16).unwrap_or((&text, ""));
        let at = locale.zone.read(minute).filter(|_| is_seconds(seconds));
        if at.is_none() && !text.is_empty() {
            return Err(Refused::not_possible(locale.texts().ticket.no_moment));
        }
        changes.push(Change::Due(at));
    }
    if let Some(wanted) = changed("tags") {
        let (before, wanted) = (tags(&was("tags")), tags(&wanted));
        changes.push(Change::Untag(without(&before, &wanted)));
        changes.push(Change::Tag(without(&wanted, &before)));
    }
    Ok(changes)
}

/// That somebody else set the same fields, and to what.
fn meanwhile(crossed: &[&str], ticket: &Ticket, locale: &Locale) -> String {
    let (texts, general) = (&locale.texts().ticket, &locale.texts().general);
    let one = |name: &&str| {
        let value = own(ticket, name, &locale.zone);
        let or = |value: String, none: &str| if value.is_empty() { none.to_owned() } else { value };
        let (field, value) = match *name {
            "assignee" if value.is_empty() => (texts.assigned_to, texts.nobody.to_owned()),
            "assignee" => (texts.assigned_to, value),
            "state" => (texts.state, general.state(ticket.state).to_owned()),
            "priority" => (texts.priority, general.priority(ticket.priority).to_owned()),
            "queue" => (texts.queue, or(value, texts.none)),
            "due" => (texts.due, or(value.replace('T', " "), texts.undue)),
            "subject" => (texts.subject, or(value, texts.none)),
            "requester" => (texts.requester, or(value, texts.nobody_named)),
            _ => (texts.hold_field, if ticket.hold { texts.yes } else { texts.no }.to_owned()),
        };
        put(texts.meanwhile_one, &[field, &value])
    };
    let all: Vec<String> = crossed.iter().map(one).collect();
    put(texts.meanwhile, &[&all.join(", ")])
}

/// Whether this is what may stand behind a minute: nothing, or seconds with any fraction.
fn is_seconds(text: &str) -> bool {
    let Some(seconds) = text.strip_prefix(':') else { return text.is_empty() };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    whole.len() == 2
        && whole.parse::<u8>().is_ok_and(|whole| whole < 60)
        && fraction.bytes().all(|b| b.is_ascii_digit())
}

fn tags(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// Those of `all` that are not among `others`.
fn without(all: &[String], others: &[String]) -> Vec<String> {
    let others: Vec<String> = others.iter().map(|tag| tag.to_lowercase()).collect();
    all.iter().filter(|tag| !others.contains(&tag.to_lowercase())).cloned().collect()
}

/// The other ticket a form names: `12` or `#12`.
pub(in crate::web) fn other(asked: &Asked) -> Option<TicketNumber> {
    let text = asked.form("other")?;
    text.trim().trim_start_matches('#').parse().ok().filter(|n| *n > 0).map(TicketNumber)
}
