//! What every target holds the program to: at most 100 ms for an input of up to 64 KB, and memory
//! and output of at most 20 times the input, plus what the smallest input takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Bytes of an input at most; longer ones are cut.
pub const LONGEST: usize = 64 << 10;

const MOST_TIME: Duration = Duration::from_millis(100);
const TIMES: usize = 20;
const ALLOWANCE: usize = 512 << 10;

/// The system's allocator, which also counts.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST_HELD: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST_HELD.fetch_max(held, Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Does the work within the limits and gives what came out. `size` says how many bytes that is. A
/// busy machine may be slow once, and tables are made at their first use, so time and memory count
/// only when they are too much each time.
pub fn within<T>(input: &[u8], work: impl Fn() -> T, size: impl Fn(&T) -> usize) -> T {
    let (mut taken, mut memory) = (Duration::MAX, usize::MAX);
    for _ in 0..3 {
        let before = HELD.load(Relaxed);
        MOST_HELD.store(before, Relaxed);
        let started = Instant::now();
        let made = work();
        taken = taken.min(started.elapsed());
        memory = memory.min(MOST_HELD.load(Relaxed).saturating_sub(before));
        let most = TIMES * input.len() + ALLOWANCE;
        assert!(size(&made) <= most, "{} bytes out of {}", size(&made), input.len());
        if taken <= MOST_TIME && memory <= most {
            return made;
        }
    }
    panic!("{taken:?} and {memory} bytes of memory for {} bytes", input.len());
}
