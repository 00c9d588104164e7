//! Fills the wording of what we write by ourselves. A placeholder is a name in double braces; an
//! unknown one is a fault, never an empty text.

/// The acknowledgement, until an office writes its own.
pub const ACKNOWLEDGEMENT: &str = "\
{{greeting}}

thank you for writing to {{desk}}. We have your message \u{201c}{{subject}}\u{201d} and it is now ticket {{number}}.

You need not do anything: somebody will answer you. To add something, just answer this email.

{{signature}}";

/// A placeholder that nothing fills.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the placeholder {{{{{0}}}}} is not known")]
pub struct UnknownPlaceholder(pub String);

/// The template with each `{{name}}` replaced by its value. A value is never looked into again.
pub fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, UnknownPlaceholder> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start + 2..].find("}}") else { break };
        let name = rest[start + 2..start + 2 + length].trim();
        let Some((_, value)) = values.iter().find(|(known, _)| *known == name) else {
            return Err(UnknownPlaceholder(name.to_owned()));
        };
        text.push_str(&rest[..start]);
        text.push_str(value);
        rest = &rest[start + 2 + length + 2..];
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        let values = [("name", "Ana {{number}}"), ("number", "7")];
        for (case, template, expected) in [
            ("none", "Hello", Ok("Hello")),
            ("two", "{{name}}: {{ number }}!", Ok("Ana {{number}}: 7!")),
            ("not closed", "a {{name", Ok("a {{name")),
            ("unknown", "{{nam}}", Err(UnknownPlaceholder("nam".into()))),
        ] {
            assert_eq!(fill(template, &values), expected.map(str::to_owned), "{case}");
        }
    }
}
