//! The settings as they are in force, who may sign in, and the tokens of programs: all read-only, none of
//! it secret.

use maud::{Markup, html};

use super::records::{code, facts, table};
use crate::desk::ticket::Role;
use crate::store::people::Agent;
use crate::store::tokens::ApiToken;
use crate::web::NO_LIMIT;
use crate::web::locale::Locale;

/// What the page shows.
pub(in crate::web) struct Facts<'a> {
    /// Every setting, as key and value.
    pub(in crate::web) settings: &'a [(String, String)],
    /// Who may or might sign in.
    pub(in crate::web) agents: &'a [Agent],
    /// The tokens there ever were.
    pub(in crate::web) tokens: &'a [ApiToken],
    /// Which schema the database has.
    pub(in crate::web) schema: i64,
    /// Bytes of the database, where they can be told.
    pub(in crate::web) database: Option<u64>,
}

/// The content of the page.
pub(in crate::web) fn page(locale: &Locale, known: &Facts<'_>) -> Markup {
    let texts = &locale.texts().records;
    let settings: Vec<Vec<Markup>> = known
        .settings
        .iter()
        .map(|(key, value)| {
            let value = html! {
                @if value.is_empty() { span.none { (texts.not_set) } }
                @else if value == NO_LIMIT { (texts.no_limit) }
                @else { span.wrap { bdi { (value) } } }
            };
            vec![code(key), value]
        })
        .collect();
    html! {
        p.lead { (texts.settings_lead) }
        (facts(vec![
            (texts.program, Some(html! { "counterfoil " (env!("CARGO_PKG_VERSION")) })),
            (texts.schema, Some(html! { (known.schema) })),
            (texts.database, known.database.map(|bytes| html! { (locale.size(bytes)) })),
            (texts.zone, Some(html! { (locale.at(locale.now)) })),
        ]))
        (table(texts.settings, &[texts.key, texts.value], &settings))
        section aria-labelledby="people" {
            h2 #people { (texts.people) }
            (people(locale, known.agents))
        }
        section aria-labelledby="tokens" {
            h2 #tokens { (texts.tokens) }
            @if known.tokens.is_empty() { p.none { (texts.no_tokens) } }
            @else { (tokens(locale, known.tokens)) }
        }
    }
}

fn role(locale: &Locale, role: Role) -> &'static str {
    match role {
        Role::Agent => locale.texts().records.agent,
        Role::Admin => locale.texts().records.admin,
    }
}

fn people(locale: &Locale, agents: &[Agent]) -> Markup {
    let texts = &locale.texts().records;
    let rows: Vec<Vec<Markup>> = agents
        .iter()
        .map(|agent| {
            vec![
                html! { bdi { (agent.name) } },
                html! { bdi { (agent.email) } },
                html! {
                    (role(locale, agent.role))
                    @if agent.disabled_at.is_some() { " " span.mark.bad { (texts.disabled) } }
                },
                html! { time datetime=(agent.created_at) { (locale.date(agent.created_at)) } },
            ]
        })
        .collect();
    table(texts.people, &[texts.name, texts.email, texts.role, texts.since], &rows)
}

fn tokens(locale: &Locale, tokens: &[ApiToken]) -> Markup {
    let texts = &locale.texts().records;
    let rows: Vec<Vec<Markup>> = tokens
        .iter()
        .map(|token| {
            vec![
                html! { bdi { (token.name) } },
                html! {
                    (role(locale, token.role))
                    @if token.revoked_at.is_some() { " " span.mark.bad { (texts.revoked) } }
                },
                html! { time datetime=(token.created_at) { (locale.date(token.created_at)) } },
                html! {
                    @match token.used_at {
                        Some(at) => (locale.age(at)),
                        None => span.none { (texts.never) },
                    }
                },
            ]
        })
        .collect();
    table(texts.tokens, &[texts.name, texts.role, texts.since, texts.last_used], &rows)
}
