//! Writes what fuzzing begins with into `fuzz/corpus`: letters of the practice mailbox and of the
//! tests, and the texts, pages and subjects in them. Run it from the root of the checkout:
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.

use std::fs;
use std::path::Path;

use counterfoil::mail::parse::parse;
use counterfoil::practice::letters;

/// Letters taken from the practice mailbox, and bytes of a seed at most.
const LETTERS: usize = 400;
const LONGEST: usize = 16 << 10;

/// Any day will do; the letters are the same in every run.
const DAY_UNIX: i64 = 1_777_885_964;

fn main() -> std::io::Result<()> {
    let practice = letters::write(LETTERS, 1, DAY_UNIX, "desk@office.example");
    let mut letters: Vec<Vec<u8>> = practice.map(|letter| letter.raw).collect();
    for entry in fs::read_dir("tests/letters")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            letters.push(fs::read(path)?);
        }
    }
    for (number, raw) in letters.iter().enumerate() {
        let message = parse(raw);
        let page = String::from_utf8_lossy(raw);
        let page = page.find("<html").map(|at| page[at..].to_owned()).or(message.html);
        for (target, seed) in [
            ("parse", raw.as_slice()),
            ("quote", message.text.as_bytes()),
            ("subject", message.subject.as_bytes()),
            ("html", page.unwrap_or_default().as_bytes()),
        ] {
            if !seed.is_empty() && seed.len() <= LONGEST {
                let folder = Path::new("fuzz/corpus").join(target);
                fs::create_dir_all(&folder)?;
                fs::write(folder.join(format!("seed-{number}")), seed)?;
            }
        }
    }
    Ok(())
}
