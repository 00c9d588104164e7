//! The text of `counterfoil config example`, written from the list of keys: every key with its
//! default and a remark. Filling in the required keys makes it a working configuration.

use super::keys::{self, Key, Kind, Section};

const HEAD: &str = "\
# The configuration of counterfoil: every key with its default.
# A relative path is relative to this file; \"\" means not set. A secret file may be written
# credential:NAME, which reads $CREDENTIALS_DIRECTORY/NAME as systemd's LoadCredential= fills it.
# Lines that begin with a # and no space are an example: take the # away to switch them on.
# Afterwards run: counterfoil config check
";

/// Where the remarks begin, in characters.
const REMARKS_AT: usize = 48;

/// An example configuration as TOML. As it is, it lacks only what has no default: name, address
/// and the three ids of a mailbox.
pub fn example() -> String {
    let mut text = HEAD.to_owned();
    for section in keys::SECTIONS {
        text.push('\n');
        write_section(section, &mut text);
    }
    text
}

fn write_section(section: &Section, text: &mut String) {
    // Rules and texts have no default: what is shown is switched off.
    let is_off = [keys::RULE.name, keys::CANNED.name].contains(&section.name);
    let off = if is_off { "#" } else { "" };
    text.push_str(&with_remark(&format!("{off}{}", section.header()), section.remark));
    let mut provider = "";
    for key in section.keys {
        if key.provider != provider {
            provider = key.provider;
            text.push_str(&format!("# only for provider = \"{provider}\":\n"));
        }
        if let Kind::Table(inner) = key.kind {
            for part in inner {
                text.push_str(&format!("# {}.{}: {}\n", key.name, part.name, part.remark));
            }
        }
        let line = format!("{off}{} = {}", key.name, key.example());
        text.push_str(&with_remark(&line, &remark(key)));
    }
}

fn remark(key: &Key) -> String {
    if key.required { format!("required: {}", key.remark) } else { key.remark.to_owned() }
}

/// The line with its remark behind it, or above it when the line is long.
fn with_remark(line: &str, remark: &str) -> String {
    if line.len() > REMARKS_AT {
        return format!("# {remark}\n{line}\n");
    }
    format!("{line:REMARKS_AT$} # {remark}\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::super::Config;
    use super::*;

    const FILE: &str = "/etc/counterfoil/counterfoil.toml";
    const FILLED: [(&str, &str); 5] = [
        ("name", "support"),
        ("address", "support@contoso.example"),
        ("tenant_id", "contoso.example"),
        ("client_id", "11111111-2222-3333-4444-555555555555"),
        ("client_secret_file", "secret"),
    ];

    /// The example with the required keys of the mailbox filled in.
    fn filled() -> String {
        let mut text = example();
        for (name, value) in FILLED {
            let empty = format!("\n{name} = \"\"");
            assert_eq!(text.matches(&empty).count(), 1, "{name}");
            text = text.replace(&empty, &format!("\n{name} = \"{value}\""));
        }
        text
    }

    /// The example with its rule switched on.
    fn with_rule(text: &str) -> String {
        let on = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        text.lines().map(on).collect()
    }

    #[test]
    fn the_example_lacks_only_the_required_keys() {
        let faults = Config::from_text(Path::new(FILE), &example()).unwrap_err().0;
        let required = keys::MAILBOX.keys.iter().filter(|key| key.required);
        let expected: Vec<String> =
            required.map(|key| format!("[[mailbox]] number 1: {} is missing", key.name)).collect();
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.message.starts_with(&expected), "{fault}");
        }
    }

    #[test]
    fn the_defaults_of_the_example_are_those_in_force() {
        let shown = Config::from_text(Path::new(FILE), &filled()).unwrap();
        let bare: String =
            FILLED.iter().map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
        let bare = Config::from_text(Path::new(FILE), &format!("[[mailbox]]\n{bare}")).unwrap();
        assert_eq!(shown, bare);
    }

    #[test]
    fn every_known_key_stands_in_the_example() {
        let text = with_rule(&filled());
        let tree: toml::Table = toml::from_str(&text).unwrap();
        for section in keys::SECTIONS {
            let table = match &tree[section.name] {
                toml::Value::Array(tables) => tables[0].as_table().unwrap(),
                table => table.as_table().unwrap(),
            };
            let names = |keys: &'static [Key]| {
                let mut names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                names.sort_unstable();
                names
            };
            let mut written: Vec<&str> = table.keys().map(String::as_str).collect();
            written.sort_unstable();
            assert_eq!(written, names(section.keys), "{}", section.name);
            for key in section.keys {
                if let Kind::Table(inner) = key.kind {
                    let mut written: Vec<&str> =
                        table[key.name].as_table().unwrap().keys().map(String::as_str).collect();
                    written.sort_unstable();
                    assert_eq!(written, names(inner), "{}", key.name);
                }
            }
        }
        let config = Config::from_text(Path::new(FILE), &text).unwrap();
        assert_eq!((config.rules.len(), config.canned.len()), (1, 1));
    }

    #[test]
    fn every_known_key_is_shown_as_in_force() {
        let config = Config::from_text(Path::new(FILE), &with_rule(&filled())).unwrap();
        let shown: Vec<String> = config.in_force().into_iter().map(|(key, _)| key).collect();
        for section in keys::SECTIONS {
            let prefix = match section.name {
                "mailbox" => "mailbox.support".to_owned(),
                "rule" => "rule.Invoices to accounting".to_owned(),
                "canned" => "canned.opening-hours".to_owned(),
                name => name.to_owned(),
            };
            // The keys of other providers and of certificates are known, but never in force; the
            // name of a rule or a text is in its prefix.
            let in_force = |key: &&Key| {
                key.remark != "not in this version"
                    && !(["rule", "canned"].contains(&section.name) && key.name == "name")
            };
            for key in section.keys.iter().filter(in_force) {
                let inner: Vec<String> = match key.kind {
                    Kind::Table(inner) => {
                        inner.iter().map(|part| format!("{}.{}", key.name, part.name)).collect()
                    }
                    _ => vec![key.name.to_owned()],
                };
                for name in inner {
                    let wanted = format!("{prefix}.{name}");
                    assert!(shown.contains(&wanted), "{wanted}");
                }
            }
        }
    }
}
