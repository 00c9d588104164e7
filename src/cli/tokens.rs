//! `token …`: the programs that may use the JSON API.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use super::output::{self, Out};
use super::{Args, Ending, Usage};
use crate::desk::ticket::Role;
use crate::desk::typed;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a token; it is shown once and never again
    Add {
        /// What it is called
        name: String,
        /// What it may do: agent or admin
        #[arg(long)]
        role: Role,
    },
    /// List every token
    List,
    /// Make a token worthless
    Revoke {
        /// What it is called
        name: String,
    },
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let mut store = app.store()?;
    match command {
        Command::Add { name, role } => {
            typed::name(name).map_err(|why| Usage(why.to_string()))?;
            let token = store.add_token(name, *role, app.now())?;
            out.answer(&json!({ "token": token.0 }), |to| writeln!(to, "{}", token.0))?;
            out.say("keep it safe: it is not shown again");
        }
        Command::List => {
            let tokens = store.tokens()?;
            out.answer(&json!({ "tokens": tokens, "next": null }), |to| {
                let rows: Vec<Vec<String>> = tokens
                    .iter()
                    .map(|token| {
                        let used = token.used_at.map_or("never".into(), |at| at.for_people());
                        let state = if token.revoked_at.is_some() { "revoked" } else { "" };
                        vec![token.name.clone(), token.role.to_string(), used, state.to_owned()]
                    })
                    .collect();
                output::table(to, &["name", "role", "last used (UTC)", ""], &rows)
            })?;
        }
        Command::Revoke { name } => {
            store.revoke_token(name, app.now())?;
            let answer = json!({ "revoked": name });
            out.answer(&answer, |to| writeln!(to, "{} is worthless now", output::clean(name)))?;
        }
    }
    Ok(Ending::Done)
}
