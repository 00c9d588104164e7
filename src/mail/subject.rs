//! Subjects: what remains without reply marks, and the tag `[CF#1234-x7k2]` by which an answer
//! finds its ticket. Whether a tag's code is right is decided elsewhere; here it is only read.

/// Marks before the colon that say reply, in the languages of common mail programs.
const REPLIES: [&str; 52] = [
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "svar",
    "odp",
    "odpowiedź",
    "odpověď",
    "ynt",
    "yan",
    "yanıt",
    "res",
    "rép",
    "réponse",
    "rif",
    "r",
    "bls",
    "balas",
    "απ",
    "σχετ",
    "hl",
    "ad",
    "ref",
    "rsp",
    "resp",
    "atb",
    "vast",
    "vastaus",
    "vá",
    "válasz",
    "odg",
    "odgovor",
    "atsakymas",
    "réf",
    "răspuns",
    "на",
    "ha",
    "отв",
    "ответ",
    "відп",
    "відповідь",
    "回复",
    "回覆",
    "答复",
    "答覆",
    "返信",
    "답장",
    "회신",
    "回",
    "תגובה",
    "رد",
];

/// Marks before the colon that say forward.
const FORWARDS: [&str; 52] = [
    "fw",
    "fwd",
    "fvw",
    "wg",
    "weitergeleitet",
    "weiterleitung",
    "tr",
    "trans",
    "transf",
    "rv",
    "reenv",
    "vl",
    "enc",
    "enc fwd",
    "reenc",
    "i",
    "inoltra",
    "doorst",
    "doorgestuurd",
    "vb",
    "vid",
    "pd",
    "ilt",
    "i̇lt",
    "ilet",
    "ileti",
    "iletildi",
    "yml",
    "tov",
    "továbbítás",
    "továbbítva",
    "trs",
    "edasi",
    "eds",
    "πρθ",
    "προώθ",
    "înt",
    "redirecționat",
    "redirecţionat",
    "proslijeđeno",
    "prosl",
    "pr",
    "пересл",
    "переслано",
    "пер",
    "перенапр",
    "转发",
    "轉寄",
    "轉發",
    "転送",
    "전달",
    "הועבר",
];

/// A mark that says reply in Finnish, and forward in Norwegian and Danish.
const EITHER: [&str; 1] = ["vs"];

/// A mark of forwarding that is written with a space in it, or from right to left.
const LONG_FORWARDS: [&str; 3] = ["إعادة توجيه", "chuyển tiếp", "přeposláno"];

/// What the first mark of a subject says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sign {
    /// There is none.
    None,
    /// The letter answers one.
    Reply,
    /// The letter passes one on.
    Forward,
    /// It depends on the language.
    Either,
}

/// Characters a counter may have: `Re[2]:`, `Re(2):`, `Re^2:`, `Re*2:`, `Re2:`.
const COUNTER: [char; 6] = ['[', ']', '(', ')', '^', '*'];

/// Brackets that open and close a tag.
const OPENING: [char; 4] = ['[', '［', '【', '〔'];
const CLOSING: [char; 4] = [']', '］', '】', '〕'];

/// Tags told apart in one subject.
const MOST_TAGS: usize = 20;

/// Bytes of a tag such as `[External]` before a mark.
const LONGEST_OUTER: usize = 40;

