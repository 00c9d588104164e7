//! The log of a whole process, written to a file or to the journal. It can be started once in a
//! process, so the second story runs in a child.
#![allow(clippy::unwrap_used, missing_docs)]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;
use std::sync::Arc;

use counterfoil::time::{Clock, Timestamp};
use counterfoil::{config, logging};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(1_777_885_964)
    }
}

#[test]
fn a_log_file_is_appended_to_and_started_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counterfoil.log");
    std::fs::write(&path, "from before\n").unwrap();
    let settings = config::Log {
        file: Some(path.clone()),
        levels: "warn,poller=debug".parse().unwrap(),
        ..config::Log::default()
    };
    logging::start(&settings, Arc::new(Noon)).unwrap();
    log::debug!(target: "poller", "listed\n3");
    log::info!(target: "sender", "not this one");
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written, "from before\n2026-05-04T09:12:44Z debug poller: listed\\n3\n");

    let again = logging::start(&settings, Arc::new(Noon)).unwrap_err();
    assert!(again.to_string().contains("started before"), "{again}");
    let other = folder.path().join("new.log");
    let elsewhere = config::Log { file: Some(other.clone()), ..settings };
    assert!(logging::start(&elsewhere, Arc::new(Noon)).is_err());
    let mode = std::fs::metadata(&other).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "others may not read it");
}

#[test]
fn only_the_journals_own_stream_gets_priorities() {
    let folder = tempfile::tempdir().unwrap();
    for (case, inode_off, expected) in [
        ("the stream itself", 0, "<4>poller: slow\n"),
        ("inherited from a service", 1, "2026-05-04T09:12:44Z warn  poller: slow\n"),
    ] {
        let path = folder.path().join(case);
        let stream = std::fs::File::create(&path).unwrap();
        let known = stream.metadata().unwrap();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_child_that_logs_one_line", "--ignored"])
            .env("JOURNAL_STREAM", format!("{}:{}", known.dev(), known.ino() + inode_off))
            .stdout(std::process::Stdio::null())
            .stderr(stream)
            .status()
            .unwrap();
        assert!(status.success(), "{case}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected, "{case}");
    }
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn a_child_that_logs_one_line() {
    logging::start(&config::Log::default(), Arc::new(Noon)).unwrap();
    log::warn!(target: "poller", "slow");
}
