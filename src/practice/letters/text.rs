//! A sheet as plain text: lines wrapped as mail programs do, format=flowed (RFC 3676), the quoted
//! letter below, in the manner of the program that quotes.

use super::dates;
use super::people::Program;
use super::sheet::Sheet;
use super::wording::Language;

/// Where lines end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wrap {
    /// At 72 characters, for good.
    Hard,
    /// At 72 characters, with a blank before the break so that the reader joins them again.
    Flowed,
    /// Only where a paragraph ends.
    Never,
}

/// How many earlier letters are quoted at most.
const DEPTH: usize = 3;

/// The whole text with LF line ends, the quoted letters included; `more` stands below them.
pub(super) fn plain(sheet: &Sheet, wrap: Wrap, more: &str) -> String {
    let mut text = with_quotes(sheet, wrap, DEPTH);
    if !more.is_empty() {
        text.push('\n');
        text.push_str(more);
    }
    text
}

/// The words of this letter alone.
pub(super) fn own_words(sheet: &Sheet, wrap: Wrap) -> String {
    let mut text = format!("{}\n\n", sheet.greeting);
    for paragraph in &sheet.paragraphs {
        for line in paragraph.split('\n') {
            wrapped(&mut text, line, wrap);
        }
        text.push('\n');
    }
    text.push_str(&format!("{}\n{}\n", sheet.farewell[0], sheet.farewell[1]));
    if !sheet.signature.is_empty() {
        // Outlook has no line before a signature; the others write the one of RFC 3676 section 4.3.
        text.push_str(if sheet.author.program == Program::Outlook { "\n" } else { "\n-- \n" });
        for line in &sheet.signature {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The line over a quoted letter.
pub(super) fn attribution(quoted: &Sheet, by: Program) -> String {
    let date = dates::Local::new(quoted.sent, dates::offset(quoted.language(), quoted.sent));
    let author = &quoted.author;
    match (quoted.language(), by) {
        (Language::English, Program::Thunderbird | Program::Roundcube) => {
            format!("On {}, {} wrote:", date.show("%d/%m/%Y %H:%M"), author.name)
        }
        (Language::English, _) => format!(
            "On {}, {} <{}> wrote:",
            date.show("%a, %d %b %Y at %H:%M"),
            author.name,
            author.address
        ),
        (Language::German, Program::Browser) => format!(
            "Am {} schrieb {} <{}>:",
            date.show("%d.%m.%Y um %H:%M Uhr"),
            author.name,
            author.address
        ),
        (Language::German, _) => {
            format!("Am {} schrieb {}:", date.show("%d.%m.%Y um %H:%M"), author.name)
        }
    }
}

/// The lines Outlook puts over a quoted letter: name and value.
pub(super) fn outlook_head(quoted: &Sheet, to: &str) -> [(&'static str, String); 4] {
    let date = dates::Local::new(quoted.sent, dates::offset(quoted.language(), quoted.sent));
    let from = format!("{} <{}>", quoted.author.name, quoted.author.address);
    let subject = quoted.subject.clone();
    match quoted.language() {
        Language::English => [
            ("From", from),
            ("Sent", date.show("%A, %B %-d, %Y %-I:%M %p")),
            ("To", to.to_owned()),
            ("Subject", subject),
        ],
        Language::German => [
            ("Von", from),
            ("Gesendet", format!("{}, {}", date.german_day(), date.show("%d.%m.%Y %H:%M"))),
            ("An", to.to_owned()),
            ("Betreff", subject),
        ],
    }
}

/// A text with LF line ends, each line quoted once more.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for line in text.trim_end_matches('\n').split('\n') {
        out.push_str(match line {
            "" => ">",
            _ if line.starts_with('>') => ">",
            _ => "> ",
        });
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn with_quotes(sheet: &Sheet, wrap: Wrap, depth: usize) -> String {
    let mut text = own_words(sheet, wrap);
    let Some(earlier) = sheet.answers.as_deref().filter(|_| depth > 0) else { return text };
    text.push('\n');
    if sheet.author.program == Program::Outlook {
        text.push_str(match sheet.language() {
            Language::English => "-----Original Message-----\n",
            Language::German => "-----Ursprüngliche Nachricht-----\n",
        });
        for (name, value) in outlook_head(earlier, "Support") {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text.push('\n');
        text.push_str(&with_quotes(earlier, Wrap::Never, depth - 1));
    } else {
        let hard = if wrap == Wrap::Flowed { Wrap::Hard } else { wrap };
        wrapped(&mut text, &attribution(earlier, sheet.author.program), hard);
        text.push_str(&quote(&with_quotes(earlier, hard, depth - 1)));
    }
    text
}

/// Writes one line of a paragraph, broken as `wrap` says.
fn wrapped(text: &mut String, line: &str, wrap: Wrap) {
    let mut column = 0;
    for word in line.split(' ') {
        let width = word.chars().count();
        if column > 0 && wrap != Wrap::Never && column + 1 + width > 72 {
            text.push_str(if wrap == Wrap::Flowed { " \n" } else { "\n" });
            column = 0;
        }
        if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}
