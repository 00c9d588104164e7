//! What the receiving service found out about a letter's sender: the topmost
//! Authentication-Results field (RFC 8601 section 2.2), as it stands there. Whether it may be
//! believed is decided in `desk::sender`.

/// Characters read of a field.
const LONGEST: usize = 8_000;

/// Results read of one field.
const MOST: usize = 50;

/// One Authentication-Results field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Authentication {
    /// Who wrote it (`authserv-id`), in lower case; empty when it does not say. Exchange Online
    /// does not.
    pub by: String,
    /// What was found out, in order.
    pub results: Vec<Finding>,
    /// The hosts that say they received the letter after this field was written: the `by` of every
    /// Received field above it, in lower case.
    pub received_by: Vec<String>,
}

/// What one method found out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Finding {
    /// `spf`, `dkim`, `dmarc`, `compauth` and so on, in lower case.
    pub method: String,
    /// `pass`, `fail`, `none` and so on, in lower case.
    pub result: String,
    /// What it is about, such as `header.from` and its value, in lower case.
    pub properties: Vec<(String, String)>,
}

impl Finding {
    /// The value of a property; empty when it is not there.
    pub fn property(&self, name: &str) -> &str {
        let found = self.properties.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Authentication {
    /// Reads the value of an Authentication-Results field. `received` are the Received fields that
    /// stand above it.
    pub fn read(value: &str, received: &[String]) -> Self {
        let plain = without_comments(&value.chars().take(LONGEST).collect::<String>());
        let mut parts = plain.split(';').map(str::trim).filter(|part| !part.is_empty());
        let mut read = Self {
            received_by: received.iter().filter_map(|field| received_by(field)).collect(),
            ..Self::default()
        };
        let first = parts.next().unwrap_or_default();
        match finding(first) {
            Some(found) => read.results.push(found),
            // The name may be followed by a version.
            None => {
                let name = first.split_whitespace().next().filter(|name| !name.contains('='));
                read.by = name.unwrap_or_default().to_owned();
            }
        }
        read.results.extend(parts.filter_map(finding).take(MOST));
        read
    }

    /// What a method found out, the first result of it.
    pub fn of(&self, method: &str) -> Option<&Finding> {
        self.results.iter().find(|found| found.method == method)
    }
}

/// Reads `method=result reason=… ptype.property=value …`.
fn finding(text: &str) -> Option<Finding> {
    let mut words = text.split_whitespace();
    let (method, result) = words.next()?.split_once('=')?;
    // `spf/1=pass` is an older way to write it.
    let method = method.split('/').next().unwrap_or_default();
    if method.is_empty() || result.is_empty() {
        return None;
    }
    let property = |word: &str| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    Some(Finding {
        method: method.to_owned(),
        result: result.to_owned(),
        properties: words.filter_map(property).take(MOST).collect(),
    })
}

/// The text in lower case without its comments (RFC 5322 section 3.2.2) and quotation marks, and
/// without white space around `=`.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in text.chars() {
        let was_escaped = escaped;
        escaped = c == '\\' && !was_escaped;
        match c {
            '\\' if !was_escaped => {}
            '"' if !was_escaped && depth == 0 => quoted = !quoted,
            '(' if !quoted && !was_escaped => depth += 1,
            ')' if !quoted && !was_escaped && depth > 0 => {
                depth -= 1;
                plain.push(' ');
            }
            _ if depth > 0 => {}
            // What is quoted ends neither a word nor a result.
            ';' | '=' if quoted => plain.push('_'),
            c if quoted && c.is_whitespace() => plain.push('_'),
            '=' => {
                plain.truncate(plain.trim_end().len());
                plain.push('=');
            }
            c if c.is_whitespace() && plain.ends_with('=') => {}
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

/// The host that received, of a Received field (RFC 5321 section 4.4).
fn received_by(field: &str) -> Option<String> {
    let plain = without_comments(&field.chars().take(LONGEST).collect::<String>());
    let mut words = plain.split([' ', '\t', '\r', '\n', ';']).filter(|word| !word.is_empty());
    words.find(|word| *word == "by")?;
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_exchange_online_is_read() {
        let read = Authentication::read(
            "spf=pass (sender IP is 203.0.113.9)\r\n smtp.mailfrom=shop.example; dkim=pass \
             (signature was verified)\r\n header.d=shop.example;dmarc=pass action=none\r\n \
             header.from=Shop.example;compauth=pass reason=100",
            &["from a (10.0.0.1) by AM0PR.eurprd.prod.outlook.com (x) with HTTPS; Mon".into()],
        );
        assert_eq!(read.by, "");
        let methods: Vec<_> = read.results.iter().map(|found| found.method.as_str()).collect();
        assert_eq!(methods, ["spf", "dkim", "dmarc", "compauth"]);
        let dmarc = read.of("dmarc").cloned().unwrap_or_default();
        assert_eq!(
            (dmarc.result.as_str(), dmarc.property("header.from")),
            ("pass", "shop.example")
        );
        assert_eq!(
            read.of("spf").map(|found| found.property("smtp.mailfrom")),
            Some("shop.example")
        );
        assert_eq!(read.received_by, ["am0pr.eurprd.prod.outlook.com"]);
    }

    #[test]
    fn what_is_written_oddly_is_read_for_what_it_is() {
        for (case, value, by, results) in [
            (
                "a name and a version",
                "mx.google.com 1; dkim=pass",
                "mx.google.com",
                vec!["dkim=pass"],
            ),
            ("nothing found out", "mx.office.example; none", "mx.office.example", vec![]),
            ("a version of the method", "mx; spf/1 = fail", "mx", vec!["spf=fail"]),
            ("a comment with a result", "mx; (dmarc=pass) dmarc=fail", "mx", vec!["dmarc=fail"]),
            (
                "comments in comments",
                "mx (a (b; dmarc=pass) c); dmarc=none (; dmarc=pass",
                "mx",
                vec!["dmarc=none"],
            ),
            (
                "a quoted semicolon",
                r#"mx; spf=pass smtp.mailfrom="a; dmarc=pass"; dmarc=fail"#,
                "mx",
                vec!["spf=pass", "dmarc=fail"],
            ),
            ("empty", "", "", vec![]),
            ("only marks", ";=;(\"", "", vec![]),
        ] {
            let read = Authentication::read(value, &[]);
            let found: Vec<_> =
                read.results.iter().map(|f| format!("{}={}", f.method, f.result)).collect();
            assert_eq!(
                (read.by.as_str(), found),
                (by, results.into_iter().map(str::to_owned).collect()),
                "{case}"
            );
        }
    }
}
