//! The new text of a reply: without the letters it quotes and without its signature. Works line by
//! line, in linear time, on text only. It folds for display; when in doubt it keeps, and when
//! nothing would be left it keeps everything. `quote/` holds what the marks of quotation look like.

pub(super) mod attribution;
pub(super) mod head;
pub(super) mod labels;
pub(super) mod marks;
mod signature;

use marks::Mark;

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    Blank,
    /// Somebody else's words, after `>`.
    Quoted,
    /// Who wrote them.
    Attribution,
    /// The writer's words.
    New,
    /// The writer's signature, or a telephone's.
    Signature,
}

/// How a letter shows that a copy of another one begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// It says that the letter was passed on.
    Forwarded,
    /// It says that the letter is the one that is answered.
    Original,
    /// Only the head of the letter is there.
    Head,
    /// A line says who wrote it.
    Attribution,
}

/// Where the copy of another letter begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Copied {
    /// How it shows.
    pub(super) how: How,
    /// The line it shows in, counted from zero.
    pub(super) line: usize,
}

/// A text with what is not new told apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Folded {
    /// See [`visible`].
    pub(super) visible: String,
    /// The first unquoted copy of another letter.
    pub(super) copied: Option<Copied>,
}

/// The part of `text` that its writer added: whole lines of it, in order. Where answers stand
/// between the lines of a quote, what they answer is kept as well. The note above a letter that is
/// passed on is its writer's text; a letter without such a note is kept whole.
pub fn visible(text: &str) -> String {
    fold(text).visible
}

/// Only what its writer added, without anything quoted; empty when that is nothing. For text that goes
/// on to somebody who must not see what is quoted.
pub fn added(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut kinds, _) = classify(&lines);
    mark_signatures(&lines, &mut kinds);
    assemble(&lines, &kinds, false)
}

/// Tells apart what is new in `text`.
pub(super) fn fold(text: &str) -> Folded {
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut kinds, copied) = classify(&lines);
    mark_signatures(&lines, &mut kinds);
    let kept = assemble(&lines, &kinds, true);
    let visible = if kept.is_empty() { text.trim_matches('\n').to_owned() } else { kept };
    Folded { visible, copied }
}

/// Says what each line is, up to where a copy of another letter begins.
fn classify(lines: &[&str]) -> (Vec<Line>, Option<Copied>) {
    let mut kinds = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if is_blank(line) {
            kinds.push(Line::Blank);
        } else if is_quoted(line) && attribution::of_groupwise(line).is_none() {
            kinds.push(Line::Quoted);
        } else if let Some(how) = copy_begins(&lines[at..]) {
            drop_rule(lines, &mut kinds);
            return (kinds, Some(Copied { how, line: at }));
        } else if marks::is_write_above(line)
            || (is_underlining(line)
                && !head_follows(&lines[at + 1..])
                && signature::is_list_footer(&lines[at + 1..]))
        {
            drop_rule(lines, &mut kinds);
            return (kinds, None);
        } else if let Some(found) = attribution::read(&lines[at..]) {
            if !found.quote_follows {
                drop_receivers(lines, &mut kinds);
                return (kinds, Some(Copied { how: How::Attribution, line: at }));
            }
            kinds.resize(at + found.lines, Line::Attribution);
            at += found.lines;
            continue;
        } else if marks::is_rule(line) && quote_follows(&lines[at + 1..]) {
            kinds.push(Line::Attribution);
        } else {
            kinds.push(Line::New);
        }
        at += 1;
    }
    mend_wraps(lines, &mut kinds);
    (kinds, None)
}

/// Whether the first of these lines begins a copied letter.
fn copy_begins(lines: &[&str]) -> Option<How> {
    if labels::field(lines[0]).is_some() {
        return head::read(lines).filter(head::Head::is_sure).map(|_| How::Head);
    }
    // Where no dashes announce it, the head of a letter must follow: the cheaper thing to look for.
    let dashed = marks::is_dashed(lines[0]);
    let follows = (dashed || marks::is_short(lines[0])) && head_follows(&lines[1..]);
    if !follows && !dashed {
        return None;
    }
    let found = marks::announced(lines[0])?;
    (follows || found.certain || labels::field(found.rest).is_some()).then_some(match found.mark {
        Mark::Forwarded => How::Forwarded,
        Mark::Original => How::Original,
    })
}

