//! From checked values to settings: what is required, what fits together, what a text means. Each
//! function answers `None` only after it has noted a fault, and reads on as far as it can, so that
//! one reading finds everything.

use std::path::{Path, PathBuf};

use super::forms::{self, Form, shown};
use super::read::{Reader, Sections, Table};
use super::{
    AfterImport, Cloud, Config, Desk, Faults, Log, LogFormat, Mailbox, Microsoft365, Network,
    Provider, Retention, Rule, SecretSource, Store, Then, Tls, Web, When,
};
use crate::desk::caps::{self, Limits};
use crate::web::Peers;

/// How many days Microsoft 365 keeps deleted mail at most (facts: microsoft-graph 3.4).
const MICROSOFT_RECOVERY_DAYS: u32 = 30;

/// Reads the whole text. `file` names it in faults, and its folder is what paths are relative to.
pub(super) fn read(file: &Path, text: &str) -> Result<Config, Faults> {
    let (reader, sections) = Reader::sections(text);
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let folder = absolute.parent().unwrap_or(Path::new("/")).to_owned();
    let mut settings = Settings { reader, folder };
    let config = settings.config(file, &sections);
    match (settings.reader.faults(file), config) {
        (None, Some(config)) => Ok(config),
        (faults, _) => Err(faults.unwrap_or(Faults(Vec::new()))),
    }
}

/// One reading under way.
pub(super) struct Settings<'t> {
    pub(super) reader: Reader<'t>,
    folder: PathBuf,
}

