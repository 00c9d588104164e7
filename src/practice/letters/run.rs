//! One run of letters: which kind the n-th is, when it came, what it answers. Everything follows
//! from the seed and the number alone, so no letter has to be kept for a later one to cite it.

use super::dice::Dice;
use super::people::{Person, Program};

/// What is particular about a letter. Sixteen are ordinary, three answer an earlier letter, the
/// rest are what a mailbox gets besides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    Plain,
    Flowed,
    HtmlOnly,
    Alternative,
    Latin1Quoted,
    Latin1EightBit,
    Windows,
    Utf8Base64,
    Utf8Quoted,
    Pdf,
    Png,
    Csv,
    Zip,
    Docx,
    LongName,
    Inline,
    ReplyPlain,
    ReplyOutlook,
    ReplyHtml,
    Russian,
    Japanese,
    Chinese,
    Arabic,
    Greek,
    Emoji,
    Unlabelled,
    NoId,
    NoSubject,
    ManyRecipients,
    LongHeaders,
    Hostile,
    Forwarded,
    OutOfOffice,
    Bounce,
    Newsletter,
    Invitation,
    Receipt,
}

/// How often each kind comes in a hundred letters.
pub(super) const MIX: [(Kind, usize); 37] = [
    (Kind::Plain, 8),
    (Kind::Flowed, 4),
    (Kind::HtmlOnly, 5),
    (Kind::Alternative, 9),
    (Kind::Latin1Quoted, 3),
    (Kind::Latin1EightBit, 2),
    (Kind::Windows, 3),
    (Kind::Utf8Base64, 3),
    (Kind::Utf8Quoted, 2),
    (Kind::Pdf, 3),
    (Kind::Png, 3),
    (Kind::Csv, 1),
    (Kind::Zip, 1),
    (Kind::Docx, 2),
    (Kind::LongName, 1),
    (Kind::Inline, 2),
    (Kind::ReplyPlain, 12),
    (Kind::ReplyOutlook, 7),
    (Kind::ReplyHtml, 7),
    (Kind::Russian, 1),
    (Kind::Japanese, 1),
    (Kind::Chinese, 1),
    (Kind::Arabic, 1),
    (Kind::Greek, 1),
    (Kind::Emoji, 1),
    (Kind::Unlabelled, 1),
    (Kind::NoId, 1),
    (Kind::NoSubject, 1),
    (Kind::ManyRecipients, 2),
    (Kind::LongHeaders, 1),
    (Kind::Hostile, 1),
    (Kind::Forwarded, 2),
    (Kind::OutOfOffice, 2),
    (Kind::Bounce, 1),
    (Kind::Newsletter, 2),
    (Kind::Invitation, 1),
    (Kind::Receipt, 1),
];

impl Kind {
    /// Whether it answers an earlier letter.
    pub(super) fn is_reply(self) -> bool {
        matches!(self, Self::ReplyPlain | Self::ReplyOutlook | Self::ReplyHtml)
    }

    /// Whether its text is made from a topic, so that an answer can quote it.
    pub(super) fn has_topic(self) -> bool {
        self <= Self::ReplyHtml || self == Self::ManyRecipients || self == Self::LongHeaders
    }
}

/// How far back an answer looks for the letter it belongs to.
const REACH: usize = 80;

/// Hours between two letters of a short run; long runs are denser, see [`Run::spread`].
const HOURS_PER_LETTER: usize = 3;

/// A run of letters to one mailbox.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) seed: u64,
    /// The address of the mailbox.
    pub(super) to: String,
    /// Its domain.
    pub(super) office: String,
    dates: Dates,
}

#[derive(Clone, Debug)]
enum Dates {
    /// `count` letters over the hours from `start`, more of them in office hours: `weights` is
    /// the running sum of one number for each hour.
    Spread { start: i64, count: usize, weights: Vec<u64> },
    /// Letter `last` comes at `now`, those before it came shortly before.
    Arriving { now: i64, last: usize },
}

impl Run {
    /// `count` letters over the last days before `now`: one day at least, twenty at most.
    pub(super) fn spread(count: usize, seed: u64, now: i64, to: &str) -> Self {
        let hours = i64::try_from((count / HOURS_PER_LETTER).clamp(24, 480)).unwrap_or(480);
        let start = now.saturating_sub(hours * 3600);
        let weights = (0..hours)
            .scan(0, |sum, hour| {
                *sum += weight(start.saturating_add(hour * 3600));
                Some(*sum)
            })
            .collect();
        Self::new(seed, to, Dates::Spread { start, count, weights })
    }

    /// A run that goes on for ever, its letter `last` coming at `now`.
    pub(super) fn arriving(last: usize, seed: u64, now: i64, to: &str) -> Self {
        Self::new(seed, to, Dates::Arriving { now, last })
    }

    fn new(seed: u64, to: &str, dates: Dates) -> Self {
        let office = to.rsplit_once('@').map_or("contoso.example", |(_, domain)| domain);
        Self { seed, to: to.to_owned(), office: office.to_owned(), dates }
    }

    /// Dice for one purpose of one letter.
    pub(super) fn dice(&self, index: usize, purpose: &str) -> Dice {
        Dice::new(self.seed, index, purpose)
    }

