//! `user …`: who may sign in.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};

use clap::Subcommand;
use serde_json::json;

use super::given::ACTOR;
use super::output::{self, Out};
use super::{Args, Ending, Usage};
use crate::desk::notice::Event;
use crate::desk::ticket::{AgentId, Role, UnknownWord};
use crate::desk::{signing_in, typed};
use crate::mail::compose::is_plain_address;

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
    /// Let somebody sign in no more, and throw their drafts away
    Disable {
        /// The name to sign in with
        name: String,
    },
    /// Give somebody another password, typed or from standard input; who was disabled is admitted again
    Password {
        /// The name to sign in with
        name: String,
    },
    /// End all sessions and sign-in links somebody has
    SignOut {
        /// The name to sign in with
        name: String,
    },
    /// Choose of what somebody is told by email
    Notices {
        /// The name to sign in with
        name: String,
        /// new, assigned, answered; none to be told of nothing
        #[arg(required = true, value_name = "EVENT")]
        events: Vec<String>,
        /// Only of new tickets of this queue
        #[arg(long, value_name = "QUEUE")]
        queue: Vec<String>,
    },
    /// List everybody
    List,
}

pub(super) fn run(command: &Command, args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let mut store = app.store()?;
    match command {
        Command::Add { name, email, role } => {
            typed::name(name).map_err(|why| Usage(why.to_string()))?;
            if !is_plain_address(email) {
                let email = email.escape_debug();
                let words = "is not one address such as ana@shop.example";
                return Err(Usage(format!("`{email}` {words}")).into());
            }
            let password = password()?;
            let id = store.add_agent(name, email, *role, Some(&password), app.now())?;
            let agent = store.agents()?.into_iter().find(|agent| agent.id == id);
            out.answer(&agent, |to| writeln!(to, "{} may sign in as {role}", output::clean(name)))?;
        }
        Command::Disable { name } => {
            let disabled = store.disable_agent(name, app.now())?;
            let agent = store.agents()?.into_iter().find(|agent| agent.name == *name);
            out.answer(&agent, |to| writeln!(to, "{} may no longer sign in", output::clean(name)))?;
            match disabled.drafts {
                0 => {}
                1 => out.say("1 draft of theirs was thrown away"),
                drafts => out.say(&format!("{drafts} drafts of theirs were thrown away")),
            }
            if disabled.was_last_admin {
                out.say("nobody is admin now: add one with user add, or admit one again with user password");
            }
        }
        Command::Password { name } => {
            let was_disabled = store.set_password(name, &password()?, app.now())?;
            let agent = store.agents()?.into_iter().find(|agent| agent.name == *name);
            out.answer(&agent, |to| {
                writeln!(to, "{} signs in with the new password from now on", output::clean(name))
            })?;
            if was_disabled {
                out.say(&format!("{name} was disabled, and is admitted again"));
            }
        }
        Command::SignOut { name } => {
            let ended = store.sign_out_everywhere(name, ACTOR, app.now())?;
            out.answer(&json!({ "name": name, "sessions_ended": ended }), |to| {
                writeln!(to, "{} is signed in nowhere any more", output::clean(name))
            })?;
        }
        Command::Notices { name, events, queue } => {
            let events: Vec<Event> = match &events[..] {
                [none] if none == "none" => Vec::new(),
                words => {
                    let event = |word: &String| word.parse();
                    let events: Result<_, _> = words.iter().map(event).collect();
                    events.map_err(|error: UnknownWord| Usage(format!("{error}, or none")))?
                }
            };
            store.set_notices(name, &events, queue, ACTOR, app.now())?;
            let words: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
            let answer = json!({ "name": name, "notices": words, "queues": queue });
            let words = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
            out.answer(&answer, |to| {
                writeln!(to, "{} is told by email of: {words}", output::clean(name))
            })?;
        }
        Command::List => {
            let agents = store.agents()?;
            let told: HashMap<AgentId, String> = store
                .subscribers()?
                .into_iter()
                .map(|it| {
                    let words: Vec<&str> = it.events.iter().map(|event| event.as_str()).collect();
                    (it.id, words.join(", "))
                })
                .collect();
            out.answer(&json!({ "users": agents, "next": null }), |to| {
                let rows: Vec<Vec<String>> = agents
                    .iter()
                    .map(|agent| {
                        let state = if agent.disabled_at.is_some() { "disabled" } else { "" };
                        vec![
                            agent.name.clone(),
                            agent.role.to_string(),
                            agent.email.clone(),
                            told.get(&agent.id).cloned().unwrap_or_default(),
                            state.to_owned(),
                        ]
                    })
                    .collect();
                output::table(to, &["name", "role", "email", "told of", ""], &rows)
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
    signing_in::fits(&password).map_err(|why| Usage(why.to_string()))?;
    Ok(password)
}
