//! A form with files as browsers send it: `multipart/form-data` (RFC 7578). Reads what browsers write and
//! refuses everything else; nothing is copied, and nothing of a form grows beyond a bound.

use std::ops::Range;

/// Parts of one form.
const MOST_PARTS: usize = 200;

/// Bytes of the header of one part: a file name has 255 characters at most, each of three bytes escaped.
const MOST_HEADER: usize = 4 << 10;

/// Characters of a boundary (RFC 2046 section 5.1.1).
const LONGEST_BOUNDARY: usize = 70;

/// Characters of a file name that is kept, and of the end of it that says what kind of file it is.
const LONGEST_NAME: usize = 200;
const LONGEST_KIND: usize = 16;

/// One field or file of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Part {
    /// The name of the field.
    pub(super) name: String,
    /// The name of the file, when it is one.
    pub(super) filename: Option<String>,
    /// What the browser says a file is: `type/subtype`, without parameters, in lower case.
    pub(super) content_type: String,
    /// Where its bytes are in the body.
    pub(super) bytes: Range<usize>,
}

/// Why a body is no such form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It does not begin, go on or end as its boundary says.
    #[error("the form is cut off or damaged")]
    Damaged,
    /// A part says too much or too little of itself.
    #[error("a part of the form has no header that could be read")]
    Header,
    /// There are too many.
    #[error("the form has more than {MOST_PARTS} parts")]
    TooMany,
}

/// The boundary that a Content-Type names, when it is this type (RFC 2046 section 5.1.1).
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (bare, rest) = content_type.split_once(';')?;
    if !bare.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = rest.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then_some(value.trim())
    })?;
    let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
    let fits = !value.is_empty()
        && value.len() <= LONGEST_BOUNDARY
        && !value.ends_with(' ')
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b));
    fits.then_some(value)
}

/// The parts of a body, in their order. A file field in which none was chosen is left out.
pub(super) fn parts(body: &[u8], boundary: &str) -> Result<Vec<Part>, Fault> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    // The first one stands at the very beginning.
    if !body.starts_with(&delimiter[2..]) {
        return Err(Fault::Damaged);
    }
    let mut at = delimiter.len() - 2;
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..).ok_or(Fault::Damaged)?;
        if matches!(rest, b"--" | b"--\r\n") {
            return Ok(parts);
        }
        if !rest.starts_with(b"\r\n") {
            return Err(Fault::Damaged);
        }
        at += 2;
        if parts.len() == MOST_PARTS {
            return Err(Fault::TooMany);
        }
        let head = &body[at..body.len().min(at + MOST_HEADER)];
        let length = find(head, b"\r\n\r\n").ok_or(Fault::Header)?;
        let mut part = header(&head[..length])?;
        at += length + 4;
        let size = find(&body[at..], &delimiter).ok_or(Fault::Damaged)?;
        part.bytes = at..at + size;
        at += size + delimiter.len();
        if part.filename.as_deref() != Some("") || size > 0 {
            parts.push(part);
        }
    }
}

/// What the header of a part says: a disposition, perhaps a type, and nothing that changes how its bytes
/// are read (RFC 7578 sections 4.2, 4.4, 4.7).
fn header(head: &[u8]) -> Result<Part, Fault> {
    // Who names files in another charset still wants them sent.
    let head = String::from_utf8_lossy(head);
    let mut found: Option<(String, Option<String>)> = None;
    let mut content_type = "application/octet-stream".to_owned();
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or(Fault::Header)?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" if found.is_none() => found = Some(disposition(value)?),
            "content-type" => content_type = media_type(value).unwrap_or(content_type),
            "content-transfer-encoding"
                if ["7bit", "8bit", "binary"].contains(&value.to_ascii_lowercase().as_str()) => {}
            _ => return Err(Fault::Header),
        }
    }
    let (name, filename) = found.ok_or(Fault::Header)?;
    Ok(Part { name, filename, content_type, bytes: 0..0 })
}

/// The names in `form-data; name="…"; filename="…"`.
fn disposition(value: &str) -> Result<(String, Option<String>), Fault> {
    let mut rest = value.strip_prefix("form-data").ok_or(Fault::Header)?;
    let (mut name, mut filename) = (None, None);
    while !rest.is_empty() {
        let after = rest.trim_start().strip_prefix(';').ok_or(Fault::Header)?.trim_start();
        let (key, after) = after.split_once("=\"").ok_or(Fault::Header)?;
        let (given, after) = quoted(after).ok_or(Fault::Header)?;
        match key {
            "name" if name.is_none() => name = Some(unescaped(given)),
            "filename" if filename.is_none() => filename = Some(file_name(&unescaped(given))),
            _ => return Err(Fault::Header),
        }
        rest = after;
    }
    name.map(|name| (name, filename)).ok_or(Fault::Header)
}