/// Whether the head of a letter comes within a few lines.
fn head_follows(lines: &[&str]) -> bool {
    const NEAR: usize = 5;
    let first = lines.iter().take(NEAR).position(|line| !is_blank(unquoted(line)));
    first.is_some_and(|first| head::read(&lines[first..]).is_some_and(|head| head.is_likely()))
}

/// Whether a quoted line comes next.
fn quote_follows(lines: &[&str]) -> bool {
    const NEAR: usize = 3;
    lines.iter().take(NEAR).find(|line| !is_blank(line)).is_some_and(|line| is_quoted(line))
}

/// Whether a character is not seen: marks of writing direction, joiners, byte order marks.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether nothing is to be seen in a line.
pub(super) fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether a line is a quoted one.
pub(super) fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// A line without its marks of quotation.
pub(super) fn unquoted(line: &str) -> &str {
    match is_quoted(line) {
        true => line.trim_start_matches(|c: char| c == '>' || c.is_whitespace()),
        false => line,
    }
}

fn is_underlining(line: &str) -> bool {
    const SHORTEST: usize = 20;
    let line = line.trim();
    line.len() >= SHORTEST && line.bytes().all(|byte| byte == b'_')
}

/// Takes off the line that programs draw above a copied letter, or the words they write there.
fn drop_rule(lines: &[&str], kinds: &mut Vec<Line>) {
    loop {
        while kinds.last() == Some(&Line::Blank) {
            kinds.pop();
        }
        let last = kinds.len().checked_sub(1).map(|last| lines[last].trim());
        // The Bat draws scissors; Becky says above the line who passes on.
        let drawn = |line: &str| {
            marks::is_rule(line)
                || line.starts_with("===8<==")
                || (line.starts_with("Forwarded by ") && line.ends_with('>'))
        };
        if !last.is_some_and(drawn) {
            return;
        }
        kinds.pop();
    }
}

/// Takes off what Yandex writes between its rule and the line that says who wrote a copied letter:
/// `To: …;` and `Subject: …;`.
fn drop_receivers(lines: &[&str], kinds: &mut Vec<Line>) {
    let before = kinds.len();
    while let Some(last) = kinds.len().checked_sub(1).map(|last| lines[last].trim_end())
        && last.ends_with(';')
        && labels::field(last).is_some()
    {
        kinds.pop();
    }
    if kinds.len() < before {
        drop_rule(lines, kinds);
    }
}

/// Makes the ends of quoted lines, which a program has wrapped without quoting them, quoted.
fn mend_wraps(lines: &[&str], kinds: &mut [Line]) {
    /// A line from which a word was wrapped was about as long as programs allow.
    const LONG: usize = 66;
    const SHORT: usize = 40;
    for at in 1..kinds.len().saturating_sub(1) {
        let between = kinds[at - 1..=at + 1] == [Line::Quoted, Line::New, Line::Quoted];
        let (above, line) = (lines[at - 1].trim_end(), lines[at].trim_end());
        if between
            && above.chars().count() >= LONG
            && line.chars().count() <= SHORT
            && line.starts_with(|c: char| !c.is_uppercase())
            && !above.ends_with(['.', '!', '?', ':'])
        {
            kinds[at] = Line::Quoted;
        }
    }
}

/// Marks signatures at the end of each stretch of new text.
fn mark_signatures(lines: &[&str], kinds: &mut [Line]) {
    let mut start = 0;
    while start < kinds.len() {
        let end = kinds[start..]
            .iter()
            .position(|kind| matches!(kind, Line::Quoted | Line::Attribution))
            .map_or(kinds.len(), |length| start + length);
        signature::mark(&lines[start..end], &mut kinds[start..end]);
        start = end + 1;
    }
}

