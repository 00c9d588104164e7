//! Text in `format=flowed` (RFC 3676): lines that end in a space go on in the next one. Unwrapped
//! here, so that the text can be wrapped again by whoever shows it.

/// Joins flowed lines. `delsp` says that the space at the end of a line was added by the sender
/// and goes (RFC 3676 section 4.3).
pub(super) fn unwrap(text: &str, delsp: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    // The quote depth of the paragraph that is still open.
    let mut open: Option<usize> = None;
    for line in text.split('\n') {
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        let goes_on = content.ends_with(' ') && !signature;
        if open == Some(depth) && !signature {
            joined.push_str(content);
        } else {
            if !joined.is_empty() || open.is_some() {
                joined.push('\n');
            }
            joined.extend(std::iter::repeat_n('>', depth));
            if depth > 0 && !content.is_empty() {
                joined.push(' ');
            }
            joined.push_str(content);
        }
        if goes_on && delsp {
            joined.pop();
        }
        // A finished line leaves a depth no line has, so that the next one starts anew.
        open = Some(if goes_on { depth } else { usize::MAX });
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_joined() {
        for (case, text, expected) in [
            ("plain", "a\nb", "a\nb"),
            ("joined", "one \ntwo \nthree\nfour", "one two three\nfour"),
            ("empty lines", "\n\na \nb\n\nc", "\n\na b\n\nc"),
            ("stuffed", " >not quoted\n From here", ">not quoted\nFrom here"),
            ("quotes", "> one \n> two\n>> deep \nme", "> one two\n>> deep \nme"),
            ("signature", "text \n-- \nAna", "text \n-- \nAna"),
            ("depth changes", "> one \nme", "> one \nme"),
        ] {
            assert_eq!(unwrap(text, false), expected, "{case}");
        }
        assert_eq!(unwrap("日本 \n語", true), "日本語");
    }
}
