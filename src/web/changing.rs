//! The changes beside a ticket's conversation: the form, and what it asks for.

use maud::{Markup, html};

use super::asked::Asked;
use super::session::TOKEN_FIELD;
use crate::desk::change::{self, Change};
use crate::desk::ticket::{Priority, State, Ticket};

/// What the changes beside a conversation work on.
pub(super) struct Bench<'a> {
    pub(super) ticket: &'a Ticket,
    pub(super) token: &'a str,
    /// The names of those who may have a ticket.
    pub(super) agents: &'a [String],
}

/// The form beside the conversation.
pub(super) fn changing(bench: &Bench<'_>) -> Markup {
    let Bench { ticket, token, agents } = bench;
    let action = format!("/tickets/{}/change", ticket.number);
    let hidden = html! { input type="hidden" name=(TOKEN_FIELD) value=(token); };
    if ticket.state == State::Deleted {
        return html! {
            form.change method="post" action=(action) {
                (hidden)
                button.second type="submit" name="deed" value="undelete" { "Take it back" }
            }
        };
    }
    if ticket.merged_into.is_some() {
        return Markup::default();
    }
    let current = |own: &str, other: &str| own == other;
    let assignee = ticket.assignee.as_deref().unwrap_or_default();
    html! {
        form.change method="post" action=(action) {
            (hidden)
            label for="assignee" { "Assigned to" }
            select #assignee name="assignee" {
                option value="" selected[assignee.is_empty()] { "nobody" }
                @for agent in *agents {
                    option value=(agent) selected[current(agent, assignee)] { (agent) }
                }
                @if !assignee.is_empty() && !agents.iter().any(|agent| agent == assignee) {
                    option value=(assignee) selected { (assignee) }
                }
            }
            label for="state" { "State" }
            select #state name="state" {
                @for state in [State::New, State::Open, State::Pending, State::Closed] {
                    option value=(state) selected[state == ticket.state] { (state) }
                }
            }
            label for="priority" { "Priority" }
            select #priority name="priority" {
                @for priority in Priority::ALL {
                    option value=(priority) selected[*priority == ticket.priority] { (priority) }
                }
            }
            label for="queue" { "Queue" }
            input #queue type="text" name="queue" maxlength="60"
                value=(ticket.queue.as_deref().unwrap_or_default());
            label for="tags" { "Tags (a, b, c)" }
            input #tags type="text" name="tags" value=(ticket.tags.join(", "));
            div.buttons {
                button type="submit" name="deed" value="change" { "Change" }
                button.second type="submit" name="deed" value="delete" { "Delete" }
            }
        }
    }
}

/// What the form beside a ticket asks for.
pub(super) fn changes(asked: &Asked, ticket: &Ticket) -> Result<Vec<Change>, String> {
    match asked.form("deed").as_deref() {
        Some("delete") => return Ok(vec![Change::Delete]),
        Some("undelete") => return Ok(vec![Change::Undelete]),
        _ => {}
    }
    let mut changes = Vec::new();
    let given = |name: &str| asked.form(name).map(|text| text.trim().to_owned());
    let or_none = |text: String| (!text.is_empty()).then_some(text);
    if let Some(assignee) = given("assignee").map(or_none)
        && assignee != ticket.assignee
    {
        changes.push(Change::Assign(assignee));
    }
    if let Some(word) = given("state") {
        changes.push(Change::State(word.parse::<State>().map_err(|why| why.to_string())?));
    }
    if let Some(word) = given("priority") {
        changes.push(Change::Priority(word.parse().map_err(|why| format!("{why}"))?));
    }
    if let Some(queue) = given("queue").map(or_none)
        && queue != ticket.queue
    {
        changes.push(Change::Queue(queue));
    }
    if let Some(tags) = given("tags") {
        let tags: Vec<String> = tags
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect();
        changes.extend(change::retag(&ticket.tags, tags));
    }
    Ok(changes)
}