    /// When a letter arrives, in seconds since 1970; never before the one before it.
    pub(super) fn received(&self, index: usize) -> i64 {
        match &self.dates {
            Dates::Arriving { now, last } => {
                let earlier = i64::try_from(last.saturating_sub(index)).unwrap_or(0);
                now.saturating_sub(earlier.saturating_mul(47))
            }
            Dates::Spread { start, count, weights } => {
                let total = weights.last().copied().unwrap_or(1);
                let jitter = self.dice(index, "date").below(1000) as f64 / 1000.0;
                let place = (index as f64 + jitter) / (*count).max(1) as f64 * total as f64;
                let hour = weights.partition_point(|sum| *sum as f64 <= place);
                let hour = hour.min(weights.len().saturating_sub(1));
                let before = if hour == 0 { 0 } else { weights[hour - 1] };
                let share = (place - before as f64) / (weights[hour] - before) as f64;
                start + i64::try_from(hour).unwrap_or(0) * 3600 + (share * 3599.0) as i64
            }
        }
    }

    /// What kind a letter is. An answer that finds nothing to answer is an ordinary letter.
    pub(super) fn kind(&self, index: usize) -> Kind {
        match self.intended(index) {
            kind if kind.is_reply() && self.parent(index).is_none() => Kind::Alternative,
            kind => kind,
        }
    }

    /// The letter that a letter answers, when it answers one.
    pub(super) fn parent(&self, index: usize) -> Option<usize> {
        if !self.intended(index).is_reply() {
            return None;
        }
        let reach = index.min(REACH);
        let first = self.dice(index, "parent").below(reach);
        (0..reach)
            .map(|step| index - 1 - (first + step) % reach)
            .find(|earlier| self.intended(*earlier).has_topic())
    }

    /// The Message-ID without brackets; it depends on nothing but seed, number and author.
    pub(super) fn message_id(&self, index: usize, author: &Person) -> String {
        let mut dice = self.dice(index, "id");
        let (one, two) = (dice.number(), dice.number());
        match author.program {
            Program::Outlook => {
                format!("AM9P{:012X}{:010X}@mx.{}", one >> 16, two >> 24, author.domain)
            }
            Program::Thunderbird | Program::Roundcube => format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}@{}",
                one >> 32,
                one >> 16 & 0xFFFF,
                one & 0xFFF,
                two >> 52,
                two & 0xFFFF_FFFF_FFFF,
                author.domain
            ),
            Program::AppleMail | Program::Phone => format!(
                "{:08X}-{:04X}-4{:03X}-9{:03X}-{:012X}@{}",
                one >> 32,
                one >> 16 & 0xFFFF,
                one & 0xFFF,
                two >> 52,
                two & 0xFFFF_FFFF_FFFF,
                author.domain
            ),
            Program::Browser => format!("CA+{one:016x}=_{two:016x}@mail.{}", author.domain),
        }
    }

    /// What the mix says, whether or not there is a letter to answer.
    fn intended(&self, index: usize) -> Kind {
        // A walk through the hundred in strides that share no factor with it meets each once.
        const STRIDES: [usize; 8] = [37, 23, 61, 73, 27, 83, 41, 63];
        let mut dice = self.dice(index / 100, "mix");
        let stride = dice.pick(&STRIDES);
        let mut place = (index % 100 * stride + dice.below(100)) % 100;
        for (kind, times) in MIX {
            if place < times {
                return kind;
            }
            place -= times;
        }
        Kind::Plain
    }
}

/// How many letters an hour brings, compared with the night.
fn weight(unix: i64) -> u64 {
    // 1 January 1970 was a Thursday.
    let weekend = matches!((unix.div_euclid(86_400) + 4).rem_euclid(7), 0 | 6);
    let daytime = (6..18).contains(&(unix.rem_euclid(86_400) / 3600));
    match (daytime, weekend) {
        (true, false) => 12,
        (true, true) => 3,
        (false, _) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    #[test]
    fn a_hundred_letters_hold_the_whole_mix() {
        assert_eq!(MIX.iter().map(|(_, times)| times).sum::<usize>(), 100);
        for seed in 0..20 {
            let run = Run::spread(100, seed, NOW, "support@contoso.example");
            for (kind, times) in MIX {
                let found = (0..100).filter(|index| run.intended(*index) == kind).count();
                assert_eq!(found, times, "seed {seed}: {kind:?}");
            }
        }
    }

    #[test]
    fn most_letters_come_in_office_hours_and_none_out_of_order() {
        let run = Run::spread(500, 3, NOW, "support@contoso.example");
        let times: Vec<i64> = (0..500).map(|index| run.received(index)).collect();
        assert!(times.is_sorted());
        assert!(times[499] < NOW && times[0] > NOW - 20 * 86_400);
        let busy = times.iter().filter(|time| weight(**time) == 12).count();
        assert!((300..480).contains(&busy), "{busy}");
    }

    #[test]
    fn about_a_quarter_answers_an_earlier_letter() {
        let run = Run::spread(1000, 5, NOW, "support@contoso.example");
        let answers = (0..1000).filter(|index| run.kind(*index).is_reply()).count();
        assert!((220..=280).contains(&answers), "{answers}");
        for index in 0..1000 {
            if let Some(parent) = run.parent(index) {
                assert!(parent < index && run.kind(parent).has_topic(), "{index}");
            }
        }
    }
}
