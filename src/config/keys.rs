//! Every key of the configuration file, once: its section, its kind, its default and a remark. The
//! reader, the suggestions for misspelt keys, the text of `config example` and the tests all go by
//! this list, so a key that is not here does not exist.

/// One section of the file.
pub(super) struct Section {
    /// The word between the brackets.
    pub(super) name: &'static str,
    /// Whether it is written `[[name]]`, once for each thing of its kind.
    pub(super) many: bool,
    /// What it is about, for the example.
    pub(super) remark: &'static str,
    /// Its keys, in the order of the example.
    pub(super) keys: &'static [Key],
}

impl Section {
    /// The section as its header writes it.
    pub(super) fn header(&self) -> String {
        if self.many { format!("[[{}]]", self.name) } else { format!("[{}]", self.name) }
    }
}

/// One key of a section or of an inline table.
pub(super) struct Key {
    /// The key as it is written.
    pub(super) name: &'static str,
    /// What its value may be, and its default.
    pub(super) kind: Kind,
    /// What it is for. For a required key it completes "fill in …".
    pub(super) remark: &'static str,
    /// The only provider it belongs to, or empty when it belongs to all.
    pub(super) provider: &'static str,
    /// Whether it must be filled in.
    pub(super) required: bool,
    /// The value the example shows where that is not the default, as TOML.
    pub(super) shown: &'static str,
}