/// A text up to the quote that ends it, and what follows. Browsers write quotes inside as %22 (HTML,
/// "multipart form data"); other programs put a backslash before them (RFC 2616 section 2.2), or nothing.
/// A backslash before the very last quote belongs to the text: some browsers do not escape those.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.match_indices('"').map(|(at, _)| (&text[..at], &text[at + 1..])).find(|(inside, after)| {
        let after = after.trim_start();
        let backslashes = inside.bytes().rev().take_while(|byte| *byte == b'\\').count();
        after.is_empty() || after.starts_with(';') && backslashes % 2 == 0
    })
}

/// Undoes the three escapes that browsers use in names, and the one of other programs for quotes.
fn unescaped(text: &str) -> String {
    text.replace("\\\"", "\"").replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// The last part of a path, on one line and no longer than anybody reads; what is cut off stands before
/// its end, which says what kind of file it is.
fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    let length = name.chars().count();
    if length <= LONGEST_NAME {
        return name.to_owned();
    }
    let kind = name.rfind('.').map_or("", |dot| &name[dot..]);
    let kind = if kind.chars().count() <= LONGEST_KIND { kind } else { "" };
    let stem: String = name.chars().take(LONGEST_NAME - kind.chars().count()).collect();
    format!("{}{kind}", stem.trim_end())
}

/// `type/subtype` of tokens (RFC 9110 section 8.3.1), without parameters.
fn media_type(value: &str) -> Option<String> {
    let bare = value.split(';').next()?.trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let known = bare.split_once('/').is_some_and(|(kind, what)| token(kind) && token(what));
    (known && bare.len() <= 100).then_some(bare)
}

