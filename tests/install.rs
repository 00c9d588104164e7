//! install.sh, run into a scratch prefix from the layout of a tarball and from that of a checkout.
//! Most tests put a few lines of shell in the place of the binary, so that they may give it any
//! version and any example; one takes the real program. What needs root is not tried here.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

const PROGRAM: &str = "usr/local/bin/counterfoil";
const UNIT: &str = "etc/systemd/system/counterfoil.service";
const CONFIG: &str = "etc/counterfoil/counterfoil.toml";
const EXAMPLE: &str = "etc/counterfoil/counterfoil.toml.example";
const SECRETS: &str = "etc/counterfoil/secrets";
const STATE: &str = "var/lib/counterfoil";

/// A scratch directory with a source to install from (`from/`) and a prefix (`to/`), both in
/// places whose names hold spaces.
struct Scratch {
    folder: TempDir,
    shell: PathBuf,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dash = PathBuf::from("/bin/dash");
        let shell = if dash.exists() { dash } else { PathBuf::from("/bin/sh") };
        let scratch = Self { folder, shell };
        fs::create_dir(scratch.from()).unwrap();
        fs::copy("install.sh", scratch.from().join("install.sh")).unwrap();
        scratch
    }

    /// A tarball whose binary calls itself version 1 and prints the first example.
    fn with_tarball() -> Self {
        let scratch = Self::new();
        scratch.ship("1", "[desk]\nname = \"\"");
        scratch
    }

    fn from(&self) -> PathBuf {
        self.folder.path().join("the source")
    }

    fn prefix(&self) -> PathBuf {
        self.folder.path().join("the prefix")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.prefix().join(path)
    }

    /// Puts a binary of this version and example into the tarball.
    fn ship(&self, version: &str, example: &str) {
        write_script(&self.from().join("counterfoil"), &fake_binary(version, example));
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.shell);
        command.arg(self.from().join("install.sh")).args(args);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_remove("CARGO_TARGET_DIR").env_remove("COUNTERFOIL_CONFIG");
        command
    }

    /// Runs install.sh with `--prefix` and `args`.
    fn run(&self, args: &[&str]) -> Answer {
        let prefix = self.prefix();
        let mut all = vec!["--prefix", prefix.to_str().unwrap()];
        all.extend(args);
        Answer::of(self.command(&all).output().unwrap())
    }

    fn install(&self) -> String {
        self.run(&[]).expect(0)
    }

    /// Everything below the prefix: mode, time of change, inode, content.
    fn tree(&self) -> BTreeMap<PathBuf, (u32, i64, i64, u64, Vec<u8>)> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.prefix()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let about = fs::symlink_metadata(&path).unwrap();
                let content = if about.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
                if about.is_dir() {
                    folders.push(path.clone());
                }
                let of = (about.mode(), about.mtime(), about.mtime_nsec(), about.ino(), content);
                tree.insert(path, of);
            }
        }
        tree
    }

    fn files(&self) -> Vec<String> {
        let prefix = self.prefix();
        let is_file = |path: &PathBuf| path.is_file();
        let name = |path: PathBuf| path.strip_prefix(&prefix).unwrap().display().to_string();
        self.tree().into_keys().filter(is_file).map(name).collect()
    }
}

/// What a run answered.
struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Answer {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Its standard output, once it ended with `code`, and with no complaint when that is 0.
    fn expect(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(code != 0 || self.err.is_empty(), "{}", self.err);
        self.out
    }

    /// Its one sentence of complaint, once it ended with `code`.
    fn complaint(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        self.err.trim_end().strip_prefix("install.sh: ").unwrap().to_owned()
    }
}

fn fake_binary(version: &str, example: &str) -> String {
    format!(
        "#!/bin/sh\n\
         case \"$*\" in\n\
         --version) echo 'counterfoil {version}' ;;\n\
         'config example') echo '{example}' ;;\n\
         --config*'config check') grep -q Office \"$2\" && exit 0\n\
         echo 'desk: name is missing' >&2; exit 2 ;;\n\
         *) exit 64 ;;\n\
         esac\n"
    )
}

