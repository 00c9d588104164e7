//! What a configuration file may say, and what is said about one that is wrong: each case is a
//! text and the faults it must yield, with line and column.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};

use counterfoil::config::{
    self, AfterImport, Cloud, Config, LogFormat, Microsoft365, Provider, SecretSource,
};
use counterfoil::desk::ticket::Priority;

/// A mailbox without faults, to be put below or above what a case is about.
const MAILBOX: &str = r#"
[[mailbox]]
name = "support"
address = "support@contoso.example"
tenant_id = "contoso.example"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret_file = "client-secret"
"#;

fn read(text: &str) -> Result<Config, config::Faults> {
    Config::from_text(Path::new("/etc/counterfoil/counterfoil.toml"), text)
}

/// The faults of a text as `line:column: message`.
fn faults(text: &str) -> Vec<String> {
    match read(text) {
        Ok(_) => Vec::new(),
        Err(faults) => {
            let text = faults.to_string();
            let bare = |line: &str| {
                line.strip_prefix("/etc/counterfoil/counterfoil.toml:").unwrap().to_owned()
            };
            text.lines().map(bare).collect()
        }
    }
}

/// Asserts that `text` yields exactly `expected`, each the beginning of a fault.
fn assert_faults(case: &str, text: &str, expected: &[&str]) {
    let found = faults(text);
    let fits = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| found.starts_with(expected));
    assert!(
        fits,
        "{case}\nexpected:\n  {}\nfound:\n  {}",
        expected.join("\n  "),
        found.join("\n  ")
    );
}

