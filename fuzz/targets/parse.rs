//! Any bytes as a letter: they are read, within the limits, and what is read is sound.
#![no_main]

mod limits;
#[path = "../../src/mail/html/rules.rs"]
mod rules;

use counterfoil::mail::parse::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bytes = &bytes[..bytes.len().min(limits::LONGEST)];
    let message = limits::within(
        bytes,
        || parse(bytes),
        |message| {
            let files: usize = message.attachments.iter().map(|file| file.bytes.len()).sum();
            let html = message.html.as_ref().map_or(0, String::len);
            message.text.len() + message.visible_text.len() + html + message.subject.len() + files
        },
    );
    assert!(!message.subject.chars().any(char::is_control), "{:?}", message.subject);
    assert!(!message.text.contains(['\r', '\0']), "{:?}", message.text);
    assert_eq!(message.visible_text.trim().is_empty(), message.text.trim().is_empty());
    for file in &message.attachments {
        assert!(!file.filename.is_empty() && !file.filename.contains(['/', '\\', '\n']));
    }
    if let Some(html) = &message.html {
        rules::check(html).unwrap_or_else(|fault| panic!("{fault}\nin {html}"));
    }
});