fn write_script(path: &Path, text: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, text).unwrap();
    copy(&draft, path);
    fs::remove_file(draft).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Copies in a process of its own: a program that this process still holds open for writing, in
/// whichever child, cannot be started.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().unwrap().success());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn a_fresh_install_puts_everything_in_its_place_with_its_mode() {
    let scratch = Scratch::with_tarball();
    // The umask of whoever calls must not matter.
    let script = r#"umask 0077; exec "$0" "$1" --prefix "$2""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).arg(&scratch.shell);
    command.arg(scratch.from().join("install.sh")).arg(scratch.prefix());
    let out = Answer::of(command.output().unwrap()).expect(0);
    for (path, expected) in [
        ("usr/local/bin", 0o755),
        ("etc/systemd/system", 0o755),
        (PROGRAM, 0o755),
        (UNIT, 0o644),
        ("etc/counterfoil", 0o750),
        (SECRETS, 0o750),
        (CONFIG, 0o640),
        (EXAMPLE, 0o640),
        (STATE, 0o700),
    ] {
        assert_eq!(mode(&scratch.at(path)), expected, "{path}");
    }
    assert_eq!(scratch.files(), [CONFIG, EXAMPLE, UNIT, PROGRAM]);
    let shipped = fs::read(scratch.from().join("counterfoil")).unwrap();
    assert_eq!(fs::read(scratch.at(PROGRAM)).unwrap(), shipped);
    assert_eq!(fs::read_to_string(scratch.at(CONFIG)).unwrap(), "[desk]\nname = \"\"\n");
    assert!(out.contains("Done: counterfoil 1 is installed."), "{out}");
    assert!(out.contains("desk: name is missing"), "what is left to fill in is said: {out}");
    let steps = out.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_numeric()));
    assert_eq!(steps.count(), 3, "three next steps: {out}");
}

#[test]
fn the_real_program_is_installed_with_its_own_example() {
    let scratch = Scratch::new();
    let program = env!("CARGO_BIN_EXE_counterfoil");
    symlink(program, scratch.from().join("counterfoil")).unwrap();
    let out = scratch.install();
    assert!(out.contains(&format!("counterfoil {} is installed", env!("CARGO_PKG_VERSION"))));
    assert_eq!(fs::read(scratch.at(PROGRAM)).unwrap(), fs::read(program).unwrap());
    let example = Command::new(program).args(["config", "example"]).output().unwrap().stdout;
    assert!(!example.is_empty());
    assert_eq!(fs::read(scratch.at(CONFIG)).unwrap(), example);
    assert!(out.contains("config check says:"), "the example alone is no configuration: {out}");

    let config = scratch.at(CONFIG);
    let mut check = Command::new(scratch.at(PROGRAM));
    check.arg("--json").arg("--config").arg(config).args(["config", "check"]);
    let check = check.output().unwrap();
    assert_eq!(check.status.code(), Some(2));
    let answer: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
    let faults = answer["faults"].as_array().unwrap();
    let example = String::from_utf8(example).unwrap();
    // Lines that begin with a # are switched off.
    let in_force = example.lines().filter(|line| !line.starts_with('#'));
    let required = in_force.filter(|line| line.contains("# required: ")).count();
    assert!(required > 0 && faults.len() == required, "{answer}");
    for fault in faults {
        assert!(fault["message"].as_str().unwrap().contains(" is missing"), "{fault}");
    }
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    let before = scratch.tree();
    let out = scratch.install();
    assert_eq!(scratch.tree(), before);
    assert_eq!(out.matches("  unchanged ").count(), 7, "{out}");
    assert!(out.contains("Nothing changed: "), "{out}");
}

