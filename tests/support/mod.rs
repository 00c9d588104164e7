//! An office in a temporary directory: a configuration as an administrator would write it, and the
//! real program run on it.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use counterfoil::practice::Settings;
use serde_json::Value;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_counterfoil");

/// What the configuration of an office says; the rest is as in the example.
pub struct Wishes<'a> {
    /// Where sign-in and Graph are.
    pub url: &'a str,
    /// The tenant.
    pub tenant_id: &'a str,
    /// The application.
    pub client_id: &'a str,
    /// Its secret.
    pub client_secret: &'a str,
    /// The mailbox.
    pub address: &'a str,
    /// Further lines of the `[[mailbox]]` section.
    pub mailbox: &'a str,
    /// Further sections.
    pub sections: &'a str,
}

impl Default for Wishes<'_> {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:9",
            tenant_id: "11111111-2222-3333-4444-555555555555",
            client_id: "66666666-7777-8888-9999-000000000000",
            client_secret: "not-a-real~secret",
            address: "support@office.example",
            mailbox: "",
            sections: "",
        }
    }
}

impl<'a> Wishes<'a> {
    /// Those of an office whose mailbox is at the practice provider that runs by these settings, at
    /// this address of the web.
    pub fn of(settings: &'a Settings, url: &'a str) -> Self {
        Self {
            url,
            tenant_id: &settings.tenant_id,
            client_id: &settings.client_id,
            client_secret: &settings.client_secret,
            ..Self::default()
        }
    }
}

/// The office.
pub struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    /// An office with this configuration.
    pub fn new(wishes: &Wishes<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let office = Self { folder };
        office.configure(wishes);
        office
    }

    /// Writes the configuration anew.
    pub fn configure(&self, wishes: &Wishes<'_>) {
        let Wishes { url, tenant_id, client_id, client_secret, address, mailbox, sections } =
            wishes;
        std::fs::write(self.path("secret"), client_secret).unwrap();
        let text = format!(
            "[store]\npath = \"counterfoil.db\"\n[web]\nlisten = \"127.0.0.1:0\"\n{sections}\n\
             [[mailbox]]\nname = \"support\"\naddress = \"{address}\"\n\
             tenant_id = \"{tenant_id}\"\nclient_id = \"{client_id}\"\n\
             client_secret_file = \"secret\"\nlogin_url = \"{url}\"\ngraph_url = \"{url}\"\n\
             {mailbox}\n"
        );
        std::fs::write(self.config(), text).unwrap();
    }

    /// A file of the office.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.path("counterfoil.toml")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.path("counterfoil.db")
    }

    /// The program with these arguments, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        command(&self.config(), args)
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        Ended::of(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the program with a text on its standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Ended {
        self.run_command(self.command(args), input)
    }

    /// Runs a prepared command with a text on its standard input.
    pub fn run_command(&self, mut command: Command, input: &str) -> Ended {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ended::of(child.wait_with_output().unwrap())
    }

    /// Runs the program, which must succeed, and reads the JSON it prints.
    pub fn json(&self, args: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(args);
        let ended = self.run(&all);
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.stderr);
        ended.json()
    }
}

fn command(config: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .arg("--config")
        .arg(config)
        .args(args)
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy");
    command
}

/// How a run of the program ended.
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON on its standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?} {:?}", self.stdout, self.stderr))
    }
}

/// A program that runs until dropped.
pub struct Going(pub Child);

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `done` says so, and fails after half a minute.
pub fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came to pass that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A cheap sequence of numbers that look random (xorshift), so that a failure can be repeated.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
