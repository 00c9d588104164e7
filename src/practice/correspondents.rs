//! The people at the other end of what leaves: who answers, whose program answers for him, whose
//! server sends it back; and the text in which a person asks for them. What they write is in
//! `answers`, what servers report in `reports`. Off until asked for, so that nobody's counts change.
//!
//! # Grammar of `--correspondents`
//!
//! `named`, or parts separated by `;`. An address outside the tenant whose local part begins with
//! one of these words, up to its first character that is no letter (`bounce@`, `bounce.7@`), always
//! behaves like it:
//!
//! | word | what happens to each letter |
//! |---|---|
//! | `answers` | a person answers after a while, to three letters at most: Re:, quote, In-Reply-To, References |
//! | `vacation` | a program answers at once, marked as RFC 3834 asks, once, and never a letter marked as automatic |
//! | `robot` | a program answers each letter at once with one of its own, without any mark or reference |
//! | `echo` | a program answers each letter at once with Re:, In-Reply-To and all of it, without any mark |
//! | `bounce` | it comes back: no such mailbox (5.1.1) |
//! | `full` | it comes back: the mailbox is full (5.2.2) |
//! | `refuses` | it comes back: the sender is not wanted there (5.7.1) |
//! | `delayed` | a notice that it did not arrive yet (4.4.7) |
//! | `expires` | that notice, and after a while it comes back (4.4.7) |
//! | `silent` | nothing |
//!
//! `WORD=PERCENT` lets that share of all other outside addresses behave so; which ones depends on
//! nothing but the address. `after=SECONDS` is the while, 20 unless said; a person takes one to
//! three times as long. Example: `answers=25; vacation=4; bounce=3; after=60`.

use super::answers;
use super::facts::Facts;
use super::house::{Account, House};
use super::ids::hashed;
use super::reports::{self, Failure};

/// How an address behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// A person, who answers after a while.
    Answers,
    /// A program that answers for somebody away, and says so.
    Vacation,
    /// A program that answers with a letter of its own and hides it.
    Robot,
    /// A program that answers with what it got and hides it.
    Echo,
    /// There is no such mailbox.
    Bounce,
    /// Its mailbox is full.
    Full,
    /// It does not want letters from here.
    Refuses,
    /// Its server does not listen for a while.
    Delayed,
    /// Its server never listens.
    Expires,
    /// It takes everything and says nothing.
    Silent,
}

const WORDS: [(&str, Manner); 10] = [
    ("answers", Manner::Answers),
    ("vacation", Manner::Vacation),
    ("robot", Manner::Robot),
    ("echo", Manner::Echo),
    ("bounce", Manner::Bounce),
    ("full", Manner::Full),
    ("refuses", Manner::Refuses),
    ("delayed", Manner::Delayed),
    ("expires", Manner::Expires),
    ("silent", Manner::Silent),
];

/// Letters one person answers at most, so that no conversation goes on for ever.
const MOST_ANSWERS: u32 = 3;

/// Who lives outside the tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correspondents {
    /// The share of each manner among the addresses that name none, in hundredths.
    pub shares: Vec<(Manner, u8)>,
    /// The while after which somebody answers, in seconds of the practice clock.
    pub after: u32,
}

impl Default for Correspondents {
    fn default() -> Self {
        Self { shares: Vec::new(), after: 20 }
    }
}

impl Correspondents {
    /// Reads the text of `--correspondents`; the error says which part is wrong and why.
    ///
    /// # Errors
    ///
    /// A sentence for the person who wrote it.
    pub fn parse(spec: &str) -> Result<Self, String> {
        let mut all = Self::default();
        for part in spec.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let wrong = |why: &str| format!("correspondents `{part}`: {why}");
            match part.split_once('=').map(|(word, value)| (word.trim(), value.trim())) {
                None if part == "named" => {}
                None => return Err(wrong("neither `named` nor WORD=PERCENT nor after=SECONDS")),
                Some(("after", value)) => {
                    all.after = value.parse().map_err(|_| wrong("no whole number of seconds"))?;
                }
                Some((word, value)) => {
                    let manner = named(word).ok_or_else(|| wrong("nobody behaves like that"))?;
                    let share = value.parse().ok().filter(|share| *share <= 100);
                    all.shares
                        .push((manner, share.ok_or_else(|| wrong("no share from 0 to 100"))?));
                }
            }
        }
        let sum: u32 = all.shares.iter().map(|(_, share)| u32::from(*share)).sum();
        if sum > 100 {
            return Err(format!("correspondents: their shares add up to {sum}, more than 100"));
        }
        Ok(all)
    }

    /// How an address behaves: as its local part says, else by its place in the shares.
    pub fn manner(&self, address: &str) -> Manner {
        let address = address.to_lowercase();
        let word = address.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        if let Some(manner) = named(word) {
            return manner;
        }
        let mut place = hashed(&address) % 100;
        for (manner, share) in &self.shares {
            match place.checked_sub(u64::from(*share)) {
                None => return *manner,
                Some(rest) => place = rest,
            }
        }
        Manner::Silent
    }
}

