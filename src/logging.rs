//! The log of the house: one line for each record, written in one piece, in which no text can
//! forge another line. simplelog is the frame and appears only here. What is worth a line, and the
//! rule that ids and counts but no subjects and addresses go into it, is up to each room.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use log::{Level, LevelFilter, Metadata, Record};
use simplelog::{CombinedLogger, SharedLogger};

use crate::config::{self, Levels, LogFormat};
use crate::time::{Clock, Timestamp};

/// The longest message kept, in bytes. The journal cuts lines at 48 KiB, and what follows a cut
/// would pass for a line of its own.
const MESSAGE_MAX: usize = 8 * 1024;

/// What other people's crates may say unless the configuration names them: their debug lines
/// tell of requests and are theirs to change.
const FOREIGN_MOST: LevelFilter = LevelFilter::Warn;

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log file cannot be opened.
    #[error(
        "opening the log file {path}: {cause}; make its folder writable, or leave [log] file empty \
         to log to standard error", path = .path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The log can be started once in a process.
    #[error("starting the log: it has been started before in this process")]
    Twice,
}

/// Starts the log for the whole process. A file is appended to and kept open; it is made with mode
/// 0640. Under the journal, standard error gets lines with its priority prefix and without time.
///
/// # Errors
/// When the file cannot be opened, or the log runs already.
pub fn start(settings: &config::Log, clock: Arc<dyn Clock>) -> Result<(), Error> {
    let journal = settings.file.is_none() && under_journal();
    let out: Box<dyn Write + Send> = match &settings.file {
        None => Box::new(io::stderr()),
        Some(path) => {
            let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o640).open(path);
            Box::new(file.map_err(|cause| Error::File { path: path.clone(), cause })?)
        }
    };
    let levels = settings.levels.clone();
    let lines = Lines { levels, format: settings.format, journal, clock, out: Mutex::new(out) };
    CombinedLogger::init(vec![Box::new(lines)]).map_err(|_| Error::Twice)
}

/// Whether standard error is the stream that `$JOURNAL_STREAM` names by device and inode. Set
/// alone it says nothing: children of a service inherit it, and may have been redirected.
fn under_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = io::stderr().as_fd().try_clone_to_owned() else { return false };
    let found = std::fs::File::from(stderr).metadata();
    found.is_ok_and(|found| stream == format!("{}:{}", found.dev(), found.ino()))
}

/// Writes records as lines.
struct Lines<W> {
    levels: Levels,
    format: LogFormat,
    journal: bool,
    clock: Arc<dyn Clock>,
    out: Mutex<W>,
}

impl<W: Write + Send> Lines<W> {
    /// The level from which on a room's records are written.
    fn level_of(&self, room: &str, ours: bool) -> LevelFilter {
        let named = self.levels.rooms.iter().find(|(name, _)| name == room);
        match named {
            Some((_, level)) => *level,
            None if ours => self.levels.default,
            None => self.levels.default.min(FOREIGN_MOST),
        }
    }
}

impl<W: Write + Send> log::Log for Lines<W> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let (room, ours) = room_of(metadata.target(), None);
        metadata.level() <= self.level_of(room, ours)
    }

    fn log(&self, record: &Record<'_>) {
        let (room, ours) = room_of(record.target(), record.module_path());
        if record.level() > self.level_of(room, ours) {
            return;
        }
        let message = record.args().to_string();
        let now = || self.clock.now();
        let line = line(self.format, self.journal, record.level(), room, &message, now);
        // A thread that died while writing left at worst half a line, which is no reason to stop.
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // When the log cannot be written there is nobody left to tell.
        let _ = out.write_all(line.as_bytes());
    }

    fn flush(&self) {
        let _ = self.out.lock().unwrap_or_else(PoisonError::into_inner).flush();
    }
}

impl<W: Write + Send + 'static> SharedLogger for Lines<W> {
    fn level(&self) -> LevelFilter {
        let rooms = self.levels.rooms.iter().map(|(_, level)| *level);
        rooms.fold(self.levels.default, Ord::max)
    }

    fn config(&self) -> Option<&simplelog::Config> {
        None
    }

    fn as_log(self: Box<Self>) -> Box<dyn log::Log> {
        self
    }
}