/// Cases about single sections: the text stands first, so lines count from 1.
#[test]
fn each_wrong_value_is_one_fault_at_its_place() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("nothing wrong", "", &[]),
        ("an empty file path", "[store]\npath = \"\"", &["2:8: [store]: path must name a file"]),
        ("a number for a text", "[store]\npath = 7", &["2:8: [store]: path must be a text in quotes, not a whole number"]),
        ("no address", "[web]\nlisten = \"localhost:80\"", &["2:10: [web]: listen must be a numeric ADDRESS:PORT such as 127.0.0.1:8025, not \"localhost:80\""]),
        ("no port", "[web]\nlisten = \"127.0.0.1\"", &["2:10: [web]: listen must be a numeric ADDRESS:PORT"]),
        ("an empty listen", "[web]\nlisten = \"\"", &["2:10: [web]: listen must not be empty"]),
        ("a host with a scheme", "[web]\nallowed_hosts = [\"desk.example\", \"http://x\"]", &["2:34: [web]: allowed_hosts must hold host names"]),
        ("a host that is no text", "[web]\nallowed_hosts = [1, true]", &["2:18: [web]: allowed_hosts must hold texts in quotes, not a whole number", "2:21: [web]: allowed_hosts must hold texts in quotes, not true or false"]),
        ("a network that is none", "[web]\nmetrics_from = [\"10.0.0.0/8\", \"10.0.0.0/33\"]", &["2:31: [web]: metrics_from must hold numeric addresses or networks"]),
        ("a host list that is a text", "[web]\nallowed_hosts = \"x\"", &["2:17: [web]: allowed_hosts must be a list of texts in [ ], not a text"]),
        ("half of https", "[web]\ntls_key_file = \"k.pem\"", &["2:16: [web]: tls_key_file is set without tls_certificate_file"]),
        ("the other half", "[web]\ntls_certificate_file = \"c.pem\"", &["2:24: [web]: tls_certificate_file is set without tls_key_file"]),
        ("a tag with a hash", "[desk]\nticket_tag = \"C#\"", &["2:14: [desk]: ticket_tag must be 1 to 12 letters or digits"]),
        ("two lines for one", "[desk]\nname = \"a\\nb\"", &["2:8: [desk]: name must be one line"]),
        ("a quoted number", "[desk]\nreopen_days = \"14\"", &["2:15: [desk]: reopen_days must be a whole number without quotes, not a text"]),
        ("a negative number", "[desk]\nreopen_days = -1", &["2:15: [desk]: reopen_days must be a whole number from 0 to 3650, not -1"]),
        ("a fraction", "[desk]\nreopen_days = 1.5", &["2:15: [desk]: reopen_days must be a whole number without quotes, not a fraction"]),
        ("a number beyond all bounds", "[desk]\nreopen_days = 99999999999999999999", &["2:15: [desk]: reopen_days must be a whole number from 0 to 3650"]),
        ("too many lines", "[desk]\nquote_lines = 1001", &["2:15: [desk]: quote_lines must be a whole number from 0 to 1000, not 1001"]),
        ("no zone", "[desk]\ntime_zone = \"Berlin\"", &["2:13: [desk]: time_zone must be a time zone such as Europe/Berlin that this machine knows"]),
        ("no recovery", "[retention]\nrecovery_days = 0", &["2:17: [retention]: recovery_days must be a whole number from 1 to 3650, not 0"]),
        ("longer than Microsoft", "[retention]\nrecovery_days = 31", &["2:17: [retention]: recovery_days must be 30 at most, not 31"]),
        ("a proxy with a password", "[network]\nproxy = \"http://ana:hush@proxy:1\"", &["2:9: [network]: proxy must not hold a user name or password"]),
        ("an unknown level", "[log]\nlevel = \"info,poller=loud\"", &["2:9: [log]: level must hold one of off, error, warn, info, debug, trace such as info,poller=debug, not \"loud\""]),
        ("an unknown format", "[log]\nformat = \"jsn\"", &["2:10: [log]: format must be one of text, json, not \"jsn\"; did you mean json?"]),
        ("a misspelt key", "[web]\nlissen = \"x\"", &["2:1: [web]: unknown key lissen; did you mean listen?"]),
        ("a key of another section", "[web]\npoll_seconds = 3", &["2:1: [web]: unknown key poll_seconds; it belongs below [[mailbox]]"]),
        ("a key like none", "[web]\n  colour = \"x\"", &["2:3: [web]: unknown key colour; remove it"]),
        ("a key with a line end", "[web]\n\"a\\nb\" = 1", &["2:1: [web]: unknown key a\\nb; remove it"]),
        ("a misspelt section", "[wep]\nlisten = \"x\"", &["1:2: unknown section \"wep\"; did you mean [web]?"]),
        ("a misspelt list of sections", "[[mailboxes]]\nname = \"x\"", &["1:3: unknown section \"mailboxes\"; did you mean [[mailbox]]?"]),
        ("a section like none", "[telephone]", &["1:2: unknown section \"telephone\"; remove it"]),
        ("a key outside", "listen = \"127.0.0.1:1\"", &["1:1: listen stands outside of a section; put it below [web]"]),
        ("an unknown key outside", "colour = 1", &["1:1: unknown key \"colour\" outside of a section; remove it"]),
        ("two brackets too many", "[[web]]\nlisten = \"x\"", &["1:3: [[web]] must be written [web]", "2:10: [web]: listen must be"]),
        ("a value for a section", "web = 3", &["1:1: web must be a section that begins with [web], not a whole number"]),
        ("columns count characters", "[desk]\nname = \"Büro\" # ü\n[log]\n\"lével\" = 1", &["4:1: [log]: unknown key lével; did you mean level?"]),
    ];
    for (case, text, expected) in cases {
        assert_faults(case, &format!("{text}\n{MAILBOX}"), expected);
    }
}

