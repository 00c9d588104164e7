//! The new text of a reply: without the letters it quotes and without its signature. Works line by
//! line, in linear time, on text only. It folds for display; when in doubt it keeps, and when
//! nothing would be left it keeps everything.

mod marks;

use marks::Field;

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

/// Lines joined at most to find a wrapped attribution, and their bytes.
const MOST_JOINED: usize = 3;
const LONGEST_JOINED: usize = 400;

/// The part of `text` that its writer added. Answers between the lines of a quote are kept together
/// with what they answer; forwarded letters are kept whole.
pub fn visible(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut kinds, forward_at) = classify(&lines);
    let own = forward_at.unwrap_or(kinds.len());
    mark_signatures(&lines[..own], &mut kinds[..own]);
    let kept = assemble(&lines, &kinds);
    if kept.is_empty() { text.trim_matches('\n').to_owned() } else { kept }
}

/// Says what each line is, up to where a copy of the answered letter begins. The second value is
/// where a forwarded letter begins.
fn classify(lines: &[&str]) -> (Vec<Line>, Option<usize>) {
    let mut kinds = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if line.trim().is_empty() {
            kinds.push(Line::Blank);
        } else if is_quoted(line) {
            kinds.push(Line::Quoted);
        } else if marks::is_forwarded(line) {
            kinds.resize(lines.len(), Line::New);
            return (kinds, Some(at));
        } else if marks::is_original(line) || is_copied_head(&lines[at..]) || is_footer(lines, at) {
            drop_rule(lines, &mut kinds);
            return (kinds, None);
        } else if let Some((taken, quote_follows)) = attribution(&lines[at..]) {
            if !quote_follows {
                return (kinds, None);
            }
            kinds.resize(at + taken, Line::Attribution);
            at += taken;
            continue;
        } else {
            kinds.push(Line::New);
        }
        at += 1;
    }
    (kinds, None)
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Whether a copied letter's header block begins here: From, Subject and one more field, or three
/// fields of which From names an address. A travel request may have From, To and Date as well.
fn is_copied_head(lines: &[&str]) -> bool {
    const LINES_LOOKED_AT: usize = 12;
    const OTHERS_BETWEEN: usize = 3;
    if marks::field(lines[0]).is_none() {
        return false;
    }
    let mut seen = [false; 4];
    let mut sender_has_address = false;
    let mut others = 0;
    for line in lines.iter().take(LINES_LOOKED_AT).filter(|line| !line.trim().is_empty()) {
        match marks::field(line) {
            Some((field, value)) => {
                seen[field as usize] = true;
                sender_has_address |= field == Field::From && value.contains('@');
                others = 0;
            }
            // A list of receivers may need more lines.
            None => others += 1,
        }
        if others > OTHERS_BETWEEN {
            break;
        }
    }
    let number = seen.iter().filter(|&&seen| seen).count();
    let sure = seen[Field::Subject as usize] || sender_has_address;
    seen[Field::From as usize] && sure && number >= 3
}

/// Whether a line of underscores begins a mailing list's footer, or what Outlook copies.
fn is_footer(lines: &[&str], at: usize) -> bool {
    const SHORTEST: usize = 20;
    const MOST_LINES: usize = 8;
    if !is_rule(lines[at], '_') || lines[at].trim().len() < SHORTEST {
        return false;
    }
    let mut following = lines[at + 1..].iter().filter(|line| !line.trim().is_empty());
    following.by_ref().take(MOST_LINES).count() > 0 && following.next().is_none()
        || lines[at + 1..]
            .iter()
            .position(|line| !line.trim().is_empty())
            .is_some_and(|next| is_copied_head(&lines[at + 1 + next..]))
}

fn is_rule(line: &str, of: char) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| c == of)
}

/// Takes off the line that Outlook draws above a copied letter.
fn drop_rule(lines: &[&str], kinds: &mut Vec<Line>) {
    while kinds.last() == Some(&Line::Blank) {
        kinds.pop();
    }
    let last = kinds.len().checked_sub(1).and_then(|last| lines.get(last));
    if last.is_some_and(|line| is_rule(line, '_') || is_rule(line, '-')) {
        kinds.pop();
    }
}

/// How many lines an attribution takes that begins here, and whether a quoted line follows.
fn attribution(lines: &[&str]) -> Option<(usize, bool)> {
    let likely_wrapped = marks::starts_like_a_date(lines[0]) || lines[0].contains(['@', '<']);
    let mut joined = String::new();
    for taken in 1..=if likely_wrapped { MOST_JOINED } else { 1 } {
        let line = lines.get(taken - 1)?.trim();
        if line.is_empty() || is_quoted(line) || joined.len() + line.len() > LONGEST_JOINED {
            return None;
        }
        if taken > 1 {
            joined.push(' ');
        }
        joined.push_str(line);
        if line.ends_with([':', '：', '*', '_']) {
            let next = lines[taken..].iter().find(|line| !line.trim().is_empty());
            let quote_follows = next.is_some_and(|line| is_quoted(line));
            if marks::is_attribution(&joined, quote_follows) {
                return Some((taken, quote_follows));
            }
        }
    }
    None
}

/// Marks signatures at the end of each stretch of new text.
fn mark_signatures(lines: &[&str], kinds: &mut [Line]) {
    let mut start = 0;
    while start < kinds.len() {
        let end = kinds[start..]
            .iter()
            .position(|kind| matches!(kind, Line::Quoted | Line::Attribution))
            .map_or(kinds.len(), |length| start + length);
        mark_signature(&lines[start..end], &mut kinds[start..end]);
        start = end + 1;
    }
}

fn mark_signature(lines: &[&str], kinds: &mut [Line]) {
    // RFC 3676 section 4.3 names `-- `; many programs lose the space.
    const MOST_LINES: usize = 30;
    let delimiter = lines.iter().rposition(|line| matches!(line.trim_end(), "--"));
    let mut end = kinds.len();
    if let Some(at) = delimiter.filter(|at| end - at <= MOST_LINES) {
        kinds[at..].fill(Line::Signature);
        end = at;
    }
    while let Some(last) = kinds[..end].iter().rposition(|kind| *kind == Line::New) {
        let others = kinds[..last].contains(&Line::New);
        let alone = last == 0 || kinds[last - 1] == Line::Blank;
        if !(marks::is_sent_from(lines[last]) || (others && alone && is_dashed_name(lines[last]))) {
            return;
        }
        kinds[last] = Line::Signature;
        end = last;
    }
}

/// `-Ana Muster`, alone at the end.
fn is_dashed_name(line: &str) -> bool {
    let Some(name) = line.trim().strip_prefix('-') else { return false };
    name.starts_with(char::is_uppercase)
        && name.split_whitespace().count() <= 3
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''))
}

/// Puts together what is kept.
fn assemble(lines: &[&str], kinds: &[Line]) -> String {
    let is = |kind: Line| move |line: &Line| *line == kind;
    let first_quote = kinds.iter().position(is(Line::Quoted));
    let last_quote = kinds.iter().rposition(is(Line::Quoted));
    let last_new = kinds.iter().rposition(is(Line::New));
    // An answer between two quotes needs them to be understood.
    let between = match (first_quote, last_quote) {
        (Some(first), Some(last)) => kinds[first..last].contains(&Line::New),
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
        if gap && kept.last().is_some_and(|line| !line.trim().is_empty()) {
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
                "FYI\n\n---------- Forwarded message ---------\nFrom: Ana <a@x.example>\nDate: Mon\nSubject: x\nTo: y\n\n> text\n--\nAna",
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
        let started = std::time::Instant::now();
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
