//! `run`: the appliance, or one pass of it.

use std::io::Write;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::output::{Out, clean};
use super::{Args as Line, Ending};
use crate::app::{App, SystemClock, quiet};
use crate::desk::ledger::Balance;
use crate::logging;
use crate::time::Clock;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Take in everything that waits now, send what is due, and exit
    #[arg(long)]
    once: bool,
}

pub(super) fn run(args: &Args, line: &Line, out: &mut Out) -> anyhow::Result<Ending> {
    let config = line.load()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    if args.once {
        logging::start(&quiet(&config.log), Arc::clone(&clock))?;
        return once(&App::new(config, clock), out);
    }
    logging::start(&config.log, Arc::clone(&clock))?;
    let app = App::new(config, clock);
    // Asked for before anything starts, so that an early signal is not lost.
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let running = app.start()?;
    out.say(&format!("the status page is at {}", running.url()));
    wait(&mut signals);
    running.stop();
    Ok(Ending::Done)
}

/// Waits until somebody wants the program to end.
pub(super) fn wait(signals: &mut Signals) {
    let signal = signals.forever().next();
    log::info!(target: "run", "ending (signal {})", signal.unwrap_or(SIGTERM));
}

fn once(app: &App, out: &mut Out) -> anyhow::Result<Ending> {
    let bar = if out.has_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    let once = app.once(&|name, balance| {
        bar.set_length(balance.listed);
        bar.set_position(balance.listed - balance.waiting);
        bar.set_message(name.to_owned());
    })?;
    bar.finish_and_clear();
    for sentence in once.failures.iter().chain(&once.attention) {
        out.say(sentence);
    }
    let document = json!({
        "mailboxes": once.balances, "attention": once.attention, "failures": once.failures,
    });
    out.answer(&document, |to| {
        for b in &once.balances {
            writeln!(to, "mailbox {}: {}", clean(&b.mailbox), in_words(b))?;
        }
        Ok(())
    })?;
    if !once.failures.is_empty() {
        anyhow::bail!("not everything could be taken in or sent; nothing is lost, run it again");
    }
    Ok(if once.attention.is_empty() { Ending::Done } else { Ending::Attention })
}

fn in_words(b: &Balance) -> String {
    let mut words = vec![format!("{} listed", b.listed)];
    for (count, word) in [
        (b.opened, "opened a ticket"),
        (b.joined, "joined one"),
        (b.duplicate, "were there already"),
        (b.waiting, "wait"),
        (b.quarantined, "are set aside"),
        (b.discarded, "were discarded"),
        (b.vanished, "vanished"),
    ] {
        if count > 0 {
            words.push(format!("{count} {word}"));
        }
    }
    words.join(", ")
}