/// Cases about one mailbox: the key stands in line 8, after the six lines of [`MAILBOX`].
#[test]
fn each_wrong_key_of_a_mailbox_is_one_fault_with_its_name() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("all defaults", "", &[]),
        ("the example of the promise", "folder = 7", &["8:10: [[mailbox]] support: folder must be a text in quotes, not a whole number"]),
        ("an empty folder", "folder = \"\"", &["8:10: [[mailbox]] support: folder must not be empty"]),
        ("white space around", "folder = \" Inbox\"", &["8:10: [[mailbox]] support: folder must not begin or end with white space"]),
        ("zero seconds", "poll_seconds = 0", &["8:16: [[mailbox]] support: poll_seconds must be a whole number from 1 to 86400, not 0"]),
        ("a quoted flag", "acknowledge = \"yes\"", &["8:15: [[mailbox]] support: acknowledge must be true or false, without quotes, not a text"]),
        ("an unknown provider", "provider = \"exchange\"", &["8:12: [[mailbox]] support: provider must be one of microsoft365, google, maildir, not \"exchange\""]),
        ("a later provider", "provider = \"google\"", &["8:12: [[mailbox]] support: provider is \"google\", but this version speaks microsoft365 only"]),
        ("another later provider", "provider = \"maildir\"", &["8:12: [[mailbox]] support: provider is \"maildir\", but this version"]),
        ("a key of another provider", "gmail_url = \"https://x\"", &["8:13: [[mailbox]] support: gmail_url belongs to the provider google; remove it"]),
        ("an empty key of another provider", "gmail_url = \"\"", &[]),
        ("an unknown end", "after_import = \"trash\"", &["8:16: [[mailbox]] support: after_import must be one of delete, move, keep, not \"trash\""]),
        ("a move to nowhere", "after_import = \"move\"", &["8:16: [[mailbox]] support: after_import is \"move\", but move_to names no folder; set move_to"]),
        ("a folder without a move", "move_to = \"Done\"", &["8:11: [[mailbox]] support: move_to is set, but after_import is \"delete\""]),
        ("a move on the spot", "move_to = \"inbox\"\nafter_import = \"move\"", &["8:11: [[mailbox]] support: move_to must not be the folder taken in from"]),
        ("a copy that comes back", "copy_to = \"INBOX/\"", &["8:11: [[mailbox]] support: copy_to must not be the folder taken in from"]),
        ("no time", "activated_at = \"yesterday\"", &["8:16: [[mailbox]] support: activated_at must be a time such as"]),
        ("a time without zone", "activated_at = 2026-05-04T09:12:44", &["8:16: [[mailbox]] support: activated_at must be a time such as"]),
        ("no date", "secret_expires = \"2026-02-30\"", &["8:18: [[mailbox]] support: secret_expires must be a time such as"]),
        ("a number for a date", "secret_expires = 2026", &["8:18: [[mailbox]] support: secret_expires must be a time or a date, not a whole number"]),
        ("no address to control", "control_mailbox = \"boss\"", &["8:19: [[mailbox]] support: control_mailbox must be one email address"]),
        ("its own address to control", "control_mailbox = \"Support@contoso.example\"", &["8:19: [[mailbox]] support: control_mailbox must be an address this program may not open"]),
        ("an unknown cloud", "cloud = \"us_gov\"", &["8:9: [[mailbox]] support: cloud must be one of global, us-gov, us-dod, china, not \"us_gov\""]),
        ("a path in a url", "graph_url = \"https://graph.example/v1.0\"", &["8:13: [[mailbox]] support: graph_url must end after the host"]),
        ("plain http to the world", "login_url = \"http://login.example\"", &["8:13: [[mailbox]] support: login_url must begin with https://; plain http is for loopback hosts only"]),
        ("a password in a url", "login_url = \"https://a:b@login.example\"", &["8:13: [[mailbox]] support: login_url must not hold a user name or password"]),
        ("a certificate", "certificate_file = \"c.pem\"\nprivate_key_file = \"k.pem\"", &["8:20: [[mailbox]] support: certificate_file is not for this version: signing in by certificate is not in it; use client_secret_file", "9:20: [[mailbox]] support: private_key_file is not for this version"]),
        ("a secret under a near name", "client_secret = \"hush\"", &["8:1: [[mailbox]] support: unknown key client_secret; did you mean client_secret_file?"]),
    ];
    for (case, text, expected) in cases {
        assert_faults(case, &format!("{MAILBOX}{text}\n"), expected);
    }
}

