//! Any text as HTML: what is made of it obeys the rules for safe HTML, and cleaning it again changes
//! nothing.
#![no_main]

mod limits;
#[path = "../../src/mail/html/rules.rs"]
mod rules;

use counterfoil::mail::html;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = &bytes[..bytes.len().min(limits::LONGEST)];
    let document = String::from_utf8_lossy(bytes);
    let safe = limits::within(bytes, || html::sanitize(&document), String::len);
    rules::check(&safe).unwrap_or_else(|fault| panic!("{fault}\nin {safe}"));
    assert_eq!(html::sanitize(&safe), safe, "cleaned twice");
    let shown = html::illustrate(&safe, &mut |_| Some(b"GIF89a".to_vec()));
    rules::check(&shown.html).unwrap_or_else(|fault| panic!("{fault}\nin {}", shown.html));
    let text = limits::within(bytes, || html::to_text(&document), String::len);
    assert!(!text.contains("\n\n\n") && text.trim_end() == text, "{text:?}");
});