/// The room a record comes from, and whether it is one of this house. Ours is the target where one
/// is named, else the last part of the module's path; of another crate it is the crate's name.
fn room_of<'r>(target: &'r str, module: Option<&str>) -> (&'r str, bool) {
    let is_ours = |path: &str| path.split("::").next() == Some(env!("CARGO_PKG_NAME"));
    // Without a module a bare target is a room of ours: nobody else asks before logging.
    let ours = is_ours(target) || module.map_or(!target.contains("::"), is_ours);
    let parts = || target.split("::");
    let room = if ours { parts().last() } else { parts().next() };
    (room.unwrap_or(target), ours)
}

/// One whole line, with its end.
fn line(
    format: LogFormat,
    journal: bool,
    level: Level,
    room: &str,
    message: &str,
    now: impl FnOnce() -> Timestamp,
) -> String {
    let mut line = String::with_capacity(message.len() + 64);
    if journal {
        line.push_str(priority(level));
    }
    let word = level.as_str().to_ascii_lowercase();
    let cut = cut(message);
    match format {
        LogFormat::Text => {
            if !journal {
                // Writing into a String cannot fail.
                let _ = write!(line, "{} {word:5} ", now());
            }
            line.push_str(&one_line(room));
            line.push_str(": ");
            line.push_str(&one_line(&cut));
        }
        LogFormat::Json => {
            let object = serde_json::json!({
                "at": now().to_string(), "level": word, "room": room, "message": cut,
            });
            line.push_str(&plain_json(&object.to_string()));
        }
    }
    line.push('\n');
    line
}

/// The journal's prefix for a level (sd-daemon(3); the numbers are those of RFC 5424 section 6.2.1).
fn priority(level: Level) -> &'static str {
    match level {
        Level::Error => "<3>",
        Level::Warn => "<4>",
        Level::Info => "<6>",
        Level::Debug | Level::Trace => "<7>",
    }
}

/// The message, or its first part with a mark that something was cut off.
fn cut(message: &str) -> String {
    if message.len() <= MESSAGE_MAX {
        return message.to_owned();
    }
    format!("{}… (cut)", &message[..message.floor_char_boundary(MESSAGE_MAX)])
}

/// Whether a character could end the line, move the cursor or turn the reading direction.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with each unsafe character written as an escape: `\n`, `\u{1b}`.
fn one_line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) { safe.extend(c.escape_default()) } else { safe.push(c) }
    }
    safe
}

