//! Reads a TOML text by the list of keys and collects every fault with its place, instead of
//! stopping at the first. It knows kinds of values only; what a value means is in `settings`.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::forms::shown;
use super::keys::{self, Key, Kind, Section};
use super::{Fault, Faults};

/// A fault and its byte offset in the text.
struct Found {
    at: usize,
    message: String,
    /// Whether it says that something is absent, which a syntax error may have swallowed.
    missing: bool,
}

/// One value of the right kind.
enum Value {
    Text(String),
    Number(u32),
    Flag(bool),
    Texts(Vec<(usize, String)>),
    Languages(Vec<(usize, String, String)>),
    Table(Table),
}

/// What stands at one key. No value means that a fault has been noted.
struct Entry {
    at: usize,
    value: Option<Value>,
}

/// One section, or one inline table, with its values still untold.
pub(super) struct Table {
    /// What faults in it begin with, such as `[[mailbox]] support`.
    place: String,
    /// What its keys are prefixed with in faults, such as `when.`.
    prefix: String,
    /// Where it begins, for what is missing in it.
    at: usize,
    keys: &'static [Key],
    entries: BTreeMap<&'static str, Entry>,
}

impl Table {
    fn empty(place: String, at: usize, keys: &'static [Key]) -> Self {
        Self { place, prefix: String::new(), at, keys, entries: BTreeMap::new() }
    }

    fn key(&self, name: &str) -> &'static Key {
        // Every name asked for is a literal in `settings`, asked for on each load, and the tests
        // load: a name outside the list does not survive them.
        self.keys.iter().find(|key| key.name == name).expect("a key of the list")
    }

    /// Whether the key stands in the file, with whatever value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Where the key's value stands, or the table when it is absent.
    pub(super) fn at(&self, name: &str) -> usize {
        self.entries.get(name).map_or(self.at, |entry| entry.at)
    }

    /// The text at a key, or its default. `None`: a fault has been noted, as in all that follow.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match (self.entries.get(name), &self.key(name).kind) {
            (Some(Entry { value: Some(Value::Text(text)), .. }), _) => Some(text),
            (None, Kind::Text(default) | Kind::Word(default, _)) => Some(default),
            (None, Kind::Lines | Kind::Time) => Some(""),
            _ => None,
        }
    }

    /// The whole number at a key, or its default.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        match (self.entries.get(name), &self.key(name).kind) {
            (Some(Entry { value: Some(Value::Number(number)), .. }), _) => Some(*number),
            (None, Kind::Number { default, .. }) => Some(*default),
            _ => None,
        }
    }

    /// The yes or no at a key, or its default.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match (self.entries.get(name), &self.key(name).kind) {
            (Some(Entry { value: Some(Value::Flag(flag)), .. }), _) => Some(*flag),
            (None, Kind::Flag(default)) => Some(*default),
            _ => None,
        }
    }

    /// The texts at a key, each with its place; none when the key is absent.
    pub(super) fn texts(&self, name: &str) -> Option<&[(usize, String)]> {
        match self.entries.get(name) {
            Some(Entry { value: Some(Value::Texts(texts)), .. }) => Some(texts),
            Some(_) => None,
            None => Some(&[]),
        }
    }

    /// The texts by language at a key, each with its place, in their order; none when it is absent.
    pub(super) fn languages(&self, name: &str) -> Option<&[(usize, String, String)]> {
        match self.entries.get(name) {
            Some(Entry { value: Some(Value::Languages(texts)), .. }) => Some(texts),
            Some(_) => None,
            None => Some(&[]),
        }
    }

    /// The inline table at a key, when it is there and is one.
    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        match self.entries.get(name) {
            Some(Entry { value: Some(Value::Table(table)), .. }) => Some(table),
            _ => None,
        }
    }

    /// The keys given a text other than the empty one that belong to another provider.
    pub(super) fn foreign_to(&self, provider: &str) -> Vec<&'static Key> {
        let foreign = |key: &&Key| !key.provider.is_empty() && key.provider != provider;
        let given = |key: &&Key| self.has(key.name) && self.text(key.name) != Some("");
        self.keys.iter().filter(foreign).filter(given).collect()
    }
}

/// The sections of one file, by name. A section that is absent and not `many` is an empty table.
pub(super) type Sections = BTreeMap<&'static str, Vec<Table>>;

/// Collects the faults of one text.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Where each line of it begins.
    lines: Vec<usize>,
    found: Vec<Found>,
    /// Whether the text is no sound TOML.
    broken: bool,
}