impl Settings<'_> {
    fn config(&mut self, file: &Path, sections: &Sections) -> Option<Config> {
        let all = |name: &str| sections.get(name).map_or(&[][..], Vec::as_slice);
        let one = |name: &str| all(name).first();
        let store = one("store").and_then(|table| self.store(table));
        let web = one("web").and_then(|table| self.web(table));
        let desk = one("desk").and_then(|table| self.desk(table));
        let mailboxes = self.mailboxes(all("mailbox"));
        let retention = one("retention").and_then(|table| self.retention(table));
        let rules: Vec<Option<Rule>> = all("rule").iter().map(|table| self.rule(table)).collect();
        let canned = self.all_canned(all("canned"));
        let network = one("network").and_then(|table| self.network(table));
        let log = one("log").and_then(|table| self.log(table));
        if all("mailbox").is_empty() {
            let what = "no mailbox; add a [[mailbox]] with name, address, tenant_id, client_id and \
                        client_secret_file";
            self.reader.no_section(what);
        }
        Some(Config {
            file: file.to_owned(),
            store: store?,
            web: web?,
            desk: desk?,
            retention: retention?,
            mailboxes: mailboxes?,
            rules: rules.into_iter().collect::<Option<_>>()?,
            canned: canned?,
            network: network?,
            log: log?,
        })
    }

    fn store(&mut self, table: &Table) -> Option<Store> {
        let path = self.path(table, "path")?;
        if path.is_none() {
            self.reader.fault(table, "path", "must name a file; leave it out for the default");
        }
        Some(Store { path: path? })
    }

    fn web(&mut self, table: &Table) -> Option<Web> {
        let listen = self.filled(table, "listen", forms::listen);
        let hosts = table.texts("allowed_hosts").and_then(|texts| {
            let read = texts.iter().map(|(at, text)| {
                let fault = |what: String| self.reader.fault_at(table, *at, "allowed_hosts", &what);
                forms::host(text).map_err(fault).ok()
            });
            read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<String>>>()
        });
        let networks = table.texts("metrics_from").and_then(|texts| {
            let read = texts.iter().map(|(at, text)| {
                let fault = |what: String| self.reader.fault_at(table, *at, "metrics_from", &what);
                forms::network(text).map_err(fault).ok()
            });
            read.collect::<Vec<_>>().into_iter().collect::<Option<Vec<Peers>>>()
        });
        let certificate = self.path(table, "tls_certificate_file");
        let key = self.path(table, "tls_key_file");
        let tls = match (certificate?, key?) {
            (Some(certificate_file), Some(key_file)) => Some(Tls { certificate_file, key_file }),
            (None, None) => None,
            (certificate, _) => {
                let (given, absent) = if certificate.is_some() {
                    ("tls_certificate_file", "tls_key_file")
                } else {
                    ("tls_key_file", "tls_certificate_file")
                };
                let what = format!("is set without {absent}; set both for https, or neither");
                self.reader.fault(table, given, &what);
                return None;
            }
        };
        Some(Web { listen: listen?, allowed_hosts: hosts?, metrics_from: networks?, tls })
    }

    fn desk(&mut self, table: &Table) -> Option<Desk> {
        let name = self.filled(table, "name", plain);
        let ticket_tag = self.filled(table, "ticket_tag", forms::ticket_tag);
        let reopen_days = table.number("reopen_days")?;
        let language = table.text("language")?.to_owned();
        let quote_lines = table.number("quote_lines")?;
        let time_zone = self.parsed(table, "time_zone", forms::time_zone)?;
        Some(Desk {
            name: name?,
            ticket_tag: ticket_tag?,
            reopen_days,
            language,
            quote_lines,
            time_zone,
        })
    }

    /// All mailboxes of this version are at Microsoft 365, whose limit therefore holds for all.
    fn retention(&mut self, table: &Table) -> Option<Retention> {
        let recovery_days = table.number("recovery_days")?;
        if recovery_days > MICROSOFT_RECOVERY_DAYS {
            let what = format!(
                "must be {MICROSOFT_RECOVERY_DAYS} at most, not {recovery_days}: Microsoft 365 \
                 keeps deleted mail no longer"
            );
            self.reader.fault(table, "recovery_days", &what);
            return None;
        }
        let closed = table.number("closed_ticket_days")?;
        Some(Retention { recovery_days, closed_ticket_days: (closed > 0).then_some(closed) })
    }

    fn mailboxes(&mut self, tables: &[Table]) -> Option<Vec<Mailbox>> {
        for name in ["name", "address"] {
            for (index, table) in tables.iter().enumerate() {
                let key = |table: &Table| table.text(name).unwrap_or_default().to_lowercase();
                let earlier = tables[..index].iter().find(|earlier| key(earlier) == key(table));
                if let Some(earlier) = earlier.filter(|_| !key(table).is_empty()) {
                    let (line, _) = self.reader.line_and_column(earlier.at(name));
                    let what =
                        format!("is already that of the mailbox at line {line}; each has its own");
                    self.reader.fault(table, name, &what);
                }
            }
        }
        let addresses: Vec<String> = tables
            .iter()
            .filter_map(|table| table.text("address"))
            .map(str::to_lowercase)
            .collect();
        let read: Vec<Option<Mailbox>> =
            tables.iter().map(|table| self.mailbox(table, &addresses)).collect();
        read.into_iter().collect()
    }

    fn mailbox(&mut self, table: &Table, addresses: &[String]) -> Option<Mailbox> {
        let name = self.required(table, "name", plain);
        let address = self.required(table, "address", forms::address);
        let folder = self.filled(table, "folder", plain);
        let after_import = self.after_import(table, folder.as_deref());
        let copy_to = self.parsed(table, "copy_to", plain);
        if let (Some(folder), Some(Some(copy_to))) = (&folder, &copy_to)
            && same_folder(folder, copy_to)
        {
            let what = "must not be the folder taken in from: each copy would be taken in again";
            self.reader.fault(table, "copy_to", what);
        }
        let activated_at = self.parsed(table, "activated_at", forms::time);
        let control_mailbox = self.parsed(table, "control_mailbox", |text| {
            let address = forms::address(text)?;
            if addresses.contains(&address.to_lowercase()) {
                return Err("must be an address this program may not open, not one of its own \
                            mailboxes"
                    .to_owned());
            }
            Ok(address)
        });
        let acknowledgements = self.acknowledgements(table);
        let provider = self.provider(table);
        Some(Mailbox {
            name: name?,
            address: address?,
            provider: provider?,
            folder: folder?,
            after_import: after_import?,
            copy_to: copy_to?,
            poll_seconds: table.number("poll_seconds")?,
            acknowledge: table.flag("acknowledge")?,
            acknowledgements: acknowledgements?,
            activated_at: activated_at?,
            signature: table.text("signature")?.to_owned(),
            control_mailbox: control_mailbox?,
        })
    }

    fn after_import(&mut self, table: &Table, folder: Option<&str>) -> Option<AfterImport> {
        let move_to = self.parsed(table, "move_to", plain)?;
        let what = table.text("after_import")?;
        match (what, move_to) {
            ("move", Some(to)) if folder.is_some_and(|folder| same_folder(folder, &to)) => {
                let what = "must not be the folder taken in from; name another";
                self.reader.fault(table, "move_to", what);
                None
            }
            ("move", Some(to)) => Some(AfterImport::Move(to)),
            ("move", None) => {
                let what = "is \"move\", but move_to names no folder; set move_to";
                self.reader.fault(table, "after_import", what);
                None
            }
            (other, Some(_)) => {
                let what = format!(
                    "is set, but after_import is \"{other}\"; set after_import = \"move\", or leave \
                     move_to empty"
                );
                self.reader.fault(table, "move_to", &what);
                None
            }
            ("keep", None) => Some(AfterImport::Keep),
            (_, None) => Some(AfterImport::Delete),
        }
    }

    fn provider(&mut self, table: &Table) -> Option<Provider> {
        let provider = table.text("provider")?;
        if provider != "microsoft365" {
            let what = format!(
                "is {}, but this version speaks microsoft365 only; set provider = \"microsoft365\"",
                shown(provider)
            );
            self.reader.fault(table, "provider", &what);
            return None;
        }
        for key in table.foreign_to(provider) {
            let what = format!("belongs to the provider {}; remove it", key.provider);
            self.reader.fault(table, key.name, &what);
        }
        self.microsoft365(table).map(Provider::Microsoft365)
    }

    fn microsoft365(&mut self, table: &Table) -> Option<Microsoft365> {
        let tenant_id = self.required(table, "tenant_id", forms::tenant);
        let client_id = self.required(table, "client_id", forms::client_id);
        let certificate = ["certificate_file", "private_key_file"]
            .into_iter()
            .filter(|name| table.has(name) && table.text(name) != Some(""))
            .map(|name| {
                let what = "is not for this version: signing in by certificate is not in it; use \
                            client_secret_file";
                self.reader.fault(table, name, what);
            })
            .count();
        let folder = self.folder.clone();
        let secret = |text: &str| secret_source(&folder, text);
        let client_secret = if certificate > 0 {
            self.parsed(table, "client_secret_file", secret)?
        } else {
            self.required(table, "client_secret_file", secret)
        };
        let secret_expires = self.parsed(table, "secret_expires", forms::time);
        let cloud = table.text("cloud").map(|word| match word {
            "us-gov" => Cloud::UsGov,
            "us-dod" => Cloud::UsDod,
            "china" => Cloud::China,
            _ => Cloud::Global,
        });
        let login_url = self.parsed(table, "login_url", forms::origin);
        let graph_url = self.parsed(table, "graph_url", forms::origin);
        let cloud = cloud?;
        let graph_url = graph_url?.unwrap_or_else(|| cloud.graph_url().to_owned());
        // A service on loopback is no Microsoft 365; what it takes, it says itself.
        let its_own = if forms::is_local(&graph_url) { caps::NONE } else { caps::SERVICE };
        let chosen =
            |key, its_own| Some(table.number(key)?).map(|n| if n == 0 { its_own } else { n });
        let letters_a_minute = chosen("letters_a_minute", its_own.letters_a_minute);
        let recipients_a_day = chosen("recipients_a_day", its_own.recipients_a_day);
        Some(Microsoft365 {
            tenant_id: tenant_id?,
            client_id: client_id?,
            client_secret: client_secret?,
            secret_expires: secret_expires?,
            cloud,
            login_url: login_url?.unwrap_or_else(|| cloud.login_url().to_owned()),
            graph_url,
            limits: Limits {
                letters_a_minute: letters_a_minute?,
                recipients_a_day: recipients_a_day?,
            },
        })
    }

    fn rule(&mut self, table: &Table) -> Option<Rule> {
        let name = self.required(table, "name", plain);
        if !table.has("when") {
            let what = "say what the rule looks for, or when = {} for every email";
            self.reader.absent(table, "when", what);
        }
        let when = table.table("when").and_then(|when| self.when(when));
        let then = match table.table("then") {
            Some(then) => self.then(then),
            None if table.has("then") => None,
            None => Some(Then::default()),
        };
        let stop = table.flag("stop")?;
        if then == Some(Then::default()) && !stop {
            let what = "sets nothing; set queue, assign, priority or tag, or stop = true";
            self.reader.fault(table, "then", what);
        }
        Some(Rule { name: name?, when: when?, then: then?, stop })
    }

    fn when(&mut self, table: &Table) -> Option<When> {
        let to = self.parsed(table, "to", forms::glob);
        let from = self.parsed(table, "from", forms::glob);
        let subject = self.parsed(table, "subject", forms::regex);
        let attached = table.flag("has_attachment")?;
        let has_attachment = table.has("has_attachment").then_some(attached);
        Some(When { to: to?, from: from?, subject: subject?, has_attachment })
    }

    fn then(&mut self, table: &Table) -> Option<Then> {
        let queue = self.parsed(table, "queue", plain);
        let assign = self.parsed(table, "assign", plain);
        let priority = table.text("priority")?.parse().ok();
        let tags = table.texts("tag")?.iter().map(|(_, tag)| tag.clone()).collect();
        Some(Then { queue: queue?, assign: assign?, priority, tags })
    }

    fn network(&mut self, table: &Table) -> Option<Network> {
        let proxy = self.parsed(table, "proxy", forms::proxy);
        let ca_file = self.path(table, "ca_file");
        Some(Network { proxy: proxy?, ca_file: ca_file? })
    }

    fn log(&mut self, table: &Table) -> Option<Log> {
        let levels = self.filled(table, "level", |text| text.parse());
        let format = match table.text("format") {
            Some("json") => LogFormat::Json,
            _ => LogFormat::Text,
        };
        let file = self.path(table, "file");
        table.text("format")?;
        Some(Log { levels: levels?, format, file: file? })
    }

    /// The value at a key as `form` reads it; inside `None` when it is empty.
    fn parsed<T>(
        &mut self,
        table: &Table,
        name: &str,
        form: impl FnOnce(&str) -> Form<T>,
    ) -> Option<Option<T>> {
        let text = table.text(name)?;
        if text.is_empty() {
            return Some(None);
        }
        match form(text) {
            Ok(value) => Some(Some(value)),
            Err(what) => {
                self.reader.fault(table, name, &what);
                None
            }
        }
    }

    /// The same for a key that has a default and must not be emptied.
    fn filled<T>(
        &mut self,
        table: &Table,
        name: &str,
        form: impl FnOnce(&str) -> Form<T>,
    ) -> Option<T> {
        let value = self.parsed(table, name, form)?;
        if value.is_none() {
            self.reader.fault(table, name, "must not be empty; leave it out for the default");
        }
        value
    }

    /// The same for a key that must be filled in.
    pub(super) fn required<T>(
        &mut self,
        table: &Table,
        name: &str,
        form: impl FnOnce(&str) -> Form<T>,
    ) -> Option<T> {
        let value = self.parsed(table, name, form)?;
        if value.is_none() {
            self.reader.missing(table, name);
        }
        value
    }

    /// The path at a key, resolved against the configuration's folder; inside `None` when empty.
    pub(super) fn path(&mut self, table: &Table, name: &str) -> Option<Option<PathBuf>> {
        let folder = self.folder.clone();
        self.parsed(table, name, |text| Ok(folder.join(text)))
    }
}

pub(super) fn plain(text: &str) -> Form<String> {
    Ok(text.to_owned())
}

/// Folder names are compared without case: in doubt it is the same folder, since taking in our own
/// copies would never end.
fn same_folder(a: &str, b: &str) -> bool {
    a.trim_matches('/').to_lowercase() == b.trim_matches('/').to_lowercase()
}

/// Where a secret is read from. The text is never repeated: it may be the secret itself.
fn secret_source(folder: &Path, text: &str) -> Form<SecretSource> {
    if let Some(name) = text.strip_prefix("credential:") {
        let letter = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(letter) {
            return Err("must name a credential after credential: with letters, digits, hyphens \
                        and dots"
                .to_owned());
        }
        return Ok(SecretSource::Credential(name.to_owned()));
    }
    if forms::looks_like_a_secret(text) {
        return Err("must be the path of a file, but this looks like the secret itself; put the \
                    secret into a file with mode 0600 and name that file here"
            .to_owned());
    }
    Ok(SecretSource::File(folder.join(text)))
}
