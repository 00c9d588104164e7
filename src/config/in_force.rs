//! What is in force, as pairs of key and value for a page or a terminal: defaults filled in, paths
//! whole. Of secrets it shows where they come from, never what they are.

use std::fmt::Display;
use std::path::Path;

use super::{AfterImport, Config, LogFormat, Mailbox, Provider, Rule};
use crate::desk::caps;
use crate::time::Zone;
use crate::web;

/// The pairs gathered so far, below one section.
struct Pairs {
    section: String,
    pairs: Vec<(String, String)>,
}

impl Pairs {
    fn add(&mut self, key: &str, value: impl Display) {
        self.pairs.push((format!("{}.{key}", self.section), value.to_string()));
    }

    fn maybe(&mut self, key: &str, value: Option<impl Display>) {
        self.add(key, value.map_or(String::new(), |value| value.to_string()));
    }

    fn file(&mut self, key: &str, path: Option<&Path>) {
        self.maybe(key, path.map(Path::display));
    }

    /// A limit, or that there is none.
    fn limit(&mut self, key: &str, most: u32, none: u32) {
        let most = if most == none { web::NO_LIMIT.to_owned() } else { most.to_string() };
        self.add(key, most);
    }

    fn begin(&mut self, section: impl Display) {
        self.section = section.to_string();
    }
}

impl Config {
    /// Every setting in force, in the order of the file, as key and value: `web.listen`,
    /// `mailbox.support.folder`, `rule.Invoices.when.to`. What is not set has an empty value;
    /// what a rule does not look at or set is left out.
    pub fn in_force(&self) -> Vec<(String, String)> {
        let mut to = Pairs { section: "store".to_owned(), pairs: Vec::new() };
        to.add("path", self.store.path.display());
        to.begin("web");
        to.add("listen", self.web.listen);
        to.add("allowed_hosts", self.web.allowed_hosts.join(", "));
        let networks: Vec<String> = self.web.metrics_from.iter().map(ToString::to_string).collect();
        to.add("metrics_from", networks.join(", "));
        let tls = self.web.tls.as_ref();
        to.file("tls_certificate_file", tls.map(|tls| tls.certificate_file.as_path()));
        to.file("tls_key_file", tls.map(|tls| tls.key_file.as_path()));
        to.begin("desk");
        to.add("name", &self.desk.name);
        to.add("ticket_tag", &self.desk.ticket_tag);
        to.add("reopen_days", self.desk.reopen_days);
        to.add("language", &self.desk.language);
        to.add("quote_lines", self.desk.quote_lines);
        to.maybe("time_zone", self.desk.time_zone.as_ref().map(Zone::name));
        to.begin("retention");
        to.add("recovery_days", self.retention.recovery_days);
        to.add("closed_ticket_days", self.retention.closed_ticket_days.unwrap_or(0));
        for mailbox in &self.mailboxes {
            to.begin(format_args!("mailbox.{}", mailbox.name));
            mailbox_pairs(mailbox, &mut to);
        }
        for rule in &self.rules {
            to.begin(format_args!("rule.{}", rule.name));
            rule_pairs(rule, &mut to);
        }
        for canned in &self.canned {
            to.begin(format_args!("canned.{}", canned.name));
            to.add("text", canned.text.as_str());
        }
        to.begin("network");
        to.maybe("proxy", self.network.proxy.as_ref());
        to.file("ca_file", self.network.ca_file.as_deref());
        to.begin("log");
        to.add("level", &self.log.levels);
        let format = match self.log.format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        to.add("format", format);
        to.file("file", self.log.file.as_deref());
        to.pairs
    }
}

fn mailbox_pairs(mailbox: &Mailbox, to: &mut Pairs) {
    let Provider::Microsoft365(microsoft) = &mailbox.provider;
    let (after_import, move_to) = match &mailbox.after_import {
        AfterImport::Delete => ("delete", ""),
        AfterImport::Move(folder) => ("move", folder.as_str()),
        AfterImport::Keep => ("keep", ""),
    };
    to.add("name", &mailbox.name);
    to.add("address", &mailbox.address);
    to.add("provider", "microsoft365");
    to.add("folder", &mailbox.folder);
    to.add("after_import", after_import);
    to.add("move_to", move_to);
    to.maybe("copy_to", mailbox.copy_to.as_ref());
    to.add("poll_seconds", mailbox.poll_seconds);
    to.add("acknowledge", mailbox.acknowledge);
    let wording = &mailbox.acknowledgements;
    let general = wording.general.as_ref().filter(|_| wording.file.is_none());
    to.add("acknowledgement", general.map_or("", |text| text.as_str()));
    to.file("acknowledgement_file", wording.file.as_deref());
    let tags: Vec<&str> = wording.by_language.iter().map(|(tag, _)| tag.as_str()).collect();
    to.add("acknowledgements", tags.join(", "));
    to.maybe("activated_at", mailbox.activated_at);
    to.add("signature", &mailbox.signature);
    to.maybe("control_mailbox", mailbox.control_mailbox.as_ref());
    to.add("tenant_id", &microsoft.tenant_id);
    to.add("client_id", &microsoft.client_id);
    to.add("client_secret_file", &microsoft.client_secret);
    to.maybe("secret_expires", microsoft.secret_expires);
    to.add("cloud", microsoft.cloud.word());
    to.add("login_url", &microsoft.login_url);
    to.add("graph_url", &microsoft.graph_url);
    let (limits, none) = (microsoft.limits, caps::NONE);
    to.limit("letters_a_minute", limits.letters_a_minute, none.letters_a_minute);
    to.limit("recipients_a_day", limits.recipients_a_day, none.recipients_a_day);
}

fn rule_pairs(rule: &Rule, to: &mut Pairs) {
    let (when, then) = (&rule.when, &rule.then);
    let attached = when.has_attachment.map(|attached| attached.to_string());
    let tags = (!then.tags.is_empty()).then(|| then.tags.join(", "));
    for (key, value) in [
        ("when.to", when.to.clone()),
        ("when.from", when.from.clone()),
        ("when.subject", when.subject.clone()),
        ("when.has_attachment", attached),
        ("then.queue", then.queue.clone()),
        ("then.assign", then.assign.clone()),
        ("then.priority", then.priority.map(|priority| priority.as_str().to_owned())),
        ("then.tag", tags),
        ("stop", Some(rule.stop.to_string())),
    ] {
        if let Some(value) = value {
            to.add(key, value);
        }
    }
}
