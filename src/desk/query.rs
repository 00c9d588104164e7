//! What somebody types to find tickets, read into a value: words, phrases, beginnings, what must not
//! occur, and conditions, which `condition` reads. Whatever is no such condition is looked for as it
//! stands; a condition that means nothing is answered with a sentence.

mod condition;
mod umlauts;

use condition::KEYS;
pub use condition::{About, Condition, keys};

use super::folding;
use super::ticket::{State, TicketNumber};
use crate::time::Timestamp;

/// The most terms of a query.
const MOST_TERMS: usize = 32;

/// The most characters of a query.
const MOST_CHARACTERS: usize = 1_000;

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query {
    /// The ticket that is named, if the whole query is a number or a tag.
    pub ticket: Option<TicketNumber>,
    /// What must occur, and what must not.
    pub terms: Vec<Term>,
    /// What must hold of the ticket or article.
    pub conditions: Vec<Condition>,
    /// Only what came or was written at this moment or later.
    pub from: Option<Timestamp>,
    /// Only what came or was written before this moment.
    pub before: Option<Timestamp>,
    /// What stood before a colon as if it were a condition, which there is none of; it is among the
    /// terms with what stood behind it.
    pub unknown: Vec<String>,
}

/// Something to be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// Where.
    pub place: Place,
    /// Its spellings, of which one has to occur: each a sequence of folded words.
    pub spellings: Vec<Vec<String>>,
    /// Whether the last word only has to begin so.
    pub begins: bool,
    /// Whether it must not occur.
    pub excluded: bool,
}

/// Where a term has to occur.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// In the subject.
    Subject,
    /// In the sender's name or address.
    From,
    /// Among those it was written to.
    To,
}

/// Why a query cannot be answered, in a sentence.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotAQuery(String);

impl Query {
    /// Reads what somebody typed at this moment. `ticket_tag` is the `CF` of `CF#12`.
    pub fn read(text: &str, ticket_tag: &str, now: Timestamp) -> Result<Self, NotAQuery> {
        if text.chars().count() > MOST_CHARACTERS {
            return fail(format!("a search has at most {MOST_CHARACTERS} characters"));
        }
        let mut query =
            Self { ticket: named(text.trim_matches(is_space), ticket_tag), ..Self::default() };
        let mut negated = false;
        for piece in pieces(text) {
            match (piece.quoted, piece.text.as_str()) {
                (false, "NOT") => negated = true,
                (false, "AND") => {}
                _ => query.add(&piece, piece.minus != std::mem::take(&mut negated), now)?,
            }
        }
        if query.terms.len() + query.conditions.len() > MOST_TERMS {
            return fail(format!("a search has at most {MOST_TERMS} words; leave some out"));
        }
        if query.only_excludes() {
            return fail("a search needs something to find beside what must not occur");
        }
        if query.is_empty() {
            return fail(
                "there is nothing to find in that; type a word, or a condition such as state:open",
            );
        }
        Ok(query)
    }

    /// Whether tickets in this state are asked for by name.
    pub fn asks_for(&self, state: State) -> bool {
        self.conditions.iter().any(|it| it.wanted && it.about == About::State(state))
    }

    /// Whether something has to occur in the text.
    pub fn has_words(&self) -> bool {
        self.terms.iter().any(|term| !term.excluded)
    }

    fn is_empty(&self) -> bool {
        let bounds = self.from.is_some() || self.before.is_some();
        self.terms.is_empty() && self.conditions.is_empty() && !bounds && self.ticket.is_none()
    }

    fn only_excludes(&self) -> bool {
        !self.terms.is_empty() && !self.has_words() && self.ticket.is_none()
    }

