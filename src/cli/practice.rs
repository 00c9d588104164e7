//! `practice`: the practice mailbox alone, to point any client at.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::output::Out;
use super::run::wait;
use super::{Ending, Usage};
use crate::app::SystemClock;
use crate::practice::{Correspondents, Practice, Settings, faults, letters};
use crate::time::Clock;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Where to serve it; loopback only
    #[arg(long, value_name = "ADDR:PORT")]
    listen: SocketAddr,
    /// A directory whose .eml files wait in the Inbox; otherwise it writes its own letters
    #[arg(long, value_name = "DIR")]
    seed: Option<PathBuf>,
    /// How many letters of its own it writes
    #[arg(long, value_name = "N", default_value_t = 120, conflicts_with = "seed")]
    messages: u32,
    /// The average size of its own letters, in bytes; otherwise as they come
    #[arg(long, value_name = "BYTES", conflicts_with = "seed")]
    average: Option<usize>,
    /// The address of the mailbox
    #[arg(long, value_name = "ADDRESS", default_value = "support@office.example")]
    address: String,
    /// What goes wrong, such as `POST /send#2=lost; /token=token-down`
    #[arg(long, value_name = "SPEC")]
    faults: Option<String>,
    /// Who answers what leaves: `named`, or shares such as `answers=25; bounce=3; after=60`
    #[arg(long, value_name = "SPEC", long_help = CORRESPONDENTS)]
    correspondents: Option<String>,
}

const CORRESPONDENTS: &str = "\
Who answers what leaves; nobody unless this is given. With `named`, an outside address
behaves as its first word says; a number may follow, as in bounce7@shop.example:

answers@   a person, after a while, three letters at most
vacation@  an absence note, marked as one, once
robot@     a program that answers every letter anew and hides it
echo@      a program that sends every letter back and hides it
bounce@    it comes back: no such mailbox (full@: full, refuses@: not wanted)
delayed@   a notice that it is late (expires@: and then it comes back)
silent@    nothing

WORD=PERCENT gives that share of all other outside addresses; after=SECONDS is the while,
20 unless said. For example `answers=25; vacation=4; bounce=3; after=60`.";

pub(super) fn run(args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let faults = match &args.faults {
        Some(spec) => faults::parse(spec).map_err(Usage)?,
        None => Vec::new(),
    };
    let correspondents = args.correspondents.as_deref().map(Correspondents::parse);
    let mut settings = Settings::simple(&args.address).with_staff();
    settings.listen = args.listen;
    settings.correspondents = correspondents.transpose().map_err(Usage)?;
    let practice = Practice::start(settings.clone())?;
    let address = args.address.as_str();
    let waiting = match &args.seed {
        Some(dir) => practice.seed_dir(address, dir)?,
        None => {
            let (count, now) = (args.messages as usize, SystemClock.now().unix());
            let mut deliver = |letter: letters::Letter| {
                practice.deliver(address, letter.raw, letter.received_unix).map(|_| ())
            };
            match args.average {
                Some(average) => letters::write_sized(count, 1, now, address, average)
                    .try_for_each(&mut deliver)?,
                None => letters::write(count, 1, now, address).try_for_each(&mut deliver)?,
            }
            count
        }
    };
    faults.into_iter().for_each(|fault| practice.fail(fault));
    let url = practice.url();
    let tenant = &settings;
    out.answer(
        &json!({
            "login_url": url, "graph_url": url, "tenant_id": tenant.tenant_id,
            "client_id": tenant.client_id, "client_secret": tenant.client_secret,
            "address": address, "messages": waiting,
        }),
        |to| {
            writeln!(to, "login_url     {url}")?;
            writeln!(to, "graph_url     {url}")?;
            writeln!(to, "tenant_id     {}", tenant.tenant_id)?;
            writeln!(to, "client_id     {}", tenant.client_id)?;
            writeln!(to, "client secret {}", tenant.client_secret)?;
            writeln!(to, "address       {address}")?;
            writeln!(to, "{waiting} letters wait in its Inbox. Ctrl-C ends it.")
        },
    )?;
    wait(&mut signals);
    Ok(Ending::Done)
}