/// What a value may be.
pub(super) enum Kind {
    /// One line of text.
    Text(&'static str),
    /// Any text, which may have several lines. Empty by default.
    Lines,
    /// A time or a date, as text or unquoted. Empty by default.
    Time,
    /// One word of a closed set, or its default.
    Word(&'static str, &'static [&'static str]),
    /// A whole number.
    Number {
        /// The value when the key is absent.
        default: u32,
        /// The smallest value allowed.
        least: u32,
        /// The largest value allowed.
        most: u32,
    },
    /// True or false.
    Flag(bool),
    /// A list of texts. Empty by default.
    Texts,
    /// A table of texts by language tag. Empty by default.
    Languages,
    /// An inline table with keys of its own.
    Table(&'static [Key]),
}

/// What `provider` may say.
pub(super) const PROVIDERS: &[&str] = &["microsoft365", "google", "maildir"];
/// What `after_import` may say.
pub(super) const AFTER_IMPORT: &[&str] = &["delete", "move", "keep"];
/// What `cloud` may say.
pub(super) const CLOUDS: &[&str] = &["global", "us-gov", "us-dod", "china"];
/// What `[desk] language` may say.
pub(super) const LANGUAGES: &[&str] = &["en", "de"];
/// What `then.priority` may say.
pub(super) const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];
/// What `format` may say.
pub(super) const FORMATS: &[&str] = &["text", "json"];

impl Key {
    const fn new(name: &'static str, kind: Kind, remark: &'static str) -> Self {
        Self { name, kind, remark, provider: "", required: false, shown: "" }
    }

    const fn required(name: &'static str, remark: &'static str) -> Self {
        Self { required: true, ..Self::new(name, Kind::Text(""), remark) }
    }

    const fn of(mut self, provider: &'static str) -> Self {
        self.provider = provider;
        self
    }

    const fn shown(mut self, toml: &'static str) -> Self {
        self.shown = toml;
        self
    }

    /// The value the example shows, as TOML: the default unless another is given.
    pub(super) fn example(&self) -> String {
        if !self.shown.is_empty() {
            return self.shown.to_owned();
        }
        match &self.kind {
            Kind::Text(default) | Kind::Word(default, _) => format!("\"{default}\""),
            Kind::Lines | Kind::Time => "\"\"".to_owned(),
            Kind::Number { default, .. } => default.to_string(),
            Kind::Flag(default) => default.to_string(),
            Kind::Texts => "[]".to_owned(),
            Kind::Languages => "{}".to_owned(),
            Kind::Table(keys) => {
                let inner: Vec<String> =
                    keys.iter().map(|key| format!("{} = {}", key.name, key.example())).collect();
                format!("{{ {} }}", inner.join(", "))
            }
        }
    }
}

/// Shorthands that keep each key of the list below on one line.
const fn text(name: &'static str, default: &'static str, remark: &'static str) -> Key {
    Key::new(name, Kind::Text(default), remark)
}

const fn word(
    name: &'static str,
    default: &'static str,
    among: &'static [&'static str],
    remark: &'static str,
) -> Key {
    Key::new(name, Kind::Word(default, among), remark)
}

const fn number(name: &'static str, default: u32, range: [u32; 2], remark: &'static str) -> Key {
    Key::new(name, Kind::Number { default, least: range[0], most: range[1] }, remark)
}

const fn flag(name: &'static str, default: bool, remark: &'static str) -> Key {
    Key::new(name, Kind::Flag(default), remark)
}

pub(super) const STORE: Section = Section {
    name: "store",
    many: false,
    remark: "where everything is kept",
    keys: &[text("path", "/var/lib/counterfoil/counterfoil.db", "the database, one SQLite file")],
};

pub(super) const WEB: Section = Section {
    name: "web",
    many: false,
    remark: "the local web console",
    keys: &[
        text("listen", "127.0.0.1:8025", "address and port; loopback unless changed"),
        Key::new("allowed_hosts", Kind::Texts, "further Host names that may be used"),
        Key::new(
            "metrics_from",
            Kind::Texts,
            "addresses or networks that may read /metrics; this machine always may",
        ),
        text("tls_certificate_file", "", "PEM; with tls_key_file: serve https"),
        text("tls_key_file", "", "PEM; the certificate's private key"),
    ],
};

pub(super) const DESK: Section = Section {
    name: "desk",
    many: false,
    remark: "what requesters see of the office",
    keys: &[
        text("name", "Example Office", "the office's name, used in templates"),
        text("ticket_tag", "CF", "the subject tag: [CF#1234-x7k2]"),
        number(
            "reopen_days",
            14,
            [0, 3650],
            "a reply to a ticket closed longer ago opens a new one",
        ),
        word("language", "en", LANGUAGES, "in which agents are told: en or de"),
        number("quote_lines", 20, [0, 1000], "lines an answer repeats of what it answers; 0: none"),
        text(
            "time_zone",
            "",
            "such as Europe/Berlin, for the times in answers; else the machine's",
        ),
    ],
};

pub(super) const RETENTION: Section = Section {
    name: "retention",
    many: false,
    remark: "when content goes for good",
    keys: &[
        number(
            "recovery_days",
            30,
            [1, 3650],
            "the mailbox's recovery window; Microsoft 365: 30 at most",
        ),
        number("closed_ticket_days", 0, [0, 36500], "0 = closed tickets stay until deleted"),
    ],
};

pub(super) const MAILBOX: Section = Section {
    name: "mailbox",
    many: true,
    remark: "one block for each mailbox that is watched",
    keys: &[
        Key::required("name", "a short name for it, such as support"),
        Key::required("address", "its address, such as support@contoso.example"),
        word("provider", "microsoft365", PROVIDERS, "this version speaks microsoft365 only"),
        text("folder", "Inbox", "the folder taken in from; a path such as Inbox/Support will do"),
        word("after_import", "delete", AFTER_IMPORT, "delete, move or keep the original"),
        text("move_to", "", "the folder for after_import = \"move\""),
        text("copy_to", "", "a folder that receives a copy of every incoming email"),
        number("poll_seconds", 30, [1, 86_400], "seconds between two looks into the mailbox"),
        flag("acknowledge", true, "answer a new ticket with an acknowledgement"),
        Key::new(
            "acknowledgement",
            Kind::Lines,
            "its text, else our own; {number} and such are filled in, see README",
        ),
        text("acknowledgement_file", "", "a file with that text"),
        Key::new(
            "acknowledgements",
            Kind::Languages,
            "texts by language: { de = \"…\", en = \"…\" }; the first serves all others",
        ),
        Key::new(
            "activated_at",
            Kind::Time,
            "set by setup; older mail is archived without any answer",
        ),
        Key::new("signature", Kind::Lines, "put under every answer"),
        text("control_mailbox", "", "an address this app must NOT be able to open"),
        Key::required("tenant_id", "the directory (tenant) id of the office, or its domain")
            .of("microsoft365"),
        Key::required("client_id", "the application (client) id of the app registration")
            .of("microsoft365"),
        Key::required(
            "client_secret_file",
            "the file that holds the client secret, or credential:NAME",
        )
        .of("microsoft365"),
        text("certificate_file", "", "not in this version").of("microsoft365"),
        text("private_key_file", "", "not in this version").of("microsoft365"),
        Key::new("secret_expires", Kind::Time, "date; warned 60, 30, 14, 7 and 1 days ahead")
            .of("microsoft365"),
        word("cloud", "global", CLOUDS, "global, us-gov, us-dod or china").of("microsoft365"),
        text("login_url", "", "instead of the cloud's own; https://HOST without a path")
            .of("microsoft365"),
        text("graph_url", "", "instead of the cloud's own; https://HOST without a path")
            .of("microsoft365"),
        number(
            "letters_a_minute",
            0,
            [0, 100_000],
            "the most that are sent; 0 = 30, none on loopback",
        )
        .of("microsoft365"),
        number("recipients_a_day", 0, [0, 1_000_000], "in 24 hours; 0 = 10000, none on loopback")
            .of("microsoft365"),
        text("service_account_file", "", "not in this version").of("google"),
        text("client_file", "", "not in this version").of("google"),
        text("refresh_token_file", "", "not in this version").of("google"),
        text("token_url", "", "not in this version").of("google"),
        text("gmail_url", "", "not in this version").of("google"),
        text("path", "", "not in this version").of("maildir"),
        text("sendmail", "", "not in this version").of("maildir"),
    ],
};

pub(super) const RULE: Section = Section {
    name: "rule",
    many: true,
    remark: "rules look at each new email, from the first to the last",
    keys: &[
        Key::required("name", "what the rule does").shown("\"Invoices to accounting\""),
        Key::new("when", Kind::Table(WHEN), "all of these must hold; {} matches every email"),
        Key::new("then", Kind::Table(THEN), "what to set on the ticket"),
        flag("stop", false, "leave out the rules below when this one matches").shown("true"),
    ],
};

const WHEN: &[Key] = &[
    text("to", "", "a receiving address; * stands for anything, ? for one character")
        .shown("\"billing@*\""),
    text("from", "", "the sender's address, likewise").shown("\"*@contoso.example\""),
    text("subject", "", "a regular expression found in the subject").shown("\"(?i)invoice\""),
    flag("has_attachment", false, "whether something is attached").shown("true"),
];

const THEN: &[Key] = &[
    text("queue", "", "the queue the ticket waits in").shown("\"Accounting\""),
    text("assign", "", "the agent it is given to").shown("\"ana\""),
    word("priority", "", PRIORITIES, "low, normal, high or urgent").shown("\"high\""),
    Key::new("tag", Kind::Texts, "tags put on it").shown("[\"invoice\"]"),
];

pub(super) const CANNED: Section = Section {
    name: "canned",
    many: true,
    remark: "texts that agents answer with: ticket reply 7 --canned NAME",
    keys: &[
        Key::required("name", "what agents call it").shown("\"opening-hours\""),
        Key { required: true, ..Key::new("text", Kind::Lines, "the text, with placeholders") }
            .shown("\"{greeting}\\n\\nwe are open from 9 to 5.\""),
    ],
};

pub(super) const NETWORK: Section = Section {
    name: "network",
    many: false,
    remark: "the way out",
    keys: &[
        text("proxy", "", "such as http://proxy:3128; else HTTPS_PROXY and NO_PROXY"),
        text("ca_file", "", "PEM certificates added to the system's trust store"),
    ],
};

pub(super) const LOG: Section = Section {
    name: "log",
    many: false,
    remark: "what the program says while it runs",
    keys: &[
        text("level", "info", "error, warn, info, debug; or per room: info,poller=debug"),
        word("format", "text", FORMATS, "text or json"),
        text("file", "", "else standard error, for the journal"),
    ],
};

/// All sections, in the order of the example.
pub(super) const SECTIONS: &[Section] =
    &[STORE, WEB, DESK, RETENTION, MAILBOX, RULE, CANNED, NETWORK, LOG];

/// The word of `words` that `written` was most likely meant to be, if any is near enough.
pub(super) fn nearest<'a>(written: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase().replace('-', "_");
    let near = |word: &str| {
        let begins = written.len() > 3 && (word.starts_with(&written) || written.starts_with(word));
        let distance = if begins { 1 } else { distance(&written, word) };
        (distance <= 1.max(word.len() / 3)).then_some(distance)
    };
    let measured = words.filter_map(|word| near(word).map(|distance| (distance, word)));
    measured.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// How many characters must be put in, taken out or replaced to make `a` into `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_misspelt_key_is_recognised() {
        let names = || MAILBOX.keys.iter().map(|key| key.name);
        for (written, meant) in [
            ("pol_seconds", Some("poll_seconds")),
            ("poll-seconds", Some("poll_seconds")),
            ("Folder", Some("folder")),
            ("client_secret", Some("client_secret_file")),
            ("adress", Some("address")),
            ("acknowledged", Some("acknowledge")),
            ("aknowledgements", Some("acknowledgements")),
            ("tenant", Some("tenant_id")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, names()), meant, "{written}");
        }
    }

    #[test]
    fn the_distance_counts_single_changes() {
        for (a, b, changes) in
            [("", "", 0), ("ab", "", 2), ("kitten", "sitting", 3), ("tag", "tags", 1)]
        {
            assert_eq!(distance(a, b), changes, "{a} {b}");
        }
    }

    #[test]
    fn the_default_of_every_word_and_number_is_allowed() {
        for key in SECTIONS.iter().flat_map(|section| section.keys).chain(WHEN).chain(THEN) {
            match key.kind {
                Kind::Word(default, among) => {
                    assert!(default.is_empty() || among.contains(&default), "{}", key.name);
                }
                Kind::Number { default, least, most } => {
                    assert!((least..=most).contains(&default), "{}", key.name);
                }
                _ => {}
            }
        }
    }
}
