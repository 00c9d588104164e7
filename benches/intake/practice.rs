//! A practice mailbox in a process of its own, which tells over its standard output how to reach it
//! and, whenever it is sent a line, how many requests it answered so far.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use counterfoil::practice::{Practice, Settings, letters};

/// The mailbox that is taken in.
pub(super) const ADDRESS: &str = "support@office.example";

/// The newest letter's time: 2026-10-09, so that every run writes the same letters.
const NOW: i64 = 1_791_500_000;

/// The letters of every run, oldest first, with when they arrived.
pub(super) fn write(count: usize, average: usize) -> impl Iterator<Item = letters::Letter> {
    letters::write_sized(count, 1, NOW, ADDRESS, average)
}

/// How to reach a mailbox that runs elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) url: String,
    pub(super) tenant: String,
    pub(super) client: String,
    pub(super) secret: String,
}

impl Place {
    /// As arguments of a program, in an order [`Self::from_arguments`] knows.
    pub(super) fn arguments(&self) -> [&str; 4] {
        [&self.url, &self.tenant, &self.client, &self.secret]
    }

    pub(super) fn from_arguments(arguments: &[String]) -> Self {
        let [url, tenant, client, secret] = arguments.first_chunk().expect("four arguments");
        Self {
            url: url.clone(),
            tenant: tenant.clone(),
            client: client.clone(),
            secret: secret.clone(),
        }
    }
}

/// A practice mailbox in another process; it ends with this value.
pub(super) struct Elsewhere {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    pub(super) place: Place,
}

impl Elsewhere {
    pub(super) fn start(count: usize, average: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("a name"))
            .args(["mailbox", &count.to_string(), &average.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mailbox starts");
        let to = child.stdin.take().expect("it listens");
        let mut from = BufReader::new(child.stdout.take().expect("it speaks"));
        let told: Vec<String> = line(&mut from).split(' ').map(str::to_owned).collect();
        Self { child, to, from, place: Place::from_arguments(&told) }
    }

    /// The requests it answered so far.
    pub(super) fn requests(&mut self) -> u64 {
        writeln!(self.to, "requests?").expect("it listens");
        line(&mut self.from).parse().expect("a number")
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(from: &mut impl BufRead) -> String {
    let mut text = String::new();
    from.read_line(&mut text).expect("it speaks");
    text.trim_end().to_owned()
}

/// What the other process does.
pub(super) fn run(arguments: &[String]) {
    let number = |place: usize| arguments[place].parse().expect("a number");
    let settings = Settings::simple(ADDRESS).with_staff();
    let practice = Practice::start(settings.clone()).expect("a mailbox");
    for letter in write(number(0), number(1)) {
        practice.deliver(ADDRESS, letter.raw, letter.received_unix).expect("a letter");
    }
    let Settings { tenant_id, client_id, client_secret, .. } = settings;
    println!("{} {tenant_id} {client_id} {client_secret}", practice.url());
    while !line(&mut std::io::stdin().lock()).is_empty() {
        println!("{}", practice.requests());
    }
}
