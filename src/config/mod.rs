//! The configuration: what one TOML file says, read whole, with every fault in it reported at once
//! by file, line and column. The types here hold what is in force, defaults filled in and relative
//! paths resolved. The keys are in `keys`, reading in `read` and `settings`; secrets are only named
//! here and read by [`SecretSource::read`].

mod example;
mod fault;
mod forms;
mod in_force;
mod keys;
mod levels;
mod read;
mod secret;
mod settings;
mod wording;

use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::desk::caps::Limits;
use crate::desk::template::Template;
use crate::desk::ticket::Priority;
use crate::time::{Timestamp, Zone};
use crate::web::Peers;

pub use example::example;
pub use fault::{Fault, Faults};
pub use levels::Levels;
pub use secret::{Secret, SecretError, SecretSource};

/// The largest configuration file read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Where a configuration is looked for when none is named.
const PLACES: [&str; 2] = ["counterfoil.toml", "/etc/counterfoil/counterfoil.toml"];

/// Everything one configuration file says.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// The file it was read from, as it was named.
    pub file: PathBuf,
    /// `[store]`
    pub store: Store,
    /// `[web]`
    pub web: Web,
    /// `[desk]`
    pub desk: Desk,
    /// `[retention]`
    pub retention: Retention,
    /// Each `[[mailbox]]`, at least one; names and addresses are unique.
    pub mailboxes: Vec<Mailbox>,
    /// Each `[[rule]]`, in order.
    pub rules: Vec<Rule>,
    /// Each `[[canned]]`, in order; names are unique.
    pub canned: Vec<Canned>,
    /// `[network]`
    pub network: Network,
    /// `[log]`
    pub log: Log,
}

/// Where everything is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    /// The SQLite file.
    pub path: PathBuf,
}

/// The local web console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Web {
    /// Where it listens; loopback unless changed.
    pub listen: SocketAddr,
    /// Further Host names that may be used, in lower case, without port.
    pub allowed_hosts: Vec<String>,
    /// Who else than this machine may ask for the metrics.
    pub metrics_from: Vec<Peers>,
    /// Serve https with these; plain http without.
    pub tls: Option<Tls>,
}

/// The files for https, both PEM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tls {
    /// The certificate and those between it and the root.
    pub certificate_file: PathBuf,
    /// Its private key.
    pub key_file: PathBuf,
}

/// What requesters see of the office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Desk {
    /// The office's name, used in templates.
    pub name: String,
    /// The subject tag: letters and digits, `CF` in `[CF#1234-x7k2]`.
    pub ticket_tag: String,
    /// A reply to a ticket closed longer ago opens a linked new one, in days.
    pub reopen_days: u32,
    /// In which language agents are told what happened: `en` or `de`.
    pub language: String,
    /// Lines that an answer repeats of the message it answers; none when 0.
    pub quote_lines: u32,
    /// Where the office lives; the machine's zone when it does not say.
    pub time_zone: Option<Zone>,
}

/// When content goes for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retention {
    /// The mailbox's recovery window, in days, 1 or more; with Microsoft 365 at most 30
    /// (facts: microsoft-graph 3.4).
    pub recovery_days: u32,
    /// Days a closed ticket stays; `None`: until it is deleted.
    pub closed_ticket_days: Option<u32>,
}

/// One mailbox that is watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    /// What it is called here.
    pub name: String,
    /// Its email address.
    pub address: String,
    /// Who hosts it, with what only that provider needs.
    pub provider: Provider,
    /// The folder taken in from: a name or a path such as `Inbox/Support`.
    pub folder: String,
    /// What becomes of the original.
    pub after_import: AfterImport,
    /// The folder that receives a copy of every incoming email.
    pub copy_to: Option<String>,
    /// Seconds between two looks into the mailbox, 1 or more.
    pub poll_seconds: u32,
    /// Whether a new ticket is acknowledged.
    pub acknowledge: bool,
    /// What it says.
    pub acknowledgements: Acknowledgements,
    /// Older mail is archived without any answer.
    pub activated_at: Option<Timestamp>,
    /// Put under every answer; may have several lines; empty for none.
    pub signature: String,
    /// An address this program must not be able to open.
    pub control_mailbox: Option<String>,
}