#[test]
fn what_a_mailbox_must_have_is_asked_for() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("no mailbox", "", &["1:1: no mailbox; add a [[mailbox]] with name"]),
        ("an empty list of them", "mailbox = []", &["1:1: no mailbox"]),
        ("an empty mailbox", "\n[[mailbox]]\n", &["2:1: [[mailbox]] number 1: name is missing; fill in a short name", "2:1: [[mailbox]] number 1: address is missing; fill in its address", "2:1: [[mailbox]] number 1: tenant_id is missing; fill in the directory (tenant) id", "2:1: [[mailbox]] number 1: client_id is missing; fill in the application (client) id", "2:1: [[mailbox]] number 1: client_secret_file is missing; fill in the file that holds"]),
        ("one bracket too few", &MAILBOX.replace("[[mailbox]]", "[mailbox]"), &["2:2: [mailbox] must be written [[mailbox]]"]),
        ("an empty value", &MAILBOX.replace("contoso.example\"\nclient_id", "\"\nclient_id"), &["5:13: [[mailbox]] support: tenant_id is missing"]),
        ("no address", &MAILBOX.replace("support@", "support at "), &["4:11: [[mailbox]] support: address must be one email address such as support@contoso.example, not \"support at contoso.example\""]),
        ("all tenants at once", &MAILBOX.replace("\"contoso.example\"", "\"common\""), &["5:13: [[mailbox]] support: tenant_id must name one tenant"]),
        ("a name in two lines", &MAILBOX.replace("\"support\"", "\"a\\nb\""), &["3:8: [[mailbox]] a\\nb: name must be one line"]),
        ("a nameless credential", &MAILBOX.replace("client-secret", "credential:"), &["7:22: [[mailbox]] support: client_secret_file must name a credential"]),
        ("a credential elsewhere", &MAILBOX.replace("client-secret", "credential:../x"), &["7:22: [[mailbox]] support: client_secret_file must name a credential"]),
        ("a certificate instead", &MAILBOX.replace("client_secret_file", "certificate_file"), &["7:20: [[mailbox]] support: certificate_file is not for this version"]),
        ("twice the same", &format!("{MAILBOX}{}", MAILBOX.replace("support@c", "Support@C")), &["10:8: [[mailbox]] support: name is already that of the mailbox at line 3", "11:11: [[mailbox]] support: address is already that of the mailbox at line 4"]),
    ];
    for (case, text, expected) in cases {
        assert_faults(case, text, expected);
    }
}

#[test]
fn all_faults_of_a_file_come_at_once_and_in_its_order() {
    let text = format!(
        "[web]\nlisten = 1\n[desk]\nreopen_days = \"x\"\nname = \"\"\n{MAILBOX}poll_seconds = 0\n\
         color = 1\n[log]\nlevel = \"loud\"\n[store]\npath = true\n"
    );
    let found = faults(&text);
    let places: Vec<&str> = found.iter().map(|fault| fault.split_once(": ").unwrap().0).collect();
    assert_eq!(places, ["2:10", "4:15", "5:8", "13:16", "14:1", "16:9", "18:8"], "{found:#?}");
}

#[test]
fn a_pasted_secret_is_not_repeated() {
    let secret = "abc8Q~AbCdEfGhIjKlMnOpQrStUvWxYz.-_01234";
    let found = faults(&MAILBOX.replace("client-secret", secret)).join("\n");
    assert!(found.contains("looks like the secret itself"), "{found}");
    assert!(!found.contains(secret), "{found}");
}

