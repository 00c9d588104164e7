//! `user …`: who may sign in.

use std::io::{self, IsTerminal, Write};

use clap::Subcommand;
use serde_json::json;

use super::output::{self, Out};
use super::{Args, Ending, Usage};
use crate::desk::ticket::Role;

/// The shortest password taken, in characters (NIST SP 800-63B section 5.1.1.2 asks for 8).
const SHORTEST: usize = 8;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Add somebody; the password is asked for, or read from standard input
    Add {
        /// The name to sign in with
        name: String,
        /// Where notices go
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// What they may do: agent or admin
        #[arg(long)]
        role: Role,
    },
    /// List everybody
    List,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let mut store = app.store()?;
    match command {
        Command::Add { name, email, role } => {
            if name.trim().is_empty() || name.chars().any(char::is_control) {
                return Err(Usage(format!("`{name}` cannot be a name; write one word")).into());
            }
            if email.split('@').filter(|part| !part.is_empty()).count() != 2 {
                return Err(Usage(format!("`{email}` is not an address")).into());
            }
            let password = password()?;
            let id = store.add_agent(name, email, *role, Some(&password), app.now())?;
            let agent = store.agents()?.into_iter().find(|agent| agent.id == id);
            out.answer(&agent, |to| writeln!(to, "{} may sign in as {role}", output::clean(name)))?;
        }
        Command::List => {
            let agents = store.agents()?;
            out.answer(&json!({ "users": agents, "next": null }), |to| {
                let rows: Vec<Vec<String>> = agents
                    .iter()
                    .map(|agent| {
                        let state = if agent.disabled_at.is_some() { "disabled" } else { "" };
                        vec![
                            agent.name.clone(),
                            agent.role.to_string(),
                            agent.email.clone(),
                            state.to_owned(),
                        ]
                    })
                    .collect();
                output::table(to, &["name", "role", "email", ""], &rows)
            })?;
        }
    }
    Ok(Ending::Done)
}

/// The password, typed unseen at a terminal or read as the first line of standard input.
fn password() -> anyhow::Result<String> {
    let cannot = |error: io::Error| Usage(format!("cannot read the password: {error}"));
    let password = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(cannot)?;
        let second = rpassword::prompt_password("Again: ").map_err(cannot)?;
        if first != second {
            return Err(Usage("the two passwords differ; try again".to_owned()).into());
        }
        first
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(cannot)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.chars().count() < SHORTEST {
        return Err(Usage(format!(
            "the password is too short; take {SHORTEST} characters or more"
        ))
        .into());
    }
    Ok(password)
}