#[test]
fn a_mode_that_was_changed_is_put_right() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    for (path, wrong, right) in [(STATE, 0o755, 0o700), (PROGRAM, 0o700, 0o755)] {
        fs::set_permissions(scratch.at(path), fs::Permissions::from_mode(wrong)).unwrap();
        let out = scratch.install();
        assert!(out.contains("  corrected "), "{path}: {out}");
        assert_eq!(mode(&scratch.at(path)), right, "{path}");
    }
}

#[test]
fn an_upgrade_replaces_the_binary_and_lays_a_changed_example_beside_the_configuration() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    fs::write(scratch.at(CONFIG), "[desk]\nname = \"Office\"\n").unwrap();
    fs::set_permissions(scratch.at(CONFIG), fs::Permissions::from_mode(0o600)).unwrap();

    let first = "[desk]\nname = \"\"";
    for (version, example, changed) in [
        ("2", first, false),
        ("3", "[desk]\nname = \"\"\ntag = \"\"", true),
        ("4", "[desk]\nname = \"\"\ntag = \"CF\"", true),
    ] {
        scratch.ship(version, example);
        let out = scratch.install();
        assert!(out.contains("  replaced "), "version {version}: {out}");
        assert!(out.contains("(yours)"), "version {version}: {out}");
        assert_eq!(out.contains("  compare "), changed, "version {version}: {out}");
        let installed = Command::new(scratch.at(PROGRAM)).arg("--version").output().unwrap();
        assert_eq!(installed.stdout, format!("counterfoil {version}\n").as_bytes());
        let config = fs::read_to_string(scratch.at(CONFIG)).unwrap();
        assert_eq!(config, "[desk]\nname = \"Office\"\n", "version {version}");
        assert_eq!(mode(&scratch.at(CONFIG)), 0o600, "version {version}");
        let beside = fs::read_to_string(scratch.at(EXAMPLE)).unwrap();
        assert_eq!(beside, format!("{example}\n"), "version {version}");

        let out = scratch.install();
        assert!(out.contains("Nothing changed: "), "version {version}: {out}");
    }
}

#[test]
fn a_running_program_goes_on_while_its_binary_is_replaced() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    copy(Path::new("/bin/sleep"), &scratch.at(PROGRAM));
    let mut running = Command::new(scratch.at(PROGRAM)).arg0("sleep").arg("600").spawn().unwrap();
    let answer = scratch.run(&[]);
    let ended = running.try_wait();
    running.kill().unwrap();
    running.wait().unwrap();
    answer.expect(0);
    assert!(ended.unwrap().is_none(), "the old program still ran");
    let shipped = fs::read(scratch.from().join("counterfoil")).unwrap();
    assert_eq!(fs::read(scratch.at(PROGRAM)).unwrap(), shipped);
}

#[test]
fn a_dry_run_changes_nothing_and_prints_each_step() {
    let scratch = Scratch::with_tarball();
    let out = scratch.run(&["--dry-run"]).expect(0);
    assert!(!scratch.prefix().exists());
    assert_eq!(out.matches("  would create ").count(), 7, "{out}");
    assert!(out.contains("7 of 7 steps would be taken; nothing was changed"), "{out}");

    scratch.install();
    let before = scratch.tree();
    scratch.ship("2", "[desk]\nname = \"\"\ntag = \"CF\"");
    for (case, args, would) in [
        ("upgrade", &["--dry-run"][..], "would replace"),
        ("uninstall", &["--dry-run", "--uninstall"], "would remove"),
        ("purge", &["--dry-run", "--uninstall", "--purge"], "would remove"),
    ] {
        let out = scratch.run(args).expect(0);
        assert!(out.contains(would), "{case}: {out}");
        assert_eq!(scratch.tree(), before, "{case}");
    }
}

