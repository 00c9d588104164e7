//! `text/enriched` (RFC 1896) and its forerunner `text/richtext` (RFC 1341 section 7.1.3) as plain
//! text: marks go, and single line ends are no more than wrapping.

/// Reads enriched text, with LF line ends.
pub(super) fn text(enriched: &str) -> String {
    let mut text = String::with_capacity(enriched.len());
    let mut rest = enriched;
    // Inside `<param>`, where what a mark needs to know is said.
    let mut parameter = false;
    // Beyond the last bracket no mark ends, which keeps the search linear.
    let last_close = enriched.rfind('>').unwrap_or(0);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '<' if after.starts_with('<') => {
                text.push('<');
                rest = &after[1..];
                continue;
            }
            '<' if enriched.len() - rest.len() < last_close => {
                let (mark, after) = after.split_once('>').unwrap_or((after, ""));
                match mark.to_ascii_lowercase().as_str() {
                    "param" => parameter = true,
                    "/param" => parameter = false,
                    "nl" | "/paragraph" | "np" => text.push('\n'),
                    "lt" => text.push('<'),
                    _ => {}
                }
                rest = after;
                continue;
            }
            '\n' => {
                let ends = rest.len() - rest.trim_start_matches('\n').len();
                match ends {
                    1 => text.push(' '),
                    more => text.extend(std::iter::repeat_n('\n', more - 1)),
                }
                rest = &rest[ends..];
                continue;
            }
            c if !parameter => text.push(c),
            _ => {}
        }
        rest = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_text_stays() {
        for (enriched, expected) in [
            ("<bold>Now</bold> is\nthe time\n\nfor <<all>", "Now is the time\nfor <all>"),
            ("<color><param>red</param>x</color>", "x"),
            ("one<nl>two<lt>", "one\ntwo<"),
            ("1 < 2", "1 < 2"),
        ] {
            assert_eq!(text(enriched), expected, "{enriched}");
        }
        let started = crate::mail::effort::Effort::begin();
        text(&"<".repeat(1 << 20));
        text(&"<a".repeat(1 << 19));
        text(&"<x>\n\n".repeat(1 << 18));
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
