//! The values of headers as they go in: ASCII, for tiny_http drops whatever is not. Which headers go
//! in, and how often, is in `head`.

/// The value of the header that makes a request one that is done once. Were it left outside, it would
/// be done twice; so what is wrong with it goes in, to be complained of in the words of the API.
pub(super) fn key(value: &[u8]) -> String {
    match value.trim_ascii() {
        // An empty string as RFC 9651 section 3.3.3 writes it.
        b"" => "\"\"".to_owned(),
        // Bytes written with backslashes, which no key may hold.
        value if !value.is_ascii() => value.escape_ascii().to_string(),
        value => String::from_utf8_lossy(value).into_owned(),
    }
}

/// A header value fit for tiny_http, which drops a request that is not ASCII without a word. Of
/// cookies only those go that are not: other programs on this host may have set them.
pub(super) fn clean(value: &[u8]) -> Option<String> {
    let ascii = value.split(|b| *b == b';').filter(|part| part.is_ascii());
    let ascii = ascii.collect::<Vec<_>>().join(&b';');
    let text = String::from_utf8(ascii).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