/// The subject without reply and forward marks and without our tag, as people would call the
/// matter (after RFC 5256 section 2.1, but other people's `[tags]` stay).
pub fn base(subject: &str) -> String {
    let untagged = without_tags(subject);
    let mut rest = untagged.trim();
    loop {
        rest = rest.trim_start();
        if let Some(after) = after_mark(rest) {
            rest = after;
        } else if let Some(before) = strip_suffix_ignoring_case(rest, "(fwd)") {
            rest = before.trim_end();
        } else if let Some(inside) = forwarded_in_brackets(rest) {
            rest = inside;
        } else {
            break;
        }
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The tag that is written into subjects: `[CF#1234-x7k2]`.
pub fn tag(prefix: &str, number: u64, code: &str) -> String {
    format!("[{prefix}#{number}-{code}]")
}

/// All tags with that prefix, in order and each once: ticket number and code, the code in lower
/// case. Neither case matters, nor white space that programs fold or put into it, nor that they
/// make brackets, dashes and digits as wide as Chinese characters.
pub fn find_tags(subject: &str, prefix: &str) -> Vec<(u64, String)> {
    let mut found: Vec<(u64, String)> = Vec::new();
    for tag in tags(subject).filter(|tag| tag.prefix.eq_ignore_ascii_case(prefix)) {
        let tag = (tag.number, tag.code);
        if found.len() < MOST_TAGS && !found.contains(&tag) {
            found.push(tag);
        }
    }
    found
}

/// What the first mark says, be there tags of lists and offices before it or not.
pub(super) fn sign(subject: &str) -> Sign {
    let subject = without_outer_tags(subject);
    if let Some((sign, _)) = mark(subject) {
        return sign;
    }
    let ends = strip_suffix_ignoring_case(subject.trim_end(), "(fwd)").is_some();
    let forward = ends || forwarded_in_brackets(subject.trim()).is_some();
    if forward { Sign::Forward } else { Sign::None }
}

/// The subject without one mark of forwarding, which is how the original was called.
pub(super) fn without_forward(subject: &str) -> &str {
    let rest = without_outer_tags(subject).trim();
    if let Some((Sign::Forward | Sign::Either, after)) = mark(rest) {
        return after.trim();
    }
    let before = strip_suffix_ignoring_case(rest, "(fwd)");
    before.or_else(|| forwarded_in_brackets(rest)).map_or(subject.trim(), str::trim)
}

/// What follows `[External] ` and the like, where a mark stands behind it.
fn without_outer_tags(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    while let Some((tag, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if tag.len() > LONGEST_OUTER || tag.contains(':') {
            break;
        }
        rest = after.trim_start();
    }
    if mark(rest).is_some() { rest } else { subject.trim_start() }
}

/// The numbers of tags without a code, such as `[CF#1234]`, a few at most: what somebody writes who
/// guesses, or types from memory.
pub fn bare_numbers<'a>(subject: &'a str, prefix: &'a str) -> impl Iterator<Item = u64> + 'a {
    subject.split('[').skip(1).take(MOST_TAGS).filter_map(move |rest| {
        let (inside, _) = rest.split_once(']')?;
        let (before, number) = inside.split_once('#')?;
        let is_ours = before.trim().eq_ignore_ascii_case(prefix);
        is_ours.then(|| number.trim().parse().ok()).flatten()
    })
}

/// The subject of an answer: `Re: ` once, the base, and the tag once.
pub fn reply(subject: &str, tag: &str) -> String {
    format!("Re: {}", tagged(subject, tag))
}

/// The subject of a first message of ours: the base, and the tag once.
pub fn tagged(subject: &str, tag: &str) -> String {
    let base = base(subject);
    let words = [base.as_str(), tag];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What follows a reply or forward mark and its colon.
fn after_mark(text: &str) -> Option<&str> {
    mark(text).map(|(_, after)| after)
}

/// The mark at the beginning, and what follows its colon.
fn mark(text: &str) -> Option<(Sign, &str)> {
    const LONGEST: usize = 30;
    let end = text.char_indices().take(LONGEST).find(|(_, c)| matches!(c, ':' | '：' | '﹕'))?;
    let mark =
        text[..end.0].trim_matches(|c: char| c.is_whitespace() || super::quote::is_invisible(c));
    let mark = mark.trim_end_matches(|c: char| c.is_ascii_digit() || COUNTER.contains(&c));
    let mark = mark.trim().trim_end_matches('.').to_lowercase();
    let mark = mark.as_str();
    let sign = match mark {
        "" => return None,
        mark if REPLIES.contains(&mark) => Sign::Reply,
        mark if FORWARDS.contains(&mark) || LONG_FORWARDS.contains(&mark) => Sign::Forward,
        mark if EITHER.contains(&mark) => Sign::Either,
        _ => return None,
    };
    Some((sign, &text[end.0 + end.1.len_utf8()..]))
}

fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    let end = text.get(at..)?;
    end.eq_ignore_ascii_case(suffix).then(|| &text[..at])
}

/// `[Fwd: x]` (RFC 5256 section 2.1, `subj-fwd`).
fn forwarded_in_brackets(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let mark = inside.get(..4)?;
    mark.eq_ignore_ascii_case("fwd:").then(|| &inside[4..])
}

struct Tag {
    prefix: String,
    number: u64,
    code: String,
    /// The bytes it takes.
    span: std::ops::Range<usize>,
}

/// Everything in the subject that has the shape of a tag.
fn tags(subject: &str) -> impl Iterator<Item = Tag> {
    subject.match_indices(OPENING).filter_map(|(at, bracket)| tag_at(subject, at, bracket.len()))
}

fn tag_at(subject: &str, at: usize, bracket: usize) -> Option<Tag> {
    // Sixteen for the prefix, twenty digits, sixteen for the code, and folds.
    const LONGEST: usize = 80;
    let text = subject.get(at + bracket..)?;
    let (length, close) = text.char_indices().take(LONGEST).find(|(_, c)| CLOSING.contains(c))?;
    let inside: String = text[..length].chars().filter_map(narrow).collect();
    let (prefix, rest) = inside.split_once('#')?;
    let (number, code) = rest.split_once('-')?;
    let plain = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let well_formed = plain(prefix, 1..=16)
        && plain(code, 3..=16)
        && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|_| well_formed)?;
    let span = at..at + bracket + length + close.len_utf8();
    Some(Tag { prefix: prefix.to_owned(), number, code: code.to_ascii_lowercase(), span })
}

/// A character of a tag as we wrote it; none for what programs put between.
fn narrow(c: char) -> Option<char> {
    /// From a full-width character (Unicode chart FF00) to its ASCII twin.
    const WIDE: u32 = 0xfee0;
    match c {
        c if c.is_whitespace() || super::quote::is_invisible(c) => None,
        '‐' | '‑' | '–' | '—' | '−' | '－' => Some('-'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - WIDE),
        c => Some(c),
    }
}

fn without_tags(subject: &str) -> String {
    let mut text = String::with_capacity(subject.len());
    let mut kept = 0;
    for tag in tags(subject) {
        text.push_str(subject.get(kept..tag.span.start).unwrap_or_default());
        kept = tag.span.end;
    }
    text.push_str(&subject[kept..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_code_is_read_by_itself() {
        for (subject, expected) in [
            ("Re: Lamp [CF#12]", vec![12]),
            ("[cf # 12 ] [CF#13]", vec![12, 13]),
            ("[CF#12-abcd] [XY#3] [CF#] [CF#x] CF#4 [CF#-5]", vec![]),
            ("[CF#99999999999999999999]", vec![]),
        ] {
            assert_eq!(bare_numbers(subject, "CF").collect::<Vec<_>>(), expected, "{subject}");
        }
    }

    #[test]
    fn the_base_is_what_people_call_the_matter() {
        for (subject, expected) in [
            ("Printer", "Printer"),
            ("Re: Printer", "Printer"),
            ("RE: re: Re[2]: AW: Printer", "Printer"),
            ("Re(3): Printer", "Printer"),
            ("Re^2: Printer", "Printer"),
            ("Re 2: Printer", "Printer"),
            ("AW: WG: SV: Antw: TR: RV: Fwd: Printer", "Printer"),
            ("Antwort: Printer", "Printer"),
            ("Odp: Pd: Printer", "Printer"),
            ("回复：打印机", "打印机"),
            ("Printer (fwd)", "Printer"),
            ("[Fwd: Re: Printer]", "Printer"),
            ("Re: [list] Printer", "[list] Printer"),
            ("Re: Printer [CF#12-x7k2]", "Printer"),
            ("Re: [CF#12-x7k2] Re: Printer", "Printer"),
            ("[CF#1-abcd][CF#2-efgh] Printer", "Printer"),
            ("Report: the numbers", "Report: the numbers"),
            ("Reading: x", "Reading: x"),
            ("Re:", ""),
            ("  ", ""),
            ("Note #4-5 [a#b-c]", "Note #4-5 [a#b-c]"),
            ("Re : Printer", "Printer"),
            ("RE: TR : Imprimante", "Imprimante"),
            ("YNT: İLT: Yazıcı", "Yazıcı"),
            ("Отв: Пересл: Принтер", "Принтер"),
            ("Vá: Továbbítás: Nyomtató", "Nyomtató"),
            ("Răspuns: ÎNT: Imprimantă", "Imprimantă"),
            ("Re: [External] Printer", "[External] Printer"),
            ("［CF#12-x7k2］ 回覆: 轉寄: 印表機", "印表機"),
            ("Edasi: πρθ: Printer", "Printer"),
        ] {
            assert_eq!(base(subject), expected, "{subject}");
        }
    }

    #[test]
    fn all_tags_are_found_however_damaged() {
        let one = vec![(1234, "x7k2")];
        for (subject, expected) in [
            ("Re: Printer [CF#1234-x7k2]", one.clone()),
            ("[cf#1234-X7K2] Printer", one.clone()),
            ("[ CF # 12 34 - x7 k2 ]", one.clone()),
            ("[CF#1234-\r\n x7k2]", one.clone()),
            ("回复：打印机 ［CF#1234-x7k2］", one.clone()),
            ("【ＣＦ＃１２３４－ｘ７ｋ２】", one.clone()),
            ("[CF#1234–x7k2]", one.clone()),
            ("[\u{200e}CF#1234-x7k2]", one.clone()),
            ("[CF#1234-x7k2] AW: [CF#1234-x7k2]", one),
            ("[CF#1-abcd] [XX#3-aaaa] [CF#2-efgh]", vec![(1, "abcd"), (2, "efgh")]),
            ("CF#1234-x7k2", vec![]),
        ] {
            let expected: Vec<(u64, String)> =
                expected.into_iter().map(|(number, code)| (number, code.to_owned())).collect();
            assert_eq!(find_tags(subject, "CF"), expected, "{subject}");
        }
        assert_eq!(find_tags("[Desk9#1-abcd]", "DESK9"), [(1, "abcd".to_owned())]);
        assert_eq!(find_tags(&"[CF#1-abcd]".repeat(100_000), "CF").len(), 1);
    }

    #[test]
    fn marks_say_whether_a_letter_answers_or_passes_on() {
        for (subject, expected) in [
            ("Printer", Sign::None),
            ("Re: Fwd: Printer", Sign::Reply),
            ("AW: Printer", Sign::Reply),
            ("R: Printer", Sign::Reply),
            ("回复：打印机", Sign::Reply),
            ("Fwd: Re: Printer", Sign::Forward),
            ("WG: Printer", Sign::Forward),
            ("TR : Printer", Sign::Forward),
            ("I: Printer", Sign::Forward),
            ("İLT: Printer", Sign::Forward),
            ("ÎNT: Printer", Sign::Forward),
            ("轉寄: 打印機", Sign::Forward),
            ("Пересл: Принтер", Sign::Forward),
            ("[External] FW: Printer", Sign::Forward),
            ("[EXT] [list] Re: Printer", Sign::Reply),
            ("[Fwd: Printer]", Sign::Forward),
            ("Printer (fwd)", Sign::Forward),
            ("VS: Tulostin", Sign::Either),
            ("[External] Printer", Sign::None),
            ("", Sign::None),
        ] {
            assert_eq!(sign(subject), expected, "{subject}");
        }
        for (subject, expected) in [
            ("Fwd: Re: Printer", "Re: Printer"),
            ("[External] FW: Printer", "Printer"),
            ("[Fwd: Printer]", "Printer"),
            ("Printer (fwd)", "Printer"),
            ("Printer", "Printer"),
            ("Re: Printer", "Re: Printer"),
        ] {
            assert_eq!(without_forward(subject), expected, "{subject}");
        }
    }

    #[test]
    fn tags_are_written_and_found() {
        assert_eq!(tag("CF", 1234, "x7k2"), "[CF#1234-x7k2]");
        for (subject, expected) in [
            ("Re: Printer [CF#1234-x7k2]", Some((1234, "x7k2"))),
            ("[cf#1234-X7K2] Printer", Some((1234, "x7k2"))),
            ("[CF#12 34-x7k2]", Some((1234, "x7k2"))),
            ("[[CF#1-abcd]", Some((1, "abcd"))),
            ("[CF#1-abcd] [CF#2-efgh]", Some((1, "abcd"))),
            ("[XX#1-abcd] [CF#2-efgh]", Some((2, "efgh"))),
            ("CF#1234-x7k2", None),
            ("[CF#1234]", None),
            ("[CF#-x7k2]", None),
            ("[CF#1-ab]", None),
            ("[CF#+1-abcd]", None),
            ("[CF#99999999999999999999999-x7k2]", None),
            ("[CF#1-ab cd", None),
            ("", None),
        ] {
            let expected = expected.map(|(number, code): (u64, &str)| (number, code.to_owned()));
            let first = find_tags(subject, "CF").into_iter().next();
            assert_eq!(first, expected, "{subject}");
        }
    }

    #[test]
    fn an_answer_carries_each_mark_once() {
        let tag = tag("CF", 7, "abcd");
        for subject in
            ["Printer", "Re: AW: Printer", "RE: Printer [CF#7-abcd]", "[CF#7-abcd] Printer"]
        {
            assert_eq!(reply(subject, &tag), "Re: Printer [CF#7-abcd]", "{subject}");
        }
        assert_eq!(reply("", &tag), "Re: [CF#7-abcd]");
        assert_eq!(reply("Printer", ""), "Re: Printer");
        let again = reply(&reply("Printer", &tag), &tag);
        assert_eq!(again, "Re: Printer [CF#7-abcd]");
    }
}
