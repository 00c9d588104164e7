//! OpenPGP in the text itself (RFC 9580 sections 6 and 7): a clear-signed text is freed of its
//! armour, an encrypted block taken out. Nothing is verified or decrypted.

/// A text in which OpenPGP was found.
#[derive(Default, PartialEq, Debug)]
pub(super) struct Opened {
    /// The text without armour.
    pub(super) text: String,
    /// Whether a part of it is signed.
    pub(super) signed: bool,
    /// The encrypted blocks, with their armour.
    pub(super) encrypted: Vec<String>,
}

/// Opens a text; `None` when there is nothing of OpenPGP in it. `instead` stands where an encrypted
/// block was.
pub(super) fn open(text: &str, instead: &str) -> Option<Opened> {
    const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
    const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
    const END_SIGNATURE: &str = "-----END PGP SIGNATURE-----";
    const MESSAGE: &str = "-----BEGIN PGP MESSAGE-----";
    const END_MESSAGE: &str = "-----END PGP MESSAGE-----";
    if !text.contains("-----BEGIN PGP ") {
        return None;
    }
    let mut opened = Opened::default();
    let mut inside_signed = false;
    let mut rest = text;
    // Beyond the last of each end no block ends, which keeps the search linear.
    let last = |end: &str| text.rfind(end).unwrap_or(0);
    let (last_signature, last_message) = (last(END_SIGNATURE), last(END_MESSAGE));
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end();
        if line == SIGNED && !inside_signed {
            inside_signed = true;
            opened.signed = true;
            // Headers such as `Hash:` stand before an empty line.
            rest = after;
            while let Some((header, after)) = rest.split_once('\n') {
                if !header.trim().is_empty() && !header.contains(": ") {
                    break;
                }
                rest = after;
                if header.trim().is_empty() {
                    break;
                }
            }
        } else if line == SIGNATURE && inside_signed && at < last_signature {
            inside_signed = false;
            rest = past(rest, END_SIGNATURE);
        } else if line == MESSAGE && at < last_message {
            let after = past(rest, END_MESSAGE);
            opened.encrypted.push(rest[..rest.len() - after.len()].to_owned());
            opened.text.push_str(instead);
            opened.text.push('\n');
            rest = after;
        } else {
            let whole = &rest[..rest.len() - after.len()];
            let unescaped = whole.strip_prefix("- ").filter(|_| inside_signed);
            opened.text.push_str(unescaped.unwrap_or(whole));
            rest = after;
        }
    }
    (opened.signed || !opened.encrypted.is_empty()).then_some(opened)
}

/// What follows the line with the first `end`; nothing when it never comes.
fn past<'a>(text: &'a str, end: &str) -> &'a str {
    let after = text.split_once(end).map_or("", |(_, after)| after);
    after.split_once('\n').map_or("", |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_signed_text_is_freed_of_its_armour() {
        let text = "Hi,\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -- dashed\n\
                    -----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\nfooter\n";
        let opened = open(text, "gone").unwrap();
        assert_eq!(opened.text, "Hi,\nHello\n-- dashed\nfooter\n");
        assert!(opened.signed && opened.encrypted.is_empty());
    }

    #[test]
    fn encrypted_blocks_are_taken_out_whole() {
        let text = "a\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\nb";
        let opened = open(text, "locked").unwrap();
        assert_eq!(opened.text, "a\nlocked\nb");
        assert_eq!(
            opened.encrypted,
            ["-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n"]
        );
    }

    #[test]
    fn what_is_not_whole_or_only_quoted_stays() {
        for text in [
            "-----BEGIN PGP MESSAGE-----\nhQEM",
            "> -----BEGIN PGP SIGNED MESSAGE-----\n> hello",
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\nmQ\n-----END PGP PUBLIC KEY BLOCK-----\n",
            "plain",
        ] {
            assert_eq!(open(text, "x"), None, "{text}");
        }
        let cut = open(
            "-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n-----BEGIN PGP SIGNATURE-----\niQ",
            "x",
        );
        assert_eq!(cut.unwrap().text, "text\n-----BEGIN PGP SIGNATURE-----\niQ");
    }

    #[test]
    fn many_blocks_take_linear_time() {
        let started = crate::mail::effort::Effort::begin();
        for piece in [
            "-----BEGIN PGP MESSAGE-----\n",
            "-----BEGIN PGP SIGNED MESSAGE-----\n",
            "-----BEGIN PGP SIGNED MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n",
        ] {
            open(&piece.repeat((1 << 20) / piece.len()), "x");
        }
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