/// What acknowledgements say; nothing of it: our own texts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Acknowledgements {
    /// The file the general text was read from, when it does not stand in the configuration.
    pub file: Option<PathBuf>,
    /// The text for everybody.
    pub general: Option<Template>,
    /// The texts by language tag, in the order of the file.
    pub by_language: Vec<(String, Template)>,
}

impl Acknowledgements {
    /// All texts, each with its language tag, which is empty for the general one. The first serves
    /// whoever writes in no language of the others.
    pub fn texts(&self) -> Vec<(String, Template)> {
        let general = self.general.iter().map(|text| (String::new(), text.clone()));
        general.chain(self.by_language.iter().cloned()).collect()
    }
}

/// A text that agents answer with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Canned {
    /// What they call it.
    pub name: String,
    /// The text.
    pub text: Template,
}

/// Who hosts a mailbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provider {
    /// Microsoft 365, through Microsoft Graph.
    Microsoft365(Microsoft365),
}

/// What only a mailbox at Microsoft 365 needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Microsoft365 {
    /// The tenant: its id or one of its domains.
    pub tenant_id: String,
    /// The application id.
    pub client_id: String,
    /// Where the client secret is read from.
    pub client_secret: SecretSource,
    /// When the client secret expires: the first second of that day in UTC.
    pub secret_expires: Option<Timestamp>,
    /// Which cloud the tenant is in.
    pub cloud: Cloud,
    /// The origin of the sign-in host, without a slash at its end: the cloud's own or another.
    pub login_url: String,
    /// The origin of Microsoft Graph, likewise.
    pub graph_url: String,
    /// How much may be sent through it.
    pub limits: Limits,
}

/// The clouds of Microsoft 365 (facts: microsoft-graph 1.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cloud {
    /// Worldwide, also GCC.
    Global,
    /// US Government L4 (GCC High).
    UsGov,
    /// US Government L5 (DoD).
    UsDod,
    /// China, run by 21Vianet.
    China,
}

impl Cloud {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "us-gov",
            Self::UsDod => "us-dod",
            Self::China => "china",
        }
    }

    /// The origin of the sign-in host (facts: microsoft-graph 1.6). For China the page gives two;
    /// this is the one of the newer source.
    pub fn login_url(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGov | Self::UsDod => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// The origin of Microsoft Graph (facts: microsoft-graph 1.6).
    pub fn graph_url(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGov => "https://graph.microsoft.us",
            Self::UsDod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }
}

/// What becomes of an original once its ticket is safe.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AfterImport {
    /// It is deleted, and stays in Recoverable Items for the recovery window.
    Delete,
    /// It is moved into this folder.
    Move(String),
    /// It stays where it is.
    Keep,
}

/// One rule: what it looks for, what it does, whether it is the last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What the rule is called.
    pub name: String,
    /// All of these must hold.
    pub when: When,
    /// What it sets on the ticket.
    pub then: Then,
    /// Whether the rules below are left out when this one matches.
    pub stop: bool,
}

/// What a rule looks for. `None` does not matter. Patterns are texts that have been checked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct When {
    /// A pattern for a receiving address: `*` for anything, `?` for one character.
    pub to: Option<String>,
    /// A pattern for the sender's address, likewise.
    pub from: Option<String>,
    /// A regular expression of the `regex` crate, found anywhere in the subject.
    pub subject: Option<String>,
    /// Whether something is attached.
    pub has_attachment: Option<bool>,
}

/// What a rule sets on a ticket. `None` changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Then {
    /// The queue it waits in.
    pub queue: Option<String>,
    /// The agent it is given to.
    pub assign: Option<String>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Tags put on it.
    pub tags: Vec<String>,
}

