//! What a piece of work costs: wall clock, processor time and memory, of another process or of this
//! thread. Linux tells all of it in /proc, whose processor times count in hundredths of a second
//! for a process and in nanoseconds for a thread.

use std::fs::read_to_string;
use std::process::Command;
use std::time::{Duration, Instant};

/// The clock ticks per second of /proc/PID/stat (proc(5), `CLK_TCK`; 100 on every Linux of today).
const TICKS: f64 = 100.0;

/// What some work over letters cost.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) letters: usize,
    pub(super) wall: Duration,
    /// User and system time of all threads, in seconds.
    pub(super) processor: f64,
    /// The most memory it held, in bytes; 0 where that was not measured.
    pub(super) peak: u64,
}

impl Cost {
    pub(super) fn rate(&self) -> f64 {
        self.letters as f64 / self.wall.as_secs_f64()
    }

    /// Processor milliseconds per letter.
    pub(super) fn each(&self) -> f64 {
        self.processor * 1e3 / self.letters as f64
    }

    pub(super) fn print(&self, name: &str) {
        print!("{name:<34}{:>8.0} letters/s {:>8.3} ms/letter", self.rate(), self.each());
        if self.peak > 0 {
            print!(" {:>7.1} MB peak", self.peak as f64 / 1e6);
        }
        println!();
    }

    /// Says how this stands beside the least that the same work can cost.
    pub(super) fn print_beside(&self, limit: &Self, name: &str) {
        println!(
            "{name:<34}{:>7.0} % of the rate {:>6.2} times the processor time",
            100.0 * self.rate() / limit.rate(),
            self.each() / limit.each()
        );
    }

    /// Adds what a further piece of the same work cost.
    pub(super) fn add(&mut self, letters: usize, wall: Duration, processor: f64) {
        self.letters += letters;
        self.wall += wall;
        self.processor += processor;
    }
}

/// Runs a program to its end.
pub(super) fn program(command: &mut Command, letters: usize) -> Cost {
    let begun = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut cost = Cost { letters, ..Cost::default() };
    // An ended process stays in /proc, with its times, until it is waited for.
    while !has_ended(child.id()) {
        cost.peak = cost.peak.max(peak_memory(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    cost.wall = begun.elapsed();
    cost.processor = processor_of(child.id());
    let status = child.wait().expect("it can be waited for");
    assert!(status.success(), "{command:?}: {status}");
    cost
}

/// Wall clock and processor seconds of `work` on this thread.
pub(super) fn here<T>(work: impl FnOnce() -> T) -> (T, Duration, f64) {
    let processor = || {
        // The kernel brings the count up to date when it may change threads.
        std::thread::yield_now();
        let text = read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<f64>().ok());
        nanoseconds.expect("a kernel that counts processor time") / 1e9
    };
    let (begun, before) = (Instant::now(), processor());
    let value = work();
    (value, begun.elapsed(), processor() - before)
}

/// Processor seconds of a process so far, all its threads together.
pub(super) fn processor_of(pid: u32) -> f64 {
    let fields = stat(pid);
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok());
    // utime and stime (proc(5)), counted from the state, which is the third.
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / TICKS
}

fn has_ended(pid: u32) -> bool {
    stat(pid).first().is_none_or(|state| state == "Z")
}

/// The fields of /proc/PID/stat behind the name, which may hold spaces.
fn stat(pid: u32) -> Vec<String> {
    let text = read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
    rest.split_whitespace().map(str::to_owned).collect()
}

/// The most memory a process ever held, in bytes.
fn peak_memory(pid: u32) -> u64 {
    let status = read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.trim().split(' ').next());
    kibibytes.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) * 1_024
}
