//! What holds for every piece of safe HTML, checked on the HTML itself and without the code that
//! made it: a grammar so narrow that no browser can read anything else into it, and lists of what
//! may occur. For tests, and for the fuzz targets, which take in this file as it is.

pub(crate) const ELEMENTS: &str = " a abbr b bdi bdo big blockquote br caption center cite code dd del dfn div dl \
    dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong \
    sub sup table tbody td tfoot th thead tr tt u ul var wbr ";

const EMPTY: [&str; 4] = ["br", "hr", "img", "wbr"];

const ATTRIBUTES: &str = " align alt bgcolor border cellpadding cellspacing color colspan dir height \
    href lang rel rowspan size src start style target title type valign value width ";

const PROPERTIES: &str = " background-color border border-bottom border-left border-right border-top \
    color font-size font-style font-weight max-width padding padding-bottom padding-left \
    padding-right padding-top text-align text-decoration vertical-align white-space width ";

fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|known| known == word)
}

/// The names of the tags in order, closing ones with a slash, or the first fault.
pub(crate) fn check(html: &str) -> Result<Vec<String>, String> {
    let mut tags = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text(&rest[..at])?;
        let end = rest[at..].find('>').ok_or("a tag does not end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes what is not open"));
            }
            tags.push(format!("/{name}"));
            continue;
        }
        let name = tag.split(' ').next().unwrap_or_default();
        if !is_in(ELEMENTS, name) {
            return Err(format!("<{name}> is not allowed"));
        }
        attributes(name, &tag[name.len()..])?;
        tags.push(name.to_owned());
        if !EMPTY.contains(&name) {
            open.push(name);
        }
    }
    text(rest)?;
    match open.pop() {
        Some(name) => Err(format!("<{name}> stays open")),
        None => Ok(tags),
    }
}

fn text(text: &str) -> Result<(), String> {
    if text.contains(['>', '\0']) {
        return Err(format!("a sign in text: {text}"));
    }
    for after in text.split('&').skip(1) {
        if !["amp;", "lt;", "gt;", "quot;"].iter().any(|known| after.starts_with(known)) {
            return Err(format!("a reference: &{after}"));
        }
    }
    Ok(())
}

fn attributes(element: &str, written: &str) -> Result<(), String> {
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = written;
    while !rest.is_empty() {
        let after = rest.strip_prefix(' ').ok_or_else(|| format!("no space in {written}"))?;
        let (name, after) = after.split_once("=\"").ok_or_else(|| format!("no value: {after}"))?;
        let (value, after) = after.split_once('"').ok_or_else(|| format!("no end: {after}"))?;
        rest = after;
        if !is_in(ATTRIBUTES, name) || name.starts_with("on") || seen.contains(&name) {
            return Err(format!("attribute {name} in <{element}{written}>"));
        }
        seen.push(name);
        text(value)?;
        match name {
            "href" => link(value)?,
            "src" => picture(element, value)?,
            "style" => style(value)?,
            "rel" if value != "noopener noreferrer nofollow" => return Err(value.to_owned()),
            "target" if value != "_blank" => return Err(value.to_owned()),
            _ => {}
        }
    }
    if seen.contains(&"href") && !(seen.contains(&"rel") && seen.contains(&"target")) {
        return Err(format!("a link without rel or target: {written}"));
    }
    Ok(())
}

fn link(value: &str) -> Result<(), String> {
    let plain = ["http://", "https://", "mailto:", "tel:"].iter().any(|s| value.starts_with(s));
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\'' | '`');
    let authority = value.split("//").nth(1).unwrap_or_default();
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let web = value.starts_with("http");
    if !plain || value.contains(odd) || web && (authority.contains('@') || !authority.is_ascii()) {
        return Err(format!("a link to {value}"));
    }
    Ok(())
}

fn picture(element: &str, value: &str) -> Result<(), String> {
    let kinds = ["png", "jpeg", "gif", "webp"];
    let data = kinds.iter().any(|kind| value.starts_with(&format!("data:image/{kind};base64,")));
    if element != "img" || !(value.starts_with("cid:") || data) {
        return Err(format!("{value} in {element}"));
    }
    Ok(())
}

fn style(value: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || " #:;.%-".contains(c);
    if value.is_empty() || !value.chars().all(fits) {
        return Err(format!("a style: {value}"));
    }
    for declaration in value.split(';') {
        let (name, value) = declaration.split_once(':').unwrap_or((declaration, ""));
        if !is_in(PROPERTIES, name) || value.is_empty() || value.contains(':') {
            return Err(format!("a declaration: {declaration}"));
        }
        // A minus stands in words only, never before a number.
        if value.split(' ').any(|part| part.starts_with('-')) {
            return Err(format!("below nothing: {declaration}"));
        }
        let hidden = matches!(value, "0" | "0px" | "0%");
        if hidden && !name.starts_with("padding") && !name.starts_with("border") {
            return Err(format!("nothing to see: {declaration}"));
        }
    }
    Ok(())
}
