//! The rules of the house, held against source texts. Each fault names file, line and rule.

use crate::paths::{Named, module_of, paths};

/// Which floor each room lies on. A room that is not listed has no place yet.
const FLOORS: [(&str, u8); 13] = [
    ("mail", 0),
    ("time", 0),
    ("desk", 1),
    ("mailbox", 2),
    ("store", 2),
    ("workers", 3),
    ("web", 3),
    ("app", FRONT),
    ("cli", FRONT),
    ("config", FRONT),
    ("logging", FRONT),
    ("supervisor", FRONT),
    ("main", FRONT),
];

const FRONT: u8 = 4;

/// The pretended providers: beside the house, and only `cli` opens the door.
const BESIDE: &str = "practice";

/// Crates that are named in one place only: a file, or a folder of the same name.
const HOMES: [(&str, &[&str]); 12] = [
    ("rusqlite", &["src/store"]),
    ("ureq", &["src/mailbox"]),
    ("tiny_http", &["src/web", "src/practice"]),
    ("ammonia", &["src/mail/html"]),
    ("mail_parser", &["src/mail/parse", "src/practice"]),
    ("mail_builder", &["src/mail/compose", "src/practice"]),
    ("simplelog", &["src/logging"]),
    ("clap", &["src/cli"]),
    ("indicatif", &["src/cli"]),
    ("anyhow", &["src/cli"]),
    ("rpassword", &["src/cli"]),
    ("maud", &["src/web", "src/practice"]),
];

/// What words and decisions never touch.
const OUTSIDE: [&str; 5] = ["fs", "net", "thread", "env", "process"];

/// The most lines of a file.
pub(crate) const MOST_LINES: usize = 600;

/// A source file: its path from the root of the checkout, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every fault in `sources`. A path in `long` may exceed [`MOST_LINES`], and must, to be there.
pub(crate) fn faults(sources: &[Source], long: &[(&str, &str)]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        shape(source, long, &mut faults);
        for named in paths(&source.path, &source.text) {
            for rule in [floor_fault, home_fault, clock_fault, outside_fault] {
                if let Some(fault) = rule(source, &named) {
                    faults.push(format!("{}:{}: {fault}", source.path, named.line));
                }
            }
        }
    }
    // A `use` tree may name one room many times on one line.
    faults.dedup();
    for (path, _) in long {
        let lines = sources.iter().find(|source| source.path == *path).map(Source::lines);
        if lines.is_none_or(|lines| lines <= MOST_LINES) {
            faults.push(format!("{path}:1: is listed as long, and is not"));
        }
    }
    faults
}

impl Source {
    fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// The top-level module this file belongs to; `lib` for the root, which only lists them.
    fn room(&self) -> String {
        let root = if self.path == "src/lib.rs" { "lib" } else { "main" };
        module_of(&self.path).into_iter().next().unwrap_or_else(|| root.to_owned())
    }

    fn lies_in(&self, home: &str) -> bool {
        let rest = self.path.strip_prefix(home);
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn shape(source: &Source, long: &[(&str, &str)], faults: &mut Vec<String>) {
    let path = &source.path;
    if !source.text.starts_with("//! ") {
        faults.push(format!("{path}:1: does not open with //! lines that say what lives here"));
    }
    let lines = source.lines();
    if lines > MOST_LINES && !long.iter().any(|(listed, _)| listed == path) {
        faults.push(format!("{path}:{lines}: is longer than {MOST_LINES} lines"));
    }
    let room = source.room();
    if floor(&room).is_none() && room != BESIDE && room != "lib" {
        faults.push(format!("{path}:1: {room} has no floor; give it one in tests/floors/rules.rs"));
    }
}

fn floor_fault(source: &Source, named: &Named) -> Option<String> {
    let inside = named.inside.as_ref()?;
    let from = source.room();
    let to = match inside.first().map(String::as_str) {
        None | Some("*") => return Some("names the whole house; name the room".to_owned()),
        Some(to) => to,
    };
    if from == "lib" || from == to {
        return None;
    }
    if from == BESIDE {
        return Some(format!("practice names {to}, and must know nothing but itself"));
    }
    if to == BESIDE {
        let opens = from == "cli";
        return (!opens).then(|| format!("{from} names practice, which only cli may"));
    }
    // What a room without a floor is, is told once, by its shape.
    let above = floor(&from)?;
    let Some(below) = floor(to) else {
        return Some(format!("{from} names {to}, which has no floor in tests/floors/rules.rs"));
    };
    // Within a floor, only the front uses itself; an email's words may use those for time.
    let level = above == FRONT && below == FRONT || (from == "mail" && to == "time");
    if below < above || level {
        return None;
    }
    let where_to = if below > above { "above it" } else { "beside it" };
    Some(format!("{from} names {to}, which lies {where_to}; a use points down"))
}

fn home_fault(source: &Source, named: &Named) -> Option<String> {
    let first = named.parts.first()?;
    let (name, homes) = HOMES.iter().find(|(name, _)| name == first)?;
    let at_home = homes.iter().any(|home| source.lies_in(home));
    (!at_home).then(|| format!("names {name}, which appears only in {}", homes.join(" and ")))
}

fn clock_fault(source: &Source, named: &Named) -> Option<String> {
    let room = source.room();
    if named.in_test || room == "app" || room == BESIDE {
        return None;
    }
    let reads =
        |clock: &str| named.parts.windows(2).any(|pair| pair[0] == clock && pair[1] == "now");
    if let Some(clock) = ["SystemTime", "Timestamp", "Zoned"].into_iter().find(|it| reads(it)) {
        return Some(format!("reads the system clock ({clock}::now), which only app does"));
    }
    let timeless = floor(&room).is_some_and(|floor| floor <= 1);
    (timeless && reads("Instant")).then(|| format!("{room} measures time (Instant::now); be told"))
}

fn outside_fault(source: &Source, named: &Named) -> Option<String> {
    let room = source.room();
    if named.in_test || (room != "desk" && room != "mail") {
        return None;
    }
    let [first, second, ..] = named.parts.as_slice() else { return None };
    let outside = first == "std" && OUTSIDE.contains(&second.as_str());
    outside
        .then(|| format!("{room} names std::{second}; words and decisions touch nothing outside"))
}
