//! Files that stand uuencoded in the text itself (POSIX `uuencode`), as mail carried them before
//! MIME and Outlook still does on request. They are taken out of the text; what is no whole file
//! stays where it is. yEnc is left alone: it belongs to newsgroups and does not survive charsets.

use super::transfer;

/// A file found in the text: its name as written, and its content.
pub(super) type File = (String, Vec<u8>);

/// The text without the files in it, and the files.
pub(super) fn take_out(text: &str) -> Option<(String, Vec<File>)> {
    if !(text.starts_with("begin") || text.contains("\nbegin")) {
        return None;
    }
    let mut files = Vec::new();
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        if let Some((file, after)) = file_at(line, after) {
            files.push(file);
            rest = after;
        } else {
            kept.push_str(&rest[..rest.len() - after.len()]);
            rest = after;
        }
    }
    (!files.is_empty()).then_some((kept, files))
}

/// Decodes a part whose transfer encoding is `x-uuencode`; `None` when it holds no such file.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes).replace('\r', "");
    let (_, files) = take_out(&text)?;
    files.into_iter().next().map(|(_, content)| content)
}

fn split_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// Reads the file that begins with this line, when it is whole. Takes time only for lines that are
/// lines of such a file, none of which can begin another.
fn file_at<'a>(line: &str, after: &'a str) -> Option<(File, &'a str)> {
    let (base64, mode) = match line.strip_prefix("begin-base64 ") {
        Some(mode) => (true, mode),
        None => (false, line.strip_prefix("begin ")?),
    };
    let (mode, name) = mode.split_once(' ')?;
    let octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|c| (b'0'..=b'7').contains(&c));
    if !octal || name.trim().is_empty() {
        return None;
    }
    let mut content = Vec::new();
    let mut rest = after;
    let mut ended = false;
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        rest = after;
        let line = line.trim_end_matches('\r');
        if (base64 && line == "====") || (!base64 && line == "end") {
            return Some(((name.trim().to_owned(), content), rest));
        }
        if base64 {
            let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
            if !line.bytes().all(fits) {
                return None;
            }
            content.extend(transfer::base64(line.as_bytes()));
            continue;
        }
        if ended && !line.trim().is_empty() {
            return None;
        }
        ended = !push_line(line.as_bytes(), &mut content)?;
    }
    None
}

/// Appends what one line holds; false when it says that no more comes, `None` when it is no such
/// line. Spaces at the end may have been lost on the way; a check sum may follow.
fn push_line(line: &[u8], content: &mut Vec<u8>) -> Option<bool> {
    let Some((&first, coded)) = line.split_first() else { return Some(false) };
    let value = |byte: u8| (0x20..=0x60).contains(&byte).then(|| (byte - 0x20) & 0x3f);
    let length = usize::from(value(first)?);
    if length == 0 {
        return coded.iter().all(|&byte| value(byte).is_some()).then_some(false);
    }
    let expected = length.div_ceil(3) * 4;
    if coded.len() > expected + 2 {
        return None;
    }
    let start = content.len();
    for four in 0..expected / 4 {
        let mut held = 0_u32;
        for place in 0..4 {
            held =
                held << 6 | u32::from(value(coded.get(four * 4 + place).copied().unwrap_or(b' '))?);
        }
        content.extend_from_slice(&held.to_be_bytes()[1..]);
    }
    content.truncate(start + length);
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_out_of_the_text() {
        for (case, text, kept, files) in [
            (
                "one",
                "before\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter",
                "before\nafter",
                "cat.txt=Cat",
            ),
            ("space for the end", "begin 0644 a b.txt\n#0V%T\n \nend\n", "", "a b.txt=Cat"),
            ("two", "begin 644 a\n#0V%T\n`\nend\nx\nbegin 644 b\n#0V%T\nend", "x\n", "a=Cat b=Cat"),
            ("lost spaces", "begin 644 z\n&\n`\nend\n", "", "z=\0\0\0\0\0\0"),
            ("base64", "begin-base64 644 c\nQ2F0\n====\n", "", "c=Cat"),
            (
                "a tab in a line",
                "begin 644 a\n#0V\tT\n`\nend\n",
                "begin 644 a\n#0V\tT\n`\nend\n",
                "",
            ),
            (
                "a tab as length",
                "begin 644 a\n\t0VET\n`\nend\n",
                "begin 644 a\n\t0VET\n`\nend\n",
                "",
            ),
            ("begins only", "begin 644 cat.txt\n#0V%T\n", "begin 644 cat.txt\n#0V%T\n", ""),
            (
                "text",
                "begin 644 reasons to\ncall me\nend\n",
                "begin 644 reasons to\ncall me\nend\n",
                "",
            ),
            ("no mode", "begin the day\nend", "begin the day\nend", ""),
        ] {
            let (text, found) = take_out(text).unwrap_or_else(|| (text.to_owned(), Vec::new()));
            let found: Vec<String> = found
                .into_iter()
                .map(|(name, content)| format!("{name}={}", String::from_utf8_lossy(&content)))
                .collect();
            assert_eq!((text.as_str(), found.join(" ").as_str()), (kept, files), "{case}");
        }
        assert_eq!(
            decode(b"begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n").as_deref(),
            Some(&b"Cat"[..])
        );
        assert_eq!(decode(b"nothing"), None);
    }

    #[test]
    fn unfinished_files_take_linear_time() {
        let started = crate::mail::effort::Effort::begin();
        for piece in
            ["begin 644 x\n", "begin 644 x\n#0V%T\n", "begin-base64 644 x\n", "begin 644 x\n`\n"]
        {
            assert_eq!(take_out(&piece.repeat((1 << 20) / piece.len())), None, "{piece}");
        }
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
