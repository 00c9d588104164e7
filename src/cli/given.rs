//! What somebody gives on the command line to be sent or kept, and in whose name: texts, files and
//! addresses.

use std::io::{self, Read};
use std::path::Path;

use super::Usage;
use crate::desk::writing;
use crate::mail::compose::is_plain_address;
use crate::mail::{Address, Attachment};

/// Whose name the audit entries bear.
pub(super) const ACTOR: &str = "cli";

/// Whose name stands over what is written here.
pub(super) fn author() -> Address {
    writing::author("command line")
}

/// The largest file that goes along, in bytes. What the mailbox takes is less still.
const MAX_ATTACHMENT: u64 = 150 << 20;

/// A text as it was given: itself, in a file, or on standard input.
pub(super) fn text_given(text: Option<&str>, file: Option<&Path>) -> anyhow::Result<String> {
    match (text, file) {
        (Some(text), _) => Ok(text.to_owned()),
        (None, Some(file)) => text_of(file),
        (None, None) => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(|error| {
                Usage(format!("cannot read the text from standard input: {error}"))
            })?;
            Ok(text)
        }
    }
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file)
        .map_err(|error| Usage(format!("cannot read the text from {}: {error}", file.display())))?;
    Ok(String::from_utf8(bytes).map_err(|_| {
        Usage(format!("the text in {} is not UTF-8; save it as UTF-8", file.display()))
    })?)
}

/// A file to send or keep, under its own name.
pub(super) fn attachment(path: &Path) -> anyhow::Result<Attachment> {
    let fail = |why: String| Usage(format!("cannot attach {}: {why}", path.display()));
    let about = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?;
    if !about.is_file() {
        return Err(fail("it is not a file".to_owned()).into());
    }
    if about.len() > MAX_ATTACHMENT {
        return Err(fail(format!("it is larger than {} MB", MAX_ATTACHMENT >> 20)).into());
    }
    let bytes = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let filename = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let content_type = content_type(path).to_owned();
    Ok(Attachment { filename, content_type, content_id: None, inline: false, bytes })
}

/// The media type (RFC 6838) that goes with the ending of a file name.
fn content_type(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "txt" | "log" => "text/plain",
        "csv" => "text/csv",
        "zip" => "application/zip",
        "ics" => "text/calendar",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

/// The addresses somebody gave, each just an address.
pub(super) fn addresses(texts: &[String]) -> anyhow::Result<Vec<Address>> {
    texts
        .iter()
        .map(|text| {
            let whole = text.trim();
            if !is_plain_address(whole) {
                return Err(Usage(format!("`{text}` is not one address")).into());
            }
            Ok(Address::bare(whole))
        })
        .collect()
}
