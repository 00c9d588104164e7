//! Any text as a subject: its base is the base of itself, and a tag is found or not.
#![no_main]

mod limits;

use counterfoil::mail::subject;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = &bytes[..bytes.len().min(limits::LONGEST)];
    let text = String::from_utf8_lossy(bytes);
    let base = limits::within(bytes, || subject::base(&text).to_string(), String::len);
    assert_eq!(subject::base(&base).to_string(), base, "of {text:?}");
    limits::within(bytes, || subject::find_tag(&text, "CF"), |_| 0);
});
