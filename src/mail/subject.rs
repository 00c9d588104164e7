//! Subjects: what remains without reply marks, and the tag `[CF#1234-x7k2]` by which an answer
//! finds its ticket. Whether a tag's code is right is decided elsewhere; here it is only read.

/// Marks before the colon that say reply or forward, in the languages of common mail programs.
const MARKS: [&str; 45] = [
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "vs",
    "odp",
    "ynt",
    "res",
    "rép",
    "rif",
    "r",
    "bls",
    "απ",
    "σχετ",
    "hl",
    "ad",
    "ref",
    "回复",
    "回覆",
    "答复",
    "返信",
    "답장",
    "回",
    "on",
    "vá",
    "на",
    "отв",
    "fw",
    "fwd",
    "wg",
    "tr",
    "rv",
    "vl",
    "enc",
    "doorst",
    "vb",
    "pd",
    "i",
    "ilt",
    "转发",
    "轉寄",
    "転送",
    "전달",
    "пересл",
];

/// Characters a counter may have: `Re[2]:`, `Re(2):`, `Re^2:`, `Re*2:`, `Re2:`.
const COUNTER: [char; 6] = ['[', ']', '(', ')', '^', '*'];

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

/// The first tag with that prefix: ticket number and code, the code in lower case. Case does not
/// matter, and neither does white space that mail programs fold into it.
pub fn find_tag(subject: &str, prefix: &str) -> Option<(u64, String)> {
    tags(subject)
        .find(|tag| tag.prefix.eq_ignore_ascii_case(prefix))
        .map(|tag| (tag.number, tag.code))
}

/// The subject of an answer: `Re: ` once, the base, and the tag once.
pub fn reply(subject: &str, tag: &str) -> String {
    let base = base(subject);
    let words = ["Re:", base.as_str(), tag];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What follows a reply or forward mark and its colon.
fn after_mark(text: &str) -> Option<&str> {
    const LONGEST: usize = 30;
    let end = text.char_indices().take(LONGEST).find(|(_, c)| matches!(c, ':' | '：'))?;
    let mark = text[..end.0].trim_end();
    let mark = mark.trim_end_matches(|c: char| c.is_ascii_digit() || COUNTER.contains(&c));
    let mark = mark.trim().trim_end_matches('.').to_lowercase();
    MARKS.contains(&mark.as_str()).then(|| &text[end.0 + end.1.len_utf8()..])
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
    subject.match_indices('[').filter_map(|(at, _)| tag_at(subject, at))
}

fn tag_at(subject: &str, at: usize) -> Option<Tag> {
    // Sixteen for the prefix, twenty digits, sixteen for the code, and folds.
    const LONGEST: usize = 64;
    let text = subject.get(at + 1..)?;
    let length = text.bytes().take(LONGEST).position(|byte| byte == b']')?;
    let inside: String = text[..length].chars().filter(|c| !c.is_whitespace()).collect();
    let (prefix, rest) = inside.split_once('#')?;
    let (number, code) = rest.split_once('-')?;
    let plain = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let well_formed = plain(prefix, 1..=16)
        && plain(code, 3..=16)
        && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|_| well_formed)?;
    let span = at..at + length + 2;
    Some(Tag { prefix: prefix.to_owned(), number, code: code.to_ascii_lowercase(), span })
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
        ] {
            assert_eq!(base(subject), expected, "{subject}");
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
            assert_eq!(find_tag(subject, "CF"), expected, "{subject}");
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
