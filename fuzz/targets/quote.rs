//! Any text as the text of a letter: what is shown of it is made of its lines, and is nothing only
//! where the text is.
#![no_main]

mod limits;

use std::collections::HashSet;

use counterfoil::mail::quote;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = &bytes[..bytes.len().min(limits::LONGEST)];
    let text = String::from_utf8_lossy(bytes).replace('\r', "");
    let visible = limits::within(bytes, || quote::visible(&text), String::len);
    assert_eq!(visible.trim().is_empty(), text.trim().is_empty(), "{visible:?}");
    let lines: HashSet<&str> = text.split('\n').map(str::trim_end).collect();
    for line in visible.split('\n').map(str::trim_end) {
        assert!(line.is_empty() || lines.contains(line), "{line:?} is no line of the text");
    }
});