/// JSON without the unsafe characters that JSON lets pass raw. They stand inside strings only, and
/// all of them fit into one `\u` escape (RFC 8259 section 7).
fn plain_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use log::Log;

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix(1_777_885_964)
        }
    }

    /// Keeps each call of `write` apart.
    #[derive(Default)]
    struct Writes(Vec<String>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(levels: &str, format: LogFormat, journal: bool) -> Lines<Writes> {
        let out = Mutex::new(Writes::default());
        Lines { levels: levels.parse().unwrap(), format, journal, clock: Arc::new(Noon), out }
    }

    fn say(log: &Lines<Writes>, level: Level, target: &str, module: &str, message: &str) {
        log.log(
            &Record::builder()
                .level(level)
                .target(target)
                .module_path(Some(module))
                .args(format_args!("{message}"))
                .build(),
        );
    }

    /// What one message is written as, by a room of ours.
    fn written(format: LogFormat, journal: bool, message: &str) -> String {
        let log = lines("info", format, journal);
        say(&log, Level::Warn, "poller", "counterfoil::workers::poller", message);
        log.out.into_inner().unwrap().0.concat()
    }

    #[test]
    fn a_line_says_when_how_bad_and_where() {
        let text = written(LogFormat::Text, false, "mailbox support: 3 taken in");
        assert_eq!(text, "2026-05-04T09:12:44Z warn  poller: mailbox support: 3 taken in\n");
    }

    #[test]
    fn under_the_journal_a_line_has_a_priority_and_no_time() {
        assert_eq!(written(LogFormat::Text, true, "slow"), "<4>poller: slow\n");
        for (level, prefix) in [
            (Level::Error, "<3>"),
            (Level::Info, "<6>"),
            (Level::Debug, "<7>"),
            (Level::Trace, "<7>"),
        ] {
            assert_eq!(priority(level), prefix);
        }
    }

    #[test]
    fn no_message_can_forge_a_line() {
        for (message, expected) in [
            ("a\nb", r"a\nb"),
            ("a\r\nb", r"a\r\nb"),
            ("tab\there", r"tab\there"),
            ("\u{1b}[2J", r"\u{1b}[2J"),
            ("\u{85}", r"\u{85}"),
            ("\u{2028}", r"\u{2028}"),
            ("\u{202e}gpj", r"\u{202e}gpj"),
            ("\u{2066}", r"\u{2066}"),
            ("nul\0", r"nul\u{0}"),
            ("grüße 東京 ✓", "grüße 東京 ✓"),
        ] {
            let text = written(LogFormat::Text, true, message);
            assert_eq!(text, format!("<4>poller: {expected}\n"), "{message:?}");
        }
    }

    #[test]
    fn json_lines_hold_the_message_as_it_was() {
        for message in ["plain", "a\nb\"c\\", "\u{1b}\u{85}\u{2028}\u{202e}", "grüße"] {
            let text = written(LogFormat::Json, false, message);
            let body = text.strip_suffix('\n').unwrap();
            assert!(!body.contains(is_unsafe), "{body:?}");
            let value: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(
                value,
                serde_json::json!({
                    "at": "2026-05-04T09:12:44Z", "level": "warn", "room": "poller", "message": message,
                })
            );
        }
        assert!(written(LogFormat::Json, true, "x").starts_with("<4>{"));
    }

    #[test]
    fn a_line_is_one_write() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = lines("info", format, false);
            for message in ["one", "two\nlines", &"long ".repeat(20_000)] {
                say(&log, Level::Info, "poller", "counterfoil::workers::poller", message);
            }
            let writes = log.out.into_inner().unwrap().0;
            assert_eq!(writes.len(), 3);
            for write in writes {
                assert_eq!(write.matches('\n').count(), 1, "{write}");
                assert!(write.ends_with('\n') && write.len() < MESSAGE_MAX + 200, "{write}");
            }
        }
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let text = cut(&"ü".repeat(MESSAGE_MAX));
        assert!(text.ends_with("ü… (cut)"));
        assert_eq!(cut("short"), "short");
    }

    #[test]
    fn each_room_has_its_level() {
        let ours = "counterfoil::workers::poller";
        for (case, levels, level, target, module, expected) in [
            ("at the level", "info", Level::Info, "poller", ours, true),
            ("below it", "info", Level::Debug, "poller", ours, false),
            ("room opened", "info,poller=debug", Level::Debug, "poller", ours, true),
            ("another room", "info,sender=debug", Level::Debug, "poller", ours, false),
            ("room closed", "info,poller=off", Level::Error, "poller", ours, false),
            ("by module path", "info,poller=debug", Level::Debug, ours, ours, true),
            ("foreign info", "debug", Level::Info, "rustls::client", "rustls::client", false),
            ("foreign warning", "debug", Level::Warn, "rustls::client", "rustls::client", true),
            ("foreign without path", "debug", Level::Info, "ureq", "ureq", false),
            ("foreign by name", "info,ureq=debug", Level::Debug, "ureq::pool", "ureq::pool", true),
            ("foreign of an off log", "off", Level::Error, "ureq", "ureq", false),
            ("not ours by prefix", "debug", Level::Info, "counterfoils", "counterfoils", false),
        ] {
            let log = lines(levels, LogFormat::Text, false);
            say(&log, level, target, module, "x");
            let written = log.out.into_inner().unwrap().0.len();
            assert_eq!(written, usize::from(expected), "{case}");
        }
    }

    #[test]
    fn the_whole_log_is_open_for_its_loudest_room() {
        for (levels, expected) in [
            ("info", LevelFilter::Info),
            ("warn,poller=debug", LevelFilter::Debug),
            ("info,poller=off", LevelFilter::Info),
        ] {
            assert_eq!(lines(levels, LogFormat::Text, false).level(), expected, "{levels}");
        }
    }

    #[test]
    fn asking_whether_it_is_worth_it_answers_by_room() {
        let log = lines("info,poller=debug", LogFormat::Text, false);
        for (target, expected) in [("poller", true), ("sender", false), ("ureq::pool", false)] {
            let metadata = Metadata::builder().level(Level::Debug).target(target).build();
            assert_eq!(log.enabled(&metadata), expected, "{target}");
        }
    }

    #[test]
    fn a_log_file_that_cannot_be_opened_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/log");
        let settings = config::Log { file: Some(path.clone()), ..config::Log::default() };
        let error = start(&settings, Arc::new(Noon)).unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.contains("[log] file"), "{error}");
    }
}