    fn add(&mut self, piece: &Piece, excluded: bool, now: Timestamp) -> Result<(), NotAQuery> {
        let value = piece.text.as_str();
        let place = match piece.key.as_deref() {
            None => {
                let unknown = condition::unknown(&piece.text).filter(|_| !piece.quoted);
                self.unknown.extend(
                    unknown
                        .filter(|key| !self.unknown.iter().any(|known| known == key))
                        .map(str::to_owned),
                );
                Place::Anywhere
            }
            Some("from") => Place::From,
            Some("to") => Place::To,
            Some("subject") => Place::Subject,
            Some(key) => return self.add_condition(key, piece, excluded, now),
        };
        if let Some(term) = Term::of(place, value, excluded) {
            self.terms.push(term);
        } else if place != Place::Anywhere {
            return fail(condition::nothing_behind(piece.key()));
        }
        Ok(())
    }

    fn add_condition(
        &mut self,
        key: &str,
        piece: &Piece,
        excluded: bool,
        now: Timestamp,
    ) -> Result<(), NotAQuery> {
        let value = piece.text.as_str();
        if value.is_empty() {
            return fail(condition::nothing_behind(key));
        }
        if matches!(key, "before" | "after") {
            if excluded {
                return fail(format!(
                    "`{key}:` cannot be left out; use the other of before: and after:"
                ));
            }
            let moment = Some(condition::moment(key, value).map_err(NotAQuery)?);
            *(if key == "before" { &mut self.before } else { &mut self.from }) = moment;
            return Ok(());
        }
        let about = condition::about(key, value, piece.quoted, now).map_err(NotAQuery)?;
        self.conditions.push(Condition { about, wanted: !excluded });
        Ok(())
    }
}

impl Term {
    /// The term for a piece of text, if it holds a word at all.
    fn of(place: Place, text: &str, excluded: bool) -> Option<Self> {
        let mut begins = text.ends_with('*');
        let text = text.trim_end_matches('*');
        let mut spellings: Vec<Vec<String>> = Vec::new();
        for text in [text.to_owned(), umlauts::written_out(text), umlauts::put_back(text)] {
            let mut words = folding::folded(&text);
            // The last character of a run stands alone in the index where the run ends only.
            if folding::ends_unspaced(&text)
                && let Some(last) = words.pop_if(|last| last.chars().count() == 1)
                && words.last().is_none_or(|before| !before.ends_with(&last))
            {
                words.push(last);
                begins = true;
            }
            if !words.is_empty() && !spellings.contains(&words) {
                spellings.push(words);
            }
        }
        (!spellings.is_empty()).then_some(Self { place, spellings, begins, excluded })
    }
}

/// One piece of what was typed.
#[derive(Debug, Default)]
struct Piece {
    minus: bool,
    key: Option<String>,
    text: String,
    quoted: bool,
}

impl Piece {
    fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }
}

/// Cuts what was typed at its spaces; quotes hold words together, and one that is never closed goes
/// to the end.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        let mut piece = Piece::default();
        if let Some(after) = rest.strip_prefix(['-', '−'])
            && after.starts_with(|next: char| !is_space(next))
        {
            (piece.minus, rest) = (true, after);
        }
        let key = KEYS.iter().map(|(key, _)| *key).find(|key| {
            rest.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key))
                && rest[key.len()..].starts_with(':')
        });
        if let Some(key) = key {
            (piece.key, rest) = (Some(key.to_owned()), &rest[key.len() + 1..]);
        }
        if let Some(after) = rest.strip_prefix(is_quote) {
            let end = after.find(is_quote).unwrap_or(after.len());
            (piece.quoted, piece.text) = (true, after[..end].to_owned());
            rest = after[end..].trim_start_matches(is_quote);
            if let Some(after) = rest.strip_prefix('*') {
                (rest, piece.text) = (after, piece.text + "*");
            }
        } else {
            let end = rest.find(is_space).unwrap_or(rest.len());
            piece.text = rest[..end].to_owned();
            rest = &rest[end..];
        }
        pieces.push(piece);
        rest = rest.trim_start_matches(is_space);
    }
    pieces
}