#[test]
fn each_wrong_rule_is_one_fault() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("the example of the contract", "name = \"x\"\nwhen = { to = \"billing@*\" }\nthen = { priority = \"high\", tag = [\"invoice\"] }", &[]),
        ("every email, and no more", "name = \"x\"\nwhen = {}\nstop = true", &[]),
        ("no name", "when = {}\nstop = true", &["1:1: [[rule]] number 1: name is missing"]),
        ("nothing to look for", "name = \"x\"\nstop = true", &["1:1: [[rule]] x: when is missing"]),
        ("nothing to do", "name = \"x\"\nwhen = {}\nthen = {}", &["4:8: [[rule]] x: then sets nothing"]),
        ("a bad expression", "name = \"x\"\nwhen = { subject = \"(invoice\" }\nstop = true", &["3:20: [[rule]] x: when.subject must be a regular expression, but \"(invoice\" is not: unclosed group"]),
        ("a pattern for nobody", "name = \"x\"\nwhen = { from = \"ana\" }\nstop = true", &["3:17: [[rule]] x: when.from can never match an address; write ana@* or *@ana"]),
        ("two patterns in one", "name = \"x\"\nwhen = { to = \"a@* b@*\" }\nstop = true", &["3:15: [[rule]] x: when.to must be one address pattern"]),
        ("an unknown condition", "name = \"x\"\nwhen = { subjekt = \"x\" }\nstop = true", &["3:10: [[rule]] x: unknown key when.subjekt; did you mean when.subject?"]),
        ("an unknown deed", "name = \"x\"\nwhen = {}\nthen = { tags = [\"x\"] }\nstop = true", &["4:10: [[rule]] x: unknown key then.tags; did you mean then.tag?"]),
        ("a tag that is no list", "name = \"x\"\nwhen = {}\nthen = { tag = \"x\" }", &["4:16: [[rule]] x: then.tag must be a list of texts in [ ], not a text"]),
        ("an empty tag", "name = \"x\"\nwhen = {}\nthen = { tag = [\"\"] }", &["4:17: [[rule]] x: then.tag must not hold an empty text"]),
        ("an unknown priority", "name = \"x\"\nwhen = {}\nthen = { priority = \"hi\" }", &["4:21: [[rule]] x: then.priority must be one of low, normal, high, urgent, not \"hi\""]),
        ("a text for a table", "name = \"x\"\nwhen = \"always\"\nstop = true", &["3:8: [[rule]] x: when must be a table in { }, not a text"]),
        ("a flag in quotes", "name = \"x\"\nwhen = { has_attachment = \"no\" }\nstop = true", &["3:27: [[rule]] x: when.has_attachment must be true or false"]),
    ];
    for (case, text, expected) in cases {
        assert_faults(case, &format!("[[rule]]\n{text}\n{MAILBOX}"), expected);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever is done to a file, it is read or its faults have places inside it.
    #[test]
    fn no_text_is_beyond_reading(
        edits in proptest::collection::vec((0_usize..4000, 0_usize..12, "[\\[\\]{}=\"'#.,\n\r\\\\ a0ü-]{0,6}"), 1..6),
    ) {
        let mut text: Vec<char> = format!("{MAILBOX}{}", config::example()).chars().collect();
        for (at, length, new) in edits {
            let at = at.min(text.len());
            text.splice(at..(at + length).min(text.len()), new.chars());
        }
        let text: String = text.into_iter().collect();
        if let Err(faults) = read(&text) {
            assert!(!faults.0.is_empty(), "{text}");
            for fault in faults.0 {
                let (line, column) = fault.place.unwrap();
                let length = text.split('\n').nth(line - 1).map(|line| line.chars().count());
                assert!(length.is_some_and(|length| column <= length + 1), "{fault}\n{text}");
                assert!(!fault.message.contains(char::is_control), "{fault:?}");
            }
        }
    }
}

#[test]
fn deep_nesting_is_a_fault_like_another() {
    for open in ["[", "{ a = ", "a."] {
        let text = format!("a = {}", open.repeat(50_000));
        assert!(!faults(&text).is_empty());
        assert!(!faults(&open.repeat(50_000)).is_empty());
    }
}

#[test]
fn broken_syntax_is_reported_with_the_other_faults_and_nothing_is_called_missing() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("an unquoted text", "[store]\npath = x y\n\n[wep]\n", &["2:8: not valid TOML: ", "4:2: unknown section \"wep\""]),
        ("two of them", "[store]\npath = \n[desk]\nname = \"a\n", &["2:8: not valid TOML: ", "4:10: not valid TOML: "]),
        ("a key given twice", "[store]\npath = \"a\"\npath = \"b\"\n", &["3:1: not valid TOML: duplicate key"]),
        ("no value at all", "[desk]\nname == \"x\"\n", &["2:7: not valid TOML: "]),
        ("a mailbox half read", "[[mailbox]]\nname = support\n", &["2:8: not valid TOML: "]),
    ];
    for (case, text, expected) in cases {
        assert_faults(case, text, expected);
    }
}