#[test]
fn without_systemd_there_is_no_unit() {
    let scratch = Scratch::with_tarball();
    scratch.run(&["--no-systemd"]).expect(0);
    assert_eq!(scratch.files(), [CONFIG, EXAMPLE, PROGRAM]);
}

#[test]
fn uninstalling_leaves_configuration_and_data_and_says_where() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    fs::write(scratch.at(STATE).join("counterfoil.db"), "tickets").unwrap();
    let out = scratch.run(&["--uninstall"]).expect(0);
    assert_eq!(scratch.files(), [CONFIG, EXAMPLE, "var/lib/counterfoil/counterfoil.db"]);
    for place in ["etc/counterfoil/", "var/lib/counterfoil/"] {
        assert!(out.contains(&format!("{}", scratch.at(place).display())), "{place}: {out}");
    }
    let out = scratch.run(&["--uninstall"]).expect(0);
    assert!(out.contains("Nothing changed: "), "{out}");

    // What was left is taken up again by the next install.
    scratch.install();
    assert_eq!(
        scratch.files(),
        [CONFIG, EXAMPLE, UNIT, PROGRAM, "var/lib/counterfoil/counterfoil.db"]
    );
}

#[test]
fn purging_needs_a_yes() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    fs::write(scratch.at(STATE).join("counterfoil.db"), "tickets").unwrap();
    let before = scratch.tree();
    let complaint = scratch.run(&["--uninstall", "--purge"]).complaint(2);
    assert!(complaint.contains("add --yes"), "{complaint}");
    let complaint = scratch.run(&["--purge", "--yes"]).complaint(2);
    assert!(complaint.contains("goes with --uninstall"), "{complaint}");
    assert_eq!(scratch.tree(), before);

    scratch.run(&["--uninstall", "--purge", "--yes"]).expect(0);
    assert_eq!(scratch.files(), [""; 0]);
    assert!(!scratch.at(STATE).exists());
    assert!(!scratch.at("etc/counterfoil").exists());
}

#[test]
fn every_shell_at_hand_gives_the_same_tree() {
    for (shell, arg) in [("/bin/dash", ""), ("/bin/sh", ""), ("/bin/bash", "--posix")] {
        let mut scratch = Scratch::with_tarball();
        if !Path::new(shell).exists() {
            continue;
        }
        scratch.shell = PathBuf::from(shell);
        let mut command = Command::new(shell);
        command.args([arg].iter().filter(|arg| !arg.is_empty()));
        command.arg(scratch.from().join("install.sh")).arg("--prefix").arg(scratch.prefix());
        Answer::of(command.output().unwrap()).expect(0);
        assert_eq!(scratch.files(), [CONFIG, EXAMPLE, UNIT, PROGRAM], "{shell}");
    }
}

#[test]
fn a_relative_prefix_is_taken_from_where_one_stands() {
    let scratch = Scratch::with_tarball();
    Answer::of(scratch.command(&["--prefix=the prefix/"]).output().unwrap()).expect(0);
    assert_eq!(scratch.files(), [CONFIG, EXAMPLE, UNIT, PROGRAM]);
}