impl<'t> Reader<'t> {
    /// Reads the text as TOML and by the list of keys.
    pub(super) fn sections(text: &'t str) -> (Self, Sections) {
        let (root, errors) = DeTable::parse_recoverable(text);
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        let mut reader = Reader { text, lines, found: Vec::new(), broken: !errors.is_empty() };
        for error in errors {
            let at = error.span().map_or(text.len(), |span| span.start);
            reader.add(at, format!("not valid TOML: {}", error.message()), false);
        }
        let sections = reader.root(root.get_ref());
        (reader, sections)
    }

    /// The faults in the order of the file, or none. Where the syntax is broken, nothing is called
    /// missing, since it may have been there unread, and a line has one fault, since the others
    /// may follow from it.
    pub(super) fn faults(self, file: &Path) -> Option<Faults> {
        let mut found: Vec<&Found> = self.found.iter().collect();
        // Stable: the syntax faults were found first and stay first on their line.
        if self.broken {
            found.retain(|found| !found.missing);
            found.sort_by_key(|found| self.line_and_column(found.at).0);
            found.dedup_by_key(|found| self.line_and_column(found.at).0);
        } else {
            found.sort_by_key(|found| found.at);
        }
        let fault = |found: &Found| Fault {
            file: file.to_owned(),
            place: Some(self.line_and_column(found.at)),
            message: found.message.clone(),
        };
        (!found.is_empty()).then(|| Faults(found.into_iter().map(fault).collect()))
    }

    /// Line and column of a byte offset, both counted from 1, the column in characters.
    pub(super) fn line_and_column(&self, at: usize) -> (usize, usize) {
        let at = self.text.floor_char_boundary(at);
        let line = self.lines.partition_point(|begin| *begin <= at);
        let before = &self.text[self.lines[line - 1]..at];
        (line, before.chars().count() + 1)
    }

    fn add(&mut self, at: usize, message: String, missing: bool) {
        self.found.push(Found { at, message, missing });
    }

    /// Notes a fault at a place of its own.
    pub(super) fn fault_at(&mut self, table: &Table, at: usize, name: &str, message: &str) {
        let (place, prefix) = (&table.place, &table.prefix);
        self.add(at, format!("{place}: {prefix}{name} {message}"), false);
    }

    /// Notes a fault of the value at `name`; `message` ends the sentence the key's name begins.
    pub(super) fn fault(&mut self, table: &Table, name: &str, message: &str) {
        self.fault_at(table, table.at(name), name, message);
    }

    /// Notes that `name` must be filled in and is not.
    pub(super) fn missing(&mut self, table: &Table, name: &str) {
        self.absent(table, name, &format!("fill in {}", table.key(name).remark));
    }

    /// Notes that `name` is not there, and what to do about it.
    pub(super) fn absent(&mut self, table: &Table, name: &str, what: &str) {
        let (place, prefix) = (&table.place, &table.prefix);
        let message = format!("{place}: {prefix}{name} is missing; {what}");
        self.add(table.at(name), message, !table.has(name));
    }

    /// Notes that a whole section is not there.
    pub(super) fn no_section(&mut self, message: &str) {
        self.add(0, message.to_owned(), true);
    }

    fn root(&mut self, root: &DeTable<'_>) -> Sections {
        let mut sections = Sections::new();
        for (key, value) in root {
            let name: &str = key.get_ref();
            let Some(section) = keys::SECTIONS.iter().find(|section| section.name == name) else {
                self.unknown_section(name, key.span().start, value.get_ref());
                continue;
            };
            sections.insert(section.name, self.section(section, key.span().start, value));
        }
        for section in keys::SECTIONS.iter().filter(|section| !section.many) {
            sections
                .entry(section.name)
                .or_insert_with(|| vec![Table::empty(section.header(), 0, section.keys)]);
        }
        sections
    }

    fn unknown_section(&mut self, name: &str, at: usize, value: &DeValue<'_>) {
        let homes = homes(name);
        let table = matches!(value, DeValue::Table(_))
            || matches!(value, DeValue::Array(array) if array.iter().any(|one| one.get_ref().is_table()));
        let message = if table {
            let near = keys::nearest(name, keys::SECTIONS.iter().map(|section| section.name));
            let near = keys::SECTIONS.iter().find(|section| Some(section.name) == near);
            let hint = near
                .map_or("remove it".to_owned(), |near| format!("did you mean {}?", near.header()));
            format!("unknown section {}; {hint}", shown(name))
        } else if homes.is_empty() {
            format!("unknown key {} outside of a section; remove it", shown(name))
        } else {
            format!("{name} stands outside of a section; put it below {homes}")
        };
        self.add(at, message, false);
    }