/// The way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Network {
    /// The proxy's URL without path and password; else the environment decides.
    pub proxy: Option<String>,
    /// PEM certificates added to the system's trust store.
    pub ca_file: Option<PathBuf>,
}

/// What the program says while it runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Log {
    /// From which level on, and for which rooms differently.
    pub levels: Levels,
    /// How a line looks.
    pub format: LogFormat,
    /// The file it is appended to; else standard error.
    pub file: Option<PathBuf>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LogFormat {
    /// Time, level, room, message.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// No configuration was named, and none lies where they usually lie.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "looking for the configuration: neither ./{} nor {} is there; name one with --config, or make \
     one with counterfoil config example", PLACES[0], PLACES[1]
)]
pub struct NotFound;

/// The configuration to read: `explicit`, else `$COUNTERFOIL_CONFIG`, else `./counterfoil.toml`,
/// else `/etc/counterfoil/counterfoil.toml`. What is named is not looked at here.
///
/// # Errors
/// When none is named and none lies in the two places.
pub fn find(explicit: Option<&Path>) -> Result<PathBuf, NotFound> {
    let environment = std::env::var_os("COUNTERFOIL_CONFIG").map(PathBuf::from);
    find_among(explicit, environment, &PLACES.map(PathBuf::from))
}

fn find_among(
    explicit: Option<&Path>,
    environment: Option<PathBuf>,
    places: &[PathBuf],
) -> Result<PathBuf, NotFound> {
    let named = explicit.map(Path::to_owned).or(environment);
    if let Some(path) = named.filter(|path| !path.as_os_str().is_empty()) {
        return Ok(path);
    }
    places.iter().find(|place| place.exists()).cloned().ok_or(NotFound)
}

impl Config {
    /// Reads the file, and the wordings in other files that it names. Secrets are not opened.
    ///
    /// # Errors
    /// Everything that is wrong with it, all at once.
    pub fn load(file: &Path) -> Result<Self, Faults> {
        let whole = |place, message| Faults(vec![Fault { file: file.to_owned(), place, message }]);
        let bytes = read_file(file).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "there is no such file; name another with --config, or \
                                            make one with counterfoil config example"
                    .to_owned(),
                io::ErrorKind::PermissionDenied => "it may not be read; make it readable for the \
                                                    user this program runs as"
                    .to_owned(),
                _ => format!("it cannot be read: {error}"),
            };
            whole(None, why)
        })?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(whole(None, "it is longer than 1 MiB and no configuration".to_owned()));
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::from_text(file, text),
            Err(error) => {
                let sound = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let line = sound.matches('\n').count() + 1;
                let column = sound.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                let message = "a byte that is no UTF-8; save the file as UTF-8".to_owned();
                Err(whole(Some((line, column)), message))
            }
        }
    }

    /// Reads a text as if it stood in `file`: for its name in faults and for relative paths.
    ///
    /// # Errors
    /// Everything that is wrong with it, all at once.
    pub fn from_text(file: &Path, text: &str) -> Result<Self, Faults> {
        settings::read(file, text)
    }
}

fn read_file(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_configuration_is_looked_for_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let [here, etc] = ["here.toml", "etc.toml"].map(|name| folder.path().join(name));
        let places = [here.clone(), etc.clone()];
        let named = Path::new("named.toml");
        let set = |text: &str| Some(PathBuf::from(text));
        assert_eq!(find_among(None, None, &places), Err(NotFound));
        std::fs::write(&etc, "").unwrap();
        assert_eq!(find_among(None, None, &places), Ok(etc));
        std::fs::write(&here, "").unwrap();
        assert_eq!(find_among(None, None, &places), Ok(here.clone()));
        assert_eq!(find_among(None, set(""), &places), Ok(here));
        assert_eq!(find_among(None, set("env.toml"), &places), Ok("env.toml".into()));
        assert_eq!(find_among(Some(named), set("env.toml"), &places), Ok(named.into()));
    }
}