/// Puts together what is kept; with the quotes that are needed to understand it, if so wanted.
fn assemble(lines: &[&str], kinds: &[Line], with_quotes: bool) -> String {
    let is = |kind: Line| move |line: &Line| *line == kind;
    let first_quote = kinds.iter().position(is(Line::Quoted));
    let last_quote = kinds.iter().rposition(is(Line::Quoted));
    let last_new = kinds.iter().rposition(is(Line::New));
    // An answer between two quotes needs them to be understood.
    let between = match (first_quote, last_quote) {
        (Some(first), Some(last)) if with_quotes => kinds[first..last].contains(&Line::New),
        _ => false,
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut gap = false;
    for (at, (&kind, &line)) in kinds.iter().zip(lines).enumerate() {
        let keep = match kind {
            Line::New => true,
            Line::Quoted => between && last_new.is_some_and(|last| at < last),
            Line::Blank => !gap,
            Line::Attribution | Line::Signature => false,
        };
        if !keep {
            gap |= kind != Line::Blank;
            continue;
        }
        if gap && kept.last().is_some_and(|line| !is_blank(line)) {
            kept.push("");
        }
        gap = false;
        kept.push(line.trim_end());
    }
    let first = kept.iter().position(|line| !line.is_empty()).unwrap_or(kept.len());
    kept[first..].join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_holds_no_quote_at_all() {
        for (case, text, expected) in [
            ("above", "Yes.\n\nOn Monday, Ana wrote:\n> No?", "Yes."),
            ("below", "On Monday, Ana wrote:\n> No?\n\nYes.", "Yes."),
            ("between", "> No?\nYes.\n> When?\nNow.", "Yes.\n\nNow."),
            ("nothing", "On Monday, Ana wrote:\n> No?\n", ""),
        ] {
            assert_eq!(added(text), expected, "{case}");
        }
    }

    #[test]
    fn replies_are_reduced_to_what_is_new() {
        for (case, text, expected) in [
            ("nothing quoted", "Hello,\n\nbye\n", "Hello,\n\nbye"),
            (
                "english",
                "Yes.\n\nOn Mon, 4 May 2026 at 10:00, Ana <a@x.example> wrote:\n\n> No?\n",
                "Yes.",
            ),
            (
                "wrapped",
                "Yes.\n\nOn Mon, 4 May 2026 at 10:00, Ana Muster\n<a@x.example> wrote:\n> No?",
                "Yes.",
            ),
            (
                "wrapped twice",
                "Yes.\n\nOn Mon, 4 May 2026 at 10:00, Ana\n<a@x.example>\nwrote:\n> No?",
                "Yes.",
            ),
            (
                "greeting before it",
                "Hi,\nOn Mon, 4 May 2026 Ana wrote:\n> No?\nYes.",
                "Hi,\n\nYes.",
            ),
            ("german", "Ja.\n\nAm 04.05.2026 um 10:00 schrieb Ana:\n> Nein?", "Ja."),
            (
                "french",
                "Oui.\n\nLe lun. 4 mai 2026 à 10:00, Ana <a@x.example> a\nécrit :\n\n> Non ?",
                "Oui.",
            ),
            (
                "spanish",
                "Sí.\n\nEl lun, 4 may 2026 a las 10:00, Ana (<a@x.example>)\nescribió:\n\n> ¿No?",
                "Sí.",
            ),
            (
                "italian",
                "Sì.\n\nIl giorno lun 4 mag 2026 alle ore 10:00 Ana <a@x.example>\nha scritto:\n\n> No?",
                "Sì.",
            ),
            (
                "dutch",
                "Ja.\n\nOp ma 4 mei 2026 om 10:00 schreef Ana <a@x.example>:\n\n> Nee?",
                "Ja.",
            ),
            (
                "portuguese",
                "Sim.\n\nEm seg., 4 de mai. de 2026 às 10:00, Ana <a@x.example>\nescreveu:\n\n> Não?",
                "Sim.",
            ),
            (
                "polish",
                "Tak.\n\npon., 4 maj 2026 o 10:00 Ana <a@x.example> napisał(a):\n\n> Nie?",
                "Tak.",
            ),
            (
                "czech",
                "Ano.\n\npo 4. 5. 2026 v 10:00 odesílatel Ana <a@x.example> napsal:\n\n> Ne?",
                "Ano.",
            ),
            (
                "swedish",
                "Ja.\n\nDen mån 4 maj 2026 kl 10:00 skrev Ana <a@x.example>:\n\n> Nej?",
                "Ja.",
            ),
            (
                "danish",
                "Ja.\n\nDen man. 4. maj 2026 kl. 10.00 skrev Ana <a@x.example>:\n\n> Nej?",
                "Ja.",
            ),
            (
                "norwegian",
                "Ja.\n\nman. 4. mai 2026 kl. 10:00 skrev Ana <a@x.example>:\n\n> Nei?",
                "Ja.",
            ),
            (
                "quote without marks",
                "Yes.\n\nOn Mon, 4 May 2026 at 10:00, Ana <a@x.example> wrote:\n\nNo?\nReally",
                "Yes.",
            ),
            ("outlook", "Yes.\n\n-----Original Message-----\nFrom: Ana\n\nNo?", "Yes."),
            (
                "outlook block",
                "Yes.\n\n________________________________\nFrom: Ana <a@x.example>\nSent: Monday, 4 May 2026 10:00\nTo: Us\nSubject: Test\n\nNo?",
                "Yes.",
            ),
            (
                "outlook german",
                "Ja.\n\nVon: Ana <a@x.example>\nGesendet: Montag, 4. Mai 2026 10:00\nAn: Uns\nBetreff: Test\n\nNein?",
                "Ja.",
            ),
            (
                "outlook french",
                "Oui.\n\nDe : Ana <a@x.example>\nEnvoyé : lundi 4 mai 2026 10:00\nÀ : Nous\nObjet : Test\n\nNon ?",
                "Oui.",
            ),
            (
                "outlook bold",
                "Yes.\n\n---\n\n*From:* Ana\n*Sent:* Monday\n*To:* Us\n*Subject:* Test\n\nNo?",
                "Yes.",
            ),
            (
                "hotmail",
                "Yes.\n\nDate: Mon, 4 May 2026\nSubject: Test\nFrom: a@x.example\nTo: b@x.example\n\nNo?",
                "Yes.",
            ),
            (
                "travel request",
                "Please book.\n\nFrom: Berlin\nTo: Paris\nDate: 4 May\n\nThanks",
                "Please book.\n\nFrom: Berlin\nTo: Paris\nDate: 4 May\n\nThanks",
            ),
            ("signature", "Yes.\n\n-- \nAna\nOffice", "Yes."),
            ("dashes in text", "a -- b\n\nc", "a -- b\n\nc"),
            (
                "telephone",
                "Yes.\n\nSent from my iPhone\n\nOn 4 May 2026, at 10:00, Ana <a@x.example> wrote:\n\n> No?",
                "Yes.",
            ),
            (
                "outlook telephone",
                "Ja.\n\nOutlook für iOS beziehen<https://aka.ms/o0ukef>\n________________________________\nVon: Ana <a@x.example>\nGesendet: heute\nAn: Uns\nBetreff: Test\n",
                "Ja.",
            ),
            ("below the quote", "On 4 May 2026 10:00, Ana wrote:\n> No?\nYes.", "Yes."),
            (
                "between",
                "On 4 May 2026 10:00, Ana wrote:\n> One?\nYes.\n> Two?\nNo.\n> Regards\n> Ana",
                "> One?\nYes.\n> Two?\nNo.",
            ),
            (
                "list footer",
                "Hello\n\n_______________________________________________\nlist mailing list\nhttps://x.example/list",
                "Hello",
            ),
            ("dashed name", "Hello there\n\n-Ana Muster\n", "Hello there"),
            ("bullets", "Todo:\n\n- one\n- two\n\n-Three", "Todo:\n\n- one\n- two"),
            (
                "forwarded",
                "FYI\n\n---------- Forwarded message ---------\nFrom: Ana <a@x.example>\nDate: Mon\nSubject: x\nTo: y\n\n> text\n-- \nAna",
                "FYI",
            ),
            ("only a quote", "> a\n> b\n", "> a\n> b"),
            ("only a telephone", "Sent from my iPhone", "Sent from my iPhone"),
            (
                "copied head first",
                "From: a@x.example\nSent: x\nTo: y\nSubject: z\n\ntext",
                "From: a@x.example\nSent: x\nTo: y\nSubject: z\n\ntext",
            ),
            ("empty", "", ""),
        ] {
            assert_eq!(visible(text), expected, "{case}");
        }
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        let many = 100_000;
        let started = crate::mail::effort::Effort::begin();
        for text in [
            "On 4 May 2026\n".repeat(many),
            "From: x\n".repeat(many),
            "_____________________\n".repeat(many),
            "--\n".repeat(many),
            "Sent from my iPhone\n".repeat(many),
            ">".repeat(many),
            "On x:\n\n".repeat(many),
            format!("Ana wrote:{}", "\n".repeat(many)).repeat(2),
        ] {
            visible(&text);
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