#[test]
fn a_sound_file_is_read_whole() {
    let config = read(
        r#"
[store]
path = "data/counterfoil.db"
[web]
listen = "[::1]:9000"
allowed_hosts = ["Desk.Contoso.example"]
tls_certificate_file = "cert.pem"
tls_key_file = "/keys/key.pem"
[desk]
name = "Contoso"
ticket_tag = "CT"
reopen_days = 0
[retention]
recovery_days = 14
closed_ticket_days = 365
[[mailbox]]
name = "support"
address = "support@contoso.example"
folder = "Inbox/Support"
after_import = "move"
move_to = "Done"
copy_to = "Copies"
poll_seconds = 5
acknowledge = false
activated_at = 2026-05-04T11:12:44+02:00
signature = """
Yours,
Contoso"""
control_mailbox = "boss@contoso.example"
tenant_id = "contoso.example"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret_file = "credential:graph"
secret_expires = 2027-01-31
cloud = "us-dod"
login_url = "http://127.0.0.1:8026/"
[[rule]]
name = "Invoices"
when = { to = "billing@*", from = "*@contoso.example", subject = "(?i)invoice", has_attachment = false }
then = { queue = "Accounting", assign = "ana", priority = "high", tag = ["invoice"] }
stop = true
[network]
proxy = "http://proxy:3128"
ca_file = "ca.pem"
[log]
level = "warn,poller=debug"
format = "json"
file = "log/counterfoil.log"
"#,
    )
    .unwrap();
    let folder = Path::new("/etc/counterfoil");
    assert_eq!(config.store.path, folder.join("data/counterfoil.db"));
    assert_eq!(config.web.listen, "[::1]:9000".parse().unwrap());
    assert_eq!(config.web.allowed_hosts, ["desk.contoso.example"]);
    let tls = config.web.tls.unwrap();
    assert_eq!(tls.certificate_file, folder.join("cert.pem"));
    assert_eq!(tls.key_file, Path::new("/keys/key.pem"));
    assert_eq!((config.desk.name.as_str(), config.desk.ticket_tag.as_str()), ("Contoso", "CT"));
    assert_eq!(config.desk.reopen_days, 0);
    assert_eq!(config.retention.recovery_days, 14);
    assert_eq!(config.retention.closed_ticket_days, Some(365));
    let mailbox = &config.mailboxes[0];
    assert_eq!(mailbox.folder, "Inbox/Support");
    assert_eq!(mailbox.after_import, AfterImport::Move("Done".into()));
    assert_eq!(mailbox.copy_to.as_deref(), Some("Copies"));
    assert_eq!((mailbox.poll_seconds, mailbox.acknowledge), (5, false));
    assert_eq!(mailbox.activated_at.unwrap().to_string(), "2026-05-04T09:12:44Z");
    assert_eq!(mailbox.signature, "Yours,\nContoso");
    assert_eq!(mailbox.control_mailbox.as_deref(), Some("boss@contoso.example"));
    assert_eq!(
        mailbox.provider,
        Provider::Microsoft365(Microsoft365 {
            tenant_id: "contoso.example".into(),
            client_id: "11111111-2222-3333-4444-555555555555".into(),
            client_secret: SecretSource::Credential("graph".into()),
            secret_expires: Some("2027-01-31".parse().unwrap()),
            cloud: Cloud::UsDod,
            login_url: "http://127.0.0.1:8026".into(),
            graph_url: "https://dod-graph.microsoft.us".into(),
            limits: counterfoil::desk::caps::SERVICE,
        })
    );
    let rule = &config.rules[0];
    assert_eq!(rule.when.to.as_deref(), Some("billing@*"));
    assert_eq!(rule.when.from.as_deref(), Some("*@contoso.example"));
    assert_eq!(rule.when.subject.as_deref(), Some("(?i)invoice"));
    assert_eq!(rule.when.has_attachment, Some(false));
    assert_eq!(rule.then.queue.as_deref(), Some("Accounting"));
    assert_eq!(rule.then.assign.as_deref(), Some("ana"));
    assert_eq!(rule.then.priority, Some(Priority::High));
    assert_eq!(rule.then.tags, ["invoice"]);
    assert!(rule.stop);
    assert_eq!(config.network.proxy.as_deref(), Some("http://proxy:3128"));
    assert_eq!(config.network.ca_file, Some(folder.join("ca.pem")));
    assert_eq!(config.log.levels.to_string(), "warn,poller=debug");
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.log.file, Some(folder.join("log/counterfoil.log")));
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let config = read(MAILBOX).unwrap();
    let shown = config.in_force();
    let secret = "file /etc/counterfoil/client-secret";
    for (key, expected) in [
        ("store.path", "/var/lib/counterfoil/counterfoil.db"),
        ("web.listen", "127.0.0.1:8025"),
        ("web.allowed_hosts", ""),
        ("web.metrics_from", ""),
        ("web.tls_key_file", ""),
        ("desk.name", "Example Office"),
        ("desk.ticket_tag", "CF"),
        ("desk.reopen_days", "14"),
        ("retention.recovery_days", "30"),
        ("retention.closed_ticket_days", "0"),
        ("mailbox.support.provider", "microsoft365"),
        ("mailbox.support.folder", "Inbox"),
        ("mailbox.support.after_import", "delete"),
        ("mailbox.support.move_to", ""),
        ("mailbox.support.copy_to", ""),
        ("mailbox.support.poll_seconds", "30"),
        ("mailbox.support.acknowledge", "true"),
        ("mailbox.support.activated_at", ""),
        ("mailbox.support.signature", ""),
        ("mailbox.support.control_mailbox", ""),
        ("mailbox.support.client_secret_file", secret),
        ("mailbox.support.secret_expires", ""),
        ("mailbox.support.cloud", "global"),
        ("mailbox.support.login_url", "https://login.microsoftonline.com"),
        ("mailbox.support.graph_url", "https://graph.microsoft.com"),
        ("network.proxy", ""),
        ("network.ca_file", ""),
        ("log.level", "info"),
        ("log.format", "text"),
        ("log.file", ""),
    ] {
        let found = shown.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        assert_eq!(found, Some(expected), "{key}");
    }
    // A practice provider on loopback sets none.
    let local = MAILBOX.to_owned()
        + "login_url = \"http://127.0.0.1:9\"\ngraph_url = \"http://127.0.0.1:9\"\n";
    let shown = read(&local).unwrap().in_force();
    for key in ["letters_a_minute", "recipients_a_day"] {
        let key = format!("mailbox.support.{key}");
        let found = shown.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
        assert_eq!(found, Some("no limit"), "{key}");
    }
    assert_eq!(config.log, config::Log::default());
    assert!(config.rules.is_empty() && config.retention.closed_ticket_days.is_none());
}

