//! The command line: what may be typed, who answers it, and which exit code follows. One file per
//! group of commands; how answers are written is in `output`.

mod audit;
mod changes;
mod configuration;
mod demo;
mod given;
mod ledger;
mod outbox;
mod output;
mod people;
mod practice;
mod preview;
mod replying;
mod retention;
mod run;
mod search;
mod tickets;
mod tokens;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app::{self, App, SystemClock};
use crate::config::{self, Config};
use crate::logging;
use crate::time::Clock;
use output::Out;

/// Turns the mail of a dedicated mailbox into tickets, and can prove that none was lost.
#[derive(Parser, Debug)]
#[command(name = "counterfoil", version, propagate_version = true, max_term_width = 100)]
#[command(
    disable_help_subcommand = true,
    help_template = "{about}\n{usage-heading} {usage}\n{all-args}{after-help}",
    after_help = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 needs attention."
)]
struct Args {
    /// [default: $COUNTERFOIL_CONFIG, counterfoil.toml here or in /etc/counterfoil]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Show everything at work: a practice mailbox full of letters and the appliance on top
    Demo(demo::Args),
    /// Run the practice mailbox alone, to point any client at
    Practice(practice::Args),
    /// Say what a first run would do, without doing it
    Preview,
    /// Run the appliance
    Run(run::Args),
    /// Work on tickets
    #[command(subcommand)]
    Ticket(tickets::Command),
    /// Find tickets by what was written in them
    Search(search::Args),
    /// See what became of every message
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// See what waits to leave, and settle what is undecided or was refused
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// Read and check the trail of everything that was done
    #[command(subcommand)]
    Audit(audit::Command),
    /// See and do what is past its days
    #[command(subcommand)]
    Retention(retention::Command),
    /// Look after the people who may sign in
    #[command(subcommand)]
    User(people::Command),
    /// Look after the programs that may use the JSON API
    #[command(subcommand)]
    Token(tokens::Command),
    /// Write an example configuration, or check yours
    #[command(subcommand)]
    Config(configuration::Command),
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// Everything was done.
    Done,
    /// It was done, but something needs attention.
    Attention,
}

/// A part of a list: what every listing command takes.
#[derive(clap::Args, Debug)]
struct Part<C = i64>
where
    C: std::str::FromStr<Err: std::error::Error + Send + Sync> + Clone + Send + Sync + 'static,
{
    /// The most rows to list
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,

    /// Go on after the cursor that the last listing gave as `next`
    #[arg(long, value_name = "CURSOR")]
    after: Option<C>,
}

/// What was typed cannot be done so.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Answers what was typed, and says with which code to exit.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to standard output and end well; the rest is wrong usage. When
            // even printing fails there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut out = Out::new(args.json);
    match dispatch(&args, &mut out) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Attention) => ExitCode::from(3),
        Err(error) => {
            out.complain(&error);
            ExitCode::from(code_of(&error))
        }
    }
}

fn code_of(error: &anyhow::Error) -> u8 {
    let usage =
        error.is::<Usage>() || error.is::<config::Faults>() || error.is::<config::NotFound>();
    if usage { 2 } else { 1 }
}

fn dispatch(args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    match &args.command {
        Command::Demo(command) => demo::run(command, out),
        Command::Practice(command) => practice::run(command, out),
        Command::Preview => preview::run(args, out),
        Command::Run(command) => run::run(command, args, out),
        Command::Ticket(command) => tickets::run(command, args, out),
        Command::Search(command) => search::run(command, args, out),
        Command::Ledger(command) => ledger::run(command, args, out),
        Command::Outbox(command) => outbox::run(command, args, out),
        Command::Audit(command) => audit::run(command, args, out),
        Command::Retention(command) => retention::run(command, args, out),
        Command::User(command) => people::run(command, args, out),
        Command::Token(command) => tokens::run(command, args, out),
        Command::Config(command) => configuration::run(command, args, out),
    }
}

impl Args {
    fn load(&self) -> anyhow::Result<Config> {
        let path = config::find(self.config.as_deref())?;
        Ok(Config::load(&path)?)
    }

    /// The house over this configuration, for a command that runs beside the appliance.
    fn app(&self) -> anyhow::Result<App> {
        let config = self.load()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        logging::start(&app::quiet(&config.log), Arc::clone(&clock))?;
        Ok(App::new(config, clock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn help_fits_one_screen() {
        let help = Args::command().render_help().to_string();
        assert!(help.lines().count() <= 24, "{help}");
    }
}
