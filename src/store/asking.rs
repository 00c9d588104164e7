//! What SQLite is asked for a query. A beginning is asked for as the words it may go on to, when they
//! are few: SQLite would read every place of all of them before it gave the first. When they are
//! many it is common, and what is asked for is a wider set of articles, of which each is read.

use rusqlite::{Connection, Transaction};

use super::Result;
use super::indexing::{LONGEST_NUMBER, PART, SHORTEST_PART, Words};
use crate::desk::query::{Place, Term};
use crate::desk::ticket::ArticleId;

/// The most words a beginning is asked for as.
const MOST_WORDS: usize = 100;

/// The characters of a beginning that the index knows as such (`prefix` in schema.sql).
const INDEXED_BEGINNING: usize = 3;

/// A query as it is put to SQLite.
pub(super) struct Asked<'a> {
    /// The expression (FTS5 section 3); `None` when every article is looked at. Only folded words
    /// come into it, which hold neither quotes nor anything else that could mean something there.
    pub(super) expression: Option<String>,
    /// Terms that the expression does not settle.
    open: Vec<&'a Term>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(tx: &Transaction<'_>, terms: &'a [Term]) -> Result<Self> {
        let (mut wanted, mut excluded, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for term in terms {
            let (expression, is_settled) = term_expression(tx, term)?;
            if !is_settled {
                open.push(term);
            }
            match expression {
                Some(expression) if term.excluded && is_settled => excluded.push(expression),
                Some(expression) if !term.excluded => wanted.push(expression),
                _ => {}
            }
        }
        let mut expression = (!wanted.is_empty()).then(|| wanted.join(" AND "));
        match &expression {
            Some(wanted) if !excluded.is_empty() => {
                expression = Some(format!("({wanted}) NOT ({})", excluded.join(" OR ")));
            }
            // There is nothing to take them from: all of them are read.
            None => open.extend(terms.iter().filter(|term| term.excluded)),
            Some(_) => {}
        }
        Ok(Self { expression, open })
    }

    /// Whether articles have to be read before they are known to answer.
    pub(super) fn reads(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether an article that SQLite gave has what the expression does not settle.
    pub(super) fn holds(&self, db: &Connection, article: ArticleId) -> Result<bool> {
        if self.open.is_empty() {
            return Ok(true);
        }
        let words = Words::stored(db, article)?;
        Ok(self.open.iter().all(|term| occurs(term, &words) != term.excluded))
    }
}

/// Whether a term occurs among the words of an article.
fn occurs(term: &Term, words: &Words) -> bool {
    let columns: &[&String] = match term.place {
        Place::Anywhere => {
            &[&words.subject, &words.body, &words.sender, &words.others, &words.files]
        }
        Place::Subject => &[&words.subject],
        Place::From => &[&words.sender],
        Place::To => &[&words.others],
    };
    let end = if term.begins { "" } else { " " };
    term.spellings.iter().any(|spelling| {
        let looked_for = format!(" {}{end}", spelling.join(" "));
        columns.iter().any(|column| {
            column.starts_with(&looked_for[1..]) || column.contains(looked_for.as_str())
        })
    })
}

/// The expression for a term, and whether every article it gives has the term.
fn term_expression(tx: &Transaction<'_>, term: &Term) -> Result<(Option<String>, bool)> {
    let mut phrases = Vec::new();
    let (mut is_settled, mut is_wide) = (true, false);
    for words in &term.spellings {
        let Some((last, before)) = words.split_last().filter(|_| term.begins) else {
            phrases.push(format!("\"{}\"", words.join(" ")));
            continue;
        };
        let before: String = before.iter().map(|word| format!("{word} ")).collect();
        let length = last.chars().count();
        if length == INDEXED_BEGINNING {
            phrases.push(format!("\"{before}{last}\" *"));
            continue;
        }
        if let Some(words) = words_beginning(tx, last)? {
            phrases.extend(words.iter().map(|word| format!("\"{before}{word}\"")));
            // Nothing begins so.
            if words.is_empty() {
                phrases.push(format!("\"{before}{last}\""));
            }
            continue;
        }
        is_settled = false;
        if length > INDEXED_BEGINNING {
            let known: String = last.chars().take(INDEXED_BEGINNING).collect();
            phrases.push(format!("\"{before}{known}\" *"));
        } else if before.is_empty() {
            is_wide = true;
        } else {
            phrases.push(format!("\"{before}\""));
        }
    }
    if let Some(part) = part_of_number(term) {
        phrases.push(format!("\"{PART}{part}\" *"));
    }
    if is_wide {
        return Ok((None, false));
    }
    let place = match term.place {
        Place::Anywhere => "",
        Place::Subject => "subject : ",
        Place::From => "sender : ",
        Place::To => "others : ",
    };
    Ok((Some(format!("{place}({})", phrases.join(" OR "))), is_settled))
}

/// The words of the index that begin so, `None` when they are too many.
fn words_beginning(tx: &Transaction<'_>, beginning: &str) -> Result<Option<Vec<String>>> {
    let mut words: Vec<String> = Vec::new();
    // Each is asked for by itself: the table has a row for every place of a word, and SQLite would
    // go through all of them. A space comes before every character of a word.
    let mut next = tx.prepare_cached("SELECT term FROM search_word WHERE term >= ?1 LIMIT 1")?;
    let mut from = beginning.to_owned();
    loop {
        match next.query_row([&from], |row| row.get::<_, String>(0)) {
            Ok(word) if word.starts_with(beginning) => {
                if words.len() == MOST_WORDS {
                    return Ok(None);
                }
                from = format!("{word} ");
                words.push(word);
            }
            Ok(_) | Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(Some(words)),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The word of a term that may be part of a longer number.
pub(super) fn part_of_number(term: &Term) -> Option<&str> {
    let [words] = term.spellings.as_slice() else { return None };
    let [word] = words.as_slice() else { return None };
    let is_number = word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_digit());
    let fits = (SHORTEST_PART..=LONGEST_NUMBER).contains(&word.len());
    (is_number && fits && !term.excluded && term.place == Place::Anywhere).then_some(word)
}