#[test]
fn each_cloud_has_its_hosts() {
    for (word, login, graph) in [
        ("global", "https://login.microsoftonline.com", "https://graph.microsoft.com"),
        ("us-gov", "https://login.microsoftonline.us", "https://graph.microsoft.us"),
        ("us-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        (
            "china",
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
        ),
    ] {
        let config = read(&format!("{MAILBOX}cloud = \"{word}\"\n")).unwrap();
        let Provider::Microsoft365(found) = &config.mailboxes[0].provider;
        assert_eq!((found.login_url.as_str(), found.graph_url.as_str()), (login, graph), "{word}");
        assert_eq!(found.cloud.word(), word);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_one_fault_without_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counterfoil.toml");
    let said = |file: &Path| Config::load(file).unwrap_err().to_string();
    assert!(said(&file).starts_with(&format!("{}: there is no such file", file.display())));
    assert!(said(folder.path()).contains("it cannot be read"));
    std::fs::write(&file, "# ".repeat(600_000)).unwrap();
    assert!(said(&file).contains("longer than 1 MiB"));
    std::fs::write(&file, b"[desk]\nname = \"B\xfcro\"\n").unwrap();
    assert_eq!(
        said(&file),
        format!("{}:2:10: a byte that is no UTF-8; save the file as UTF-8", file.display())
    );
}

#[test]
fn paths_are_relative_to_the_file_that_was_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counterfoil.toml");
    std::fs::write(&file, format!("\u{feff}[store]\r\npath = \"x.db\"\r\n{MAILBOX}")).unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.store.path, folder.path().join("x.db"));
    assert_eq!(config.file, file);
    let Provider::Microsoft365(found) = &config.mailboxes[0].provider;
    assert_eq!(found.client_secret, SecretSource::File(folder.path().join("client-secret")));
}

#[test]
fn the_named_file_comes_first() {
    let named = PathBuf::from("named.toml");
    assert_eq!(config::find(Some(&named)), Ok(named));
}