    fn section(
        &mut self,
        section: &'static Section,
        at: usize,
        value: &toml::Spanned<DeValue<'_>>,
    ) -> Vec<Table> {
        let header = section.header();
        match value.get_ref() {
            DeValue::Table(table) => {
                let place = if section.many {
                    let fix = format!(
                        "[{}] must be written {header}, with two brackets on each side",
                        section.name
                    );
                    self.add(at, fix, false);
                    place_of(&header, 1, table)
                } else {
                    header.clone()
                };
                vec![self.table(table, value.span().start, place, "", section.keys)]
            }
            DeValue::Array(array) if array.iter().all(|one| one.get_ref().is_table()) => {
                if !section.many {
                    let fix = format!(
                        "[[{}]] must be written {header}, with one bracket on each side, and once",
                        section.name
                    );
                    self.add(at, fix, false);
                }
                let mut tables = Vec::new();
                for (index, one) in array.iter().enumerate() {
                    let DeValue::Table(table) = one.get_ref() else { continue };
                    let place = if section.many {
                        place_of(&header, index + 1, table)
                    } else {
                        header.clone()
                    };
                    tables.push(self.table(table, one.span().start, place, "", section.keys));
                }
                tables
            }
            other => {
                let fix = format!(
                    "{} must be a section that begins with {header}, not {}",
                    section.name,
                    describe(other)
                );
                self.add(at, fix, false);
                Vec::new()
            }
        }
    }

    fn table(
        &mut self,
        source: &DeTable<'_>,
        at: usize,
        place: String,
        prefix: &str,
        keys: &'static [Key],
    ) -> Table {
        let mut table = Table { prefix: prefix.to_owned(), ..Table::empty(place, at, keys) };
        for (name, value) in source {
            let (written, at): (&str, usize) = (name.get_ref(), name.span().start);
            match keys.iter().find(|key| key.name == written) {
                Some(key) => {
                    let at = value.span().start;
                    let value = self.value(&table, key, value);
                    table.entries.insert(key.name, Entry { at, value });
                }
                None => self.unknown_key(&table, written, at),
            }
        }
        table
    }

    fn unknown_key(&mut self, table: &Table, written: &str, at: usize) {
        let homes = homes(written);
        let near = keys::nearest(written, table.keys.iter().map(|key| key.name));
        let hint = match near {
            _ if !homes.is_empty() => format!("it belongs below {homes}"),
            Some(near) => format!("did you mean {}{near}?", table.prefix),
            None => "remove it".to_owned(),
        };
        let (place, prefix) = (&table.place, &table.prefix);
        let name = shown(&format!("{prefix}{written}"));
        let name = name.trim_matches('"');
        self.add(at, format!("{place}: unknown key {name}; {hint}"), false);
    }

