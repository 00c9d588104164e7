//! `demo`: a practice mailbox full of letters and the whole appliance on top, signed in and
//! configured exactly as against the real service.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::output::Out;
use super::{Ending, Usage};
use crate::app::{App, SystemClock, quiet};
use crate::config::Config;
use crate::desk::ticket::Role;
use crate::logging;
use crate::practice::correspondents::Manner;
use crate::practice::{self, Correspondents, MailboxSettings, Practice, letters};
use crate::store::Store;
use crate::time::Clock;

/// The mailboxes of the demo, and which share of the letters each gets.
const MAILBOXES: [(&str, &str, usize); 2] =
    [("support", "support@lindenhof.example", 4), ("billing", "billing@lindenhof.example", 1)];

/// The rules of the demo's office, as they stand in its configuration.
const RULES: &str = r#"
[[rule]]
name = "Money to the accounts"
when = { subject = "(?i)invoice|rechnung|payment|refund|bezahlt" }
then = { queue = "Accounts", tag = ["money"] }

[[rule]]
name = "Orders to the shop"
when = { subject = "(?i)^(order|wrong item|return of|cancel order|new address|delivery delayed|lieferverz|bk-)" }
then = { queue = "Shop" }

[[rule]]
name = "Repairs to the workshop"
when = { subject = "(?i)repair|reparatur|montage|flicker|flackert|inspection|yearly check|wartung" }
then = { queue = "Workshop" }

[[rule]]
name = "Computers to the office"
when = { subject = "(?i)passwor|scanner|drucker|printer|monitor|ordner|calendar|berechtigung|bildschirm" }
then = { queue = "Office" }

[[rule]]
name = "Complaints first"
when = { subject = "(?i)complain|beschwerde|stolen|gestohlen|rude|unfriendly" }
then = { priority = "high", tag = ["complaint"] }
"#;

/// A mailbox of the same tenant that the application must not be able to open.
const CONTROL: &str = "director@lindenhof.example";

/// Where the page is, unless told otherwise or taken.
const LISTEN: &str = "127.0.0.1:8025";

/// The rest between two new letters while it runs.
const ARRIVAL: Duration = Duration::from_secs(7);

/// The while until what was sent is in Sent Items, in milliseconds.
const SENT_COPY_MS: u64 = 1_500;

/// How long the sign-in link is good, in seconds.
const LINK_SECONDS: i64 = 12 * 3_600;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Where to serve the pages [default: 127.0.0.1:8025, or a free port when that is taken]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// An empty directory to keep everything in; otherwise a temporary one that goes at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How many letters wait at the beginning
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    messages: u32,
}

pub(super) fn run(args: &Args, out: &mut Out) -> anyhow::Result<Ending> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let place = Place::make(args.dir.as_deref())?;

    let tenant = tenant();
    let practice = Practice::start(tenant.clone())?;
    let mut post = Post { practice, now: clock.now().unix(), later: 0 };
    post.deliver(args.messages as usize)?;

    let config = write_config(&place.dir, args, &tenant, &post.practice.url())?;
    let config = Config::load(&config)?;
    logging::start(&quiet(&config.log), Arc::clone(&clock))?;
    let app = App::new(config, clock);
    let mut store = app.store()?;
    let agent = store.add_agent("demo", "demo@agents.example", Role::Admin, None, app.now())?;
    let link = store.sign_in_link(agent, app.now().plus_seconds(LINK_SECONDS))?;

    let begun = Instant::now();
    let running = app.start()?;
    let page = running.url();
    let sign_in = format!("{page}sign-in/link/{}", link.0);
    let practice_page = format!("{}/", post.practice.url());
    let file = app.config().file.display().to_string();
    out.answer(
        &json!({
            "status_page": page, "sign_in": sign_in, "practice": practice_page,
            "configuration": file, "messages": args.messages,
        }),
        |to| {
            writeln!(to, "Status page      {page}")?;
            writeln!(to, "Sign in (once)   {sign_in}")?;
            writeln!(to, "Practice mailbox {practice_page}   write a letter as a requester there")?;
            writeln!(to, "Commands         counterfoil --config {file} ticket list")?;
            writeln!(
                to,
                "{} letters wait; new ones keep arriving. Ctrl-C ends the demo.",
                args.messages
            )
        },
    )?;
    watch(&mut signals, &mut post, &mut store, args.messages, begun, out)?;
    running.stop();
    place.clear();
    Ok(Ending::Done)
}

