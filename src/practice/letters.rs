//! The letters of the practice mailbox: raw mail as an office of ten people gets it, in a bicycle
//! and lighting shop that also looks after its own computers. All people, firms and addresses are
//! invented; every domain ends in `.example` (RFC 2606). The same seed makes the same letters, one
//! at a time, however many are asked for.
//!
//! What a letter is about: `topics_english`, `topics_german`. Which kinds there are and how often:
//! `run`. How each kind looks as mail: `ordinary`, `machine`, `odd`.

mod charsets;
mod dates;
mod dice;
mod envelope;
mod files;
mod html;
mod machine;
mod mime;
mod odd;
mod ordinary;
mod padding;
mod people;
mod run;
mod scripts;
mod sheet;
#[cfg(test)]
mod tests;
mod text;
mod topics_english;
mod topics_german;
mod wording;

use envelope::Mail;
use mime::{NameStyle, Part};
use run::{Kind, Run};
use sheet::Sheet;

/// A letter as it lies in a mailbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// RFC 5322 with CRLF, the receiving server's headers on top.
    pub raw: Vec<u8>,
    /// When it arrived, in seconds since 1970-01-01T00:00:00Z.
    pub received_unix: i64,
}

/// The people of the office behind the mailbox `to`, as names and addresses. They write among
/// others, so a practice tenant should know them; a letter to one it does not know bounces.
pub fn staff(to: &str) -> Vec<(String, String)> {
    people::staff(to.rsplit('@').next().unwrap_or_default()).collect()
}

/// `count` letters to `to`, oldest first, the last shortly before `now_unix`. They spread over one
/// to twenty days, more of them in office hours. A quarter answer an earlier one.
///
/// `to` is the mailbox's address; people of the office write from its domain.
pub fn write(
    count: usize,
    seed: u64,
    now_unix: i64,
    to: &str,
) -> impl Iterator<Item = Letter> + use<> {
    let run = Run::spread(count, seed, now_unix, to);
    (0..count).map(move |index| letter(&run, index))
}

/// The same with attachments and quoted conversations added until the mean size is about
/// `average_bytes`: two of three letters stay small, the third is large, as in real mailboxes.
/// Nothing is taken away, so that less than the natural mean of some 3,000 bytes has no effect.
pub fn write_sized(
    count: usize,
    seed: u64,
    now_unix: i64,
    to: &str,
    average_bytes: usize,
) -> impl Iterator<Item = Letter> + use<> {
    let run = Run::spread(count, seed, now_unix, to);
    // Bytes by which the letters so far fall short of the mean; below zero when they exceed it.
    let mut owed = 0_i64;
    let average = i64::try_from(average_bytes).unwrap_or(i64::MAX / 4);
    (0..count).map(move |index| {
        owed = owed.saturating_add(average);
        let share = if run.dice(index, "size").chance(33) { 100 } else { 8 };
        let wanted = usize::try_from(owed.saturating_mul(share) / 100).unwrap_or(0);
        let letter = padded(&run, index, wanted);
        owed = owed.saturating_sub(i64::try_from(letter.raw.len()).unwrap_or(i64::MAX));
        letter
    })
}

/// The `n`-th of the letters that keep arriving, just now. Some answer one with a smaller number,
/// so they read best when asked for in order from 0.
pub fn one_more(n: u64, now_unix: i64, to: &str) -> Letter {
    let index = usize::try_from(n).unwrap_or(usize::MAX);
    let run = Run::arriving(index, ARRIVING_SEED, now_unix, to);
    letter(&run, index)
}

/// Apart from the seeds people choose, so that Message-IDs do not meet.
const ARRIVING_SEED: u64 = 0xA11E_57AD_0FF1_CE00;

/// How large older conversation below a letter gets, in bytes.
const MOST_HISTORY: usize = 24_000;

fn letter(run: &Run, index: usize) -> Letter {
    let raw = compose(run, index, "").to_bytes(run, index);
    Letter { raw, received_unix: run.received(index) }
}

/// A letter of about `wanted` bytes, or its natural size where that is more or its kind carries
/// nothing besides.
fn padded(run: &Run, index: usize, wanted: usize) -> Letter {
    let plain = letter(run, index);
    let missing = wanted.saturating_sub(plain.raw.len());
    if missing < 800 || !run.kind(index).has_topic() {
        return plain;
    }
    let mut dice = run.dice(index, "padding");
    let mail = if missing < MOST_HISTORY && dice.chance(40) {
        compose(run, index, &padding::history(&mut dice, missing))
    } else {
        // Base64 makes four bytes out of three, and a line end after every 76.
        let file = padding::file(&mut dice, missing.saturating_sub(300) / 100 * 73);
        let mut mail = compose(run, index, "");
        mail.root = mail.root.and(Part::file(&file, NameStyle::Quoted));
        mail
    };
    Letter { raw: mail.to_bytes(run, index), received_unix: plain.received_unix }
}

/// The letter with everything but its bytes; `more` is older conversation to stand below.
fn compose(run: &Run, index: usize, more: &str) -> Mail {
    let sheet = Sheet::new(run, index);
    match sheet.kind {
        Kind::Russian
        | Kind::Japanese
        | Kind::Chinese
        | Kind::Arabic
        | Kind::Greek
        | Kind::Emoji => odd::foreign(run, index, &sheet),
        Kind::Hostile => odd::hostile(run, index, &sheet),
        Kind::Forwarded => odd::forwarded(run, index, sheet),
        Kind::OutOfOffice => machine::out_of_office(run, index, &sheet),
        Kind::Bounce => machine::bounce(run, index, &sheet),
        Kind::Newsletter => machine::newsletter(run, index, &sheet),
        Kind::Invitation => machine::invitation(run, index, &sheet),
        Kind::Receipt => machine::receipt(run, index, &sheet),
        _ => ordinary::dress(run, index, sheet, more),
    }
}
