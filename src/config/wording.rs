//! The wordings of an office: acknowledgements, in the configuration or in a file of their own, and
//! the texts that agents answer with. Each placeholder is looked at here, so that none is found to be
//! unknown when somebody waits for a letter.

use std::io::Read;
use std::path::Path;

use super::read::Table;
use super::settings::{Settings, plain};
use super::{Acknowledgements, Canned};
use crate::desk::template::Template;

/// The largest file with a wording, in bytes.
const WORDING_MAX: u64 = 64 << 10;

impl Settings<'_> {
    /// What the acknowledgements of a mailbox say.
    pub(super) fn acknowledgements(&mut self, table: &Table) -> Option<Acknowledgements> {
        let general = match table.text("acknowledgement") {
            Some("") => Some(None),
            Some(text) => {
                self.template(table, table.at("acknowledgement"), "acknowledgement", text).map(Some)
            }
            None => None,
        };
        let file = self.path(table, "acknowledgement_file");
        let from_file = match &file {
            Some(Some(path)) if matches!(general, Some(Some(_))) => {
                let what = format!(
                    "names {}, but acknowledgement holds a text too; keep one of them",
                    path.display()
                );
                self.reader.fault(table, "acknowledgement_file", &what);
                None
            }
            Some(Some(path)) => self.template_in(table, path).map(Some),
            Some(None) => Some(None),
            None => None,
        };
        let texts = table.languages("acknowledgements").map(<[_]>::to_vec);
        let by_language: Option<Vec<_>> = texts.map(|texts| {
            let read = texts.into_iter().map(|(at, tag, text)| {
                let name = format!("acknowledgements.{tag}");
                Some((tag, self.template(table, at, &name, &text)?))
            });
            read.collect()
        });
        let by_language = by_language?.into_iter().collect::<Option<Vec<_>>>();
        Some(Acknowledgements {
            file: file?,
            general: general?.or(from_file?),
            by_language: by_language?,
        })
    }

    /// A wording that stands in the configuration itself.
    fn template(&mut self, table: &Table, at: usize, name: &str, text: &str) -> Option<Template> {
        let wrong = match Template::new(text) {
            Ok(template) => return Some(template),
            Err(wrong) => wrong,
        };
        for one in wrong {
            let earlier = text[..one.at].matches(&one.written).count();
            let place = self.reader.place_of_part(at, &one.written, earlier);
            self.reader.fault_at(table, place, name, &one.what);
        }
        None
    }

    /// A wording in a file of its own.
    fn template_in(&mut self, table: &Table, path: &Path) -> Option<Template> {
        let name = "acknowledgement_file";
        let text = match wording(path) {
            Ok(text) => text,
            Err(why) => {
                let what = format!("cannot be read from {}: {why}", path.display());
                self.reader.fault(table, name, &what);
                return None;
            }
        };
        let wrong = match Template::new(&text) {
            Ok(template) => return Some(template),
            Err(wrong) => wrong,
        };
        for one in wrong {
            let before = &text[..one.at];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let what =
                format!("{} in line {line}, column {column} of {}", one.what, path.display());
            self.reader.fault(table, name, &what);
        }
        None
    }

    /// Every text that agents answer with.
    pub(super) fn all_canned(&mut self, tables: &[Table]) -> Option<Vec<Canned>> {
        let mut all: Vec<Option<Canned>> = Vec::new();
        for table in tables {
            let name = self.required(table, "name", plain);
            let text = table.text("text").map(str::to_owned);
            let template = match text.as_deref().map(str::trim) {
                Some("") => {
                    self.reader.missing(table, "text");
                    None
                }
                Some(text) => self.template(table, table.at("text"), "text", text),
                None => None,
            };
            let is_taken = |one: &Canned| {
                name.as_ref().is_some_and(|name| one.name.eq_ignore_ascii_case(name))
            };
            if all.iter().flatten().any(is_taken) {
                let what = "is already that of another text; each has its own";
                self.reader.fault(table, "name", what);
            }
            all.push(name.zip(template).map(|(name, text)| Canned { name, text }));
        }
        all.into_iter().collect()
    }
}

/// The text of a file with a wording, or the end of a sentence that says why there is none.
fn wording(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    if !file.metadata().is_ok_and(|about| about.is_file()) {
        return Err("it is not a file".to_owned());
    }
    let mut text = String::new();
    match file.take(WORDING_MAX + 1).read_to_string(&mut text) {
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err("it is not UTF-8; save it as UTF-8".to_owned())
        }
        Err(error) => Err(error.to_string()),
        Ok(_) if text.len() as u64 > WORDING_MAX => Err("it is longer than 64 KiB".to_owned()),
        Ok(_) if text.trim().is_empty() => Err("it is empty".to_owned()),
        Ok(_) => Ok(text),
    }
}