/// Where `needle`, which begins with CR, first is in `hay`.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += hay.get(at..)?.iter().position(|byte| *byte == b'\r')?;
        if hay[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const B: &str = "----WebKitFormBoundaryeB3x";

    /// What Chromium 139 sends for a text, an empty file field and two files.
    fn chromium() -> Vec<u8> {
        let file = "Content-Disposition: form-data; name=\"files\"; filename=";
        format!(
            "--{B}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nGr\u{fc}\u{df}e\r\nzwei\r\n\
             --{B}\r\n{file}\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n\
             --{B}\r\n{file}\"\u{dc}bersicht %22neu%22.PDF\"\r\nContent-Type: application/pdf\r\n\r\n\
             %PDF\r\n--{B}X\r\n\r\n--{B}\r\n{file}\"a.txt\"\r\nContent-Type: text/plain; charset=x\r\n\r\n\r\n\
             --{B}--\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let body = chromium();
        // The boundary with something behind it is no boundary in a file, and here it is refused.
        assert_eq!(parts(&body, B), Err(Fault::Damaged));
        let text = String::from_utf8(body).unwrap().replace(&format!("\r\n--{B}X"), "\r\n--X");
        let body = text.into_bytes();
        let read = parts(&body, B).unwrap();
        let shown: Vec<(&str, Option<&str>, &str, &[u8])> = read
            .iter()
            .map(|part| {
                let (name, file) = (part.name.as_str(), part.filename.as_deref());
                (name, file, part.content_type.as_str(), &body[part.bytes.clone()])
            })
            .collect();
        let stream = "application/octet-stream";
        let text = "Gr\u{fc}\u{df}e\r\nzwei".as_bytes();
        let pdf = "\u{dc}bersicht \"neu\".PDF";
        assert_eq!(shown[0], ("text", None, stream, text));
        assert_eq!(shown[1], ("files", Some(pdf), "application/pdf", &b"%PDF\r\n--X\r\n"[..]));
        assert_eq!(shown[2], ("files", Some("a.txt"), "text/plain", &b""[..]));
        assert_eq!(shown.len(), 3);
    }

    #[test]
    fn a_boundary_is_taken_from_the_header_as_it_is() {
        for (header, expected) in [
            ("multipart/form-data; boundary=AbC", Some("AbC")),
            ("Multipart/Form-Data;charset=x; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/mixed; boundary=a", None),
            ("multipart/form-data; boundary=a\u{e4}", None),
            ("multipart/form-data; boundary=\"a \"", None),
        ] {
            assert_eq!(boundary(header), expected, "{header}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "a".repeat(71))), None);
    }

    #[test]
    fn what_is_no_such_form_is_refused() {
        let whole = |head: &str| format!("--b\r\n{head}\r\n\r\nx\r\n--b--\r\n");
        let named = "Content-Disposition: form-data; name=\"a\"";
        for (case, body, expected) in [
            ("empty", String::new(), Fault::Damaged),
            ("another boundary", whole(named).replace("--b", "--c"), Fault::Damaged),
            ("a preamble", format!("hello\r\n{}", whole(named)), Fault::Damaged),
            ("an epilogue", format!("{}more", whole(named)), Fault::Damaged),
            ("no end", whole(named).replace("--b--", ""), Fault::Damaged),
            ("no header", "--b\r\n\r\nx\r\n--b--".to_owned(), Fault::Header),
            ("no name", whole("Content-Disposition: form-data"), Fault::Header),
            ("no disposition", whole("Content-Type: text/plain"), Fault::Header),
            ("two dispositions", whole(&format!("{named}\r\n{named}")), Fault::Header),
            ("two names", whole(&format!("{named}; name=\"b\"")), Fault::Header),
            (
                "an encoding",
                whole(&format!("{named}\r\nContent-Transfer-Encoding: base64")),
                Fault::Header,
            ),
            ("another field", whole(&format!("{named}\r\nX: y")), Fault::Header),
            ("a bare name", whole("Content-Disposition: form-data; name=a"), Fault::Header),
            ("an open quote", whole("Content-Disposition: form-data; name=\"a"), Fault::Header),
            (
                "a long header",
                whole(&format!("{named}; filename=\"{}\"", "x".repeat(5_000))),
                Fault::Header,
            ),
        ] {
            assert_eq!(parts(body.as_bytes(), "b"), Err(expected), "{case}");
        }
        let many = format!("--b\r\n{named}\r\n\r\nx\r\n").repeat(201) + "--b--";
        assert_eq!(parts(many.as_bytes(), "b"), Err(Fault::TooMany));
        assert!(parts(whole(named).as_bytes(), "b").is_ok());
        assert!(parts(whole(named).trim_end().as_bytes(), "b").is_ok());
    }

    #[test]
    fn a_file_has_a_name_and_no_path() {
        for (given, expected) in [
            ("C:\\Users\\ana\\bill.pdf", "bill.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a%0D%0AX-Header: b.txt", "aX-Header: b.txt"),
            ("100%25.txt", "100%25.txt"),
            ("a \\\"b\\\".txt", "a \"b\".txt"),
            ("a \"b\" c.txt", "a \"b\" c.txt"),
            ("\"", "\""),
            ("C:\\folder\\", ""),
            (&format!("{}.pdf", "ü".repeat(300)), &format!("{}.pdf", "ü".repeat(196))),
            (&format!("a.{}", "x".repeat(300)), &format!("a.{}", "x".repeat(198))),
        ] {
            let value = format!("form-data; name=\"f\"; filename=\"{given}\"");
            assert_eq!(disposition(&value).unwrap().1.as_deref(), Some(expected), "{given}");
        }
        let escaped = "form-data; name=\"f\"; filename=\"a\\\"; x.txt\"";
        assert_eq!(disposition(escaped).unwrap().1.as_deref(), Some("a\"; x.txt"));
        let latin = b"Content-Disposition: form-data; name=\"f\"; filename=\"Gr\xfc\xdfe.txt\"";
        let part = header(latin).unwrap();
        assert_eq!(part.filename.as_deref(), Some("Gr\u{fffd}\u{fffd}e.txt"));
        assert_eq!(media_type("Text/HTML; charset=x").as_deref(), Some("text/html"));
        assert_eq!(media_type("text/html\u{0}"), None);
    }

    #[test]
    fn garbage_is_read_to_an_end() {
        // Every byte changed, left out and doubled; whatever is read lies within the body.
        let text =
            String::from_utf8(chromium()).unwrap().replace(&format!("\r\n--{B}X"), "\r\n--X");
        let good = text.into_bytes();
        let mut refused = 0;
        let mut try_one = |body: &[u8]| match parts(body, B) {
            Ok(parts) => {
                for part in parts {
                    assert!(body.get(part.bytes).is_some());
                }
            }
            Err(_) => refused += 1,
        };
        for at in 0..good.len() {
            for byte in [0, b'\r', b'\n', b'"', b';', b'-', 0xFF] {
                let mut body = good.clone();
                body[at] = byte;
                try_one(&body);
            }
            try_one(&[&good[..at], &good[at + 1..]].concat());
            try_one(&[&good[..=at], &good[at..]].concat());
            try_one(&good[..at]);
        }
        assert!(refused > good.len(), "{refused} of {} bodies", good.len() * 10);
    }
}