    fn value(
        &mut self,
        table: &Table,
        key: &'static Key,
        value: &toml::Spanned<DeValue<'_>>,
    ) -> Option<Value> {
        if self.broken && value.span().is_empty() {
            // What the parser put where it could not read a value; it has reported that itself.
            return None;
        }
        let at = value.span().start;
        let read = match (&key.kind, value.get_ref()) {
            (Kind::Table(keys), DeValue::Table(inner)) => {
                let prefix = format!("{}{}.", table.prefix, key.name);
                return Some(Value::Table(self.table(
                    inner,
                    at,
                    table.place.clone(),
                    &prefix,
                    keys,
                )));
            }
            (Kind::Texts, DeValue::Array(array)) => return self.list(table, key, array),
            (Kind::Languages, DeValue::Table(inner)) => return self.by_language(table, key, inner),
            (Kind::Text(_), DeValue::String(text)) => one_line(text).map(Value::Text),
            (Kind::Lines, DeValue::String(text)) | (Kind::Time, DeValue::String(text)) => {
                Ok(Value::Text(text.to_string()))
            }
            (Kind::Time, DeValue::Datetime(time)) => Ok(Value::Text(time.to_string())),
            (Kind::Word(default, among), DeValue::String(text)) => {
                if text == default || among.contains(&text.as_ref()) {
                    Ok(Value::Text(text.to_string()))
                } else {
                    Err(not_among(text, among))
                }
            }
            (Kind::Number { least, most, .. }, DeValue::Integer(integer)) => {
                i64::from_str_radix(integer.as_str(), integer.radix())
                    .ok()
                    .and_then(|number| u32::try_from(number).ok())
                    .filter(|number| (least..=most).contains(&number))
                    .map(Value::Number)
                    .ok_or_else(|| {
                        format!("must be a whole number from {least} to {most}, not {integer}")
                    })
            }
            (Kind::Flag(_), DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (kind, other) => Err(format!("must be {}, not {}", wanted(kind), describe(other))),
        };
        read.map_err(|message| self.fault_at(table, at, key.name, &message)).ok()
    }

    fn by_language(&mut self, table: &Table, key: &Key, inner: &DeTable<'_>) -> Option<Value> {
        let mut texts = Vec::new();
        for (tag, value) in inner {
            let (written, at): (&str, usize) = (tag.get_ref(), value.span().start);
            if !is_language(written) {
                let what = format!(
                    "must hold texts by language such as de or pt-BR, not {}",
                    shown(written)
                );
                self.fault_at(table, tag.span().start, key.name, &what);
                continue;
            }
            match value.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => {
                    texts.push((at, written.to_owned(), text.to_string()));
                }
                DeValue::String(_) => {
                    let name = format!("{}.{written}", key.name);
                    self.fault_at(table, at, &name, "must not be empty; remove it");
                }
                other => {
                    let name = format!("{}.{written}", key.name);
                    let what = format!("must be a text in quotes, not {}", describe(other));
                    self.fault_at(table, at, &name, &what);
                }
            }
        }
        texts.sort_by_key(|(at, ..)| *at);
        (texts.len() == inner.len()).then_some(Value::Languages(texts))
    }

    /// The place of the `n`-th `part` from a place on, or that place itself where it is written
    /// otherwise, with escapes.
    pub(super) fn place_of_part(&self, from: usize, part: &str, n: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.match_indices(part).nth(n).map_or(from, |(offset, _)| from + offset)
    }

    fn list(
        &mut self,
        table: &Table,
        key: &Key,
        array: &[toml::Spanned<DeValue<'_>>],
    ) -> Option<Value> {
        let mut texts = Vec::new();
        for one in array {
            let at = one.span().start;
            let text = match one.get_ref() {
                DeValue::String(text) if text.is_empty() => {
                    Err("must not hold an empty text".to_owned())
                }
                DeValue::String(text) => one_line(text),
                other => Err(format!("must hold texts in quotes, not {}", describe(other))),
            };
            match text {
                Ok(text) => texts.push((at, text)),
                Err(message) => self.fault_at(table, at, key.name, &message),
            }
        }
        (texts.len() == array.len()).then_some(Value::Texts(texts))
    }
}

/// What faults in one of several blocks begin with: its name where it has a usable one.
fn place_of(header: &str, number: usize, table: &DeTable<'_>) -> String {
    match table.get("name").map(|name| name.get_ref()) {
        Some(DeValue::String(name)) if !name.is_empty() => {
            format!("{header} {}", shown(name).trim_matches('"'))
        }
        _ => format!("{header} number {number}"),
    }
}

/// The sections that have a key of this name, for people; empty when there are none.
fn homes(name: &str) -> String {
    let has = |section: &&Section| section.keys.iter().any(|key| key.name == name);
    let homes: Vec<String> = keys::SECTIONS.iter().filter(has).map(Section::header).collect();
    homes.join(" or ")
}

/// Whether this is a language tag as short as they mostly are (RFC 5646 section 2.1).
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && letters(part))
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

fn one_line(text: &str) -> Result<String, String> {
    if text.contains(char::is_control) {
        return Err("must be one line without control characters".to_owned());
    }
    if text.trim() != text {
        return Err("must not begin or end with white space".to_owned());
    }
    Ok(text.to_owned())
}

fn not_among(text: &str, among: &[&str]) -> String {
    let list = among.join(", ");
    match keys::nearest(text, among.iter().copied()) {
        Some(near) => format!("must be one of {list}, not {}; did you mean {near}?", shown(text)),
        None => format!("must be one of {list}, not {}", shown(text)),
    }
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text(_) | Kind::Lines | Kind::Word(..) => "a text in quotes",
        Kind::Time => "a time or a date",
        Kind::Number { .. } => "a whole number without quotes",
        Kind::Flag(_) => "true or false, without quotes",
        Kind::Texts => "a list of texts in [ ]",
        Kind::Languages => "a table of texts by language in { }",
        Kind::Table(_) => "a table in { }",
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time or a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
