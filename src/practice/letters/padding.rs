//! Makes letters as large as mail really is: photographs, scans, logs, and conversations that
//! everybody quoted whole.

use super::dice::Dice;
use super::files;
use super::mime::File;
use super::text;
use super::topics_english::{ANSWERS, FAREWELLS};
use super::wording::{Details, Language, fill};

/// A file of about `bytes` bytes before it is encoded.
pub(super) fn file(dice: &mut Dice, bytes: usize) -> File {
    let number = dice.between(1000, 9999);
    let (name, media, bytes) = match dice.below(10) {
        0..6 => (format!("IMG_{number}.png"), "image/png", files::photograph(dice, bytes)),
        6 => (format!("device-{number}.log"), "text/plain", files::log(dice, bytes)),
        7 => (format!("export-{number}.csv"), "text/csv", files::table(dice, bytes)),
        _ => {
            let scan = files::photograph(dice, bytes * 9 / 10);
            let list = files::table(dice, bytes / 10);
            let content = [("scan.png", scan), ("list.csv", list)];
            (format!("papers-{number}.zip"), "application/zip", files::zip(&content))
        }
    };
    File { name, media, bytes, cid: None }
}

/// About `bytes` bytes of earlier conversation, quoted deeper and deeper.
pub(super) fn history(dice: &mut Dice, bytes: usize) -> String {
    const NAMES: [&str; 6] = ["Alice", "Jonas", "Priya", "Thomas", "Ingrid", "Samuel"];
    let mut out = String::with_capacity(bytes + 400);
    let mut depth = 1;
    while out.len() < bytes {
        let details = Details::new(dice, Language::English);
        let name = dice.pick(&NAMES);
        let mut turn = format!(
            "On {:02}/{:02}/2026 {:02}:{:02}, {name} wrote:\n",
            dice.between(1, 28),
            dice.between(1, 9),
            dice.between(7, 18),
            dice.below(60)
        );
        let mut said = String::from("Hello,\n\n");
        for _ in 0..dice.between(2, 6) {
            said.push_str(&fill(dice.pick(&ANSWERS), &details, dice));
            said.push_str("\n\n");
        }
        said.push_str(&format!("{}\n{name}\n\n", dice.pick(&FAREWELLS)));
        turn.push_str(&text::quote(&said));
        for _ in 1..depth {
            turn = text::quote(&turn);
        }
        out.push_str(&turn);
        depth = depth % 8 + 1;
    }
    out
}