#[test]
fn what_cannot_be_done_is_said_in_one_sentence_and_leaves_no_temporary_file() {
    for (case, path, expected) in [
        ("the prefix is a file", "", "is not a directory"),
        ("a parent is a file", "usr", "is not a directory"),
        ("the configuration directory is a file", "etc/counterfoil", "is not a directory"),
        ("the data directory is a file", STATE, "is not a directory"),
        ("the secrets directory is a file", SECRETS, "no directory is in its place"),
    ] {
        let scratch = Scratch::with_tarball();
        let obstacle = if path.is_empty() { scratch.prefix() } else { scratch.at(path) };
        fs::create_dir_all(obstacle.parent().unwrap()).unwrap();
        fs::write(&obstacle, "in the way").unwrap();
        let complaint = scratch.run(&[]).complaint(1);
        assert!(complaint.contains(expected), "{case}: {complaint}");
    }
    for path in [PROGRAM, EXAMPLE, UNIT] {
        let scratch = Scratch::with_tarball();
        fs::create_dir_all(scratch.at(path)).unwrap();
        let complaint = scratch.run(&[]).complaint(1);
        assert!(complaint.contains("a directory is in its place"), "{path}: {complaint}");
        let left = scratch.files().into_iter().find(|file| file.contains("counterfoil-install"));
        assert_eq!(left, None, "{path}");
    }
    if !is_root() {
        let scratch = Scratch::with_tarball();
        fs::create_dir(scratch.prefix()).unwrap();
        fs::set_permissions(scratch.prefix(), fs::Permissions::from_mode(0o555)).unwrap();
        let complaint = scratch.run(&[]).complaint(1);
        assert!(complaint.contains("is not writable"), "{complaint}");
        let complaint = Answer::of(scratch.command(&[]).output().unwrap()).complaint(1);
        assert!(complaint.contains("this needs root"), "{complaint}");
    }
}

#[test]
fn a_disk_that_is_full_leaves_the_old_binary_and_no_temporary_file() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    let before = scratch.tree();
    let big = format!("{}# {}\n", fake_binary("2", "[desk]"), "x".repeat(1 << 20));
    write_script(&scratch.from().join("counterfoil"), &big);
    // A cap on the size of files stands in for the full disk; the signal it sends is ignored.
    let script = r#"trap '' XFSZ; ulimit -f 100; exec "$0" "$1" --prefix "$2""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).arg(&scratch.shell);
    command.arg(scratch.from().join("install.sh")).arg(scratch.prefix());
    let complaint = Answer::of(command.output().unwrap()).complaint(1);
    assert!(complaint.starts_with("cannot replace "), "{complaint}");
    let content = |tree: BTreeMap<PathBuf, (u32, i64, i64, u64, Vec<u8>)>| {
        tree.into_iter().map(|(path, of)| (path, of.0, of.4)).collect::<Vec<_>>()
    };
    assert_eq!(content(scratch.tree()), content(before));
}

#[test]
fn wrong_usage_exits_with_2_and_help_fits_one_screen() {
    let scratch = Scratch::with_tarball();
    for (args, expected) in [
        (&["--frobnicate"][..], "unknown option --frobnicate"),
        (&["--prefix"], "--prefix needs a directory"),
        (&["--prefix="], "--prefix needs a directory"),
    ] {
        let complaint = Answer::of(scratch.command(args).output().unwrap()).complaint(2);
        assert!(complaint.contains(expected), "{args:?}: {complaint}");
    }
    let help = Answer::of(scratch.command(&["--help"]).output().unwrap()).expect(0);
    assert!(help.lines().count() <= 24 && help.lines().all(|line| line.len() <= 80), "{help}");
    let options =
        ["--dry-run", "--prefix DIR", "--no-systemd", "--uninstall", "--purge", "--yes", "--help"];
    for option in options {
        assert!(help.contains(&format!("  {option} ")), "{option}");
    }
}

#[test]
fn a_binary_that_does_not_run_here_is_refused_before_anything_is_written() {
    let scratch = Scratch::with_tarball();
    for (case, text, expected) in [
        ("another machine's", "#!/bin/sh\nexit 126\n", "does not run on this machine"),
        ("another program", "#!/bin/sh\n", "gives no example"),
    ] {
        write_script(&scratch.from().join("counterfoil"), text);
        let complaint = scratch.run(&[]).complaint(1);
        assert!(complaint.contains(expected), "{case}: {complaint}");
        assert!(!scratch.prefix().exists(), "{case}");
    }
    fs::remove_file(scratch.from().join("counterfoil")).unwrap();
    let complaint = scratch.run(&[]).complaint(1);
    assert!(complaint.starts_with("nothing to install: "), "{complaint}");
}