/// Says when the first letters are taken in, then delivers another now and then until the end.
fn watch(
    signals: &mut Signals,
    post: &mut Post,
    store: &mut Store,
    messages: u32,
    begun: Instant,
    out: &mut Out,
) -> anyhow::Result<()> {
    let mut taken_in = messages == 0;
    let mut next = Instant::now() + ARRIVAL;
    while signals.pending().next().is_none() {
        if !taken_in && taken(store)? >= u64::from(messages) {
            taken_in = true;
            let seconds = begun.elapsed().as_secs_f64();
            out.say(&format!("all {messages} letters are taken in after {seconds:.1} s"));
        }
        if Instant::now() >= next {
            post.one_more()?;
            next = Instant::now() + ARRIVAL;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn taken(store: &mut Store) -> anyhow::Result<u64> {
    let balances = store.balance()?;
    Ok(balances.iter().map(|balance| balance.listed - balance.waiting).sum())
}

/// Whoever brings the letters.
struct Post {
    practice: Practice,
    now: i64,
    later: u64,
}

impl Post {
    fn deliver(&mut self, count: usize) -> anyhow::Result<()> {
        let parts: usize = MAILBOXES.iter().map(|(.., part)| part).sum();
        let mut left = count;
        for (index, (_, address, part)) in MAILBOXES.iter().enumerate().rev() {
            // The first mailbox, served last, gets what rounding leaves.
            let share = if index == 0 { left } else { count * part / parts };
            left -= share;
            for letter in letters::write(share, 1 + index as u64, self.now, address) {
                self.practice.deliver(address, letter.raw, letter.received_unix)?;
            }
        }
        Ok(())
    }

    fn one_more(&mut self) -> anyhow::Result<()> {
        let now = SystemClock.now().unix();
        let (_, address, _) = MAILBOXES[usize::from(self.later % 5 == 4)];
        let letter = letters::one_more(self.later, now, address);
        self.later += 1;
        self.practice.deliver(address, letter.raw, letter.received_unix)?;
        Ok(())
    }
}

fn tenant() -> practice::Settings {
    let mut settings = practice::Settings::simple(MAILBOXES[0].1);
    let mailbox = |address: &str, in_scope| MailboxSettings {
        address: address.to_owned(),
        name: address.split('@').next().unwrap_or_default().to_owned(),
        in_scope,
        exists_in_exchange: true,
    };
    settings.mailboxes = MAILBOXES.iter().map(|(_, address, _)| mailbox(address, true)).collect();
    settings.mailboxes.push(mailbox(CONTROL, false));
    settings.retention_days = 30;
    settings.correspondents = Some(correspondents());
    settings.switches.sent_copy_delay_ms = SENT_COPY_MS;
    settings.with_staff()
}

/// The people who write to the office, as an office knows them: most say nothing to an
/// acknowledgement, some add a word, few addresses are gone, and here and there a program answers.
fn correspondents() -> Correspondents {
    let shares = vec![
        (Manner::Answers, 20),
        (Manner::Vacation, 4),
        (Manner::Bounce, 2),
        (Manner::Delayed, 1),
        (Manner::Robot, 1),
        (Manner::Echo, 1),
    ];
    Correspondents { shares, after: 20 }
}

/// The directory of one demo.
struct Place {
    dir: PathBuf,
    temporary: bool,
}

impl Place {
    fn make(wanted: Option<&Path>) -> anyhow::Result<Self> {
        let dir = match wanted {
            Some(dir) => dir.to_owned(),
            None => std::env::temp_dir().join(format!("counterfoil-demo-{}", uuid::Uuid::new_v4())),
        };
        let fail = |why: String| {
            Usage(format!("cannot keep the demo in {}: {why}; name another --dir", dir.display()))
        };
        fs::create_dir_all(&dir).map_err(|error| fail(error.to_string()))?;
        let mut entries = fs::read_dir(&dir).map_err(|error| fail(error.to_string()))?;
        if entries.next().is_some() {
            return Err(fail("it is not empty".to_owned()).into());
        }
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700))
            .map_err(|error| fail(error.to_string()))?;
        // The configuration may be used from anywhere, so its place is written in full.
        let dir = fs::canonicalize(&dir).map_err(|error| fail(error.to_string()))?;
        Ok(Self { dir, temporary: wanted.is_none() })
    }

    fn clear(&self) {
        if self.temporary
            && let Err(error) = fs::remove_dir_all(&self.dir)
        {
            log::warn!(target: "demo", "cannot remove {}: {error}", self.dir.display());
        }
    }
}

/// Writes the configuration an office would write, and the secret beside it.
fn write_config(
    dir: &Path,
    args: &Args,
    tenant: &practice::Settings,
    url: &str,
) -> anyhow::Result<PathBuf> {
    let listen = args.listen.unwrap_or_else(free_or_usual);
    let secret = dir.join("client-secret");
    let mut file = fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&secret)
        .with_context(|| format!("cannot write {}", secret.display()))?;
    writeln!(file, "{}", tenant.client_secret)?;

    let mut text = format!(
        "# The configuration of this demo, as an office would write it.\n\n\
         [store]\npath = \"counterfoil.db\"\n\n\
         [web]\nlisten = \"{listen}\"\n\n\
         [desk]\nname = \"Lindenhof Lights\"\n"
    );
    let activated_at = SystemClock.now().plus_days(-2);
    for (name, address, _) in MAILBOXES {
        text.push_str(&format!(
            "\n[[mailbox]]\nname = \"{name}\"\naddress = \"{address}\"\n\
             provider = \"microsoft365\"\nfolder = \"Inbox\"\nafter_import = \"delete\"\n\
             copy_to = \"Processed\"\npoll_seconds = 2\nacknowledge = true\n\
             activated_at = \"{activated_at}\"\n\
             signature = \"Lindenhof Lights, the {name} desk\"\n\
             control_mailbox = \"{CONTROL}\"\n\
             tenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret_file = \"client-secret\"\n\
             login_url = \"{url}\"\ngraph_url = \"{url}\"\n",
            tenant.tenant_id, tenant.client_id,
        ));
    }
    text.push_str(RULES);
    let path = dir.join("counterfoil.toml");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The usual address, or a free port of loopback when somebody has that one already.
fn free_or_usual() -> SocketAddr {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let usual: SocketAddr = LISTEN.parse().unwrap_or(any);
    if TcpListener::bind(usual).is_ok() { usual } else { any }
}