/// Whether a character separates words. From spreadsheets and web pages come tabs, line ends and signs
/// of no width.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || matches!(letter, '\u{200b}' | '\u{feff}')
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」')
}

/// The ticket that a text names, such as `12`, `#12`, `CF#12` or `[CF#12-x7k2]`.
fn named(text: &str, ticket_tag: &str) -> Option<TicketNumber> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let number = match inner.split_once('#') {
        Some((tag, rest)) if tag.is_empty() || tag.eq_ignore_ascii_case(ticket_tag) => {
            rest.split_once('-').map_or(rest, |(number, _)| number)
        }
        Some(_) => return None,
        None => inner,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse().ok().map(TicketNumber)).flatten()
}

fn fail<T>(why: impl Into<String>) -> Result<T, NotAQuery> {
    Err(NotAQuery(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    /// A query in a short form: `-` for what must not occur, `^` for where, `|` between spellings.
    fn short(query: &Query) -> String {
        let mut parts = Vec::new();
        if let Some(number) = query.ticket {
            parts.push(format!("#{number}"));
        }
        for term in &query.terms {
            let place = match term.place {
                Place::Anywhere => "",
                Place::Subject => "subject^",
                Place::From => "from^",
                Place::To => "to^",
            };
            let words: Vec<String> = term.spellings.iter().map(|words| words.join("_")).collect();
            let (minus, star) =
                (if term.excluded { "-" } else { "" }, if term.begins { "*" } else { "" });
            parts.push(format!("{minus}{place}{}{star}", words.join("|")));
        }
        for Condition { about, wanted } in &query.conditions {
            parts.push(format!("{}{about:?}", if *wanted { "" } else { "-" }));
        }
        parts.extend(query.from.map(|at| format!("from {at}")));
        parts.extend(query.before.map(|at| format!("before {at}")));
        parts.join(" ")
    }

    #[test]
    fn what_is_typed_is_understood() {
        for (typed, expected) in [
            ("lamp flickers", "lamp flickers"),
            ("\"the lamp\" hall", "the_lamp hall"),
            ("„die Lampe“ „Flur", "die_lampe flur"),
            ("lam* \"hall fo\"*", "lam* hall_fo*"),
            ("lamp -fuse NOT bulb -\"hall four\"", "lamp -fuse -bulb -hall_four"),
            ("lamp AND fuse", "lamp fuse"),
            ("lamp NOT -fuse", "lamp fuse"),
            ("Müller", "muller|mueller"),
            ("mueller", "mueller|muller"),
            ("neue Bauer Quelle", "neue bauer quelle"),
            ("Straße", "strasse"),
            ("from:Ana@shop.example", "from^ana_shop_example"),
            ("FROM:\"Ana W\" to:desk subject:lamp", "from^ana_w to^desk subject^lamp"),
            ("-from:ana lamp", "-from^ana lamp"),
            ("RE-2024/00123", "re_2024_00123"),
            ("http://a.example/x?y=1", "http_a_example_x_y_1"),
            ("re:lamp", "re_lamp"),
            (
                "lamp\tfuse\r\nhall\u{a0}state:open\u{2003}-bulb\0",
                "lamp fuse hall -bulb State(Open)",
            ),
            ("\u{feff}state:new\u{200b}\u{b}-\tx", "x State(New)"),
            ("打印机", "打印_印机"),
            ("灯", "灯*"),
            ("ABC電", "abc_電*"),
            ("state:OPEN queue:Sales", "State(Open) Queue(Some(\"Sales\"))"),
            ("lamp -state:closed -tag:x", "lamp -State(Closed) -Tag(\"x\")"),
            ("assignee:- queue:\"second level\"", "Assignee(None) Queue(Some(\"second level\"))"),
            ("assignee:none -queue:NONE", "Assignee(None) -Queue(None)"),
            ("queue:\"none\" tag:none", "Queue(Some(\"none\")) Tag(\"none\")"),
            ("state:neu -state:Gelöscht", "State(New) -State(Deleted)"),
            ("state:geloescht state:WARTEND", "State(Deleted) State(Pending)"),
            ("has:attachment", "Attachment"),
            ("priority:HIGH -priority:niedrig", "Priority(High) -Priority(Low)"),
            ("mailbox:\"Second desk\" due:None", "Mailbox(\"Second desk\") NoDueDate"),
            ("-due:overdue lamp", "lamp -Overdue(Timestamp(1800000000))"),
            (
                "after:2026-05 before:2026-06-03",
                "from 2026-05-01T00:00:00Z before 2026-06-03T00:00:00Z",
            ),
            ("12", "#12 12"),
            ("CF#12", "#12 cf_12"),
            (" [cf#12-x7k2] ", "#12 cf_12_x7k2"),
            ("#12", "#12 12"),
            ("\t#12\u{a0}", "#12 12"),
            ("AB#12", "ab_12"),
            ("99999999999999999999", "99999999999999999999"),
            ("lamp - fuse", "lamp fuse"),
            ("a\" OR search MATCH \"x", "a or search match x"),
            ("x'); DROP TABLE ticket; --", "x drop table ticket"),
            ("NEAR(a b, 5) {x}: ^y a+b", "near_a b 5 x y a_b"),
        ] {
            let query =
                Query::read(typed, "CF", NOW).unwrap_or_else(|error| panic!("{typed}: {error}"));
            assert_eq!(short(&query), expected, "{typed}");
        }
    }

    #[test]
    fn what_means_nothing_is_answered_with_a_sentence() {
        let long = "x".repeat(MOST_CHARACTERS + 1);
        let many = "x ".repeat(MOST_TERMS + 1);
        for (typed, expected) in [
            ("", "nothing to find"),
            ("!? \"\" *", "nothing to find"),
            ("-lamp", "something to find beside"),
            ("NOT lamp state:open", "something to find beside"),
            ("state:lost", "`lost` is none of new, open"),
            ("state:", "`state:` needs a state, such as state:open, right behind it"),
            ("queue: x", "`queue:` needs the name of a queue or none, right behind it"),
            ("from:", "`from:` needs a name or an address, right behind it"),
            ("to:\"\"", "`to:` needs a name or an address, right behind it"),
            ("subject:", "`subject:` needs a word of the subject, right behind it"),
            ("subject:!", "`subject:` needs a word of the subject, right behind it"),
            ("has:", "`has:` needs the word attachment, right behind it"),
            ("-after:", "`after:` needs a day, a month or a year, right behind it"),
            ("before:yesterday", "no date"),
            ("after:2026-02-30", "no date"),
            ("-before:2026", "cannot be left out"),
            ("has:horns", "has:attachment"),
            ("priority:5", "`priority:`: `5` is none of low, normal"),
            ("mailbox:", "`mailbox:` needs the name of a mailbox, right behind it"),
            ("due:", "`due:` needs none or overdue, right behind it"),
            ("due:tomorrow", "`due:tomorrow` is not known; there are due:none and due:overdue"),
            (&long, "at most 1000 characters"),
            (&many, "at most 32 words"),
        ] {
            let error = Query::read(typed, "CF", NOW).map(|it| short(&it)).unwrap_err().to_string();
            assert!(error.contains(expected), "{typed}: {error}");
        }
    }

    #[test]
    fn what_looks_like_a_condition_and_is_none_is_told() {
        for (typed, expected) in [
            ("foo:bar is:open -Label:x lamp state:open", &["foo", "is", "Label"][..]),
            ("is:a is:b", &["is"]),
            ("\"foo:bar\" http://a.example:8025/ mailto:ana@x.example", &[]),
            ("10:30 C:\\temp Re: lamp a:b CF#12 ::1 betreff:", &[]),
        ] {
            let query = Query::read(typed, "CF", NOW).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(query.unknown, expected, "{typed}");
        }
    }
}
