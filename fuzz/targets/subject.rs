//! Any text as a subject: its base is on one line and no longer, and an answer to it carries a tag.
#![no_main]

mod limits;

use counterfoil::mail::subject;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = &bytes[..bytes.len().min(limits::LONGEST)];
    let text = String::from_utf8_lossy(bytes);
    let base = limits::within(bytes, || subject::base(&text), String::len);
    assert!(
        base.len() <= text.len() && !base.contains(['\n', '\t']) && !base.contains("  "),
        "{base:?}"
    );
    limits::within(bytes, || subject::find_tags(&text, "CF"), |_| 0);
    let answer = subject::reply(&text, &subject::tag("CF", 7, "x7k2"));
    assert!(!subject::find_tags(&answer, "CF").is_empty(), "no tag in {answer:?}");
});