#[test]
fn a_checkout_is_built_when_there_is_no_binary_as_new_as_its_sources() {
    let scratch = Scratch::new();
    let from = scratch.from();
    let (tools, calls) = (scratch.folder.path().join("tools"), scratch.folder.path().join("calls"));
    for folder in [&from.join("src"), &tools] {
        fs::create_dir(folder).unwrap();
    }
    for file in ["Cargo.toml", "Cargo.lock", "schema.sql", "src/main.rs"] {
        fs::write(from.join(file), "").unwrap();
    }
    fs::write(scratch.folder.path().join("built"), fake_binary("1", "[desk]")).unwrap();
    let cargo = "#!/bin/sh\n\
        echo \"$*\" >>'CALLS'\n\
        mkdir -p target/release && cp 'BUILT' target/release/counterfoil &&\n\
        chmod 755 target/release/counterfoil\n"
        .replace("CALLS", calls.to_str().unwrap())
        .replace("BUILT", scratch.folder.path().join("built").to_str().unwrap());
    write_script(&tools.join("cargo"), &cargo);
    let run = |args: &[&str]| {
        let mut command = scratch.command(args);
        command.arg("--prefix").arg(scratch.prefix()).env("HOME", scratch.folder.path());
        let path = format!("{}:/usr/bin:/bin", tools.display());
        Answer::of(command.env("PATH", path).output().unwrap())
    };
    let built_so_far = || fs::read_to_string(&calls).unwrap_or_default();

    let out = run(&["--dry-run"]).expect(0);
    assert!(out.contains("  would build "), "{out}");
    assert_eq!(built_so_far(), "");
    run(&[]).expect(0);
    assert_eq!(built_so_far(), "build --release --locked\n");
    assert_eq!(scratch.files(), [CONFIG, EXAMPLE, UNIT, PROGRAM]);
    let out = run(&[]).expect(0);
    assert!(out.contains("Nothing changed: "), "{out}");
    assert_eq!(built_so_far().lines().count(), 1, "what is built is not built again");

    let later = SystemTime::now() + Duration::from_secs(60);
    fs::File::open(from.join("src/main.rs")).unwrap().set_modified(later).unwrap();
    run(&[]).expect(0);
    assert_eq!(built_so_far().lines().count(), 2, "what was changed is built again");

    write_script(&tools.join("cargo"), "#!/bin/sh\nexit 101\n");
    let complaint = run(&[]).complaint(1);
    assert!(complaint.starts_with("cannot build "), "{complaint}");
    fs::remove_file(tools.join("cargo")).unwrap();
    if !["/usr/bin/cargo", "/bin/cargo", "/usr/sbin/cargo"].iter().any(|at| Path::new(at).exists())
    {
        let complaint = run(&[]).complaint(1);
        assert!(complaint.contains("no cargo"), "{complaint}");
    }
}

#[test]
fn the_unit_starts_what_is_installed_and_takes_its_rights_away() {
    let scratch = Scratch::with_tarball();
    scratch.install();
    let unit = fs::read_to_string(scratch.at(UNIT)).unwrap();
    let lines: Vec<&str> = unit.lines().collect();
    let run = format!("ExecStart=/{PROGRAM} --config /{CONFIG} run");
    for expected in [
        run.as_str(),
        "Type=exec",
        "User=counterfoil",
        "StateDirectory=counterfoil",
        "ConfigurationDirectory=counterfoil",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "ProtectControlGroups=yes",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "RestrictNamespaces=yes",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "CapabilityBoundingSet=",
        "SystemCallFilter=@system-service",
        "SystemCallArchitectures=native",
        "UMask=0077",
        "LimitNOFILE=8192",
        "Restart=always",
        "RestartSec=5",
        "TimeoutStopSec=5",
    ] {
        assert!(lines.contains(&expected), "{expected}");
    }
    assert!(unit.contains("\n#LoadCredential="), "how to hand over a secret is shown");
}