fn named(word: &str) -> Option<Manner> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, manner)| *manner)
}

/// A letter that reached somebody outside.
pub(super) struct Reached<'a> {
    pub(super) house: &'a House,
    /// The mailbox it was sent from.
    pub(super) account: &'a Account,
    /// Whom it reached.
    pub(super) address: &'a str,
    pub(super) raw: &'a [u8],
    pub(super) facts: &'a Facts,
    /// When it was sent, in seconds.
    pub(super) now: i64,
}

/// Lets somebody outside do what he does with a letter.
pub(super) fn reach(letter: &Reached<'_>) {
    let Some(all) = &letter.house.settings.correspondents else { return };
    let after = i64::from(all.after);
    let report = |failure, wait| {
        let raw = reports::report(letter, failure);
        come(letter, letter.account, raw, wait);
    };
    match all.manner(letter.address) {
        Manner::Answers if is_written_to(letter) => {
            let paces = 1 + i64::try_from(hashed(letter.address) / 100 % 3).unwrap_or(0);
            let before = letters_before(letter);
            if before < MOST_ANSWERS {
                come_back(letter, answers::person(letter, before), after * paces);
            }
        }
        Manner::Vacation if !answers::is_marked(letter.raw) && letters_before(letter) == 0 => {
            come_back(letter, answers::vacation(letter), 1);
        }
        Manner::Robot => come_back(letter, answers::robot(letter, letters_before(letter)), 1),
        Manner::Echo => come_back(letter, answers::echo(letter, letters_before(letter)), 1),
        Manner::Bounce => report(Failure::Unknown, 1),
        Manner::Full => report(Failure::Full, 1),
        Manner::Refuses => report(Failure::Unwanted, 1),
        Manner::Delayed => report(Failure::Delayed, after),
        Manner::Expires => {
            report(Failure::Delayed, after);
            report(Failure::Expired, after * 3);
        }
        Manner::Answers | Manner::Vacation | Manner::Silent => {}
    }
}

/// A copy, open or blind, is read and not answered.
fn is_written_to(letter: &Reached<'_>) -> bool {
    letter.facts.to.iter().any(|person| person.address.eq_ignore_ascii_case(letter.address))
}

/// How many letters somebody has answered to this mailbox before; this one counts from now on.
fn letters_before(letter: &Reached<'_>) -> u32 {
    let mut mailbox = letter.account.open(letter.house);
    let count = mailbox.answered.entry(letter.address.to_lowercase()).or_default();
    *count += 1;
    *count - 1
}

/// An answer goes where the letter asks for it, if that is a mailbox here.
fn come_back(letter: &Reached<'_>, raw: Vec<u8>, wait: i64) {
    let wanted = letter.facts.reply_to.first().or(letter.facts.from.as_ref());
    let wanted = wanted.and_then(|person| letter.house.mailbox(&person.address).ok());
    come(letter, wanted.unwrap_or(letter.account), raw, wait);
}

fn come(letter: &Reached<'_>, account: &Account, raw: Vec<u8>, wait: i64) {
    account.open(letter.house).expect((letter.now + wait).saturating_mul(1000), raw);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_behaves_as_its_local_part_says_wherever_it_is() {
        let nobody = Correspondents::default();
        for (address, manner) in [
            ("bounce@shop.example", Manner::Bounce),
            ("BOUNCE.7@other.example", Manner::Bounce),
            ("answers12@shop.example", Manner::Answers),
            ("robot+tag@shop.example", Manner::Robot),
            ("bouncer@shop.example", Manner::Silent),
            ("ana.bounce@shop.example", Manner::Silent),
            ("", Manner::Silent),
        ] {
            assert_eq!(nobody.manner(address), manner, "{address}");
        }
    }

    #[test]
    fn shares_are_kept_and_hang_on_the_address_alone() {
        let all = Correspondents::parse("answers=25; robot = 5;after=3").unwrap();
        assert_eq!(all.after, 3);
        let count = |manner| {
            let address = |n: &u32| format!("person{n}@d{}.example", n % 7);
            (0..10_000).filter(|n| all.manner(&address(n)) == manner).count()
        };
        assert!((2_300..2_700).contains(&count(Manner::Answers)), "{}", count(Manner::Answers));
        assert!((400..600).contains(&count(Manner::Robot)), "{}", count(Manner::Robot));
        assert_eq!(all.manner("Ana@shop.example"), all.manner("ana@SHOP.example"));
    }

    #[test]
    fn a_wrong_wish_is_refused_in_words() {
        assert_eq!(Correspondents::parse("named"), Ok(Correspondents::default()));
        for wrong in ["everybody", "answers", "ghost=3", "answers=101", "after=soon", "bounce=-1"] {
            assert!(Correspondents::parse(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
        let sum = Correspondents::parse("answers=60; bounce=50").unwrap_err();
        assert!(sum.contains("110"), "{sum}");
    }
}
